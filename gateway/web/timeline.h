// What happened to a force, newest first, from the records that its dashboard shows: moves, concerns, responses,
// revisits, inspections, plans, meetings and announcements. Each act has up to three times: when it happened, when it
// was recorded, and when the public could know. Pure; thread-safe.
#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "gateway/web/view.h"
#include "oversight/gateway/v1/dashboard.pb.h"

namespace oversight::gateway::web {

enum class TimelineClock { kEffective, kRecorded, kPublished };

// Each with `when`, `what` and `path`, and where the record has them `recorded` and `published`; at most `most`. By the
// recorded or the published clock, what has no such time comes last, by when it happened.
std::vector<View> TimelineOf(const v1::ForceDashboard& dashboard, size_t most,
                             TimelineClock clock = TimelineClock::kEffective);

// The moments at which something of it was recorded, the earliest first, each once.
std::vector<absl::Time> RecordedMoments(const v1::ForceDashboard& dashboard);

}  // namespace oversight::gateway::web
