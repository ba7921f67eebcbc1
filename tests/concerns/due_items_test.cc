#include "concerns-service/domain/due_items.h"

#include "tests/concerns/overview_support.h"

namespace oversight::concerns {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

void Add(DueItems& items, const ConcernRecord& record) {
  for (const Due& due : DueItemsOf(record)) items.Add(due);
}

std::vector<std::string> Listed(const DueItems& items, const DueSelection& selection = {},
                                const std::string& today = "2024-03-01",
                                const std::optional<DuePlace>& after = std::nullopt, size_t limit = 1000) {
  std::vector<std::string> listed;
  items.Each(selection, Day(today), after, [&](const DuePlace& place, const Due& due) {
    EXPECT_EQ(place.name, due.name);
    listed.push_back(FormatIso(place.day) + " " + due.name.substr(7));
    return listed.size() < limit;
  });
  return listed;
}

DueItems Some() {
  DueItems items;
  Add(items, Made("forces/kent/concerns/2")
                 .Issued("2023-11-24")
                 .Recommends(kRecOpen, "2024-05-24")
                 .Recommends(kRecOpen, "2024-02-24")
                 .record());
  Add(items, Made("forces/kent/concerns/10").Issued("2023-11-24").Recommends(kRecOpen, "2024-02-24").record());
  Add(items, Made("forces/essex/concerns/1")
                 .Theme("themes/vetting")
                 .Issued("2023-11-24")
                 .Recommends(kRecOpen, "2024-03-01")
                 .record());
  return items;
}

TEST(DueItems, AreRecommendationsOfWhatWasIssuedThatAreNotClosed) {
  const ConcernRecord record = Made("forces/kent/concerns/1")
                                   .Issued("2023-11-24")
                                   .Recommends(v1::RECOMMENDATION_STATE_SUPERSEDED, "2024-02-24")
                                   .Recommends(kRecVerified, "2024-02-24")
                                   .Recommends(kRecWithdrawn, "2024-02-24")
                                   .Recommends(kRecOpen, "2024-02-24")
                                   .record();
  const std::vector<Due> items = DueItemsOf(record);
  ASSERT_EQ(items.size(), 1u);
  EXPECT_EQ(items[0].name, "forces/kent/concerns/1/recommendations/4");
  EXPECT_EQ(items[0].force, "forces/kent");
  EXPECT_EQ(items[0].concern, "forces/kent/concerns/1");
  EXPECT_EQ(items[0].text.get(), &record.recommendations[3]->text()) << "shared, not copied";
  EXPECT_THAT(DueItemsOf(Made("forces/kent/concerns/1").Recommends(kRecDraft).record()), IsEmpty());
  EXPECT_THAT(DueItemsOf(ConcernRecord()), IsEmpty());
}

TEST(DueItems, ComeByDayThenByNameWhateverTheirForce) {
  const DueItems items = Some();
  const auto all = Listed(items);
  EXPECT_THAT(
      all,
      ElementsAre("2024-02-24 kent/concerns/2/recommendations/2", "2024-02-24 kent/concerns/10/recommendations/1",
                  "2024-03-01 essex/concerns/1/recommendations/1", "2024-05-24 kent/concerns/2/recommendations/1"));
  // By pages, each from the place of the one before.
  std::vector<std::string> paged;
  std::optional<DuePlace> after;
  while (true) {
    const auto page = Listed(items, {}, "2024-03-01", after, 1);
    if (page.empty()) break;
    paged.push_back(page[0]);
    after = DuePlace{Day(page[0].substr(0, 10)), "forces/" + page[0].substr(11)};
  }
  EXPECT_EQ(paged, all);
}

TEST(DueItems, AreSelected) {
  const DueItems items = Some();
  EXPECT_THAT(Listed(items, {.forces = [](const std::string& force) { return force == "forces/essex"; }}),
              ElementsAre("2024-03-01 essex/concerns/1/recommendations/1"));
  EXPECT_THAT(Listed(items, {.theme = "themes/vetting"}), ElementsAre("2024-03-01 essex/concerns/1/recommendations/1"));
  EXPECT_THAT(Listed(items, {.theme = "themes/none"}), IsEmpty());
  EXPECT_THAT(Listed(items, {.from = Day("2024-02-25"), .to = Day("2024-03-01")}),
              ElementsAre("2024-03-01 essex/concerns/1/recommendations/1"));
  EXPECT_THAT(Listed(items, {.from = Day("2024-03-01")}), ElementsAre("2024-03-01 essex/concerns/1/recommendations/1",
                                                                      "2024-05-24 kent/concerns/2/recommendations/1"));
  EXPECT_THAT(Listed(items, {.overdue_only = true}, "2024-02-24"), IsEmpty()) << "on the day it is not overdue";
  EXPECT_THAT(
      Listed(items, {.overdue_only = true}, "2024-02-25"),
      ElementsAre("2024-02-24 kent/concerns/2/recommendations/2", "2024-02-24 kent/concerns/10/recommendations/1"));
  EXPECT_THAT(Listed(items, {.to = Day("2024-02-23"), .overdue_only = true}, "2024-06-01"), IsEmpty());
  const DuePlace after{Day("2024-02-24"), "forces/kent/concerns/10/recommendations/1"};
  EXPECT_THAT(Listed(items, {.from = Day("2024-01-01"), .to = Day("2024-03-01")}, "2024-03-01", after),
              ElementsAre("2024-03-01 essex/concerns/1/recommendations/1"));
}

TEST(DueItems, SayWhatIsClaimed) {
  DueItems items;
  Add(items, Made("forces/kent/concerns/1")
                 .Issued("2023-11-24")
                 .Recommends(kRecClaimed, "2024-02-24")
                 .Recommends(kRecOpen, "2024-02-25")
                 .record());
  EXPECT_EQ(Listed(items).size(), 2u);
  EXPECT_THAT(Listed(items, {.unclaimed_only = true}), ElementsAre("2024-02-25 kent/concerns/1/recommendations/2"));
  items.Each({}, Day("2024-02-25"), std::nullopt, [](const DuePlace&, const Due& due) {
    EXPECT_TRUE(ToProto(due, Day("2024-02-25"), {}).claimed());
    EXPECT_TRUE(ToProto(due, Day("2024-02-25"), {}).overdue()) << "until it is verified";
    return false;
  });
}

TEST(DueItems, GoWhenTheyAreTakenAway) {
  DueItems items = Some();
  const ConcernRecord record =
      Made("forces/kent/concerns/10").Issued("2023-11-24").Recommends(kRecOpen, "2024-02-24").record();
  for (const Due& due : DueItemsOf(record)) items.Remove(due);
  EXPECT_EQ(Listed(items).size(), 3u);
  for (const Due& due : DueItemsOf(record)) items.Remove(due);
  EXPECT_EQ(Listed(items).size(), 3u);
}

TEST(DueItems, SayHowManyDaysAreLeft) {
  const BankHolidays& holidays = testing::ShippedBankHolidays();
  Made made("forces/kent/concerns/1");
  made.Issued("2023-11-24").Recommends(kRecOpen, "2024-04-02");
  const Due due = DueItemsOf(made.record()).at(0);
  const auto left = [&](const std::string& today) { return ToProto(due, Day(today), holidays).days_left(); };
  const auto working = [&](const std::string& today) { return ToProto(due, Day(today), holidays).working_days_left(); };
  EXPECT_EQ(left("2024-03-28"), 5);
  EXPECT_EQ(working("2024-03-28"), 1) << "Easter is between";
  EXPECT_EQ(left("2024-04-02"), 0);
  EXPECT_EQ(working("2024-04-02"), 0);
  EXPECT_FALSE(ToProto(due, Day("2024-04-02"), holidays).overdue());
  EXPECT_EQ(left("2024-04-08"), -6);
  EXPECT_EQ(working("2024-04-08"), -4);
  EXPECT_FALSE(ToProto(due, Day("2024-04-08"), BankHolidays()).has_working_days_left()) << "not known";
  const v1::DueItem item = ToProto(due, Day("2024-04-08"), holidays);
  EXPECT_TRUE(item.overdue());
  EXPECT_EQ(item.kind(), v1::DUE_KIND_RECOMMENDATION);
  EXPECT_EQ(item.concern_title(), "Investigations");
  EXPECT_EQ(item.text(), "Do it.");
  EXPECT_EQ(FormatIso(item.due_date()), "2024-04-02");
  EXPECT_FALSE(item.has_original_due_date());

  *made.last().add_extensions()->mutable_from_due_date() = Date("2024-02-24");
  *made.last().add_extensions()->mutable_from_due_date() = Date("2024-03-24");
  EXPECT_EQ(FormatIso(ToProto(DueItemsOf(made.record()).at(0), Day("2024-03-01"), holidays).original_due_date()),
            "2024-02-24");
}

TEST(DueItems, ShowTheBeginningOfALongText) {
  EXPECT_EQ(Beginning("ŵŵŵ", 3), "ŵŵŵ");
  EXPECT_EQ(Beginning("ŵŵŵŵ", 3), "ŵŵŵ…");
  EXPECT_EQ(Beginning("", 3), "");
}

TEST(DuePlace, GoesThroughText) {
  const DuePlace place{Day("2024-02-24"), "forces/kent/concerns/10/recommendations/1"};
  const auto back = ParseDuePlace(ToText(place));
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->day, place.day);
  EXPECT_EQ(back->name, place.name);
  for (const char* other : {"", "x", "2024-02 forces/kent", "2024-02-30 forces/kent"}) {
    EXPECT_FALSE(ParseDuePlace(other).has_value()) << other;
  }
}

}  // namespace
}  // namespace oversight::concerns
