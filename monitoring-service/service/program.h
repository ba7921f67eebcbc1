// monitoring-service as a process: what RunServer (common/rpc/server.h) needs to know to run it, and what tests build
// it from. Thread safety: see server.h.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/rpc/server.h"

namespace oversight::monitoring {

struct Options {
  std::string forces = "127.0.0.1:7101";    // Address of forces-service.
  std::string concerns = "127.0.0.1:7102";  // Address of concerns-service.
  std::string ladders = "data/ladders.json";
  std::string announcements = "data/announcements";
  std::string policies;  // Empty: none is ever in force. The process runs with data/policies.
  // How long reads are gathered before those of what is under embargo are put on record.
  absl::Duration gather_reads = absl::Seconds(1);
};

// The application over an open ledger.
absl::StatusOr<std::unique_ptr<rpc::Application>> BuildApplication(rpc::Runtime& runtime, const Options& options);

// Name, flags, defaults and BuildApplication.
rpc::Program MakeProgram();

}  // namespace oversight::monitoring
