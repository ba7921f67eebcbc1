// Named points in the write path at which a crash test makes the process end by SIGKILL, as a power cut would end it
// just there. Off unless the environment asks for them, and then said loudly in the log; a point that is off costs one
// relaxed load. Thread-safe.
//
//   OVERSIGHT_FAILPOINTS="ledger.before_commit=kill@7"   dies when it is there for the 7th time
#pragma once

#include <atomic>
#include <string>

#include "absl/status/status.h"

namespace oversight::ledger {

enum class Failpoint {
  kMidBatch,      // ledger.mid_batch: a command of a batch is decided and handed to the store, nothing is durable yet
  kBeforeCommit,  // ledger.before_commit: the whole batch is
  kPipelineSent,  // ledger.pipeline_sent: PostgreSQL was told what to do, such as to commit; its answer is not known
  kAfterCommit,   // ledger.after_commit: it is durable, nobody has been told
};

// Arms the points that `spec` names, "point=kill@count" with commas between, and no others; empty: none. A spec that
// cannot be read arms nothing and gives INVALID_ARGUMENT. Before the process has other threads.
absl::Status ArmFailpoints(const std::string& spec);

namespace internal {
extern std::atomic<bool> failpoints_armed;
void Pass(Failpoint point);
}  // namespace internal

// The process is at the point.
inline void Pass(Failpoint point) {
  if (internal::failpoints_armed.load(std::memory_order_relaxed)) [[unlikely]] {
    internal::Pass(point);
  }
}

}  // namespace oversight::ledger
