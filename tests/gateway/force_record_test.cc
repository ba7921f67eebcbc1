// What a force's dashboard shows beside concerns and stage, of the present and of a day in the past: who sees what,
// what there is room for, and what partial dates leave open.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/time/london.h"
#include "common/time/partial_date.h"
#include "gateway/dashboard/compose.h"
#include "gateway/dashboard/on_date.h"
#include "gateway/dashboard/record.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/gateway/facts_support.h"

namespace oversight::gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using namespace concerns::v1;    // NOLINT
using namespace forces::v1;      // NOLINT
using namespace monitoring::v1;  // NOLINT

constexpr char kForce[] = "forces/kent";
constexpr char kConcern[] = "forces/kent/concerns/1";
constexpr char kRecommendation[] = "forces/kent/concerns/1/recommendations/1";

class ForceRecordTest : public ::testing::Test {
 protected:
  ForceRecordTest() {
    facts_.monitoring_known = true;
    auto& force = Add(facts_.forces, kForce);
    force.set_display_name("Kent Police");
    force.mutable_oversight_body()->set_display_name("The mayor");
    *force.mutable_oversight_body()->mutable_from_date() = Date("2028-05");
    auto& former = *force.add_former_oversight_bodies();
    former.set_display_name("The commissioner");
    *former.mutable_to_date() = Date("2028-05");
  }

  Concern& AddConcern(const std::string& name = kConcern) {
    Concern& concern = Add(facts_.concerns, name);
    concern.set_kind(CONCERN_KIND_CAUSE_OF_CONCERN);
    concern.set_state(CONCERN_STATE_ISSUED);
    *concern.mutable_issue_date() = Date("2023-11-24");
    return concern;
  }
  Recommendation& AddRecommendation() {
    Recommendation& recommendation = Add(facts_.recommendations, kRecommendation);
    recommendation.set_state(RECOMMENDATION_STATE_OPEN);
    *recommendation.mutable_due_date() = Date("2024-02-24");
    return recommendation;
  }
  OfficeHolder& AddHolder(int number, Office office, const std::string& from, const std::string& to = "") {
    OfficeHolder& holder = Add(facts_.office_holders, absl::StrCat(kForce, "/officeHolders/", number));
    holder.set_office(office);
    *holder.mutable_from_date() = Date(from);
    if (!to.empty()) *holder.mutable_to_date() = Date(to);
    return holder;
  }
  v1::ForceDashboard Shown(const std::string& day, Audience audience = Audience::kInspectorate) const {
    return ComposeForce(facts_, kForce, Day(day), audience);
  }
  v1::ForceDashboard On(const std::string& day, Audience audience = Audience::kInspectorate) const {
    return ComposeForceOn(facts_, kForce, Day(day), audience);
  }

  SuiteFacts facts_;
};

TEST_F(ForceRecordTest, SaysWhoHeldWhichOfficeOnTheDayAndHowCertainThatIs) {
  AddHolder(1, OFFICE_LIAISON_LEAD, "2020");
  AddHolder(2, OFFICE_CHIEF_OFFICER, "2019", "2024-03");
  AddHolder(3, OFFICE_CHIEF_OFFICER, "2024-03");
  const auto before = Shown("2024-02-29");
  ASSERT_EQ(before.office_holders_size(), 2);
  EXPECT_EQ(before.office_holders(0).office_holder().name(), "forces/kent/officeHolders/2");
  EXPECT_TRUE(before.office_holders(0).certain());
  const auto during = Shown("2024-03-15");
  ASSERT_EQ(during.office_holders_size(), 3) << "either may be chief on that day";
  EXPECT_FALSE(during.office_holders(0).certain());
  EXPECT_FALSE(during.office_holders(1).certain());
  const auto outside = Shown("2024-04-01", Audience::kOutside);
  ASSERT_EQ(outside.office_holders_size(), 1) << "liaison leads are known inside";
  EXPECT_EQ(outside.office_holders(0).office_holder().name(), "forces/kent/officeHolders/3");
  ASSERT_EQ(outside.oversight_bodies_size(), 1);
  EXPECT_EQ(outside.oversight_bodies(0).oversight_body().display_name(), "The commissioner");
  EXPECT_EQ(Shown("2028-06-01").oversight_bodies(0).oversight_body().display_name(), "The mayor");
  EXPECT_EQ(Shown("2028-05-10").oversight_bodies_size(), 2);
}

