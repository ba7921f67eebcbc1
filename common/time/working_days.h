// Working days in England and Wales: Monday to Friday without bank holidays. The bank holidays are data for some years
// (common.v1.BankHolidayList, shipped as data/bank-holidays.json); to count into a year that is not known is an error
// and never a guess. Pure functions over values; thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "oversight/common/v1/bank_holidays.pb.h"

namespace oversight {

class BankHolidays {
 public:
  // Knows no year.
  BankHolidays() = default;
  // Reads a BankHolidayList in protobuf JSON. INVALID_ARGUMENT with everything that is wrong in it: an unknown field, a
  // missing source, years that are none or are over a century, a day that is none, is on a weekend, outside the years,
  // without a title, or not after the one before it, and a year with fewer than the eight that there are by law.
  static absl::StatusOr<BankHolidays> FromJson(const std::string& json);

  const common::v1::BankHolidayList& list() const { return list_; }
  // The years known whole; none when last is before first.
  int first_year() const { return list_.first_year(); }
  int last_year() const { return list_.last_year(); }
  bool Knows(absl::CivilDay day) const { return first_year() <= day.year() && day.year() <= last_year(); }
  bool Contains(absl::CivilDay day) const;

 private:
  common::v1::BankHolidayList list_;
  std::vector<absl::CivilDay> days_;  // In order.
};

// All three: FAILED_PRECONDITION BANK_HOLIDAYS_UNKNOWN when the answer hangs on a day in a year that is not known.

absl::StatusOr<bool> IsWorkingDay(absl::CivilDay day, const BankHolidays& holidays);
// The count-th working day after `day`; for 0 `day` itself, whatever it is. `count` must not be negative.
absl::StatusOr<absl::CivilDay> AddWorkingDays(absl::CivilDay day, int count, const BankHolidays& holidays);
// How many working days come after `from` up to and including `to`; negative when `to` is the earlier one, so that
// exchanging the two changes the sign and nothing else.
absl::StatusOr<int64_t> WorkingDaysBetween(absl::CivilDay from, absl::CivilDay to, const BankHolidays& holidays);

}  // namespace oversight
