#include "tests/support/suite.h"

#include <signal.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "common/rpc/channel.h"
#include "tests/support/postgres.h"

namespace oversight::testing {
namespace {

const std::vector<std::string>& Names() {
  static const auto* names = [] {
    auto* all = new std::vector<std::string>(Suite::Services());
    all->push_back("gateway");
    return all;
  }();
  return *names;
}

std::string Read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

}  // namespace

const std::vector<std::string>& Suite::Services() {
  static const auto* services =
      new std::vector<std::string>{"forces-service", "concerns-service", "monitoring-service"};
  return *services;
}

Suite::Suite(const SuiteShape& shape) : shape_(shape) {
  if (shape_.tls) {
    authority_ = std::make_unique<TestAuthority>(folder_ / ".", "authority");
    for (const auto& name : Names()) certificates_[name] = authority_->Issue({.names = "DNS:" + name});
    certificates_["client"] = authority_->Issue({.names = "DNS:client"});
  }
  for (const auto& name : Names()) {
    const size_t replicas = name == "gateway" ? 1 : static_cast<size_t>(shape_.replicas);
    servers_[name].resize(replicas);
    addresses_[name].resize(replicas);
    if (name == "gateway") continue;
    const auto given = shape_.stores.find(name);
    stores_[name] = given != shape_.stores.end() ? given->second
                    : replicas == 1              ? "sqlite:" + folder_ / (name + ".db")
                                                 : Postgres::Get()->NewStore();
  }
  StartAll();
  if (!shape_.stores.empty()) return;
  const Ran import = Cli("records-manager", {"import", "data/forces.csv"});
  if (import.code != 0) {
    std::fprintf(stderr, "import failed: %s", import.err.c_str());
    std::abort();
  }
}

std::shared_ptr<grpc::Channel> Suite::Channel(const std::string& name, const std::string& target,
                                              const std::string& principal) const {
  rpc::ChannelOptions options;
  options.target = target;
  if (shape_.issuer == nullptr) {
    options.principal = principal;
  } else if (!principal.empty() && principal != "public") {
    auto& token = tokens_[principal];
    if (token == nullptr) token = auth::OwnToken::Fixed(shape_.issuer->Token(principal));
    options.token = token.get();
  }
  if (shape_.tls) {
    const rpc::TlsFiles& own = certificates("client");
    options.credentials = grpc::SslCredentials({Read(own.ca), Read(own.key), Read(own.cert)});
    options.service = name;
  }
  return rpc::MakeChannel(options);
}

void Suite::KillAll() { KillAll(Names()); }

void Suite::KillAll(const std::vector<std::string>& names) {
  for (const auto& name : names) {
    for (const auto& server : servers_.at(name)) server->process().Signal(SIGKILL);
  }
  for (const auto& name : names) {
    for (const auto& server : servers_.at(name)) server->process().Kill();  // Waits.
  }
}

void Suite::StartAll() {
  for (const auto& name : Names()) Start(name);
}

void Suite::Start(const std::string& name) {
  for (int replica = 0; replica < replicas(name); ++replica) Launch(name, replica);
  for (int replica = 0; replica < replicas(name); ++replica) WaitFor(name, replica);
}

void Suite::Start(const std::string& name, int replica) {
  Launch(name, replica);
  WaitFor(name, replica);
}

void Suite::Launch(const std::string& name, int replica) {
  const auto& addresses = addresses_.at(name).at(static_cast<size_t>(replica));
  const auto listen = [&](const std::string& flag, const std::string& what) {
    return "--" + flag + "=" + (addresses.count(what) > 0 ? addresses.at(what) : "127.0.0.1:0");
  };
  std::vector<std::string> command = {ServerProcess::Binary(name), listen("listen", "grpc"),
                                      listen("admin-listen", "admin"),
                                      "--drain-delay=" + absl::FormatDuration(shape_.drain_delay)};
  if (shape_.issuer == nullptr) {
    command.emplace_back("--insecure");
  } else {
    for (const std::string& flag : shape_.issuer->flags()) command.push_back(flag);
    if (name != "forces-service") command.push_back("--token-file=" + shape_.issuer->TokenFile(name));
    // As with --insecure: a test asks faster than people do, and all its callers have one address.
    command.emplace_back("--limit-rate=0");
    if (name == "gateway") command.emplace_back("--limit-address-rate=0");
  }
  if (!shape_.principals.empty()) command.push_back("--principals=" + shape_.principals);
  if (name == "gateway") {
    command.push_back(listen("http-listen", "http"));
    command.insert(command.end(), shape_.gateway_flags.begin(), shape_.gateway_flags.end());
  } else {
    command.push_back("--store=" + stores_.at(name));
  }
  if (name != "forces-service") command.push_back("--forces=" + target("forces-service"));
  if (name == "monitoring-service" || name == "gateway") command.push_back("--concerns=" + target("concerns-service"));
  if (name == "gateway") command.push_back("--monitoring=" + target("monitoring-service"));
  command.insert(command.end(), shape_.flags.begin(), shape_.flags.end());
  if (shape_.tls) {
    const rpc::TlsFiles& own = certificates(name);
    for (const auto& flag : {"--tls-cert=" + own.cert, "--tls-key=" + own.key, "--tls-ca=" + own.ca})
      command.push_back(flag);
  }
  server(name, replica) =
      std::make_unique<ServerProcess>(command, folder_ / absl::StrCat(name, "-", replica, ".json"), log(name, replica));
}

void Suite::WaitFor(const std::string& name, int replica) {
  if (const absl::Status status = server(name, replica)->WaitUntilServing(); !status.ok()) {
    std::fprintf(stderr, "%s: %s\n", name.c_str(), std::string(status.message()).c_str());
    std::abort();
  }
  addresses_.at(name).at(static_cast<size_t>(replica)) = server(name, replica)->addresses();
}

std::string Suite::log(const std::string& name, int replica) const {
  return folder_ / absl::StrCat(name, "-", replica, ".log");
}

std::string Suite::target(const std::string& name) const {
  if (replicas(name) == 1) return address(name);
  std::string all = "ipv4:";
  for (int replica = 0; replica < replicas(name); ++replica) {
    absl::StrAppend(&all, replica > 0 ? "," : "", address(name, "grpc", replica));
  }
  return all;
}

std::shared_ptr<grpc::Channel> Suite::ChannelAs(const std::string& name, const std::string& principal) const {
  return Channel(name, target(name), principal);
}

std::shared_ptr<grpc::Channel> Suite::ChannelTo(const std::string& name, int replica,
                                                const std::string& principal) const {
  return Channel(name, address(name, "grpc", replica), principal);
}

Ran Suite::Cli(const std::string& principal, std::vector<std::string> arguments) const {
  std::vector<std::string> command = {ServerProcess::Binary("oversight"), "--gateway=" + address("gateway"),
                                      "--as=" + principal};
  if (shape_.tls) {
    command.push_back("--tls-ca=" + authority_->certificate());
    command.push_back("--tls-name=gateway");
  }
  if (shape_.issuer != nullptr) command.push_back("--token-file=" + shape_.issuer->TokenFolder());
  command.insert(command.end(), arguments.begin(), arguments.end());
  return Run(command);
}

}  // namespace oversight::testing
