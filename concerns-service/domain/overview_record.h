// What overviews are derived from: a concern with what hangs below it, and a national recommendation with the forces'
// items of it, as one moment has them. Shares its messages with
// whoever keeps them. A value; thread-safe as such.
#pragma once

#include <memory>
#include <vector>

#include "absl/time/civil_time.h"
#include "common/time/partial_date.h"
#include "oversight/concerns/v1/concern.pb.h"
#include "oversight/concerns/v1/force_response.pb.h"
#include "oversight/concerns/v1/national_recommendation.pb.h"
#include "oversight/concerns/v1/recommendation.pb.h"

namespace oversight::concerns {

struct ConcernRecord {
  // Null: there is no concern, and then nothing below it counts.
  std::shared_ptr<const v1::Concern> concern;
  std::vector<std::shared_ptr<const v1::Recommendation>> recommendations;
  std::vector<std::shared_ptr<const v1::ForceResponse>> responses;
};

struct NationalRecord {
  // Null: there is no national recommendation, and then no item counts.
  std::shared_ptr<const v1::NationalRecommendation> recommendation;
  std::vector<std::shared_ptr<const v1::NationalItem>> items;
};

inline bool IsOpen(const v1::Concern& concern) { return concern.state() == v1::CONCERN_STATE_ISSUED; }
// Still to be carried out by the force.
inline bool IsOpen(const v1::Recommendation& recommendation) {
  return recommendation.state() == v1::RECOMMENDATION_STATE_OPEN;
}
// Claimed as done, and not verified yet.
inline bool IsClaimed(const v1::Recommendation& recommendation) {
  return recommendation.state() == v1::RECOMMENDATION_STATE_CLAIMED;
}
// Issued, and not closed: what can be overdue.
inline bool IsPending(const v1::Recommendation& recommendation) {
  return IsOpen(recommendation) || IsClaimed(recommendation);
}
inline bool IsOpen(const v1::NationalRecommendation& recommendation) {
  return recommendation.state() == v1::NATIONAL_RECOMMENDATION_STATE_ISSUED;
}
inline bool IsClaimed(const v1::NationalItem& item) { return item.state() == v1::NATIONAL_ITEM_STATE_CLAIMED; }
inline bool IsPending(const v1::NationalItem& item) {
  return item.state() == v1::NATIONAL_ITEM_STATE_OPEN || IsClaimed(item);
}
inline bool AwaitsJudgement(const v1::ForceResponse& response) {
  return response.state() == v1::FORCE_RESPONSE_STATE_AWAITING_JUDGEMENT;
}

// The last day a date may be: by its end, what is due then is due.
inline absl::CivilDay LastDay(const common::v1::PartialDate& date) { return DayInterval(date).last; }

}  // namespace oversight::concerns
