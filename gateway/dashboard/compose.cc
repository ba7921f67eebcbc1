#include "gateway/dashboard/compose.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "common/time/partial_date.h"
#include "gateway/dashboard/attention.h"
#include "gateway/dashboard/audience.h"
#include "gateway/dashboard/follow_up.h"
#include "gateway/dashboard/names.h"
#include "gateway/dashboard/on_date.h"
#include "gateway/dashboard/open_work.h"
#include "gateway/dashboard/record.h"

namespace oversight::gateway {
namespace {

using concerns::v1::Recommendation;

const monitoring::v1::Stage* DefaultStage(const monitoring::v1::Ladder& ladder) {
  for (const auto& stage : ladder.stages()) {
    if (stage.is_default()) return &stage;
  }
  return nullptr;
}

// The stage of a force that has no record: it was never moved, so it is in the default stage.
monitoring::v1::Monitoring NeverMoved(const std::string& force, const monitoring::v1::Ladder* ladder) {
  monitoring::v1::Monitoring result;
  result.set_name(force + "/monitoring");
  if (ladder == nullptr) return result;
  result.set_ladder(ladder->name());
  if (const auto* stage = DefaultStage(*ladder)) {
    result.set_stage(stage->id());
    result.set_stage_display_name(stage->display_name());
    result.set_enhanced(stage->enhanced());
  }
  return result;
}

template <class T>
void SortNewestFirst(std::vector<Shared<T>>& items) {
  std::sort(items.begin(), items.end(),
            [](const auto& a, const auto& b) { return Number(a->name()) > Number(b->name()); });
}

template <class T>
std::vector<Shared<T>> OfForce(const std::vector<Shared<T>>& items, const std::string& force) {
  std::vector<Shared<T>> result;
  for (const auto& item : items) {
    if (ForceOf(item->name()) == force) result.push_back(item);
  }
  return result;
}

// What waits, by force: the proposal for a decision, the decision for its moment. Monitoring-service fills in their
// names when it answers a read; its watch, which the facts come from, tells of them by themselves.
std::unordered_map<std::string, std::string> OpenProposals(const SuiteFacts& facts) {
  std::unordered_map<std::string, std::string> open;
  for (const auto& proposal : facts.proposals) {
    if (proposal->state() == monitoring::v1::PROPOSAL_STATE_OPEN) open[ForceOf(proposal->name())] = proposal->name();
  }
  return open;
}
std::unordered_map<std::string, std::string> PendingDecisions(const SuiteFacts& facts) {
  std::unordered_map<std::string, std::string> pending;
  for (const auto& decision : facts.decisions) {
    if (decision->state() == monitoring::v1::DECISION_STATE_PENDING_EFFECT) {
      pending[ForceOf(decision->name())] = decision->name();
    }
  }
  return pending;
}

// As monitoring-service shows an episode outside the inspectorate: without how it was decided, and without evidence,
// which the force may not have been shown.
void HideDecisions(monitoring::v1::Episode& episode) {
  episode.clear_entry_awaits_publication();
  episode.clear_exit_awaits_publication();
  episode.clear_entry_decision();
  episode.clear_exit_decision();
  const auto hide_evidence = [](monitoring::v1::Reason& reason) {
    reason.clear_evidence();
    reason.clear_outside_evidence();
  };
  for (auto& reason : *episode.mutable_entry_reasons()) hide_evidence(reason);
  for (auto& reason : *episode.mutable_exit_reasons()) hide_evidence(reason);
  for (auto& added : *episode.mutable_added_reasons()) {
    hide_evidence(*added.mutable_reason());
    added.clear_rationale();
    added.clear_adder();
  }
}

}  // namespace

v1::NationalDashboard ComposeNational(const SuiteFacts& facts,
                                      const std::vector<monitoring::v1::MeetingCadence>& missed, absl::CivilDay today) {
  std::unordered_map<std::string, v1::ConcernCounts> counts;
  std::unordered_map<std::string, bool> open;  // by concern
  for (const auto& concern : facts.concerns) {
    Count(*concern, counts[ForceOf(concern->name())]);
    if (IsOpen(*concern)) open[concern->name()] = true;
  }
  for (const auto& recommendation : facts.recommendations) {
    if (open.count(ConcernOf(recommendation->name())) == 0) continue;
    Count(*recommendation, today, counts[ForceOf(recommendation->name())]);
  }
  std::unordered_map<std::string, Shared<monitoring::v1::Monitoring>> stages;
  for (const auto& monitoring : facts.monitoring) stages[ForceOf(monitoring->name())] = monitoring;
  const auto open_proposals = OpenProposals(facts);
  std::set<std::string> missed_by;
  for (const auto& cadence : missed) missed_by.insert(cadence.force());

  v1::NationalDashboard dashboard;
  *dashboard.mutable_today() = ToPartialDate(today);
  std::map<std::string, int> per_stage;
  std::vector<v1::NationalDashboardRow> rows;
  for (const auto& force : facts.forces) {
    v1::NationalDashboardRow row;
    row.set_force(force->name());
    row.set_display_name(force->display_name());
    row.set_service(force->service());
    row.set_region(force->region());
    if (facts.monitoring_known) {
      const auto it = stages.find(force->name());
      const monitoring::v1::Monitoring monitoring =
          it == stages.end() ? NeverMoved(force->name(), facts.ladder.get()) : *it->second;
      row.set_stage(monitoring.stage());
      row.set_stage_display_name(monitoring.stage_display_name());
      row.set_enhanced(monitoring.enhanced());
      if (monitoring.has_since_date()) *row.mutable_since_date() = monitoring.since_date();
      if (const auto open = open_proposals.find(force->name()); open != open_proposals.end()) {
        row.set_proposal_open(true);
        row.set_open_proposal(open->second);
      }
      ++per_stage[monitoring.stage()];
    }
    row.set_meeting_missed(missed_by.count(force->name()) > 0);
    if (row.meeting_missed()) dashboard.set_missed_meetings(dashboard.missed_meetings() + 1);
    *row.mutable_counts() = counts[force->name()];
    Add(row.counts(), *dashboard.mutable_counts());
    if (row.proposal_open()) dashboard.set_open_proposals(dashboard.open_proposals() + 1);
    rows.push_back(std::move(row));
  }
  std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
    return std::tuple(!a.enhanced(), a.display_name(), a.force()) <
           std::tuple(!b.enhanced(), b.display_name(), b.force());
  });
  for (auto& row : rows) *dashboard.add_rows() = std::move(row);
  if (facts.ladder != nullptr) {
    for (const auto& stage : facts.ladder->stages()) {
      auto* count = dashboard.add_stage_counts();
      count->set_stage(stage.id());
      count->set_display_name(stage.display_name());
      count->set_enhanced(stage.enhanced());
      count->set_force_count(per_stage[stage.id()]);
    }
  }
  AddAttention(facts, missed, today, dashboard);
  return dashboard;
}

