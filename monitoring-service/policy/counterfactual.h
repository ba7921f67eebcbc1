// What would change the advised stage: sets of hypothetical changes none of which can be left out, the smallest first.
// Towards the milder stage when the enhanced one is advised, else towards the enhanced one. Every set of one or two of
// the changes looked at is tried; larger ones are found by supposing everything of a kind and taking back what is not
// needed, so there may be smaller ones than those found. Each set is tried before it is told: it gives the other stage.
// Pure. Thread safety: free functions over values.
#pragma once

#include <vector>

#include "monitoring-service/policy/assess.h"

namespace oversight::monitoring {

std::vector<v1::Counterfactual> WhatWouldChange(const Yardstick& by, const ForceFacts& facts);

// The assessment of a force as a person reads it: Assess with near misses and counterfactuals.
v1::Assessment AssessFully(const Yardstick& by, const ForceFacts& facts);

}  // namespace oversight::monitoring
