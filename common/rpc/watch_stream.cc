#include "common/rpc/watch_stream.h"

#include <chrono>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "common/rpc/errors.h"
#include "common/rpc/resources.h"
#include "common/rpc/timer.h"
#include "common/rpc/tokens.h"

namespace oversight::rpc {
namespace {

using google::protobuf::Message;
using std::chrono::steady_clock;

constexpr absl::Duration kDefaultBookmarkInterval = absl::Seconds(10);
// How long a client that saw more than this process is kept waiting for what it saw.
constexpr absl::Duration kRefreshPatience = absl::Seconds(5);

class Feed final : public WatchFeed, public std::enable_shared_from_this<Feed> {
 public:
  Feed(std::shared_ptr<WatchPort> port, const WatchShape& shape, const WatchOptions& options, bool initial_state,
       ledger::Revision from, absl::Duration bookmark_interval)
      : shape_(shape),
        options_(options),
        bookmark_interval_(bookmark_interval),
        port_(std::move(port)),
        listing_(initial_state),
        sent_(from) {}

  // Begins a stream without initial state.
  void Resume() {
    if (sent_ <= options_.ledger->head().revision) return Subscribe();
    // Where several processes write to one store, the client may have seen more than this one has yet.
    options_.ledger->Refresh(absl::Now() + kRefreshPatience,
                             [self = shared_from_this()](const absl::StatusOr<ledger::Head>& head) {
                               if (!head.ok()) return self->End(&head.status());
                               self->Subscribe();
                             });
  }

  void Begin() {
    {
      std::lock_guard lock(mu_);
      if (ended_) return;
      last_write_ = steady_clock::now();
      SetTimer(bookmark_interval_);
    }
    Pump();
  }

  void Stop() override { End(nullptr); }

 private:
  using Action = std::function<void()>;

  void Subscribe() {
    if (TakeUp()) Begin();
  }

  // Does what can be done now, and goes on until nothing can. Actions run without the lock and may call back in here.
  void Pump() {
    std::unique_lock lock(mu_);
    if (pumping_) return;  // whoever pumps looks again before it leaves
    pumping_ = true;
    while (Action action = NextAction()) {
      lock.unlock();
      action();
      action = nullptr;
      lock.lock();
    }
    pumping_ = false;
  }

  Action NextAction() {
    if (ended_ || writing_) return nullptr;
    if (!created_) {
      created_ = true;
      return Writing([this] { WriteCreated(); });
    }
    // What was read and has not left may hold what was redacted meanwhile: then it is read again.
    if (read_at_ != options_.ledger->redactions()) {
      if (next_item_ < items_.size()) {
        items_.clear();
        next_item_ = 0;
        more_ = true;
      }
      if (!transactions_.empty()) {
        transactions_.clear();
        return [this] { TakeUp(); };
      }
    }
    if (listing_) {
      if (next_item_ < items_.size()) return Writing([this] { WriteChunk(); });
      if (asking_) return nullptr;
      if (more_ || next_kind_ < shape_.kinds().size()) {
        // Before revision 1 there is nothing to list.
        if (sent_ == 0) {
          next_kind_ = shape_.kinds().size();
          more_ = false;
        } else {
          Asking();
          return [this] { AskList(); };
        }
      }
      listing_ = false;
      caught_up_ = true;
      return Writing([this] { EndInitialState(); });
    }
    if (!transactions_.empty()) return Writing([this] { WriteTransaction(); });
    if (bookmark_due_ || (!caught_up_ && sent_ >= options_.ledger->head().revision)) {
      bookmark_due_ = false;
      caught_up_ = true;
      return Writing([this] { WriteBookmark(false); });
    }
    if (asking_) return nullptr;
    Asking();
    return [this] { AskNext(); };
  }

  void Asking() {
    asking_ = true;
    read_at_ = options_.ledger->redactions();
  }
  // Marks the port as taken until Written or Skip.
  Action Writing(Action action) {
    writing_ = true;
    return action;
  }

  void Write(std::unique_ptr<Message> response) {
    const auto port = Port();
    if (port == nullptr) return;
    port->Write(response.get(), [self = shared_from_this()](bool ok) {
      if (!ok) return self->End(nullptr);
      {
        std::lock_guard lock(self->mu_);
        self->writing_ = false;
        self->last_write_ = steady_clock::now();
      }
      self->Pump();
    });
  }

  std::shared_ptr<WatchPort> Port() {
    std::lock_guard lock(mu_);
    return port_;
  }
  std::unique_ptr<Message> NewResponse() {
    const auto port = Port();
    return port == nullptr ? nullptr : port->NewResponse();
  }
  std::string Token(ledger::Revision revision) const {
    return EncodeConsistencyToken(options_.ledger->incarnation(), revision);
  }

