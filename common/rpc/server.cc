#include "common/rpc/server.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/observe/json_log.h"
#include "common/rpc/errors.h"
#include "common/rpc/keep_grpc.h"
#include "common/rpc/ledger_service.h"
#include "grpcpp/ext/proto_server_reflection_plugin.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/health_check_service_interface.h"
#include "grpcpp/resource_quota.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server_builder.h"

namespace oversight::rpc {
namespace {

constexpr char kLiveness[] = "liveness";
// For answers on their way, and for calls that do not go through the Host, such as those passed on to another server.
constexpr absl::Duration kGoodbye = absl::Seconds(1);
constexpr int kMaxReceiveBytes = 2 * kMaxRequestBytes;
constexpr size_t kMemoryQuota = 512 << 20;
// What gRPC takes of headers, itself saying no more of larger ones than that they are. Twice what the gateway takes
// over HTTP, so that whatever it passes on arrives, and is refused, if need be, by us and in our words.
constexpr int kMaxHeaderBytes = 16 << 10;
// How long gRPC may leave the process's own call, made several times a second, unanswered until it counts as stuck.
constexpr absl::Duration kStuck = absl::Seconds(10);

absl::Status CannotListen(const std::string& what, const std::string& address) {
  return Error(absl::StatusCode::kUnavailable, common::v1::ERROR_REASON_INTERNAL,
               absl::StrCat("Cannot listen at ", address, " (", what,
                            "): the address is taken, or is not one of this machine."))
      .With("address", address);
}

std::string WithPort(const std::string& listen, int port) {
  return absl::StrCat(listen.substr(0, listen.rfind(':')), ":", port);
}

void EnablePlugins(bool reflection) {
  // Both are switches of the process. They act on servers built later.
  static std::once_flag health_once, reflection_once;
  std::call_once(health_once, [] { grpc::EnableDefaultHealthCheckService(true); });
  if (reflection) std::call_once(reflection_once, [] { grpc::reflection::InitProtoReflectionServerBuilderPlugin(); });
}

void SetOptions(grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(kMaxReceiveBytes);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMaxHeaderBytes);
  builder.SetResourceQuota(grpc::ResourceQuota("oversight").Resize(kMemoryQuota));
  // With it a second process would share the port unnoticed.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, 1000);
  // Connections end now and then, so that clients look up addresses again and find new replicas.
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS, 5 * 60 * 1000);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, 30 * 1000);
  // Permits what channel.cc sends.
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 30 * 1000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10 * 1000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 5 * 1000);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
}

// Calls the own health service within the process. gRPC 1.51's callback threads go to sleep for 100 ms when nothing
// happened for a second, and the first call after that would wait for them to wake.
class SelfCall {
 public:
  explicit SelfCall(std::shared_ptr<grpc::Channel> channel) : stub_(std::move(channel)) {
    static constexpr char kRequest[] = "\x0a\x08liveness";  // HealthCheckRequest{service: "liveness"}
    const grpc::Slice slice(kRequest, sizeof(kRequest) - 1);
    request_ = grpc::ByteBuffer(&slice, 1);
  }
  // Blocks until it is answered, at most for a second. Whether it was.
  bool Run() {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(1));
    grpc::ByteBuffer response;
    std::mutex mu;
    std::condition_variable answered;
    bool done = false, good = false;
    stub_.UnaryCall(&context, "/grpc.health.v1.Health/Check", grpc::StubOptions(), &request_, &response,
                    [&](const grpc::Status& status) {
                      std::lock_guard lock(mu);
                      done = true;
                      good = status.ok();
                      answered.notify_one();
                    });
    std::unique_lock lock(mu);
    answered.wait(lock, [&] { return done; });
    return good;
  }

 private:
  grpc::GenericStub stub_;
  grpc::ByteBuffer request_;
};

