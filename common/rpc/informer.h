// A local, read-only copy of what another service owns, kept current by its Watch RPC: list (initial state), then
// watch.
//
//   Informer<Force> forces(options, GrpcWatch<WatchForcesRequest, WatchForcesResponse>(   // informer_grpc.h
//       [stub](auto* context, auto* request, auto* reactor) { stub->async()->WatchForces(context, request, reactor);
//       }));
//   forces.Start();
//   auto copy = forces.Read();                       // one revision, for as long as it is held
//   if (auto force = copy->Get<Force>("forces/kent")) ...
//
// What a reader sees is always the owner's state at one revision: a transaction shows whole or not at all. (But for
// what was redacted by law since: while the copy passes the revisions of a redacted version, it has the one before it.)
// After a break the watch resumes where it was (backoff 100 ms to 2 s, jittered); when it cannot (the owner's log was
// compacted or replaced by another store) the copy is listed again beside the old one and swapped in one step. Readers
// meanwhile go on with the old copy and see in Status() how old it is.
//
// No thread of its own: it runs on gRPC's callback threads and alarms. Listeners and wait callbacks run there, one at a
// time per informer for listeners, without a lock held; they must not block and must not call Stop. Thread-safe. The
// channel must outlive the informer; Stop (or the destructor) returns when nothing of it runs any more.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/observe/metrics.h"
#include "common/rpc/snapshot_map.h"
#include "google/protobuf/message.h"
#include "oversight/common/v1/watch.pb.h"

namespace oversight::rpc {

// The owner's state at one revision. Immutable; messages got from it stay valid for as long as they are held.
class InformerCopy {
 public:
  int64_t revision() const { return revision_; }
  // The owner's consistency token of that revision.
  const std::string& token() const { return token_; }
  // When the owner recorded that revision; InfinitePast when it did not say.
  absl::Time recorded_time() const { return recorded_time_; }

  // Null when there is none.
  template <class T>
  std::shared_ptr<const T> Get(const std::string& name) const {
    return std::static_pointer_cast<const T>(Find(T::descriptor(), name));
  }
  // All below `parent`, such as "forces/kent/" or "" for all, in natural order of name.
  template <class T>
  std::vector<std::shared_ptr<const T>> List(const std::string& parent = "") const {
    std::vector<std::shared_ptr<const T>> result;
    Visit(T::descriptor(), parent, [&](const std::string&, const std::shared_ptr<const google::protobuf::Message>& m) {
      result.push_back(std::static_pointer_cast<const T>(m));
      return true;
    });
    return result;
  }
  // The same without copying; `visit` returns false to stop.
  template <class T>
  void ForEach(const std::string& parent, const std::function<bool(const T&)>& visit) const {
    Visit(T::descriptor(), parent, [&](const std::string&, const std::shared_ptr<const google::protobuf::Message>& m) {
      return visit(static_cast<const T&>(*m));
    });
  }
  template <class T>
  size_t Count() const {
    return CountOf(T::descriptor());
  }

 private:
  friend class InformerCore;
  friend class InformerCopyBuilder;
  using Map = SnapshotMap<google::protobuf::Message>;

  const Map* MapOf(const google::protobuf::Descriptor* kind) const;
  std::shared_ptr<const google::protobuf::Message> Find(const google::protobuf::Descriptor* kind,
                                                        const std::string& name) const;
  void Visit(const google::protobuf::Descriptor* kind, const std::string& parent,
             const std::function<bool(const std::string&, const std::shared_ptr<const google::protobuf::Message>&)>&
                 visit) const;
  size_t CountOf(const google::protobuf::Descriptor* kind) const;

  int64_t revision_ = 0;
  std::string token_;
  absl::Time recorded_time_ = absl::InfinitePast();
  std::vector<std::pair<const google::protobuf::Descriptor*, Map>> kinds_;
};

// Makes a copy from elsewhere than a watch, such as from the ledger as of a moment. For one thread.
class InformerCopyBuilder {
 public:
  explicit InformerCopyBuilder(const std::vector<const google::protobuf::Descriptor*>& kinds);
  void Place(int64_t revision, std::string token, absl::Time recorded_time);
  // Of a kind that is not kept: nothing.
  void Put(const google::protobuf::Descriptor* kind, const std::string& name,
           std::shared_ptr<const google::protobuf::Message> resource);
  // Once, at the end.
  std::shared_ptr<const InformerCopy> Build() { return std::move(copy_); }

