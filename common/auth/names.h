// What the ids in resource names look like, for those who learn of principals and scopes from outside. Pure.
#pragma once

#include <string_view>

namespace oversight::auth {

inline constexpr char kPrincipalPrefix[] = "principals/";
inline constexpr char kForcePrefix[] = "forces/";

// [a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?, as in every resource name of the suite.
bool IsId(std::string_view id);
// `prefix` and an id: IsName("forces/kent", kForcePrefix).
bool IsName(std::string_view name, std::string_view prefix);

}  // namespace oversight::auth
