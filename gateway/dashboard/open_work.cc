#include "gateway/dashboard/open_work.h"

namespace oversight::gateway {

void Count(const concerns::v1::Concern& concern, v1::ConcernCounts& counts) {
  if (!IsOpen(concern)) return;
  if (concern.kind() == concerns::v1::CONCERN_KIND_CAUSE_OF_CONCERN) {
    counts.set_open_causes_of_concern(counts.open_causes_of_concern() + 1);
    if (concern.accelerated()) counts.set_open_accelerated(counts.open_accelerated() + 1);
  } else {
    counts.set_open_areas_for_improvement(counts.open_areas_for_improvement() + 1);
  }
}

void Count(const concerns::v1::Recommendation& recommendation, absl::CivilDay today, v1::ConcernCounts& counts) {
  if (!IsOutstanding(recommendation)) return;
  counts.set_open_recommendations(counts.open_recommendations() + 1);
  if (IsOverdue(recommendation, today)) counts.set_overdue_recommendations(counts.overdue_recommendations() + 1);
  if (recommendation.state() == concerns::v1::RECOMMENDATION_STATE_CLAIMED) {
    counts.set_claimed_recommendations(counts.claimed_recommendations() + 1);
  }
}

void Add(const v1::ConcernCounts& from, v1::ConcernCounts& to) {
  to.set_open_causes_of_concern(to.open_causes_of_concern() + from.open_causes_of_concern());
  to.set_open_accelerated(to.open_accelerated() + from.open_accelerated());
  to.set_open_areas_for_improvement(to.open_areas_for_improvement() + from.open_areas_for_improvement());
  to.set_open_recommendations(to.open_recommendations() + from.open_recommendations());
  to.set_overdue_recommendations(to.overdue_recommendations() + from.overdue_recommendations());
  to.set_claimed_recommendations(to.claimed_recommendations() + from.claimed_recommendations());
}

}  // namespace oversight::gateway