 private:
  std::shared_ptr<InformerCopy> copy_;
  InformerCopy::Map::Edit edit_;
};

// SYNCED: the copy is at most `stale_after` old. A short break of the connection does not make it stale.
enum class InformerState { kNeverSynced, kSynced, kStale };

struct InformerStatus {
  InformerState state = InformerState::kNeverSynced;
  std::string reason;  // Why it is not SYNCED, for people; empty when it is.
  int64_t revision = 0;
  std::string token;
  bool connected = false;
  absl::Duration age = absl::InfiniteDuration();  // Since the last event or bookmark.
  absl::Status last_error;                        // Why the last stream ended; stays until the next one ends.
  int64_t restarts = 0;                           // Streams opened after the first.
  int64_t relists = 0;                            // Initial states taken after the first.
};

// What one transaction (or a new listing) changed in the copy.
struct InformerChange {
  struct Item {
    common::v1::EventType type;
    std::string kind;  // Full message name.
    std::string name;
    // The resource as it was and as it is; null when there was, or is, none.
    std::shared_ptr<const google::protobuf::Message> before, after;
  };
  int64_t revision = 0;
  bool listed = false;  // The copy was listed, not changed by one transaction.
  std::vector<Item> items;
  // The whole copy without and with the change.
  std::shared_ptr<const InformerCopy> before, after;
};

// One open Watch call.
class WatchCall {
 public:
  virtual ~WatchCall() = default;
  // Ends it; `done` follows as after any end. Idempotent.
  virtual void Cancel() = 0;
};

// Opens a Watch call. `message` gets the responses in order; then `done` runs once, last, with why it ended.
using OpenWatch = std::function<std::shared_ptr<WatchCall>(
    const common::v1::WatchStart& start, std::function<void(std::unique_ptr<google::protobuf::Message>)> message,
    std::function<void(absl::Status)> done)>;

// Asks the owner for its head, by the cheapest fully consistent call there is, such as a List with page_size 1.
struct OwnerHead {
  int64_t revision = 0;
  std::string token;
};
using AskHead = std::function<void(absl::Time deadline, std::function<void(absl::StatusOr<OwnerHead>)> done)>;

struct InformerOptions {
  std::string owner;  // The service's short name, "forces": for messages and metrics.
  absl::Duration bookmark_interval = absl::Seconds(1);
  // Nothing heard for so long: STALE. And for so long: the connection is taken for dead and opened anew.
  absl::Duration stale_after = absl::Seconds(3);
  absl::Duration dead_after = absl::Seconds(5);
  absl::Duration min_backoff = absl::Milliseconds(100);
  absl::Duration max_backoff = absl::Seconds(2);
  observe::Metrics* metrics = nullptr;  // Null: none.
  AskHead ask_head;                     // Needed by WaitForHead only.
};

// Everything but the types.
class InformerCore {
 public:
  using Done = std::function<void(absl::Status)>;
  using Listener = std::function<void(const InformerChange&)>;

  // `kinds` are what the copy keeps; other kinds of the stream are passed over.
  InformerCore(InformerOptions options, OpenWatch open, std::vector<const google::protobuf::Descriptor*> kinds);
  ~InformerCore();
  InformerCore(const InformerCore&) = delete;
  InformerCore& operator=(const InformerCore&) = delete;

  // Listeners are added before Start. They are told of each change once it can be read.
  void AddListener(Listener listener);
  // Indexes are listeners that keep something of their own in step with the copy. They are told before the change can
  // be read, and also of a revision that changed nothing here (no items): who has waited for a revision finds it in
  // them too. They may be a change ahead of Read(); who reads both goes by `after`.
  void AddIndex(Listener index);
  void Start();
  // Ends the watch and every wait (CANCELLED); blocks until no callback runs. The copy can still be read. Idempotent.
  void Stop();

  // The current copy; before the first sync an empty one at revision 0.
  std::shared_ptr<const InformerCopy> Read() const;
  InformerStatus Status() const;

  // Runs `done` with OK when the copy has reached `revision`, at once if it has. Otherwise at the deadline:
  // DEADLINE_EXCEEDED, or UNAVAILABLE DEPENDENCY_UNAVAILABLE when the owner cannot be reached.
  void WaitFor(int64_t revision, absl::Time deadline, Done done);
  // The same for a consistency token of the owner. INVALID_ARGUMENT CONSISTENCY_TOKEN_MISMATCH for one of another
  // store.
  void WaitForToken(const std::string& token, absl::Time deadline, Done done);
  // Asks the owner for its head, then waits for it: afterwards the copy holds every write acknowledged before the call.
  void WaitForHead(absl::Time deadline, Done done);
  // Runs `done` when there is a copy at all.
  void WaitForSync(absl::Time deadline, Done done);

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

// The typed front: Informer<Concern, Recommendation>.
template <class... Kinds>
class Informer : public InformerCore {
 public:
  Informer(InformerOptions options, OpenWatch open)
      : InformerCore(std::move(options), std::move(open), {Kinds::descriptor()...}) {}

  // One resource of the current copy; null when there is none. For several that belong together use Read().
  template <class T>
  std::shared_ptr<const T> Get(const std::string& name) const {
    static_assert((std::is_same_v<T, Kinds> || ...), "the informer does not keep this kind");
    return Read()->template Get<T>(name);
  }
};

}  // namespace oversight::rpc
