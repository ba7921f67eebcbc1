// Drawings: what they count, where they put it, and the words for those who do not see them.
#include <fstream>
#include <iterator>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/text/csv.h"
#include "common/time/london.h"
#include "common/time/timestamp.h"
#include "gateway/web/charts/plan_chart.h"
#include "gateway/web/charts/svg.h"
#include "gateway/web/charts/tile_map.h"
#include "gateway/web/charts/trend.h"
#include "gateway/web/moment.h"
#include "gateway/web/timeline.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace oversight::gateway::web {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

size_t Count(const std::string& text, const std::string& part) {
  return std::vector<std::string>(absl::StrSplit(text, part)).size() - 1;
}

TEST(Svg, EscapesWhatIsWritten) {
  Svg svg("a", 10, 20, "<Title>", "A & \"B\"");
  svg.Text("c", 1.25, 2, "end", "<script>");
  const std::string text = svg.End();
  EXPECT_THAT(text, HasSubstr("<title id=\"a-title\">&lt;Title&gt;</title>"));
  EXPECT_THAT(text, HasSubstr("A &amp; &quot;B&quot;"));
  EXPECT_THAT(text, Not(HasSubstr("<script>")));
  EXPECT_EQ(Svg::Number(2), "2");
  EXPECT_EQ(Svg::Number(0.26), "0.3");
}

TEST(TileMap, HasEachTerritorialPoliceForceOnceOnATileOfItsOwn) {
  std::ifstream file("data/forces.csv");
  const CsvFile forces = ReadCsv(std::string(std::istreambuf_iterator<char>(file), {}));
  std::set<std::string> territorial, tiles;
  for (const auto& record : forces.records) {
    if (record.fields[2] == "TERRITORIAL" && record.fields[3] == "POLICE")
      territorial.insert("forces/" + record.fields[0]);
  }
  std::set<std::pair<int, int>> places;
  for (const ForceTile& tile : ForceTiles()) {
    tiles.insert(tile.force);
    EXPECT_TRUE(places.emplace(tile.column, tile.row).second) << tile.force << " lies on another";
    EXPECT_LE(tile.label.size(), 8u) << tile.label;
  }
  EXPECT_EQ(tiles.size(), 43u);
  EXPECT_EQ(tiles, territorial);
}

TEST(TileMap, SaysTheStagesInWordsAndByAMark) {
  v1::NationalDashboard dashboard;
  for (const ForceTile& tile : ForceTiles()) {
    auto& row = *dashboard.add_rows();
    row.set_force(tile.force);
    row.set_display_name(tile.label + " Police");
    if (tile.force == "forces/durham") continue;  // Not known.
    row.set_enhanced(tile.force == "forces/kent" || tile.force == "forces/essex");
    row.set_stage(row.enhanced() ? "engage" : "scan");
    row.set_stage_display_name(row.enhanced() ? "Engage" : "Scan");
  }
  const std::string map = TileMapOf(dashboard);
  EXPECT_THAT(map,
              HasSubstr("In Engage: Essex Police and Kent Police. In routine monitoring: 40. Not known: 1.</desc>"));
  EXPECT_EQ(Count(map, "app-tile--enhanced"), 2u);
  EXPECT_EQ(Count(map, "app-tile--unknown"), 1u);
  EXPECT_EQ(Count(map, ">Engage</text>"), 2u) << "not by colour alone";
  EXPECT_THAT(TileMapOf({}), HasSubstr("Not known: 43.</desc>"));
}

common::v1::PartialDate Date(const std::string& text) { return *ParsePartialDate(text); }

TEST(Trend, CountsAtTheEndOfEachMonthAndToday) {
  EXPECT_THAT(TrendOf({}, absl::CivilDay(2024, 1, 1)), IsEmpty());
  const std::vector<Spell> spells = {{Date("2023-11-24"), DayInterval(Date("2024-01-31"))},
                                     {Date("2023-12-05"), std::nullopt}};
  const auto points = TrendOf(spells, absl::CivilDay(2024, 2, 10));
  ASSERT_EQ(points.size(), 4u);
  EXPECT_EQ(points[0].day, absl::CivilDay(2023, 11, 30));
  EXPECT_EQ(points[0].certain, 1);
  EXPECT_EQ(points[1].certain, 2);
  EXPECT_EQ(points[2].day, absl::CivilDay(2024, 1, 31));
  EXPECT_EQ(points[2].certain, 1) << "the day it ended does not count";
  EXPECT_EQ(points[3].day, absl::CivilDay(2024, 2, 10));
  EXPECT_EQ(points[3].certain, 1);
}

