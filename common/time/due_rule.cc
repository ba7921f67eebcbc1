#include "common/time/due_rule.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/time/partial_date.h"

namespace oversight {
namespace {

using common::v1::DueRule;

constexpr int kMostUnits = 3650;

std::string Join(const std::string& field, const char* part) {
  return field.empty() ? part : absl::StrCat(field, ".", part);
}

// "working day"; null for what is no unit.
const char* UnitWord(common::v1::DueUnit unit) {
  switch (unit) {
    case common::v1::DUE_UNIT_DAYS:
      return "day";
    case common::v1::DUE_UNIT_MONTHS:
      return "month";
    case common::v1::DUE_UNIT_WORKING_DAYS:
      return "working day";
    default:
      return nullptr;
  }
}

bool IsValidRule(const DueRule& rule) {
  Violations violations;
  ValidateDueRule(rule, "", violations);
  return violations.empty();
}

}  // namespace

void ValidateDueRule(const DueRule& rule, const std::string& field, Violations& violations) {
  switch (rule.rule_case()) {
    case DueRule::kImmediately:
      if (!rule.immediately()) violations.Add(Join(field, "immediately"), "must be true when it is given");
      return;
    case DueRule::kDate:
      ValidatePartialDate(rule.date(), Join(field, "date"), violations);
      if (IsValid(rule.date()) && !IsExact(rule.date())) {
        violations.Add(Join(field, "date"), "must name a whole day");
      }
      return;
    case DueRule::kWithin:
      if (rule.within().count() < 1 || rule.within().count() > kMostUnits) {
        violations.Add(Join(field, "within.count"), absl::StrCat("must be from 1 to ", kMostUnits));
      }
      if (UnitWord(rule.within().unit()) == nullptr) {
        violations.Add(Join(field, "within.unit"), "must be days, months or working days");
      }
      return;
    case DueRule::RULE_NOT_SET:
      break;
  }
  violations.Add(field.empty() ? "rule" : field, "must be one of immediately, date or within");
}

absl::StatusOr<absl::CivilDay> DueDay(const DueRule& rule, absl::CivilDay anchor, const BankHolidays& holidays) {
  Violations violations;
  ValidateDueRule(rule, "due_rule", violations);
  OVERSIGHT_RETURN_IF_ERROR(violations.status());
  // Checked before counting too, so that no sum can overflow.
  const auto in_range = [](absl::CivilDay day) { return day.year() >= kFirstYear && day.year() <= kLastYear; };
  absl::CivilDay due = anchor;
  if (!in_range(anchor)) {
    violations.Add("due_rule", absl::StrCat("must be counted from a day from ", kFirstYear, " to ", kLastYear));
    return violations.status();
  }
  if (rule.has_date()) {
    due = *ToCivilDay(rule.date());
  } else if (rule.has_within()) {
    const int count = rule.within().count();
    switch (rule.within().unit()) {
      case common::v1::DUE_UNIT_WORKING_DAYS: {
        OVERSIGHT_ASSIGN_OR_RETURN(due, AddWorkingDays(anchor, count, holidays));
        break;
      }
      case common::v1::DUE_UNIT_MONTHS:
        due = AddMonths(anchor, count);
        break;
      default:
        due = anchor + count;
    }
  }
  if (!in_range(due)) {
    violations.Add("due_rule", absl::StrCat("must give a day from ", kFirstYear, " to ", kLastYear));
    return violations.status();
  }
  return due;
}

std::string DescribeDueRule(const DueRule& rule, const std::string& anchor) {
  if (!IsValidRule(rule)) return "no due date";
  if (rule.has_immediately()) return "immediately";
  if (rule.has_date()) return absl::StrCat("by ", FormatForPeople(rule.date()));
  const int count = rule.within().count();
  return absl::StrCat("within ", count, " ", UnitWord(rule.within().unit()), count == 1 ? "" : "s", " of ", anchor);
}

int DaysInMonth(absl::CivilDay day) {
  const absl::CivilMonth month(day);
  return static_cast<int>(absl::CivilDay(month + 1) - absl::CivilDay(month));
}

absl::CivilDay AddMonths(absl::CivilDay day, int months) {
  const absl::CivilDay first(absl::CivilMonth(day) + months);
  return first + (std::min(day.day(), DaysInMonth(first)) - 1);
}

}  // namespace oversight
