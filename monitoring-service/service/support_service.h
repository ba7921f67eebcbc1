// The RPCs of SupportService, in the same way as those of MonitoringService. What the constructor takes must
// outlive it. Thread-safe.
#pragma once

#include "common/rpc/call.h"
#include "common/rpc/resources.h"
#include "common/rpc/server.h"
#include "monitoring-service/service/follow_up.h"
#include "oversight/monitoring/v1/support_service.grpc.pb.h"

namespace oversight::monitoring {

class SupportServiceImpl final : public v1::SupportService::CallbackService {
 public:
  SupportServiceImpl(rpc::Runtime& runtime, Owners& owners, rpc::Resources& resources);

  grpc::ServerUnaryReactor* CreateSupport(grpc::CallbackServerContext* context, const v1::CreateSupportRequest* request,
                                          v1::CreateSupportResponse* response) override;
  grpc::ServerUnaryReactor* StartSupport(grpc::CallbackServerContext* context, const v1::StartSupportRequest* request,
                                         v1::StartSupportResponse* response) override;
  grpc::ServerUnaryReactor* EndSupport(grpc::CallbackServerContext* context, const v1::EndSupportRequest* request,
                                       v1::EndSupportResponse* response) override;
  grpc::ServerUnaryReactor* DeclineSupport(grpc::CallbackServerContext* context,
                                           const v1::DeclineSupportRequest* request,
                                           v1::DeclineSupportResponse* response) override;
  grpc::ServerUnaryReactor* GetSupport(grpc::CallbackServerContext* context, const v1::GetSupportRequest* request,
                                       v1::GetSupportResponse* response) override;
  grpc::ServerUnaryReactor* ListSupport(grpc::CallbackServerContext* context, const v1::ListSupportRequest* request,
                                        v1::ListSupportResponse* response) override;

 private:
  rpc::Host& host_;
  const FollowUpCalls calls_;
};

}  // namespace oversight::monitoring