TEST_F(ForceRecordTest, OutsidersSeeWhatTheOwnersShowThem) {
  AddConcern();
  Add(facts_.revisits, "forces/kent/revisits/1").set_state(REVISIT_STATE_FINDINGS_RECORDED);
  Add(facts_.revisits, "forces/kent/revisits/2").set_state(REVISIT_STATE_LETTER_SENT);
  Add(facts_.evidence, "forces/kent/evidence/1");
  Add(facts_.evidence, "forces/kent/evidence/2").set_shared_with_force(true);
  Add(facts_.inspections, "forces/kent/inspections/1").set_state(INSPECTION_STATE_IN_FIELDWORK);
  auto& published = Add(facts_.inspections, "forces/kent/inspections/2");
  published.set_state(INSPECTION_STATE_PUBLISHED);
  *published.mutable_fieldwork_from_date() = Date("2023");
  *published.mutable_expected_publication_date() = Date("early 2024");
  Add(facts_.responses, "forces/kent/concerns/1/responses/1").set_state(FORCE_RESPONSE_STATE_ADEQUATE);
  // Another force's, and one below a concern that is not shown.
  Add(facts_.evidence, "forces/kentish/evidence/1").set_shared_with_force(true);
  Add(facts_.responses, "forces/kent/concerns/2/responses/1");
  facts_.predecessors = {"forces/old"};

  const auto inside = Shown("2024-01-01");
  EXPECT_EQ(inside.revisits_size(), 2);
  EXPECT_EQ(inside.revisits(0).name(), "forces/kent/revisits/2") << "newest first";
  EXPECT_EQ(inside.evidence_size(), 2);
  EXPECT_EQ(inside.inspections_size(), 2);
  const auto outside = Shown("2024-01-01", Audience::kOutside);
  ASSERT_EQ(outside.revisits_size(), 1);
  EXPECT_EQ(outside.revisits(0).name(), "forces/kent/revisits/2");
  ASSERT_EQ(outside.evidence_size(), 1);
  EXPECT_EQ(outside.evidence(0).name(), "forces/kent/evidence/2");
  ASSERT_EQ(outside.inspections_size(), 1);
  EXPECT_FALSE(outside.inspections(0).has_fieldwork_from_date());
  EXPECT_FALSE(outside.inspections(0).has_expected_publication_date());
  ASSERT_EQ(outside.concerns_size(), 1);
  EXPECT_EQ(outside.concerns(0).responses_size(), 1);
  EXPECT_THAT(outside.predecessors(), ElementsAre("forces/old"));
}

TEST_F(ForceRecordTest, WhatThereIsNoRoomForIsCounted) {
  for (int i = 1; i <= kMostEvidence + 3; ++i) Add(facts_.evidence, absl::StrCat(kForce, "/evidence/", i));
  const auto shown = Shown("2024-01-01");
  EXPECT_EQ(shown.evidence_size(), kMostEvidence);
  EXPECT_EQ(shown.evidence(0).name(), absl::StrCat(kForce, "/evidence/", kMostEvidence + 3));
  ASSERT_EQ(shown.left_out_size(), 1);
  EXPECT_EQ(shown.left_out(0).field(), "evidence");
  EXPECT_EQ(shown.left_out(0).count(), 3);
}

TEST_F(ForceRecordTest, ADutyIsDueOverdueOrMetOnTheDay) {
  auto& duty = Add(facts_.response_duties, "forces/kent/inspections/1/responseDuties/1");
  *duty.mutable_publication_date() = Date("2024-01-01");
  *duty.mutable_due_date() = Date("2024-02-25");
  *duty.mutable_response()->mutable_published_date() = Date("2024-03-01");
  auto& copy = *duty.add_copies_sent();
  copy.set_recipient(RESPONSE_RECIPIENT_INSPECTORS);
  *copy.mutable_sent_date() = Date("2024-03-02");
  const auto on = [this](const std::string& day) { return Shown(day).response_duties(0); };
  EXPECT_EQ(on("2024-02-25").state(), DUTY_STATE_DUE);
  EXPECT_EQ(on("2024-02-25").days_left(), 0);
  EXPECT_EQ(on("2024-02-26").state(), DUTY_STATE_OVERDUE);
  EXPECT_TRUE(on("2024-02-26").late());
  EXPECT_EQ(on("2024-03-01").state(), DUTY_STATE_MET);
  EXPECT_TRUE(on("2024-03-01").late());
  EXPECT_EQ(on("2024-03-01").unsent_to_size(), 2);
  EXPECT_EQ(on("2024-03-02").unsent_to_size(), 1);
  // On a day in the past, what was published later is not known.
  EXPECT_THAT(On("2023-12-31").response_duties(), IsEmpty());
  EXPECT_FALSE(On("2024-02-26").response_duties(0).has_response());
}

