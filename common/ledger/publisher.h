// The thread that tells: it runs the callbacks of commits and of WaitFor and delivers to watchers, so that the writer
// can begin its next batch meanwhile. Thread-safe.
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "common/ledger/head_cell.h"
#include "common/ledger/ledger.h"
#include "common/ledger/watch_hub.h"

namespace oversight::ledger {

class Publisher {
 public:
  struct Reply {
    Callback<Committed> done;
    absl::StatusOr<Committed> result;
  };

  Publisher(WatchHub& hub, const HeadCell& head, int max_waits) : hub_(hub), head_(head), max_waits_(max_waits) {}
  ~Publisher() { Stop(); }

  void Start();
  // By the writer: what a batch came to; its state is visible already. Blocks while the publisher is far behind.
  void Publish(std::vector<Reply> replies);
  // The hub has something to deliver.
  void Wake();
  void WaitFor(Revision revision, absl::Time deadline, Callback<Head> done);
  // Runs what is queued, ends waits with DRAINING, delivers a last time and ends the thread. Idempotent.
  void Stop();

 private:
  struct Wait {
    Revision revision;
    Callback<Head> done;
  };
  void Run();
  // Takes what is reached or too late out of waits_. With mu_ held.
  void TakeDue(std::vector<std::pair<Wait, absl::Status>>& due);

  WatchHub& hub_;
  const HeadCell& head_;
  const int max_waits_;
  std::thread thread_;

  std::mutex mu_;
  std::condition_variable wake_, room_;
  std::deque<std::vector<Reply>> batches_;
  std::multimap<absl::Time, Wait> waits_;  // by deadline
  bool awake_ = false;
  bool stopping_ = false;
};

}  // namespace oversight::ledger
