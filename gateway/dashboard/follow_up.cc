#include "gateway/dashboard/follow_up.h"

#include <algorithm>
#include <utility>

#include "common/rpc/validator.h"
#include "common/time/partial_date.h"
#include "gateway/dashboard/audience.h"
#include "gateway/dashboard/names.h"
#include "gateway/dashboard/newest.h"

namespace oversight::gateway {
namespace {

using namespace monitoring::v1;  // NOLINT

// The latest by its day, of two of one day by number. One that was corrected is not true.
Shared<ProgressReview> LatestReview(const SuiteFacts& facts, const std::string& plan) {
  Shared<ProgressReview> latest;
  for (const auto& review : facts.progress_reviews) {
    if (FirstSegments(review->name(), 4) != plan || !review->corrected_by().empty()) continue;
    if (latest != nullptr && (SortsBefore(review->review_date(), latest->review_date()) ||
                              (!SortsBefore(latest->review_date(), review->review_date()) &&
                               Number(review->name()) < Number(latest->name())))) {
      continue;
    }
    latest = review;
  }
  return latest;
}

void AddOpenActions(const SuiteFacts& facts, const std::string& force, bool inside, v1::ForceDashboard& dashboard) {
  std::vector<Shared<Action>> open;
  for (const auto& action : facts.actions) {
    if (ForceOf(action->name()) == force && action->state() == ACTION_STATE_OPEN) open.push_back(action);
  }
  std::sort(open.begin(), open.end(), [](const auto& a, const auto& b) {
    if (SortsBefore(a->due_date(), b->due_date())) return true;
    return !SortsBefore(b->due_date(), a->due_date()) && Number(a->name()) < Number(b->name());
  });
  Bound(open, kMostActions, "open_actions", "ListActions", dashboard);
  for (const auto& action : open) {
    *dashboard.add_open_actions() = *action;
    if (!inside) HideSession(*dashboard.mutable_open_actions()->rbegin());
  }
}

}  // namespace

std::vector<std::string> ShownPlans(const std::vector<Shared<Plan>>& plans) {
  std::vector<std::string> names;
  for (const auto& plan : plans) names.push_back(plan->name());
  std::sort(names.begin(), names.end(), IsNewer);
  if (names.size() > kMostPlans) names.resize(kMostPlans);
  return names;
}

void AddFollowUp(const SuiteFacts& facts, const std::string& force, Audience audience, v1::ForceDashboard& dashboard) {
  const bool inside = audience == Audience::kInspectorate;
  const auto all = [](const auto&) { return true; };
  const auto shown = [inside](const Announcement& announcement) { return inside || IsShownOutside(announcement); };
  for (const auto& announcement :
       Newest(facts.announcements, force, shown, kMostAnnouncements, "announcements", "ListAnnouncements", dashboard)) {
    *dashboard.add_announcements() = *announcement;
    if (!inside) rpc::ClearInternal(&*dashboard.mutable_announcements()->rbegin());
  }
  for (const auto& plan : Newest(facts.plans, force, all, kMostPlans, "plans", "ListPlans", dashboard)) {
    auto& view = *dashboard.add_plans();
    *view.mutable_plan() = *plan;
    if (const auto review = LatestReview(facts, plan->name())) *view.mutable_latest_review() = *review;
  }
  for (const auto& meeting : Newest(facts.meetings, force, all, kMostMeetings, "meetings", "ListMeetings", dashboard)) {
    *dashboard.add_meetings() = *meeting;
  }
  AddOpenActions(facts, force, inside, dashboard);
  for (const auto& support : Newest(facts.support, force, all, kMostSupport, "support", "ListSupport", dashboard)) {
    *dashboard.add_support() = *support;
    if (!inside) HideSession(*dashboard.mutable_support()->rbegin());
  }
  if (!inside) return;
  for (const auto& advice : Newest(facts.advice, force, all, kMostAdvice, "advice", "ListAdvice", dashboard)) {
    *dashboard.add_advice() = *advice;
  }
  for (const auto& disclosure :
       Newest(facts.disclosures, force, all, kMostDisclosures, "disclosures", "ListDisclosures", dashboard)) {
    *dashboard.add_disclosures() = *disclosure;
  }
}

}  // namespace oversight::gateway