TEST(Trend, OfDatesInPartItSaysWhatIsCertainAndWhatMayBe) {
  const auto points = TrendOf({{Date("2023"), DayInterval(Date("2024-06"))}}, absl::CivilDay(2024, 8, 1));
  ASSERT_EQ(points.size(), 20u);
  EXPECT_EQ(points[0].certain, 0);
  EXPECT_EQ(points[0].possible, 1);
  EXPECT_EQ(points[11].certain, 1) << "by the end of 2023";
  EXPECT_EQ(points[17].certain, 0) << "it may have ended in June";
  EXPECT_EQ(points[17].possible, 0) << "by the last of June it had";
  EXPECT_EQ(points.back().possible, 0);
  View view;
  SetTrend(points, view);
  EXPECT_THAT(view.fields().at("trend").string_value(), HasSubstr("Most: 0 to 1, at the end of"));
  EXPECT_EQ(view.fields().at("trendYears").list_value().values_size(), 2) << "the end of a year, and today";
  EXPECT_EQ(TrendChartOf({points[0]}), "") << "one point is no trend";
  for (const char* drawn : {"app-chart-line", "app-chart-band"}) {
    const std::string chart = TrendChartOf(points);
    const size_t at = chart.find(" d=\"", chart.find(drawn));
    const std::string path = chart.substr(at + 4, chart.find('"', at + 4) - at - 4);
    EXPECT_EQ(path.find('L'), std::string::npos) << path << ": in steps, since nothing is half in a stage";
    EXPECT_NE(path.find('H'), std::string::npos) << path;
  }
}

TEST(PlanChart, ShowsWhatIsReachedDueAndForecast) {
  monitoring::v1::PlanProgress progress;
  *progress.mutable_on_date() = Date("2024-09-01");
  auto& reached = *progress.add_milestones();
  reached.set_title("A title that is much too long for the place it has");
  *reached.mutable_original_due_date() = Date("2024-05-01");
  *reached.mutable_due_date() = Date("2024-06-01");
  *reached.mutable_actual_date() = Date("2024-06-10");
  auto& late = *progress.add_milestones();
  late.set_title("Second");
  *late.mutable_original_due_date() = Date("2024-07-01");
  *late.mutable_due_date() = Date("2024-07-01");
  *late.mutable_forecast_date() = Date("2024-10-01");
  late.set_overdue(true);
  const std::string chart = PlanChartOf(progress, "plan-1");
  EXPECT_THAT(chart, HasSubstr("1 of 2 milestones reached, 1 overdue."));
  EXPECT_THAT(chart, HasSubstr("<title>Reached 10 June 2024</title>"));
  EXPECT_THAT(chart, HasSubstr("<title>Overdue, was due 1 July 2024</title>"));
  EXPECT_EQ(Count(chart, "app-chart-slip--forecast"), 1u);
  EXPECT_THAT(chart, HasSubstr("A title that is much too long…<"));
  EXPECT_EQ(PlanChartOf({}, "x"), "");
}

TEST(Moment, IsThatOfLondonOrOfItsZone) {
  EXPECT_EQ(*ParseMoment("2024-07-01T10:00"), LondonTime(absl::CivilMinute(2024, 7, 1, 10, 0)));
  EXPECT_EQ(*ParseMoment("2024-07-01T10:00:30"), LondonTime(absl::CivilMinute(2024, 7, 1, 10, 0)) + absl::Seconds(30));
  EXPECT_EQ(*ParseMoment("2024-07-01T10:00:00Z"), LondonTime(absl::CivilMinute(2024, 7, 1, 11, 0)));
  EXPECT_EQ(FormatMomentField(*ParseMoment("2024-07-01T10:00:05")), "2024-07-01T10:00:05");
  for (const char* bad : {"", "yesterday", "2024-07-01", "10:00"}) EXPECT_FALSE(ParseMoment(bad).ok()) << bad;
}

TEST(Timeline, HasThreeClocks) {
  v1::ForceDashboard dashboard;
  auto& early = *dashboard.add_meetings();
  early.set_name("forces/kent/meetings/1");
  *early.mutable_meeting_date() = Date("2024-01-01");
  SetTime(absl::FromUnixSeconds(1800000000), early.mutable_create_time());
  auto& late = *dashboard.add_meetings();
  late.set_name("forces/kent/meetings/2");
  *late.mutable_meeting_date() = Date("2024-02-01");
  SetTime(absl::FromUnixSeconds(1700000000), late.mutable_create_time());
  auto& report = *dashboard.add_inspections();
  report.set_name("forces/kent/inspections/x");
  *report.mutable_report()->mutable_publication_date() = Date("2023");
  const auto first = [&](TimelineClock clock) { return TimelineOf(dashboard, 9, clock).at(0).fields(); };
  EXPECT_EQ(first(TimelineClock::kEffective).at("when").string_value(), "1 February 2024");
  EXPECT_EQ(first(TimelineClock::kRecorded).at("when").string_value(), "1 January 2024");
  EXPECT_EQ(first(TimelineClock::kRecorded).at("recorded").string_value(), "08:00 on 15 January 2027");
  EXPECT_EQ(first(TimelineClock::kPublished).at("published").string_value(), "2023");
  EXPECT_FALSE(TimelineOf(dashboard, 9, TimelineClock::kRecorded).at(2).fields().at("recorded").bool_value());
  EXPECT_EQ(RecordedMoments(dashboard),
            (std::vector<absl::Time>{absl::FromUnixSeconds(1700000000), absl::FromUnixSeconds(1800000000)}));
}

}  // namespace
}  // namespace oversight::gateway::web
