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

}  // namespace

ReadReporter::ReadReporter(Send send, observe::Metrics& metrics, Options options)
    : send_(std::move(send)),
      options_(options),
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
        const absl::Time first = std::min(oldest_, noted_.empty() ? absl::InfiniteFuture() : noted_.front());
        return first == absl::InfiniteFuture() ? 0.0 : absl::ToDoubleSeconds(absl::Now() - first);
      }));
  thread_ = std::thread([this] { Run(); });
}

ReadReporter::~ReadReporter() { Stop(absl::ZeroDuration()); }

void ReadReporter::Note(const auth::Principal& reader, const std::string& method, const std::vector<Told>& told,
                        absl::Time now, int64_t list) {
  if (told.empty() || reader.HasRole(auth::Role::ROLE_SERVICE)) return;
  const std::string day_and_reader = absl::StrCat(absl::ToUnixSeconds(now) / 86400, " ", reader.name(), " ");
  const uint64_t list_key = SipHash(key_, absl::StrCat(day_and_reader, list));
  std::lock_guard lock(mu_);
  if (list != 0 && remembered_.count(list_key) > 0) return;
  std::vector<const Told*> fresh;
  std::vector<uint64_t> keys;
  for (const Told& one : told) {
    const uint64_t key = SipHash(key_, absl::StrCat(day_and_reader, one.revision, " ", one.name));
    if (remembered_.count(key) > 0) continue;
    fresh.push_back(&one);
    keys.push_back(key);
  }
  // What is lost is not remembered: the next read of it may find room.
  if (!fresh.empty() && (stopping_ || told_waiting_ + fresh.size() > options_.max_waiting)) {
    return Lost(fresh.size(), absl::ResourceExhaustedError(stopping_ ? "the process is stopping" : "too many wait"));
  }
  if (remembered_.size() > options_.max_remembered) remembered_.clear();
  remembered_.insert(keys.begin(), keys.end());
  if (list != 0) remembered_.insert(list_key);
  told_waiting_ += fresh.size();
  for (size_t i = 0; i < fresh.size(); ++i) {
    if (i % options_.max_batch == 0) {
      common::v1::ReportedRead& read = waiting_.emplace_back();
      noted_.push_back(absl::Now());
      *read.mutable_reader() = reader.proto();
      read.set_method(method.substr(method.rfind('/', 0) == 0 ? 1 : 0));
      SetTime(now, read.mutable_read_time());
    }
    common::v1::ToldResource& item = *waiting_.back().add_told();
    item.set_name(fresh[i]->name);
    item.set_revision(fresh[i]->revision);
  }
  if (!fresh.empty()) wake_.notify_all();
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
  const auto size = [this] { return static_cast<size_t>(waiting_.front().told_size()); };
  while (!waiting_.empty() && (batch.empty() || told + size() <= options_.max_batch)) {
    told += size();
    *batch.Add() = std::move(waiting_.front());
    waiting_.pop_front();
    oldest_ = std::min(oldest_, noted_.front());
    noted_.pop_front();
  }
  return batch;
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
  while (!answer->status.has_value()) {
    answer->came.wait_for(lock, std::chrono::milliseconds(100));
    if (answer->status.has_value()) break;
    std::lock_guard mine(mu_);
    if (absl::Now() > stop_by_) return absl::DeadlineExceededError("the process is stopping");
  }
  return *answer->status;
}

void ReadReporter::Run() {
  std::unique_lock lock(mu_);
  while (true) {
    wake_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    wake_.wait_for(lock, absl::ToChronoNanoseconds(options_.interval), [this] { return stopping_; });
    const Batch batch = TakeBatch();
    size_t told = 0;
    for (const auto& read : batch) told += static_cast<size_t>(read.told_size());
    while (true) {
      lock.unlock();
      const absl::Status status = SendAndWait(batch);
      lock.lock();
      if (status.ok()) break;
      if (absl::IsInvalidArgument(status) || absl::Now() > stop_by_) {
        Lost(told, status);
        break;
      }
      if (absl::Now() > told_late_ + absl::Minutes(1)) {
        told_late_ = absl::Now();
        observe::LogWarning("reads of what may be under embargo wait to be put on record",
                            {{"waiting", told_waiting_}, {"error", status}});
      }
      const absl::Time next = std::min(absl::Now() + options_.try_again, stop_by_);
      wake_.wait_for(lock, absl::ToChronoNanoseconds(next - absl::Now()),
                     [this, stopped = stopping_] { return stopping_ != stopped; });
    }
    told_waiting_ -= told;
    oldest_ = absl::InfiniteFuture();
  }
}

void ReadReporter::Lost(size_t count, const absl::Status& why) {
  lost_.Increment(static_cast<double>(count));
  if (absl::Now() < told_lost_ + absl::Minutes(1)) return;
  told_lost_ = absl::Now();
  observe::LogError("reads of what may be under embargo are not on record", {{"count", count}, {"error", why}});
}

}  // namespace oversight::rpc
