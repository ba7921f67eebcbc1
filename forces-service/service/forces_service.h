// The RPCs of forces-service. Each is a few lines: the call wrapper (common/rpc/call.h) has authenticated, authorised
// and validated the request before the handler runs; the domain says what becomes of the force; the resource kit
// (common/rpc/resources.h) reads and writes the ledger. Nothing here blocks or keeps state of its own.
//
// What is in the Runtime must outlive it. Thread-safe.
#pragma once

#include "common/rpc/call.h"
#include "common/rpc/resources.h"
#include "common/rpc/server.h"
#include "common/rpc/watch_stream.h"
#include "oversight/forces/v1/forces_service.grpc.pb.h"

namespace oversight::forces {

class ForcesServiceImpl final : public v1::ForcesService::CallbackService {
 public:
  explicit ForcesServiceImpl(rpc::Runtime& runtime);

  grpc::ServerUnaryReactor* CreateForce(grpc::CallbackServerContext* context, const v1::CreateForceRequest* request,
                                        v1::CreateForceResponse* response) override;
  grpc::ServerUnaryReactor* GetForce(grpc::CallbackServerContext* context, const v1::GetForceRequest* request,
                                     v1::GetForceResponse* response) override;
  grpc::ServerUnaryReactor* ListForces(grpc::CallbackServerContext* context, const v1::ListForcesRequest* request,
                                       v1::ListForcesResponse* response) override;
  grpc::ServerUnaryReactor* UpdateForce(grpc::CallbackServerContext* context, const v1::UpdateForceRequest* request,
                                        v1::UpdateForceResponse* response) override;
  grpc::ServerUnaryReactor* ImportForces(grpc::CallbackServerContext* context, const v1::ImportForcesRequest* request,
                                         v1::ImportForcesResponse* response) override;
  grpc::ServerUnaryReactor* ListForceVersions(grpc::CallbackServerContext* context,
                                              const v1::ListForceVersionsRequest* request,
                                              v1::ListForceVersionsResponse* response) override;
  grpc::ServerWriteReactor<v1::WatchForcesResponse>* WatchForces(grpc::CallbackServerContext* context,
                                                                 const v1::WatchForcesRequest* request) override;

 private:
  rpc::Host& host_;
  rpc::Resources resources_;
  const rpc::WatchOptions watch_options_;
};

}  // namespace oversight::forces
