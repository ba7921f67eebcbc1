// Who may call what of ConcernsService, and what a caller may see of what is there.
//
// The table is declared once and used in two steps. The call wrapper checks roles (RoleTable). Scope is checked by the
// service (ScopeTable), because a scope may be a region, and the region of a force that was registered a moment ago is
// known only after asking forces-service, which the wrapper cannot wait for.
//
// Immutable after construction, so thread-safe.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "common/auth/authorization.h"
#include "common/auth/principal.h"
#include "oversight/concerns/v1/concern.pb.h"
#include "oversight/concerns/v1/recommendation.pb.h"

namespace oversight::concerns {

auth::AuthorizationTable RoleTable();
auth::AuthorizationTable ScopeTable();

// What one principal may see. The inspectorate and the services of the suite see everything; a force and its oversight
// body see what was issued to forces in their scope. Cheap to copy; keeps the region lookup.
class Viewer {
 public:
  Viewer(const auth::Principal& principal, auth::RegionLookup region);

  bool sees_everything() const { return sees_everything_; }
  bool Sees(const v1::Concern& concern) const;
  bool Sees(const v1::Recommendation& recommendation) const;
  // OK, or PERMISSION_DENIED OUT_OF_SCOPE, for a call that names this force ("" and "forces/-" name none in
  // particular).
  absl::Status MayAskAbout(const std::string& force, const std::string& method) const;

 private:
  bool Covers(const std::string& force) const;

  auth::Principal principal_;
  auth::RegionLookup region_;
  bool sees_everything_;
};

}  // namespace oversight::concerns
