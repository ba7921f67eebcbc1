// Makes reads as of a time repeatable: once such a read was answered, nothing more is recorded at or before that time.
// A batch gets a time after every moment already asked for, and a read that asks for a moment within a running batch
// waits for its end. Thread-safe.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

#include "absl/time/time.h"

namespace oversight::ledger {

class TimeGate {
 public:
  // The recorded time of a batch that begins now; never before `last`.
  absl::Time BeginBatch(absl::Time now, absl::Time last) {
    std::lock_guard lock(mu_);
    batch_us_ = std::max(absl::ToUnixMicros(now), asked_us_ + 1);
    if (last != absl::InfinitePast()) batch_us_ = std::max(batch_us_, absl::ToUnixMicros(last));
    in_batch_ = true;
    return absl::FromUnixMicros(batch_us_);
  }
  // What the batch left is visible, or nothing was left.
  void EndBatch() {
    std::vector<std::function<void()>> waiting;
    {
      std::lock_guard lock(mu_);
      in_batch_ = false;
      waiting.swap(waiting_);
    }
    for (auto& read : waiting) read();
  }
  // Runs `read` now, or at the end of the running batch when that may leave something at or before `time`.
  void Read(absl::Time time, std::function<void()> read) {
    {
      std::lock_guard lock(mu_);
      const int64_t us = absl::ToUnixMicros(time);
      asked_us_ = std::max(asked_us_, us);
      if (in_batch_ && batch_us_ <= us) {
        waiting_.push_back(std::move(read));
        return;
      }
    }
    read();
  }

 private:
  std::mutex mu_;
  int64_t asked_us_ = INT64_MIN;
  int64_t batch_us_ = 0;
  bool in_batch_ = false;
  std::vector<std::function<void()>> waiting_;
};

}  // namespace oversight::ledger
