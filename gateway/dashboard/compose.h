// Makes dashboards from facts. Pure: no clock, no network, no state; the same facts give the same dashboard. The
// sections' status is not made here, because it changes while the facts do not (see dashboard_source.h).
#pragma once

#include <string>

#include "absl/time/civil_time.h"
#include "gateway/dashboard/derived_overview.h"
#include "gateway/dashboard/facts.h"

namespace oversight::gateway {

// Every force: those in enhanced stages first, then by name. Counts leave out drafts. For the inspectorate only.
v1::NationalDashboard ComposeNational(const SuiteFacts& facts, absl::CivilDay today);

// One force, without what its owner derives (overview_copy.h). `facts` may hold those of other forces too; they are
// passed over. The force must be among `facts.forces`.
v1::ForceDashboard ComposeForce(const SuiteFacts& facts, const std::string& force, absl::CivilDay today,
                                Audience audience);

// The same as it was at the end of a day in the past, by what `facts` say now (on_date.h).
v1::ForceDashboard ComposeForceOn(const SuiteFacts& facts, const std::string& force, absl::CivilDay day,
                                  Audience audience);

// Adds what concerns-service derives, as far as the audience may see it.
void AddOverview(const DerivedOverview& derived, Audience audience, v1::ForceDashboard& dashboard);
}  // namespace oversight::gateway
