// Who read what of a move before the public could know: put on record by the service that answers, and by those that
// answer from copies.
#include <set>

#include "common/time/timestamp.h"
#include "oversight/ledger/v1/ledger_service.grpc.pb.h"
#include "oversight/monitoring/v1/announcements_service.grpc.pb.h"
#include "oversight/monitoring/v1/audit_service.grpc.pb.h"
#include "tests/monitoring/service_fixture.h"
#include "tests/support/awaited.h"

namespace oversight::monitoring {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using testing::Eventually;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;
using Audit = v1::AuditService;

class AuditTest : public ServiceTest {
 protected:
  AuditTest() {
    testing::TestServerOptions options;
    options.ledger_name = "ledgers/monitoring";
    server_ = StartMonitoring(forces_->address(), concerns_->address(), options, absl::Milliseconds(1));
    started_at_ = Head();
  }

  std::vector<v1::EmbargoedRead> Reads(const v1::ListEmbargoedReadsRequest& request = {},
                                       const std::string& as = "records-manager") {
    const auto answer = CallOf<Audit>(as, &Audit::Stub::ListEmbargoedReads, request);
    EXPECT_TRUE(answer.ok()) << answer.status();
    if (!answer.ok()) return {};
    return {answer->embargoed_reads().begin(), answer->embargoed_reads().end()};
  }
  // What one reader has read, so far.
  std::set<std::string> ReadBy(const std::string& reader) {
    v1::ListEmbargoedReadsRequest request;
    request.set_reader("principals/" + reader);
    std::set<std::string> names;
    for (const auto& read : Reads(request)) names.insert(read.resource());
    return names;
  }
  // What is noted before it is on record when this is: the order is kept.
  bool Recorded(const std::string& reader, const std::string& resource) {
    return Eventually([&] { return ReadBy(reader).count(resource) > 0; });
  }
  template <class Request, class Response>
  void Read(const std::string& as, grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
            const std::string& name) {
    Request request;
    request.set_name(name);
    const auto answer = Call(as, method, request);
    EXPECT_TRUE(answer.ok()) << answer.status();
  }
  // Reads something that is under embargo for sure, so that what was read before is on record, or never will be.
  void Settle(const std::string& as, const std::string& open_proposal) {
    Read<v1::GetProposalRequest, v1::GetProposalResponse>(as, &Stub::GetProposal, open_proposal);
    ASSERT_TRUE(Recorded(as, open_proposal));
  }
};

TEST_F(AuditTest, SaysWhoReadAProposalWhenAndHow) {
  const auto proposed = Propose();
  ASSERT_TRUE(proposed.ok()) << proposed.status();
  const std::string name = proposed->proposal().name();
  EXPECT_THAT(Reads(), IsEmpty()) << "who writes is in the log already";
  Read<v1::GetProposalRequest, v1::GetProposalResponse>("press-officer", &Stub::GetProposal, name);
  ASSERT_TRUE(Recorded("press-officer", name));
  const auto reads = Reads();
  ASSERT_EQ(reads.size(), 1u);
  EXPECT_EQ(reads[0].reader(), "principals/press-officer");
  EXPECT_EQ(reads[0].reader_display_name(), "Press office");
  EXPECT_THAT(reads[0].roles(), ElementsAre(common::v1::ROLE_PRESS_OFFICE));
  EXPECT_EQ(reads[0].resource_revision(), proposed->proposal().revision());
  EXPECT_EQ(reads[0].force(), kForce);
  EXPECT_EQ(reads[0].method(), "oversight.monitoring.v1.MonitoringService/GetProposal");
  EXPECT_LE(GetTime(reads[0].read_time()), GetTime(reads[0].create_time()));
  v1::GetEmbargoedReadRequest get;
  get.set_name(reads[0].name());
  const auto got = CallOf<Audit>("chief-inspector", &Audit::Stub::GetEmbargoedRead, get);
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_EQ(got->embargoed_read().SerializeAsString(), reads[0].SerializeAsString());
}

TEST_F(AuditTest, OnceForEachReaderAndVersion) {
  const std::string name = Propose()->proposal().name();
  for (int i = 0; i < 3; ++i) {
    Read<v1::GetProposalRequest, v1::GetProposalResponse>("press-officer", &Stub::GetProposal, name);
    Read<v1::GetProposalRequest, v1::GetProposalResponse>("hm-inspector", &Stub::GetProposal, name);
  }
  ASSERT_TRUE(Recorded("press-officer", name));
  ASSERT_TRUE(Recorded("hm-inspector", name));
  EXPECT_EQ(Reads().size(), 2u);
  // A restart forgets what it has seen, and the record does not.
  server_->Restart();
  const int64_t head = Head();
  Read<v1::GetProposalRequest, v1::GetProposalResponse>("press-officer", &Stub::GetProposal, name);
  Settle("chief-inspector", name);
  EXPECT_EQ(Reads().size(), 3u);
  EXPECT_EQ(Head(), head + 1);
}

TEST_F(AuditTest, TheSameReportAgainChangesNothing) {
  const std::string name = Propose()->proposal().name();
  v1::ReportReadsRequest report;
  auto& read = *report.add_reads();
  read.mutable_reader()->set_name("principals/press-officer");
  read.mutable_reader()->add_roles(common::v1::ROLE_PRESS_OFFICE);
  read.mutable_reader()->set_all_forces(true);
  read.set_method("oversight.gateway.v1.GatewayService/GetNationalDashboard");
  SetTime(server_->clock().Now(), read.mutable_read_time());
  read.add_told()->set_name(name);
  // Told of, though nothing of it is under embargo, or there is no such thing.
  for (const auto* other :
       {"forces/kent", "forces/kent/monitoring", "forces/west-midlands/plans/9", "no name at all"}) {
    read.add_told()->set_name(other);
  }
  // By the row of a force with a proposal that waits.
  read.add_told()->set_name(kForce);
  const auto first = CallOf<Audit>("gateway", &Audit::Stub::ReportReads, report);
  ASSERT_TRUE(first.ok()) << first.status();
  const int64_t head = Head();
  // The row itself says nothing: the proposal that it tells of does.
  EXPECT_THAT(ReadBy("press-officer"), ElementsAre(name));
  EXPECT_EQ(first->recorded_count(), 1);
  EXPECT_EQ(Reads()[0].reporter(), "principals/gateway");
  const auto again = CallOf<Audit>("gateway", &Audit::Stub::ReportReads, report);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->recorded_count(), 0);
  EXPECT_EQ(Head(), head);
  // Not so much that it holds up everyone's writes.
  auto much = report;
  for (int i = 0; i < 2001; ++i) {
    if (i % 1000 == 0) *much.add_reads() = report.reads(0);
    much.mutable_reads(much.reads_size() - 1)->add_told()->set_name("forces/kent");
    if (much.reads(much.reads_size() - 1).told_size() > 999)
      much.mutable_reads(much.reads_size() - 1)->mutable_told()->RemoveLast();
  }
  EXPECT_THAT(FieldsOf(CallOf<Audit>("gateway", &Audit::Stub::ReportReads, much).status()), ElementsAre("reads"));
  // Who reads may not say so themselves.
  const auto own = CallOf<Audit>("press-officer", &Audit::Stub::ReportReads, report);
  EXPECT_TRUE(absl::IsPermissionDenied(own.status())) << own.status();
}

