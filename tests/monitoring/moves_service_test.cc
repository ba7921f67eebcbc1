// Moves as clients see them from the dossier to the exit: approvals that wait, lapse and are revoked, reasons that come
// and end, advice and disclosures; over real transport and a real store.
#include <thread>

#include "common/time/london.h"
#include "oversight/monitoring/v1/advice_service.grpc.pb.h"
#include "oversight/monitoring/v1/disclosures_service.grpc.pb.h"
#include "tests/monitoring/service_fixture.h"
#include "tests/support/awaited.h"
#include "tests/support/ledger_calls.h"

namespace oversight::monitoring {
namespace {

using ::testing::ElementsAre;
using testing::Eventually;
using ::testing::HasSubstr;

constexpr char kProposal[] = "forces/west-midlands/proposals/1";
constexpr char kDecision[] = "forces/west-midlands/decisions/1";
constexpr char kEpisode[] = "forces/west-midlands/episodes/1";
const absl::Time kTen = LondonTime(absl::CivilMinute(2023, 12, 6, 10, 0));

class MovesServiceTest : public ServiceTest {
 protected:
  // An approval that waits until ten on 6 December.
  v1::DecideProposalResponse Approve() {
    EXPECT_TRUE(Propose().ok());
    auto request = DecideRequest(kProposal);
    *request.mutable_effective_time() = ToTimestamp(kTen);
    auto decided = Decide(request);
    EXPECT_TRUE(decided.ok()) << decided.status();
    return decided.ok() ? *decided : v1::DecideProposalResponse();
  }
  v1::Decision Decision(const std::string& name = kDecision) {
    v1::GetDecisionRequest request;
    request.set_name(name);
    const auto response = Call("press-officer", &Stub::GetDecision, request);
    EXPECT_TRUE(response.ok()) << response.status();
    return response.ok() ? response->decision() : v1::Decision();
  }
  bool Becomes(v1::DecisionState state) {
    return Eventually([&] { return Decision().state() == state; });
  }
  absl::StatusOr<v1::RevokeDecisionResponse> Revoke(const std::string& as = "chief-inspector") {
    v1::RevokeDecisionRequest request;
    request.set_name(kDecision);
    request.set_reason("The plan came.");
    return Call(as, &Stub::RevokeDecision, request);
  }
  absl::StatusOr<v1::RefreshProposalResponse> Refresh(const std::string& as = "hm-inspector") {
    v1::RefreshProposalRequest request;
    request.set_name(kProposal);
    return Call(as, &Stub::RefreshProposal, request);
  }
  void Assess(concerns::v1::HandlingLevel level) {
    auto concern = MakeConcern(kConcern);
    concern.mutable_handling()->set_level(level);
    ToyConcerns::Keep(*concerns_, concern);
  }
  static v1::AddEpisodeReasonRequest Adding(const std::string& concern) {
    v1::AddEpisodeReasonRequest request;
    request.set_name(kEpisode);
    *request.mutable_reason() = EntryRequest({concern}).proposal().reasons(0);
    request.set_rationale("Found at the revisit.");
    return request;
  }
  absl::StatusOr<v1::CreateAdviceResponse> Advise(const std::string& as = "oversight-group-secretariat",
                                                  const std::string& corrects = "") {
    v1::CreateAdviceRequest request;
    request.set_parent(kProposal);
    auto* advice = request.mutable_advice();
    advice->set_body(v1::ADVISORY_BODY_OVERSIGHT_GROUP);
    *advice->mutable_advice_date() = Day(2023, 11, 20);
    advice->set_view(v1::ADVICE_VIEW_SUPPORTS);
    advice->set_text("It should be made.");
    advice->set_corrects(corrects);
    if (!corrects.empty()) advice->set_correction_reason("The group said more.");
    return CallOf<v1::AdviceService>(as, &v1::AdviceService::Stub::CreateAdvice, request);
  }
  std::vector<v1::Advice> Advice() {
    v1::ListAdviceRequest request;
    request.set_parent(kProposal);
    const auto list = CallOf<v1::AdviceService>("press-officer", &v1::AdviceService::Stub::ListAdvice, request);
    EXPECT_TRUE(list.ok()) << list.status();
    return list.ok() ? std::vector<v1::Advice>(list->advice().begin(), list->advice().end())
                     : std::vector<v1::Advice>();
  }
  absl::StatusOr<v1::CreateDisclosureResponse> Disclose(const std::string& about,
                                                        const std::string& as = "hm-inspector",
                                                        const std::string& parent = kForce) {
    v1::CreateDisclosureRequest request;
    request.set_parent(parent);
    auto* disclosure = request.mutable_disclosure();
    disclosure->set_about(about);
    disclosure->set_recipient(v1::DISCLOSURE_RECIPIENT_LOCAL_OVERSIGHT_BODY);
    disclosure->set_recipient_name("Police and Crime Commissioner");
    disclosure->set_channel(v1::DISCLOSURE_CHANNEL_CALL);
    *disclosure->mutable_disclosed_date() = Day(2023, 11, 22);
    disclosure->set_confidence(v1::DISCLOSURE_CONFIDENCE_IN_CONFIDENCE);
    disclosure->set_teller("HM Inspector");
    disclosure->set_text("That the force will be moved.");
    return CallOf<v1::DisclosuresService>(as, &v1::DisclosuresService::Stub::CreateDisclosure, request);
  }
};

// ---- To the minute ----

TEST_F(MovesServiceTest, AnApprovalWaitsForItsMinuteThenMovesTheForce) {
  const auto decided = Approve();
  EXPECT_EQ(decided.decision().state(), v1::DECISION_STATE_PENDING_EFFECT);
  EXPECT_EQ(decided.monitoring().stage(), "scan");
  EXPECT_FALSE(decided.has_episode());
  auto monitoring = Get(kForce)->monitoring();
  EXPECT_EQ(monitoring.stage(), "scan");
  EXPECT_EQ(monitoring.pending_decision(), kDecision);
  EXPECT_TRUE(Get(kForce, "west-midlands-officer")->monitoring().pending_decision().empty());
  EXPECT_THAT(Propose().status(), Refuses(absl::StatusCode::kFailedPrecondition, "DECISION_PENDING"));
  server_->clock().Set(kTen);
  ASSERT_TRUE(Becomes(v1::DECISION_STATE_IN_EFFECT));
  monitoring = Get(kForce)->monitoring();
  EXPECT_EQ(monitoring.stage(), "engage");
  EXPECT_EQ(FormatIso(monitoring.since_date()), "2023-12-06");
  EXPECT_TRUE(monitoring.pending_decision().empty());
  EXPECT_EQ(Stored(), 3) << "proposed, decided, in effect";
  v1::ListMonitoringVersionsRequest versions;
  versions.set_name("forces/west-midlands/monitoring");
  const auto history = Call("records-manager", &Stub::ListMonitoringVersions, versions);
  ASSERT_EQ(history->versions_size(), 1);
  EXPECT_EQ(history->versions(0).change().verb(), "TakeEffect");
  EXPECT_EQ(history->versions(0).change().actor(), "principals/monitoring-service");
}

TEST_F(MovesServiceTest, AMinuteThatPassedWhileTheServiceWasDownIsMadeUpForAtTheStart) {
  Approve();
  server_->Stop();
  server_->clock().Set(kTen + absl::Hours(5));
  server_->StartAgain();
  ASSERT_TRUE(Becomes(v1::DECISION_STATE_IN_EFFECT));
  EXPECT_EQ(FormatIso(Get(kForce)->monitoring().since_date()), "2023-12-06");
}

TEST_F(MovesServiceTest, NothingTakesEffectUncheckedAndItDoesOnceItCanBeChecked) {
  Approve();
  concerns_->Stop();
  server_->clock().Set(kTen);
  // A call that waits for the same owner in vain: by its end the service has tried, and stored nothing.
  auto other = EntryRequest();
  other.set_parent("forces/staffordshire");
  EXPECT_THAT(Propose(other).status(), Refuses(absl::StatusCode::kUnavailable, "DEPENDENCY_UNAVAILABLE"));
  EXPECT_EQ(Decision().state(), v1::DECISION_STATE_PENDING_EFFECT);
  const int64_t stored = Stored();
  concerns_->StartAgain();
  ASSERT_TRUE(Becomes(v1::DECISION_STATE_IN_EFFECT));
  EXPECT_EQ(Stored(), stored + 1);
}

TEST_F(MovesServiceTest, AMaterialChangeLapsesTheApprovalAtOnce) {
  Approve();
  Assess(concerns::v1::HANDLING_LEVEL_MANAGING);
  ASSERT_TRUE(Becomes(v1::DECISION_STATE_LAPSED));
  const auto decision = Decision();
  EXPECT_THAT(decision.lapse().text(),
              HasSubstr("forces/west-midlands/concerns/1: handling.level was without a value, is MANAGING."));
  EXPECT_EQ(decision.lapse().changes(0).after_revision(), 2);
  server_->clock().Set(kTen);
  ASSERT_TRUE(Propose().ok()) << "the way is free again";
  EXPECT_EQ(Get(kForce)->monitoring().stage(), "scan");
}

TEST_F(MovesServiceTest, AChangeWhileTheServiceWasDownLapsesItAtTheStart) {
  Approve();
  server_->Stop();
  ToyConcerns::Keep(*concerns_, MakeConcern(kConcern, concerns::v1::CONCERN_STATE_DISCHARGED));
  server_->StartAgain();
  ASSERT_TRUE(Becomes(v1::DECISION_STATE_LAPSED));
  EXPECT_THAT(Decision().lapse().text(), HasSubstr("state was ISSUED, is DISCHARGED."));
}

TEST_F(MovesServiceTest, AnApprovalIsRevokedBeforeItsMinuteByWhoDecides) {
  Approve();
  EXPECT_THAT(Revoke("hm-inspector").status(), Refuses(absl::StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED"));
  const auto revoked = Revoke();
  ASSERT_TRUE(revoked.ok()) << revoked.status();
  EXPECT_EQ(revoked->decision().state(), v1::DECISION_STATE_REVOKED);
  EXPECT_EQ(revoked->proposal().state(), v1::PROPOSAL_STATE_REVOKED);
  const int64_t stored = Stored();
  EXPECT_THAT(Revoke().status(), Refuses(absl::StatusCode::kFailedPrecondition, "WRONG_STATE"));
  EXPECT_EQ(Stored(), stored);
  server_->clock().Set(kTen);
  EXPECT_EQ(Get(kForce)->monitoring().stage(), "scan");
  EXPECT_TRUE(Propose().ok());
}

TEST_F(MovesServiceTest, OfTwoWhoDecideAtOnceTheSecondIsToldSo) {
  ASSERT_TRUE(Propose().ok());
  // The first waits for an owner that is down, and so has come in before the second is done.
  concerns_->Stop();
  absl::Status first;
  std::thread waiting([&] { first = Decide(DecideRequest(kProposal)).status(); });
  const auto refused = [&] { return Decide(DecideRequest(kProposal, v1::DECISION_OUTCOME_DECLINED)).status(); };
  const absl::Status second = refused();
  waiting.join();
  // Whichever came in first: one wins, and who was under way meanwhile is told ABORTED.
  EXPECT_TRUE(second.ok()) << second;
  EXPECT_THAT(first, ::testing::AnyOf(Refuses(absl::StatusCode::kAborted, "ETAG_MISMATCH"),
                                      Refuses(absl::StatusCode::kFailedPrecondition, "WRONG_STATE")));
}

// ---- The dossier ----

TEST_F(MovesServiceTest, AStaleDossierIsRefusedUntilItIsRefreshedAndAdviceOnItIsMarked) {
  const auto proposed = Propose();
  ASSERT_TRUE(proposed.ok());
  EXPECT_EQ(proposed->proposal().dossier().facts_size(), 1);
  ASSERT_TRUE(Advise().ok());
  Assess(concerns::v1::HANDLING_LEVEL_RESPONDING);
  const int64_t stored = Stored();
  const auto stale = Decide(DecideRequest(kProposal)).status();
  EXPECT_THAT(stale, Refuses(absl::StatusCode::kFailedPrecondition, "DOSSIER_STALE"));
  EXPECT_THAT(PreconditionsOf(stale), ElementsAre(std::string("DOSSIER_STALE ") + kConcern));
  EXPECT_EQ(Stored(), stored);
  EXPECT_THAT(Refresh("chief-inspector").status(), Refuses(absl::StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED"));
  const auto refreshed = Refresh();
  ASSERT_TRUE(refreshed.ok()) << refreshed.status();
  EXPECT_EQ(refreshed->proposal().dossier().version(), 2);
  ASSERT_EQ(refreshed->changes_size(), 1);
  EXPECT_EQ(refreshed->changes(0).after(), "RESPONDING");
  EXPECT_EQ(Stored(), stored + 1) << "the proposal and the advice in one transaction";
  EXPECT_TRUE(Advice().at(0).on_earlier_dossier());
  ASSERT_TRUE(Advise().ok());
  EXPECT_FALSE(Advice().at(1).on_earlier_dossier());
  EXPECT_EQ(Advice().at(1).dossier_digest(), refreshed->proposal().dossier().digest());
  EXPECT_TRUE(Decide(DecideRequest(kProposal)).ok());
}

TEST_F(MovesServiceTest, AFreshDossierIsNotMadeAnew) {
  ASSERT_TRUE(Propose().ok());
  const int64_t stored = Stored();
  const auto refreshed = Refresh();
  ASSERT_TRUE(refreshed.ok()) << refreshed.status();
  EXPECT_EQ(refreshed->proposal().dossier().version(), 1);
  EXPECT_EQ(Stored(), stored);
}

TEST_F(MovesServiceTest, ADossierHoldsRecommendationsAndResponses) {
  concerns::v1::Recommendation recommendation;
  recommendation.set_name("forces/west-midlands/concerns/1/recommendations/1");
  recommendation.set_state(concerns::v1::RECOMMENDATION_STATE_OPEN);
  ToyConcerns::Keep(*concerns_, recommendation);
  concerns::v1::ForceResponse response;
  response.set_name("forces/west-midlands/concerns/1/responses/1");
  ToyConcerns::Keep(*concerns_, response);
  const auto proposed = Propose();
  ASSERT_TRUE(proposed.ok()) << proposed.status();
  ASSERT_EQ(proposed->proposal().dossier().facts_size(), 3);
  EXPECT_EQ(proposed->proposal().dossier().facts(1).revision(), 2);
  EXPECT_EQ(proposed->proposal().dossier().facts(2).kind(), "oversight.concerns.v1.ForceResponse");
}

// ---- Episodes ----

TEST_F(MovesServiceTest, AForceLeavesWithOneCauseOpenAndThatReasonCarriedForward) {
  // West Midlands: in on 24 November 2023, out on 18 September 2024 with one cause of concern open.
  const std::string second = "forces/west-midlands/concerns/2", third = "forces/west-midlands/concerns/3";
  ToyConcerns::Keep(*concerns_, MakeConcern(second));
  ToyConcerns::Keep(*concerns_, MakeConcern(third));
  Move(EntryRequest({kConcern, second}));
  server_->clock().Advance(absl::Hours(24) * 100);
  const auto added = Call("hm-inspector", &Stub::AddEpisodeReason, Adding(third));
  ASSERT_TRUE(added.ok()) << added.status();
  EXPECT_EQ(added->episode().added_reasons(0).reason().id(), "r3");
  EXPECT_THAT(Call("hm-inspector", &Stub::AddEpisodeReason, Adding(third)).status(),
              Refuses(absl::StatusCode::kFailedPrecondition, "CONCERN_NOT_USABLE"));
  EXPECT_THAT(Call("liaison-lead", &Stub::AddEpisodeReason, Adding(third)).status(),
              Refuses(absl::StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED"));
  for (const char* closed : {kConcern, third.c_str()}) {
    ToyConcerns::Keep(*concerns_, MakeConcern(closed, concerns::v1::CONCERN_STATE_DISCHARGED));
  }
  server_->clock().Advance(absl::Hours(24) * 199);
  auto request = ReturnRequest();
  const int64_t stored = Stored();
  auto unaccounted = Propose(request).status();
  EXPECT_THAT(unaccounted, Refuses(absl::StatusCode::kFailedPrecondition, "REASON_UNACCOUNTED"));
  EXPECT_THAT(PreconditionsOf(unaccounted), ElementsAre("REASON_UNACCOUNTED r2", "REASON_UNACCOUNTED r3"));
  EXPECT_EQ(Stored(), stored);
  *request.mutable_proposal()->add_reason_outcomes() = CarriedForward("r2");
  *request.mutable_proposal()->add_reason_outcomes() = Met("r3");
  const auto back = Move(request);
  EXPECT_EQ(back.monitoring().stage(), "scan");
  const auto& episode = back.episode();
  EXPECT_EQ(FormatIso(episode.until_date()), "2024-09-18");
  EXPECT_EQ(episode.length().min_days(), 299);
  EXPECT_EQ(episode.length().max_days(), 299);
  ASSERT_EQ(episode.reason_outcomes_size(), 3);
  EXPECT_EQ(episode.reason_outcomes(1).end(), v1::REASON_END_CARRIED_FORWARD);
  ASSERT_EQ(episode.open_causes_size(), 1);
  EXPECT_EQ(episode.open_causes(0).concern(), second);
  EXPECT_THAT(Call("hm-inspector", &Stub::AddEpisodeReason, Adding(second)).status(),
              Refuses(absl::StatusCode::kFailedPrecondition, "WRONG_STATE"));
}

TEST_F(MovesServiceTest, ABadMoveStoresNothing) {
  auto request = EntryRequest();
  request.mutable_proposal()->set_ladder("ladders/nowhere");
  EXPECT_THAT(Propose(request).status(), Refuses(absl::StatusCode::kNotFound, "LADDER_NOT_FOUND"));
  request.mutable_proposal()->set_ladder("ladders/steering-group-2009");
  EXPECT_THAT(Propose(request).status(), Refuses(absl::StatusCode::kFailedPrecondition, "LADDER_NOT_IN_FORCE"));
  request = EntryRequest();
  request.mutable_proposal()->mutable_reasons(0)->clear_exit_criterion();
  EXPECT_THAT(FieldsOf(Propose(request).status()), ElementsAre("proposal.reasons[0].exit_criterion"));
  EXPECT_EQ(Stored(), 0);
  ASSERT_TRUE(Propose().ok());
  auto decide = DecideRequest(kProposal);
  *decide.mutable_effective_time() = ToTimestamp(kTen + absl::Seconds(1));
  EXPECT_THAT(FieldsOf(Decide(decide).status()), ElementsAre("effective_time"));
  EXPECT_THAT(Revoke().status(), Refuses(absl::StatusCode::kNotFound, "RESOURCE_NOT_FOUND"));
  EXPECT_EQ(Stored(), 1);
}

// ---- Advice and disclosures ----

TEST_F(MovesServiceTest, AdviceIsRecordedCorrectedAndKeptFromOutsiders) {
  EXPECT_THAT(Advise().status(), Refuses(absl::StatusCode::kNotFound, "RESOURCE_NOT_FOUND"));
  ASSERT_TRUE(Propose().ok());
  const auto advised = Advise();
  ASSERT_TRUE(advised.ok()) << advised.status();
  const std::string first = advised->advice().name();
  EXPECT_EQ(first, "forces/west-midlands/proposals/1/advice/1");
  EXPECT_EQ(advised->advice().recorder(), "principals/oversight-group-secretariat");
  ASSERT_TRUE(Advise("hm-inspector", first).ok());
  EXPECT_EQ(Advice().at(0).corrected_by(), "forces/west-midlands/proposals/1/advice/2");
  EXPECT_THAT(Advise("hm-inspector", first).status(),
              Refuses(absl::StatusCode::kFailedPrecondition, "ALREADY_CORRECTED"));
  EXPECT_THAT(Advise("hm-inspector", "forces/west-midlands/proposals/1/advice/7").status(),
              Refuses(absl::StatusCode::kNotFound, "RESOURCE_NOT_FOUND"));
  v1::GetAdviceRequest get;
  get.set_name(first);
  EXPECT_TRUE(CallOf<v1::AdviceService>("gateway", &v1::AdviceService::Stub::GetAdvice, get).ok());
  v1::ListAdviceRequest list;
  list.set_parent(kProposal);
  for (const auto* outsider : {"west-midlands-officer", "west-midlands-oversight-body", "public", "operator"}) {
    for (const auto& status : {CallOf<v1::AdviceService>(outsider, &v1::AdviceService::Stub::GetAdvice, get).status(),
                               CallOf<v1::AdviceService>(outsider, &v1::AdviceService::Stub::ListAdvice, list).status(),
                               Advise(outsider).status()}) {
      EXPECT_THAT(status, Refuses(absl::StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED")) << outsider;
    }
  }
  ASSERT_TRUE(Decide(DecideRequest(kProposal)).ok());
  EXPECT_THAT(Advise().status(), Refuses(absl::StatusCode::kFailedPrecondition, "WRONG_STATE"));
}

TEST_F(MovesServiceTest, DisclosuresAreListedByWhatTheyWereAboutAndKeptFromOutsiders) {
  EXPECT_THAT(Disclose(kProposal).status(), Refuses(absl::StatusCode::kNotFound, "RESOURCE_NOT_FOUND"));
  ASSERT_TRUE(Propose().ok());
  ASSERT_TRUE(Disclose(kProposal).ok());
  ASSERT_TRUE(Decide(DecideRequest(kProposal)).ok());
  const auto disclosed = Disclose(kDecision, "press-officer");
  ASSERT_TRUE(disclosed.ok()) << disclosed.status();
  EXPECT_EQ(disclosed->disclosure().name(), "forces/west-midlands/disclosures/2");
  EXPECT_THAT(Disclose("forces/kent/decisions/1").status(),
              Refuses(absl::StatusCode::kInvalidArgument, "INVALID_FIELDS"));
  EXPECT_THAT(Disclose(kDecision, "hm-inspector", "forces/kent").status(),
              Refuses(absl::StatusCode::kPermissionDenied, "OUT_OF_SCOPE"));
  EXPECT_THAT(Disclose(kDecision, "liaison-lead", "forces/atlantis").status(),
              Refuses(absl::StatusCode::kNotFound, "FORCE_NOT_FOUND"));
  v1::ListDisclosuresRequest list;
  list.set_parent("forces/-");
  const auto of = [&] {
    const auto found =
        CallOf<v1::DisclosuresService>("press-officer", &v1::DisclosuresService::Stub::ListDisclosures, list);
    return found.ok() ? found->disclosures_size() : -1;
  };
  EXPECT_EQ(of(), 2);
  list.set_about(kDecision);
  EXPECT_EQ(of(), 1);
  v1::GetDisclosureRequest get;
  get.set_name("forces/west-midlands/disclosures/1");
  EXPECT_TRUE(CallOf<v1::DisclosuresService>("gateway", &v1::DisclosuresService::Stub::GetDisclosure, get).ok());
  for (const auto* outsider : {"west-midlands-officer", "public"}) {
    for (const auto& status :
         {CallOf<v1::DisclosuresService>(outsider, &v1::DisclosuresService::Stub::GetDisclosure, get).status(),
          CallOf<v1::DisclosuresService>(outsider, &v1::DisclosuresService::Stub::ListDisclosures, list).status(),
          Disclose(kDecision, outsider).status()}) {
      EXPECT_THAT(status, Refuses(absl::StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED")) << outsider;
    }
  }
}

// ---- What was removed by law ----

TEST_F(MovesServiceTest, WhatWasRedactedIsLeftOutAndADecisionThatWaitedIsKnownByItsName) {
  const auto waiting = Approve();
  ASSERT_TRUE(Disclose(kProposal).ok());
  const int64_t first = Head();
  ASSERT_TRUE(Revoke().ok());
  v1::CreateDisclosureRequest correction;
  correction.set_parent(kForce);
  v1::GetDisclosureRequest get;
  get.set_name("forces/west-midlands/disclosures/1");
  using Disclosures = v1::DisclosuresService;
  *correction.mutable_disclosure() =
      CallOf<Disclosures>("press-officer", &Disclosures::Stub::GetDisclosure, get)->disclosure();
  correction.mutable_disclosure()->clear_name();
  correction.mutable_disclosure()->set_corrects(get.name());
  correction.mutable_disclosure()->set_correction_reason("It was another who was told.");
  const auto corrected = CallOf<Disclosures>("hm-inspector", &Disclosures::Stub::CreateDisclosure, correction);
  ASSERT_TRUE(corrected.ok()) << corrected.status();
  for (const ledger::VersionId& id :
       {ledger::VersionId{kDecision, waiting.header().revision()}, ledger::VersionId{get.name(), first}}) {
    ASSERT_TRUE(testing::CommitNow(server_->ledger(), testing::Redacting(id)).ok());
  }

  EXPECT_EQ(Get(kForce)->monitoring().pending_decision(), "");
  const auto then = Get(kForce, "press-officer", waiting.header().revision());
  ASSERT_TRUE(then.ok()) << then.status();
  EXPECT_EQ(then->monitoring().stage(), "scan");
  EXPECT_EQ(then->monitoring().pending_decision(), kDecision);
  EXPECT_EQ(Get(kForce, "west-midlands-officer", waiting.header().revision())->monitoring().pending_decision(), "");

  get.mutable_read()->mutable_as_of()->set_revision(first);
  EXPECT_THAT(CallOf<Disclosures>("press-officer", &Disclosures::Stub::GetDisclosure, get).status(),
              Refuses(absl::StatusCode::kFailedPrecondition, "VERSION_REDACTED"));
  v1::ListDisclosuresRequest list;
  list.set_parent(kForce);
  EXPECT_EQ(CallOf<Disclosures>("press-officer", &Disclosures::Stub::ListDisclosures, list)->disclosures_size(), 2);
  *list.mutable_read() = get.read();
  const auto listed = CallOf<Disclosures>("press-officer", &Disclosures::Stub::ListDisclosures, list);
  ASSERT_TRUE(listed.ok()) << listed.status();
  EXPECT_EQ(listed->disclosures_size(), 0);
  EXPECT_THAT(listed->header().redactions(), ElementsAre("redactions/2"));
}

}  // namespace
}  // namespace oversight::monitoring
