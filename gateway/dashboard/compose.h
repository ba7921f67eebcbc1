// Makes dashboards from facts. Pure: no clock, no network, no state; the same facts give the same dashboard. The
// sections' status is not made here, because it changes while the facts do not (see dashboard_source.h).
#pragma once

#include <string>

#include "absl/time/civil_time.h"
#include "gateway/dashboard/facts.h"

namespace oversight::gateway {

// Every force: those in enhanced stages first, then by name. Counts leave out drafts. For the inspectorate only.
v1::NationalDashboard ComposeNational(const SuiteFacts& facts, absl::CivilDay today);

// One force. `facts` may hold those of other forces too; they are passed over. The force must be among `facts.forces`.
v1::ForceDashboard ComposeForce(const SuiteFacts& facts, const std::string& force, absl::CivilDay today,
                                Audience audience);

}  // namespace oversight::gateway
