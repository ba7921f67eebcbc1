// What follows a decision, on dashboards made from facts: announcements, plans, meetings, actions and support, of the
// present and of a day in the past, for each audience; what is derived; and what of all forces needs attention.
#include "gateway/dashboard/follow_up.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/time/london.h"
#include "common/time/partial_date.h"
#include "gateway/dashboard/attention.h"
#include "gateway/dashboard/compose.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/gateway/facts_support.h"

namespace oversight::gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using namespace monitoring::v1;  // NOLINT

constexpr char kForce[] = "forces/kent";

class FollowUpTest : public ::testing::Test {
 protected:
  FollowUpTest() {
    facts_.monitoring_known = true;
    Add(facts_.forces, kForce).set_display_name("Kent Police");
  }

  Announcement& AddAnnouncement(int number, const std::string& published = "") {
    auto& announcement = Add(facts_.announcements, absl::StrCat(kForce, "/announcements/", number));
    announcement.set_state(published.empty() ? ANNOUNCEMENT_STATE_DRAFT : ANNOUNCEMENT_STATE_PUBLISHED);
    if (!published.empty()) *announcement.mutable_published_time() = Noon(published);
    return announcement;
  }
  ProgressReview& AddReview(int plan, int number, const std::string& date) {
    auto& review = Add(facts_.progress_reviews, absl::StrCat(kForce, "/plans/", plan, "/progressReviews/", number));
    *review.mutable_review_date() = Date(date);
    return review;
  }
  Action& AddAction(int number, const std::string& due, ActionState state = ACTION_STATE_OPEN) {
    auto& action = Add(facts_.actions, absl::StrCat(kForce, "/actions/", number));
    action.set_state(state);
    *action.mutable_due_date() = Date(due);
    return action;
  }
  static void Say(Plan& plan, int version, PlanState outcome, const std::string& day) {
    auto& verdict = *plan.add_verdicts();
    verdict.set_version(version);
    verdict.set_outcome(outcome);
    *verdict.mutable_verdict_time() = Noon(day);
  }
  v1::ForceDashboard Shown(Audience audience = Audience::kInspectorate) const {
    return ComposeForce(facts_, kForce, Day("2024-06-01"), audience);
  }
  v1::ForceDashboard On(const std::string& day, Audience audience = Audience::kInspectorate) const {
    return ComposeForceOn(facts_, kForce, Day(day), audience);
  }
  v1::NationalDashboard National(const std::vector<MeetingCadence>& missed = {}) const {
    return ComposeNational(facts_, missed, Day("2024-06-01"));
  }

  SuiteFacts facts_;
};

template <class Items>
std::vector<std::string> Ends(const Items& items) {
  std::vector<std::string> ends;
  for (const auto& item : items) ends.push_back(item.name().substr(item.name().rfind('/') + 1));
  return ends;
}
std::vector<std::string> LeftOutFields(const v1::ForceDashboard& dashboard) {
  std::vector<std::string> fields;
  for (const auto& left_out : dashboard.left_out()) {
    fields.push_back(left_out.count() == 0 ? left_out.field() : absl::StrCat(left_out.field(), " ", left_out.count()));
  }
  return fields;
}

// ---- The present ----

