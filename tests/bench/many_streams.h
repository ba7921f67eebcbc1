// Many streams that wait for events, as so many watchers hold them, and how long one event takes to all of them. It
// works on bytes and one completion queue, like ClosedLoop and for the same reason. Used by one thread.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "grpcpp/channel.h"
#include "grpcpp/completion_queue.h"
#include "grpcpp/generic/generic_stub.h"

namespace oversight::bench {

class ManyStreams {
 public:
  static constexpr int kChannels = 4;

  // Opens `count` streams of `method` with this first message, as `principal`, and waits until each has been answered
  // once. `only`: nothing more will be sent. Dies with a message when that is not possible.
  ManyStreams(const std::string& address, const std::string& principal, const std::string& method,
              const std::string& request, bool only, int count);
  ~ManyStreams();

  // How long each stream waited, from the moment `cause` was called on a thread of its own, for a message that holds
  // `mark`, in milliseconds and in the order they came.
  std::vector<double> Deliver(const std::string& mark, const std::function<void()>& cause);

 private:
  struct Stream;

  std::vector<std::shared_ptr<grpc::Channel>> channels_;
  std::vector<std::unique_ptr<grpc::GenericStub>> stubs_;
  grpc::CompletionQueue queue_;
  std::deque<Stream> streams_;
};

}  // namespace oversight::bench
