// Several processes on one PostgreSQL store: what holds across them, and when the server goes away under load. Each
// process is stood for by a ledger of its own; they share nothing but the database.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <map>
#include <set>
#include <thread>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/ledger/postgres/pg_connection.h"
#include "common/ledger/postgres/pg_status.h"
#include "common/ledger/postgres/postgres_reads.h"
#include "common/ledger/store.h"
#include "common/rpc/errors.h"
#include "tests/support/ledger_calls.h"
#include "tests/support/postgres.h"
#include "tests/support/watch_validators.h"

namespace oversight::ledger {
namespace {

using namespace oversight::testing;
using ::testing::SizeIs;

// Adds one to a number, on the state that decide sees.
Command Increment(const std::string& name, std::string request_id = "") {
  return Deciding(
      [name](View& view) -> absl::StatusOr<Decision> {
        const auto found = view.Get(name);
        if (!found.ok()) return found.status();
        int64_t number = 0;
        if (*found && !absl::SimpleAtoi((*found)->payload, &number)) return absl::DataLossError("not a number");
        const std::string next = absl::StrCat(number + 1);
        return Decision{{Put(name, next)}, next};
      },
      std::move(request_id));
}

class ReplicasTest : public ::testing::Test {
 protected:
  void SetUp() override {
    spdlog::set_level(spdlog::level::off);
    server_ = Postgres::Get();
    if (server_ == nullptr) GTEST_SKIP() << "PostgreSQL 15 is not installed.";
    OpenBoth();
  }
  void OpenBoth() {
    url_ = server_->NewStore();
    a_ = Open();
    b_ = Open();
  }
  std::unique_ptr<Ledger> Open() {
    auto ledger = Ledger::Open(*EngineFor(url_), clock_);
    EXPECT_TRUE(ledger.ok()) << ledger.status();
    return *std::move(ledger);
  }
  Ledger& Replica(int i) { return i % 2 == 0 ? *a_ : *b_; }
  static Head RefreshNow(Ledger& ledger) {
    Awaited<Head> done;
    ledger.Refresh(absl::Now() + absl::Seconds(30), done.callback());
    auto head = done.Take();
    EXPECT_TRUE(head.ok()) << head.status();
    return head.ok() ? *head : Head{};
  }
  static std::string Payload(Ledger& ledger, const std::string& name) {
    auto got = GetNow(ledger, name);
    EXPECT_TRUE(got.ok()) << got.status();
    return got.ok() && got->version ? got->version->payload : "none";
  }
  // The whole log as a replica tells it to a watcher that was there from the start.
  static std::vector<Delivery> Watched(Watcher& watcher, Revision revision) {
    auto all = DrainTo(watcher, revision);
    EXPECT_TRUE(all.ok()) << all.status();
    return all.ok() ? DeliveriesOf(*all) : std::vector<Delivery>();
  }

