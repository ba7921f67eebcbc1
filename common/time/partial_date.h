// Dates that may be known only in part: "2019", "December 2021", "24 November 2023", "early 2024". A
// common.v1.PartialDate is read as the interval of days it may be, and every comparison says whether it asks "must be"
// or "may be". All functions are total: they take any message and any bytes and never crash; a date that breaks its
// rules is read as "any day". Thread safety: free functions over values.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "common/rpc/errors.h"
#include "oversight/common/v1/partial_date.pb.h"

namespace oversight {

// The years that dates may have which are given to any service: from the year of the Metropolitan Police Act, than
// which no force is older, to as far as a due date of centuries may reach. What is outside is a slip of the pen, such
// as 0204 or 20234. Here for all services; records keep what they have.
inline constexpr int kFirstYear = 1829;
inline constexpr int kLastYear = 2199;

// Adds a violation for each broken rule, with `field` ("force.opened") before the part: "force.opened.month". For what
// is given; a year outside kFirstYear and kLastYear is refused.
void ValidatePartialDate(const common::v1::PartialDate& date, const std::string& field, Violations& violations);
// Whether it is a date of the calendar at all, in a year from 1 to 9999. For what is read.
bool IsValid(const common::v1::PartialDate& date);

// Reads "2019", "2021-12", "2023-11-24", "2024-01/2024-04" (as FormatIso writes early 2024), "December 2021", "Dec
// 2021", "24 November 2023", "24th Nov 2023", "early 2024", "mid-2024", "winter 2023"; case and spaces do not matter.
// Text that is not in figures alone is kept in `published_text`. INVALID_ARGUMENT otherwise; the message says what
// would do.
absl::StatusOr<common::v1::PartialDate> ParsePartialDate(std::string_view text);

// "24 November 2023", "December 2021", "early 2024", "2019"; "unknown date" when invalid. Made from the figures, never
// from `published_text`.
std::string FormatForPeople(const common::v1::PartialDate& date);
std::string FormatForPeople(absl::CivilDay day);
// "2023-11-24", "2021-12", "2019"; a part of a year as its ISO 8601 interval of months, "2024-01/2024-04"; "" when
// invalid.
std::string FormatIso(const common::v1::PartialDate& date);
std::string FormatIso(absl::CivilDay day);

// Whole days.
bool IsExact(const common::v1::PartialDate& date);
common::v1::PartialDate ToPartialDate(absl::CivilDay day);
std::optional<absl::CivilDay> ToCivilDay(const common::v1::PartialDate& date);  // Only of an exact date.

// The days a date may be, both ends included. Made from a day or a partial date without ceremony, so that the
// comparisons below take either.
struct DayInterval {
  absl::CivilDay first, last;

  DayInterval(absl::CivilDay first_day, absl::CivilDay last_day) : first(first_day), last(last_day) {}
  DayInterval(absl::CivilDay day) : first(day), last(day) {}  // NOLINT: implicit on purpose
  DayInterval(const common::v1::PartialDate& date);           // NOLINT
  bool operator==(const DayInterval& other) const { return first == other.first && last == other.last; }
};

// Must: for every day each may be. May: for at least one. MustBeBefore(a, b) == !MayBeOnOrAfter(a, b), and so on.
bool MustBeBefore(const DayInterval& a, const DayInterval& b);
bool MayBeBefore(const DayInterval& a, const DayInterval& b);
bool MustBeOnOrBefore(const DayInterval& a, const DayInterval& b);
bool MayBeOnOrBefore(const DayInterval& a, const DayInterval& b);
bool MustBeAfter(const DayInterval& a, const DayInterval& b);
bool MayBeAfter(const DayInterval& a, const DayInterval& b);
bool MustBeOnOrAfter(const DayInterval& a, const DayInterval& b);
bool MayBeOnOrAfter(const DayInterval& a, const DayInterval& b);
bool MustBeSameDay(const DayInterval& a, const DayInterval& b);
bool MayBeSameDay(const DayInterval& a, const DayInterval& b);

// Whether what began on `from` and ended before `to` held on the day. Null: open on that side. Partial dates may leave
// it open, and then it is possible, never silently certain.
enum class Holding { kNo, kPossibly, kCertainly };
Holding HeldOn(const common::v1::PartialDate* from, const common::v1::PartialDate* to, absl::CivilDay day);
// The same of anything with from_date and to_date.
template <class Fact>
Holding HeldOn(const Fact& fact, absl::CivilDay day) {
  return HeldOn(fact.has_from_date() ? &fact.from_date() : nullptr, fact.has_to_date() ? &fact.to_date() : nullptr,
                day);
}

// One total order for lists: by first day, then by last. It orders a display; it proves nothing about the world.
bool SortsBefore(const DayInterval& a, const DayInterval& b);

}  // namespace oversight
