// monitoring-service with the shipped policies, beside a real forces-service with the shipped register and a real
// concerns-service, all on 30 June 2026. Calls block, with a deadline. Used by the test's thread.
#pragma once

#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/rpc/status_mapping.h"
#include "common/time/london.h"
#include "concerns-service/service/program.h"
#include "forces-service/service/program.h"
#include "monitoring-service/service/program.h"
#include "oversight/concerns/v1/concerns_service.grpc.pb.h"
#include "oversight/concerns/v1/responses_service.grpc.pb.h"
#include "oversight/forces/v1/forces_service.grpc.pb.h"
#include "oversight/monitoring/v1/attention_service.grpc.pb.h"
#include "oversight/monitoring/v1/monitoring_service.grpc.pb.h"
#include "oversight/monitoring/v1/policy_service.grpc.pb.h"
#include "tests/monitoring/domain_fixture.h"
#include "tests/support/test_server.h"

namespace oversight::monitoring {

class PolicyServiceTest : public ::testing::Test {
 protected:
  using Concerns = concerns::v1::ConcernsService::Stub;
  using Moves = v1::MonitoringService::Stub;
  using Policy = v1::PolicyService::Stub;
  static constexpr char kForce[] = "forces/west-midlands";

  static testing::TestServerOptions Summer(const std::string& ledger) {
    testing::TestServerOptions options;
    options.now = LondonTime(absl::CivilMinute(2026, 6, 30, 12));
    options.ledger_name = ledger;
    return options;
  }

  PolicyServiceTest() {
    forces::v1::ImportForcesRequest request;
    std::ifstream file("data/forces.csv");
    request.set_csv(std::string(std::istreambuf_iterator<char>(file), {}));
    Must(Call(*forces_, &forces::v1::ForcesService::Stub::ImportForces, request, "operator"));
  }

  template <class Stub, class Request, class Response>
  absl::StatusOr<Response> Call(testing::TestServer& server,
                                grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                                const Request& request, const std::string& principal) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    Response response;
    Stub stub(server.ChannelAs(principal));
    const grpc::Status status = (stub.*method)(&context, request, &response);
    if (!status.ok()) return rpc::FromGrpc(status);
    return response;
  }
  template <class T>
  T Must(absl::StatusOr<T> result) {
    EXPECT_TRUE(result.ok()) << result.status();
    return result.ok() ? *std::move(result) : T();
  }

  // A cause of concern with one recommendation, issued; its name.
  // Issued today, or in the past when `issued` is given.
  std::string Issue(const std::string& title, concerns::v1::HandlingLevel level, const std::string& force = kForce,
                    const std::optional<common::v1::PartialDate>& issued = {}) {
    concerns::v1::CreateConcernRequest create;
    create.set_parent(force);
    auto& concern = *create.mutable_concern();
    concern.set_kind(concerns::v1::CONCERN_KIND_CAUSE_OF_CONCERN);
    concern.set_title(title);
    concern.set_finding("It is not done well.");
    concern.set_theme("themes/investigations");
    concern.mutable_source()->set_kind(concerns::v1::SOURCE_KIND_INSPECTION);
    concern.mutable_source()->set_title("An inspection");
    *concern.mutable_found_date() = issued.value_or(Day(2026, 5, 1));
    const std::string name = Must(Call(*concerns_, &Concerns::CreateConcern, create, "liaison-lead")).concern().name();
    concerns::v1::CreateRecommendationRequest recommend;
    recommend.set_parent(name);
    recommend.mutable_recommendation()->set_text("Do it well.");
    auto* within = recommend.mutable_recommendation()->mutable_due_rule()->mutable_within();
    within->set_count(3);
    within->set_unit(common::v1::DUE_UNIT_MONTHS);
    Must(Call(*concerns_, &Concerns::CreateRecommendation, recommend, "liaison-lead"));
    concerns::v1::IssueConcernRequest issue;
    issue.set_name(name);
    if (issued) *issue.mutable_issue_date() = *issued;
    Must(Call(*concerns_, &Concerns::IssueConcern, issue, "liaison-lead"));
    Handle(name, level);
    return name;
  }
  void Handle(const std::string& concern, concerns::v1::HandlingLevel level) {
    if (level == concerns::v1::HANDLING_LEVEL_UNSPECIFIED) return;
    concerns::v1::AssessHandlingRequest handle;
    handle.set_name(concern);
    handle.set_level(level);
    handle.set_rationale("As seen.");
    Must(Call(*concerns_, &Concerns::AssessHandling, handle, "liaison-lead"));
  }

  static v1::AssessForceRequest Ask(const std::string& force = kForce) {
    v1::AssessForceRequest request;
    request.set_name(force);
    request.mutable_read()->mutable_consistency()->set_fully_consistent(true);
    return request;
  }
  absl::StatusOr<v1::AssessForceResponse> Assess(const v1::AssessForceRequest& request,
                                                 const std::string& as = "liaison-lead") {
    return Call(*server_, &Policy::AssessForce, request, as);
  }
  v1::Assessment Assessed(const v1::AssessForceRequest& request = Ask()) { return Must(Assess(request)).assessment(); }

  absl::StatusOr<v1::CreateProposalResponse> Propose(const std::string& stage, const std::string& concern) {
    v1::CreateProposalRequest request;
    request.set_parent(kForce);
    *request.mutable_proposal() = Wanted(stage, v1::GROUND_NOT_MANAGING_MITIGATING_OR_ERADICATING, {concern});
    return Call(*server_, &Moves::CreateProposal, request, "hm-inspector");
  }
  absl::StatusOr<v1::DecideProposalResponse> Decide(const std::string& proposal, v1::DecisionOutcome outcome,
                                                    const std::string& departure_reason = "") {
    v1::DecideProposalRequest request;
    request.set_name(proposal);
    request.set_outcome(outcome);
    request.set_rationale("It is time.");
    request.set_departure_reason(departure_reason);
    return Call(*server_, &Moves::DecideProposal, request, "chief-inspector");
  }

  std::unique_ptr<testing::TestServer> forces_ =
      testing::TestServer::Start(forces::BuildApplication, Summer("ledgers/forces"));
  std::unique_ptr<testing::TestServer> concerns_ = testing::TestServer::Start(
      [this](rpc::Runtime& runtime) {
        concerns_settings_.forces = forces_->address();
        return concerns::MakeBuild(concerns_settings_)(runtime);
      },
      Summer("ledgers/concerns"));
  std::unique_ptr<testing::TestServer> server_ = testing::TestServer::Start(
      [this](rpc::Runtime& runtime) {
        return BuildApplication(
            runtime, {.forces = forces_->address(), .concerns = concerns_->address(), .policies = policies_});
      },
      Summer("ledgers/monitoring"));
  // Set before use, as members are made in order of declaration.
  inline static concerns::Settings concerns_settings_;
  inline static std::string policies_ = "data/policies";
};

}  // namespace oversight::monitoring
