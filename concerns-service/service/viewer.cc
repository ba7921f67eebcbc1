#include "concerns-service/service/viewer.h"

#include <utility>

#include "common/auth/authorization.h"
#include "common/auth/roles.h"
#include "concerns-service/domain/names.h"

namespace oversight::concerns {

Viewer::Viewer(const auth::Principal& principal, auth::RegionLookup region)
    : principal_(principal), region_(std::move(region)), sees_everything_(principal.HasAnyRole(auth::Insiders())) {}

bool Viewer::Covers(const std::string& force) const {
  return principal_.Covers(force, "") || principal_.Covers(force, region_(force));
}

absl::Status Viewer::MayAskAbout(const std::string& force, const std::string& method) const {
  if (sees_everything_ || force.empty() || force == kAnyForce || Covers(force)) return absl::OkStatus();
  return auth::OutOfScope(principal_, method, force);
}

}  // namespace oversight::concerns
