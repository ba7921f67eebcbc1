#include "common/limits/at_once.h"

namespace oversight::limits {

AtOnce::Place::~Place() {
  if (part_ == nullptr) return;
  std::lock_guard lock(part_->mu);
  if (--count_->second == 0) part_->counts.erase(part_->counts.find(count_->first));
}

std::optional<AtOnce::Place> AtOnce::Enter(std::string_view key) {
  if (most_ <= 0) return Place();
  Part& part = parts_[Hash()(key) % parts_.size()];
  std::lock_guard lock(part.mu);
  auto it = part.counts.find(key);
  if (it == part.counts.end()) it = part.counts.emplace(key, 0).first;
  if (it->second >= most_) return std::nullopt;
  ++it->second;
  return Place(&part, &*it);
}

size_t AtOnce::size() const {
  size_t size = 0;
  for (const Part& part : parts_) {
    std::lock_guard lock(part.mu);
    size += part.counts.size();
  }
  return size;
}

}  // namespace oversight::limits
