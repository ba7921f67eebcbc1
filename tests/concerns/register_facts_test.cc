// What the checks learn of a real forces-service.
#include "concerns-service/service/register_facts.h"

#include "common/observe/metrics.h"
#include "common/time/partial_date.h"
#include "concerns-service/service/force_directory.h"
#include "forces-service/service/program.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "oversight/forces/v1/forces_service.grpc.pb.h"
#include "tests/support/awaited.h"
#include "tests/support/test_server.h"

namespace oversight::concerns {
namespace {

using forces::v1::ForcesService;

class RegisterFactsTest : public ::testing::Test {
 protected:
  template <class Request, class Response>
  Response Call(grpc::Status (ForcesService::Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                const Request& request) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    Response response;
    const auto stub = server_->StubAs<ForcesService>("records-manager");
    const grpc::Status status = (stub.get()->*method)(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }
  void Register(const std::string& id) {
    forces::v1::CreateForceRequest request;
    request.set_force_id(id);
    auto& force = *request.mutable_force();
    force.set_display_name(id);
    force.set_kind(forces::v1::FORCE_KIND_TERRITORIAL);
    force.set_service(forces::v1::SERVICE_TYPE_POLICE);
    force.set_region("South East");
    force.mutable_oversight_body()->set_kind(forces::v1::OVERSIGHT_BODY_KIND_MAYOR);
    force.mutable_oversight_body()->set_display_name("Mayor");
    Call(&ForcesService::Stub::CreateForce, request);
  }
  // A PEEL inspection of Kent with two areas graded, not published yet.
  std::string Inspect() {
    forces::v1::CreateInspectionRequest request;
    request.set_parent("forces/kent");
    request.mutable_inspection()->set_programme(forces::v1::PROGRAMME_PEEL);
    request.mutable_inspection()->set_cycle("2023-25");
    request.mutable_inspection()->set_title("PEEL 2023-25: Kent Police");
    return Call(&ForcesService::Stub::CreateInspection, request).inspection().name();
  }
  void Publish(const std::string& inspection) {
    forces::v1::StartFieldworkRequest start;
    start.set_name(inspection);
    Call(&ForcesService::Stub::StartFieldwork, start);
    forces::v1::AwaitReportRequest await;
    await.set_name(inspection);
    Call(&ForcesService::Stub::AwaitReport, await);
    forces::v1::PublishReportRequest request;
    request.set_name(inspection);
    auto& report = *request.mutable_report();
    report.set_title("Kent Police: PEEL assessment");
    report.set_address("https://example.org/kent");
    report.set_grade_scheme(forces::v1::GRADE_SCHEME_FIVE_GRADES);
    for (const auto& [title, grade] : {std::pair("Investigating crime", forces::v1::GRADE_INADEQUATE),
                                       std::pair("Leadership", forces::v1::GRADE_GOOD)}) {
      auto* area = report.add_graded_areas();
      area->set_title(title);
      area->set_grade(grade);
      area->set_theme("themes/investigations");
    }
    Call(&ForcesService::Stub::PublishReport, request);
  }

  std::unique_ptr<testing::TestServer> server_ = testing::TestServer::Start(forces::BuildApplication);
  observe::Metrics metrics_{"test"};
};

TEST_F(RegisterFactsTest, AreTakenFromTheCopyOfTheDirectory) {
  const std::string address = server_->address();
  Register("kent");
  Register("essex");
  const std::string inspection = Inspect();
  const auto directory = WatchForces(address, metrics_);
  const auto facts = [&] {
    const auto copy = directory->Copy();
    return copy == nullptr ? RegisterFacts() : FactsOf(*copy);
  };
  ASSERT_TRUE(testing::Eventually([&] { return directory->Copy() != nullptr; }));
  EXPECT_TRUE(facts().inadequate.empty()) << "not published";
  EXPECT_TRUE(facts().ended.empty());

  Publish(inspection);
  forces::v1::MergeForceRequest merge;
  merge.set_name("forces/kent");
  merge.set_successor("forces/essex");
  merge.set_reason("Made one by order.");
  *merge.mutable_end_date() = ParsePartialDate("2023-11-24").value();
  Call(&ForcesService::Stub::MergeForce, merge);
  ASSERT_TRUE(testing::Eventually([&] { return facts().inadequate.size() == 1 && facts().ended.size() == 1; }));
  const InadequateArea area = facts().inadequate[0];
  EXPECT_EQ(area.inspection, inspection);
  EXPECT_EQ(area.force, "forces/kent");
  EXPECT_EQ(area.title, "Investigating crime");
  EXPECT_EQ(area.theme, "themes/investigations");
  EXPECT_EQ(area.national_inspection, "");
  const EndedForce ended = facts().ended[0];
  EXPECT_EQ(ended.force, "forces/kent");
  EXPECT_EQ(ended.successor, "forces/essex");
  EXPECT_EQ(ended.end_date, "24 November 2023");
}

TEST_F(RegisterFactsTest, ThereIsNoCopyBeforeTheOwnerWasHeard) {
  const std::string address = server_->address();
  server_->Stop();
  EXPECT_EQ(WatchForces(address, metrics_)->Copy(), nullptr);
}

}  // namespace
}  // namespace oversight::concerns
