#include "gateway/dashboard/agenda.h"

#include <algorithm>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/time/london.h"
#include "common/time/partial_date.h"
#include "common/time/timestamp.h"
#include "gateway/cli/words.h"
#include "gateway/dashboard/agenda_questions.h"
#include "gateway/dashboard/compose.h"
#include "gateway/dashboard/names.h"
#include "gateway/dashboard/open_work.h"

namespace oversight::gateway {
namespace {

using common::v1::PartialDate;
using concerns::v1::Concern;
using concerns::v1::Recommendation;
using google::protobuf::Timestamp;
using namespace monitoring::v1;  // NOLINT

PartialDate DayOf(const Timestamp& time) { return ToPartialDate(LondonDay(GetTime(time))); }
// The day of an act, or where it has none that on which it was recorded.
PartialDate DayOr(bool has_date, const PartialDate& date, const Timestamp& recorded) {
  return has_date ? date : DayOf(recorded);
}
bool SameDay(const PartialDate& a, const PartialDate& b) { return a.SerializeAsString() == b.SerializeAsString(); }

bool Knows(const std::vector<v1::SectionStatus>& sections, const std::string& service, const std::string& part = "") {
  return std::any_of(sections.begin(), sections.end(), [&](const v1::SectionStatus& section) {
    return section.service() == service && section.part() == part && section.state() != v1::SECTION_STATE_UNAVAILABLE;
  });
}

// Resources by their names.
template <class T>
class ByName {
 public:
  explicit ByName(const std::vector<Shared<T>>& items) {
    for (const auto& item : items) items_[item->name()] = item.get();
  }
  const T* Find(const std::string& name) const {
    const auto it = items_.find(name);
    return it == items_.end() ? nullptr : it->second;
  }

 private:
  std::unordered_map<std::string, const T*> items_;
};

// One force's pack in the making.
class Agenda {
 public:
  Agenda(const AgendaSpan& span, const AgendaSide* then, const AgendaSide& now, v1::AgendaPack& pack)
      : span_(span),
        then_side_(then),
        now_side_(now),
        then_(then == nullptr ? nothing_ : then->record.facts),
        now_(now.record.facts),
        until_day_(LondonDay(span.until)),
        since_day_(span.since.has_value() ? LondonDay(*span.since) : absl::CivilDay::min()),
        pack_(pack) {}

  void Compose() {
    AddFrame();
    const bool concerns = Comparable("concerns-service", "evidence, concerns and recommendations");
    const bool monitoring = Comparable("monitoring-service", "plans, meetings, moves and announcements");
    if (concerns) {
      AddEvidence();
      AddConcerns();
      AddRecommendations();
      AddHandling();
    }
    if (monitoring) {
      AddActions();
      AddMilestones();
      AddPlans();
      AddMoves();
      AddMeetings();
    }
    AddOverdue();
    AddAssessment();
    Sort();
    AddQuestions(then_side_ == nullptr ? nullptr : &then_side_->record, now_side_.record, concerns, pack_);
  }

 private:
  // Whether both moments have the service's part; when not, the pack says what cannot be told.
  bool Comparable(const std::string& service, const std::string& what) {
    const bool known_now = Knows(now_side_.record.sections, service);
    const bool known_then = then_side_ == nullptr || Knows(then_side_->record.sections, service);
    if (known_now && known_then) return true;
    auto& left_out = *pack_.add_left_out();
    left_out.set_field(service);
    left_out.set_reason(absl::StrCat("It cannot be read ", known_then ? "now" : "as of the first moment",
                                     ", so what is new of ", what, " is not known."));
    return false;
  }

