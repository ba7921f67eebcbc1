// The last answers to public and other plain reads, for a page to show when their service cannot be reached: what it
// was and when, said to be old. Kept for whoever asked and never shown to anyone else. Bounded: the answers that were
// not asked for longest go first. It is no record: a gateway that starts knows nothing. Thread-safe.
#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "absl/time/time.h"

namespace oversight::gateway::web {

class LastSeen {
 public:
  struct Answer {
    std::string bytes;
    absl::Time time;  // When it was given.
  };

  explicit LastSeen(size_t most_bytes = 16 << 20) : most_bytes_(most_bytes) {}

  // `key` says who asks what.
  void Keep(const std::string& key, std::string bytes, absl::Time now);
  // What the service refuses now is not shown when it is away.
  void Forget(const std::string& key);
  std::optional<Answer> Find(const std::string& key);

 private:
  struct Entry {
    Answer answer;
    std::list<std::string>::iterator place;
  };
  void Erase(const std::string& key);  // Under mu_.
  static size_t SizeOf(const std::string& key, const Answer& answer);

  const size_t most_bytes_;
  std::mutex mu_;
  size_t bytes_ = 0;
  std::map<std::string, Entry> entries_;
  std::list<std::string> order_;  // The latest first.
};

}  // namespace oversight::gateway::web
