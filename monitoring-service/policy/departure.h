// What a decision says when it departs from advice: the assessment that a proposal was made under stands in its
// dossier, and a decision that leaves the force in another stage than the one advised says why. Nothing is asked where
// nothing was advised. Pure. Thread safety: free functions over values.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "monitoring-service/policy/policy_data.h"
#include "oversight/monitoring/v1/monitoring_service.pb.h"
#include "oversight/monitoring/v1/policy.pb.h"

namespace oversight::monitoring {

// Puts the assessment into the proposal's dossier. On a dossier that was there before, an assessment that advises
// another stage than the one in it makes a new version of the dossier; one that advises the same changes nothing, since
// it only ages. True: the proposal is a different one now.
bool FreezeAssessment(v1::Assessment assessment, bool new_dossier, absl::Time now, v1::Proposal& proposal);

// DEPARTURE_UNEXPLAINED, or INVALID_FIELDS for a reason where there is no departure. Decides by the policy in force on
// the day of the decision: without one, nothing is asked, whatever the dossier holds.
absl::Status CheckDeparture(const Policies& policies, const v1::Proposal& proposal, const v1::Decision& decision,
                            const std::string& departure_reason);

}  // namespace oversight::monitoring
