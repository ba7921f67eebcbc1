// monitoring-service as its clients see it.
#include <set>
#include <thread>

#include "common/ledger/natural_order.h"
#include "common/rpc/resources.h"
#include "common/time/timestamp.h"
#include "monitoring-service/domain/record.h"
#include "monitoring-service/service/authorization.h"
#include "tests/monitoring/service_fixture.h"
#include "tests/support/golden.h"
#include "tests/support/ledger_calls.h"
#include "tests/support/watch_recorder.h"

namespace oversight::monitoring {
namespace {

using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::LogToldBy;
using testing::RecordedWatch;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using testing::WatchedChange;
using testing::WatchStory;

class MonitoringServiceTest : public ServiceTest {};

// ---- Stages ----

TEST_F(MonitoringServiceTest, EveryForceOfTheRegisterIsInScanUnlessMoved) {
  ASSERT_GE(register_size_, 43);
  const auto all = ListAll({});
  EXPECT_EQ(static_cast<int>(all.size()), register_size_);
  for (const auto& monitoring : all) {
    EXPECT_EQ(monitoring.stage(), "scan") << monitoring.name();
    EXPECT_EQ(monitoring.revision(), 0);
    EXPECT_TRUE(monitoring.etag().empty());
    EXPECT_FALSE(monitoring.has_since_date());
  }
  const auto one = Get("forces/kent");
  ASSERT_TRUE(one.ok()) << one.status();
  EXPECT_EQ(one->monitoring().stage_display_name(), "Scan");
}

TEST_F(MonitoringServiceTest, AMoveShowsEverywhereAtOnce) {
  const auto decided = Move(EntryRequest());
  EXPECT_EQ(decided.monitoring().stage(), "engage");
  EXPECT_EQ(decided.monitoring().revision(), decided.header().revision());
  EXPECT_EQ(decided.episode().name(), "forces/west-midlands/episodes/1");
  EXPECT_EQ(decided.proposal().state(), v1::PROPOSAL_STATE_APPROVED);
  EXPECT_EQ(FormatIso(decided.decision().decided_date()), "2023-11-24") << "today, by the service's clock";

  const auto monitoring = Get(kForce)->monitoring();
  EXPECT_TRUE(Same(monitoring, decided.monitoring())) << "read as answered";
  v1::ListMonitoringRequest engaged;
  engaged.set_stage("engage");
  const auto in_engage = ListAll(engaged);
  ASSERT_THAT(in_engage, SizeIs(1));
  EXPECT_TRUE(Same(in_engage[0], decided.monitoring()));
  v1::ListMonitoringRequest scanned;
  scanned.set_stage("scan");
  EXPECT_EQ(static_cast<int>(ListAll(scanned).size()), register_size_ - 1);
}

TEST_F(MonitoringServiceTest, AllOfADecisionIsOneTransaction) {
  const auto decided = Move(EntryRequest());
  EXPECT_EQ(decided.decision().revision(), decided.header().revision());
  EXPECT_EQ(decided.proposal().revision(), decided.header().revision());
  EXPECT_EQ(decided.episode().revision(), decided.header().revision());
  EXPECT_EQ(Stored(), 2) << "one proposal, one decision";
}

TEST_F(MonitoringServiceTest, TheReturnEndsTheEpisode) {
  Move(EntryRequest());
  server_->clock().Advance(absl::Hours(24) * 299);
  const auto back = Move(ReturnRequest());
  EXPECT_EQ(back.monitoring().stage(), "scan");
  EXPECT_EQ(FormatIso(back.monitoring().since_date()), "2024-09-18");
  EXPECT_TRUE(back.monitoring().episode().empty());
  EXPECT_EQ(back.episode().name(), "forces/west-midlands/episodes/1");
  EXPECT_EQ(FormatIso(back.episode().until_date()), "2024-09-18");
  EXPECT_EQ(back.episode().exit_decision(), "forces/west-midlands/decisions/2");
  v1::ListEpisodesRequest request;
  request.set_parent(kForce);
  const auto episodes = Call("press-officer", &Stub::ListEpisodes, request);
  ASSERT_EQ(episodes->episodes_size(), 1);
  EXPECT_TRUE(Same(episodes->episodes(0), back.episode()));
}

TEST_F(MonitoringServiceTest, PagesCoverEveryForceOnceAtOneRevision) {
  Move(EntryRequest());
  v1::ListMonitoringRequest request;
  request.set_page_size(7);
  std::vector<std::string> names;
  std::set<int64_t> revisions;
  int pages = 0;
  do {
    const auto page = Call("press-officer", &Stub::ListMonitoring, request);
    ASSERT_TRUE(page.ok()) << page.status();
    EXPECT_LE(page->monitoring_size(), 7);
    for (const auto& item : page->monitoring()) names.push_back(item.name());
    revisions.insert(page->header().revision());
    if (++pages == 2) {
      // A move between pages does not show in them.
      server_->clock().Advance(absl::Hours(24));
      Move(ReturnRequest());
    }
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(static_cast<int>(names.size()), register_size_);
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), names.size());
  EXPECT_THAT(revisions, ElementsAre(started_at_ + 2));
}

TEST_F(MonitoringServiceTest, PagesWorkBeforeAnyMove) {
  v1::ListMonitoringRequest request;
  request.set_page_size(10);
  EXPECT_EQ(static_cast<int>(ListAll(request).size()), register_size_);
}

TEST_F(MonitoringServiceTest, ThePastAnswersAsItWas) {
  const auto in = Move(EntryRequest());
  server_->clock().Advance(absl::Hours(24));
  Move(ReturnRequest());
  EXPECT_EQ(Get(kForce)->monitoring().stage(), "scan");
  const auto then = Get(kForce, "press-officer", in.header().revision());
  ASSERT_TRUE(then.ok()) << then.status();
  EXPECT_TRUE(Same(then->monitoring(), in.monitoring()));
  // While the proposal waited.
  const auto before = Get(kForce, "press-officer", in.header().revision() - 1)->monitoring();
  EXPECT_EQ(before.stage(), "scan");
  EXPECT_EQ(before.open_proposal(), "forces/west-midlands/proposals/1");
  v1::ListMonitoringRequest request;
  request.set_stage("engage");
  request.mutable_read()->mutable_as_of()->set_revision(in.header().revision());
  EXPECT_THAT(ListAll(request), SizeIs(1));
  request.mutable_read()->mutable_as_of()->set_revision(1000);
  EXPECT_THAT(Call("press-officer", &Stub::ListMonitoring, request).status(),
              Refuses(absl::StatusCode::kOutOfRange, "REVISION_IN_FUTURE"));
}

TEST_F(MonitoringServiceTest, ThePastHasTheForcesThatWereKnownThen) {
  const absl::Time then = server_->clock().Now() + absl::Minutes(30);
  for (auto* server : {forces_.get(), server_.get()}) server->clock().Advance(absl::Hours(1));
  Register("forces/newtown");
  const auto in = Move(EntryRequest());
  for (auto* server : {forces_.get(), server_.get()}) server->clock().Advance(absl::Hours(1));

  v1::ListMonitoringRequest request;
  request.set_page_size(10);
  EXPECT_EQ(static_cast<int>(ListAll(request).size()), register_size_ + 1);
  SetTime(then, request.mutable_read()->mutable_as_of()->mutable_recorded_time());
  const auto past = ListAll(request);
  EXPECT_EQ(static_cast<int>(past.size()), register_size_);
  for (const auto& monitoring : past) EXPECT_EQ(monitoring.stage(), "scan") << monitoring.name();
  // By the revision of then, the same; by one of later, the register of later.
  request.mutable_read()->mutable_as_of()->set_revision(started_at_);
  EXPECT_EQ(static_cast<int>(ListAll(request).size()), register_size_);
  request.mutable_read()->mutable_as_of()->set_revision(in.header().revision());
  EXPECT_EQ(static_cast<int>(ListAll(request).size()), register_size_ + 1);

  v1::GetMonitoringRequest get;
  get.set_name("forces/newtown/monitoring");
  EXPECT_EQ(Call("press-officer", &Stub::GetMonitoring, get)->monitoring().stage(), "scan");
  get.mutable_read()->mutable_as_of()->set_revision(in.header().revision());
  EXPECT_EQ(Call("press-officer", &Stub::GetMonitoring, get)->monitoring().stage(), "scan");
  SetTime(then, get.mutable_read()->mutable_as_of()->mutable_recorded_time());
  EXPECT_THAT(Call("press-officer", &Stub::GetMonitoring, get).status(),
              Refuses(absl::StatusCode::kNotFound, "FORCE_NOT_FOUND"));
}

TEST_F(MonitoringServiceTest, AnOwnerWhoseClockIsBehindIsAskedWhatItHas) {
  Register("forces/newtown");
  server_->clock().Advance(absl::Hours(1));
  const auto in = Move(EntryRequest());
  v1::ListMonitoringRequest request;
  request.mutable_read()->mutable_as_of()->set_revision(in.header().revision());
  EXPECT_EQ(static_cast<int>(ListAll(request).size()), register_size_ + 1);
}

TEST_F(MonitoringServiceTest, NothingIsClaimedOfATimeBeforeTheRecordsBegin) {
  // The register is an hour older than the records of stages.
  const absl::Time imported = forces_->clock().Now();
  forces_->clock().Advance(absl::Hours(1));
  testing::TestServerOptions options;
  options.now = imported + absl::Hours(1);
  server_ = StartMonitoring(forces_->address(), concerns_->address(), options);
  ASSERT_EQ(static_cast<int>(ListAll({}).size()), register_size_);
  for (const absl::Time moment : {imported - absl::Hours(24), imported + absl::Minutes(30)}) {
    for (const char* stage : {"", "scan"}) {
      v1::ListMonitoringRequest request;
      request.set_stage(stage);
      SetTime(moment, request.mutable_read()->mutable_as_of()->mutable_recorded_time());
      const auto list = Call("press-officer", &Stub::ListMonitoring, request);
      ASSERT_TRUE(list.ok()) << list.status();
      EXPECT_EQ(list->monitoring_size(), 0);
      EXPECT_EQ(list->next_page_token(), "");
      EXPECT_EQ(list->header().revision(), 0);
      EXPECT_FALSE(list->header().has_recorded_time());
    }
    v1::GetMonitoringRequest get;
    get.set_name("forces/kent/monitoring");
    SetTime(moment, get.mutable_read()->mutable_as_of()->mutable_recorded_time());
    EXPECT_THAT(Call("press-officer", &Stub::GetMonitoring, get).status(),
                Refuses(absl::StatusCode::kNotFound, "RESOURCE_NOT_FOUND"));
  }
}

TEST_F(MonitoringServiceTest, OfAPastThatWasRedactedItSaysSo) {
  const auto in = Move(EntryRequest());
  Move(ReturnRequest());
  const std::string stage = std::string(kForce) + "/monitoring";
  ASSERT_TRUE(testing::CommitNow(server_->ledger(), testing::Redacting({stage, in.header().revision()})).ok());
  // The proposal as it was made, before it was decided.
  const std::string proposal = std::string(kForce) + "/proposals/1";
  ASSERT_TRUE(testing::CommitNow(server_->ledger(), testing::Redacting({proposal, in.header().revision() - 1})).ok());

  const absl::Status gone = Get(kForce, "press-officer", in.header().revision()).status();
  EXPECT_THAT(gone, Refuses(absl::StatusCode::kFailedPrecondition, "VERSION_REDACTED"));
  EXPECT_EQ(ErrorMetadata(gone, "redaction"), "redactions/1");
  EXPECT_EQ(Get(kForce)->monitoring().stage(), "scan");
  // That a proposal waited is known by its name.
  const auto waiting = Get(kForce, "press-officer", in.header().revision() - 1);
  ASSERT_TRUE(waiting.ok()) << waiting.status();
  EXPECT_EQ(waiting->monitoring().open_proposal(), proposal);

  v1::ListMonitoringRequest request;
  request.set_page_size(1000);
  request.mutable_read()->mutable_as_of()->set_revision(in.header().revision());
  const auto list = Call("press-officer", &Stub::ListMonitoring, request);
  ASSERT_TRUE(list.ok()) << list.status();
  EXPECT_EQ(list->monitoring_size(), register_size_ - 1);
  EXPECT_THAT(list->header().redactions(), ElementsAre("redactions/1"));
  const auto outside = Call("west-midlands-officer", &Stub::ListMonitoring, request);
  ASSERT_TRUE(outside.ok()) << outside.status();
  EXPECT_EQ(outside->header().redactions_size(), 0);

  // Each page tells of what is left out on it, and none twice.
  std::vector<std::string> told;
  size_t listed = 0;
  request.set_page_size(1);
  do {
    const auto page = Call("press-officer", &Stub::ListMonitoring, request);
    ASSERT_TRUE(page.ok()) << page.status();
    listed += static_cast<size_t>(page->monitoring_size());
    told.insert(told.end(), page->header().redactions().begin(), page->header().redactions().end());
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(static_cast<int>(listed), register_size_ - 1);
  EXPECT_THAT(told, ElementsAre("redactions/1"));
}

TEST_F(MonitoringServiceTest, AForceOfWhichTheRegisterOfThenWasRedactedWasKnownThen) {
  for (auto* server : {forces_.get(), server_.get()}) server->clock().Advance(absl::Hours(1));
  const absl::Time then = server_->clock().Now();
  for (auto* server : {forces_.get(), server_.get()}) server->clock().Advance(absl::Hours(1));
  Register("forces/newtown");
  auto force = forces_->StubAs<forces::v1::ForcesService>("records-manager");
  forces::v1::RenameForceRequest rename;
  rename.set_name("forces/kent");
  rename.set_display_name("Another name");
  rename.mutable_from_date()->set_year(2023);
  rename.set_reason("A test.");
  forces::v1::RenameForceResponse renamed;
  grpc::ClientContext context;
  SetDeadline(context);
  const auto status = force->RenameForce(&context, rename, &renamed);
  ASSERT_TRUE(status.ok()) << status.error_message();
  const auto versions = testing::HistoryNow(forces_->ledger(), {.name = "forces/kent"});
  ASSERT_EQ(versions->entries.size(), 2u);
  const ledger::VersionId first{"forces/kent", versions->entries[1].version.revision};
  ASSERT_TRUE(testing::CommitNow(forces_->ledger(), testing::Redacting(first)).ok());

  v1::ListMonitoringRequest request;
  SetTime(then, request.mutable_read()->mutable_as_of()->mutable_recorded_time());
  std::vector<std::string> names;
  for (const auto& monitoring : ListAll(request)) names.push_back(ForceOf(monitoring.name()));
  EXPECT_EQ(static_cast<int>(names.size()), register_size_) << "kent, and not newtown";
  EXPECT_THAT(names, Contains("forces/kent"));
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end(), [](const std::string& a, const std::string& b) {
    return ledger::SortKey(a) < ledger::SortKey(b);
  }));
  v1::GetMonitoringRequest get;
  get.set_name("forces/kent/monitoring");
  *get.mutable_read() = request.read();
  EXPECT_EQ(Call("press-officer", &Stub::GetMonitoring, get)->monitoring().stage(), "scan");
  get.set_name("forces/newtown/monitoring");
  EXPECT_THAT(Call("press-officer", &Stub::GetMonitoring, get).status(),
              Refuses(absl::StatusCode::kNotFound, "FORCE_NOT_FOUND"));
}

