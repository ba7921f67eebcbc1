// What the standing checks of concerns-service find, asked of it page by page: they are its own, and derived, so there
// is no copy of them to keep. Does not block. Thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "grpcpp/channel.h"
#include "oversight/concerns/v1/overview_service.pb.h"

namespace oversight::monitoring {

struct RecordChecks {
  // The most severe first.
  std::vector<concerns::v1::Inconsistency> found;
  // Of the log of concerns-service when the last page was given.
  int64_t revision = 0;
  // There are more than are taken in.
  bool cut = false;
  // Rules that could not be looked at, by their ids.
  std::vector<std::string> not_checked;
};

// Of one force, or of all for "forces/-"; as it is, or was recorded by `time`. Of the past one page is taken in, as
// every page of it is read from the log anew. `done` runs once, on a gRPC thread. Errors: what concerns-service
// answers.
void CheckRecord(const std::shared_ptr<grpc::Channel>& concerns, const std::string& force,
                 std::optional<absl::Time> time, absl::Time deadline,
                 std::function<void(absl::StatusOr<RecordChecks>)> done);

}  // namespace oversight::monitoring
