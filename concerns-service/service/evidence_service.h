// The RPCs of EvidenceService, in the shape of concerns_service.h. `shared` must outlive it. Thread-safe.
#pragma once

#include "concerns-service/service/service_context.h"
#include "oversight/concerns/v1/evidence_service.grpc.pb.h"

namespace oversight::concerns {

ServiceRules EvidenceRules();

class EvidenceServiceImpl final : public v1::EvidenceService::CallbackService {
 public:
  explicit EvidenceServiceImpl(ServiceContext& shared);

  grpc::ServerUnaryReactor* AddEvidence(grpc::CallbackServerContext* context, const v1::AddEvidenceRequest* request,
                                        v1::AddEvidenceResponse* response) override;
  grpc::ServerUnaryReactor* AddEvidenceVersion(grpc::CallbackServerContext* context,
                                               const v1::AddEvidenceVersionRequest* request,
                                               v1::AddEvidenceVersionResponse* response) override;
  grpc::ServerUnaryReactor* LinkEvidence(grpc::CallbackServerContext* context, const v1::LinkEvidenceRequest* request,
                                         v1::LinkEvidenceResponse* response) override;
  grpc::ServerUnaryReactor* ShareEvidence(grpc::CallbackServerContext* context, const v1::ShareEvidenceRequest* request,
                                          v1::ShareEvidenceResponse* response) override;
  grpc::ServerUnaryReactor* GetEvidence(grpc::CallbackServerContext* context, const v1::GetEvidenceRequest* request,
                                        v1::GetEvidenceResponse* response) override;
  grpc::ServerUnaryReactor* ListEvidence(grpc::CallbackServerContext* context, const v1::ListEvidenceRequest* request,
                                         v1::ListEvidenceResponse* response) override;
  grpc::ServerUnaryReactor* ListEvidenceVersions(grpc::CallbackServerContext* context,
                                                 const v1::ListEvidenceVersionsRequest* request,
                                                 v1::ListEvidenceVersionsResponse* response) override;

 private:
  ServiceContext& shared_;
};

}  // namespace oversight::concerns
