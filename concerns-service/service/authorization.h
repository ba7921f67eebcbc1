// Who may call what of the gRPC services of this program: one list of rules per service, used in two steps. The call
// wrapper checks roles (RoleTable). Scope is checked by the write path (ScopeTable), because a scope may be a region,
// and the region of a force that was registered a moment ago is known only after asking forces-service, which the
// wrapper cannot wait for.
//
// Immutable after construction, so thread-safe.
#pragma once

#include <string>
#include <vector>

#include "common/auth/authorization.h"
#include "common/auth/principal.h"

namespace oversight::concerns {

// Those of the inspectorate who write, within their scope.
const std::vector<auth::Role>& Writers();

// The rules of one gRPC service.
struct ServiceRules {
  std::string service;  // Full name.
  std::vector<auth::MethodRule> methods;
};
ServiceRules ConcernsRules();
ServiceRules OverviewRules();

auth::AuthorizationTable RoleTable(const ServiceRules& rules);
auth::AuthorizationTable ScopeTable(const ServiceRules& rules);

}  // namespace oversight::concerns
