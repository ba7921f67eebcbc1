// Who calls: a value made once per call from a common.v1.Principal. Thread safety: immutable.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "oversight/common/v1/principal.pb.h"

namespace oversight::auth {

using common::v1::Role;

// "HM_INSPECTOR": the value's name without ROLE_.
std::string RoleName(Role role);

class Principal {
 public:
  // Nobody: no name, no roles, no scope.
  Principal() = default;
  explicit Principal(common::v1::Principal proto);

  const std::string& name() const { return proto_.name(); }  // "principals/chief-inspector"
  const std::string& display_name() const { return proto_.display_name(); }
  const common::v1::Principal& proto() const { return proto_; }

  bool HasRole(Role role) const;
  bool HasAnyRole(const std::vector<Role>& roles) const;
  // Whether the scope extends to this force: by name, by its region, or because it extends to all. An empty region is
  // an unknown one and matches none; an empty force name stands for every force.
  bool Covers(std::string_view force_name, std::string_view region) const;
  bool CoversEveryForce() const { return proto_.all_forces(); }

 private:
  common::v1::Principal proto_;
};

// Whether it is somebody in particular: neither the public nor a service of the suite, which asks for others.
bool IsSomebody(const Principal& principal);

}  // namespace oversight::auth