void AddLedgerMetrics(observe::Metrics& metrics, const ledger::Ledger& ledger,
                      std::vector<observe::Metrics::Callback>* out) {
  const ledger::Stats& stats = ledger.stats();
  const auto counter = [&](const char* name, const char* help, const std::atomic<int64_t>& value, double scale = 1) {
    out->push_back(metrics.CounterCallback(
        name, help, [&value, scale] { return static_cast<double>(value.load(std::memory_order_relaxed)) * scale; }));
  };
  const auto gauge = [&](const char* name, const char* help, const std::atomic<int64_t>& value) {
    out->push_back(metrics.GaugeCallback(
        name, help, [&value] { return static_cast<double>(value.load(std::memory_order_relaxed)); }));
  };
  counter("oversight_ledger_commits_total", "Transactions stored.", stats.commits);
  counter("oversight_ledger_batches_total", "Durable database transactions.", stats.batches);
  counter("oversight_ledger_changes_total", "Resource versions stored.", stats.changes);
  counter("oversight_ledger_replays_total", "Changes answered from the record of an earlier call.", stats.replays);
  counter("oversight_ledger_conflicts_total", "Changes another process came before.", stats.conflicts);
  counter("oversight_ledger_commit_seconds_total", "Time spent in durable commits.", stats.commit_micros, 1e-6);
  counter("oversight_ledger_cache_hits_total", "Reads answered from memory.", stats.cache_hits);
  counter("oversight_ledger_cache_misses_total", "Reads that memory could not answer.", stats.cache_misses);
  gauge("oversight_ledger_queued_writes", "Changes waiting to be decided.", stats.queued_writes);
  gauge("oversight_ledger_queued_reads", "Reads waiting for a reader.", stats.queued_reads);
  gauge("oversight_ledger_watchers", "Open watchers.", stats.watchers);
  out->push_back(metrics.GaugeCallback("oversight_ledger_revision", "The last revision that reads see.",
                                       [&ledger] { return static_cast<double>(ledger.head().revision); }));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Start(ServerOptions options, const auth::Authenticator& authenticator,
                                                      const Clock& clock, observe::Metrics& metrics,
                                                      ledger::Ledger* ledger, const BuildApplication& build) {
  std::unique_ptr<Server> server(new Server());
  OVERSIGHT_RETURN_IF_ERROR(server->Open(std::move(options), authenticator, clock, metrics, ledger, build));
  return server;
}

absl::Status Server::Open(ServerOptions options, const auth::Authenticator& authenticator, const Clock& clock,
                          observe::Metrics& metrics, ledger::Ledger* ledger, const BuildApplication& build) {
  options_ = std::move(options);
  ledger_ = ledger;
  host_ = std::make_unique<Host>(options_.host, authenticator, metrics);
  if (ledger_ != nullptr) AddLedgerMetrics(metrics, *ledger_, &gauges_);

  runtime_.reset(
      new Runtime{clock, metrics, *host_, ledger_, authenticator, options_.channel_credentials, options_.own_token});
  OVERSIGHT_ASSIGN_OR_RETURN(application_, build(*runtime_));
  if (ledger_ != nullptr && !options_.ledger_name.empty()) {
    OVERSIGHT_RETURN_IF_ERROR(host_->AddService(MakeLedgerAuthorizationTable()));
    ledger_service_ = std::make_unique<LedgerServiceImpl>(*host_, *ledger_, clock, options_.ledger_name);
  }

  answered_.store(absl::GetCurrentTimeNanos());
  KeepGrpcThreads();
  EnablePlugins(options_.reflection);
  grpc::ServerBuilder builder;
  SetOptions(builder);
  builder.AddListeningPort(
      options_.listen,
      options_.server_credentials != nullptr ? options_.server_credentials : grpc::InsecureServerCredentials(), &port_);
  for (grpc::Service* service : application_->services()) builder.RegisterService(service);
  if (ledger_service_ != nullptr) builder.RegisterService(ledger_service_.get());
  if (auto* generic = application_->generic_service()) builder.RegisterCallbackGenericService(generic);
  server_ = builder.BuildAndStart();
  // BuildAndStart gives null for some faults and a server on no port for others.
  if (server_ == nullptr || port_ <= 0) return CannotListen("gRPC", options_.listen);
  address_ = WithPort(options_.listen, port_);
  server_->GetHealthCheckService()->SetServingStatus(kLiveness, true);
  PublishHealth(Ready().ok());

  if (!options_.admin_listen.empty()) {
    observe::AdminOptions admin;
    admin.listen = options_.admin_listen;
    admin.alive = [this] { return Alive(); };
    admin.ready = [this] { return Ready(); };
    admin.metrics = [&metrics] { return metrics.Render(); };
    admin.config = options_.config;
    OVERSIGHT_ASSIGN_OR_RETURN(admin_, observe::AdminServer::Start(std::move(admin)));
    admin_address_ = WithPort(options_.admin_listen, admin_->port());
  }
  OVERSIGHT_RETURN_IF_ERROR(application_->Started(*server_));
  tending_ = std::thread([this] { Tend(); });
  return absl::OkStatus();
}

Server::Server() = default;

Server::~Server() {
  Drain();
  if (admin_ != nullptr) admin_->Stop();
  // The gRPC server first: it still points at the application's services, and they at the host.
  server_.reset();
  ledger_service_.reset();
  application_.reset();
  gauges_.clear();
  host_.reset();
}

std::map<std::string, std::string> Server::addresses() const {
  std::map<std::string, std::string> result = application_->Addresses();
  result["grpc"] = address_;
  if (admin_ != nullptr) result["admin"] = admin_address_;
  return result;
}

absl::Status Server::Ready() const {
  if (stopping_.load()) {
    return Error(absl::StatusCode::kUnavailable, common::v1::ERROR_REASON_DRAINING, "The server is stopping.");
  }
  if (ledger_ != nullptr) OVERSIGHT_RETURN_IF_ERROR(ledger_->health());
  return application_->Ready();
}

// Once the stop has begun nobody calls any more, and the process ends by itself.
absl::Status Server::Alive() const {
  const absl::Duration silent = absl::Now() - absl::FromUnixNanos(answered_.load());
  if (stopping_.load() || silent < kStuck) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat("gRPC has not answered this process itself for ", absl::ToInt64Seconds(silent), " s."));
}

