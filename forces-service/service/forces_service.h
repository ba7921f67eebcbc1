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
  grpc::ServerUnaryReactor* RenameForce(grpc::CallbackServerContext* context, const v1::RenameForceRequest* request,
                                        v1::RenameForceResponse* response) override;
  grpc::ServerUnaryReactor* ReplaceOversightBody(grpc::CallbackServerContext* context,
                                                 const v1::ReplaceOversightBodyRequest* request,
                                                 v1::ReplaceOversightBodyResponse* response) override;
  grpc::ServerUnaryReactor* MergeForce(grpc::CallbackServerContext* context, const v1::MergeForceRequest* request,
                                       v1::MergeForceResponse* response) override;
  grpc::ServerUnaryReactor* AbolishForce(grpc::CallbackServerContext* context, const v1::AbolishForceRequest* request,
                                         v1::AbolishForceResponse* response) override;
  grpc::ServerUnaryReactor* CreateOfficeHolder(grpc::CallbackServerContext* context,
                                               const v1::CreateOfficeHolderRequest* request,
                                               v1::CreateOfficeHolderResponse* response) override;
  grpc::ServerUnaryReactor* UpdateOfficeHolder(grpc::CallbackServerContext* context,
                                               const v1::UpdateOfficeHolderRequest* request,
                                               v1::UpdateOfficeHolderResponse* response) override;
  grpc::ServerUnaryReactor* GetOfficeHolder(grpc::CallbackServerContext* context,
                                            const v1::GetOfficeHolderRequest* request,
                                            v1::GetOfficeHolderResponse* response) override;
  grpc::ServerUnaryReactor* ListOfficeHolders(grpc::CallbackServerContext* context,
                                              const v1::ListOfficeHoldersRequest* request,
                                              v1::ListOfficeHoldersResponse* response) override;
  grpc::ServerUnaryReactor* GetForceOnDate(grpc::CallbackServerContext* context,
                                           const v1::GetForceOnDateRequest* request,
                                           v1::GetForceOnDateResponse* response) override;

 private:
  // Changes one force: reads it, checks the etag, stores what `change` makes of it. `change` is
  // absl::StatusOr<v1::Force>(const v1::Force& current, rpc::Facts& facts).
  template <class Request, class Response, class Change>
  grpc::ServerUnaryReactor* ChangeForce(grpc::CallbackServerContext* context, const Request* request,
                                        Response* response, Change change);

  rpc::Host& host_;
  rpc::Resources resources_;
  const rpc::WatchOptions watch_options_;
};

}  // namespace oversight::forces
