#include "concerns-service/domain/response_commands.h"

#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "common/rpc/validator.h"
#include "common/time/partial_date.h"
#include "concerns-service/domain/links.h"
#include "concerns-service/domain/refusals.h"

namespace oversight::concerns {

absl::StatusOr<v1::ForceResponse> CreateResponse(const v1::Concern& concern, const v1::CreateResponseRequest& request,
                                                 const std::string& name, const Acting& acting) {
  v1::ForceResponse response = request.force_response();
  rpc::ClearOutputOnly(&response);
  response.clear_etag();
  response.set_name(name);
  Violations violations;
  CheckLinks("force_response.evidence", response.evidence(), name, violations);
  OVERSIGHT_RETURN_IF_ERROR(violations.status());
  OVERSIGHT_RETURN_IF_ERROR(Require("CreateResponse", Record{concern, {}}, acting.today()));
  OVERSIGHT_RETURN_IF_ERROR(Move("CreateResponse", v1::FORCE_RESPONSE_STATE_AWAITING_JUDGEMENT, response));
  if (!response.has_respond_date()) *response.mutable_respond_date() = ToPartialDate(acting.today());
  ContradictingDates contradicting;
  CheckDayOfAct(concern.name() + " cannot have been answered", "respond_date", response.respond_date(), "it was issued",
                "issue_date", concern.issue_date(), acting, contradicting);
  OVERSIGHT_RETURN_IF_ERROR(contradicting.status());
  response.set_author(acting.actor);
  return response;
}

absl::StatusOr<v1::ForceResponse> JudgeResponse(const v1::Concern& concern, const v1::ForceResponse& current,
                                                const v1::JudgeResponseRequest& request, const Acting& acting) {
  OVERSIGHT_RETURN_IF_ERROR(Require("JudgeResponse", Record{concern, {}}, current, acting.today()));
  v1::ForceResponse response = current;
  OVERSIGHT_RETURN_IF_ERROR(Move("JudgeResponse",
                                 request.adequacy() == v1::ADEQUACY_ADEQUATE ? v1::FORCE_RESPONSE_STATE_ADEQUATE
                                                                             : v1::FORCE_RESPONSE_STATE_INADEQUATE,
                                 response));
  const common::v1::PartialDate day = request.has_judged_date() ? request.judged_date() : ToPartialDate(acting.today());
  const std::string act = current.name() + " cannot have been judged";
  ContradictingDates contradicting;
  CheckDayOfAct(act, "judged_date", day, "it was given", "respond_date", current.respond_date(), acting, contradicting);
  if (MustBeBefore(day, current.judgement().judged_date())) {
    contradicting.Add(
        absl::StrCat(act, " ", OnDate(day), ": the judgement in place of which this would stand was given ",
                     OnDate(current.judgement().judged_date()), ". Give a later date."),
        "judged_date", day, "earlier_judged_date", current.judgement().judged_date());
  }
  OVERSIGHT_RETURN_IF_ERROR(contradicting.status());
  auto& judgement = *response.mutable_judgement();
  *judgement.mutable_judged_date() = day;
  judgement.set_adequacy(request.adequacy());
  judgement.set_rationale(request.rationale());
  judgement.set_judge(acting.actor);
  *judgement.mutable_judge_time() = acting.timestamp();
  return response;
}

}  // namespace oversight::concerns
