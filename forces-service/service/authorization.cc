#include "forces-service/service/authorization.h"

#include <utility>
#include <vector>

#include "common/auth/roles.h"

namespace oversight::forces {

using auth::Access;
using auth::Role;
using auth::Scope;

namespace {

constexpr char kService[] = "oversight.forces.v1.ForcesService";

// Those who run the suite see what is internal of the register, too.
const std::vector<Role>& Inside() {
  static const auto* const roles = [] {
    auto* const all = new std::vector<Role>(auth::Insiders());
    all->push_back(Role::ROLE_OPERATOR);
    return all;
  }();
  return *roles;
}

std::vector<auth::MethodRule> Rules() {
  // The register is public and national: it can be read by everyone, and whoever keeps it keeps all of it, so its rules
  // do not look at the scope of the caller. What is not public is who changed it and when.
  const std::vector<Role> everyone = {Role::ROLE_PUBLIC};
  const std::vector<Role> keepers = {Role::ROLE_RECORDS_MANAGER, Role::ROLE_CHIEF_INSPECTOR};
  const std::vector<Role> keepers_and_operators = {Role::ROLE_RECORDS_MANAGER, Role::ROLE_CHIEF_INSPECTOR,
                                                   Role::ROLE_OPERATOR};
  // Liaison leads know first who came and who went.
  const std::vector<Role> keepers_and_leads = {Role::ROLE_RECORDS_MANAGER, Role::ROLE_CHIEF_INSPECTOR,
                                               Role::ROLE_LIAISON_LEAD, Role::ROLE_HM_INSPECTOR};
  const std::vector<Role>& inspectorate_and_services = Inside();
  // Inspections are planned and carried out by inspectors, each within their scope; the press office publishes reports.
  const std::vector<Role> planners = {Role::ROLE_LIAISON_LEAD, Role::ROLE_HM_INSPECTOR, Role::ROLE_CHIEF_INSPECTOR,
                                      Role::ROLE_RECORDS_MANAGER};
  std::vector<Role> publishers = planners;
  publishers.push_back(Role::ROLE_PRESS_OFFICE);
  // A duty is the local policing body's; what it does not record itself, the inspectorate does.
  std::vector<Role> responders = planners;
  responders.push_back(Role::ROLE_OVERSIGHT_BODY);
  return {
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
      {"GetInspection", Access::kRead, everyone},
      {"ListInspections", Access::kRead, everyone},
      {"CompareGrades", Access::kRead, everyone},
      {"ListInspectionVersions", Access::kRead, inspectorate_and_services},
      {"CreateInspection", Access::kWrite, planners, Scope::kForce, "parent"},
      {"UpdateInspection", Access::kWrite, planners, Scope::kForce, "inspection.name"},
      {"StartFieldwork", Access::kWrite, planners, Scope::kForce, "name"},
      {"AwaitReport", Access::kWrite, planners, Scope::kForce, "name"},
      {"PublishReport", Access::kWrite, publishers, Scope::kForce, "name"},
      {"CancelInspection", Access::kWrite, planners, Scope::kForce, "name"},
      {"GetResponseDuty", Access::kRead, everyone},
      {"ListResponseDuties", Access::kRead, everyone},
      {"ListResponseDutyVersions", Access::kRead, inspectorate_and_services},
      {"RecordChiefCommentsDate", Access::kWrite, responders, Scope::kForce, "name"},
      {"RecordResponse", Access::kWrite, responders, Scope::kForce, "name"},
      {"MarkResponseSent", Access::kWrite, responders, Scope::kForce, "name"},
  };
}

}  // namespace

auth::AuthorizationTable MakeScopeTable() { return {kService, Rules()}; }

auth::AuthorizationTable MakeAuthorizationTable() { return {kService, auth::RolesOnly(Rules())}; }

bool IsInside(const auth::Principal& principal) { return principal.HasAnyRole(Inside()); }

}  // namespace oversight::forces
