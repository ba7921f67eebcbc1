// Makes dashboards from facts. Pure: no clock, no network, no state; the same facts give the same dashboard. The
// sections' status is not made here, because it changes while the facts do not (see dashboard_source.h).
#pragma once

#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "gateway/dashboard/derived_part.h"
#include "gateway/dashboard/facts.h"

namespace oversight::gateway {

// Every force: those in enhanced stages first, then by name; and what needs attention. Counts leave out drafts.
// `missed` are those that missed a meeting, as monitoring-service derives it. For the inspectorate only.
v1::NationalDashboard ComposeNational(const SuiteFacts& facts,
                                      const std::vector<monitoring::v1::MeetingCadence>& missed, absl::CivilDay today);

// One force, without what the owners derive (derived_copy.h). `facts` may hold those of other forces too; they are
// passed over. The force must be among `facts.forces`.
v1::ForceDashboard ComposeForce(const SuiteFacts& facts, const std::string& force, absl::CivilDay today,
                                Audience audience);

// The same as it was at the end of a day in the past, by what `facts` say now (on_date.h).
v1::ForceDashboard ComposeForceOn(const SuiteFacts& facts, const std::string& force, absl::CivilDay day,
                                  Audience audience);

// Adds what a service derives, as far as the audience may see it. After ComposeForce.
void AddDerived(const DerivedPart& derived, Audience audience, v1::ForceDashboard& dashboard);

}  // namespace oversight::gateway
