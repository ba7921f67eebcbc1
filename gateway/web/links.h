// Where a resource is on the pages. Pure; thread-safe.
#pragma once

#include <string>

namespace oversight::gateway::web {

// The page of a resource, or the place on its force's page: "forces/kent/decisions/1" -> "/forces/kent/decisions/1",
// "forces/kent/concerns/2/recommendations/1" -> "/forces/kent#concern-2". "" for what is on no page.
std::string PathOf(const std::string& name);
// An address as a link may have it: https alone, in full; "" for anything else.
std::string SafeAddress(const std::string& address);

}  // namespace oversight::gateway::web
