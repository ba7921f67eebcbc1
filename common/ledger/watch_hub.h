// The watchers and the window of recent transactions they share. The writer appends, the publisher delivers; a watcher
// that begins behind the window is served from the log until it has caught up. Its position is the only state of a
// watcher, so nothing is lost or given twice where the two meet. Thread-safe.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "common/ledger/ledger.h"
#include "common/ledger/reader_pool.h"

namespace oversight::ledger {

class WatchHub : public std::enable_shared_from_this<WatchHub> {
 public:
  // Shares what it uses: a watcher may outlive the ledger, and keeps the hub.
  WatchHub(const Options& options, std::shared_ptr<Stats> stats, std::shared_ptr<ReaderPool> readers)
      : window_limit_(static_cast<size_t>(options.watch_window)),
        stats_(std::move(stats)),
        readers_(std::move(readers)) {}

  // Before anything else: where the log ends, and how to wake the publisher.
  void Start(Revision head, std::function<void()> wake_publisher);
  // By the writer, after a commit: the next transactions, in order. What they redact leaves the window.
  void Append(std::vector<std::shared_ptr<const Transaction>> transactions);
  // By the publisher: gives the watchers what there is for them.
  void Deliver();
  // Every watcher gets DRAINING from now on; Deliver must run once more.
  void Drain();

  std::shared_ptr<Watcher> Watch(Revision resume_after);
  // As Ledger has it.
  int64_t redactions() const { return redactions_; }

 private:
  class WatcherImpl;
  using Batch = std::vector<std::shared_ptr<const Transaction>>;

  struct WindowEntry {
    std::shared_ptr<const Transaction> transaction;
    size_t bytes;
  };
  Revision WindowStart() const { return head_ + 1 - static_cast<Revision>(window_.size()); }
  Batch Gather(Revision after) const;
  // Replaces the transaction of the version, when it is in the window, by one without the payload. With mu_ held.
  void Redact(const VersionId& id, const std::string& record);

  const size_t window_limit_;
  const std::shared_ptr<Stats> stats_;
  const std::shared_ptr<ReaderPool> readers_;
  std::function<void()> wake_publisher_;

  std::mutex mu_;
  std::deque<WindowEntry> window_;  // the revisions up to head_, without gaps
  size_t window_bytes_ = 0;
  Revision head_ = 0;
  bool appended_ = false;
  bool draining_ = false;
  std::atomic<int64_t> redactions_{0};
  absl::flat_hash_set<std::shared_ptr<WatcherImpl>> parked_;  // wait at the head
  std::vector<std::shared_ptr<WatcherImpl>> ready_;           // asked while there was something for them
};

}  // namespace oversight::ledger
