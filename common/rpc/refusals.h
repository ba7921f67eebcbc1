// Calls that were refused for who makes them or for how much they ask: counted by reason and method, and told of in the
// log without its being flooded. Metrics never name a principal, of whom there may be any number. Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "common/limits/rate_limiter.h"
#include "common/observe/metrics.h"

namespace oversight::rpc {

class Refusals {
 public:
  // Adds oversight_refused_total{reason,method,code} and oversight_refusals_not_logged_total. `metrics` must outlive
  // it.
  explicit Refusals(observe::Metrics& metrics);

  // Exports what alerts go by of a method, so that the first refusal is a step from 0.
  void Expect(const std::string& method);

  // UNAUTHENTICATED, PERMISSION_DENIED or RESOURCE_EXHAUSTED.
  static bool IsOne(const absl::Status& status);
  // Whether what is exhausted is one caller's own share, and not the server's room.
  static bool IsCallersOwn(const std::string& reason);

  // Counts one. `method` is one that the server knows ("/oversight.forces.v1.ForcesService/GetForce"), or another
  // constant word; `principal` "" when it is not known. Whether to tell of it in the log: of one principal for one
  // reason twenty lines at once, and then one a second. With true, `left_out` is how many were not told of, of anyone,
  // since the last that was.
  bool Note(const std::string& method, const std::string& principal, const std::string& reason, absl::StatusCode code,
            int64_t* left_out);
  // The same for what is told of nowhere else: with a line in the log.
  void Tell(const std::string& method, const std::string& principal, const std::string& peer,
            const absl::Status& status);

 private:
  prometheus::Counter& Counter(const std::string& method, const std::string& reason, absl::StatusCode code);

  observe::Metrics& metrics_;
  prometheus::Counter& not_logged_;
  limits::RateLimiter lines_;
  std::atomic<int64_t> left_out_{0};
};

}  // namespace oversight::rpc
