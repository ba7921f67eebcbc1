// Makes every RPC of the suite reachable at the gateway's gRPC port: a call to a service that the gateway does not
// implement is passed on, message by message, to the one that does. Bytes in, bytes out; who may call is for the owning
// service to say. One message is in flight in each direction, so a slow side slows the other and nothing piles up.
//
// Register it as the callback generic service of the gateway's server. Thread-safe; `routes` must outlive it, and it
// must outlive the server.
#pragma once

#include <mutex>
#include <unordered_set>

#include "gateway/forward/routes.h"
#include "grpcpp/generic/async_generic_service.h"

namespace oversight::gateway {

class GrpcProxy final : public grpc::CallbackGenericService {
 public:
  explicit GrpcProxy(const Routes& routes) : routes_(routes) {}
  grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext* context) override;
  // Ends every stream, and those that still begin, with UNAVAILABLE, DRAINING. Unary calls go on.
  void Drain();

 private:
  class Call;
  const Routes& routes_;
  std::mutex mu_;
  bool draining_ = false;
  std::unordered_set<Call*> streams_;
};

}  // namespace oversight::gateway
