// The whole suite inside the test: the three services over real ledgers and the gateway over them, all over real
// transport, with the shipped register. Calls block, with a deadline, and answer with absl::Status. Used by the test's
// thread; Call by any.
#pragma once

#include <chrono>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/rpc/errors.h"
#include "common/rpc/status_mapping.h"
#include "concerns-service/service/program.h"
#include "forces-service/service/program.h"
#include "gateway/service/program.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "monitoring-service/service/program.h"
#include "oversight/concerns/v1/concerns_service.grpc.pb.h"
#include "oversight/forces/v1/forces_service.grpc.pb.h"
#include "oversight/gateway/v1/gateway_service.grpc.pb.h"
#include "oversight/monitoring/v1/monitoring_service.grpc.pb.h"
#include "tests/support/awaited.h"
#include "tests/support/test_server.h"

namespace oversight::gateway {

using concerns::v1::ConcernsService;
using forces::v1::ForcesService;
using monitoring::v1::MonitoringService;
using testing::Eventually;
using testing::TestServer;

// A refusal by code and reason.
MATCHER_P2(Refuses, code, reason, "") {
  const absl::Status& status = arg;
  *result_listener << status.ToString() << " reason " << ReasonOf(status);
  return status.code() == code && ReasonOf(status) == reason && !status.message().empty();
}

// Where nobody ever listens.
inline std::string Nowhere() { return "unix:/nonexistent/oversight"; }

inline void SetDeadline(grpc::ClientContext& context, std::chrono::milliseconds in = testing::kPatience) {
  context.set_deadline(std::chrono::system_clock::now() + in);
}

inline std::unique_ptr<TestServer> StartForces() { return TestServer::Start(forces::BuildApplication); }
inline std::unique_ptr<TestServer> StartConcerns(const std::string& forces) {
  auto settings = std::make_shared<concerns::Settings>();
  settings->forces = forces;
  return TestServer::Start([settings](rpc::Runtime& runtime) { return concerns::MakeBuild(*settings)(runtime); });
}
// Reads are not put on record while a test goes on that does not ask for it: it counts what it stores itself.
inline constexpr absl::Duration kNotYet = absl::Hours(1);
inline std::unique_ptr<TestServer> StartMonitoring(const std::string& forces, const std::string& concerns,
                                                   absl::Duration gather_reads = kNotYet) {
  return TestServer::Start([forces, concerns, gather_reads](rpc::Runtime& runtime) {
    return monitoring::BuildApplication(runtime,
                                        {.forces = forces, .concerns = concerns, .gather_reads = gather_reads});
  });
}
inline std::unique_ptr<TestServer> StartGateway(const std::string& forces, const std::string& concerns,
                                                const std::string& monitoring, absl::Duration gather_reads = kNotYet) {
  testing::TestServerOptions options;
  options.has_store = false;
  return TestServer::Start(MakeBuildApplication({.forces = forces,
                                                 .concerns = concerns,
                                                 .monitoring = monitoring,
                                                 .http_listen = "127.0.0.1:0",
                                                 .gather_reads = gather_reads}),
                           options);
}

class SuiteFixture : public ::testing::Test {
 protected:
  static constexpr char kForce[] = "forces/west-midlands";
  static constexpr char kOther[] = "forces/kent";

  SuiteFixture() {
    std::ifstream file("data/forces.csv");
    forces::v1::ImportForcesRequest request;
    request.set_csv(std::string(std::istreambuf_iterator<char>(file), {}));
    const auto imported = Call<ForcesService>(*forces_, "operator", &ForcesService::Stub::ImportForces, request);
    EXPECT_TRUE(imported.ok()) << imported.status();
    if (imported.ok()) register_size_ = imported->created_count();
  }

  // One call to `server` as `principal`; "" calls as nobody.
  template <class Service, class Request, class Response>
  static absl::StatusOr<Response> Call(TestServer& server, const std::string& principal,
                                       grpc::Status (Service::Stub::*method)(grpc::ClientContext*, const Request&,
                                                                             Response*),
                                       const Request& request) {
    grpc::ClientContext context;
    SetDeadline(context);
    Response response;
    const auto stub = server.StubAs<Service>(principal);
    const grpc::Status status = (stub.get()->*method)(&context, request, &response);
    if (!status.ok()) return rpc::FromGrpc(status);
    return response;
  }
  template <class T>
  static T Must(absl::StatusOr<T> result) {
    EXPECT_TRUE(result.ok()) << result.status();
    return result.ok() ? *std::move(result) : T();
  }

  // ---- Writing, at the services themselves ----

