#include "concerns-service/service/authorization.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "concerns-service/domain/visibility.h"
#include "concerns-service/service/names.h"

namespace oversight::concerns {
namespace {

using auth::Access;
using auth::MethodRule;
using auth::Role;
using auth::Scope;

const std::vector<Role>& Insiders() {
  static const auto* const roles = new std::vector<Role>{
      Role::ROLE_LIAISON_LEAD,    Role::ROLE_HM_INSPECTOR,
      Role::ROLE_CHIEF_INSPECTOR, Role::ROLE_OVERSIGHT_GROUP_SECRETARIAT,
      Role::ROLE_PRESS_OFFICE,    Role::ROLE_RECORDS_MANAGER,
      Role::ROLE_SERVICE,
  };
  return *roles;
}

std::vector<MethodRule> Rules() {
  std::vector<Role> readers = Insiders();
  readers.push_back(Role::ROLE_FORCE);
  readers.push_back(Role::ROLE_OVERSIGHT_BODY);
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

auth::AuthorizationTable RoleTable() {
  std::vector<MethodRule> rules = Rules();
  for (auto& rule : rules) {
    rule.scope = Scope::kNone;
    rule.force_field.clear();
  }
  return {kService, std::move(rules)};
}

Viewer::Viewer(const auth::Principal& principal, auth::RegionLookup region)
    : principal_(principal), region_(std::move(region)), sees_everything_(principal.HasAnyRole(Insiders())) {}

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
  return Error(
             absl::StatusCode::kPermissionDenied, common::v1::ERROR_REASON_OUT_OF_SCOPE,
             absl::StrCat(principal_.name(), " may not call ", method, " for ", force, ", which is outside its scope."))
      .With("principal", principal_.name())
      .With("method", method)
      .With("force", force);
}

}  // namespace oversight::concerns
