// A ForcesService of nothing but the watch and the list, over the whole call wrapper, as an application for TestServer.
#pragma once

#include <memory>
#include <utility>

#include "common/rpc/resources.h"
#include "common/rpc/server.h"
#include "common/rpc/watch_stream.h"
#include "oversight/forces/v1/forces_service.grpc.pb.h"
#include "tests/support/toy_table.h"

namespace oversight::testing {

class ToyForces final : public rpc::Application, public forces::v1::ForcesService::CallbackService {
 public:
  static absl::StatusOr<std::unique_ptr<rpc::Application>> Build(rpc::Runtime& runtime) {
    const auto* service = forces::v1::ListForcesRequest::descriptor()->file()->service(0);
    OVERSIGHT_RETURN_IF_ERROR(runtime.host.AddService(ToyTable(*service)));
    return std::unique_ptr<rpc::Application>(new ToyForces(runtime));
  }

  std::vector<grpc::Service*> services() override { return {this}; }

  grpc::ServerUnaryReactor* ListForces(grpc::CallbackServerContext* context,
                                       const forces::v1::ListForcesRequest* request,
                                       forces::v1::ListForcesResponse* response) override {
    return host_.Unary(context, request, response,
                       [this](rpc::Call& call, const forces::v1::ListForcesRequest& request,
                              forces::v1::ListForcesResponse* response, rpc::Done done) {
                         resources_.ListResources<forces::v1::Force>(call, request, response,
                                                                     &forces::v1::ListForcesResponse::mutable_forces,
                                                                     {}, std::move(done));
                       });
  }
  grpc::ServerWriteReactor<forces::v1::WatchForcesResponse>* WatchForces(
      grpc::CallbackServerContext* context, const forces::v1::WatchForcesRequest* request) override {
    return host_.Stream<forces::v1::WatchForcesResponse>(
        context, request, [this](auto call, const forces::v1::WatchForcesRequest& request) {
          rpc::ServeWatch(std::move(call), request.start(), {.ledger = ledger_, .clock = &clock_, .chunk_items = 3});
        });
  }

 private:
  explicit ToyForces(rpc::Runtime& runtime)
      : host_(runtime.host),
        ledger_(runtime.ledger),
        clock_(runtime.clock),
        resources_(*runtime.ledger, runtime.clock) {
    resources_.Register<forces::v1::Force>();
  }
  rpc::Host& host_;
  ledger::Ledger* ledger_;
  const Clock& clock_;
  rpc::Resources resources_;
};

}  // namespace oversight::testing