  void WriteCreated() {
    auto response = NewResponse();
    if (response == nullptr) return;
    auto* created = shape_.MutableCreated(response.get());
    created->set_revision(sent_);
    created->set_consistency_token(Token(sent_));
    Write(std::move(response));
  }

  void WriteBookmark(bool initial_state_end) {
    auto response = NewResponse();
    if (response == nullptr) return;
    auto* bookmark = shape_.MutableBookmark(response.get());
    bookmark->set_revision(sent_);
    bookmark->set_consistency_token(Token(sent_));
    bookmark->set_initial_state_end(initial_state_end);
    SetTime(options_.clock->Now(), bookmark->mutable_time());
    Write(std::move(response));
  }

  // ---- Initial state: kind after kind, page after page, all at revision sent_ ----

  void AskList() {
    ledger::ListQuery query;
    {
      std::lock_guard lock(mu_);
      if (!more_) {
        kind_ = next_kind_++;
        after_.clear();
      }
      query.after = after_;
    }
    query.kind = shape_.kinds()[kind_]->full_name();
    query.limit = options_.chunk_items;
    query.as_of.revision = sent_;
    query.filter = options_.visible;
    options_.ledger->List(std::move(query), [self = shared_from_this()](absl::StatusOr<ledger::ListResult> result) {
      if (!result.ok()) return self->End(&result.status());
      {
        std::lock_guard lock(self->mu_);
        self->asking_ = false;
        self->more_ = result->more && !result->items.empty();
        self->items_ = std::move(result->items);
        self->next_item_ = 0;
        self->list_time_ = result->read_time;
      }
      self->Pump();
    });
  }

  // Only the pump touches items_ while writing_ is set, so they are read without the lock.
  void WriteChunk() {
    auto response = NewResponse();
    if (response == nullptr) return;
    shape_.StartEvents(response.get(), sent_, list_time_, Token(sent_));
    size_t bytes = 0;
    do {
      const ledger::Version& version = items_[next_item_++];
      bytes += version.payload.size() + version.name.size();
      if (absl::Status status = AddEvent(response.get(), version, common::v1::EVENT_TYPE_ADDED).status();
          !status.ok()) {
        return End(&status);
      }
      after_ = version.name;
    } while (next_item_ < items_.size() && bytes < options_.chunk_bytes);
    if (next_item_ == items_.size()) {
      items_.clear();
      next_item_ = 0;
    }
    Write(std::move(response));
  }

  void EndInitialState() {
    // Only now: while the state was being sent nothing had to be kept for this stream.
    if (TakeUp()) WriteBookmark(true);
  }

  // ---- Live ----

  // Goes on, or again, in the log after what was sent. False when the stream is over.
  bool TakeUp() {
    auto watcher = options_.ledger->Watch(sent_);
    if (!watcher.ok()) {
      End(&watcher.status());
      return false;
    }
    std::lock_guard lock(mu_);
    if (ended_) return false;
    watcher_ = *std::move(watcher);
    return true;
  }

  void AskNext() {
    std::shared_ptr<ledger::Watcher> watcher;
    {
      std::lock_guard lock(mu_);
      watcher = watcher_;
    }
    if (watcher == nullptr) return;
    watcher->Next(
        [self = shared_from_this()](absl::StatusOr<std::vector<std::shared_ptr<const ledger::Transaction>>> next) {
          if (!next.ok()) return self->End(&next.status());
          {
            std::lock_guard lock(self->mu_);
            self->asking_ = false;
            self->transactions_.assign(next->begin(), next->end());
          }
          self->Pump();
        });
  }

  void WriteTransaction() {
    std::shared_ptr<const ledger::Transaction> transaction;
    {
      std::lock_guard lock(mu_);
      if (ended_) return;
      transaction = std::move(transactions_.front());
      transactions_.pop_front();
    }
    auto response = NewResponse();
    if (response == nullptr) return;
    shape_.StartEvents(response.get(), transaction->revision, transaction->recorded_time, Token(transaction->revision));
    bool any = false;
    for (const ledger::Version& version : transaction->versions) {
      if (options_.visible && !options_.visible(version)) continue;
      const auto type = version.deleted                               ? common::v1::EVENT_TYPE_DELETED
                        : version.create_revision == version.revision ? common::v1::EVENT_TYPE_ADDED
                                                                      : common::v1::EVENT_TYPE_MODIFIED;
      auto added = AddEvent(response.get(), version, type);
      if (!added.ok()) return End(&added.status());
      any |= *added;
    }
    sent_ = transaction->revision;
    if (any) return Write(std::move(response));
    std::lock_guard lock(mu_);  // nothing of it is for this caller: a bookmark will say so
    writing_ = false;
  }

