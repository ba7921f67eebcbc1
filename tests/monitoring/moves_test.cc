#include "monitoring-service/domain/moves.h"

#include "tests/monitoring/moves_fixture.h"

namespace oversight::monitoring {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

TEST_F(Moves, AForceNeverMovedIsInTheDefaultStageWithoutDateOrEtag) {
  const auto& monitoring = record_.monitoring;
  EXPECT_EQ(monitoring.name(), "forces/west-midlands/monitoring");
  EXPECT_EQ(monitoring.stage(), "scan");
  EXPECT_EQ(monitoring.stage_display_name(), "Scan");
  EXPECT_EQ(monitoring.ladder(), "ladders/scan-engage");
  EXPECT_FALSE(monitoring.enhanced());
  EXPECT_FALSE(monitoring.has_since_date());
  EXPECT_EQ(monitoring.revision(), 0);
  EXPECT_TRUE(monitoring.etag().empty());
}

TEST_F(Moves, AProposalFreezesWhatItRestsOn) {
  auto wanted = Entry();
  wanted.mutable_next_report()->set_title("PEEL 2023-25 report");
  // What a client cannot set is not taken from it.
  wanted.set_state(v1::PROPOSAL_STATE_APPROVED);
  wanted.set_proposer("principals/public");
  wanted.set_decision("forces/west-midlands/decisions/9");
  wanted.mutable_reasons(0)->set_concern_title("made up");
  const auto proposal = ProposeIt(wanted);
  ASSERT_TRUE(proposal.ok()) << proposal.status();
  EXPECT_EQ(proposal->name(), "forces/west-midlands/proposals/1");
  EXPECT_EQ(proposal->state(), v1::PROPOSAL_STATE_OPEN);
  EXPECT_EQ(proposal->from_stage(), "scan");
  EXPECT_EQ(proposal->to_stage(), "engage");
  EXPECT_EQ(proposal->ladder(), "ladders/scan-engage");
  EXPECT_EQ(proposal->proposer(), kInspector);
  EXPECT_TRUE(proposal->decision().empty());
  EXPECT_EQ(proposal->next_report().title(), "PEEL 2023-25 report");
  ASSERT_EQ(proposal->reasons_size(), 2);
  EXPECT_EQ(proposal->reasons(0).text(), wanted.reasons(0).text());
  EXPECT_EQ(proposal->reasons(0).concern_revision(), 7);
  EXPECT_EQ(proposal->reasons(0).concern_title(), "Title of forces/west-midlands/concerns/1");
}

TEST_F(Moves, NumbersGoOnFromTheLastEverGiven) {
  record_.last_proposal = 11;
  EXPECT_EQ(ProposeIt(Entry())->name(), "forces/west-midlands/proposals/12");
}

TEST_F(Moves, UnknownStage) {
  const auto status = ProposeIt(Wanted("special-measures", v1::GROUND_NOT_RESPONDING, {kFirst})).status();
  EXPECT_THAT(status, Refuses(absl::StatusCode::kNotFound, "STAGE_NOT_FOUND"));
  EXPECT_EQ(ErrorMetadata(status, "stage"), "special-measures");
  EXPECT_THAT(FieldsOf(status), ElementsAre("proposal.to_stage"));
}

TEST_F(Moves, AStageOfAnOlderLadderIsNotInForce) {
  EXPECT_THAT(ProposeIt(Wanted("referral", v1::GROUND_NOT_RESPONDING, {kFirst})).status(),
              Refuses(absl::StatusCode::kNotFound, "STAGE_NOT_FOUND"));
}

TEST_F(Moves, AForceCannotBeMovedToWhereItIs) {
  EXPECT_THAT(ProposeIt(Return()).status(), Refuses(absl::StatusCode::kFailedPrecondition, "ALREADY_IN_STAGE"));
  MoveIn(absl::CivilDay(2023, 11, 24));
  EXPECT_THAT(ProposeIt(Entry()).status(), Refuses(absl::StatusCode::kFailedPrecondition, "ALREADY_IN_STAGE"));
}

TEST_F(Moves, OneProposalAtATime) {
  Keep(*ProposeIt(Entry()));
  const auto status = ProposeIt(Entry()).status();
  EXPECT_THAT(status, Refuses(absl::StatusCode::kFailedPrecondition, "PROPOSAL_PENDING"));
  EXPECT_EQ(ErrorMetadata(status, "proposal"), "forces/west-midlands/proposals/1");
}

TEST_F(Moves, GroundsOfAnEntryFitAnEntryOnly) {
  for (const auto ground : {v1::GROUND_NOT_RESPONDING, v1::GROUND_NOT_MANAGING_MITIGATING_OR_ERADICATING,
                            v1::GROUND_SIGNIFICANT_SERVICE_FAILURE}) {
    EXPECT_TRUE(ProposeIt(Wanted("engage", ground, {kFirst})).ok()) << v1::Ground_Name(ground);
  }
  EXPECT_THAT(ProposeIt(Wanted("engage", v1::GROUND_IMPROVEMENT, {kFirst})).status(),
              Refuses(absl::StatusCode::kInvalidArgument, "GROUND_DOES_NOT_FIT"));
  MoveIn(absl::CivilDay(2023, 11, 24));
  EXPECT_TRUE(ProposeIt(Return()).ok());
  for (const auto ground : {v1::GROUND_NOT_RESPONDING, v1::GROUND_NOT_MANAGING_MITIGATING_OR_ERADICATING,
                            v1::GROUND_SIGNIFICANT_SERVICE_FAILURE}) {
    const auto status = ProposeIt(Wanted("scan", ground, {""})).status();
    EXPECT_THAT(status, Refuses(absl::StatusCode::kInvalidArgument, "GROUND_DOES_NOT_FIT"));
    EXPECT_THAT(FieldsOf(status), ElementsAre("proposal.ground"));
  }
}

TEST_F(Moves, AnotherGroundMustBeToldInWordsBothWays) {
  auto entry = Wanted("engage", v1::GROUND_OTHER, {kFirst});
  EXPECT_THAT(FieldsOf(ProposeIt(entry).status()), ElementsAre("proposal.ground_text"));
  entry.set_ground_text("An independent review found it.");
  EXPECT_EQ(ProposeIt(entry)->ground_text(), "An independent review found it.");
  MoveIn(absl::CivilDay(2023, 11, 24));
  auto back = Return();
  back.set_ground(v1::GROUND_OTHER);
  EXPECT_THAT(FieldsOf(ProposeIt(back).status()), ElementsAre("proposal.ground_text"));
  back.set_ground_text("The force was merged.");
  EXPECT_TRUE(ProposeIt(back).ok());
}

TEST_F(Moves, AnUnknownGroundIsRefused) {
  EXPECT_THAT(FieldsOf(ProposeIt(Wanted("engage", static_cast<v1::Ground>(99), {kFirst})).status()),
              ElementsAre("proposal.ground"));
}

TEST_F(Moves, EveryBadReasonOfAnEntryIsTold) {
  const auto status =
      ProposeIt(Wanted("engage", v1::GROUND_NOT_RESPONDING,
                       {kFirst, "", "forces/west-midlands/concerns/3", "forces/west-midlands/concerns/4",
                        "forces/kent/concerns/1", "forces/west-midlands/concerns/99"}))
          .status();
  EXPECT_THAT(status, Refuses(absl::StatusCode::kFailedPrecondition, "CONCERN_NOT_USABLE"));
  EXPECT_THAT(
      PreconditionsOf(status),
      ElementsAre("CONCERN_MISSING reasons[1]", "CONCERN_NOT_OPEN forces/west-midlands/concerns/3",
                  "CONCERN_NOT_OPEN forces/west-midlands/concerns/4", "CONCERN_OF_ANOTHER_FORCE forces/kent/concerns/1",
                  "CONCERN_NOT_FOUND forces/west-midlands/concerns/99"));
}

TEST_F(Moves, AReturnNeedsNoConcernButNamesNoneInVain) {
  MoveIn(absl::CivilDay(2023, 11, 24));
  EXPECT_TRUE(ProposeIt(Return()).ok());
  // Dealt with since, or still open: both may be named.
  EXPECT_TRUE(ProposeIt(Return({kFirst, "forces/west-midlands/concerns/4"})).ok());
  const auto status = ProposeIt(Return({"forces/west-midlands/concerns/3", "forces/kent/concerns/1", ""})).status();
  EXPECT_THAT(PreconditionsOf(status), ElementsAre("CONCERN_NOT_OPEN forces/west-midlands/concerns/3",
                                                   "CONCERN_OF_ANOTHER_FORCE forces/kent/concerns/1"));
}

TEST_F(Moves, NeedsConcernsLooksAtEveryReason) {
  EXPECT_FALSE(NeedsConcerns(Wanted("scan", v1::GROUND_IMPROVEMENT, {""}).reasons()));
  EXPECT_TRUE(NeedsConcerns(Wanted("scan", v1::GROUND_IMPROVEMENT, {"", kFirst}).reasons()));
  auto on_evidence = Wanted("engage", v1::GROUND_NOT_RESPONDING, {""});
  on_evidence.mutable_reasons(0)->add_evidence("forces/west-midlands/evidence/1");
  EXPECT_TRUE(NeedsConcerns(on_evidence.reasons()));
}

TEST_F(Moves, WithdrawingTakesAnOpenProposalOnly) {
  const auto proposal = *ProposeIt(Entry());
  Keep(proposal);
  v1::WithdrawProposalRequest request;
  request.set_reason("New evidence.");
  const auto withdrawn = Withdraw(record_, proposal, request, kInspector);
  ASSERT_TRUE(withdrawn.ok()) << withdrawn.status();
  EXPECT_EQ(withdrawn->state(), v1::PROPOSAL_STATE_WITHDRAWN);
  EXPECT_EQ(withdrawn->withdrawal_reason(), "New evidence.");
  Keep(*withdrawn);
  const auto status = Withdraw(record_, *withdrawn, request, kInspector).status();
  EXPECT_THAT(status, Refuses(absl::StatusCode::kFailedPrecondition, "WRONG_STATE"));
  EXPECT_EQ(ErrorMetadata(status, "state"), "WITHDRAWN");
  EXPECT_TRUE(ProposeIt(Entry()).ok()) << "the way is free again";
}

TEST_F(Moves, ApprovalMovesTheForceAndBeginsAnEpisode) {
  auto wanted = Entry();
  wanted.mutable_next_report()->set_title("PEEL 2023-25 report");
  const auto proposal = *ProposeIt(wanted);
  Keep(proposal);
  *request_.mutable_decided_date() = Day(2023, 11, 23);
  *request_.mutable_effective_date() = Day(2023, 11, 24);
  const auto decided = DecideIt(proposal, v1::DECISION_OUTCOME_APPROVED);
  ASSERT_TRUE(decided.ok()) << decided.status();

  const auto& decision = decided->decision;
  EXPECT_EQ(decision.name(), "forces/west-midlands/decisions/1");
  EXPECT_EQ(decision.proposal(), proposal.name());
  EXPECT_EQ(decision.from_stage(), "scan");
  EXPECT_EQ(decision.to_stage(), "engage");
  EXPECT_EQ(decision.ladder(), "ladders/scan-engage");
  EXPECT_EQ(decision.ground(), v1::GROUND_NOT_RESPONDING);
  EXPECT_EQ(decision.reasons_size(), 2);
  EXPECT_EQ(decision.rationale(), "Because.");
  EXPECT_EQ(decision.decider(), kChief);
  EXPECT_EQ(decision.proposer(), kInspector);
  EXPECT_EQ(FormatIso(decision.decided_date()), "2023-11-23");
  EXPECT_EQ(FormatIso(decision.effective_date()), "2023-11-24");
  EXPECT_EQ(decision.next_report().title(), "PEEL 2023-25 report");

  EXPECT_EQ(decided->proposal.state(), v1::PROPOSAL_STATE_APPROVED);
  EXPECT_EQ(decided->proposal.decision(), decision.name());

  ASSERT_TRUE(decided->moved);
  const auto& monitoring = decided->monitoring;
  EXPECT_EQ(monitoring.stage(), "engage");
  EXPECT_EQ(monitoring.stage_display_name(), "Engage");
  EXPECT_TRUE(monitoring.enhanced());
  EXPECT_EQ(FormatIso(monitoring.since_date()), "2023-11-24");
  EXPECT_EQ(monitoring.episode(), "forces/west-midlands/episodes/1");
  EXPECT_EQ(monitoring.decision(), decision.name());

  ASSERT_EQ(decided->episodes.size(), 1u);
  const auto& episode = decided->episodes[0];
  EXPECT_EQ(episode.name(), monitoring.episode());
  EXPECT_EQ(episode.stage(), "engage");
  EXPECT_EQ(FormatIso(episode.from_date()), "2023-11-24");
  EXPECT_FALSE(episode.has_until_date());
  EXPECT_EQ(episode.entry_decision(), decision.name());
  EXPECT_EQ(episode.entry_reasons_size(), 2);
  EXPECT_TRUE(episode.exit_decision().empty());
}

TEST_F(Moves, AReturnEndsTheEpisodeAndKeepsHowItBegan) {
  MoveIn(absl::CivilDay(2023, 11, 24));
  const auto proposal = *ProposeIt(Return());
  Keep(proposal);
  *request_.mutable_effective_date() = Day(2023, 11, 26);
  *request_.mutable_decided_date() = Day(2023, 11, 25);
  const auto decided = DecideIt(proposal, v1::DECISION_OUTCOME_APPROVED);
  ASSERT_TRUE(decided.ok()) << decided.status();
  ASSERT_EQ(decided->episodes.size(), 1u);
  const auto& episode = decided->episodes[0];
  EXPECT_EQ(episode.name(), "forces/west-midlands/episodes/1");
  EXPECT_EQ(FormatIso(episode.from_date()), "2023-11-24");
  EXPECT_EQ(FormatIso(episode.until_date()), "2023-11-26");
  EXPECT_EQ(episode.entry_reasons_size(), 2);
  EXPECT_EQ(episode.exit_reasons_size(), 1);
  EXPECT_EQ(episode.exit_decision(), "forces/west-midlands/decisions/2");
  EXPECT_EQ(decided->monitoring.stage(), "scan");
  EXPECT_TRUE(decided->monitoring.episode().empty());
  EXPECT_FALSE(decided->monitoring.enhanced());
  EXPECT_EQ(FormatIso(decided->monitoring.since_date()), "2023-11-26");
}

TEST_F(Moves, ASecondSpellIsASecondEpisode) {
  MoveIn(absl::CivilDay(2023, 11, 20));
  Keep(*ProposeIt(Return()));
  Keep(*DecideIt(*record_.open_proposal, v1::DECISION_OUTCOME_APPROVED));
  Keep(*ProposeIt(Entry()));
  EXPECT_EQ(DecideIt(*record_.open_proposal, v1::DECISION_OUTCOME_APPROVED)->episodes.back().name(),
            "forces/west-midlands/episodes/2");
}

TEST_F(Moves, FromOneEnhancedStageToAnotherOneEpisodeEndsAndOneBegins) {
  const auto ladders = *Ladders::Parse(R"({"ladders":[{"name":"ladders/three","displayName":"Three",
      "fromDate":{"year":2030},"stages":[{"id":"scan","displayName":"Scan","isDefault":true},
      {"id":"engage","displayName":"Engage","enhanced":true},{"id":"direct","displayName":"Direct","enhanced":true}]}]})");
  MoveIn(absl::CivilDay(2023, 11, 20));
  const auto proposal =
      *Propose(ladders, record_, Accounted(Wanted("direct", v1::GROUND_NOT_RESPONDING, {kFirst}), record_.episode),
               concerns_, kInspector, now_);
  request_.set_outcome(v1::DECISION_OUTCOME_APPROVED);
  const auto decided = Decide(ladders, record_, proposal, request_, concerns_, kChief, now_);
  ASSERT_TRUE(decided.ok()) << decided.status();
  ASSERT_EQ(decided->episodes.size(), 2u);
  EXPECT_EQ(FormatIso(decided->episodes[0].until_date()), "2023-11-27");
  EXPECT_EQ(FormatIso(decided->episodes[1].from_date()), "2023-11-27");
  EXPECT_EQ(decided->monitoring.episode(), "forces/west-midlands/episodes/2");
}

