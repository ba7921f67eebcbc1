// The commands on responses of forces.
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "concerns-service/domain/response_commands.h"
#include "concerns-service/service/commands.h"
#include "concerns-service/service/decide.h"

namespace oversight::concerns {

Command<v1::CreateResponseResponse> CommandOf(const v1::CreateResponseRequest& request, ServiceContext& shared,
                                              const Viewer& viewer) {
  using Response = v1::CreateResponseResponse;
  const auto decide = [&request, &shared, viewer](rpc::Facts& facts) -> absl::StatusOr<rpc::Outcome<Response>> {
    // An answer is made from outside: it must not show that there is a draft.
    OVERSIGHT_ASSIGN_OR_RETURN(const auto concern,
                               Current<v1::Concern>(facts, shared, viewer, request.parent(), /*etag=*/""));
    OVERSIGHT_ASSIGN_OR_RETURN(const std::string name, NextName(facts, absl::StrCat(request.parent(), "/responses/")));
    OVERSIGHT_ASSIGN_OR_RETURN(auto created, CreateResponse(concern, request, name, ActingOf(facts)));
    OVERSIGHT_RETURN_IF_ERROR(
        RequireLinks(facts, shared, viewer, "force_response.evidence", request.force_response().evidence()));
    return Stored<Response, v1::ForceResponse>(std::move(created), &Response::mutable_force_response);
  };
  return {.subject = request.parent(), .decide = decide};
}

Command<v1::JudgeResponseResponse> CommandOf(const v1::JudgeResponseRequest& request, ServiceContext& shared,
                                             const Viewer& viewer) {
  using Response = v1::JudgeResponseResponse;
  const auto decide = [&request](rpc::Facts& facts) -> absl::StatusOr<rpc::Outcome<Response>> {
    OVERSIGHT_ASSIGN_OR_RETURN(const auto current, Current<v1::ForceResponse>(facts, request.name(), request.etag()));
    OVERSIGHT_ASSIGN_OR_RETURN(const auto concern, facts.Require<v1::Concern>(ConcernOf(request.name())));
    return Stored(JudgeResponse(concern, current, request, ActingOf(facts)), &Response::mutable_force_response);
  };
  return {.subject = request.name(), .reason = request.rationale(), .decide = decide};
}

}  // namespace oversight::concerns