  void AddFrame() {
    pack_.set_force(span_.force);
    if (span_.since.has_value()) SetTime(*span_.since, pack_.mutable_since_time());
    pack_.set_since_meeting(span_.since_meeting);
    pack_.set_nothing_then(then_side_ == nullptr);
    SetTime(span_.until, pack_.mutable_until_time());
    for (const auto& section : now_side_.record.sections) *pack_.add_sections() = section;
    dashboard_ = ComposeForce(now_, span_.force, until_day_, Audience::kInspectorate);
    pack_.set_display_name(dashboard_.force().display_name());
    pack_.set_stage(dashboard_.monitoring().stage());
    pack_.set_stage_display_name(dashboard_.monitoring().stage_display_name());
    pack_.set_enhanced(dashboard_.monitoring().enhanced());
    if (dashboard_.monitoring().has_since_date()) *pack_.mutable_since_date() = dashboard_.monitoring().since_date();
    if (Knows(now_side_.record.sections, "concerns-service")) *pack_.mutable_counts() = dashboard_.counts();
    if (then_side_ == nullptr) return;
    for (const auto& section : then_side_->record.sections) *pack_.add_sections_then() = section;
    const v1::ForceDashboard before = ComposeForce(then_, span_.force, since_day_, Audience::kInspectorate);
    pack_.set_stage_then(before.monitoring().stage());
    if (Knows(then_side_->record.sections, "concerns-service")) *pack_.mutable_counts_then() = before.counts();
  }

  bool DueInBetween(const PartialDate& due) const {
    return MustBeOnOrAfter(due, since_day_) && MustBeBefore(due, until_day_);
  }

  template <class T>
  static v1::AgendaItem Item(v1::AgendaItemKind kind, const T& resource, const std::string& title,
                             const std::string& standing) {
    v1::AgendaItem item;
    item.set_kind(kind);
    item.set_name(resource.name());
    item.set_title(title);
    item.set_standing(standing);
    *item.mutable_record_time() = resource.has_update_time() ? resource.update_time() : resource.create_time();
    return item;
  }

  void AddEvidence() {
    const ByName<concerns::v1::Evidence> before(then_.evidence);
    for (const auto& evidence : now_.evidence) {
      const auto* old = before.Find(evidence->name());
      if (old != nullptr && old->content().version() == evidence->content().version()) continue;
      auto& item = *pack_.add_evidence();
      item = Item(old == nullptr ? v1::AGENDA_ITEM_KIND_EVIDENCE_ADDED : v1::AGENDA_ITEM_KIND_EVIDENCE_CHANGED,
                  *evidence, evidence->title(), evidence->by_force() ? "from the force" : "from the inspectorate");
      *item.mutable_date() = DayOf(old == nullptr ? evidence->create_time() : evidence->update_time());
    }
  }

  void AddConcerns() {
    const ByName<Concern> before(then_.concerns);
    for (const auto& concern : now_.concerns) {
      if (!concern->has_issue_date()) continue;
      const Concern* old = before.Find(concern->name());
      if (old == nullptr || !old->has_issue_date()) {
        auto& item = *pack_.add_concerns();
        item = Item(v1::AGENDA_ITEM_KIND_CONCERN_ISSUED, *concern, concern->title(),
                    absl::StrCat(cli::Words(concern->kind()), concern->accelerated() ? ", accelerated" : ""));
        *item.mutable_date() = concern->issue_date();
      }
      if (IsOpen(*concern) || (old != nullptr && old->state() == concern->state())) continue;
      auto& item = *pack_.add_concerns();
      item = Item(v1::AGENDA_ITEM_KIND_CONCERN_CLOSED, *concern, concern->title(), cli::Words(concern->state()));
      if (concern->closure().has_close_date()) *item.mutable_date() = concern->closure().close_date();
    }
  }

  static bool IsClosed(const Recommendation& recommendation) {
    return recommendation.state() == concerns::v1::RECOMMENDATION_STATE_VERIFIED ||
           recommendation.state() == concerns::v1::RECOMMENDATION_STATE_WITHDRAWN ||
           recommendation.state() == concerns::v1::RECOMMENDATION_STATE_SUPERSEDED;
  }
  // The day on which it was closed.
  static PartialDate CloseDay(const Recommendation& recommendation) {
    if (recommendation.has_verified_date()) return recommendation.verified_date();
    if (recommendation.closure().has_close_date()) return recommendation.closure().close_date();
    return DayOf(recommendation.update_time());
  }

