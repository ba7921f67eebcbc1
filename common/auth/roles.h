// The groups of roles that the authorisation tables of several services name, each said once. What only one service
// needs stands in its own table. Values; thread-safe.
#pragma once

#include <vector>

#include "common/auth/principal.h"

namespace oversight::auth {

// The inspectorate, and the services of the suite: they see what is not published.
const std::vector<Role>& Insiders();
// Insiders, and the forces and local policing bodies, each of which sees what is told to it about its own force.
const std::vector<Role>& InsidersAndForces();

}  // namespace oversight::auth
