#include "concerns-service/service/viewer.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "concerns-service/domain/names.h"
#include "concerns-service/service/authorization.h"

namespace oversight::concerns {

Viewer::Viewer(const auth::Principal& principal, auth::RegionLookup region)
    : principal_(principal), region_(std::move(region)), sees_everything_(principal.HasAnyRole(Insiders())) {}

bool Viewer::Covers(const std::string& force) const {
  return principal_.Covers(force, "") || principal_.Covers(force, region_(force));
}

absl::Status Viewer::MayAskAbout(const std::string& force, const std::string& method) const {
  if (sees_everything_ || force.empty() || force == kAnyForce || Covers(force)) return absl::OkStatus();
  return Error(
             absl::StatusCode::kPermissionDenied, common::v1::ERROR_REASON_OUT_OF_SCOPE,
             absl::StrCat(principal_.name(), " may not call ", method, " for ", force, ", which is outside its scope."))
      .With("principal", principal_.name())
      .With("method", method)
      .With("force", force);
}

}  // namespace oversight::concerns
