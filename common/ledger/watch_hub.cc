#include "common/ledger/watch_hub.h"

#include <optional>
#include <utility>

#include "common/ledger/redaction.h"
#include "common/ledger/status.h"

namespace oversight::ledger {
namespace {

constexpr size_t kMaxBatchTransactions = 256;
constexpr size_t kMaxBatchBytes = 1 << 20;
// The window ends at this many bytes even when fewer transactions than allowed are in it.
constexpr size_t kMaxWindowBytes = 64 << 20;

size_t SizeOf(const Transaction& transaction) {
  size_t size = 256;
  for (const Version& version : transaction.versions) size += version.payload.size() + version.name.size() + 128;
  return size;
}

}  // namespace

class WatchHub::WatcherImpl final : public Watcher, public std::enable_shared_from_this<WatcherImpl> {
 public:
  WatcherImpl(std::shared_ptr<WatchHub> hub, Revision position, bool live)
      : hub_(std::move(hub)), position_(position), live_(live) {
    hub_->stats_->watchers.fetch_add(1, std::memory_order_relaxed);
  }
  ~WatcherImpl() override { hub_->stats_->watchers.fetch_sub(1, std::memory_order_relaxed); }

  void Next(Callback<Batch> done) override {
    std::unique_lock lock(hub_->mu_);
    absl::Status error;
    if (cancelled_) {
      error = CallCancelled();
    } else if (hub_->draining_) {
      error = Draining();
    } else if (done_) {
      error = Fault("Watcher::Next was called while another was outstanding.");
    } else if (position() >= hub_->head_) {
      done_ = std::move(done);
      live_ = true;
      hub_->parked_.insert(shared_from_this());
      return;
    } else if (position() + 1 >= hub_->WindowStart()) {
      done_ = std::move(done);
      live_ = true;
      hub_->ready_.push_back(shared_from_this());
      lock.unlock();
      hub_->wake_publisher_();
      return;
    } else if (live_) {
      error = WatchLagging(position());
    } else {
      done_ = std::move(done);
      const uint64_t turn = ++turn_;
      lock.unlock();
      const absl::Status status = hub_->readers_->Submit(
          ReaderPool::Kind::kCatchUp,
          [self = shared_from_this(), turn](absl::StatusOr<Reader*> reader) { return self->CatchUp(turn, reader); });
      if (!status.ok()) Finish(turn, status);
      return;
    }
    lock.unlock();
    done(error);
  }

  Revision position() const override { return position_.load(std::memory_order_acquire); }

  void Cancel() override {
    Callback<Batch> done;
    {
      std::lock_guard lock(hub_->mu_);
      cancelled_ = true;
      ++turn_;
      done = std::exchange(done_, nullptr);
      hub_->parked_.erase(shared_from_this());
    }
    if (done) done(CallCancelled());
  }

  // By the publisher: answers from the window, or parks again when there is nothing.
  void DeliverFromWindow() {
    Callback<Batch> done;
    absl::StatusOr<Batch> answer;
    {
      std::lock_guard lock(hub_->mu_);
      if (!done_) return;
      if (hub_->draining_) {
        answer = Draining();
      } else if (position() >= hub_->head_) {
        hub_->parked_.insert(shared_from_this());
        return;
      } else if (position() + 1 < hub_->WindowStart()) {
        answer = WatchLagging(position());
      } else {
        answer = hub_->Gather(position());
        position_.store(answer->back()->revision, std::memory_order_release);
      }
      done = std::exchange(done_, nullptr);
    }
    done(std::move(answer));
  }

 private:
  // On a reader thread: answers from the log, up to what is published.
  bool CatchUp(uint64_t turn, absl::StatusOr<Reader*> reader) {
    if (!reader.ok()) {
      Finish(turn, reader.status());
      return false;
    }
    auto transactions = (*reader)->Log(position(), kMaxBatchTransactions);
    if (!transactions.ok()) {
      Finish(turn, transactions.status());
      return false;
    }
    Revision head;
    {
      std::lock_guard lock(hub_->mu_);
      head = hub_->head_;
    }
    Batch batch;
    for (Transaction& transaction : *transactions) {
      if (transaction.revision > head) break;
      batch.push_back(std::make_shared<const Transaction>(std::move(transaction)));
    }
    if (batch.empty() || batch.front()->revision != position() + 1) {
      Finish(turn, StoreCorrupt());
    } else {
      Finish(turn, std::move(batch));
    }
    return true;
  }

