// Facts as they might be: hypothetical changes put onto a force's facts, and said in words. Pure; nothing is stored
// anywhere. Thread safety: free functions over values.
#pragma once

#include <string>

#include "absl/time/civil_time.h"
#include "common/rpc/errors.h"
#include "monitoring-service/domain/ladder.h"
#include "monitoring-service/policy/policy_facts.h"
#include "oversight/monitoring/v1/policy.pb.h"

namespace oversight::monitoring {

// The force that a change is of; "" when it says nothing.
std::string ForceOf(const v1::HypotheticalChange& change);

// Puts a change of this force onto its facts. A violation at `field` when it cannot be supposed: a concern or a
// recommendation that is not open, a stage the ladder has not got.
void Suppose(const v1::HypotheticalChange& change, const std::string& field, const Ladders& ladders,
             absl::CivilDay on_date, ForceFacts& facts, Violations& violations);

// "discharge of concern 12", "an adequate response on concern 14".
std::string InWords(const v1::HypotheticalChange& change, const Ladders& ladders);

}  // namespace oversight::monitoring
