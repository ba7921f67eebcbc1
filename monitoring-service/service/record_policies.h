// Puts the policies into the log at start, those that differ from what is there: so every assessment can be traced to
// the rules of its day, and what is in force is not changed behind anyone's back.
#pragma once

#include "absl/status/status.h"
#include "absl/time/civil_time.h"
#include "common/ledger/ledger.h"
#include "monitoring-service/policy/policy_data.h"

namespace oversight::monitoring {

// Blocks. FAILED_PRECONDITION POLICY_INVALID when one that is or was in force differs or is missing (CheckFollows).
absl::Status RecordPolicies(ledger::Ledger& ledger, const Policies& policies, absl::CivilDay today);

}  // namespace oversight::monitoring
