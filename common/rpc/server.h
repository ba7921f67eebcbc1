// The life of a server, the same for all four processes: from flags to exit code (RunServer), and the part of it that
// runs inside a test (Server). A process says only what it is (Program) and builds its Application:
//
//   int main(int argc, char** argv) { return oversight::rpc::RunServer(argc, argv, forces::MakeProgram()); }
//
// Start: flags and environment -> log -> authenticator -> ledger -> application -> gRPC port -> health SERVING -> admin
// port ready -> ready file. The ports open last: gRPC's health service says SERVING as soon as they do. Stop, on the
// first SIGTERM or SIGINT: NOT_SERVING and /readyz 503 -> go on serving for --drain-delay, so that load balancers
// notice -> streams end with UNAVAILABLE, DRAINING and new calls are refused -> calls under way finish, for at most
// --shutdown-grace -> application stops -> ledger closes -> exit code 0. A second signal exits at once, with code 1.
//
// Health names: "" and the service's full name (is it ready for calls), "liveness" (does it answer at all; never looks
// at the store). /livez of the admin port says the same: 503 when gRPC has not answered the process itself for long.
// Server is to be used by one thread, but Drain may come from any.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/auth/authenticator.h"
#include "common/auth/token/own_token.h"
#include "common/ledger/ledger.h"
#include "common/observe/admin_server.h"
#include "common/observe/config.h"
#include "common/observe/metrics.h"
#include "common/rpc/call.h"
#include "common/time/clock.h"
#include "grpcpp/channel.h"
#include "grpcpp/generic/async_generic_service.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server.h"

namespace oversight::rpc {

class LedgerServiceImpl;

// What an application is built from. All of it outlives the application.
struct Runtime {
  const Clock& clock;
  observe::Metrics& metrics;
  Host& host;
  ledger::Ledger* ledger;  // Null when Program::has_store is false.
  const auth::Authenticator& authenticator;
  // What calls to other services are made with (ChannelOptions::credentials); null: in the clear.
  std::shared_ptr<grpc::ChannelCredentials> channel_credentials;
  const auth::OwnToken* own_token;  // For calls of its own accord: see Identity. Null in insecure mode.
};

// What a process serves. Built before the port opens, stopped after the last call has ended, destroyed before the
// ledger.
class Application {
 public:
  virtual ~Application() = default;
  // The gRPC services to register. They must have been added to the Host by their tables.
  virtual std::vector<grpc::Service*> services() = 0;
  // Whether calls can be answered, beyond what the ledger says of itself. Asked often: must not block.
  virtual absl::Status Ready() { return absl::OkStatus(); }
  // Takes the calls to services that are not registered; null for none.
  virtual grpc::CallbackGenericService* generic_service() { return nullptr; }
  // The gRPC port is open. Other listeners open theirs, with `server` for calls within the process; an error stops it.
  virtual absl::Status Started(grpc::Server& server) { return absl::OkStatus(); }
  // Other addresses it listens at, by name, for the log and the ready file: {"http", "127.0.0.1:8080"}.
  virtual std::map<std::string, std::string> Addresses() { return {}; }
  // Draining begins, before streams are ended: other listeners stop to take calls. Must not block.
  virtual void Drain() {}
  // No call is left: ends threads, watches, channels.
  virtual void Stop() {}
};

using BuildApplication = std::function<absl::StatusOr<std::unique_ptr<Application>>(Runtime&)>;

struct ServerOptions {
  std::string program = "server";         // For logs.
  std::vector<std::string> health_names;  // Full names of the services, besides "" and "liveness".
  std::string listen = "127.0.0.1:0";     // Port 0 takes a free one.
  std::string admin_listen;               // Empty: no admin port.
  std::function<std::string()> config;    // For /debug/config.
  absl::Duration drain_delay = absl::ZeroDuration();
  absl::Duration shutdown_grace = absl::Seconds(20);
  absl::Duration check_interval = absl::Milliseconds(300);  // Of readiness, and of the self-call.
  bool reflection = true;
  HostOptions host;
  // Of the gRPC port, and of calls to other services (tls.h); null: in the clear.
  std::shared_ptr<grpc::ServerCredentials> server_credentials;
  std::shared_ptr<grpc::ChannelCredentials> channel_credentials;
  // "ledgers/forces": serves LedgerService for the ledger under this name. Empty: does not.
  std::string ledger_name;
  const auth::OwnToken* own_token = nullptr;  // For the Runtime; must outlive the server.
};

// A running server over what is already open: Runtime without a process around it.
class Server {
 public:
  // `ledger` may be null. It, the authenticator, clock and metrics must outlive the server. UNAVAILABLE with a plain
  // message when an address cannot be bound.
  static absl::StatusOr<std::unique_ptr<Server>> Start(ServerOptions options, const auth::Authenticator& authenticator,
                                                       const Clock& clock, observe::Metrics& metrics,
                                                       ledger::Ledger* ledger, const BuildApplication& build);
  // Drains, if that has not been done.
  ~Server();

