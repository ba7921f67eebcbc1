#include "gateway/web/last_seen.h"

#include <utility>

namespace oversight::gateway::web {

size_t LastSeen::SizeOf(const std::string& key, const Answer& answer) {
  constexpr size_t kOfAnEntry = 200;
  return 2 * key.size() + answer.bytes.size() + kOfAnEntry;
}

void LastSeen::Keep(const std::string& key, std::string bytes, absl::Time now) {
  std::lock_guard lock(mu_);
  Erase(key);
  order_.push_front(key);
  const auto& entry = entries_[key] = {{std::move(bytes), now}, order_.begin()};
  bytes_ += SizeOf(key, entry.answer);
  while (bytes_ > most_bytes_ && !order_.empty()) {
    const auto last = entries_.find(order_.back());
    bytes_ -= SizeOf(last->first, last->second.answer);
    entries_.erase(last);
    order_.pop_back();
  }
}

void LastSeen::Forget(const std::string& key) {
  std::lock_guard lock(mu_);
  Erase(key);
}

void LastSeen::Erase(const std::string& key) {
  const auto it = entries_.find(key);
  if (it == entries_.end()) return;
  bytes_ -= SizeOf(key, it->second.answer);
  order_.erase(it->second.place);
  entries_.erase(it);
}

std::optional<LastSeen::Answer> LastSeen::Find(const std::string& key) {
  std::lock_guard lock(mu_);
  const auto it = entries_.find(key);
  if (it == entries_.end()) return std::nullopt;
  order_.splice(order_.begin(), order_, it->second.place);
  return it->second.answer;
}

}  // namespace oversight::gateway::web
