// What this service does by itself when its moment has come: decisions take effect, and whatever else is set to the
// minute. There is one scheduler for all of it. Who has a kind of act that falls due registers it:
//
//   scheduler.Register({.verb = "TakeEffect",
//                       .resource = v1::Decision::descriptor(),
//                       .due = [](const Message& m) { return WaitsFor(static_cast<const v1::Decision&>(m)); },
//                       .prepare = [](auto then) { then([](rpc::Facts& log, const std::string& name) { ... }); }});
//
// When each act is due is read from a projection of the own ledger: nothing is kept but what the log says, so a restart
// forgets nothing, and what fell due meanwhile is done at once. The thread sleeps until the next moment and is woken by
// every change of the log; it looks at the clock at least every kLongestSleep while something waits, since a clock may
// be set. All that is due goes to the ledger together, which commits it in batches: a thousand acts of one minute need
// a few transactions.
//
// Several processes over one store may all run it. An act on one version of a resource has a request id of its own, so
// that the second to try it is given the outcome of the first; and `decide` looks at the resource as it is then.
//
// An act that fails because something does not answer is tried again after kTryAgain, for as long as it takes; one that
// is due and finds nothing to do yet, as when it goes after another act of the same minute, after kLongestSleep. One
// that is refused is logged and left alone until its resource changes.
//
// Register before Start; then thread-safe. Stop returns when nothing of it runs any more; it comes before the end of
// the ledger, the resources and the clock.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/observe/metrics.h"
#include "common/rpc/compare_names.h"
#include "common/rpc/projection.h"
#include "common/rpc/resources.h"
#include "common/rpc/watch_shape.h"
#include "google/protobuf/message.h"

namespace oversight::monitoring {

class Scheduler {
 public:
  static constexpr absl::Duration kLongestSleep = absl::Milliseconds(200);
  static constexpr absl::Duration kTryAgain = absl::Seconds(1);

  // Decides on the act for one resource, on the writer thread: what to store, or nothing when there is nothing to do
  // now. An error stores nothing: UNAVAILABLE and the like are tried again, others are not.
  using Decide = std::function<absl::StatusOr<std::optional<rpc::Changes>>(rpc::Facts& log, const std::string& name)>;

  // One kind of act that falls due.
  struct DueAct {
    std::string verb;  // As in the audit record, such as "TakeEffect"; one kind each.
    // The kind of resource that says when; one of those that the watch of the service tells of.
    const google::protobuf::Descriptor* resource = nullptr;
    // When an act on it falls due, from what the resource says; nothing when none does.
    std::function<std::optional<absl::Time>(const google::protobuf::Message&)> due;
    // Brings up to date what the acts rest on, then gives `then` how to decide on all of them; an error is tried again.
    // Called on the scheduler's thread: must not block, and must run `then` once, on any thread.
    std::function<void(std::function<void(absl::StatusOr<Decide>)> then)> prepare;
    // Each is also tried as soon as it waits, and at the start: `decide` has more to look at than the moment.
    bool look_at_once = false;
    // Kinds of the own ledger that acts rest on besides: whatever changes one of them calls for another look at what
    // waits of the same force.
    std::vector<const google::protobuf::Descriptor*> rests_on;
  };

  // `actor` is who acts, principals/{principal}; `watch` the shape of the service's Watch response.
  Scheduler(std::string actor, rpc::Resources& resources, const rpc::WatchShape& watch, observe::Metrics& metrics);
  ~Scheduler();
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  void Register(DueAct act);
  void Start();
  void Stop();  // Idempotent.

  // Tries acts of a kind now that wait for a later moment, those whose resource `concerns` says yes to: something they
  // rest on may have changed.
  void LookAgain(const std::string& verb, const std::function<bool(const std::string& name)>& concerns);

  // How many acts wait, for tests and metrics.
  size_t waiting() const;
  // How long the act of the kind that has waited longest has been due and is not done, refused ones too; zero: none is.
  absl::Duration Overdue(const std::string& verb) const;

 private:
  // Of one moment the kinds go in the order in which they were registered, and of a kind the ninth before the tenth:
  // what is announced later may rest on what is announced before.
  struct Key {
    size_t kind;  // Its index.
    std::string name;
    bool operator==(const Key&) const = default;
    bool operator<(const Key& other) const {
      return kind != other.kind ? kind < other.kind : rpc::CompareNames(name, other.name) < 0;
    }
  };
  using At = std::pair<absl::Time, Key>;
  // One act, as the last version of its resource says.
  struct Waiting {
    int64_t revision = 0;
    absl::Time due;
    bool under_way = false;
    bool again = false;  // Something changed while it was under way.
  };
  struct Attempt {
    Key key;
    int64_t revision = 0;
    absl::Time due;
  };

  void Apply(const rpc::InformerChange& change);
  // What a version of a resource says; null: it is gone. With the lock held.
  void Put(size_t kind, const std::string& name, const google::protobuf::Message* resource);
  void Forget(const Key& key);
  void LookAgainAt(size_t kind, const std::function<bool(const std::string& name)>& concerns);
  void Run();
  // Those to be tried now, by kind, marked as under way. With the lock held, as in UntilNext: how long none can be due.
  std::vector<std::vector<Attempt>> TakeDue();
  absl::Duration UntilNext() const;
  void Try(size_t kind, std::vector<Attempt> attempts);
  void Perform(const Attempt& attempt, const Decide& decide);
  void Ended(const Attempt& attempt, const absl::Status& status);

  const std::string actor_;
  rpc::Resources& resources_;
  const rpc::WatchShape& watch_;
  observe::Metrics& metrics_;
  std::vector<DueAct> kinds_;
  std::vector<prometheus::Histogram*> lateness_;  // By kind.
  std::unique_ptr<rpc::Projection> projection_;   // From Start.

  mutable std::mutex mu_;  // Guards what follows.
  std::condition_variable changed_;
  std::map<Key, Waiting> waiting_;
  // Of those not under way: by when they are due, by when (on the machine's clock) they are tried again, and those to
  // be tried now. One that was refused is in none.
  std::set<At> by_due_, by_retry_;
  std::set<Key> now_;
  size_t under_way_ = 0;  // Attempts not ended.
  bool stopping_ = false;
  std::thread thread_;
  std::vector<observe::Metrics::Callback> gauges_;  // Goes first.
};

}  // namespace oversight::monitoring
