// Compares the open work of all forces by theme or by region, from the facts that the national dashboard is made of.
// Pure; thread-safe.
#pragma once

#include <optional>

#include "absl/time/civil_time.h"
#include "gateway/dashboard/facts.h"
#include "oversight/gateway/v1/gateway_service.pb.h"

namespace oversight::gateway {

// The answer without its sections. `since`: the day to compare with.
v1::ListComparisonsResponse ComposeComparison(const SuiteFacts& facts, v1::ComparisonBy by, v1::ComparisonOrder order,
                                              absl::CivilDay today, std::optional<absl::CivilDay> since);

}  // namespace oversight::gateway
