#include "tests/crash/deployment.h"

#include <signal.h>

#include <fstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/rpc/channel.h"
#include "common/rpc/errors.h"
#include "common/rpc/status_mapping.h"
#include "oversight/forces/v1/forces_service.grpc.pb.h"
#include "tests/crash/store_reading.h"

namespace oversight::crash {
namespace {

constexpr int kReplicas = 2;

}  // namespace

absl::StatusOr<std::unique_ptr<Register>> Register::Start() {
  auto out = std::make_unique<Register>();
  const testing::TempDir& folder = out->folder_;
  out->server_ = std::make_unique<testing::ServerProcess>(
      std::vector<std::string>{testing::ServerProcess::Binary("forces-service"), "--listen=127.0.0.1:0",
                               "--admin-listen=127.0.0.1:0", "--insecure", "--log-level=warning",
                               absl::StrCat("--store=sqlite:", folder / "forces.db")},
      folder / "ready.json", folder / "log");
  OVERSIGHT_RETURN_IF_ERROR(out->server_->WaitUntilServing());

  std::ifstream file("data/forces.csv", std::ios::binary);
  forces::v1::ImportForcesRequest request;
  request.set_csv(std::string(std::istreambuf_iterator<char>(file), {}));
  const auto stub = forces::v1::ForcesService::NewStub(
      rpc::MakeChannel({.target = out->address(), .principal = "principals/records-manager"}));
  grpc::ClientContext context;
  forces::v1::ImportForcesResponse response;
  OVERSIGHT_RETURN_IF_ERROR(rpc::FromGrpc(stub->ImportForces(&context, request, &response)));
  return out;
}

Deployment::Deployment(const Register& forces, testing::Postgres* server)
    : forces_(forces.address()),
      store_(server != nullptr ? server->NewStore() : absl::StrCat("sqlite:", folder_ / "store.db")),
      target_(server != nullptr ? kReplicas : 1),
      processes_(static_cast<size_t>(target_.replicas())) {}

std::string Deployment::LogFile(int replica) const { return folder_ / absl::StrCat("log-", replica); }

void Deployment::Begin(int replica, const std::vector<std::string>& environment) {
  auto& process = processes_[static_cast<size_t>(replica)];
  process = std::make_unique<testing::ServerProcess>(
      std::vector<std::string>{testing::ServerProcess::Binary("concerns-service"), "--listen=127.0.0.1:0",
                               "--admin-listen=127.0.0.1:0", "--insecure", "--drain-delay=0s", "--log-level=warning",
                               absl::StrCat("--store=", store_), absl::StrCat("--forces=", forces_)},
      folder_ / absl::StrCat("ready-", replica, ".json"), LogFile(replica), environment);
}

absl::Status Deployment::Start(int replica, const std::vector<std::string>& environment) {
  Begin(replica, environment);
  auto& process = processes_[static_cast<size_t>(replica)];
  OVERSIGHT_RETURN_IF_ERROR(process->WaitUntilServing());
  target_.Set(replica, process->address());
  return absl::OkStatus();
}

bool Deployment::Running(int replica) {
  auto& process = processes_[static_cast<size_t>(replica)];
  return process != nullptr && process->process().running();
}

void Deployment::Kill(int replica) {
  processes_[static_cast<size_t>(replica)]->process().Kill();
  target_.Clear(replica);
}

absl::Status Deployment::Stop(int replica) {
  auto& process = processes_[static_cast<size_t>(replica)]->process();
  target_.Clear(replica);
  process.Signal(SIGTERM);
  const int code = process.Wait();
  if (code == 0) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("an orderly stop ended with code ", code));
}

absl::Status Deployment::WaitUntilDead(int replica) {
  const int code = processes_[static_cast<size_t>(replica)]->process().Wait();
  target_.Clear(replica);
  if (code == 128 + SIGKILL) return absl::OkStatus();
  return absl::InternalError(code < 0 ? "it goes on living" : absl::StrCat("it ended with code ", code));
}

absl::Status Deployment::CheckFiles() {
  const std::string path(absl::StripPrefix(store_, "sqlite:"));
  return path == store_ ? absl::OkStatus() : CheckSqliteFile(path);
}

}  // namespace oversight::crash