TEST_F(Moves, DecliningLeavesTheStageAlone) {
  const auto proposal = *ProposeIt(Entry());
  Keep(proposal);
  *request_.mutable_effective_date() = Day(2099, 1, 1);  // Ignored.
  concerns_[kFirst].set_state(concerns::v1::CONCERN_STATE_DISCHARGED);
  const auto decided = DecideIt(proposal, v1::DECISION_OUTCOME_DECLINED);
  ASSERT_TRUE(decided.ok()) << decided.status();
  EXPECT_FALSE(decided->moved);
  EXPECT_THAT(decided->episodes, IsEmpty());
  EXPECT_TRUE(Same(decided->monitoring, record_.monitoring));
  EXPECT_EQ(decided->proposal.state(), v1::PROPOSAL_STATE_DECLINED);
  EXPECT_EQ(decided->decision.outcome(), v1::DECISION_OUTCOME_DECLINED);
  EXPECT_EQ(FormatIso(decided->decision.decided_date()), "2023-11-27");
  EXPECT_FALSE(decided->decision.has_effective_date());
}

TEST_F(Moves, NobodyDecidesOnTheirOwnProposal) {
  const auto proposal = *ProposeIt(Entry());
  for (const auto outcome : {v1::DECISION_OUTCOME_APPROVED, v1::DECISION_OUTCOME_DECLINED}) {
    EXPECT_THAT(DecideIt(proposal, outcome, kInspector).status(),
                Refuses(absl::StatusCode::kPermissionDenied, "PROPOSER_CANNOT_DECIDE"));
  }
}

