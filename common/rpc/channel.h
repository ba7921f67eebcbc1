// How one process of the suite calls another: the channel with its options, the identity it calls under, and how long a
// call may take. A channel reaches all replicas of a service: calls go to them in turn, to those alone that are
// connected and say they are SERVING. Channels are made once, at start, and kept for the life of the process: never let
// go of one in a gRPC callback. Thread-safe.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "common/auth/token/own_token.h"
#include "common/observe/config.h"
#include "common/rpc/call.h"
#include "common/rpc/identity.h"
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
  // Whom every call is from, where the call's own metadata does not say: see Identity. Empty and null: nothing is sent.
  // Such a channel is for what a process does of its own accord.
  std::string principal;
  const auth::OwnToken* token = nullptr;  // Must outlive the channel.
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

// The value of a header with a question mark for every byte that is not printable ASCII, for which gRPC would end the
// process. Who sent such a proof of who they are has sent a bad one, and not none.
std::string SendableHeader(std::string_view value);

// The deadline for a call made on behalf of another: a little before that one's own, so that there is time left to
// answer it, and never more than `at_most` away.
absl::Time DeadlineFor(const Call& call, absl::Duration at_most = absl::Seconds(10));

// Makes a call on behalf of another: sets the deadline, and passes on that one's request id and trace, and who makes it
// as it was said: the token, or in insecure mode the name. Nothing is added to that. So what is called judges the
// caller for itself, and a caller can have done nothing it may not do; one who gave no proof is the public there too,
// whatever identity the channel has.
void Propagate(const Call& call, absl::Duration at_most, grpc::ClientContext* context);

}  // namespace oversight::rpc
