// The informer's Watch call over gRPC: a thin typed shell. `begin` starts a call on a stub:
//
//   GrpcWatch<WatchForcesRequest, WatchForcesResponse>(
//       [stub](auto* context, auto* request, auto* reactor) { stub->async()->WatchForces(context, request, reactor); })
//
// The request type needs a field `start`. `prepare` may add metadata and such to the context of each call.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "common/rpc/informer.h"
#include "common/rpc/status_mapping.h"
#include "grpcpp/client_context.h"
#include "grpcpp/support/client_callback.h"

namespace oversight::rpc {

template <class Request, class Response>
class GrpcWatchCall final : public WatchCall, public grpc::ClientReadReactor<Response> {
 public:
  GrpcWatchCall(const common::v1::WatchStart& start,
                std::function<void(std::unique_ptr<google::protobuf::Message>)> message,
                std::function<void(absl::Status)> done)
      : message_(std::move(message)), done_(std::move(done)) {
    *request_.mutable_start() = start;
  }

  template <class Begin>
  static std::shared_ptr<WatchCall> Open(std::shared_ptr<GrpcWatchCall> call, const Begin& begin,
                                         const std::function<void(grpc::ClientContext&)>& prepare) {
    if (prepare) prepare(call->context_);
    call->self_ = call;  // gRPC's share, until OnDone
    begin(&call->context_, &call->request_, static_cast<grpc::ClientReadReactor<Response>*>(call.get()));
    call->StartRead(call->response_.get());
    call->StartCall();
    return call;
  }

  void Cancel() override { context_.TryCancel(); }

  void OnReadDone(bool ok) override {
    if (!ok) return;
    // The next message is not read before this one has been taken in: flow control reaches the server.
    message_(std::exchange(response_, std::make_unique<Response>()));
    this->StartRead(response_.get());
  }

  void OnDone(const grpc::Status& status) override {
    const auto self = std::move(self_);
    done_(FromGrpc(status));
  }

 private:
  grpc::ClientContext context_;
  Request request_;
  std::unique_ptr<Response> response_ = std::make_unique<Response>();
  std::function<void(std::unique_ptr<google::protobuf::Message>)> message_;
  std::function<void(absl::Status)> done_;
  std::shared_ptr<GrpcWatchCall> self_;
};

template <class Request, class Response, class Begin>
OpenWatch GrpcWatch(Begin begin, std::function<void(grpc::ClientContext&)> prepare = nullptr) {
  using Call = GrpcWatchCall<Request, Response>;
  return
      [begin = std::move(begin), prepare = std::move(prepare)](
          const common::v1::WatchStart& start, std::function<void(std::unique_ptr<google::protobuf::Message>)> message,
          std::function<void(absl::Status)> done) {
        return Call::Open(std::make_shared<Call>(start, std::move(message), std::move(done)), begin, prepare);
      };
}

}  // namespace oversight::rpc