void Server::PublishHealth(bool ready) {
  auto* health = server_->GetHealthCheckService();
  health->SetServingStatus("", ready);
  for (const std::string& name : options_.health_names) health->SetServingStatus(name, ready);
}

void Server::Tend() {
  SelfCall self_call(server_->InProcessChannel(grpc::ChannelArguments()));
  bool published = false;
  std::unique_lock lock(mu_);
  while (tend_) {
    lock.unlock();
    if (self_call.Run()) answered_.store(absl::GetCurrentTimeNanos());
    const absl::Status ready = Ready();
    lock.lock();
    // Once the stop has begun, what Drain published stays.
    if (tend_ && !stopping_.load() && published != ready.ok()) {
      published = ready.ok();
      PublishHealth(published);
      if (!published) {
        observe::LogWarning("not ready", {{"error", ready}});
      }
    }
    wake_.wait_for(lock, absl::ToChronoMilliseconds(options_.check_interval), [this] { return !tend_; });
  }
}

void Server::Drain() {
  std::call_once(drained_, [this] {
    {
      std::lock_guard lock(mu_);
      stopping_.store(true);
      if (server_ != nullptr) PublishHealth(false);
    }
    if (tending_.joinable()) {  // It was serving.
      observe::LogInfo("draining", {{"delay_ms", absl::ToInt64Milliseconds(options_.drain_delay)},
                                    {"calls", host_->in_flight()},
                                    {"streams", host_->streams()}});
      absl::SleepFor(options_.drain_delay);
    }
    if (application_ != nullptr) application_->Drain();
    if (host_ != nullptr) host_->Drain();
    {
      std::lock_guard lock(mu_);
      tend_ = false;
    }
    wake_.notify_all();
    if (tending_.joinable()) tending_.join();
    if (server_ != nullptr) {
      const absl::Time latest = absl::Now() + options_.shutdown_grace;
      while (host_->in_flight() + host_->streams() > 0 && absl::Now() < latest) absl::SleepFor(absl::Milliseconds(2));
      // gRPC also waits for idle connections to say goodbye, which a client that is not looking does only much later.
      // With no call of ours left there is little to wait for.
      server_->Shutdown(absl::ToChronoTime(std::min(latest, absl::Now() + kGoodbye)));
      server_->Wait();
    }
    if (application_ != nullptr) application_->Stop();
  });
}

}  // namespace oversight::rpc
