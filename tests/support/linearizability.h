// Whether what callers were told can have happened: a checker of concurrent histories of registers, one register per
// resource, after Wing and Gong, with Lowe's memory of what was tried. A history is linearizable when every operation
// can be given one moment between its call and its answer so that, in the order of those moments, each was told what a
// single register would have told it.
//
// History is thread-safe; everything else is plain values and pure functions.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace oversight::testing {

// What one caller did to one register. A value stands for a version of the resource, so a write should write one that
// no other write writes; "" is a register that holds nothing.
struct Operation {
  enum class Kind { kRead, kWrite };
  enum class Outcome {
    kDone,
    kRefused,  // a write: another value than `if_match` was there
    kUnknown,  // a write: it may take effect at any moment after its call, or never. A read: tells nothing.
  };
  std::string resource;
  Kind kind = Kind::kRead;
  Outcome outcome = Outcome::kDone;
  std::string written;                  // by a write
  std::optional<std::string> if_match;  // the etag of a write: it may take effect on this value only
  // What a read gave; for a write what it replaced or was refused for, when its answer tells. Checking is quick while
  // refusals tell, and hardly any write of unknown outcome writes "" or what others write.
  std::optional<std::string> seen;
  // From one clock for all; an answer is after its call. Of an unknown outcome the answer means nothing.
  int64_t called = 0, answered = 0;
  int caller = 0;
};

// Records what many threads do. The clock is a counter: what is called at a later tick than another was answered at
// really came after it.
class History {
 public:
  int64_t Tick() { return clock_.fetch_add(1); }
  // Adds what was called at operation.called and has just been answered.
  void Add(Operation operation) {
    operation.answered = Tick();
    std::lock_guard lock(mu_);
    operations_.push_back(std::move(operation));
  }
  std::vector<Operation> Take() {
    std::lock_guard lock(mu_);
    return std::move(operations_);
  }

 private:
  std::atomic<int64_t> clock_{1};
  std::mutex mu_;
  std::vector<Operation> operations_;
};

// Succeeds when the history of every resource, each empty at first, is linearizable; else tells of the first that is
// not: how far an order goes, and what cannot come next.
::testing::AssertionResult Linearizable(const std::vector<Operation>& history);

}  // namespace oversight::testing
