// Keeps what a Watch RPC of any service sends, so that all of it can be held to what every Watch promises
// (watch_validators.h). RecordedWatch is an open stream that records by itself: tests with a Watch read through it.
//
//   RecordedWatch<WatchForcesResponse> watch(/*initial_state=*/true, [&](auto* context) {
//     return stub->WatchForces(context, request);
//   });
//   while (watch.Read(&response)) { ... }
//   EXPECT_TRUE(KeepsWatchPromises(watch.End(), LogToldBy<WatchForcesResponse>(server->ledger())));
//
// Used by one thread.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "common/ledger/ledger.h"
#include "common/rpc/watch_shape.h"
#include "google/protobuf/message.h"
#include "grpcpp/client_context.h"
#include "grpcpp/support/sync_stream.h"
#include "tests/support/awaited.h"
#include "tests/support/watch_validators.h"

namespace oversight::testing {

class WatchRecorder {
 public:
  WatchRecorder(const google::protobuf::Descriptor* response, bool initial_state) : shape_(response) {
    story_.initial_state = initial_state;
  }
  // The next message of the stream.
  void Add(const google::protobuf::Message& response);
  const WatchStory& story() const { return story_; }

 private:
  const rpc::WatchShape shape_;
  WatchStory story_;
};

// Changes a caller may not see are left out, or made what the caller is told, by `told`: false leaves one out.
using ToldFilter = std::function<bool(WatchedChange&)>;

// The whole log of a ledger as a stream with these kinds of resources tells it to a caller.
std::vector<Delivery> LogToldBy(ledger::Ledger& ledger, const google::protobuf::Descriptor* response,
                                const ToldFilter& told = nullptr);
template <class Response>
std::vector<Delivery> LogToldBy(ledger::Ledger& ledger, const ToldFilter& told = nullptr) {
  return LogToldBy(ledger, Response::descriptor(), told);
}

template <class Response>
class RecordedWatch {
 public:
  using Reader = std::unique_ptr<grpc::ClientReader<Response>>;

  // `open` begins the call.
  template <class Open>
  RecordedWatch(bool initial_state, Open open) : recorder_(Response::descriptor(), initial_state) {
    context_.set_deadline(std::chrono::system_clock::now() + kPatience);
    reader_ = open(&context_);
  }
  ~RecordedWatch() { End(); }

  bool Read(Response* response) {
    if (!reader_->Read(response)) return false;
    recorder_.Add(*response);
    return true;
  }
  // Reads until a message that `is_last`, which is given; an empty one when the stream ends before.
  template <class Predicate>
  Response ReadUntil(Predicate is_last) {
    Response response;
    while (Read(&response)) {
      if (is_last(response)) return response;
    }
    return Response();
  }
  // Passes over bookmarks.
  Response ReadEvents() {
    return ReadUntil([](const Response& response) { return response.has_events(); });
  }
  // Breaks the stream off, unless it has ended, reads what is on its way, and tells all that came.
  const WatchStory& End() {
    context_.TryCancel();
    Finish();
    return recorder_.story();
  }
  // How the stream ended. Waits for that.
  grpc::Status Finish() {
    if (reader_ == nullptr) return status_;
    Response response;
    while (Read(&response)) {
    }
    status_ = reader_->Finish();
    reader_.reset();
    return status_;
  }
  grpc::ClientContext& context() { return context_; }

 private:
  grpc::ClientContext context_;
  Reader reader_;
  WatchRecorder recorder_;
  grpc::Status status_;
};

}  // namespace oversight::testing