TEST_F(AuditTest, AMoveUntilItIsPublic) {
  const auto decided = Move(EntryRequest());
  const std::string decision = decided.decision().name(), stage = std::string(kForce) + "/monitoring";
  v1::ListEpisodesRequest episodes;
  episodes.set_parent(kForce);
  // The public reads what is public: as good as nothing.
  (void)Get(kForce, "public");
  EXPECT_TRUE(Call("public", &Stub::ListEpisodes, episodes).ok());
  // The force is told of its stage.
  EXPECT_TRUE(Get(kForce, "west-midlands-officer").ok());
  EXPECT_TRUE(Call("west-midlands-officer", &Stub::ListEpisodes, episodes).ok());
  Read<v1::GetDecisionRequest, v1::GetDecisionResponse>("press-officer", &Stub::GetDecision, decision);
  Read<v1::GetProposalRequest, v1::GetProposalResponse>("press-officer", &Stub::GetProposal, decided.proposal().name());
  ASSERT_TRUE(Recorded("press-officer", decided.proposal().name()));
  EXPECT_THAT(ReadBy("press-officer"), ElementsAre(decision, decided.proposal().name()));
  EXPECT_THAT(ReadBy("west-midlands-officer"), ElementsAre(std::string(kForce) + "/episodes/1", stage));
  EXPECT_THAT(ReadBy("public"), IsEmpty());

  Publish(decision);
  Read<v1::GetDecisionRequest, v1::GetDecisionResponse>("records-manager", &Stub::GetDecision, decision);
  EXPECT_TRUE(Get(kForce, "records-manager").ok());
  EXPECT_TRUE(Call("records-manager", &Stub::ListEpisodes, episodes).ok());
  // Nor what it was before, read now.
  EXPECT_TRUE(Get(kForce, "records-manager", decided.decision().revision()).ok());
  const std::string next = Propose(ReturnRequest())->proposal().name();
  Settle("records-manager", next);
  EXPECT_THAT(ReadBy("records-manager"), ElementsAre(next));
}