TEST_F(Moves, ADecidedProposalStaysDecided) {
  const auto proposal = *ProposeIt(Entry());
  Keep(proposal);
  const auto decided = *DecideIt(proposal, v1::DECISION_OUTCOME_APPROVED);
  Keep(decided);
  const auto again = DecideIt(decided.proposal, v1::DECISION_OUTCOME_DECLINED).status();
  EXPECT_THAT(again, Refuses(absl::StatusCode::kFailedPrecondition, "WRONG_STATE"));
  EXPECT_EQ(ErrorMetadata(again, "state"), "APPROVED");
  EXPECT_THAT(Withdraw(record_, decided.proposal, {}, kInspector).status(),
              Refuses(absl::StatusCode::kFailedPrecondition, "WRONG_STATE"));
}

TEST_F(Moves, AnUnknownOutcomeIsRefused) {
  const auto proposal = *ProposeIt(Entry());
  EXPECT_THAT(FieldsOf(DecideIt(proposal, v1::DECISION_OUTCOME_UNSPECIFIED).status()), ElementsAre("outcome"));
  EXPECT_THAT(FieldsOf(DecideIt(proposal, static_cast<v1::DecisionOutcome>(99)).status()), ElementsAre("outcome"));
}

TEST_F(Moves, AnEntryIsApprovedOnlyWhileItsConcernsAreOpen) {
  const auto proposal = *ProposeIt(Entry());
  concerns_[kFirst].set_state(concerns::v1::CONCERN_STATE_DISCHARGED);
  concerns_[kSecond].set_state(concerns::v1::CONCERN_STATE_WITHDRAWN);
  const auto status = DecideIt(proposal, v1::DECISION_OUTCOME_APPROVED).status();
  EXPECT_THAT(status, Refuses(absl::StatusCode::kFailedPrecondition, "CONCERN_NOT_USABLE"));
  EXPECT_THAT(PreconditionsOf(status),
              ElementsAre(std::string("CONCERN_NOT_OPEN ") + kFirst, std::string("CONCERN_NOT_OPEN ") + kSecond));
}

