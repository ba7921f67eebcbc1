#include "common/rpc/informer.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <list>
#include <mutex>
#include <optional>
#include <random>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/rpc/errors.h"
#include "common/rpc/resources.h"
#include "common/rpc/timer.h"
#include "common/rpc/tokens.h"
#include "common/rpc/watch_shape.h"

namespace oversight::rpc {

using google::protobuf::Descriptor;
using google::protobuf::Message;
using std::chrono::steady_clock;

// ---- The copy ----

const InformerCopy::Map* InformerCopy::MapOf(const Descriptor* kind) const {
  for (const auto& [descriptor, map] : kinds_) {
    if (descriptor == kind) return &map;
  }
  return nullptr;
}

std::shared_ptr<const Message> InformerCopy::Find(const Descriptor* kind, const std::string& name) const {
  const Map* map = MapOf(kind);
  return map == nullptr ? nullptr : map->Find(name);
}

void InformerCopy::Visit(
    const Descriptor* kind, const std::string& parent,
    const std::function<bool(const std::string&, const std::shared_ptr<const Message>&)>& visit) const {
  if (const Map* map = MapOf(kind)) map->Each(parent, visit);
}

size_t InformerCopy::CountOf(const Descriptor* kind) const {
  const Map* map = MapOf(kind);
  return map == nullptr ? 0 : map->size();
}

InformerCopyBuilder::InformerCopyBuilder(const std::vector<const Descriptor*>& kinds)
    : copy_(std::make_shared<InformerCopy>()), edit_(InformerCopy::Map::NewEdit()) {
  for (const Descriptor* kind : kinds) copy_->kinds_.emplace_back(kind, InformerCopy::Map());
}

void InformerCopyBuilder::Place(int64_t revision, std::string token, absl::Time recorded_time) {
  copy_->revision_ = revision;
  copy_->token_ = std::move(token);
  copy_->recorded_time_ = recorded_time;
}

void InformerCopyBuilder::Put(const Descriptor* kind, const std::string& name,
                              std::shared_ptr<const Message> resource) {
  for (auto& [descriptor, map] : copy_->kinds_) {
    if (descriptor == kind) map.Put(name, std::move(resource), edit_);
  }
}

// ---- The informer ----

class InformerCore::Impl : public std::enable_shared_from_this<InformerCore::Impl> {
 public:
  Impl(InformerOptions options, OpenWatch open, std::vector<const Descriptor*> kinds)
      : options_(std::move(options)), open_(std::move(open)), random_(std::random_device{}()) {
    empty_ = InformerCopyBuilder(kinds).Build();
    copy_ = empty_;
  }

  void AddListener(Listener listener) {
    std::lock_guard lock(mu_);
    listeners_.push_back(std::move(listener));
  }

  void AddIndex(Listener index) {
    std::lock_guard lock(mu_);
    indexes_.push_back(std::move(index));
  }

  void Start() {
    {
      std::lock_guard lock(mu_);
      if (started_ || stopping_) return;
      started_ = true;
    }
    RegisterMetrics();
    Open();
  }

  void Stop() {
    std::list<Waiter> waiters;
    std::shared_ptr<WatchCall> call;
    {
      std::lock_guard lock(mu_);
      stopping_ = true;
      retry_.Cancel();
      watchdog_.Cancel();
      call = call_;
      waiters.swap(waiters_);
    }
    if (call != nullptr) call->Cancel();
    for (Waiter& waiter : waiters) waiter.done(absl::CancelledError("The copy is no longer kept."));
    OpenWatch open;
    AskHead ask_head;
    std::vector<Listener> listeners, indexes;
    std::vector<observe::Metrics::Callback> metrics;
    {
      std::unique_lock lock(mu_);
      quiet_.wait(lock, [this] { return !call_active_ && running_ == 0; });
      // What they hold, a channel perhaps, must not be let go of on a gRPC thread.
      open.swap(open_);
      ask_head.swap(options_.ask_head);
      listeners.swap(listeners_);
      indexes.swap(indexes_);
      metrics.swap(metrics_);
    }
  }

  std::shared_ptr<const InformerCopy> Read() const {
    std::lock_guard lock(mu_);
    return copy_;
  }