  static concerns::v1::CreateConcernRequest ConcernRequest(const std::string& force, const std::string& title) {
    concerns::v1::CreateConcernRequest request;
    request.set_parent(force);
    auto& concern = *request.mutable_concern();
    concern.set_kind(concerns::v1::CONCERN_KIND_CAUSE_OF_CONCERN);
    concern.set_title(title);
    concern.set_finding("A finding.");
    concern.set_theme("themes/investigations");
    concern.mutable_source()->set_kind(concerns::v1::SOURCE_KIND_INSPECTION);
    concern.mutable_source()->set_title("Inspection");
    concern.mutable_found_date()->set_year(2023);
    return request;
  }
  concerns::v1::CreateConcernResponse Draft(const std::string& force = kForce, const std::string& title = "A title") {
    return Must(Call<ConcernsService>(*concerns_, "liaison-lead", &ConcernsService::Stub::CreateConcern,
                                      ConcernRequest(force, title)));
  }
  // With one recommendation.
  concerns::v1::IssueConcernResponse Issued(const std::string& force = kForce) {
    concerns::v1::CreateRecommendationRequest recommend;
    recommend.set_parent(Draft(force).concern().name());
    recommend.mutable_recommendation()->set_text("Do something.");
    recommend.mutable_recommendation()->mutable_due_rule()->set_immediately(true);
    Must(Call<ConcernsService>(*concerns_, "liaison-lead", &ConcernsService::Stub::CreateRecommendation, recommend));
    concerns::v1::IssueConcernRequest issue;
    issue.set_name(recommend.parent());
    return Must(Call<ConcernsService>(*concerns_, "liaison-lead", &ConcernsService::Stub::IssueConcern, issue));
  }
  monitoring::v1::CreateProposalResponse Propose(const std::string& force, const std::string& concern) {
    monitoring::v1::CreateProposalRequest request;
    request.set_parent(force);
    auto& proposal = *request.mutable_proposal();
    proposal.set_to_stage("engage");
    proposal.set_ground(monitoring::v1::GROUND_NOT_RESPONDING);
    proposal.add_reasons()->set_text("It does not respond.");
    proposal.mutable_reasons(0)->set_concern(concern);
    proposal.mutable_reasons(0)->set_exit_criterion("It responds.");
    return Must(
        Call<MonitoringService>(*monitoring_, "hm-inspector", &MonitoringService::Stub::CreateProposal, request));
  }
  forces::v1::UpdateForceResponse Rename(const std::string& force, const std::string& name) {
    forces::v1::UpdateForceRequest request;
    request.mutable_force()->set_name(force);
    request.mutable_force()->set_display_name(name);
    request.mutable_update_mask()->add_paths("display_name");
    return Must(Call<ForcesService>(*forces_, "records-manager", &ForcesService::Stub::UpdateForce, request));
  }

  // ---- Reading, at the gateway ----

  static v1::DashboardFreshness AtLeast(std::initializer_list<std::string> tokens) {
    v1::DashboardFreshness freshness;
    for (const auto& token : tokens) freshness.add_at_least_as_fresh(token);
    return freshness;
  }
  static v1::DashboardFreshness Fully() {
    v1::DashboardFreshness freshness;
    freshness.set_fully_consistent(true);
    return freshness;
  }
  static absl::StatusOr<v1::NationalDashboard> National(TestServer& gateway, const v1::DashboardFreshness& freshness,
                                                        const std::string& principal = "chief-inspector") {
    v1::GetNationalDashboardRequest request;
    *request.mutable_freshness() = freshness;
    auto response =
        Call<v1::GatewayService>(gateway, principal, &v1::GatewayService::Stub::GetNationalDashboard, request);
    if (!response.ok()) return response.status();
    return std::move(*response->mutable_dashboard());
  }
  absl::StatusOr<v1::NationalDashboard> National(const v1::DashboardFreshness& freshness = {},
                                                 const std::string& principal = "chief-inspector") {
    return National(*gateway_, freshness, principal);
  }
  static absl::StatusOr<v1::ForceDashboard> OfForce(TestServer& gateway, const std::string& force,
                                                    const v1::DashboardFreshness& freshness,
                                                    const std::string& principal = "chief-inspector") {
    v1::GetForceDashboardRequest request;
    request.set_name(force);
    *request.mutable_freshness() = freshness;
    auto response = Call<v1::GatewayService>(gateway, principal, &v1::GatewayService::Stub::GetForceDashboard, request);
    if (!response.ok()) return response.status();
    return std::move(*response->mutable_dashboard());
  }
  absl::StatusOr<v1::ForceDashboard> OfForce(const std::string& force = kForce,
                                             const v1::DashboardFreshness& freshness = {},
                                             const std::string& principal = "chief-inspector") {
    return OfForce(*gateway_, force, freshness, principal);
  }
  // Until the gateway's copies hold all that is there now.
  void AwaitCurrent() { Must(National(Fully())); }
  template <class Dashboard>
  static v1::SectionStatus Section(const Dashboard& dashboard, const std::string& service) {
    for (const auto& section : dashboard.sections()) {
      if (section.service() == service) return section;
    }
    ADD_FAILURE() << "no section " << service;
    return {};
  }

  std::unique_ptr<TestServer> forces_ = StartForces();
  std::unique_ptr<TestServer> concerns_ = StartConcerns(forces_->address());
  std::unique_ptr<TestServer> monitoring_ = StartMonitoring(forces_->address(), concerns_->address());
  std::unique_ptr<TestServer> gateway_ = StartGateway(forces_->address(), concerns_->address(), monitoring_->address());
  int register_size_ = 0;
};

}  // namespace oversight::gateway
