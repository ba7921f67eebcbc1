// The parts of a force's dashboard that are records as they are, newest first and bounded: who holds which office,
// inspections, duties to respond, revisits, evidence; below each concern what the force answered and how many notes
// there are; and what was recommended nationally. Pure; thread-safe.
#pragma once

#include <string>

#include "absl/time/civil_time.h"
#include "gateway/dashboard/facts.h"

namespace oversight::gateway {

// Adds them for the force `facts` are about. `dashboard` has its concerns already.
void AddRecord(const SuiteFacts& facts, const std::string& force, absl::CivilDay day, Audience audience,
               v1::ForceDashboard& dashboard);

// How many of each there is room for.
inline constexpr int kMostInspections = 50;
inline constexpr int kMostDuties = 50;
inline constexpr int kMostRevisits = 50;
inline constexpr int kMostEvidence = 100;

}  // namespace oversight::gateway
