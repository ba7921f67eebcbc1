// Who may call what: one table per gRPC service, with one rule per method. A method without a rule is refused, and a
// server checks at start (Verify) that there is none such and that every rule makes sense for its method's request, so
// a new call cannot slip past. Immutable after construction, so thread-safe.
//
//   AuthorizationTable table("oversight.concerns.v1.ConcernsService",
//       {{"GetConcern", Access::kRead, {Role::ROLE_FORCE, Role::ROLE_HM_INSPECTOR}, Scope::kForce, "name"},
//        {"ListThemes", Access::kRead, {Role::ROLE_PUBLIC}}});
//
// A rule answers only "may this principal make this call about this force". What a caller may see inside an answer, and
// what the state of the record allows, is for the service and its domain.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/auth/principal.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace oversight::auth {

enum class Access { kRead, kWrite };

enum class Scope {
  kNone,   // The call is not about one force.
  kForce,  // The principal's scope must cover the force named in `force_field`.
};

struct MethodRule {
  std::string method;  // Short name, "GetConcern".
  Access access;
  std::vector<Role> roles;  // Any one of them. ROLE_PUBLIC admits every principal, and goes with Scope::kNone.
  Scope scope = Scope::kNone;
  // Path of the request field that holds a resource name under forces/{force}, such as "name", "parent" or
  // "concern.name". A path may pass through and end in repeated fields: then every element counts. Empty or "forces/-"
  // in the request means every force. Must not have an unset sub-message mean another force than that.
  std::string force_field;
};

// The region of a force (name "forces/west-midlands"), "" when not known. Must not block: answer from a local copy.
using RegionLookup = std::function<std::string(const std::string& force_name)>;

class AuthorizationTable {
 public:
  // `service` is the full name, "oversight.concerns.v1.ConcernsService".
  AuthorizationTable(std::string service, std::vector<MethodRule> rules);

  const std::string& service() const { return service_; }
  // Takes the short name, or the full one as gRPC has it: "/oversight.concerns.v1.ConcernsService/GetConcern", with or
  // without the leading slash. Null when there is no rule.
  const MethodRule* Find(const std::string& method) const;

  // INTERNAL with everything that is wrong: methods without a rule, rules without a method or twice, rules without
  // roles, a public rule with a scope, force fields that the request does not have or that are no strings.
  absl::Status Verify(const google::protobuf::ServiceDescriptor& service) const;

 private:
  std::string service_;
  std::vector<MethodRule> rules_;
  std::map<std::string, size_t> by_method_;
};

// The same rules without scopes, for the call wrapper of a service that checks scopes itself: a scope may be a region,
// and the region of a force is known only once it has been asked for.
std::vector<MethodRule> RolesOnly(std::vector<MethodRule> rules);

// PERMISSION_DENIED OUT_OF_SCOPE: the principal may not call `method` for this force; "" is every force.
absl::Status OutOfScope(const Principal& principal, const std::string& method, const std::string& force_name);

// PERMISSION_DENIED with ROLE_NOT_ALLOWED or OUT_OF_SCOPE, INTERNAL when the method has no rule, INVALID_ARGUMENT when
// the force field holds something that is not under forces/{force}. The same for a force already known; "" is every
// force.
absl::Status Check(const AuthorizationTable& table, const std::string& method, const Principal& principal,
                   const google::protobuf::Message& request, const RegionLookup& region);
absl::Status Check(const AuthorizationTable& table, const std::string& method, const Principal& principal,
                   const std::string& force_name, const RegionLookup& region);

// The forces ("forces/west-midlands") a request names at `path`, each once, in order; "" for an empty name or
// "forces/-".
absl::StatusOr<std::vector<std::string>> ForcesOf(const google::protobuf::Message& request, const std::string& path);

}  // namespace oversight::auth