TEST_F(MonitoringServiceTest, VersionsAreMovesAndTellWhoDecided) {
  Move(EntryRequest());
  server_->clock().Advance(absl::Hours(24));
  Move(ReturnRequest());
  v1::ListMonitoringVersionsRequest request;
  request.set_name("forces/west-midlands/monitoring");
  const auto versions = Call("records-manager", &Stub::ListMonitoringVersions, request);
  ASSERT_TRUE(versions.ok()) << versions.status();
  ASSERT_EQ(versions->versions_size(), 2);
  EXPECT_EQ(versions->versions(0).monitoring().stage(), "scan");
  EXPECT_EQ(versions->versions(1).monitoring().stage(), "engage");
  EXPECT_EQ(versions->versions(1).change().actor(), "principals/chief-inspector");
  EXPECT_EQ(versions->versions(1).change().verb(), "DecideProposal");
  EXPECT_EQ(versions->versions(1).change().reason(), "It is time.");
}

TEST_F(MonitoringServiceTest, WhatWasAcknowledgedIsThereAfterARestart) {
  const auto decided = Move(EntryRequest());
  server_->Restart();
  EXPECT_TRUE(Same(Get(kForce)->monitoring(), decided.monitoring()));
}

TEST_F(MonitoringServiceTest, LaddersAreForEveryone) {
  const auto ladders = Call("public", &Stub::ListLadders, v1::ListLaddersRequest());
  ASSERT_TRUE(ladders.ok()) << ladders.status();
  EXPECT_TRUE(Same(ladders->ladder_list(), ShippedLadders().list()));
}

