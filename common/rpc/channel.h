// How one process of the suite calls another: the channel with its options, the identity it calls under, and how long a
// call may take. Channels are made once, at start, and kept for the life of the process: never let go of one in a gRPC
// callback. Thread-safe.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/rpc/call.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"

namespace oversight::rpc {

struct ChannelOptions {
  // "127.0.0.1:7101", or "dns:///forces-service-headless.oversight.svc.cluster.local.:7101".
  std::string target;
  // Whom every call is from, where the call's own metadata does not say: "principals/gateway". Sent as
  // `oversight-principal`, which only a server in insecure mode believes. Empty: nothing is sent.
  std::string principal;
  // Methods that only read, as "oversight.forces.v1.ForcesService/GetForce" (see ReadMethods). They are tried again (3
  // attempts in all) on UNAVAILABLE. Anything else is the caller's to repeat, with its request id.
  std::vector<std::string> retry;
  int max_receive_bytes = 4 << 20;
};

std::shared_ptr<grpc::Channel> MakeChannel(const ChannelOptions& options);

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
