// Who may call what of the services of this process, and what a caller may see of what is there.
//
// The tables are declared once and used in two steps. The call wrapper checks roles (RoleTables). Scope is checked by
// the service (ScopeTable), because a scope may be a region, and the region of a force that was registered a moment ago
// is known only after asking forces-service, which the wrapper cannot wait for.
//
// Thread safety: makes values; a Viewer is immutable.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/auth/authorization.h"
#include "common/auth/principal.h"

namespace oversight::monitoring {

// One for each service.
std::vector<auth::AuthorizationTable> RoleTables();
// Of one service, by its full name.
auth::AuthorizationTable ScopeTable(const std::string& service);

// What one principal may see. The inspectorate and the services of the suite see everything. A force and its oversight
// body see the stage and the episodes of forces in their scope and nothing of proposals and decisions: until there is a
// publication, a move that was not made must leave no trace with them.
class Viewer {
 public:
  Viewer(const auth::Principal& principal, auth::RegionLookup region);

  bool sees_everything() const { return sees_everything_; }
  // Whether the stage and the episodes of this force may be seen.
  bool SeesStageOf(const std::string& force) const { return sees_everything_ || Covers(force); }
  // OK, or PERMISSION_DENIED OUT_OF_SCOPE, for a call that names this force ("forces/-" names none in particular).
  absl::Status MayAskAbout(const std::string& force, const std::string& method) const;
  // What decides, besides the request, what a list shows.
  std::string visibility() const { return sees_everything_ ? std::string() : principal_.name(); }

 private:
  bool Covers(const std::string& force) const;

  auth::Principal principal_;
  auth::RegionLookup region_;
  bool sees_everything_;
};

}  // namespace oversight::monitoring
