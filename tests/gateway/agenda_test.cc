// The agenda pack as the difference between two records of a force: what came to pass, what became of what was due, and
// each rule of the questions.
#include "gateway/dashboard/agenda.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/time/timestamp.h"
#include "gateway/dashboard/agenda_questions.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/gateway/facts_support.h"

namespace oversight::gateway {
namespace {

using concerns::v1::Concern;
using concerns::v1::Recommendation;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using namespace monitoring::v1;  // NOLINT

constexpr char kForce[] = "forces/kent";
constexpr char kCause[] = "forces/kent/concerns/1";
constexpr char kSince[] = "2024-03-01";
constexpr char kUntil[] = "2024-06-01";

class AgendaTest : public ::testing::Test {
 protected:
  AgendaTest() {
    for (AgendaSide* side : {&then_, &now_}) {
      auto& force = Add(side->record.facts.forces, kForce);
      force.set_display_name("Kent Police");
      side->record.facts.monitoring_known = true;
      auto& monitoring = Add(side->record.facts.monitoring, absl::StrCat(kForce, "/monitoring"));
      monitoring.set_stage("scan");
      monitoring.set_stage_display_name("Scan");
      for (const char* service : {"forces-service", "concerns-service", "monitoring-service"}) {
        auto& section = side->record.sections.emplace_back();
        section.set_service(service);
        section.set_state(v1::SECTION_STATE_COMPLETE);
      }
      side->assessment = Assessed("scan");
    }
  }

  static Assessment Assessed(const std::string& stage, const std::vector<std::string>& rules = {}) {
    Assessment assessment;
    assessment.set_stage("scan");
    assessment.set_advised_stage(stage);
    assessment.set_text(absl::StrCat("It advises ", stage, "."));
    for (const auto& rule : rules) {
      auto& fired = *assessment.add_fired();
      fired.set_rule(rule);
      fired.set_text(absl::StrCat("Rule ", rule, "."));
    }
    return assessment;
  }

  static Concern& Cause(AgendaSide& side, const std::string& name = kCause) {
    Concern& concern = Add(side.record.facts.concerns, name);
    concern.set_kind(concerns::v1::CONCERN_KIND_CAUSE_OF_CONCERN);
    concern.set_state(concerns::v1::CONCERN_STATE_ISSUED);
    concern.set_title("Answering calls");
    *concern.mutable_issue_date() = Date("2024-01-10");
    concern.set_revision(1);
    return concern;
  }
  static Recommendation& Recommend(AgendaSide& side, const std::string& due, int number = 1) {
    Recommendation& recommendation =
        Add(side.record.facts.recommendations, absl::StrCat(kCause, "/recommendations/", number));
    recommendation.set_state(concerns::v1::RECOMMENDATION_STATE_OPEN);
    recommendation.set_text("Answer in time.");
    recommendation.set_revision(1);
    *recommendation.mutable_due_date() = Date(due);
    return recommendation;
  }
  static void Claim(Recommendation& recommendation, const std::string& day) {
    recommendation.set_state(concerns::v1::RECOMMENDATION_STATE_CLAIMED);
    *recommendation.mutable_claim()->mutable_claim_time() = Noon(day);
    *recommendation.mutable_claim()->mutable_claimed_date() = Date(day);
  }
  static Action& Give(AgendaSide& side, const std::string& due, ActionState state = ACTION_STATE_OPEN) {
    Action& action = Add(side.record.facts.actions, absl::StrCat(kForce, "/actions/1"));
    action.set_text("Send the figures.");
    action.set_owner("Deputy Chief Constable");
    action.set_state(state);
    *action.mutable_due_date() = Date(due);
    *action.mutable_original_due_date() = Date(due);
    return action;
  }
  static PlanProgress& Progress(AgendaSide& side, const std::string& forecast) {
    if (side.record.facts.plans.empty()) {
      Plan& plan = Add(side.record.facts.plans, absl::StrCat(kForce, "/plans/1"));
      plan.mutable_content()->set_title("The plan");
      plan.set_state(PLAN_STATE_ACCEPTED);
      plan.set_version(1);
      plan.set_in_force_version(1);
    }
    auto& progress = *side.record.follow_up.emplace().force.add_plans()->mutable_progress();
    progress.set_plan(absl::StrCat(kForce, "/plans/1"));
    *progress.mutable_forecast_date() = Date(forecast);
    return progress;
  }
  static MilestoneProgress& Milestone(PlanProgress& progress, const std::string& due) {
    auto& milestone = *progress.add_milestones();
    milestone.set_milestone("m1");
    milestone.set_title("Calls answered");
    *milestone.mutable_due_date() = Date(due);
    return milestone;
  }