v1::ForceDashboard ComposeForce(const SuiteFacts& facts, const std::string& force, absl::CivilDay today,
                                Audience audience) {
  const bool inside = audience == Audience::kInspectorate;
  v1::ForceDashboard dashboard;
  *dashboard.mutable_today() = ToPartialDate(today);
  for (const auto& item : facts.forces) {
    if (item->name() == force) *dashboard.mutable_force() = *item;
  }

  std::map<int64_t, v1::ConcernView> open_views, other_views;  // by number
  for (const auto& concern : OfForce(facts.concerns, force)) {
    if (!inside && !IsShownOutside(*concern)) continue;
    auto& views = IsOpen(*concern) ? open_views : other_views;
    *views[Number(concern->name())].mutable_concern() = *concern;
    Count(*concern, *dashboard.mutable_counts());
  }
  std::vector<Shared<Recommendation>> recommendations = OfForce(facts.recommendations, force);
  std::sort(recommendations.begin(), recommendations.end(),
            [](const auto& a, const auto& b) { return Number(a->name()) < Number(b->name()); });
  for (const auto& recommendation : recommendations) {
    if (!inside && !IsShownOutside(*recommendation)) continue;
    const int64_t number = Number(ConcernOf(recommendation->name()));
    const bool open = open_views.count(number) > 0;
    auto& views = open ? open_views : other_views;
    const auto it = views.find(number);
    if (it == views.end()) continue;  // of a draft that this audience does not see
    auto* view = it->second.add_recommendations();
    *view->mutable_recommendation() = *recommendation;
    view->set_overdue(open && IsOverdue(*recommendation, today));
    if (open) Count(*recommendation, today, *dashboard.mutable_counts());
  }
  for (auto* views : {&open_views, &other_views}) {
    for (auto& [number, view] : *views) *dashboard.add_concerns() = std::move(view);
  }
  AddRecord(facts, force, today, audience, dashboard);
  AddFollowUp(facts, force, audience, dashboard);

  if (!facts.monitoring_known) return dashboard;
  const auto monitoring = OfForce(facts.monitoring, force);
  *dashboard.mutable_monitoring() = monitoring.empty() ? NeverMoved(force, facts.ladder.get()) : *monitoring.front();
  auto episodes = OfForce(facts.episodes, force);
  SortNewestFirst(episodes);
  for (const auto& episode : episodes) {
    if (episode->name() == dashboard.monitoring().episode()) {
      *dashboard.mutable_episode() = *episode;
    } else {
      *dashboard.add_past_episodes() = *episode;
    }
  }
  dashboard.mutable_monitoring()->clear_open_proposal();
  dashboard.mutable_monitoring()->clear_pending_decision();
  if (!inside) {
    // The number of a decision tells of those before it, which may never have been published.
    dashboard.mutable_monitoring()->clear_decision();
    dashboard.mutable_monitoring()->clear_published();
    if (dashboard.has_episode()) HideDecisions(*dashboard.mutable_episode());
    for (auto& episode : *dashboard.mutable_past_episodes()) HideDecisions(episode);
    return dashboard;
  }
  const auto open_proposals = OpenProposals(facts);
  if (const auto open = open_proposals.find(force); open != open_proposals.end()) {
    dashboard.mutable_monitoring()->set_open_proposal(open->second);
  }
  const auto pending_decisions = PendingDecisions(facts);
  if (const auto pending = pending_decisions.find(force); pending != pending_decisions.end()) {
    dashboard.mutable_monitoring()->set_pending_decision(pending->second);
  }
  auto proposals = OfForce(facts.proposals, force);
  SortNewestFirst(proposals);
  for (const auto& proposal : proposals) *dashboard.add_proposals() = *proposal;
  auto decisions = OfForce(facts.decisions, force);
  SortNewestFirst(decisions);
  for (const auto& decision : decisions) *dashboard.add_decisions() = *decision;
  return dashboard;
}

