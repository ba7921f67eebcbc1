// How the command line calls the suite: one address (the gateway's gRPC port, which reaches every service), one way to
// call, typed or by name with JSON. Blocking; for one thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/rpc/certificates.h"
#include "google/protobuf/message.h"
#include "grpcpp/channel.h"
#include "grpcpp/generic/generic_stub.h"

namespace oversight::cli {

// How the gateway is reached: see CheckCertificates for the files. Without `files.ca` in the clear.
struct ClientTls {
  rpc::TlsFiles files;
  std::string name;  // What the gateway's certificate must bear; empty: the host's name in the address.
};

struct ClientOptions {
  std::string gateway = "127.0.0.1:7100";
  std::string principal;  // whom to act as: see token_file; without one sent as `oversight-principal`, if not empty
  // Proof of who calls. The token itself; or a file that holds one; or a folder that holds several, each in NAME.token
  // for the principal NAME, of which `principal` picks one ("public": none). Empty: there is no proof.
  std::string token, token_file;
  bool allow_clear_token = false;  // send a token without TLS to another machine than this
  absl::Duration timeout = absl::Seconds(30);
  ClientTls tls;
};

class Client {
 public:
  explicit Client(ClientOptions options);

  // `method` as "oversight.forces.v1.ForcesService/GetForce".
  absl::Status Call(const std::string& method, const google::protobuf::Message& request,
                    google::protobuf::Message* response, const std::string& as = "");
  // The same with JSON on both sides. INVALID_ARGUMENT when the method is unknown or the JSON is not of its request.
  absl::StatusOr<std::string> CallJson(const std::string& method, const std::string& request,
                                       const std::string& as = "", bool one_line = false);
  // A server-streaming call, without a time limit; `on_message` returns false to stop.
  absl::Status Stream(const std::string& method, const google::protobuf::Message& request,
                      google::protobuf::Message* response, const std::function<bool()>& on_message);

 private:
  // The header that says who calls, as name and value; no name when there is none. A usage error when the one
  // token there is cannot be `as`, when a folder of tokens is given and nobody to pick, or when a token would cross the
  // network in the clear; what a file holds is read anew each time.
  absl::StatusOr<std::pair<std::string, std::string>> WhoCalls(const std::string& as) const;
  ClientOptions options_;
  std::shared_ptr<grpc::Channel> channel_;
  grpc::GenericStub stub_;
};

// What a shell gets for an outcome: 0 done, 1 refused (the request or the state of the record does not allow it), 3 not
// reachable, overloaded or out of time (try again), 4 a fault of the service. 2 is for a wrong command line
// (UsageError).
int ExitCode(const absl::Status& status);

// What to do about an error that may be one of TLS, as a line for people; empty when it cannot be. `gateway` is the
// address that was called.
std::string TlsRemedy(const absl::Status& status, const std::string& gateway, const ClientTls& tls);

// The error in words for people: what, which fields, what to do next.
std::string Describe(const absl::Status& status);
// The same for programs, on one line: {"error":{...}} as google.rpc.Status in JSON.
std::string DescribeJson(const absl::Status& status);

}  // namespace oversight::cli
