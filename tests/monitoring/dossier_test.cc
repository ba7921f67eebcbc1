#include "monitoring-service/domain/dossier.h"

#include <algorithm>
#include <set>

#include "common/rpc/resources.h"
#include "common/text/sha256.h"
#include "tests/monitoring/moves_fixture.h"

namespace oversight::monitoring {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kRecommendation[] = "forces/west-midlands/concerns/1/recommendations/1";
constexpr char kResponse[] = "forces/west-midlands/concerns/1/responses/1";
constexpr char kInspection[] = "forces/west-midlands/inspections/1";
constexpr char kEvidence[] = "forces/west-midlands/evidence/1";

// A concern with all that belongs to one, and a proposal that rests on it.
class Dossiers : public Moves {
 protected:
  Dossiers() {
    concerns_[kFirst].set_finding("Investigations are not effective.");
    concerns_[kFirst].mutable_source()->set_inspection(kInspection);
    auto& recommendation = concerns_.recommendations[kRecommendation];
    recommendation.set_name(kRecommendation);
    recommendation.set_revision(8);
    recommendation.set_state(concerns::v1::RECOMMENDATION_STATE_OPEN);
    *recommendation.mutable_due_date() = Day(2024, 2, 24);
    auto& response = concerns_.responses[kResponse];
    response.set_name(kResponse);
    response.set_revision(9);
    auto& inspection = concerns_.inspections[kInspection];
    inspection.set_name(kInspection);
    inspection.set_revision(3);
    auto& evidence = concerns_.evidence[kEvidence];
    evidence.set_name(kEvidence);
    evidence.set_revision(10);
    evidence.mutable_content()->set_sha256(std::string(32, 'a'));
    wanted_ = Wanted("engage", v1::GROUND_NOT_RESPONDING, {kFirst});
    wanted_.mutable_reasons(0)->add_evidence(kEvidence);
    proposal_ = *ProposeIt(wanted_);
  }

  // What has changed since the proposal was made, as "name field before after".
  std::vector<std::string> Changes() {
    std::vector<std::string> changes;
    for (const auto& change : ChangesBetween(proposal_.dossier(), Now())) {
      changes.push_back(change.name() + " " + change.field() + " " + change.before() + " > " + change.after());
    }
    return changes;
  }
  v1::Dossier Now() { return Freeze(proposal_, record_.episode, concerns_, 2, now_); }

