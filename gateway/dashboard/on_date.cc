#include "gateway/dashboard/on_date.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "absl/time/time.h"
#include "common/time/london.h"
#include "common/time/partial_date.h"
#include "gateway/dashboard/names.h"

namespace oversight::gateway {
namespace {

using namespace concerns::v1;    // NOLINT
using namespace monitoring::v1;  // NOLINT
using common::v1::PartialDate;
using forces::v1::Inspection;
using forces::v1::ResponseDuty;

// One day, and what had come by its end.
class Day {
 public:
  explicit Day(absl::CivilDay day) : day_(day) {}

  bool Had(const PartialDate& date) const { return MustBeOnOrBefore(date, day_); }
  bool Had(const google::protobuf::Timestamp& recorded) const {
    return LondonDay(absl::FromUnixSeconds(recorded.seconds())) <= day_;
  }
  // By its own day, or where it has none by when it was recorded.
  bool Had(bool has_date, const PartialDate& date, const google::protobuf::Timestamp& recorded) const {
    return has_date ? Had(date) : Had(recorded);
  }

 private:
  absl::CivilDay day_;
};

// Each thing as it was; nothing when it was not there yet. `as_it_was` changes its copy and says whether it was there.
template <class T, class AsItWas>
std::vector<Shared<T>> Each(const std::vector<Shared<T>>& all, AsItWas as_it_was) {
  std::vector<Shared<T>> result;
  for (const auto& item : all) {
    auto copy = std::make_shared<T>(*item);
    if (as_it_was(*copy)) result.push_back(std::move(copy));
  }
  return result;
}

// Those recorded by then.
template <class T>
std::vector<Shared<T>> Recorded(const std::vector<Shared<T>>& all, const Day& day) {
  std::vector<Shared<T>> result;
  for (const auto& item : all) {
    if (day.Had(item->create_time())) result.push_back(item);
  }
  return result;
}

bool AsItWas(Concern& concern, const Day& day) {
  if (!concern.has_issue_date() || !day.Had(concern.issue_date())) return false;
  if (concern.has_closure() && !day.Had(concern.closure().close_date())) {
    concern.set_state(CONCERN_STATE_ISSUED);
    concern.clear_closure();
    concern.clear_superseded_by();
  }
  if (concern.has_published() && !day.Had(concern.published().date())) concern.clear_published();
  if (concern.has_handling() && !day.Had(concern.handling().has_assessed_date(), concern.handling().assessed_date(),
                                         concern.handling().assess_time())) {
    concern.clear_handling();
  }
  return true;
}

// What a force is asked to do by a day: a recommendation of a concern, or its item of a national one. Both are claimed,
// verified and extended alike.
template <class Item>
struct StatesOf;
template <>
struct StatesOf<Recommendation> {
  static constexpr auto kOpen = RECOMMENDATION_STATE_OPEN, kClaimed = RECOMMENDATION_STATE_CLAIMED,
                        kVerified = RECOMMENDATION_STATE_VERIFIED;
};
template <>
struct StatesOf<NationalItem> {
  static constexpr auto kOpen = NATIONAL_ITEM_STATE_OPEN, kClaimed = NATIONAL_ITEM_STATE_CLAIMED,
                        kVerified = NATIONAL_ITEM_STATE_VERIFIED;
};

template <class Item>
bool UndertakingAsItWas(Item& item, const Day& day) {
  constexpr auto kOpen = StatesOf<Item>::kOpen, kClaimed = StatesOf<Item>::kClaimed,
                 kVerified = StatesOf<Item>::kVerified;
  if (!item.has_due_date()) return false;
  const auto& claim = item.claim();
  const bool claimed = item.has_claim() && day.Had(claim.has_claimed_date(), claim.claimed_date(), claim.claim_time());
  const auto& verification = item.verification();
  const bool verified =
      item.has_verification() && day.Had(item.has_verified_date() || verification.has_verified_date(),
                                         item.has_verified_date() ? item.verified_date() : verification.verified_date(),
                                         verification.verify_time());
  bool stands = true;
  if (item.state() == kVerified) {
    stands = verified;
  } else if (item.state() == kClaimed) {
    stands = claimed;
  } else if (item.state() == kOpen) {
    // Returned later: until then it was claimed.
    stands = !claimed || verified || verification.outcome() != VERIFICATION_OUTCOME_RETURNED;
  } else {
    stands = !item.has_closure() || day.Had(item.closure().close_date());
  }
  if (!stands) {
    item.set_state(claimed ? kClaimed : kOpen);
    item.clear_verified_date();
    item.clear_closure();
  }
  if (!verified) {
    item.clear_verification();
    // Which of the claims were returned by then is not known.
    item.clear_times_returned();
  }
  if (!claimed && item.state() != kVerified) {
    item.clear_claim();
    item.clear_done_date();
  }
  auto& extensions = *item.mutable_extensions();
  const auto given = [&day](const DueExtension& extension) {
    return day.Had(extension.has_extended_date(), extension.extended_date(), extension.grant_time());
  };
  while (!extensions.empty() && !given(*extensions.rbegin())) {
    *item.mutable_due_date() = extensions.rbegin()->from_due_date();
    extensions.RemoveLast();
  }
  return true;
}

bool AsItWas(NationalRecommendation& recommendation, const Day& day) {
  if (!recommendation.has_issue_date() || !day.Had(recommendation.issue_date())) return false;
  if (recommendation.has_closure() && !day.Had(recommendation.closure().close_date())) {
    recommendation.set_state(NATIONAL_RECOMMENDATION_STATE_ISSUED);
    recommendation.clear_closure();
  }
  return true;
}

bool AsItWas(ForceResponse& response, const Day& day) {
  if (!day.Had(response.has_respond_date(), response.respond_date(), response.create_time())) return false;
  if (response.has_judgement() && !day.Had(response.judgement().has_judged_date(), response.judgement().judged_date(),
                                           response.judgement().judge_time())) {
    response.clear_judgement();
    response.set_state(FORCE_RESPONSE_STATE_AWAITING_JUDGEMENT);
  }
  return true;
}

bool AsItWas(Revisit& revisit, const Day& day) {
  revisit.clear_correction();
  const bool cancelled = revisit.state() == REVISIT_STATE_CANCELLED;
  if (cancelled && day.Had(revisit.cancellation().cancel_time())) return true;
  revisit.clear_cancellation();
  const bool sent = revisit.has_letter() && day.Had(revisit.letter().sent_date());
  if (sent) {
    const bool published = revisit.letter().has_published() && day.Had(revisit.letter().published().date());
    revisit.set_state(published ? REVISIT_STATE_LETTER_PUBLISHED : REVISIT_STATE_LETTER_SENT);
    if (!published) revisit.mutable_letter()->clear_published();
    return true;
  }
  revisit.clear_letter();
  // The day on which findings were recorded is not among the dates; the force is told of them in the letter.
  revisit.clear_findings();
  revisit.clear_outcome();
  if (revisit.has_feedback_date() && !day.Had(revisit.feedback_date())) revisit.clear_feedback_date();
  if (revisit.has_to_date() && day.Had(revisit.to_date())) {
    revisit.set_state(REVISIT_STATE_CARRIED_OUT);
    return true;
  }
  revisit.clear_from_date();
  revisit.clear_to_date();
  revisit.clear_methods();
  revisit.clear_method_notes();
  revisit.set_state(REVISIT_STATE_PLANNED);
  return day.Had(revisit.create_time());
}

bool AsItWas(Inspection& inspection, const Day& day) {
  if (inspection.has_report() && day.Had(inspection.report().publication_date())) return true;
  // A force's part in a national inspection is made by its publication.
  if (inspection.has_report() && !inspection.national_inspection().empty()) return false;
  inspection.clear_report();
  const bool cancelled = inspection.has_cancellation() && day.Had(inspection.cancellation().cancel_date());
  if (cancelled) return true;
  inspection.clear_cancellation();
  if (inspection.has_fieldwork_to_date() && day.Had(inspection.fieldwork_to_date())) {
    inspection.set_state(forces::v1::INSPECTION_STATE_REPORT_AWAITED);
    return true;
  }
  if (inspection.has_fieldwork_from_date() && day.Had(inspection.fieldwork_from_date())) {
    inspection.set_state(forces::v1::INSPECTION_STATE_IN_FIELDWORK);
    return true;
  }
  inspection.set_state(forces::v1::INSPECTION_STATE_PLANNED);
  return day.Had(inspection.create_time());
}

// What became of an approval after that day had not come yet.
bool AsItWas(Decision& decision, const Day& day) {
  if (!day.Had(decision.decided_date())) return false;
  const bool stands = decision.state() == DECISION_STATE_IN_EFFECT ? day.Had(decision.effective_date())
                      : decision.state() == DECISION_STATE_LAPSED  ? day.Had(decision.lapse().lapse_time())
                      : decision.state() == DECISION_STATE_REVOKED ? day.Had(decision.revocation().revoke_time())
                                                                   : true;
  // Announcements go out by the clock of the record. Of a decision that was entered after that day, as its history is,
  // it cannot be told when the public knew, and so it is not said that it did not.
  if (decision.publication().has_published_time() && day.Had(decision.create_time()) &&
      !day.Had(decision.publication().published_time())) {
    decision.mutable_publication()->Clear();
    decision.mutable_publication()->set_state(PUBLICATION_STATE_AWAITED);
  }
  if (stands) return true;
  decision.set_state(DECISION_STATE_PENDING_EFFECT);
  decision.clear_take_effect_time();
  decision.clear_lapse();
  decision.clear_revocation();
  return true;
}

// `decisions` as they were.
bool AsItWas(Proposal& proposal, const Day& day, const std::unordered_map<std::string, Shared<Decision>>& decisions) {
  const auto decision = decisions.find(proposal.decision());
  const bool decided = decision != decisions.end();
  if (!decided && !day.Had(proposal.create_time())) return false;
  if (!decided && !proposal.decision().empty()) {
    proposal.set_state(PROPOSAL_STATE_OPEN);
    proposal.clear_decision();
  }
  if (decided && decision->second->state() == DECISION_STATE_PENDING_EFFECT) {
    proposal.set_state(PROPOSAL_STATE_APPROVED);
  }
  if (proposal.state() == PROPOSAL_STATE_WITHDRAWN && !day.Had(proposal.update_time())) {
    proposal.set_state(PROPOSAL_STATE_OPEN);
    proposal.clear_withdrawal_reason();
  }
  return true;
}

using Decisions = std::unordered_map<std::string, Shared<Decision>>;

// Whether the public did not know yet of what a decision did; `decisions` as they were.
bool Awaits(const Decisions& decisions, const std::string& name) {
  const auto decision = decisions.find(name);
  return decision != decisions.end() && decision->second->publication().state() == PUBLICATION_STATE_AWAITED;
}

bool AsItWas(Episode& episode, const Day& day, const Decisions& decisions) {
  if (!day.Had(episode.from_date())) return false;
  if (episode.has_until_date() && !day.Had(episode.until_date())) {
    episode.clear_until_date();
    episode.clear_exit_decision();
    episode.clear_exit_reasons();
    episode.clear_reason_outcomes();
    episode.clear_open_causes();
    episode.clear_length();
  }
  auto& added = *episode.mutable_added_reasons();
  added.erase(
      std::remove_if(added.begin(), added.end(), [&](const auto& reason) { return !day.Had(reason.added_date()); }),
      added.end());
  episode.set_entry_awaits_publication(Awaits(decisions, episode.entry_decision()));
  episode.set_exit_awaits_publication(Awaits(decisions, episode.exit_decision()));
  return true;
}

// Drafts have no day. What became of one that is out is final, so its last version says when.
bool AsItWas(Announcement& announcement, const Day& day) {
  if (!announcement.has_published_time() || !day.Had(announcement.published_time())) return false;
  if (announcement.state() != ANNOUNCEMENT_STATE_PUBLISHED && !day.Had(announcement.update_time())) {
    announcement.set_state(ANNOUNCEMENT_STATE_PUBLISHED);
    announcement.clear_corrected_by();
    announcement.clear_withdrawal_reason();
  }
  return true;
}

// What was reported as done later was not done yet.
void HideLaterReports(PlanContent& content, const Day& day) {
  const auto hide = [&day](auto& items) {
    for (auto& item : items) {
      if (item.has_actual_date() && !day.Had(item.actual_date())) item.clear_actual_date();
    }
  };
  hide(*content.mutable_actions());
  hide(*content.mutable_milestones());
}

// No version was in force yet, so nothing was due first.
void HideFirstAccepted(PlanContent& content) {
  for (auto& action : *content.mutable_actions()) action.clear_original_due_date();
  for (auto& milestone : *content.mutable_milestones()) milestone.clear_original_due_date();
}

// A plan as far as its latest version, and the one in force beside it, tell: false also when they do not.
bool AsItWas(Plan& plan, const Day& day) {
  const PlanVerdict* last = nullptr;  // By that day.
  bool later = false;                 // Something was said after it.
  int32_t in_force = 0;
  for (const auto& verdict : plan.verdicts()) {
    if (!day.Had(verdict.verdict_time())) {
      later = true;
      continue;
    }
    last = &verdict;
    if (verdict.outcome() == PLAN_STATE_ACCEPTED) in_force = verdict.version();
  }
  if (day.Had(plan.submit_time())) {
    if (later) {
      // What was in force beside it is not kept once it has been accepted.
      if (in_force != 0 && in_force != plan.in_force_version()) return false;
      plan.set_state(PLAN_STATE_SUBMITTED);
      plan.set_in_force_version(in_force);
      if (in_force == 0) HideFirstAccepted(*plan.mutable_content());
    }
  } else {
    if (!plan.has_in_force() || last == nullptr || in_force != plan.in_force_version() || last->version() != in_force) {
      return false;
    }
    plan.mutable_content()->Swap(plan.mutable_in_force());
    plan.clear_in_force();
    plan.set_version(in_force);
    plan.set_state(PLAN_STATE_ACCEPTED);
    // Of the latest version.
    plan.clear_submitter();
    plan.clear_submit_time();
    plan.clear_change_reason();
  }
  auto& verdicts = *plan.mutable_verdicts();
  verdicts.erase(std::remove_if(verdicts.begin(), verdicts.end(),
                                [&day](const auto& verdict) { return !day.Had(verdict.verdict_time()); }),
                 verdicts.end());
  HideLaterReports(*plan.mutable_content(), day);
  if (plan.has_in_force()) HideLaterReports(*plan.mutable_in_force(), day);
  return true;
}

// Given by a meeting it has the day of that; otherwise that of its record.
bool AsItWas(Action& action, const Day& day, const std::unordered_map<std::string, Shared<Meeting>>& meetings) {
  const auto meeting = meetings.find(action.raised_at());
  if (!day.Had(meeting != meetings.end(),
               meeting != meetings.end() ? meeting->second->meeting_date() : PartialDate::default_instance(),
               action.create_time())) {
    return false;
  }
  if (action.has_closed_date() && !day.Had(action.closed_date())) {
    action.set_state(ACTION_STATE_OPEN);
    action.clear_closed_date();
    action.clear_closing_note();
    action.clear_closer();
  }
  auto& revisions = *action.mutable_revisions();
  while (!revisions.empty() && !day.Had(revisions.rbegin()->revise_time())) {
    *action.mutable_due_date() = revisions.rbegin()->from_due_date();
    action.set_owner(revisions.rbegin()->from_owner());
    revisions.RemoveLast();
  }
  return true;
}

bool AsItWas(Support& support, const Day& day) {
  const bool begun = support.has_from_date() && day.Had(support.from_date());
  if (!begun && !(support.has_offered_date() && day.Had(support.offered_date()))) return false;
  // The day on which it was declined is not among the dates.
  if (support.state() == SUPPORT_STATE_DECLINED && day.Had(support.update_time())) return true;
  const bool ended = support.has_to_date() && day.Had(support.to_date());
  if (!ended) {
    support.clear_to_date();
    support.clear_closing_note();
  }
  if (!begun) support.clear_from_date();
  support.set_state(ended ? SUPPORT_STATE_ENDED : begun ? SUPPORT_STATE_GIVEN : SUPPORT_STATE_OFFERED);
  return true;
}

bool AsItWas(Disclosure& disclosure, const Day& day) {
  return disclosure.has_disclosed_time() ? day.Had(disclosure.disclosed_time()) : day.Had(disclosure.disclosed_date());
}

// The stage of the force of `now` by its episodes, which are its spells in enhanced stages: in one, that stage; after
// one, the default stage since; before the first, never moved (null). False when partial dates leave it open.
bool StageOn(const SuiteFacts& facts, const Monitoring& now, absl::CivilDay day, Shared<Monitoring>& stage) {
  const Episode* in = nullptr;
  const Episode* after = nullptr;
  for (const auto& episode : facts.episodes) {
    if (ForceOf(episode->name()) != ForceOf(now.name())) continue;
    const auto* until = episode->has_until_date() ? &episode->until_date() : nullptr;
    switch (HeldOn(&episode->from_date(), until, day)) {
      case Holding::kPossibly:
        return false;
      case Holding::kCertainly:
        in = episode.get();
        break;
      case Holding::kNo:
        if (until != nullptr && MustBeOnOrBefore(*until, day) &&
            (after == nullptr || Number(after->name()) < Number(episode->name()))) {
          after = episode.get();
        }
    }
  }
  if (in == nullptr && after == nullptr) return true;
  auto then = std::make_shared<Monitoring>(now);
  then->clear_open_proposal();
  then->clear_pending_decision();
  then->clear_published();
  then->set_ladder((in != nullptr ? in : after)->ladder());
  then->set_episode(in != nullptr ? in->name() : "");
  then->set_decision(in != nullptr ? in->entry_decision() : after->exit_decision());
  *then->mutable_since_date() = in != nullptr ? in->from_date() : after->until_date();
  // What the public saw instead is known of the last move alone.
  if (then->decision() != now.decision()) then->clear_published();
  then->set_enhanced(in != nullptr);
  then->set_stage(in != nullptr ? in->stage() : "");
  if (facts.ladder != nullptr) {
    for (const auto& known : facts.ladder->stages()) {
      if (in != nullptr ? known.id() != in->stage() : !known.is_default()) continue;
      then->set_stage(known.id());
      then->set_stage_display_name(known.display_name());
    }
  }
  stage = std::move(then);
  return true;
}

// "": the default stage. Without a ladder a stage has its id alone.
void SetStage(const SuiteFacts& facts, const std::string& id, PublicStage& shown) {
  shown.set_stage(id);
  if (facts.ladder == nullptr) return;
  for (const auto& known : facts.ladder->stages()) {
    if (id.empty() ? !known.is_default() : known.id() != id) continue;
    shown.set_stage(known.id());
    shown.set_stage_display_name(known.display_name());
    shown.set_enhanced(known.enhanced());
  }
}

// What the public saw instead of a stage whose announcement was not out: that of the last move that was. `then` holds
// the episodes as they were.
void SetPublished(const SuiteFacts& then, Monitoring& stage) {
  auto& shown = *stage.mutable_published();
  shown.set_ladder(stage.ladder());
  SetStage(then, "", shown);
  int64_t last = 0;
  for (const auto& episode : then.episodes) {
    if (ForceOf(episode->name()) != ForceOf(stage.name())) continue;
    const int64_t in = Number(episode->entry_decision()), out = Number(episode->exit_decision());
    if (!episode->entry_awaits_publication() && in >= last) {
      last = in;
      SetStage(then, episode->stage(), shown);
      *shown.mutable_since_date() = episode->from_date();
      shown.set_episode(episode->name());
    }
    if (episode->has_until_date() && !episode->exit_awaits_publication() && out >= last) {
      last = out;
      SetStage(then, "", shown);
      *shown.mutable_since_date() = episode->until_date();
      shown.clear_episode();
    }
  }
}

}  // namespace

SuiteFacts FactsOn(const SuiteFacts& facts, absl::CivilDay civil_day) {
  const Day day(civil_day);
  SuiteFacts then = facts;
  const auto as_it_was = [&day](auto& item) { return AsItWas(item, day); };
  then.concerns = Each(facts.concerns, as_it_was);
  std::unordered_map<std::string, Shared<Concern>> concerns;
  for (const auto& concern : then.concerns) concerns[concern->name()] = concern;
  // What a concern took the place of, as far as it had.
  then.concerns = Each(then.concerns, [&](Concern& concern) {
    auto& olds = *concern.mutable_supersedes();
    olds.erase(std::remove_if(olds.begin(), olds.end(),
                              [&](const std::string& old) {
                                const auto it = concerns.find(old);
                                return it != concerns.end() && it->second->superseded_by() != concern.name();
                              }),
               olds.end());
    return true;
  });
  then.recommendations = Each(facts.recommendations, [&](Recommendation& recommendation) {
    return concerns.count(ConcernOf(recommendation.name())) > 0 && UndertakingAsItWas(recommendation, day);
  });
  then.national_recommendations = Each(facts.national_recommendations, as_it_was);
  std::unordered_set<std::string> nationals;
  for (const auto& recommendation : then.national_recommendations) nationals.insert(recommendation->name());
  then.national_items = Each(facts.national_items, [&](NationalItem& item) {
    return nationals.count(NationalOf(item.name())) > 0 && UndertakingAsItWas(item, day);
  });
  then.responses = Each(facts.responses, as_it_was);
  then.progress_notes = Recorded(facts.progress_notes, day);
  then.revisits = Each(facts.revisits, as_it_was);
  then.evidence = Recorded(facts.evidence, day);
  then.inspections = Each(facts.inspections, as_it_was);
  then.response_duties = Each(facts.response_duties, [&](ResponseDuty& duty) {
    if (!day.Had(duty.publication_date())) return false;
    // What was published or sent later is not known yet; where the duty stands is derived for the day.
    if (duty.has_response() && !day.Had(duty.response().published_date())) duty.clear_response();
    auto& copies = *duty.mutable_copies_sent();
    copies.erase(
        std::remove_if(copies.begin(), copies.end(), [&](const auto& copy) { return !day.Had(copy.sent_date()); }),
        copies.end());
    return true;
  });
  then.monitoring.clear();
  for (const auto& now : facts.monitoring) {
    Shared<Monitoring> stage;
    if (!StageOn(facts, *now, civil_day, stage)) then.monitoring_known = false;
    if (stage != nullptr) then.monitoring.push_back(std::move(stage));
  }
  then.decisions = Each(facts.decisions, as_it_was);
  Decisions decisions;
  for (const auto& decision : then.decisions) decisions[decision->name()] = decision;
  then.proposals = Each(facts.proposals, [&](Proposal& proposal) { return AsItWas(proposal, day, decisions); });
  then.episodes = Each(facts.episodes, [&](Episode& episode) { return AsItWas(episode, day, decisions); });
  then.monitoring = Each(then.monitoring, [&](Monitoring& stage) {
    if (Awaits(decisions, stage.decision())) SetPublished(then, stage);
    return true;
  });
  then.announcements = Each(facts.announcements, as_it_was);
  then.plans = Each(facts.plans, as_it_was);
  then.progress_reviews = Each(facts.progress_reviews, [&](auto& review) { return day.Had(review.review_date()); });
  then.meetings = Each(facts.meetings, [&](auto& meeting) { return day.Had(meeting.meeting_date()); });
  std::unordered_map<std::string, Shared<Meeting>> meetings;
  for (const auto& meeting : facts.meetings) meetings[meeting->name()] = meeting;
  then.actions = Each(facts.actions, [&](Action& action) { return AsItWas(action, day, meetings); });
  then.support = Each(facts.support, as_it_was);
  then.advice = Each(facts.advice, [&](auto& advice) { return day.Had(advice.advice_date()); });
  then.disclosures = Each(facts.disclosures, as_it_was);
  return then;
}

size_t PlansNotKnownOn(const std::vector<Shared<Plan>>& plans, absl::CivilDay civil_day) {
  const Day day(civil_day);
  const auto there = Recorded(plans, day);
  return there.size() - Each(there, [&day](Plan& plan) { return AsItWas(plan, day); }).size();
}

}  // namespace oversight::gateway
