// AttentionService: what people should look at today (protos/oversight/monitoring/v1/attention_service.proto). What the
// checks of concerns-service find is asked of it at each call. It reads and never writes. Thread-safe.
#pragma once

#include "common/rpc/server.h"
#include "monitoring-service/policy/policy_data.h"
#include "monitoring-service/service/gate.h"
#include "monitoring-service/service/owners.h"
#include "monitoring-service/service/policy_reading.h"
#include "oversight/monitoring/v1/attention_service.grpc.pb.h"

namespace oversight::monitoring {

class AttentionServiceImpl final : public v1::AttentionService::CallbackService {
 public:
  // `reader` must outlive it.
  AttentionServiceImpl(rpc::Runtime& runtime, const Policies& policies, const Ladders& ladders, Owners& owners,
                       rpc::Resources& resources, PolicyReader& reader);

  grpc::ServerUnaryReactor* ListAttention(grpc::CallbackServerContext* context, const v1::ListAttentionRequest* request,
                                          v1::ListAttentionResponse* response) override;

 private:
  rpc::Host& host_;
  const Policies& policies_;
  const Ladders& ladders_;
  rpc::Resources& resources_;
  Owners& owners_;
  const Gate gate_;
  PolicyReader& reader_;
};

}  // namespace oversight::monitoring
