#include "common/rpc/read_reporter.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <random>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/observe/json_log.h"
#include "common/time/timestamp.h"

namespace oversight::rpc {
namespace {

SipKey RandomKey() {
  std::random_device random;
  const auto word = [&random] { return static_cast<uint64_t>(random()) << 32 | random(); };
  return {word(), word()};
}

// A refusal may be of the connection's making.
constexpr int kTriesWhenRefused = 3;

// Whether a batch was looked at and not taken: sent again as it is, it would not be the next time either.
bool IsRefused(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kOutOfRange:
    case absl::StatusCode::kDataLoss:
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kUnknown:
      return true;
    default:
      return false;
  }
}

size_t SizeOf(const ReadReporter::Batch& batch) {
  size_t told = 0;
  for (const auto& read : batch) told += static_cast<size_t>(read.told_size());
  return told;
}

}  // namespace

ReadReporter::ReadReporter(Send send, observe::Metrics& metrics, Options options)
    : send_(std::move(send)),
      options_(std::move(options)),
      key_(RandomKey()),
      lost_(metrics.Counter("oversight_reads_not_reported_total",
                            "Resources that may have been under embargo whose reading could not be put on record.")) {
  gauges_.push_back(metrics.GaugeCallback("oversight_reads_waiting",
                                          "Resources whose reading waits to be judged and put on record.", [this] {
                                            std::lock_guard lock(mu_);
                                            return static_cast<double>(told_waiting_);
                                          }));
  gauges_.push_back(metrics.GaugeCallback(
      "oversight_reads_oldest_seconds", "How long the first of those has waited; 0: none waits.", [this] {
        std::lock_guard lock(mu_);
        const absl::Time first =
            std::min(under_way_since_, waiting_.empty() ? absl::InfiniteFuture() : waiting_.front().noted);
        return first == absl::InfiniteFuture() ? 0.0 : absl::ToDoubleSeconds(absl::Now() - first);
      }));
  thread_ = std::thread([this] { Run(); });
}

ReadReporter::~ReadReporter() { Stop(absl::ZeroDuration()); }

void ReadReporter::Remember(uint64_t key) {
  if (remembered_.size() >= options_.max_remembered / 2) {
    remembered_before_ = std::move(remembered_);
    remembered_.clear();
  }
  remembered_.insert(key);
}

void ReadReporter::Note(const auth::Principal& reader, const std::string& method, const std::vector<Told>& told,
                        absl::Time now, const Given& given) {
  if (told.empty() || !auth::IsSomebody(reader)) return;
  const int64_t second = absl::ToUnixSeconds(now);
  const std::string day_and_reader = absl::StrCat(second / (24 * 3600), " ", reader.name(), " ");
  const uint64_t slot = given.id == 0 ? 0 : SipHash(key_, absl::StrCat(day_and_reader, given.slot));
  if (given.id != 0) {
    std::lock_guard lock(mu_);
    if (const auto it = given_.find(slot); it != given_.end() && it->second == given.id) return;
  }
  std::vector<uint64_t> keys;
  keys.reserve(told.size());
  for (const Told& one : told) {
    keys.push_back(
        SipHash(key_, absl::StrCat(day_and_reader, one.revision == 0 ? -second : one.revision, " ", one.name)));
  }
  std::lock_guard lock(mu_);
  std::vector<const Told*> fresh;
  std::vector<uint64_t> fresh_keys;
  for (size_t i = 0; i < told.size(); ++i) {
    if (Remembers(keys[i])) continue;
    fresh.push_back(&told[i]);
    fresh_keys.push_back(keys[i]);
  }
  const Told everything{options_.everything, 0};
  if (const auto it = of_reader_.find(reader.name());
      !fresh.empty() && (it == of_reader_.end() ? 0 : it->second) + fresh.size() > options_.max_of_reader) {
    // Whoever reads that much could hide one read among the others, or have those of others be lost.
    fresh.clear();
    fresh_keys = {SipHash(key_, absl::StrCat(day_and_reader, second / 60, " everything"))};
    if (!Remembers(fresh_keys[0])) fresh.push_back(&everything);
  }
  // What is lost is not remembered: the next read of it may find room.
  if (!fresh.empty() && (stopping_ || told_waiting_ + fresh.size() > options_.max_waiting)) {
    return Lost(fresh.size(), absl::ResourceExhaustedError(stopping_ ? "the process is stopping" : "too many wait"));
  }
  if (fresh.empty()) fresh_keys.clear();
  for (const uint64_t key : fresh_keys) Remember(key);
  if (given.id != 0) {
    if (given_.size() >= options_.max_remembered / 4) given_.clear();
    given_[slot] = given.id;
  }
  if (!fresh.empty()) Add(reader, method, fresh, now);
}