TEST_F(ForceRecordTest, NotesAreCountedAndTheLatestShown) {
  AddConcern();
  AddRecommendation();
  for (const char* number : {"9", "10", "2"}) {
    Add(facts_.progress_notes, absl::StrCat(kRecommendation, "/progressNotes/", number));
  }
  const auto dashboard = Shown("2024-01-01");
  const auto& item = dashboard.concerns(0).recommendations(0);
  EXPECT_EQ(item.progress_note_count(), 3);
  EXPECT_EQ(item.latest_progress_note().name(), absl::StrCat(kRecommendation, "/progressNotes/10"));
}

// ---- A day in the past ----

TEST_F(ForceRecordTest, AConcernStandsAsItsDatesSay) {
  Concern& old = AddConcern();
  old.set_state(CONCERN_STATE_SUPERSEDED);
  old.set_superseded_by("forces/kent/concerns/2");
  *old.mutable_closure()->mutable_close_date() = Date("2024-05-03");
  *old.mutable_published()->mutable_date() = Date("2023-11-29");
  old.mutable_handling()->set_level(HANDLING_LEVEL_MANAGING);
  *old.mutable_handling()->mutable_assess_time() = Noon("2024-01-10");
  Concern& fresh = AddConcern("forces/kent/concerns/2");
  *fresh.mutable_issue_date() = Date("2024-05-01");
  fresh.add_supersedes(kConcern);
  Add(facts_.concerns, "forces/kent/concerns/3").set_state(CONCERN_STATE_DRAFT);

  EXPECT_THAT(On("2023-11-23").concerns(), IsEmpty());
  const auto issued = On("2023-11-24");
  ASSERT_EQ(issued.concerns_size(), 1);
  EXPECT_EQ(issued.concerns(0).concern().state(), CONCERN_STATE_ISSUED);
  EXPECT_FALSE(issued.concerns(0).concern().has_published());
  EXPECT_FALSE(issued.concerns(0).concern().has_handling());
  EXPECT_TRUE(On("2023-11-29").concerns(0).concern().has_published());
  EXPECT_TRUE(On("2024-01-10").concerns(0).concern().has_handling());
  const auto both = On("2024-05-02");
  EXPECT_EQ(both.counts().open_causes_of_concern(), 2);
  EXPECT_THAT(both.concerns(1).concern().supersedes(), IsEmpty());
  EXPECT_THAT(both.concerns(0).concern().superseded_by(), IsEmpty());
  const auto reissued = On("2024-05-03");
  EXPECT_EQ(reissued.counts().open_causes_of_concern(), 1);
  EXPECT_THAT(reissued.concerns(0).concern().supersedes(), ElementsAre(kConcern));
}

TEST_F(ForceRecordTest, ARecommendationStandsAsItsDatesSay) {
  AddConcern();
  Recommendation& recommendation = AddRecommendation();
  recommendation.set_state(RECOMMENDATION_STATE_VERIFIED);
  recommendation.mutable_claim()->set_statement("Done.");
  *recommendation.mutable_claim()->mutable_claim_time() = Noon("2024-03-01");
  *recommendation.mutable_verification()->mutable_verify_time() = Noon("2024-04-02");
  *recommendation.mutable_verified_date() = Date("2024-04-01");
  *recommendation.mutable_original_due_date() = Date("2023-12-31");
  auto& extension = *recommendation.add_extensions();
  *extension.mutable_from_due_date() = Date("2023-12-31");
  *extension.mutable_to_due_date() = Date("2024-02-24");
  *extension.mutable_grant_time() = Noon("2023-12-20");
  const auto on = [this](const std::string& day) { return On(day).concerns(0).recommendations(0); };

  EXPECT_EQ(on("2023-12-19").recommendation().state(), RECOMMENDATION_STATE_OPEN);
  EXPECT_EQ(FormatIso(on("2023-12-19").recommendation().due_date()), "2023-12-31");
  EXPECT_THAT(on("2023-12-19").recommendation().extensions(), IsEmpty());
  EXPECT_EQ(FormatIso(on("2023-12-20").recommendation().due_date()), "2024-02-24");
  EXPECT_FALSE(on("2024-02-24").overdue());
  EXPECT_TRUE(on("2024-02-25").overdue());
  EXPECT_FALSE(on("2024-02-25").recommendation().has_claim());
  EXPECT_EQ(on("2024-03-01").recommendation().state(), RECOMMENDATION_STATE_CLAIMED);
  EXPECT_TRUE(on("2024-03-01").recommendation().has_claim());
  EXPECT_FALSE(on("2024-03-31").recommendation().has_verification());
  EXPECT_EQ(on("2024-04-01").recommendation().state(), RECOMMENDATION_STATE_VERIFIED) << "by its day, not its record";
  EXPECT_FALSE(on("2024-04-01").overdue());
}

