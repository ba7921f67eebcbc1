// The RPCs of AuditService, and what puts the reads that this process itself answers on record: an observer of all of
// its answers (rpc::Host::SetReadObserver). What the constructor takes must outlive it. Thread-safe.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "common/rpc/call.h"
#include "common/rpc/read_reporter.h"
#include "common/rpc/resources.h"
#include "common/rpc/server.h"
#include "monitoring-service/service/gate.h"
#include "oversight/monitoring/v1/audit_service.grpc.pb.h"

namespace oversight::monitoring {

class AuditServiceImpl final : public v1::AuditService::CallbackService {
 public:
  AuditServiceImpl(rpc::Runtime& runtime, Owners& owners, rpc::Resources& resources, absl::Duration gather_reads);

  grpc::ServerUnaryReactor* GetEmbargoedRead(grpc::CallbackServerContext* context,
                                             const v1::GetEmbargoedReadRequest* request,
                                             v1::GetEmbargoedReadResponse* response) override;
  grpc::ServerUnaryReactor* ListEmbargoedReads(grpc::CallbackServerContext* context,
                                               const v1::ListEmbargoedReadsRequest* request,
                                               v1::ListEmbargoedReadsResponse* response) override;
  grpc::ServerUnaryReactor* ReportReads(grpc::CallbackServerContext* context, const v1::ReportReadsRequest* request,
                                        v1::ReportReadsResponse* response) override;

  // Records what was read until now. When no call is left. Returns when nothing of it runs any more.
  void Stop();

 private:
  // Runs inside a decide function. Errors: those of the ledger.
  absl::StatusOr<std::vector<v1::EmbargoedRead>> NewRecords(const rpc::ReadReporter::Batch& reads,
                                                            const std::string& reporter, rpc::Facts& log) const;
  // Records reads of this process.
  void Record(const rpc::ReadReporter::Batch& reads, std::function<void(absl::Status)> done);

  rpc::Host& host_;
  rpc::Resources& resources_;
  const Gate gate_;
  std::mutex mu_;
  std::condition_variable ended_;
  int under_way_ = 0;  // Records being stored. Guarded by mu_.
  rpc::ReadReporter reporter_;
};

}  // namespace oversight::monitoring