TEST_F(Moves, AnApprovalOfAMoveAlreadyMadeIsRefused) {
  const auto proposal = *ProposeIt(Entry());
  record_.monitoring.set_stage("engage");  // By another way, such as an import.
  EXPECT_THAT(DecideIt(proposal, v1::DECISION_OUTCOME_APPROVED).status(),
              Refuses(absl::StatusCode::kFailedPrecondition, "ALREADY_IN_STAGE"));
}

TEST_F(Moves, DatesDefaultToTodayAndToTheDecision) {
  const auto proposal = *ProposeIt(Entry());
  const auto today = *DecideIt(proposal, v1::DECISION_OUTCOME_APPROVED);
  EXPECT_EQ(FormatIso(today.decision.decided_date()), "2023-11-27");
  EXPECT_EQ(FormatIso(today.decision.effective_date()), "2023-11-27");
  *request_.mutable_decided_date() = Day(2023, 11, 24);
  const auto before = *DecideIt(proposal, v1::DECISION_OUTCOME_APPROVED);
  EXPECT_EQ(FormatIso(before.decision.effective_date()), "2023-11-24");
}

TEST_F(Moves, NoDecisionLiesInTheFutureAndNoEffectFarInIt) {
  const auto proposal = *ProposeIt(Entry());
  *request_.mutable_decided_date() = Day(2023, 11, 28);
  auto status = DecideIt(proposal, v1::DECISION_OUTCOME_APPROVED).status();
  EXPECT_THAT(status, Refuses(absl::StatusCode::kFailedPrecondition, "DATES_CONTRADICT"));
  EXPECT_THAT(PreconditionsOf(status), ElementsAre("DATES_CONTRADICT decided_date"));
  EXPECT_EQ(ErrorMetadata(status, "today"), "2023-11-27");
  EXPECT_EQ(ErrorMetadata(status, "decided_date"), "2023-11-28");
  EXPECT_THAT(DecideIt(proposal, v1::DECISION_OUTCOME_DECLINED).status(),
              Refuses(absl::StatusCode::kFailedPrecondition, "DATES_CONTRADICT"));
  *request_.mutable_decided_date() = Day(2023, 11, 27);
  *request_.mutable_effective_date() = Day(2024, 11, 27);
  EXPECT_TRUE(DecideIt(proposal, v1::DECISION_OUTCOME_APPROVED).ok()) << "a year ahead";
  *request_.mutable_effective_date() = Day(2024, 11, 28);
  EXPECT_THAT(PreconditionsOf(DecideIt(proposal, v1::DECISION_OUTCOME_APPROVED).status()),
              ElementsAre("DATES_CONTRADICT effective_date"));
}