// What is recommended to all forces is told by itself, and stands on a day as its dates say.
TEST_F(ForceRecordTest, NationalRecommendationsAreShownAndCountedByThemselves) {
  const auto recommend = [this](int number, const std::string& issued) {
    const std::string name = absl::StrCat("nationalRecommendations/", number);
    auto& recommendation = Add(facts_.national_recommendations, name);
    recommendation.set_state(NATIONAL_RECOMMENDATION_STATE_ISSUED);
    recommendation.set_title(absl::StrCat("Title ", number));
    *recommendation.mutable_issue_date() = Date(issued);
    auto& item = Add(facts_.national_items, absl::StrCat(name, "/", kForce));
    item.set_state(NATIONAL_ITEM_STATE_OPEN);
    *item.mutable_due_date() = Date("2024-02-24");
    return &item;
  };
  recommend(10, "2024-01-10");
  auto* done = recommend(9, "2023-11-24");
  done->set_state(NATIONAL_ITEM_STATE_VERIFIED);
  *done->mutable_claim()->mutable_claimed_date() = Date("2024-01-01");
  *done->mutable_verified_date() = Date("2024-02-01");
  done->mutable_verification()->set_outcome(VERIFICATION_OUTCOME_ACCEPTED);
  Add(facts_.national_items, "nationalRecommendations/9/forces/surrey").set_state(NATIONAL_ITEM_STATE_OPEN);

  const auto now = Shown("2024-02-25");
  ASSERT_EQ(now.national_items_size(), 2) << "not those of other forces";
  EXPECT_EQ(now.national_items(0).title(), "Title 9");
  EXPECT_FALSE(now.national_items(0).overdue());
  EXPECT_EQ(now.national_items(1).title(), "Title 10");
  EXPECT_TRUE(now.national_items(1).overdue());
  EXPECT_EQ(now.national_counts().open(), 1);
  EXPECT_EQ(now.national_counts().verified(), 1);
  EXPECT_EQ(now.national_counts().overdue(), 1);
  EXPECT_EQ(now.counts().open_recommendations(), 0) << "they are not recommendations of concerns";
  EXPECT_EQ(Shown("2024-02-25", Audience::kOutside).national_items_size(), 2);

  EXPECT_THAT(On("2023-11-23").national_items(), IsEmpty());
  EXPECT_EQ(On("2023-12-31").national_counts().open(), 1);
  EXPECT_EQ(On("2024-01-01").national_counts().claimed(), 1);
  EXPECT_EQ(On("2024-02-01").national_counts().verified(), 1);
}

