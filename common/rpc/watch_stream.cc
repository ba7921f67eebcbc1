#include "common/rpc/watch_stream.h"

#include <algorithm>
#include <chrono>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
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
       const ledger::Head& from, absl::Duration bookmark_interval)
      : shape_(shape),
        options_(options),
        bookmark_interval_(bookmark_interval),
        kinds_(options.kinds.empty() ? shape.kinds() : options.kinds),
        port_(std::move(port)),
        read_at_(options.ledger->redactions()),
        listing_(initial_state),
        sent_(from.revision),
        sent_time_(from.recorded_time) {}

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
    if (ended_) return nullptr;
    // The next page is read while this one is written. Before revision 1 there is nothing to list.
    if (listing_ && created_ && !asking_ && !ahead_.has_value() && sent_ > 0 && (more_ || next_kind_ < kinds_.size())) {
      asking_ = true;
      return [this] { AskList(); };
    }
    if (writing_) return nullptr;
    if (!created_) {
      created_ = true;
      return Writing([this] { WriteCreated(); });
    }
    // What was read and has not left may hold what was redacted meanwhile: then it is read again.
    if (const int64_t redactions = options_.ledger->redactions(); read_at_ != redactions) {
      if (listing_) {
        read_at_ = redactions;
        ListAgain();
        return [] {};
      }
      if (!transactions_.empty()) {
        transactions_.clear();
        return [this] { TakeUp(); };
      }
    }
    if (listing_) {
      if (next_item_ == items_.size() && ahead_.has_value()) {
        items_ = *std::exchange(ahead_, std::nullopt);
        next_item_ = 0;
        items_kind_ = kind_;
        return [] {};  // Look again: there is room for the page after it.
      }
      if (next_item_ < items_.size()) return Writing([this] { WriteChunk(); });
      if (asking_) return nullptr;
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
    asking_ = true;
    read_at_ = options_.ledger->redactions();
    return [this] { AskNext(); };
  }

  // Forgets the pages that have been read and not written, and the one that is being read.
  void ListAgain() {
    items_.clear();
    next_item_ = 0;
    ahead_.reset();
    drop_answer_ = asking_;
    kind_ = written_kind_;
    after_ = written_after_;
    next_kind_ = kind_ + 1;
    more_ = true;
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
    if (sent_time_ != absl::InfinitePast()) SetTime(sent_time_, bookmark->mutable_recorded_time());
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
    query.kind = kinds_[kind_]->full_name();
    query.limit = options_.chunk_items;
    query.as_of.revision = sent_;
    query.filter = options_.visible;
    options_.ledger->List(std::move(query), [self = shared_from_this()](absl::StatusOr<ledger::ListResult> result) {
      if (!result.ok()) return self->End(&result.status());
      {
        std::lock_guard lock(self->mu_);
        self->asking_ = false;
        if (!std::exchange(self->drop_answer_, false)) {
          self->more_ = result->more && !result->items.empty();
          if (self->more_) self->after_ = result->items.back().name;
          self->ahead_ = std::move(result->items);
        }
      }
      self->Pump();
    });
  }

  // Only the pump touches items_ while writing_ is set, so they are read without the lock.
  void WriteChunk() {
    auto response = NewResponse();
    if (response == nullptr) return;
    shape_.StartEvents(response.get(), sent_, sent_time_, Token(sent_));
    size_t bytes = 0;
    do {
      const ledger::Version& version = items_[next_item_++];
      bytes += version.payload.size() + version.name.size();
      if (absl::Status status = AddEvent(response.get(), version, common::v1::EVENT_TYPE_ADDED).status();
          !status.ok()) {
        return End(&status);
      }
      written_kind_ = items_kind_;
      written_after_ = version.name;
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
      if (!TellsOf(version.kind) || (options_.visible && !options_.visible(version))) continue;
      const auto type = version.deleted                               ? common::v1::EVENT_TYPE_DELETED
                        : version.create_revision == version.revision ? common::v1::EVENT_TYPE_ADDED
                                                                      : common::v1::EVENT_TYPE_MODIFIED;
      auto added = AddEvent(response.get(), version, type);
      if (!added.ok()) return End(&added.status());
      any |= *added;
    }
    sent_ = transaction->revision;
    sent_time_ = transaction->recorded_time;
    if (any) return Write(std::move(response));
    std::lock_guard lock(mu_);  // nothing of it is for this caller: a bookmark will say so
    writing_ = false;
    if (options_.bookmark_unseen) caught_up_ = false;
  }

  bool TellsOf(const std::string& kind) const {
    return std::any_of(kinds_.begin(), kinds_.end(), [&](const auto* known) { return known->full_name() == kind; });
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
  const std::vector<const google::protobuf::Descriptor*> kinds_;

  std::mutex mu_;
  std::shared_ptr<WatchPort> port_;  // Null once ended.
  std::shared_ptr<ledger::Watcher> watcher_;
  Timer timer_;
  steady_clock::time_point last_write_;
  bool pumping_ = false, ended_ = false;
  bool writing_ = false;  // The port is taken.
  bool asking_ = false;   // The ledger owes an answer.
  int64_t read_at_;       // The count of redactions that whatever is held here was read after.
  bool created_ = false;
  bool bookmark_due_ = false;
  bool caught_up_ = false;  // The client has been told that it has caught up with the head.

  // Of the initial state.
  bool listing_;
  size_t kind_ = 0, next_kind_ = 0;
  bool more_ = false;
  std::string after_;
  bool drop_answer_ = false;  // The answer that is owed may hold what was redacted.
  size_t written_kind_ = 0;   // Of this kind the items up to written_after_ have been written.
  std::string written_after_;
  std::vector<ledger::Version> items_;  // The page being written.
  size_t items_kind_ = 0;
  size_t next_item_ = 0;
  std::optional<std::vector<ledger::Version>> ahead_;  // The one after it.

  std::deque<std::shared_ptr<const ledger::Transaction>> transactions_;
  // Everything up to here has been written, and when that was recorded, once it is known. Changed by the pump only,
  // while writing_ is set, and by the answers to its lists.
  ledger::Revision sent_;
  absl::Time sent_time_;
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
  const ledger::Head from = resume ? ledger::Head{start.resume_after()} : options.ledger->head();
  auto feed = std::make_shared<Feed>(port, shape, options, start.initial_state(), from, *interval);
  if (start.initial_state()) {
    feed->Begin();
  } else {
    feed->Resume();
  }
  return feed;
}

}  // namespace oversight::rpc
