// The gateway's RPCs. Dashboards leave as bytes that were encoded once per change of what they show (see
// dashboard/dashboard_source.h); only the sections' status is made per answer. What is asked for seldom, agenda packs
// and comparisons, is made for each call. Thread-safe.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "common/auth/authorization.h"
#include "common/rpc/call.h"
#include "common/rpc/read_reporter.h"
#include "gateway/dashboard/dashboard_source.h"
#include "oversight/gateway/v1/gateway_service.grpc.pb.h"

namespace oversight::gateway {

class DashboardFeed;

class GatewayServiceImpl final
    : public v1::GatewayService::WithRawCallbackMethod_GetNationalDashboard<
          v1::GatewayService::WithRawCallbackMethod_GetForceDashboard<
              v1::GatewayService::WithRawCallbackMethod_WatchDashboard<v1::GatewayService::WithCallbackMethod_GetAgenda<
                  v1::GatewayService::WithCallbackMethod_ListComparisons<
                      v1::GatewayService::WithCallbackMethod_Search<v1::GatewayService::Service>>>>>> {
 public:
  // Listens to the source: make it before the copies start. All must outlive it. The channels are for reads of the
  // past. What is answered is told to `reporter`; what is read in the caller's name, of the past for instance, its
  // owner notes itself.
  GatewayServiceImpl(rpc::Host& host, DashboardSource& source, SuiteChannels channels,
                     const auth::AuthorizationTable& table, rpc::ReadReporter& reporter);
  ~GatewayServiceImpl() override;

  grpc::ServerUnaryReactor* GetNationalDashboard(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                                 grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* GetForceDashboard(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                              grpc::ByteBuffer* response) override;
  grpc::ServerWriteReactor<grpc::ByteBuffer>* WatchDashboard(grpc::CallbackServerContext* context,
                                                             const grpc::ByteBuffer* request) override;
  grpc::ServerUnaryReactor* GetAgenda(grpc::CallbackServerContext* context, const v1::GetAgendaRequest* request,
                                      v1::GetAgendaResponse* response) override;
  grpc::ServerUnaryReactor* ListComparisons(grpc::CallbackServerContext* context,
                                            const v1::ListComparisonsRequest* request,
                                            v1::ListComparisonsResponse* response) override;

  grpc::ServerUnaryReactor* Search(grpc::CallbackServerContext* context, const v1::SearchRequest* request,
                                   v1::SearchResponse* response) override;

  // Ends the thread that tells watchers of the sections' status.
  void Stop();

 private:
  void TendFeeds();
  void Note(const rpc::Call& call, const EncodedDashboard& dashboard);
  void GetPastNationalDashboard(rpc::Call& call, const v1::GetNationalDashboardRequest& request,
                                grpc::ByteBuffer* response, rpc::Done done);
  void GetPastDashboard(rpc::Call& call, const v1::GetForceDashboardRequest& request, grpc::ByteBuffer* response,
                        rpc::Done done);

  rpc::Host& host_;
  DashboardSource& source_;
  const SuiteChannels channels_;
  const auth::AuthorizationTable& table_;
  rpc::ReadReporter& reporter_;
  std::mutex mu_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::set<std::shared_ptr<DashboardFeed>> feeds_;
  std::thread tending_;
};

}  // namespace oversight::gateway
