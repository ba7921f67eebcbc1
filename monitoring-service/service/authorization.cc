#include "monitoring-service/service/authorization.h"

#include <map>
#include <utility>
#include <vector>

#include "common/auth/roles.h"
#include "monitoring-service/domain/names.h"

namespace oversight::monitoring {
namespace {

using auth::Access;
using auth::MethodRule;
using auth::Role;
using auth::Scope;

// By the full name of the service.
std::map<std::string, std::vector<MethodRule>> Rules() {
  const std::vector<Role>& insiders = auth::Insiders();
  const std::vector<Role>& with_forces = auth::InsidersAndForces();
  const std::vector<Role> proposers = {Role::ROLE_LIAISON_LEAD, Role::ROLE_HM_INSPECTOR};
  const std::vector<Role> decider = {Role::ROLE_CHIEF_INSPECTOR};
  const std::vector<Role> inspectors = {Role::ROLE_HM_INSPECTOR, Role::ROLE_CHIEF_INSPECTOR};
  // Who sits with the groups that advise, or writes down what they said.
  const std::vector<Role> advised = {Role::ROLE_LIAISON_LEAD, Role::ROLE_HM_INSPECTOR, Role::ROLE_CHIEF_INSPECTOR,
                                     Role::ROLE_OVERSIGHT_GROUP_SECRETARIAT};
  // Whoever of the inspectorate may be the one who tells.
  std::vector<Role> tellers = advised;
  tellers.push_back(Role::ROLE_PRESS_OFFICE);
  std::map<std::string, std::vector<MethodRule>> rules;
  rules["oversight.monitoring.v1.MonitoringService"] = {
      {"CreateProposal", Access::kWrite, proposers, Scope::kForce, "parent"},
      {"WithdrawProposal", Access::kWrite, proposers, Scope::kForce, "name"},
      {"RefreshProposal", Access::kWrite, proposers, Scope::kForce, "name"},
      {"DecideProposal", Access::kWrite, decider, Scope::kForce, "name"},
      {"RevokeDecision", Access::kWrite, decider, Scope::kForce, "name"},
      {"AddEpisodeReason", Access::kWrite, inspectors, Scope::kForce, "name"},
      // What a reader is shown is for Viewer: lists and watches span forces.
      {"GetMonitoring", Access::kRead, with_forces},
      {"ListMonitoring", Access::kRead, with_forces},
      {"GetEpisode", Access::kRead, with_forces},
      {"ListEpisodes", Access::kRead, with_forces},
      {"WatchMonitoring", Access::kRead, with_forces},
      // Each tells of proposals or decisions, or of who took them.
      {"GetProposal", Access::kRead, insiders},
      {"ListProposals", Access::kRead, insiders},
      {"GetDecision", Access::kRead, insiders},
      {"ListDecisions", Access::kRead, insiders},
      {"ListAllowedActions", Access::kRead, insiders},
      {"ListMonitoringVersions", Access::kRead, insiders},
      // What the stages mean is public.
      {"ListLadders", Access::kRead, {Role::ROLE_PUBLIC}},
  };
  // Neither shows outside the inspectorate: both tell of moves before they are made, and of those never made.
  rules["oversight.monitoring.v1.AdviceService"] = {
      {"CreateAdvice", Access::kWrite, advised, Scope::kForce, "parent"},
      {"GetAdvice", Access::kRead, insiders},
      {"ListAdvice", Access::kRead, insiders},
  };
  rules["oversight.monitoring.v1.DisclosuresService"] = {
      {"CreateDisclosure", Access::kWrite, tellers, Scope::kForce, "parent"},
      {"GetDisclosure", Access::kRead, insiders},
      {"ListDisclosures", Access::kRead, insiders},
  };
  return rules;
}

}  // namespace

auth::AuthorizationTable ScopeTable(const std::string& service) { return {service, Rules().at(service)}; }

std::vector<auth::AuthorizationTable> RoleTables() {
  std::vector<auth::AuthorizationTable> tables;
  for (auto& [service, rules] : Rules()) tables.emplace_back(service, auth::RolesOnly(rules));
  return tables;
}

Viewer::Viewer(const auth::Principal& principal, auth::RegionLookup region)
    : principal_(principal), region_(std::move(region)), sees_everything_(principal.HasAnyRole(auth::Insiders())) {}

bool Viewer::Covers(const std::string& force) const {
  return principal_.Covers(force, "") || principal_.Covers(force, region_(force));
}

absl::Status Viewer::MayAskAbout(const std::string& force, const std::string& method) const {
  if (force == kAnyForce || SeesStageOf(force)) return absl::OkStatus();
  return auth::OutOfScope(principal_, method, force);
}

}  // namespace oversight::monitoring