  SystemClock clock_;
  Postgres* server_ = nullptr;
  std::string url_;
  std::unique_ptr<Ledger> a_, b_;
};

// A history must not cost what the log costs. A table of a few rows is read whole whatever its indexes: so that is
// forbidden here.
TEST_F(ReplicasTest, HistoriesWithAllBelowUseTheIndex) {
  auto connection = *PgConnection::Open({.url = url_});
  ASSERT_TRUE(connection->Execute("SET enable_seqscan = off").ok());
  const PgStatement explain{"EXPLAIN " + PostgresHistoryBelowSql()};
  const auto rows =
      connection->Query(explain, PgParams().Bytes("things/1").Int(9).Int(3).Bytes("things/1/").Bytes("things/10"));
  ASSERT_TRUE(rows.ok()) << rows.status();
  std::string plan;
  for (int row = 0; row < rows->size(); ++row) absl::StrAppend(&plan, rows->Text(row, 0), "\n");
  EXPECT_THAT(plan, ::testing::HasSubstr("using changes_by_name on changes"));
  EXPECT_THAT(plan, ::testing::HasSubstr("Index Cond: ((name > ")) << plan;
  EXPECT_THAT(plan, ::testing::ContainsRegex("using transactions_pkey|Bitmap Index Scan on transactions_pkey"));
  EXPECT_THAT(plan, ::testing::Not(::testing::HasSubstr("Seq Scan"))) << plan;
}

TEST_F(ReplicasTest, ConcurrentWritersLoseNothingAndWatchersOfBothSeeItAll) {
  constexpr int kThreads = 4, kWrites = 150;
  auto watch_a = *a_->Watch(0), watch_b = *b_->Watch(0);
  std::vector<std::thread> threads;
  std::vector<std::set<Revision>> revisions(kThreads);
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kWrites; ++i) {
        const auto committed =
            CommitNow(Replica(t), Increment(i % 3 == 0 ? "counters/all" : absl::StrCat("counters/x", t)));
        ASSERT_TRUE(committed.ok()) << committed.status();
        revisions[static_cast<size_t>(t)].insert(committed->revision);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  std::set<Revision> all;
  for (const auto& some : revisions) all.insert(some.begin(), some.end());
  const Revision end = kThreads * kWrites;
  EXPECT_THAT(all, SizeIs(static_cast<size_t>(end)));
  EXPECT_EQ(*all.rbegin(), end);
  for (Ledger* ledger : {a_.get(), b_.get()}) {
    EXPECT_EQ(RefreshNow(*ledger).revision, end);
    EXPECT_EQ(Payload(*ledger, "counters/all"), absl::StrCat(kThreads * kWrites / 3));
    for (int t = 0; t < kThreads; ++t) {
      EXPECT_EQ(Payload(*ledger, absl::StrCat("counters/x", t)), absl::StrCat(kWrites * 2 / 3));
    }
  }
  const auto log = DeliveriesOf(*DrainTo(**Open()->Watch(0), end));
  const auto seen_a = Watched(*watch_a, end), seen_b = Watched(*watch_b, end);
  EXPECT_THAT(seen_a, SizeIs(static_cast<size_t>(end)));
  EXPECT_TRUE(KeepsWatchPromises(seen_a, 0, log));
  EXPECT_TRUE(KeepsWatchPromises(seen_b, 0, log));
  EXPECT_EQ(seen_a, seen_b);
  // Recorded times go with the revisions, whoever wrote.
  Revision last = 0;
  for (Revision r = 1; r <= end; r += 37) {
    const absl::Time time = GetNow(*a_, "counters/all", {.revision = r})->read_time;
    EXPECT_GE(GetNow(*b_, "counters/all", {.time = time})->read_revision, r);
    EXPECT_GT(r, last);
    last = r;
  }
}

TEST_F(ReplicasTest, OneSeesTheOthersWritesByItself) {
  auto watcher = *b_->Watch(0);
  EXPECT_EQ(Payload(*b_, "things/1"), "none");
  for (int i = 1; i <= 20; ++i) {
    ASSERT_TRUE(CommitNow(*a_, Storing({Put("things/1", absl::StrCat(i))})).ok());
    // Nobody asks b_ to look; a watcher and WaitFor are told all the same.
    EXPECT_THAT(*NextNow(*watcher), SizeIs(1));
    Awaited<Head> waited;
    b_->WaitFor(i, absl::Now() + absl::Seconds(30), waited.callback());
    EXPECT_EQ(waited.Take()->revision, i);
    EXPECT_EQ(Payload(*b_, "things/1"), absl::StrCat(i));
  }
}

TEST_F(ReplicasTest, AFullyConsistentReadHoldsEveryAcknowledgedWrite) {
  for (int i = 1; i <= 50; ++i) {
    ASSERT_TRUE(CommitNow(Replica(i), Storing({Put("things/1", absl::StrCat(i))})).ok());
    Ledger& other = Replica(i + 1);
    EXPECT_GE(RefreshNow(other).revision, i);
    EXPECT_EQ(Payload(other, "things/1"), absl::StrCat(i));
  }
}

TEST_F(ReplicasTest, ARevisionOfTheOtherCanBeReadAtOnce) {
  for (int i = 1; i <= 50; ++i) {
    const auto committed = CommitNow(*a_, Storing({Put("things/1", absl::StrCat(i))}));
    const auto got = GetNow(*b_, "things/1", {.revision = committed->revision});
    ASSERT_TRUE(got.ok()) << got.status();
    EXPECT_EQ(got->version->payload, absl::StrCat(i));
  }
  EXPECT_EQ(ReasonOf(GetNow(*b_, "things/1", {.revision = 51}).status()), "REVISION_IN_FUTURE");
}

TEST_F(ReplicasTest, NoDecisionRestsOnAnOldState) {
  for (int i = 1; i <= 60; ++i) {
    ASSERT_TRUE(CommitNow(Replica(i), Storing({Put("things/1", absl::StrCat(i))})).ok());
    // Neither a refusal nor an answer without changes.
    std::string seen;
    const auto look = [&, i](View& view) -> absl::StatusOr<Decision> {
      seen = (*view.Get("things/1"))->payload;
      if (i % 2 == 0) return absl::FailedPreconditionError("");
      return Decision{};
    };
    CommitNow(Replica(i + 1), Deciding(look)).IgnoreError();
    EXPECT_EQ(seen, absl::StrCat(i));
  }
}

TEST_F(ReplicasTest, OfTwoThatHoldTheSameEtagOneWins) {
  ASSERT_TRUE(CommitNow(*a_, Storing({Put("things/1", "")})).ok());
  for (int round = 0; round < 40; ++round) {
    const Revision etag = RefreshNow(*a_).revision;
    Awaited<Committed> done[2];
    for (int i = 0; i < 2; ++i) {
      Replica(i).Commit(Deciding([etag](View& view) -> absl::StatusOr<Decision> {
                          if ((*view.Get("things/1"))->revision != etag) return absl::AbortedError("etag");
                          return Decision{{Put("things/1", "")}, ""};
                        }),
                        done[i].callback());
    }
    const auto first = done[0].Take(), second = done[1].Take();
    EXPECT_NE(first.ok(), second.ok());
    EXPECT_EQ((first.ok() ? second : first).status(), absl::AbortedError("etag"));
  }
  EXPECT_EQ(RefreshNow(*b_).revision, 41);
}

TEST_F(ReplicasTest, ARequestSentToBothIsDoneOnce) {
  for (int round = 0; round < 40; ++round) {
    const std::string name = absl::StrCat("things/", round);
    const std::string id = absl::StrCat("request-", round);
    Awaited<Committed> done[4];
    for (int i = 0; i < 4; ++i) {
      // As services do: it is refused when the thing is there already.
      Replica(i).Commit(Deciding(
                            [name](View& view) -> absl::StatusOr<Decision> {
                              if (*view.Get(name)) return absl::AlreadyExistsError(name);
                              return Decision{{Put(name, "")}, name};
                            },
                            id),
                        done[i].callback());
    }
    std::set<Revision> revisions;
    int first_times = 0;
    for (auto& one : done) {
      const auto committed = one.Take();
      ASSERT_TRUE(committed.ok()) << committed.status();
      EXPECT_EQ(committed->response, name);
      revisions.insert(committed->revision);
      if (!committed->replayed) ++first_times;
    }
    EXPECT_THAT(revisions, SizeIs(1));
    EXPECT_EQ(first_times, 1);
  }
  EXPECT_EQ(RefreshNow(*a_).revision, 40);
  // Another body under a used id is refused by either, also long after.
  Command other = Storing({Put("things/other", "")}, "request-7");
  other.request_hash = "another";
  EXPECT_EQ(ReasonOf(CommitNow(*b_, other).status()), "REQUEST_ID_REUSED");
  EXPECT_EQ(ReasonOf(CommitNow(*a_, other).status()), "REQUEST_ID_REUSED");
}

TEST_F(ReplicasTest, NumbersAreGivenOutOnce) {
  std::vector<std::thread> threads;
  std::vector<std::vector<std::string>> names(4);
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 40; ++i) {
        const auto committed = CommitNow(Replica(t), Deciding([](View& view) -> absl::StatusOr<Decision> {
                                           const auto last = view.LastNumber("things/");
                                           if (!last.ok()) return last.status();
                                           const std::string name = absl::StrCat("things/", *last + 1);
                                           return Decision{{Put(name, "", {{"all", "yes"}})}, name};
                                         }));
        ASSERT_TRUE(committed.ok()) << committed.status();
        names[static_cast<size_t>(t)].push_back(committed->response);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  std::set<std::string> all;
  for (const auto& some : names) all.insert(some.begin(), some.end());
  EXPECT_THAT(all, SizeIs(160));
  EXPECT_TRUE(all.contains("things/160"));
  RefreshNow(*a_);
  EXPECT_THAT(ListNow(*a_, {.kind = "test.Thing", .all_of = {{"all", "yes"}}, .limit = 1000})->items, SizeIs(160));
}

TEST_F(ReplicasTest, WhatOneRedactsLeavesTheMemoryOfTheOthers) {
  ASSERT_TRUE(CommitNow(*a_, Storing({Put("things/1", "secret")}, "request-1", "\n\010things/1")).ok());
  // The other has it in its cache, in its window and in what its writer remembers.
  RefreshNow(*b_);
  EXPECT_EQ(Payload(*b_, "things/1"), "secret");
  auto watcher = *b_->Watch(0);
  ASSERT_TRUE(CommitNow(*b_, Deciding([](View& view) -> absl::StatusOr<Decision> {
                EXPECT_EQ((*view.Get("things/1"))->payload, "secret");
                return Decision{{Put("things/2", "two")}, ""};
              })).ok());
  RefreshNow(*a_);
  ASSERT_TRUE(CommitNow(*a_, Storing({Put("things/1", "corrected")})).ok());
  const auto redacted = CommitNow(*a_, Redacting({"things/1", 1}));
  ASSERT_TRUE(redacted.ok()) << redacted.status();
  for (Ledger* ledger : {a_.get(), b_.get()}) {
    EXPECT_EQ(RefreshNow(*ledger).revision, redacted->revision);
    EXPECT_EQ(ledger->redactions(), 1);
    EXPECT_EQ(Payload(*ledger, "things/1"), "corrected");
    const auto past = GetNow(*ledger, "things/1", {.revision = 1});
    EXPECT_EQ(past->version->payload, "");
    EXPECT_EQ(past->version->redaction, "redactions/1");
    EXPECT_EQ(ReasonOf(CommitNow(*ledger, Storing({}, "request-1")).status()), "ANSWER_REDACTED");
    // What the other has redacted is seen by the next decision.
    EXPECT_EQ(CommitNow(*ledger, Redacting({"things/1", 1})).status().code(), absl::StatusCode::kInternal);
  }
  const auto seen = *DrainTo(*watcher, redacted->revision);
  EXPECT_EQ(seen[0]->versions[0].payload, "");
  EXPECT_EQ(seen[0]->versions[0].redaction, "redactions/1");
}

// One corrects and redacts as fast as it can; whoever asks the other for what is current gets something that was.
TEST_F(ReplicasTest, ReadsOfNowMeetNothingThatAnotherHasRedacted) {
  Options no_cache;
  no_cache.cache_bytes = 0;
  b_ = *Ledger::Open(*EngineFor(url_), clock_, no_cache);
  ASSERT_TRUE(CommitNow(*a_, Storing({Put("things/1", "0")})).ok());
  RefreshNow(*b_);
  std::atomic<bool> stop{false};
  std::thread redacting([&] {
    Revision last = 1;
    for (int i = 1; i <= 150; ++i) {
      Awaited<Committed> put, redacted;
      a_->Commit(Storing({Put("things/1", absl::StrCat(i))}), put.callback());
      a_->Commit(Redacting({"things/1", last}), redacted.callback());
      last = put.Take()->revision;
      EXPECT_TRUE(redacted.Take().ok());
    }
    stop = true;
  });
  int64_t highest = 0;
  const auto look = [&] {
    const auto got = GetNow(*b_, "things/1");
    ASSERT_TRUE(got.ok()) << got.status();
    EXPECT_FALSE(got->version->redacted);
    const auto list = ListNow(*b_, {.kind = "test.Thing"});
    ASSERT_TRUE(list.ok()) << list.status();
    ASSERT_THAT(list->items, SizeIs(1));
    EXPECT_FALSE(list->items[0].redacted);
    // Nor does it go back.
    for (const std::string& payload : {got->version->payload, list->items[0].payload}) {
      int64_t number = -1;
      ASSERT_TRUE(absl::SimpleAtoi(payload, &number)) << payload;
      EXPECT_GE(number, highest);
      highest = number;
    }
  };
  while (!stop && !HasFatalFailure()) look();
  redacting.join();
}

TEST_F(ReplicasTest, ManyMayOpenAnEmptyStoreAtOnce) {
  url_ = server_->NewStore();
  std::vector<std::thread> threads;
  std::vector<std::string> ids(6);
  for (size_t t = 0; t < ids.size(); ++t) {
    threads.emplace_back([&, t] { ids[t] = Open()->store_id(); });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), 1u);
}

TEST_F(ReplicasTest, ADatabaseThatLostCommitsIsNotWrittenTo) {
  ASSERT_TRUE(CommitNow(*a_, Storing({Put("things/1", "a")})).ok());
  ASSERT_TRUE(CommitNow(*a_, Storing({Put("things/1", "b")})).ok());
  b_.reset();
  server_->Execute(url_,
                   "DELETE FROM transactions WHERE revision = 2; DELETE FROM changes WHERE revision = 2;"
                   "UPDATE head SET revision = 1");
  EXPECT_EQ(ReasonOf(CommitNow(*a_, Storing({Put("things/1", "c")})).status()), "STORE_CORRUPT");
  EXPECT_EQ(ReasonOf(a_->health()), "STORE_CORRUPT");
}

TEST_F(ReplicasTest, AServerThatRestartsUnderLoadLosesAndDoublesNothing) {
  const std::unique_ptr<Postgres> own = Postgres::New();
  a_.reset();
  b_.reset();
  server_ = own.get();
  OpenBoth();
  auto watch_a = *a_->Watch(0), watch_b = *b_->Watch(0);
  constexpr int kThreads = 6;
  std::atomic<bool> stop{false};
  std::atomic<int> acknowledged{0}, failures{0};
  std::vector<std::map<std::string, Revision>> answers(kThreads);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; !stop; ++i) {
        const std::string id = absl::StrCat(t, "-", i);
        // As clients do: the same request again, to either replica, until it is answered.
        for (int attempt = 0;; ++attempt) {
          const auto committed = CommitNow(Replica(t + attempt), Increment(absl::StrCat("counters/x", t), id));
          if (committed.ok()) {
            EXPECT_EQ(committed->response, absl::StrCat(i + 1));
            answers[static_cast<size_t>(t)][id] = committed->revision;
            acknowledged.fetch_add(1);
            break;
          }
          EXPECT_EQ(committed.status().code(), absl::StatusCode::kUnavailable) << committed.status();
          failures.fetch_add(1);
          std::this_thread::yield();
        }
      }
    });
  }
  for (int restart = 0; restart < 3; ++restart) {
    const int enough = acknowledged + 150;
    const absl::Time end = absl::Now() + absl::FromChrono(kPatience);
    while (acknowledged < enough && absl::Now() < end) std::this_thread::yield();
    ASSERT_GE(acknowledged, enough);
    own->StopImmediately();
    own->Start();
  }
  const int enough = acknowledged + 150;
  const absl::Time end = absl::Now() + absl::FromChrono(kPatience);
  while (acknowledged < enough && absl::Now() < end) std::this_thread::yield();
  stop = true;
  for (auto& thread : threads) thread.join();
  EXPECT_GE(acknowledged, enough);
  EXPECT_GT(failures, 0);

  std::set<Revision> revisions;
  for (int t = 0; t < kThreads; ++t) {
    const auto& some = answers[static_cast<size_t>(t)];
    for (const auto& [id, revision] : some) revisions.insert(revision);
    RefreshNow(*a_);
    EXPECT_EQ(Payload(*a_, absl::StrCat("counters/x", t)), absl::StrCat(some.size()));
  }
  // Each acknowledged once, nothing else stored, without gaps.
  EXPECT_EQ(static_cast<int>(revisions.size()), acknowledged);
  EXPECT_EQ(*revisions.rbegin(), acknowledged);
  const auto log = DeliveriesOf(*DrainTo(**Open()->Watch(0), acknowledged));
  EXPECT_TRUE(KeepsWatchPromises(Watched(*watch_a, acknowledged), 0, log));
  EXPECT_TRUE(KeepsWatchPromises(Watched(*watch_b, acknowledged), 0, log));
  for (Ledger* ledger : {a_.get(), b_.get()}) {
    const absl::Time limit = absl::Now() + absl::FromChrono(kPatience);
    while (!ledger->health().ok() && absl::Now() < limit) std::this_thread::yield();
    EXPECT_TRUE(ledger->health().ok());
  }
  a_.reset();
  b_.reset();
}

