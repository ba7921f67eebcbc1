// What the end-to-end tests share: a suite of the shape that the test asks for, and the dashboards its gateway shows.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "gtest/gtest.h"
#include "oversight/concerns/v1/concerns_service.pb.h"
#include "oversight/gateway/v1/gateway_service.grpc.pb.h"
#include "tests/support/awaited.h"
#include "tests/support/postgres.h"
#include "tests/support/suite.h"

namespace oversight::testing {

inline constexpr char kScenario[] = "data/scenarios/west-midlands-2023.json";
inline constexpr char kForce[] = "forces/west-midlands";

// An area for improvement; what else it says does not matter.
inline concerns::v1::CreateConcernRequest ConcernOf(const std::string& force, const std::string& title) {
  concerns::v1::CreateConcernRequest request;
  request.set_parent(force);
  auto& concern = *request.mutable_concern();
  concern.set_kind(concerns::v1::CONCERN_KIND_AREA_FOR_IMPROVEMENT);
  concern.set_title(title);
  concern.set_finding("A finding.");
  concern.set_theme("themes/workforce");
  concern.mutable_source()->set_kind(concerns::v1::SOURCE_KIND_INSPECTION);
  concern.mutable_source()->set_title("Inspection");
  concern.mutable_found_date()->set_year(2023);
  return request;
}

class SuiteFixture : public ::testing::Test {
 protected:
  using ForceDashboard = gateway::v1::ForceDashboard;
  using GatewayService = gateway::v1::GatewayService;
  using NationalDashboard = gateway::v1::NationalDashboard;

  // Skips the test where the shape needs PostgreSQL and there is none.
  void StartSuite(const SuiteShape& shape) {
    if (shape.replicas > 1 && Postgres::Get() == nullptr) GTEST_SKIP() << "PostgreSQL 15 is not installed.";
    suite_ = std::make_unique<Suite>(shape);
    dashboards_ = GatewayService::NewStub(suite_->ChannelAs("gateway", "chief-inspector"));
  }

  static void SetDeadline(grpc::ClientContext& context) {
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
    context.set_wait_for_ready(true);
  }
  NationalDashboard National(bool fresh = false) {
    gateway::v1::GetNationalDashboardRequest request;
    request.mutable_freshness()->set_fully_consistent(fresh);
    gateway::v1::GetNationalDashboardResponse response;
    grpc::ClientContext context;
    SetDeadline(context);
    const grpc::Status status = dashboards_->GetNationalDashboard(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.dashboard();
  }
  ForceDashboard OfForce(bool fresh = false) {
    gateway::v1::GetForceDashboardRequest request;
    request.set_name(kForce);
    request.mutable_freshness()->set_fully_consistent(fresh);
    gateway::v1::GetForceDashboardResponse response;
    grpc::ClientContext context;
    SetDeadline(context);
    const grpc::Status status = dashboards_->GetForceDashboard(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.dashboard();
  }
  template <class Dashboard>
  static gateway::v1::SectionStatus Section(const Dashboard& dashboard, const std::string& service) {
    for (const auto& section : dashboard.sections()) {
      if (section.service() == service) return section;
    }
    ADD_FAILURE() << "no section " << service;
    return {};
  }
  // What a dashboard shows, without how old it is.
  template <class Dashboard>
  static std::string Shown(Dashboard dashboard) {
    dashboard.clear_sections();
    return dashboard.DebugString();
  }
  void PlayScenario() {
    const Ran played = suite_->Cli("chief-inspector", {"play", kScenario});
    ASSERT_EQ(played.code, 0) << played.err;
  }

  std::unique_ptr<Suite> suite_;
  std::unique_ptr<GatewayService::Stub> dashboards_;
};

}  // namespace oversight::testing
