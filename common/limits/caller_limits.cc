#include "common/limits/caller_limits.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"

namespace oversight::limits {
namespace {

// How long to wait for a place: nobody knows when one comes free.
constexpr absl::Duration kForAPlace = absl::Seconds(1);

absl::Status TooMany(const char* what, const char* per, int most) {
  return Error(absl::StatusCode::kResourceExhausted, common::v1::ERROR_REASON_TOO_MANY_AT_ONCE,
               absl::StrCat("One ", per, " may have ", most, " ", what,
                            " at once, and has. End one, or wait for one to end."))
      .With("per", per)
      .With("limit", absl::StrCat(most))
      .RetryAfter(kForAPlace);
}

}  // namespace

CallerLimits::CallerLimits(const Options& options, const char* per)
    : options_(options),
      per_(per),
      rate_({.rate = options.rate, .burst = options.burst}),
      calls_(options.calls),
      streams_(options.streams) {}

absl::StatusOr<CallerLimits::Place> CallerLimits::Admit(std::string_view key, double cost, bool stream,
                                                        absl::Time now) {
  std::optional<Place> place = (stream ? streams_ : calls_).Enter(key);
  if (!place.has_value()) {
    return stream ? TooMany("streams open", per_, options_.streams) : TooMany("calls under way", per_, options_.calls);
  }
  absl::Duration wait;
  if (!rate_.Take(key, cost, now, &wait)) {
    return Error(absl::StatusCode::kResourceExhausted, common::v1::ERROR_REASON_RATE_LIMITED,
                 absl::StrCat("One ", per_, " has asked for more in a short time than one may. Try again in ",
                              absl::FormatDuration(absl::Ceil(wait, absl::Seconds(1))), ", and go on more slowly."))
        .With("per", per_)
        .With("limit", absl::StrCat(options_.rate))
        .RetryAfter(wait);
  }
  return *std::move(place);
}

}  // namespace oversight::limits
