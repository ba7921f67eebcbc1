#include "gateway/service/gateway_service.h"

#include <utility>

#include "common/rpc/errors.h"
#include "gateway/service/authorization.h"
#include "gateway/service/dashboard_bytes.h"
#include "gateway/service/dashboard_feed.h"

namespace oversight::gateway {

GatewayServiceImpl::GatewayServiceImpl(rpc::Host& host, DashboardSource& source, const auth::AuthorizationTable& table)
    : host_(host), source_(source), table_(table) {
  source_.AddListener([this] {
    std::vector<std::shared_ptr<DashboardFeed>> feeds;
    {
      std::lock_guard lock(mu_);
      feeds.assign(feeds_.begin(), feeds_.end());
    }
    for (const auto& feed : feeds) feed->Notify();
  });
  tending_ = std::thread([this] { TendFeeds(); });
}

GatewayServiceImpl::~GatewayServiceImpl() { Stop(); }

void GatewayServiceImpl::Stop() {
  {
    std::lock_guard lock(mu_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (tending_.joinable()) tending_.join();
}

void GatewayServiceImpl::TendFeeds() {
  std::unique_lock lock(mu_);
  while (!wake_.wait_for(lock, std::chrono::milliseconds(250), [this] { return stopping_; })) {
    if (feeds_.empty()) continue;
    const std::vector<std::shared_ptr<DashboardFeed>> feeds(feeds_.begin(), feeds_.end());
    lock.unlock();
    const auto sections = source_.Sections(Audience::kInspectorate);
    const absl::Time now = absl::Now();
    for (const auto& feed : feeds) feed->Tick(now, sections);
    lock.lock();
  }
}

grpc::ServerUnaryReactor* GatewayServiceImpl::GetNationalDashboard(grpc::CallbackServerContext* context,
                                                                   const grpc::ByteBuffer* request,
                                                                   grpc::ByteBuffer* response) {
  return host_.UnaryRaw<v1::GetNationalDashboardRequest>(
      context, request, response,
      [this](rpc::Call& call, const v1::GetNationalDashboardRequest& request, grpc::ByteBuffer* response,
             rpc::Done done) {
        source_.WaitFresh(request.freshness(), call.deadline(), [this, response, done](const absl::Status& fresh) {
          if (!fresh.ok()) return done(fresh);
          const auto sections = source_.Sections(Audience::kInspectorate);
          const auto encoded = source_.National();
          if (!encoded.ok()) return done(encoded.status());
          *response = DashboardBytes(v1::GetNationalDashboardResponse::kDashboardFieldNumber, sections, *encoded);
          done(absl::OkStatus());
        });
      });
}

grpc::ServerUnaryReactor* GatewayServiceImpl::GetForceDashboard(grpc::CallbackServerContext* context,
                                                                const grpc::ByteBuffer* request,
                                                                grpc::ByteBuffer* response) {
  return host_.UnaryRaw<v1::GetForceDashboardRequest>(
      context, request, response,
      [this](rpc::Call& call, const v1::GetForceDashboardRequest& request, grpc::ByteBuffer* response, rpc::Done done) {
        source_.WaitFresh(request.freshness(), call.deadline(),
                          [this, response, force = request.name(), audience = AudienceOf(call.principal()),
                           done](const absl::Status& fresh) {
                            if (!fresh.ok()) return done(fresh);
                            const auto sections = source_.Sections(audience);
                            const auto encoded = source_.Force(force, audience);
                            if (!encoded.ok()) return done(encoded.status());
                            *response = DashboardBytes(v1::GetForceDashboardResponse::kDashboardFieldNumber, sections,
                                                       *encoded);
                            done(absl::OkStatus());
                          });
      });
}

grpc::ServerWriteReactor<grpc::ByteBuffer>* GatewayServiceImpl::WatchDashboard(grpc::CallbackServerContext* context,
                                                                               const grpc::ByteBuffer* request) {
  return host_.StreamRaw<v1::WatchDashboardRequest>(
      context, request,
      [this](std::shared_ptr<rpc::StreamCall<grpc::ByteBuffer>> stream, const v1::WatchDashboardRequest& request) {
        // A watch shows what one of the two reads shows, so that read's rule decides.
        const std::string method = request.force().empty() ? "GetNationalDashboard" : "GetForceDashboard";
        const absl::Status allowed = auth::Check(table_, method, stream->principal(), request.force(),
                                                 [this](const std::string& force) { return source_.RegionOf(force); });
        if (!allowed.ok()) return stream->Finish(allowed);
        auto feed = std::make_shared<DashboardFeed>(source_, stream, request, AudienceOf(stream->principal()));
        {
          std::lock_guard lock(mu_);
          feeds_.insert(feed);
        }
        stream->OnEnd([this, feed] {
          {
            std::lock_guard lock(mu_);
            feeds_.erase(feed);
          }
          feed->End();
        });
        feed->Notify();
      });
}

}  // namespace oversight::gateway
