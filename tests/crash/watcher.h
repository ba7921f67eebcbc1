// One that follows WatchConcerns through every crash: when its stream breaks off it resumes after its last revision, at
// whichever replica answers, and keeps what each stream told it. For one driving thread.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "grpcpp/client_context.h"
#include "tests/crash/checks.h"
#include "tests/crash/target.h"

namespace oversight::crash {

class Watcher {
 public:
  // Watches from after `resume_after`, first at `replica`.
  Watcher(Target& target, int replica, int64_t resume_after);
  ~Watcher();

  // False when it has not been told of everything up to `revision` in good time.
  bool WaitFor(int64_t revision);
  int64_t resumed_after() const { return resume_after_; }
  // What it was told so far, one part per stream.
  std::vector<std::vector<testing::Delivery>> parts() const;
  // Errors that no watch should end with.
  Findings TakeFindings();

 private:
  void Run();
  void Follow(Stub& stub);
  void Take(const concerns::v1::WatchConcernsResponse& response);

  Target& target_;
  const int64_t resume_after_;
  int replica_;
  std::string token_;  // the thread's

  mutable std::mutex mu_;
  std::condition_variable changed_;
  int64_t seen_ = 0;
  bool stopping_ = false;
  grpc::ClientContext* context_ = nullptr;
  std::vector<std::vector<testing::Delivery>> parts_;
  Findings findings_;
  std::thread thread_;
};

// A transaction as a watcher who sees everything is told it.
testing::Delivery AsTold(const ledger::Transaction& transaction);

}  // namespace oversight::crash
