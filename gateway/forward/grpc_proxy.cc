#include "gateway/forward/grpc_proxy.h"

#include <atomic>
#include <iterator>
#include <mutex>
#include <optional>

#include "common/limits/cost.h"
#include "common/rpc/errors.h"
#include "common/rpc/status_mapping.h"
#include "gateway/forward/backend_call.h"

namespace oversight::gateway {
namespace {

// Refuses a call.
class Refusal final : public grpc::ServerGenericBidiReactor {
 public:
  explicit Refusal(const grpc::Status& status) { Finish(status); }
  void OnDone() override { delete this; }
};

grpc::Status DrainingStatus() {
  return rpc::ToGrpc(Error(absl::StatusCode::kUnavailable, common::v1::ERROR_REASON_DRAINING,
                           "The gateway is stopping. Resume the stream elsewhere or later.")
                         .RetryAfter(absl::Seconds(1)));
}

}  // namespace

// One call: the server side, which the client's messages come from, and the backend side. Deleted when both are done.
class GrpcProxy::Call final : public grpc::ServerGenericBidiReactor {
 public:
  Call(GrpcProxy& proxy, const Route& route, grpc::GenericCallbackServerContext* server,
       limits::CallerLimits::Place place)
      : proxy_(proxy), place_(std::move(place)), route_(&route), backend_(this), server_(server) {
    {
      std::lock_guard lock(proxy_.mu_);
      ++proxy_.calls_;
      if (route.method->server_streaming()) proxy_.streams_.insert(this);
      drained_ = proxy_.draining_;
    }
    for (const auto& header : ForwardedHeaders()) {
      if (header == "traceparent" || header == "tracestate") continue;
      const auto [begin, end] = server->client_metadata().equal_range(header);
      for (auto it = begin; it != end; ++it) {
        AddHeader(context_, header, {it->second.data(), it->second.size()});
      }
    }
    context_.set_deadline(server->deadline());
    // Where the request says which backend is meant, its first message is read before one is called.
    if (route_->by_ledger.empty()) StartBackend();
    StartRead(&from_client_);
    if (drained_) context_.TryCancel();
  }
  ~Call() override {
    std::lock_guard lock(proxy_.mu_);
    --proxy_.calls_;
    proxy_.streams_.erase(this);
  }

  void Drain() {
    drained_ = true;
    context_.TryCancel();
  }

 private:
  class Backend final : public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
   public:
    explicit Backend(Call* call) : call_(call) {}
    void OnReadInitialMetadataDone(bool ok) override {
      if (ok) call_->PassInitialMetadata();
      // Not before: a message passed on sends the headers, which must be complete by then.
      StartRead(&call_->from_backend_);
    }
    void OnReadDone(bool ok) override {
      if (ok) {
        call_->StartWrite(&call_->from_backend_);
      } else {
        call_->EndBackend();
      }
    }
    void OnWriteDone(bool ok) override {
      // A failed write means the backend has ended the call; its status comes by OnDone.
      if (ok) call_->StartRead(&call_->from_client_);
    }
    void OnDone(const grpc::Status& status) override {
      call_->passed_on_->Ended(status);
      call_->PassTrailingMetadata();
      call_->Finish(call_->drained_ && status.error_code() == grpc::StatusCode::CANCELLED
                        ? DrainingStatus()
                        : Explain(*call_->route_, status));
      call_->Release();
    }

   private:
    Call* call_;
  };

  // Found twice a header says nothing.
  std::string_view HeaderOf(const char* name) const {
    const auto [begin, end] = server_->client_metadata().equal_range(name);
    if (begin == end || std::next(begin) != end) return {};
    return {begin->second.data(), begin->second.size()};
  }

  void StartBackend() {
    backend_started_ = true;
    passed_on_.emplace(*route_, HeaderOf("traceparent"), HeaderOf("tracestate"));
    passed_on_->AddTrace(context_);
    route_->stub->PrepareBidiStreamingCall(&context_, route_->path, {}, &backend_);
    backend_.AddHold();  // For the writes and reads that this side starts; see EndBackend.
    backend_.StartCall();
  }

