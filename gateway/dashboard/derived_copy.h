// What a service derives from its record, as dashboards show it: of concerns-service summary, what is due, what
// contradicts itself and the latest acts of a force; of monitoring-service how plans go on and which meetings are due.
// The rules are the owner's, and so is the log that acts are told from: so it is asked, by RPC, and its answer kept. It
// is asked when a dashboard is wanted and the record has changed since, the day has, or half a minute has passed; never
// more than once at a time for a force. Dashboards are made from what is here, whatever its age, and made again when an
// answer comes: so an owner that is slow or down makes this part old and delays nothing else.
//
// Asks in the gateway's name, so an answer may hold more than a caller may see: AddDerived (compose.h) says who sees
// what of it.
//
// Owns its entries; the informers must outlive it. Make it before they are started. Waits and `changed` run on gRPC
// threads, without a lock held. Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/rpc/informer.h"
#include "common/time/clock.h"
#include "gateway/dashboard/derived_part.h"

namespace oversight::gateway {

// What to ask the owner: of this force, "" for all of them, for this day, at least as fresh as the copy.
struct DerivedQuestion {
  std::string force;
  absl::CivilDay day;
  std::shared_ptr<const rpc::InformerCopy> copy;
  absl::Time deadline;
};
using AskOwner =
    std::function<void(const DerivedQuestion& question, std::function<void(absl::StatusOr<DerivedPart>)> done)>;

class DerivedCopy {
 public:
  // Asks `service`, whose record `owner` follows; its rules look at what `also` follow too. `changed` runs when an
  // answer has come, and when it is time to ask again after a failure; it must not block.
  DerivedCopy(std::string service, rpc::InformerCore& owner, const std::vector<rpc::InformerCore*>& also,
              const Clock& clock, AskOwner ask, std::function<void()> changed);
  ~DerivedCopy();
  DerivedCopy(const DerivedCopy&) = delete;
  DerivedCopy& operator=(const DerivedCopy&) = delete;

  struct View {
    // Null while there is none.
    std::shared_ptr<const DerivedPart> derived;
    // Changes with `derived`.
    int64_t generation = 0;
    int64_t revision = 0;  // Of the owner's log.
    // Of the record as the copies have it.
    bool current = false;
    // It has not been current for longer than a copy takes to be called stale, or the owner refused.
    bool late = false;
    // The owner was asked last and did not say.
    bool refused = false;
    absl::Duration age = absl::InfiniteDuration();  // Since it was asked for.
    std::string reason;                             // Why it is not current.
  };
  // What there is of a force, "" for what is of all of them. Does not ask.
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