void ReadReporter::Add(const auth::Principal& reader, const std::string& method, const std::vector<const Told*>& told,
                       absl::Time now) {
  told_waiting_ += told.size();
  of_reader_[reader.name()] += told.size();
  for (size_t i = 0; i < told.size(); ++i) {
    if (i % options_.max_batch == 0) {
      waiting_.push_back({{}, absl::Now()});
      common::v1::ReportedRead& read = waiting_.back().read;
      *read.mutable_reader() = reader.proto();
      read.set_method(method.substr(method.rfind('/', 0) == 0 ? 1 : 0));
      SetTime(now, read.mutable_read_time());
    }
    common::v1::ToldResource& item = *waiting_.back().read.add_told();
    item.set_name(told[i]->name);
    item.set_revision(told[i]->revision);
  }
  wake_.notify_all();
}

void ReadReporter::Stop(absl::Duration at_most) {
  {
    std::lock_guard lock(mu_);
    if (!stopping_) stop_by_ = absl::Now() + at_most;
    stopping_ = true;
  }
  wake_.notify_all();
  std::call_once(joined_, [this] { thread_.join(); });
}

ReadReporter::Batch ReadReporter::TakeBatch() {
  Batch batch;
  size_t told = 0;
  const auto size = [this] { return static_cast<size_t>(waiting_.front().read.told_size()); };
  while (!waiting_.empty() && (batch.empty() || told + size() <= options_.max_batch)) {
    told += size();
    under_way_since_ = std::min(under_way_since_, waiting_.front().noted);
    if (size_t& of = of_reader_[waiting_.front().read.reader().name()]; of > size()) {
      of -= size();
    } else {
      of_reader_.erase(waiting_.front().read.reader().name());
    }
    *batch.Add() = std::move(waiting_.front().read);
    waiting_.pop_front();
  }
  return batch;
}

void ReadReporter::Run() {
  std::unique_lock lock(mu_);
  while (true) {
    wake_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    wake_.wait_for(lock, absl::ToChronoNanoseconds(options_.interval),
                   [this] { return stopping_ || told_waiting_ >= options_.max_batch; });
    const Batch batch = TakeBatch();
    lock.unlock();
    const size_t told = HandOn(batch);
    lock.lock();
    told_waiting_ -= told;
    under_way_since_ = absl::InfiniteFuture();
  }
}

size_t ReadReporter::HandOn(const Batch& batch) {
  const size_t told = SizeOf(batch);
  for (int tries = 1; !TimeIsUp(); ++tries) {
    const absl::Status status = SendAndWait(batch);
    if (status.ok()) return told;
    if (IsRefused(status) && batch.size() > 1) {
      // One of them is at fault, and must not take the others with it.
      for (const auto& read : batch) {
        Batch alone;
        *alone.Add() = read;
        HandOn(alone);
      }
      return told;
    }
    std::unique_lock lock(mu_);
    if (IsRefused(status) && tries == kTriesWhenRefused) {
      Forget();
      Lost(told, status);
      return told;
    }
    TellLate(status);
    const absl::Time next = std::min(absl::Now() + options_.try_again, stop_by_);
    wake_.wait_for(lock, absl::ToChronoNanoseconds(next - absl::Now()),
                   [this, stopped = stopping_] { return stopping_ != stopped; });
  }
  std::lock_guard lock(mu_);
  Lost(told, absl::DeadlineExceededError("the process is stopping"));
  return told;
}

void ReadReporter::Forget() {
  remembered_.clear();
  remembered_before_.clear();
  given_.clear();
}

absl::Status ReadReporter::SendAndWait(const Batch& batch) {
  struct Answer {
    std::mutex mu;
    std::condition_variable came;
    std::optional<absl::Status> status;
  };
  const auto answer = std::make_shared<Answer>();
  send_(batch, [answer](absl::Status status) {
    std::lock_guard lock(answer->mu);
    answer->status = std::move(status);
    answer->came.notify_all();
  });
  std::unique_lock lock(answer->mu);
  while (!answer->came.wait_for(lock, std::chrono::milliseconds(100), [&] { return answer->status.has_value(); })) {
    if (TimeIsUp()) return absl::DeadlineExceededError("the process is stopping");
  }
  return *answer->status;
}

bool ReadReporter::TimeIsUp() {
  std::lock_guard lock(mu_);
  return absl::Now() >= stop_by_;
}

void ReadReporter::TellLate(const absl::Status& why) {
  if (absl::Now() < told_late_ + absl::Minutes(1)) return;
  told_late_ = absl::Now();
  observe::LogWarning("reads of what may be under embargo wait to be put on record",
                      {{"waiting", told_waiting_}, {"error", why}});
}

void ReadReporter::Lost(size_t count, const absl::Status& why) {
  lost_.Increment(static_cast<double>(count));
  if (absl::Now() < told_lost_ + absl::Minutes(1)) return;
  told_lost_ = absl::Now();
  observe::LogError("reads of what may be under embargo are not on record", {{"count", count}, {"error", why}});
}

}  // namespace oversight::rpc
