// What of the record the public may know: one place to ask. Pure. Thread safety: free functions over values.
#pragma once

#include "oversight/monitoring/v1/monitoring.pb.h"

namespace oversight::monitoring {

// Whether the public may know of a decision and of what it did. What was imported is known from public sources. Of what
// was decided here only moves that were made are told; as long as there are no announcements, they are public from
// their effect.
inline bool IsPublished(const v1::Decision& decision) {
  if (decision.has_historical()) return true;
  // UNSPECIFIED: from before there were states.
  return decision.outcome() == v1::DECISION_OUTCOME_APPROVED &&
         (decision.state() == v1::DECISION_STATE_IN_EFFECT || decision.state() == v1::DECISION_STATE_UNSPECIFIED);
}

// Whether the public may know of a reason that came while an episode lasted. Nothing announces one that was added here.
inline bool IsPublished(const v1::AddedReason& added) { return added.historical(); }

}  // namespace oversight::monitoring
