// How much a caller may ask for in a while: a bucket of tokens for each key (a principal's name, an address), which
// fills again at an even rate. A key that is not known has a full bucket, so one that is full again need not be kept.
//
// Memory is bounded whatever keys are made up: when as many are kept as may be, the one that was asked about longest
// ago goes. Who has that many keys to call under gains nothing by it, since each new one begins full anyway. Time is
// told by the caller; a clock that goes back takes nothing away. Thread-safe: a call holds the lock of one of sixteen
// parts of the table for as long as a look-up takes.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "absl/time/time.h"

namespace oversight::limits {

class RateLimiter {
 public:
  struct Options {
    double rate = 0;   // Tokens a second. 0 or less: there is no limit, and nothing is kept.
    double burst = 0;  // What a full bucket holds. Taken as `rate` where it is less: a second's worth.
    size_t most_keys = 65536;
  };

  explicit RateLimiter(const Options& options);

  // Takes `cost` tokens from the key's bucket. False when they are not there: then nothing is taken, and `retry_after`,
  // if given, says when they will be, a millisecond at least. What costs more than a bucket holds waits for a full one
  // and leaves it in debt, so that it comes as often as its cost allows and no more. A key is kept whole: hash what may
  // be long. A cost below 0 is 0.
  bool Take(std::string_view key, double cost, absl::Time now, absl::Duration* retry_after = nullptr);

  // Keys kept now.
  size_t size() const;

 private:
  struct Bucket {
    std::string key;
    double tokens;
    absl::Time at;  // When it held them.
  };
  struct Part {
    mutable std::mutex mu;
    std::list<Bucket> order;                                                   // That asked about last is first.
    std::unordered_map<std::string_view, std::list<Bucket>::iterator> by_key;  // The keys are those of `order`.
  };

  void Fill(Bucket& bucket, absl::Time now) const;
  void MakeRoom(Part& part, absl::Time now) const;

  const double rate_, burst_;
  const size_t most_in_part_;
  std::array<Part, 16> parts_;
};

}  // namespace oversight::limits
