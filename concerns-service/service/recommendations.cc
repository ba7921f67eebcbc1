// The commands on recommendations.
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "concerns-service/domain/recommendation_commands.h"
#include "concerns-service/service/commands.h"
#include "concerns-service/service/decide.h"

namespace oversight::concerns {

Command<v1::CreateRecommendationResponse> CommandOf(const v1::CreateRecommendationRequest& request,
                                                    ServiceContext& shared, const Viewer& viewer) {
  using Response = v1::CreateRecommendationResponse;
  const auto decide = [&request](rpc::Facts& facts) -> absl::StatusOr<rpc::Outcome<Response>> {
    OVERSIGHT_ASSIGN_OR_RETURN(const Record record, RecordOf(facts, request.parent()));
    OVERSIGHT_ASSIGN_OR_RETURN(const std::string name,
                               NextName(facts, absl::StrCat(request.parent(), "/recommendations/")));
    return Stored(AddRecommendation(record, request, name, ActingOf(facts)), &Response::mutable_recommendation);
  };
  return {.subject = request.parent(), .decide = decide};
}

Command<v1::UpdateRecommendationResponse> CommandOf(const v1::UpdateRecommendationRequest& request,
                                                    ServiceContext& shared, const Viewer& viewer) {
  using Response = v1::UpdateRecommendationResponse;
  const auto decide = [&request](rpc::Facts& facts) -> absl::StatusOr<rpc::Outcome<Response>> {
    const auto& update = request.recommendation();
    OVERSIGHT_ASSIGN_OR_RETURN(const auto current, Current<v1::Recommendation>(facts, update.name(), update.etag()));
    return Updated(current, UpdateRecommendation(current, request), &Response::mutable_recommendation);
  };
  return {.subject = request.recommendation().name(), .decide = decide};
}

Command<v1::ClaimRecommendationResponse> CommandOf(const v1::ClaimRecommendationRequest& request,
                                                   ServiceContext& shared, const Viewer& viewer) {
  using Response = v1::ClaimRecommendationResponse;
  const auto decide = [&request, &shared, viewer](rpc::Facts& facts) -> absl::StatusOr<rpc::Outcome<Response>> {
    OVERSIGHT_ASSIGN_OR_RETURN(const auto current, facts.Require<v1::Recommendation>(request.name()));
    // A claim is made from outside: it must not show that there is a draft.
    if (!shared.kinds().Sees(viewer, current)) return NotFound("Recommendation", request.name());
    OVERSIGHT_RETURN_IF_ERROR(rpc::CheckEtag(current, request.etag()));
    return Stored(ClaimRecommendation(current, request, ActingOf(facts)), &Response::mutable_recommendation);
  };
  return {.subject = request.name(), .decide = decide};
}

Command<v1::VerifyRecommendationResponse> CommandOf(const v1::VerifyRecommendationRequest& request,
                                                    ServiceContext& shared, const Viewer& viewer) {
  using Response = v1::VerifyRecommendationResponse;
  const auto decide = [&request](rpc::Facts& facts) -> absl::StatusOr<rpc::Outcome<Response>> {
    OVERSIGHT_ASSIGN_OR_RETURN(const auto current, Current<v1::Recommendation>(facts, request.name(), request.etag()));
    return Stored(VerifyRecommendation(current, request, ActingOf(facts)), &Response::mutable_recommendation);
  };
  return {.subject = request.name(), .reason = request.rationale(), .decide = decide};
}

}  // namespace oversight::concerns
