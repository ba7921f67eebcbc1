#include "common/time/working_days.h"

#include <map>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "common/time/partial_date.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"
#include "tests/support/bank_holidays.h"

namespace oversight {
namespace {

using ::testing::HasSubstr;
using ::testing::IsSupersetOf;

const BankHolidays& Shipped() { return testing::ShippedBankHolidays(); }
absl::CivilDay Day(const std::string& iso) { return ToCivilDay(ParsePartialDate(iso).value()).value(); }
bool Works(const std::string& iso) { return IsWorkingDay(Day(iso), Shipped()).value(); }

// ---- The shipped data ----

TEST(BankHolidays, TheShippedYearsHoldEveryRegularDayAndTheSpecialOnes) {
  EXPECT_EQ(Shipped().first_year(), 2019);
  EXPECT_EQ(Shipped().last_year(), 2030);
  std::map<int64_t, int> per_year;
  for (const auto& holiday : Shipped().list().holidays()) ++per_year[Day(holiday.date()).year()];
  for (const auto& [year, count] : per_year) EXPECT_EQ(count, year == 2022 ? 10 : year == 2023 ? 9 : 8) << year;

  // Moved or added by royal proclamation.
  EXPECT_TRUE(Works("2020-05-04")) << "moved to the 8th";
  EXPECT_FALSE(Works("2020-05-08"));
  EXPECT_TRUE(Works("2022-05-30")) << "moved to 2 June";
  EXPECT_FALSE(Works("2022-06-02"));
  EXPECT_FALSE(Works("2022-06-03"));
  EXPECT_FALSE(Works("2022-09-19"));
  EXPECT_FALSE(Works("2023-05-08"));
}

TEST(BankHolidays, WhatFallsOnAWeekendHasASubstitute) {
  EXPECT_FALSE(Works("2021-12-27")) << "for Saturday the 25th";
  EXPECT_FALSE(Works("2021-12-28")) << "for Sunday the 26th";
  EXPECT_FALSE(Works("2022-12-26"));
  EXPECT_FALSE(Works("2022-12-27")) << "for Sunday the 25th";
  EXPECT_FALSE(Works("2020-12-28")) << "for Saturday the 26th";
  EXPECT_FALSE(Works("2022-01-03")) << "for Saturday the 1st";
  EXPECT_FALSE(Works("2023-01-02")) << "for Sunday the 1st";
  EXPECT_TRUE(Works("2024-12-27"));
}

// ---- Loading ----

std::string YearOf(const std::string& extra = "", const std::string& first = "2024-01-01") {
  return absl::StrCat(R"({"source": "s", "firstYear": 2024, "lastYear": 2024, "holidays": [{"date": ")", first,
                      R"(", "title": "t"}, {"date": "2024-03-29", "title": "t"}, {"date": "2024-04-01", "title": "t"},
      {"date": "2024-05-06", "title": "t"}, {"date": "2024-05-27", "title": "t"}, {"date": "2024-08-26", "title": "t"},
      {"date": "2024-12-25", "title": "t"}, {"date": "2024-12-26", "title": "t"})",
                      extra, "]}");
}

std::set<std::string> FaultsOf(const std::string& json) {
  std::set<std::string> faults;
  for (const auto& [field, what] : ViolationsOf(BankHolidays::FromJson(json).status())) {
    faults.insert(absl::StrCat(field, " ", what));
  }
  return faults;
}

TEST(BankHolidays, AreReadAsData) {
  const auto holidays = BankHolidays::FromJson(YearOf());
  ASSERT_TRUE(holidays.ok()) << holidays.status();
  EXPECT_TRUE(holidays->Contains(absl::CivilDay(2024, 3, 29)));
  EXPECT_FALSE(holidays->Contains(absl::CivilDay(2024, 3, 28)));
}

TEST(BankHolidays, AFaultyListNamesEveryFault) {
  EXPECT_THAT(FaultsOf("[]"), Contains(HasSubstr("not a BankHolidayList")));
  EXPECT_THAT(FaultsOf(R"({"source": "s", "firstYear": 2024, "lastYear": 2024, "holiday": []})"),
              Contains(HasSubstr("not a BankHolidayList")));
  EXPECT_THAT(FaultsOf(R"({"source": "s", "firstYear": 2025, "lastYear": 2024})"), Contains(HasSubstr("last_year")));
  EXPECT_THAT(FaultsOf(R"({"source": "s", "firstYear": 2024, "lastYear": 2124})"), Contains(HasSubstr("at most 100")));
  EXPECT_THAT(FaultsOf(R"({"firstYear": 2024, "lastYear": 2024})"),
              IsSupersetOf({std::string("source is required"),
                            std::string("holidays must have at least 8 days in 2024, not 0")}));
  EXPECT_THAT(FaultsOf(YearOf(R"(, {"date": "2024-12-28", "title": "t"})")), Contains(HasSubstr("weekend")));
  EXPECT_THAT(FaultsOf(YearOf(R"(, {"date": "2024-12-26", "title": "t"})")), Contains(HasSubstr("not after")));
  EXPECT_THAT(FaultsOf(YearOf(R"(, {"date": "2025-01-01", "title": "t"})")), Contains(HasSubstr("years of the list")));
  EXPECT_THAT(FaultsOf(YearOf(R"(, {"date": "2024-12-27"})")), Contains(HasSubstr("holidays[8].title is required")));
  for (const char* none : {"2024-02-30", "2024-01", "1 January 2024", ""}) {
    EXPECT_THAT(FaultsOf(YearOf("", none)), Contains(HasSubstr("must be a day such as"))) << none;
  }
}

