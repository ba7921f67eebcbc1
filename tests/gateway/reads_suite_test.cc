// Reads of what is under embargo that the gateway answers from its copies are on record too, in their readers' names.
#include <map>

#include "oversight/monitoring/v1/audit_service.grpc.pb.h"
#include "tests/gateway/suite_fixture.h"
#include "tests/support/awaited.h"

namespace oversight::gateway {
namespace {

using monitoring::v1::AuditService;
using ::testing::Contains;
using testing::Eventually;
using ::testing::Pair;

class ReadsTest : public SuiteFixture {
 protected:
  ReadsTest() {
    gateway_ = nullptr;
    monitoring_ = StartMonitoring(forces_->address(), concerns_->address(), absl::Milliseconds(1));
    gateway_ = StartGateway(forces_->address(), concerns_->address(), monitoring_->address(), absl::Milliseconds(1));
  }

  // What was read by whom, with the method of the first read.
  std::map<std::string, std::string> ReadBy(const std::string& reader) {
    monitoring::v1::ListEmbargoedReadsRequest request;
    request.set_reader("principals/" + reader);
    request.set_page_size(1000);
    const auto answer =
        Must(Call<AuditService>(*monitoring_, "records-manager", &AuditService::Stub::ListEmbargoedReads, request));
    std::map<std::string, std::string> methods;
    for (const auto& read : answer.embargoed_reads()) methods[read.resource()] = read.method();
    return methods;
  }
  bool Recorded(const std::string& reader, const std::string& resource) {
    return Eventually([&] { return ReadBy(reader).count(resource) > 0; });
  }
  std::string Stage() { return std::string(kForce) + "/monitoring"; }
  // Moved, and not announced.
  void Move() {
    const auto proposed = Propose(kForce, Issued().concern().name());
    proposal_ = proposed.proposal().name();
    monitoring::v1::DecideProposalRequest decide;
    decide.set_name(proposal_);
    decide.set_outcome(monitoring::v1::DECISION_OUTCOME_APPROVED);
    decide.set_rationale("It is time.");
    decision_ =
        Must(Call<MonitoringService>(*monitoring_, "chief-inspector", &MonitoringService::Stub::DecideProposal, decide))
            .decision()
            .name();
    AwaitCurrent();
  }

  std::string proposal_, decision_;
};

TEST_F(ReadsTest, DashboardsOfEveryKind) {
  Move();
  Must(National({}, "press-officer"));
  ASSERT_TRUE(Recorded("press-officer", Stage()));
  EXPECT_THAT(ReadBy("press-officer"),
              Contains(Pair(Stage(), "oversight.gateway.v1.GatewayService/GetNationalDashboard")));
  Must(OfForce(kForce, {}, "records-manager"));
  ASSERT_TRUE(Recorded("records-manager", decision_));
  EXPECT_THAT(ReadBy("records-manager"),
              Contains(Pair(decision_, "oversight.gateway.v1.GatewayService/GetForceDashboard")));
  EXPECT_THAT(ReadBy("records-manager"), Contains(Pair(proposal_, ::testing::_)));

  // The force is shown its stage before the public is, and nothing of the decision.
  Must(OfForce(kForce, {}, "west-midlands-officer"));
  ASSERT_TRUE(Recorded("west-midlands-officer", Stage()));
  EXPECT_EQ(ReadBy("west-midlands-officer").count(decision_), 0u);
  // Of a force without a move there is nothing to record.
  for (const auto& [resource, method] : ReadBy("press-officer")) EXPECT_EQ(resource.rfind(kForce, 0), 0u) << resource;

  v1::ListComparisonsRequest comparisons;
  comparisons.set_by(v1::COMPARISON_BY_REGION);
  Must(Call<v1::GatewayService>(*gateway_, "hm-inspector", &v1::GatewayService::Stub::ListComparisons, comparisons));
  ASSERT_TRUE(Recorded("hm-inspector", Stage()));
  v1::GetAgendaRequest agenda;
  agenda.set_force(kForce);
  Must(
      Call<v1::GatewayService>(*gateway_, "oversight-group-secretariat", &v1::GatewayService::Stub::GetAgenda, agenda));
  EXPECT_TRUE(Recorded("oversight-group-secretariat", Stage()));
}

// What a row tells of changes while the row has no version: read again when there is something, it is on record.
TEST_F(ReadsTest, AProposalInTheRowOfItsForce) {
  Must(National({}, "press-officer"));
  const std::string proposal = Propose(kForce, Issued().concern().name()).proposal().name();
  AwaitCurrent();
  Must(National({}, "press-officer"));
  ASSERT_TRUE(Recorded("press-officer", proposal));
  // The stage is what it was, and public.
  EXPECT_EQ(ReadBy("press-officer").count(Stage()), 0u);
}

TEST_F(ReadsTest, WatchedDashboards) {
  grpc::ClientContext context;
  SetDeadline(context);
  const auto stub = gateway_->StubAs<v1::GatewayService>("press-officer");
  v1::WatchDashboardRequest request;
  request.set_force(kForce);
  request.mutable_heartbeat_interval()->set_seconds(1);
  const auto stream = stub->WatchDashboard(&context, request);
  v1::WatchDashboardResponse message;
  ASSERT_TRUE(stream->Read(&message));
  Move();
  while (message.force().decisions().empty()) ASSERT_TRUE(stream->Read(&message));
  ASSERT_TRUE(Recorded("press-officer", decision_));
  EXPECT_THAT(ReadBy("press-officer"), Contains(Pair(decision_, "oversight.gateway.v1.GatewayService/WatchDashboard")));
  context.TryCancel();
}

// A copy outlives its owner: what is read of it then is judged when the owner is back, by the moment it was read.
TEST_F(ReadsTest, WhileTheRecordIsAway) {
  Move();
  monitoring_->Stop();
  Must(OfForce(kForce, {}, "press-officer"));
  monitoring_->StartAgain();
  ASSERT_TRUE(Recorded("press-officer", decision_));
}

TEST_F(ReadsTest, AreReportedBeforeTheEnd) {
  Move();
  gateway_ = StartGateway(forces_->address(), concerns_->address(), monitoring_->address());  // Gathers for an hour.
  Must(OfForce(kForce, Fully(), "press-officer"));
  gateway_->Stop();
  EXPECT_THAT(ReadBy("press-officer"), Contains(Pair(decision_, ::testing::_)));
}

}  // namespace
}  // namespace oversight::gateway
