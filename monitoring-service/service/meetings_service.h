// The RPCs of MeetingsService, in the same way as those of MonitoringService. What the constructor takes must
// outlive it. Thread-safe.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "common/rpc/call.h"
#include "common/rpc/resources.h"
#include "common/rpc/server.h"
#include "monitoring-service/domain/ladder.h"
#include "monitoring-service/service/follow_up.h"
#include "monitoring-service/service/stages.h"
#include "oversight/monitoring/v1/meetings_service.grpc.pb.h"

namespace oversight::monitoring {

class MeetingsServiceImpl final : public v1::MeetingsService::CallbackService {
 public:
  MeetingsServiceImpl(rpc::Runtime& runtime, const Ladders& ladders, Owners& owners, rpc::Resources& resources);

  grpc::ServerUnaryReactor* CreateMeeting(grpc::CallbackServerContext* context, const v1::CreateMeetingRequest* request,
                                          v1::CreateMeetingResponse* response) override;
  grpc::ServerUnaryReactor* GetMeeting(grpc::CallbackServerContext* context, const v1::GetMeetingRequest* request,
                                       v1::GetMeetingResponse* response) override;
  grpc::ServerUnaryReactor* ListMeetings(grpc::CallbackServerContext* context, const v1::ListMeetingsRequest* request,
                                         v1::ListMeetingsResponse* response) override;
  grpc::ServerUnaryReactor* GetAction(grpc::CallbackServerContext* context, const v1::GetActionRequest* request,
                                      v1::GetActionResponse* response) override;
  grpc::ServerUnaryReactor* ListActions(grpc::CallbackServerContext* context, const v1::ListActionsRequest* request,
                                        v1::ListActionsResponse* response) override;
  grpc::ServerUnaryReactor* ReviseAction(grpc::CallbackServerContext* context, const v1::ReviseActionRequest* request,
                                         v1::ReviseActionResponse* response) override;
  grpc::ServerUnaryReactor* CloseAction(grpc::CallbackServerContext* context, const v1::CloseActionRequest* request,
                                        v1::CloseActionResponse* response) override;
  grpc::ServerUnaryReactor* GetMeetingCadence(grpc::CallbackServerContext* context,
                                              const v1::GetMeetingCadenceRequest* request,
                                              v1::GetMeetingCadenceResponse* response) override;
  grpc::ServerUnaryReactor* ListMeetingCadence(grpc::CallbackServerContext* context,
                                               const v1::ListMeetingCadenceRequest* request,
                                               v1::ListMeetingCadenceResponse* response) override;
  grpc::ServerUnaryReactor* CreateOversightSession(grpc::CallbackServerContext* context,
                                                   const v1::CreateOversightSessionRequest* request,
                                                   v1::CreateOversightSessionResponse* response) override;
  grpc::ServerUnaryReactor* CallForce(grpc::CallbackServerContext* context, const v1::CallForceRequest* request,
                                      v1::CallForceResponse* response) override;
  grpc::ServerUnaryReactor* HoldOversightSession(grpc::CallbackServerContext* context,
                                                 const v1::HoldOversightSessionRequest* request,
                                                 v1::HoldOversightSessionResponse* response) override;
  grpc::ServerUnaryReactor* CancelOversightSession(grpc::CallbackServerContext* context,
                                                   const v1::CancelOversightSessionRequest* request,
                                                   v1::CancelOversightSessionResponse* response) override;
  grpc::ServerUnaryReactor* PassOnOutcome(grpc::CallbackServerContext* context, const v1::PassOnOutcomeRequest* request,
                                          v1::PassOnOutcomeResponse* response) override;
  grpc::ServerUnaryReactor* GetOversightSession(grpc::CallbackServerContext* context,
                                                const v1::GetOversightSessionRequest* request,
                                                v1::GetOversightSessionResponse* response) override;
  grpc::ServerUnaryReactor* ListOversightSessions(grpc::CallbackServerContext* context,
                                                  const v1::ListOversightSessionsRequest* request,
                                                  v1::ListOversightSessionsResponse* response) override;

 private:
  // What cadences are derived from, at one revision.
  struct Known {
    Stages stages;
    std::map<std::string, std::vector<v1::Meeting>> meetings;  // By force.
    std::vector<std::string> redactions;                       // Of meetings that were removed by law since.
    std::vector<v1::Meeting> of(const std::string& force) const;
  };
  // Of one force, or with "" of all.
  void ReadMeetings(rpc::Call& call, const common::v1::ReadOptions& read, const std::string& force,
                    std::function<void(absl::StatusOr<Known>)> done);
  void SetHeader(const Known& known, common::v1::ResponseHeader* header);

  const Ladders& ladders_;
  rpc::Host& host_;
  const Clock& clock_;
  const FollowUpCalls calls_;
};

}  // namespace oversight::monitoring