TEST_F(FollowUpTest, OutsidersSeeWhatIsOutAndNothingOfMovesInTheMaking) {
  auto& out = AddAnnouncement(2, "2024-01-05");
  out.set_decision("forces/kent/decisions/7");
  out.add_authors("principals/press-officer");
  out.set_reviewer("principals/hm-inspector");
  out.set_clearer("principals/press-officer");
  out.add_quotations()->set_text("Quoted.");
  *out.mutable_publish_time() = Noon("2024-01-05");
  *out.mutable_create_time() = Noon("2024-01-01");
  out.set_return_reason("Too long.");
  out.set_pull_reason("Not today.");
  auto& statement = *out.add_statements();
  statement.set_text("The force was moved.");
  statement.set_by_hand(true);
  statement.add_facts()->set_name("forces/kent/decisions/7");
  AddAnnouncement(3).set_text("A draft.");
  auto& withdrawn = AddAnnouncement(1, "2023-12-01");
  withdrawn.set_state(ANNOUNCEMENT_STATE_WITHDRAWN);
  Add(facts_.advice, "forces/kent/proposals/1/advice/1").set_text("Do it.");
  Add(facts_.disclosures, "forces/kent/disclosures/1").set_text("Told.");
  Add(facts_.plans, "forces/kent/plans/1");
  Add(facts_.meetings, "forces/kent/meetings/1");
  AddAction(1, "2024-07-01").set_raised_at("oversightSessions/1");
  AddAction(2, "2024-07-02").set_raised_at("forces/kent/meetings/1");
  Add(facts_.support, "forces/kent/support/1").set_session("oversightSessions/1");

  const auto inside = Shown();
  EXPECT_EQ(inside.open_actions(0).raised_at(), "oversightSessions/1");
  EXPECT_EQ(inside.support(0).session(), "oversightSessions/1");
  EXPECT_THAT(Ends(inside.announcements()), ElementsAre("3", "2", "1"));
  EXPECT_EQ(inside.announcements(1).decision(), "forces/kent/decisions/7");
  EXPECT_EQ(inside.advice_size(), 1);
  EXPECT_EQ(inside.disclosures_size(), 1);
  const auto outside = Shown(Audience::kOutside);
  EXPECT_THAT(Ends(outside.announcements()), ElementsAre("2", "1")) << "what was out stays readable";
  EXPECT_EQ(outside.announcements(0).statements(0).text(), "The force was moved.");
  EXPECT_TRUE(outside.announcements(0).has_published_time());
  EXPECT_EQ(outside.plans_size() + outside.meetings_size() + outside.open_actions_size() + outside.support_size(), 5);
  EXPECT_EQ(outside.open_actions(1).raised_at(), "forces/kent/meetings/1");
  const std::string told = outside.DebugString();
  for (const char* hidden : {"/decisions/", "principals/", "Quoted.", "Too long.", "Not today.", "A draft.", "Do it.",
                             "Told.", "oversightSessions/", "by_hand", "publish_time", "create_time"}) {
    EXPECT_EQ(told.find(hidden), std::string::npos) << hidden;
  }
}

TEST_F(FollowUpTest, APlanShowsItsLatestReviewThatStands) {
  Add(facts_.plans, "forces/kent/plans/1");
  Add(facts_.plans, "forces/kent/plans/10");
  Add(facts_.plans, "forces/kent/plans/9");
  AddReview(1, 1, "2024-03");
  AddReview(1, 2, "2024-02-01");
  AddReview(9, 1, "2024-02-01");
  AddReview(9, 2, "2024-02-01");
  AddReview(10, 1, "2024-01-01");
  AddReview(10, 2, "2024-05-01").set_corrected_by("forces/kent/plans/10/progressReviews/1");
  const auto dashboard = Shown();
  ASSERT_EQ(dashboard.plans_size(), 3);
  EXPECT_EQ(dashboard.plans(0).plan().name(), "forces/kent/plans/10") << "newest first";
  EXPECT_EQ(dashboard.plans(0).latest_review().name(), "forces/kent/plans/10/progressReviews/1");
  EXPECT_EQ(dashboard.plans(1).latest_review().name(), "forces/kent/plans/9/progressReviews/2");
  EXPECT_EQ(dashboard.plans(2).latest_review().name(), "forces/kent/plans/1/progressReviews/1");
}

TEST_F(FollowUpTest, ActionsToBeDoneComeEarliestDueFirst) {
  AddAction(1, "2024-09-01");
  AddAction(2, "2024-07-01", ACTION_STATE_DONE);
  AddAction(10, "2024-08-01");
  AddAction(9, "2024-08-01");
  Add(facts_.actions, "forces/kentish/actions/1").set_state(ACTION_STATE_OPEN);
  EXPECT_THAT(Ends(Shown().open_actions()), ElementsAre("9", "10", "1"));
}

