// What other services own, as it was recorded by a moment in the past: read from the owners by their lists, as copies
// of the kinds that an assessment looks at. Thread-safe; nothing blocks.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "grpcpp/channel.h"
#include "monitoring-service/service/owners.h"

namespace oversight::monitoring {

// Of one force, or of all for "forces/-". Runs `done` once, on a gRPC thread, at the latest at the deadline. An owner
// whose clock has not reached the time yet answers as it is now. Errors: those of the owners, and FAILED_PRECONDITION
// VERSION_REDACTED when part of what was recorded then was removed by law since: what is left would be judged as whole.
void ReadPastOwners(const std::shared_ptr<grpc::Channel>& forces_channel,
                    const std::shared_ptr<grpc::Channel>& concerns_channel, const std::string& force, absl::Time time,
                    absl::Time deadline, std::function<void(absl::StatusOr<OwnerFacts>)> done);

}  // namespace oversight::monitoring
