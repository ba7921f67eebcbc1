#include "gateway/web/charts/trend.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "gateway/web/charts/svg.h"

namespace oversight::gateway::web {
namespace {

constexpr int kWidth = 720, kHeight = 220, kLeft = 36, kRight = 12, kTop = 12, kBottom = 30;

std::string CountWords(const TrendPoint& point) {
  if (point.certain == point.possible) return absl::StrCat(point.certain);
  return absl::StrCat(point.certain, " to ", point.possible);
}

}  // namespace

std::vector<TrendPoint> TrendOf(const std::vector<Spell>& spells, absl::CivilDay today) {
  std::vector<TrendPoint> points;
  if (spells.empty()) return points;
  absl::CivilDay first = today;
  for (const Spell& spell : spells) first = std::min(first, spell.from.first);
  const auto add = [&](absl::CivilDay day) {
    TrendPoint point{day};
    for (const Spell& spell : spells) {
      // The day it ended does not count.
      const DayInterval at(day);
      point.certain += MustBeOnOrBefore(spell.from, at) && (!spell.until || MustBeAfter(*spell.until, at));
      point.possible += MayBeOnOrBefore(spell.from, at) && (!spell.until || MayBeAfter(*spell.until, at));
    }
    points.push_back(point);
  };
  for (absl::CivilMonth month(first); absl::CivilDay(month + 1) - 1 < today; ++month)
    add(absl::CivilDay(month + 1) - 1);
  add(today);
  return points;
}

std::string TrendChartOf(const std::vector<TrendPoint>& points) {
  if (points.size() < 2) return "";
  const auto most = std::max_element(points.begin(), points.end(),
                                     [](const TrendPoint& a, const TrendPoint& b) { return a.possible < b.possible; });
  const int top = std::max(most->possible, 1);
  const absl::CivilDay begin = points.front().day, end = points.back().day;
  const double days = static_cast<double>(end - begin);
  const auto x = [&](absl::CivilDay day) {
    return kLeft + static_cast<double>(day - begin) / days * (kWidth - kLeft - kRight);
  };
  const auto y = [&](int count) { return kTop + (1 - static_cast<double>(count) / top) * (kHeight - kTop - kBottom); };
  Svg svg("trend", kWidth, kHeight, absl::StrCat("Forces in enhanced monitoring, ", begin.year(), " to ", end.year()),
          absl::StrCat("Month by month. Most: ", CountWords(*most), ", at the end of ", FormatForPeople(most->day),
                       ". Now: ", CountWords(points.back()), "."));
  for (int count = 0; count <= top; count += std::max(1, top / 5)) {
    svg.Line("app-chart-grid", kLeft, y(count), kWidth - kRight, y(count));
    svg.Text("app-chart-text", kLeft - 8, y(count) + 5, "end", absl::StrCat(count));
  }
  const int years = static_cast<int>(end.year() - begin.year());
  for (auto year = begin.year() + 1; year <= end.year(); year += std::max(1, years / 10)) {
    const double at = x(absl::CivilDay(year, 1, 1));
    svg.Line("app-chart-grid", at, kTop, at, kHeight - kBottom);
    svg.Text("app-chart-text", at, kHeight - 8, "middle", absl::StrCat(year));
  }
  // What may have been, as a band over what certainly was. In steps: a force is in a stage or not, and on no day half.
  std::string area, lower;
  for (size_t i = 0; i < points.size(); ++i) {
    const std::string at = Svg::Number(x(points[i].day));
    absl::StrAppend(&area, i == 0 ? "M" : "H", at, i == 0 ? " " : "V", Svg::Number(y(points[i].possible)));
    absl::StrAppend(&lower, i == 0 ? "M" : "H", at, i == 0 ? " " : "V", Svg::Number(y(points[i].certain)));
  }
  // And back below it.
  for (size_t i = points.size(); i-- > 0;) {
    absl::StrAppend(&area, "V", Svg::Number(y(points[i].certain)), "H", Svg::Number(x(points[i > 0 ? i - 1 : 0].day)));
  }
  svg.Add("path", {{"class", "app-chart-band"}, {"d", area + "Z"}});
  svg.Add("path", {{"class", "app-chart-line"}, {"d", lower}});
  return svg.End();
}

void SetTrend(const std::vector<TrendPoint>& points, View& view) {
  Set(view, "trend", TrendChartOf(points));
  for (size_t i = 0; i < points.size(); ++i) {
    if (i + 1 < points.size() && points[i].day.month() != 12) continue;
    View row;
    Set(row, "day", FormatForPeople(points[i].day));
    Set(row, "count", CountWords(points[i]));
    Add(view, "trendYears", std::move(row));
  }
}

}  // namespace oversight::gateway::web
