// What happened to a force, newest first, from the records that its dashboard shows: moves, concerns, responses,
// revisits, inspections, plans, meetings and announcements, each on the day it happened. Pure; thread-safe.
#pragma once

#include <vector>

#include "gateway/web/view.h"
#include "oversight/gateway/v1/dashboard.pb.h"

namespace oversight::gateway::web {

// Each with `when`, `what` and `path`; at most `most`.
std::vector<View> TimelineOf(const v1::ForceDashboard& dashboard, size_t most);

}  // namespace oversight::gateway::web
