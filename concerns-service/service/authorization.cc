#include "concerns-service/service/authorization.h"

#include <utility>
#include <vector>

#include "common/auth/roles.h"
#include "concerns-service/domain/visibility.h"
#include "concerns-service/service/names.h"

namespace oversight::concerns {
namespace {

using auth::Access;
using auth::MethodRule;
using auth::Role;
using auth::Scope;

std::vector<MethodRule> Rules() {
  const std::vector<Role>& readers = auth::InsidersAndForces();
  const std::vector<Role> writers = {Role::ROLE_LIAISON_LEAD, Role::ROLE_HM_INSPECTOR, Role::ROLE_CHIEF_INSPECTOR};
  const std::vector<Role> force = {Role::ROLE_FORCE};
  return {
      {"CreateConcern", Access::kWrite, writers, Scope::kForce, "parent"},
      {"UpdateConcern", Access::kWrite, writers, Scope::kForce, "concern.name"},
      {"CreateRecommendation", Access::kWrite, writers, Scope::kForce, "parent"},
      {"UpdateRecommendation", Access::kWrite, writers, Scope::kForce, "recommendation.name"},
      {"IssueConcern", Access::kWrite, writers, Scope::kForce, "name"},
      {"AssessHandling", Access::kWrite, writers, Scope::kForce, "name"},
      {"ClaimRecommendation", Access::kWrite, force, Scope::kForce, "name"},
      {"VerifyRecommendation", Access::kWrite, writers, Scope::kForce, "name"},
      {"DischargeConcern", Access::kWrite, writers, Scope::kForce, "name"},
      {"WithdrawConcern", Access::kWrite, writers, Scope::kForce, "name"},
      // What a reader is shown is for Viewer: lists and watches span forces.
      {"GetConcern", Access::kRead, readers},
      {"ListConcerns", Access::kRead, readers},
      {"GetRecommendation", Access::kRead, readers},
      {"ListRecommendations", Access::kRead, readers},
      {"ListAllowedActions", Access::kRead, readers},
      {"ListThemes", Access::kRead, readers},
      {"ListConcernVersions", Access::kRead, readers},
      {"ListRecommendationVersions", Access::kRead, readers},
      {"WatchConcerns", Access::kRead, readers},
  };
}

constexpr char kService[] = "oversight.concerns.v1.ConcernsService";

}  // namespace

auth::AuthorizationTable ScopeTable() { return {kService, Rules()}; }

auth::AuthorizationTable RoleTable() { return {kService, auth::RolesOnly(Rules())}; }

Viewer::Viewer(const auth::Principal& principal, auth::RegionLookup region)
    : principal_(principal), region_(std::move(region)), sees_everything_(principal.HasAnyRole(auth::Insiders())) {}

bool Viewer::Covers(const std::string& force) const {
  return principal_.Covers(force, "") || principal_.Covers(force, region_(force));
}

bool Viewer::Sees(const v1::Concern& concern) const {
  return sees_everything_ || (WasIssued(concern) && Covers(ForceOf(concern.name())));
}

bool Viewer::Sees(const v1::Recommendation& recommendation) const {
  return sees_everything_ || (WasIssued(recommendation) && Covers(ForceOf(recommendation.name())));
}

absl::Status Viewer::MayAskAbout(const std::string& force, const std::string& method) const {
  if (sees_everything_ || force.empty() || force == kAnyForce || Covers(force)) return absl::OkStatus();
  return auth::OutOfScope(principal_, method, force);
}

}  // namespace oversight::concerns
