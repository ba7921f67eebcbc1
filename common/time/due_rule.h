// When something falls due: the rule as the inspectorate wrote it (common.v1.DueRule), the day computed from it, and
// the rule in words. Total functions over values; thread-safe.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "common/rpc/errors.h"
#include "common/time/working_days.h"
#include "oversight/common/v1/due_rule.pb.h"

namespace oversight {

// Adds a violation for each broken rule, with `field` before the part.
void ValidateDueRule(const common::v1::DueRule& rule, const std::string& field, Violations& violations);

// The day the rule falls due when it is counted from `anchor`. INVALID_ARGUMENT when the rule breaks its rules or the
// day would be after kLastYear (partial_date.h); FAILED_PRECONDITION BANK_HOLIDAYS_UNKNOWN when it counts working days
// into a year that `holidays` does not know.
absl::StatusOr<absl::CivilDay> DueDay(const common::v1::DueRule& rule, absl::CivilDay anchor,
                                      const BankHolidays& holidays);

// "immediately", "by 30 September 2024", "within 28 days of issue", "within 1 month of issue", "within 10 working days
// of issue"; "no due date" when invalid. `anchor` names the day it is counted from.
std::string DescribeDueRule(const common::v1::DueRule& rule, const std::string& anchor = "issue");

// The same day of the month `months` later (earlier when negative), or that month's last day when it is shorter.
absl::CivilDay AddMonths(absl::CivilDay day, int months);
// How many days the month of `day` has.
int DaysInMonth(absl::CivilDay day);

}  // namespace oversight