void AddDerived(const DerivedPart& derived, Audience audience, v1::ForceDashboard& dashboard) {
  const bool inside = audience == Audience::kInspectorate;
  const v1::ForceDashboard& part = derived.force;
  if (part.has_overview()) {
    v1::ForceOverview& overview = *dashboard.mutable_overview();
    overview = part.overview();
    if (!inside) {
      overview.clear_inconsistencies();
      overview.clear_rules_not_checked();
      overview.clear_history();
    }
  }
  if (part.has_meeting_cadence() && inside) *dashboard.mutable_meeting_cadence() = part.meeting_cadence();
  for (const auto& with_progress : part.plans()) {
    for (auto& view : *dashboard.mutable_plans()) {
      if (view.plan().name() == with_progress.progress().plan()) {
        *view.mutable_progress() = with_progress.progress();
      }
    }
  }
  for (const auto& left_out : part.left_out()) {
    const bool internal = left_out.field() == "overview.history" || left_out.field() == "overview.inconsistencies";
    if (inside || !internal) *dashboard.add_left_out() = left_out;
  }
}

v1::ForceDashboard ComposeForceOn(const SuiteFacts& facts, const std::string& force, absl::CivilDay day,
                                  Audience audience) {
  const SuiteFacts then = FactsOn(facts, day);
  v1::ForceDashboard dashboard = ComposeForce(then, force, day, audience);
  const auto leave_out = [&](const char* field, const char* reason, int count = 0) {
    auto& left_out = *dashboard.add_left_out();
    left_out.set_field(field);
    left_out.set_count(count);
    left_out.set_reason(reason);
  };
  if (facts.monitoring_known && !then.monitoring_known) {
    leave_out("monitoring", "The dates of a move are known in part only: the stage on this day is open.");
  }
  if (const size_t unknown = PlansNotKnownOn(OfForce(facts.plans, force), day); unknown > 0) {
    leave_out(
        "plans",
        "What a plan said on this day is not in its latest version. ListPlanVersions gives them all, and as_of_time "
        "shows what was recorded then.",
        static_cast<int>(unknown));
  }
  if (!dashboard.plans().empty()) {
    leave_out("plans.progress", "How plans go on is told of today, or with as_of_time of that moment.");
  }
  if (audience == Audience::kInspectorate) {
    leave_out("meeting_cadence", "When a meeting is due is told of today, or with as_of_time of that moment.");
  }
  leave_out("overview",
            "Summary, due list, inconsistencies and history are of today, or with as_of_time of that moment. What was "
            "open and overdue on this day is counted in `counts`.");
  return dashboard;
}

}  // namespace oversight::gateway