  void Finish(uint64_t turn, absl::StatusOr<Batch> answer) {
    Callback<Batch> done;
    {
      std::lock_guard lock(hub_->mu_);
      if (turn != turn_ || !done_) return;  // cancelled meanwhile
      done = std::exchange(done_, nullptr);
      if (answer.ok()) position_.store(answer->back()->revision, std::memory_order_release);
    }
    done(std::move(answer));
  }

  const std::shared_ptr<WatchHub> hub_;
  std::atomic<Revision> position_;  // written under hub_->mu_
  // The rest is guarded by hub_->mu_.
  Callback<Batch> done_;
  uint64_t turn_ = 0;
  bool live_;
  bool cancelled_ = false;
};

void WatchHub::Start(Revision head, std::function<void()> wake_publisher) {
  std::lock_guard lock(mu_);
  head_ = head;
  wake_publisher_ = std::move(wake_publisher);
}

void WatchHub::Append(Batch transactions) {
  if (transactions.empty()) return;
  std::vector<std::shared_ptr<const Transaction>> dropped;  // freed after the lock
  std::lock_guard lock(mu_);
  int64_t redactions = 0;
  for (auto& transaction : transactions) {
    const size_t bytes = SizeOf(*transaction);
    head_ = transaction->revision;
    window_bytes_ += bytes;
    window_.push_back({transaction, bytes});
    for (const Version& version : transaction->versions) {
      const std::optional<VersionId> id = RedactedBy(version.kind, version.payload);
      if (!id) continue;
      Redact(*id, version.name);
      ++redactions;
    }
  }
  redactions_ += redactions;
  while (window_.size() > window_limit_ || (window_bytes_ > kMaxWindowBytes && window_.size() > 1)) {
    window_bytes_ -= window_.front().bytes;
    dropped.push_back(std::move(window_.front().transaction));
    window_.pop_front();
  }
  appended_ = true;
}

void WatchHub::Deliver() {
  std::vector<std::shared_ptr<WatcherImpl>> watchers;
  {
    std::lock_guard lock(mu_);
    watchers.swap(ready_);
    if (appended_ || draining_) {
      watchers.insert(watchers.end(), parked_.begin(), parked_.end());
      parked_.clear();
      appended_ = false;
    }
  }
  for (const auto& watcher : watchers) watcher->DeliverFromWindow();
}

void WatchHub::Drain() {
  std::lock_guard lock(mu_);
  draining_ = true;
}

std::shared_ptr<Watcher> WatchHub::Watch(Revision resume_after) {
  std::lock_guard lock(mu_);
  return std::make_shared<WatcherImpl>(shared_from_this(), resume_after, resume_after + 1 >= WindowStart());
}

void WatchHub::Redact(const VersionId& id, const std::string& record) {
  if (id.revision < WindowStart() || id.revision > head_) return;
  WindowEntry& entry = window_[static_cast<size_t>(id.revision - WindowStart())];
  auto redacted = std::make_shared<Transaction>(*entry.transaction);
  for (Version& version : redacted->versions) {
    if (version.name != id.name) continue;
    version.payload.clear();
    version.redacted = true;
    version.redaction = record;
  }
  entry.transaction = std::move(redacted);  // Its size stays: it only makes the window shorter.
}

WatchHub::Batch WatchHub::Gather(Revision after) const {
  Batch batch;
  size_t bytes = 0;
  for (auto i = static_cast<size_t>(after + 1 - WindowStart()); i < window_.size(); ++i) {
    if (batch.size() == kMaxBatchTransactions || bytes >= kMaxBatchBytes) break;
    batch.push_back(window_[i].transaction);
    bytes += window_[i].bytes;
  }
  return batch;
}

}  // namespace oversight::ledger
