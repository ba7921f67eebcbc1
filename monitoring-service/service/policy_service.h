// PolicyService: policies, and what they advise for each force (protos/oversight/monitoring/v1/policy_service.proto).
// It reads and never writes. Thread-safe.
#pragma once

#include <string>

#include "common/rpc/server.h"
#include "monitoring-service/policy/policy_data.h"
#include "monitoring-service/service/backtest_run.h"
#include "monitoring-service/service/gate.h"
#include "monitoring-service/service/owners.h"
#include "monitoring-service/service/policy_reading.h"
#include "oversight/monitoring/v1/policy_service.grpc.pb.h"

namespace oversight::monitoring {

class PolicyServiceImpl final : public v1::PolicyService::CallbackService {
 public:
  // `reader` must outlive it.
  PolicyServiceImpl(rpc::Runtime& runtime, const Policies& policies, const Ladders& ladders, Owners& owners,
                    rpc::Resources& resources, PolicyReader& reader);

  grpc::ServerUnaryReactor* ListPolicies(grpc::CallbackServerContext* context, const v1::ListPoliciesRequest* request,
                                         v1::ListPoliciesResponse* response) override;
  grpc::ServerUnaryReactor* GetPolicy(grpc::CallbackServerContext* context, const v1::GetPolicyRequest* request,
                                      v1::GetPolicyResponse* response) override;
  grpc::ServerUnaryReactor* AssessForce(grpc::CallbackServerContext* context, const v1::AssessForceRequest* request,
                                        v1::AssessForceResponse* response) override;
  grpc::ServerUnaryReactor* AssessForces(grpc::CallbackServerContext* context, const v1::AssessForcesRequest* request,
                                         v1::AssessForcesResponse* response) override;

  grpc::ServerWriteReactor<v1::BacktestResponse>* Backtest(grpc::CallbackServerContext* context,
                                                           const v1::BacktestRequest* request) override;

  void Stop();

 private:
  rpc::Host& host_;
  const Policies& policies_;
  const Ladders& ladders_;
  rpc::Resources& resources_;
  const Gate gate_;
  PolicyReader& reader_;
  BacktestRunner backtests_;
};

}  // namespace oversight::monitoring
