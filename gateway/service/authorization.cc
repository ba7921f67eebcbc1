#include "gateway/service/authorization.h"

#include "common/auth/roles.h"

namespace oversight::gateway {
auth::AuthorizationTable MakeAuthorizationTable() {
  using auth::Access;
  using auth::Scope;
  return auth::AuthorizationTable(
      "oversight.gateway.v1.GatewayService",
      {
          // Counts of every force, unpublished moves among them.
          {"GetNationalDashboard", Access::kRead, auth::Insiders()},
          {"GetForceDashboard", Access::kRead, auth::InsidersAndForces(), Scope::kForce, "name"},
          // Which of the two it is depends on the request; the handler checks it against that one's rule.
          {"WatchDashboard", Access::kRead, auth::InsidersAndForces()},
          // Advice and what is to be asked; without a force it is of all of them.
          {"GetAgenda", Access::kRead, auth::Insiders(), Scope::kForce, "force"},
          {"ListComparisons", Access::kRead, auth::Insiders()},
      });
}

Audience AudienceOf(const auth::Principal& principal) {
  return principal.HasAnyRole(auth::Insiders()) ? Audience::kInspectorate : Audience::kOutside;
}

}  // namespace oversight::gateway
