#include "monitoring-service/service/audit_service.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "common/rpc/told.h"
#include "monitoring-service/domain/names.h"
#include "monitoring-service/service/kinds.h"
#include "monitoring-service/service/read_records.h"
#include "oversight/ledger/v1/ledger_service.pb.h"

namespace oversight::monitoring {
namespace {

// Reported at once, at most: what a decide function looks up holds up every other write.
constexpr int kMostTold = 2000;

// What an answer of this process told. The log is told of as a whole: its bytes are not looked into.
std::vector<rpc::Told> ToldByThis(const google::protobuf::Message* request, const google::protobuf::Message& answer) {
  if (answer.GetDescriptor() == ledger::v1::ExportTransactionsResponse::descriptor()) return {{kLedger, 0}};
  std::vector<rpc::Told> told = rpc::ToldBy(answer);
  if (request != nullptr) {
    for (rpc::Told& asked : rpc::ToldBy(*request)) told.push_back(std::move(asked));
  }
  return told;
}

absl::Status CheckReport(const v1::ReportReadsRequest& request) {
  Violations violations;
  int told = 0;
  for (const auto& read : request.reads()) told += read.told_size();
  if (told > kMostTold) {
    violations.Add("reads", absl::StrCat("tell of ", told, " resources in all; at most ", kMostTold, " are taken"));
  }
  return violations.status();
}

}  // namespace

AuditServiceImpl::AuditServiceImpl(rpc::Runtime& runtime, Owners& owners, rpc::Resources& resources,
                                   absl::Duration gather_reads)
    : host_(runtime.host),
      resources_(resources),
      gate_(owners, v1::AuditService::service_full_name()),
      reporter_([this](const auto& reads, auto done) { Record(reads, std::move(done)); }, runtime.metrics,
                {.everything = kLedger, .interval = gather_reads}) {
  host_.SetReadObserver([this, &clock = runtime.clock](const rpc::Call& call, const google::protobuf::Message* request,
                                                       const google::protobuf::Message& answer) {
    reporter_.Note(call.principal(), call.method(), ToldByThis(request, answer), clock.Now());
  });
}

void AuditServiceImpl::Stop() {
  reporter_.Stop();
  std::unique_lock lock(mu_);
  ended_.wait(lock, [this] { return under_way_ == 0; });
}

absl::StatusOr<std::vector<v1::EmbargoedRead>> AuditServiceImpl::NewRecords(const rpc::ReadReporter::Batch& reads,
                                                                            const std::string& reporter,
                                                                            rpc::Facts& log) const {
  return NewRecordsOf(
      reads, [this](const auth::Principal& reader) { return gate_.ViewerOf(reader); }, reporter, log);
}

void AuditServiceImpl::Record(const rpc::ReadReporter::Batch& reads, std::function<void(absl::Status)> done) {
  {
    std::lock_guard lock(mu_);
    ++under_way_;
  }
  resources_.Perform(
      {.actor = kSelf, .verb = "RecordReads", .reason = "", .request_id = ""},
      [this, reads](rpc::Facts& log) -> absl::StatusOr<rpc::Changes> {
        OVERSIGHT_ASSIGN_OR_RETURN(const auto records, NewRecords(reads, kSelf, log));
        rpc::Changes changes;
        for (const auto& record : records) changes.Put(record);
        return changes;
      },
      [this, done = std::move(done)](const absl::StatusOr<ledger::Committed>& committed) {
        done(committed.status());
        std::lock_guard lock(mu_);
        --under_way_;
        ended_.notify_all();
      });
}

grpc::ServerUnaryReactor* AuditServiceImpl::GetEmbargoedRead(grpc::CallbackServerContext* context,
                                                             const v1::GetEmbargoedReadRequest* request,
                                                             v1::GetEmbargoedReadResponse* response) {
  return host_.Unary(context, request, response,
                     [this](rpc::Call& call, const v1::GetEmbargoedReadRequest& request,
                            v1::GetEmbargoedReadResponse* response, rpc::Done done) {
                       resources_.GetResource<v1::EmbargoedRead>(call, request, response,
                                                                 &v1::GetEmbargoedReadResponse::mutable_embargoed_read,
                                                                 std::move(done));
                     });
}

grpc::ServerUnaryReactor* AuditServiceImpl::ListEmbargoedReads(grpc::CallbackServerContext* context,
                                                               const v1::ListEmbargoedReadsRequest* request,
                                                               v1::ListEmbargoedReadsResponse* response) {
  return host_.Unary(context, request, response,
                     [this](rpc::Call& call, const v1::ListEmbargoedReadsRequest& request,
                            v1::ListEmbargoedReadsResponse* response, rpc::Done done) {
                       rpc::Selection<v1::EmbargoedRead> selection;
                       if (!request.force().empty()) selection.all_of.push_back(ForceTerm(request.force()));
                       if (!request.resource().empty()) selection.all_of.push_back({kReadTerm, request.resource()});
                       if (!request.reader().empty()) selection.all_of.push_back({kReaderTerm, request.reader()});
                       resources_.ListResources<v1::EmbargoedRead>(
                           call, request, response, &v1::ListEmbargoedReadsResponse::mutable_embargoed_reads,
                           std::move(selection), std::move(done));
                     });
}

grpc::ServerUnaryReactor* AuditServiceImpl::ReportReads(grpc::CallbackServerContext* context,
                                                        const v1::ReportReadsRequest* request,
                                                        v1::ReportReadsResponse* response) {
  return host_.Unary(context, request, response,
                     [this](rpc::Call& call, const v1::ReportReadsRequest& request, v1::ReportReadsResponse* response,
                            rpc::Done done) {
                       if (absl::Status status = CheckReport(request); !status.ok()) return done(status);
                       resources_.Mutate(
                           call, request, response, /*reason=*/"",
                           [this, &request](rpc::Facts& log) -> absl::StatusOr<rpc::Outcome<v1::ReportReadsResponse>> {
                             OVERSIGHT_ASSIGN_OR_RETURN(const auto records,
                                                        NewRecords(request.reads(), log.actor().name(), log));
                             rpc::Outcome<v1::ReportReadsResponse> outcome;
                             for (const auto& record : records) outcome.Put(record);
                             outcome.response.set_recorded_count(static_cast<int>(records.size()));
                             return outcome;
                           },
                           std::move(done));
                     });
}

}  // namespace oversight::monitoring
