#include "concerns-service/domain/recommendation_commands.h"

#include "common/rpc/errors.h"
#include "common/rpc/mask.h"
#include "common/rpc/validator.h"
#include "common/time/due_rule.h"

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

absl::StatusOr<v1::Recommendation> ClaimRecommendation(const v1::Recommendation& current,
                                                       const v1::ClaimRecommendationRequest& request,
                                                       const Acting& acting) {
  v1::Recommendation recommendation = current;
  OVERSIGHT_RETURN_IF_ERROR(Move("ClaimRecommendation", v1::RECOMMENDATION_STATE_CLAIMED, recommendation));
  auto* claim = recommendation.mutable_claim();
  claim->set_statement(request.statement());
  claim->set_claimant(acting.actor);
  *claim->mutable_claim_time() = acting.timestamp();
  return recommendation;
}

absl::StatusOr<v1::Recommendation> VerifyRecommendation(const v1::Recommendation& current,
                                                        const v1::VerifyRecommendationRequest& request,
                                                        const Acting& acting) {
  v1::Recommendation recommendation = current;
  const auto to = request.outcome() == v1::VERIFICATION_OUTCOME_ACCEPTED ? v1::RECOMMENDATION_STATE_VERIFIED
                                                                         : v1::RECOMMENDATION_STATE_OPEN;
  OVERSIGHT_RETURN_IF_ERROR(Move("VerifyRecommendation", to, recommendation));
  auto* verification = recommendation.mutable_verification();
  verification->set_outcome(request.outcome());
  verification->set_rationale(request.rationale());
  verification->set_verifier(acting.actor);
  *verification->mutable_verify_time() = acting.timestamp();
  return recommendation;
}

}  // namespace oversight::concerns
