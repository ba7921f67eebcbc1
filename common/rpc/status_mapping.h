// The border between absl::Status (with google.rpc details as payloads, see errors.h) and what goes out: grpc::Status
// (with a google.rpc.Status in its details), and common.v1.Status for an error inside an answer. The one place where
// they meet, both ways. Pure functions, thread-safe.
#pragma once

#include <cstddef>

#include "absl/status/status.h"
#include "grpcpp/support/status.h"
#include "oversight/common/v1/status.pb.h"

namespace oversight::rpc {

// gRPC's default metadata limit is 8 KiB, and an error over it is lost whole, so errors are cut well below.
inline constexpr size_t kMaxDetailsBytes = 4096;
inline constexpr size_t kMaxMessageBytes = 1024;

// Keeps code, message and payloads. Details too long lose field and precondition violations from the end, then long
// metadata; ErrorInfo metadata then says truncated=true. A message too long is cut at a whole character.
grpc::Status ToGrpc(const absl::Status& status);

// The way back: details become payloads again. Details that cannot be read are left out; an unknown code is kUnknown.
absl::Status FromGrpc(const grpc::Status& status);

// The same for an error inside an answer, as long as one outside it. `status` is not OK.
common::v1::Status ToMessage(const absl::Status& status);
absl::Status FromMessage(const common::v1::Status& status);

// "NOT_FOUND".
const char* CodeName(absl::StatusCode code);

}  // namespace oversight::rpc
