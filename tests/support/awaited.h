// Waiting in tests, always with a deadline: until a condition holds, and for what a callback brings. Thread-safe;
// copies of an Awaited share one answer.
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
#include <thread>
#include <utility>

#include "absl/status/statusor.h"

namespace oversight::testing {

inline constexpr std::chrono::seconds kPatience{30};

// Looks again until it holds; false when patience ends.
inline bool Eventually(const std::function<bool()>& holds, std::chrono::seconds patience = kPatience) {
  const auto limit = std::chrono::steady_clock::now() + patience;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > limit) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));  // Between two looks; nothing is assumed of its length.
  }
  return true;
}

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
