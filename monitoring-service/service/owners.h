// What other services own and a move rests on: the forces of the register with their inspections and office holders,
// and the concerns with all that belongs to them. Kept as local copies (common/rpc/informer.h); before a command is
// decided they are brought up to their owners' heads, so that a concern issued or closed a moment ago counts. What
// rests on concerns is refused when that cannot be done: a concern may have been closed since the copy was last heard
// of. For whether a force exists, and where it is, an older copy will do.
//
// Thread-safe. Stop before the channels' threads end.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/auth/token/own_token.h"
#include "common/observe/metrics.h"
#include "common/rpc/informer.h"
#include "grpcpp/security/credentials.h"
#include "monitoring-service/service/log_replay.h"
#include "monitoring-service/service/record_checks.h"
#include "oversight/forces/v1/force.pb.h"

namespace oversight::monitoring {

// What the owners say, at one moment. A null copy: there never was one.
struct OwnerFacts {
  std::shared_ptr<const rpc::InformerCopy> forces, concerns;
  // Bringing the copy up to its owner's head was tried and failed: it may be of any age.
  bool forces_behind = false, concerns_behind = false;

  std::shared_ptr<const forces::v1::Force> Force(const std::string& name) const;
  // UNAVAILABLE DEPENDENCY_UNAVAILABLE when there is no copy.
  absl::Status NeedForces() const;
  // The same when there is none or it is behind.
  absl::Status NeedConcerns() const;
  absl::Status NeedInspections() const;
  // NOT_FOUND FORCE_NOT_FOUND, or UNAVAILABLE DEPENDENCY_UNAVAILABLE when a newer copy might have the force.
  absl::Status NeedForce(const std::string& name) const;
  // The names of all forces, in natural order; none when there is no copy.
  std::vector<std::string> ForceNames() const;
};

// NOT_FOUND FORCE_NOT_FOUND. `when`: now when it is empty, else such as " at that moment".
absl::Status ForceNotFound(const std::string& name, const std::string& when = "");

class Owners {
 public:
  enum class Need { kForces, kConcerns, kBoth };
  // A caller waits no longer than this for an owner that does not answer.
  static constexpr absl::Duration kLongestWait = absl::Seconds(2);

  virtual ~Owners() = default;
  // Begins to follow the owners. `changed` is told the names of what has changed in a copy, all of it after a new
  // listing; on a gRPC thread, so it must not block.
  using Changed = std::function<void(const std::vector<std::string>& names)>;
  virtual void Start(Changed changed) = 0;
  // What is here now.
  virtual OwnerFacts Read() const = 0;
  // Brings what is needed up to the owners' heads, then gives all there is. Runs `done` once, on a gRPC thread or
  // inside this call, at the latest at the deadline or after kLongestWait; what failed is said to be behind.
  virtual void Refresh(Need need, absl::Time deadline, std::function<void(const OwnerFacts&)> done) = 0;
  // Asks forces-service which forces the register had at a recorded time: their names, in natural order. When its clock
  // has not reached that time yet, those of now. UNAVAILABLE DEPENDENCY_UNAVAILABLE when it does not answer. Runs
  // `done` as Refresh does.
  virtual void ForcesAsOf(absl::Time time, absl::Time deadline,
                          std::function<void(absl::StatusOr<std::vector<std::string>>)> done) = 0;
  // Asks the owners for what an assessment looks at, as it was recorded by then (past_owners.h): of one force, or of
  // all for "forces/-". UNAVAILABLE DEPENDENCY_UNAVAILABLE when one does not answer.
  virtual void FactsAsOf(const std::string& force, absl::Time time, absl::Time deadline,
                         std::function<void(absl::StatusOr<OwnerFacts>)> done) = 0;
  // Asks concerns-service for what its standing checks find (record_checks.h): of one force, or of all for "forces/-";
  // as it is, or was recorded by `time`. UNAVAILABLE DEPENDENCY_UNAVAILABLE when it does not answer within
  // kLongestWait.
  virtual void Check(const std::string& force, std::optional<absl::Time> time, absl::Time deadline,
                     std::function<void(absl::StatusOr<RecordChecks>)> done) = 0;
  // The owners' logs beside the own one, from their beginning.
  virtual std::unique_ptr<LogReplay> Replay(ledger::Ledger& own) = 0;
  // Ends what it runs; waits end with what there is.
  virtual void Stop() = 0;
};

// Copies kept by informers on the services at these addresses, once started. Calls are made with `credentials` (null:
// in the clear) and with `token` (null: none), which outlives them.
std::unique_ptr<Owners> WatchOwners(const std::string& forces_address, const std::string& concerns_address,
                                    observe::Metrics& metrics,
                                    std::shared_ptr<grpc::ChannelCredentials> credentials = nullptr,
                                    const auth::OwnToken* token = nullptr);

}  // namespace oversight::monitoring