// ---- Proposals ----

TEST_F(MonitoringServiceTest, AProposalIsShownWithTheStageItWouldChange) {
  auto request = EntryRequest();
  request.mutable_proposal()->set_name("forces/kent/proposals/9");
  request.mutable_proposal()->set_state(v1::PROPOSAL_STATE_APPROVED);
  const auto proposed = Propose(request);
  ASSERT_TRUE(proposed.ok()) << proposed.status();
  EXPECT_EQ(proposed->proposal().name(), "forces/west-midlands/proposals/1");
  EXPECT_EQ(proposed->proposal().state(), v1::PROPOSAL_STATE_OPEN);
  EXPECT_EQ(proposed->proposal().proposer(), "principals/hm-inspector");
  EXPECT_EQ(proposed->proposal().reasons(0).concern_revision(), 1);
  EXPECT_EQ(proposed->proposal().reasons(0).concern_title(), "Title of forces/west-midlands/concerns/1");
  const auto monitoring = Get(kForce)->monitoring();
  EXPECT_EQ(monitoring.open_proposal(), proposed->proposal().name());
  EXPECT_EQ(monitoring.revision(), 0) << "a proposal is no move";
  EXPECT_TRUE(Same(Call("press-officer", &Stub::GetProposal,
                        [] {
                          v1::GetProposalRequest get;
                          get.set_name("forces/west-midlands/proposals/1");
                          return get;
                        }())
                       ->proposal(),
                   proposed->proposal()));
}

TEST_F(MonitoringServiceTest, ProposalsAreListedByForceAndState) {
  Propose().value();
  v1::WithdrawProposalRequest withdraw;
  withdraw.set_name("forces/west-midlands/proposals/1");
  withdraw.set_reason("New evidence.");
  const auto withdrawn = Call("liaison-lead", &Stub::WithdrawProposal, withdraw);
  ASSERT_TRUE(withdrawn.ok()) << withdrawn.status();
  EXPECT_EQ(withdrawn->proposal().state(), v1::PROPOSAL_STATE_WITHDRAWN);
  EXPECT_EQ(withdrawn->proposal().withdrawal_reason(), "New evidence.");
  EXPECT_TRUE(Get(kForce)->monitoring().open_proposal().empty());
  Propose().value();
  const auto count = [&](const std::string& parent, v1::ProposalState state) {
    v1::ListProposalsRequest request;
    request.set_parent(parent);
    request.set_state(state);
    const auto list = Call("press-officer", &Stub::ListProposals, request);
    return list.ok() ? list->proposals_size() : -1;
  };
  EXPECT_EQ(count(kForce, v1::PROPOSAL_STATE_UNSPECIFIED), 2);
  EXPECT_EQ(count(kForce, v1::PROPOSAL_STATE_OPEN), 1);
  EXPECT_EQ(count(kForce, v1::PROPOSAL_STATE_WITHDRAWN), 1);
  EXPECT_EQ(count("forces/-", v1::PROPOSAL_STATE_OPEN), 1);
  EXPECT_EQ(count("forces/kent", v1::PROPOSAL_STATE_UNSPECIFIED), 0);
}

TEST_F(MonitoringServiceTest, AConcernIssuedAMomentAgoCountsAndOneClosedDoesNot) {
  // Nothing waits for the copies here: the command brings them up to date itself.
  for (int i = 2; i <= 6; ++i) {
    const std::string name = "forces/west-midlands/concerns/" + std::to_string(i);
    ToyConcerns::Keep(*concerns_, MakeConcern(name));
    const auto proposed = Propose(EntryRequest({name}));
    ASSERT_TRUE(proposed.ok()) << proposed.status();
    ToyConcerns::Keep(*concerns_, MakeConcern(name, concerns::v1::CONCERN_STATE_DISCHARGED));
    const auto approved = Decide(DecideRequest(proposed->proposal().name()));
    EXPECT_THAT(approved.status(), Refuses(absl::StatusCode::kFailedPrecondition, "CONCERN_NOT_USABLE"));
    const auto declined = Decide(DecideRequest(proposed->proposal().name(), v1::DECISION_OUTCOME_DECLINED));
    ASSERT_TRUE(declined.ok()) << declined.status();
  }
}

TEST_F(MonitoringServiceTest, DecliningLeavesAForceNeverMovedAsItIs) {
  Propose().value();
  const auto declined = Decide(DecideRequest("forces/west-midlands/proposals/1", v1::DECISION_OUTCOME_DECLINED));
  ASSERT_TRUE(declined.ok()) << declined.status();
  EXPECT_EQ(declined->decision().outcome(), v1::DECISION_OUTCOME_DECLINED);
  EXPECT_EQ(declined->proposal().state(), v1::PROPOSAL_STATE_DECLINED);
  EXPECT_FALSE(declined->has_episode());
  EXPECT_EQ(declined->monitoring().stage(), "scan");
  EXPECT_EQ(declined->monitoring().revision(), 0);
  EXPECT_TRUE(declined->monitoring().etag().empty());
  EXPECT_TRUE(Same(Get(kForce)->monitoring(), declined->monitoring()));
}

// ---- One of several ----

