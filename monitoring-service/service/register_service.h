// The RPCs of RegisterService, in the same way as those of MonitoringService. What the constructor takes must outlive
// it. Thread-safe.
#pragma once

#include "common/rpc/call.h"
#include "common/rpc/resources.h"
#include "common/rpc/server.h"
#include "monitoring-service/domain/ladder.h"
#include "monitoring-service/service/owners.h"
#include "oversight/monitoring/v1/register_service.grpc.pb.h"

namespace oversight::monitoring {

class RegisterServiceImpl final : public v1::RegisterService::CallbackService {
 public:
  RegisterServiceImpl(rpc::Runtime& runtime, const Ladders& ladders, Owners& owners, rpc::Resources& resources);

  grpc::ServerUnaryReactor* GetRegister(grpc::CallbackServerContext* context, const v1::GetRegisterRequest* request,
                                        v1::GetRegisterResponse* response) override;
  grpc::ServerUnaryReactor* ImportHistory(grpc::CallbackServerContext* context, const v1::ImportHistoryRequest* request,
                                          v1::ImportHistoryResponse* response) override;

 private:
  rpc::Host& host_;
  const Ladders& ladders_;
  Owners& owners_;
  rpc::Resources& resources_;
};

}  // namespace oversight::monitoring
