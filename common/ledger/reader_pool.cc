#include "common/ledger/reader_pool.h"

#include <utility>

#include "common/ledger/status.h"
#include "common/rpc/errors.h"

namespace oversight::ledger {

absl::Status ReaderPool::Start() {
  for (int i = 0; i < options_.reader_threads; ++i) {
    OVERSIGHT_ASSIGN_OR_RETURN(std::unique_ptr<Reader> reader, engine_.OpenReader());
    threads_.emplace_back([this, reader = std::move(reader)]() mutable { Run(std::move(reader)); });
  }
  return absl::OkStatus();
}

absl::Status ReaderPool::Submit(Kind kind, Task task) {
  {
    std::lock_guard lock(mu_);
    if (stopping_) return Draining();
    if (kind == Kind::kCall) {
      if (static_cast<int>(calls_.size()) >= options_.max_queued_reads) return Overloaded("reads");
      calls_.push_back(std::move(task));
      stats_.queued_reads.fetch_add(1, std::memory_order_relaxed);
    } else {
      catch_ups_.push_back(std::move(task));
    }
  }
  wake_.notify_one();
  return absl::OkStatus();
}

void ReaderPool::Run(std::unique_ptr<Reader> reader) {
  std::unique_lock lock(mu_);
  while (true) {
    wake_.wait(lock, [&] { return stopping_ || !calls_.empty() || !catch_ups_.empty(); });
    if (calls_.empty() && catch_ups_.empty()) return;
    const bool call = catch_ups_.empty() || (call_turn_ && !calls_.empty());
    call_turn_ = !call;
    std::deque<Task>& queue = call ? calls_ : catch_ups_;
    Task task = std::move(queue.front());
    queue.pop_front();
    if (call) stats_.queued_reads.fetch_sub(1, std::memory_order_relaxed);
    lock.unlock();
    absl::Status opened;
    if (!reader) {
      auto again = engine_.OpenReader();
      opened = again.status();
      if (again.ok()) reader = *std::move(again);
    }
    const bool sound = opened.ok() ? task(reader.get()) : task(opened);
    if (!sound) reader.reset();
    task = nullptr;  // What it holds goes before the lock is taken.
    if (!opened.ok()) FailCalls(opened);
    lock.lock();
  }
}

void ReaderPool::FailCalls(const absl::Status& status) {
  std::deque<Task> calls;
  {
    std::lock_guard lock(mu_);
    calls.swap(calls_);
    stats_.queued_reads.fetch_sub(static_cast<int64_t>(calls.size()), std::memory_order_relaxed);
  }
  for (const Task& call : calls) call(status);
}

void ReaderPool::Stop() {
  {
    std::lock_guard lock(mu_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

}  // namespace oversight::ledger
