// The RPCs of AnnouncementsService, in the same way as those of MonitoringService. What the constructor takes must
// outlive it. Thread-safe.
#pragma once

#include <functional>
#include <string>

#include "common/rpc/call.h"
#include "common/rpc/resources.h"
#include "common/rpc/server.h"
#include "monitoring-service/announcement/announcements.h"
#include "monitoring-service/domain/ladder.h"
#include "monitoring-service/service/gate.h"
#include "oversight/monitoring/v1/announcements_service.grpc.pb.h"

namespace oversight::monitoring {

class AnnouncementsServiceImpl final : public v1::AnnouncementsService::CallbackService {
 public:
  AnnouncementsServiceImpl(rpc::Runtime& runtime, const AnnouncementTemplates& templates, const Ladders& ladders,
                           Owners& owners, rpc::Resources& resources);

  grpc::ServerUnaryReactor* CreateAnnouncement(grpc::CallbackServerContext* context,
                                               const v1::CreateAnnouncementRequest* request,
                                               v1::CreateAnnouncementResponse* response) override;
  grpc::ServerUnaryReactor* UpdateAnnouncement(grpc::CallbackServerContext* context,
                                               const v1::UpdateAnnouncementRequest* request,
                                               v1::UpdateAnnouncementResponse* response) override;
  grpc::ServerUnaryReactor* RefreshAnnouncement(grpc::CallbackServerContext* context,
                                                const v1::RefreshAnnouncementRequest* request,
                                                v1::RefreshAnnouncementResponse* response) override;
  grpc::ServerUnaryReactor* SubmitAnnouncement(grpc::CallbackServerContext* context,
                                               const v1::SubmitAnnouncementRequest* request,
                                               v1::SubmitAnnouncementResponse* response) override;
  grpc::ServerUnaryReactor* ReviewAnnouncement(grpc::CallbackServerContext* context,
                                               const v1::ReviewAnnouncementRequest* request,
                                               v1::ReviewAnnouncementResponse* response) override;
  grpc::ServerUnaryReactor* ReturnAnnouncement(grpc::CallbackServerContext* context,
                                               const v1::ReturnAnnouncementRequest* request,
                                               v1::ReturnAnnouncementResponse* response) override;
  grpc::ServerUnaryReactor* ClearAnnouncement(grpc::CallbackServerContext* context,
                                              const v1::ClearAnnouncementRequest* request,
                                              v1::ClearAnnouncementResponse* response) override;
  grpc::ServerUnaryReactor* ScheduleAnnouncement(grpc::CallbackServerContext* context,
                                                 const v1::ScheduleAnnouncementRequest* request,
                                                 v1::ScheduleAnnouncementResponse* response) override;
  grpc::ServerUnaryReactor* PullAnnouncement(grpc::CallbackServerContext* context,
                                             const v1::PullAnnouncementRequest* request,
                                             v1::PullAnnouncementResponse* response) override;
  grpc::ServerUnaryReactor* PublishAnnouncement(grpc::CallbackServerContext* context,
                                                const v1::PublishAnnouncementRequest* request,
                                                v1::PublishAnnouncementResponse* response) override;
  grpc::ServerUnaryReactor* WithdrawAnnouncement(grpc::CallbackServerContext* context,
                                                 const v1::WithdrawAnnouncementRequest* request,
                                                 v1::WithdrawAnnouncementResponse* response) override;
  grpc::ServerUnaryReactor* CheckAnnouncement(grpc::CallbackServerContext* context,
                                              const v1::CheckAnnouncementRequest* request,
                                              v1::CheckAnnouncementResponse* response) override;
  grpc::ServerUnaryReactor* GetAnnouncement(grpc::CallbackServerContext* context,
                                            const v1::GetAnnouncementRequest* request,
                                            v1::GetAnnouncementResponse* response) override;
  grpc::ServerUnaryReactor* ListAnnouncements(grpc::CallbackServerContext* context,
                                              const v1::ListAnnouncementsRequest* request,
                                              v1::ListAnnouncementsResponse* response) override;
  grpc::ServerUnaryReactor* ListAnnouncementVersions(grpc::CallbackServerContext* context,
                                                     const v1::ListAnnouncementVersionsRequest* request,
                                                     v1::ListAnnouncementVersionsResponse* response) override;

 private:
  // What one act makes of the announcement, decided on the writer thread.
  template <class Request>
  using Act = std::function<absl::StatusOr<v1::Announcement>(const v1::Announcement&, const Request&, rpc::Facts& log)>;
  // The same with the facts of its move and the head of the log.
  template <class Request>
  using ActOnFacts = std::function<absl::StatusOr<v1::Announcement>(
      const v1::Announcement&, const Request&, const MoveFacts& facts, const v1::RecordHead& head, rpc::Facts& log)>;

  // Reads the announcement, checks the etag, acts, stores what is different.
  template <class Request, class Response>
  grpc::ServerUnaryReactor* Change(grpc::CallbackServerContext* context, const Request* request, Response* response,
                                   Act<Request> act);
  template <class Request, class Response>
  grpc::ServerUnaryReactor* ChangeOnFacts(grpc::CallbackServerContext* context, const Request* request,
                                          Response* response, ActOnFacts<Request> act);
  // Runs `then` with the owners' facts brought up to date and the head of the log.
  using WithHead = std::function<void(const OwnerFacts& owners, const absl::Status& unknown, const v1::RecordHead&)>;
  void WithFacts(rpc::Call& call, const std::string& force, bool known, const rpc::Done& done, WithHead then);

  rpc::Host& host_;
  const AnnouncementTemplates& templates_;
  const Ladders& ladders_;
  rpc::Resources& resources_;
  const Gate gate_;
};

}  // namespace oversight::monitoring
