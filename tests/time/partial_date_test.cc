#include "common/time/partial_date.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace oversight {
namespace {

using common::v1::PartialDate;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

PartialDate Date(int year, int month = 0, int day = 0) {
  PartialDate date;
  date.set_year(year);
  date.set_month(month);
  date.set_day(day);
  return date;
}
PartialDate PartOf(int year, common::v1::PartOfYear part) {
  PartialDate date = Date(year);
  date.set_part_of_year(part);
  return date;
}
std::vector<std::pair<std::string, std::string>> ViolationsIn(const PartialDate& date,
                                                              const std::string& field = "from") {
  Violations violations;
  ValidatePartialDate(date, field, violations);
  return ViolationsOf(violations.status());
}

TEST(PartialDateValidation, AcceptsEveryFormThatIsPublished) {
  EXPECT_THAT(ViolationsIn(Date(2019)), IsEmpty());
  EXPECT_THAT(ViolationsIn(Date(2021, 12)), IsEmpty());
  EXPECT_THAT(ViolationsIn(Date(2023, 11, 24)), IsEmpty());
  EXPECT_THAT(ViolationsIn(PartOf(2024, common::v1::PART_OF_YEAR_EARLY)), IsEmpty());
}

TEST(PartialDateValidation, ReportsAllProblemsAtOnceUnderTheirFields) {
  PartialDate date = Date(0, 13, 40);
  date.set_part_of_year(common::v1::PART_OF_YEAR_LATE);
  EXPECT_THAT(ViolationsIn(date),
              ElementsAre(Pair("from.year", HasSubstr("1829 to 2199")), Pair("from.month", HasSubstr("1 to 12")),
                          Pair("from.day", HasSubstr("length of the month")),
                          Pair("from.part_of_year", HasSubstr("must not be set together"))));
}

TEST(PartialDateValidation, KnowsTheLengthOfMonths) {
  EXPECT_TRUE(IsValid(Date(2024, 2, 29)));
  EXPECT_THAT(ViolationsIn(Date(2023, 2, 29)),
              ElementsAre(Pair("from.day", "must be at most 28: February 2023 has no day 29")));
  EXPECT_TRUE(IsValid(Date(2000, 2, 29)));
  EXPECT_FALSE(IsValid(Date(1900, 2, 29)));
}

TEST(PartialDateValidation, RefusesADayWithoutMonthAndUnknownParts) {
  EXPECT_THAT(ViolationsIn(Date(2023, 0, 5)), ElementsAre(Pair("from.day", "needs a month")));
  EXPECT_THAT(ViolationsIn(PartOf(2023, static_cast<common::v1::PartOfYear>(99))),
              ElementsAre(Pair("from.part_of_year", HasSubstr("not a known"))));
}

// One slip of the pen in a year, and a force would be in Engage for eighteen centuries.
TEST(PartialDateValidation, TakesTheYearsThatARecordMayHave) {
  for (const int year : {0, -1, 1, 204, kFirstYear - 1, kLastYear + 1, 9999, 20234}) {
    EXPECT_THAT(ViolationsIn(Date(year), ""), ElementsAre(Pair("year", "must be from 1829 to 2199"))) << year;
  }
  for (const int year : {kFirstYear, 2024, kLastYear}) EXPECT_THAT(ViolationsIn(Date(year)), IsEmpty()) << year;
  EXPECT_FALSE(ParsePartialDate("24 November 0204").ok());
  EXPECT_FALSE(ParsePartialDate("2200-01-01").ok());
  // What is recorded is read all the same.
  EXPECT_TRUE(IsValid(Date(204)));
  EXPECT_EQ(FormatIso(Date(204)), "0204");
}

struct Reading {
  const char* text;
  const char* iso;
  const char* people;
};
class PartialDateReading : public ::testing::TestWithParam<Reading> {};

TEST_P(PartialDateReading, GivesBothForms) {
  const auto date = ParsePartialDate(GetParam().text);
  ASSERT_TRUE(date.ok()) << date.status();
  EXPECT_EQ(FormatIso(*date), GetParam().iso);
  EXPECT_EQ(FormatForPeople(*date), GetParam().people);
}
INSTANTIATE_TEST_SUITE_P(All, PartialDateReading,
                         ::testing::Values(Reading{"2019", "2019", "2019"},
                                           Reading{"2021-12", "2021-12", "December 2021"},
                                           Reading{"2023-11-24", "2023-11-24", "24 November 2023"},
                                           Reading{"early 2024", "2024-01/2024-04", "early 2024"},
                                           Reading{"mid-2024", "2024-05/2024-08", "mid 2024"},
                                           Reading{"Late 2024", "2024-09/2024-12", "late 2024"},
                                           Reading{"spring 2023", "2023-03/2023-05", "spring 2023"},
                                           Reading{"SUMMER  2023", "2023-06/2023-08", "summer 2023"},
                                           Reading{"autumn 2023", "2023-09/2023-11", "autumn 2023"},
                                           Reading{"winter 2023", "2023-12/2024-02", "winter 2023"},
                                           Reading{"2023-12/2024-02", "2023-12/2024-02", "winter 2023"},
                                           Reading{"December 2021", "2021-12", "December 2021"},
                                           Reading{"Sept 2021", "2021-09", "September 2021"},
                                           Reading{" 24th nov 2023\n", "2023-11-24", "24 November 2023"},
                                           Reading{"1 January 1829", "1829-01-01", "1 January 1829"}));

class NotADate : public ::testing::TestWithParam<const char*> {};
TEST_P(NotADate, IsRefusedWithWhatWouldDo) {
  const auto date = ParsePartialDate(GetParam());
  EXPECT_EQ(date.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(date.status()), "INVALID_FIELDS");
}
INSTANTIATE_TEST_SUITE_P(All, NotADate,
                         ::testing::Values("", " ", "19", "20199", "0000", "2023-13", "2023-00", "2023-11-31",
                                           "2023-11-00", "2023 - 11", "2023-1", "24/11/2023", "soon", "early",
                                           "early 24", "Novembers 2023", "31 November 2023", "24xx November 2023",
                                           "2024-01/2024-05", "2024-01/", "-2019", "2019-", "\xff\xfe",
                                           "early 2024 or so", "1-1-1-1-1-1-1-1-1-1"));

TEST(PartialDateText, IsKeptWhenItIsWordsAndNotWhenItIsFigures) {
  EXPECT_EQ(ParsePartialDate(" early  2024 ")->published_text(), "early  2024");
  EXPECT_EQ(ParsePartialDate("24 November 2023")->published_text(), "24 November 2023");
  EXPECT_EQ(ParsePartialDate("2023-11-24")->published_text(), "");
  EXPECT_EQ(ParsePartialDate("2024-01/2024-04")->published_text(), "");
}

TEST(PartialDateText, LongerThanTheFieldAllowsIsRefused) {
  EXPECT_TRUE(ParsePartialDate("early" + std::string(91, ' ') + "2024").ok());
  EXPECT_FALSE(ParsePartialDate("early" + std::string(92, ' ') + "2024").ok());
}

TEST(PartialDateText, RefusalShowsOnlyPrintableText) {
  EXPECT_THAT(std::string(ParsePartialDate("a\x01\xff").status().message()),
              HasSubstr("\"a\\x01\\xff\" is not a date"));
}

TEST(PartialDateInterval, CoversWinterIntoTheNextYear) {
  EXPECT_EQ(DayInterval(PartOf(2023, common::v1::PART_OF_YEAR_WINTER)),
            DayInterval(absl::CivilDay(2023, 12, 1), absl::CivilDay(2024, 2, 29)));
  EXPECT_EQ(DayInterval(Date(2021, 12)), DayInterval(absl::CivilDay(2021, 12, 1), absl::CivilDay(2021, 12, 31)));
  EXPECT_EQ(DayInterval(Date(2019)), DayInterval(absl::CivilDay(2019, 1, 1), absl::CivilDay(2019, 12, 31)));
}

TEST(PartialDateInterval, OfAnUnsetDateProvesNothing) {
  const PartialDate unset;
  const PartialDate date = Date(2023, 11, 24);
  EXPECT_FALSE(MustBeBefore(unset, date));
  EXPECT_TRUE(MayBeBefore(unset, date));
  EXPECT_TRUE(MayBeAfter(unset, date));
  EXPECT_EQ(FormatForPeople(unset), "unknown date");
  EXPECT_EQ(FormatIso(unset), "");
}

TEST(PartialDateComparison, SaysMustAndMay) {
  const PartialDate in = Date(2021, 12), out = Date(2021), day = Date(2021, 12, 31);
  EXPECT_TRUE(MayBeBefore(out, in));
  EXPECT_FALSE(MustBeBefore(out, in));
  EXPECT_TRUE(MustBeOnOrBefore(in, day));
  EXPECT_FALSE(MustBeBefore(in, day));
  EXPECT_TRUE(MustBeBefore(day, absl::CivilDay(2022, 1, 1)));
  EXPECT_TRUE(MayBeSameDay(in, day));
  EXPECT_FALSE(MustBeSameDay(in, in));
  EXPECT_TRUE(MustBeSameDay(day, absl::CivilDay(2021, 12, 31)));
}

TEST(ExactDate, GoesToCivilDayAndBack) {
  EXPECT_TRUE(IsExact(Date(2023, 11, 24)));
  EXPECT_FALSE(IsExact(Date(2023, 11)));
  EXPECT_FALSE(IsExact(Date(2023, 2, 30)));
  EXPECT_EQ(ToCivilDay(Date(2023, 11)), std::nullopt);
  EXPECT_EQ(FormatIso(ToPartialDate(absl::CivilDay(2023, 11, 24))), "2023-11-24");
  EXPECT_FALSE(IsValid(ToPartialDate(absl::CivilDay::max())));
  EXPECT_FALSE(IsValid(ToPartialDate(absl::CivilDay::min())));
}

TEST(HeldOn, IsCertainOnlyWhereTheDatesLeaveNothingOpen) {
  const auto from = ParsePartialDate("early 2024").value(), to = ParsePartialDate("2024-09").value();
  EXPECT_EQ(HeldOn(&from, &to, absl::CivilDay(2023, 12, 31)), Holding::kNo);
  EXPECT_EQ(HeldOn(&from, &to, absl::CivilDay(2024, 2, 1)), Holding::kPossibly);
  EXPECT_EQ(HeldOn(&from, &to, absl::CivilDay(2024, 4, 30)), Holding::kCertainly);
  EXPECT_EQ(HeldOn(&from, &to, absl::CivilDay(2024, 8, 31)), Holding::kCertainly);
  EXPECT_EQ(HeldOn(&from, &to, absl::CivilDay(2024, 9, 1)), Holding::kPossibly) << "it may have ended that day";
  EXPECT_EQ(HeldOn(&from, &to, absl::CivilDay(2024, 9, 30)), Holding::kNo) << "the end is the first day without it";
  EXPECT_EQ(HeldOn(nullptr, nullptr, absl::CivilDay(1, 1, 1)), Holding::kCertainly);
}

}  // namespace
}  // namespace oversight
