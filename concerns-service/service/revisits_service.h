// The RPCs of RevisitsService, in the shape of concerns_service.h. `shared` must outlive it. Thread-safe.
#pragma once

#include "concerns-service/service/service_context.h"
#include "oversight/concerns/v1/revisits_service.grpc.pb.h"

namespace oversight::concerns {

ServiceRules RevisitsRules();

class RevisitsServiceImpl final : public v1::RevisitsService::CallbackService {
 public:
  explicit RevisitsServiceImpl(ServiceContext& shared);

  grpc::ServerUnaryReactor* PlanRevisit(grpc::CallbackServerContext* context, const v1::PlanRevisitRequest* request,
                                        v1::PlanRevisitResponse* response) override;
  grpc::ServerUnaryReactor* UpdateRevisit(grpc::CallbackServerContext* context, const v1::UpdateRevisitRequest* request,
                                          v1::UpdateRevisitResponse* response) override;
  grpc::ServerUnaryReactor* CarryOutRevisit(grpc::CallbackServerContext* context,
                                            const v1::CarryOutRevisitRequest* request,
                                            v1::CarryOutRevisitResponse* response) override;
  grpc::ServerUnaryReactor* RecordFindings(grpc::CallbackServerContext* context,
                                           const v1::RecordFindingsRequest* request,
                                           v1::RecordFindingsResponse* response) override;
  grpc::ServerUnaryReactor* RecordLetter(grpc::CallbackServerContext* context, const v1::RecordLetterRequest* request,
                                         v1::RecordLetterResponse* response) override;
  grpc::ServerUnaryReactor* PublishLetter(grpc::CallbackServerContext* context, const v1::PublishLetterRequest* request,
                                          v1::PublishLetterResponse* response) override;
  grpc::ServerUnaryReactor* CancelRevisit(grpc::CallbackServerContext* context, const v1::CancelRevisitRequest* request,
                                          v1::CancelRevisitResponse* response) override;
  grpc::ServerUnaryReactor* GetRevisit(grpc::CallbackServerContext* context, const v1::GetRevisitRequest* request,
                                       v1::GetRevisitResponse* response) override;
  grpc::ServerUnaryReactor* ListRevisits(grpc::CallbackServerContext* context, const v1::ListRevisitsRequest* request,
                                         v1::ListRevisitsResponse* response) override;
  grpc::ServerUnaryReactor* ListRevisitVersions(grpc::CallbackServerContext* context,
                                                const v1::ListRevisitVersionsRequest* request,
                                                v1::ListRevisitVersionsResponse* response) override;
  grpc::ServerUnaryReactor* DraftLetter(grpc::CallbackServerContext* context, const v1::DraftLetterRequest* request,
                                        v1::DraftLetterResponse* response) override;

 private:
  ServiceContext& shared_;
};

}  // namespace oversight::concerns
