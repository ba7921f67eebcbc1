// How many forces were in enhanced monitoring, month by month, counted from the episodes. Where the days are known only
// in part, the count is between those that certainly were and those that may have been; nothing is guessed. Pure;
// thread-safe.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "common/time/partial_date.h"
#include "gateway/web/view.h"

namespace oversight::gateway::web {

// A time in an enhanced stage; without `until` it lasts.
struct Spell {
  DayInterval from;
  std::optional<DayInterval> until;
};

struct TrendPoint {
  absl::CivilDay day;
  int certain = 0;   // In it, whatever the days were.
  int possible = 0;  // In it on some of the days that the dates may stand for; at least `certain`.
};

// At the end of each month from the first spell to `today`, and today. Empty without spells.
std::vector<TrendPoint> TrendOf(const std::vector<Spell>& spells, absl::CivilDay today);
// As SVG; "" with less than two points.
std::string TrendChartOf(const std::vector<TrendPoint>& points);
// Sets `trend`, the chart, and `trendYears`, the same at the end of each year in figures.
void SetTrend(const std::vector<TrendPoint>& points, View& view);

}  // namespace oversight::gateway::web
