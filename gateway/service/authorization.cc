#include "gateway/service/authorization.h"

#include <vector>

namespace oversight::gateway {
namespace {

using auth::Access;
using auth::Scope;
using common::v1::Role;

const std::vector<Role>& Inspectorate() {
  static const auto* roles = new std::vector<Role>{Role::ROLE_LIAISON_LEAD,    Role::ROLE_HM_INSPECTOR,
                                                   Role::ROLE_CHIEF_INSPECTOR, Role::ROLE_OVERSIGHT_GROUP_SECRETARIAT,
                                                   Role::ROLE_PRESS_OFFICE,    Role::ROLE_RECORDS_MANAGER,
                                                   Role::ROLE_SERVICE};
  return *roles;
}

std::vector<Role> AllReaders() {
  std::vector<Role> roles = Inspectorate();
  roles.push_back(Role::ROLE_FORCE);
  roles.push_back(Role::ROLE_OVERSIGHT_BODY);
  return roles;
}

}  // namespace

auth::AuthorizationTable MakeAuthorizationTable() {
  return auth::AuthorizationTable(
      "oversight.gateway.v1.GatewayService",
      {
          // Counts of every force, unpublished moves among them.
          {"GetNationalDashboard", Access::kRead, Inspectorate()},
          {"GetForceDashboard", Access::kRead, AllReaders(), Scope::kForce, "name"},
          // Which of the two it is depends on the request; the handler checks it against that one's rule.
          {"WatchDashboard", Access::kRead, AllReaders()},
      });
}

Audience AudienceOf(const auth::Principal& principal) {
  return principal.HasAnyRole(Inspectorate()) ? Audience::kInspectorate : Audience::kOutside;
}

}  // namespace oversight::gateway
