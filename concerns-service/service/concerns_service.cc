#include "concerns-service/service/concerns_service.h"

#include "concerns-service/domain/visibility.h"
#include "concerns-service/service/commands.h"
#include "concerns-service/service/kinds_of_forces.h"
#include "concerns-service/service/terms.h"
#include "concerns-service/service/write_path.h"

namespace oversight::concerns {

ConcernsServiceImpl::ConcernsServiceImpl(ServiceContext& shared) : shared_(shared) {
  shared_.kinds().Add(KindOfForces<v1::Concern>(WasIssued, IsFirstIssued));
  shared_.kinds().Add(KindOfForces<v1::Recommendation>(WasIssued, IsFirstIssued));
  // Notes are on what was issued.
  shared_.kinds().Add(KindOfForces<v1::ProgressNote>());
  shared_.kinds().Add<v1::ThemeList>({.terms = [](const v1::ThemeList& list) { return TermsOf(list); },
                                      .visible = [](const Viewer&, const v1::ThemeList&) { return true; },
                                      .first_shown = nullptr});
}

grpc::ServerUnaryReactor* ConcernsServiceImpl::CreateConcern(grpc::CallbackServerContext* context,
                                                             const v1::CreateConcernRequest* request,
                                                             v1::CreateConcernResponse* response) {
  return ServeWrite(shared_, context, request, response);
}

grpc::ServerUnaryReactor* ConcernsServiceImpl::UpdateConcern(grpc::CallbackServerContext* context,
                                                             const v1::UpdateConcernRequest* request,
                                                             v1::UpdateConcernResponse* response) {
  return ServeWrite(shared_, context, request, response);
}

grpc::ServerUnaryReactor* ConcernsServiceImpl::IssueConcern(grpc::CallbackServerContext* context,
                                                            const v1::IssueConcernRequest* request,
                                                            v1::IssueConcernResponse* response) {
  return ServeWrite(shared_, context, request, response);
}

grpc::ServerUnaryReactor* ConcernsServiceImpl::AssessHandling(grpc::CallbackServerContext* context,
                                                              const v1::AssessHandlingRequest* request,
                                                              v1::AssessHandlingResponse* response) {
  return ServeWrite(shared_, context, request, response);
}

grpc::ServerUnaryReactor* ConcernsServiceImpl::DischargeConcern(grpc::CallbackServerContext* context,
                                                                const v1::DischargeConcernRequest* request,
                                                                v1::DischargeConcernResponse* response) {
  return ServeWrite(shared_, context, request, response);
}

grpc::ServerUnaryReactor* ConcernsServiceImpl::WithdrawConcern(grpc::CallbackServerContext* context,
                                                               const v1::WithdrawConcernRequest* request,
                                                               v1::WithdrawConcernResponse* response) {
  return ServeWrite(shared_, context, request, response);
}

grpc::ServerUnaryReactor* ConcernsServiceImpl::CreateRecommendation(grpc::CallbackServerContext* context,
                                                                    const v1::CreateRecommendationRequest* request,
                                                                    v1::CreateRecommendationResponse* response) {
  return ServeWrite(shared_, context, request, response);
}

grpc::ServerUnaryReactor* ConcernsServiceImpl::UpdateRecommendation(grpc::CallbackServerContext* context,
                                                                    const v1::UpdateRecommendationRequest* request,
                                                                    v1::UpdateRecommendationResponse* response) {
  return ServeWrite(shared_, context, request, response);
}

grpc::ServerUnaryReactor* ConcernsServiceImpl::ClaimRecommendation(grpc::CallbackServerContext* context,
                                                                   const v1::ClaimRecommendationRequest* request,
                                                                   v1::ClaimRecommendationResponse* response) {
  return ServeWrite(shared_, context, request, response);
}

grpc::ServerUnaryReactor* ConcernsServiceImpl::VerifyRecommendation(grpc::CallbackServerContext* context,
                                                                    const v1::VerifyRecommendationRequest* request,
                                                                    v1::VerifyRecommendationResponse* response) {
  return ServeWrite(shared_, context, request, response);
}

grpc::ServerUnaryReactor* ConcernsServiceImpl::RecordConcernPublication(
    grpc::CallbackServerContext* context, const v1::RecordConcernPublicationRequest* request,
    v1::RecordConcernPublicationResponse* response) {
  return ServeWrite(shared_, context, request, response);
}

grpc::ServerUnaryReactor* ConcernsServiceImpl::SupersedeConcern(grpc::CallbackServerContext* context,
                                                                const v1::SupersedeConcernRequest* request,
                                                                v1::SupersedeConcernResponse* response) {
  return ServeWrite(shared_, context, request, response);
}

grpc::ServerUnaryReactor* ConcernsServiceImpl::WithdrawRecommendation(grpc::CallbackServerContext* context,
                                                                      const v1::WithdrawRecommendationRequest* request,
                                                                      v1::WithdrawRecommendationResponse* response) {
  return ServeWrite(shared_, context, request, response);
}

grpc::ServerUnaryReactor* ConcernsServiceImpl::ExtendRecommendation(grpc::CallbackServerContext* context,
                                                                    const v1::ExtendRecommendationRequest* request,
                                                                    v1::ExtendRecommendationResponse* response) {
  return ServeWrite(shared_, context, request, response);
}

grpc::ServerUnaryReactor* ConcernsServiceImpl::AddProgressNote(grpc::CallbackServerContext* context,
                                                               const v1::AddProgressNoteRequest* request,
                                                               v1::AddProgressNoteResponse* response) {
  return ServeWrite(shared_, context, request, response);
}

}  // namespace oversight::concerns