  // False when the stream does not tell of the kind.
  absl::StatusOr<bool> AddEvent(Message* response, const ledger::Version& version, common::v1::EventType type) {
    if (IsRedacted(version)) {
      return shape_.AddRedactedEvent(response, type, version.kind, version.name, version.redaction);
    }
    Message* resource = shape_.AddEvent(response, type, version.kind, version.name);
    if (resource == nullptr) return false;
    if (version.redacted || !resource->ParseFromString(version.payload)) return NotReadable(version);
    Stamp(version, resource);
    if (options_.present) options_.present(resource);
    return true;
  }

  // ---- Bookmarks and the end ----

  void SetTimer(absl::Duration delay) {
    timer_.Set(delay, [self = shared_from_this()] { self->OnTimer(); });
  }

  void OnTimer() {
    {
      std::lock_guard lock(mu_);
      if (ended_) return;
      const absl::Duration silent = absl::FromChrono(steady_clock::now() - last_write_);
      SetTimer(silent < bookmark_interval_ ? bookmark_interval_ - silent : bookmark_interval_);
      // While a message is on its way to a slow client, or the initial state is, a bookmark would say nothing new.
      if (silent < bookmark_interval_ || writing_ || listing_) return;
      bookmark_due_ = true;
    }
    Pump();
  }

  // `why` is null when the stream is over already.
  void End(const absl::Status* why) {
    std::shared_ptr<WatchPort> port;
    std::shared_ptr<ledger::Watcher> watcher;
    {
      std::lock_guard lock(mu_);
      if (ended_) return;
      ended_ = true;
      port = std::move(port_);
      watcher = std::move(watcher_);
      timer_.Cancel();
      transactions_.clear();
    }
    if (why != nullptr) port->Finish(*why);
    if (watcher != nullptr) watcher->Cancel();
  }

  const WatchShape& shape_;
  const WatchOptions options_;
  const absl::Duration bookmark_interval_;

  std::mutex mu_;
  std::shared_ptr<WatchPort> port_;  // Null once ended.
  std::shared_ptr<ledger::Watcher> watcher_;
  Timer timer_;
  steady_clock::time_point last_write_;
  bool pumping_ = false, ended_ = false;
  bool writing_ = false;  // The port is taken.
  bool asking_ = false;   // The ledger owes an answer.
  int64_t read_at_ = 0;   // The count of redactions when it was last asked.
  bool created_ = false;
  bool bookmark_due_ = false;
  bool caught_up_ = false;  // The client has been told that it has caught up with the head.

  // Of the initial state.
  bool listing_;
  size_t kind_ = 0, next_kind_ = 0;
  bool more_ = false;
  std::string after_;
  std::vector<ledger::Version> items_;
  size_t next_item_ = 0;
  absl::Time list_time_;

  std::deque<std::shared_ptr<const ledger::Transaction>> transactions_;
  // Everything up to here has been written. Changed by the pump only, while writing_ is set.
  ledger::Revision sent_;
};

absl::StatusOr<absl::Duration> BookmarkInterval(const common::v1::WatchStart& start, Violations* violations) {
  if (!start.has_bookmark_interval()) return kDefaultBookmarkInterval;
  const absl::Duration interval =
      absl::Seconds(start.bookmark_interval().seconds()) + absl::Nanoseconds(start.bookmark_interval().nanos());
  if (interval < absl::Milliseconds(100) || interval > absl::Seconds(60)) {
    violations->Add("start.bookmark_interval", "must be from 0.1s to 60s");
  }
  return interval;
}

}  // namespace

std::shared_ptr<WatchFeed> WatchFeed::Start(std::shared_ptr<WatchPort> port, const WatchShape& shape,
                                            const common::v1::WatchStart& start, const WatchOptions& options) {
  const auto refuse = [&](const absl::Status& status) {
    port->Finish(status);
    return nullptr;
  };
  Violations violations;
  const auto interval = BookmarkInterval(start, &violations);
  if (start.initial_state() && start.resume_after() > 0) {
    violations.Add("start.initial_state", "goes not together with resume_after");
  }
  if (start.resume_after() < 0) violations.Add("start.resume_after", "must be at least 0");
  if (absl::Status status = violations.status(); !status.ok()) return refuse(status);
  if (!start.token().empty()) {
    const auto revision = DecodeConsistencyToken(options.ledger->incarnation(), start.token());
    if (!revision.ok()) return refuse(revision.status());
  }
  // Revision 0 with its token is a place in the log (before everything); without, it means now.
  const bool resume = !start.initial_state() && (start.resume_after() > 0 || !start.token().empty());
  const ledger::Revision from = resume ? start.resume_after() : options.ledger->head().revision;
  auto feed = std::make_shared<Feed>(port, shape, options, start.initial_state(), from, *interval);
  if (start.initial_state()) {
    feed->Begin();
  } else {
    feed->Resume();
  }
  return feed;
}

}  // namespace oversight::rpc
