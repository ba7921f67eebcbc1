// The RPCs of forces-service. Each is a few lines: the call wrapper (common/rpc/call.h) has authenticated, authorised
// and validated the request before the handler runs; the domain says what becomes of the force; the resource kit
// (common/rpc/resources.h) reads and writes the ledger. Nothing here blocks or keeps state of its own.
//
// What is in the Runtime must outlive it. Thread-safe.
#pragma once

#include <string>

#include "common/auth/authorization.h"
#include "common/rpc/call.h"
#include "common/rpc/resources.h"
#include "common/rpc/server.h"
#include "common/rpc/watch_stream.h"
#include "oversight/forces/v1/forces_service.grpc.pb.h"

namespace oversight::forces {

class ForcesServiceImpl final : public v1::ForcesService::CallbackService {
 public:
  explicit ForcesServiceImpl(rpc::Runtime& runtime);

  grpc::ServerUnaryReactor* CreateForce(grpc::CallbackServerContext* context, const v1::CreateForceRequest* request,
                                        v1::CreateForceResponse* response) override;
  grpc::ServerUnaryReactor* GetForce(grpc::CallbackServerContext* context, const v1::GetForceRequest* request,
                                     v1::GetForceResponse* response) override;
  grpc::ServerUnaryReactor* ListForces(grpc::CallbackServerContext* context, const v1::ListForcesRequest* request,
                                       v1::ListForcesResponse* response) override;
  grpc::ServerUnaryReactor* UpdateForce(grpc::CallbackServerContext* context, const v1::UpdateForceRequest* request,
                                        v1::UpdateForceResponse* response) override;
  grpc::ServerUnaryReactor* ImportForces(grpc::CallbackServerContext* context, const v1::ImportForcesRequest* request,
                                         v1::ImportForcesResponse* response) override;
  grpc::ServerUnaryReactor* ListForceVersions(grpc::CallbackServerContext* context,
                                              const v1::ListForceVersionsRequest* request,
                                              v1::ListForceVersionsResponse* response) override;
  grpc::ServerWriteReactor<v1::WatchForcesResponse>* WatchForces(grpc::CallbackServerContext* context,
                                                                 const v1::WatchForcesRequest* request) override;
  grpc::ServerUnaryReactor* RenameForce(grpc::CallbackServerContext* context, const v1::RenameForceRequest* request,
                                        v1::RenameForceResponse* response) override;
  grpc::ServerUnaryReactor* ReplaceOversightBody(grpc::CallbackServerContext* context,
                                                 const v1::ReplaceOversightBodyRequest* request,
                                                 v1::ReplaceOversightBodyResponse* response) override;
  grpc::ServerUnaryReactor* MergeForce(grpc::CallbackServerContext* context, const v1::MergeForceRequest* request,
                                       v1::MergeForceResponse* response) override;
  grpc::ServerUnaryReactor* AbolishForce(grpc::CallbackServerContext* context, const v1::AbolishForceRequest* request,
                                         v1::AbolishForceResponse* response) override;
  grpc::ServerUnaryReactor* CreateOfficeHolder(grpc::CallbackServerContext* context,
                                               const v1::CreateOfficeHolderRequest* request,
                                               v1::CreateOfficeHolderResponse* response) override;
  grpc::ServerUnaryReactor* UpdateOfficeHolder(grpc::CallbackServerContext* context,
                                               const v1::UpdateOfficeHolderRequest* request,
                                               v1::UpdateOfficeHolderResponse* response) override;
  grpc::ServerUnaryReactor* GetOfficeHolder(grpc::CallbackServerContext* context,
                                            const v1::GetOfficeHolderRequest* request,
                                            v1::GetOfficeHolderResponse* response) override;
  grpc::ServerUnaryReactor* ListOfficeHolders(grpc::CallbackServerContext* context,
                                              const v1::ListOfficeHoldersRequest* request,
                                              v1::ListOfficeHoldersResponse* response) override;
  grpc::ServerUnaryReactor* GetForceOnDate(grpc::CallbackServerContext* context,
                                           const v1::GetForceOnDateRequest* request,
                                           v1::GetForceOnDateResponse* response) override;

