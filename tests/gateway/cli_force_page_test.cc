// What the page of a force says of its stage and of what follows a decision, and the national page of what needs
// attention.
#include "gateway/cli/force_page.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/time/london.h"
#include "common/time/partial_date.h"
#include "gateway/cli/dashboard_page.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace oversight::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
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

google::protobuf::Timestamp At(const absl::CivilMinute& minute) {
  google::protobuf::Timestamp time;
  time.set_seconds(absl::ToUnixSeconds(LondonTime(minute)));
  return time;
}

// The page of one force with nothing on it.
gateway::v1::ForceDashboard OfKent() {
  gateway::v1::ForceDashboard dashboard;
  dashboard.mutable_force()->set_name("forces/kent");
  *dashboard.mutable_today() = Date("2024-06-01");
  return dashboard;
}

TEST(ForcePage, ItSaysWhatThePublicSeesOfAMoveThatIsNotAnnounced) {
  auto dashboard = OfKent();
  dashboard.mutable_monitoring()->set_stage_display_name("Engage");
  EXPECT_THAT(ForcePage(dashboard), Not(HasSubstr("Not announced")));
  dashboard.mutable_monitoring()->mutable_published()->set_stage_display_name("Scan");
  EXPECT_THAT(ForcePage(dashboard), HasSubstr("Stage: Engage, never moved\nNot announced: the public sees Scan\n"));
}

TEST(ForcePage, AnAnnouncementSaysWhereItStands) {
  auto dashboard = OfKent();
  const auto add = [&dashboard](AnnouncementState state) -> Announcement& {
    auto& announcement = *dashboard.add_announcements();
    announcement.set_name(absl::StrCat("forces/kent/announcements/", dashboard.announcements_size()));
    announcement.set_state(state);
    return announcement;
  };
  auto& out = add(ANNOUNCEMENT_STATE_CORRECTED);
  *out.mutable_published_time() = At(absl::CivilMinute(2024, 5, 3, 10, 0));
  out.set_corrected_by("forces/kent/announcements/2");
  auto& headline = *out.add_statements();
  headline.set_part(STATEMENT_PART_HEADLINE);
  headline.set_text("Kent Police moved into Engage");
  *add(ANNOUNCEMENT_STATE_SCHEDULED).mutable_publish_time() = At(absl::CivilMinute(2024, 6, 3, 9, 30));
  add(ANNOUNCEMENT_STATE_WITHDRAWN).set_withdrawal_reason("Not needed.");
  *add(ANNOUNCEMENT_STATE_CLEARED).mutable_held_back()->mutable_hold_time() = At(absl::CivilMinute(2024, 5, 2, 9, 0));
  EXPECT_THAT(ForcePage(dashboard),
              HasSubstr("Announcements\n"
                        "  announcements/1  corrected, out at 10:00 on 3 May 2024, corrected by announcements/2\n"
                        "    Kent Police moved into Engage\n"
                        "  announcements/2  scheduled, goes out at 09:30 on 3 June 2024\n"
                        "  announcements/3  withdrawn: Not needed.\n"
                        "  announcements/4  cleared, held back at 09:00 on 2 May 2024\n\n"));
}

TEST(ForcePage, APlanSaysHowItGoesOn) {
  auto dashboard = OfKent();
  auto& view = *dashboard.add_plans();
  view.mutable_plan()->set_name("forces/kent/plans/1");
  view.mutable_plan()->set_state(PLAN_STATE_SUBMITTED);
  view.mutable_plan()->set_version(3);
  view.mutable_plan()->set_in_force_version(2);
  view.mutable_plan()->mutable_content()->set_title("Improvement plan");
  view.mutable_latest_review()->set_overall(PROGRESS_RATING_AMBER);
  view.mutable_latest_review()->set_text("Training began late.");
  *view.mutable_latest_review()->mutable_review_date() = Date("2024-05-20");
  // Without what is derived, the rest is there.
  EXPECT_THAT(ForcePage(dashboard), HasSubstr("Plans for improvement\n"
                                              "  plans/1  submitted, version 3: Improvement plan\n"
                                              "    version 2 is in force meanwhile\n"
                                              "    rated amber on 20 May 2024: Training began late.\n\n"));
  auto& progress = *view.mutable_progress();
  progress.set_action_count(4);
  progress.set_done_action_count(1);
  progress.set_overdue_action_count(2);
  progress.set_delay_basis_count(1);
  progress.set_delay_days(9);
  *progress.mutable_forecast_date() = Date("2024-09-09");
  const auto add = [&progress](const std::string& id, int slippage) -> MilestoneProgress& {
    auto& milestone = *progress.add_milestones();
    milestone.set_milestone(id);
    milestone.set_title("Half are trained");
    milestone.set_slippage_days(slippage);
    *milestone.mutable_due_date() = Date("2024-05-31");
    return milestone;
  };
  *add("m1", 9).mutable_actual_date() = Date("2024-05-10");
  add("m2", 0).set_overdue(true);
  add("m3", -1);
  EXPECT_THAT(ForcePage(dashboard),
              HasSubstr("    actions done: 1 of 4, overdue: 2; forecast to end 9 September 2024, at a delay of 9 days\n"
                        "    m1  reached 10 May 2024, 9 days later than first accepted: Half are trained\n"
                        "    m2  due 31 May 2024, overdue: Half are trained\n"
                        "    m3  due 31 May 2024, 1 day earlier than first accepted: Half are trained\n\n"));
}