TEST_F(Moves, NoMoveTakesEffectBeforeItsDecisionOrBeforeTheLastMove) {
  MoveIn(absl::CivilDay(2023, 11, 24));
  const auto proposal = *ProposeIt(Return());
  *request_.mutable_decided_date() = Day(2023, 11, 25);
  *request_.mutable_effective_date() = Day(2023, 11, 23);
  const auto status = DecideIt(proposal, v1::DECISION_OUTCOME_APPROVED).status();
  EXPECT_THAT(status, Refuses(absl::StatusCode::kFailedPrecondition, "DATES_CONTRADICT"));
  EXPECT_THAT(PreconditionsOf(status),
              ElementsAre("DATES_CONTRADICT effective_date", "DATES_CONTRADICT effective_date"));
  EXPECT_EQ(ErrorMetadata(status, "since_date"), "2023-11-24");
  EXPECT_EQ(ErrorMetadata(status, "effective_date"), "2023-11-23");
  *request_.mutable_decided_date() = Day(2023, 11, 24);
  *request_.mutable_effective_date() = Day(2023, 11, 24);
  EXPECT_TRUE(DecideIt(proposal, v1::DECISION_OUTCOME_APPROVED).ok()) << "the same day is not before";
}

TEST_F(Moves, NoApprovalIsDatedBeforeAConcernItRestsOnWasIssued) {
  const auto proposal = *ProposeIt(Entry());
  *concerns_[kFirst].mutable_issue_date() = Day(2023, 11, 25);
  *concerns_[kSecond].mutable_issue_date() = Day(2023, 11, 26);
  *concerns_["forces/west-midlands/concerns/5"].mutable_issue_date() = Day(2023, 11, 27);
  *request_.mutable_decided_date() = Day(2023, 11, 24);
  const auto status = DecideIt(proposal, v1::DECISION_OUTCOME_APPROVED).status();
  EXPECT_THAT(status, Refuses(absl::StatusCode::kFailedPrecondition, "DATES_CONTRADICT"));
  EXPECT_THAT(PreconditionsOf(status),
              ElementsAre(absl::StrCat("ISSUED_LATER ", kFirst), absl::StrCat("ISSUED_LATER ", kSecond)))
      << "each of them, and no other";
  EXPECT_THAT(status.ToString(), ::testing::HasSubstr("was issued on 2023-11-25, after the decision, 2023-11-24"));
  *request_.mutable_decided_date() = Day(2023, 11, 26);
  EXPECT_TRUE(DecideIt(proposal, v1::DECISION_OUTCOME_APPROVED).ok()) << "on the day the last one was issued";
  *request_.mutable_decided_date() = Day(2023, 11, 24);
  EXPECT_TRUE(DecideIt(proposal, v1::DECISION_OUTCOME_DECLINED).ok()) << "declining moves nothing";
  // "November 2023" leaves it possible.
  for (const auto* name : {kFirst, kSecond}) *concerns_[name].mutable_issue_date() = *ParsePartialDate("2023-11");
  EXPECT_TRUE(DecideIt(proposal, v1::DECISION_OUTCOME_APPROVED).ok());
}

