#include <grpc/support/log.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "absl/strings/str_cat.h"
#include "common/ledger/failpoint.h"
#include "common/ledger/store.h"
#include "common/observe/json_log.h"
#include "common/observe/spans.h"
#include "common/observe/version.h"
#include "common/rpc/caller_proof.h"
#include "common/rpc/errors.h"
#include "common/rpc/limit_flags.h"
#include "common/rpc/server.h"
#include "common/rpc/store_command.h"
#include "common/rpc/tls.h"

namespace oversight::rpc {
namespace {

struct Config {
  std::string listen, admin_listen, store, ready_file, log_level = "info", otlp_endpoint;
  CallerProofConfig callers;
  bool reflection = true;
  int64_t max_in_flight = HostOptions().max_in_flight;
  LimitConfig limits;
  absl::Duration store_patience = ledger::Options().patience;
  TlsFiles tls;
  bool tls_listen = true;
  absl::Duration drain_delay = absl::Seconds(5), shutdown_grace = absl::Seconds(20);
};

void AddFlags(const Program& program, Config& config, observe::Flags& flags) {
  config.listen = program.listen;
  config.admin_listen = program.admin_listen;
  config.store = program.store;
  flags.Add("listen", &config.listen, "Address of the gRPC port. Port 0 takes a free one.",
            {.validate = observe::IsListenAddress});
  flags.Add("admin-listen", &config.admin_listen, "Address of /livez, /readyz, /metrics and /debug/config.",
            {.validate = observe::IsListenAddress});
  if (program.has_store) {
    AddStoreFlag(flags, &config.store);
    flags.Add(
        "store-patience", &config.store_patience,
        "How long the store may take over one step of writing until the service is not ready. A PostgreSQL server "
        "that says nothing for three times as long is given up and connected to anew.",
        {.validate = observe::IsDurationBetween(absl::Seconds(1), absl::Minutes(10))});
  }
  AddCallerProofFlags(flags, config.callers, program.calls_others);
  AddTlsFlags(flags, &config.tls);
  flags.Add("otlp-endpoint", &config.otlp_endpoint,
            "Collector of traces that spans are sent to, as OTLP over HTTP in JSON: http://HOST:PORT. Empty: nowhere.",
            {.validate = observe::SpanExporter::IsEndpoint});
  if (program.for_everyone) {
    flags.Add("tls-listen", &config.tls_listen,
              "With --tls-cert: whether the gRPC port speaks TLS as well. Callers may show a certificate and need not. "
              "False behind a proxy that speaks it for this process.");
  }
  flags.Add("drain-delay", &config.drain_delay, "How long to go on serving after the stop signal.",
            {.validate = observe::IsDurationBetween(absl::ZeroDuration(), absl::Minutes(10))});
  flags.Add("shutdown-grace", &config.shutdown_grace, "How long calls under way may take to finish after that.",
            {.validate = observe::IsDurationBetween(absl::ZeroDuration(), absl::Minutes(10))});
  flags.Add("max-in-flight", &config.max_in_flight, "Unary calls worked on at a time; more are refused.",
            {.validate = observe::IsBetween(1, 1'000'000)});
  AddLimitFlags(flags, config.limits, program.for_everyone);
  flags.Add("reflection", &config.reflection, "Serve gRPC reflection, for tools such as grpcurl.");
  flags.Add("ready-file", &config.ready_file, "A file to write the bound addresses to, as JSON, once serving.");
  flags.Add("log-level", &config.log_level, "debug, info, warning or error.",
            {.validate = observe::IsOneOf({"debug", "info", "warning", "error"})});
  if (program.add_flags) program.add_flags(flags);
}

// gRPC's own log lines become ours.
void LogForGrpc(gpr_log_func_args* args) {
  const auto level = args->severity == GPR_LOG_SEVERITY_ERROR  ? observe::LogLevel::kWarning
                     : args->severity == GPR_LOG_SEVERITY_INFO ? observe::LogLevel::kInfo
                                                               : observe::LogLevel::kDebug;
  observe::Log(level, "grpc", args->message, {{"file", args->file}, {"line", args->line}});
}

int Fail(const char* doing, const absl::Status& status) {
  observe::LogError(doing, {{"error", status}});
  return 1;
}

// {"program":"forces-service","pid":17,"grpc":"127.0.0.1:7101",...}. Appears whole or not at all.
absl::Status WriteReadyFile(const std::string& path, const Program& program, const Server& server) {
  std::string json = "{\"program\":";
  observe::AppendJsonString(program.name, json);
  absl::StrAppend(&json, ",\"pid\":", static_cast<int64_t>(getpid()));
  for (const auto& [name, address] : server.addresses()) {
    json += ',';
    observe::AppendJsonString(name, json);
    json += ':';
    observe::AppendJsonString(address, json);
  }
  json += "}\n";
  const std::string temporary = path + ".tmp";
  std::ofstream out(temporary, std::ios::trunc);
  out << json;
  out.close();
  if (!out || std::rename(temporary.c_str(), path.c_str()) != 0) {
    return absl::UnavailableError(absl::StrCat("Cannot write ", path, "."));
  }
  return absl::OkStatus();
}

// Ends the process at once when a second signal comes, or when the stop takes longer than it may, for as long as it
// lives.
class StopGuard {
 public:
  StopGuard(const sigset_t& signals, absl::Duration at_most)
      : thread_([this, signals, at_most] {
          const absl::Time latest = absl::Now() + at_most;
          while (!over_.load()) {
            const absl::Duration left = latest - absl::Now();
            if (left <= absl::ZeroDuration()) Leave("the stop takes too long");
            const timespec wait = absl::ToTimespec(left);
            if (sigtimedwait(&signals, nullptr, &wait) > 0 && !over_.load()) Leave("stopped a second time");
          }
        }) {}
  ~StopGuard() {
    over_.store(true);
    pthread_kill(thread_.native_handle(), SIGTERM);  // Blocked everywhere, so it only wakes sigtimedwait.
    thread_.join();
  }

