#include "tests/monitoring/policy_fixture.h"

namespace oversight::monitoring {
namespace {

using concerns::v1::HANDLING_LEVEL_ERADICATED;
using concerns::v1::HANDLING_LEVEL_MANAGING;
using concerns::v1::HANDLING_LEVEL_NOT_RESPONDING;
using concerns::v1::HANDLING_LEVEL_RESPONDING;
using concerns::v1::HANDLING_LEVEL_UNSPECIFIED;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kForce[] = "forces/kent";

std::string Concern(int n) { return absl::StrCat(kForce, "/concerns/", n); }

std::vector<std::string> Fired(const v1::Assessment& assessment) {
  std::vector<std::string> ids;
  for (const auto& fired : assessment.fired()) ids.push_back(fired.rule());
  return ids;
}
std::vector<std::string> Texts(const v1::Assessment& assessment) {
  std::vector<std::string> texts;
  for (const auto& set : assessment.counterfactuals()) texts.push_back(set.text());
  return texts;
}

TEST(AssessTest, AForceOfWhichNothingIsKnownStaysInScan) {
  const auto assessment = AssessFully(By(PublishedGrounds()), ForceFacts(kForce));
  EXPECT_EQ(assessment.stage(), "scan");
  EXPECT_EQ(assessment.advised_stage(), "scan");
  EXPECT_EQ(assessment.advised_move(), v1::ADVISED_MOVE_KEEP);
  EXPECT_THAT(assessment.fired(), IsEmpty());
  EXPECT_EQ(assessment.text(), "To stay in Scan is advised. No rule fires.");
  EXPECT_THAT(Texts(assessment), Contains("one more cause of concern handled as not responding gives Engage"));
}

TEST(AssessTest, FourCausesThatAreNotManagedAdviseEngageAndEachIsNamed) {
  ForceFacts facts(kForce);
  for (int n = 1; n <= 4; ++n) Take(Cause(Concern(n), HANDLING_LEVEL_RESPONDING), facts);
  const auto assessment = AssessFully(By(PublishedGrounds()), facts);
  EXPECT_EQ(assessment.advised_stage(), "engage");
  EXPECT_EQ(assessment.advised_move(), v1::ADVISED_MOVE_ESCALATE);
  ASSERT_THAT(Fired(assessment), ElementsAre("not-managing"));
  const auto& condition = assessment.fired(0).conditions(0);
  EXPECT_EQ(condition.value(), 4);
  ASSERT_EQ(condition.facts_size(), 4);
  EXPECT_EQ(condition.facts(3).name(), Concern(4));
  EXPECT_EQ(condition.facts(3).revision(), 7);
  EXPECT_EQ(condition.facts(3).text(), "Title of forces/kent/concerns/4 (handling: responding, open for 100 days)");
  EXPECT_THAT(assessment.text(), HasSubstr("Title of forces/kent/concerns/1"));
  EXPECT_EQ(assessment.policy(), "policies/published-grounds");
  EXPECT_EQ(assessment.policy_sha256().size(), 32u);
}

TEST(AssessTest, SaysTheSmallestSetsThatWouldChangeTheAnswer) {
  ForceFacts facts(kForce);
  Take(Cause(Concern(12), HANDLING_LEVEL_NOT_RESPONDING), facts);
  const auto assessment = AssessFully(By(PublishedGrounds()), facts);
  ASSERT_EQ(assessment.advised_stage(), "engage");
  EXPECT_THAT(Texts(assessment),
              ElementsAre("discharge of concern 12 gives Scan", "concern 12 handled as managing gives Scan",
                          "concern 12 handled as eradicated gives Scan"));
  EXPECT_EQ(assessment.counterfactuals(0).advised_stage(), "scan");
}

TEST(AssessTest, FindsLargeSetsTooAndLeavesNothingInThatIsNotNeeded) {
  ForceFacts facts(kForce);
  Take(InStage(kForce, "engage", 30), facts);
  for (int n = 1; n <= 4; ++n) Take(Cause(Concern(n), HANDLING_LEVEL_RESPONDING), facts);
  Take(Due(Concern(1) + "/recommendations/1", 20), facts);
  const auto assessment = AssessFully(By(PublishedGrounds()), facts);
  ASSERT_EQ(assessment.advised_stage(), "engage");
  EXPECT_EQ(assessment.advised_move(), v1::ADVISED_MOVE_KEEP);
  EXPECT_THAT(
      Texts(assessment),
      Contains("discharge of concern 1, discharge of concern 2, discharge of concern 3 and discharge of concern 4 "
               "give Scan"));
  for (const auto& set : assessment.counterfactuals()) EXPECT_EQ(set.changes_size(), 4) << set.text();
}

TEST(AssessTest, InEngageARuleThatKeepsHoldsAgainstOneThatReturns) {
  ForceFacts facts(kForce);
  Take(InStage(kForce, "engage", 100), facts);
  EXPECT_THAT(Fired(Assess(By(PublishedGrounds()), facts)), ElementsAre("no-plan", "all-managed"));
  EXPECT_EQ(Assess(By(PublishedGrounds()), facts).advised_stage(), "engage");
  v1::Plan plan;
  plan.set_name(absl::StrCat(kForce, "/plans/1"));
  plan.set_in_force_version(1);
  Take(plan, facts);
  const auto assessment = Assess(By(PublishedGrounds()), facts);
  EXPECT_THAT(Fired(assessment), ElementsAre("all-managed"));
  EXPECT_EQ(assessment.advised_move(), v1::ADVISED_MOVE_RETURN);
  EXPECT_EQ(assessment.text().rfind("A return to Scan is advised.", 0), 0u) << assessment.text();
}

TEST(AssessTest, AForceInEngageStaysWhileNoRuleReturnsIt) {
  ForceFacts facts(kForce);
  Take(InStage(kForce, "engage", 10), facts);
  Take(Cause(Concern(1), HANDLING_LEVEL_UNSPECIFIED), facts);
  const auto assessment = AssessFully(By(PublishedGrounds()), facts);
  EXPECT_EQ(assessment.advised_stage(), "engage");
  EXPECT_THAT(Fired(assessment), IsEmpty());
  ASSERT_EQ(assessment.near_misses_size(), 1);
  EXPECT_EQ(assessment.near_misses(0).rule(), "all-managed");
  EXPECT_THAT(Texts(assessment), Contains("concern 1 handled as managing gives Scan"));
}

TEST(AssessTest, CountsWeightsTogether) {
  ForceFacts facts(kForce);
  for (int n = 1; n <= 5; ++n) {
    auto cause = Cause(Concern(n), HANDLING_LEVEL_MANAGING);
    cause.set_accelerated(true);
    Take(cause, facts);
    if (n != 4) continue;
    const auto four = AssessFully(By(PublishedGrounds()), facts);
    EXPECT_EQ(four.advised_stage(), "scan");
    EXPECT_EQ(four.weight(), 80);
    ASSERT_EQ(four.near_misses_size(), 1);
    EXPECT_EQ(four.near_misses(0).missing(), "weight 80 of 100");
  }
  const auto five = Assess(By(PublishedGrounds()), facts);
  EXPECT_EQ(five.advised_stage(), "engage") << "as with the five of Lincolnshire";
  EXPECT_THAT(Fired(five), ElementsAre("weight-accelerated"));
  EXPECT_EQ(five.fired(0).weight(), 100);
  EXPECT_THAT(five.text(), HasSubstr("Together they weigh 100; the bar is 100."));
}

TEST(AssessTest, NearMissesSayHowFarAndWhenTimeAloneBringsThem) {
  const auto policy =
      PolicyOf(RuleText("old", "ESCALATE", "conditions { causes { open_days_at_least: 120 } at_least: 1 }") +
               RuleText("three", "ESCALATE", "conditions { recommendations { } at_least: 3 }") +
               RuleText("far", "ESCALATE", "conditions { causes { } at_least: 9 }"));
  ForceFacts facts(kForce);
  Take(Cause(Concern(1), HANDLING_LEVEL_MANAGING, 100), facts);
  Take(Due(Concern(1) + "/recommendations/1", 0), facts);
  Take(Due(Concern(1) + "/recommendations/2", 0), facts);
  const auto near = NearMisses(By(policy), facts);
  ASSERT_EQ(near.size(), 2u);
  EXPECT_EQ(near[0].rule(), "three");
  EXPECT_EQ(near[0].distance(), 1);
  EXPECT_EQ(near[1].rule(), "old");
  EXPECT_EQ(near[1].distance(), 20);
  ASSERT_TRUE(near[1].has_expected_date());
  const auto day = *ToCivilDay(near[1].expected_date());
  EXPECT_FALSE(Judge(By(policy, day - 1), facts).escalates);
  EXPECT_TRUE(Judge(By(policy, day), facts).escalates);
  ASSERT_EQ(near[1].facts_size(), 1);
  EXPECT_EQ(near[1].facts(0).name(), Concern(1));
}

TEST(AssessTest, OnlyWhatIsOpenCounts) {
  const auto policy = PolicyOf(RuleText("any", "ESCALATE", "conditions { causes { } at_least: 1 }") +
                               RuleText("late", "ESCALATE",
                                        "conditions { recommendations { overdue_days_at_least: 1 } "
                                        "at_least: 1 }"));
  ForceFacts facts(kForce);
  Take(Cause(Concern(1), HANDLING_LEVEL_RESPONDING), facts);
  Take(Due(Concern(1) + "/recommendations/1", 5), facts);
  EXPECT_THAT(Fired(Assess(By(policy), facts)), ElementsAre("any", "late"));
  auto claimed = Due(Concern(1) + "/recommendations/1", 5);
  claimed.set_state(concerns::v1::RECOMMENDATION_STATE_CLAIMED);
  Take(claimed, facts);
  EXPECT_THAT(Fired(Assess(By(policy), facts)), ElementsAre("any")) << "a claim waits for the inspectorate";
  Take(Due(Concern(1) + "/recommendations/1", 5), facts);
  Take(MakeConcern(Concern(1), concerns::v1::CONCERN_STATE_DISCHARGED), facts);
  EXPECT_THAT(Fired(Assess(By(policy), facts)), IsEmpty()) << "nor what belongs to a closed cause";
  Take(MakeConcern(Concern(2), concerns::v1::CONCERN_STATE_DRAFT), facts);
  Take(MakeConcern(Concern(3), concerns::v1::CONCERN_STATE_ISSUED, concerns::v1::CONCERN_KIND_AREA_FOR_IMPROVEMENT),
       facts);
  EXPECT_THAT(Fired(Assess(By(policy), facts)), IsEmpty());
}

TEST(AssessTest, TheLatestAnswerCounts) {
  const auto policy = PolicyOf(RuleText(
      "silent", "ESCALATE", "conditions { causes { response_at_most: RESPONSE_STANDING_INADEQUATE } at_least: 1 }"));
  ForceFacts facts(kForce);
  Take(Cause(Concern(1), HANDLING_LEVEL_MANAGING), facts);
  const auto escalates = [&] { return Judge(By(policy), facts).escalates; };
  EXPECT_TRUE(escalates()) << "none";
  Take(Answer(Concern(1) + "/responses/2", concerns::v1::FORCE_RESPONSE_STATE_INADEQUATE), facts);
  EXPECT_TRUE(escalates());
  Take(Answer(Concern(1) + "/responses/10", concerns::v1::FORCE_RESPONSE_STATE_AWAITING_JUDGEMENT), facts);
  EXPECT_FALSE(escalates());
  Take(Answer(Concern(1) + "/responses/2", concerns::v1::FORCE_RESPONSE_STATE_INADEQUATE), facts);
  EXPECT_FALSE(escalates()) << "the tenth is later than the second";
  const auto assessment = Assess(By(policy), facts);
  EXPECT_THAT(assessment.fired(), IsEmpty());
}

TEST(AssessTest, NumbersKnownOfAForce) {
  const auto value = [](const std::string& number, const ForceFacts& facts) {
    return NumberOf(number, ShippedLadders(), facts, kToday);
  };
  ForceFacts facts(kForce);
  Take(InStage(kForce, "engage", 40), facts);
  EXPECT_EQ(value("days_in_stage", facts), 40);
  EXPECT_EQ(value("days_without_plan", facts), 40);
  EXPECT_EQ(value("meeting_days_late", facts), 12) << "28 days are the cadence in Engage";
  v1::Meeting meeting;
  meeting.set_name(absl::StrCat(kForce, "/meetings/1"));
  *meeting.mutable_meeting_date() = ToPartialDate(kToday - 10);
  Take(meeting, facts);
  EXPECT_EQ(value("meeting_days_late", facts), 0);
  meeting.set_corrected_by(absl::StrCat(kForce, "/meetings/2"));
  Take(meeting, facts);
  EXPECT_EQ(value("meeting_days_late", facts), 12) << "a corrected record is not one";

  v1::Plan plan;
  plan.set_name(absl::StrCat(kForce, "/plans/1"));
  plan.set_revision(5);
  plan.set_in_force_version(2);
  auto* milestone = plan.mutable_in_force()->add_milestones();
  milestone->set_title("Half the queue");
  *milestone->mutable_original_due_date() = ToPartialDate(kToday - 50);
  *milestone->mutable_due_date() = ToPartialDate(kToday - 5);
  Take(plan, facts);
  EXPECT_EQ(value("days_without_plan", facts), 0);
  EXPECT_EQ(value("plan_slippage_days", facts), 45);
  EXPECT_EQ(value("overdue_milestones", facts), 1);
  v1::Plan draft;
  draft.set_name(absl::StrCat(kForce, "/plans/2"));
  Take(draft, facts);
  EXPECT_EQ(value("plan_slippage_days", facts), 45) << "the plan in force counts, not one handed in since";
  const auto why = ExplainNumber("plan_slippage_days", ShippedLadders(), facts, kToday);
  ASSERT_EQ(why.facts.size(), 1u);
  EXPECT_EQ(why.facts[0].name(), plan.name());
  EXPECT_EQ(why.facts[0].revision(), 5);

  forces::v1::Inspection inspection;
  inspection.set_name(absl::StrCat(kForce, "/inspections/1"));
  inspection.set_state(forces::v1::INSPECTION_STATE_PUBLISHED);
  *inspection.mutable_report()->mutable_publication_date() = ToPartialDate(kToday - 500);
  for (const auto grade : {forces::v1::GRADE_INADEQUATE, forces::v1::GRADE_GOOD, forces::v1::GRADE_INADEQUATE}) {
    inspection.mutable_report()->add_graded_areas()->set_grade(grade);
  }
  Take(inspection, facts);
  EXPECT_EQ(value("inadequate_grades", facts), 2);
  inspection.set_name(absl::StrCat(kForce, "/inspections/2"));
  *inspection.mutable_report()->mutable_publication_date() = ToPartialDate(kToday - 5);
  inspection.mutable_report()->mutable_graded_areas(0)->set_grade(forces::v1::GRADE_ADEQUATE);
  Take(inspection, facts);
  EXPECT_EQ(value("inadequate_grades", facts), 1) << "the latest report";
}

TEST(AssessTest, SupposesWithoutTouchingAndSaysWhatCannotBeSupposed) {
  ForceFacts facts(kForce);
  Take(Cause(Concern(1), HANDLING_LEVEL_NOT_RESPONDING), facts);
  ForceFacts supposed = facts;
  Violations violations;
  v1::HypotheticalChange change;
  change.set_discharge_concern(Concern(1));
  Suppose(change, "changes[0]", ShippedLadders(), kToday, supposed, violations);
  EXPECT_TRUE(violations.empty());
  EXPECT_EQ(Judge(By(PublishedGrounds()), supposed).advised_enhanced, false);
  EXPECT_EQ(Judge(By(PublishedGrounds()), facts).advised_enhanced, true);
  Suppose(change, "changes[1]", ShippedLadders(), kToday, supposed, violations);
  v1::HypotheticalChange stage;
  stage.mutable_stage()->set_force(kForce);
  stage.mutable_stage()->set_stage("limbo");
  Suppose(stage, "changes[2]", ShippedLadders(), kToday, supposed, violations);
  Suppose({}, "changes[3]", ShippedLadders(), kToday, supposed, violations);
  v1::HypotheticalChange overdue;
  overdue.mutable_overdue()->set_recommendation(Concern(1) + "/recommendations/1");
  Suppose(overdue, "changes[4]", ShippedLadders(), kToday, supposed, violations);
  EXPECT_THAT(FieldsOf(violations.status()), ElementsAre("changes[1].discharge_concern", "changes[2].stage.stage",
                                                         "changes[3]", "changes[4].overdue.recommendation"));
}

TEST(AssessTest, SupposedFactsAreMarkedAndNameNothingStored) {
  ForceFacts facts(kForce);
  v1::HypotheticalChange change;
  change.mutable_issue_cause()->set_force(kForce);
  change.mutable_issue_cause()->set_level(HANDLING_LEVEL_NOT_RESPONDING);
  Violations none;
  Suppose(change, "c", ShippedLadders(), kToday, facts, none);
  const auto assessment = Assess(By(PublishedGrounds()), facts);
  EXPECT_EQ(assessment.advised_stage(), "engage");
  const auto& fact = assessment.fired(0).conditions(0).facts(0);
  EXPECT_TRUE(fact.hypothetical());
  EXPECT_EQ(fact.name(), "");
  EXPECT_EQ(fact.revision(), 0);
}

}  // namespace
}  // namespace oversight::monitoring
