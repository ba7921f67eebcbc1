// The parts of a force's dashboard that tell what follows a decision, as monitoring-service keeps it: announcements,
// plans with their latest review, meetings, the actions to be done, support; and, for the inspectorate, advice and
// disclosures. Pure; thread-safe.
#pragma once

#include <string>
#include <vector>

#include "gateway/dashboard/facts.h"

namespace oversight::gateway {

// Adds them for the force. What monitoring-service derives is added by AddDerived (compose.h).
void AddFollowUp(const SuiteFacts& facts, const std::string& force, Audience audience, v1::ForceDashboard& dashboard);

// The names of those plans of one force that there is room for.
std::vector<std::string> ShownPlans(const std::vector<Shared<monitoring::v1::Plan>>& plans);

// How many of each there is room for.
inline constexpr int kMostAnnouncements = 20;
inline constexpr int kMostPlans = 20;
inline constexpr int kMostMeetings = 50;
inline constexpr int kMostActions = 100;
inline constexpr int kMostSupport = 50;
inline constexpr int kMostAdvice = 50;
inline constexpr int kMostDisclosures = 50;

}  // namespace oversight::gateway
