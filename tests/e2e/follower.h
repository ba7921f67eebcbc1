// One that follows everything a service owns through whatever happens to its replicas: when the stream breaks off it
// resumes after its last revision, with the token of that revision, and keeps what each stream told it. The channel
// decides which replica answers. For one driving thread.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "common/rpc/resources.h"
#include "common/rpc/status_mapping.h"
#include "common/rpc/watch_shape.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "gtest/gtest.h"
#include "tests/support/awaited.h"
#include "tests/support/watch_validators.h"

namespace oversight::testing {

// A transaction as one who sees everything is told it. Versions are not told.
inline Delivery AsTold(const ledger::Transaction& transaction) {
  Delivery delivery = DeliveryOf(transaction);
  for (WatchedChange& change : delivery.changes) change.version = 0;
  return delivery;
}

class Follower {
 public:
  virtual ~Follower() = default;
  // False when it has not been told of everything up to `revision` in good time.
  virtual bool WaitFor(int64_t revision) = 0;
  // Stops it. What it was told, one part per stream.
  virtual std::vector<std::vector<Delivery>> Stop() = 0;
};

template <class Service, class Request, class Response>
class FollowerOf final : public Follower {
 public:
  using Watch = std::unique_ptr<grpc::ClientReader<Response>> (Service::Stub::*)(grpc::ClientContext*, const Request&);

  FollowerOf(std::shared_ptr<grpc::Channel> channel, Watch watch, int64_t resume_after)
      : stub_(Service::NewStub(std::move(channel))), watch_(watch), seen_(resume_after), thread_([this] { Run(); }) {}
  ~FollowerOf() override { Stop(); }

  bool WaitFor(int64_t revision) override {
    std::unique_lock lock(mu_);
    return changed_.wait_for(lock, kPatience, [&] { return seen_ >= revision; });
  }

  std::vector<std::vector<Delivery>> Stop() override {
    {
      std::lock_guard lock(mu_);
      stopping_ = true;
      if (context_ != nullptr) context_->TryCancel();
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
    return parts_;
  }

 private:
  void Run() {
    while (Follow()) {
      // A moment before the next try; nothing is assumed of its length.
      std::unique_lock lock(mu_);
      changed_.wait_for(lock, std::chrono::milliseconds(10), [this] { return stopping_; });
    }
  }

  // One stream. False when there shall be no other.
  bool Follow() {
    grpc::ClientContext context;
    Request request;
    {
      std::lock_guard lock(mu_);
      if (stopping_) return false;
      context_ = &context;
      request.mutable_start()->set_resume_after(seen_);
      request.mutable_start()->set_token(token_);
      request.mutable_start()->mutable_bookmark_interval()->set_nanos(100'000'000);
      parts_.emplace_back();
    }
    const auto stream = (stub_.get()->*watch_)(&context, request);
    Response response;
    while (stream->Read(&response)) Take(response);
    const grpc::Status status = stream->Finish();
    std::lock_guard lock(mu_);
    context_ = nullptr;
    if (stopping_) return false;
    if (status.error_code() != grpc::StatusCode::UNAVAILABLE) {
      ADD_FAILURE() << "a watch after revision " << request.start().resume_after() << " ended with "
                    << rpc::FromGrpc(status);
      return false;
    }
    return true;
  }

  void Take(Response& response) {
    std::lock_guard lock(mu_);
    if (const auto* bookmark = shape_.Bookmark(response)) {
      EXPECT_GE(bookmark->revision(), seen_) << "a bookmark went back";
      seen_ = bookmark->revision();
      token_ = bookmark->consistency_token();
    } else if (shape_.IsEvents(response)) {
      auto events = shape_.TakeEvents(&response);
      Delivery delivery{events.revision, {}};
      for (const auto& event : events.events) {
        delivery.changes.push_back(
            {event.name, 0, event.type == common::v1::EVENT_TYPE_DELETED, rpc::ToPayload(*event.resource)});
      }
      parts_.back().push_back(std::move(delivery));
      seen_ = events.revision;
      token_ = events.token;
    }
    changed_.notify_all();
  }

  const rpc::WatchShape shape_{Response::descriptor()};
  const std::unique_ptr<typename Service::Stub> stub_;
  const Watch watch_;

  std::mutex mu_;
  std::condition_variable changed_;
  int64_t seen_;
  std::string token_;
  bool stopping_ = false;
  grpc::ClientContext* context_ = nullptr;
  std::vector<std::vector<Delivery>> parts_;
  std::thread thread_;
};

}  // namespace oversight::testing
