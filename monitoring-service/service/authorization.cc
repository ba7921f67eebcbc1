#include "monitoring-service/service/authorization.h"

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

constexpr char kService[] = "oversight.monitoring.v1.MonitoringService";

std::vector<MethodRule> Rules() {
  const std::vector<Role>& insiders = auth::Insiders();
  const std::vector<Role>& with_forces = auth::InsidersAndForces();
  const std::vector<Role> proposers = {Role::ROLE_LIAISON_LEAD, Role::ROLE_HM_INSPECTOR};
  const std::vector<Role> decider = {Role::ROLE_CHIEF_INSPECTOR};
  return {
      {"CreateProposal", Access::kWrite, proposers, Scope::kForce, "parent"},
      {"WithdrawProposal", Access::kWrite, proposers, Scope::kForce, "name"},
      {"DecideProposal", Access::kWrite, decider, Scope::kForce, "name"},
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
}

}  // namespace

auth::AuthorizationTable ScopeTable() { return {kService, Rules()}; }

auth::AuthorizationTable RoleTable() { return {kService, auth::RolesOnly(Rules())}; }

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
