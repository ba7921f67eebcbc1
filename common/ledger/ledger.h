// The store of a service: an append-only log of resource versions. Everything a service keeps goes through Commit;
// current state, as-of reads, history, watch, audit and idempotent replay all come from the one log.
//
// The ledger owns its threads: one writer that batches whatever waits into one durable database transaction (group
// commit, no artificial delay), a few readers, one publisher that wakes watchers. Calls return at once; callbacks run
// exactly once, on a ledger thread or, when the answer is in the cache, inside the call. A callback must not block.
//
// Queues are bounded: when one is full the callback gets RESOURCE_EXHAUSTED (OVERLOADED) at once.
//
// Thread-safe. Destroy it after the last callback it owes has run: Shutdown waits for that.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "common/ledger/engine.h"
#include "common/ledger/types.h"
#include "common/time/clock.h"

namespace oversight::ledger {

template <class T>
using Callback = std::function<void(absl::StatusOr<T>)>;

struct Options {
  int max_queued_writes = 4096;
  int max_batch = 256;
  int reader_threads = 2;
  int max_queued_reads = 4096;
  // Bytes of current versions kept in memory for Get.
  int64_t cache_bytes = 64 << 20;
  // Recent transactions kept in memory for watchers. A live watcher that falls further behind is told WATCH_LAGGING.
  int watch_window = 10000;
  // How long the store may take over one step of writing until it is held to be out of order.
  absl::Duration patience = kStorePatience;
};

// Counters for metrics; monotonic unless said. Relaxed reads.
struct Stats {
  std::atomic<int64_t> commits{0}, batches{0}, changes{0}, replays{0}, conflicts{0};
  std::atomic<int64_t> commit_micros{0};  // time spent in durable commits
  std::atomic<int64_t> queued_writes{0};  // gauge
  std::atomic<int64_t> queued_reads{0};   // gauge
  std::atomic<int64_t> watchers{0};       // gauge
  std::atomic<int64_t> cache_hits{0}, cache_misses{0};
};

// A place in the log from which transactions are pulled in order. Pulling is the flow control: a watcher that does not
// ask costs nothing. Thread-safe; at most one Next outstanding.
class Watcher {
 public:
  virtual ~Watcher() = default;
  // Gives the transactions after the last ones given: at least one, in order, all of a revision together; waits until
  // there are some. Errors: RESOURCE_EXHAUSTED WATCH_LAGGING (with the last revision given), CANCELLED after Cancel,
  // UNAVAILABLE while the ledger shuts down.
  virtual void Next(Callback<std::vector<std::shared_ptr<const Transaction>>> done) = 0;
  // The revision up to which everything has been given.
  virtual Revision position() const = 0;
  // Ends an outstanding Next with CANCELLED, perhaps inside this call. Idempotent.
  virtual void Cancel() = 0;
};

class Ledger {
 public:
  // Migrates and opens the store. The clock gives recorded times, which never go backwards.
  static absl::StatusOr<std::unique_ptr<Ledger>> Open(std::unique_ptr<Engine> engine, const Clock& clock,
                                                      Options options = {});
  virtual ~Ledger() = default;

  // Decides and stores a command. The callback runs after the commit is durable and visible to every later read.
  // Errors of `decide` pass through. Others: RESOURCE_EXHAUSTED OVERLOADED, DEADLINE_EXCEEDED, CANCELLED,
  // INVALID_ARGUMENT REQUEST_ID_REUSED, FAILED_PRECONDITION ANSWER_REDACTED, ABORTED CONFLICT, UNAVAILABLE
  // STORE_UNAVAILABLE or STORE_READ_ONLY, RESOURCE_EXHAUSTED STORE_FULL, DATA_LOSS STORE_CORRUPT.
  virtual void Commit(Command command, Callback<Committed> done) = 0;

  // Reads. As-of in the future: OUT_OF_RANGE REVISION_IN_FUTURE. A version that was redacted is given without its
  // payload, marked. A read of now never meets one: should the version have been replaced and redacted while it was
  // read, the replacement is given, at its revision.
  virtual void Get(const std::string& name, const AsOf& as_of, Callback<GetResult> done) = 0;
  virtual void List(ListQuery query, Callback<ListResult> done) = 0;
  virtual void History(HistoryQuery query, Callback<HistoryResult> done) = 0;

  // A current read from memory alone, for hot paths: true and the result when the cache can answer.
  virtual bool TryGetCached(const std::string& name, GetResult* result) = 0;

  // Watches from after `resume_after`. Errors: OUT_OF_RANGE REVISION_IN_FUTURE.
  virtual absl::StatusOr<std::shared_ptr<Watcher>> Watch(Revision resume_after) = 0;
  // How many redactions have become visible here since the ledger was opened: grows before one is acknowledged. Who
  // keeps back what was read takes the count before reading, and reads again when it is another.
  virtual int64_t redactions() const = 0;

  // The log itself, whole: the transactions with `after` < revision <= `up_to`, in order, about 1 MiB of them; none
  // when there are no more. OUT_OF_RANGE REVISION_IN_FUTURE when the log ends before `up_to`.
  virtual void ReadLog(Revision after, Revision up_to, Callback<std::vector<LoggedTransaction>> done) = 0;

  // Evidence: the tree over the first `size` transactions (all that are visible when not given), and proofs that a
  // transaction is in it, or that the tree of `old_size` is its beginning. OUT_OF_RANGE REVISION_IN_FUTURE when the
  // log, or the tree that is named, ends before. The first call after the start reads every leaf hash once, in the
  // background of other reads.
  virtual void Tree(std::optional<Revision> size, Callback<TreeState> done) = 0;
  virtual void ProveInclusion(Revision revision, std::optional<Revision> size, Callback<TreeProof> done) = 0;
  virtual void ProveConsistency(Revision old_size, std::optional<Revision> size, Callback<TreeProof> done) = 0;

  // Runs `done` when head() holds everything that was acknowledged, also by other processes, before this call.
  virtual void Refresh(absl::Time deadline, Callback<Head> done) = 0;
  // The last revision visible to reads here.
  virtual Head head() const = 0;
  // Runs `done` when head() has reached `revision`; DEADLINE_EXCEEDED otherwise.
  virtual void WaitFor(Revision revision, absl::Time deadline, Callback<Head> done) = 0;

  virtual const std::string& store_id() const = 0;
  // What consistency and page tokens are bound to; see StoreIdentity.
  virtual const std::string& incarnation() const = 0;
  // OK while writes can succeed; else the last failure, or that the store has not answered one for `patience`. For
  // health. It turns good again by itself, within seconds of when writes can succeed.
  virtual absl::Status health() const = 0;
  virtual const Stats& stats() const = 0;

  // Finishes what is queued, ends watchers with UNAVAILABLE DRAINING, closes the store. Idempotent; blocks.
  virtual void Shutdown() = 0;
};

}  // namespace oversight::ledger