  InformerStatus Status() const {
    std::lock_guard lock(mu_);
    InformerStatus status;
    status.revision = copy_->revision_;
    status.token = copy_->token_;
    status.connected = connected_;
    status.last_error = last_error_;
    status.restarts = restarts_;
    status.relists = relists_;
    if (synced_) status.age = AgeLocked();
    const std::string trouble =
        connected_ ? ""
                   : absl::StrCat(": ", last_error_.ok()
                                            ? "not connected yet"
                                            : std::string(last_error_.message().data(), last_error_.message().size()));
    if (!synced_) {
      status.state = InformerState::kNeverSynced;
      status.reason = absl::StrCat("No copy of the facts of ", options_.owner, " yet", trouble);
    } else if (status.age > options_.stale_after) {
      status.state = InformerState::kStale;
      status.reason = absl::StrCat("Nothing heard from ", options_.owner, " for ", Whole(status.age), trouble);
    } else {
      status.state = InformerState::kSynced;
    }
    return status;
  }

  void WaitForToken(const std::string& token, absl::Time deadline, Done done) {
    ConsistencyPoint point;
    if (ReadConsistencyToken(token, &point) != TokenFit::kFits) {
      return done(Error(absl::StatusCode::kInvalidArgument, common::v1::ERROR_REASON_CONSISTENCY_TOKEN_MISMATCH,
                        "The consistency token is malformed. Send it as it came."));
    }
    Wait({.revision = point.revision, .store = point.store_prefix, .done = std::move(done)}, deadline);
  }
  void WaitFor(int64_t revision, absl::Time deadline, Done done) {
    Wait({.revision = revision, .done = std::move(done)}, deadline);
  }

  void WaitForHead(absl::Time deadline, Done done) {
    // Stop waits for the question too: it is a call on the channel, which goes after Stop.
    auto running = std::make_shared<Running>(this);
    if (!running->entered()) return done(absl::CancelledError("The copy is no longer kept."));
    AskHead ask;
    {
      std::lock_guard lock(mu_);
      ask = options_.ask_head;
    }
    ask(deadline, [self = shared_from_this(), running = std::move(running), deadline,
                   done = std::move(done)](absl::StatusOr<OwnerHead> head) {
      if (!head.ok()) return done(head.status());
      if (head->token.empty()) return self->WaitFor(head->revision, deadline, done);
      self->WaitForToken(head->token, deadline, done);
    });
  }

 private:
  // Someone who waits until the copy is far enough. Revision 0 waits for a copy at all.
  struct Waiter {
    int64_t revision = 0;
    std::optional<std::string> store;
    Done done;
    int64_t id = 0;
    Timer timer;
    absl::Status outcome;
  };

  // While one exists, Stop waits. Not `entered` when stopping has begun.
  class Running {
   public:
    explicit Running(Impl* impl) : impl_(impl) {
      std::lock_guard lock(impl_->mu_);
      entered_ = !impl_->stopping_;
      if (entered_) ++impl_->running_;
    }
    ~Running() {
      if (!entered_) return;
      std::lock_guard lock(impl_->mu_);
      if (--impl_->running_ == 0) impl_->quiet_.notify_all();
    }
    bool entered() const { return entered_; }

   private:
    Impl* impl_;
    bool entered_;
  };

  // ---- The stream ----

  void Open() {
    Running running(this);
    if (!running.entered()) return;
    common::v1::WatchStart start;
    int64_t generation;
    {
      std::lock_guard lock(mu_);
      listing_ = !synced_ || list_again_;
      if (listing_) {
        start.set_initial_state(true);
      } else {
        start.set_resume_after(copy_->revision_);
        start.set_token(copy_->token_);
      }
      call_active_ = true;
      generation = ++generation_;
      last_activity_ = steady_clock::now();
      if (generation > 1) ++restarts_;
      SetWatchdog();
    }
    const int64_t nanos = absl::ToInt64Nanoseconds(options_.bookmark_interval);
    start.mutable_bookmark_interval()->set_seconds(nanos / 1000000000);
    start.mutable_bookmark_interval()->set_nanos(static_cast<int32_t>(nanos % 1000000000));
    const auto self = shared_from_this();
    auto call = open_(
        start, [self](std::unique_ptr<Message> message) { self->OnMessage(std::move(message)); },
        [self](absl::Status status) { self->OnDone(std::move(status)); });
    bool cancel;
    {
      std::lock_guard lock(mu_);
      // It may have ended already, and the next one begun.
      const bool current = call_active_ && generation_ == generation;
      if (current) call_ = call;
      cancel = current && stopping_;
    }
    if (cancel) call->Cancel();
  }