TEST_F(FollowUpTest, WhatThereIsNoRoomForIsCountedForEachAudience) {
  for (int i = 1; i <= kMostAnnouncements + 2; ++i) AddAnnouncement(i, i > 1 ? "2024-01-05" : "");
  for (int i = 1; i <= kMostPlans + 3; ++i) Add(facts_.plans, absl::StrCat(kForce, "/plans/", i));
  for (int i = 1; i <= kMostMeetings + 4; ++i) Add(facts_.meetings, absl::StrCat(kForce, "/meetings/", i));
  for (int i = 1; i <= kMostActions + 5; ++i) AddAction(i, "2024-09-01");
  for (int i = 1; i <= kMostSupport + 6; ++i) Add(facts_.support, absl::StrCat(kForce, "/support/", i));
  for (int i = 1; i <= kMostAdvice + 7; ++i) Add(facts_.advice, absl::StrCat(kForce, "/proposals/1/advice/", i));
  for (int i = 1; i <= kMostDisclosures + 8; ++i) Add(facts_.disclosures, absl::StrCat(kForce, "/disclosures/", i));
  EXPECT_THAT(LeftOutFields(Shown()), ElementsAre("announcements 2", "plans 3", "meetings 4", "open_actions 5",
                                                  "support 6", "advice 7", "disclosures 8"));
  EXPECT_THAT(LeftOutFields(Shown(Audience::kOutside)),
              ElementsAre("announcements 1", "plans 3", "meetings 4", "open_actions 5", "support 6"));
  EXPECT_EQ(ShownPlans(facts_.plans).size(), static_cast<size_t>(kMostPlans));
  EXPECT_EQ(ShownPlans(facts_.plans).front(), Shown().plans(0).plan().name()) << "asked about is what is shown";
}

TEST_F(FollowUpTest, WhatIsDerivedGoesWithItsPlanAndTheCadenceStaysInside) {
  Add(facts_.plans, "forces/kent/plans/1");
  Add(facts_.plans, "forces/kent/plans/2");
  DerivedPart derived;
  derived.force.mutable_meeting_cadence()->set_missed(true);
  for (const char* plan : {"forces/kent/plans/1", "forces/kent/plans/3"}) {
    derived.force.add_plans()->mutable_progress()->set_plan(plan);
  }
  for (const Audience audience : {Audience::kInspectorate, Audience::kOutside}) {
    auto dashboard = Shown(audience);
    AddDerived(derived, audience, dashboard);
    ASSERT_EQ(dashboard.plans_size(), 2) << "a plan that is not shown has nowhere to go";
    EXPECT_FALSE(dashboard.plans(0).has_progress());
    EXPECT_EQ(dashboard.plans(1).progress().plan(), "forces/kent/plans/1");
    EXPECT_EQ(dashboard.has_meeting_cadence(), audience == Audience::kInspectorate);
  }
}

TEST_F(FollowUpTest, ItIsShownWhereTheStageIsNotKnown) {
  Add(facts_.meetings, "forces/kent/meetings/1");
  facts_.monitoring_known = false;
  EXPECT_EQ(Shown().meetings_size(), 1) << "what is known of monitoring-service shows";
}

// ---- A day in the past ----

TEST_F(FollowUpTest, AnAnnouncementIsThereFromTheDayItWasOut) {
  auto& corrected = AddAnnouncement(1, "2024-01-05");
  corrected.set_state(ANNOUNCEMENT_STATE_CORRECTED);
  corrected.set_corrected_by("forces/kent/announcements/2");
  *corrected.mutable_update_time() = Noon("2024-02-01");
  AddAnnouncement(2, "2024-02-01");
  AddAnnouncement(3);
  EXPECT_THAT(On("2024-01-04").announcements(), IsEmpty());
  const auto before = On("2024-01-31");
  ASSERT_THAT(Ends(before.announcements()), ElementsAre("1")) << "drafts have no day";
  EXPECT_EQ(before.announcements(0).state(), ANNOUNCEMENT_STATE_PUBLISHED);
  EXPECT_EQ(before.announcements(0).corrected_by(), "");
  const auto after = On("2024-02-01", Audience::kOutside);
  ASSERT_THAT(Ends(after.announcements()), ElementsAre("2", "1"));
  EXPECT_EQ(after.announcements(1).state(), ANNOUNCEMENT_STATE_CORRECTED);
}