  void AddRecommendations() {
    const ByName<Recommendation> before(then_.recommendations);
    for (const auto& recommendation : now_.recommendations) {
      if (!recommendation->has_due_date()) continue;
      const Recommendation* old = before.Find(recommendation->name());
      if (old != nullptr && !old->has_due_date()) old = nullptr;
      if (old == nullptr) {
        auto& item = *pack_.add_concerns();
        item = Item(v1::AGENDA_ITEM_KIND_RECOMMENDATION_ISSUED, *recommendation, recommendation->text(),
                    absl::StrCat("due ", FormatForPeople(recommendation->due_date())));
      }
      if (IsClosed(*recommendation) && (old == nullptr || !IsClosed(*old))) {
        auto& item = *pack_.add_concerns();
        item = Item(v1::AGENDA_ITEM_KIND_RECOMMENDATION_CLOSED, *recommendation, recommendation->text(),
                    cli::Words(recommendation->state()));
        *item.mutable_date() = CloseDay(*recommendation);
      }
      AddPromise(old, *recommendation);
    }
  }

  void AddPromise(const Recommendation* old, const Recommendation& now) {
    if (old != nullptr && IsClosed(*old)) return;
    v1::Promise promise;
    promise.set_name(now.name());
    promise.set_text(now.text());
    const PartialDate& due = old != nullptr                ? old->due_date()
                             : now.has_original_due_date() ? now.original_due_date()
                                                           : now.due_date();
    const PartialDate claimed =
        DayOr(now.claim().has_claimed_date(), now.claim().claimed_date(), now.claim().claim_time());
    const bool claimed_anew = old == nullptr || GetTime(old->claim().claim_time()) != GetTime(now.claim().claim_time());
    switch (now.state()) {
      case concerns::v1::RECOMMENDATION_STATE_VERIFIED:
        Settle(promise, v1::PROMISE_OUTCOME_VERIFIED, CloseDay(now));
        promise.set_late(now.has_claim() && MustBeAfter(claimed, due));
        break;
      case concerns::v1::RECOMMENDATION_STATE_CLAIMED:
        if (!claimed_anew && !DueInBetween(due)) return;
        Settle(promise, v1::PROMISE_OUTCOME_CLAIMED, claimed);
        promise.set_late(MustBeAfter(claimed, due));
        break;
      case concerns::v1::RECOMMENDATION_STATE_OPEN:
        if (now.times_returned() > (old == nullptr ? 0 : old->times_returned())) {
          Settle(promise, v1::PROMISE_OUTCOME_RETURNED,
                 DayOr(now.verification().has_verified_date(), now.verification().verified_date(),
                       now.verification().verify_time()));
          promise.set_late(MustBeBefore(due, until_day_));
        } else if (!Miss(promise, due, now.due_date(),
                         now.extensions().empty() ? nullptr : &*now.extensions().rbegin())) {
          return;
        }
        break;
      case concerns::v1::RECOMMENDATION_STATE_WITHDRAWN:
      case concerns::v1::RECOMMENDATION_STATE_SUPERSEDED:
        Settle(promise, v1::PROMISE_OUTCOME_DROPPED, CloseDay(now));
        break;
      default:
        return;
    }
    Finish(std::move(promise), due, now.due_date());
  }

  static void Settle(v1::Promise& promise, v1::PromiseOutcome outcome, const PartialDate& date) {
    promise.set_outcome(outcome);
    *promise.mutable_outcome_date() = date;
  }
  // Of what is not done: whether it was due in between. It was missed, unless it has a later day by now that is to
  // come.
  bool Miss(v1::Promise& promise, const PartialDate& due, const PartialDate& due_now,
            const concerns::v1::DueExtension* extension = nullptr) const {
    const bool missed = MustBeBefore(due_now, until_day_);
    // What was moved into the time between was due in it, too.
    if (!DueInBetween(due) && !(missed && MustBeOnOrAfter(due_now, since_day_))) return false;
    if (!missed && MustBeAfter(due_now, due)) {
      promise.set_outcome(v1::PROMISE_OUTCOME_MORE_TIME);
      if (extension != nullptr) {
        *promise.mutable_outcome_date() =
            DayOr(extension->has_extended_date(), extension->extended_date(), extension->grant_time());
      }
      return true;
    }
    if (!missed) return false;
    promise.set_outcome(v1::PROMISE_OUTCOME_MISSED);
    promise.set_late(true);
    return true;
  }
  void Finish(v1::Promise promise, const PartialDate& due, const PartialDate& due_now) {
    *promise.mutable_due_date() = due;
    if (!SameDay(due, due_now)) *promise.mutable_new_due_date() = due_now;
    *pack_.add_promises() = std::move(promise);
  }

