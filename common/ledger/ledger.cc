#include "common/ledger/ledger.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "absl/time/clock.h"
#include "common/ledger/cache.h"
#include "common/ledger/evidence.h"
#include "common/ledger/head_cell.h"
#include "common/ledger/publisher.h"
#include "common/ledger/reader_pool.h"
#include "common/ledger/status.h"
#include "common/ledger/time_gate.h"
#include "common/ledger/watch_hub.h"
#include "common/ledger/whole_log.h"
#include "common/ledger/write_loop.h"
#include "common/rpc/errors.h"

namespace oversight::ledger {
namespace {

// How many transactions ReadLog asks for at most.
constexpr Revision kLogPage = 4096;
// What is in the store becomes visible within microseconds; or within seconds, when it is out of reach meanwhile.
constexpr absl::Duration kVisibleSoon = absl::Seconds(10);

class LedgerImpl final : public Ledger {
 public:
  LedgerImpl(std::unique_ptr<Engine> engine, const Clock& clock, const Options& options)
      : engine_(std::move(engine)),
        clock_(clock),
        options_(options),
        cache_(options.cache_bytes),
        readers_(std::make_shared<ReaderPool>(*engine_, options_, *stats_)),
        hub_(std::make_shared<WatchHub>(options_, stats_, readers_)),
        evidence_(std::make_shared<Evidence>(readers_, head_)),
        publisher_(*hub_, head_, options_.max_queued_reads),
        writes_({*engine_, clock_, options_, *stats_, cache_, head_, gate_, *hub_, publisher_}) {}
  ~LedgerImpl() override { Shutdown(); }

  absl::Status Start() {
    OVERSIGHT_RETURN_IF_ERROR(engine_->Migrate().status());
    OVERSIGHT_ASSIGN_OR_RETURN(identity_, engine_->Identity());
    {
      OVERSIGHT_ASSIGN_OR_RETURN(const std::unique_ptr<Reader> reader, engine_->OpenReader());
      OVERSIGHT_ASSIGN_OR_RETURN(const Head head, reader->GetHead());
      head_.Set(head);
      hub_->Start(head.revision, [this] { publisher_.Wake(); });
    }
    OVERSIGHT_RETURN_IF_ERROR(readers_->Start());
    publisher_.Start();
    OVERSIGHT_RETURN_IF_ERROR(writes_.Start());
    engine_->Listen([this](const absl::StatusOr<Revision>& head) {
      if (head.ok()) {
        writes_.LookFor(*head);
      } else {
        writes_.Doubt();
      }
    });
    return absl::OkStatus();
  }

  void Commit(Command command, Callback<Committed> done) override {
    writes_.Submit(std::move(command), std::move(done));
  }

  void Get(const std::string& name, const AsOf& as_of, Callback<GetResult> done) override {
    const bool now = !as_of.revision && !as_of.time;
    if (now) {
      GetResult result;
      if (TryGetCached(name, &result)) return done(std::move(result));
      done = [this, name, done = std::move(done)](absl::StatusOr<GetResult> result) {
        if (!result.ok() || !result->version || !IsReplaced(*result->version)) return done(std::move(result));
        WhenPast<GetResult>(result->read_revision, done, [this, name, done] { Get(name, {}, done); });
      };
    }
    Read<GetResult>(as_of, std::move(done),
                    [this, name, now](Reader& reader, const Head& at) -> absl::StatusOr<GetResult> {
                      OVERSIGHT_ASSIGN_OR_RETURN(std::optional<Version> version, reader.Get(name, at.revision));
                      if (now && version && !version->redacted) {
                        cache_.Fill(std::make_shared<const Version>(*version), at.revision);
                      }
                      return GetResult{std::move(version), at.revision, at.recorded_time};
                    });
  }

  void List(ListQuery query, Callback<ListResult> done) override {
    const AsOf as_of = query.as_of;
    const bool now = !as_of.revision && !as_of.time;
    if (now) {
      done = [this, query, done = std::move(done)](absl::StatusOr<ListResult> result) {
        if (!result.ok() || std::none_of(result->items.begin(), result->items.end(), IsReplaced)) {
          return done(std::move(result));
        }
        WhenPast<ListResult>(result->read_revision, done, [this, query, done] { List(query, done); });
      };
    }
    Read<ListResult>(
        as_of, std::move(done),
        [this, query = std::move(query), now](Reader& reader, const Head& at) mutable -> absl::StatusOr<ListResult> {
          query.as_of = {.revision = at.revision};
          OVERSIGHT_ASSIGN_OR_RETURN(ListResult result, reader.List(query, &cache_));
          for (const Version& version : result.items) {
            if (!now || version.redacted || cache_.GetAt(version.name, at.revision) != nullptr) continue;
            cache_.Fill(std::make_shared<const Version>(version), at.revision);
          }
          result.read_revision = at.revision;
          result.read_time = at.recorded_time;
          return result;
        });
  }

