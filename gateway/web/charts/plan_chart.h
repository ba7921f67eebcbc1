// A plan's milestones against time: when each was due first, is due now, was reached, or will be as monitoring-service
// forecasts. Pure; thread-safe.
#pragma once

#include <string>

#include "absl/time/civil_time.h"
#include "oversight/monitoring/v1/plan.pb.h"

namespace oversight::gateway::web {

// As SVG; "" without a milestone that has a whole day. `id` is the drawing's own on its page.
std::string PlanChartOf(const monitoring::v1::PlanProgress& progress, const std::string& id);

}  // namespace oversight::gateway::web
