// The facts that an assessment looks at, read from where they are: the own log by a projection, the owners' by their
// copies; now, or as of a moment in the past. Thread-safe; nothing blocks.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/rpc/call.h"
#include "common/rpc/projection.h"
#include "common/rpc/resources.h"
#include "monitoring-service/policy/policy_facts.h"
#include "monitoring-service/service/owners.h"

namespace oversight::monitoring {

// The facts of forces as they have been put together from one set of copies. Thread-safe.
struct GatheredForces {
  std::mutex mu;
  std::map<std::string, std::shared_ptr<const ForceFacts>> by_name;
};

// Everything at one moment. What is gathered from it is kept with it, and with it alone. Thread-safe.
struct PolicyFacts {
  std::shared_ptr<const rpc::InformerCopy> own;
  OwnerFacts owners;
  absl::Time moment;
  std::shared_ptr<GatheredForces> gathered = std::make_shared<GatheredForces>();

  std::shared_ptr<const ForceFacts> Of(const std::string& force) const;
};

// The facts of one force, inside a decide function.
absl::StatusOr<ForceFacts> LoggedForceFacts(rpc::Facts& log, const OwnerFacts& owners, const std::string& force);

class PolicyReader {
 public:
  PolicyReader(rpc::Resources& resources, Owners& owners, observe::Metrics& metrics);
  ~PolicyReader() { Stop(); }

  void Stop() { own_.Stop(); }  // Before the ledger's end.

  // As `read` asks, of one force, or of all for "forces/-". The owners' copies are brought up to their heads when there
  // is none yet, or the read is to be fully consistent; a copy that is behind is better than no answer, and the
  // assessment says its revision. Errors: those of Settle; UNAVAILABLE DEPENDENCY_UNAVAILABLE.
  void Read(rpc::Call& call, const common::v1::ReadOptions& read, const std::string& force,
            std::function<void(absl::StatusOr<PolicyFacts>)> done);

 private:
  void ReadPast(rpc::Call& call, const common::v1::ReadOptions& read, const std::string& force,
                std::function<void(absl::StatusOr<PolicyFacts>)> done);
  // The facts as of now in these copies: those of before while no copy is another one.
  PolicyFacts Present(const OwnerFacts& owners);

  rpc::Resources& resources_;
  Owners& owners_;
  rpc::Projection own_;
  std::mutex mu_;  // Guards what follows.
  std::optional<PolicyFacts> last_;
};

}  // namespace oversight::monitoring
