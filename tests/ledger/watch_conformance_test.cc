// What a watch promises, on every engine.
#include <atomic>
#include <mutex>
#include <random>
#include <thread>

#include "tests/ledger/ledger_fixture.h"
#include "tests/support/watch_validators.h"

namespace oversight::ledger {
namespace {

using namespace oversight::testing;

class WatchTest : public LedgerTest {
 protected:
  // The whole log, read by a watcher of its own from the store alone.
  std::vector<Delivery> Log() {
    const Revision head = ledger_->head().revision;
    auto seen = DrainTo(**ledger_->Watch(0), head);
    EXPECT_TRUE(seen.ok()) << seen.status();
    EXPECT_TRUE(!seen.ok() || Dense(DeliveriesOf(*seen)));
    return seen.ok() ? DeliveriesOf(*seen) : std::vector<Delivery>();
  }
  void StoreSome(int count) {
    for (int i = 0; i < count; ++i)
      Store({Put(absl::StrCat("things/", i % 5), absl::StrCat(i)), Put("counter", absl::StrCat(i))});
  }
};

TEST_P(WatchTest, TellsWholeTransactionsInOrder) {
  auto watcher = *ledger_->Watch(0);
  EXPECT_EQ(watcher->position(), 0);
  Awaited<std::vector<std::shared_ptr<const Transaction>>> next;
  watcher->Next(next.callback());
  EXPECT_FALSE(next.done());
  Store({Put("things/1", "a"), Put("things/2", "b")});
  const auto seen = next.Take();
  ASSERT_TRUE(seen.ok());
  ASSERT_EQ(seen->size(), 1u);
  const Transaction& transaction = *seen->front();
  EXPECT_EQ(transaction.revision, 1);
  EXPECT_EQ(transaction.recorded_time, clock_.Now());
  EXPECT_EQ(transaction.audit.verb, "Store");
  EXPECT_EQ(transaction.leaf_hash.size(), 32u);
  ASSERT_EQ(transaction.versions.size(), 2u);
  EXPECT_EQ(transaction.versions[1].payload, "b");
  EXPECT_EQ(watcher->position(), 1);
}

TEST_P(WatchTest, WindowAndLogTellTheSame) {
  StoreSome(20);
  Store({Delete("things/3", "gone")});
  const auto from_window = DeliveriesOf(*DrainTo(**ledger_->Watch(0), 21));
  const auto first_hash = (*DrainTo(**ledger_->Watch(20), 21))[0]->leaf_hash;
  Open();
  const auto from_log = DeliveriesOf(*DrainTo(**ledger_->Watch(0), 21));
  EXPECT_EQ(from_window, from_log);
  EXPECT_EQ((*DrainTo(**ledger_->Watch(20), 21))[0]->leaf_hash, first_hash);
  EXPECT_TRUE(from_log.back().changes[0].deleted);
}

TEST_P(WatchTest, KeepsItsPromisesUnderConcurrentWrites) {
  options_.watch_window = 50;  // small, so that watchers cross from the log to the window and back into the past
  Open();
  StoreSome(300);
  constexpr int kWriters = 3, kEach = 100, kWatchers = 6;
  constexpr Revision kEnd = 300 + kWriters * kEach;
  std::vector<std::thread> threads;
  std::mutex mu;
  std::vector<std::pair<Revision, std::vector<std::vector<Delivery>>>> all;
  for (int w = 0; w < kWatchers; ++w) {
    threads.emplace_back([&, w] {
      // Every other watcher breaks off now and then, and goes on after what it saw last.
      std::mt19937 random(static_cast<unsigned>(w));
      const Revision start = w * 60;
      Revision position = start;
      std::vector<std::vector<Delivery>> parts;
      while (position < kEnd) {
        auto watcher = ledger_->Watch(position);
        ASSERT_TRUE(watcher.ok());
        parts.emplace_back();
        while (position < kEnd && (w % 2 == 0 || random() % 4 != 0)) {
          auto some = NextNow(**watcher);
          if (!some.ok()) {
            EXPECT_EQ(ReasonOf(some.status()), "WATCH_LAGGING");
            EXPECT_EQ(ErrorMetadata(some.status(), "last_revision"), absl::StrCat(position));
            break;
          }
          for (const Delivery& delivery : DeliveriesOf(*some)) parts.back().push_back(delivery);
          position = parts.back().back().revision;
          EXPECT_EQ((*watcher)->position(), position) << "the bookmark of a watcher";
        }
        (*watcher)->Cancel();
      }
      std::lock_guard lock(mu);
      all.emplace_back(start, std::move(parts));
    });
  }
  for (int t = 0; t < kWriters; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        CommitNow(*ledger_,
                  Storing({Put(absl::StrCat("things/", t), absl::StrCat(i)), Put("shared", absl::StrCat(t, i))}))
            .IgnoreError();
      }
    });
  }
  for (auto& thread : threads) thread.join();
  const auto log = Log();
  ASSERT_EQ(log.size(), static_cast<size_t>(kEnd));
  ASSERT_EQ(all.size(), static_cast<size_t>(kWatchers));
  for (const auto& [start, parts] : all) {
    EXPECT_TRUE(Resumable(parts, start, log));
    std::vector<Delivery> whole;
    for (const auto& part : parts) whole.insert(whole.end(), part.begin(), part.end());
    EXPECT_TRUE(KeepsWatchPromises(whole, start, log));
    EXPECT_TRUE(Bookmarked(whole, start, kEnd, log));
  }
}

