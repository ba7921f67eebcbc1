// Plans for improvement: versions, verdicts, what is kept from one to the next, slippage, the forecast, and reviews.
#include "monitoring-service/domain/plans.h"

#include "monitoring-service/domain/follow_up_actions.h"
#include "monitoring-service/domain/plan_progress.h"
#include "tests/monitoring/plan_fixture.h"

namespace oversight::monitoring {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class PlanRules : public PlanFixture {};

// ---- Submitting. ----

TEST_F(PlanRules, TheFirstVersionIsUnderReview) {
  auto content = Content();
  *content.mutable_actions(0)->mutable_actual_date() = Day(2023, 11, 1);
  *content.mutable_actions(0)->mutable_original_due_date() = Day(2020, 1, 1);
  const auto plan = SubmitIt(content);
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(plan->name(), "forces/west-midlands/plans/1");
  EXPECT_EQ(plan->state(), v1::PLAN_STATE_SUBMITTED);
  EXPECT_EQ(plan->version(), 1);
  EXPECT_EQ(plan->in_force_version(), 0);
  EXPECT_EQ(plan->submitter(), kOfficer);
  const auto& action = plan->content().actions(0);
  EXPECT_FALSE(action.has_actual_date()) << "what is done is reported, not planned";
  EXPECT_FALSE(action.has_original_due_date()) << "until a version with it is accepted";
  ASSERT_THAT(action.due_dates(), SizeIs(1));
  EXPECT_EQ(action.due_dates(0).version(), 1);
}

TEST_F(PlanRules, WhatIsWrongInAVersionIsToldAtOnce) {
  auto content = Content();
  content.mutable_objectives(0)->clear_recommendations();
  content.mutable_actions(0)->set_objective("o9");
  content.mutable_actions(1)->set_objective("o9");
  content.mutable_milestones(0)->set_id("a1");
  content.mutable_milestones(0)->set_objective("a1");
  auto* removal = content.add_removals();
  removal->set_id("a1");
  removal->set_reason("Never was there.");
  EXPECT_THAT(FieldsOf(SubmitIt(content).status()),
              ElementsAre("content.objectives[0].recommendations", "content.actions[0].objective",
                          "content.actions[1].objective", "content.milestones[0].id", "content.milestones[0].objective",
                          "content.objectives[0].id", "content.removals[0].id", "content.removals[0].id"));
}

TEST_F(PlanRules, AnObjectiveMayRestOnSomethingElse) {
  auto content = Content();
  content.mutable_objectives(0)->clear_recommendations();
  content.mutable_objectives(0)->set_other_basis("The milestone plan agreed in May.");
  EXPECT_TRUE(SubmitIt(content).ok());
}

TEST_F(PlanRules, AnObjectiveAnswersRecommendationsThatCount) {
  auto content = Content();
  auto& names = *content.mutable_objectives(0)->mutable_recommendations();
  for (const auto* name : {kDraft, kWithdrawn, kSuperseded, kMissing, kForeign}) names.Add(std::string(name));
  const auto refused = SubmitIt(content).status();
  EXPECT_THAT(refused, Refuses(absl::StatusCode::kFailedPrecondition, "RECOMMENDATION_NOT_USABLE"));
  EXPECT_THAT(PreconditionsOf(refused), ElementsAre(std::string("RECOMMENDATION_NOT_USABLE ") + kDraft,
                                                    std::string("RECOMMENDATION_NOT_USABLE ") + kWithdrawn,
                                                    std::string("RECOMMENDATION_NOT_USABLE ") + kSuperseded,
                                                    std::string("RECOMMENDATION_NOT_USABLE ") + kMissing,
                                                    std::string("RECOMMENDATION_NOT_USABLE ") + kForeign));
  const auto why = WhyOf(refused);
  EXPECT_EQ(why.at(kDraft), why.at(kMissing)) << "a force must not learn of a draft";
  EXPECT_EQ(why.at(kDraft), why.at(kForeign));
}

TEST_F(PlanRules, ARecommendationWithdrawnSinceMayStay) {
  const auto plan = Accepted();
  facts_.recommendations[kOpen].set_state(concerns::v1::RECOMMENDATION_STATE_WITHDRAWN);
  EXPECT_TRUE(NextOf(plan, Content()).ok());
  EXPECT_THAT(SubmitIt(Content()).status(),
              Refuses(absl::StatusCode::kFailedPrecondition, "RECOMMENDATION_NOT_USABLE"));
}

// ---- Verdicts. ----

TEST_F(PlanRules, AVersionIsReturnedWithReasonsThenAnotherIsAccepted) {
  auto plan = *SubmitIt(Content());
  v1::ReturnPlanRequest back;
  back.add_reasons("No owner for a2.");
  plan = *Return(plan, back, kInspector, kNow);
  EXPECT_EQ(plan.state(), v1::PLAN_STATE_RETURNED);
  EXPECT_EQ(plan.in_force_version(), 0);
  EXPECT_THAT(plan.verdicts(0).reasons(), ElementsAre("No owner for a2."));
  EXPECT_EQ(plan.verdicts(0).reviewer(), kInspector);
  auto content = Content();
  *content.mutable_milestones(0)->mutable_due_date() = Day(2024, 2, 1);
  plan = *NextOf(plan, content);
  EXPECT_EQ(plan.state(), v1::PLAN_STATE_SUBMITTED);
  EXPECT_EQ(plan.version(), 2);
  EXPECT_EQ(plan.change_reason(), "As asked.");
  plan = *Accept(plan, {}, kChief, kNow);
  EXPECT_EQ(plan.state(), v1::PLAN_STATE_ACCEPTED);
  EXPECT_EQ(plan.in_force_version(), 2);
  EXPECT_FALSE(plan.has_in_force());
  EXPECT_EQ(FormatIso(plan.content().milestones(0).original_due_date()), "2024-02-01")
      << "the day of the first version accepted";
  EXPECT_THAT(plan.content().milestones(0).due_dates(), SizeIs(2)) << "and no date is lost";
  EXPECT_THAT(plan.verdicts(), SizeIs(2));
}

TEST_F(PlanRules, EachVerbAsksForItsState) {
  const auto submitted = *SubmitIt(Content());
  const auto wrong = Refuses(absl::StatusCode::kFailedPrecondition, "WRONG_STATE");
  EXPECT_THAT(NextOf(submitted, Content()).status(), wrong);
  EXPECT_THAT(Report(submitted, Reporting("a1"), kNow).status(), wrong) << "nothing is in force";
  const auto accepted = Accepted();
  v1::ReturnPlanRequest back;
  back.add_reasons("Late.");
  EXPECT_THAT(Return(accepted, back, kInspector, kNow).status(), wrong);
  const auto again = Accept(accepted, {}, kChief, kNow).status();
  EXPECT_THAT(again, wrong);
  EXPECT_EQ(ErrorMetadata(again, "state"), "ACCEPTED");
  EXPECT_THAT(std::string(again.message()), HasSubstr("The force must submit one first"));
  back.set_reasons(0, "");
  EXPECT_THAT(FieldsOf(Return(submitted, back, kInspector, kNow).status()), ElementsAre("reasons[0]"));
}

TEST_F(PlanRules, TheTableTellsWhatMayBeDone) {
  const auto submitted = *SubmitIt(Content());
  std::vector<std::string> allowed;
  for (const auto& [service, action] : AllowedFollowUps(&submitted)) {
    EXPECT_EQ(service, "oversight.monitoring.v1.PlansService");
    EXPECT_EQ(action.reason(), action.allowed() ? "" : "WRONG_STATE") << action.verb();
    if (action.allowed()) allowed.push_back(action.verb());
  }
  EXPECT_THAT(allowed, ElementsAre("ReturnPlan", "AcceptPlan"));
}

// ---- From version to version. ----

TEST_F(PlanRules, TheVersionInForceStaysSoUntilAnotherIsAccepted) {
  auto plan = Accepted();
  auto content = Content();
  content.set_title("Another title");
  plan = *NextOf(plan, content);
  EXPECT_EQ(plan.in_force_version(), 1);
  EXPECT_EQ(Standing(plan).title(), "Improvement plan");
  EXPECT_EQ(StandingVersion(plan), 1);
  v1::ReturnPlanRequest back;
  back.add_reasons("No.");
  plan = *Return(plan, back, kInspector, kNow);
  EXPECT_EQ(Standing(plan).title(), "Improvement plan");
  plan = *NextOf(plan, content);
  EXPECT_EQ(Standing(plan).title(), "Improvement plan") << "not what was returned";
  plan = *Accept(plan, {}, kChief, kNow);
  EXPECT_EQ(Standing(plan).title(), "Another title");
  EXPECT_EQ(plan.in_force_version(), 3);
}

TEST_F(PlanRules, NothingDropsOutInSilence) {
  const auto plan = Accepted();
  auto content = Content();
  content.clear_milestones();
  const auto silent = NextOf(plan, content).status();
  EXPECT_THAT(FieldsOf(silent), ElementsAre("content.removals", "content.removals"));
  EXPECT_THAT(ViolationsOf(silent)[0].second, HasSubstr("leaves out m1, a milestone"));
  for (const auto* id : {"m1", "m2"}) {
    auto* removal = content.add_removals();
    removal->set_id(id);
    removal->set_reason("Done by another force.");
  }
  auto next = NextOf(plan, content);
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_EQ(next->content().removals(0).version(), 2);
  auto twice = content;
  *twice.add_removals() = twice.removals(0);
  EXPECT_THAT(FieldsOf(NextOf(plan, twice).status()), ElementsAre("content.removals[2].id"));
  // What a returned version removed can come back; what one in force removed cannot.
  v1::ReturnPlanRequest back;
  back.add_reasons("Keep them.");
  EXPECT_TRUE(NextOf(*Return(*next, back, kInspector, kNow), Content()).ok());
  const auto in_force = *Accept(*next, {}, kChief, kNow);
  EXPECT_THAT(FieldsOf(NextOf(in_force, Content()).status()),
              ElementsAre("content.milestones[0].id", "content.milestones[1].id"));
  content.clear_removals();
  EXPECT_THAT(NextOf(in_force, content)->content().removals(), SizeIs(2)) << "the record keeps what was removed";
}

TEST_F(PlanRules, AnIdStaysWhatItIsOf) {
  auto content = Content();
  content.mutable_actions(1)->set_id("m2");
  content.mutable_milestones(1)->set_id("a2");
  EXPECT_THAT(FieldsOf(NextOf(Accepted(), content).status()),
              ElementsAre("content.actions[1].id", "content.milestones[1].id"));
  // Also that of a version which never came into force.
  const auto returned = *SubmitIt(Content());
  v1::ReturnPlanRequest why;
  why.add_reasons("Too slow.");
  EXPECT_THAT(FieldsOf(NextOf(*Return(returned, why, kChief, kNow), content).status()),
              ElementsAre("content.actions[1].id", "content.milestones[1].id"));
}

// ---- Reports. ----

TEST_F(PlanRules, WhatIsDoneIsReportedAndKept) {
  auto plan = *NextOf(Accepted(), Content());
  plan = *Report(plan, Reporting("m1", Day(2023, 11, 20)), kNow);
  EXPECT_EQ(FormatIso(plan.in_force().milestones(0).actual_date()), "2023-11-20");
  EXPECT_EQ(FormatIso(plan.content().milestones(0).actual_date()), "2023-11-20") << "and in the version under review";
  plan = *Accept(plan, {}, kChief, kNow);
  plan = *NextOf(plan, Content());
  EXPECT_EQ(FormatIso(plan.content().milestones(0).actual_date()), "2023-11-20") << "and in every later one";
}

TEST_F(PlanRules, AWrongReportIsPutRightWithAReason) {
  auto plan = *Report(Accepted(), Reporting("a1", Day(2023, 11, 20)), kNow);
  EXPECT_THAT(FieldsOf(Report(plan, Reporting("a1", Day(2023, 11, 21)), kNow).status()),
              ElementsAre("items[0].correction_reason"));
  auto undone = Reporting("a1");
  undone.mutable_items(0)->set_correction_reason("It was another action.");
  plan = *Report(plan, undone, kNow);
  EXPECT_FALSE(plan.content().actions(0).has_actual_date());
  EXPECT_THAT(FieldsOf(Report(plan, undone, kNow).status()),
              ElementsAre("items[0].correction_reason", "items[0].actual_date"));
}

TEST_F(PlanRules, AReportIsOfWhatIsThereAndNotAheadOfTime) {
  const auto plan = Accepted();
  auto request = Reporting("a1", Day(2023, 11, 20));
  *request.add_items() = request.items(0);
  *request.add_items() = Reporting("o1", Day(2023, 11, 20)).items(0);
  EXPECT_THAT(FieldsOf(Report(plan, request, kNow).status()), ElementsAre("items[1].id", "items[2].id"));
  const auto ahead = Report(plan, Reporting("a1", Day(2023, 11, 28)), kNow).status();
  EXPECT_THAT(PreconditionsOf(ahead), ElementsAre("DATES_CONTRADICT items[0].actual_date"));
}

// ---- Slippage and forecast. ----

TEST_F(PlanRules, SlippageIsFromTheDayFirstAccepted) {
  auto content = Content();
  *content.mutable_milestones(1)->mutable_due_date() = Day(2024, 4, 10);
  auto plan = *Accept(*NextOf(Accepted(), content), {}, kChief, kNow);
  plan = *Report(plan, Reporting("m1", Day(2023, 11, 25)), kNow);
  const auto progress = ProgressOf(plan, absl::CivilDay(2024, 1, 10));
  EXPECT_EQ(progress.plan(), plan.name());
  EXPECT_EQ(progress.version(), 2);
  ASSERT_THAT(progress.milestones(), SizeIs(2));
  EXPECT_EQ(progress.milestones(0).slippage_days(), -6) << "reached six days early";
  EXPECT_EQ(progress.milestones(1).slippage_days(), 10);
  EXPECT_THAT(progress.milestones(1).due_dates(), SizeIs(2));
  EXPECT_EQ(FormatIso(progress.milestones(1).original_due_date()), "2024-03-31");
  EXPECT_EQ(progress.delay_days(), 0) << "never less than none";
  EXPECT_EQ(progress.delay_basis_count(), 1);
  EXPECT_EQ(FormatIso(progress.milestones(0).forecast_date()), "2023-11-25");
  EXPECT_EQ(FormatIso(progress.forecast_date()), "2024-04-10");
}

TEST_F(PlanRules, TheForecastIsTheMeanDelayOfWhatWasReached) {
  auto content = Content();
  *content.mutable_milestones(0)->mutable_due_date() = Day(2023, 11, 1);
  *content.add_milestones() = content.milestones(0);
  content.mutable_milestones(2)->set_id("m3");
  auto plan = *Accept(*SubmitIt(content), {}, kChief, kNow);
  auto request = Reporting("m1", Day(2023, 11, 11));                  // 10 days late,
  *request.add_items() = Reporting("m3", Day(2023, 11, 6)).items(0);  // 5 days late: 7.5, so 8.
  plan = *Report(plan, request, kNow);
  const auto progress = ProgressOf(plan, absl::CivilDay(2024, 1, 10));
  EXPECT_EQ(progress.delay_days(), 8);
  EXPECT_EQ(progress.delay_basis_count(), 2);
  EXPECT_EQ(FormatIso(progress.milestones(1).forecast_date()), "2024-04-08");
  EXPECT_EQ(FormatIso(progress.forecast_date()), "2024-04-08");
  const auto late = ProgressOf(plan, absl::CivilDay(2024, 6, 1));
  EXPECT_EQ(FormatIso(late.forecast_date()), "2024-06-01") << "not before the day asked for";
  EXPECT_TRUE(late.milestones(1).overdue());
  EXPECT_FALSE(late.milestones(0).overdue()) << "reached";
}

TEST_F(PlanRules, BeforeAVersionIsInForceThereIsNoSlippage) {
  const auto progress = ProgressOf(*SubmitIt(Content()), absl::CivilDay(2024, 2, 1));
  EXPECT_EQ(progress.version(), 1);
  EXPECT_EQ(progress.milestones(0).slippage_days(), 0);
  EXPECT_FALSE(progress.milestones(0).has_original_due_date());
  EXPECT_EQ(progress.delay_basis_count(), 0);
  EXPECT_EQ(progress.action_count(), 2);
  EXPECT_EQ(progress.done_action_count(), 0);
  EXPECT_EQ(progress.overdue_action_count(), 1) << "a1 was due on 31 December";
  auto without = Content();
  without.clear_milestones();
  EXPECT_FALSE(ProgressOf(*SubmitIt(without), absl::CivilDay(2024, 2, 1)).has_forecast_date());
}

TEST_F(PlanRules, ADayIsNotOverdueOnItself) {
  const auto plan = Accepted();
  EXPECT_EQ(ProgressOf(plan, absl::CivilDay(2023, 12, 31)).overdue_action_count(), 0);
  EXPECT_EQ(ProgressOf(plan, absl::CivilDay(2024, 1, 1)).overdue_action_count(), 1);
  EXPECT_EQ(ProgressOf(*Report(plan, Reporting("a1", Day(2023, 11, 2)), kNow), absl::CivilDay(2024, 1, 1))
                .done_action_count(),
            1);
}

// ---- Reviews. ----

TEST_F(PlanRules, AReviewRatesTheWholeAndEveryObjective) {
  const auto reviewed = Review(Accepted(), Rating(), std::nullopt, 3, kInspector, kNow);
  ASSERT_TRUE(reviewed.ok()) << reviewed.status();
  EXPECT_EQ(reviewed->review.name(), "forces/west-midlands/plans/1/progressReviews/3");
  EXPECT_EQ(reviewed->review.plan_version(), 1);
  EXPECT_EQ(reviewed->review.reviewer(), kInspector);
}

TEST_F(PlanRules, WhatIsWrongInAReviewIsToldAtOnce) {
  auto wanted = Rating();
  wanted.set_overall(static_cast<v1::ProgressRating>(9));
  wanted.mutable_objectives(0)->set_rating(v1::PROGRESS_RATING_RED);
  *wanted.add_objectives() = wanted.objectives(0);
  wanted.mutable_objectives(1)->set_rating(static_cast<v1::ProgressRating>(9));
  wanted.mutable_objectives(1)->set_text("Said.");
  wanted.add_objectives()->set_objective("a1");
  wanted.mutable_objectives(2)->set_rating(v1::PROGRESS_RATING_GREEN);
  wanted.set_corrects("forces/west-midlands/plans/2/progressReviews/1");
  EXPECT_THAT(FieldsOf(Review(Accepted(), wanted, std::nullopt, 3, kInspector, kNow).status()),
              ElementsAre("progress_review.overall", "progress_review.objectives[0].text",
                          "progress_review.objectives[1].objective", "progress_review.objectives[1].rating",
                          "progress_review.objectives[2].objective", "progress_review.correction_reason",
                          "progress_review.corrects"));
  auto none = Rating();
  none.clear_objectives();
  EXPECT_THAT(FieldsOf(Review(Accepted(), none, std::nullopt, 3, kInspector, kNow).status()),
              ElementsAre("progress_review.objectives"));
}

TEST_F(PlanRules, AReviewNeedsAVersionInForceAndIsNotToCome) {
  EXPECT_THAT(Review(*SubmitIt(Content()), Rating(), std::nullopt, 1, kInspector, kNow).status(),
              Refuses(absl::StatusCode::kFailedPrecondition, "WRONG_STATE"));
  auto ahead = Rating();
  *ahead.mutable_review_date() = Day(2023, 11, 28);
  EXPECT_THAT(PreconditionsOf(Review(Accepted(), ahead, std::nullopt, 1, kInspector, kNow).status()),
              ElementsAre("DATES_CONTRADICT progress_review.review_date"));
}

TEST_F(PlanRules, AReviewIsCorrectedOnce) {
  auto earlier = Rating();
  earlier.set_name("forces/west-midlands/plans/1/progressReviews/1");
  auto wanted = Rating();
  wanted.set_corrects(earlier.name());
  wanted.set_correction_reason("The wrong objective.");
  const auto reviewed = Review(Accepted(), wanted, earlier, 2, kInspector, kNow);
  ASSERT_TRUE(reviewed.ok()) << reviewed.status();
  EXPECT_EQ(reviewed->corrected->corrected_by(), reviewed->review.name());
  EXPECT_THAT(Review(Accepted(), wanted, reviewed->corrected, 3, kInspector, kNow).status(),
              Refuses(absl::StatusCode::kFailedPrecondition, "ALREADY_CORRECTED"));
}

}  // namespace
}  // namespace oversight::monitoring
