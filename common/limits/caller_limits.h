// What one caller may take of a server, so that the rest is there for others: so much in a while, so many calls under
// way, so many streams open. Callers are told apart by a key, such as a principal's name or an address. Thread-safe;
// never blocks.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/limits/at_once.h"
#include "common/limits/rate_limiter.h"

namespace oversight::limits {

class CallerLimits {
 public:
  // 0 in any of them: no such limit.
  struct Options {
    double rate = 0;   // Units a second; an ordinary call costs one, a dear one more.
    double burst = 0;  // Units at once, after a time of rest.
    int calls = 0;     // Calls under way.
    int streams = 0;   // Streams open, such as watches.
  };

  // `per`: what the keys are, for the refusal: "principal" or "address".
  CallerLimits(const Options& options, const char* per);
  const Options& options() const { return options_; }

  // What is admitted holds a place until it is destroyed; the limits must outlive it.
  using Place = AtOnce::Place;
  // RESOURCE_EXHAUSTED with RATE_LIMITED or TOO_MANY_AT_ONCE, and when to try again. The key is not in the words.
  absl::StatusOr<Place> Admit(std::string_view key, double cost, bool stream, absl::Time now);

 private:
  const Options options_;
  const char* const per_;
  RateLimiter rate_;
  AtOnce calls_, streams_;
};

}  // namespace oversight::limits
