#include "gateway/web/charts/plan_chart.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/time/partial_date.h"
#include "gateway/web/charts/svg.h"

namespace oversight::gateway::web {
namespace {

using monitoring::v1::MilestoneProgress;

constexpr int kWidth = 720, kLeft = 250, kRight = 20, kTop = 28, kRow = 34, kBottom = 34;
constexpr size_t kLongest = 29;

std::string Short(const std::string& text) {
  if (text.size() <= kLongest) return text;
  size_t end = kLongest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end) + "…";
}

struct Days {
  std::optional<absl::CivilDay> original, due, actual, forecast;

  explicit Days(const MilestoneProgress& milestone)
      : original(ToCivilDay(milestone.original_due_date())),
        due(ToCivilDay(milestone.due_date())),
        actual(ToCivilDay(milestone.actual_date())),
        forecast(ToCivilDay(milestone.forecast_date())) {}
};

}  // namespace

std::string PlanChartOf(const monitoring::v1::PlanProgress& progress, const std::string& id) {
  std::vector<absl::CivilDay> all;
  int reached = 0, overdue = 0;
  for (const MilestoneProgress& milestone : progress.milestones()) {
    const Days days(milestone);
    for (const auto& day : {days.original, days.due, days.actual, days.forecast}) {
      if (day.has_value()) all.push_back(*day);
    }
    reached += milestone.has_actual_date();
    overdue += milestone.overdue();
  }
  if (all.empty()) return "";
  const auto today = ToCivilDay(progress.on_date());
  if (today.has_value()) all.push_back(*today);
  const auto [least, greatest] = std::minmax_element(all.begin(), all.end());
  const absl::CivilDay begin = *least - 7, end = *greatest + 7;
  const double span = static_cast<double>(end - begin);
  const auto x = [&](absl::CivilDay day) {
    return kLeft + static_cast<double>(day - begin) / span * (kWidth - kLeft - kRight);
  };
  const int count = progress.milestones_size(), bottom = kTop + count * kRow;
  Svg svg(id, kWidth, bottom + kBottom, "Milestones against time",
          absl::StrCat(reached, " of ", count, " milestones reached, ", overdue,
                       " overdue. The table below has the days. Filled: reached. Open: due. Small: due at first. "
                       "Dashed: as forecast."));
  // Some dates along the axis: never more than fit.
  const int months = static_cast<int>(absl::CivilMonth(end) - absl::CivilMonth(begin));
  const int step = std::max(1, months / 5);
  for (absl::CivilMonth month = absl::CivilMonth(begin) + 1; absl::CivilDay(month) < end; month += step) {
    const double at = x(absl::CivilDay(month));
    svg.Line("app-chart-grid", at, kTop, at, bottom);
    common::v1::PartialDate date;
    date.set_year(static_cast<int32_t>(month.year()));
    date.set_month(month.month());
    svg.Text("app-chart-text", at, bottom + 20, "middle",
             absl::StrCat(FormatForPeople(date).substr(0, 3), " ", month.year()));
  }
  if (today.has_value()) {
    svg.Line("app-chart-today", x(*today), kTop - 6, x(*today), bottom);
    const bool right = x(*today) > kWidth - 60;
    svg.Text("app-chart-text", right ? kWidth : x(*today), kTop - 12, right ? "end" : "middle", "this day");
  }
  for (int i = 0; i < count; ++i) {
    const MilestoneProgress& milestone = progress.milestones(i);
    const Days days(milestone);
    const double y = kTop + i * kRow + kRow / 2.0;
    svg.Text("app-chart-text", kLeft - 12, y + 5, "end", Short(milestone.title()));
    const auto last = days.actual.has_value() ? days.actual : days.forecast.has_value() ? days.forecast : days.due;
    if (days.original.has_value() && last.has_value()) {
      svg.Line(days.actual.has_value() ? "app-chart-slip" : "app-chart-slip app-chart-slip--forecast",
               x(*days.original), y, x(*last), y);
    }
    const auto dot = [&](const char* css, absl::CivilDay day, int radius, const std::string& words) {
      svg.Open("circle",
               {{"class", css}, {"cx", Svg::Number(x(day))}, {"cy", Svg::Number(y)}, {"r", absl::StrCat(radius)}});
      svg.Add("title", {}, absl::StrCat(words, " ", FormatForPeople(day)));
      svg.Close("circle");
    };
    if (days.original.has_value()) dot("app-chart-dot app-chart-dot--first", *days.original, 3, "Due at first");
    if (days.actual.has_value()) {
      dot("app-chart-dot app-chart-dot--reached", *days.actual, 7, "Reached");
    } else if (days.due.has_value()) {
      dot(milestone.overdue() ? "app-chart-dot app-chart-dot--overdue" : "app-chart-dot", *days.due, 7,
          milestone.overdue() ? "Overdue, was due" : "Due");
    }
  }
  return svg.End();
}

}  // namespace oversight::gateway::web
