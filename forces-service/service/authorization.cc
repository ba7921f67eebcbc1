#include "forces-service/service/authorization.h"

#include <vector>

namespace oversight::forces {

using auth::Access;
using auth::Role;

auth::AuthorizationTable MakeAuthorizationTable() {
  // The register is public and national: it can be read by everyone, and whoever keeps it keeps all of it, so no rule
  // looks at the scope of the caller. What is not public is who changed it and when.
  const std::vector<Role> everyone = {Role::ROLE_PUBLIC};
  const std::vector<Role> keepers = {Role::ROLE_RECORDS_MANAGER, Role::ROLE_CHIEF_INSPECTOR};
  const std::vector<Role> keepers_and_operators = {Role::ROLE_RECORDS_MANAGER, Role::ROLE_CHIEF_INSPECTOR,
                                                   Role::ROLE_OPERATOR};
  // Liaison leads know first who came and who went.
  const std::vector<Role> keepers_and_leads = {Role::ROLE_RECORDS_MANAGER, Role::ROLE_CHIEF_INSPECTOR,
                                               Role::ROLE_LIAISON_LEAD, Role::ROLE_HM_INSPECTOR};
  const std::vector<Role> inspectorate_and_services = {
      Role::ROLE_LIAISON_LEAD,    Role::ROLE_HM_INSPECTOR,
      Role::ROLE_CHIEF_INSPECTOR, Role::ROLE_OVERSIGHT_GROUP_SECRETARIAT,
      Role::ROLE_PRESS_OFFICE,    Role::ROLE_RECORDS_MANAGER,
      Role::ROLE_OPERATOR,        Role::ROLE_SERVICE};
  return auth::AuthorizationTable("oversight.forces.v1.ForcesService",
                                  {
                                      {"GetForce", Access::kRead, everyone},
                                      {"ListForces", Access::kRead, everyone},
                                      {"ListForceVersions", Access::kRead, inspectorate_and_services},
                                      {"WatchForces", Access::kRead, inspectorate_and_services},
                                      {"CreateForce", Access::kWrite, keepers},
                                      {"UpdateForce", Access::kWrite, keepers},
                                      {"ImportForces", Access::kWrite, keepers_and_operators},
                                      {"RenameForce", Access::kWrite, keepers},
                                      {"ReplaceOversightBody", Access::kWrite, keepers},
                                      {"MergeForce", Access::kWrite, keepers},
                                      {"AbolishForce", Access::kWrite, keepers},
                                      {"CreateOfficeHolder", Access::kWrite, keepers_and_leads},
                                      {"UpdateOfficeHolder", Access::kWrite, keepers_and_leads},
                                      {"GetOfficeHolder", Access::kRead, everyone},
                                      {"ListOfficeHolders", Access::kRead, everyone},
                                      {"GetForceOnDate", Access::kRead, everyone},
                                  });
}

}  // namespace oversight::forces