  v1::AgendaPack Compose(bool anything_then = true) {
    AgendaSpan span;
    span.force = kForce;
    span.since = GetTime(Noon(kSince));
    span.until = GetTime(Noon(kUntil));
    return ComposeAgenda(span, anything_then ? &then_ : nullptr, now_);
  }

  static std::vector<std::string> Kinds(const google::protobuf::RepeatedPtrField<v1::AgendaItem>& items) {
    std::vector<std::string> kinds;
    for (const auto& item : items) kinds.push_back(v1::AgendaItemKind_Name(item.kind()).substr(17));
    return kinds;
  }
  static std::vector<v1::QuestionRule> Rules(const v1::AgendaPack& pack) {
    std::vector<v1::QuestionRule> rules;
    for (const auto& question : pack.questions()) {
      rules.push_back(question.rule());
      EXPECT_FALSE(question.text().empty());
      EXPECT_FALSE(question.reason().empty());
      EXPECT_FALSE(question.name().empty());
    }
    return rules;
  }
  // The one promise there is.
  static v1::Promise Only(const v1::AgendaPack& pack) {
    EXPECT_THAT(pack.promises(), SizeIs(1)) << pack.DebugString();
    return pack.promises().empty() ? v1::Promise() : pack.promises(0);
  }

  AgendaSide then_, now_;
};

TEST_F(AgendaTest, OfTwoLikeRecordsThereIsNoDifference) {
  const auto pack = Compose();
  EXPECT_EQ(pack.display_name(), "Kent Police");
  EXPECT_FALSE(pack.nothing_then());
  EXPECT_THAT(pack.sections(), SizeIs(3));
  EXPECT_THAT(pack.sections_then(), SizeIs(3));
  EXPECT_EQ(pack.stage_then(), "scan");
  for (const auto* items : {&pack.evidence(), &pack.concerns(), &pack.moves(), &pack.meetings()}) {
    EXPECT_THAT(*items, IsEmpty());
  }
  EXPECT_THAT(pack.promises(), IsEmpty());
  EXPECT_THAT(pack.questions(), IsEmpty());
  EXPECT_THAT(pack.left_out(), IsEmpty());
  EXPECT_FALSE(pack.assessment().changed());
}

TEST_F(AgendaTest, WhatWasIssuedClosedAddedAndMovedInBetweenIsTold) {
  Cause(then_);
  auto& closed = Cause(now_);
  closed.set_state(concerns::v1::CONCERN_STATE_DISCHARGED);
  *closed.mutable_closure()->mutable_close_date() = Date("2024-05-02");
  Cause(now_, "forces/kent/concerns/2");
  Add(now_.record.facts.concerns, "forces/kent/concerns/3").set_state(concerns::v1::CONCERN_STATE_DRAFT);
  Recommend(now_, "2024-09-01");
  for (AgendaSide* side : {&then_, &now_}) {
    auto& changed = Add(side->record.facts.evidence, "forces/kent/evidence/1");
    changed.mutable_content()->set_version(side == &then_ ? 1 : 2);
    *changed.mutable_update_time() = Noon("2024-04-01");
  }
  *Add(now_.record.facts.evidence, "forces/kent/evidence/2").mutable_create_time() = Noon("2024-05-01");
  auto& proposed_then = Add(then_.record.facts.proposals, "forces/kent/proposals/1");
  proposed_then.set_state(PROPOSAL_STATE_OPEN);
  auto& proposed = Add(now_.record.facts.proposals, "forces/kent/proposals/1");
  proposed.set_state(PROPOSAL_STATE_APPROVED);
  *proposed.mutable_update_time() = Noon("2024-04-02");
  auto& decided = Add(now_.record.facts.decisions, "forces/kent/decisions/1");
  decided.set_state(DECISION_STATE_IN_EFFECT);
  *decided.mutable_effective_date() = Date("2024-04-03");
  *decided.mutable_create_time() = Noon("2024-04-02");
  auto& meeting = Add(now_.record.facts.meetings, "forces/kent/meetings/2");
  *meeting.mutable_meeting_date() = Date("2024-04-10");
  Give(now_, "2024-07-01");
  const auto pack = Compose();
  EXPECT_THAT(Kinds(pack.concerns()), ElementsAre("CONCERN_CLOSED", "RECOMMENDATION_ISSUED", "CONCERN_ISSUED"));
  EXPECT_EQ(FormatIso(pack.concerns(0).date()), "2024-05-02");
  EXPECT_THAT(Kinds(pack.evidence()), ElementsAre("EVIDENCE_ADDED", "EVIDENCE_CHANGED"));
  EXPECT_THAT(Kinds(pack.moves()), UnorderedElementsAre("PROPOSAL_CHANGED", "DECIDED"));
  EXPECT_THAT(Kinds(pack.meetings()), UnorderedElementsAre("MEETING_HELD", "ACTION_GIVEN"));
  EXPECT_EQ(pack.counts_then().open_causes_of_concern(), 1);
  EXPECT_EQ(pack.counts().open_causes_of_concern(), 1);
}

TEST_F(AgendaTest, WhatWasDueIsKeptLateMissedOrGivenMoreTime) {
  Cause(then_);
  Cause(now_);
  Recommend(then_, "2024-04-01");
  auto& now = Recommend(now_, "2024-04-01");
  EXPECT_EQ(Only(Compose()).outcome(), v1::PROMISE_OUTCOME_MISSED);
  EXPECT_TRUE(Only(Compose()).late());
  EXPECT_THAT(Rules(Compose()), Contains(v1::QUESTION_RULE_PROMISE_MISSED));

  Claim(now, "2024-04-01");
  EXPECT_EQ(Only(Compose()).outcome(), v1::PROMISE_OUTCOME_CLAIMED);
  EXPECT_FALSE(Only(Compose()).late()) << "on the day it is due it is in time";
  Claim(now, "2024-04-02");
  EXPECT_TRUE(Only(Compose()).late());

  now.set_state(concerns::v1::RECOMMENDATION_STATE_VERIFIED);
  *now.mutable_verified_date() = Date("2024-05-20");
  EXPECT_EQ(Only(Compose()).outcome(), v1::PROMISE_OUTCOME_VERIFIED);
  EXPECT_TRUE(Only(Compose()).late()) << "claimed a day late";
  *now.mutable_claim()->mutable_claimed_date() = Date("2024-03-20");
  EXPECT_FALSE(Only(Compose()).late()) << "the force was in time, whenever it was verified";

  now.set_state(concerns::v1::RECOMMENDATION_STATE_OPEN);
  now.set_times_returned(1);
  *now.mutable_verification()->mutable_verified_date() = Date("2024-04-20");
  EXPECT_EQ(Only(Compose()).outcome(), v1::PROMISE_OUTCOME_RETURNED);
  EXPECT_THAT(Rules(Compose()), Contains(v1::QUESTION_RULE_CLAIM_RETURNED));

  now.set_times_returned(0);
  *now.mutable_due_date() = Date("2024-09-01");
  *now.add_extensions()->mutable_extended_date() = Date("2024-03-28");
  EXPECT_EQ(Only(Compose()).outcome(), v1::PROMISE_OUTCOME_MORE_TIME);
  EXPECT_EQ(FormatIso(Only(Compose()).outcome_date()), "2024-03-28");
  EXPECT_EQ(FormatIso(Only(Compose()).new_due_date()), "2024-09-01");
  *now.mutable_due_date() = Date("2024-05-10");
  EXPECT_EQ(Only(Compose()).outcome(), v1::PROMISE_OUTCOME_MISSED) << "the later day has passed as well";
  EXPECT_TRUE(Only(Compose()).late());

  now.set_state(concerns::v1::RECOMMENDATION_STATE_WITHDRAWN);
  EXPECT_EQ(Only(Compose()).outcome(), v1::PROMISE_OUTCOME_DROPPED);
}

TEST_F(AgendaTest, WhatIsDueLaterOrWasSettledBeforeIsNoPromiseOfThisPack) {
  Cause(then_);
  Cause(now_);
  Recommend(then_, "2024-06-01");
  Recommend(now_, "2024-06-01");
  for (AgendaSide* side : {&then_, &now_}) {
    auto& settled = Recommend(*side, "2024-04-01", 2);
    settled.set_state(concerns::v1::RECOMMENDATION_STATE_VERIFIED);
  }
  EXPECT_THAT(Compose().promises(), IsEmpty()) << "a day is over when it is over";
  EXPECT_THAT(Compose().overdue(), IsEmpty());
}

TEST_F(AgendaTest, WhatWasMovedIntoTheTimeBetweenWasDueInIt) {
  Give(then_, "2024-09-01");
  Give(now_, "2024-05-01");
  EXPECT_EQ(Only(Compose()).outcome(), v1::PROMISE_OUTCOME_MISSED);
}

TEST_F(AgendaTest, ActionsAndMilestonesArePromisesToo) {
  Give(then_, "2024-04-01");
  Action& action = Give(now_, "2024-04-01");
  EXPECT_EQ(Only(Compose()).outcome(), v1::PROMISE_OUTCOME_MISSED);
  EXPECT_EQ(Only(Compose()).owner(), "Deputy Chief Constable");
  action.set_state(ACTION_STATE_DONE);
  *action.mutable_closed_date() = Date("2024-03-31");
  EXPECT_EQ(Only(Compose()).outcome(), v1::PROMISE_OUTCOME_DONE);
  EXPECT_FALSE(Only(Compose()).late());
  action.set_state(ACTION_STATE_DROPPED);
  EXPECT_EQ(Only(Compose()).outcome(), v1::PROMISE_OUTCOME_DROPPED);

  then_.record.facts.actions.clear();
  now_.record.facts.actions.clear();
  Milestone(Progress(then_, "2024-08-01"), "2024-04-01");
  auto& milestone = Milestone(Progress(now_, "2024-08-01"), "2024-04-01");
  milestone.set_overdue(true);
  EXPECT_EQ(Only(Compose()).outcome(), v1::PROMISE_OUTCOME_MISSED);
  EXPECT_EQ(Only(Compose()).name(), "forces/kent/plans/1");
  EXPECT_THAT(Compose().overdue(), SizeIs(1));
  EXPECT_EQ(Compose().overdue(0).days(), 61);
  *milestone.mutable_actual_date() = Date("2024-04-05");
  EXPECT_EQ(Only(Compose()).outcome(), v1::PROMISE_OUTCOME_DONE);
  EXPECT_TRUE(Only(Compose()).late());
  EXPECT_EQ(Compose().plans(0).milestones_reached(), 1);
}

TEST_F(AgendaTest, WhatWasOverdueBeforeSaysSoAndInSilenceRaisesAQuestion) {
  Cause(then_);
  Cause(now_);
  Recommend(then_, "2024-02-01");
  auto& now = Recommend(now_, "2024-02-01");
  auto pack = Compose();
  EXPECT_THAT(pack.promises(), IsEmpty()) << "it was missed before the first moment";
  ASSERT_THAT(pack.overdue(), SizeIs(1));
  EXPECT_TRUE(pack.overdue(0).already_then());
  EXPECT_EQ(pack.overdue(0).days(), 121);
  EXPECT_THAT(Rules(pack),
              UnorderedElementsAre(v1::QUESTION_RULE_OVERDUE_IN_SILENCE, v1::QUESTION_RULE_CAUSE_IN_SILENCE));
  Add(now_.record.facts.progress_notes, absl::StrCat(kCause, "/recommendations/1/progressNotes/1")).set_revision(7);
  EXPECT_THAT(Rules(Compose()), IsEmpty()) << "a word of the force is an answer";
  now_.record.facts.progress_notes.clear();
  now.set_revision(9);
  EXPECT_THAT(Rules(Compose()), IsEmpty()) << "so is an act on it";
}

TEST_F(AgendaTest, AClaimThatWaitsIsAQuestionToTheInspectorate) {
  Cause(then_);
  Cause(now_);
  Claim(Recommend(then_, "2024-08-01"), "2024-02-01");
  auto& now = Recommend(now_, "2024-08-01");
  Claim(now, "2024-02-01");
  EXPECT_THAT(Rules(Compose()), Contains(v1::QUESTION_RULE_CLAIM_WAITS));
  Claim(now, "2024-04-01");
  EXPECT_THAT(Rules(Compose()), Not(Contains(v1::QUESTION_RULE_CLAIM_WAITS))) << "that is another claim";
}

TEST_F(AgendaTest, EvidenceAboutACauseBreaksItsSilence) {
  Cause(then_);
  Cause(now_);
  EXPECT_THAT(Rules(Compose()), ElementsAre(v1::QUESTION_RULE_CAUSE_IN_SILENCE));
  auto& evidence = Add(now_.record.facts.evidence, "forces/kent/evidence/1");
  evidence.set_revision(5);
  evidence.add_about(absl::StrCat(kCause, "/recommendations/1"));
  EXPECT_THAT(Rules(Compose()), IsEmpty());
}

TEST_F(AgendaTest, HandlingAndRatingThatFellAndAPlanThatSlippedRaiseQuestions) {
  Cause(then_).mutable_handling()->set_level(concerns::v1::HANDLING_LEVEL_MANAGING);
  auto& now = Cause(now_);
  now.set_revision(2);
  now.mutable_handling()->set_level(concerns::v1::HANDLING_LEVEL_RESPONDING);
  *now.mutable_handling()->mutable_assessed_date() = Date("2024-05-01");
  Progress(then_, "2024-08-01");
  Progress(now_, "2024-10-01");
  for (AgendaSide* side : {&then_, &now_}) {
    auto& review = Add(side->record.facts.progress_reviews, "forces/kent/plans/1/progressReviews/1");
    review.set_overall(side == &then_ ? PROGRESS_RATING_GREEN : PROGRESS_RATING_RED);
    *review.mutable_review_date() = Date("2024-02-01");
  }
  const auto pack = Compose();
  ASSERT_THAT(pack.handling(), SizeIs(1));
  EXPECT_EQ(pack.handling(0).level_then(), concerns::v1::HANDLING_LEVEL_MANAGING);
  EXPECT_THAT(Rules(pack), ElementsAre(v1::QUESTION_RULE_HANDLING_WORSE, v1::QUESTION_RULE_PLAN_LATER,
                                       v1::QUESTION_RULE_RATING_WORSE));
  std::swap(then_, now_);
  EXPECT_THAT(Rules(Compose()), IsEmpty()) << "what got better raises none";
}

TEST_F(AgendaTest, AForceInAnEnhancedStageWithoutAnAcceptedPlanIsAskedForOne) {
  now_.record.facts.monitoring.clear();
  auto& monitoring = Add(now_.record.facts.monitoring, absl::StrCat(kForce, "/monitoring"));
  monitoring.set_stage("engage");
  monitoring.set_stage_display_name("Engage");
  monitoring.set_enhanced(true);
  EXPECT_THAT(Rules(Compose()), ElementsAre(v1::QUESTION_RULE_NO_PLAN));
  Progress(now_, "2024-08-01");
  EXPECT_THAT(Rules(Compose()), IsEmpty());
  now_.record.facts.plans.clear();
  now_.record.sections[2].set_state(v1::SECTION_STATE_UNAVAILABLE);
  EXPECT_THAT(Rules(Compose()), IsEmpty()) << "not known is not none";
}

TEST_F(AgendaTest, AdviceThenAndNowWithTheRulesThatChangedIt) {
  then_.assessment = Assessed("scan", {"a", "b"});
  now_.assessment = Assessed("engage", {"b", "c"});
  now_.assessment->add_counterfactuals();
  now_.assessment->add_near_misses();
  const auto pack = Compose();
  EXPECT_TRUE(pack.assessment().changed());
  EXPECT_THAT(pack.assessment().fires_now(), ElementsAre("Rule c."));
  EXPECT_THAT(pack.assessment().fires_no_more(), ElementsAre("Rule a."));
  EXPECT_THAT(pack.assessment().now().counterfactuals(), IsEmpty());
  EXPECT_THAT(pack.assessment().now().near_misses(), IsEmpty());
  EXPECT_THAT(Rules(pack), ElementsAre(v1::QUESTION_RULE_MOVE_ADVISED));

  then_.assessment = absl::UnavailableError("Down.");
  const auto half = Compose();
  EXPECT_FALSE(half.assessment().changed()) << "of one moment alone there is no change";
  EXPECT_THAT(half.assessment().fires_now(), IsEmpty());
  ASSERT_THAT(half.left_out(), SizeIs(1));
  EXPECT_EQ(half.left_out(0).field(), "assessment.then");
  EXPECT_THAT(half.left_out(0).reason(), HasSubstr("Down."));
}

TEST_F(AgendaTest, WhatOneMomentDoesNotShowIsNotTakenForNew) {
  Cause(now_);
  Recommend(now_, "2024-04-01");
  then_.record.sections[1].set_state(v1::SECTION_STATE_UNAVAILABLE);
  const auto pack = Compose();
  EXPECT_THAT(pack.concerns(), IsEmpty());
  EXPECT_THAT(pack.promises(), IsEmpty());
  EXPECT_FALSE(pack.has_counts_then());
  EXPECT_THAT(pack.overdue(), SizeIs(1)) << "what is overdue now is known";
  ASSERT_THAT(pack.left_out(), SizeIs(1));
  EXPECT_EQ(pack.left_out(0).field(), "concerns-service");
}

TEST_F(AgendaTest, WhereNothingWasRecordedEverythingIsNew) {
  Cause(now_);
  Recommend(now_, "2024-04-01");
  const auto pack = Compose(false);
  EXPECT_TRUE(pack.nothing_then());
  EXPECT_THAT(Kinds(pack.concerns()), ElementsAre("CONCERN_ISSUED", "RECOMMENDATION_ISSUED"));
  EXPECT_EQ(Only(pack).outcome(), v1::PROMISE_OUTCOME_MISSED);
  EXPECT_THAT(pack.sections_then(), IsEmpty());
}

TEST_F(AgendaTest, QuestionsAreBoundedAndTheRestIsCounted) {
  Cause(then_);
  Cause(now_);
  for (int i = 1; i <= kMostQuestions + 3; ++i) {
    Recommend(then_, "2024-04-01", i);
    Recommend(now_, "2024-04-01", i);
  }
  const auto pack = Compose();
  EXPECT_THAT(pack.questions(), SizeIs(kMostQuestions));
  ASSERT_THAT(pack.left_out(), SizeIs(1));
  EXPECT_EQ(pack.left_out(0).count(), 4) << "three promises, and the silent cause";
}

TEST_F(AgendaTest, TheLastMeetingIsThatBeforeTheDayAndNotACorrectedOne) {
  SuiteFacts facts;
  const auto meet = [&](int number, const std::string& day) -> Meeting& {
    Meeting& meeting = Add(facts.meetings, absl::StrCat(kForce, "/meetings/", number));
    *meeting.mutable_meeting_date() = Date(day);
    return meeting;
  };
  EXPECT_EQ(LastMeeting(facts, kForce, GetTime(Noon(kUntil))), nullptr);
  meet(1, "2024-04-01");
  meet(2, "2024-05-01").set_corrected_by("forces/kent/meetings/3");
  meet(4, kUntil);
  meet(5, "2024-02-01");
  EXPECT_EQ(LastMeeting(facts, kForce, GetTime(Noon(kUntil)))->name(), "forces/kent/meetings/1");
  EXPECT_EQ(LastMeeting(facts, "forces/essex", GetTime(Noon(kUntil))), nullptr);
}

TEST_F(AgendaTest, TheOversightGroupCallsThoseInAnEnhancedStageOnTheDay) {
  SuiteFacts facts;
  const auto spell = [&](const std::string& force, const std::string& from, const std::string& until) {
    auto& episode = Add(facts.episodes, absl::StrCat("forces/", force, "/episodes/1"));
    *episode.mutable_from_date() = Date(from);
    if (!until.empty()) *episode.mutable_until_date() = Date(until);
  };
  spell("kent", "2024-01-01", "");
  spell("essex", "2024-01-01", "2024-05-01");
  spell("dorset", "2024-07-01", "");
  spell("cumbria", "2024", "");
  EXPECT_THAT(EnhancedOn(facts, Day("2024-06-01")), ElementsAre("forces/cumbria", "forces/kent"));
  EXPECT_THAT(EnhancedOn(facts, Day("2024-02-01")), ElementsAre("forces/cumbria", "forces/essex", "forces/kent"));
}

}  // namespace
}  // namespace oversight::gateway
