#include "gateway/forward/grpc_proxy.h"

#include <memory>
#include <mutex>

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

// One call: the server side, which the client's messages come from, and the backend side. Deleted when both are done.
class ProxyCall final : public grpc::ServerGenericBidiReactor {
 public:
  ProxyCall(const Route& route, grpc::GenericCallbackServerContext* server) : backend_(this), server_(server) {
    for (const auto& header : ForwardedHeaders()) {
      const auto [begin, end] = server->client_metadata().equal_range(header);
      for (auto it = begin; it != end; ++it) {
        context_.AddMetadata(header, std::string(it->second.data(), it->second.size()));
      }
    }
    context_.set_deadline(server->deadline());
    route.stub->PrepareBidiStreamingCall(&context_, route.path, {}, &backend_);
    backend_.AddHold();  // For the writes and reads that this side starts; see EndBackend.
    backend_.StartCall();
    StartRead(&from_client_);
  }

 private:
  class Backend final : public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
   public:
    explicit Backend(ProxyCall* call) : call_(call) {}
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
      call_->Finish(status);
      call_->Release();
    }

   private:
    ProxyCall* call_;
  };

  void OnReadDone(bool ok) override {
    std::lock_guard lock(mu_);
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

  Backend backend_;
  grpc::GenericCallbackServerContext* server_;
  grpc::ClientContext context_;
  grpc::ByteBuffer from_client_, from_backend_;
  std::mutex mu_;
  bool backend_ended_ = false;
  std::atomic<int> sides_{2};
};

}  // namespace

grpc::ServerGenericBidiReactor* GrpcProxy::CreateReactor(grpc::GenericCallbackServerContext* context) {
  const Route* route = routes_.Find(context->method());
  if (route == nullptr) {
    return new Refusal(rpc::ToGrpc(Error(absl::StatusCode::kUnimplemented, common::v1::ERROR_REASON_UNKNOWN_METHOD,
                                         "There is no method " + context->method() + ".")
                                       .With("method", context->method())));
  }
  return new ProxyCall(*route, context);
}

}  // namespace oversight::gateway