// What was read before a change and is judged after it is judged by what was shown, and when.
TEST_F(AuditTest, JudgedLateAndJudgedRight) {
  const auto decided = Move(EntryRequest());
  const std::string decision = decided.decision().name(), stage = std::string(kForce) + "/monitoring";
  const absl::Time before = server_->clock().Now();
  const int64_t awaited = decided.decision().revision(), moved = Get(kForce)->monitoring().revision();
  server_->clock().Advance(absl::Minutes(1));
  Publish(decision);
  v1::GetDecisionRequest get;
  get.set_name(decision);
  const int64_t published = Call("hm-inspector", &Stub::GetDecision, get)->decision().revision();
  const auto report = [&](const std::string& reader, const std::string& name, int64_t revision, absl::Time time) {
    v1::ReportReadsRequest request;
    auto& read = *request.add_reads();
    read.mutable_reader()->set_name("principals/" + reader);
    read.mutable_reader()->add_roles(common::v1::ROLE_PRESS_OFFICE);
    read.mutable_reader()->set_all_forces(true);
    read.set_method("oversight.gateway.v1.GatewayService/GetForceDashboard");
    SetTime(time, read.mutable_read_time());
    read.add_told()->set_name(name);
    read.mutable_told(0)->set_revision(revision);
    const auto answer = CallOf<Audit>("gateway", &Audit::Stub::ReportReads, request);
    EXPECT_TRUE(answer.ok()) << answer.status();
    return answer.ok() ? answer->recorded_count() : -1;
  };
  const absl::Time now = server_->clock().Now();
  EXPECT_EQ(report("a", decision, awaited, before), 1);
  EXPECT_EQ(report("b", decision, awaited, now), 0) << "looked up in its history";
  EXPECT_EQ(report("c", decision, published, before), 0) << "a clock that is behind: what was shown was public";
  EXPECT_EQ(report("d", stage, moved, before), 1);
  EXPECT_EQ(report("e", stage, moved, now), 0);
  EXPECT_EQ(report("f", stage, 0, before), 1);
  EXPECT_EQ(report("g", stage, 0, before - absl::Minutes(1)), 0) << "it was in no stage then that was not public";
  EXPECT_EQ(report("h", decided.proposal().name(), 0, before), 1);
  EXPECT_EQ(report("i", decision, awaited, now + absl::Hours(1)), 0) << "a clock that is ahead";
  // The next proposal: open when it was read, withdrawn when that was judged.
  const std::string next = Propose(ReturnRequest())->proposal().name();
  const absl::Time open = server_->clock().Now();
  server_->clock().Advance(absl::Minutes(1));
  v1::WithdrawProposalRequest withdraw;
  withdraw.set_name(next);
  withdraw.set_reason("Not now.");
  ASSERT_TRUE(Call("hm-inspector", &Stub::WithdrawProposal, withdraw).ok());
  EXPECT_EQ(report("j", next, 0, open), 1);
  EXPECT_EQ(report("k", next, 0, server_->clock().Now()), 0);
}

// A stage that was not changed yet tells of what is to change it.
TEST_F(AuditTest, WhatWaitsToChangeAStage) {
  auto request = DecideRequest(Propose()->proposal().name());
  SetTime(server_->clock().Now() + absl::Hours(2), request.mutable_effective_time());
  const auto decided = Decide(request);
  ASSERT_TRUE(decided.ok()) << decided.status();
  EXPECT_TRUE(Get(kForce).ok());
  ASSERT_TRUE(Recorded("press-officer", decided->decision().name()));
  v1::ListAllowedActionsRequest actions;
  actions.set_name(std::string(kForce) + "/monitoring");
  EXPECT_TRUE(Call("oversight-group-secretariat", &Stub::ListAllowedActions, actions).ok());
  ASSERT_TRUE(Recorded("oversight-group-secretariat", decided->decision().name()));
  actions.set_name(decided->proposal().name());
  EXPECT_TRUE(Call("hm-inspector", &Stub::ListAllowedActions, actions).ok());
  EXPECT_TRUE(Recorded("hm-inspector", decided->proposal().name())) << "asked about, and told of";
}

// Who stores something stands in the log; who asks for a change that is none has only read.
TEST_F(AuditTest, ACommandThatChangesNothing) {
  const auto proposed = Propose();
  v1::RefreshProposalRequest refresh;
  refresh.set_name(proposed->proposal().name());
  const int64_t before = Head();
  const auto refreshed = Call("liaison-lead", &Stub::RefreshProposal, refresh);
  ASSERT_TRUE(refreshed.ok()) << refreshed.status();
  ASSERT_EQ(refreshed->header().revision(), before) << "nothing to refresh";
  ASSERT_TRUE(Recorded("liaison-lead", proposed->proposal().name()));
  EXPECT_THAT(ReadBy("hm-inspector"), IsEmpty()) << "who proposed";
}