  void AddActions() {
    const ByName<Action> before(then_.actions);
    for (const auto& action : now_.actions) {
      const Action* old = before.Find(action->name());
      if (old == nullptr) {
        auto& item = *pack_.add_meetings();
        item = Item(v1::AGENDA_ITEM_KIND_ACTION_GIVEN, *action, action->text(), absl::StrCat("for ", action->owner()));
        item.mutable_record_time()->CopyFrom(action->create_time());
      }
      if (old != nullptr && old->state() != ACTION_STATE_OPEN) continue;
      v1::Promise promise;
      promise.set_name(action->name());
      promise.set_text(action->text());
      promise.set_owner(action->owner());
      const PartialDate& due = old != nullptr ? old->due_date() : action->original_due_date();
      if (action->state() == ACTION_STATE_OPEN) {
        if (!Miss(promise, due, action->due_date())) continue;
      } else {
        Settle(promise, action->state() == ACTION_STATE_DONE ? v1::PROMISE_OUTCOME_DONE : v1::PROMISE_OUTCOME_DROPPED,
               action->closed_date());
        promise.set_late(action->state() == ACTION_STATE_DONE && MustBeAfter(action->closed_date(), due));
      }
      Finish(std::move(promise), due, action->due_date());
    }
  }

  // Progress of a plan in a record; null when it is not known.
  static const PlanProgress* ProgressOf(const AgendaSide* side, const std::string& plan) {
    if (side == nullptr || !side->record.follow_up.has_value()) return nullptr;
    for (const auto& view : side->record.follow_up->force.plans()) {
      if (view.progress().plan() == plan) return &view.progress();
    }
    return nullptr;
  }
  static const MilestoneProgress* MilestoneOf(const PlanProgress* progress, const std::string& id) {
    if (progress == nullptr) return nullptr;
    for (const auto& milestone : progress->milestones()) {
      if (milestone.milestone() == id) return &milestone;
    }
    return nullptr;
  }

  void AddMilestones() {
    for (const auto& plan : now_.plans) {
      const PlanProgress* now = ProgressOf(&now_side_, plan->name());
      const PlanProgress* before = ProgressOf(then_side_, plan->name());
      // A plan that there was, and of which it is not known how it went on: no difference can be told.
      if (now == nullptr || (before == nullptr && ByName<Plan>(then_.plans).Find(plan->name()) != nullptr)) continue;
      for (const auto& milestone : now->milestones()) {
        const MilestoneProgress* old = MilestoneOf(before, milestone.milestone());
        if (old != nullptr && old->has_actual_date()) continue;
        v1::Promise promise;
        promise.set_name(plan->name());
        promise.set_text(milestone.title());
        const PartialDate& due = old != nullptr                      ? old->due_date()
                                 : milestone.has_original_due_date() ? milestone.original_due_date()
                                                                     : milestone.due_date();
        if (milestone.has_actual_date()) {
          Settle(promise, v1::PROMISE_OUTCOME_DONE, milestone.actual_date());
          promise.set_late(MustBeAfter(milestone.actual_date(), due));
        } else if (!Miss(promise, due, milestone.due_date())) {
          continue;
        }
        Finish(std::move(promise), due, milestone.due_date());
      }
    }
  }

  // The latest review by its day; one that was corrected is not true. As the dashboard has it.
  static ProgressRating RatingOf(const v1::ForceDashboard& dashboard, const std::string& plan) {
    for (const auto& view : dashboard.plans()) {
      if (view.plan().name() == plan) return view.latest_review().overall();
    }
    return PROGRESS_RATING_UNSPECIFIED;
  }

