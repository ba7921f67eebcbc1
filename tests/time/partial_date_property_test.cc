// What holds for every partial date and every text, on generated ones.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "common/time/due_rule.h"
#include "common/time/partial_date.h"
#include "tests/support/bank_holidays.h"

namespace oversight {
namespace {

using common::v1::PartialDate;

// Any message at all, mostly near the edges of what is valid.
rc::Gen<PartialDate> AnyDate() {
  return rc::gen::map(rc::gen::tuple(rc::gen::oneOf(rc::gen::inRange(-1, 4), rc::gen::inRange(1990, 2030),
                                                    rc::gen::inRange(9996, 10002), rc::gen::arbitrary<int>()),
                                     rc::gen::inRange(-1, 15), rc::gen::inRange(-1, 34), rc::gen::inRange(-1, 10)),
                      [](const std::tuple<int, int, int, int>& parts) {
                        PartialDate date;
                        date.set_year(std::get<0>(parts));
                        date.set_month(std::get<1>(parts));
                        date.set_day(std::get<2>(parts));
                        date.set_part_of_year(static_cast<common::v1::PartOfYear>(std::get<3>(parts)));
                        return date;
                      });
}

rc::Gen<PartialDate> ValidDate() {
  return rc::gen::map(rc::gen::tuple(rc::gen::inRange(kFirstYear, kLastYear + 1), rc::gen::inRange(1, 13),
                                     rc::gen::inRange(1, 32), rc::gen::inRange(0, 4), rc::gen::inRange(1, 8)),
                      [](const std::tuple<int, int, int, int, int>& parts) {
                        const auto [year, month, day, kind, part] = parts;
                        PartialDate date;
                        date.set_year(year);
                        if (kind == 1) date.set_part_of_year(static_cast<common::v1::PartOfYear>(part));
                        if (kind >= 2) date.set_month(month);
                        if (kind == 3) date.set_day(std::min(day, DaysInMonth(absl::CivilDay(year, month, 1))));
                        return date;
                      });
}

// Near enough to each other that intervals overlap often.
rc::Gen<PartialDate> NearDate() {
  return rc::gen::map(ValidDate(), [](PartialDate date) {
    date.set_year(2020 + date.year() % 3);
    if (date.day() != 0) date.set_day(std::min(date.day(), 28));
    return date;
  });
}

bool Same(const PartialDate& a, const PartialDate& b) { return a.SerializeAsString() == b.SerializeAsString(); }

RC_GTEST_PROP(PartialDateProperty, IsoRoundTrips, ()) {
  const PartialDate date = *ValidDate();
  const auto read = ParsePartialDate(FormatIso(date));
  RC_ASSERT(read.ok());
  RC_ASSERT(Same(*read, date));
}

RC_GTEST_PROP(PartialDateProperty, WordsRoundTrip, ()) {
  const PartialDate date = *ValidDate();
  const std::string text = FormatForPeople(date);
  auto read = ParsePartialDate(text);
  RC_ASSERT(read.ok());
  if (date.month() != 0 || date.part_of_year() != 0) RC_ASSERT(read->published_text() == text);
  read->clear_published_text();
  RC_ASSERT(Same(*read, date));
}

RC_GTEST_PROP(PartialDateProperty, NoTextCrashesAndWhatIsReadIsValid, ()) {
  static const std::string kAlphabet = "0123456789 -/\tadnovemberlyspringwithu\xc3\xa9";
  const std::string text = *rc::gen::oneOf(rc::gen::container<std::string>(rc::gen::elementOf(kAlphabet)),
                                           rc::gen::container<std::string>(rc::gen::arbitrary<char>()));
  const auto read = ParsePartialDate(text);
  if (read.ok()) RC_ASSERT(IsValid(*read));
}

RC_GTEST_PROP(PartialDateProperty, NoMessageCrashes, ()) {
  const PartialDate date = *AnyDate();
  const DayInterval interval(date);
  RC_ASSERT(interval.first <= interval.last);
  RC_ASSERT(IsValid(date) == !FormatIso(date).empty());
  RC_ASSERT(IsExact(date) == ToCivilDay(date).has_value());
  if (IsExact(date)) RC_ASSERT(interval == DayInterval(*ToCivilDay(date)));
}

// The comparisons against what they mean, day by day, on short intervals.
RC_GTEST_PROP(PartialDateProperty, ComparisonsMeanWhatTheySay, ()) {
  const absl::CivilDay origin(2023, 12, 25);
  const auto interval =
      rc::gen::map(rc::gen::pair(rc::gen::inRange(0, 8), rc::gen::inRange(0, 5)),
                   [origin](const auto& pair) { return std::pair<int, int>(pair.first, pair.first + pair.second); });
  const auto [a_first, a_last] = *interval;
  const auto [b_first, b_last] = *interval;
  const DayInterval a(origin + a_first, origin + a_last), b(origin + b_first, origin + b_last);
  bool all_before = true, some_before = false, all_not_after = true, some_not_after = false, all_same = true,
       some_same = false;
  for (int i = a_first; i <= a_last; ++i) {
    for (int j = b_first; j <= b_last; ++j) {
      all_before &= i < j;
      some_before |= i < j;
      all_not_after &= i <= j;
      some_not_after |= i <= j;
      all_same &= i == j;
      some_same |= i == j;
    }
  }
  RC_ASSERT(MustBeBefore(a, b) == all_before);
  RC_ASSERT(MayBeBefore(a, b) == some_before);
  RC_ASSERT(MustBeOnOrBefore(a, b) == all_not_after);
  RC_ASSERT(MayBeOnOrBefore(a, b) == some_not_after);
  RC_ASSERT(MustBeAfter(b, a) == all_before);
  RC_ASSERT(MayBeOnOrAfter(a, b) == !all_before);
  RC_ASSERT(MustBeOnOrAfter(a, b) == !some_before);
  RC_ASSERT(MayBeAfter(a, b) == !all_not_after);
  RC_ASSERT(MustBeSameDay(a, b) == all_same);
  RC_ASSERT(MayBeSameDay(a, b) == some_same);
}

RC_GTEST_PROP(PartialDateProperty, SortingIsAStrictWeakOrderThatKeepsWhatMustBe, ()) {
  const PartialDate a = *NearDate(), b = *NearDate(), c = *NearDate();
  RC_ASSERT(!SortsBefore(a, a));
  RC_ASSERT(!(SortsBefore(a, b) && SortsBefore(b, a)));
  if (SortsBefore(a, b) && SortsBefore(b, c)) RC_ASSERT(SortsBefore(a, c));
  if (MustBeBefore(a, b)) RC_ASSERT(SortsBefore(a, b));
  if (MustBeBefore(a, b)) RC_ASSERT(MayBeBefore(a, b) && !MayBeAfter(a, b));
  if (SortsBefore(a, b)) RC_ASSERT(MayBeBefore(a, b));
}

RC_GTEST_PROP(DueRuleProperty, MonthsClampAndKeepOrder, ()) {
  const absl::CivilDay day = absl::CivilDay(2000, 1, 1) + *rc::gen::inRange(0, 20000);
  const int months = *rc::gen::inRange(0, 3651);
  const absl::CivilDay later = AddMonths(day, months);
  RC_ASSERT(absl::CivilMonth(later) == absl::CivilMonth(day) + months);
  RC_ASSERT(later.day() == std::min(day.day(), DaysInMonth(later)));
  RC_ASSERT(AddMonths(day + 1, months) >= later);
}

RC_GTEST_PROP(DueRuleProperty, WithinIsNeverBeforeTheAnchor, ()) {
  common::v1::DueRule rule;
  rule.mutable_within()->set_count(*rc::gen::inRange(-2, 3654));
  rule.mutable_within()->set_unit(static_cast<common::v1::DueUnit>(*rc::gen::inRange(0, 5)));
  const absl::CivilDay anchor = absl::CivilDay(kFirstYear, 1, 1) + *rc::gen::inRange(-3, 371 * 366);
  const auto due = DueDay(rule, anchor, testing::ShippedBankHolidays());
  if (due.ok()) RC_ASSERT(*due > anchor && due->year() <= kLastYear);
}

}  // namespace
}  // namespace oversight