// Entered years later, by the days that the acts have.
TEST_F(ForceRecordTest, ActsCountFromTheirOwnDay) {
  Concern& concern = AddConcern();
  concern.mutable_handling()->set_level(HANDLING_LEVEL_MANAGING);
  *concern.mutable_handling()->mutable_assess_time() = Noon("2026-11-27");
  *concern.mutable_handling()->mutable_assessed_date() = Date("2024-01");
  Recommendation& recommendation = AddRecommendation();  // Due on 24 February 2024.
  recommendation.set_state(RECOMMENDATION_STATE_CLAIMED);
  auto& extension = *recommendation.add_extensions();
  *extension.mutable_from_due_date() = recommendation.due_date();
  *extension.mutable_to_due_date() = Date("2024-12-31");
  *extension.mutable_grant_time() = Noon("2026-11-27");
  *extension.mutable_extended_date() = Date("2024-03-10");
  *recommendation.mutable_due_date() = Date("2024-12-31");
  *recommendation.mutable_claim()->mutable_claim_time() = Noon("2026-11-27");
  *recommendation.mutable_claim()->mutable_claimed_date() = Date("2024-10-01");
  auto& response = Add(facts_.responses, "forces/kent/concerns/1/responses/1");
  response.set_state(FORCE_RESPONSE_STATE_ADEQUATE);
  *response.mutable_respond_date() = Date("2023-12-15");
  *response.mutable_judgement()->mutable_judge_time() = Noon("2026-11-27");
  *response.mutable_judgement()->mutable_judged_date() = Date("2024-01-05");
  const auto on = [this](const std::string& day) { return On(day).concerns(0); };

  // Late for two weeks, and from the day of the extension not any more.
  EXPECT_FALSE(on("2024-02-24").recommendations(0).overdue());
  EXPECT_TRUE(on("2024-02-25").recommendations(0).overdue());
  EXPECT_TRUE(on("2024-03-09").recommendations(0).overdue());
  EXPECT_EQ(On("2024-03-09").counts().overdue_recommendations(), 1);
  EXPECT_FALSE(on("2024-03-10").recommendations(0).overdue());
  EXPECT_EQ(On("2024-03-10").counts().overdue_recommendations(), 0);
  EXPECT_EQ(on("2024-09-30").recommendations(0).recommendation().state(), RECOMMENDATION_STATE_OPEN);
  EXPECT_EQ(on("2024-10-01").recommendations(0).recommendation().state(), RECOMMENDATION_STATE_CLAIMED);
  EXPECT_FALSE(on("2024-01-30").concern().has_handling()) << "it need not have been assessed by then";
  EXPECT_TRUE(on("2024-01-31").concern().has_handling());
  EXPECT_EQ(on("2024-01-04").responses(0).state(), FORCE_RESPONSE_STATE_AWAITING_JUDGEMENT);
  EXPECT_EQ(on("2024-01-05").responses(0).state(), FORCE_RESPONSE_STATE_ADEQUATE);

  // Returned: claimed until then.
  recommendation.set_state(RECOMMENDATION_STATE_OPEN);
  recommendation.mutable_verification()->set_outcome(VERIFICATION_OUTCOME_RETURNED);
  *recommendation.mutable_verification()->mutable_verify_time() = Noon("2026-11-27");
  *recommendation.mutable_verification()->mutable_verified_date() = Date("2024-11-01");
  EXPECT_EQ(on("2024-10-31").recommendations(0).recommendation().state(), RECOMMENDATION_STATE_CLAIMED);
  EXPECT_EQ(on("2024-11-01").recommendations(0).recommendation().state(), RECOMMENDATION_STATE_OPEN);
}

TEST_F(ForceRecordTest, AResponseARevisitAndAnInspectionStandAsTheirDatesSay) {
  AddConcern();
  auto& response = Add(facts_.responses, "forces/kent/concerns/1/responses/1");
  response.set_state(FORCE_RESPONSE_STATE_ADEQUATE);
  *response.mutable_respond_date() = Date("2023-12-15");
  *response.mutable_judgement()->mutable_judge_time() = Noon("2024-01-05");
  EXPECT_THAT(On("2023-12-14").concerns(0).responses(), IsEmpty());
  EXPECT_EQ(On("2023-12-15").concerns(0).responses(0).state(), FORCE_RESPONSE_STATE_AWAITING_JUDGEMENT);
  EXPECT_EQ(On("2024-01-05").concerns(0).responses(0).state(), FORCE_RESPONSE_STATE_ADEQUATE);

  auto& revisit = Add(facts_.revisits, "forces/kent/revisits/1");
  revisit.set_state(REVISIT_STATE_LETTER_PUBLISHED);
  *revisit.mutable_create_time() = Noon("2024-05-01");
  *revisit.mutable_from_date() = Date("2024-06-03");
  *revisit.mutable_to_date() = Date("2024-06");
  revisit.set_outcome("Good.");
  *revisit.mutable_letter()->mutable_sent_date() = Date("2024-07-10");
  *revisit.mutable_letter()->mutable_published()->mutable_date() = Date("2024-07-16");
  EXPECT_THAT(On("2024-04-30").revisits(), IsEmpty());
  EXPECT_EQ(On("2024-06-29").revisits(0).state(), REVISIT_STATE_PLANNED) << "it need not have ended by then";
  EXPECT_EQ(On("2024-06-30").revisits(0).state(), REVISIT_STATE_CARRIED_OUT);
  EXPECT_THAT(On("2024-06-30").revisits(0).outcome(), IsEmpty());
  EXPECT_THAT(On("2024-06-30", Audience::kOutside).revisits(), IsEmpty());
  EXPECT_EQ(On("2024-07-10").revisits(0).state(), REVISIT_STATE_LETTER_SENT);
  EXPECT_FALSE(On("2024-07-15").revisits(0).letter().has_published());
  EXPECT_EQ(On("2024-07-16", Audience::kOutside).revisits(0).state(), REVISIT_STATE_LETTER_PUBLISHED);

  auto& inspection = Add(facts_.inspections, "forces/kent/inspections/1");
  inspection.set_state(INSPECTION_STATE_PUBLISHED);
  *inspection.mutable_create_time() = Noon("2023-08-01");
  *inspection.mutable_fieldwork_from_date() = Date("2023-09-04");
  *inspection.mutable_fieldwork_to_date() = Date("2023-09");
  *inspection.mutable_report()->mutable_publication_date() = Date("2024-02-14");
  EXPECT_THAT(On("2023-07-31").inspections(), IsEmpty());
  EXPECT_EQ(On("2023-09-03").inspections(0).state(), INSPECTION_STATE_PLANNED);
  EXPECT_EQ(On("2023-09-29").inspections(0).state(), INSPECTION_STATE_IN_FIELDWORK);
  EXPECT_EQ(On("2023-09-30").inspections(0).state(), INSPECTION_STATE_REPORT_AWAITED);
  EXPECT_THAT(On("2024-02-13", Audience::kOutside).inspections(), IsEmpty());
  EXPECT_EQ(On("2024-02-14", Audience::kOutside).inspections_size(), 1);
}