TEST_F(FollowUpTest, ADecisionIsNotAnnouncedBeforeItWas) {
  auto& decision = Add(facts_.decisions, "forces/kent/decisions/1");
  decision.set_state(DECISION_STATE_IN_EFFECT);
  *decision.mutable_decided_date() = Date("2023-12-01");
  *decision.mutable_effective_date() = Date("2023-12-01");
  decision.mutable_publication()->set_state(PUBLICATION_STATE_PUBLISHED);
  decision.mutable_publication()->set_announcement("forces/kent/announcements/1");
  *decision.mutable_publication()->mutable_published_time() = Noon("2023-12-06");
  EXPECT_EQ(On("2023-12-05").decisions(0).publication().state(), PUBLICATION_STATE_AWAITED);
  EXPECT_EQ(On("2023-12-05").decisions(0).publication().announcement(), "");
  EXPECT_EQ(On("2023-12-06").decisions(0).publication().state(), PUBLICATION_STATE_PUBLISHED);
}

TEST_F(FollowUpTest, OfADecisionEnteredAfterThatDayItIsNotSaidThatThePublicDidNotKnow) {
  auto& decision = Add(facts_.decisions, "forces/kent/decisions/1");
  decision.set_state(DECISION_STATE_IN_EFFECT);
  *decision.mutable_create_time() = Noon("2024-03-01");
  *decision.mutable_decided_date() = Date("2023-12-01");
  *decision.mutable_effective_date() = Date("2023-12-01");
  decision.mutable_publication()->set_state(PUBLICATION_STATE_PUBLISHED);
  *decision.mutable_publication()->mutable_published_time() = Noon("2024-03-02");
  EXPECT_EQ(On("2024-02-01").decisions(0).publication().state(), PUBLICATION_STATE_PUBLISHED);
  EXPECT_EQ(On("2024-03-01").decisions(0).publication().state(), PUBLICATION_STATE_AWAITED)
      << "from then on the record says what the public knew";
}

TEST_F(FollowUpTest, WhatThePublicSeesInsteadIsKnownOfTheLastMoveAlone) {
  auto& now = Add(facts_.monitoring, "forces/kent/monitoring");
  now.set_stage("scan");
  now.set_decision("forces/kent/decisions/2");
  *now.mutable_since_date() = Date("2024-09-18");
  now.mutable_published()->set_stage("engage");
  auto& episode = Add(facts_.episodes, "forces/kent/episodes/1");
  episode.set_stage("engage");
  episode.set_entry_decision("forces/kent/decisions/1");
  episode.set_exit_decision("forces/kent/decisions/2");
  *episode.mutable_from_date() = Date("2023-11-24");
  *episode.mutable_until_date() = Date("2024-09-18");
  auto& in = Add(facts_.decisions, "forces/kent/decisions/1");
  in.set_state(DECISION_STATE_IN_EFFECT);
  *in.mutable_decided_date() = *in.mutable_effective_date() = Date("2023-11-24");
  in.mutable_publication()->set_state(PUBLICATION_STATE_PUBLISHED);
  *in.mutable_publication()->mutable_published_time() = Noon("2023-11-24");
  auto& out = Add(facts_.decisions, "forces/kent/decisions/2");
  out.set_state(DECISION_STATE_IN_EFFECT);
  *out.mutable_decided_date() = *out.mutable_effective_date() = Date("2024-09-18");
  out.mutable_publication()->set_state(PUBLICATION_STATE_AWAITED);
  EXPECT_FALSE(On("2024-01-01").monitoring().has_published());
  EXPECT_EQ(On("2024-09-18").monitoring().published().stage(), "engage");
  EXPECT_FALSE(On("2024-09-18", Audience::kOutside).monitoring().has_published());
}

