#include "gateway/dashboard/record.h"

#include <algorithm>
#include <unordered_map>
#include <utility>
#include <vector>

#include "common/rpc/validator.h"
#include "common/time/partial_date.h"
#include "gateway/dashboard/audience.h"
#include "gateway/dashboard/names.h"
#include "gateway/dashboard/newest.h"

namespace oversight::gateway {
namespace {

// Where a duty stands on a day: what forces-service derives when it is read, and leaves out of a watch. MET when a
// response is published, OVERDUE after day 56 (section 55(5A) of the Police Act 1996).
void Derive(absl::CivilDay day, forces::v1::ResponseDuty& duty) {
  const absl::CivilDay due = DayInterval(duty.due_date()).last;
  const auto on_or_before = [](const common::v1::PartialDate& date, absl::CivilDay limit) {
    return MustBeOnOrBefore(date, limit);
  };
  if (!duty.has_response() || !on_or_before(duty.response().published_date(), day)) {
    duty.set_state(day > due ? forces::v1::DUTY_STATE_OVERDUE : forces::v1::DUTY_STATE_DUE);
    duty.set_days_left(static_cast<int32_t>(due - day));
    duty.set_late(day > due);
    return;
  }
  duty.set_state(forces::v1::DUTY_STATE_MET);
  duty.set_late(!on_or_before(duty.response().published_date(), due));
  for (const auto recipient :
       {forces::v1::RESPONSE_RECIPIENT_INSPECTORS, forces::v1::RESPONSE_RECIPIENT_SECRETARY_OF_STATE}) {
    const bool sent = std::any_of(duty.copies_sent().begin(), duty.copies_sent().end(), [&](const auto& copy) {
      return copy.recipient() == recipient && on_or_before(copy.sent_date(), day);
    });
    if (!sent) duty.add_unsent_to(recipient);
  }
}

void AddHolders(const SuiteFacts& facts, const std::string& force, absl::CivilDay day, bool inside,
                v1::ForceDashboard& dashboard) {
  auto& holders = *dashboard.mutable_office_holders();
  for (const auto& holder : facts.office_holders) {
    if (ForceOf(holder->name()) != force || (!inside && !IsShownOutside(*holder))) continue;
    const Holding holding = HeldOn(*holder, day);
    if (holding == Holding::kNo) continue;
    auto& on_day = *holders.Add();
    *on_day.mutable_office_holder() = *holder;
    on_day.set_certain(holding == Holding::kCertainly);
  }
  std::stable_sort(holders.begin(), holders.end(), [](const auto& a, const auto& b) {
    return std::pair(a.office_holder().office(), !a.certain()) < std::pair(b.office_holder().office(), !b.certain());
  });
  const auto add_body = [&](const forces::v1::OversightBody& body) {
    const Holding holding = HeldOn(body, day);
    if (holding == Holding::kNo) return;
    auto& on_day = *dashboard.add_oversight_bodies();
    *on_day.mutable_oversight_body() = body;
    on_day.set_certain(holding == Holding::kCertainly);
  };
  for (const auto& former : dashboard.force().former_oversight_bodies()) add_body(former);
  if (dashboard.force().has_oversight_body()) add_body(dashboard.force().oversight_body());
}

void AddBelowConcerns(const SuiteFacts& facts, v1::ForceDashboard& dashboard) {
  std::unordered_map<std::string, v1::ConcernView*> concerns;
  std::unordered_map<std::string, v1::RecommendationView*> recommendations;
  for (auto& view : *dashboard.mutable_concerns()) {
    concerns[view.concern().name()] = &view;
    for (auto& item : *view.mutable_recommendations()) recommendations[item.recommendation().name()] = &item;
  }
  for (const auto& response : facts.responses) {
    if (const auto it = concerns.find(ConcernOf(response->name())); it != concerns.end()) {
      *it->second->add_responses() = *response;
    }
  }
  for (auto& [name, view] : concerns) {
    std::sort(view->mutable_responses()->begin(), view->mutable_responses()->end(),
              [](const auto& a, const auto& b) { return Number(a.name()) < Number(b.name()); });
  }
  for (const auto& note : facts.progress_notes) {
    const auto it = recommendations.find(RecommendationOf(note->name()));
    if (it == recommendations.end()) continue;
    auto& view = *it->second;
    view.set_progress_note_count(view.progress_note_count() + 1);
    if (!view.has_latest_progress_note() || Number(view.latest_progress_note().name()) < Number(note->name())) {
      *view.mutable_latest_progress_note() = *note;
    }
  }
}

void Count(const concerns::v1::NationalItem& item, bool overdue, concerns::v1::NationalCounts& counts) {
  using namespace concerns::v1;  // NOLINT
  bool pending = false;
  switch (item.state()) {
    case NATIONAL_ITEM_STATE_OPEN:
      counts.set_open(counts.open() + 1);
      pending = true;
      break;
    case NATIONAL_ITEM_STATE_CLAIMED:
      counts.set_claimed(counts.claimed() + 1);
      pending = true;
      break;
    case NATIONAL_ITEM_STATE_VERIFIED:
      counts.set_verified(counts.verified() + 1);
      break;
    case NATIONAL_ITEM_STATE_NOT_APPLICABLE:
      counts.set_not_applicable(counts.not_applicable() + 1);
      break;
    case NATIONAL_ITEM_STATE_WITHDRAWN:
      counts.set_withdrawn(counts.withdrawn() + 1);
      break;
    default:
      break;
  }
  if (overdue) counts.set_overdue(counts.overdue() + 1);
  if (pending && !item.extensions().empty()) counts.set_extended(counts.extended() + 1);
}

// What was recommended to all or many forces. Every item shows outside: it exists from the issue on.
void AddNational(const SuiteFacts& facts, const std::string& force, absl::CivilDay day, v1::ForceDashboard& dashboard) {
  std::unordered_map<std::string, const concerns::v1::NationalRecommendation*> recommendations;
  for (const auto& recommendation : facts.national_recommendations) {
    recommendations[recommendation->name()] = recommendation.get();
  }
  std::vector<Shared<concerns::v1::NationalItem>> items;
  for (const auto& item : facts.national_items) {
    if (item->name() == absl::StrCat(NationalOf(item->name()), "/", force)) items.push_back(item);
  }
  std::sort(items.begin(), items.end(),
            [](const auto& a, const auto& b) { return Number(NationalOf(a->name())) < Number(NationalOf(b->name())); });
  for (const auto& item : items) {
    auto& view = *dashboard.add_national_items();
    *view.mutable_item() = *item;
    if (const auto it = recommendations.find(NationalOf(item->name())); it != recommendations.end()) {
      view.set_title(it->second->title());
      view.set_theme(it->second->theme());
    }
    const bool pending = item->state() == concerns::v1::NATIONAL_ITEM_STATE_OPEN ||
                         item->state() == concerns::v1::NATIONAL_ITEM_STATE_CLAIMED;
    view.set_overdue(pending && item->has_due_date() && MustBeBefore(item->due_date(), day));
    Count(*item, view.overdue(), *dashboard.mutable_national_counts());
  }
}

}  // namespace

void AddRecord(const SuiteFacts& facts, const std::string& force, absl::CivilDay day, Audience audience,
               v1::ForceDashboard& dashboard) {
  const bool inside = audience == Audience::kInspectorate;
  const auto shown = [inside](const auto& item) { return inside || IsShownOutside(item); };
  for (const std::string& predecessor : facts.predecessors) dashboard.add_predecessors(predecessor);
  AddHolders(facts, force, day, inside, dashboard);
  AddBelowConcerns(facts, dashboard);
  AddNational(facts, force, day, dashboard);
  for (const auto& inspection :
       Newest(facts.inspections, force, shown, kMostInspections, "inspections", "ListInspections", dashboard)) {
    *dashboard.add_inspections() = *inspection;
    if (!inside) rpc::ClearInternal(&*dashboard.mutable_inspections()->rbegin());
  }
  const auto all = [](const auto&) { return true; };
  for (const auto& duty :
       Newest(facts.response_duties, force, all, kMostDuties, "response_duties", "ListResponseDuties", dashboard)) {
    *dashboard.add_response_duties() = *duty;
    Derive(day, *dashboard.mutable_response_duties()->rbegin());
  }
  for (const auto& revisit :
       Newest(facts.revisits, force, shown, kMostRevisits, "revisits", "ListRevisits", dashboard)) {
    *dashboard.add_revisits() = *revisit;
  }
  for (const auto& evidence :
       Newest(facts.evidence, force, shown, kMostEvidence, "evidence", "ListEvidence", dashboard)) {
    *dashboard.add_evidence() = *evidence;
  }
}

}  // namespace oversight::gateway