  void OnDone(absl::Status status) {
    // Like Running, but it must get through while Stop waits for it.
    std::lock_guard lock(mu_);
    call_active_ = false;
    call_ = nullptr;
    connected_ = false;
    building_ = nullptr;
    watchdog_.Cancel();
    last_error_ = status.ok() ? absl::UnavailableError("The owner ended the stream.") : std::move(status);
    if (silent_) last_error_ = absl::UnavailableError("The connection went silent.");
    silent_ = false;
    const bool lost = !listing_ && LosesPlace(last_error_);
    if (lost) list_again_ = true;
    if (!stopping_) {
      absl::Duration delay = absl::ZeroDuration();
      if (!lost) {
        delay =
            std::min(options_.max_backoff, options_.min_backoff * static_cast<int64_t>(1LL << std::min(failures_, 20)));
        delay *= std::uniform_real_distribution<double>(0.5, 1.0)(random_);
        ++failures_;
      }
      retry_.Set(delay, [self = shared_from_this()] { self->Open(); });
    }
    quiet_.notify_all();
  }

  static bool LosesPlace(const absl::Status& status) {
    const std::string reason = ReasonOf(status);
    // The place we were at is no place in the owner's log (any more).
    if (status.code() == absl::StatusCode::kOutOfRange || reason == "CONSISTENCY_TOKEN_MISMATCH") return true;
    // A transaction larger than a message may be here: it would stop us at the same place for ever. A listing comes in
    // small messages.
    return status.code() == absl::StatusCode::kResourceExhausted && reason.empty();
  }

  void SetWatchdog() {
    watchdog_.Set(options_.dead_after / 4, [self = shared_from_this()] { self->OnWatchdog(); });
  }
  void OnWatchdog() {
    std::shared_ptr<WatchCall> call;
    {
      std::lock_guard lock(mu_);
      if (stopping_ || !call_active_) return;
      if (absl::FromChrono(steady_clock::now() - last_activity_) > options_.dead_after && call_ != nullptr) {
        silent_ = true;
        call = call_;
      }
      SetWatchdog();
    }
    if (call != nullptr) call->Cancel();
  }

  // Messages of a call come one at a time, and calls one after the other: only this thread changes the copy.
  void OnMessage(std::unique_ptr<Message> message) {
    Running running(this);
    if (!running.entered()) return;
    if (shape_ == nullptr) shape_ = std::make_unique<WatchShape>(message->GetDescriptor());
    if (const auto* created = shape_->Created(*message)) {
      OnCreated(*created);
    } else if (const auto* bookmark = shape_->Bookmark(*message)) {
      OnBookmark(*bookmark);
    } else if (shape_->IsEvents(*message)) {
      OnEvents(shape_->TakeEvents(message.get()));
    }
  }

  void OnCreated(const common::v1::WatchCreated& created) {
    std::list<Waiter> ready;
    {
      std::lock_guard lock(mu_);
      last_activity_ = steady_clock::now();
      connected_ = true;
      failures_ = 0;
      if (listing_) {
        building_ = std::make_shared<InformerCopy>(*empty_);
        building_->revision_ = created.revision();
        building_->token_ = created.consistency_token();
        edit_ = InformerCopy::Map::NewEdit();
      }
      ready = TakeReady();
    }
    Finish(std::move(ready));
  }

  void OnBookmark(const common::v1::WatchBookmark& bookmark) {
    if (building_ != nullptr) {
      if (bookmark.initial_state_end()) EndInitialState(bookmark);
      return;
    }
    const auto before = Read();
    if (bookmark.revision() <= before->revision_) return Heard();
    auto next = std::make_shared<InformerCopy>(*before);
    Place(bookmark, next.get());
    Publish(std::move(next), {}, /*changed=*/false);
  }