TEST_F(ReplicasTest, HealthFollowsTheServerThoughNobodyWrites) {
  const std::unique_ptr<Postgres> own = Postgres::New();
  a_.reset();
  b_.reset();
  server_ = own.get();
  OpenBoth();
  const auto becomes = [](const Ledger& ledger, bool healthy) {
    const absl::Time limit = absl::Now() + absl::FromChrono(kPatience);
    while (ledger.health().ok() != healthy && absl::Now() < limit) std::this_thread::yield();
    return ledger.health().ok() == healthy;
  };
  ASSERT_TRUE(CommitNow(*a_, Storing({Put("things/1", "a")})).ok());
  own->StopImmediately();
  EXPECT_TRUE(becomes(*a_, false));
  EXPECT_TRUE(becomes(*b_, false));
  EXPECT_EQ(ReasonOf(a_->health()), "STORE_UNAVAILABLE");
  own->Start();
  EXPECT_TRUE(becomes(*a_, true));
  EXPECT_TRUE(becomes(*b_, true));
  // The first call after that works.
  EXPECT_EQ(CommitNow(*b_, Storing({Put("things/1", "b")}))->revision, 2);
  EXPECT_EQ(RefreshNow(*a_).revision, 2);
  EXPECT_EQ(Payload(*a_, "things/1"), "b");
  a_.reset();
  b_.reset();
}

