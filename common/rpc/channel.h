// How one process of the suite calls another: the channel with its options, the identity it calls under, and how long a
// call may take. A channel reaches all replicas of a service: calls go to them in turn, to those alone that are
// connected and say they are SERVING. Channels are made once, at start, and kept for the life of the process: never let
// go of one in a gRPC callback. Thread-safe.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/observe/config.h"
#include "common/rpc/call.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "grpcpp/security/credentials.h"

namespace oversight::rpc {

struct ChannelOptions {
  // One server, "127.0.0.1:7101"; several, "ipv4:127.0.0.1:7101,127.0.0.1:7111"; or a name that is looked up for all of
  // them, again whenever a connection ends, "dns:///forces-service-headless.oversight.svc.cluster.local.:7101". Where
  // there may be several, each is watched by its health service, and what is not SERVING (it is stopping, or has lost
  // its store) gets no calls. A single server is called whatever it says: there is none better, and its own refusal
  // tells more.
  std::string target;
  // Whom every call is from, where the call's own metadata does not say: "principals/gateway". Sent as
  // `oversight-principal`, which only a server in insecure mode believes. Empty: nothing is sent.
  std::string principal;
  // Methods that only read, as "oversight.forces.v1.ForcesService/GetForce" (see ReadMethods). They are tried again (3
  // attempts in all, the next replica's turn each time) on UNAVAILABLE. Anything else is the caller's to repeat, with
  // its request id. A replica that hangs holds the calls it was given until their deadlines, or until it is
  // left after 15 s without a sign of life; these calls end with UNAVAILABLE.
  std::vector<std::string> retry;
  int max_receive_bytes = 4 << 20;
  // Runtime::channel_credentials. Null: in the clear.
  std::shared_ptr<grpc::ChannelCredentials> credentials;
  // With credentials: the DNS name that the server's certificate must bear, "forces-service". Empty: the host's name in
  // `target`.
  std::string service;
};

std::shared_ptr<grpc::Channel> MakeChannel(const ChannelOptions& options);

// Adds the flag --NAME that says where a service is: a target of ChannelOptions, whose present value is the default.
void AddTargetFlag(observe::Flags& flags, const std::string& name, std::string* target);

// The methods of a service whose names begin with Get or List: what may be retried.
std::vector<std::string> ReadMethods(const std::string& service);

// The deadline for a call made on behalf of another: a little before that one's own, so that there is time left to
// answer it, and never more than `at_most` away.
absl::Time DeadlineFor(const Call& call, absl::Duration at_most = absl::Seconds(10));

// Sets the deadline and passes on request id and trace of the call it is made for, and `principal` (if not empty) as
// the one to act for, in place of the channel's own.
void Propagate(const Call& call, absl::Duration at_most, grpc::ClientContext* context,
               const std::string& principal = "");

}  // namespace oversight::rpc