  // Inspections and the duties to respond to their reports (inspections.cc).
  grpc::ServerUnaryReactor* CreateInspection(grpc::CallbackServerContext* context,
                                             const v1::CreateInspectionRequest* request,
                                             v1::CreateInspectionResponse* response) override;
  grpc::ServerUnaryReactor* GetInspection(grpc::CallbackServerContext* context, const v1::GetInspectionRequest* request,
                                          v1::GetInspectionResponse* response) override;
  grpc::ServerUnaryReactor* ListInspections(grpc::CallbackServerContext* context,
                                            const v1::ListInspectionsRequest* request,
                                            v1::ListInspectionsResponse* response) override;
  grpc::ServerUnaryReactor* UpdateInspection(grpc::CallbackServerContext* context,
                                             const v1::UpdateInspectionRequest* request,
                                             v1::UpdateInspectionResponse* response) override;
  grpc::ServerUnaryReactor* StartFieldwork(grpc::CallbackServerContext* context,
                                           const v1::StartFieldworkRequest* request,
                                           v1::StartFieldworkResponse* response) override;
  grpc::ServerUnaryReactor* AwaitReport(grpc::CallbackServerContext* context, const v1::AwaitReportRequest* request,
                                        v1::AwaitReportResponse* response) override;
  grpc::ServerUnaryReactor* PublishReport(grpc::CallbackServerContext* context, const v1::PublishReportRequest* request,
                                          v1::PublishReportResponse* response) override;
  grpc::ServerUnaryReactor* CancelInspection(grpc::CallbackServerContext* context,
                                             const v1::CancelInspectionRequest* request,
                                             v1::CancelInspectionResponse* response) override;
  grpc::ServerUnaryReactor* ListInspectionVersions(grpc::CallbackServerContext* context,
                                                   const v1::ListInspectionVersionsRequest* request,
                                                   v1::ListInspectionVersionsResponse* response) override;
  grpc::ServerUnaryReactor* CompareGrades(grpc::CallbackServerContext* context, const v1::CompareGradesRequest* request,
                                          v1::CompareGradesResponse* response) override;
  grpc::ServerUnaryReactor* GetResponseDuty(grpc::CallbackServerContext* context,
                                            const v1::GetResponseDutyRequest* request,
                                            v1::GetResponseDutyResponse* response) override;
  grpc::ServerUnaryReactor* ListResponseDuties(grpc::CallbackServerContext* context,
                                               const v1::ListResponseDutiesRequest* request,
                                               v1::ListResponseDutiesResponse* response) override;
  grpc::ServerUnaryReactor* RecordChiefCommentsDate(grpc::CallbackServerContext* context,
                                                    const v1::RecordChiefCommentsDateRequest* request,
                                                    v1::RecordChiefCommentsDateResponse* response) override;
  grpc::ServerUnaryReactor* RecordResponse(grpc::CallbackServerContext* context,
                                           const v1::RecordResponseRequest* request,
                                           v1::RecordResponseResponse* response) override;
  grpc::ServerUnaryReactor* MarkResponseSent(grpc::CallbackServerContext* context,
                                             const v1::MarkResponseSentRequest* request,
                                             v1::MarkResponseSentResponse* response) override;
  grpc::ServerUnaryReactor* ListResponseDutyVersions(grpc::CallbackServerContext* context,
                                                     const v1::ListResponseDutyVersionsRequest* request,
                                                     v1::ListResponseDutyVersionsResponse* response) override;

 private:
  // Changes one force: reads it, checks the etag, stores what `change` makes of it. `change` is
  // absl::StatusOr<v1::Force>(const v1::Force& current, rpc::Facts& facts).
  template <class Request, class Response, class Change>
  grpc::ServerUnaryReactor* ChangeForce(grpc::CallbackServerContext* context, const Request* request,
                                        Response* response, Change change);

  void RegisterInspections();
  // Changes one inspection: checks scope and etag, and has `change` put what becomes of it into the outcome. `change`
  // is absl::StatusOr<rpc::Outcome<Response>>(const v1::Inspection& current, const Request&, rpc::Facts&).
  template <class Request, class Response, class Change>
  grpc::ServerUnaryReactor* ChangeInspection(grpc::CallbackServerContext* context, const Request* request,
                                             Response* response, Change change);
  // The same for a duty.
  template <class Request, class Response, class Change>
  grpc::ServerUnaryReactor* ChangeDuty(grpc::CallbackServerContext* context, const Request* request, Response* response,
                                       Change change);
  // PERMISSION_DENIED OUT_OF_SCOPE unless the caller may use the verb for the force; "" stands for every force.
  absl::Status InScope(const rpc::Call& call, const std::string& force, rpc::Facts& facts) const;

  rpc::Host& host_;
  // Lists below the force of `parent`, when there is one at the moment that is read: NOT_FOUND otherwise, as of any
  // read. `forces/-`, and what is of no force, has none to be.
  void WithForce(rpc::Call& call, const std::string& parent, const common::v1::ReadOptions& read, rpc::Done done,
                 std::function<void(rpc::Done)> list);

  rpc::Resources resources_;
  const auth::AuthorizationTable scopes_;
  const rpc::WatchOptions watch_options_;
};

}  // namespace oversight::forces
