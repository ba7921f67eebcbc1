// The server side of every Watch RPC: what `oversight.common.v1.WatchStart` promises, once, over the ledger. A service
// writes only this:
//
//   return host_.Stream<WatchForcesResponse>(context, request, [this](auto call, const WatchForcesRequest& q) {
//     rpc::ServeWatch(std::move(call), q.start(), watch_options_);
//   });
//
// The stream pulls: it asks the ledger for more only when all it was given has left, so a slow client holds one message
// and one batch of transactions, or two pages of the initial state, and when it falls too far behind gets
// RESOURCE_EXHAUSTED WATCH_LAGGING with `last_revision`. The events of one transaction go out in one message. Besides
// the bookmarks promised, one is sent as soon as a stream has caught up with the head, so that a client knows at once
// that its copy is current.
//
// A WatchFeed keeps itself alive through the callbacks it owes and lets go when the call ends. The options' ledger and
// clock must outlive all calls. Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "common/ledger/ledger.h"
#include "common/rpc/call.h"
#include "common/rpc/watch_shape.h"
#include "common/time/clock.h"
#include "google/protobuf/message.h"
#include "oversight/common/v1/watch.pb.h"

namespace oversight::rpc {

// Whether the caller may see a version. Runs on ledger and gRPC threads: must not block. What is hidden is left out; a
// transaction of which nothing is left sends nothing. A resource that becomes visible by a change is told as MODIFIED.
using VersionFilter = std::function<bool(const ledger::Version&)>;

struct WatchOptions {
  ledger::Ledger* ledger = nullptr;
  const Clock* clock = nullptr;
  VersionFilter visible;  // Empty: all.
  // The kinds to tell of. Empty: all that the response knows.
  std::vector<const google::protobuf::Descriptor*> kinds;
  // Makes each resource what this caller may see of it, such as without a reference it may not follow. Empty: as
  // stored.
  std::function<void(google::protobuf::Message*)> present;
  // A transaction of which nothing was sent is told by a bookmark as soon as the stream has caught up, instead of by
  // the next one that is due. For those who wait for revisions, not for outsiders: it tells at once that something was
  // hidden.
  bool bookmark_unseen = false;
  // The initial state goes out in messages of at most so many resources, and no more once so many bytes are in one.
  int chunk_items = 200;
  size_t chunk_bytes = 256 << 10;
};

// Where a feed's messages go: one at a time. `written` says whether the next may follow; false when the stream is over.
class WatchPort {
 public:
  virtual ~WatchPort() = default;
  virtual std::unique_ptr<google::protobuf::Message> NewResponse() const = 0;
  virtual void Write(google::protobuf::Message* response, std::function<void(bool ok)> written) = 0;
  virtual void Finish(const absl::Status& status) = 0;
};

class WatchFeed {
 public:
  // Checks `start` and serves it until Stop is called. Null when `start` is wrong: then the port has been finished with
  // why. The shape must live as long as the feed.
  static std::shared_ptr<WatchFeed> Start(std::shared_ptr<WatchPort> port, const WatchShape& shape,
                                          const common::v1::WatchStart& start, const WatchOptions& options);
  virtual ~WatchFeed() = default;
  // The stream is over: lets go of everything that feeds it. Idempotent.
  virtual void Stop() = 0;
};

template <class Response>
class StreamPort final : public WatchPort {
 public:
  explicit StreamPort(std::shared_ptr<StreamCall<Response>> call) : call_(std::move(call)) {}
  std::unique_ptr<google::protobuf::Message> NewResponse() const override { return std::make_unique<Response>(); }
  void Write(google::protobuf::Message* response, std::function<void(bool)> written) override {
    call_->Write(std::move(*static_cast<Response*>(response)), std::move(written));
  }
  void Finish(const absl::Status& status) override { call_->Finish(status); }

 private:
  std::shared_ptr<StreamCall<Response>> call_;
};

template <class Response>
void ServeWatch(std::shared_ptr<StreamCall<Response>> call, const common::v1::WatchStart& start,
                const WatchOptions& options) {
  auto feed = WatchFeed::Start(std::make_shared<StreamPort<Response>>(call), ShapeOf<Response>(), start, options);
  if (feed != nullptr) call->OnEnd([feed] { feed->Stop(); });
}

}  // namespace oversight::rpc
