#include "concerns-service/domain/recommendation_commands.h"

#include <utility>

#include "common/rpc/errors.h"
#include "common/rpc/mask.h"
#include "common/rpc/validator.h"
#include "common/time/due_rule.h"
#include "common/time/partial_date.h"
#include "concerns-service/domain/links.h"
#include "concerns-service/domain/undertaking.h"

namespace oversight::concerns {
namespace {

absl::Status CheckDueRule(const v1::Recommendation& recommendation) {
  Violations violations;
  ValidateDueRule(recommendation.due_rule(), "recommendation.due_rule", violations);
  return violations.status();
}

}  // namespace

absl::StatusOr<v1::Recommendation> AddRecommendation(const Record& record,
                                                     const v1::CreateRecommendationRequest& request,
                                                     const std::string& name, const Acting& acting) {
  OVERSIGHT_RETURN_IF_ERROR(Require("CreateRecommendation", record, acting.today()));
  v1::Recommendation recommendation = request.recommendation();
  rpc::ClearOutputOnly(&recommendation);
  recommendation.clear_etag();
  recommendation.set_name(name);
  OVERSIGHT_RETURN_IF_ERROR(CheckDueRule(recommendation));
  OVERSIGHT_RETURN_IF_ERROR(Move("CreateRecommendation", v1::RECOMMENDATION_STATE_DRAFT, recommendation));
  return recommendation;
}

absl::StatusOr<v1::Recommendation> UpdateRecommendation(const v1::Recommendation& current,
                                                        const v1::UpdateRecommendationRequest& request) {
  v1::Recommendation recommendation = current;
  OVERSIGHT_RETURN_IF_ERROR(Move("UpdateRecommendation", v1::RECOMMENDATION_STATE_DRAFT, recommendation));
  OVERSIGHT_RETURN_IF_ERROR(rpc::ApplyMask(request.recommendation(), rpc::MaskOf(request), &recommendation));
  OVERSIGHT_RETURN_IF_ERROR(CheckDueRule(recommendation));
  return recommendation;
}

absl::StatusOr<v1::Recommendation> ClaimRecommendation(const v1::Concern& concern, const v1::Recommendation& current,
                                                       const v1::ClaimRecommendationRequest& request,
                                                       const Acting& acting) {
  v1::Recommendation recommendation = current;
  OVERSIGHT_RETURN_IF_ERROR(Move("ClaimRecommendation", v1::RECOMMENDATION_STATE_CLAIMED, recommendation));
  OVERSIGHT_RETURN_IF_ERROR(RecordClaim(ClaimOf(request), {concern.issue_date()}, acting, recommendation));
  return recommendation;
}

absl::StatusOr<v1::Recommendation> VerifyRecommendation(const v1::Concern& concern, const v1::Recommendation& current,
                                                        const v1::VerifyRecommendationRequest& request,
                                                        const Acting& acting, const v1::Revisit* revisit) {
  v1::Recommendation recommendation = current;
  const auto to = request.outcome() == v1::VERIFICATION_OUTCOME_ACCEPTED ? v1::RECOMMENDATION_STATE_VERIFIED
                                                                         : v1::RECOMMENDATION_STATE_OPEN;
  OVERSIGHT_RETURN_IF_ERROR(Move("VerifyRecommendation", to, recommendation));
  OVERSIGHT_RETURN_IF_ERROR(
      RecordVerification(VerificationOf(request), {concern.issue_date()}, revisit, acting, recommendation));
  return recommendation;
}

absl::StatusOr<v1::Recommendation> WithdrawRecommendation(const Record& record, const v1::Recommendation& current,
                                                          const v1::WithdrawRecommendationRequest& request,
                                                          const Acting& acting) {
  OVERSIGHT_RETURN_IF_ERROR(Require("WithdrawRecommendation", record, current, acting.today()));
  v1::Recommendation recommendation = current;
  OVERSIGHT_RETURN_IF_ERROR(Move("WithdrawRecommendation", v1::RECOMMENDATION_STATE_WITHDRAWN, recommendation));
  *recommendation.mutable_closure() = ClosureToday(request.reason(), acting);
  return recommendation;
}

absl::StatusOr<v1::Recommendation> ExtendRecommendation(const v1::Concern& concern, const v1::Recommendation& current,
                                                        const v1::ExtendRecommendationRequest& request,
                                                        const Acting& acting) {
  v1::Recommendation recommendation = current;
  OVERSIGHT_RETURN_IF_ERROR(Move("ExtendRecommendation", current.state(), recommendation));
  OVERSIGHT_RETURN_IF_ERROR(RecordExtension(ExtensionOf(request), {concern.issue_date()}, acting, recommendation));
  return recommendation;
}

absl::StatusOr<v1::ProgressNote> AddProgressNote(const v1::Recommendation& recommendation,
                                                 const v1::AddProgressNoteRequest& request, const std::string& name,
                                                 bool by_force, const Acting& acting) {
  v1::ProgressNote note = request.progress_note();
  rpc::ClearOutputOnly(&note);
  Violations violations;
  CheckLinks("progress_note.evidence", note.evidence(), name, violations);
  OVERSIGHT_RETURN_IF_ERROR(violations.status());
  v1::Recommendation same = recommendation;
  OVERSIGHT_RETURN_IF_ERROR(Move("AddProgressNote", recommendation.state(), same));
  note.set_name(name);
  note.set_author(acting.actor);
  note.set_by_force(by_force);
  return note;
}

bool IsOverdue(const v1::Recommendation& recommendation, absl::CivilDay today) {
  return (recommendation.state() == v1::RECOMMENDATION_STATE_OPEN ||
          recommendation.state() == v1::RECOMMENDATION_STATE_CLAIMED) &&
         MustBeBefore(recommendation.due_date(), today);
}

}  // namespace oversight::concerns
