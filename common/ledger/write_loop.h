// The one thread that writes: it takes whatever waits, up to a limit, decides and stores each command in one database
// transaction, makes that durable with one commit, makes the outcome visible (cache, head, watch window) and hands the
// replies to the publisher while it begins the next batch. Thread-safe.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "common/ledger/cache.h"
#include "common/ledger/engine.h"
#include "common/ledger/head_cell.h"
#include "common/ledger/ledger.h"
#include "common/ledger/publisher.h"
#include "common/ledger/time_gate.h"
#include "common/ledger/watch_hub.h"

namespace oversight::ledger {

class WriteLoop {
 public:
  // What the loop works on; all of it outlives the loop.
  struct Parts {
    Engine& engine;
    const Clock& clock;
    const Options& options;
    Stats& stats;
    VersionCache& cache;
    HeadCell& head;
    TimeGate& gate;
    WatchHub& hub;
    Publisher& publisher;
  };

  explicit WriteLoop(const Parts& parts) : parts_(parts) {}
  ~WriteLoop() { Stop(); }

  // Opens the writer; head must be set already.
  absl::Status Start();
  void Submit(Command command, Callback<Committed> done);
  // Any thread may say that the log in the store ends at `revision`; the loop makes it visible here soon.
  void LookFor(Revision revision);
  // Any thread may say that the store seems out of reach; the loop finds out whether it is.
  void Doubt();
  absl::Status health() const;
  // Writes what is queued, then ends the thread and closes the writer. Idempotent.
  void Stop();

 private:
  struct Item {
    Command command;
    Callback<Committed> done;
    std::optional<absl::StatusOr<Committed>> result;
    bool dropped = false;  // before it was decided: the fate of the batch is not its own
  };
  using Transactions = std::vector<std::shared_ptr<const Transaction>>;

  void Run();
  void RunBatch(std::vector<Item>& batch);
  // Moves waiting commands to the end of `batch`, up to the limit; false when none waits.
  bool TakeMore(std::vector<Item>& batch);
  // Tries until something is durable, or some times when other processes are first. In the end the writer is ready for
  // the next batch, or gone.
  absl::Status Persist(const std::function<absl::Status()>& attempt);
  // One try at the whole batch: OK when it is durable. Takes in commands that come meanwhile.
  absl::Status Attempt(std::vector<Item>& batch, absl::Time now, Transactions& transactions);
  // Decides and stores one command; sets its result. A status means that the batch must not go on.
  absl::Status Execute(Item& item, absl::Time now, Head& tail, Transactions& transactions);
  // Opens a writer when there is none, and publishes what the store holds beyond the head.
  absl::Status EnsureWriter();
  // Begins a batch with everything it builds on visible.
  absl::Status Begin();
  absl::Status Resync();
  void MakeVisible(Transactions transactions);
  // Writes a mark, to learn whether writing works again.
  void Probe();
  // While it lives the thread is waiting for the store, perhaps in vain.
  class AtTheStore;
  void SetHealth(const absl::Status& status);

  const Parts parts_;
  // Used by the thread alone, after Start.
  std::unique_ptr<Writer> writer_;
  std::unique_ptr<Reader> log_reader_;
  absl::Time probe_at_ = absl::InfiniteFuture();
  std::thread thread_;

  mutable std::mutex mu_;
  std::condition_variable wake_;
  std::deque<Item> queue_;
  absl::Status health_;
  std::optional<std::chrono::steady_clock::time_point> at_the_store_since_;
  Revision look_for_ = 0;
  bool doubt_ = false;
  bool stopping_ = false;
};

}  // namespace oversight::ledger
