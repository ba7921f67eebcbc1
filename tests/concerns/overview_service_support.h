// A concerns-service with a register that the test writes, inspections included, and short ways to ask for overviews.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/rpc/informer.h"
#include "oversight/concerns/v1/overview_service.grpc.pb.h"
#include "oversight/forces/v1/inspection.pb.h"
#include "tests/concerns/service_support.h"

namespace oversight::concerns {

// Gives the copy that the test puts in. Thread-safe.
class CopiedDirectory final : public ForceDirectory {
 public:
  struct Shelf {
    void Put(std::shared_ptr<const rpc::InformerCopy> copy) {
      std::lock_guard lock(mu);
      kept = std::move(copy);
    }
    std::mutex mu;
    std::shared_ptr<const rpc::InformerCopy> kept;
  };

  CopiedDirectory(std::shared_ptr<Register> forces, std::shared_ptr<Shelf> shelf)
      : directory_(std::move(forces)), shelf_(std::move(shelf)) {}
  void Find(const std::string& force, absl::Time deadline,
            std::function<void(absl::StatusOr<std::shared_ptr<const forces::v1::Force>>)> done) override {
    directory_.Find(force, deadline, std::move(done));
  }
  void FindInspection(
      const std::string& inspection, absl::Time deadline,
      std::function<void(absl::StatusOr<std::shared_ptr<const forces::v1::Inspection>>)> done) override {
    directory_.FindInspection(inspection, deadline, std::move(done));
  }
  void All(absl::Time deadline, std::function<void(absl::StatusOr<std::vector<forces::v1::Force>>)> done) override {
    directory_.All(deadline, std::move(done));
  }
  std::string RegionOf(const std::string& force) const override { return directory_.RegionOf(force); }
  std::shared_ptr<const rpc::InformerCopy> Copy() const override {
    std::lock_guard lock(shelf_->mu);
    return shelf_->kept;
  }

 private:
  RegisterDirectory directory_;
  std::shared_ptr<Shelf> shelf_;
};

class OverviewServiceTest : public ConcernsServiceTest {
 protected:
  using Overview = v1::ConcernOverviewService::Stub;
  static constexpr char kForce[] = "forces/west-midlands";
  static constexpr char kOfficer[] = "west-midlands-officer";

  OverviewServiceTest() {
    server_ = testing::TestServer::Start(MakeBuild(settings_, [forces = forces_, shelf = shelf_](rpc::Runtime&) {
      return std::make_unique<CopiedDirectory>(forces, shelf);
    }));
    start_ = Head();
  }

