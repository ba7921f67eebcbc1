// What the gateway asks of the issuer while people sign in: where its endpoints are, and a token for a code. On threads
// of its own, since the issuer may be slow: each question has its time, the questions that wait are bounded, and while
// the issuer is away nobody waits for it twice. Thread-safe.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gateway/sign_in/flow.h"

namespace oversight::gateway {

struct IssuerOptions {
  std::string issuer;   // Its discovery document is at {issuer}/.well-known/openid-configuration.
  Endpoints endpoints;  // Given by hand; with an empty one they are discovered.
  std::string client_id;
  std::string client_secret_file;  // Read at each question; empty: a public client.
  std::string ca_file;
  absl::Duration at_most = absl::Seconds(5);       // For one question to the issuer.
  absl::Duration keep = absl::Hours(1);            // What was discovered.
  absl::Duration keep_failure = absl::Seconds(5);  // That it could not be.
};

class IssuerClient {
 public:
  static constexpr int kThreads = 4;
  static constexpr size_t kMaxWaiting = 64;

  explicit IssuerClient(IssuerOptions options);
  // Cancels, and waits until what is under way has been told so.
  ~IssuerClient();
  IssuerClient(const IssuerClient&) = delete;
  IssuerClient& operator=(const IssuerClient&) = delete;

  // `done` runs once, on a thread of the client or before it returns; it must not block for long. UNAVAILABLE in plain
  // words when the issuer gives no good answer in time.
  void FindEndpoints(std::function<void(absl::StatusOr<Endpoints>)> done);
  // Also INVALID_ARGUMENT, when the issuer refuses the code: see ReadTokens.
  void Exchange(const std::string& code, const std::string& redirect_uri, const std::string& verifier,
                std::function<void(absl::StatusOr<Tokens>)> done);
  // Every question under way, and every later one, ends soon.
  void Cancel();

 private:
  // `run` with whether there is time left for it.
  struct Task {
    absl::Time latest;
    std::function<void(bool in_time)> run;
  };
  bool Post(std::function<void(bool)> run);
  void Run();
  absl::StatusOr<Endpoints> Discover();
  std::optional<absl::StatusOr<Endpoints>> Known() const;
  absl::StatusOr<Tokens> Ask(const std::string& code, const std::string& redirect_uri, const std::string& verifier);

  const IssuerOptions options_;
  std::atomic<bool> cancelled_{false};
  std::mutex discover_mu_;  // One looks at a time; the others take what it found.

  mutable std::mutex mu_;  // Guards what follows.
  absl::StatusOr<Endpoints> known_;
  absl::Time known_until_ = absl::InfinitePast();  // On the machine's clock.
  std::deque<Task> tasks_;
  std::condition_variable wake_;
  bool stop_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace oversight::gateway
