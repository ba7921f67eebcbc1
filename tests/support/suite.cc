#include "tests/support/suite.h"

#include <cstdio>
#include <cstdlib>

#include "common/rpc/channel.h"

namespace oversight::testing {
namespace {

const std::vector<std::string>& Names() {
  static const auto* names =
      new std::vector<std::string>{"forces-service", "concerns-service", "monitoring-service", "gateway"};
  return *names;
}

}  // namespace

Suite::Suite() {
  StartAll();
  const Ran import = Cli("records-manager", {"import", "data/forces.csv"});
  if (import.code != 0) {
    std::fprintf(stderr, "import failed: %s", import.err.c_str());
    std::abort();
  }
}

void Suite::KillAll() {
  for (const auto& name : Names()) Kill(name);
}

void Suite::StartAll() {
  for (const auto& name : Names()) Start(name);
}

void Suite::Start(const std::string& name) {
  auto& addresses = addresses_[name];
  const auto listen = [&](const std::string& flag, const std::string& what) {
    return "--" + flag + "=" + (addresses.count(what) > 0 ? addresses[what] : "127.0.0.1:0");
  };
  std::vector<std::string> command = {ServerProcess::Binary(name), listen("listen", "grpc"),
                                      listen("admin-listen", "admin"), "--insecure", "--drain-delay=0s"};
  if (name == "gateway") {
    command.push_back(listen("http-listen", "http"));
  } else {
    command.push_back("--store=sqlite:" + folder_ / (name + ".db"));
  }
  if (name != "forces-service") command.push_back("--forces=" + address("forces-service"));
  if (name == "monitoring-service" || name == "gateway") command.push_back("--concerns=" + address("concerns-service"));
  if (name == "gateway") command.push_back("--monitoring=" + address("monitoring-service"));
  auto& server = servers_[name];
  server = std::make_unique<ServerProcess>(command, folder_ / (name + ".json"), folder_ / (name + ".log"));
  if (const absl::Status status = server->WaitUntilServing(); !status.ok()) {
    std::fprintf(stderr, "%s: %s\n", name.c_str(), std::string(status.message()).c_str());
    std::abort();
  }
  addresses = server->addresses();
}

std::shared_ptr<grpc::Channel> Suite::ChannelAs(const std::string& name, const std::string& principal) const {
  rpc::ChannelOptions options;
  options.target = address(name);
  options.principal = principal;
  return rpc::MakeChannel(options);
}

Ran Suite::Cli(const std::string& principal, std::vector<std::string> arguments) const {
  std::vector<std::string> command = {ServerProcess::Binary("oversight"), "--gateway=" + address("gateway"),
                                      "--as=" + principal};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return Run(command);
}

}  // namespace oversight::testing
