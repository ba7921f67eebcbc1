#include "gateway/service/dashboard_feed.h"

#include <algorithm>
#include <utility>

#include "gateway/service/dashboard_bytes.h"

namespace oversight::gateway {
namespace {

absl::Duration Bounded(bool given, const google::protobuf::Duration& duration, absl::Duration fallback,
                       absl::Duration least, absl::Duration greatest) {
  if (!given) return fallback;
  const absl::Duration asked = absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
  return std::clamp(asked, least, greatest);
}

std::vector<int> StatesOf(const std::vector<v1::SectionStatus>& sections) {
  std::vector<int> states;
  for (const auto& section : sections) states.push_back(section.state());
  return states;
}

}  // namespace

DashboardFeed::DashboardFeed(DashboardSource& source, Stream stream, const v1::WatchDashboardRequest& request,
                             Audience audience, Sending sending)
    : source_(source),
      force_(request.force()),
      audience_(audience),
      min_interval_(Bounded(request.has_min_interval(), request.min_interval(), absl::Milliseconds(100),
                            absl::Milliseconds(10), absl::Seconds(60))),
      heartbeat_interval_(Bounded(request.has_heartbeat_interval(), request.heartbeat_interval(), absl::Seconds(10),
                                  absl::Seconds(1), absl::Seconds(60))),
      sending_(std::move(sending)),
      stream_(std::move(stream)) {}

void DashboardFeed::Begin() {
  std::unique_lock lock(mu_);
  begun_ = true;
  Pump(std::move(lock));
}

void DashboardFeed::Notify() {
  std::unique_lock lock(mu_);
  due_ = true;
  Pump(std::move(lock));
}

void DashboardFeed::Tick(absl::Time now) {
  const std::vector<v1::SectionStatus> sections = source_.Sections(audience_, force_);
  std::unique_lock lock(mu_);
  if (sent_ == nullptr || (now < sent_time_ + heartbeat_interval_ && StatesOf(sections) == sent_states_)) return;
  due_ = must_send_ = true;
  Pump(std::move(lock));
}

void DashboardFeed::End() {
  std::lock_guard lock(mu_);
  stream_ = nullptr;
  timer_.Cancel();
}

void DashboardFeed::Pump(std::unique_lock<std::mutex> lock) {
  if (stream_ == nullptr || !begun_ || writing_ || timer_set_ || !due_) return;
  const absl::Time next = sent_time_ + min_interval_;
  if (absl::Now() >= next) {
    Send(std::move(lock));
    return;
  }
  timer_set_ = true;
  timer_.Set(next - absl::Now(), [self = shared_from_this()] {
    std::unique_lock lock(self->mu_);
    self->timer_set_ = false;
    if (self->stream_ != nullptr && !self->writing_ && self->due_) self->Send(std::move(lock));
  });
}

void DashboardFeed::Send(std::unique_lock<std::mutex> lock) {
  const Stream stream = stream_;
  writing_ = true;
  due_ = false;
  const bool must_send = std::exchange(must_send_, false);
  lock.unlock();

  // Sections first: should the facts change in between, they are newer than the sections say, never older.
  const std::vector<v1::SectionStatus> sections = source_.Sections(audience_, force_);
  const absl::StatusOr<EncodedDashboard> encoded =
      force_.empty() ? source_.National() : source_.Force(force_, audience_);
  if (!encoded.ok()) {
    stream->Finish(encoded.status());
    return;
  }
  lock.lock();
  // The same bytes, though built anew: what changed is not shown to this audience, or not at all.
  if (!must_send && sent_ != nullptr && (*encoded)->bytes == sent_->bytes) {
    writing_ = false;
    Pump(std::move(lock));
    return;
  }
  sent_ = *encoded;
  sent_states_ = StatesOf(sections);
  sent_time_ = absl::Now();
  lock.unlock();
  sending_(*stream, *encoded);
  const int field =
      force_.empty() ? v1::WatchDashboardResponse::kNationalFieldNumber : v1::WatchDashboardResponse::kForceFieldNumber;
  stream->Write(DashboardBytes(field, sections, *encoded), [self = shared_from_this()](bool ok) {
    std::unique_lock lock(self->mu_);
    self->writing_ = false;
    if (ok) self->Pump(std::move(lock));
  });
}

}  // namespace oversight::gateway
