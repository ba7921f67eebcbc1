// The issuer's keys as they are now, kept current by a thread of its own, so that whoever checks a token never waits:
// - It looks again at an interval, and when somebody asks because a token names a key it does not know (Ask), though
// not
//   more often than `least_between`, whatever is asked: otherwise anyone could make us call the issuer all day.
// - A key the issuer publishes no longer stays good for `grace`, so that tokens signed just before a rotation last.
// - While the issuer cannot be reached, or what it gives is no key set, the keys known so far stay. Metrics and the log
// say
//   so.
// Thread-safe.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/auth/token/key_fetcher.h"
#include "common/auth/token/key_set.h"
#include "common/observe/metrics.h"
#include "common/time/clock.h"

namespace oversight::auth {

struct KeyRingOptions {
  absl::Duration refresh = absl::Minutes(5);
  absl::Duration grace = absl::Minutes(5);
  absl::Duration least_between = absl::Seconds(10);
};

class KeyRing {
 public:
  KeyRing(std::unique_ptr<KeyFetcher> fetcher, KeyRingOptions options, const Clock& clock, observe::Metrics& metrics);
  ~KeyRing();
  KeyRing(const KeyRing&) = delete;
  KeyRing& operator=(const KeyRing&) = delete;

  // Fetches now, on this thread. What is wrong when there are no keys afterwards.
  absl::Status Load();
  // Begins to keep them current.
  void Start();

  struct View {
    std::shared_ptr<const KeySet> keys;  // Null when there have never been any.
    uint64_t generation = 0;             // Another whenever a key has come or gone.
  };
  View Current() const;
  // A token names a key that is not there. False when it was looked for too recently to look again.
  bool Ask();
  // Returns when a look that began after this call has ended; false after `at_most`. For tests and tools.
  bool AwaitLook(absl::Duration at_most);

 private:
  absl::Status Look();
  void Run();

  const std::unique_ptr<KeyFetcher> fetcher_;
  const KeyRingOptions options_;
  const Clock& clock_;
  prometheus::Counter &fetched_, &failed_;
  std::mutex look_mu_;     // One look at a time.
  std::string last_text_;  // With look_mu_ held.
  std::string last_fault_;

  mutable std::mutex mu_;  // Guards what follows.
  std::condition_variable wake_, looked_;
  View current_;
  bool stop_ = false, asked_ = false;
  uint64_t begun_ = 0, ended_ = 0;               // Looks.
  absl::Time last_look_ = absl::InfinitePast();  // On the machine's clock.
  absl::Time last_good_ = absl::InfinitePast();
  bool look_failed_ = false;  // The last one.
  observe::Metrics::Callback age_, count_;
  std::thread thread_;
};

}  // namespace oversight::auth