TEST_F(Moves, NoneIsDeclinedBeforeTheLastMove) {
  MoveIn(absl::CivilDay(2023, 11, 24));
  const auto proposal = *ProposeIt(Return());
  *request_.mutable_decided_date() = Day(2023, 11, 23);
  const auto status = DecideIt(proposal, v1::DECISION_OUTCOME_DECLINED).status();
  EXPECT_THAT(status, Refuses(absl::StatusCode::kFailedPrecondition, "DATES_CONTRADICT"));
  EXPECT_THAT(PreconditionsOf(status), ElementsAre("DATES_CONTRADICT decided_date"));
  EXPECT_EQ(ErrorMetadata(status, "since_date"), "2023-11-24");
  *request_.mutable_decided_date() = Day(2023, 11, 24);
  EXPECT_TRUE(DecideIt(proposal, v1::DECISION_OUTCOME_DECLINED).ok()) << "the same day is not before";
}

TEST_F(Moves, APartialDateOfTheLastMoveForbidsOnlyWhatMustBeBefore) {
  MoveIn(absl::CivilDay(2023, 11, 24));
  record_.monitoring.mutable_since_date()->Clear();
  record_.monitoring.mutable_since_date()->set_year(2019);
  const auto proposal = *ProposeIt(Return());
  *request_.mutable_decided_date() = Day(2019, 1, 1);
  EXPECT_TRUE(DecideIt(proposal, v1::DECISION_OUTCOME_APPROVED).ok());
  *request_.mutable_decided_date() = Day(2018, 12, 31);
  EXPECT_THAT(DecideIt(proposal, v1::DECISION_OUTCOME_APPROVED).status(),
              Refuses(absl::StatusCode::kFailedPrecondition, "DATES_CONTRADICT"));
}

