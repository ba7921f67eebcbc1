#include "common/auth/roles.h"

namespace oversight::auth {

const std::vector<Role>& Insiders() {
  static const auto* const roles = new std::vector<Role>{
      Role::ROLE_LIAISON_LEAD,    Role::ROLE_HM_INSPECTOR,
      Role::ROLE_CHIEF_INSPECTOR, Role::ROLE_OVERSIGHT_GROUP_SECRETARIAT,
      Role::ROLE_PRESS_OFFICE,    Role::ROLE_RECORDS_MANAGER,
      Role::ROLE_SERVICE,
  };
  return *roles;
}

const std::vector<Role>& InsidersAndForces() {
  static const auto* const roles = [] {
    auto* const all = new std::vector<Role>(Insiders());
    all->push_back(Role::ROLE_FORCE);
    all->push_back(Role::ROLE_OVERSIGHT_BODY);
    return all;
  }();
  return *roles;
}

}  // namespace oversight::auth
