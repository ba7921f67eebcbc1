#include "common/ledger/write_loop.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <utility>

#include "absl/time/clock.h"
#include "common/ledger/decision_check.h"
#include "common/ledger/failpoint.h"
#include "common/ledger/redaction.h"
#include "common/ledger/status.h"
#include "common/rpc/errors.h"

namespace oversight::ledger {
namespace {

// How often a batch is tried again when another process changed what it read.
constexpr int kMaxAttempts = 5;
constexpr absl::Duration kProbeInterval = absl::Seconds(1);
constexpr int kResyncPage = 256;

void Count(std::atomic<int64_t>& counter, int64_t by = 1) { counter.fetch_add(by, std::memory_order_relaxed); }

// What a probe writes. Another each time: SQLite leaves a page alone when what is written to it is there already, and a
// probe that writes nothing learns nothing. Larger than a page, and of no pattern: on a full disk the little that still
// fits into the pages there are says nothing of the next write.
std::string ProbeMark() {
  thread_local std::mt19937_64 random{std::random_device()()};
  std::string mark(16 << 10, '\0');
  for (size_t i = 0; i + sizeof(uint64_t) <= mark.size(); i += sizeof(uint64_t)) {
    const uint64_t some = random();
    std::memcpy(&mark[i], &some, sizeof(some));
  }
  return mark;
}

// The view a decide function gets: keeps the first failure of the store, so that it is not taken for a decision.
class GuardedView final : public View {
 public:
  explicit GuardedView(View& view) : view_(view) {}

  absl::StatusOr<std::optional<Version>> Get(const std::string& name) override { return Keep(view_.Get(name)); }
  absl::StatusOr<std::optional<StoredVersion>> GetVersion(const VersionId& id) override {
    return Keep(view_.GetVersion(id));
  }
  absl::StatusOr<std::vector<Version>> List(const std::string& kind, const Term& term, int limit) override {
    return Keep(view_.List(kind, term, limit));
  }
  absl::StatusOr<int64_t> LastNumber(const std::string& prefix) override { return Keep(view_.LastNumber(prefix)); }

  const absl::Status& failure() const { return failure_; }

 private:
  template <class T>
  absl::StatusOr<T> Keep(absl::StatusOr<T> result) {
    if (!result.ok() && failure_.ok() && result.status().code() != absl::StatusCode::kInternal)
      failure_ = result.status();
    return result;
  }
  View& view_;
  absl::Status failure_;
};

}  // namespace

class WriteLoop::AtTheStore {
 public:
  explicit AtTheStore(WriteLoop& loop) : loop_(loop) { Set(std::chrono::steady_clock::now()); }
  ~AtTheStore() { Set(std::nullopt); }
  AtTheStore(const AtTheStore&) = delete;
  AtTheStore& operator=(const AtTheStore&) = delete;