TEST_F(ForceRecordTest, TheStageOfADayIsThatOfItsEpisodeUnlessDatesLeaveItOpen) {
  auto ladder = std::make_shared<Ladder>();
  auto& scan = *ladder->add_stages();
  scan.set_id("scan");
  scan.set_display_name("Scan");
  scan.set_is_default(true);
  auto& engage = *ladder->add_stages();
  engage.set_id("engage");
  engage.set_display_name("Engage");
  engage.set_enhanced(true);
  facts_.ladder = ladder;
  auto& now = Add(facts_.monitoring, "forces/kent/monitoring");
  now.set_stage("scan");
  now.set_stage_display_name("Scan");
  *now.mutable_since_date() = Date("2024-09-18");
  auto& episode = Add(facts_.episodes, "forces/kent/episodes/1");
  episode.set_stage("engage");
  episode.set_entry_decision("forces/kent/decisions/1");
  episode.set_exit_decision("forces/kent/decisions/2");
  *episode.mutable_from_date() = Date("2023-11");
  *episode.mutable_until_date() = Date("2024-09-18");

  const auto never = On("2023-10-31");
  EXPECT_EQ(never.monitoring().stage(), "scan");
  EXPECT_FALSE(never.monitoring().has_since_date());
  const auto open = On("2023-11-15");
  EXPECT_FALSE(open.has_monitoring());
  EXPECT_EQ(open.left_out(0).field(), "monitoring");
  const auto in = On("2023-11-30");
  EXPECT_EQ(in.monitoring().stage_display_name(), "Engage");
  EXPECT_TRUE(in.monitoring().enhanced());
  EXPECT_EQ(in.episode().name(), "forces/kent/episodes/1");
  EXPECT_FALSE(in.episode().has_until_date());
  EXPECT_EQ(On("2024-09-17").monitoring().stage(), "engage");
  const auto out = On("2024-09-18");
  EXPECT_EQ(out.monitoring().stage(), "scan");
  EXPECT_EQ(FormatIso(out.monitoring().since_date()), "2024-09-18");
  EXPECT_EQ(out.past_episodes_size(), 1);
  const auto outside = On("2024-09-18", Audience::kOutside);
  EXPECT_EQ(outside.monitoring().stage(), "scan");
  EXPECT_EQ(outside.DebugString().find("/decisions/"), std::string::npos);
}

