// The authorisation table of a stand-in for a real service: the rules a test cares for, and one for every other method
// of the contract, so that a contract may grow without its stand-ins. Such a method is refused as not implemented.
// Makes values; thread-safe.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "common/auth/authorization.h"
#include "google/protobuf/descriptor.h"

namespace oversight::testing {

// `service` as a message of its file tells it: ListForcesRequest::descriptor()->file()->service(0). Whoever has one of
// `others` may call what `rules` do not name.
inline auth::AuthorizationTable ToyTable(const google::protobuf::ServiceDescriptor& service,
                                         std::vector<auth::MethodRule> rules = {},
                                         const std::vector<auth::Role>& others = {auth::Role::ROLE_PUBLIC}) {
  for (int i = 0; i < service.method_count(); ++i) {
    const std::string& name = service.method(i)->name();
    const bool known = std::any_of(rules.begin(), rules.end(), [&](const auto& rule) { return rule.method == name; });
    if (!known) rules.push_back({name, auth::Access::kRead, others});
  }
  return {service.full_name(), std::move(rules)};
}

}  // namespace oversight::testing