TEST(PostgresStatusTest, TellsWhatASqlStateMeans) {
  const std::map<std::string, std::pair<absl::StatusCode, std::string>> expected = {
      {"", {absl::StatusCode::kUnavailable, "STORE_UNAVAILABLE"}},
      {"08006", {absl::StatusCode::kUnavailable, "STORE_UNAVAILABLE"}},
      {"23505", {absl::StatusCode::kUnavailable, "STORE_UNAVAILABLE"}},
      {"25006", {absl::StatusCode::kUnavailable, "STORE_READ_ONLY"}},
      {"40001", {absl::StatusCode::kAborted, "CONFLICT"}},
      {"40P01", {absl::StatusCode::kAborted, "CONFLICT"}},
      {"53100", {absl::StatusCode::kResourceExhausted, "STORE_FULL"}},
      {"53300", {absl::StatusCode::kUnavailable, "STORE_UNAVAILABLE"}},
      {"57P01", {absl::StatusCode::kUnavailable, "STORE_UNAVAILABLE"}},
      {"XX001", {absl::StatusCode::kDataLoss, "STORE_CORRUPT"}},
      {"XX002", {absl::StatusCode::kDataLoss, "STORE_CORRUPT"}},
  };
  for (const auto& [code, status] : expected) {
    EXPECT_EQ(FromSqlState(code).code(), status.first) << code;
    EXPECT_EQ(ReasonOf(FromSqlState(code)), status.second) << code;
  }
}

TEST(PostgresStoreTest, RefusesAPasswordInTheAddress) {
  for (const char* url : {"postgres://me:secret@host/db", "postgresql://host/db?password=secret", "postgres://[",
                          "postgres://host/db?nonsense=1"}) {
    const absl::Status status = EngineFor(url).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << url;
    EXPECT_EQ(status.ToString().find("secret"), std::string::npos);
  }
  EXPECT_TRUE(EngineFor("postgres://me@host:5433/db?sslmode=verify-full").ok());
  EXPECT_EQ(EngineFor("oracle:x").status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace oversight::ledger