  void AddPlans() {
    const ByName<Plan> before(then_.plans);
    const v1::ForceDashboard dashboard_then =
        then_side_ == nullptr ? v1::ForceDashboard()
                              : ComposeForce(then_, span_.force, since_day_, Audience::kInspectorate);
    for (const auto& plan : now_.plans) {
      auto& change = *pack_.add_plans();
      change.set_name(plan->name());
      change.set_title(plan->content().title());
      change.set_state(plan->state());
      change.set_version(plan->version());
      change.set_rating(RatingOf(dashboard_, plan->name()));
      const PlanProgress* progress = ProgressOf(&now_side_, plan->name());
      if (progress != nullptr) *change.mutable_progress() = *progress;
      const Plan* old = before.Find(plan->name());
      change.set_new_(old == nullptr);
      const PlanProgress* progress_then = ProgressOf(then_side_, plan->name());
      if (old != nullptr) {
        change.set_state_then(old->state());
        change.set_version_then(old->version());
        change.set_rating_then(RatingOf(dashboard_then, plan->name()));
        if (progress_then != nullptr) *change.mutable_progress_then() = *progress_then;
      }
      if (progress == nullptr || (old != nullptr && progress_then == nullptr)) continue;
      for (const auto& milestone : progress->milestones()) {
        const MilestoneProgress* was = MilestoneOf(progress_then, milestone.milestone());
        if (milestone.has_actual_date() && (was == nullptr || !was->has_actual_date())) {
          change.set_milestones_reached(change.milestones_reached() + 1);
        }
      }
    }
  }

  void AddHandling() {
    const ByName<Concern> before(then_.concerns);
    for (const auto& concern : now_.concerns) {
      if (!IsOpen(*concern) || !concern->has_handling()) continue;
      const Concern* old = before.Find(concern->name());
      if (old != nullptr && old->handling().SerializeAsString() == concern->handling().SerializeAsString()) continue;
      auto& change = *pack_.add_handling();
      change.set_name(concern->name());
      change.set_title(concern->title());
      if (old != nullptr) change.set_level_then(old->handling().level());
      change.set_level(concern->handling().level());
      change.set_rationale(concern->handling().rationale());
      *change.mutable_date() = DayOr(concern->handling().has_assessed_date(), concern->handling().assessed_date(),
                                     concern->handling().assess_time());
    }
  }

  static std::string MoveTitle(const std::string& from, const std::string& to) {
    return absl::StrCat("from ", from, " to ", to);
  }
  // What there was not, or stands elsewhere than it did.
  template <class T, class Title>
  void AddMove(const std::vector<Shared<T>>& before, const std::vector<Shared<T>>& now, v1::AgendaItemKind anew,
               v1::AgendaItemKind changed, Title title) {
    const ByName<T> were(before);
    for (const auto& resource : now) {
      const T* old = were.Find(resource->name());
      if (old != nullptr && old->state() == resource->state()) continue;
      *pack_.add_moves() =
          Item(old == nullptr ? anew : changed, *resource, title(*resource), cli::Words(resource->state()));
    }
  }

  void AddMoves() {
    const auto move = [](const auto& resource) { return MoveTitle(resource.from_stage(), resource.to_stage()); };
    AddMove(then_.proposals, now_.proposals, v1::AGENDA_ITEM_KIND_PROPOSED, v1::AGENDA_ITEM_KIND_PROPOSAL_CHANGED,
            move);
    AddMove(then_.decisions, now_.decisions, v1::AGENDA_ITEM_KIND_DECIDED, v1::AGENDA_ITEM_KIND_DECISION_CHANGED, move);
    for (auto& item : *pack_.mutable_moves()) {
      for (const auto& decision : now_.decisions) {
        if (decision->name() != item.name()) continue;
        if (decision->has_effective_date()) {
          *item.mutable_date() = decision->effective_date();
        } else if (decision->has_decided_date()) {
          *item.mutable_date() = decision->decided_date();
        }
      }
    }
    AddMove(then_.announcements, now_.announcements, v1::AGENDA_ITEM_KIND_ANNOUNCEMENT_CHANGED,
            v1::AGENDA_ITEM_KIND_ANNOUNCEMENT_CHANGED, [](const Announcement& announcement) {
              for (const auto& statement : announcement.statements()) {
                if (statement.part() == STATEMENT_PART_HEADLINE) return statement.text();
              }
              return std::string("announcement");
            });
    const ByName<Advice> advice_then(then_.advice);
    for (const auto& advice : now_.advice) {
      if (advice_then.Find(advice->name()) != nullptr) continue;
      auto& item = *pack_.add_moves();
      item = Item(v1::AGENDA_ITEM_KIND_ADVISED, *advice,
                  advice->body_name().empty() ? cli::Words(advice->body()) : advice->body_name(),
                  cli::Words(advice->view()));
      *item.mutable_date() = advice->advice_date();
      *item.mutable_record_time() = advice->create_time();
    }
  }

