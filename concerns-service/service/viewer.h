// Whom an answer is for, and so what may be in it. The inspectorate and the services of the suite see everything; a
// force and its oversight body see, of the forces in their scope, what each kind of resource shows outside (kinds.h).
// Cheap to copy; keeps the region lookup. A value; thread-safe.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "common/auth/authorization.h"
#include "common/auth/principal.h"

namespace oversight::concerns {

class Viewer {
 public:
  Viewer(const auth::Principal& principal, auth::RegionLookup region);

  bool sees_everything() const { return sees_everything_; }
  const std::string& name() const { return principal_.name(); }
  // Whether the force ("forces/kent") is in the caller's scope, as far as its region is known here.
  bool Covers(const std::string& force) const;
  // OK, or PERMISSION_DENIED OUT_OF_SCOPE, for a call that names this force ("" and "forces/-" name none in
  // particular).
  absl::Status MayAskAbout(const std::string& force, const std::string& method) const;

 private:
  auth::Principal principal_;
  auth::RegionLookup region_;
  bool sees_everything_;
};

}  // namespace oversight::concerns