TEST(ForcePage, MeetingsSayWhenTheNextIsDueAndWhatIsToBeDone) {
  auto dashboard = OfKent();
  auto& cadence = *dashboard.mutable_meeting_cadence();
  cadence.set_cadence_days(28);
  *cadence.mutable_due_date() = Date("2024-05-29");
  EXPECT_THAT(ForcePage(dashboard),
              HasSubstr("Meetings with the inspectors\n  To meet every 28 days; next due 29 May 2024\n"));
  cadence.set_missed(true);
  cadence.set_days_late(3);
  auto& meeting = *dashboard.add_meetings();
  meeting.set_name("forces/kent/meetings/2");
  meeting.set_notes("The plan\nwas talked over.");
  meeting.add_actions("forces/kent/actions/7");
  *meeting.mutable_meeting_date() = Date("2024-05-01");
  auto& action = *dashboard.add_open_actions();
  action.set_name("forces/kent/actions/7");
  action.set_owner("Deputy chief constable");
  action.set_text("Send the figures");
  *action.mutable_due_date() = Date("2024-05-31");
  EXPECT_THAT(ForcePage(dashboard),
              HasSubstr("  To meet every 28 days; next due 29 May 2024, MISSED 3 days ago\n"
                        "  meetings/2  1 May 2024: The plan was talked over.\n"
                        "    gave actions/7\n\n"
                        "Actions to be done\n"
                        "  actions/7  due 31 May 2024, overdue, Deputy chief constable: Send the figures\n\n"));
  *dashboard.mutable_open_actions(0)->mutable_due_date() = Date("2024-06-01");
  EXPECT_THAT(ForcePage(dashboard), HasSubstr("due 1 June 2024, Deputy"));
}

TEST(ForcePage, SupportAdviceAndDisclosuresAreSaidInWords) {
  auto dashboard = OfKent();
  auto& support = *dashboard.add_support();
  support.set_name("forces/kent/support/1");
  support.set_state(SUPPORT_STATE_ENDED);
  support.set_provider(SUPPORT_PROVIDER_OTHER_FORCE);
  support.set_provider_force("forces/essex");
  support.set_text("A peer.");
  support.set_closing_note("It helped.");
  *support.mutable_from_date() = Date("2024-01");
  *support.mutable_to_date() = Date("2024-05-01");
  auto& offered = *dashboard.add_support();
  offered.set_name("forces/kent/support/2");
  offered.set_state(SUPPORT_STATE_OFFERED);
  offered.set_provider(SUPPORT_PROVIDER_NPCC);
  offered.set_text("Another.");
  *offered.mutable_offered_date() = Date("2024-05-02");
  auto& advice = *dashboard.add_advice();
  advice.set_name("forces/kent/proposals/1/advice/1");
  advice.set_body(ADVISORY_BODY_HMCI_BOARD);
  advice.set_view(ADVICE_VIEW_SUPPORTS_WITH_CONDITIONS);
  advice.set_text("Do it.");
  advice.set_on_earlier_dossier(true);
  *advice.mutable_advice_date() = Date("2024-05-03");
  auto& disclosure = *dashboard.add_disclosures();
  disclosure.set_name("forces/kent/disclosures/1");
  disclosure.set_about("forces/kent/proposals/1");
  disclosure.set_recipient_name("Chief Constable");
  disclosure.set_confidence(DISCLOSURE_CONFIDENCE_UNDER_EMBARGO);
  disclosure.set_teller("HM Inspector");
  disclosure.set_text("Told.");
  *disclosure.mutable_disclosed_date() = Date("2024-05-04");
  *disclosure.mutable_embargo_time() = At(absl::CivilMinute(2024, 5, 6, 10, 0));
  EXPECT_THAT(
      ForcePage(dashboard),
      AllOf(HasSubstr("Support\n"
                      "  support/1  ended, from January 2024 to 1 May 2024, by other force, forces/essex: A peer.\n"
                      "    It helped.\n"
                      "  support/2  offered 2 May 2024, by NPCC: Another.\n\n"),
            HasSubstr("  proposals/1/advice/1  HMCI board, 3 May 2024, supports with conditions, on an earlier "
                      "dossier: Do it.\n"),
            HasSubstr("  disclosures/1  4 May 2024, Chief Constable, under embargo until 10:00 on 6 May 2024, "
                      "told by HM Inspector about proposals/1: Told.\n")));
}

