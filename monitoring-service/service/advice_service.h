// The RPCs of AdviceService, in the same way as those of MonitoringService. What the constructor takes must outlive it.
// Thread-safe.
#pragma once

#include "common/rpc/call.h"
#include "common/rpc/resources.h"
#include "common/rpc/server.h"
#include "monitoring-service/service/gate.h"
#include "oversight/monitoring/v1/advice_service.grpc.pb.h"

namespace oversight::monitoring {

class AdviceServiceImpl final : public v1::AdviceService::CallbackService {
 public:
  AdviceServiceImpl(rpc::Runtime& runtime, Owners& owners, rpc::Resources& resources);

  grpc::ServerUnaryReactor* CreateAdvice(grpc::CallbackServerContext* context, const v1::CreateAdviceRequest* request,
                                         v1::CreateAdviceResponse* response) override;
  grpc::ServerUnaryReactor* GetAdvice(grpc::CallbackServerContext* context, const v1::GetAdviceRequest* request,
                                      v1::GetAdviceResponse* response) override;
  grpc::ServerUnaryReactor* ListAdvice(grpc::CallbackServerContext* context, const v1::ListAdviceRequest* request,
                                       v1::ListAdviceResponse* response) override;

 private:
  rpc::Host& host_;
  rpc::Resources& resources_;
  const Gate gate_;
};

}  // namespace oversight::monitoring