  void AddMeetings() {
    const ByName<Meeting> before(then_.meetings);
    for (const auto& meeting : now_.meetings) {
      if (before.Find(meeting->name()) != nullptr || !meeting->corrected_by().empty()) continue;
      auto& item = *pack_.add_meetings();
      item = Item(v1::AGENDA_ITEM_KIND_MEETING_HELD, *meeting,
                  absl::StrCat("Meeting on ", FormatForPeople(meeting->meeting_date())), "");
      *item.mutable_date() = meeting->meeting_date();
      *item.mutable_record_time() = meeting->create_time();
    }
  }

  void AddOverdueItem(const std::string& name, const std::string& text, const std::string& owner,
                      const PartialDate& due, bool was_open, const PartialDate& due_then) {
    auto& item = *pack_.add_overdue();
    item.set_name(name);
    item.set_text(text);
    item.set_owner(owner);
    *item.mutable_due_date() = due;
    item.set_days(static_cast<int32_t>(until_day_ - DayInterval(due).last));
    item.set_already_then(was_open && MustBeBefore(due_then, since_day_));
  }

  void AddOverdue() {
    const ByName<Recommendation> recommendations(then_.recommendations);
    for (const auto& concern : dashboard_.concerns()) {
      for (const auto& view : concern.recommendations()) {
        if (!view.overdue()) continue;
        const Recommendation& now = view.recommendation();
        const Recommendation* old = recommendations.Find(now.name());
        AddOverdueItem(now.name(), now.text(), "", now.due_date(), old != nullptr && IsOutstanding(*old),
                       old != nullptr ? old->due_date() : now.due_date());
      }
    }
    const ByName<Action> actions(then_.actions);
    for (const auto& action : now_.actions) {
      if (action->state() != ACTION_STATE_OPEN || !MustBeBefore(action->due_date(), until_day_)) continue;
      const Action* old = actions.Find(action->name());
      AddOverdueItem(action->name(), action->text(), action->owner(), action->due_date(), old != nullptr,
                     old != nullptr ? old->due_date() : action->due_date());
    }
    for (const auto& plan : now_.plans) {
      const PlanProgress* progress = ProgressOf(&now_side_, plan->name());
      if (progress == nullptr) continue;
      for (const auto& milestone : progress->milestones()) {
        if (!milestone.overdue()) continue;
        const MilestoneProgress* old = MilestoneOf(ProgressOf(then_side_, plan->name()), milestone.milestone());
        AddOverdueItem(plan->name(), milestone.title(), "", milestone.due_date(), old != nullptr && old->overdue(),
                       old != nullptr ? old->due_date() : milestone.due_date());
      }
    }
    const ByName<forces::v1::ResponseDuty> duties(then_.response_duties);
    for (const auto& duty : dashboard_.response_duties()) {
      if (duty.state() != forces::v1::DUTY_STATE_OVERDUE) continue;
      AddOverdueItem(duty.name(), absl::StrCat("Response to ", duty.report_title()),
                     duty.oversight_body().display_name(), duty.due_date(), duties.Find(duty.name()) != nullptr,
                     duty.due_date());
    }
    const ByName<concerns::v1::NationalItem> items(then_.national_items);
    for (const auto& view : dashboard_.national_items()) {
      if (!view.overdue()) continue;
      const auto* old = items.Find(view.item().name());
      AddOverdueItem(view.item().name(), view.title(), "", view.item().due_date(), old != nullptr,
                     old != nullptr ? old->due_date() : view.item().due_date());
    }
  }

  // The assessment of a moment, as far as a pack shows it; null when it is not known, and then the pack says why.
  const Assessment* Take(const AgendaSide* side, const std::string& when, Assessment* (v1::AssessmentChange::*into)()) {
    if (side == nullptr) return nullptr;
    if (!side->assessment.ok()) {
      auto& left_out = *pack_.add_left_out();
      left_out.set_field(absl::StrCat("assessment.", when));
      left_out.set_reason(absl::StrCat("What the policy advised is not known: ", side->assessment.status().message()));
      return nullptr;
    }
    Assessment& taken = *(pack_.mutable_assessment()->*into)();
    taken = *side->assessment;
    taken.clear_counterfactuals();
    taken.clear_near_misses();
    return &taken;
  }

