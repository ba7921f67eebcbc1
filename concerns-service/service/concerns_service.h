// The RPCs of ConcernsService. The call wrapper (common/rpc/call.h) has authenticated, checked the role and validated
// the request before a handler runs. Writes go through write_path.h with the commands of commands.h, reads through
// read_path.h. Nothing here blocks or keeps state of its own.
//
// `shared` must outlive it. Thread-safe.
#pragma once

#include "concerns-service/service/service_context.h"
#include "oversight/concerns/v1/concerns_service.grpc.pb.h"

namespace oversight::concerns {

class ConcernsServiceImpl final : public v1::ConcernsService::CallbackService {
 public:
  explicit ConcernsServiceImpl(ServiceContext& shared);

  // Writing concerns.
  grpc::ServerUnaryReactor* CreateConcern(grpc::CallbackServerContext* context, const v1::CreateConcernRequest* request,
                                          v1::CreateConcernResponse* response) override;
  grpc::ServerUnaryReactor* UpdateConcern(grpc::CallbackServerContext* context, const v1::UpdateConcernRequest* request,
                                          v1::UpdateConcernResponse* response) override;
  grpc::ServerUnaryReactor* IssueConcern(grpc::CallbackServerContext* context, const v1::IssueConcernRequest* request,
                                         v1::IssueConcernResponse* response) override;
  grpc::ServerUnaryReactor* AssessHandling(grpc::CallbackServerContext* context,
                                           const v1::AssessHandlingRequest* request,
                                           v1::AssessHandlingResponse* response) override;
  grpc::ServerUnaryReactor* DischargeConcern(grpc::CallbackServerContext* context,
                                             const v1::DischargeConcernRequest* request,
                                             v1::DischargeConcernResponse* response) override;
  grpc::ServerUnaryReactor* WithdrawConcern(grpc::CallbackServerContext* context,
                                            const v1::WithdrawConcernRequest* request,
                                            v1::WithdrawConcernResponse* response) override;
  grpc::ServerUnaryReactor* RecordConcernPublication(grpc::CallbackServerContext* context,
                                                     const v1::RecordConcernPublicationRequest* request,
                                                     v1::RecordConcernPublicationResponse* response) override;
  grpc::ServerUnaryReactor* SupersedeConcern(grpc::CallbackServerContext* context,
                                             const v1::SupersedeConcernRequest* request,
                                             v1::SupersedeConcernResponse* response) override;

  // Writing recommendations.
  grpc::ServerUnaryReactor* CreateRecommendation(grpc::CallbackServerContext* context,
                                                 const v1::CreateRecommendationRequest* request,
                                                 v1::CreateRecommendationResponse* response) override;
  grpc::ServerUnaryReactor* UpdateRecommendation(grpc::CallbackServerContext* context,
                                                 const v1::UpdateRecommendationRequest* request,
                                                 v1::UpdateRecommendationResponse* response) override;
  grpc::ServerUnaryReactor* ClaimRecommendation(grpc::CallbackServerContext* context,
                                                const v1::ClaimRecommendationRequest* request,
                                                v1::ClaimRecommendationResponse* response) override;
  grpc::ServerUnaryReactor* VerifyRecommendation(grpc::CallbackServerContext* context,
                                                 const v1::VerifyRecommendationRequest* request,
                                                 v1::VerifyRecommendationResponse* response) override;
  grpc::ServerUnaryReactor* WithdrawRecommendation(grpc::CallbackServerContext* context,
                                                   const v1::WithdrawRecommendationRequest* request,
                                                   v1::WithdrawRecommendationResponse* response) override;
  grpc::ServerUnaryReactor* ExtendRecommendation(grpc::CallbackServerContext* context,
                                                 const v1::ExtendRecommendationRequest* request,
                                                 v1::ExtendRecommendationResponse* response) override;
  grpc::ServerUnaryReactor* AddProgressNote(grpc::CallbackServerContext* context,
                                            const v1::AddProgressNoteRequest* request,
                                            v1::AddProgressNoteResponse* response) override;

  // Reading.
  grpc::ServerUnaryReactor* GetConcern(grpc::CallbackServerContext* context, const v1::GetConcernRequest* request,
                                       v1::GetConcernResponse* response) override;
  grpc::ServerUnaryReactor* ListConcerns(grpc::CallbackServerContext* context, const v1::ListConcernsRequest* request,
                                         v1::ListConcernsResponse* response) override;
  grpc::ServerUnaryReactor* ListConcernVersions(grpc::CallbackServerContext* context,
                                                const v1::ListConcernVersionsRequest* request,
                                                v1::ListConcernVersionsResponse* response) override;
  grpc::ServerUnaryReactor* GetRecommendation(grpc::CallbackServerContext* context,
                                              const v1::GetRecommendationRequest* request,
                                              v1::GetRecommendationResponse* response) override;
  grpc::ServerUnaryReactor* ListRecommendations(grpc::CallbackServerContext* context,
                                                const v1::ListRecommendationsRequest* request,
                                                v1::ListRecommendationsResponse* response) override;
  grpc::ServerUnaryReactor* ListRecommendationVersions(grpc::CallbackServerContext* context,
                                                       const v1::ListRecommendationVersionsRequest* request,
                                                       v1::ListRecommendationVersionsResponse* response) override;
  grpc::ServerUnaryReactor* GetProgressNote(grpc::CallbackServerContext* context,
                                            const v1::GetProgressNoteRequest* request,
                                            v1::GetProgressNoteResponse* response) override;
  grpc::ServerUnaryReactor* ListProgressNotes(grpc::CallbackServerContext* context,
                                              const v1::ListProgressNotesRequest* request,
                                              v1::ListProgressNotesResponse* response) override;
  grpc::ServerUnaryReactor* ListAllowedActions(grpc::CallbackServerContext* context,
                                               const v1::ListAllowedActionsRequest* request,
                                               v1::ListAllowedActionsResponse* response) override;
  grpc::ServerUnaryReactor* ListThemes(grpc::CallbackServerContext* context, const v1::ListThemesRequest* request,
                                       v1::ListThemesResponse* response) override;
  grpc::ServerWriteReactor<v1::WatchConcernsResponse>* WatchConcerns(grpc::CallbackServerContext* context,
                                                                     const v1::WatchConcernsRequest* request) override;

 private:
  ServiceContext& shared_;
};

}  // namespace oversight::concerns
