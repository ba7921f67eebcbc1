// The threads that read, each with its own Reader. Reads of callers are bounded; catch-up reads of watchers are not
// (there is one per watcher at most), and the two kinds take turns. Thread-safe.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "common/ledger/engine.h"
#include "common/ledger/ledger.h"

namespace oversight::ledger {

class ReaderPool {
 public:
  // Gets a reader, or why there is none. Returns false when the store failed and the reader must be opened anew.
  using Task = std::function<bool(absl::StatusOr<Reader*>)>;
  enum class Kind { kCall, kCatchUp };

  ReaderPool(Engine& engine, const Options& options, Stats& stats)
      : engine_(engine), options_(options), stats_(stats) {}
  ~ReaderPool() { Stop(); }

  absl::Status Start();
  // OK when the task will run; else OVERLOADED or DRAINING, and it will not.
  absl::Status Submit(Kind kind, Task task);
  // Runs what is queued, then ends the threads and closes their readers. Idempotent.
  void Stop();

 private:
  void Run(std::unique_ptr<Reader> reader);
  // The store cannot be reached: whoever waits by now is told, rather than each after one more try of its own.
  void FailCalls(const absl::Status& status);

  Engine& engine_;
  const Options& options_;
  Stats& stats_;
  std::mutex mu_;
  std::condition_variable wake_;
  std::deque<Task> calls_, catch_ups_;
  bool call_turn_ = true;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace oversight::ledger
