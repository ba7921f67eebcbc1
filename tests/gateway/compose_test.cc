// Dashboards as a function of facts: counts, order, who sees what, and what is shown when a service was never reached.
#include "gateway/dashboard/compose.h"

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/time/partial_date.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace oversight::gateway {
namespace {

using ::testing::ElementsAre;
using namespace concerns::v1;    // NOLINT
using namespace monitoring::v1;  // NOLINT

const absl::CivilDay kToday(2023, 11, 24);

class ComposeTest : public ::testing::Test {
 protected:
  ComposeTest() {
    AddForce("kent", "Kent Police");
    AddForce("essex", "Essex Police");
    AddForce("avon", "Avon Fire");
    auto ladder = std::make_shared<Ladder>();
    ladder->set_name("ladders/two-stage");
    auto* scan = ladder->add_stages();
    scan->set_id("scan");
    scan->set_display_name("Scan");
    scan->set_is_default(true);
    auto* engage = ladder->add_stages();
    engage->set_id("engage");
    engage->set_display_name("Engage");
    engage->set_enhanced(true);
    facts_.ladder = ladder;
    facts_.monitoring_known = true;
  }

  void AddForce(const std::string& id, const std::string& name) {
    auto force = std::make_shared<forces::v1::Force>();
    force->set_name("forces/" + id);
    force->set_display_name(name);
    facts_.forces.push_back(force);
  }
  void AddConcern(const std::string& name, ConcernKind kind, ConcernState state, bool issued = true) {
    auto concern = std::make_shared<Concern>();
    concern->set_name(name);
    concern->set_kind(kind);
    concern->set_state(state);
    if (issued) *concern->mutable_issue_date() = ToPartialDate(absl::CivilDay(2023, 11, 1));
    facts_.concerns.push_back(concern);
  }
  void AddRecommendation(const std::string& name, RecommendationState state, absl::CivilDay due) {
    auto recommendation = std::make_shared<Recommendation>();
    recommendation->set_name(name);
    recommendation->set_state(state);
    *recommendation->mutable_due_date() = ToPartialDate(due);
    facts_.recommendations.push_back(recommendation);
  }
  void Engage(const std::string& force) {
    auto monitoring = std::make_shared<Monitoring>();
    monitoring->set_name(force + "/monitoring");
    monitoring->set_stage("engage");
    monitoring->set_stage_display_name("Engage");
    monitoring->set_enhanced(true);
    monitoring->set_decision(force + "/decisions/10");
    monitoring->set_episode(force + "/episodes/2");
    *monitoring->mutable_since_date() = ToPartialDate(kToday);
    facts_.monitoring.push_back(monitoring);
    for (const char* number : {"1", "2"}) {
      auto episode = std::make_shared<Episode>();
      episode->set_name(absl::StrCat(force, "/episodes/", number));
      episode->set_entry_decision(force + "/decisions/2");
      episode->set_exit_decision(force + "/decisions/10");
      facts_.episodes.push_back(episode);
    }
    for (const char* number : {"2", "10", "3"}) {
      auto proposal = std::make_shared<Proposal>();
      proposal->set_name(absl::StrCat(force, "/proposals/", number));
      proposal->set_state(number == std::string("3") ? PROPOSAL_STATE_OPEN : PROPOSAL_STATE_APPROVED);
      facts_.proposals.push_back(proposal);
      auto decision = std::make_shared<Decision>();
      decision->set_name(absl::StrCat(force, "/decisions/", number));
      facts_.decisions.push_back(decision);
    }
  }

  SuiteFacts facts_;
};

TEST_F(ComposeTest, EveryForceIsInTheDefaultStageUnlessMoved) {
  Engage("forces/kent");
  const auto dashboard = ComposeNational(facts_, {}, kToday);
  ASSERT_EQ(dashboard.rows_size(), 3);
  EXPECT_EQ(dashboard.rows(0).force(), "forces/kent");  // Enhanced stages first, then by name.
  EXPECT_EQ(dashboard.rows(1).force(), "forces/avon");
  EXPECT_EQ(dashboard.rows(2).force(), "forces/essex");
  EXPECT_EQ(dashboard.rows(1).stage_display_name(), "Scan");
  EXPECT_FALSE(dashboard.rows(1).has_since_date());
  ASSERT_EQ(dashboard.stage_counts_size(), 2);
  EXPECT_EQ(dashboard.stage_counts(0).force_count(), 2);
  EXPECT_EQ(dashboard.stage_counts(1).force_count(), 1);
  EXPECT_TRUE(dashboard.stage_counts(1).enhanced());
  EXPECT_EQ(dashboard.open_proposals(), 1);
}

TEST_F(ComposeTest, NoStageIsClaimedBeforeMonitoringWasReached) {
  facts_.monitoring_known = false;
  facts_.ladder = nullptr;
  const auto national = ComposeNational(facts_, {}, kToday);
  EXPECT_EQ(national.rows(0).stage(), "");
  EXPECT_EQ(national.stage_counts_size(), 0);
  EXPECT_FALSE(ComposeForce(facts_, "forces/kent", kToday, Audience::kInspectorate).has_monitoring());
}

TEST_F(ComposeTest, CountsOpenWorkOnly) {
  AddConcern("forces/kent/concerns/1", CONCERN_KIND_CAUSE_OF_CONCERN, CONCERN_STATE_ISSUED);
  AddConcern("forces/kent/concerns/2", CONCERN_KIND_AREA_FOR_IMPROVEMENT, CONCERN_STATE_ISSUED);
  AddConcern("forces/kent/concerns/3", CONCERN_KIND_CAUSE_OF_CONCERN, CONCERN_STATE_DRAFT, false);
  AddConcern("forces/essex/concerns/1", CONCERN_KIND_CAUSE_OF_CONCERN, CONCERN_STATE_DISCHARGED);
  AddConcern("forces/kent/concerns/4", CONCERN_KIND_CAUSE_OF_CONCERN, CONCERN_STATE_SUPERSEDED);
  AddRecommendation("forces/kent/concerns/4/recommendations/1", RECOMMENDATION_STATE_SUPERSEDED, kToday - 9);
  const std::string first = "forces/kent/concerns/1/recommendations/";
  AddRecommendation(first + "1", RECOMMENDATION_STATE_OPEN, kToday - 1);      // overdue
  AddRecommendation(first + "2", RECOMMENDATION_STATE_CLAIMED, kToday);       // due today: not overdue
  AddRecommendation(first + "3", RECOMMENDATION_STATE_VERIFIED, kToday - 9);  // done
  AddRecommendation(first + "4", RECOMMENDATION_STATE_WITHDRAWN, kToday - 9);
  AddRecommendation("forces/kent/concerns/3/recommendations/1", RECOMMENDATION_STATE_DRAFT, kToday - 9);
  AddRecommendation("forces/essex/concerns/1/recommendations/1", RECOMMENDATION_STATE_OPEN, kToday - 9);
  const auto dashboard = ComposeNational(facts_, {}, kToday);
  const auto& counts = dashboard.counts();
  EXPECT_EQ(counts.open_causes_of_concern(), 1);
  EXPECT_EQ(counts.open_areas_for_improvement(), 1);
  EXPECT_EQ(counts.open_recommendations(), 2);
  EXPECT_EQ(counts.overdue_recommendations(), 1);
  EXPECT_EQ(counts.claimed_recommendations(), 1);
  // The force's page says the same.
  const auto force = ComposeForce(facts_, "forces/kent", kToday, Audience::kInspectorate);
  EXPECT_EQ(force.counts().SerializeAsString(), counts.SerializeAsString());
  EXPECT_TRUE(force.concerns(0).recommendations(0).overdue());
  EXPECT_FALSE(force.concerns(0).recommendations(1).overdue());
  EXPECT_FALSE(force.concerns(0).recommendations(3).overdue());
}

TEST_F(ComposeTest, OpenConcernsComeFirstThenByNumber) {
  AddConcern("forces/kent/concerns/1", CONCERN_KIND_CAUSE_OF_CONCERN, CONCERN_STATE_DISCHARGED);
  AddConcern("forces/kent/concerns/10", CONCERN_KIND_CAUSE_OF_CONCERN, CONCERN_STATE_ISSUED);
  AddConcern("forces/kent/concerns/9", CONCERN_KIND_CAUSE_OF_CONCERN, CONCERN_STATE_ISSUED);
  AddConcern("forces/kentish/concerns/1", CONCERN_KIND_CAUSE_OF_CONCERN, CONCERN_STATE_ISSUED);
  const auto dashboard = ComposeForce(facts_, "forces/kent", kToday, Audience::kInspectorate);
  std::vector<std::string> names;
  for (const auto& view : dashboard.concerns()) names.push_back(view.concern().name());
  EXPECT_THAT(names, ElementsAre("forces/kent/concerns/9", "forces/kent/concerns/10", "forces/kent/concerns/1"));
}

TEST_F(ComposeTest, OutsidersSeeNeitherDraftsNorMovesInTheMaking) {
  Engage("forces/kent");
  AddConcern("forces/kent/concerns/1", CONCERN_KIND_CAUSE_OF_CONCERN, CONCERN_STATE_ISSUED);
  AddConcern("forces/kent/concerns/2", CONCERN_KIND_CAUSE_OF_CONCERN, CONCERN_STATE_DRAFT, false);
  AddConcern("forces/kent/concerns/3", CONCERN_KIND_CAUSE_OF_CONCERN, CONCERN_STATE_WITHDRAWN, false);
  AddRecommendation("forces/kent/concerns/2/recommendations/1", RECOMMENDATION_STATE_DRAFT, kToday);
  AddRecommendation("forces/kent/concerns/1/recommendations/1", RECOMMENDATION_STATE_OPEN, kToday);
  auto withdrawn_draft = std::make_shared<Recommendation>();
  withdrawn_draft->set_name("forces/kent/concerns/1/recommendations/2");
  withdrawn_draft->set_state(RECOMMENDATION_STATE_WITHDRAWN);
  facts_.recommendations.push_back(withdrawn_draft);
  const auto inside = ComposeForce(facts_, "forces/kent", kToday, Audience::kInspectorate);
  EXPECT_EQ(inside.concerns_size(), 3);
  EXPECT_EQ(inside.concerns(0).recommendations_size(), 2);
  EXPECT_EQ(inside.proposals_size(), 3);
  EXPECT_EQ(inside.proposals(0).name(), "forces/kent/proposals/10");  // Newest first, by number.
  EXPECT_EQ(inside.monitoring().open_proposal(), "forces/kent/proposals/3");
  EXPECT_EQ(inside.decisions_size(), 3);
  EXPECT_EQ(inside.episode().name(), "forces/kent/episodes/2");
  EXPECT_EQ(inside.past_episodes_size(), 1);
  const auto outside = ComposeForce(facts_, "forces/kent", kToday, Audience::kOutside);
  ASSERT_EQ(outside.concerns_size(), 1);
  EXPECT_EQ(outside.concerns(0).recommendations_size(), 1);
  EXPECT_EQ(outside.proposals_size(), 0);
  EXPECT_EQ(outside.decisions_size(), 0);
  EXPECT_EQ(outside.past_episodes_size(), 1);
  EXPECT_EQ(outside.DebugString().find("/proposals/"), std::string::npos);
  EXPECT_EQ(outside.DebugString().find("/decisions/"), std::string::npos);
  EXPECT_EQ(outside.DebugString().find("/concerns/2"), std::string::npos);
}

}  // namespace
}  // namespace oversight::gateway
