#include "concerns-service/service/concerns_service.h"

#include "concerns-service/domain/visibility.h"
#include "concerns-service/service/commands.h"
#include "concerns-service/service/terms.h"
#include "concerns-service/service/write_path.h"

namespace oversight::concerns {
namespace {

// Shown to those in whose scope the force is, once issued.
template <class T>
Kind<T> KindShownOnceIssued() {
  Kind<T> kind;
  kind.terms = [](const T& resource) { return TermsOf(resource); };
  kind.visible = [](const Viewer& viewer, const T& resource) {
    return WasIssued(resource) && viewer.Covers(ForceOf(resource.name()));
  };
  kind.first_shown = [](const T& resource) { return IsFirstIssued(resource); };
  return kind;
}

}  // namespace

ConcernsServiceImpl::ConcernsServiceImpl(ServiceContext& shared) : shared_(shared) {
  shared_.kinds().Add(KindShownOnceIssued<v1::Concern>());
  shared_.kinds().Add(KindShownOnceIssued<v1::Recommendation>());
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

}  // namespace oversight::concerns
