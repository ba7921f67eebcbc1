#include "common/time/working_days.h"

#include <algorithm>
#include <map>
#include <optional>

#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "common/time/partial_date.h"
#include "google/protobuf/util/json_util.h"

namespace oversight {
namespace {

constexpr int kEveryYear = 8;
constexpr int kMostYears = 100;

bool IsWeekend(absl::CivilDay day) { return absl::GetWeekday(day) >= absl::Weekday::saturday; }

// Only "2027-12-27".
std::optional<absl::CivilDay> ParseDay(const std::string& text) {
  const auto date = ParsePartialDate(text);
  if (!date.ok() || !IsExact(*date) || FormatIso(*date) != text) return std::nullopt;
  return ToCivilDay(*date);
}

absl::Status Unknown(absl::CivilDay day, const BankHolidays& holidays) {
  const std::string known = holidays.first_year() > holidays.last_year() || holidays.last_year() == 0
                                ? "for no year"
                                : absl::StrCat("from ", holidays.first_year(), " to ", holidays.last_year());
  return Error(absl::StatusCode::kFailedPrecondition, common::v1::ERROR_REASON_BANK_HOLIDAYS_UNKNOWN,
               absl::StrCat("Working days cannot be counted over ", FormatForPeople(day),
                            ": the bank holidays of England and Wales are known ", known,
                            ". Give a date or count in calendar days, or have the data extended."))
      .With("day", FormatIso(day))
      .With("first_year", absl::StrCat(holidays.first_year()))
      .With("last_year", absl::StrCat(holidays.last_year()));
}

}  // namespace

absl::StatusOr<BankHolidays> BankHolidays::FromJson(const std::string& json) {
  BankHolidays result;
  const auto parsed = google::protobuf::util::JsonStringToMessage(json, &result.list_);
  Violations violations;
  if (!parsed.ok()) {
    violations.Add("holidays", absl::StrCat("are not a BankHolidayList in JSON: ", std::string(parsed.message())));
    return violations.status();
  }
  const int first = result.first_year(), last = result.last_year();
  if (result.list_.source().empty()) violations.Add("source", "is required");
  if (first < 1 || last > 9999 || last < first || last - first >= kMostYears) {
    violations.Add("last_year",
                   absl::StrCat("must make at most ", kMostYears, " years with first_year, from 1 to 9999"));
    return violations.status();
  }
  std::map<int64_t, int> per_year;
  for (int i = 0; i < result.list_.holidays_size(); ++i) {
    const auto& holiday = result.list_.holidays(i);
    const std::string field = absl::StrCat("holidays[", i, "]");
    if (holiday.title().empty()) violations.Add(field + ".title", "is required");
    const std::optional<absl::CivilDay> day = ParseDay(holiday.date());
    if (!day.has_value()) {
      violations.Add(field + ".date", absl::StrCat("must be a day such as 2027-12-27, not \"", holiday.date(), "\""));
      continue;
    }
    if (!result.Knows(*day)) violations.Add(field + ".date", "is not in the years of the list");
    if (IsWeekend(*day)) violations.Add(field + ".date", "is on a weekend; give the substitute day");
    if (!result.days_.empty() && *day <= result.days_.back()) {
      violations.Add(field + ".date", "is not after the day before it in the list");
    }
    ++per_year[day->year()];
    result.days_.push_back(*day);
  }
  for (int year = first; year <= last; ++year) {
    if (per_year[year] < kEveryYear) {
      violations.Add("holidays",
                     absl::StrCat("must have at least ", kEveryYear, " days in ", year, ", not ", per_year[year]));
    }
  }
  if (!violations.empty()) return violations.status();
  return result;
}

bool BankHolidays::Contains(absl::CivilDay day) const { return std::binary_search(days_.begin(), days_.end(), day); }

absl::StatusOr<bool> IsWorkingDay(absl::CivilDay day, const BankHolidays& holidays) {
  if (!holidays.Knows(day)) return Unknown(day, holidays);
  return !IsWeekend(day) && !holidays.Contains(day);
}

absl::StatusOr<absl::CivilDay> AddWorkingDays(absl::CivilDay day, int count, const BankHolidays& holidays) {
  while (count > 0) {
    OVERSIGHT_ASSIGN_OR_RETURN(const bool works, IsWorkingDay(++day, holidays));
    if (works) --count;
  }
  return day;
}

absl::StatusOr<int64_t> WorkingDaysBetween(absl::CivilDay from, absl::CivilDay to, const BankHolidays& holidays) {
  const absl::CivilDay first = std::min(from, to), last = std::max(from, to);
  if (first == last) return 0;
  // Both ends first, so that no long way is walked for nothing.
  if (!holidays.Knows(first + 1)) return Unknown(first + 1, holidays);
  if (!holidays.Knows(last)) return Unknown(last, holidays);
  int64_t count = 0;
  for (absl::CivilDay day = first + 1; day <= last; ++day) count += !IsWeekend(day) && !holidays.Contains(day);
  return from <= to ? count : -count;
}

}  // namespace oversight