  template <class Request, class Response>
  absl::StatusOr<Response> Ask(grpc::Status (Overview::*method)(grpc::ClientContext*, const Request&, Response*),
                               const Request& request, const std::string& principal = "liaison-lead",
                               std::chrono::milliseconds patience = std::chrono::seconds(30)) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + patience);
    Response response;
    const auto stub = server_->StubAs<v1::ConcernOverviewService>(principal);
    const grpc::Status status = (stub.get()->*method)(&context, request, &response);
    if (!status.ok()) return rpc::FromGrpc(status);
    return response;
  }

  v1::GetForceSummaryResponse Summary(const std::string& force = kForce, const common::v1::ReadOptions& read = {},
                                      const std::string& principal = "liaison-lead") {
    v1::GetForceSummaryRequest request;
    request.set_force(force);
    *request.mutable_read() = read;
    return Must(Ask(&Overview::GetForceSummary, request, principal));
  }

  // Every page of a list, `size` at a time (0: as the service likes).
  template <class Request, class Response>
  std::vector<Response> Pages(grpc::Status (Overview::*method)(grpc::ClientContext*, const Request&, Response*),
                              Request request, int size = 0, const std::string& principal = "liaison-lead") {
    std::vector<Response> pages;
    request.set_page_size(size);
    do {
      pages.push_back(Must(Ask(method, request, principal)));
      request.set_page_token(pages.back().next_page_token());
    } while (!request.page_token().empty() && pages.size() < 1000);
    return pages;
  }
  std::vector<std::string> Due(const v1::ListDueRequest& request, int size = 0,
                               const std::string& principal = "liaison-lead") {
    std::vector<std::string> due;
    for (const auto& page : Pages(&Overview::ListDue, request, size, principal)) {
      for (const auto& item : page.items()) due.push_back(FormatIso(item.due_date()) + " " + item.name());
    }
    return due;
  }
  static v1::ListDueRequest DueOf(const std::string& parent = "forces/-") {
    v1::ListDueRequest request;
    request.set_parent(parent);
    return request;
  }
  std::vector<std::string> Hits(const v1::SearchConcernsRequest& request, int size = 0,
                                const std::string& principal = "liaison-lead") {
    std::vector<std::string> hits;
    for (const auto& page : Pages(&Overview::SearchConcerns, request, size, principal)) {
      for (const auto& hit : page.hits()) hits.push_back(hit.name());
    }
    return hits;
  }
  static v1::SearchConcernsRequest Search(const std::string& query, const std::string& parent = "forces/-") {
    v1::SearchConcernsRequest request;
    request.set_parent(parent);
    request.set_query(query);
    return request;
  }
  std::vector<std::string> Summaries(int size = 0, const std::string& principal = "liaison-lead") {
    std::vector<std::string> forces;
    for (const auto& page : Pages(&Overview::ListForceSummaries, v1::ListForceSummariesRequest(), size, principal)) {
      for (const auto& summary : page.summaries()) forces.push_back(summary.force());
    }
    return forces;
  }
  std::vector<std::string> Inconsistencies(const v1::ListInconsistenciesRequest& request, int size = 0) {
    std::vector<std::string> found;
    for (const auto& page : Pages(&Overview::ListInconsistencies, request, size)) {
      for (const auto& item : page.inconsistencies()) found.push_back(item.rule() + " " + item.name());
    }
    return found;
  }
  static v1::ListInconsistenciesRequest Everything(const std::string& parent = "forces/-") {
    v1::ListInconsistenciesRequest request;
    request.set_parent(parent);
    return request;
  }
  std::vector<v1::ConcernAct> History(const std::string& name, int size = 0,
                                      const std::string& principal = "liaison-lead", bool status_only = false) {
    v1::GetConcernHistoryRequest request;
    request.set_name(name);
    request.set_status_only(status_only);
    std::vector<v1::ConcernAct> acts;
    for (const auto& page : Pages(&Overview::GetConcernHistory, request, size, principal)) {
      acts.insert(acts.end(), page.acts().begin(), page.acts().end());
    }
    return acts;
  }
  static std::vector<std::string> Verbs(const std::vector<v1::ConcernAct>& acts) {
    std::vector<std::string> verbs;
    for (const auto& act : acts) verbs.push_back(act.change().verb());
    return verbs;
  }

  void Claim(const std::string& recommendation) {
    v1::ClaimRecommendationRequest request;
    request.set_name(recommendation);
    request.set_statement("Done.");
    Must(Call(&Stub::ClaimRecommendation, request, kOfficer));
  }
  void Verify(const std::string& recommendation, v1::VerificationOutcome outcome) {
    v1::VerifyRecommendationRequest request;
    request.set_name(recommendation);
    request.set_outcome(outcome);
    request.set_rationale("Seen.");
    Must(Call(&Stub::VerifyRecommendation, request));
  }

  static common::v1::ReadOptions AsOf(int64_t revision) {
    common::v1::ReadOptions read;
    read.mutable_as_of()->set_revision(revision);
    return read;
  }

  std::shared_ptr<CopiedDirectory::Shelf> shelf_ = std::make_shared<CopiedDirectory::Shelf>();
};

}  // namespace oversight::concerns
