// What this service needs to know of what forces-service owns: does a force exist, in which region is it, does an
// inspection exist, and which forces are there at all. Answers come from a local copy; only what the copy does not have
// makes a call wait.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/auth/token/own_token.h"
#include "common/observe/metrics.h"
#include "common/rpc/informer.h"
#include "grpcpp/security/credentials.h"
#include "oversight/forces/v1/force.pb.h"
#include "oversight/forces/v1/inspection.pb.h"

namespace oversight::concerns {

// Thread-safe.
class ForceDirectory {
 public:
  virtual ~ForceDirectory() = default;
  // Runs `done` once, inside this call when the copy has the force, else on a gRPC thread, at the latest at the
  // deadline. NOT_FOUND FORCE_NOT_FOUND when the owner says there is none, UNAVAILABLE DEPENDENCY_UNAVAILABLE when it
  // cannot be asked.
  virtual void Find(const std::string& force, absl::Time deadline,
                    std::function<void(absl::StatusOr<std::shared_ptr<const forces::v1::Force>>)> done) = 0;
  // The same for an inspection, of a force or a national one. NOT_FOUND INSPECTION_NOT_FOUND.
  virtual void FindInspection(
      const std::string& inspection, absl::Time deadline,
      std::function<void(absl::StatusOr<std::shared_ptr<const forces::v1::Inspection>>)> done) = 0;
  // All forces there are, in natural order of name: what the owner had acknowledged before the call. UNAVAILABLE
  // DEPENDENCY_UNAVAILABLE when it cannot be asked.
  virtual void All(absl::Time deadline, std::function<void(absl::StatusOr<std::vector<forces::v1::Force>>)> done) = 0;
  // From the copy alone; "" when it does not have the force.
  virtual std::string RegionOf(const std::string& force) const = 0;
  // The copy itself, of forces and inspections; null while there is none.
  virtual std::shared_ptr<const rpc::InformerCopy> Copy() const { return nullptr; }
  // Ends what it runs; waits answer CANCELLED.
  virtual void Stop() {}
};

// The directory kept by an informer on forces-service at `address`. Calls are made with `credentials` (null: in the
// clear) and with `token` (null: none), which outlives it.
std::unique_ptr<ForceDirectory> WatchForces(const std::string& address, observe::Metrics& metrics,
                                            std::shared_ptr<grpc::ChannelCredentials> credentials = nullptr,
                                            const auth::OwnToken* token = nullptr);

// NOT_FOUND FORCE_NOT_FOUND and INSPECTION_NOT_FOUND.
absl::Status ForceNotFound(const std::string& force);
absl::Status InspectionNotFound(const std::string& inspection);

}  // namespace oversight::concerns
