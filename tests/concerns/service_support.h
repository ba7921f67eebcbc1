// A concerns-service inside the test, over real transport and a real ledger, beside a register of forces that the test
// writes itself. Used by the test's thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/rpc/errors.h"
#include "common/rpc/status_mapping.h"
#include "common/time/partial_date.h"
#include "concerns-service/service/force_directory.h"
#include "concerns-service/service/program.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "oversight/concerns/v1/concerns_service.grpc.pb.h"
#include "oversight/concerns/v1/responses_service.grpc.pb.h"
#include "tests/support/test_server.h"

namespace oversight::concerns {

// The register as the test wants it. Thread-safe.
class Register {
 public:
  void Add(const std::string& name, const std::string& region) {
    std::lock_guard lock(mu_);
    copy_[name] = region;
  }
  // Known to the owner, not yet to the copy: learned when it is asked for.
  void AddLate(const std::string& name, const std::string& region) {
    std::lock_guard lock(mu_);
    late_[name] = region;
  }
  // As for a process that has just started.
  void Forget() {
    std::lock_guard lock(mu_);
    late_.merge(copy_);
    copy_.clear();
  }
  // What else there is to know of a force; police, and active, until said.
  void Describe(const std::string& name, forces::v1::ServiceType service, forces::v1::ForceState state) {
    std::lock_guard lock(mu_);
    described_[name] = {service, state};
  }
  void SetReachable(bool reachable) {
    std::lock_guard lock(mu_);
    reachable_ = reachable;
  }

  absl::StatusOr<std::shared_ptr<const forces::v1::Force>> Find(const std::string& name) {
    std::lock_guard lock(mu_);
    if (!copy_.count(name)) {
      if (!reachable_) {
        return Error(absl::StatusCode::kUnavailable, common::v1::ERROR_REASON_DEPENDENCY_UNAVAILABLE, "No answer.")
            .With("service", "forces-service");
      }
      copy_.merge(late_);
      if (!copy_.count(name)) return ForceNotFound(name);
    }
    auto force = std::make_shared<forces::v1::Force>();
    force->set_name(name);
    force->set_region(copy_[name]);
    return std::shared_ptr<const forces::v1::Force>(force);
  }
  absl::StatusOr<std::vector<forces::v1::Force>> All() {
    std::lock_guard lock(mu_);
    if (!reachable_) {
      return Error(absl::StatusCode::kUnavailable, common::v1::ERROR_REASON_DEPENDENCY_UNAVAILABLE, "No answer.")
          .With("service", "forces-service");
    }
    copy_.merge(late_);
    std::vector<forces::v1::Force> forces;
    for (const auto& [name, region] : copy_) {
      auto& force = forces.emplace_back();
      force.set_name(name);
      force.set_region(region);
      const auto it = described_.find(name);
      force.set_service(it == described_.end() ? forces::v1::SERVICE_TYPE_POLICE : it->second.first);
      force.set_state(it == described_.end() ? forces::v1::FORCE_STATE_ACTIVE : it->second.second);
    }
    return forces;
  }
  void AddInspection(const std::string& name) {
    std::lock_guard lock(mu_);
    inspections_.insert(name);
  }
  // All inspections are in the copy.
  absl::StatusOr<std::shared_ptr<const forces::v1::Inspection>> FindInspection(const std::string& name) {
    std::lock_guard lock(mu_);
    if (!inspections_.count(name)) {
      if (reachable_) return InspectionNotFound(name);
      return Error(absl::StatusCode::kUnavailable, common::v1::ERROR_REASON_DEPENDENCY_UNAVAILABLE, "No answer.")
          .With("service", "forces-service");
    }
    auto inspection = std::make_shared<forces::v1::Inspection>();
    inspection->set_name(name);
    return std::shared_ptr<const forces::v1::Inspection>(inspection);
  }
  std::string RegionOf(const std::string& name) {
    std::lock_guard lock(mu_);
    const auto it = copy_.find(name);
    return it == copy_.end() ? std::string() : it->second;
  }

 private:
  std::mutex mu_;
  std::map<std::string, std::string> copy_, late_;
  std::map<std::string, std::pair<forces::v1::ServiceType, forces::v1::ForceState>> described_;
  std::set<std::string> inspections_;
  bool reachable_ = true;
};

class RegisterDirectory final : public ForceDirectory {
 public:
  explicit RegisterDirectory(std::shared_ptr<Register> forces) : forces_(std::move(forces)) {}
  void Find(const std::string& force, absl::Time deadline,
            std::function<void(absl::StatusOr<std::shared_ptr<const forces::v1::Force>>)> done) override {
    done(forces_->Find(force));
  }
  void FindInspection(
      const std::string& inspection, absl::Time deadline,
      std::function<void(absl::StatusOr<std::shared_ptr<const forces::v1::Inspection>>)> done) override {
    done(forces_->FindInspection(inspection));
  }
  void All(absl::Time, std::function<void(absl::StatusOr<std::vector<forces::v1::Force>>)> done) override {
    done(forces_->All());
  }
  std::string RegionOf(const std::string& force) const override { return forces_->RegionOf(force); }

