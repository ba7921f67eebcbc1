#include "common/time/due_rule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/time/partial_date.h"
#include "tests/support/bank_holidays.h"

namespace oversight {
namespace {

using common::v1::DueRule;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

DueRule Immediately() {
  DueRule rule;
  rule.set_immediately(true);
  return rule;
}
DueRule On(int year, int month, int day) {
  DueRule rule;
  *rule.mutable_date() = ToPartialDate(absl::CivilDay(year, month, 1));
  rule.mutable_date()->set_day(day);
  return rule;
}
DueRule Within(int count, common::v1::DueUnit unit) {
  DueRule rule;
  rule.mutable_within()->set_count(count);
  rule.mutable_within()->set_unit(unit);
  return rule;
}
constexpr auto kDays = common::v1::DUE_UNIT_DAYS;
constexpr auto kMonths = common::v1::DUE_UNIT_MONTHS;
constexpr auto kWorkingDays = common::v1::DUE_UNIT_WORKING_DAYS;

std::string Due(const DueRule& rule, absl::CivilDay anchor) {
  const auto day = DueDay(rule, anchor, testing::ShippedBankHolidays());
  return day.ok() ? FormatIso(*day) : std::string(day.status().message());
}

TEST(DueRule, GivesTheDay) {
  const absl::CivilDay issued(2024, 3, 11);
  EXPECT_EQ(Due(Immediately(), issued), "2024-03-11");
  EXPECT_EQ(Due(On(2024, 9, 30), issued), "2024-09-30");
  EXPECT_EQ(Due(Within(28, kDays), issued), "2024-04-08");
  EXPECT_EQ(Due(Within(3, kMonths), issued), "2024-06-11");
}

TEST(DueRule, CountsWorkingDaysOverBankHolidays) {
  // Easter 2024: Good Friday is 29 March, Easter Monday 1 April.
  EXPECT_EQ(Due(Within(1, kWorkingDays), absl::CivilDay(2024, 3, 28)), "2024-04-02");
  EXPECT_EQ(Due(Within(10, kWorkingDays), absl::CivilDay(2024, 3, 11)), "2024-03-25");
  EXPECT_EQ(Due(Within(1, kWorkingDays), absl::CivilDay(2024, 3, 30)), "2024-04-02") << "issued on a Saturday";
  const auto unknown = DueDay(Within(1, kWorkingDays), absl::CivilDay(2030, 12, 31), testing::ShippedBankHolidays());
  EXPECT_EQ(unknown.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(unknown.status()), "BANK_HOLIDAYS_UNKNOWN");
  EXPECT_EQ(ErrorMetadata(unknown.status(), "last_year"), "2030");
  EXPECT_EQ(Due(Within(1, kDays), absl::CivilDay(2030, 12, 31)), "2031-01-01") << "calendar days need no data";
}

TEST(DueRule, EndsAShortMonthOnItsLastDay) {
  EXPECT_EQ(Due(Within(1, kMonths), absl::CivilDay(2024, 1, 31)), "2024-02-29");
  EXPECT_EQ(Due(Within(1, kMonths), absl::CivilDay(2023, 1, 31)), "2023-02-28");
  EXPECT_EQ(Due(Within(3, kMonths), absl::CivilDay(2023, 11, 30)), "2024-02-29");
  EXPECT_EQ(Due(Within(12, kMonths), absl::CivilDay(2024, 2, 29)), "2025-02-28");
  EXPECT_EQ(AddMonths(absl::CivilDay(2024, 3, 31), -1), absl::CivilDay(2024, 2, 29));
}

TEST(DueRule, ADateMayBeBeforeTheAnchor) {
  // A date already past is what the inspectorate wrote; whether that is wanted is not for arithmetic to say.
  EXPECT_EQ(Due(On(2024, 1, 1), absl::CivilDay(2024, 3, 11)), "2024-01-01");
}

TEST(DueRule, RefusesWhatBreaksItsRules) {
  const auto violations = [](const DueRule& rule) {
    Violations found;
    ValidateDueRule(rule, "due", found);
    return ViolationsOf(found.status());
  };
  EXPECT_THAT(violations(DueRule()), ElementsAre(Pair("due", HasSubstr("must be one of"))));
  DueRule never;
  never.set_immediately(false);
  EXPECT_THAT(violations(never), ElementsAre(Pair("due.immediately", HasSubstr("true"))));
  EXPECT_THAT(violations(On(2024, 2, 30)), ElementsAre(Pair("due.date.day", HasSubstr("at most 29"))));
  EXPECT_THAT(violations(On(2024, 2, 0)), ElementsAre(Pair("due.date", HasSubstr("whole day"))));
  EXPECT_THAT(violations(Within(0, common::v1::DUE_UNIT_UNSPECIFIED)),
              ElementsAre(Pair("due.within.count", HasSubstr("3650")),
                          Pair("due.within.unit", HasSubstr("days, months or working days"))));
  EXPECT_EQ(DueDay(DueRule(), absl::CivilDay(2024, 1, 1), {}).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(DueRule, StaysWithinTheCalendar) {
  EXPECT_THAT(Due(Within(3650, kMonths), absl::CivilDay(2024, 1, 1)), HasSubstr("2199"));
  EXPECT_THAT(Due(Within(1, kDays), absl::CivilDay::max()), HasSubstr("2199"));
  EXPECT_THAT(Due(Within(1, kDays), absl::CivilDay::min()), HasSubstr("1829"));
}

TEST(DueRule, IsSaidInWords) {
  EXPECT_EQ(DescribeDueRule(Immediately()), "immediately");
  EXPECT_EQ(DescribeDueRule(On(2024, 9, 30)), "by 30 September 2024");
  EXPECT_EQ(DescribeDueRule(Within(3, kMonths)), "within 3 months of issue");
  EXPECT_EQ(DescribeDueRule(Within(1, kDays), "publication"), "within 1 day of publication");
  EXPECT_EQ(DescribeDueRule(Within(10, kWorkingDays)), "within 10 working days of issue");
  EXPECT_EQ(DescribeDueRule(DueRule()), "no due date");
}

}  // namespace
}  // namespace oversight