TEST_F(MonitoringServiceTest, OfManyDecidersExactlyOneWins) {
  const auto proposal = Propose()->proposal();
  constexpr int kDeciders = 8;
  std::vector<absl::Status> outcomes(kDeciders);
  {
    std::vector<std::thread> deciders;
    for (int i = 0; i < kDeciders; ++i) {
      deciders.emplace_back([&, i] {
        auto request =
            DecideRequest(proposal.name(), i % 2 == 0 ? v1::DECISION_OUTCOME_APPROVED : v1::DECISION_OUTCOME_DECLINED);
        if (i < kDeciders / 2) request.set_etag(proposal.etag());
        outcomes[i] = Decide(request).status();
      });
    }
    for (auto& decider : deciders) decider.join();
  }
  int won = 0;
  for (int i = 0; i < kDeciders; ++i) {
    if (outcomes[i].ok()) {
      ++won;
    } else if (i < kDeciders / 2) {
      EXPECT_THAT(outcomes[i], Refuses(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
      EXPECT_EQ(ErrorMetadata(outcomes[i], "current_etag"), rpc::EtagOf(started_at_ + 2));
    } else {
      // Who came in before the other was done, and who came after.
      EXPECT_THAT(outcomes[i], AnyOf(Refuses(absl::StatusCode::kAborted, "ETAG_MISMATCH"),
                                     Refuses(absl::StatusCode::kFailedPrecondition, "WRONG_STATE")));
    }
  }
  EXPECT_EQ(won, 1);
  EXPECT_EQ(Stored(), 2);
  v1::ListDecisionsRequest request;
  request.set_parent(kForce);
  EXPECT_EQ(Call("press-officer", &Stub::ListDecisions, request)->decisions_size(), 1);
}

TEST_F(MonitoringServiceTest, OfManyProposersExactlyOneWins) {
  std::vector<absl::Status> outcomes(8);
  {
    std::vector<std::thread> proposers;
    for (auto& outcome : outcomes) {
      proposers.emplace_back([&] { outcome = Propose().status(); });
    }
    for (auto& proposer : proposers) proposer.join();
  }
  EXPECT_EQ(std::count_if(outcomes.begin(), outcomes.end(), [](const auto& status) { return status.ok(); }), 1);
  for (const auto& outcome : outcomes) {
    if (outcome.ok()) continue;
    EXPECT_THAT(outcome, Refuses(absl::StatusCode::kFailedPrecondition, "PROPOSAL_PENDING"));
  }
  EXPECT_EQ(Stored(), 1);
}

TEST_F(MonitoringServiceTest, ARepeatedRequestGivesTheFirstAnswerAgain) {
  auto request = EntryRequest();
  request.set_request_id("proposal-1");
  const auto first = Propose(request);
  ASSERT_TRUE(first.ok()) << first.status();
  const auto again = Propose(request);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(again->header().replayed());
  EXPECT_TRUE(Same(again->proposal(), first->proposal()));
  request.mutable_proposal()->set_ground(v1::GROUND_NOT_RESPONDING);
  EXPECT_THAT(Propose(request).status(), Refuses(absl::StatusCode::kInvalidArgument, "REQUEST_ID_REUSED"));

  auto decide = DecideRequest(first->proposal().name());
  decide.set_request_id("decision-1");
  const auto decided = Decide(decide);
  ASSERT_TRUE(decided.ok()) << decided.status();
  const auto replayed = Decide(decide);
  ASSERT_TRUE(replayed.ok()) << replayed.status();
  EXPECT_TRUE(Same(replayed->monitoring(), decided->monitoring()));
  EXPECT_TRUE(Same(replayed->episode(), decided->episode()));
  EXPECT_EQ(Stored(), 2);
}

// ---- Bad input. Nothing of it is stored. ----

class BadInput : public MonitoringServiceTest {
 protected:
  ~BadInput() override { EXPECT_EQ(Stored(), stored_) << "something was stored"; }
  int64_t stored_ = 0;
};

TEST_F(BadInput, UnknownForce) {
  auto request = EntryRequest();
  request.set_parent("forces/atlantis");
  const auto proposed = Propose(request).status();
  EXPECT_THAT(proposed, Refuses(absl::StatusCode::kNotFound, "FORCE_NOT_FOUND"));
  EXPECT_EQ(ErrorMetadata(proposed, "force"), "forces/atlantis");
  EXPECT_THAT(Get("forces/atlantis").status(), Refuses(absl::StatusCode::kNotFound, "FORCE_NOT_FOUND"));
  v1::ListProposalsRequest list;
  list.set_parent("forces/atlantis");
  EXPECT_THAT(Call("press-officer", &Stub::ListProposals, list).status(),
              Refuses(absl::StatusCode::kNotFound, "FORCE_NOT_FOUND"));
  v1::ListAllowedActionsRequest actions;
  actions.set_name("forces/atlantis/monitoring");
  EXPECT_THAT(Call("press-officer", &Stub::ListAllowedActions, actions).status(),
              Refuses(absl::StatusCode::kNotFound, "FORCE_NOT_FOUND"));
}

TEST_F(BadInput, UnknownStageAndUnknownProposal) {
  auto request = EntryRequest();
  request.mutable_proposal()->set_to_stage("special-measures");
  EXPECT_THAT(Propose(request).status(), Refuses(absl::StatusCode::kNotFound, "STAGE_NOT_FOUND"));
  EXPECT_THAT(Decide(DecideRequest("forces/west-midlands/proposals/7")).status(),
              Refuses(absl::StatusCode::kNotFound, "RESOURCE_NOT_FOUND"));
  v1::GetEpisodeRequest episode;
  episode.set_name("forces/west-midlands/episodes/1");
  EXPECT_THAT(Call("press-officer", &Stub::GetEpisode, episode).status(),
              Refuses(absl::StatusCode::kNotFound, "RESOURCE_NOT_FOUND"));
}

TEST_F(BadInput, EveryViolationAtOnce) {
  v1::CreateProposalRequest request;
  request.set_parent("Forces/West Midlands");
  auto* proposal = request.mutable_proposal();
  proposal->set_to_stage("En gage");
  proposal->set_ground(static_cast<v1::Ground>(99));
  proposal->add_reasons()->set_concern("concerns/1");
  proposal->mutable_next_report()->mutable_expected_date()->set_month(13);
  request.set_request_id(std::string(101, 'x'));
  const auto status = Propose(request).status();
  EXPECT_THAT(status, Refuses(absl::StatusCode::kInvalidArgument, "INVALID_FIELDS"));
  EXPECT_THAT(
      FieldsOf(status),
      ::testing::IsSupersetOf({"parent", "request_id", "proposal.to_stage", "proposal.ground",
                               "proposal.reasons[0].text", "proposal.reasons[0].concern", "proposal.next_report.title",
                               "proposal.next_report.expected_date.year", "proposal.next_report.expected_date.month"}));
}

TEST_F(BadInput, NothingGiven) {
  EXPECT_THAT(FieldsOf(Propose(v1::CreateProposalRequest()).status()), UnorderedElementsAre("parent", "proposal"));
  EXPECT_THAT(FieldsOf(Decide(v1::DecideProposalRequest()).status()),
              UnorderedElementsAre("name", "outcome", "rationale"));
}

TEST_F(BadInput, GroundsAndConcernsThatDoNotFit) {
  auto request = EntryRequest();
  request.mutable_proposal()->set_ground(v1::GROUND_IMPROVEMENT);
  EXPECT_THAT(Propose(request).status(), Refuses(absl::StatusCode::kInvalidArgument, "GROUND_DOES_NOT_FIT"));
  request.mutable_proposal()->set_ground(v1::GROUND_OTHER);
  EXPECT_THAT(FieldsOf(Propose(request).status()), ElementsAre("proposal.ground_text"));
  EXPECT_THAT(Propose(ReturnRequest()).status(), Refuses(absl::StatusCode::kFailedPrecondition, "ALREADY_IN_STAGE"));
  const auto unusable =
      Propose(EntryRequest({kConcern, "forces/west-midlands/concerns/8", "forces/kent/concerns/1", ""}));
  EXPECT_THAT(unusable.status(), Refuses(absl::StatusCode::kFailedPrecondition, "CONCERN_NOT_USABLE"));
  EXPECT_THAT(PreconditionsOf(unusable.status()), SizeIs(3));
}

TEST_F(BadInput, StaleEtagAndContradictingDates) {
  Propose().value();
  stored_ = Stored();
  auto request = DecideRequest("forces/west-midlands/proposals/1");
  request.set_etag("\"17\"");
  const auto stale = Decide(request).status();
  EXPECT_THAT(stale, Refuses(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
  EXPECT_EQ(ErrorMetadata(stale, "current_etag"), rpc::EtagOf(started_at_ + 1));
  v1::WithdrawProposalRequest withdraw;
  withdraw.set_name(request.name());
  withdraw.set_etag("\"17\"");
  withdraw.set_reason("Why not.");
  EXPECT_THAT(Call("hm-inspector", &Stub::WithdrawProposal, withdraw).status(),
              Refuses(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
  request.clear_etag();
  *request.mutable_decided_date() = Day(2023, 11, 25);
  EXPECT_THAT(Decide(request).status(), Refuses(absl::StatusCode::kFailedPrecondition, "DATES_CONTRADICT"));
  request.mutable_decided_date()->Clear();
  request.mutable_decided_date()->set_year(2023);
  EXPECT_THAT(Decide(request).status(), Refuses(absl::StatusCode::kInvalidArgument, "INVALID_FIELDS"));
}

TEST_F(BadInput, PageTokensOfAnotherQueryOrNone) {
  v1::ListMonitoringRequest request;
  request.set_page_size(5);
  const std::string token = Call("press-officer", &Stub::ListMonitoring, request)->next_page_token();
  ASSERT_FALSE(token.empty());
  request.set_page_token(token);
  request.set_stage("scan");
  EXPECT_THAT(Call("press-officer", &Stub::ListMonitoring, request).status(),
              Refuses(absl::StatusCode::kInvalidArgument, "PAGE_TOKEN_MISMATCH"));
  request.clear_stage();
  EXPECT_THAT(Call("west-midlands-officer", &Stub::ListMonitoring, request).status(),
              Refuses(absl::StatusCode::kInvalidArgument, "PAGE_TOKEN_MISMATCH"))
      << "whoever sees less cannot go on with the pages of one who sees more";
  v1::ListDecisionsRequest decisions;
  decisions.set_parent("forces/-");
  decisions.set_page_token(token);
  EXPECT_THAT(Call("press-officer", &Stub::ListDecisions, decisions).status(),
              Refuses(absl::StatusCode::kInvalidArgument, "PAGE_TOKEN_MISMATCH"));
  request.set_page_token("nonsense");
  EXPECT_THAT(Call("press-officer", &Stub::ListMonitoring, request).status(),
              Refuses(absl::StatusCode::kInvalidArgument, "PAGE_TOKEN_MISMATCH"));
  request.clear_page_token();
  request.set_page_size(-1);
  EXPECT_THAT(FieldsOf(Call("press-officer", &Stub::ListMonitoring, request).status()), ElementsAre("page_size"));
}

TEST_F(BadInput, ActionsOfSomethingElse) {
  v1::ListAllowedActionsRequest request;
  request.set_name("forces/west-midlands/concerns/1");
  EXPECT_THAT(FieldsOf(Call("press-officer", &Stub::ListAllowedActions, request).status()), ElementsAre("name"));
}

// ---- Who may do what ----

TEST_F(MonitoringServiceTest, OnlyTheInspectorateProposesAndOnlyTheChiefInspectorDecides) {
  for (const auto* principal :
       {"chief-inspector", "press-officer", "records-manager", "operator", "public", "west-midlands-officer",
        "west-midlands-oversight-body", "gateway", "oversight-group-secretariat"}) {
    EXPECT_THAT(Propose(EntryRequest(), principal).status(),
                Refuses(absl::StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED"))
        << principal;
  }
  EXPECT_EQ(Stored(), 0);
  ASSERT_TRUE(Propose(EntryRequest(), "liaison-lead").ok());
  for (const auto* principal :
       {"hm-inspector", "liaison-lead", "press-officer", "operator", "public", "west-midlands-officer", "gateway"}) {
    EXPECT_THAT(Decide(DecideRequest("forces/west-midlands/proposals/1"), principal).status(),
                Refuses(absl::StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED"))
        << principal;
  }
  v1::WithdrawProposalRequest withdraw;
  withdraw.set_name("forces/west-midlands/proposals/1");
  withdraw.set_reason("Why not.");
  EXPECT_THAT(Call("chief-inspector", &Stub::WithdrawProposal, withdraw).status(),
              Refuses(absl::StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED"));
  EXPECT_EQ(Stored(), 1);
}

TEST_F(MonitoringServiceTest, AnInspectorActsWithinTheirRegionsOnly) {
  auto request = EntryRequest({"forces/kent/concerns/1"});
  request.set_parent("forces/kent");
  ToyConcerns::Keep(*concerns_, MakeConcern("forces/kent/concerns/1"));
  EXPECT_THAT(Propose(request, "hm-inspector").status(), Refuses(absl::StatusCode::kPermissionDenied, "OUT_OF_SCOPE"));
  EXPECT_TRUE(Propose(request, "liaison-lead").ok());
  EXPECT_TRUE(Get("forces/kent", "hm-inspector").ok()) << "but reads everything";
}

TEST_F(MonitoringServiceTest, AForceSeesItsStageAndNoTraceOfProposalsOrDecisions) {
  Propose().value();
  Decide(DecideRequest("forces/west-midlands/proposals/1", v1::DECISION_OUTCOME_DECLINED)).value();
  Move(EntryRequest());
  server_->clock().Advance(absl::Hours(24));
  ASSERT_TRUE(Propose(ReturnRequest()).ok());
  for (const auto* outsider : {"west-midlands-officer", "west-midlands-oversight-body"}) {
    const auto own = Get(kForce, outsider);
    ASSERT_TRUE(own.ok()) << own.status();
    EXPECT_EQ(own->monitoring().stage(), "engage");
    EXPECT_TRUE(own->monitoring().open_proposal().empty());
    EXPECT_TRUE(own->monitoring().decision().empty());
    EXPECT_THAT(Get("forces/kent", outsider).status(), Refuses(absl::StatusCode::kPermissionDenied, "OUT_OF_SCOPE"));
    const auto all = ListAll({}, outsider);
    ASSERT_THAT(all, SizeIs(1));
    EXPECT_TRUE(Same(all[0], own->monitoring()));

    v1::ListEpisodesRequest episodes;
    episodes.set_parent("forces/-");
    const auto spells = Call(outsider, &Stub::ListEpisodes, episodes);
    ASSERT_EQ(spells->episodes_size(), 1);
    EXPECT_TRUE(spells->episodes(0).entry_decision().empty());
    EXPECT_EQ(spells->episodes(0).entry_reasons_size(), 1);
    v1::GetEpisodeRequest episode;
    episode.set_name("forces/west-midlands/episodes/1");
    EXPECT_TRUE(Same(Call(outsider, &Stub::GetEpisode, episode)->episode(), spells->episodes(0)));
    episodes.set_parent("forces/kent");
    EXPECT_THAT(Call(outsider, &Stub::ListEpisodes, episodes).status(),
                Refuses(absl::StatusCode::kPermissionDenied, "OUT_OF_SCOPE"));
    episode.set_name("forces/kent/episodes/1");
    EXPECT_THAT(Call(outsider, &Stub::GetEpisode, episode).status(),
                Refuses(absl::StatusCode::kPermissionDenied, "OUT_OF_SCOPE"));

    v1::GetProposalRequest proposal;
    proposal.set_name("forces/west-midlands/proposals/3");
    v1::GetDecisionRequest decision;
    decision.set_name("forces/west-midlands/decisions/1");
    v1::ListProposalsRequest proposals;
    proposals.set_parent(kForce);
    v1::ListDecisionsRequest decisions;
    decisions.set_parent(kForce);
    v1::ListAllowedActionsRequest actions;
    actions.set_name("forces/west-midlands/monitoring");
    v1::ListMonitoringVersionsRequest versions;
    versions.set_name("forces/west-midlands/monitoring");
    for (const auto& status :
         {Call(outsider, &Stub::GetProposal, proposal).status(), Call(outsider, &Stub::GetDecision, decision).status(),
          Call(outsider, &Stub::ListProposals, proposals).status(),
          Call(outsider, &Stub::ListDecisions, decisions).status(),
          Call(outsider, &Stub::ListAllowedActions, actions).status(),
          Call(outsider, &Stub::ListMonitoringVersions, versions).status()}) {
      EXPECT_THAT(status, Refuses(absl::StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED"));
    }
  }
  EXPECT_THAT(Get(kForce, "operator").status(), Refuses(absl::StatusCode::kPermissionDenied, "OUT_OF_SCOPE"));
}

TEST_F(MonitoringServiceTest, AllowedActionsSayWhatACallWouldSay) {
  const auto told = [&](const std::string& name, const std::string& as) {
    v1::ListAllowedActionsRequest request;
    request.set_name(name);
    const auto response = Call(as, &Stub::ListAllowedActions, request);
    EXPECT_TRUE(response.ok()) << response.status();
    std::vector<std::string> result;
    if (!response.ok()) return result;
    for (const auto& action : response->actions()) {
      EXPECT_EQ(action.allowed(), action.message().empty());
      result.push_back(action.verb() + " " + (action.allowed() ? "yes" : action.reason()));
    }
    return result;
  };
  const std::string monitoring = "forces/west-midlands/monitoring";
  EXPECT_THAT(told(monitoring, "hm-inspector"), ElementsAre("CreateProposal yes"));
  EXPECT_THAT(told("forces/kent/monitoring", "hm-inspector"), ElementsAre("CreateProposal OUT_OF_SCOPE"));
  EXPECT_THAT(told(monitoring, "chief-inspector"), ElementsAre("CreateProposal ROLE_NOT_ALLOWED"));
  const std::string proposal = Propose()->proposal().name();
  EXPECT_THAT(told(monitoring, "hm-inspector"), ElementsAre("CreateProposal PROPOSAL_PENDING"));
  EXPECT_THAT(told(proposal, "hm-inspector"),
              ElementsAre("WithdrawProposal yes", "RefreshProposal yes", "DecideProposal ROLE_NOT_ALLOWED"));
  EXPECT_THAT(told(proposal, "chief-inspector"), ElementsAre("WithdrawProposal ROLE_NOT_ALLOWED",
                                                             "RefreshProposal ROLE_NOT_ALLOWED", "DecideProposal yes"));
  Decide(DecideRequest(proposal)).value();
  EXPECT_THAT(told(proposal, "chief-inspector"),
              ElementsAre("WithdrawProposal ROLE_NOT_ALLOWED", "RefreshProposal ROLE_NOT_ALLOWED",
                          "DecideProposal WRONG_STATE"));
  EXPECT_THAT(told(proposal, "hm-inspector"), ElementsAre("WithdrawProposal WRONG_STATE", "RefreshProposal WRONG_STATE",
                                                          "DecideProposal ROLE_NOT_ALLOWED"));
  EXPECT_THAT(told("forces/west-midlands/decisions/1", "chief-inspector"),
              ElementsAre("RevokeDecision WRONG_STATE", "CreateAnnouncement ROLE_NOT_ALLOWED"));
  EXPECT_THAT(told("forces/west-midlands/episodes/1", "chief-inspector"), ElementsAre("AddEpisodeReason yes"));
  EXPECT_THAT(told("forces/west-midlands/episodes/1", "liaison-lead"),
              ElementsAre("AddEpisodeReason ROLE_NOT_ALLOWED"));
}

TEST_F(MonitoringServiceTest, NobodyDecidesOnTheirOwnProposalWhateverTheirRoles) {
  // A principal who holds both roles: the table lets them in, the domain does not.
  const testing::TempDir folder;
  const std::string principals = folder / "principals.json";
  std::ofstream(principals) << R"({"principals":[{"name":"principals/both","allForces":true,
      "roles":["ROLE_HM_INSPECTOR","ROLE_CHIEF_INSPECTOR"]}]})";
  testing::TestServerOptions options;
  options.principals = principals;
  server_ = testing::TestServer::Start(
      [&](rpc::Runtime& runtime) {
        return BuildApplication(
            runtime, {.forces = forces_->address(), .concerns = concerns_->address(), .gather_reads = kNotYet});
      },
      options);
  const auto proposed = Propose(EntryRequest(), "both");
  ASSERT_TRUE(proposed.ok()) << proposed.status();
  EXPECT_THAT(Decide(DecideRequest(proposed->proposal().name()), "both").status(),
              Refuses(absl::StatusCode::kPermissionDenied, "PROPOSER_CANNOT_DECIDE"));
  EXPECT_EQ(Stored(), 1);
}

// ---- Watch ----

class Watching {
 public:
  Watching(v1::MonitoringService::Stub& stub, const v1::WatchMonitoringRequest& request)
      : watch_(request.start().initial_state(),
               [&](grpc::ClientContext* context) { return stub.WatchMonitoring(context, request); }) {}
  // Names of the next transaction or part of the initial state, passing over bookmarks; empty when the stream ends or
  // the initial state does.
  std::vector<std::string> Next() {
    v1::WatchMonitoringResponse response;
    while (watch_.Read(&response)) {
      if (response.has_bookmark() && response.bookmark().initial_state_end()) break;
      if (!response.has_events()) continue;
      last_ = response.events();
      std::vector<std::string> names;
      for (const auto& event : last_.events()) names.push_back(event.name());
      return names;
    }
    return {};
  }
  const v1::MonitoringEvents& last() const { return last_; }
  // Ends it: all that came.
  const WatchStory& End() { return watch_.End(); }

 private:
  RecordedWatch<v1::WatchMonitoringResponse> watch_;
  v1::MonitoringEvents last_;
};

// What an officer of a force is told of a change: of its own stage alone, and not why.
bool ToldToOfficer(WatchedChange& change) {
  v1::Monitoring monitoring;
  v1::Episode episode;
  if (change.name == "forces/west-midlands/monitoring") {
    EXPECT_TRUE(monitoring.ParseFromString(change.payload));
    change.payload = rpc::ToPayload(WithoutUnpublished(monitoring));
    return true;
  }
  if (change.name.rfind("forces/west-midlands/episodes/", 0) == 0) {
    EXPECT_TRUE(episode.ParseFromString(change.payload));
    change.payload = rpc::ToPayload(WithoutUnpublished(episode));
    return true;
  }
  return false;
}

TEST_F(MonitoringServiceTest, LaddersAreRecordedOnceUntilTheyChange) {
  EXPECT_EQ(started_at_, 1) << "both ladders in one transaction";
  server_->Restart();
  EXPECT_EQ(Head(), 1) << "nothing differs, nothing is recorded";
}

TEST_F(MonitoringServiceTest, WatchTellsEachTransactionWhole) {
  Move(EntryRequest());
  v1::WatchMonitoringRequest request;
  request.mutable_start()->set_initial_state(true);
  const auto stub = server_->StubAs<v1::MonitoringService>("gateway");
  Watching watching(*stub, request);
  std::vector<std::string> initial;
  for (auto some = watching.Next(); !some.empty(); some = watching.Next()) {
    initial.insert(initial.end(), some.begin(), some.end());
  }
  EXPECT_THAT(initial, UnorderedElementsAre("forces/west-midlands/monitoring", "forces/west-midlands/proposals/1",
                                            "forces/west-midlands/decisions/1", "forces/west-midlands/episodes/1",
                                            "ladders/steering-group-2009", "ladders/scan-engage"));
  server_->clock().Advance(absl::Hours(24));
  Move(ReturnRequest());
  EXPECT_THAT(watching.Next(), ElementsAre("forces/west-midlands/proposals/2"));
  EXPECT_THAT(watching.Next(),
              UnorderedElementsAre("forces/west-midlands/monitoring", "forces/west-midlands/proposals/2",
                                   "forces/west-midlands/decisions/2", "forces/west-midlands/episodes/1"));
  EXPECT_EQ(watching.last().revision(), Head());
  EXPECT_TRUE(KeepsWatchPromises(watching.End(), LogToldBy<v1::WatchMonitoringResponse>(server_->ledger())));
}

TEST_F(MonitoringServiceTest, WatchHidesFromAForceWhatReadsHide) {
  // Another force's move, a declined one and one that waits: nothing of them may come.
  ToyConcerns::Keep(*concerns_, MakeConcern("forces/staffordshire/concerns/1"));
  v1::WatchMonitoringRequest request;
  request.mutable_start()->set_resume_after(0);
  request.mutable_start()->set_initial_state(true);
  const auto stub = server_->StubAs<v1::MonitoringService>("west-midlands-officer");
  Watching watching(*stub, request);
  EXPECT_THAT(watching.Next(), IsEmpty());
  auto other = EntryRequest({"forces/staffordshire/concerns/1"});
  other.set_parent("forces/staffordshire");
  Move(other);
  Propose().value();
  Decide(DecideRequest("forces/west-midlands/proposals/1", v1::DECISION_OUTCOME_DECLINED)).value();
  Move(EntryRequest());
  EXPECT_THAT(watching.Next(),
              UnorderedElementsAre("forces/west-midlands/monitoring", "forces/west-midlands/episodes/1"));
  for (const auto& event : watching.last().events()) {
    EXPECT_TRUE(event.monitoring().decision().empty());
    EXPECT_TRUE(event.episode().entry_decision().empty());
  }
  // The same in what is listed first.
  Watching later(*stub, request);
  std::vector<std::string> initial;
  for (auto some = later.Next(); !some.empty(); some = later.Next()) {
    initial.insert(initial.end(), some.begin(), some.end());
    for (const auto& event : later.last().events()) EXPECT_TRUE(event.monitoring().decision().empty());
  }
  EXPECT_THAT(initial, UnorderedElementsAre("forces/west-midlands/monitoring", "forces/west-midlands/episodes/1"));
  const auto log = LogToldBy<v1::WatchMonitoringResponse>(server_->ledger(), ToldToOfficer);
  EXPECT_TRUE(KeepsWatchPromises(watching.End(), log));
  EXPECT_TRUE(KeepsWatchPromises(later.End(), log));
}

// ---- Owners down ----

TEST_F(MonitoringServiceTest, NothingRestsOnConcernsOfAnyAgeWhileTheirOwnerIsDown) {
  // A first proposal shows that the copies are here.
  const auto proposal = Propose()->proposal();
  // Discharged, and the owner gone: whether the copy heard of it is a matter of luck.
  ToyConcerns::Keep(*concerns_, MakeConcern(kConcern, concerns::v1::CONCERN_STATE_DISCHARGED));
  concerns_->Stop();
  const int64_t stored = Stored();
  for (const auto& status : {Decide(DecideRequest(proposal.name())).status(), Propose().status()}) {
    EXPECT_THAT(status, Refuses(absl::StatusCode::kUnavailable, "DEPENDENCY_UNAVAILABLE"));
    EXPECT_EQ(ErrorMetadata(status, "service"), "concerns-service");
  }
  EXPECT_EQ(Stored(), stored);
  EXPECT_EQ(Get(kForce)->monitoring().stage(), "scan");
}

TEST_F(MonitoringServiceTest, WhatMovesNothingGoesOnWhileTheOwnersAreDown) {
  Move(EntryRequest());
  server_->clock().Advance(absl::Hours(24));
  const auto first = Propose(ReturnRequest())->proposal();
  concerns_->Stop();
  forces_->Stop();
  const auto approved = Decide(DecideRequest(first.name())).status();
  EXPECT_THAT(approved, Refuses(absl::StatusCode::kUnavailable, "DEPENDENCY_UNAVAILABLE"))
      << "whether its dossier is fresh, and which causes are open, cannot be told";
  const auto declined = Decide(DecideRequest(first.name(), v1::DECISION_OUTCOME_DECLINED));
  EXPECT_TRUE(declined.ok()) << declined.status();
  EXPECT_THAT(Propose(ReturnRequest()).status(), Refuses(absl::StatusCode::kUnavailable, "DEPENDENCY_UNAVAILABLE"));
  EXPECT_EQ(static_cast<int>(ListAll({}).size()), register_size_);
  // Of the past, what the log knows; of which forces there were then, only the register could tell.
  EXPECT_TRUE(Get(kForce, "press-officer", Head()).ok());
  EXPECT_THAT(Get("forces/kent", "press-officer", Head()).status(),
              Refuses(absl::StatusCode::kUnavailable, "DEPENDENCY_UNAVAILABLE"));
  v1::ListMonitoringRequest past;
  past.mutable_read()->mutable_as_of()->set_revision(Head());
  EXPECT_THAT(Call("press-officer", &Stub::ListMonitoring, past).status(),
              Refuses(absl::StatusCode::kUnavailable, "DEPENDENCY_UNAVAILABLE"));
}

TEST_F(MonitoringServiceTest, AnEntryOnOutsideEvidenceNeedsNoConcerns) {
  Get(kForce).value();
  concerns_->Stop();
  auto request = EntryRequest({""});
  auto* evidence = request.mutable_proposal()->mutable_reasons(0)->mutable_outside_evidence();
  evidence->set_text("An independent culture review found it.");
  evidence->set_reference("https://www.example.org/review");
  EXPECT_EQ(Move(request).monitoring().stage(), "engage");
}

TEST_F(MonitoringServiceTest, ARepeatedCallIsAnsweredWhoeverIsDown) {
  auto propose = EntryRequest();
  propose.set_request_id("propose");
  const auto proposed = Propose(propose);
  ASSERT_TRUE(proposed.ok()) << proposed.status();
  auto decide = DecideRequest(proposed->proposal().name());
  decide.set_request_id("decide");
  const auto decided = Decide(decide);
  ASSERT_TRUE(decided.ok()) << decided.status();
  v1::WithdrawProposalRequest withdraw;
  withdraw.set_name(Propose(ReturnRequest())->proposal().name());
  withdraw.set_reason("Why not.");
  withdraw.set_request_id("withdraw");
  ASSERT_TRUE(Call("hm-inspector", &Stub::WithdrawProposal, withdraw).ok());
  concerns_->Stop();
  forces_->Stop();
  const int64_t stored = Stored();
  const auto repeat = [&] {
    const auto proposed_again = Propose(propose);
    ASSERT_TRUE(proposed_again.ok()) << proposed_again.status();
    EXPECT_TRUE(proposed_again->header().replayed());
    EXPECT_TRUE(Same(proposed_again->proposal(), proposed->proposal()));
    const auto decided_again = Decide(decide);
    ASSERT_TRUE(decided_again.ok()) << decided_again.status();
    EXPECT_TRUE(decided_again->header().replayed());
    EXPECT_TRUE(Same(decided_again->decision(), decided->decision()));
    const auto withdrawn_again = Call("hm-inspector", &Stub::WithdrawProposal, withdraw);
    ASSERT_TRUE(withdrawn_again.ok()) << withdrawn_again.status();
    EXPECT_TRUE(withdrawn_again->header().replayed());
  };
  repeat();
  // And by a process that never had a copy of either.
  server_->Restart();
  repeat();
  EXPECT_EQ(Stored(), stored);
  // Who may not call at all is told so all the same.
  EXPECT_THAT(Propose(propose, "press-officer").status(),
              Refuses(absl::StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED"));
}

TEST_F(MonitoringServiceTest, WhoMayNotKnowOfAMoveDoesNotSeeItFromTheRegisterBeingDown) {
  const auto moved = Move(EntryRequest());
  const int64_t hidden = Head();
  Publish(moved.decision().name());
  const int64_t published = Head();
  // Here a proposal alone.
  Register("forces/newtown");
  auto propose = EntryRequest({""});
  propose.set_parent("forces/newtown");
  propose.mutable_proposal()->mutable_reasons(0)->mutable_outside_evidence()->set_text("A review found it.");
  propose.mutable_proposal()->mutable_reasons(0)->mutable_outside_evidence()->set_reference("https://www.example.org");
  const auto proposed = Propose(propose, "liaison-lead");
  ASSERT_TRUE(proposed.ok()) << proposed.status();
  forces_->Stop();
  for (const auto* force : {"forces/kent", "forces/newtown", kForce}) {
    EXPECT_THAT(Get(force, "public", hidden).status(),
                Refuses(absl::StatusCode::kUnavailable, "DEPENDENCY_UNAVAILABLE"))
        << force;
  }
  EXPECT_THAT(Get("forces/newtown", "public", Head()).status(),
              Refuses(absl::StatusCode::kUnavailable, "DEPENDENCY_UNAVAILABLE"));
  EXPECT_TRUE(Get(kForce, "public", published).ok());
  EXPECT_TRUE(Get(kForce, "west-midlands-officer", hidden).ok()) << "it was told";
  EXPECT_TRUE(Get("forces/newtown", "press-officer", Head()).ok());
}

TEST_F(MonitoringServiceTest, WithoutACopyOfTheConcernsSaysWhoDoesNotAnswer) {
  const std::string address = concerns_->address();
  concerns_->Stop();
  server_ = StartMonitoring(forces_->address(), address);
  auto request = EntryRequest();
  request.set_request_id("again");
  const auto refused = Propose(request).status();
  EXPECT_THAT(refused, Refuses(absl::StatusCode::kUnavailable, "DEPENDENCY_UNAVAILABLE"));
  EXPECT_EQ(ErrorMetadata(refused, "service"), "concerns-service");
  EXPECT_EQ(Stored(), 0);
  EXPECT_TRUE(Get(kForce).ok()) << "what does not rest on concerns goes on";
}

TEST_F(MonitoringServiceTest, WithoutACopyOfTheRegisterAnswersForMovedForcesOnly) {
  const auto decided = Move(EntryRequest());
  forces_->Stop();
  server_->Restart();
  EXPECT_TRUE(Same(Get(kForce)->monitoring(), decided.monitoring()));
  // What is stored is known, and the chief inspector's scope needs no register.
  EXPECT_THAT(Decide(DecideRequest("forces/west-midlands/proposals/1")).status(),
              Refuses(absl::StatusCode::kFailedPrecondition, "WRONG_STATE"));
  v1::WithdrawProposalRequest withdraw;
  withdraw.set_name("forces/west-midlands/proposals/1");
  withdraw.set_reason("Why not.");
  EXPECT_THAT(Call("hm-inspector", &Stub::WithdrawProposal, withdraw).status(),
              Refuses(absl::StatusCode::kUnavailable, "DEPENDENCY_UNAVAILABLE"))
      << "whether a region covers it cannot be told";
  for (const auto& status : {Get("forces/kent").status(), Propose(ReturnRequest()).status(),
                             Call("press-officer", &Stub::ListMonitoring, v1::ListMonitoringRequest()).status()}) {
    EXPECT_THAT(status, Refuses(absl::StatusCode::kUnavailable, "DEPENDENCY_UNAVAILABLE"));
    EXPECT_EQ(ErrorMetadata(status, "service"), "forces-service");
  }
  v1::ListEpisodesRequest episodes;
  episodes.set_parent(kForce);
  EXPECT_EQ(Call("press-officer", &Stub::ListEpisodes, episodes)->episodes_size(), 1);
}

// ---- Freshness ----

TEST_F(MonitoringServiceTest, ReadsAsFreshAsAToken) {
  const auto decided = Move(EntryRequest());
  v1::GetMonitoringRequest request;
  request.set_name("forces/west-midlands/monitoring");
  request.mutable_read()->mutable_consistency()->set_at_least_as_fresh(decided.header().consistency_token());
  EXPECT_EQ(Call("press-officer", &Stub::GetMonitoring, request)->monitoring().stage(), "engage");
  request.mutable_read()->mutable_consistency()->set_at_least_as_fresh("of another store");
  EXPECT_THAT(Call("press-officer", &Stub::GetMonitoring, request).status(),
              Refuses(absl::StatusCode::kInvalidArgument, "CONSISTENCY_TOKEN_MISMATCH"));
}

// ---- The contract, as JSON ----

TEST_F(MonitoringServiceTest, Golden) {
  auto entry = EntryRequest();
  auto* report = entry.mutable_proposal()->mutable_next_report();
  report->set_title("Next inspection report");
  report->mutable_expected_date()->set_year(2024);
  report->mutable_expected_date()->set_part_of_year(common::v1::PART_OF_YEAR_EARLY);
  report->mutable_expected_date()->set_published_text("early 2024");
  const auto proposed = Propose(entry);
  ASSERT_TRUE(proposed.ok()) << proposed.status();
  testing::ExpectGolden("proposal.json", proposed->proposal());
  auto decide = DecideRequest(proposed->proposal().name());
  *decide.mutable_decided_date() = Day(2023, 11, 23);
  *decide.mutable_effective_date() = Day(2023, 11, 24);
  server_->clock().Advance(absl::Hours(1));
  const auto decided = Decide(decide);
  ASSERT_TRUE(decided.ok()) << decided.status();
  testing::ExpectGolden("decision.json", decided->decision());
  testing::ExpectGolden("monitoring.json", decided->monitoring());
  server_->clock().Advance(absl::Hours(24) * 299);
  testing::ExpectGolden("episode.json", Move(ReturnRequest()).episode());
  testing::ExpectGolden("monitoring_never_moved.json", Get("forces/kent")->monitoring());
}

}  // namespace
}  // namespace oversight::monitoring
