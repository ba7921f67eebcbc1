// Makes every RPC of the suite reachable at the gateway's gRPC port: a call to a service that the gateway does not
// implement is passed on, message by message, to the one that does. Bytes in, bytes out; who may call is for the owning
// service to say. What one address may ask for is held to the server's limits here, as it is for calls that the gateway
// answers itself. One message is in flight in each direction, so a slow side slows the other and nothing piles up.
//
// Register it as the callback generic service of the gateway's server. Thread-safe; `routes` must outlive it, and it
// must outlive the server.
#pragma once

#include <mutex>
#include <unordered_set>

#include "common/rpc/call.h"
#include "gateway/forward/routes.h"
#include "grpcpp/generic/async_generic_service.h"

namespace oversight::gateway {

class GrpcProxy final : public grpc::CallbackGenericService {
 public:
  // `host` must outlive it.
  GrpcProxy(const Routes& routes, rpc::Host& host) : routes_(routes), host_(host) {}
  grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext* context) override;
  // Ends every stream, and refuses calls that still come, with UNAVAILABLE, DRAINING. Unary calls under way go on.
  void Drain();

  // Calls at a time; more are told RESOURCE_EXHAUSTED, OVERLOADED.
  static constexpr int kMaxCalls = 10000;

 private:
  class Call;
  const Routes& routes_;
  rpc::Host& host_;
  std::mutex mu_;
  bool draining_ = false;
  int calls_ = 0;
  std::unordered_set<Call*> streams_;
};

}  // namespace oversight::gateway
