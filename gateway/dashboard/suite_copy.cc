#include "gateway/dashboard/suite_copy.h"

#include "common/rpc/informer_grpc.h"
#include "common/rpc/status_mapping.h"

#include "oversight/concerns/v1/concerns_service.grpc.pb.h"
#include "oversight/forces/v1/forces_service.grpc.pb.h"
#include "oversight/monitoring/v1/monitoring_service.grpc.pb.h"

namespace oversight::gateway {
namespace {

using Prepare = std::function<void(grpc::ClientContext&)>;

// An owner's head by the cheapest fully consistent read there is: one item of a list.
template <class Request, class Response, class Call>
rpc::AskHead AskByList(Request request, const Prepare& prepare, Call call) {
  request.set_page_size(1);
  request.mutable_read()->mutable_consistency()->set_fully_consistent(true);
  return [request, prepare, call](absl::Time deadline, std::function<void(absl::StatusOr<rpc::OwnerHead>)> done) {
    struct State {
      grpc::ClientContext context;
      Request request;
      Response response;
    };
    auto state = std::make_shared<State>();
    state->request = request;
    prepare(state->context);
    state->context.set_deadline(absl::ToChronoTime(deadline));
    call(&state->context, &state->request, &state->response, [state, done](grpc::Status status) {
      if (!status.ok()) {
        done(rpc::FromGrpc(status));
      } else {
        done(rpc::OwnerHead{state->response.header().revision(), state->response.header().consistency_token()});
      }
    });
  };
}

}  // namespace

SuiteCopy MakeSuiteCopy(std::shared_ptr<grpc::Channel> forces, std::shared_ptr<grpc::Channel> concerns,
                        std::shared_ptr<grpc::Channel> monitoring, const rpc::Identity& identity,
                        observe::Metrics* metrics) {
  SuiteCopy copy;
  const Prepare prepare = [identity](grpc::ClientContext& context) { identity.AddTo(context); };
  const auto options = [metrics](const char* owner, rpc::AskHead ask_head) {
    rpc::InformerOptions result;
    result.owner = owner;
    result.metrics = metrics;
    result.ask_head = std::move(ask_head);
    return result;
  };
  {
    using namespace forces::v1;  // NOLINT
    std::shared_ptr<ForcesService::Stub> stub = ForcesService::NewStub(forces);
    copy.forces = std::make_unique<ForcesInformer>(
        options("forces",
                AskByList<ListForcesRequest, ListForcesResponse>(
                    ListForcesRequest(), prepare,
                    [stub](auto* c, auto* q, auto* r, auto done) { stub->async()->ListForces(c, q, r, done); })),
        rpc::GrpcWatch<WatchForcesRequest, WatchForcesResponse>(
            [stub](auto* c, auto* q, auto* r) { stub->async()->WatchForces(c, q, r); }, prepare));
  }
  {
    using namespace concerns::v1;  // NOLINT
    std::shared_ptr<ConcernsService::Stub> stub = ConcernsService::NewStub(concerns);
    ListConcernsRequest all;
    all.set_parent("forces/-");
    copy.concerns = std::make_unique<ConcernsInformer>(
        options("concerns",
                AskByList<ListConcernsRequest, ListConcernsResponse>(
                    all, prepare,
                    [stub](auto* c, auto* q, auto* r, auto done) { stub->async()->ListConcerns(c, q, r, done); })),
        rpc::GrpcWatch<WatchConcernsRequest, WatchConcernsResponse>(
            [stub](auto* c, auto* q, auto* r) { stub->async()->WatchConcerns(c, q, r); }, prepare));
  }
  {
    using namespace monitoring::v1;  // NOLINT
    std::shared_ptr<MonitoringService::Stub> stub = MonitoringService::NewStub(monitoring);
    ListDecisionsRequest all;
    all.set_parent("forces/-");
    copy.monitoring = std::make_unique<MonitoringInformer>(
        options("monitoring",
                AskByList<ListDecisionsRequest, ListDecisionsResponse>(
                    all, prepare,
                    [stub](auto* c, auto* q, auto* r, auto done) { stub->async()->ListDecisions(c, q, r, done); })),
        rpc::GrpcWatch<WatchMonitoringRequest, WatchMonitoringResponse>(
            [stub](auto* c, auto* q, auto* r) { stub->async()->WatchMonitoring(c, q, r); }, prepare));
  }
  return copy;
}

}  // namespace oversight::gateway
