// monitoring-service over real transport, beside a real forces-service with the shipped register and a toy
// concerns-service. Calls block, with a deadline, and answer with absl::Status. Used by the test's thread; Call by any.
#pragma once

#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "common/rpc/errors.h"
#include "common/rpc/status_mapping.h"
#include "forces-service/service/program.h"
#include "monitoring-service/domain/moments.h"
#include "monitoring-service/service/program.h"
#include "oversight/forces/v1/forces_service.grpc.pb.h"
#include "oversight/monitoring/v1/announcements_service.grpc.pb.h"
#include "oversight/monitoring/v1/monitoring_service.grpc.pb.h"
#include "tests/monitoring/domain_fixture.h"
#include "tests/monitoring/toy_concerns.h"
#include "tests/support/test_server.h"

namespace oversight::monitoring {

class ServiceTest : public ::testing::Test {
 protected:
  using Stub = v1::MonitoringService::Stub;
  static constexpr char kForce[] = "forces/west-midlands";
  static constexpr char kConcern[] = "forces/west-midlands/concerns/1";

  ServiceTest() {
    ImportRegister();
    ToyConcerns::Keep(*concerns_, MakeConcern(kConcern));
    server_ = StartMonitoring(forces_->address(), concerns_->address());
    started_at_ = Head();
  }

  // Reads are not put on record while the test goes on: it counts what it stores itself.
  static constexpr absl::Duration kNotYet = absl::Hours(1);
  static std::unique_ptr<testing::TestServer> StartMonitoring(const std::string& forces, const std::string& concerns,
                                                              const testing::TestServerOptions& options = {},
                                                              absl::Duration gather_reads = kNotYet) {
    return testing::TestServer::Start(
        [forces, concerns, gather_reads](rpc::Runtime& runtime) {
          return BuildApplication(runtime, {.forces = forces, .concerns = concerns, .gather_reads = gather_reads});
        },
        options);
  }

  // One more force, now.
  void Register(const std::string& name) {
    forces::v1::CreateForceRequest request;
    request.set_force_id(name.substr(name.rfind('/') + 1));
    auto& force = *request.mutable_force();
    force.set_display_name("Newtown Police");
    force.set_kind(forces::v1::FORCE_KIND_TERRITORIAL);
    force.set_service(forces::v1::SERVICE_TYPE_POLICE);
    force.set_region("Wales");
    force.mutable_oversight_body()->set_kind(forces::v1::OVERSIGHT_BODY_KIND_POLICE_AND_CRIME_COMMISSIONER);
    force.mutable_oversight_body()->set_display_name("Its commissioner");
    forces::v1::CreateForceResponse response;
    grpc::ClientContext context;
    SetDeadline(context);
    const auto status =
        forces_->StubAs<forces::v1::ForcesService>("records-manager")->CreateForce(&context, request, &response);
    ASSERT_TRUE(status.ok()) << status.error_message();
  }

  void ImportRegister() {
    std::ifstream file("data/forces.csv");
    std::stringstream text;
    text << file.rdbuf();
    forces::v1::ImportForcesRequest request;
    request.set_csv(text.str());
    forces::v1::ImportForcesResponse response;
    grpc::ClientContext context;
    SetDeadline(context);
    const auto status =
        forces_->StubAs<forces::v1::ForcesService>("operator")->ImportForces(&context, request, &response);
    ASSERT_TRUE(status.ok()) << status.error_message();
    register_size_ = response.created_count();
  }

  static void SetDeadline(grpc::ClientContext& context) {
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
  }

  // The same on any service of the process.
  template <class Service, class Request, class Response>
  absl::StatusOr<Response> CallOf(const std::string& principal,
                                  grpc::Status (Service::Stub::*method)(grpc::ClientContext*, const Request&,
                                                                        Response*),
                                  const Request& request) {
    grpc::ClientContext context;
    SetDeadline(context);
    Response response;
    const auto stub = server_->StubAs<Service>(principal);
    const grpc::Status status = (stub.get()->*method)(&context, request, &response);
    if (!status.ok()) return rpc::FromGrpc(status);
    return response;
  }
  template <class Request, class Response>
  absl::StatusOr<Response> Call(const std::string& principal,
                                grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                                const Request& request) {
    return CallOf<v1::MonitoringService>(principal, method, request);
  }

