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

// In a parent: every force.
inline constexpr char kAnyForce[] = "forces/-";

bool IsMonitoringName(const std::string& name);  // forces/{force}/monitoring
bool IsProposalName(const std::string& name);    // forces/{force}/proposals/{proposal}

}  // namespace oversight::monitoring