// Version 1 returned, 2 accepted, 3 submitted and accepted: of version 1 and, since 3 is in force, of 2 nothing is
// left.
TEST_F(FollowUpTest, APlanStandsAsFarAsItIsKnown) {
  auto& plan = Add(facts_.plans, "forces/kent/plans/1");
  *plan.mutable_create_time() = Noon("2024-01-01");
  plan.set_state(PLAN_STATE_SUBMITTED);
  plan.set_version(3);
  *plan.mutable_submit_time() = Noon("2024-03-01");
  plan.mutable_content()->set_title("Third");
  plan.set_change_reason("Later.");
  plan.set_in_force_version(2);
  plan.mutable_in_force()->set_title("Second");
  auto& action = *plan.mutable_in_force()->add_actions();
  *action.mutable_actual_date() = Date("2024-02-20");
  Say(plan, 1, PLAN_STATE_RETURNED, "2024-01-10");
  Say(plan, 2, PLAN_STATE_ACCEPTED, "2024-02-01");

  EXPECT_THAT(On("2023-12-31").plans(), IsEmpty());
  EXPECT_THAT(LeftOutFields(On("2023-12-31", Audience::kOutside)), ElementsAre("overview"));
  const auto first = On("2024-01-15", Audience::kOutside);
  EXPECT_THAT(first.plans(), IsEmpty()) << "what versions 1 and 2 said before 2 was accepted is not told here";
  EXPECT_THAT(LeftOutFields(first), ElementsAre("plans 1", "overview"));
  const auto second = On("2024-02-19").plans(0).plan();
  EXPECT_EQ(second.state(), PLAN_STATE_ACCEPTED);
  EXPECT_EQ(second.version(), 2);
  EXPECT_EQ(second.content().title(), "Second");
  EXPECT_FALSE(second.has_in_force());
  EXPECT_EQ(second.change_reason(), "");
  EXPECT_FALSE(second.content().actions(0).has_actual_date());
  EXPECT_TRUE(On("2024-02-20").plans(0).plan().content().actions(0).has_actual_date());
  const auto third = On("2024-03-01").plans(0).plan();
  EXPECT_EQ(third.state(), PLAN_STATE_SUBMITTED);
  EXPECT_EQ(third.content().title(), "Third");
  EXPECT_EQ(third.in_force().title(), "Second");
  EXPECT_THAT(LeftOutFields(On("2024-03-01", Audience::kOutside)), ElementsAre("plans.progress", "overview"));

  plan.set_state(PLAN_STATE_ACCEPTED);
  plan.set_in_force_version(3);
  plan.clear_in_force();
  Say(plan, 3, PLAN_STATE_ACCEPTED, "2024-04-01");
  EXPECT_THAT(On("2024-03-31").plans(), IsEmpty()) << "version 2, in force then, is not here any more";
  EXPECT_EQ(On("2024-04-01").plans(0).plan().in_force_version(), 3);
}

TEST_F(FollowUpTest, APlanThatWasNotAcceptedYetWasSubmitted) {
  auto& plan = Add(facts_.plans, "forces/kent/plans/1");
  *plan.mutable_create_time() = *plan.mutable_submit_time() = Noon("2024-01-01");
  plan.set_state(PLAN_STATE_ACCEPTED);
  plan.set_version(1);
  plan.set_in_force_version(1);
  *plan.mutable_content()->add_actions()->mutable_original_due_date() = Date("2024-09-01");
  Say(plan, 1, PLAN_STATE_ACCEPTED, "2024-02-01");
  const auto before = On("2024-01-31").plans(0).plan();
  EXPECT_EQ(before.state(), PLAN_STATE_SUBMITTED);
  EXPECT_EQ(before.in_force_version(), 0);
  EXPECT_THAT(before.verdicts(), IsEmpty());
  EXPECT_FALSE(before.content().actions(0).has_original_due_date());
  EXPECT_EQ(On("2024-02-01").plans(0).plan().state(), PLAN_STATE_ACCEPTED);
}

