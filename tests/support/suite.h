// The whole suite as real processes on free ports over a folder of its own, for end-to-end tests. Any of them can be
// killed and started again on the same store and port. Not thread-safe.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "grpcpp/channel.h"
#include "tests/support/server_process.h"
#include "tests/support/temp_dir.h"

namespace oversight::testing {

class Suite {
 public:
  // Starts all four and imports data/forces.csv. Dies with a message when that fails.
  Suite();

  // "forces-service", "concerns-service", "monitoring-service" or "gateway".
  Process& process(const std::string& name) { return servers_.at(name)->process(); }
  // Ends it by SIGKILL.
  void Kill(const std::string& name) { process(name).Kill(); }
  void KillAll();
  // Starts it again on the same store and addresses, and waits until it serves.
  void Start(const std::string& name);
  void StartAll();

  // "127.0.0.1:41234"; `what` is "grpc", "admin" or for the gateway "http".
  const std::string& address(const std::string& name, const std::string& what = "grpc") const {
    return addresses_.at(name).at(what);
  }
  // A new channel on which every call is from `principal`.
  std::shared_ptr<grpc::Channel> ChannelAs(const std::string& name, const std::string& principal) const;
  // Runs the command-line client as `principal`.
  Ran Cli(const std::string& principal, std::vector<std::string> arguments) const;

 private:
  const TempDir folder_;
  std::map<std::string, std::unique_ptr<ServerProcess>> servers_;
  std::map<std::string, std::map<std::string, std::string>> addresses_;
};

}  // namespace oversight::testing