  void AddAssessment() {
    const Assessment* then = Take(then_side_, "then", &v1::AssessmentChange::mutable_then);
    const Assessment* now = Take(&now_side_, "now", &v1::AssessmentChange::mutable_now);
    if (now == nullptr || then == nullptr) return;
    v1::AssessmentChange& change = *pack_.mutable_assessment();
    change.set_changed(now->advised_stage() != then->advised_stage() || now->advised_move() != then->advised_move());
    change.set_other_policy(now->policy_sha256() != then->policy_sha256());
    const auto fired = [](const Assessment& assessment) {
      std::set<std::string> rules;
      for (const auto& rule : assessment.fired()) rules.insert(rule.rule());
      return rules;
    };
    const auto fired_now = fired(*now), fired_then = fired(*then);
    for (const auto& rule : now->fired()) {
      if (fired_then.count(rule.rule()) == 0) change.add_fires_now(rule.text());
    }
    for (const auto& rule : then->fired()) {
      if (fired_now.count(rule.rule()) == 0) change.add_fires_no_more(rule.text());
    }
  }

  template <class Items>
  static void SortByName(Items* items) {
    std::stable_sort(items->begin(), items->end(), [](const auto& a, const auto& b) {
      return std::tuple(Number(ConcernOf(a.name())), a.name().size(), a.name()) <
             std::tuple(Number(ConcernOf(b.name())), b.name().size(), b.name());
    });
  }
  template <class Items>
  static void SortByRecord(Items* items, bool latest_first = false) {
    std::stable_sort(items->begin(), items->end(), [latest_first](const auto& a, const auto& b) {
      const auto key = [](const auto& item) { return std::tuple(GetTime(item.record_time()), Number(item.name())); };
      return latest_first ? key(a) > key(b) : key(a) < key(b);
    });
  }
  void Sort() {
    SortByRecord(pack_.mutable_evidence(), /*latest_first=*/true);
    SortByName(pack_.mutable_concerns());
    SortByName(pack_.mutable_handling());
    SortByRecord(pack_.mutable_moves());
    SortByRecord(pack_.mutable_meetings());
    std::stable_sort(pack_.mutable_promises()->begin(), pack_.mutable_promises()->end(),
                     [](const auto& a, const auto& b) { return SortsBefore(a.due_date(), b.due_date()); });
    std::stable_sort(pack_.mutable_overdue()->begin(), pack_.mutable_overdue()->end(),
                     [](const auto& a, const auto& b) { return a.days() > b.days(); });
    std::stable_sort(pack_.mutable_plans()->begin(), pack_.mutable_plans()->end(),
                     [](const auto& a, const auto& b) { return Number(a.name()) > Number(b.name()); });
  }

  const AgendaSpan& span_;
  const AgendaSide* const then_side_;
  const AgendaSide& now_side_;
  const SuiteFacts nothing_;
  const SuiteFacts& then_;
  const SuiteFacts& now_;
  const absl::CivilDay until_day_, since_day_;
  v1::AgendaPack& pack_;
  v1::ForceDashboard dashboard_;
};

}  // namespace

Shared<Meeting> LastMeeting(const SuiteFacts& facts, const std::string& force, absl::Time until) {
  const absl::CivilDay day = LondonDay(until);
  Shared<Meeting> last;
  for (const auto& meeting : facts.meetings) {
    if (ForceOf(meeting->name()) != force || !meeting->corrected_by().empty()) continue;
    if (!MustBeBefore(meeting->meeting_date(), day)) continue;
    if (last == nullptr || SortsBefore(last->meeting_date(), meeting->meeting_date())) last = meeting;
  }
  return last;
}

v1::AgendaPack ComposeAgenda(const AgendaSpan& span, const AgendaSide* then, const AgendaSide& now) {
  v1::AgendaPack pack;
  Agenda(span, then, now, pack).Compose();
  return pack;
}

std::vector<std::string> EnhancedOn(const SuiteFacts& facts, absl::CivilDay day) {
  std::set<std::string> forces;
  for (const auto& episode : facts.episodes) {
    if (!episode->has_from_date() || !MayBeOnOrBefore(episode->from_date(), day)) continue;
    if (episode->has_until_date() && MustBeOnOrBefore(episode->until_date(), day)) continue;
    forces.insert(ForceOf(episode->name()));
  }
  return {forces.begin(), forces.end()};
}

}  // namespace oversight::gateway
