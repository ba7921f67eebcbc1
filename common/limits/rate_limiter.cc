#include "common/limits/rate_limiter.h"

#include <algorithm>

namespace oversight::limits {
namespace {

// Who waited exactly as long as they were told is not refused for the last bit of a sum.
constexpr double kAlmost = 1e-6;

}  // namespace

RateLimiter::RateLimiter(const Options& options)
    : rate_(options.rate),
      burst_(std::max(options.burst, options.rate)),
      most_in_part_(std::max<size_t>(1, options.most_keys / std::tuple_size_v<decltype(parts_)>)) {}

void RateLimiter::Fill(Bucket& bucket, absl::Time now) const {
  if (now <= bucket.at) return;
  bucket.tokens = std::min(burst_, bucket.tokens + absl::ToDoubleSeconds(now - bucket.at) * rate_);
  bucket.at = now;
}

void RateLimiter::MakeRoom(Part& part, absl::Time now) const {
  // Two for each new one, so that after a flood the table becomes small again.
  for (int looked_at = 0; looked_at < 2 && !part.order.empty(); ++looked_at) {
    Bucket& oldest = part.order.back();
    Fill(oldest, now);
    if (oldest.tokens < burst_ && part.order.size() < most_in_part_) return;
    part.by_key.erase(oldest.key);
    part.order.pop_back();
  }
}

bool RateLimiter::Take(std::string_view key, double cost, absl::Time now, absl::Duration* retry_after) {
  if (rate_ <= 0) return true;
  cost = std::max(cost, 0.0);
  Part& part = parts_[std::hash<std::string_view>()(key) % parts_.size()];
  std::lock_guard lock(part.mu);
  auto it = part.by_key.find(key);
  if (it == part.by_key.end()) {
    MakeRoom(part, now);
    part.order.push_front({std::string(key), burst_, now});
    it = part.by_key.emplace(part.order.front().key, part.order.begin()).first;
  } else {
    part.order.splice(part.order.begin(), part.order, it->second);
  }
  Bucket& bucket = *it->second;
  Fill(bucket, now);
  const double needed = std::min(cost, burst_);
  if (bucket.tokens + kAlmost >= needed) {
    bucket.tokens -= cost;
    return true;
  }
  if (retry_after != nullptr) {
    *retry_after = std::max(absl::Seconds((needed - bucket.tokens) / rate_), absl::Milliseconds(1));
  }
  return false;
}

size_t RateLimiter::size() const {
  size_t size = 0;
  for (const Part& part : parts_) {
    std::lock_guard lock(part.mu);
    size += part.order.size();
  }
  return size;
}

}  // namespace oversight::limits
