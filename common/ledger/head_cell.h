// The last published revision and its time, as one value that many threads read and the writer sets. A sequence lock:
// readers never wait for each other. Thread-safe for one setter.
#pragma once

#include <atomic>
#include <cstdint>

#include "common/ledger/types.h"

namespace oversight::ledger {

class HeadCell {
 public:
  void Set(const Head& head) {
    const uint32_t sequence = sequence_.load(std::memory_order_relaxed);
    sequence_.store(sequence + 1, std::memory_order_relaxed);
    revision_.store(head.revision, std::memory_order_release);
    micros_.store(absl::ToUnixMicros(head.recorded_time), std::memory_order_release);
    sequence_.store(sequence + 2, std::memory_order_release);
  }
  Head Get() const {
    while (true) {
      const uint32_t before = sequence_.load(std::memory_order_acquire);
      const Revision revision = revision_.load(std::memory_order_acquire);
      const int64_t micros = micros_.load(std::memory_order_acquire);
      if (before % 2 == 0 && sequence_.load(std::memory_order_relaxed) == before) {
        return {revision, revision == 0 ? absl::InfinitePast() : absl::FromUnixMicros(micros)};
      }
    }
  }
  Revision revision() const { return revision_.load(std::memory_order_acquire); }

 private:
  std::atomic<uint32_t> sequence_{0};
  std::atomic<int64_t> revision_{0};
  std::atomic<int64_t> micros_{0};
};

}  // namespace oversight::ledger
