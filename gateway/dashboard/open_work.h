// What of the record of concerns is open and what is overdue, for counts and for what needs attention. Pure;
// thread-safe.
#pragma once

#include <optional>

#include "absl/time/civil_time.h"
#include "common/time/partial_date.h"
#include "oversight/concerns/v1/concern.pb.h"
#include "oversight/concerns/v1/recommendation.pb.h"
#include "oversight/gateway/v1/dashboard.pb.h"

namespace oversight::gateway {

inline bool IsOpen(const concerns::v1::Concern& concern) {
  return concern.state() == concerns::v1::CONCERN_STATE_ISSUED;
}

inline bool IsOutstanding(const concerns::v1::Recommendation& recommendation) {
  return recommendation.state() == concerns::v1::RECOMMENDATION_STATE_OPEN ||
         recommendation.state() == concerns::v1::RECOMMENDATION_STATE_CLAIMED;
}

// Due dates are whole days; a recommendation is overdue from the day after.
inline bool IsOverdue(const concerns::v1::Recommendation& recommendation, absl::CivilDay today) {
  if (!IsOutstanding(recommendation) || !recommendation.has_due_date()) return false;
  const std::optional<absl::CivilDay> due = ToCivilDay(recommendation.due_date());
  return due.has_value() && *due < today;
}

// Adds what is open: of a concern itself, of a recommendation whose concern is open.
void Count(const concerns::v1::Concern& concern, v1::ConcernCounts& counts);
void Count(const concerns::v1::Recommendation& recommendation, absl::CivilDay today, v1::ConcernCounts& counts);
void Add(const v1::ConcernCounts& from, v1::ConcernCounts& to);

}  // namespace oversight::gateway
