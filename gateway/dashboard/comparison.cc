#include "gateway/dashboard/comparison.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"
#include "common/time/partial_date.h"
#include "gateway/dashboard/names.h"
#include "gateway/dashboard/on_date.h"
#include "gateway/dashboard/open_work.h"

namespace oversight::gateway {
namespace {

// What is counted under one key on one day.
struct Cell {
  v1::ConcernCounts counts;
  std::vector<int> ages;
  std::set<std::string> forces;
};

// All keys on one day, and the whole of them.
struct Sheet {
  std::map<std::string, Cell> cells;
  Cell total;
};

class Sheets {
 public:
  Sheets(const SuiteFacts& facts, v1::ComparisonBy by) : by_region_(by == v1::COMPARISON_BY_REGION) {
    for (const auto& force : facts.forces) regions_[force->name()] = force->region();
  }

  Sheet On(const SuiteFacts& facts, absl::CivilDay day) const {
    Sheet sheet;
    if (by_region_) {
      for (const auto& [force, region] : regions_) {
        sheet.cells[region].forces.insert(force);
        sheet.total.forces.insert(force);
      }
    }
    std::unordered_map<std::string, std::string> keys;  // Of open concerns.
    for (const auto& concern : facts.concerns) {
      const auto region = regions_.find(ForceOf(concern->name()));
      if (region == regions_.end() || !concern->has_issue_date()) continue;
      const std::string& key = by_region_ ? region->second : concern->theme();
      Cell& cell = sheet.cells[key];
      if (!IsOpen(*concern)) continue;
      keys[concern->name()] = key;
      for (Cell* of : {&cell, &sheet.total}) {
        Count(*concern, of->counts);
        // Of a partial day, the last that it may be: nothing is called older than it is.
        of->ages.push_back(static_cast<int>(std::max<int64_t>(0, day - DayInterval(concern->issue_date()).last)));
        of->forces.insert(region->first);
      }
    }
    for (const auto& recommendation : facts.recommendations) {
      const auto key = keys.find(ConcernOf(recommendation->name()));
      if (key == keys.end()) continue;
      Count(*recommendation, day, sheet.cells[key->second].counts);
      Count(*recommendation, day, sheet.total.counts);
    }
    return sheet;
  }

 private:
  const bool by_region_;
  std::unordered_map<std::string, std::string> regions_;  // By force.
};

std::unordered_set<std::string> Enhanced(const SuiteFacts& facts) {
  std::unordered_set<std::string> enhanced;
  for (const auto& monitoring : facts.monitoring) {
    if (monitoring->enhanced()) enhanced.insert(ForceOf(monitoring->name()));
  }
  return enhanced;
}

int CountOf(const std::set<std::string>& forces, const std::unordered_set<std::string>& enhanced) {
  return static_cast<int>(
      std::count_if(forces.begin(), forces.end(), [&](const auto& force) { return enhanced.count(force) > 0; }));
}

int Open(const v1::ConcernCounts& counts) {
  return counts.open_causes_of_concern() + counts.open_areas_for_improvement();
}

// "themes/responding-to-the-public" -> "Responding to the public".
std::string DisplayName(const std::string& key, bool region) {
  if (key.empty()) return region ? "No region" : "No theme";
  if (region) return key;
  std::string words = absl::StrReplaceAll(key.substr(key.rfind('/') + 1), {{"-", " "}});
  if (!words.empty()) words[0] = absl::ascii_toupper(static_cast<unsigned char>(words[0]));
  return words;
}

int64_t NumberOf(const v1::Comparison& row, v1::ComparisonOrder order) {
  switch (order) {
    case v1::COMPARISON_ORDER_CAUSES:
      return row.counts().open_causes_of_concern();
    case v1::COMPARISON_ORDER_ACCELERATED:
      return row.counts().open_accelerated();
    case v1::COMPARISON_ORDER_AREAS:
      return row.counts().open_areas_for_improvement();
    case v1::COMPARISON_ORDER_OVERDUE:
      return row.counts().overdue_recommendations();
    case v1::COMPARISON_ORDER_AGE:
      return row.has_median_age_days() ? row.median_age_days() : -1;
    case v1::COMPARISON_ORDER_ENHANCED:
      return row.enhanced_force_count();
    case v1::COMPARISON_ORDER_CHANGE:
      return row.change();
    default:
      return 0;
  }
}

}  // namespace

v1::ListComparisonsResponse ComposeComparison(const SuiteFacts& facts, v1::ComparisonBy by, v1::ComparisonOrder order,
                                              absl::CivilDay today, std::optional<absl::CivilDay> since) {
  const bool by_region = by == v1::COMPARISON_BY_REGION;
  const Sheets sheets(facts, by);
  Sheet now = sheets.On(facts, today);
  const auto enhanced = Enhanced(facts);
  SuiteFacts facts_then;
  Sheet then;
  if (since.has_value()) {
    facts_then = FactsOn(facts, *since);
    then = sheets.On(facts_then, *since);
  }
  const auto enhanced_then = Enhanced(facts_then);

  const auto row_of = [&](Cell& cell, const Cell& cell_then) {
    v1::Comparison row;
    *row.mutable_counts() = cell.counts;
    if (!cell.ages.empty()) {
      const auto middle = cell.ages.begin() + static_cast<std::ptrdiff_t>((cell.ages.size() - 1) / 2);
      std::nth_element(cell.ages.begin(), middle, cell.ages.end());
      row.set_median_age_days(*middle);
    }
    row.set_force_count(static_cast<int32_t>(cell.forces.size()));
    row.set_enhanced_force_count(CountOf(cell.forces, enhanced));
    if (!since.has_value()) return row;
    *row.mutable_counts_then() = cell_then.counts;
    if (facts_then.monitoring_known) row.set_enhanced_force_count_then(CountOf(cell_then.forces, enhanced_then));
    row.set_change(Open(cell.counts) - Open(cell_then.counts));
    return row;
  };

  v1::ListComparisonsResponse response;
  *response.mutable_today() = ToPartialDate(today);
  if (since.has_value()) *response.mutable_since_date() = ToPartialDate(*since);
  std::vector<v1::Comparison> rows;
  for (auto& [key, cell] : now.cells) {
    v1::Comparison row = row_of(cell, then.cells[key]);
    row.set_key(key);
    row.set_display_name(DisplayName(key, by_region));
    rows.push_back(std::move(row));
  }
  std::sort(rows.begin(), rows.end(), [order](const v1::Comparison& a, const v1::Comparison& b) {
    return std::tuple(-NumberOf(a, order), a.display_name(), a.key()) <
           std::tuple(-NumberOf(b, order), b.display_name(), b.key());
  });
  for (auto& row : rows) *response.add_comparisons() = std::move(row);
  *response.mutable_total() = row_of(now.total, then.total);
  response.mutable_total()->set_display_name("All");
  return response;
}

}  // namespace oversight::gateway
