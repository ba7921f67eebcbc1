#include "monitoring-service/policy/attention.h"

#include "tests/monitoring/policy_fixture.h"

namespace oversight::monitoring {
namespace {

using concerns::v1::HANDLING_LEVEL_MANAGING;
using concerns::v1::HANDLING_LEVEL_NOT_RESPONDING;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kForce[] = "forces/kent";

class AttentionTest : public ::testing::Test {
 protected:
  std::vector<v1::AttentionItem> Items(int within_days = 14, const v1::Policy* policy = nullptr) {
    return AttentionOf(policy, ShippedLadders(), known_, kToday, within_days);
  }
  static std::string Concern(int n) { return absl::StrCat(kForce, "/concerns/", n); }
  v1::Decision& AddDecision(int n, v1::DecisionState state) {
    auto& decision = known_.decisions.emplace_back();
    decision.set_name(absl::StrCat(kForce, "/decisions/", n));
    decision.set_revision(5);
    decision.set_state(state);
    return decision;
  }

  ForceFacts facts_{kForce};
  AttentionFacts known_{.facts = facts_};
};

TEST_F(AttentionTest, AForceWithNothingDueNeedsNone) { EXPECT_THAT(Items(14, &PublishedGrounds()), IsEmpty()); }

TEST_F(AttentionTest, WhatThePolicyAdvises) {
  Take(Cause(Concern(1), HANDLING_LEVEL_NOT_RESPONDING), facts_);
  EXPECT_THAT(Items(), IsEmpty()) << "without a policy nothing is advised";
  const auto items = Items(14, &PublishedGrounds());
  ASSERT_THAT(items, SizeIs(1));
  EXPECT_EQ(items[0].kind(), v1::ATTENTION_KIND_ESCALATION_ADVISED);
  EXPECT_THAT(items[0].text(), HasSubstr("Title of forces/kent/concerns/1"));
  EXPECT_THAT(items[0].roles(), ElementsAre(common::v1::ROLE_HM_INSPECTOR, common::v1::ROLE_CHIEF_INSPECTOR));
}

TEST_F(AttentionTest, AForceInEngageWithNothingOpenAndItsReturn) {
  Take(InStage(kForce, "engage", 10), facts_);
  const auto items = Items(14, &PublishedGrounds());
  ASSERT_THAT(items, SizeIs(2));
  EXPECT_EQ(items[0].kind(), v1::ATTENTION_KIND_RETURN_ADVISED);
  EXPECT_EQ(items[1].kind(), v1::ATTENTION_KIND_NOTHING_OPEN);
  EXPECT_EQ(items[1].resource(), "forces/kent/monitoring");
}

TEST_F(AttentionTest, RecommendationsOverdueSoonDueAndClaimed) {
  Take(Cause(Concern(1), HANDLING_LEVEL_MANAGING), facts_);
  Take(Due(Concern(1) + "/recommendations/1", 3), facts_);
  Take(Due(Concern(1) + "/recommendations/2", -10), facts_);
  Take(Due(Concern(1) + "/recommendations/3", -15), facts_);
  auto claimed = Due(Concern(1) + "/recommendations/4", 100);
  claimed.set_state(concerns::v1::RECOMMENDATION_STATE_CLAIMED);
  Take(claimed, facts_);
  Take(Due(Concern(2) + "/recommendations/1", 3), facts_);  // Its cause is not open.
  auto items = Items();
  SortByUrgency(items);
  ASSERT_THAT(items, SizeIs(3));
  EXPECT_EQ(items[0].text(), "Recommendation 1 of concern 1 was due on 27 June 2026, 3 days ago.");
  EXPECT_EQ(items[0].days_late(), 3);
  EXPECT_EQ(items[1].kind(), v1::ATTENTION_KIND_CLAIM_WAITS);
  EXPECT_EQ(items[2].text(), "Recommendation 2 of concern 1 is due on 10 July 2026, in 10 days.");
  EXPECT_EQ(items[2].resource(), Concern(1) + "/recommendations/2");
  EXPECT_EQ(items[2].revision(), 9);
  EXPECT_THAT(Items(15), SizeIs(4));
}

TEST_F(AttentionTest, AnswersThatWait) {
  Take(Cause(Concern(1), HANDLING_LEVEL_MANAGING), facts_);
  Take(Answer(Concern(1) + "/responses/1", concerns::v1::FORCE_RESPONSE_STATE_AWAITING_JUDGEMENT), facts_);
  const auto items = Items();
  ASSERT_THAT(items, SizeIs(1));
  EXPECT_EQ(items[0].kind(), v1::ATTENTION_KIND_RESPONSE_WAITS);
  EXPECT_EQ(items[0].resource(), Concern(1) + "/responses/1");
  Take(Answer(Concern(1) + "/responses/1", concerns::v1::FORCE_RESPONSE_STATE_ADEQUATE), facts_);
  EXPECT_THAT(Items(), IsEmpty());
}

TEST_F(AttentionTest, StatutoryResponses) {
  auto& duty = known_.duties.emplace_back();
  duty.set_name("forces/kent/inspections/1/responseDuties/1");
  duty.set_report_title("PEEL");
  *duty.mutable_due_date() = ToPartialDate(kToday);
  auto items = Items();
  ASSERT_THAT(items, SizeIs(1));
  EXPECT_EQ(items[0].text(), "The response by law to \"PEEL\" is due today.");
  duty.mutable_response()->set_address("https://example.org");
  EXPECT_THAT(Items(), IsEmpty());
}

TEST_F(AttentionTest, ProposalsDecisionsToReviewAndApprovalsThatLapsed) {
  auto stage = InStage(kForce, "scan", 10);
  stage.set_decision("forces/kent/decisions/1");
  Take(stage, facts_);
  *AddDecision(1, v1::DECISION_STATE_IN_EFFECT).mutable_review_by_date() = ToPartialDate(kToday - 1);
  auto items = Items();
  ASSERT_THAT(items, SizeIs(1));
  EXPECT_EQ(items[0].kind(), v1::ATTENTION_KIND_DECISION_REVIEW);
  AddDecision(2, v1::DECISION_STATE_LAPSED).mutable_lapse()->set_text("Concern 1 was closed.");
  EXPECT_EQ(Items().back().kind(), v1::ATTENTION_KIND_APPROVAL_LAPSED);
  auto& proposal = known_.proposals.emplace_back();
  proposal.set_name("forces/kent/proposals/3");
  proposal.set_state(v1::PROPOSAL_STATE_OPEN);
  proposal.set_to_stage("engage");
  EXPECT_EQ(Items().back().kind(), v1::ATTENTION_KIND_PROPOSAL_WAITS) << "another proposal was made";
  EXPECT_EQ(Items().back().text(), "A proposal to move the force to Engage waits for a decision.");
  known_.proposals.clear();
  AddDecision(10, v1::DECISION_STATE_DECLINED);
  EXPECT_THAT(Items(), SizeIs(1)) << "the tenth decision came after the one that lapsed";
}

TEST_F(AttentionTest, WhatTheChecksOfTheRecordFind) {
  Take(Cause(Concern(1), HANDLING_LEVEL_MANAGING), facts_);
  Take(Due(Concern(1) + "/recommendations/1", -10), facts_);
  Take(Answer(Concern(1) + "/responses/1", concerns::v1::FORCE_RESPONSE_STATE_AWAITING_JUDGEMENT), facts_);
  known_.checked_revision = 77;
  const auto find = [this](concerns::v1::Severity severity, const std::string& name) {
    auto& found = known_.inconsistencies.emplace_back();
    found.set_rule("a-rule");
    found.set_severity(severity);
    found.set_name(name);
    found.set_force(kForce);
    found.set_sentence("It does not fit.");
    found.set_remedy("Put it right.");
  };
  find(concerns::v1::SEVERITY_INFO, Concern(1));
  find(concerns::v1::SEVERITY_WARNING, Concern(1));
  find(concerns::v1::SEVERITY_ERROR, Concern(1) + "/recommendations/1");
  auto items = Items();
  SortByUrgency(items);
  ASSERT_THAT(items, SizeIs(5));
  EXPECT_EQ(items[0].kind(), v1::ATTENTION_KIND_INCONSISTENCY) << "a contradiction stands with what waits";
  EXPECT_EQ(items[0].severity(), concerns::v1::SEVERITY_ERROR);
  EXPECT_EQ(items[0].text(), "It does not fit. Put it right.");
  EXPECT_EQ(items[0].resource(), Concern(1) + "/recommendations/1");
  EXPECT_EQ(items[0].revision(), 77);
  EXPECT_THAT(items[0].roles(), ElementsAre(common::v1::ROLE_LIAISON_LEAD, common::v1::ROLE_RECORDS_MANAGER));
  EXPECT_EQ(items[1].kind(), v1::ATTENTION_KIND_RESPONSE_WAITS);
  EXPECT_EQ(items[2].kind(), v1::ATTENTION_KIND_RECOMMENDATION_DUE);
  EXPECT_EQ(items[3].severity(), concerns::v1::SEVERITY_WARNING);
  EXPECT_EQ(items[4].severity(), concerns::v1::SEVERITY_INFO);
}

TEST_F(AttentionTest, MeetingsPlansAndActions) {
  Take(InStage(kForce, "engage", 40), facts_);
  Take(Cause(Concern(1), HANDLING_LEVEL_MANAGING), facts_);
  v1::Plan plan;
  plan.set_name("forces/kent/plans/1");
  plan.set_state(v1::PLAN_STATE_SUBMITTED);
  plan.set_version(2);
  plan.set_in_force_version(1);
  auto* milestone = plan.mutable_in_force()->add_milestones();
  milestone->set_title("Half the queue");
  *milestone->mutable_due_date() = ToPartialDate(kToday - 5);
  Take(plan, facts_);
  auto& action = known_.actions.emplace_back();
  action.set_name("forces/kent/actions/1");
  action.set_state(v1::ACTION_STATE_OPEN);
  action.set_text("Send figures");
  action.set_owner("the force");
  *action.mutable_due_date() = ToPartialDate(kToday + 1);
  auto items = Items();
  SortByUrgency(items);
  ASSERT_THAT(items, SizeIs(4));
  EXPECT_EQ(items[0].kind(), v1::ATTENTION_KIND_MEETING_MISSED);
  EXPECT_EQ(items[0].days_late(), 12);
  EXPECT_EQ(items[1].kind(), v1::ATTENTION_KIND_MILESTONE_DUE);
  EXPECT_EQ(items[2].text(), "Version 2 of plan 1 waits for a verdict.");
  EXPECT_EQ(items[3].text(), "The action \"Send figures\" of the force is due on 1 July 2026, in 1 day.");
  action.set_state(v1::ACTION_STATE_DONE);
  milestone = plan.mutable_in_force()->mutable_milestones(0);
  *milestone->mutable_actual_date() = ToPartialDate(kToday);
  plan.set_state(v1::PLAN_STATE_ACCEPTED);
  Take(plan, facts_);
  EXPECT_THAT(Items(), SizeIs(1)) << "the meeting is still late";
}

}  // namespace
}  // namespace oversight::monitoring
