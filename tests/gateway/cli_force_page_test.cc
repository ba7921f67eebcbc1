// What the page of a force says of its stage: how episodes ended, and what became of decisions.
#include "gateway/cli/force_page.h"

#include <string>

#include "absl/time/time.h"
#include "common/time/london.h"
#include "common/time/partial_date.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace oversight::cli {
namespace {

using ::testing::HasSubstr;
using namespace monitoring::v1;  // NOLINT

common::v1::PartialDate Date(const std::string& text) { return ParsePartialDate(text).value(); }

Decision& AddDecision(gateway::v1::ForceDashboard& dashboard, DecisionState state) {
  Decision& decision = *dashboard.add_decisions();
  decision.set_name("forces/kent/decisions/1");
  decision.set_outcome(DECISION_OUTCOME_APPROVED);
  decision.set_state(state);
  decision.set_decider("principals/chief-inspector");
  *decision.mutable_decided_date() = Date("2023-11-20");
  *decision.mutable_effective_date() = Date("2023-11-24");
  return decision;
}

TEST(ForcePage, ADecisionThatWaitsLapsedOrWasRevokedSaysSo) {
  gateway::v1::ForceDashboard dashboard;
  AddDecision(dashboard, DECISION_STATE_IN_EFFECT);
  AddDecision(dashboard, DECISION_STATE_PENDING_EFFECT);
  AddDecision(dashboard, DECISION_STATE_PENDING_EFFECT)
      .mutable_effective_time()
      ->set_seconds(absl::ToUnixSeconds(LondonTime(absl::CivilMinute(2023, 11, 24, 10, 0))));
  AddDecision(dashboard, DECISION_STATE_LAPSED).mutable_lapse()->set_text("A concern was closed.");
  AddDecision(dashboard, DECISION_STATE_REVOKED).mutable_revocation()->set_reason("Too early.");
  const std::string text = ForcePageParts(dashboard).Stage();
  for (const char* end : {"", ", takes effect 24 November 2023", ", takes effect 10:00 on 24 November 2023",
                          ", lapsed: A concern was closed.", ", revoked: Too early."}) {
    EXPECT_THAT(text, HasSubstr(std::string("by principals/chief-inspector") + end + "\n"));
  }
}

TEST(ForcePage, AnEpisodeSaysHowLongItWasAndHowItsReasonsEnded) {
  gateway::v1::ForceDashboard dashboard;
  dashboard.mutable_force()->set_name("forces/kent");
  Episode& episode = *dashboard.add_past_episodes();
  episode.set_stage("engage");
  *episode.mutable_from_date() = Date("2023-11");
  *episode.mutable_until_date() = Date("2024-09-18");
  episode.mutable_length()->set_min_days(293);
  episode.mutable_length()->set_max_days(322);
  ReasonOutcome& outcome = *episode.add_reason_outcomes();
  outcome.set_reason("r1");
  outcome.set_end(REASON_END_CARRIED_FORWARD);
  outcome.set_text("Not dealt with yet.");
  outcome.set_followed_by("The force liaison lead");
  OpenCause& cause = *episode.add_open_causes();
  cause.set_concern("forces/kent/concerns/1");
  cause.set_title("Investigations");
  EXPECT_THAT(ForcePageParts(dashboard).Stage(),
              HasSubstr("Earlier: engage from November 2023 until 18 September 2024, 293 to 322 days\n"
                        "  r1 carried forward, followed by The force liaison lead: Not dealt with yet.\n"
                        "  still open then: concerns/1  Investigations\n"));
  episode.mutable_length()->set_min_days(1);
  episode.mutable_length()->set_max_days(1);
  EXPECT_THAT(ForcePageParts(dashboard).Stage(), HasSubstr("2024, 1 day\n"));
}

TEST(ForcePage, TheReasonsOfAnEpisodeAreThoseInAndThoseThatCameLater) {
  gateway::v1::ForceDashboard dashboard;
  dashboard.mutable_episode()->add_entry_reasons()->set_text("One");
  AddedReason& added = *dashboard.mutable_episode()->add_added_reasons();
  added.mutable_reason()->set_text("Another");
  *added.mutable_added_date() = Date("2024-02");
  EXPECT_THAT(ForcePageParts(dashboard).Stage(), HasSubstr("Reasons:\n  - One\n  - Another, since February 2024\n"));
}

}  // namespace
}  // namespace oversight::cli
