#include "tests/bench/harness.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/rpc/channel.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "oversight/monitoring/v1/attention_service.grpc.pb.h"
#include "tests/bench/etcd.pb.h"
#include "tests/support/awaited.h"

namespace oversight::bench {
namespace {

using oversight::testing::TempDir;

constexpr char kEtcd[] = "/usr/bin/etcd";

// Becomes the command, which dies with us.
std::vector<std::string> Mortal(const std::vector<std::string>& command) {
  std::vector<std::string> all = {"/usr/bin/setpriv", "--pdeathsig", "KILL"};
  all.insert(all.end(), command.begin(), command.end());
  return all;
}

// Free a moment ago: etcd cannot tell which ports it took itself.
int FreePort() {
  const int socket_fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  if (bind(socket_fd, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      getsockname(socket_fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    Die("no free port");
  }
  close(socket_fd);
  return ntohs(address.sin_port);
}

// Whether it has a leader and takes writes.
bool EtcdServes(ClosedLoop& client) {
  etcdserverpb::PutRequest put;
  put.set_key("ready");
  Load load;
  load.method = "/etcdserverpb.KV/Put";
  load.next = [&put](int64_t n, std::string* bytes) { return n == 0 && put.SerializeToString(bytes); };
  return client.Run(load).failed == 0;
}

}  // namespace

void Die(const std::string& why) {
  std::fprintf(stderr, "service_bench: %s\n", why.c_str());
  std::exit(1);
}

void Say(const std::string& what) { std::fprintf(stderr, "%s\n", what.c_str()); }

std::string ReadAll(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

Server::Server(const TempDir& folder, const std::string& name, const std::vector<std::string>& command,
               std::string address, std::nullptr_t)
    : process_(Mortal(command), folder / (name + ".log")), address_(std::move(address)) {}

Server::Server(const TempDir& folder, const std::string& name, const std::vector<std::string>& command,
               const std::string& ready)
    : Server(folder, name, command, "", nullptr) {
  const auto limit = std::chrono::steady_clock::now() + testing::kPatience;
  google::protobuf::Struct told;
  for (;;) {
    const std::string text = ReadAll(ready);
    if (!text.empty() && google::protobuf::util::JsonStringToMessage(text, &told).ok()) break;
    if (!running() || std::chrono::steady_clock::now() > limit) {
      Die(absl::StrCat(name, " does not serve. Its log:\n", Log()));
    }
    usleep(1000);  // Between two looks; nothing is assumed about how long it takes.
  }
  address_ = told.fields().at("grpc").string_value();
}

double Server::CpuSeconds() const {
  const std::string stat = ReadAll(absl::StrCat("/proc/", process_.pid(), "/stat"));
  // The fields behind the name, which may hold anything but ends with the last parenthesis.
  unsigned long user = 0, system = 0;
  const size_t end = stat.rfind(')');
  if (end == std::string::npos ||
      std::sscanf(stat.c_str() + end + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) !=
          2) {
    Die("cannot read the processor time of a server");
  }
  return static_cast<double>(user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

double Server::MemoryBytes() const {
  const std::string status = ReadAll(absl::StrCat("/proc/", process_.pid(), "/status"));
  unsigned long kib = 0;
  const size_t at = status.find("RssAnon:");
  if (at == std::string::npos || std::sscanf(status.c_str() + at, "RssAnon: %lu", &kib) != 1) {
    Die("cannot read the memory of a server");
  }
  return static_cast<double>(kib) * 1024;
}

std::string BesideUs(const std::string& binary) {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path() / binary;
}

std::unique_ptr<Server> StartService(const TempDir& folder, const Service& service) {
  const std::string ready = folder / (service.name + ".json");
  std::filesystem::remove(ready);  // Of a service of that name before.
  std::vector<std::string> command = {
      BesideUs(service.binary),
      "--listen=127.0.0.1:0",
      "--admin-listen=127.0.0.1:0",
      "--insecure",
      "--drain-delay=0s",
      absl::StrCat("--log-level=", service.log_level),
      absl::StrCat("--store=", service.store.empty() ? "sqlite:" + (folder / (service.name + ".db")) : service.store),
      absl::StrCat("--ready-file=", ready)};
  command.insert(command.end(), service.more.begin(), service.more.end());
  return std::make_unique<Server>(folder, service.name, command, ready);
}

void AwaitCopies(const Server& monitoring) {
  rpc::ChannelOptions options;
  options.target = monitoring.address();
  options.principal = "principals/gateway";
  const auto stub = monitoring::v1::AttentionService::NewStub(rpc::MakeChannel(options));
  monitoring::v1::ListAttentionRequest request;
  request.set_limit(1);
  const bool there = testing::Eventually(
      [&] {
        grpc::ClientContext context;
        monitoring::v1::ListAttentionResponse response;
        return stub->ListAttention(&context, request, &response).ok();
      },
      std::chrono::minutes(2));
  if (!there) Die("the service does not get to know what its owners have");
}

bool EtcdInstalled() { return std::filesystem::exists(kEtcd); }

std::unique_ptr<Server> StartEtcd(const TempDir& folder, const std::string& name) {
  if (!EtcdInstalled()) return nullptr;
  for (int attempt = 0; attempt < 5; ++attempt) {
    const std::string address = absl::StrCat("127.0.0.1:", FreePort());
    const std::string client_url = "http://" + address, peer_url = absl::StrCat("http://127.0.0.1:", FreePort());
    auto server = std::make_unique<Server>(
        folder, name,
        std::vector<std::string>{kEtcd, "--name=bench",
                                 absl::StrCat("--data-dir=", folder / absl::StrCat(name, "-", attempt)),
                                 "--listen-client-urls=" + client_url, "--advertise-client-urls=" + client_url,
                                 "--listen-peer-urls=" + peer_url, "--initial-advertise-peer-urls=" + peer_url,
                                 "--initial-cluster=bench=" + peer_url, "--logger=zap", "--log-level=error"},
        address, nullptr);
    ClosedLoop client(address, "principals/bench");
    const auto limit = std::chrono::steady_clock::now() + testing::kPatience;
    while (server->running() && std::chrono::steady_clock::now() < limit) {
      if (EtcdServes(client)) return server;
      usleep(10000);
    }
  }
  Die("etcd does not serve. Its log:\n" + ReadAll(folder / (name + ".log")));
}

Measured RunOrDie(ClosedLoop& client, const Load& load) {
  Measured measured = client.Run(load);
  if (measured.failed > 0) Die(absl::StrCat(measured.failed, " calls of ", load.method, " failed: ", measured.failure));
  return measured;
}

std::string RequestId(const std::string& what, int64_t n) {
  const uint64_t mixed = (static_cast<uint64_t>(n) + 1) * 0x9E3779B97F4A7C15u;
  return absl::StrCat(absl::Hex(mixed ^ mixed >> 29, absl::kZeroPad16), "-", what);
}

}  // namespace oversight::bench