  void OnEvents(WatchShape::Events events) {
    if (building_ != nullptr) {
      for (auto& event : events.events) Apply(building_.get(), edit_, &event, nullptr);
      building_->recorded_time_ = events.recorded_time;
      std::lock_guard lock(mu_);
      last_activity_ = steady_clock::now();
      return;
    }
    const auto before = Read();
    // Never twice, even if a server should forget its promise.
    if (events.revision <= before->revision_) return Heard();
    auto next = std::make_shared<InformerCopy>(*before);
    next->revision_ = events.revision;
    next->token_ = events.token;
    next->recorded_time_ = events.recorded_time;
    InformerChange change;
    const auto edit = InformerCopy::Map::NewEdit();
    for (auto& event : events.events) Apply(next.get(), edit, &event, &change);
    Publish(std::move(next), std::move(change), /*changed=*/true);
  }

  static void Place(const common::v1::WatchBookmark& bookmark, InformerCopy* copy) {
    copy->revision_ = bookmark.revision();
    copy->token_ = bookmark.consistency_token();
    if (bookmark.has_recorded_time()) copy->recorded_time_ = GetTime(bookmark.recorded_time());
  }

  static void Apply(InformerCopy* copy, InformerCopy::Map::Edit edit, WatchShape::Event* event,
                    InformerChange* change) {
    if (event->resource == nullptr) return ApplyRedacted(copy, edit, *event, change);
    const Descriptor* kind = event->resource->GetDescriptor();
    for (auto& [descriptor, map] : copy->kinds_) {
      if (descriptor != kind) continue;
      std::shared_ptr<const Message> before, after;
      if (event->type == common::v1::EVENT_TYPE_DELETED) {
        before = map.Remove(event->name, edit);
      } else {
        after = std::move(event->resource);
        before = map.Put(event->name, after, edit);
      }
      if (change != nullptr) AddItem(kind, event->name, std::move(before), std::move(after), change);
      return;
    }
  }

  // An event without a resource: of a redacted version, or of a kind not known here. What was deleted goes, by its
  // name; else the copy keeps what it has until the version comes that took the place of the redacted one.
  static void ApplyRedacted(InformerCopy* copy, InformerCopy::Map::Edit edit, const WatchShape::Event& event,
                            InformerChange* change) {
    if (event.redaction.empty() || event.type != common::v1::EVENT_TYPE_DELETED) return;
    for (auto& [descriptor, map] : copy->kinds_) {
      auto before = map.Remove(event.name, edit);
      if (change != nullptr) AddItem(descriptor, event.name, std::move(before), nullptr, change);
    }
  }

  // What it is to those who know this copy, whatever the owner called it.
  static void AddItem(const Descriptor* kind, const std::string& name, std::shared_ptr<const Message> before,
                      std::shared_ptr<const Message> after, InformerChange* change) {
    if (before == nullptr && after == nullptr) return;
    const auto type = after == nullptr    ? common::v1::EVENT_TYPE_DELETED
                      : before == nullptr ? common::v1::EVENT_TYPE_ADDED
                                          : common::v1::EVENT_TYPE_MODIFIED;
    change->items.push_back({type, kind->full_name(), name, std::move(before), std::move(after)});
  }

  void EndInitialState(const common::v1::WatchBookmark& bookmark) {
    const auto before = Read();
    auto next = std::move(building_);
    building_ = nullptr;
    Place(bookmark, next.get());
    InformerChange change;
    change.listed = true;
    for (size_t i = 0; i < next->kinds_.size(); ++i) {
      const auto& [kind, map] = next->kinds_[i];
      const auto& old = before->kinds_[i].second;
      map.Each("", [&, kind = kind](const std::string& name, const std::shared_ptr<const Message>& message) {
        auto known = old.Find(name);
        if (known == nullptr || known->SerializeAsString() != message->SerializeAsString()) {
          AddItem(kind, name, std::move(known), message, &change);
        }
        return true;
      });
      old.Each("", [&, kind = kind](const std::string& name, const std::shared_ptr<const Message>& message) {
        if (map.Find(name) == nullptr) AddItem(kind, name, message, nullptr, &change);
        return true;
      });
    }
    Publish(std::move(next), std::move(change), /*changed=*/true);
  }

  void Heard() {
    std::lock_guard lock(mu_);
    last_activity_ = last_heard_ = steady_clock::now();
  }

