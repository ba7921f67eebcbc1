#include "common/rpc/refusals.h"

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/observe/json_log.h"
#include "common/rpc/errors.h"
#include "common/rpc/status_mapping.h"

namespace oversight::rpc {

Refusals::Refusals(observe::Metrics& metrics)
    : metrics_(metrics),
      not_logged_(metrics.Counter("oversight_refusals_not_logged_total",
                                  "Refused calls without a line in the log, which has enough of their kind.")),
      lines_({.rate = 1, .burst = 20, .most_keys = 4096}) {}

prometheus::Counter& Refusals::Counter(const std::string& method, const std::string& reason, absl::StatusCode code) {
  return metrics_.Counter(
      "oversight_refused_total", "Calls refused for who makes them or for how much they ask, by reason and method.",
      {{"reason", reason.empty() ? "OTHER" : reason}, {"method", method}, {"code", CodeName(code)}});
}

void Refusals::Expect(const std::string& method) {
  for (const char* reason : {"OVERLOADED", "RATE_LIMITED", "STORE_FULL", "TOO_MANY_AT_ONCE"}) {
    Counter(method, reason, absl::StatusCode::kResourceExhausted);
  }
}

bool Refusals::IsOne(const absl::Status& status) {
  return status.code() == absl::StatusCode::kUnauthenticated || status.code() == absl::StatusCode::kPermissionDenied ||
         status.code() == absl::StatusCode::kResourceExhausted;
}

bool Refusals::IsCallersOwn(const std::string& reason) {
  return reason == "RATE_LIMITED" || reason == "TOO_MANY_AT_ONCE";
}

bool Refusals::Note(const std::string& method, const std::string& principal, const std::string& reason,
                    absl::StatusCode code, int64_t* left_out) {
  Counter(method, reason, code).Increment();
  if (!lines_.Take(absl::StrCat(reason, " ", principal), 1, absl::Now())) {
    not_logged_.Increment();
    left_out_.fetch_add(1, std::memory_order_relaxed);
    return false;
  }
  *left_out = left_out_.exchange(0, std::memory_order_relaxed);
  return true;
}

void Refusals::Tell(const std::string& method, const std::string& principal, const std::string& peer,
                    const absl::Status& status) {
  const std::string reason = ReasonOf(status);
  int64_t left_out = 0;
  if (!Note(method, principal, reason, status.code(), &left_out)) return;
  observe::Log(observe::LogLevel::kInfo, "rpc", "refused",
               {{"method", method},
                {"code", CodeName(status.code())},
                {"peer", peer},
                {"principal", principal},
                {"reason", reason},
                {"left_out", left_out}});
}

}  // namespace oversight::rpc