TEST(NationalPage, SaysWhatNeedsAttentionAndWhatIsNotKnown) {
  gateway::v1::NationalDashboard dashboard;
  EXPECT_THAT(NationalPage(dashboard), HasSubstr("Needs attention: nothing\n"));
  const auto add = [&dashboard](gateway::v1::AttentionKind kind, const std::string& name, const std::string& date,
                                int days) {
    auto& item = *dashboard.add_attention();
    item.set_kind(kind);
    item.set_name(name);
    item.set_days(days);
    *item.mutable_date() = Date(date);
  };
  const auto count = [&dashboard](gateway::v1::AttentionKind kind, int how_many) {
    auto& counted = *dashboard.add_attention_counts();
    counted.set_kind(kind);
    counted.set_count(how_many);
  };
  using namespace gateway::v1;  // NOLINT
  add(ATTENTION_KIND_ANNOUNCEMENT_WAITS, "forces/kent/decisions/1", "2024-05-30", 2);
  add(ATTENTION_KIND_PROPOSAL_WAITS, "forces/kent/proposals/2", "2024-05-31", 1);
  add(ATTENTION_KIND_REVIEW_DATE_PASSED, "forces/kent/decisions/1", "2024-04", 32);
  add(ATTENTION_KIND_MEETING_MISSED, "forces/kent/meetings/4", "2024-05-27", 5);
  for (int i = 0; i < 20; ++i) {
    add(ATTENTION_KIND_RECOMMENDATION_OVERDUE, "forces/kent/concerns/1/recommendations/1", "2024-05-01", 31);
  }
  for (int kind = ATTENTION_KIND_ANNOUNCEMENT_WAITS; kind <= ATTENTION_KIND_MEETING_MISSED; ++kind) {
    count(static_cast<AttentionKind>(kind), kind == ATTENTION_KIND_PROPOSAL_WAITS ? 2 : 1);
  }
  count(ATTENTION_KIND_RECOMMENDATION_OVERDUE, 30);
  dashboard.set_attention_left_out(10);
  const std::string text = NationalPage(dashboard);
  EXPECT_THAT(
      text,
      AllOf(HasSubstr("Needs attention: 1 move not announced, 2 proposals wait, 1 decision to be looked at again, "
                      "1 meeting missed and 30 recommendations overdue\n"),
            HasSubstr("not announced       30 May 2024  2     kent/decisions/1\n"),
            HasSubstr("review date passed  April 2024   32    kent/decisions/1\n"),
            HasSubstr("and 14 more; with --json up to 100 are shown\n"), Not(HasSubstr("not known"))));
  auto& section = *dashboard.add_sections();
  section.set_service("monitoring-service");
  section.set_part("follow_up");
  section.set_state(SECTION_STATE_UNAVAILABLE);
  EXPECT_THAT(NationalPage(dashboard), HasSubstr("Whether meetings were missed is not known.\n"));
}

TEST(ForcePage, APlanThatStandsStillHasNoForecastAndSlipsOn) {
  gateway::v1::ForceDashboard dashboard;
  auto& view = *dashboard.add_plans();
  view.mutable_plan()->set_name("forces/kent/plans/1");
  PlanProgress& progress = *view.mutable_progress();
  *progress.mutable_on_date() = Date("2024-10-01");
  *progress.mutable_forecast_date() = Date("2024-10-01");
  MilestoneProgress& milestone = *progress.add_milestones();
  milestone.set_overdue(true);
  *milestone.mutable_original_due_date() = Date("2024-07-01");
  *milestone.mutable_due_date() = Date("2024-07-01");
  const std::string page = ForcePageParts(dashboard).Plans();
  EXPECT_THAT(page, HasSubstr("no end in sight: 1 milestone is overdue and not reached"));
  EXPECT_THAT(page, HasSubstr("overdue, 92 days later than first accepted"));
  EXPECT_THAT(page, Not(HasSubstr("forecast to end")));
  *progress.mutable_forecast_date() = Date("2024-11-01");
  EXPECT_THAT(ForcePageParts(dashboard).Plans(), HasSubstr("forecast to end 1 November 2024"))
      << "where another milestone is still to come there is a day";
}

}  // namespace
}  // namespace oversight::cli