  // Makes the copy the current one, in one step; before that tells the indexes, after it the listeners (unless it is
  // the same but for its revision), then those who wait. Indexes and listeners are all there since Start.
  void Publish(std::shared_ptr<InformerCopy> next, InformerChange change, bool changed) {
    change.revision = next->revision_;
    change.before = Read();
    change.after = std::move(next);
    for (const Listener& index : indexes_) index(change);
    std::list<Waiter> ready;
    {
      std::lock_guard lock(mu_);
      if (change.listed) {
        if (synced_) ++relists_;
        synced_ = true;
        listing_ = list_again_ = false;
      }
      copy_ = change.after;
      last_activity_ = last_heard_ = steady_clock::now();
      ready = TakeReady();
    }
    if (changed) {
      for (const Listener& listener : listeners_) listener(change);
    }
    Finish(std::move(ready));
  }

  // ---- Waiting ----

  void Wait(Waiter waiter, absl::Time deadline) {
    bool ready;
    {
      std::lock_guard lock(mu_);
      ready = IsReady(&waiter);
      if (!ready && stopping_) {
        ready = true;
        waiter.outcome = absl::CancelledError("The copy is no longer kept.");
      }
      if (!ready) {
        waiter.id = ++last_waiter_;
        if (deadline < absl::InfiniteFuture()) {
          waiter.timer.Set(std::max(deadline - absl::Now(), absl::ZeroDuration()),
                           [self = shared_from_this(), id = waiter.id] { self->OnDeadline(id); });
        }
        waiters_.push_back(std::move(waiter));
      }
    }
    if (ready) waiter.done(waiter.outcome);
  }

  bool IsReady(Waiter* waiter) const {
    if (!synced_) return false;
    ConsistencyPoint here;
    if (waiter->store.has_value() && ReadConsistencyToken(copy_->token_, &here) == TokenFit::kFits &&
        here.store_prefix != *waiter->store) {
      // While there is no connection it may be ours that is the old store.
      if (!connected_ || listing_) return false;
      waiter->outcome = Error(absl::StatusCode::kInvalidArgument, common::v1::ERROR_REASON_CONSISTENCY_TOKEN_MISMATCH,
                              "The consistency token is of another store, or of this one before it was restored from a "
                              "backup. Read without it.");
      return true;
    }
    return copy_->revision_ >= waiter->revision;
  }

  std::list<Waiter> TakeReady() {
    std::list<Waiter> ready;
    for (auto it = waiters_.begin(); it != waiters_.end();) {
      const auto next = std::next(it);
      if (IsReady(&*it)) ready.splice(ready.end(), waiters_, it);
      it = next;
    }
    return ready;
  }
  static void Finish(std::list<Waiter> ready) {
    for (Waiter& waiter : ready) waiter.done(waiter.outcome);
  }

  void OnDeadline(int64_t id) {
    Running running(this);
    if (!running.entered()) return;
    std::list<Waiter> late;
    {
      std::lock_guard lock(mu_);
      const auto it =
          std::find_if(waiters_.begin(), waiters_.end(), [id](const Waiter& waiter) { return waiter.id == id; });
      if (it == waiters_.end()) return;
      late.splice(late.end(), waiters_, it);
      late.front().outcome = connected_ ? TooLate(late.front()) : Unreachable();
    }
    Finish(std::move(late));
  }
  absl::Status TooLate(const Waiter& waiter) const {
    return Error(absl::StatusCode::kDeadlineExceeded, common::v1::ERROR_REASON_DEADLINE_EXCEEDED,
                 absl::StrCat("The copy of the facts of ", options_.owner, " is at revision ", copy_->revision_,
                              " and did not reach ", waiter.revision, " in time."))
        .With("service", options_.owner);
  }
  absl::Status Unreachable() const {
    return Error(absl::StatusCode::kUnavailable, common::v1::ERROR_REASON_DEPENDENCY_UNAVAILABLE,
                 absl::StrCat("The service ", options_.owner,
                              " cannot be reached, and the copy of its facts is not fresh enough."))
        .With("service", options_.owner)
        .RetryAfter(absl::Seconds(1));
  }

  // ---- Telling how it goes ----

  absl::Duration AgeLocked() const {
    return std::max(absl::FromChrono(steady_clock::now() - last_heard_), absl::ZeroDuration());
  }
  static std::string Whole(absl::Duration age) { return absl::FormatDuration(absl::Trunc(age, absl::Seconds(1))); }

