#include "common/auth/token/key_ring.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_join.h"
#include "common/observe/json_log.h"

namespace oversight::auth {
namespace {

constexpr char kFetches[] = "oversight_auth_key_fetches_total";
constexpr char kFetchesHelp[] = "Looks for the issuer's keys, by how they went.";

}  // namespace

KeyRing::KeyRing(std::unique_ptr<KeyFetcher> fetcher, KeyRingOptions options, const Clock& clock,
                 observe::Metrics& metrics)
    : fetcher_(std::move(fetcher)),
      options_(options),
      clock_(clock),
      fetched_(metrics.Counter(kFetches, kFetchesHelp, {{"outcome", "ok"}})),
      failed_(metrics.Counter(kFetches, kFetchesHelp, {{"outcome", "failed"}})) {
  age_ = metrics.GaugeCallback("oversight_auth_keys_age_seconds",
                               "Since the issuer's keys were last seen; -1 when they never were.", [this] {
                                 std::lock_guard lock(mu_);
                                 return current_.keys == nullptr ? -1 : absl::ToDoubleSeconds(absl::Now() - last_good_);
                               });
  count_ = metrics.GaugeCallback("oversight_auth_keys", "Keys of the issuer that are good now.", [this] {
    std::lock_guard lock(mu_);
    return current_.keys == nullptr ? 0.0 : static_cast<double>(current_.keys->size());
  });
}

KeyRing::~KeyRing() {
  {
    std::lock_guard lock(mu_);
    stop_ = true;
  }
  fetcher_->Cancel();
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

absl::Status KeyRing::Load() {
  absl::Status status = Look();
  return Current().keys != nullptr ? absl::OkStatus() : status;
}

void KeyRing::Start() {
  thread_ = std::thread([this] { Run(); });
}

KeyRing::View KeyRing::Current() const {
  std::lock_guard lock(mu_);
  return current_;
}

bool KeyRing::Ask() {
  std::lock_guard lock(mu_);
  if (asked_) return true;
  if (absl::Now() - last_look_ < options_.least_between) return false;
  asked_ = true;
  wake_.notify_all();
  return true;
}

bool KeyRing::AwaitLook(absl::Duration at_most) {
  std::unique_lock lock(mu_);
  const uint64_t wanted = begun_ + 1;
  asked_ = true;
  wake_.notify_all();
  return looked_.wait_for(lock, absl::ToChronoMilliseconds(at_most), [&] { return ended_ >= wanted; });
}

absl::Status KeyRing::Look() {
  std::lock_guard one(look_mu_);
  {
    std::lock_guard lock(mu_);
    asked_ = false;
    ++begun_;
    last_look_ = absl::Now();
  }
  const View before = Current();
  const absl::Time now = clock_.Now();
  absl::Status status;
  std::shared_ptr<const KeySet> keys = before.keys;
  auto text = fetcher_->Fetch();
  // The same text can still mean that a retired key goes.
  const bool retires = before.keys != nullptr && before.keys->NextRetirement() <= now;
  if (!text.ok()) {
    status = text.status();
  } else if (before.keys == nullptr || *text != last_text_ || retires) {
    auto parsed = KeySet::Parse(*text);
    // A set without a key withdraws those known, as any other does that leaves them out; to begin with it is none.
    if (parsed.ok() && parsed->empty()) {
      const absl::Status none = absl::InvalidArgumentError(absl::StrCat("the key set has no key that can be used",
                                                                        parsed->left_out().empty() ? "" : "; ",
                                                                        absl::StrJoin(parsed->left_out(), "; ")));
      if (before.keys == nullptr) {
        parsed = none;
      } else if (*text != last_text_) {
        observe::LogError("the issuer has withdrawn every key", {{"why", std::string(none.message())}});
      }
    }
    if (parsed.ok()) {
      if (*text != last_text_ && !parsed->left_out().empty()) {
        observe::LogWarning("keys of the issuer left out", {{"why", absl::StrJoin(parsed->left_out(), "; ")}});
      }
      if (before.keys != nullptr) parsed->KeepRetired(*before.keys, now, options_.grace);
      last_text_ = *std::move(text);
      keys = std::make_shared<const KeySet>(*std::move(parsed));
    } else {
      status = parsed.status();
    }
  }
  (status.ok() ? fetched_ : failed_).Increment();
  // Told when it changes, not at every look.
  const std::string fault(status.message());
  if (fault != last_fault_) {
    if (!fault.empty()) {
      observe::LogError("the issuer's keys cannot be had; those known stay", {{"error", fault}});
    } else {
      observe::LogInfo("the issuer's keys can be had again");
    }
    last_fault_ = fault;
  }
  {
    std::lock_guard lock(mu_);
    if (status.ok()) last_good_ = absl::Now();
    look_failed_ = !status.ok();
    if (keys != current_.keys) {
      current_.keys = keys;
      ++current_.generation;
    }
    ++ended_;
  }
  looked_.notify_all();
  return status;
}

void KeyRing::Run() {
  const absl::Duration interval = fetcher_->Interval(options_.refresh);
  std::unique_lock lock(mu_);
  while (!stop_) {
    absl::Duration wait = interval;
    if (current_.keys == nullptr) wait = std::min(wait, options_.least_between);
    if (current_.keys != nullptr) {
      // After a look that failed a key that is to go stays in the set: it is not taken, and is no reason to hurry.
      const absl::Duration least = look_failed_ ? options_.least_between : absl::Milliseconds(100);
      wait = std::min(wait, std::max(current_.keys->NextRetirement() - clock_.Now(), least));
    }
    wake_.wait_for(lock, absl::ToChronoMilliseconds(wait), [this] { return stop_ || asked_; });
    if (stop_) return;
    lock.unlock();
    (void)Look();
    lock.lock();
  }
}

}  // namespace oversight::auth
