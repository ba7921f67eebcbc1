#include "monitoring-service/service/authorization.h"

#include <map>
#include <utility>
#include <vector>

#include "common/auth/roles.h"
#include "monitoring-service/announcement/announcements.h"
#include "monitoring-service/domain/names.h"
#include "monitoring-service/domain/publication.h"
#include "monitoring-service/domain/record.h"

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
  std::vector<Role> everyone = with_forces;
  everyone.push_back(Role::ROLE_PUBLIC);
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
      {"GetMonitoring", Access::kRead, everyone},
      {"ListMonitoring", Access::kRead, everyone},
      {"GetEpisode", Access::kRead, everyone},
      {"ListEpisodes", Access::kRead, everyone},
      {"WatchMonitoring", Access::kRead, everyone},
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
  rules["oversight.monitoring.v1.RegisterService"] = {
      {"GetRegister", Access::kRead, {Role::ROLE_PUBLIC}},
      // Of many forces at once, so for those without a scope.
      {"ImportHistory", Access::kWrite, {Role::ROLE_RECORDS_MANAGER, Role::ROLE_OPERATOR}},
  };
  rules["oversight.monitoring.v1.SequenceService"] = {
      {"GetDecisionSequence", Access::kRead, insiders},
  };
  const std::vector<Role> writers = {Role::ROLE_LIAISON_LEAD, Role::ROLE_HM_INSPECTOR, Role::ROLE_PRESS_OFFICE};
  std::vector<Role> second_eyes = writers;
  second_eyes.push_back(Role::ROLE_CHIEF_INSPECTOR);
  const std::vector<Role> press = {Role::ROLE_PRESS_OFFICE};
  // Whoever sees at the last moment that it must not go out.
  const std::vector<Role> stoppers = {Role::ROLE_PRESS_OFFICE, Role::ROLE_CHIEF_INSPECTOR};
  rules["oversight.monitoring.v1.AnnouncementsService"] = {
      {"CreateAnnouncement", Access::kWrite, writers, Scope::kForce, "parent"},
      {"UpdateAnnouncement", Access::kWrite, writers, Scope::kForce, "announcement.name"},
      {"RefreshAnnouncement", Access::kWrite, writers, Scope::kForce, "name"},
      {"SubmitAnnouncement", Access::kWrite, writers, Scope::kForce, "name"},
      {"ReviewAnnouncement", Access::kWrite, second_eyes, Scope::kForce, "name"},
      {"ReturnAnnouncement", Access::kWrite, second_eyes, Scope::kForce, "name"},
      {"ClearAnnouncement", Access::kWrite, press, Scope::kForce, "name"},
      {"ScheduleAnnouncement", Access::kWrite, press, Scope::kForce, "name"},
      {"PullAnnouncement", Access::kWrite, stoppers, Scope::kForce, "name"},
      {"PublishAnnouncement", Access::kWrite, press, Scope::kForce, "name"},
      {"WithdrawAnnouncement", Access::kWrite, stoppers, Scope::kForce, "name"},
      {"CheckAnnouncement", Access::kRead, insiders},
      {"ListAnnouncementVersions", Access::kRead, insiders},
      // Those that are or were out are public.
      {"GetAnnouncement", Access::kRead, everyone},
      {"ListAnnouncements", Access::kRead, everyone},
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
  // What is advised tells of moves before they are made.
  rules["oversight.monitoring.v1.PolicyService"] = {
      {"ListPolicies", Access::kRead, insiders}, {"GetPolicy", Access::kRead, insiders},
      {"AssessForce", Access::kRead, insiders},  {"AssessForces", Access::kRead, insiders},
      {"Backtest", Access::kRead, insiders},
  };
  rules["oversight.monitoring.v1.AttentionService"] = {
      {"ListAttention", Access::kRead, insiders},
  };
  // Who looks into a leak. What it was that leaked is in there too, by name. Reports come from who answers for readers.
  rules["oversight.monitoring.v1.AuditService"] = {
      {"GetEmbargoedRead", Access::kRead, {Role::ROLE_RECORDS_MANAGER, Role::ROLE_CHIEF_INSPECTOR}},
      {"ListEmbargoedReads", Access::kRead, {Role::ROLE_RECORDS_MANAGER, Role::ROLE_CHIEF_INSPECTOR}},
      {"ReportReads", Access::kWrite, {Role::ROLE_SERVICE}},
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

Sight Viewer::SightOf(const std::string& force) const {
  if (sees_everything_) return Sight::kEverything;
  if (principal_.HasAnyRole({Role::ROLE_FORCE, Role::ROLE_OVERSIGHT_BODY}) && Covers(force)) return Sight::kStage;
  return principal_.HasRole(Role::ROLE_PUBLIC) ? Sight::kPublished : Sight::kNothing;
}

bool Viewer::MayKnowOf(const v1::Monitoring& monitoring) const {
  return SeesStageOf(ForceOf(monitoring.name())) || IsAnythingPublished(monitoring);
}

std::optional<v1::Monitoring> Viewer::Shown(v1::Monitoring monitoring) const {
  switch (SightOf(ForceOf(monitoring.name()))) {
    case Sight::kEverything:
      return monitoring;
    case Sight::kStage:
      return WithoutUnpublished(std::move(monitoring));
    case Sight::kPublished:
      return ForPublic(std::move(monitoring));
    default:
      return std::nullopt;
  }
}

std::optional<v1::Episode> Viewer::Shown(v1::Episode episode) const {
  switch (SightOf(ForceOf(episode.name()))) {
    case Sight::kEverything:
      return episode;
    case Sight::kStage:
      return WithoutUnpublished(std::move(episode));
    case Sight::kPublished:
      return ForPublic(std::move(episode));
    default:
      return std::nullopt;
  }
}

std::optional<v1::Announcement> Viewer::Shown(v1::Announcement announcement) const {
  if (sees_everything_) return announcement;
  if (!IsPublic(announcement)) return std::nullopt;
  return ForPublic(std::move(announcement));
}

absl::Status Viewer::MayAskAbout(const std::string& force, const std::string& method, Sight least) const {
  if (force == kAnyForce || SightOf(force) >= least) return absl::OkStatus();
  return auth::OutOfScope(principal_, method, force);
}

}  // namespace oversight::monitoring
