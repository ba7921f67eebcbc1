// A real server over a real ledger in a folder of its own, on a port of its own, inside the test: the application is
// built exactly as its process builds it. Time stands still until the test moves it. Callers are the sample principals
// of data/principals.json.
//
//   auto server = TestServer::Start(forces::MakeProgram().build);
//   auto inspector = server->StubAs<forces::v1::ForcesService>("hm-inspector");
//   grpc::ClientContext context;
//   EXPECT_TRUE(inspector->GetForce(&context, request, &response).ok());
//
// Used by the test's thread; stubs by any.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/auth/token/key_ring.h"
#include "common/auth/token/own_token.h"
#include "common/ledger/ledger.h"
#include "common/observe/metrics.h"
#include "common/rpc/server.h"
#include "common/time/clock.h"
#include "grpcpp/channel.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_issuer.h"

namespace oversight::testing {

struct TestServerOptions {
  // 24 November 2023, 10:00 UTC: an ordinary working day.
  absl::Time now = absl::FromUnixSeconds(1700820000);
  rpc::HostOptions host;
  absl::Duration shutdown_grace = absl::Seconds(10);
  std::vector<std::string> health_names;
  std::string listen = "127.0.0.1:0";
  std::string admin_listen;  // Empty: no admin port. "127.0.0.1:0" for one.
  bool has_store = true;
  // Of the port; null: in the clear. ChannelAs is for servers in the clear.
  std::shared_ptr<grpc::ServerCredentials> server_credentials;
  std::string ledger_name;                          // As in rpc::ServerOptions.
  std::string principals = "data/principals.json";  // Tests run in the top of the tree.
  // Callers prove who they are by its tokens; null: they are believed. Must outlive the server.
  const TestIssuer* issuer = nullptr;
};

class TestServer {
 public:
  // Dies with a message when it cannot start: a test has nothing to do then.
  static std::unique_ptr<TestServer> Start(rpc::BuildApplication build, TestServerOptions options = {});
  ~TestServer();

  FakeClock& clock() { return clock_; }
  ledger::Ledger& ledger() { return *ledger_; }
  rpc::Server& server() { return *server_; }
  rpc::Application& application() { return server_->application(); }
  template <class T>
  T& application_as() {
    return dynamic_cast<T&>(server_->application());
  }
  observe::Metrics& metrics() { return *metrics_; }
  std::string address() const { return server_->address(); }

  // One channel per principal ("hm-inspector"), kept; "" calls as nobody. With an issuer by a token that is good for a
  // day from the test's first moment.
  std::shared_ptr<grpc::Channel> ChannelAs(const std::string& principal);
  template <class Service>
  std::unique_ptr<typename Service::Stub> StubAs(const std::string& principal) {
    return Service::NewStub(ChannelAs(principal));
  }

  // Stops as on SIGTERM, then opens the same store again, perhaps on another port. Stubs made before are of no use.
  void Restart();
  // Stops as on SIGTERM. Idempotent.
  void Stop();
  // After Stop: opens the same store again at the address it had, so that those who followed it find it.
  void StartAgain();
  const std::string& last_address() const { return last_address_; }

 private:
  TestServer(rpc::BuildApplication build, TestServerOptions options);
  void Open(const std::string& listen);

  const rpc::BuildApplication build_;
  const TestServerOptions options_;
  const TempDir folder_;
  FakeClock clock_;
  std::unique_ptr<observe::Metrics> metrics_;
  std::unique_ptr<auth::KeyRing> keys_;
  std::unique_ptr<auth::Authenticator> authenticator_;
  std::unique_ptr<ledger::Ledger> ledger_;
  std::unique_ptr<rpc::Server> server_;
  std::string last_address_;
  std::mutex mu_;                                                  // Guards channels_.
  std::map<std::string, std::unique_ptr<auth::OwnToken>> tokens_;  // Of channels_, by principal.
  std::map<std::string, std::shared_ptr<grpc::Channel>> channels_;
};

}  // namespace oversight::testing
