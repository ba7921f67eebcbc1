#include "common/auth/principal.h"

#include <algorithm>
#include <utility>

namespace oversight::auth {

std::string RoleName(Role role) {
  static constexpr char kPrefix[] = "ROLE_";
  const std::string name = common::v1::Role_Name(role);
  return name.rfind(kPrefix, 0) == 0 ? name.substr(sizeof(kPrefix) - 1) : name;
}

Principal::Principal(common::v1::Principal proto) : proto_(std::move(proto)) {}

bool Principal::HasRole(Role role) const {
  return std::find(proto_.roles().begin(), proto_.roles().end(), role) != proto_.roles().end();
}

bool Principal::HasAnyRole(const std::vector<Role>& roles) const {
  return std::any_of(roles.begin(), roles.end(), [this](Role role) { return HasRole(role); });
}

bool Principal::Covers(std::string_view force_name, std::string_view region) const {
  if (proto_.all_forces()) return true;
  if (force_name.empty()) return false;
  if (std::find(proto_.forces().begin(), proto_.forces().end(), force_name) != proto_.forces().end()) return true;
  return !region.empty() &&
         std::find(proto_.regions().begin(), proto_.regions().end(), region) != proto_.regions().end();
}

bool IsSomebody(const Principal& principal) {
  const auto& roles = principal.proto().roles();
  return std::any_of(roles.begin(), roles.end(),
                     [](int role) { return role != Role::ROLE_SERVICE && role != Role::ROLE_PUBLIC; });
}

}  // namespace oversight::auth
