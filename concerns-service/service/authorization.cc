#include "concerns-service/service/authorization.h"

#include <utility>

#include "common/auth/roles.h"
#include "oversight/concerns/v1/concerns_service.grpc.pb.h"
#include "oversight/concerns/v1/overview_service.grpc.pb.h"

namespace oversight::concerns {

using auth::Access;
using auth::Role;
using auth::Scope;

const std::vector<Role>& Writers() {
  static const auto* const roles =
      new std::vector<Role>{Role::ROLE_LIAISON_LEAD, Role::ROLE_HM_INSPECTOR, Role::ROLE_CHIEF_INSPECTOR};
  return *roles;
}

ServiceRules ConcernsRules() {
  const auto& writers = Writers();
  const auto& readers = auth::InsidersAndForces();
  const std::vector<Role> force = {Role::ROLE_FORCE};
  std::vector<Role> writers_and_force = writers;
  writers_and_force.push_back(Role::ROLE_FORCE);
  return {v1::ConcernsService::service_full_name(),
          {
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
              {"RecordConcernPublication", Access::kWrite, writers, Scope::kForce, "name"},
              {"SupersedeConcern", Access::kWrite, writers, Scope::kForce, "name"},
              {"WithdrawRecommendation", Access::kWrite, writers, Scope::kForce, "name"},
              {"ExtendRecommendation", Access::kWrite, writers, Scope::kForce, "name"},
              {"AddProgressNote", Access::kWrite, writers_and_force, Scope::kForce, "parent"},
              // What a reader is shown is for Viewer and Kinds: lists and watches span forces.
              {"GetConcern", Access::kRead, readers},
              {"ListConcerns", Access::kRead, readers},
              {"GetRecommendation", Access::kRead, readers},
              {"ListRecommendations", Access::kRead, readers},
              {"GetProgressNote", Access::kRead, readers},
              {"ListProgressNotes", Access::kRead, readers},
              {"ListAllowedActions", Access::kRead, readers},
              {"ListThemes", Access::kRead, readers},
              {"ListConcernVersions", Access::kRead, readers},
              {"ListRecommendationVersions", Access::kRead, readers},
              {"WatchConcerns", Access::kRead, readers},
          }};
}

ServiceRules OverviewRules() {
  const auto& readers = auth::InsidersAndForces();
  return {v1::ConcernOverviewService::service_full_name(),
          {
              {"GetForceSummary", Access::kRead, readers},
              {"ListForceSummaries", Access::kRead, readers},
              {"ListDue", Access::kRead, readers},
              // What is wrong with the record is for those who keep it.
              {"ListInconsistencies", Access::kRead, auth::Insiders()},
              {"SearchConcerns", Access::kRead, readers},
              {"GetConcernHistory", Access::kRead, readers},
          }};
}

auth::AuthorizationTable RoleTable(const ServiceRules& rules) {
  return {rules.service, auth::RolesOnly(rules.methods)};
}

auth::AuthorizationTable ScopeTable(const ServiceRules& rules) { return {rules.service, rules.methods}; }

}  // namespace oversight::concerns