TEST_F(AuditTest, ASearchFindsAndTellsOfWhatItFinds) {
  const auto decided = Move(EntryRequest());
  v1::CreateAnnouncementRequest create;
  create.set_parent(kForce);
  create.mutable_announcement()->set_decision(decided.decision().name());
  using Announcements = v1::AnnouncementsService;
  const auto created = CallOf<Announcements>("liaison-lead", &Announcements::Stub::CreateAnnouncement, create);
  ASSERT_TRUE(created.ok()) << created.status();
  v1::ListAnnouncementsRequest list;
  list.set_parent("forces/-");
  list.set_query("burglary");
  const auto none = CallOf<Announcements>("hm-inspector", &Announcements::Stub::ListAnnouncements, list);
  ASSERT_TRUE(none.ok()) << none.status();
  EXPECT_EQ(none->announcements_size(), 0);
  list.set_query("engage WEST");
  for (const auto* reader : {"press-officer", "public"}) {
    const auto found = CallOf<Announcements>(reader, &Announcements::Stub::ListAnnouncements, list);
    ASSERT_TRUE(found.ok()) << found.status();
    EXPECT_EQ(found->announcements_size(), reader == std::string("public") ? 0 : 1);
  }
  ASSERT_TRUE(Recorded("press-officer", created->announcement().name()));
  EXPECT_THAT(ReadBy("hm-inspector"), IsEmpty());
}

TEST_F(AuditTest, AWatchAndAWholeLog) {
  const std::string name = Propose()->proposal().name();
  {
    grpc::ClientContext context;
    SetDeadline(context);
    const auto stub = server_->StubAs<v1::MonitoringService>("press-officer");
    v1::WatchMonitoringRequest request;
    request.mutable_start()->set_initial_state(true);
    const auto stream = stub->WatchMonitoring(&context, request);
    v1::WatchMonitoringResponse message;
    while (!message.has_events()) ASSERT_TRUE(stream->Read(&message));
    EXPECT_TRUE(Recorded("press-officer", name));
    context.TryCancel();
  }
  grpc::ClientContext context;
  SetDeadline(context);
  const auto stub = server_->StubAs<ledger::v1::LedgerService>("operator");
  ledger::v1::ExportTransactionsRequest request;
  request.set_name("ledgers/monitoring");
  const auto stream = stub->ExportTransactions(&context, request);
  ledger::v1::ExportTransactionsResponse message;
  EXPECT_TRUE(stream->Read(&message));
  context.TryCancel();
  EXPECT_TRUE(Recorded("operator", "ledgers/monitoring"));
  EXPECT_THAT(ReadBy("operator"), ElementsAre("ledgers/monitoring"));
}

TEST_F(AuditTest, IsListedByForceReaderAndResource) {
  const std::string name = Propose()->proposal().name();
  Settle("press-officer", name);
  Settle("hm-inspector", name);
  v1::ListEmbargoedReadsRequest request;
  request.set_force(kForce);
  EXPECT_EQ(Reads(request).size(), 2u);
  request.set_force("forces/kent");
  EXPECT_THAT(Reads(request), IsEmpty());
  request.Clear();
  request.set_resource(name);
  EXPECT_EQ(Reads(request).size(), 2u);
  request.set_reader("principals/press-officer");
  EXPECT_EQ(Reads(request).size(), 1u);
  request.set_resource(name + "1");
  EXPECT_THAT(Reads(request), IsEmpty());
  for (const auto* other : {"press-officer", "hm-inspector", "operator", "west-midlands-officer", "public"}) {
    const auto answer = CallOf<Audit>(other, &Audit::Stub::ListEmbargoedReads, v1::ListEmbargoedReadsRequest());
    EXPECT_TRUE(absl::IsPermissionDenied(answer.status())) << other << ": " << answer.status();
  }
}

TEST_F(AuditTest, NothingIsLostByAStop) {
  server_ = StartMonitoring(forces_->address(), concerns_->address());  // Gathers for an hour.
  const std::string name = Propose()->proposal().name();
  Read<v1::GetProposalRequest, v1::GetProposalResponse>("press-officer", &Stub::GetProposal, name);
  const int64_t before = Head();
  server_->Stop();
  server_->StartAgain();
  EXPECT_EQ(Head(), before + 1);
  EXPECT_THAT(ReadBy("press-officer"), ElementsAre(name));
}

}  // namespace
}  // namespace oversight::monitoring