TEST_F(ForceRecordTest, OnADayWhatWasAnnouncedLaterWasNotPublicYet) {
  auto ladder = std::make_shared<Ladder>();
  ladder->add_stages()->set_id("scan");
  ladder->mutable_stages(0)->set_is_default(true);
  ladder->add_stages()->set_id("engage");
  ladder->mutable_stages(1)->set_enhanced(true);
  facts_.ladder = ladder;
  Add(facts_.monitoring, "forces/kent/monitoring").set_stage("scan");
  const auto decide = [this](int number, const std::string& day, const std::string& published) {
    auto& decision = Add(facts_.decisions, absl::StrCat(kForce, "/decisions/", number));
    decision.set_state(DECISION_STATE_IN_EFFECT);
    *decision.mutable_decided_date() = Date(day);
    *decision.mutable_effective_date() = Date(day);
    decision.mutable_publication()->set_state(PUBLICATION_STATE_PUBLISHED);
    *decision.mutable_publication()->mutable_published_time() = Noon(published);
  };
  decide(1, "2023-11-20", "2023-11-24");
  decide(2, "2024-09-10", "2024-09-18");
  auto& episode = Add(facts_.episodes, "forces/kent/episodes/1");
  episode.set_stage("engage");
  episode.set_entry_decision("forces/kent/decisions/1");
  episode.set_exit_decision("forces/kent/decisions/2");
  *episode.mutable_from_date() = Date("2023-11-20");
  *episode.mutable_until_date() = Date("2024-09-10");

  const auto in = On("2023-11-23");
  EXPECT_TRUE(in.episode().entry_awaits_publication());
  EXPECT_EQ(in.monitoring().published().stage(), "scan");
  EXPECT_FALSE(in.monitoring().published().has_since_date());
  const auto known = On("2023-11-24");
  EXPECT_FALSE(known.monitoring().has_published() || known.episode().entry_awaits_publication());
  const auto out = On("2024-09-17");
  EXPECT_EQ(out.monitoring().stage(), "scan");
  EXPECT_TRUE(out.past_episodes(0).exit_awaits_publication());
  EXPECT_EQ(out.monitoring().published().stage(), "engage");
  EXPECT_EQ(FormatIso(out.monitoring().published().since_date()), "2023-11-20");
  EXPECT_FALSE(On("2024-09-18").monitoring().has_published());
}

TEST_F(ForceRecordTest, ADecisionWaitsUntilItsDayAndWhatBecameOfItComesLater) {
  const auto add = [this](int number, DecisionState state, ProposalState proposed,
                          const std::string& decided) -> auto& {
    auto& proposal = Add(facts_.proposals, absl::StrCat(kForce, "/proposals/", number));
    proposal.set_state(proposed);
    proposal.set_decision(absl::StrCat(kForce, "/decisions/", number));
    *proposal.mutable_create_time() = Noon("2023-11-01");
    auto& decision = Add(facts_.decisions, proposal.decision());
    decision.set_state(state);
    *decision.mutable_decided_date() = Date(decided);
    return decision;
  };
  auto& lapsed = add(1, DECISION_STATE_LAPSED, PROPOSAL_STATE_LAPSED, "2023-11-10");
  *lapsed.mutable_lapse()->mutable_lapse_time() = Noon("2023-11-12");
  auto& revoked = add(2, DECISION_STATE_REVOKED, PROPOSAL_STATE_REVOKED, "2023-11-14");
  *revoked.mutable_revocation()->mutable_revoke_time() = Noon("2023-11-16");
  auto& made = add(3, DECISION_STATE_IN_EFFECT, PROPOSAL_STATE_APPROVED, "2023-11-20");
  *made.mutable_effective_date() = Date("2023-11-24");
  *made.mutable_take_effect_time() = Noon("2023-11-24");

  // "number state of the proposal, state of the decision", newest first; and what waits.
  const auto on = [this](const std::string& day) {
    const auto dashboard = On(day);
    std::vector<std::string> told;
    for (const auto& proposal : dashboard.proposals()) {
      std::string line = absl::StrCat(proposal.name().substr(proposal.name().size() - 1), " ",
                                      ProposalState_Name(proposal.state()).substr(15));
      for (const auto& decision : dashboard.decisions()) {
        if (decision.name() != proposal.decision()) continue;
        absl::StrAppend(&line, ", ", DecisionState_Name(decision.state()).substr(15));
        EXPECT_EQ(decision.has_lapse(), decision.state() == DECISION_STATE_LAPSED);
        EXPECT_EQ(decision.has_revocation(), decision.state() == DECISION_STATE_REVOKED);
        EXPECT_EQ(decision.has_take_effect_time(), decision.state() == DECISION_STATE_IN_EFFECT);
        if (decision.state() == DECISION_STATE_PENDING_EFFECT) {
          EXPECT_EQ(dashboard.monitoring().pending_decision(), decision.name());
          line += ", waits";
        }
      }
      told.push_back(line);
    }
    return told;
  };
  EXPECT_THAT(on("2023-11-09"), ElementsAre("3 OPEN", "2 OPEN", "1 OPEN"));
  EXPECT_THAT(on("2023-11-11"), ElementsAre("3 OPEN", "2 OPEN", "1 APPROVED, PENDING_EFFECT, waits"));
  EXPECT_THAT(on("2023-11-12"), ElementsAre("3 OPEN", "2 OPEN", "1 LAPSED, LAPSED"));
  EXPECT_THAT(on("2023-11-15"), ElementsAre("3 OPEN", "2 APPROVED, PENDING_EFFECT, waits", "1 LAPSED, LAPSED"));
  EXPECT_THAT(on("2023-11-16"), ElementsAre("3 OPEN", "2 REVOKED, REVOKED", "1 LAPSED, LAPSED"));
  EXPECT_THAT(on("2023-11-23"),
              ElementsAre("3 APPROVED, PENDING_EFFECT, waits", "2 REVOKED, REVOKED", "1 LAPSED, LAPSED"));
  EXPECT_THAT(on("2023-11-24"), ElementsAre("3 APPROVED, IN_EFFECT", "2 REVOKED, REVOKED", "1 LAPSED, LAPSED"));
  EXPECT_THAT(On("2023-11-24").monitoring().pending_decision(), IsEmpty());
  EXPECT_EQ(On("2023-11-23", Audience::kOutside).DebugString().find("/decisions/"), std::string::npos);
}

