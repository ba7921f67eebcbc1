// What concerns-service derives from the record of a force, as a dashboard shows it: summary, what is due, what
// contradicts itself, the latest acts. The rules are the owner's and its log is where acts are told, so it is asked, by
// RPC, and its answer kept. It is asked when a dashboard of the force is wanted and the record has changed since, the
// day has, or half a minute has passed (some rules look at the register too); never more than once at a time for a
// force. Dashboards are made from what is here, whatever its age, and made again when an answer comes: so an owner that
// is slow or down makes this part old and delays nothing else.
//
// Asks in the gateway's name. Summary and due are the same for everyone who may see the force, as both are of what was
// issued; the rest is for the inspectorate, and ForceOverview says so.
//
// Owns its entries; the copies must outlive it. Make it before they are started. Waits and `changed` run on gRPC
// threads, without a lock held. Thread-safe.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/rpc/timer.h"
#include "common/time/clock.h"
#include "gateway/dashboard/derived_overview.h"
#include "gateway/dashboard/suite_copy.h"

namespace oversight::gateway {

// Asks the owner about a force: at least as fresh as the token, with the concerns whose history is wanted.
struct OverviewQuestion {
  std::string force;
  std::string token;
  std::vector<std::string> concerns;
  absl::Time deadline;
};
using AskOverview =
    std::function<void(const OverviewQuestion& question, std::function<void(absl::StatusOr<DerivedOverview>)> done)>;

class OverviewCopy {
 public:
  // `changed` runs when an answer has come, and when it is time to ask again after a failure; it must not block.
  OverviewCopy(SuiteCopy& copy, const Clock& clock, AskOverview ask, std::function<void()> changed);
  ~OverviewCopy();
  OverviewCopy(const OverviewCopy&) = delete;
  OverviewCopy& operator=(const OverviewCopy&) = delete;

  struct View {
    // Null while there is none.
    std::shared_ptr<const DerivedOverview> derived;
    // Changes with `derived`.
    int64_t generation = 0;
    int64_t revision = 0;  // Of the owner's log.
    // Of the record as the copies have it.
    bool current = false;
    // It has not been current for longer than a copy takes to be called stale, or the owner refused.
    bool late = false;
    absl::Duration age = absl::InfiniteDuration();  // Since it was asked for.
    std::string reason;                             // Why it is not current.
  };
  // What there is. Does not ask.
  View Look(const std::string& force) const;
  // The same; asks when it is not current.
  View Want(const std::string& force);
  // Asks when it is not current, and runs `done` when it is or at the deadline, whatever there is then. At once when it
  // is current, or the owner cannot be asked now.
  void WaitCurrent(const std::string& force, absl::Time deadline, std::function<void()> done);

  // Ends waits and asks no more; what was asked comes to nothing.
  void Stop();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace oversight::gateway