  void History(HistoryQuery query, Callback<HistoryResult> done) override {
    Read<HistoryResult>(
        {}, std::move(done),
        [query = std::move(query)](Reader& reader, const Head& at) mutable -> absl::StatusOr<HistoryResult> {
          // The store may already hold what is not published yet.
          if (query.before == 0 || query.before > at.revision) query.before = at.revision + 1;
          OVERSIGHT_ASSIGN_OR_RETURN(HistoryResult result, reader.History(query));
          result.read_revision = at.revision;
          result.read_time = at.recorded_time;
          return result;
        });
  }

  void ReadLog(Revision after, Revision up_to, Callback<std::vector<LoggedTransaction>> done) override {
    Enqueue<std::vector<LoggedTransaction>>(
        {.revision = up_to}, std::move(done),
        [after](Reader& reader, const Head& at) -> absl::StatusOr<std::vector<LoggedTransaction>> {
          const Revision left = at.revision - after;
          if (left <= 0) return std::vector<LoggedTransaction>();
          return ReadWhole(reader, after, static_cast<int>(std::min<Revision>(left, kLogPage)));
        });
  }

  void Tree(std::optional<Revision> size, Callback<TreeState> done) override { evidence_->Tree(size, std::move(done)); }
  void ProveInclusion(Revision revision, std::optional<Revision> size, Callback<TreeProof> done) override {
    evidence_->ProveInclusion(revision, size, std::move(done));
  }
  void ProveConsistency(Revision old_size, std::optional<Revision> size, Callback<TreeProof> done) override {
    evidence_->ProveConsistency(old_size, size, std::move(done));
  }

  bool TryGetCached(const std::string& name, GetResult* result) override {
    // The head first: a version in the cache that is not newer than it is current at it. A newer one is not published
    // yet.
    const Head head = head_.Get();
    const std::shared_ptr<const Version> version = cache_.GetAt(name, head.revision);
    if (version == nullptr) {
      stats_->cache_misses.fetch_add(1, std::memory_order_relaxed);
      return false;
    }
    stats_->cache_hits.fetch_add(1, std::memory_order_relaxed);
    if (version->deleted) {
      result->version.reset();
    } else {
      result->version = *version;
    }
    result->read_revision = head.revision;
    result->read_time = head.recorded_time;
    return true;
  }

  absl::StatusOr<std::shared_ptr<Watcher>> Watch(Revision resume_after) override {
    const Revision head = head_.revision();
    if (resume_after > head) return RevisionInFuture(resume_after, head);
    return hub_->Watch(resume_after);
  }

  int64_t redactions() const override { return hub_->redactions(); }

  Head head() const override { return head_.Get(); }

  void WaitFor(Revision revision, absl::Time deadline, Callback<Head> done) override {
    publisher_.WaitFor(revision, deadline, std::move(done));
  }

  void Refresh(absl::Time deadline, Callback<Head> done) override {
    // The head moves before a write is acknowledged.
    if (!engine_->shared()) return done(head_.Get());
    auto shared = std::make_shared<Callback<Head>>(std::move(done));
    const absl::Status status =
        readers_->Submit(ReaderPool::Kind::kCall, [this, deadline, shared](absl::StatusOr<Reader*> reader) {
          absl::StatusOr<Head> head = reader.ok() ? (*reader)->GetHead() : reader.status();
          if (head.ok() && !(*reader)->current()) head = StoreUnavailable();
          if (!head.ok()) {
            (*shared)(head.status());
            return false;
          }
          writes_.LookFor(head->revision);
          publisher_.WaitFor(head->revision, deadline, std::move(*shared));
          return true;
        });
    if (!status.ok()) (*shared)(status);
  }

  const std::string& store_id() const override { return identity_.id; }
  const std::string& incarnation() const override { return identity_.incarnation; }
  absl::Status health() const override { return writes_.health(); }
  const Stats& stats() const override { return *stats_; }

