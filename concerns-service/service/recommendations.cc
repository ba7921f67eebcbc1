// The commands on recommendations and their progress notes.
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
    // A claim is made from outside: it must not show that there is a draft.
    OVERSIGHT_ASSIGN_OR_RETURN(const auto current,
                               Current<v1::Recommendation>(facts, shared, viewer, request.name(), request.etag()));
    OVERSIGHT_ASSIGN_OR_RETURN(const auto concern, facts.Require<v1::Concern>(ConcernOf(request.name())));
    OVERSIGHT_ASSIGN_OR_RETURN(auto claimed, ClaimRecommendation(concern, current, request, ActingOf(facts)));
    OVERSIGHT_RETURN_IF_ERROR(RequireLinks(facts, shared, viewer, "evidence", request.evidence()));
    return Stored<Response, v1::Recommendation>(std::move(claimed), &Response::mutable_recommendation);
  };
  return {.subject = request.name(), .decide = decide};
}

Command<v1::VerifyRecommendationResponse> CommandOf(const v1::VerifyRecommendationRequest& request,
                                                    ServiceContext& shared, const Viewer& viewer) {
  using Response = v1::VerifyRecommendationResponse;
  const auto decide = [&request, &shared, viewer](rpc::Facts& facts) -> absl::StatusOr<rpc::Outcome<Response>> {
    OVERSIGHT_ASSIGN_OR_RETURN(const auto current, Current<v1::Recommendation>(facts, request.name(), request.etag()));
    OVERSIGHT_ASSIGN_OR_RETURN(const auto concern, facts.Require<v1::Concern>(ConcernOf(request.name())));
    OVERSIGHT_ASSIGN_OR_RETURN(const auto revisit, NamedRevisit(facts, request.revisit()));
    OVERSIGHT_ASSIGN_OR_RETURN(auto verified,
                               VerifyRecommendation(concern, current, request, ActingOf(facts), revisit.get()));
    OVERSIGHT_RETURN_IF_ERROR(RequireLinks(facts, shared, viewer, "evidence", request.evidence()));
    OVERSIGHT_RETURN_IF_ERROR(RequireLink(facts, shared, viewer, "revisit", request.revisit()));
    return Stored<Response, v1::Recommendation>(std::move(verified), &Response::mutable_recommendation);
  };
  return {.subject = request.name(), .reason = request.rationale(), .decide = decide};
}

Command<v1::WithdrawRecommendationResponse> CommandOf(const v1::WithdrawRecommendationRequest& request,
                                                      ServiceContext& shared, const Viewer& viewer) {
  using Response = v1::WithdrawRecommendationResponse;
  const auto decide = [&request](rpc::Facts& facts) -> absl::StatusOr<rpc::Outcome<Response>> {
    OVERSIGHT_ASSIGN_OR_RETURN(const auto current, Current<v1::Recommendation>(facts, request.name(), request.etag()));
    OVERSIGHT_ASSIGN_OR_RETURN(const Record record, RecordOf(facts, ConcernOf(request.name())));
    return Stored(WithdrawRecommendation(record, current, request, ActingOf(facts)), &Response::mutable_recommendation);
  };
  return {.subject = request.name(), .reason = request.reason(), .decide = decide};
}

Command<v1::ExtendRecommendationResponse> CommandOf(const v1::ExtendRecommendationRequest& request,
                                                    ServiceContext& shared, const Viewer& viewer) {
  using Response = v1::ExtendRecommendationResponse;
  const auto decide = [&request](rpc::Facts& facts) -> absl::StatusOr<rpc::Outcome<Response>> {
    OVERSIGHT_ASSIGN_OR_RETURN(const auto current, Current<v1::Recommendation>(facts, request.name(), request.etag()));
    OVERSIGHT_ASSIGN_OR_RETURN(const auto concern, facts.Require<v1::Concern>(ConcernOf(request.name())));
    return Stored(ExtendRecommendation(concern, current, request, ActingOf(facts)), &Response::mutable_recommendation);
  };
  return {.subject = request.name(), .reason = request.reason(), .decide = decide};
}

Command<v1::AddProgressNoteResponse> CommandOf(const v1::AddProgressNoteRequest& request, ServiceContext& shared,
                                               const Viewer& viewer) {
  using Response = v1::AddProgressNoteResponse;
  const auto decide = [&request, &shared, viewer](rpc::Facts& facts) -> absl::StatusOr<rpc::Outcome<Response>> {
    OVERSIGHT_ASSIGN_OR_RETURN(const auto recommendation,
                               Current<v1::Recommendation>(facts, shared, viewer, request.parent(), /*etag=*/""));
    OVERSIGHT_ASSIGN_OR_RETURN(const std::string name,
                               NextName(facts, absl::StrCat(request.parent(), "/progressNotes/")));
    const bool by_force = !viewer.sees_everything();
    OVERSIGHT_ASSIGN_OR_RETURN(auto note, AddProgressNote(recommendation, request, name, by_force, ActingOf(facts)));
    OVERSIGHT_RETURN_IF_ERROR(
        RequireLinks(facts, shared, viewer, "progress_note.evidence", request.progress_note().evidence()));
    return Stored<Response, v1::ProgressNote>(std::move(note), &Response::mutable_progress_note);
  };
  return {.subject = request.parent(), .decide = decide};
}

}  // namespace oversight::concerns