TEST_F(FollowUpTest, MeetingsActionsReviewsAndSupportStandAsTheirDatesSay) {
  *Add(facts_.meetings, "forces/kent/meetings/1").mutable_meeting_date() = Date("2024-01-10");
  auto& of_meeting = AddAction(1, "2024-03-01", ACTION_STATE_DONE);
  of_meeting.set_raised_at("forces/kent/meetings/1");
  of_meeting.set_owner("The new owner");
  of_meeting.set_closing_note("Done.");
  *of_meeting.mutable_create_time() = Noon("2024-01-12");  // It was written down later.
  *of_meeting.mutable_closed_date() = Date("2024-02-20");
  auto& revision = *of_meeting.add_revisions();
  *revision.mutable_from_due_date() = Date("2024-02-01");
  revision.set_from_owner("The first owner");
  *revision.mutable_revise_time() = Noon("2024-01-20");
  auto& of_session = AddAction(2, "2024-03-01");
  of_session.set_raised_at("oversightSessions/1");
  *of_session.mutable_create_time() = Noon("2024-01-15");
  Add(facts_.plans, "forces/kent/plans/1");
  AddReview(1, 1, "2024-01");
  auto& support = Add(facts_.support, "forces/kent/support/1");
  support.set_state(SUPPORT_STATE_ENDED);
  support.set_closing_note("It helped.");
  *support.mutable_offered_date() = Date("2024-01-10");
  *support.mutable_from_date() = Date("2024-02");
  *support.mutable_to_date() = Date("2024-05-01");
  auto& declined = Add(facts_.support, "forces/kent/support/2");
  declined.set_state(SUPPORT_STATE_DECLINED);
  *declined.mutable_offered_date() = Date("2024-01-10");
  *declined.mutable_update_time() = Noon("2024-02-01");

  EXPECT_THAT(On("2024-01-09").meetings(), IsEmpty());
  EXPECT_THAT(On("2024-01-09").support(), IsEmpty());
  EXPECT_THAT(On("2024-01-09").open_actions(), IsEmpty());
  const auto day = On("2024-01-10");
  EXPECT_EQ(day.meetings_size(), 1);
  ASSERT_THAT(Ends(day.open_actions()), ElementsAre("1")) << "given at the meeting, whenever it was recorded";
  EXPECT_EQ(day.open_actions(0).owner(), "The first owner");
  EXPECT_EQ(FormatIso(day.open_actions(0).due_date()), "2024-02-01");
  EXPECT_EQ(day.open_actions(0).closing_note(), "");
  EXPECT_FALSE(day.plans(0).has_latest_review()) << "January has not ended";
  EXPECT_EQ(day.support(0).state(), SUPPORT_STATE_OFFERED);
  EXPECT_EQ(day.support(1).state(), SUPPORT_STATE_OFFERED);
  EXPECT_FALSE(day.support(1).has_from_date());
  EXPECT_THAT(Ends(On("2024-01-15").open_actions()), ElementsAre("1", "2"));
  EXPECT_EQ(On("2024-01-20").open_actions(0).owner(), "The new owner");
  EXPECT_TRUE(On("2024-01-31").plans(0).has_latest_review());
  EXPECT_EQ(On("2024-02-01").support(0).state(), SUPPORT_STATE_DECLINED);
  EXPECT_THAT(Ends(On("2024-02-20").open_actions()), ElementsAre("2"));
  EXPECT_EQ(On("2024-02-28").support(1).state(), SUPPORT_STATE_OFFERED) << "it need not have begun";
  EXPECT_EQ(On("2024-02-29").support(1).state(), SUPPORT_STATE_GIVEN);
  EXPECT_EQ(On("2024-02-29").support(1).closing_note(), "");
  EXPECT_EQ(On("2024-05-01").support(1).state(), SUPPORT_STATE_ENDED);
  EXPECT_THAT(LeftOutFields(day), ElementsAre("plans.progress", "meeting_cadence", "overview"));
}

