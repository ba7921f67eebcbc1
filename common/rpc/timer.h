// Runs a function once, after a while, on a gRPC thread. Setting it again or destroying it takes back what has not
// begun to run; what has begun runs on, so the function keeps alive what it uses. Not thread-safe: the owner's lock
// guards it, and may be held in every call here, since the function never runs inside one.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <utility>

#include "absl/time/time.h"
#include "grpc/grpc.h"
#include "grpcpp/alarm.h"

namespace oversight::rpc {

class Timer {
 public:
  void Set(absl::Duration delay, std::function<void()> run) {
    // The last alarm to go would otherwise shut gRPC down, and wait under the owner's lock for a function that wants
    // it.
    [[maybe_unused]] static const bool kept = (grpc_init(), true);
    // A new alarm each time: gRPC's may not be set again while its function runs.
    alarm_ = std::make_unique<grpc::Alarm>();
    alarm_->Set(std::chrono::system_clock::now() + absl::ToChronoNanoseconds(delay),
                [run = std::move(run)](bool expired) {
                  if (expired) run();
                });
  }
  void Cancel() { alarm_.reset(); }

 private:
  std::unique_ptr<grpc::Alarm> alarm_;
};

}  // namespace oversight::rpc
