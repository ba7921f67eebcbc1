// A program of the suite as a child process that says through its ready file where it listens. Killed when the object
// goes, or the process that made it. Not thread-safe.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "tests/support/process.h"

namespace oversight::testing {

class ServerProcess {
 public:
  // Starts `command` with --ready-file=`ready` behind it. `log` takes its output, appended. `environment` holds
  // NAME=value and comes before the tests' own.
  ServerProcess(const std::vector<std::string>& command, const std::string& ready, const std::string& log,
                const std::vector<std::string>& environment = {});

  // Waits until it serves; an error with its log when it ends before that, or does not in good time.
  absl::Status WaitUntilServing();
  // "127.0.0.1:41234"; `what` is "grpc", "admin" or for the gateway "http". Once it serves.
  const std::map<std::string, std::string>& addresses() const { return addresses_; }
  const std::string& address() const { return addresses_.at("grpc"); }
  Process& process() { return process_; }

  // The path of a program that stands beside the one that runs, as tests stand beside the binaries they test.
  static std::string Binary(const std::string& name);

 private:
  const std::string ready_;
  Process process_;
  std::map<std::string, std::string> addresses_;
};

}  // namespace oversight::testing
