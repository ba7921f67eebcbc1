#include "gateway/cli/table.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gateway/cli/words.h"

namespace oversight::cli {
namespace {

constexpr size_t kGap = 2;
constexpr size_t kIndent = 4;  // Of what stands below a row.
// A column that may wrap is not made narrower than this before others are left out. One that matters most keeps a
// third.
constexpr size_t kLeastWrapped = 20;
constexpr int kFirst = 2;

bool StartsCharacter(char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }

// At most `width` characters.
std::string Cut(const std::string& text, size_t width) {
  if (DisplayWidth(text) <= width) return text;
  size_t count = 0, end = 0;
  while (end < text.size()) {
    if (StartsCharacter(text[end]) && ++count >= width) break;
    ++end;
  }
  return text.substr(0, end) + "…";
}

std::string Lines(const std::vector<std::vector<std::string>>& lines) {
  std::vector<size_t> widths(lines[0].size(), 0);
  for (const auto& line : lines) {
    for (size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], DisplayWidth(line[i]));
  }
  std::string text;
  for (const auto& line : lines) {
    std::string out;
    for (size_t i = 0; i < line.size(); ++i) {
      out += i + 1 < line.size() ? Padded(line[i], widths[i] + kGap) : line[i];
    }
    out.erase(out.find_last_not_of(' ') + 1);
    text += out + "\n";
  }
  return text;
}

}  // namespace

size_t DisplayWidth(const std::string& text) { return std::count_if(text.begin(), text.end(), StartsCharacter); }

std::string Padded(const std::string& text, size_t width) {
  const size_t own = DisplayWidth(text);
  return own < width ? text + std::string(width - own, ' ') : text;
}

std::vector<std::string> WrapText(const std::string& text, size_t width) {
  std::vector<std::string> lines;
  for (const std::string& paragraph : std::vector<std::string>(absl::StrSplit(text, '\n'))) {
    std::string line;
    for (const std::string& word : std::vector<std::string>(absl::StrSplit(paragraph, ' ', absl::SkipEmpty()))) {
      if (!line.empty() && DisplayWidth(line) + 1 + DisplayWidth(word) > width) {
        lines.push_back(std::move(line));
        line.clear();
      }
      absl::StrAppend(&line, line.empty() ? "" : " ", word);
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

void Table::Add(std::vector<std::string> row) {
  for (std::string& cell : row) cell = OneLine(cell);
  rows_.push_back(std::move(row));
}

std::string Table::Text(size_t max_cell) const {
  std::vector<std::vector<std::string>> lines(1);
  for (const Column& column : columns_) lines[0].push_back(column.header);
  for (const auto& row : rows_) {
    lines.emplace_back();
    for (const auto& cell : row) lines.back().push_back(Cut(cell, max_cell));
  }
  return Lines(lines);
}

bool Table::AnyIn(size_t column) const {
  return std::any_of(rows_.begin(), rows_.end(), [&](const auto& row) { return !row[column].empty(); });
}

std::vector<Table::Place> Table::Layout(size_t width) const {
  std::vector<Place> shown;
  for (size_t i = 0; i < columns_.size(); ++i) {
    if (!rows_.empty() && !AnyIn(i)) continue;
    size_t widest = DisplayWidth(columns_[i].header);
    for (const auto& row : rows_) widest = std::max(widest, DisplayWidth(row[i]));
    shown.push_back({i, widest});
  }
  const auto least_width = [&](const Place& place) {
    const Column& column = columns_[place.column];
    return column.wraps
               ? std::min(place.width, column.rank <= kFirst ? std::max(width / 3, kLeastWrapped) : kLeastWrapped)
               : place.width;
  };
  const auto total = [&](auto width_of) {
    size_t sum = 0;
    for (const Place& place : shown) sum += place.below ? 0 : width_of(place) + (sum == 0 ? 0 : kGap);
    return sum;
  };
  // What matters least goes, until there is room for the rest.
  while (total(least_width) > width) {
    const auto least = std::max_element(shown.begin(), shown.end(), [&](const Place& a, const Place& b) {
      return columns_[a.column].rank < columns_[b.column].rank;
    });
    if (columns_[least->column].rank <= kFirst) break;
    shown.erase(least);
  }
  // Then texts stand below what they are about.
  const auto wraps = [&](const Place& place) { return columns_[place.column].wraps; };
  if (total(least_width) > width && !std::all_of(shown.begin(), shown.end(), wraps)) {
    for (Place& place : shown) place.below = wraps(place);
  }
  // Then the widest of those that may wrap give way.
  const auto own_width = [](const Place& place) { return place.width; };
  while (total(own_width) > std::max(width, total(least_width))) {
    auto widest = shown.end();
    for (auto it = shown.begin(); it != shown.end(); ++it) {
      if (it->below || it->width <= least_width(*it)) continue;
      if (widest == shown.end() || it->width > widest->width) widest = it;
    }
    const size_t over = total(own_width) - width;
    widest->width -= std::min(std::max<size_t>(over / 4, 1), widest->width - least_width(*widest));
  }
  return shown;
}

bool Table::AllFit(size_t width) const {
  size_t with_content = 0;
  for (size_t i = 0; i < columns_.size(); ++i) with_content += rows_.empty() || AnyIn(i) ? 1 : 0;
  const auto layout = Layout(width);
  size_t total = 0;
  for (const Place& place : layout) total += place.width + kGap;
  const bool beside = std::none_of(layout.begin(), layout.end(), [](const Place& place) { return place.below; });
  return beside && layout.size() == with_content && total <= width + kGap;
}

std::string Table::Fit(size_t width) const {
  const auto layout = Layout(width);
  std::vector<std::vector<std::string>> lines(1);
  std::vector<size_t> ends;  // Behind the lines of each row.
  for (const Place& place : layout) {
    if (!place.below) lines[0].push_back(columns_[place.column].header);
  }
  for (const auto& row : rows_) {
    std::vector<std::vector<std::string>> cells;
    size_t height = 1;
    for (const Place& place : layout) {
      if (place.below) continue;
      const size_t room = columns_[place.column].wraps ? place.width : ~size_t{0};
      cells.push_back(WrapText(row[place.column], room));
      height = std::max(height, cells.back().size());
    }
    for (size_t i = 0; i < height; ++i) {
      lines.emplace_back();
      for (const auto& cell : cells) lines.back().push_back(i < cell.size() ? cell[i] : "");
    }
    ends.push_back(lines.size());
  }
  const std::string text = Lines(lines);
  if (std::none_of(layout.begin(), layout.end(), [](const Place& place) { return place.below; })) return text;
  const std::vector<std::string> beside = absl::StrSplit(text, '\n');
  std::string out = beside[0] + "\n";
  for (size_t row = 0, at = 1; row < rows_.size(); ++row) {
    for (; at < ends[row]; ++at) out += beside[at] + "\n";
    for (const Place& place : layout) {
      if (!place.below || rows_[row][place.column].empty()) continue;
      for (const std::string& line : WrapText(rows_[row][place.column], std::max(width, kIndent + 1) - kIndent)) {
        absl::StrAppend(&out, std::string(kIndent, ' '), line, "\n");
      }
    }
  }
  return out;
}

}  // namespace oversight::cli