  v1::Proposal wanted_, proposal_;
};

TEST_F(Dossiers, HoldsEveryFactReliedOnByItsExactVersion) {
  const auto& dossier = proposal_.dossier();
  EXPECT_EQ(dossier.version(), 1);
  EXPECT_EQ(ToTime(dossier.freeze_time()), kNow);
  std::vector<std::string> facts;
  for (const auto& fact : dossier.facts()) {
    facts.push_back(fact.name() + "@" + std::to_string(fact.revision()));
    EXPECT_EQ(fact.sha256().size(), 32u);
  }
  EXPECT_THAT(
      facts, ElementsAre(std::string(kFirst) + "@7", std::string(kRecommendation) + "@8", std::string(kResponse) + "@9",
                         std::string(kEvidence) + "@10", std::string(kInspection) + "@3"));
  EXPECT_EQ(dossier.facts(0).kind(), "oversight.concerns.v1.Concern");
  EXPECT_TRUE(HoldsInspections(dossier));
  EXPECT_FALSE(HoldsInspections(ProposeIt(Wanted("engage", v1::GROUND_NOT_RESPONDING, {kSecond}))->dossier()));
}

TEST_F(Dossiers, TheHashOfAFactIsThatOfItsContentAsTheLogKeepsIt) {
  auto concern = concerns_[kFirst];
  const std::string hash = ContentHash(concern);
  EXPECT_EQ(hash, Sha256(rpc::ToPayload(concern)));
  concern.set_revision(99);
  concern.set_etag("\"99\"");
  EXPECT_EQ(ContentHash(concern), hash) << "where it stands is not what it says";
  concern.set_title("Another");
  EXPECT_NE(ContentHash(concern), hash);
}

TEST_F(Dossiers, TheDigestIsMadeAsTheContractSays) {
  std::string bytes;
  const auto number = [&](uint64_t value, int count) {
    for (int shift = 8 * (count - 1); shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(value >> shift));
  };
  for (const auto& fact : proposal_.dossier().facts()) {
    number(fact.name().size(), 4);
    bytes += fact.name();
    number(fact.kind().size(), 4);
    bytes += fact.kind();
    number(fact.revision(), 8);
    bytes += fact.sha256();
  }
  EXPECT_EQ(proposal_.dossier().digest(), Sha256(bytes));
  EXPECT_EQ(Now().digest(), proposal_.dossier().digest()) << "the same facts, the same digest";
  concerns_[kFirst].set_revision(11);
  EXPECT_NE(Now().digest(), proposal_.dossier().digest());
}

TEST_F(Dossiers, WhatDoesNotCountIsNoChange) {
  EXPECT_THAT(Changes(), IsEmpty());
  concerns_[kFirst].set_revision(20);
  concerns_[kFirst].mutable_published()->set_title("Causes of concern");
  concerns_.recommendations[kRecommendation].set_revision(21);
  concerns_.recommendations[kRecommendation].set_times_returned(1);
  concerns_.responses[kResponse].set_text("We do.");
  concerns_.inspections[kInspection].set_state(forces::v1::INSPECTION_STATE_PUBLISHED);
  auto* area = concerns_.inspections[kInspection].mutable_report()->add_graded_areas();
  area->set_title("Investigating crime");
  area->set_grade(forces::v1::GRADE_INADEQUATE);
  const std::string later = "forces/west-midlands/concerns/1/responses/2";
  concerns_.responses[later].set_name(later);
  EXPECT_THAT(Changes(), IsEmpty()) << "an etag, a note, a publication, an answer that nobody has judged";
}

TEST_F(Dossiers, WhatCountsIsNamedWithWhatItWasAndIs) {
  concerns_[kFirst].set_state(concerns::v1::CONCERN_STATE_DISCHARGED);
  EXPECT_THAT(Changes(), ElementsAre(std::string(kFirst) + " state ISSUED > DISCHARGED"));
  concerns_[kFirst].set_state(concerns::v1::CONCERN_STATE_ISSUED);
  concerns_[kFirst].mutable_handling()->set_level(concerns::v1::HANDLING_LEVEL_MANAGING);
  EXPECT_THAT(Changes(), ElementsAre(std::string(kFirst) + " handling.level  > MANAGING"));
  concerns_[kFirst].clear_handling();
  concerns_[kFirst].set_finding("Something else.");
  EXPECT_THAT(Changes(),
              ElementsAre(std::string(kFirst) + " finding Investigations are not effective. > Something else."));
  concerns_[kFirst].set_finding("Investigations are not effective.");
  auto& recommendation = concerns_.recommendations[kRecommendation];
  recommendation.set_state(concerns::v1::RECOMMENDATION_STATE_VERIFIED);
  *recommendation.mutable_due_date() = Day(2024, 5, 24);
  EXPECT_THAT(Changes(), ElementsAre(std::string(kRecommendation) + " state OPEN > VERIFIED",
                                     std::string(kRecommendation) + " due_date 2024-02-24 > 2024-05-24"));
  concerns_.recommendations.erase(kRecommendation);
  EXPECT_THAT(Changes(), ElementsAre(std::string(kRecommendation) + " state OPEN > ",
                                     std::string(kRecommendation) + " due_date 2024-02-24 > "))
      << "a fact that is gone";
}

TEST_F(Dossiers, JudgementsCancellationsCorrectedGradesAndNewContentCount) {
  concerns_.responses[kResponse].mutable_judgement()->set_adequacy(concerns::v1::ADEQUACY_ADEQUATE);
  EXPECT_THAT(Changes(), ElementsAre(std::string(kResponse) + " judgement.adequacy  > ADEQUATE"));
  concerns_.responses[kResponse].clear_judgement();
  concerns_.inspections[kInspection].set_state(forces::v1::INSPECTION_STATE_CANCELLED);
  EXPECT_THAT(Changes(), ElementsAre(std::string(kInspection) + " state  > CANCELLED"));
  auto& inspection = concerns_.inspections[kInspection];
  inspection.set_state(forces::v1::INSPECTION_STATE_PUBLISHED);
  auto* area = inspection.mutable_report()->add_graded_areas();
  area->set_title("Investigating crime");
  area->set_grade(forces::v1::GRADE_INADEQUATE);
  proposal_ = *ProposeIt(wanted_);
  area->set_grade(forces::v1::GRADE_GOOD);
  EXPECT_THAT(Changes(),
              ElementsAre(std::string(kInspection) +
                          " report.graded_areas Investigating crime: INADEQUATE > Investigating crime: GOOD"));
  area->set_grade(forces::v1::GRADE_INADEQUATE);
  concerns_.evidence[kEvidence].mutable_content()->set_sha256(std::string(32, 'b'));
  ASSERT_EQ(Changes().size(), 1u);
  EXPECT_THAT(Changes()[0], HasSubstr(std::string(kEvidence) + " content.sha256 "));
}

TEST_F(Dossiers, ANewRecommendationAndAJudgedNewResponseCount) {
  const std::string another = "forces/west-midlands/concerns/1/recommendations/2";
  concerns_.recommendations[another].set_name(another);
  concerns_.recommendations[another].set_state(concerns::v1::RECOMMENDATION_STATE_OPEN);
  EXPECT_THAT(Changes(), ElementsAre(another + " state  > OPEN"));
  concerns_.recommendations.erase(another);
  const std::string later = "forces/west-midlands/concerns/1/responses/2";
  concerns_.responses[later].set_name(later);
  concerns_.responses[later].mutable_judgement()->set_adequacy(concerns::v1::ADEQUACY_INADEQUATE);
  EXPECT_THAT(Changes(), ElementsAre(later + " judgement.adequacy  > INADEQUATE"));
}

TEST_F(Dossiers, ALongTextIsFrozenByItsBeginningAndItsHash) {
  // Letters of two bytes, so that a cut in the middle of one would show.
  std::string finding;
  for (int i = 0; i < 300; ++i) finding += "\u0177";
  concerns_[kFirst].set_finding(finding);
  proposal_ = *ProposeIt(wanted_);
  EXPECT_TRUE(proposal_.SerializeAsString().size() > 0);
  const auto& material = proposal_.dossier().facts(0).material(3);
  EXPECT_EQ(material.field(), "finding");
  EXPECT_EQ(material.value().substr(0, 203), finding.substr(0, 200) + "...");
  EXPECT_THAT(material.value(), HasSubstr("SHA-256"));
  concerns_[kFirst].set_finding(finding + "!");
  EXPECT_EQ(Changes().size(), 1u) << "a change behind the beginning shows all the same";
}

TEST_F(Dossiers, AnApprovalOnAStaleDossierIsRefusedNamingEachFact) {
  concerns_[kFirst].mutable_handling()->set_level(concerns::v1::HANDLING_LEVEL_MITIGATING);
  concerns_.recommendations[kRecommendation].set_state(concerns::v1::RECOMMENDATION_STATE_CLAIMED);
  const auto status = DecideIt(proposal_, v1::DECISION_OUTCOME_APPROVED).status();
  EXPECT_THAT(status, Refuses(absl::StatusCode::kFailedPrecondition, "DOSSIER_STALE"));
  EXPECT_THAT(PreconditionsOf(status),
              ElementsAre(std::string("DOSSIER_STALE ") + kFirst, std::string("DOSSIER_STALE ") + kRecommendation));
  EXPECT_THAT(std::string(status.message()), HasSubstr("RefreshProposal"));
  EXPECT_TRUE(DecideIt(proposal_, v1::DECISION_OUTCOME_DECLINED).ok()) << "declining moves nothing";
}

TEST_F(Dossiers, AProposalWithoutOneIsRefreshedFirst) {
  proposal_.clear_dossier();
  const auto status = DecideIt(proposal_, v1::DECISION_OUTCOME_APPROVED).status();
  EXPECT_THAT(status, Refuses(absl::StatusCode::kFailedPrecondition, "DOSSIER_STALE"));
  // Also where it would hold nothing.
  auto outside = Wanted("engage", v1::GROUND_NOT_RESPONDING, {""});
  outside.mutable_reasons(0)->mutable_outside_evidence()->set_text("A review found it.");
  outside.mutable_reasons(0)->mutable_outside_evidence()->set_reference("https://www.example.org/review");
  auto proposal = ProposeIt(outside);
  ASSERT_TRUE(proposal.ok()) << proposal.status();
  proposal->clear_dossier();
  EXPECT_THAT(PreconditionsOf(DecideIt(*proposal, v1::DECISION_OUTCOME_APPROVED).status()),
              ElementsAre("DOSSIER_MISSING " + proposal->name()));
}

TEST_F(Dossiers, RefreshingFreezesAnewAndTellsWhatHadChanged) {
  concerns_[kFirst].set_revision(12);
  concerns_[kFirst].mutable_handling()->set_level(concerns::v1::HANDLING_LEVEL_RESPONDING);
  const auto refreshed = Refresh(ladders_, record_, proposal_, {}, concerns_, kInspector, now_ + absl::Hours(1));
  ASSERT_TRUE(refreshed.ok()) << refreshed.status();
  EXPECT_TRUE(refreshed->different);
  ASSERT_EQ(refreshed->changes.size(), 1u);
  EXPECT_EQ(InWords(refreshed->changes[0]),
            std::string(kFirst) + ": handling.level was without a value, is RESPONDING.");
  EXPECT_EQ(refreshed->changes[0].before_revision(), 7);
  EXPECT_EQ(refreshed->changes[0].after_revision(), 12);
  EXPECT_EQ(refreshed->proposal.dossier().version(), 2);
  EXPECT_EQ(ToTime(refreshed->proposal.dossier().freeze_time()), now_ + absl::Hours(1));
  EXPECT_EQ(refreshed->proposal.reasons(0).concern_revision(), 12);
  EXPECT_EQ(refreshed->proposal.reasons(0).id(), "r1");
  EXPECT_TRUE(DecideIt(refreshed->proposal, v1::DECISION_OUTCOME_APPROVED).ok());
}

TEST_F(Dossiers, RefreshingWhatIsFreshChangesNothing) {
  const auto refreshed = Refresh(ladders_, record_, proposal_, {}, concerns_, kInspector, now_ + absl::Hours(1));
  ASSERT_TRUE(refreshed.ok()) << refreshed.status();
  EXPECT_FALSE(refreshed->different);
  EXPECT_THAT(refreshed->changes, IsEmpty());
  EXPECT_TRUE(Same(refreshed->proposal, proposal_));
}

TEST_F(Dossiers, RefreshingAsksAgainWhetherTheReasonsHold) {
  concerns_[kFirst].set_state(concerns::v1::CONCERN_STATE_DISCHARGED);
  EXPECT_THAT(Refresh(ladders_, record_, proposal_, {}, concerns_, kInspector, now_).status(),
              Refuses(absl::StatusCode::kFailedPrecondition, "CONCERN_NOT_USABLE"));
  auto decided = *DecideIt(proposal_, v1::DECISION_OUTCOME_DECLINED);
  EXPECT_THAT(Refresh(ladders_, record_, decided.proposal, {}, concerns_, kInspector, now_).status(),
              Refuses(absl::StatusCode::kFailedPrecondition, "WRONG_STATE"));
}

TEST_F(Dossiers, AReturnReliesOnTheEpisodeAndOnTheConcernsOfItsReasons) {
  MoveIn(absl::CivilDay(2023, 11, 24));
  proposal_ = *ProposeIt(Return());
  std::set<std::string> names;
  for (const auto& fact : proposal_.dossier().facts()) names.insert(fact.name());
  EXPECT_EQ(names.count("forces/west-midlands/episodes/1"), 1u);
  EXPECT_EQ(names.count(kFirst), 1u);
  EXPECT_EQ(names.count(kSecond), 1u);
  concerns_[kSecond].set_state(concerns::v1::CONCERN_STATE_WITHDRAWN);
  EXPECT_THAT(DecideIt(proposal_, v1::DECISION_OUTCOME_APPROVED).status(),
              Refuses(absl::StatusCode::kFailedPrecondition, "DOSSIER_STALE"));
  const auto refreshed = *Refresh(ladders_, record_, proposal_, {}, concerns_, kInspector, now_);
  EXPECT_TRUE(DecideIt(refreshed.proposal, v1::DECISION_OUTCOME_APPROVED).ok());
}

}  // namespace
}  // namespace oversight::monitoring
