#include "common/ledger/publisher.h"

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"
#include "common/ledger/status.h"

namespace oversight::ledger {
namespace {

constexpr size_t kMaxBatchesBehind = 4;
// Bounds the sleep, so that a far deadline needs no care with the limits of clocks.
constexpr absl::Duration kMaxSleep = absl::Minutes(1);

}  // namespace

void Publisher::Start() {
  thread_ = std::thread([this] { Run(); });
}

void Publisher::Publish(std::vector<Reply> replies) {
  {
    std::unique_lock lock(mu_);
    room_.wait(lock, [&] { return batches_.size() < kMaxBatchesBehind; });
    batches_.push_back(std::move(replies));
  }
  wake_.notify_one();
}

void Publisher::Wake() {
  {
    std::lock_guard lock(mu_);
    awake_ = true;
  }
  wake_.notify_one();
}

void Publisher::WaitFor(Revision revision, absl::Time deadline, Callback<Head> done) {
  absl::Status error;
  {
    // A batch that ends after this look at the head is followed by a turn of the thread, which takes mu_ first.
    std::lock_guard lock(mu_);
    if (head_.revision() >= revision) {
      // answered below
    } else if (stopping_) {
      error = Draining();
    } else if (deadline <= absl::Now()) {
      error = DeadlinePassed();
    } else if (static_cast<int>(waits_.size()) >= max_waits_) {
      error = Overloaded("waits");
    } else {
      waits_.emplace(deadline, Wait{revision, std::move(done)});
      awake_ = true;  // to sleep until the right deadline
      wake_.notify_one();
      return;
    }
  }
  if (error.ok()) {
    done(head_.Get());
  } else {
    done(error);
  }
}

void Publisher::TakeDue(std::vector<std::pair<Wait, absl::Status>>& due) {
  if (waits_.empty()) return;
  const Revision head = head_.revision();
  const absl::Time now = absl::Now();
  for (auto it = waits_.begin(); it != waits_.end();) {
    absl::Status status;
    if (it->second.revision > head) {
      if (stopping_) {
        status = Draining();
      } else if (it->first <= now) {
        status = DeadlinePassed();
      } else {
        ++it;
        continue;
      }
    }
    due.emplace_back(std::move(it->second), std::move(status));
    it = waits_.erase(it);
  }
}

void Publisher::Run() {
  std::unique_lock lock(mu_);
  while (true) {
    if (batches_.empty() && !awake_ && !stopping_) {
      absl::Time until = absl::Now() + kMaxSleep;
      if (!waits_.empty()) until = std::min(until, waits_.begin()->first);
      wake_.wait_until(lock, absl::ToChronoTime(until));
    }
    const bool last = stopping_ && batches_.empty();
    awake_ = false;
    std::deque<std::vector<Reply>> batches;
    batches.swap(batches_);
    std::vector<std::pair<Wait, absl::Status>> due;
    TakeDue(due);
    lock.unlock();
    room_.notify_all();

    for (auto& batch : batches) {
      for (Reply& reply : batch) reply.done(std::move(reply.result));
    }
    for (auto& [wait, status] : due) {
      if (status.ok()) {
        wait.done(head_.Get());
      } else {
        wait.done(status);
      }
    }
    hub_.Deliver();
    batches.clear();
    due.clear();
    lock.lock();
    if (last && waits_.empty()) return;
  }
}

void Publisher::Stop() {
  {
    std::lock_guard lock(mu_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

}  // namespace oversight::ledger
