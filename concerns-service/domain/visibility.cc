#include "concerns-service/domain/visibility.h"

namespace oversight::concerns {

bool WasIssued(const v1::Concern& concern) { return concern.has_issue_date(); }

bool WasIssued(const v1::Recommendation& recommendation) { return recommendation.has_due_date(); }

bool WasIssued(const v1::NationalRecommendation& recommendation) { return recommendation.has_issue_date(); }

bool IsFirstIssued(const v1::Concern& concern) {
  return concern.state() == v1::CONCERN_STATE_ISSUED && !concern.has_handling() && !concern.has_published() &&
         concern.supersedes().empty();
}

bool IsFirstIssued(const v1::Recommendation& recommendation) {
  return recommendation.state() == v1::RECOMMENDATION_STATE_OPEN && !recommendation.has_claim() &&
         recommendation.extensions().empty();
}

bool IsFirstIssued(const v1::NationalRecommendation& recommendation) {
  // Between issue and withdrawal nothing changes but its items.
  return recommendation.state() == v1::NATIONAL_RECOMMENDATION_STATE_ISSUED;
}

bool WasSent(const v1::Revisit& revisit) { return revisit.has_letter(); }

bool IsFirstSent(const v1::Revisit& revisit) {
  return revisit.state() == v1::REVISIT_STATE_LETTER_SENT && revisit.correction().empty();
}

}  // namespace oversight::concerns
