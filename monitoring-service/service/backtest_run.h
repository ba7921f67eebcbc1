// Runs backtests, one at a time, each on a thread of its own: it reads the logs, gives them to the rules
// (policy/backtest.h) and streams what comes of it. Thread-safe. Stop before the ledger's end.
#pragma once

#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "common/rpc/call.h"
#include "common/rpc/resources.h"
#include "monitoring-service/domain/ladder.h"
#include "monitoring-service/service/log_replay.h"
#include "monitoring-service/service/owners.h"
#include "oversight/monitoring/v1/policy_service.pb.h"

namespace oversight::monitoring {

class BacktestRunner {
 public:
  using Stream = rpc::StreamCall<v1::BacktestResponse>;

  BacktestRunner(const Ladders& ladders, Owners& owners, rpc::Resources& resources)
      : ladders_(ladders), owners_(owners), resources_(resources) {}
  ~BacktestRunner() { Stop(); }

  // Ends the stream when it is done, or with RESOURCE_EXHAUSTED OVERLOADED when another runs.
  void Start(std::shared_ptr<Stream> call, std::vector<v1::Policy> policies);
  void Stop();

 private:
  absl::Status Run(Stream& call, const std::vector<v1::Policy>& policies, LogReplay& replay);

  const Ladders& ladders_;
  Owners& owners_;
  rpc::Resources& resources_;
  std::mutex mu_;  // Guards what follows.
  bool running_ = false, stopped_ = false;
  std::shared_ptr<LogReplay> replay_;
  std::thread thread_;
};

}  // namespace oversight::monitoring