  int port() const { return port_; }
  // "127.0.0.1:41234": the address as listened at, with the port that was bound.
  std::string address() const { return address_; }
  std::string admin_address() const { return admin_address_; }
  // All addresses by name: "grpc", "admin" and the application's.
  std::map<std::string, std::string> addresses() const;
  Application& application() { return *application_; }
  Host& host() { return *host_; }
  grpc::Server& grpc_server() { return *server_; }
  // OK while calls can be answered.
  absl::Status Ready() const;

  // The stop sequence up to and including Application::Stop. Blocks; the first call does it, others wait for it. The
  // ledger is left open.
  void Drain();

 private:
  Server();
  absl::Status Open(ServerOptions options, const auth::Authenticator& authenticator, const Clock& clock,
                    observe::Metrics& metrics, ledger::Ledger* ledger, const BuildApplication& build);
  void PublishHealth(bool ready);
  void Tend();  // The thread that keeps health true and gRPC awake.
  absl::Status Alive() const;

  ServerOptions options_;
  ledger::Ledger* ledger_ = nullptr;
  std::unique_ptr<Host> host_;
  std::unique_ptr<Runtime> runtime_;
  std::unique_ptr<Application> application_;
  std::unique_ptr<LedgerServiceImpl> ledger_service_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<observe::AdminServer> admin_;
  int port_ = 0;
  std::string address_, admin_address_;
  std::vector<observe::Metrics::Callback> gauges_;
  std::atomic<int64_t> answered_{0};   // When the last self-call was answered, in Unix nanoseconds.
  std::atomic<bool> stopping_{false};  // The stop sequence has begun: not ready any more.
  std::once_flag drained_;
  std::mutex mu_;                 // Guards what follows, and orders what is published of health.
  std::condition_variable wake_;  // Ends tending_.
  bool tend_ = true;
  std::thread tending_;
};

// What a process is.
struct Program {
  std::string name;                                // "forces-service"
  std::string env_prefix;                          // "FORCES": --listen is FORCES_LISTEN in the environment.
  std::string description;                         // One line, for --help.
  std::vector<std::string> services;               // Full names, for health.
  std::string listen;                              // Default of --listen, "127.0.0.1:7101".
  std::string admin_listen;                        // Default of --admin-listen.
  bool has_store = true;                           // Takes --store.
  bool for_everyone = false;                       // Its gRPC port is not for services alone: takes --tls-listen.
  std::string ledger_name;                         // "ledgers/forces": what its log is called, when it has a store.
  std::string store;                               // Default of --store.
  bool calls_others = false;                       // Takes --token-file: it calls other services of its own accord.
  std::function<void(observe::Flags&)> add_flags;  // Its own flags; the targets must outlive RunServer.
  BuildApplication build;
};

// Runs until told to stop and returns the exit code: 0 after an orderly stop, 1 when it could not start or stop, 2 for
// bad flags. Call it from main, first, on the main thread: it takes over the process's signals.
int RunServer(int argc, const char* const* argv, const Program& program);

}  // namespace oversight::rpc