  void Shutdown() override {
    std::lock_guard lock(shutdown_mu_);
    if (shut_down_) return;
    shut_down_ = true;
    // In the order of the flow, so that each part still finds the next one at work.
    writes_.Stop();
    hub_->Drain();
    publisher_.Stop();
    readers_->Stop();
    engine_->Close();
  }

 private:
  // A read of now met a version that was redacted, so it was replaced before: the store has moved on from what is
  // visible here.
  static bool IsReplaced(const Version& version) { return version.redacted && !version.redaction.empty(); }

  // Runs `again` when more than `revision` is visible, which the store has already.
  template <class T>
  void WhenPast(Revision revision, Callback<T> done, std::function<void()> again) {
    writes_.LookFor(revision + 1);
    publisher_.WaitFor(revision + 1, absl::Now() + kVisibleSoon,
                       [done = std::move(done), again = std::move(again)](const absl::StatusOr<Head>& head) {
                         if (!head.ok()) return done(head.status());
                         again();
                       });
  }

  // Runs `read` on a reader thread at the moment `as_of` names.
  template <class T, class F>
  void Read(const AsOf& as_of, Callback<T> done, F read) {
    if (as_of.revision || !as_of.time) return Enqueue<T>(as_of, std::move(done), std::move(read));
    const absl::Time now = std::max(clock_.Now(), head_.Get().recorded_time);
    if (*as_of.time > now) return done(TimeInFuture(*as_of.time, now));
    gate_.Read(*as_of.time, [this, as_of, done = std::move(done), read = std::move(read)]() mutable {
      Enqueue<T>(as_of, std::move(done), std::move(read));
    });
  }

  template <class T, class F>
  void Enqueue(const AsOf& as_of, Callback<T> done, F read) {
    auto shared = std::make_shared<Callback<T>>(std::move(done));
    const absl::Status status = readers_->Submit(
        ReaderPool::Kind::kCall, [this, as_of, shared, read = std::move(read)](absl::StatusOr<Reader*> reader) mutable {
          absl::StatusOr<T> result = [&]() -> absl::StatusOr<T> {
            if (!reader.ok()) return reader.status();
            OVERSIGHT_ASSIGN_OR_RETURN(const Head at, Resolve(**reader, as_of));
            return read(**reader, at);
          }();
          const bool sound = result.ok() || absl::IsOutOfRange(result.status());
          (*shared)(std::move(result));
          return sound;
        });
    if (!status.ok()) (*shared)(status);
  }

  absl::StatusOr<Head> Resolve(Reader& reader, const AsOf& as_of) {
    const Head head = head_.Get();
    if (as_of.revision) {
      if (*as_of.revision > head.revision) {
        // Another process may have written it and told the caller.
        if (!engine_->shared()) return RevisionInFuture(*as_of.revision, head.revision);
        OVERSIGHT_ASSIGN_OR_RETURN(const Head stored, reader.GetHead());
        if (*as_of.revision > stored.revision) {
          if (!reader.current()) return StoreUnavailable();
          return RevisionInFuture(*as_of.revision, stored.revision);
        }
      }
      if (*as_of.revision == head.revision) return head;
      OVERSIGHT_ASSIGN_OR_RETURN(const absl::Time time, reader.TimeOf(*as_of.revision));
      return Head{*as_of.revision, time};
    }
    if (as_of.time) {
      OVERSIGHT_ASSIGN_OR_RETURN(const Head at, reader.HeadAt(*as_of.time));
      return at.revision < head.revision ? at : head;
    }
    return head;
  }

  const std::unique_ptr<Engine> engine_;
  const Clock& clock_;
  const Options options_;
  // Shared with the hub, which watchers may keep longer than the ledger lives.
  const std::shared_ptr<Stats> stats_ = std::make_shared<Stats>();
  StoreIdentity identity_;
  HeadCell head_;
  TimeGate gate_;
  VersionCache cache_;
  const std::shared_ptr<ReaderPool> readers_;
  const std::shared_ptr<WatchHub> hub_;
  const std::shared_ptr<Evidence> evidence_;
  Publisher publisher_;
  WriteLoop writes_;
  std::mutex shutdown_mu_;
  bool shut_down_ = false;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Ledger>> Ledger::Open(std::unique_ptr<Engine> engine, const Clock& clock,
                                                     Options options) {
  auto ledger = std::make_unique<LedgerImpl>(std::move(engine), clock, options);
  OVERSIGHT_RETURN_IF_ERROR(ledger->Start());
  return ledger;
}

}  // namespace oversight::ledger
