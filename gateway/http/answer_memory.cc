#include "gateway/http/answer_memory.h"

#include "absl/strings/str_cat.h"
#include "common/auth/authenticator.h"
#include "common/text/sha256.h"

namespace oversight::gateway {
namespace {

constexpr absl::Duration kLongest = absl::Seconds(1);
constexpr size_t kMostBytes = 32 << 20;
constexpr size_t kMostAnswers = 1000;

}  // namespace

std::string AnswerMemory::KeyOf(const std::string& target,
                                const std::vector<std::pair<std::string, std::string>>& headers) {
  std::string all = target;
  // Who asks, and nothing that is another each time. No byte of a header or a target is 0.
  for (const auto& [name, value] : headers) {
    if (name != auth::kAuthorizationHeader && name != auth::kPrincipalHeader) continue;
    absl::StrAppend(&all, std::string(1, '\0'), name, std::string(1, '\0'), value);
  }
  return Sha256(all);  // So that no token is kept.
}

std::shared_ptr<const HttpAnswer> AnswerMemory::Find(const std::string& key, absl::Time now) const {
  const int64_t version = version_();
  std::lock_guard lock(mu_);
  const auto it = kept_.find(key);
  if (it == kept_.end()) return nullptr;
  const Kept& kept = it->second;
  return kept.version == version && now < kept.time + kLongest ? kept.answer : nullptr;
}

std::shared_ptr<AnswerMemory::Making> AnswerMemory::MakeOrWait(
    const std::string& key, std::function<void(std::shared_ptr<const HttpAnswer>)> then) {
  const int64_t version = version_();
  std::lock_guard lock(mu_);
  auto& making = making_[key];
  if (making != nullptr && making->version_ == version) {
    making->waiting_.push_back(std::move(then));
    return nullptr;
  }
  making = std::make_shared<Making>();
  making->memory_ = this;
  making->key_ = key;
  making->version_ = version;
  return making;
}

void AnswerMemory::Making::Finish(absl::Time now, std::shared_ptr<const HttpAnswer> answer) {
  decltype(waiting_) waiting;
  {
    std::lock_guard lock(memory_->mu_);
    waiting.swap(waiting_);
    // A later one may have taken its place.
    const auto it = memory_->making_.find(key_);
    if (it != memory_->making_.end() && it->second.get() == this) memory_->making_.erase(it);
    if (answer != nullptr) memory_->Keep(key_, {version_, now, answer});
  }
  for (const auto& then : waiting) then(answer);
}

void AnswerMemory::Keep(const std::string& key, Kept kept) {
  if (kept_.size() >= kMostAnswers || bytes_ + kept.answer->body.size() > kMostBytes) {
    kept_.clear();
    bytes_ = 0;
  }
  Kept& there = kept_[key];
  if (there.answer != nullptr) bytes_ -= there.answer->body.size();
  bytes_ += kept.answer->body.size();
  there = std::move(kept);
}

}  // namespace oversight::gateway
