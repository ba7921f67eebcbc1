// A force on one page: the whole record for those who may see it, and for everyone else what is public of it.
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/time/partial_date.h"
#include "common/time/timestamp.h"
#include "gateway/cli/plan_words.h"
#include "gateway/http/state_id.h"
#include "gateway/web/announcement_view.h"
#include "gateway/web/charts/plan_chart.h"
#include "gateway/web/freshness.h"
#include "gateway/web/links.h"
#include "gateway/web/moment.h"
#include "gateway/web/pages.h"
#include "gateway/web/take_away.h"
#include "gateway/web/timeline.h"
#include "oversight/forces/v1/forces_service.pb.h"
#include "oversight/gateway/v1/gateway_service.pb.h"
#include "oversight/monitoring/v1/announcements_service.pb.h"
#include "oversight/monitoring/v1/monitoring_service.pb.h"

namespace oversight::gateway::web {
namespace {

namespace monitoring = oversight::monitoring::v1;

void ShowPublicForce(const VisitPtr& visit) {
  forces::v1::GetForceRequest force;
  force.set_name(visit->Name(2));
  monitoring::GetMonitoringRequest stage;
  stage.set_name(visit->Name(2) + "/monitoring");
  monitoring::ListEpisodesRequest episodes;
  episodes.set_parent(visit->Name(2));
  monitoring::ListAnnouncementsRequest announcements;
  announcements.set_parent(visit->Name(2));
  visit->AskOrLastSeen(
      {Ask(force), Ask(stage), Ask(episodes), Ask(announcements)}, [visit](const std::vector<Reply>& replies) {
        const auto force = As<forces::v1::GetForceResponse>(replies[0]);
        const auto stage = As<monitoring::GetMonitoringResponse>(replies[1]);
        const auto episodes = As<monitoring::ListEpisodesResponse>(replies[2]);
        const auto announcements = As<monitoring::ListAnnouncementsResponse>(replies[3]);
        if (!force.ok()) return visit->Fail(force.status());
        View view;
        Set(view, "force", ViewOf(force->force()));
        // The register of forces is enough for a page; the rest says when it is missing.
        Set(view, "monitoringUnknown", !stage.ok() || !episodes.ok() || !announcements.ok());
        Set(view, "monitoring", false);
        if (stage.ok()) Set(view, "monitoring", ViewOf(stage->monitoring()));
        if (episodes.ok()) {
          for (const auto& episode : episodes->episodes()) Add(view, "episodes", ViewOf(episode));
        }
        if (announcements.ok()) {
          for (View& item : AnnouncementList(announcements->announcements()))
            Add(view, "announcements", std::move(item));
        }
        AddTakeAway("Announcements", visit->Name(2) + "/announcements", {"csv", "jsonl", "atom"}, view);
        visit->Show("force_public", force->force().display_name(), std::move(view));
      });
}

// What is shown of the dashboard by hand, beside its own fields.
void AddDetails(const v1::ForceDashboard& dashboard, View& view) {
  SetFreshness(dashboard.sections(), view);
  (*view.mutable_fields())["announcements"].mutable_list_value();
  for (View& item : AnnouncementList(dashboard.announcements())) Add(view, "announcements", std::move(item));
  for (View& item : TimelineOf(dashboard, 30)) Add(view, "timeline", std::move(item));
  auto& plans = *(*view.mutable_fields())["plans"].mutable_list_value();
  for (int i = 0; i < dashboard.plans_size(); ++i) {
    View& plan = *plans.mutable_values(i)->mutable_struct_value();
    Set(plan, "chart", PlanChartOf(dashboard.plans(i).progress(), absl::StrCat("plan-chart-", i + 1)));
    const auto& progress = dashboard.plans(i).progress();
    Set(plan, "forecast", cli::ForecastText(progress));
    for (int m = 0; m < progress.milestones_size(); ++m) {
      View& milestone = *(*(*plan.mutable_fields())["progress"].mutable_struct_value()->mutable_fields())["milestones"]
                             .mutable_list_value()
                             ->mutable_values(m)
                             ->mutable_struct_value();
      Set(milestone, "slippageDays", absl::StrCat(cli::SlippedDays(progress.milestones(m), progress)));
    }
  }
  for (auto& value : *(*view.mutable_fields())["concerns"].mutable_list_value()->mutable_values()) {
    View& concern = *(*value.mutable_struct_value()->mutable_fields())["concern"].mutable_struct_value();
    Set(concern, "open", concern.fields().at("stateIsIssued").bool_value());
  }
}

void AddTakeAways(const std::string& force, View& view) {
  AddTakeAway("Concerns", force + "/concerns", {"csv", "jsonl"}, view);
  AddTakeAway("Recommendations", force + "/concerns/-/recommendations", {"csv", "jsonl"}, view);
  AddTakeAway("What is due", force + ":due", {"csv", "jsonl", "ics"}, view);
  AddTakeAway("Meetings", force + "/meetings", {"csv", "jsonl", "ics"}, view);
  AddTakeAway("Actions", force + "/actions", {"csv", "jsonl", "ics"}, view);
  AddTakeAway("Announcements", force + "/announcements", {"csv", "jsonl", "atom"}, view);
}

// The day and the moment asked about. INVALID_ARGUMENT with what would do.
absl::Status SetMoment(const Parameters& query, v1::GetForceDashboardRequest& request) {
  if (const std::string day = ValueOf(query, "on-date"); !day.empty()) {
    const auto date = ParsePartialDate(day);
    if (!date.ok()) return date.status();
    *request.mutable_on_date() = *date;
  }
  if (const std::string moment = ValueOf(query, "as-of"); !moment.empty()) {
    const auto time = ParseMoment(moment);
    if (!time.ok()) return time.status();
    SetTime(*time, request.mutable_as_of_time());
  }
  return absl::OkStatus();
}

}  // namespace

void ShowForce(const VisitPtr& visit) {
  v1::GetForceDashboardRequest request;
  request.set_name(visit->Name(2));
  if (const absl::Status bad = SetMoment(visit->query(), request); !bad.ok()) return visit->Fail(bad);
  visit->Ask({Ask(request)}, [visit](const std::vector<Reply>& replies) {
    const auto response = As<v1::GetForceDashboardResponse>(replies[0]);
    if (response.status().code() == absl::StatusCode::kPermissionDenied) return ShowPublicForce(visit);
    if (!response.ok()) return visit->Fail(response.status());
    v1::ForceDashboard dashboard = response->dashboard();
    v1::ForceDashboard frame = dashboard;
    frame.clear_announcements();
    View view = ViewOf(frame);
    AddDetails(dashboard, view);
    Set(view, "askedDay", ValueOf(visit->query(), "on-date"));
    Set(view, "path", "/" + visit->Name(2));
    AddTakeAways(visit->Name(2), view);
    // The past does not change.
    const bool now = ValueOf(visit->query(), "on-date").empty() && ValueOf(visit->query(), "as-of").empty();
    if (now) Set(view, "live", absl::StrCat("/v1/events?force=", visit->Name(2), "&since=", StateIdOf(dashboard)));
    visit->Show("force", dashboard.force().display_name(), std::move(view));
  });
}

}  // namespace oversight::gateway::web
