#include "monitoring-service/service/backtest_run.h"

#include <future>
#include <string>
#include <utility>

#include "common/rpc/errors.h"
#include "common/time/timestamp.h"
#include "monitoring-service/policy/backtest.h"
#include "oversight/common/v1/error_reason.pb.h"

namespace oversight::monitoring {
namespace {

// Told after so many transactions.
constexpr int64_t kProgressEvery = 20000;

// Sends and waits until it is sent: so a slow reader slows the replay, and nothing piles up.
absl::Status Send(BacktestRunner::Stream& call, v1::BacktestResponse response) {
  std::promise<bool> written;
  call.Write(std::move(response), [&written](bool ok) { written.set_value(ok); });
  return written.get_future().get() ? absl::OkStatus() : absl::CancelledError("The caller has gone away.");
}

}  // namespace

void BacktestRunner::Start(std::shared_ptr<Stream> call, std::vector<v1::Policy> policies) {
  std::unique_lock lock(mu_);
  if (running_ || stopped_) {
    lock.unlock();
    return call->Finish(Error(absl::StatusCode::kResourceExhausted, common::v1::ERROR_REASON_OVERLOADED,
                              "Another backtest is running; one runs at a time.")
                            .RetryAfter(absl::Seconds(5)));
  }
  if (thread_.joinable()) thread_.join();  // It has ended, but for its last steps.
  running_ = true;
  replay_ = owners_.Replay(resources_.ledger());
  thread_ = std::thread([this, call = std::move(call), policies = std::move(policies), replay = replay_] {
    call->OnEnd([replay] { replay->Cancel(); });
    const absl::Status status = Run(*call, policies, *replay);
    {
      std::lock_guard lock(mu_);
      running_ = false;
      replay_.reset();
    }
    call->Finish(status);
  });
}

void BacktestRunner::Stop() {
  std::thread thread;
  {
    std::lock_guard lock(mu_);
    stopped_ = true;
    if (replay_ != nullptr) replay_->Cancel();
    thread = std::move(thread_);
  }
  if (thread.joinable()) thread.join();
}

absl::Status BacktestRunner::Run(Stream& call, const std::vector<v1::Policy>& policies, LogReplay& replay) {
  std::vector<const v1::Policy*> tried;
  for (const auto& policy : policies) tried.push_back(&policy);
  Backtest backtest(std::move(tried), ladders_);
  int64_t total = 0, count = 0;
  const auto progress = [&](absl::Time time) {
    v1::BacktestResponse response;
    response.mutable_progress()->set_transaction_count(count);
    response.mutable_progress()->set_total_count(total);
    if (time != absl::InfinitePast()) SetTime(time, response.mutable_progress()->mutable_recorded_time());
    return Send(call, std::move(response));
  };
  std::vector<Backtest::Change> changes;
  OVERSIGHT_RETURN_IF_ERROR(replay.Run(
      [&](int64_t all) {
        total = all;
        (void)progress(absl::InfinitePast());  // A caller who has gone shows at the next.
      },
      [&](absl::Time time, const ledger::v1::Transaction& transaction) -> absl::Status {
        changes.clear();
        for (const auto& change : transaction.changes()) {
          changes.push_back({change.name(), change.kind(), change.payload(), change.redacted(),
                             change.operation() == ledger::v1::OPERATION_DELETE});
        }
        OVERSIGHT_RETURN_IF_ERROR(backtest.Take(transaction.revision(), time, changes));
        if (++count % kProgressEvery != 0) return absl::OkStatus();
        return progress(time);
      }));
  backtest.Finish(resources_.clock().Now());
  for (auto& force : backtest.Forces()) {
    v1::BacktestResponse response;
    *response.mutable_force() = std::move(force);
    OVERSIGHT_RETURN_IF_ERROR(Send(call, std::move(response)));
  }
  v1::BacktestResponse response;
  *response.mutable_summary() = backtest.Summary();
  return Send(call, std::move(response));
}

}  // namespace oversight::monitoring
