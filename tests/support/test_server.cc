#include "tests/support/test_server.h"

#include <cstdlib>
#include <iostream>
#include <utility>

#include "common/auth/insecure_authenticator.h"
#include "common/auth/token_authenticator.h"
#include "common/ledger/store.h"
#include "common/rpc/channel.h"

namespace oversight::testing {
namespace {

template <class T>
T OrDie(absl::StatusOr<T> result, const char* doing) {
  if (!result.ok()) {
    std::cerr << "TestServer: " << doing << ": " << result.status() << std::endl;
    std::abort();
  }
  return *std::move(result);
}

}  // namespace

TestServer::TestServer(rpc::BuildApplication build, TestServerOptions options)
    : build_(std::move(build)), options_(std::move(options)), clock_(options_.now) {
  if (options_.issuer == nullptr) {
    authenticator_ = OrDie(auth::InsecureAuthenticator::FromFile(options_.principals), "principals");
  }
}

std::unique_ptr<TestServer> TestServer::Start(rpc::BuildApplication build, TestServerOptions options) {
  std::unique_ptr<TestServer> server(new TestServer(std::move(build), std::move(options)));
  server->Open(server->options_.listen);
  return server;
}

void TestServer::Open(const std::string& listen) {
  metrics_ = std::make_unique<observe::Metrics>("test");
  if (options_.issuer != nullptr) {
    keys_ = std::make_unique<auth::KeyRing>(auth::FileKeyFetcher(options_.issuer->jwks_file()), auth::KeyRingOptions(),
                                            clock_, *metrics_);
    if (const absl::Status status = keys_->Load(); !status.ok()) OrDie<int>(status, "keys");
    authenticator_ = std::make_unique<auth::TokenAuthenticator>(
        auth::TokenRules{.issuer = options_.issuer->issuer(), .audience = options_.issuer->audience()}, *keys_, clock_,
        *metrics_);
  }
  if (options_.has_store) {
    auto engine = OrDie(ledger::EngineFor("sqlite:" + (folder_ / "store.db")), "engine");
    ledger_ = OrDie(ledger::Ledger::Open(std::move(engine), clock_), "ledger");
  }
  rpc::ServerOptions options;
  options.program = "test";
  options.listen = listen;
  options.health_names = options_.health_names;
  options.admin_listen = options_.admin_listen;
  options.host = options_.host;
  options.server_credentials = options_.server_credentials;
  options.ledger_name = options_.ledger_name;
  options.shutdown_grace = options_.shutdown_grace;
  options.check_interval = absl::Milliseconds(20);
  server_ = OrDie(rpc::Server::Start(std::move(options), *authenticator_, clock_, *metrics_, ledger_.get(), build_),
                  "server");
}

TestServer::~TestServer() { Stop(); }

std::shared_ptr<grpc::Channel> TestServer::ChannelAs(const std::string& principal) {
  std::lock_guard lock(mu_);
  auto& channel = channels_[principal];
  if (channel != nullptr) return channel;
  if (options_.issuer == nullptr) {
    channel = rpc::MakeChannel({.target = server_->address(), .principal = principal});
  } else if (principal.empty()) {
    channel = rpc::MakeChannel({.target = server_->address()});
  } else {
    auto& token = tokens_[principal];
    if (token == nullptr) {
      token = auth::OwnToken::Fixed(
          options_.issuer->Token(options_.issuer->Sample(principal), options_.now, absl::Hours(24)));
    }
    channel = rpc::MakeChannel({.target = server_->address(), .token = token.get()});
  }
  return channel;
}

void TestServer::Stop() {
  {
    std::lock_guard lock(mu_);
    channels_.clear();
  }
  if (server_ != nullptr) last_address_ = server_->address();
  server_.reset();
  ledger_.reset();  // Shuts down.
  if (keys_ != nullptr) authenticator_.reset();
  keys_.reset();
  metrics_.reset();
}

void TestServer::Restart() {
  Stop();
  Open(options_.listen);
}

void TestServer::StartAgain() { Open(last_address_); }

}  // namespace oversight::testing
