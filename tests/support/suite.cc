#include "tests/support/suite.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "common/rpc/channel.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "tests/support/awaited.h"

namespace oversight::testing {
namespace {

const std::vector<std::string>& Names() {
  static const auto* names =
      new std::vector<std::string>{"forces-service", "concerns-service", "monitoring-service", "gateway"};
  return *names;
}

std::string ReadAll(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

}  // namespace

std::string Suite::Binary(const std::string& name) {
  // Tests stand beside the binaries they test.
  return std::filesystem::read_symlink("/proc/self/exe").parent_path() / name;
}

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
  const std::string ready = folder_ / (name + ".json");
  std::filesystem::remove(ready);
  std::vector<std::string> command = {
      Binary(name), listen("listen", "grpc"), listen("admin-listen", "admin"), "--ready-file=" + ready,
      "--insecure", "--drain-delay=0s"};
  if (name == "gateway") {
    command.push_back(listen("http-listen", "http"));
  } else {
    command.push_back("--store=sqlite:" + folder_ / (name + ".db"));
  }
  if (name != "forces-service") command.push_back("--forces=" + address("forces-service"));
  if (name == "monitoring-service" || name == "gateway") command.push_back("--concerns=" + address("concerns-service"));
  if (name == "gateway") command.push_back("--monitoring=" + address("monitoring-service"));
  const std::string log = folder_ / (name + ".log");
  processes_[name] = std::make_unique<Process>(command, log);

  const auto limit = std::chrono::steady_clock::now() + kPatience;
  google::protobuf::Struct told;
  for (;;) {
    // The file appears whole, by rename, when the process serves.
    const std::string text = ReadAll(ready);
    if (!text.empty() && google::protobuf::util::JsonStringToMessage(text, &told).ok()) break;
    if (!process(name).running() || std::chrono::steady_clock::now() > limit) {
      std::fprintf(stderr, "%s does not serve. Its log:\n%s\n", name.c_str(), ReadAll(log).c_str());
      std::abort();
    }
    usleep(2000);
  }
  for (const auto& [what, value] : told.fields()) {
    if (value.kind_case() == google::protobuf::Value::kStringValue) addresses[what] = value.string_value();
  }
}

std::shared_ptr<grpc::Channel> Suite::ChannelAs(const std::string& name, const std::string& principal) const {
  rpc::ChannelOptions options;
  options.target = address(name);
  options.principal = principal;
  return rpc::MakeChannel(options);
}

Ran Suite::Cli(const std::string& principal, std::vector<std::string> arguments) const {
  std::vector<std::string> command = {Binary("oversight"), "--gateway=" + address("gateway"), "--as=" + principal};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return Run(command);
}

}  // namespace oversight::testing
