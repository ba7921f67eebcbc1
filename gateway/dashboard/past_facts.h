// The facts of one force, or of all, as they were recorded at a moment in the past. The copies hold the present alone,
// so the owners are asked, all at once, with the identity that `prepare` adds: of what the caller may not see, nothing
// comes. What they derive is asked of them when their records are here, for the day of the moment. An owner that fails
// or does not answer in time has its section UNAVAILABLE, and the others show. Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gateway/dashboard/asking.h"
#include "gateway/dashboard/facts.h"
#include "gateway/dashboard/force_record.h"
#include "google/protobuf/timestamp.pb.h"
#include "grpcpp/channel.h"

namespace oversight::gateway {

struct SuiteChannels {
  std::shared_ptr<grpc::Channel> forces, concerns, monitoring;
};

// Errors: NOT_FOUND when the force was not recorded then, and whatever forces-service refuses with, such as
// OUT_OF_RANGE for a moment to come.
void ReadPast(const SuiteChannels& channels, PrepareCall prepare, const std::string& force,
              const google::protobuf::Timestamp& as_of, Audience audience, absl::Time deadline,
              std::function<void(absl::StatusOr<ForceRecord>)> done);

// What the national dashboard is made of. Errors: whatever forces-service refuses with.
void ReadNationalPast(const SuiteChannels& channels, PrepareCall prepare, const google::protobuf::Timestamp& as_of,
                      absl::Time deadline, std::function<void(absl::StatusOr<ForceRecord>)> done);

}  // namespace oversight::gateway