  static v1::CreateProposalRequest EntryRequest(std::initializer_list<std::string> concerns = {kConcern}) {
    v1::CreateProposalRequest request;
    request.set_parent(kForce);
    *request.mutable_proposal() = Wanted("engage", v1::GROUND_NOT_MANAGING_MITIGATING_OR_ERADICATING, concerns);
    return request;
  }
  static v1::CreateProposalRequest ReturnRequest() {
    v1::CreateProposalRequest request;
    request.set_parent(kForce);
    *request.mutable_proposal() = Wanted("scan", v1::GROUND_IMPROVEMENT, {""});
    *request.mutable_proposal()->add_reason_outcomes() = Met("r1");
    return request;
  }
  static v1::DecideProposalRequest DecideRequest(const std::string& name,
                                                 v1::DecisionOutcome outcome = v1::DECISION_OUTCOME_APPROVED) {
    v1::DecideProposalRequest request;
    request.set_name(name);
    request.set_outcome(outcome);
    request.set_rationale("It is time.");
    return request;
  }

  absl::StatusOr<v1::CreateProposalResponse> Propose(const v1::CreateProposalRequest& request = EntryRequest(),
                                                     const std::string& as = "hm-inspector") {
    return Call(as, &Stub::CreateProposal, request);
  }
  absl::StatusOr<v1::DecideProposalResponse> Decide(const v1::DecideProposalRequest& request,
                                                    const std::string& as = "chief-inspector") {
    return Call(as, &Stub::DecideProposal, request);
  }
  // Proposed and approved; the decision's answer.
  // Announces a move to the public, from the draft to the minute it goes out: now.
  void Publish(const std::string& decision) {
    using Service = v1::AnnouncementsService;
    using Rpcs = Service::Stub;
    v1::CreateAnnouncementRequest create;
    create.set_parent(decision.substr(0, decision.find("/decisions/")));
    create.mutable_announcement()->set_decision(decision);
    const auto created = CallOf<Service>("liaison-lead", &Rpcs::CreateAnnouncement, create);
    ASSERT_TRUE(created.ok()) << created.status();
    const auto step = [&](const std::string& as, auto method, auto request) {
      request.set_name(created->announcement().name());
      const auto done = CallOf<Service>(as, method, request);
      ASSERT_TRUE(done.ok()) << done.status();
    };
    step("liaison-lead", &Rpcs::SubmitAnnouncement, v1::SubmitAnnouncementRequest());
    step("hm-inspector", &Rpcs::ReviewAnnouncement, v1::ReviewAnnouncementRequest());
    step("press-officer", &Rpcs::ClearAnnouncement, v1::ClearAnnouncementRequest());
    step("press-officer", &Rpcs::PublishAnnouncement, v1::PublishAnnouncementRequest());
  }
  v1::DecideProposalResponse Move(const v1::CreateProposalRequest& request) {
    const auto proposed = Propose(request);
    EXPECT_TRUE(proposed.ok()) << proposed.status();
    if (!proposed.ok()) return {};
    auto decided = Decide(DecideRequest(proposed->proposal().name()));
    EXPECT_TRUE(decided.ok()) << decided.status();
    return decided.ok() ? *std::move(decided) : v1::DecideProposalResponse();
  }

  absl::StatusOr<v1::GetMonitoringResponse> Get(const std::string& force, const std::string& as = "press-officer",
                                                int64_t as_of = 0) {
    v1::GetMonitoringRequest request;
    request.set_name(force + "/monitoring");
    if (as_of > 0) request.mutable_read()->mutable_as_of()->set_revision(as_of);
    return Call(as, &Stub::GetMonitoring, request);
  }
  std::vector<v1::Monitoring> ListAll(v1::ListMonitoringRequest request, const std::string& as = "press-officer") {
    std::vector<v1::Monitoring> items;
    do {
      const auto page = Call(as, &Stub::ListMonitoring, request);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) break;
      items.insert(items.end(), page->monitoring().begin(), page->monitoring().end());
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return items;
  }
  int64_t Head() { return server_->ledger().head().revision; }
  // Transactions stored since the service started: at start it records its ladders.
  int64_t Stored() { return Head() - started_at_; }

  std::unique_ptr<testing::TestServer> forces_ = testing::TestServer::Start(forces::BuildApplication);
  std::unique_ptr<testing::TestServer> concerns_ = testing::TestServer::Start(ToyConcerns::Build);
  std::unique_ptr<testing::TestServer> server_;
  int64_t started_at_ = 0;
  int register_size_ = 0;
};

}  // namespace oversight::monitoring
