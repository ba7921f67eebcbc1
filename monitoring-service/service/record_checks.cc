#include "monitoring-service/service/record_checks.h"

#include <utility>

#include "absl/time/clock.h"
#include "common/rpc/status_mapping.h"
#include "common/time/timestamp.h"
#include "oversight/concerns/v1/overview_service.grpc.pb.h"

namespace oversight::monitoring {
namespace {

using concerns::v1::ConcernOverviewService;
using concerns::v1::ListInconsistenciesRequest;
using concerns::v1::ListInconsistenciesResponse;

constexpr int kPageSize = 1000;
constexpr size_t kMostFound = 10000;

struct Checking {
  std::shared_ptr<ConcernOverviewService::Stub> stub;
  absl::Time deadline;
  ListInconsistenciesRequest request;
  RecordChecks checks;
  std::function<void(absl::StatusOr<RecordChecks>)> done;
};

struct Page {
  grpc::ClientContext context;
  ListInconsistenciesResponse response;
};

void NextPage(const std::shared_ptr<Checking>& checking) {
  auto page = std::make_shared<Page>();
  page->context.set_deadline(absl::ToChronoTime(checking->deadline));
  checking->stub->async()->ListInconsistencies(
      &page->context, &checking->request, &page->response, [checking, page](const grpc::Status& told) {
        const absl::Status status = rpc::FromGrpc(told);
        if (absl::IsOutOfRange(status) && checking->request.read().has_as_of()) {
          // Its clock is behind ours: all that it has recorded was recorded by then.
          checking->request.clear_read();
          return NextPage(checking);
        }
        if (!status.ok()) return checking->done(status);
        RecordChecks& checks = checking->checks;
        ListInconsistenciesResponse& response = page->response;
        for (auto& found : *response.mutable_inconsistencies()) checks.found.push_back(std::move(found));
        checks.revision = response.header().revision();
        checks.not_checked = {response.rules_not_checked().begin(), response.rules_not_checked().end()};
        const bool more = !response.next_page_token().empty();
        checks.cut = more && (checking->request.read().has_as_of() || checks.found.size() >= kMostFound);
        if (!more || checks.cut) return checking->done(std::move(checks));
        checking->request.set_page_token(response.next_page_token());
        NextPage(checking);
      });
}

}  // namespace

void CheckRecord(const std::shared_ptr<grpc::Channel>& concerns, const std::string& force,
                 std::optional<absl::Time> time, absl::Time deadline,
                 std::function<void(absl::StatusOr<RecordChecks>)> done) {
  auto checking = std::make_shared<Checking>();
  checking->stub = ConcernOverviewService::NewStub(concerns);
  checking->deadline = deadline;
  checking->done = std::move(done);
  checking->request.set_parent(force);
  checking->request.set_page_size(kPageSize);
  if (time) SetTime(*time, checking->request.mutable_read()->mutable_as_of()->mutable_recorded_time());
  NextPage(checking);
}

}  // namespace oversight::monitoring