  void RegisterMetrics() {
    if (options_.metrics == nullptr) return;
    const observe::Labels labels = {{"owner", options_.owner}};
    const auto add = [&](bool counter, const char* name, const char* help,
                         std::function<double(const InformerStatus&)> read) {
      std::weak_ptr<Impl> weak = weak_from_this();
      auto value = [weak, read = std::move(read)] {
        const auto self = weak.lock();
        return self == nullptr ? 0.0 : read(self->Status());
      };
      metrics_.push_back(counter ? options_.metrics->CounterCallback(name, help, std::move(value), labels)
                                 : options_.metrics->GaugeCallback(name, help, std::move(value), labels));
    };
    add(false, "oversight_informer_revision", "Revision of the local copy of another service's facts.",
        [](const InformerStatus& s) { return static_cast<double>(s.revision); });
    add(false, "oversight_informer_age_seconds", "Time since the owner was last heard; infinite before the first copy.",
        [](const InformerStatus& s) { return absl::ToDoubleSeconds(s.age); });
    add(false, "oversight_informer_connected", "1 while a watch on the owner is open.",
        [](const InformerStatus& s) { return s.connected ? 1.0 : 0.0; });
    add(true, "oversight_informer_restarts_total", "Watches opened after the first.",
        [](const InformerStatus& s) { return static_cast<double>(s.restarts); });
    add(true, "oversight_informer_relists_total", "Initial states taken after the first.",
        [](const InformerStatus& s) { return static_cast<double>(s.relists); });
  }

  InformerOptions options_;
  OpenWatch open_;
  std::shared_ptr<const InformerCopy> empty_;

  // Touched by OnMessage alone (and its call's OnDone, after it).
  std::unique_ptr<WatchShape> shape_;
  std::shared_ptr<InformerCopy> building_;
  InformerCopy::Map::Edit edit_ = 0;

  mutable std::mutex mu_;
  std::condition_variable quiet_;
  std::shared_ptr<const InformerCopy> copy_;
  std::vector<Listener> listeners_, indexes_;
  std::vector<observe::Metrics::Callback> metrics_;
  std::list<Waiter> waiters_;
  int64_t last_waiter_ = 0;
  std::shared_ptr<WatchCall> call_;
  Timer retry_, watchdog_;
  std::mt19937 random_;
  absl::Status last_error_;
  steady_clock::time_point last_activity_;  // Of the stream.
  steady_clock::time_point last_heard_;     // Of news for the copy: an event or a bookmark.
  int64_t generation_ = 0, restarts_ = 0, relists_ = 0;
  int failures_ = 0, running_ = 0;
  bool started_ = false, stopping_ = false, call_active_ = false, connected_ = false;
  bool synced_ = false, listing_ = false, list_again_ = false, silent_ = false;
};

InformerCore::InformerCore(InformerOptions options, OpenWatch open, std::vector<const Descriptor*> kinds)
    : impl_(std::make_shared<Impl>(std::move(options), std::move(open), std::move(kinds))) {}
InformerCore::~InformerCore() { Stop(); }

void InformerCore::AddListener(Listener listener) { impl_->AddListener(std::move(listener)); }
void InformerCore::AddIndex(Listener index) { impl_->AddIndex(std::move(index)); }
void InformerCore::Start() { impl_->Start(); }
void InformerCore::Stop() { impl_->Stop(); }
std::shared_ptr<const InformerCopy> InformerCore::Read() const { return impl_->Read(); }
InformerStatus InformerCore::Status() const { return impl_->Status(); }
void InformerCore::WaitFor(int64_t revision, absl::Time deadline, Done done) {
  impl_->WaitFor(revision, deadline, std::move(done));
}
void InformerCore::WaitForToken(const std::string& token, absl::Time deadline, Done done) {
  impl_->WaitForToken(token, deadline, std::move(done));
}
void InformerCore::WaitForHead(absl::Time deadline, Done done) { impl_->WaitForHead(deadline, std::move(done)); }
void InformerCore::WaitForSync(absl::Time deadline, Done done) { impl_->WaitFor(0, deadline, std::move(done)); }

}  // namespace oversight::rpc