TEST_F(FollowUpTest, AdviceAndDisclosuresAreThereFromTheirDay) {
  *Add(facts_.advice, "forces/kent/proposals/1/advice/1").mutable_advice_date() = Date("2024-01-10");
  *Add(facts_.disclosures, "forces/kent/disclosures/1").mutable_disclosed_date() = Date("2024-01-11");
  *Add(facts_.disclosures, "forces/kent/disclosures/2").mutable_disclosed_time() = Noon("2024-01-12");
  EXPECT_THAT(On("2024-01-09").advice(), IsEmpty());
  EXPECT_THAT(Ends(On("2024-01-10").advice()), ElementsAre("1"));
  EXPECT_THAT(On("2024-01-10").disclosures(), IsEmpty());
  EXPECT_THAT(Ends(On("2024-01-11").disclosures()), ElementsAre("1"));
  EXPECT_THAT(Ends(On("2024-01-12").disclosures()), ElementsAre("2", "1"));
}

// ---- What needs attention ----

// "KIND name days", as listed.
std::vector<std::string> Listed(const v1::NationalDashboard& dashboard) {
  std::vector<std::string> lines;
  for (const auto& item : dashboard.attention()) {
    EXPECT_EQ(item.force(), kForce);
    lines.push_back(absl::StrCat(v1::AttentionKind_Name(item.kind()).substr(15), " ",
                                 item.name().substr(sizeof(kForce)), " ", item.days()));
  }
  return lines;
}

TEST_F(FollowUpTest, AttentionIsByKindThenTheLongestWaitFirst) {
  const auto decide = [this](int number, DecisionState state, const std::string& effective) -> Decision& {
    auto& decision = Add(facts_.decisions, absl::StrCat(kForce, "/decisions/", number));
    decision.set_state(state);
    *decision.mutable_effective_date() = Date(effective);
    return decision;
  };
  decide(1, DECISION_STATE_IN_EFFECT, "2024-05-30").mutable_publication()->set_state(PUBLICATION_STATE_AWAITED);
  decide(2, DECISION_STATE_IN_EFFECT, "2024-01-01").mutable_publication()->set_state(PUBLICATION_STATE_PUBLISHED);
  decide(3, DECISION_STATE_IN_EFFECT, "2019");  // Imported: public.
  decide(4, DECISION_STATE_REVOKED, "2024-05-01").mutable_publication()->set_state(PUBLICATION_STATE_AWAITED);
  for (const auto& [number, state] : {std::pair(1, PROPOSAL_STATE_OPEN), std::pair(2, PROPOSAL_STATE_APPROVED)}) {
    auto& proposal = Add(facts_.proposals, absl::StrCat(kForce, "/proposals/", number));
    proposal.set_state(state);
    *proposal.mutable_create_time() = Noon("2024-05-22");
  }
  const auto owe = [this](int number, concerns::v1::RecommendationState state, const std::string& due) {
    auto& recommendation = Add(facts_.recommendations, absl::StrCat(kForce, "/concerns/1/recommendations/", number));
    recommendation.set_state(state);
    *recommendation.mutable_due_date() = Date(due);
  };
  Add(facts_.concerns, "forces/kent/concerns/1").set_state(concerns::v1::CONCERN_STATE_ISSUED);
  owe(1, concerns::v1::RECOMMENDATION_STATE_OPEN, "2024-05-31");
  owe(2, concerns::v1::RECOMMENDATION_STATE_CLAIMED, "2024-05-01");
  owe(3, concerns::v1::RECOMMENDATION_STATE_VERIFIED, "2024-05-01");
  owe(4, concerns::v1::RECOMMENDATION_STATE_OPEN, "2024-06-01");  // Today is not late.
  std::vector<MeetingCadence> missed(1);
  missed[0].set_force(kForce);
  missed[0].set_last_meeting("forces/kent/meetings/4");
  *missed[0].mutable_due_date() = Date("2024-05-27");
  Add(facts_.forces, "forces/essex");

  const auto dashboard = National(missed);
  EXPECT_THAT(Listed(dashboard),
              ElementsAre("ANNOUNCEMENT_WAITS decisions/1 2", "PROPOSAL_WAITS proposals/1 10",
                          "MEETING_MISSED meetings/4 5", "RECOMMENDATION_OVERDUE concerns/1/recommendations/2 31",
                          "RECOMMENDATION_OVERDUE concerns/1/recommendations/1 1"));
  EXPECT_EQ(FormatIso(dashboard.attention(2).date()), "2024-05-27");
  EXPECT_EQ(dashboard.missed_meetings(), 1);
  for (const auto& row : dashboard.rows()) EXPECT_EQ(row.meeting_missed(), row.force() == kForce);
  ASSERT_EQ(dashboard.attention_counts_size(), 4);
  EXPECT_EQ(dashboard.attention_counts(3).kind(), v1::ATTENTION_KIND_RECOMMENDATION_OVERDUE);
  EXPECT_EQ(dashboard.attention_counts(3).count(), 2);
  // Without a meeting before it, it is about the stage that asks for one.
  missed[0].clear_last_meeting();
  EXPECT_THAT(Listed(National(missed)), ::testing::Contains("MEETING_MISSED monitoring 5"));
  missed[0].set_force("forces/unknown");
  EXPECT_EQ(National(missed).missed_meetings(), 0);
  EXPECT_EQ(Listed(National(missed)).size(), 4u);
}