 private:
  void Set(std::optional<std::chrono::steady_clock::time_point> since) {
    std::lock_guard lock(loop_.mu_);
    loop_.at_the_store_since_ = since;
  }
  WriteLoop& loop_;
};

absl::Status WriteLoop::Start() {
  OVERSIGHT_RETURN_IF_ERROR(EnsureWriter());
  // A store that takes no writes is served from all the same, and nobody is told that it is ready for more.
  Probe();
  thread_ = std::thread([this] { Run(); });
  return absl::OkStatus();
}

void WriteLoop::Submit(Command command, Callback<Committed> done) {
  absl::Status error;
  bool first = false;
  {
    std::lock_guard lock(mu_);
    if (stopping_) {
      error = Draining();
    } else if (static_cast<int>(queue_.size()) >= parts_.options.max_queued_writes) {
      error = Overloaded("writes");
    } else {
      first = queue_.empty();
      queue_.push_back({std::move(command), std::move(done), std::nullopt});
      Count(parts_.stats.queued_writes);
    }
  }
  if (!error.ok()) {
    done(error);
  } else if (first) {
    wake_.notify_one();
  }
}

void WriteLoop::LookFor(Revision revision) {
  if (revision <= parts_.head.revision()) return;
  {
    std::lock_guard lock(mu_);
    look_for_ = std::max(look_for_, revision);
  }
  wake_.notify_one();
}

void WriteLoop::Doubt() {
  {
    std::lock_guard lock(mu_);
    doubt_ = true;
  }
  wake_.notify_one();
}

absl::Status WriteLoop::health() const {
  std::lock_guard lock(mu_);
  if (health_.ok() && at_the_store_since_) {
    const absl::Duration since = absl::FromChrono(std::chrono::steady_clock::now() - *at_the_store_since_);
    if (since >= parts_.options.patience) return StoreStalled(since);
  }
  return health_;
}

void WriteLoop::SetHealth(const absl::Status& status) {
  std::lock_guard lock(mu_);
  if (health_.ok() != status.ok()) {
    if (status.ok()) {
      spdlog::info("the store can be written to again");
    } else {
      spdlog::error("the store cannot be written to: {}", std::string(status.message()));
    }
  }
  health_ = status;
}

void WriteLoop::Stop() {
  {
    std::lock_guard lock(mu_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
  writer_.reset();
  log_reader_.reset();
}

bool WriteLoop::TakeMore(std::vector<Item>& batch) {
  const auto limit = static_cast<size_t>(parts_.options.max_batch);
  std::lock_guard lock(mu_);
  if (queue_.empty() || batch.size() >= limit) return false;
  int64_t taken = 0;
  for (; !queue_.empty() && batch.size() < limit; ++taken) {
    batch.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  Count(parts_.stats.queued_writes, -taken);
  return true;
}

void WriteLoop::Run() {
  while (true) {
    bool probe = false, look = false;
    {
      std::unique_lock lock(mu_);
      const auto ready = [&] { return stopping_ || !queue_.empty() || look_for_ > 0 || doubt_; };
      if (health_.ok()) {
        probe_at_ = absl::InfiniteFuture();
        wake_.wait(lock, ready);
      } else {
        probe_at_ = std::min(probe_at_, absl::Now() + kProbeInterval);
        probe = !wake_.wait_until(lock, absl::ToChronoTime(probe_at_), ready) ||
                (queue_.empty() && !stopping_ && absl::Now() >= probe_at_);
      }
      // A write that waits will find out by itself.
      probe = (std::exchange(doubt_, false) && queue_.empty()) || probe;
      look = std::exchange(look_for_, 0) > parts_.head.revision();
      if (queue_.empty() && stopping_) return;
    }
    if (probe) {
      Probe();
      probe_at_ = absl::InfiniteFuture();
      continue;
    }
    if (look) {
      const AtTheStore at_the_store(*this);
      if (const absl::Status status = Resync(); !status.ok()) SetHealth(status);
    }
    std::vector<Item> batch;
    if (TakeMore(batch)) RunBatch(batch);
  }
}

absl::Status WriteLoop::Persist(const std::function<absl::Status()>& attempt) {
  for (int i = 0; i < kMaxAttempts; ++i) {
    const AtTheStore at_the_store(*this);
    absl::Status status = EnsureWriter();
    if (status.ok()) status = attempt();
    if (status.ok()) return status;
    if (writer_) writer_->Abandon();
    if (!absl::IsAborted(status)) {
      writer_.reset();
      return status;
    }
    Count(parts_.stats.conflicts);
  }
  return Conflict();
}

void WriteLoop::RunBatch(std::vector<Item>& batch) {
  const absl::Time now = parts_.gate.BeginBatch(parts_.clock.Now(), parts_.head.Get().recorded_time);
  Transactions transactions;
  const absl::Status status = Persist([&] {
    transactions.clear();
    return Attempt(batch, now, transactions);
  });
  if (status.ok()) {
    int64_t changes = 0;
    for (const auto& transaction : transactions) changes += static_cast<int64_t>(transaction->versions.size());
    Count(parts_.stats.batches);
    Count(parts_.stats.commits, static_cast<int64_t>(transactions.size()));
    Count(parts_.stats.changes, changes);
    const bool wrote = !transactions.empty();
    MakeVisible(std::move(transactions));
    if (wrote) SetHealth(absl::OkStatus());
  } else if (!absl::IsAborted(status)) {
    SetHealth(status);
  }
  parts_.gate.EndBatch();

  std::vector<Publisher::Reply> replies;
  replies.reserve(batch.size());
  for (Item& item : batch) {
    if (!status.ok() && !item.dropped) item.result = status;
    if (item.result->ok() && (*item.result)->replayed) Count(parts_.stats.replays);
    replies.push_back({std::move(item.done), *std::move(item.result)});
  }
  parts_.publisher.Publish(std::move(replies));
}

absl::Status WriteLoop::Attempt(std::vector<Item>& batch, absl::Time now, Transactions& transactions) {
  OVERSIGHT_RETURN_IF_ERROR(Begin());
  Head tail = parts_.head.Get();
  // Another process may have recorded later than the clock here says.
  if (tail.revision > 0) now = std::max(now, tail.recorded_time);
  for (size_t i = 0; i < batch.size() || TakeMore(batch); ++i) {
    OVERSIGHT_RETURN_IF_ERROR(Execute(batch[i], now, tail, transactions));
  }
  Pass(Failpoint::kBeforeCommit);
  const absl::Time start = absl::Now();
  const absl::Status status = writer_->Commit();
  Count(parts_.stats.commit_micros, absl::ToInt64Microseconds(absl::Now() - start));
  if (status.ok()) Pass(Failpoint::kAfterCommit);
  return status;
}

absl::Status WriteLoop::Execute(Item& item, absl::Time now, Head& tail, Transactions& transactions) {
  if (item.dropped) return absl::OkStatus();
  const Command& command = item.command;
  if (command.deadline <= absl::Now() || (command.cancelled && command.cancelled())) {
    item.dropped = true;
    item.result = command.deadline <= absl::Now() ? DeadlinePassed() : CallCancelled();
    return absl::OkStatus();
  }

  const Audit& audit = command.audit;
  if (!audit.request_id.empty()) {
    OVERSIGHT_ASSIGN_OR_RETURN(std::optional<RequestRecord> record,
                               writer_->FindRequest(audit.actor, audit.request_id));
    if (record) {
      if (record->method != command.method || record->request_hash != command.request_hash) {
        item.result = RequestIdReused(audit.request_id);
      } else if (record->redacted) {
        item.result = AnswerRedacted(audit.request_id, record->revision);
      } else {
        item.result = Committed{record->revision, record->recorded_time, std::move(record->response), true};
      }
      return absl::OkStatus();
    }
  }

  OVERSIGHT_RETURN_IF_ERROR(writer_->Savepoint());
  const auto refuse = [&](const absl::Status& status) {
    item.result = status;
    return writer_->RollbackToSavepoint();
  };
  GuardedView view(*writer_);
  absl::StatusOr<Decision> decision = command.decide(view);
  OVERSIGHT_RETURN_IF_ERROR(view.failure());
  if (!decision.ok()) return refuse(decision.status());
  absl::Status status = CheckDecision(audit, *decision);
  if (status.ok()) status = CheckRedactions(view, *decision);
  OVERSIGHT_RETURN_IF_ERROR(view.failure());
  if (!status.ok()) {
    spdlog::error("{} by {} decided what cannot be stored: {}", audit.verb, audit.actor, std::string(status.message()));
    return refuse(status);
  }

  Head head = tail;
  std::shared_ptr<const Transaction> transaction;
  if (!decision->changes.empty()) {
    absl::StatusOr<Transaction> appended = writer_->Append(audit, decision->changes, now);
    if (absl::IsInternal(appended.status())) {  // the fault of this command alone
      spdlog::error("{} by {} cannot be stored: {}", audit.verb, audit.actor, std::string(appended.status().message()));
      return refuse(appended.status());
    }
    OVERSIGHT_RETURN_IF_ERROR(appended.status());
    for (const Version& version : appended->versions) {
      if (const auto id = RedactedBy(version.kind, version.payload)) OVERSIGHT_RETURN_IF_ERROR(writer_->Redact(*id));
    }
    transaction = std::make_shared<const Transaction>(*std::move(appended));
    head = {transaction->revision, transaction->recorded_time};
  }
  Committed committed{head.revision, head.recorded_time, std::move(decision->response), false};
  if (!audit.request_id.empty()) {
    OVERSIGHT_RETURN_IF_ERROR(writer_->PutRequest({audit.actor, audit.request_id, command.method, command.request_hash,
                                                   committed.revision, committed.recorded_time, committed.response}));
  }
  OVERSIGHT_RETURN_IF_ERROR(writer_->ReleaseSavepoint());
  if (transaction) transactions.push_back(std::move(transaction));
  tail = head;
  item.result = std::move(committed);
  Pass(Failpoint::kMidBatch);
  return absl::OkStatus();
}

absl::Status WriteLoop::EnsureWriter() {
  if (writer_) return absl::OkStatus();
  OVERSIGHT_ASSIGN_OR_RETURN(writer_, parts_.engine.OpenWriter());
  const absl::Status status = Resync();
  if (!status.ok()) writer_.reset();
  return status;
}

absl::Status WriteLoop::Begin() {
  OVERSIGHT_ASSIGN_OR_RETURN(const Revision base, writer_->Begin(parts_.head.revision()));
  if (base > parts_.head.revision()) OVERSIGHT_RETURN_IF_ERROR(Resync());
  return absl::OkStatus();
}

// A commit that failed may have reached the store all the same, as when the connection was lost at the last moment; and
// another process may have written. What is in the log must be visible before more is appended to it.
absl::Status WriteLoop::Resync() {
  if (!log_reader_) {
    OVERSIGHT_ASSIGN_OR_RETURN(log_reader_, parts_.engine.OpenReader());
  }
  while (true) {
    absl::StatusOr<std::vector<Transaction>> found = log_reader_->Log(parts_.head.revision(), kResyncPage);
    if (!found.ok()) {
      log_reader_.reset();
      return found.status();
    }
    if (found->empty()) return absl::OkStatus();
    Transactions transactions;
    for (Transaction& transaction : *found) {
      transactions.push_back(std::make_shared<const Transaction>(std::move(transaction)));
    }
    MakeVisible(std::move(transactions));
    parts_.publisher.Wake();
  }
}

// The cache first, the head next: a reader that sees the head finds at least its versions in the cache. The watch
// window last: nobody is told of a revision that head() does not have. What a transaction redacts is not in the cache,
// which has the current versions and of deleted resources no payload; the hub looks after the window.
void WriteLoop::MakeVisible(Transactions transactions) {
  if (transactions.empty()) return;
  for (const auto& transaction : transactions) {
    for (const Version& version : transaction->versions) {
      // A lone version may share its transaction; one of many would keep all of them in memory.
      if (version.deleted) {
        auto bare = std::make_shared<Version>(version);
        bare->payload.clear();
        parts_.cache.Put(std::move(bare));
      } else if (transaction->versions.size() == 1) {
        parts_.cache.Put(std::shared_ptr<const Version>(transaction, &version));
      } else {
        parts_.cache.Put(std::make_shared<const Version>(version));
      }
    }
  }
  parts_.head.Set({transactions.back()->revision, transactions.back()->recorded_time});
  parts_.hub.Append(std::move(transactions));
}

void WriteLoop::Probe() {
  const absl::Status status = Persist([this]() -> absl::Status {
    OVERSIGHT_RETURN_IF_ERROR(Begin());
    // No principal is called this, so no caller can meet the record.
    OVERSIGHT_RETURN_IF_ERROR(
        writer_->PutRequest({.actor = "ledger", .request_id = "write-probe", .response = ProbeMark()}));
    return writer_->Commit();
  });
  // That others come first says that the store takes writes.
  SetHealth(absl::IsAborted(status) ? absl::OkStatus() : status);
}

}  // namespace oversight::ledger