TEST_P(WatchTest, ALiveWatcherThatFallsBehindIsTold) {
  options_.watch_window = 10;
  Open();
  auto watcher = *ledger_->Watch(0);
  StoreSome(5);
  ASSERT_TRUE(DrainTo(*watcher, 5).ok());
  StoreSome(11);
  const absl::Status status = NextNow(*watcher).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ReasonOf(status), "WATCH_LAGGING");
  EXPECT_EQ(ErrorMetadata(status, "last_revision"), "5");
  // It stays so, and a new watch takes up from there.
  EXPECT_EQ(ReasonOf(NextNow(*watcher).status()), "WATCH_LAGGING");
  auto again = *ledger_->Watch(5);
  EXPECT_TRUE(KeepsWatchPromises(DeliveriesOf(*DrainTo(*again, 16)), 5, Log()));
}

TEST_P(WatchTest, AWatcherAtTheEdgeOfTheWindowIsServed) {
  options_.watch_window = 10;
  Open();
  auto watcher = *ledger_->Watch(0);
  StoreSome(10);
  EXPECT_TRUE(KeepsWatchPromises(DeliveriesOf(*DrainTo(*watcher, 10)), 0, Log()));
}

TEST_P(WatchTest, AResumingWatcherIsServedFromTheLogWhileTheLogGrows) {
  options_.watch_window = 5;
  Open();
  StoreSome(20);
  auto watcher = *ledger_->Watch(0);
  std::vector<Delivery> seen;
  for (int i = 0; i < 3; ++i) {
    for (const auto& delivery : DeliveriesOf(*NextNow(*watcher))) seen.push_back(delivery);
    StoreSome(20);  // again further than the window reaches
  }
  while (watcher->position() < 80) {
    auto some = NextNow(*watcher);
    ASSERT_TRUE(some.ok()) << some.status();
    for (const auto& delivery : DeliveriesOf(*some)) seen.push_back(delivery);
  }
  EXPECT_TRUE(KeepsWatchPromises(seen, 0, Log()));
}

TEST_P(WatchTest, LargeTransactionsComeInModestHelpings) {
  for (int i = 0; i < 6; ++i) Store({Put("things/1", std::string(400'000, static_cast<char>('a' + i)))});
  for (int opened = 0; opened < 2; ++opened) {
    auto watcher = *ledger_->Watch(0);
    auto first = NextNow(*watcher);
    ASSERT_TRUE(first.ok());
    EXPECT_LT(first->size(), 6u);
    EXPECT_EQ(DrainTo(*watcher, 6)->size(), 6 - first->size());
    Open();
  }
}

TEST_P(WatchTest, CancelEndsAnOutstandingNext) {
  auto watcher = *ledger_->Watch(0);
  Awaited<std::vector<std::shared_ptr<const Transaction>>> next;
  watcher->Next(next.callback());
  watcher->Cancel();
  EXPECT_EQ(next.Take().status().code(), absl::StatusCode::kCancelled);
  watcher->Cancel();
  Store({Put("things/1", "a")});
  EXPECT_EQ(NextNow(*watcher).status().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(watcher->position(), 0);
  EXPECT_EQ(next.calls(), 1);
}

TEST_P(WatchTest, OnlyOneNextMayBeOutstanding) {
  auto watcher = *ledger_->Watch(0);
  Awaited<std::vector<std::shared_ptr<const Transaction>>> first;
  watcher->Next(first.callback());
  EXPECT_EQ(NextNow(*watcher).status().code(), absl::StatusCode::kInternal);
  Store({Put("things/1", "a")});
  EXPECT_TRUE(first.Take().ok());
}

TEST_P(WatchTest, CancelsAndAnswersExactlyOnceUnderRaces) {
  StoreSome(5);
  for (int round = 0; round < 200; ++round) {
    auto watcher = *ledger_->Watch(round % 2 ? 0 : ledger_->head().revision);
    Awaited<std::vector<std::shared_ptr<const Transaction>>> next;
    std::thread canceller([&] { watcher->Cancel(); });
    watcher->Next(next.callback());
    ledger_->Commit(Storing({Put("things/1", "x")}), [](absl::StatusOr<Committed>) {});
    canceller.join();
    next.Take().IgnoreError();
    EXPECT_EQ(next.calls(), 1);
  }
}

TEST_P(WatchTest, CallbacksMayAskForMore) {
  StoreSome(600);
  auto watcher = *ledger_->Watch(0);
  Awaited<int> finished;
  auto count = std::make_shared<int>(0);
  std::function<void()> ask = [&] {
    watcher->Next([&, count](absl::StatusOr<std::vector<std::shared_ptr<const Transaction>>> some) {
      if (!some.ok()) return finished.callback()(some.status());
      *count += static_cast<int>(some->size());
      if (*count == 600) return finished.callback()(*count);
      ask();
    });
  };
  ask();
  EXPECT_TRUE(finished.Take().ok());
}

TEST_P(WatchTest, ShutdownEndsWatchersAndTheyMayOutliveTheLedger) {
  Store({Put("things/1", "a")});
  auto waiting = *ledger_->Watch(1);
  auto idle = *ledger_->Watch(0);
  EXPECT_EQ(ledger_->stats().watchers.load(), 2);
  Awaited<std::vector<std::shared_ptr<const Transaction>>> next;
  waiting->Next(next.callback());
  ledger_.reset();
  const absl::Status status = next.Take().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ReasonOf(status), "DRAINING");
  EXPECT_EQ(ReasonOf(NextNow(*idle).status()), "DRAINING");
  EXPECT_EQ(waiting->position(), 1);
}

INSTANTIATE_TEST_SUITE_P(Engines, WatchTest, ::testing::ValuesIn(Engines()), EngineName);

}  // namespace
}  // namespace oversight::ledger