TEST_F(FollowUpTest, AReviewDateHasPassedWhenItMustHaveAndNobodyDecidedSince) {
  const auto decide = [this](int number, DecisionState state, const std::string& review_by) -> Decision& {
    auto& decision = Add(facts_.decisions, absl::StrCat(kForce, "/decisions/", number));
    decision.set_state(state);
    if (!review_by.empty()) *decision.mutable_review_by_date() = Date(review_by);
    return decision;
  };
  auto& first = decide(9, DECISION_STATE_IN_EFFECT, "2024-05-31");
  EXPECT_THAT(Listed(National()), ElementsAre("REVIEW_DATE_PASSED decisions/9 1"));
  *first.mutable_review_by_date() = Date("2024-06-01");
  EXPECT_THAT(Listed(National()), IsEmpty());
  *first.mutable_review_by_date() = Date("2024");
  EXPECT_THAT(Listed(National()), IsEmpty()) << "the year has not passed";
  *first.mutable_review_by_date() = Date("2024-04");
  EXPECT_THAT(Listed(National()), ElementsAre("REVIEW_DATE_PASSED decisions/9 32")) << "from the end of April";
  auto& second = decide(10, DECISION_STATE_LAPSED, "");
  EXPECT_THAT(Listed(National()), ElementsAre("REVIEW_DATE_PASSED decisions/9 32")) << "that came to nothing";
  second.set_state(DECISION_STATE_DECLINED);
  EXPECT_THAT(Listed(National()), IsEmpty()) << "it was looked at again";
}

TEST_F(FollowUpTest, OfTheAttentionListTheRestIsCounted) {
  Add(facts_.concerns, "forces/kent/concerns/1").set_state(concerns::v1::CONCERN_STATE_ISSUED);
  for (int i = 1; i <= kMostAttention + 7; ++i) {
    auto& recommendation = Add(facts_.recommendations, absl::StrCat(kForce, "/concerns/1/recommendations/", i));
    recommendation.set_state(concerns::v1::RECOMMENDATION_STATE_OPEN);
    *recommendation.mutable_due_date() = Date("2024-05-01");
  }
  const auto dashboard = National();
  EXPECT_EQ(dashboard.attention_size(), kMostAttention);
  EXPECT_EQ(dashboard.attention_left_out(), 7);
  EXPECT_EQ(dashboard.attention_counts(0).count(), kMostAttention + 7);
}

}  // namespace
}  // namespace oversight::gateway