TEST_F(Moves, AllowedActionsOfAForce) {
  auto actions = AllowedActions({.record = record_, .actor = kInspector});
  ASSERT_EQ(actions.size(), 1u);
  EXPECT_EQ(actions[0].verb(), "CreateProposal");
  EXPECT_TRUE(actions[0].allowed());
  EXPECT_TRUE(actions[0].reason().empty());
  Keep(*ProposeIt(Entry()));
  actions = AllowedActions({.record = record_, .actor = kInspector});
  EXPECT_FALSE(actions[0].allowed());
  EXPECT_EQ(actions[0].reason(), "PROPOSAL_PENDING");
  EXPECT_FALSE(actions[0].message().empty());
}

TEST_F(Moves, AllowedActionsOfAProposal) {
  const auto proposal = *ProposeIt(Entry());
  Keep(proposal);
  const auto told = [&](const v1::Proposal& of, const std::string& actor) {
    std::vector<std::string> result;
    for (const auto& action : AllowedActions({.record = record_, .proposal = &of, .actor = actor})) {
      result.push_back(action.verb() + " " + (action.allowed() ? "yes" : action.reason()));
    }
    return result;
  };
  EXPECT_THAT(told(proposal, kChief), ElementsAre("WithdrawProposal yes", "RefreshProposal yes", "DecideProposal yes"));
  EXPECT_THAT(told(proposal, kInspector),
              ElementsAre("WithdrawProposal yes", "RefreshProposal yes", "DecideProposal PROPOSER_CANNOT_DECIDE"));
  const auto decided = *DecideIt(proposal, v1::DECISION_OUTCOME_DECLINED);
  EXPECT_THAT(told(decided.proposal, kChief),
              ElementsAre("WithdrawProposal WRONG_STATE", "RefreshProposal WRONG_STATE", "DecideProposal WRONG_STATE"));
}

