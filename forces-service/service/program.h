// forces-service as a process: what RunServer (common/rpc/server.h) needs to know to run it, and what tests build it
// from. Thread safety: see server.h.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "common/rpc/server.h"

namespace oversight::forces {

// The application over an open ledger.
absl::StatusOr<std::unique_ptr<rpc::Application>> BuildApplication(rpc::Runtime& runtime);

// Name, defaults and BuildApplication.
rpc::Program MakeProgram();

}  // namespace oversight::forces
