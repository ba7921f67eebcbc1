// The directory of forces against a real forces-service.
#include "concerns-service/service/force_directory.h"
#include "absl/time/clock.h"
#include "common/observe/metrics.h"
#include "common/rpc/errors.h"
#include "forces-service/service/program.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "oversight/forces/v1/forces_service.grpc.pb.h"
#include "tests/support/awaited.h"
#include "tests/support/test_server.h"

namespace oversight::concerns {
namespace {

class ForceDirectoryTest : public ::testing::Test {
 protected:
  void Register(const std::string& id, const std::string& region) {
    forces::v1::CreateForceRequest request;
    request.set_force_id(id);
    auto& force = *request.mutable_force();
    force.set_display_name(id);
    force.set_kind(forces::v1::FORCE_KIND_TERRITORIAL);
    force.set_service(forces::v1::SERVICE_TYPE_POLICE);
    force.set_region(region);
    force.mutable_oversight_body()->set_kind(forces::v1::OVERSIGHT_BODY_KIND_MAYOR);
    force.mutable_oversight_body()->set_display_name("Mayor");
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    forces::v1::CreateForceResponse response;
    const auto status =
        server_->StubAs<forces::v1::ForcesService>("records-manager")->CreateForce(&context, request, &response);
    ASSERT_TRUE(status.ok()) << status.error_message();
  }

  absl::StatusOr<std::string> RegionFoundFor(const std::string& force, absl::Duration patience = absl::Seconds(20)) {
    testing::Awaited<std::shared_ptr<const forces::v1::Force>> found;
    directory_->Find(force, absl::Now() + patience, found.callback());
    auto answer = found.Take();
    if (!answer.ok()) return answer.status();
    return (*answer)->region();
  }

  std::string PlanInspection(const std::string& parent) {
    forces::v1::CreateInspectionRequest request;
    request.set_parent(parent);
    auto& inspection = *request.mutable_inspection();
    inspection.set_programme(forces::v1::PROGRAMME_THEMATIC);
    inspection.set_title("Custody");
    if (parent.empty()) {
      inspection.set_service(forces::v1::SERVICE_TYPE_POLICE);
      inspection.set_all_active_forces(true);
    }
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    forces::v1::CreateInspectionResponse response;
    const auto status =
        server_->StubAs<forces::v1::ForcesService>("liaison-lead")->CreateInspection(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.inspection().name();
  }

  absl::Status FindInspection(const std::string& inspection, absl::Duration patience = absl::Seconds(20)) {
    testing::Awaited<std::shared_ptr<const forces::v1::Inspection>> found;
    directory_->FindInspection(inspection, absl::Now() + patience, found.callback());
    return found.Take().status();
  }

  void ExpectNoAnswerAbout(const std::string& force) {
    const absl::Status status = RegionFoundFor(force, absl::Milliseconds(500)).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
    EXPECT_EQ(ReasonOf(status), "DEPENDENCY_UNAVAILABLE");
    EXPECT_EQ(ErrorMetadata(status, "service"), "forces-service");
  }

  std::unique_ptr<testing::TestServer> server_ = testing::TestServer::Start(forces::BuildApplication);
  observe::Metrics metrics_{"test"};
  std::unique_ptr<ForceDirectory> directory_;
};

TEST_F(ForceDirectoryTest, KnowsTheRegisterAlsoWhatCameAMomentAgo) {
  directory_ = WatchForces(server_->address(), metrics_);
  Register("kent", "South East");
  EXPECT_EQ(RegionFoundFor("forces/kent").value(), "South East");
  EXPECT_EQ(directory_->RegionOf("forces/kent"), "South East");
  Register("essex", "East of England");
  EXPECT_EQ(RegionFoundFor("forces/essex").value(), "East of England");
}

TEST_F(ForceDirectoryTest, TellsAllForcesAlsoWhatCameAMomentAgo) {
  directory_ = WatchForces(server_->address(), metrics_);
  const auto all = [&](absl::Duration patience) {
    testing::Awaited<std::vector<forces::v1::Force>> told;
    directory_->All(absl::Now() + patience, told.callback());
    return told.Take();
  };
  for (const char* id : {"kent", "essex"}) Register(id, "South East");
  std::vector<std::string> names;
  const auto forces = all(absl::Seconds(20));
  ASSERT_TRUE(forces.ok()) << forces.status();
  for (const auto& force : *forces) {
    names.push_back(force.name());
    EXPECT_EQ(force.service(), forces::v1::SERVICE_TYPE_POLICE);
  }
  EXPECT_THAT(names, ::testing::ElementsAre("forces/essex", "forces/kent"));
  // A copy that may be out of date is no answer.
  server_.reset();
  const absl::Status status = all(absl::Milliseconds(500)).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
  EXPECT_EQ(ReasonOf(status), "DEPENDENCY_UNAVAILABLE");
}

TEST_F(ForceDirectoryTest, SaysThereIsNoneOnlyAfterAsking) {
  directory_ = WatchForces(server_->address(), metrics_);
  const absl::Status status = RegionFoundFor("forces/atlantis").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound) << status;
  EXPECT_EQ(ReasonOf(status), "FORCE_NOT_FOUND");
  EXPECT_EQ(directory_->RegionOf("forces/atlantis"), "");
}

TEST_F(ForceDirectoryTest, KnowsInspectionsOfForcesAndNationalOnes) {
  Register("kent", "South East");
  directory_ = WatchForces(server_->address(), metrics_);
  const std::string first = PlanInspection("forces/kent");
  EXPECT_EQ(first, "forces/kent/inspections/1");
  EXPECT_TRUE(FindInspection(first).ok());
  EXPECT_TRUE(FindInspection(PlanInspection("")).ok());
  const absl::Status status = FindInspection("forces/kent/inspections/2");
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound) << status;
  EXPECT_EQ(ReasonOf(status), "INSPECTION_NOT_FOUND");
  server_->Stop();
  EXPECT_TRUE(FindInspection(first).ok()) << "what was heard stays known";
  EXPECT_EQ(ReasonOf(FindInspection("forces/kent/inspections/2", absl::Milliseconds(500))), "DEPENDENCY_UNAVAILABLE");
}

TEST_F(ForceDirectoryTest, NeverHeardFrom) {
  const std::string address = server_->address();
  server_->Stop();
  directory_ = WatchForces(address, metrics_);
  ExpectNoAnswerAbout("forces/kent");
}

TEST_F(ForceDirectoryTest, WhatWasHeardStaysKnownWhileTheOwnerIsDown) {
  Register("kent", "South East");
  directory_ = WatchForces(server_->address(), metrics_);
  ASSERT_TRUE(RegionFoundFor("forces/kent").ok());
  server_->Stop();
  EXPECT_EQ(RegionFoundFor("forces/kent").value(), "South East");
  ExpectNoAnswerAbout("forces/essex");
}

}  // namespace
}  // namespace oversight::concerns