TEST_F(ForceRecordTest, AnEpisodeIsAsLongAsItIsOnTheDayAndItsReasonsComeOneByOne) {
  auto& episode = Add(facts_.episodes, "forces/kent/episodes/1");
  *episode.mutable_from_date() = Date("2023-11-24");
  *episode.mutable_until_date() = Date("2024-09-18");
  episode.mutable_length()->set_max_days(299);
  episode.add_reason_outcomes()->set_end(REASON_END_CARRIED_FORWARD);
  episode.add_open_causes()->set_concern(kConcern);
  auto& entry = *episode.add_entry_reasons();
  entry.add_evidence("forces/kent/evidence/1");
  entry.mutable_outside_evidence()->set_text("Told in confidence.");
  auto& added = *episode.add_added_reasons();
  *added.mutable_added_date() = Date("2024-02");
  added.mutable_reason()->set_text("One more.");
  added.mutable_reason()->add_evidence("forces/kent/evidence/2");
  added.set_rationale("Why.");
  added.set_adder("principals/hm-inspector");
  auto& now = Add(facts_.monitoring, "forces/kent/monitoring");
  *now.mutable_since_date() = Date("2024-09-18");
  now.set_pending_decision("forces/kent/decisions/9");  // As of the past the owner tells it.

  EXPECT_EQ(On("2024-02-28").episode().added_reasons_size(), 0) << "it need not have come by then";
  const auto in = On("2024-09-17").episode();
  EXPECT_EQ(in.added_reasons_size(), 1);
  EXPECT_EQ(in.added_reasons(0).adder(), "principals/hm-inspector");
  EXPECT_EQ(in.reason_outcomes_size() + in.open_causes_size(), 0);
  EXPECT_FALSE(in.has_length());
  ASSERT_EQ(On("2024-09-18").past_episodes_size(), 1);
  EXPECT_EQ(On("2024-09-18").past_episodes(0).length().max_days(), 299);

  // Outside: what monitoring-service shows there, and no more.
  for (const auto& dashboard : {Shown("2024-09-18", Audience::kOutside), On("2024-09-18", Audience::kOutside)}) {
    ASSERT_EQ(dashboard.past_episodes_size(), 1);
    const auto& outside = dashboard.past_episodes(0);
    EXPECT_EQ(outside.reason_outcomes_size(), 1);
    EXPECT_EQ(outside.added_reasons(0).reason().text(), "One more.");
    const std::string told = dashboard.DebugString();
    for (const char* hidden : {"/evidence/", "in confidence", "Why.", "principals/", "/decisions/"}) {
      EXPECT_EQ(told.find(hidden), std::string::npos) << hidden;
    }
  }
}

}  // namespace
}  // namespace oversight::gateway
