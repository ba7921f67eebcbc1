// The whole suite as real processes on free ports over a folder of its own, for end-to-end tests, in one of two shapes:
// one process per service on SQLite files, or several replicas of each service on PostgreSQL; in both with one gateway.
// Any of them can be killed and started again on the same store and port. Not thread-safe.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/auth/token/own_token.h"
#include "grpcpp/channel.h"
#include "tests/support/certificates.h"
#include "tests/support/server_process.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_issuer.h"

namespace oversight::testing {

struct SuiteShape {
  // Of each service. One keeps its records in SQLite; several share a fresh schema of the tests' PostgreSQL
  // (Postgres::Get, which must be there), one schema per service.
  int replicas = 1;
  absl::Duration drain_delay = absl::ZeroDuration();
  // Who may call, as the services' --principals; empty: the shipped sample.
  std::string principals = {};
  // Whether everything speaks TLS, with an authority of the suite's own. Channels then show the certificate of a
  // service, and the command line none.
  bool tls = false;
  // What every process is given besides.
  std::vector<std::string> flags = {};
  // And the gateway alone.
  std::vector<std::string> gateway_flags = {};
  // Callers prove who they are by its tokens, and services too; null: everybody is believed. Must outlive the suite.
  const TestIssuer* issuer = nullptr;
  // By service: where it keeps its records instead, as its --store. When any is given nothing is imported.
  std::map<std::string, std::string> stores = {};
};

class Suite {
 public:
  // Starts everything, the replicas of a service at the same time, and imports data/forces.csv. Dies with a message
  // when that fails.
  explicit Suite(const SuiteShape& shape = {});

  // The three services, in the order of dependence.
  static const std::vector<std::string>& Services();
  // `name` is one of them, or "gateway", which has one replica. Replicas are numbered from 0.
  int replicas(const std::string& name) const { return static_cast<int>(addresses_.at(name).size()); }
  Process& process(const std::string& name, int replica = 0) { return server(name, replica)->process(); }

  // By SIGKILL: one replica, all of a service at the same moment, everything at the same moment.
  void Kill(const std::string& name, int replica) { process(name, replica).Kill(); }
  void Kill(const std::string& name) { KillAll({name}); }
  void KillAll();
  // Starts what has ended again on the same store and addresses, and waits until it serves: one replica, all of a
  // service at once, everything.
  void Start(const std::string& name, int replica);
  void Start(const std::string& name);
  void StartAll();

  // "127.0.0.1:41234"; `what` is "grpc", "admin" or for the gateway "http".
  const std::string& address(const std::string& name, const std::string& what = "grpc", int replica = 0) const {
    return addresses_.at(name).at(static_cast<size_t>(replica)).at(what);
  }
  // Where a service keeps its records, as its --store; and from its next start on somewhere else.
  const std::string& store(const std::string& name) const { return stores_.at(name); }
  void SetStore(const std::string& name, const std::string& store) { stores_.at(name) = store; }
  // Where the output of a replica goes, of all its runs.
  std::string log(const std::string& name, int replica = 0) const;
  // All replicas of it, as a gRPC target.
  std::string target(const std::string& name) const;
  // A new channel to all replicas, or to one, on which every call is from `principal`; "" calls as nobody. It must not
  // outlive the suite.
  std::shared_ptr<grpc::Channel> ChannelAs(const std::string& name, const std::string& principal) const;
  std::shared_ptr<grpc::Channel> ChannelTo(const std::string& name, int replica, const std::string& principal) const;
  // The certificate files of a service, or of the "client" that channels are. Only with SuiteShape::tls.
  const rpc::TlsFiles& certificates(const std::string& name) const { return certificates_.at(name); }
  // Runs the command-line client as `principal`.
  Ran Cli(const std::string& principal, std::vector<std::string> arguments) const;

 private:
  std::unique_ptr<ServerProcess>& server(const std::string& name, int replica) {
    return servers_.at(name).at(static_cast<size_t>(replica));
  }
  void KillAll(const std::vector<std::string>& names);
  std::shared_ptr<grpc::Channel> Channel(const std::string& name, const std::string& target,
                                         const std::string& principal) const;
  void Launch(const std::string& name, int replica);
  void WaitFor(const std::string& name, int replica);

  const SuiteShape shape_;
  mutable std::map<std::string, std::unique_ptr<auth::OwnToken>> tokens_;  // By principal.
  const TempDir folder_;
  std::unique_ptr<TestAuthority> authority_;           // When it speaks TLS.
  std::map<std::string, rpc::TlsFiles> certificates_;  // By service, and that of "client".
  std::map<std::string, std::string> stores_;
  std::map<std::string, std::vector<std::unique_ptr<ServerProcess>>> servers_;
  std::map<std::string, std::vector<std::map<std::string, std::string>>> addresses_;  // Kept from the first start.
};

}  // namespace oversight::testing