// ---- Counting ----

TEST(WorkingDays, CountFromTheDayAfter) {
  // Christmas 2024: Wednesday and Thursday; New Year's Day is a Wednesday.
  EXPECT_EQ(AddWorkingDays(Day("2024-12-24"), 1, Shipped()).value(), Day("2024-12-27"));
  EXPECT_EQ(AddWorkingDays(Day("2024-12-24"), 3, Shipped()).value(), Day("2024-12-31"));
  EXPECT_EQ(AddWorkingDays(Day("2024-12-24"), 4, Shipped()).value(), Day("2025-01-02"));
  EXPECT_EQ(AddWorkingDays(Day("2024-12-25"), 0, Shipped()).value(), Day("2024-12-25"));
  EXPECT_EQ(WorkingDaysBetween(Day("2024-12-24"), Day("2025-01-02"), Shipped()).value(), 4);
  EXPECT_EQ(WorkingDaysBetween(Day("2025-01-02"), Day("2024-12-24"), Shipped()).value(), -4);
  EXPECT_EQ(WorkingDaysBetween(Day("2024-12-25"), Day("2024-12-26"), Shipped()).value(), 0);
  EXPECT_EQ(WorkingDaysBetween(Day("2024-12-24"), Day("2024-12-24"), Shipped()).value(), 0);
}

TEST(WorkingDays, AreNotGuessedBeyondTheYearsKnown) {
  for (const auto& status :
       {IsWorkingDay(Day("2031-01-01"), Shipped()).status(), IsWorkingDay(Day("2018-12-31"), Shipped()).status(),
        AddWorkingDays(Day("2030-12-20"), 20, Shipped()).status(),
        WorkingDaysBetween(Day("2018-12-01"), Day("2019-02-01"), Shipped()).status(),
        WorkingDaysBetween(Day("2030-02-01"), Day("2031-01-01"), Shipped()).status(),
        IsWorkingDay(Day("2024-01-02"), BankHolidays()).status()}) {
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
    EXPECT_EQ(ReasonOf(status), "BANK_HOLIDAYS_UNKNOWN");
  }
  const absl::Status beyond = AddWorkingDays(Day("2030-12-20"), 20, Shipped()).status();
  EXPECT_EQ(ErrorMetadata(beyond, "day"), "2031-01-01");
  EXPECT_THAT(std::string(beyond.message()), HasSubstr("from 2019 to 2030"));
  // The day before the first year is no part of the answer.
  EXPECT_EQ(AddWorkingDays(Day("2018-12-31"), 1, Shipped()).value(), Day("2019-01-02"));
  EXPECT_EQ(WorkingDaysBetween(Day("2018-12-31"), Day("2019-01-02"), Shipped()).value(), 1);
}

// ---- Laws ----

absl::CivilDay AnyDay() { return absl::CivilDay(2019, 1, 1) + *rc::gen::inRange(0, 12 * 365); }

RC_GTEST_PROP(WorkingDaysProperty, AddingAndCountingAreEachOthersInverse, ()) {
  const absl::CivilDay day = AnyDay();
  const int count = *rc::gen::inRange(0, 400);
  const auto later = AddWorkingDays(day, count, Shipped());
  if (!later.ok()) RC_DISCARD("beyond the data");
  RC_ASSERT(WorkingDaysBetween(day, *later, Shipped()).value() == count);
  if (count > 0) RC_ASSERT(IsWorkingDay(*later, Shipped()).value());
}

RC_GTEST_PROP(WorkingDaysProperty, CountsAddUp, ()) {
  const absl::CivilDay a = AnyDay(), b = AnyDay(), c = AnyDay();
  const auto between = [](absl::CivilDay from, absl::CivilDay to) {
    return WorkingDaysBetween(from, to, Shipped()).value();
  };
  RC_ASSERT(between(a, b) + between(b, c) == between(a, c));
  RC_ASSERT(between(a, b) == -between(b, a));
}

RC_GTEST_PROP(WorkingDaysProperty, CountingIsTheSumOfItsDays, ()) {
  const absl::CivilDay day = AnyDay();
  const int length = *rc::gen::inRange(0, 30);
  int64_t working = 0;
  for (int i = 1; i <= length; ++i) {
    const auto works = IsWorkingDay(day + i, Shipped());
    if (!works.ok()) RC_DISCARD("beyond the data");
    working += *works;
  }
  RC_ASSERT(WorkingDaysBetween(day, day + length, Shipped()).value() == working);
}

RC_GTEST_PROP(WorkingDaysProperty, ALaterStartNeverEndsEarlier, ()) {
  const absl::CivilDay day = AnyDay();
  const int count = *rc::gen::inRange(1, 300);
  const auto a = AddWorkingDays(day, count, Shipped()), b = AddWorkingDays(day + 1, count, Shipped());
  if (!b.ok()) RC_DISCARD("beyond the data");
  RC_ASSERT(*a <= *b);
}

}  // namespace
}  // namespace oversight