TEST_F(Moves, WhatOutsidersSeeTellsOfNoDecision) {
  MoveIn(absl::CivilDay(2023, 11, 24));
  auto monitoring = record_.monitoring;
  monitoring.set_open_proposal("forces/west-midlands/proposals/2");
  const auto seen = WithoutUnpublished(monitoring);
  EXPECT_EQ(seen.stage(), "engage");
  EXPECT_EQ(seen.episode(), "forces/west-midlands/episodes/1");
  EXPECT_TRUE(seen.open_proposal().empty());
  EXPECT_TRUE(seen.decision().empty());
  auto episode = *record_.episode;
  episode.set_exit_decision("forces/west-midlands/decisions/3");
  const auto spell = WithoutUnpublished(episode);
  EXPECT_EQ(spell.entry_reasons_size(), 2);
  EXPECT_TRUE(spell.entry_decision().empty());
  EXPECT_TRUE(spell.exit_decision().empty());
}

TEST(Names, AreTakenApart) {
  EXPECT_EQ(ForceOf("forces/kent"), "forces/kent");
  EXPECT_EQ(ForceOf("forces/kent/proposals/3"), "forces/kent");
  EXPECT_EQ(ForceOf("themes/kent"), "");
  EXPECT_EQ(ForceOf("forces/"), "");
  EXPECT_EQ(ForceOf(""), "");
  EXPECT_TRUE(IsMonitoringName("forces/kent/monitoring"));
  EXPECT_FALSE(IsMonitoringName("forces/kent/monitoring/1"));
  EXPECT_FALSE(IsMonitoringName("forces/kent"));
  EXPECT_TRUE(IsProposalName("forces/kent/proposals/3"));
  EXPECT_FALSE(IsProposalName("forces/kent/decisions/3"));
  EXPECT_FALSE(IsProposalName("forces/kent/proposals/"));
}

}  // namespace
}  // namespace oversight::monitoring
