#include "gateway/web/charts/tile_map.h"

#include <algorithm>
#include <map>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/text/csv.h"
#include "gateway/cli/words.h"
#include "gateway/web/assets.h"
#include "gateway/web/charts/svg.h"

namespace oversight::gateway::web {
namespace {

constexpr int kTile = 62, kGap = 4;

}  // namespace

const std::vector<ForceTile>& ForceTiles() {
  static const auto* tiles = [] {
    auto* all = new std::vector<ForceTile>();
    const CsvFile file = ReadCsv(ForceTilesCsv());
    for (size_t i = 1; i < file.records.size(); ++i) {
      const auto& fields = file.records[i].fields;
      ForceTile tile{"forces/" + fields.at(0), fields.at(1)};
      if (absl::SimpleAtoi(fields.at(2), &tile.column) && absl::SimpleAtoi(fields.at(3), &tile.row))
        all->push_back(tile);
    }
    return all;
  }();
  return *tiles;
}

std::string TileMapOf(const v1::NationalDashboard& dashboard) {
  std::map<std::string, const v1::NationalDashboardRow*> rows;
  for (const auto& row : dashboard.rows()) rows[row.force()] = &row;
  int columns = 0, lines = 0;
  std::map<std::string, std::vector<std::string>> enhanced;
  int others = 0, unknown = 0;
  for (const ForceTile& tile : ForceTiles()) {
    columns = std::max(columns, tile.column + 1);
    lines = std::max(lines, tile.row + 1);
    const auto it = rows.find(tile.force);
    if (it == rows.end() || it->second->stage().empty()) {
      ++unknown;
    } else if (it->second->enhanced()) {
      enhanced[it->second->stage_display_name()].push_back(it->second->display_name());
    } else {
      ++others;
    }
  }
  std::string words;
  for (const auto& [stage, names] : enhanced) absl::StrAppend(&words, "In ", stage, ": ", cli::JoinAnd(names), ". ");
  if (enhanced.empty() && others > 0) words = "None is in enhanced monitoring. ";
  absl::StrAppend(&words, "In routine monitoring: ", others, ".");
  if (unknown > 0) absl::StrAppend(&words, " Not known: ", unknown, ".");
  const int step = kTile + kGap;
  Svg svg("tile-map", columns * step, lines * step, "Map of police forces by stage", words);
  for (const ForceTile& tile : ForceTiles()) {
    const auto it = rows.find(tile.force);
    const bool known = it != rows.end() && !it->second->stage().empty();
    const bool in_enhanced = known && it->second->enhanced();
    const double x = tile.column * step + kGap / 2, y = tile.row * step + kGap / 2;
    // A picture: the table of forces has the links.
    svg.Open("g", {});
    svg.Add("title", {},
            absl::StrCat(it == rows.end() ? tile.label : it->second->display_name(), ": ",
                         known ? it->second->stage_display_name() : "not known"));
    svg.Add("rect", {{"class", !known        ? "app-tile app-tile--unknown"
                               : in_enhanced ? "app-tile app-tile--enhanced"
                                             : "app-tile"},
                     {"x", Svg::Number(x)},
                     {"y", Svg::Number(y)},
                     {"width", absl::StrCat(kTile)},
                     {"height", absl::StrCat(kTile)}});
    svg.Text(in_enhanced ? "app-tile-label app-tile-label--enhanced" : "app-tile-label", x + kTile / 2.0,
             y + kTile / 2.0 - 2, "middle", tile.label);
    svg.Text(in_enhanced ? "app-tile-stage app-tile-label--enhanced" : "app-tile-stage", x + kTile / 2.0,
             y + kTile / 2.0 + 16, "middle", known ? it->second->stage_display_name() : "?");
    svg.Close("g");
  }
  return svg.End();
}

}  // namespace oversight::gateway::web
