// Turns a callback into something a test can wait for, with a deadline. Thread-safe; copies share one answer.
//
//   Awaited<GetResult> got;
//   ledger.Get(name, {}, got.callback());
//   absl::StatusOr<GetResult> result = got.Take();
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "absl/status/statusor.h"

namespace oversight::testing {

inline constexpr std::chrono::seconds kPatience{30};

template <class T>
class Awaited {
 public:
  std::function<void(absl::StatusOr<T>)> callback() {
    return [state = state_](absl::StatusOr<T> answer) {
      std::lock_guard lock(state->mu);
      ++state->calls;
      state->answer = std::move(answer);
      state->told.notify_all();
    };
  }
  // The answer; kUnknown "no answer" when none comes in good time.
  absl::StatusOr<T> Take() {
    std::unique_lock lock(state_->mu);
    state_->told.wait_until(lock, std::chrono::system_clock::now() + kPatience,
                            [&] { return state_->answer.has_value(); });
    if (!state_->answer) return absl::UnknownError("no answer");
    return *std::move(state_->answer);
  }
  bool done() const {
    std::lock_guard lock(state_->mu);
    return state_->calls > 0;
  }
  int calls() const {
    std::lock_guard lock(state_->mu);
    return state_->calls;
  }

 private:
  struct State {
    std::mutex mu;
    std::condition_variable told;
    std::optional<absl::StatusOr<T>> answer;
    int calls = 0;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace oversight::testing
