// The RPC of BulkService: many commands in one call, each run by the one way of a write (write_path.h). `shared` must
// outlive it. Thread-safe.
#pragma once

#include "concerns-service/service/service_context.h"
#include "oversight/concerns/v1/bulk_service.grpc.pb.h"

namespace oversight::concerns {

ServiceRules BulkRules();

class BulkServiceImpl final : public v1::BulkService::CallbackService {
 public:
  explicit BulkServiceImpl(ServiceContext& shared) : shared_(shared) {}

  grpc::ServerUnaryReactor* RunCommands(grpc::CallbackServerContext* context, const v1::RunCommandsRequest* request,
                                        v1::RunCommandsResponse* response) override;

 private:
  ServiceContext& shared_;
};

}  // namespace oversight::concerns
