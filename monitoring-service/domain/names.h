// Resource names of this service, made and taken apart in one place. A name that does not have the shape gives "" where
// a part of it is asked for; the call wrapper has checked the shape of every name that comes with a request. Thread
// safety: free functions over values.
#pragma once

#include <cstdint>
#include <string>

namespace oversight::monitoring {

// "forces/kent" of "forces/kent/proposals/3" and of "forces/kent" itself.
std::string ForceOf(const std::string& name);

std::string MonitoringName(const std::string& force);
// Prefixes, to be followed by a number: "forces/kent/proposals/".
std::string ProposalPrefix(const std::string& force);
std::string DecisionPrefix(const std::string& force);
std::string EpisodePrefix(const std::string& force);
std::string DisclosurePrefix(const std::string& force);
std::string AnnouncementPrefix(const std::string& force);
// "forces/kent/proposals/3/advice/".
std::string AdvicePrefix(const std::string& proposal);
// "forces/kent/proposals/3" of "forces/kent/proposals/3/advice/1".
std::string ProposalOf(const std::string& name);

std::string PlanPrefix(const std::string& force);
std::string MeetingPrefix(const std::string& force);
std::string ActionPrefix(const std::string& force);
std::string SupportPrefix(const std::string& force);
// "forces/kent/plans/3/progressReviews/".
std::string ReviewPrefix(const std::string& plan);
// "forces/kent/plans/3" of "forces/kent/plans/3/progressReviews/1".
std::string PlanOf(const std::string& name);
inline constexpr char kSessionPrefix[] = "oversightSessions/";

// This service: the log it keeps, and who it is for what it does by itself.
inline constexpr char kLedger[] = "ledgers/monitoring";
inline constexpr char kSelf[] = "principals/monitoring-service";

// In a parent: every force.
inline constexpr char kAnyForce[] = "forces/-";

bool IsMonitoringName(const std::string& name);  // forces/{force}/monitoring
bool IsProposalName(const std::string& name);    // forces/{force}/proposals/{proposal}
bool IsDecisionName(const std::string& name);    // forces/{force}/decisions/{decision}
bool IsEpisodeName(const std::string& name);     // forces/{force}/episodes/{episode}
bool IsPlanName(const std::string& name);        // forces/{force}/plans/{plan}
bool IsActionName(const std::string& name);      // forces/{force}/actions/{action}
bool IsSupportName(const std::string& name);     // forces/{force}/support/{support}
bool IsSessionName(const std::string& name);     // oversightSessions/{session}

}  // namespace oversight::monitoring