 private:
  std::shared_ptr<Register> forces_;
};

MATCHER_P2(FailsWith, code, reason, std::string("is ") + absl::StatusCodeToString(code) + " " + reason) {
  const absl::Status& status = arg;
  *result_listener << status.ToString();
  return status.code() == code && ReasonOf(status) == reason && !status.message().empty();
}

class ConcernsServiceTest : public ::testing::Test {
 protected:
  using Stub = v1::ConcernsService::Stub;

  ConcernsServiceTest() {
    forces_->Add("forces/west-midlands", "West Midlands");
    forces_->Add("forces/kent", "South East");
    server_ = testing::TestServer::Start(MakeBuild(
        settings_, [forces = forces_](rpc::Runtime&) { return std::make_unique<RegisterDirectory>(forces); }));
    start_ = Head();
  }

  // Of any service of the program: Call(&v1::ResponsesService::Stub::GetResponse, request).
  template <class AnyStub, class Request, class Response>
  absl::StatusOr<Response> Call(grpc::Status (AnyStub::*method)(grpc::ClientContext*, const Request&, Response*),
                                const Request& request, const std::string& principal = "liaison-lead") {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    Response response;
    AnyStub stub(server_->ChannelAs(principal));
    const grpc::Status status = (stub.*method)(&context, request, &response);
    if (!status.ok()) return rpc::FromGrpc(status);
    return response;
  }

  // What a call must not have done when it was refused.
  int64_t Head() { return server_->ledger().head().revision; }
  // How many transactions there were since the start of the test.
  int64_t Written() { return Head() - start_; }

  static v1::CreateConcernRequest ConcernRequest(const std::string& force = "forces/west-midlands",
                                                 v1::ConcernKind kind = v1::CONCERN_KIND_CAUSE_OF_CONCERN) {
    v1::CreateConcernRequest request;
    request.set_parent(force);
    auto& concern = *request.mutable_concern();
    concern.set_kind(kind);
    concern.set_title("Investigations and outcomes for victims");
    concern.set_finding("The force is not carrying out effective investigations.");
    concern.set_theme("themes/investigations");
    concern.mutable_source()->set_kind(v1::SOURCE_KIND_INSPECTION);
    concern.mutable_source()->set_title("PEEL 2023-25 inspection, September 2023");
    concern.mutable_found_date()->set_year(2023);
    concern.mutable_found_date()->set_month(9);
    return request;
  }
  static v1::CreateRecommendationRequest RecommendationRequest(const std::string& concern) {
    v1::CreateRecommendationRequest request;
    request.set_parent(concern);
    request.mutable_recommendation()->set_text("Make sure that investigations are supervised.");
    auto* within = request.mutable_recommendation()->mutable_due_rule()->mutable_within();
    within->set_count(3);
    within->set_unit(common::v1::DUE_UNIT_MONTHS);
    return request;
  }

  // Steps that must succeed.
  v1::Concern Draft(const std::string& force = "forces/west-midlands",
                    v1::ConcernKind kind = v1::CONCERN_KIND_CAUSE_OF_CONCERN) {
    return Must(Call(&Stub::CreateConcern, ConcernRequest(force, kind))).concern();
  }
  v1::Recommendation Recommend(const std::string& concern) {
    return Must(Call(&Stub::CreateRecommendation, RecommendationRequest(concern))).recommendation();
  }
  v1::IssueConcernResponse Issue(const std::string& concern, const std::string& day = "") {
    v1::IssueConcernRequest request;
    request.set_name(concern);
    if (!day.empty()) *request.mutable_issue_date() = ParsePartialDate(day).value();
    return Must(Call(&Stub::IssueConcern, request));
  }
  // A cause of concern with one recommendation, issued.
  v1::IssueConcernResponse Issued(const std::string& force = "forces/west-midlands") {
    const std::string name = Draft(force).name();
    Recommend(name);
    return Issue(name);
  }

  template <class T>
  T Must(absl::StatusOr<T> result) {
    EXPECT_TRUE(result.ok()) << result.status();
    return result.ok() ? *std::move(result) : T();
  }

  absl::StatusOr<v1::GetConcernResponse> Get(const std::string& name, const std::string& principal = "liaison-lead") {
    v1::GetConcernRequest request;
    request.set_name(name);
    return Call(&Stub::GetConcern, request, principal);
  }
  std::vector<std::string> List(const std::string& parent, const std::string& principal = "liaison-lead",
                                std::function<void(v1::ListConcernsRequest&)> with = nullptr) {
    v1::ListConcernsRequest request;
    request.set_parent(parent);
    if (with) with(request);
    std::vector<std::string> names;
    do {
      const auto page = Must(Call(&Stub::ListConcerns, request, principal));
      for (const auto& concern : page.concerns()) names.push_back(concern.name());
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    return names;
  }
  std::vector<std::string> ListRecommendationNames(const std::string& parent,
                                                   const std::string& principal = "liaison-lead") {
    v1::ListRecommendationsRequest request;
    request.set_parent(parent);
    std::vector<std::string> names;
    const auto page = Must(Call(&Stub::ListRecommendations, request, principal));
    for (const auto& recommendation : page.recommendations()) names.push_back(recommendation.name());
    return names;
  }

  Settings settings_;
  int64_t start_ = 0;  // The head when the server had started: the themes are recorded by then.
  std::shared_ptr<Register> forces_ = std::make_shared<Register>();
  std::unique_ptr<testing::TestServer> server_;
};

}  // namespace oversight::concerns
