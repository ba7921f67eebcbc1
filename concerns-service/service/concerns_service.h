// The RPCs of concerns-service. The call wrapper (common/rpc/call.h) has authenticated, checked the role and validated
// the request before a handler runs. A write then goes one way: scope of the caller, force (when a concern is drafted),
// and inside one transaction etag, domain, store. A read goes: may the caller ask about this force, then the resource
// kit with what the caller may see. Nothing here blocks or keeps state of its own.
//
// What is in the Runtime, the directory and the themes must outlive it. Thread-safe.
#pragma once

#include <functional>
#include <string>

#include "common/auth/authorization.h"
#include "common/rpc/call.h"
#include "common/rpc/resources.h"
#include "common/rpc/server.h"
#include "concerns-service/domain/lifecycle.h"
#include "concerns-service/domain/themes.h"
#include "concerns-service/service/authorization.h"
#include "concerns-service/service/force_directory.h"
#include "oversight/concerns/v1/concerns_service.grpc.pb.h"

namespace oversight::concerns {

class ConcernsServiceImpl final : public v1::ConcernsService::CallbackService {
 public:
  ConcernsServiceImpl(rpc::Runtime& runtime, ForceDirectory& forces, const Themes& themes);

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
  grpc::ServerUnaryReactor* ListAllowedActions(grpc::CallbackServerContext* context,
                                               const v1::ListAllowedActionsRequest* request,
                                               v1::ListAllowedActionsResponse* response) override;
  grpc::ServerUnaryReactor* ListThemes(grpc::CallbackServerContext* context, const v1::ListThemesRequest* request,
                                       v1::ListThemesResponse* response) override;
  grpc::ServerWriteReactor<v1::WatchConcernsResponse>* WatchConcerns(grpc::CallbackServerContext* context,
                                                                     const v1::WatchConcernsRequest* request) override;

 private:
  // What follows a look-up of a force. `unknown` is OK, or UNAVAILABLE DEPENDENCY_UNAVAILABLE when forces-service
  // cannot be asked; a write returns it when it is decided and no earlier, so that a repeated call is answered from its
  // record all the same.
  using Next = std::function<void(const absl::Status& unknown)>;
  // Runs `next` when the caller's scope covers the force of `name`, or when that takes a region that cannot be learned;
  // ends the call with OUT_OF_SCOPE or FORCE_NOT_FOUND.
  void InScope(rpc::Call& call, const std::string& name, const rpc::Done& done, Next next);
  // Runs `next` when the force is in the register or cannot be asked for now; ends the call with FORCE_NOT_FOUND.
  void WithForce(rpc::Call& call, const std::string& force, const rpc::Done& done, Next next);

  // One write on the resources of one name. `decide` is StatusOr<Outcome<Response>>(Facts&).
  template <class Request, class Response, class Decide>
  void Write(rpc::Call& call, const Request& request, const std::string& name, const std::string& reason,
             Response* response, rpc::Done done, Decide decide);

  // What may be done next with the concern, or with one of its recommendations.
  void AnswerConcernActions(rpc::Call& call, const std::string& name, v1::ListAllowedActionsResponse* response,
                            rpc::Done done);
  void AnswerRecommendationActions(rpc::Call& call, const std::string& name, v1::ListAllowedActionsResponse* response,
                                   rpc::Done done);
  Permission PermissionOf(const rpc::Call& call, const std::string& name) const;

  Viewer ViewerOf(const rpc::Call& call) const { return {call.principal(), region_}; }

  rpc::Host& host_;
  rpc::Resources resources_;
  ForceDirectory& forces_;
  const Themes& themes_;
  const auth::AuthorizationTable scopes_;
  const auth::RegionLookup region_;
};

}  // namespace oversight::concerns
