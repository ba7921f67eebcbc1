// What reasons rest on, and how each of them ends.
#include "monitoring-service/domain/reasons.h"

#include "monitoring-service/domain/episodes.h"
#include "tests/monitoring/moves_fixture.h"

namespace oversight::monitoring {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Reasons : public Moves {
 protected:
  v1::AddEpisodeReasonRequest Adding(const std::string& concern) {
    v1::AddEpisodeReasonRequest request;
    request.set_name("forces/west-midlands/episodes/1");
    *request.mutable_reason() = Wanted("engage", v1::GROUND_NOT_RESPONDING, {concern}).reasons(0);
    request.set_rationale("Found at the revisit.");
    return request;
  }
  absl::StatusOr<v1::Episode> Add(const v1::AddEpisodeReasonRequest& request) {
    return AddReason(record_, *record_.episode, request, concerns_, kInspector, now_);
  }
  void Keep(const v1::Episode& episode) { record_.episode = record_.episodes.back() = episode; }
  // A return that says this of how the reasons end.
  v1::Proposal Ending(std::initializer_list<v1::ReasonOutcome> outcomes) {
    auto proposal = Wanted("scan", v1::GROUND_IMPROVEMENT, {""});
    for (const auto& outcome : outcomes) *proposal.add_reason_outcomes() = outcome;
    return proposal;
  }
};

TEST_F(Reasons, AnEntryNeedsAnExitCriterionForEach) {
  auto wanted = Entry();
  wanted.mutable_reasons(1)->clear_exit_criterion();
  const auto status = ProposeIt(wanted).status();
  EXPECT_THAT(status, Refuses(absl::StatusCode::kInvalidArgument, "INVALID_FIELDS"));
  EXPECT_THAT(FieldsOf(status), ElementsAre("proposal.reasons[1].exit_criterion"));
}

TEST_F(Reasons, HaveIdsThatStayThroughDecisionAndEpisode) {
  MoveIn(absl::CivilDay(2023, 11, 24));
  ASSERT_EQ(record_.episode->entry_reasons_size(), 2);
  EXPECT_EQ(record_.episode->entry_reasons(0).id(), "r1");
  EXPECT_EQ(record_.episode->entry_reasons(1).id(), "r2");
  Keep(*Add(Adding("forces/west-midlands/concerns/5")));
  EXPECT_EQ(record_.episode->added_reasons(0).reason().id(), "r3");
}

TEST_F(Reasons, OfOlderRecordsGetTheirIdsByPosition) {
  v1::Episode episode;
  episode.add_entry_reasons()->set_text("One");
  episode.add_entry_reasons()->set_text("Two");
  const auto reasons = ReasonsOf(episode);
  ASSERT_EQ(reasons.size(), 2u);
  EXPECT_EQ(reasons[1].id(), "r2");
}

TEST_F(Reasons, AnEntryMayRestOnEvidenceOrOnWhatIsOutsideTheRecord) {
  auto wanted = Wanted("engage", v1::GROUND_SIGNIFICANT_SERVICE_FAILURE, {"", ""});
  const std::string evidence = "forces/west-midlands/evidence/1";
  concerns_.evidence[evidence].set_name(evidence);
  wanted.mutable_reasons(0)->add_evidence(evidence);
  wanted.mutable_reasons(1)->mutable_outside_evidence()->set_text("An independent culture review.");
  const auto proposal = ProposeIt(wanted);
  ASSERT_TRUE(proposal.ok()) << proposal.status();
  EXPECT_EQ(proposal->reasons(1).outside_evidence().text(), "An independent culture review.");
}

TEST_F(Reasons, EvidenceMustBeThereBeTheForcesAndBeNamedOnce) {
  const std::string evidence = "forces/west-midlands/evidence/1";
  concerns_.evidence[evidence].set_name(evidence);
  auto wanted = Wanted("engage", v1::GROUND_NOT_RESPONDING, {kFirst});
  for (const auto& name :
       {evidence, evidence, std::string("forces/west-midlands/evidence/2"), std::string("forces/kent/evidence/1")}) {
    wanted.mutable_reasons(0)->add_evidence(name);
  }
  const auto status = ProposeIt(wanted).status();
  EXPECT_THAT(status, Refuses(absl::StatusCode::kFailedPrecondition, "CONCERN_NOT_USABLE"));
  EXPECT_THAT(PreconditionsOf(status),
              ElementsAre("EVIDENCE_TWICE " + evidence, "EVIDENCE_NOT_FOUND forces/west-midlands/evidence/2",
                          "EVIDENCE_OF_ANOTHER_FORCE forces/kent/evidence/1"));
}

TEST_F(Reasons, AReturnAccountsForEachOfThem) {
  MoveIn(absl::CivilDay(2023, 11, 24));
  concerns_["forces/west-midlands/concerns/5"] = MakeConcern("forces/west-midlands/concerns/5");
  Keep(*Add(Adding("forces/west-midlands/concerns/5")));
  auto status = ProposeIt(Ending({})).status();
  EXPECT_THAT(status, Refuses(absl::StatusCode::kFailedPrecondition, "REASON_UNACCOUNTED"));
  EXPECT_THAT(PreconditionsOf(status),
              ElementsAre("REASON_UNACCOUNTED r1", "REASON_UNACCOUNTED r2", "REASON_UNACCOUNTED r3"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("CARRIED_FORWARD"));
  status = ProposeIt(Ending({Met("r1"), Met("r1"), CarriedForward("r2"), Met("r9")})).status();
  EXPECT_THAT(PreconditionsOf(status), ElementsAre("REASON_TWICE r1", "REASON_UNACCOUNTED r3", "REASON_UNKNOWN r9"));
  const auto proposal = ProposeIt(Ending({Met("r1"), CarriedForward("r2"), Superseded("r3", kFirst)}));
  ASSERT_TRUE(proposal.ok()) << proposal.status();
  const auto decided = *DecideIt(*proposal, v1::DECISION_OUTCOME_APPROVED);
  EXPECT_EQ(decided.decision.reason_outcomes_size(), 3);
  ASSERT_EQ(decided.episodes[0].reason_outcomes_size(), 3);
  EXPECT_EQ(decided.episodes[0].reason_outcomes(1).followed_by(), "HM Inspector for the Midlands");
}

TEST_F(Reasons, AnEndSaysWhatBelongsToItAndNothingElse) {
  MoveIn(absl::CivilDay(2023, 11, 24));
  auto superseded = Superseded("r1", "");
  auto carried = CarriedForward("r2");
  carried.clear_followed_by();
  carried.clear_follow_up();
  auto status = ProposeIt(Ending({superseded, carried})).status();
  EXPECT_THAT(status, Refuses(absl::StatusCode::kInvalidArgument, "INVALID_FIELDS"));
  EXPECT_THAT(FieldsOf(status),
              ElementsAre("proposal.reason_outcomes[0].superseded_by", "proposal.reason_outcomes[1].followed_by",
                          "proposal.reason_outcomes[1].follow_up"));
  auto met = Met("r1");
  met.set_superseded_by("something");
  met.set_follow_up("somehow");
  auto unknown = Met("r2");
  unknown.set_end(static_cast<v1::ReasonEnd>(99));
  EXPECT_THAT(FieldsOf(ProposeIt(Ending({met, unknown})).status()),
              ElementsAre("proposal.reason_outcomes[0].superseded_by", "proposal.reason_outcomes[0].follow_up",
                          "proposal.reason_outcomes[1].end"));
}

TEST_F(Reasons, AMoveThatEndsNoEpisodeEndsNoReasons) {
  auto wanted = Entry();
  *wanted.add_reason_outcomes() = Met("r1");
  EXPECT_THAT(FieldsOf(ProposeIt(wanted).status()), ElementsAre("proposal.reason_outcomes"));
}

TEST_F(Reasons, AReasonThatComesAfterTheProposalIsAccountedForBeforeTheDecision) {
  MoveIn(absl::CivilDay(2023, 11, 24));
  const auto proposal = *ProposeIt(Return());
  Keep(*Add(Adding("forces/west-midlands/concerns/5")));
  const auto stale = DecideIt(proposal, v1::DECISION_OUTCOME_APPROVED).status();
  EXPECT_THAT(stale, Refuses(absl::StatusCode::kFailedPrecondition, "DOSSIER_STALE"));
  EXPECT_THAT(PreconditionsOf(stale), Contains("DOSSIER_STALE forces/west-midlands/episodes/1"));
  v1::RefreshProposalRequest refresh;
  EXPECT_THAT(Refresh(ladders_, record_, proposal, refresh, concerns_, kInspector, now_).status(),
              Refuses(absl::StatusCode::kFailedPrecondition, "REASON_UNACCOUNTED"));
  for (const auto& outcome : {Met("r1"), Met("r2"), CarriedForward("r3")}) *refresh.add_reason_outcomes() = outcome;
  const auto refreshed = Refresh(ladders_, record_, proposal, refresh, concerns_, kInspector, now_);
  ASSERT_TRUE(refreshed.ok()) << refreshed.status();
  EXPECT_TRUE(DecideIt(refreshed->proposal, v1::DECISION_OUTCOME_APPROVED).ok());
  refresh.mutable_reason_outcomes(0)->set_superseded_by("something");
  EXPECT_THAT(FieldsOf(Refresh(ladders_, record_, proposal, refresh, concerns_, kInspector, now_).status()),
              ElementsAre("reason_outcomes[0].superseded_by"));
}

// ---- Added while the episode lasts ----

TEST_F(Reasons, OneIsAddedWithItsDayAndItsConcern) {
  MoveIn(absl::CivilDay(2023, 11, 24));
  auto request = Adding("forces/west-midlands/concerns/5");
  *request.mutable_added_date() = Day(2023, 11, 26);
  const auto episode = Add(request);
  ASSERT_TRUE(episode.ok()) << episode.status();
  ASSERT_EQ(episode->added_reasons_size(), 1);
  const auto& added = episode->added_reasons(0);
  EXPECT_EQ(added.reason().concern_title(), "Title of forces/west-midlands/concerns/5");
  EXPECT_EQ(FormatIso(added.added_date()), "2023-11-26");
  EXPECT_EQ(added.rationale(), "Found at the revisit.");
  EXPECT_EQ(added.adder(), kInspector);
  EXPECT_EQ(ToTime(added.add_time()), kNow);
  request.clear_added_date();
  EXPECT_EQ(FormatIso(Add(request)->added_reasons(0).added_date()), "2023-11-27") << "today";
  EXPECT_EQ(WithoutUnpublished(*episode).added_reasons(0).adder(), "");
  EXPECT_EQ(WithoutUnpublished(*episode).added_reasons(0).rationale(), "");
}

TEST_F(Reasons, WhatCannotBeAdded) {
  MoveIn(absl::CivilDay(2023, 11, 24));
  auto request = Adding("forces/west-midlands/concerns/5");
  request.mutable_reason()->clear_exit_criterion();
  EXPECT_THAT(FieldsOf(Add(request).status()), ElementsAre("reason.exit_criterion"));
  auto status = Add(Adding(kFirst)).status();
  EXPECT_THAT(status, Refuses(absl::StatusCode::kFailedPrecondition, "CONCERN_NOT_USABLE"));
  EXPECT_THAT(PreconditionsOf(status), ElementsAre(std::string("CONCERN_IS_A_REASON ") + kFirst));
  EXPECT_THAT(PreconditionsOf(Add(Adding("")).status()), ElementsAre("CONCERN_MISSING reasons[0]"));
  EXPECT_THAT(PreconditionsOf(Add(Adding("forces/west-midlands/concerns/4")).status()),
              ElementsAre("CONCERN_NOT_OPEN forces/west-midlands/concerns/4"));
  request = Adding("forces/west-midlands/concerns/5");
  for (const auto& day : {Day(2023, 11, 28), Day(2023, 11, 23)}) {
    *request.mutable_added_date() = day;
    EXPECT_THAT(Add(request).status(), Refuses(absl::StatusCode::kFailedPrecondition, "DATES_CONTRADICT"))
        << FormatIso(day);
  }
  *concerns_["forces/west-midlands/concerns/5"].mutable_issue_date() = Day(2023, 11, 27);
  *request.mutable_added_date() = Day(2023, 11, 26);
  status = Add(request).status();
  EXPECT_THAT(status, Refuses(absl::StatusCode::kFailedPrecondition, "DATES_CONTRADICT"));
  EXPECT_THAT(status.ToString(), HasSubstr("is before forces/west-midlands/concerns/5 was issued, 2023-11-27"));
  record_.episode->mutable_until_date()->set_year(2023);
  status = Add(Adding("forces/west-midlands/concerns/5")).status();
  EXPECT_THAT(status, Refuses(absl::StatusCode::kFailedPrecondition, "WRONG_STATE"));
  EXPECT_EQ(ErrorMetadata(status, "state"), "ENDED");
}

// ---- How long, and what is still open ----

TEST(Episodes, LengthsAreExactOrWithinBounds) {
  v1::Episode episode;
  *episode.mutable_from_date() = Day(2023, 11, 24);
  *episode.mutable_until_date() = Day(2024, 9, 18);
  EXPECT_EQ(LengthOf(episode).min_days(), 299);
  EXPECT_EQ(LengthOf(episode).max_days(), 299);
  episode.mutable_from_date()->Clear();
  episode.mutable_from_date()->set_year(2019);
  episode.mutable_until_date()->Clear();
  episode.mutable_until_date()->set_year(2020);
  episode.mutable_until_date()->set_month(2);
  EXPECT_EQ(LengthOf(episode).min_days(), 32) << "31 December 2019 to 1 February 2020";
  EXPECT_EQ(LengthOf(episode).max_days(), 424) << "1 January 2019 to 29 February 2020";
  *episode.mutable_until_date() = Day(2019, 3, 1);
  EXPECT_EQ(LengthOf(episode).min_days(), 0) << "no fewer than none";
}

TEST_F(Reasons, CausesOfConcernOpenAtTheEndAreKeptWhetherOrNotTheyWereReasons) {
  MoveIn(absl::CivilDay(2023, 11, 24));
  concerns_["forces/west-midlands/concerns/6"] = MakeConcern("forces/west-midlands/concerns/6");
  concerns_["forces/west-midlands/concerns/6"].mutable_published()->set_title("Causes of concern");
  const auto decided = *DecideIt(*ProposeIt(Return()), v1::DECISION_OUTCOME_APPROVED);
  std::vector<std::string> open;
  for (const auto& cause : decided.episodes[0].open_causes()) {
    open.push_back(cause.concern() + "@" + std::to_string(cause.concern_revision()) + " " + cause.title() +
                   (cause.published() ? ", public" : ""));
  }
  EXPECT_THAT(open, ElementsAre("forces/west-midlands/concerns/1@7 Title of forces/west-midlands/concerns/1",
                                "forces/west-midlands/concerns/5@7 Title of forces/west-midlands/concerns/5",
                                "forces/west-midlands/concerns/6@7 Title of forces/west-midlands/concerns/6, public"))
      << "not the area for improvement, the draft, the discharged one or another force's";
}

}  // namespace
}  // namespace oversight::monitoring
