// The RPCs of ResponsesService, in the shape of concerns_service.h. `shared` must outlive it. Thread-safe.
#pragma once

#include "concerns-service/service/service_context.h"
#include "oversight/concerns/v1/responses_service.grpc.pb.h"

namespace oversight::concerns {

ServiceRules ResponsesRules();

class ResponsesServiceImpl final : public v1::ResponsesService::CallbackService {
 public:
  explicit ResponsesServiceImpl(ServiceContext& shared);

  grpc::ServerUnaryReactor* CreateResponse(grpc::CallbackServerContext* context,
                                           const v1::CreateResponseRequest* request,
                                           v1::CreateResponseResponse* response) override;
  grpc::ServerUnaryReactor* JudgeResponse(grpc::CallbackServerContext* context, const v1::JudgeResponseRequest* request,
                                          v1::JudgeResponseResponse* response) override;
  grpc::ServerUnaryReactor* GetResponse(grpc::CallbackServerContext* context, const v1::GetResponseRequest* request,
                                        v1::GetResponseResponse* response) override;
  grpc::ServerUnaryReactor* ListResponses(grpc::CallbackServerContext* context, const v1::ListResponsesRequest* request,
                                          v1::ListResponsesResponse* response) override;
  grpc::ServerUnaryReactor* ListResponseVersions(grpc::CallbackServerContext* context,
                                                 const v1::ListResponseVersionsRequest* request,
                                                 v1::ListResponseVersionsResponse* response) override;

 private:
  ServiceContext& shared_;
};

}  // namespace oversight::concerns
