// How the rules speak of dates that cannot be: all of a command's contradictions in one refusal. Pure. Thread safety:
// for one thread.
#pragma once

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "common/time/partial_date.h"
#include "oversight/monitoring/v1/error_reason.pb.h"

namespace oversight::monitoring {

class DateContradictions {
 public:
  // `message` says what the rule is; it counts when there is anything to say.
  explicit DateContradictions(std::string message)
      : error_(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_DATES_CONTRADICT, std::move(message)) {}

  // The day at `field` is over or is today. Partial dates contradict only what they must be after, or before.
  void NotToCome(const std::string& field, const DayInterval& date, absl::CivilDay today) {
    if (!MustBeAfter(date, today)) return;
    error_.With("today", FormatIso(today));
    Add(field, absl::StrCat("is after today, ", FormatIso(today)));
  }
  // The day at `field` is not before another, which `what` names: "the session".
  void NotBefore(const std::string& field, const DayInterval& date, const std::string& what, const DayInterval& other) {
    if (MustBeBefore(date, other)) Add(field, absl::StrCat("is before ", what, ", ", FormatIso(other.first)));
  }
  void NotAfter(const std::string& field, const DayInterval& date, const std::string& what, const DayInterval& other) {
    if (MustBeAfter(date, other)) Add(field, absl::StrCat("is after ", what, ", ", FormatIso(other.last)));
  }
  // OK when there is none.
  absl::Status status() const { return any_ ? error_.status() : absl::OkStatus(); }

 private:
  void Add(const std::string& field, std::string description) {
    error_.Precondition("DATES_CONTRADICT", field, std::move(description));
    any_ = true;
  }

  Error error_;
  bool any_ = false;
};

}  // namespace oversight::monitoring