 private:
  [[noreturn]] static void Leave(const char* why) {
    // No log: its thread may be what hangs.
    std::fprintf(stderr, "%s: leaving at once\n", why);
    _exit(1);
  }
  std::atomic<bool> over_{false};
  std::thread thread_;
};

}  // namespace

int RunServer(int argc, const char* const* argv, const Program& program) {
  if (const std::optional<int> exit_code = RunStoreCommand(argc, argv, program)) return *exit_code;

  // Before any thread is started, since threads inherit it: signals are for sigwait alone.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);

  Config config;
  observe::Flags flags(program.name, program.env_prefix, absl::StrCat(program.description, StoreCommandsHelp(program)));
  AddFlags(program, config, flags);
  if (const std::optional<int> exit_code = flags.Parse(argc, argv)) return *exit_code;

  observe::LogOptions log;
  log.service = program.name;
  log.to_stdout = true;
  observe::ParseLogLevel(config.log_level, &log.level);
  observe::Logging logging(log);
  gpr_set_log_function(LogForGrpc);
  observe::LogInfo("starting", {{"config", flags.EffectiveJson()}, {"commit", observe::GitCommit()}});
  if (!config.ready_file.empty()) unlink(config.ready_file.c_str());  // Of an earlier run.

  const char* failpoints = getenv("OVERSIGHT_FAILPOINTS");  // NOLINT(concurrency-mt-unsafe): nothing sets it
  if (absl::Status status = ledger::ArmFailpoints(failpoints != nullptr ? failpoints : ""); !status.ok()) {
    return Fail("cannot read OVERSIGHT_FAILPOINTS", status);
  }

  const SystemClock clock;
  observe::Metrics metrics(program.name);
  auto callers = CallerProof::Make(config.callers, clock, metrics);
  if (!callers.ok()) return Fail("cannot know who calls", callers.status());
  std::unique_ptr<observe::SpanExporter> spans;
  if (!config.otlp_endpoint.empty()) {
    spans = std::make_unique<observe::SpanExporter>(config.otlp_endpoint, program.name, metrics);
  }
  std::unique_ptr<Tls> tls;
  if (!config.tls.cert.empty()) {
    auto loaded = Tls::Load(config.tls, metrics);
    if (!loaded.ok()) return Fail("cannot use the certificate files", loaded.status());
    tls = *std::move(loaded);
  }
  std::unique_ptr<ledger::Ledger> ledger;
  if (program.has_store) {
    auto engine = ledger::EngineFor(config.store, config.store_patience);
    if (!engine.ok()) return Fail("cannot open the store", engine.status());
    ledger::Options store_options;
    store_options.patience = config.store_patience;
    // See HostOptions: a store that hangs may not take every place.
    store_options.max_queued_reads = std::max(1, static_cast<int>(config.max_in_flight / 8 * 3));
    auto opened = ledger::Ledger::Open(*std::move(engine), clock, store_options);
    if (!opened.ok()) return Fail("cannot open the store", opened.status());
    ledger = *std::move(opened);
    observe::LogInfo(
        "store open",
        {{"store", config.store}, {"store_id", ledger->store_id()}, {"revision", ledger->head().revision}});
  }

  ServerOptions options;
  options.program = program.name;
  options.health_names = program.services;
  options.ledger_name = program.ledger_name;
  options.listen = config.listen;
  options.admin_listen = config.admin_listen;
  options.config = [&flags] { return flags.EffectiveJson(); };
  options.drain_delay = config.drain_delay;
  options.shutdown_grace = config.shutdown_grace;
  options.reflection = config.reflection;
  options.own_token = (*callers)->own_token();
  options.host.max_in_flight = static_cast<int>(config.max_in_flight);
  SetLimits(config.limits, flags, config.callers.insecure, &options.host);
  if (!program.for_everyone) options.host.per_address = {};
  if (tls != nullptr) {
    options.channel_credentials = tls->ForCalls();
    if (!program.for_everyone) options.server_credentials = tls->ForServices();
    if (program.for_everyone && config.tls_listen) options.server_credentials = tls->ForEveryone();
  }
  auto server =
      Server::Start(std::move(options), (*callers)->authenticator(), clock, metrics, ledger.get(), program.build);
  if (!server.ok()) return Fail("cannot start", server.status());
  for (const auto& [name, address] : (*server)->addresses()) {
    observe::LogInfo("listening", {{"what", name}, {"address", address}});
  }
  if (!config.ready_file.empty()) {
    if (absl::Status status = WriteReadyFile(config.ready_file, program, **server); !status.ok()) {
      return Fail("cannot write the ready file", status);
    }
  }
  observe::LogInfo("serving");

  int signal_number = 0;
  sigwait(&signals, &signal_number);
  observe::LogInfo("told to stop", {{"signal", signal_number}});
  {
    StopGuard guard(signals, config.drain_delay + config.shutdown_grace + absl::Seconds(20));
    if (!config.ready_file.empty()) unlink(config.ready_file.c_str());
    (*server)->Drain();
    server->reset();
    if (ledger != nullptr) ledger->Shutdown();
  }
  observe::LogInfo("stopped");
  return 0;
}

}  // namespace oversight::rpc
