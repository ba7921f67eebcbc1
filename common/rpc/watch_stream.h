// The server side of every Watch RPC: what `oversight.common.v1.WatchStart` promises, once, over the ledger. A service
// writes only this:
//
//   return host_.Stream<WatchForcesResponse>(context, request, [this](auto call, const WatchForcesRequest& q) {
//     rpc::ServeWatch(std::move(call), q.start(), watch_options_);
//   });
//
// The stream pulls: it asks the ledger for more only when the last message has left, so a slow client costs one message
// and, when it falls too far behind, gets RESOURCE_EXHAUSTED WATCH_LAGGING with `last_revision`. The events of one
// transaction go out in one message. Besides the bookmarks promised, one is sent as soon as a resumed stream has caught up
// with the head, so that a client knows at once that its copy is current.
//
// Every Watch response has the same shape (`created | events | bookmark`), so the typed messages are made by reflection
// (WatchAdapter): the kind of a resource is the message name of a field in the event's oneof `resource`.
//
// A WatchFeed keeps itself alive through the callbacks it owes and lets go when the call ends. The options' ledger and
// clock must outlive all calls. Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/ledger/ledger.h"
#include "common/rpc/call.h"
#include "common/time/clock.h"
#include "google/protobuf/message.h"
#include "oversight/common/v1/watch.pb.h"

namespace oversight::rpc {

// Whether the caller may see a version. Runs on ledger threads: must not block. What is hidden is left out; a
// transaction of which nothing is left sends nothing.
using VersionFilter = std::function<bool(const ledger::Version&)>;

struct WatchOptions {
  ledger::Ledger* ledger = nullptr;
  const Clock* clock = nullptr;
  VersionFilter visible;        // Empty: all.
  int chunk_items = 200;        // Of the initial state, in one message.
  size_t chunk_bytes = 256 << 10;
};

// Fills in the messages of one Watch response type. Immutable after construction, so thread-safe. Dies at construction
// when the type has not the shape: that is a fault of the .proto, and the first test finds it.
class WatchAdapter {
 public:
  explicit WatchAdapter(const google::protobuf::Descriptor* response);

  // The kinds of resource that the stream can tell of, as full message names, in order of their field numbers.
  const std::vector<std::string>& kinds() const { return kinds_; }

  void SetCreated(google::protobuf::Message* response, ledger::Revision revision, const std::string& token) const;
  void SetBookmark(google::protobuf::Message* response, ledger::Revision revision, const std::string& token,
                   bool initial_state_end, absl::Time now) const;
  // Makes `response` an events message without events.
  void SetEvents(google::protobuf::Message* response, ledger::Revision revision, absl::Time recorded_time,
                 const std::string& token) const;
  // Adds an event; false when the stream does not tell of this kind. DATA_LOSS when the payload is not of its kind.
  absl::StatusOr<bool> AddEvent(google::protobuf::Message* response, const ledger::Version& version,
                                common::v1::EventType type) const;

 private:
  friend class WatchReader;
  const google::protobuf::FieldDescriptor *created_, *events_, *bookmark_;
  const google::protobuf::FieldDescriptor *revision_, *recorded_time_, *event_, *token_;
  const google::protobuf::FieldDescriptor *type_, *name_;
  std::vector<std::string> kinds_;
  std::vector<const google::protobuf::FieldDescriptor*> resources_;  // Beside kinds_.
};

// Where a feed's messages go: one at a time.
class WatchPort {
 public:
  virtual ~WatchPort() = default;
  virtual std::unique_ptr<google::protobuf::Message> NewResponse() const = 0;
  virtual void Write(google::protobuf::Message* response, std::function<void(bool ok)> written) = 0;
  virtual void Finish(const absl::Status& status) = 0;
};

class WatchFeed {
 public:
  // Checks `start` and serves it until the port fails, the ledger ends it or Stop is called. An error in `start` finishes
  // the port. Returns null then.
  static std::shared_ptr<WatchFeed> Start(std::unique_ptr<WatchPort> port, const WatchAdapter& adapter,
                                          const common::v1::WatchStart& start, const WatchOptions& options);
  virtual ~WatchFeed() = default;
  // The stream is over: lets go of everything that feeds it. Idempotent.
  virtual void Stop() = 0;
};

namespace internal {

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

}  // namespace internal

template <class Response>
void ServeWatch(std::shared_ptr<StreamCall<Response>> call, const common::v1::WatchStart& start,
                const WatchOptions& options) {
  static const WatchAdapter adapter(Response::descriptor());
  auto feed = WatchFeed::Start(std::make_unique<internal::StreamPort<Response>>(call), adapter, start, options);
  if (feed != nullptr) call->OnEnd([feed] { feed->Stop(); });
}

}  // namespace oversight::rpc
