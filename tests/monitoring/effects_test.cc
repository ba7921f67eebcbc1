// What becomes of an approval until its moment, and at it.
#include "monitoring-service/domain/effects.h"

#include "common/time/london.h"
#include "monitoring-service/domain/episodes.h"
#include "tests/monitoring/moves_fixture.h"

namespace oversight::monitoring {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kDecision[] = "forces/west-midlands/decisions/1";
const absl::Time kTen = LondonTime(absl::CivilMinute(2023, 12, 6, 10, 0));

class Effects : public Moves {};

TEST_F(Effects, AnApprovalWaitsForItsMinuteAndNothingMovesBefore) {
  *request_.mutable_review_by_date() = Day(2024, 6, 1);
  request_.add_conditions("A plan within 28 days.");
  *request_.mutable_effective_time() = ToTimestamp(kTen);
  const auto proposal = *ProposeIt(Entry());
  const auto waiting = *DecideIt(proposal, v1::DECISION_OUTCOME_APPROVED);
  EXPECT_EQ(waiting.decision.state(), v1::DECISION_STATE_PENDING_EFFECT);
  EXPECT_EQ(FormatIso(waiting.decision.effective_date()), "2023-12-06");
  EXPECT_EQ(waiting.decision.conditions(0), "A plan within 28 days.");
  EXPECT_EQ(FormatIso(waiting.decision.review_by_date()), "2024-06-01");
  EXPECT_EQ(waiting.decision.dossier_digest(), proposal.dossier().digest());
  EXPECT_EQ(waiting.proposal.state(), v1::PROPOSAL_STATE_APPROVED);
  EXPECT_FALSE(waiting.moved);
  EXPECT_TRUE(waiting.episodes.empty());
  EXPECT_EQ(WaitsFor(waiting.decision), kTen);
  Keep(waiting);
  EXPECT_FALSE(Look(waiting, kTen - absl::Milliseconds(1))->has_value()) << "not a moment early";
}

TEST_F(Effects, AtItsMinuteTheMoveIsMade) {
  const auto waiting = Approved(kTen);
  const auto effected = Look(waiting, kTen);
  ASSERT_TRUE(effected.ok() && effected->has_value()) << effected.status();
  const Decided& decided = **effected;
  EXPECT_EQ(decided.decision.state(), v1::DECISION_STATE_IN_EFFECT);
  EXPECT_EQ(ToTime(decided.decision.take_effect_time()), kTen);
  EXPECT_TRUE(decided.moved);
  EXPECT_EQ(decided.monitoring.stage(), "engage");
  EXPECT_EQ(FormatIso(decided.monitoring.since_date()), "2023-12-06");
  ASSERT_EQ(decided.episodes.size(), 1u);
  EXPECT_EQ(decided.episodes[0].entry_decision(), kDecision);
  EXPECT_FALSE(WaitsFor(decided.decision));
  EXPECT_THAT(TakeEffect(ladders_, record_, decided.decision, decided.proposal, concerns_, kTen).status(),
              Refuses(absl::StatusCode::kFailedPrecondition, "WRONG_STATE"));
}

TEST_F(Effects, OneThatIsLateKeepsItsDate) {
  const auto waiting = Approved(kTen);
  const auto late = Look(waiting, kTen + absl::Hours(30));
  EXPECT_EQ(FormatIso((*late)->monitoring.since_date()), "2023-12-06");
  EXPECT_EQ(ToTime((*late)->decision.take_effect_time()), kTen + absl::Hours(30));
}

TEST_F(Effects, ADayBeginsInLondon) {
  v1::Decision decision;
  *decision.mutable_effective_date() = Day(2024, 7, 1);
  EXPECT_EQ(EffectiveMoment(decision), absl::FromCivil(absl::CivilMinute(2024, 6, 30, 23, 0), absl::UTCTimeZone()));
}

TEST_F(Effects, AMinuteIsWholeAndOnItsDate) {
  const auto proposal = *ProposeIt(Entry());
  *request_.mutable_effective_time() = ToTimestamp(kTen + absl::Seconds(30));
  *request_.mutable_effective_date() = Day(2023, 12, 7);
  EXPECT_THAT(FieldsOf(DecideIt(proposal, v1::DECISION_OUTCOME_APPROVED).status()),
              ElementsAre("effective_time", "effective_time"));
  *request_.mutable_effective_time() = ToTimestamp(kTen + absl::Hours(24));
  EXPECT_TRUE(DecideIt(proposal, v1::DECISION_OUTCOME_APPROVED).ok());
}

TEST_F(Effects, AReviewComesAfterTheEffect) {
  const auto proposal = *ProposeIt(Entry());
  *request_.mutable_effective_time() = ToTimestamp(kTen);
  *request_.mutable_review_by_date() = Day(2023, 12, 5);
  EXPECT_THAT(PreconditionsOf(DecideIt(proposal, v1::DECISION_OUTCOME_APPROVED).status()),
              ElementsAre("DATES_CONTRADICT review_by_date"));
}

TEST_F(Effects, AMaterialChangeLapsesItAtOnceAndNamesTheFact) {
  const auto waiting = Approved(kTen);
  concerns_[kFirst].set_revision(30);
  EXPECT_FALSE(Look(waiting, now_)->has_value()) << "another etag alone is no change";
  concerns_[kFirst].set_state(concerns::v1::CONCERN_STATE_DISCHARGED);
  const auto lapsed = Look(waiting, now_ + absl::Hours(1));
  ASSERT_TRUE(lapsed.ok() && lapsed->has_value()) << lapsed.status();
  EXPECT_EQ((*lapsed)->decision.state(), v1::DECISION_STATE_LAPSED);
  EXPECT_EQ((*lapsed)->proposal.state(), v1::PROPOSAL_STATE_LAPSED);
  EXPECT_FALSE((*lapsed)->moved);
  const auto& lapse = (*lapsed)->decision.lapse();
  ASSERT_EQ(lapse.changes_size(), 1);
  EXPECT_EQ(lapse.text(), std::string(kFirst) + ": state was ISSUED, is DISCHARGED.");
  EXPECT_EQ(lapse.changes(0).before_revision(), 7);
  EXPECT_EQ(lapse.changes(0).after_revision(), 30);
  EXPECT_EQ(ToTime(lapse.lapse_time()), now_ + absl::Hours(1));
  Keep(**lapsed);
  EXPECT_TRUE(ProposeIt(Wanted("engage", v1::GROUND_NOT_RESPONDING, {kSecond})).ok()) << "the way is free again";
}

TEST_F(Effects, AnotherWayIntoTheStageOrIntoAnEpisodeLapsesIt) {
  auto waiting = Approved(kTen);
  record_.monitoring.set_stage("engage");
  auto episode = Begin(record_, waiting.decision);
  *episode.mutable_until_date() = Day(2024, 1, 31);
  record_.episodes.push_back(episode);
  const auto lapsed = *Look(waiting, kTen);
  EXPECT_THAT(lapsed->decision.lapse().text(),
              testing::AllOf(HasSubstr("monitoring: stage was scan, is engage."),
                             HasSubstr("episodes/1: until_date was not there, is 2024-01-31.")));
}

TEST_F(Effects, AReasonAddedWhileAReturnWaitsLapsesIt) {
  MoveIn(absl::CivilDay(2023, 11, 24));
  const auto proposal = *ProposeIt(Return());
  Keep(proposal);
  *request_.mutable_effective_time() = ToTimestamp(kTen);
  const auto waiting = *DecideIt(proposal, v1::DECISION_OUTCOME_APPROVED);
  Keep(waiting);
  v1::AddEpisodeReasonRequest request;
  *request.mutable_reason() =
      Wanted("engage", v1::GROUND_NOT_RESPONDING, {"forces/west-midlands/concerns/5"}).reasons(0);
  record_.episode = *AddReason(record_, *record_.episode, request, concerns_, kInspector, now_);
  EXPECT_THAT((*Look(waiting, kTen))->decision.lapse().text(),
              HasSubstr("forces/west-midlands/episodes/1: reasons was r1, r2, is r1, r2, r3."));
}

TEST_F(Effects, NothingIsProposedWhileOneWaits) {
  Approved(kTen);
  const auto status = ProposeIt(Entry()).status();
  EXPECT_THAT(status, Refuses(absl::StatusCode::kFailedPrecondition, "DECISION_PENDING"));
  EXPECT_EQ(ErrorMetadata(status, "decision"), kDecision);
}

TEST_F(Effects, OneThatWaitsCanBeRevokedButNotByTheProposerAndNotLater) {
  const auto waiting = Approved(kTen);
  v1::RevokeDecisionRequest request;
  request.set_reason("The plan came.");
  EXPECT_THAT(Revoke(record_, waiting.decision, waiting.proposal, request, kInspector, now_).status(),
              Refuses(absl::StatusCode::kPermissionDenied, "PROPOSER_CANNOT_DECIDE"));
  const auto revoked = Revoke(record_, waiting.decision, waiting.proposal, request, kChief, now_);
  ASSERT_TRUE(revoked.ok()) << revoked.status();
  EXPECT_EQ(revoked->decision.state(), v1::DECISION_STATE_REVOKED);
  EXPECT_EQ(revoked->decision.revocation().reason(), "The plan came.");
  EXPECT_EQ(revoked->decision.revocation().revoker(), kChief);
  EXPECT_EQ(revoked->proposal.state(), v1::PROPOSAL_STATE_REVOKED);
  EXPECT_FALSE(revoked->moved);
  const auto effected = **Look(waiting, kTen);
  for (const auto& decision : {revoked->decision, effected.decision}) {
    EXPECT_THAT(Revoke(record_, decision, waiting.proposal, request, kChief, now_).status(),
                Refuses(absl::StatusCode::kFailedPrecondition, "WRONG_STATE"));
  }
}

TEST_F(Effects, NoMoveFallsIntoAnotherEpisode) {
  v1::Episode imported;
  imported.set_name("forces/west-midlands/episodes/1");
  imported.mutable_from_date()->set_year(2022);
  imported.mutable_until_date()->set_year(2023);
  imported.mutable_until_date()->set_month(12);
  record_.episodes.push_back(imported);
  record_.last_episode = 1;
  const auto proposal = *ProposeIt(Entry());
  const auto status = DecideIt(proposal, v1::DECISION_OUTCOME_APPROVED).status();
  EXPECT_THAT(status, Refuses(absl::StatusCode::kFailedPrecondition, "DATES_CONTRADICT"));
  EXPECT_THAT(PreconditionsOf(status), ElementsAre("EPISODE_OVERLAPS forces/west-midlands/episodes/1"));
  *request_.mutable_effective_date() = Day(2023, 12, 1);
  EXPECT_TRUE(DecideIt(proposal, v1::DECISION_OUTCOME_APPROVED).ok()) << "December 2023 may be over by then";
}

TEST_F(Effects, LaddersUnknownOrNotInForceAreRefused) {
  auto wanted = Entry();
  wanted.set_ladder("ladders/nowhere");
  auto status = ProposeIt(wanted).status();
  EXPECT_THAT(status, Refuses(absl::StatusCode::kNotFound, "LADDER_NOT_FOUND"));
  EXPECT_EQ(ErrorMetadata(status, "in_force"), "ladders/scan-engage");
  wanted.set_ladder("ladders/steering-group-2009");
  EXPECT_THAT(ProposeIt(wanted).status(), Refuses(absl::StatusCode::kFailedPrecondition, "LADDER_NOT_IN_FORCE"));
  wanted.set_ladder("ladders/scan-engage");
  auto proposal = *ProposeIt(wanted);
  proposal.set_ladder("ladders/nowhere");
  EXPECT_THAT(DecideIt(proposal, v1::DECISION_OUTCOME_APPROVED).status(),
              Refuses(absl::StatusCode::kNotFound, "LADDER_NOT_FOUND"));
}

}  // namespace
}  // namespace oversight::monitoring