  void OnReadDone(bool ok) override {
    std::lock_guard lock(mu_);
    if (!backend_started_) {
      if (ok) route_ = &route_->For(from_client_);
      StartBackend();
    }
    if (backend_ended_) return;
    if (ok) {
      backend_.StartWrite(&from_client_);
    } else {
      backend_.StartWritesDone();
    }
  }
  void OnWriteDone(bool ok) override {
    std::lock_guard lock(mu_);
    if (backend_ended_) return;
    if (ok) {
      backend_.StartRead(&from_backend_);
    } else {
      context_.TryCancel();
      EndBackendLocked();
    }
  }
  void OnCancel() override { context_.TryCancel(); }
  void OnDone() override { Release(); }

  void PassInitialMetadata() {
    const auto& leading = context_.GetServerInitialMetadata();
    if (const auto it = leading.find("x-request-id"); it != leading.end()) {
      server_->AddInitialMetadata("x-request-id", std::string(it->second.data(), it->second.size()));
    }
  }

  void PassTrailingMetadata() {
    const auto& trailing = context_.GetServerTrailingMetadata();
    if (const auto it = trailing.find("x-request-id"); it != trailing.end()) {
      server_->AddTrailingMetadata("x-request-id", std::string(it->second.data(), it->second.size()));
    }
  }

  void EndBackend() {
    std::lock_guard lock(mu_);
    EndBackendLocked();
  }
  // Nothing more will be started on the backend side.
  void EndBackendLocked() {
    if (backend_ended_) return;
    backend_ended_ = true;
    backend_.RemoveHold();
  }

  void Release() {
    if (sides_.fetch_sub(1) == 1) delete this;
  }

  GrpcProxy& proxy_;
  const limits::CallerLimits::Place place_;  // Among the calls of its address.
  const Route* route_;
  std::atomic<bool> drained_{false};
  Backend backend_;
  grpc::GenericCallbackServerContext* server_;
  grpc::ClientContext context_;
  std::optional<PassedOn> passed_on_;
  grpc::ByteBuffer from_client_, from_backend_;
  std::mutex mu_;
  bool backend_started_ = false;  // from the constructor, or with the first message read
  bool backend_ended_ = false;
  std::atomic<int> sides_{2};
};

void GrpcProxy::Drain() {
  std::lock_guard lock(mu_);
  draining_ = true;
  for (Call* call : streams_) call->Drain();
}

grpc::ServerGenericBidiReactor* GrpcProxy::CreateReactor(grpc::GenericCallbackServerContext* context) {
  const Route* route = routes_.Find(context->method());
  if (route == nullptr) {
    return new Refusal(rpc::ToGrpc(Error(absl::StatusCode::kUnimplemented, common::v1::ERROR_REASON_UNKNOWN_METHOD,
                                         "There is no method " + context->method() + ".")
                                       .With("method", context->method())));
  }
  auto place = host_.AdmitAddress(*context, limits::CostOf(*route->method), route->method->server_streaming());
  if (!place.ok()) {
    host_.refusals().Tell(route->path, "", context->peer(), place.status());
    return new Refusal(rpc::ToGrpc(place.status()));
  }
  {
    std::lock_guard lock(mu_);
    if (draining_) return new Refusal(DrainingStatus());
    if (calls_ >= kMaxCalls) {
      const absl::Status full = Error(absl::StatusCode::kResourceExhausted, common::v1::ERROR_REASON_OVERLOADED,
                                      "The gateway passes on as many calls as it can. Try again a little later.")
                                    .RetryAfter(absl::Seconds(1));
      host_.refusals().Tell(route->path, "", context->peer(), full);
      return new Refusal(rpc::ToGrpc(full));
    }
  }
  return new Call(*this, *route, context, *std::move(place));
}

}  // namespace oversight::gateway
