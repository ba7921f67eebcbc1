// What of all forces needs somebody's attention, for the national dashboard: told from the records, and of meetings
// from what monitoring-service derives. Pure; thread-safe.
#pragma once

#include <vector>

#include "absl/time/civil_time.h"
#include "gateway/dashboard/facts.h"
#include "oversight/monitoring/v1/meeting.pb.h"

namespace oversight::gateway {

// Adds the list, its counts, and what there is no room for. Forces that are not in the register are passed over.
void AddAttention(const SuiteFacts& facts, const std::vector<monitoring::v1::MeetingCadence>& missed,
                  absl::CivilDay today, v1::NationalDashboard& dashboard);

// How much there is room for.
inline constexpr int kMostAttention = 100;

}  // namespace oversight::gateway
