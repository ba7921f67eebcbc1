// The RPCs of DisclosuresService, in the same way as those of MonitoringService. What the constructor takes must
// outlive it. Thread-safe.
#pragma once

#include "common/rpc/call.h"
#include "common/rpc/resources.h"
#include "common/rpc/server.h"
#include "monitoring-service/service/gate.h"
#include "oversight/monitoring/v1/disclosures_service.grpc.pb.h"

namespace oversight::monitoring {

class DisclosuresServiceImpl final : public v1::DisclosuresService::CallbackService {
 public:
  DisclosuresServiceImpl(rpc::Runtime& runtime, Owners& owners, rpc::Resources& resources);

  grpc::ServerUnaryReactor* CreateDisclosure(grpc::CallbackServerContext* context,
                                             const v1::CreateDisclosureRequest* request,
                                             v1::CreateDisclosureResponse* response) override;
  grpc::ServerUnaryReactor* GetDisclosure(grpc::CallbackServerContext* context, const v1::GetDisclosureRequest* request,
                                          v1::GetDisclosureResponse* response) override;
  grpc::ServerUnaryReactor* ListDisclosures(grpc::CallbackServerContext* context,
                                            const v1::ListDisclosuresRequest* request,
                                            v1::ListDisclosuresResponse* response) override;

 private:
  rpc::Host& host_;
  rpc::Resources& resources_;
  const Gate gate_;
};

}  // namespace oversight::monitoring
