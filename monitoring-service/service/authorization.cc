#include "monitoring-service/service/authorization.h"

#include <map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "monitoring-service/domain/names.h"

namespace oversight::monitoring {
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

// By the full name of the service.
std::map<std::string, std::vector<MethodRule>> Rules() {
  const std::vector<Role>& insiders = Insiders();
  std::vector<Role> with_forces = insiders;
  with_forces.push_back(Role::ROLE_FORCE);
  with_forces.push_back(Role::ROLE_OVERSIGHT_BODY);
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
      // Outside the inspectorate of plans, actions and support only: the handler sees to that.
      {"ListAllowedActions", Access::kRead, with_forces},
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
  // The force plans; the inspectorate answers. What a force and its oversight body see of them is for Viewer.
  const std::vector<Role> planners = {Role::ROLE_FORCE};
  const std::vector<Role> reviewers = {Role::ROLE_LIAISON_LEAD, Role::ROLE_HM_INSPECTOR, Role::ROLE_CHIEF_INSPECTOR};
  rules["oversight.monitoring.v1.PlansService"] = {
      {"CreatePlan", Access::kWrite, planners, Scope::kForce, "parent"},
      {"SubmitPlanVersion", Access::kWrite, planners, Scope::kForce, "name"},
      {"ReportPlanProgress", Access::kWrite, planners, Scope::kForce, "name"},
      {"ReturnPlan", Access::kWrite, reviewers, Scope::kForce, "name"},
      {"AcceptPlan", Access::kWrite, reviewers, Scope::kForce, "name"},
      {"CreateProgressReview", Access::kWrite, reviewers, Scope::kForce, "parent"},
      {"GetPlan", Access::kRead, with_forces},
      {"ListPlans", Access::kRead, with_forces},
      {"ListPlanVersions", Access::kRead, with_forces},
      {"GetPlanProgress", Access::kRead, with_forces},
      {"GetProgressReview", Access::kRead, with_forces},
      {"ListProgressReviews", Access::kRead, with_forces},
  };
  // Sessions are of several forces at once, and show inside only.
  const std::vector<Role> conveners = {Role::ROLE_OVERSIGHT_GROUP_SECRETARIAT, Role::ROLE_CHIEF_INSPECTOR};
  rules["oversight.monitoring.v1.MeetingsService"] = {
      {"CreateMeeting", Access::kWrite, reviewers, Scope::kForce, "parent"},
      {"ReviseAction", Access::kWrite, advised, Scope::kForce, "name"},
      {"CloseAction", Access::kWrite, advised, Scope::kForce, "name"},
      {"CreateOversightSession", Access::kWrite, conveners},
      {"CallForce", Access::kWrite, conveners, Scope::kForce, "force"},
      {"HoldOversightSession", Access::kWrite, conveners},
      {"CancelOversightSession", Access::kWrite, conveners},
      {"PassOnOutcome", Access::kWrite, conveners, Scope::kForce, "force"},
      {"GetMeeting", Access::kRead, with_forces},
      {"ListMeetings", Access::kRead, with_forces},
      {"GetAction", Access::kRead, with_forces},
      {"ListActions", Access::kRead, with_forces},
      {"GetMeetingCadence", Access::kRead, insiders},
      {"ListMeetingCadence", Access::kRead, insiders},
      {"GetOversightSession", Access::kRead, insiders},
      {"ListOversightSessions", Access::kRead, insiders},
  };
  rules["oversight.monitoring.v1.SupportService"] = {
      {"CreateSupport", Access::kWrite, advised, Scope::kForce, "parent"},
      {"StartSupport", Access::kWrite, advised, Scope::kForce, "name"},
      {"EndSupport", Access::kWrite, advised, Scope::kForce, "name"},
      {"DeclineSupport", Access::kWrite, advised, Scope::kForce, "name"},
      {"GetSupport", Access::kRead, with_forces},
      {"ListSupport", Access::kRead, with_forces},
  };
  return rules;
}

}  // namespace

auth::AuthorizationTable ScopeTable(const std::string& service) { return {service, Rules().at(service)}; }

std::vector<auth::AuthorizationTable> RoleTables() {
  std::vector<auth::AuthorizationTable> tables;
  for (auto& [service, rules] : Rules()) {
    for (auto& rule : rules) {
      rule.scope = Scope::kNone;
      rule.force_field.clear();
    }
    tables.emplace_back(service, rules);
  }
  return tables;
}

Viewer::Viewer(const auth::Principal& principal, auth::RegionLookup region)
    : principal_(principal), region_(std::move(region)), sees_everything_(principal.HasAnyRole(Insiders())) {}

bool Viewer::Covers(const std::string& force) const {
  return principal_.Covers(force, "") || principal_.Covers(force, region_(force));
}

absl::Status Viewer::MayAskAbout(const std::string& force, const std::string& method) const {
  if (force == kAnyForce || SeesStageOf(force)) return absl::OkStatus();
  return Error(
             absl::StatusCode::kPermissionDenied, common::v1::ERROR_REASON_OUT_OF_SCOPE,
             absl::StrCat(principal_.name(), " may not call ", method, " for ", force, ", which is outside its scope."))
      .With("principal", principal_.name())
      .With("method", method)
      .With("force", force);
}

}  // namespace oversight::monitoring
