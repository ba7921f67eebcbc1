// When forces are to meet their inspectors next: derived from the stage, the ladder's data and the last meeting, as
// v1::MeetingCadence states. Pure. Thread safety: free functions over values.
#pragma once

#include <vector>

#include "absl/time/civil_time.h"
#include "monitoring-service/domain/ladder.h"
#include "oversight/monitoring/v1/meeting.pb.h"
#include "oversight/monitoring/v1/monitoring.pb.h"

namespace oversight::monitoring {

// As of this day; `meetings` are those of the force, in any order.
v1::MeetingCadence CadenceOf(const Ladders& ladders, const v1::Monitoring& monitoring,
                             const std::vector<v1::Meeting>& meetings, absl::CivilDay on_date);

// The latest first, then by force.
void SortByLateness(std::vector<v1::MeetingCadence>& cadences);

}  // namespace oversight::monitoring
