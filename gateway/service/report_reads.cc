#include "gateway/service/report_reads.h"

#include <utility>

#include "common/rpc/status_mapping.h"
#include "gateway/dashboard/start_call.h"
#include "oversight/monitoring/v1/audit_service.grpc.pb.h"

namespace oversight::gateway {
namespace {

using monitoring::v1::AuditService;
using monitoring::v1::ReportReadsRequest;
using monitoring::v1::ReportReadsResponse;

constexpr absl::Duration kLongestReport = absl::Seconds(10);

}  // namespace

rpc::ReadReporter::Send ReportReadsTo(const std::shared_ptr<grpc::Channel>& monitoring, const rpc::Identity& identity) {
  const std::shared_ptr<AuditService::Stub> stub = AuditService::NewStub(monitoring);
  return [stub, identity](const rpc::ReadReporter::Batch& reads, std::function<void(absl::Status)> done) {
    ReportReadsRequest request;
    *request.mutable_reads() = reads;
    StartCall<ReportReadsRequest, ReportReadsResponse>(
        [&identity](grpc::ClientContext& context) { identity.AddTo(context); }, absl::Now() + kLongestReport,
        std::move(request),
        [&stub](auto* c, auto* q, auto* r, auto ended) { stub->async()->ReportReads(c, q, r, std::move(ended)); },
        [done = std::move(done)](const grpc::Status& status, const auto&, const auto&) {
          done(rpc::FromGrpc(status));
        });
  };
}

}  // namespace oversight::gateway
