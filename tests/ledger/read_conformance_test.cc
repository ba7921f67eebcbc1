// What reads promise, on every engine.
#include <atomic>
#include <set>
#include <thread>
#include <tuple>

#include "absl/time/clock.h"
#include "tests/ledger/ledger_fixture.h"

namespace oversight::ledger {
namespace {

using namespace oversight::testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

using ReadTest = LedgerTest;

TEST_P(ReadTest, AnEmptyLogAnswers) {
  EXPECT_EQ(ledger_->head().revision, 0);
  EXPECT_EQ(ledger_->head().recorded_time, absl::InfinitePast());
  for (const AsOf& as_of : {AsOf{}, AsOf{.revision = 0}, AsOf{.time = clock_.Now()}}) {
    auto got = GetNow(*ledger_, "things/1", as_of);
    ASSERT_TRUE(got.ok()) << got.status();
    EXPECT_FALSE(got->version);
    EXPECT_EQ(got->read_revision, 0);
    EXPECT_EQ(got->read_time, absl::InfinitePast());
    EXPECT_THAT(Names({}, as_of), IsEmpty());
  }
  EXPECT_THAT(HistoryNow(*ledger_, {.name = "things/1"})->entries, IsEmpty());
}

TEST_P(ReadTest, ReadsAsOfARevision) {
  Store({Put("things/1", "a", {{"colour", "red"}})});
  clock_.Advance(absl::Seconds(1));
  Store({Put("things/2", "b", {{"colour", "red"}})});
  clock_.Advance(absl::Seconds(1));
  Store({Put("things/1", "c", {{"colour", "blue"}})});
  Store({Delete("things/2", "b")});

  const std::vector<std::string> of_1 = {"none", "a", "a", "c", "c"}, of_2 = {"none", "none", "b", "b", "none"};
  for (Revision revision = 0; revision <= 4; ++revision) {
    EXPECT_EQ(Payload("things/1", {.revision = revision}), of_1[static_cast<size_t>(revision)]);
    EXPECT_EQ(Payload("things/2", {.revision = revision}), of_2[static_cast<size_t>(revision)]);
  }
  EXPECT_THAT(Names({{"colour", "red"}}, {.revision = 2}), ElementsAre("things/1", "things/2"));
  EXPECT_THAT(Names({{"colour", "red"}}, {.revision = 3}), ElementsAre("things/2"));
  EXPECT_THAT(Names({{"colour", "blue"}}, {.revision = 2}), IsEmpty());
  EXPECT_THAT(Names({{"colour", "red"}}), IsEmpty());
  EXPECT_THAT(Names({}, {.revision = 1}), ElementsAre("things/1"));
  const auto list = ListNow(*ledger_, {.kind = "test.Thing", .as_of = {.revision = 2}});
  EXPECT_EQ(list->read_revision, 2);
  EXPECT_EQ(list->read_time, clock_.Now() - absl::Seconds(1));
  EXPECT_EQ(list->items[0].payload, "a");
}

TEST_P(ReadTest, ReadsAsOfATime) {
  const absl::Time start = clock_.Now();
  for (int i = 1; i <= 3; ++i) {
    Store({Put("things/1", absl::StrCat(i), {{"value", absl::StrCat(i)}})});
    clock_.Advance(absl::Seconds(10));
  }
  EXPECT_EQ(Payload("things/1", {.time = start - absl::Microseconds(1)}), "none");
  EXPECT_EQ(Payload("things/1", {.time = start}), "1");
  EXPECT_EQ(Payload("things/1", {.time = start + absl::Seconds(10) - absl::Microseconds(1)}), "1");
  EXPECT_EQ(Payload("things/1", {.time = start + absl::Seconds(10)}), "2");
  EXPECT_EQ(Payload("things/1", {.time = start + absl::Seconds(29)}), "3");
  EXPECT_THAT(Names({{"value", "2"}}, {.time = start + absl::Seconds(15)}), ElementsAre("things/1"));
  EXPECT_THAT(Names({{"value", "2"}}, {.time = start + absl::Seconds(5)}), IsEmpty());
  EXPECT_EQ(GetNow(*ledger_, "things/1", {.time = start + absl::Seconds(15)})->read_revision, 2);
}

TEST_P(ReadTest, WhatWasReadAtATimeStaysSo) {
  Store({Put("things/1", "a")});
  const absl::Time now = clock_.Now();
  EXPECT_EQ(Payload("things/1", {.time = now}), "a");
  // The clock stands still, yet this is recorded after the moment that was answered for.
  EXPECT_GT(Store({Put("things/1", "b")}).recorded_time, now);
  EXPECT_EQ(Payload("things/1", {.time = now}), "a");

  // A read of a moment inside a running batch waits for what the batch leaves.
  clock_.Advance(absl::Seconds(1));
  Hold hold(*ledger_, Decision{{Put("things/1", "c")}, ""});
  clock_.Advance(absl::Seconds(1));
  Awaited<GetResult> got;
  ledger_->Get("things/1", {.time = clock_.Now()}, got.callback());
  EXPECT_FALSE(got.done());
  hold.Release();
  EXPECT_EQ(got.Take()->version->payload, "c");
}

TEST_P(ReadTest, TheFutureIsOutOfRange) {
  Store({Put("things/1", "a")});
  for (const AsOf& as_of : {AsOf{.revision = 2}, AsOf{.time = clock_.Now() + absl::Seconds(1)}}) {
    for (const absl::Status& status : {GetNow(*ledger_, "things/1", as_of).status(),
                                       ListNow(*ledger_, {.kind = "test.Thing", .as_of = as_of}).status()}) {
      EXPECT_EQ(status.code(), absl::StatusCode::kOutOfRange);
      EXPECT_EQ(ReasonOf(status), "REVISION_IN_FUTURE");
    }
  }
  EXPECT_EQ(ReasonOf(ledger_->Watch(2).status()), "REVISION_IN_FUTURE");
}

TEST_P(ReadTest, PagesHistoryNewestFirst) {
  for (int i = 1; i <= 7; ++i) {
    Store({Put("things/1", absl::StrCat(i))});
    Store({Put("things/2", "other")});
  }
  Store({Delete("things/1", "last")});
  std::vector<std::string> seen;
  Revision before = 0;
  bool more = true;
  while (more) {
    auto page = HistoryNow(*ledger_, {.name = "things/1", .before = before, .limit = 3});
    ASSERT_TRUE(page.ok());
    ASSERT_FALSE(page->entries.empty());
    EXPECT_EQ(page->read_revision, 15);
    for (const HistoryEntry& entry : page->entries) {
      seen.push_back(entry.version.payload);
      EXPECT_EQ(entry.audit.actor, "principals/tester");
      EXPECT_EQ(entry.audit.verb, "Store");
      EXPECT_EQ(entry.audit.reason, "a test");
      EXPECT_EQ(entry.audit.trace_id, std::string(32, '7'));
    }
    before = page->entries.back().version.revision;
    more = page->more;
  }
  EXPECT_THAT(seen, ElementsAre("last", "7", "6", "5", "4", "3", "2", "1"));
  const auto newest = HistoryNow(*ledger_, {.name = "things/1", .limit = 1});
  EXPECT_TRUE(newest->entries[0].version.deleted);
  EXPECT_EQ(newest->entries[0].version.version, 8);
  EXPECT_THAT(HistoryNow(*ledger_, {.name = "things/none"})->entries, IsEmpty());
}

TEST_P(ReadTest, HistoryTellsTheLivesOfANameApart) {
  const absl::Time start = clock_.Now();
  for (const auto& change :
       {Put("things/1", "a"), Put("things/1", "b"), Delete("things/1", "b"), Put("things/1", "c")}) {
    Store({change});
    clock_.Advance(absl::Seconds(1));
  }
  Open();
  const auto history = HistoryNow(*ledger_, {.name = "things/1"});
  ASSERT_EQ(history->entries.size(), 4u);
  std::vector<std::tuple<std::string, Revision, int64_t, bool>> told;
  for (const HistoryEntry& entry : history->entries) {
    told.emplace_back(entry.version.payload, entry.version.create_revision, entry.version.version,
                      entry.version.deleted);
    EXPECT_EQ(entry.version.update_time, start + absl::Seconds(entry.version.revision - 1));
    EXPECT_EQ(entry.version.create_time, start + absl::Seconds(entry.version.create_revision - 1));
  }
  EXPECT_THAT(told, ElementsAre(std::tuple("c", 4, 1, false), std::tuple("b", 1, 3, true), std::tuple("b", 1, 2, false),
                                std::tuple("a", 1, 1, false)));
  EXPECT_FALSE(history->more);
}

TEST_P(ReadTest, PagesOfAHistoryMissNothingWhateverIsWritten) {
  constexpr int kVersions = 40;
  for (int i = 1; i <= kVersions; ++i) Store({Put("things/1", absl::StrCat(i))});
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    for (int i = kVersions + 1; !stop; ++i) {
      CommitNow(*ledger_, Storing({Put("things/1", absl::StrCat(i)), Put("things/2", "")})).IgnoreError();
    }
  });
  for (int round = 0; round < 10; ++round) {
    // From the newest there is at the first page, down to the first version.
    int next = 0;
    HistoryQuery query{.name = "things/1", .limit = 7};
    for (bool more = true; more;) {
      const auto page = HistoryNow(*ledger_, query);
      ASSERT_TRUE(page.ok()) << page.status();
      ASSERT_FALSE(page->entries.empty());
      for (const HistoryEntry& entry : page->entries) {
        const int number = std::stoi(entry.version.payload);
        if (next > 0) {
          EXPECT_EQ(number, next);
        }
        EXPECT_EQ(entry.version.version, number);
        next = number - 1;
      }
      query.before = page->entries.back().version.revision;
      more = page->more;
    }
    EXPECT_EQ(next, 0);
  }
  stop = true;
  writer.join();
}

TEST_P(ReadTest, AHistoryWithAllBelowGivesWholeTransactions) {
  Store({Put("things/1", "a")});                                                               // 1
  Store({Put("things/10", "x"), Put("things/1/parts/2", "b"), Put("things/1/parts/1", "c")});  // 2
  Store({Put("things/2", "x"), Put("things/1-a", "x"), Put("things/1.", "x"), Put("things/10/parts/1", "x")});
  Store({Put("things/1/parts/2", "d"), Put("things/1", "e"), Put("things/1/parts/2/bits/1", "f")});  // 4
  Store({Delete("things/1/parts/1", "c")});                                                          // 5
  Store({Put("other/things/1", "x"), Put("thing", "x"), Put("things", "x")});

  const auto told = [](const HistoryResult& page) {
    std::vector<std::string> told;
    for (const HistoryEntry& entry : page.entries) {
      EXPECT_EQ(entry.audit.verb, "Store");
      told.push_back(absl::StrCat(entry.version.revision, " ", entry.version.name, " ",
                                  entry.version.deleted ? "deleted" : entry.version.payload));
    }
    return told;
  };
  const std::vector<std::string> all = {
      "5 things/1/parts/1 deleted", "4 things/1/parts/2 d", "4 things/1 e", "4 things/1/parts/2/bits/1 f",
      "2 things/1/parts/2 b",       "2 things/1/parts/1 c", "1 things/1 a"};
  const auto whole = HistoryNow(*ledger_, {.name = "things/1", .below = true});
  ASSERT_TRUE(whole.ok()) << whole.status();
  EXPECT_EQ(told(*whole), all);
  EXPECT_FALSE(whole->more);
  EXPECT_EQ(whole->read_revision, 6);

  for (int limit = 1; limit <= 4; ++limit) {
    HistoryQuery query{.name = "things/1", .limit = limit, .below = true};
    std::vector<std::string> paged;
    for (bool more = true; more;) {
      const auto page = HistoryNow(*ledger_, query);
      ASSERT_TRUE(page.ok()) << page.status();
      std::set<Revision> revisions;
      for (const HistoryEntry& entry : page->entries) revisions.insert(entry.version.revision);
      more = page->more;
      EXPECT_LE(revisions.size(), static_cast<size_t>(limit));
      EXPECT_TRUE(!more || revisions.size() == static_cast<size_t>(limit));
      for (const std::string& entry : told(*page)) paged.push_back(entry);
      query.before = page->entries.back().version.revision;
    }
    EXPECT_EQ(paged, all) << limit;
  }
  EXPECT_THAT(told(*HistoryNow(*ledger_, {.name = "things/1", .before = 4, .below = true})),
              ElementsAre("2 things/1/parts/2 b", "2 things/1/parts/1 c", "1 things/1 a"));
  EXPECT_THAT(told(*HistoryNow(*ledger_, {.name = "things/1/parts", .limit = 2, .below = true})),
              ElementsAre("5 things/1/parts/1 deleted", "4 things/1/parts/2 d", "4 things/1/parts/2/bits/1 f"))
      << "also of a name that is none";
  EXPECT_THAT(told(*HistoryNow(*ledger_, {.name = "things/none", .below = true})), IsEmpty());
  EXPECT_THAT(told(*HistoryNow(*ledger_, {.name = "things/1", .limit = 1})), ElementsAre("4 things/1 e"));
}

TEST_P(ReadTest, ListsInNaturalOrder) {
  std::vector<Change> changes;
  for (const char* name : {"things/10", "things/9", "things/2", "things/1/parts/11", "things/1", "things/1/parts/2",
                           "things/123456789012345678901", "things/99999999999", "things/a", "things/a10", "things/a9",
                           "things/01", "other/5"}) {
    changes.push_back(Put(name, "x"));
  }
  Store(changes);
  EXPECT_THAT(Names({}), ElementsAre("other/5", "things/01", "things/1", "things/1/parts/2", "things/1/parts/11",
                                     "things/2", "things/9", "things/10", "things/99999999999",
                                     "things/123456789012345678901", "things/a", "things/a9", "things/a10"));
}

TEST_P(ReadTest, FiltersByAllTermsAndByFunction) {
  for (int i = 1; i <= 30; ++i) {
    Store({Put(absl::StrCat("things/", i), absl::StrCat(i),
               {{"two", absl::StrCat(i % 2)},
                {"three", absl::StrCat(i % 3)},
                {"two", "twice is once"},
                {"two", "twice is once"}})});
  }
  Store({Put("things/6", "6", {}), Put("others/1", "x", {{"two", "0"}, {"three", "0"}}, "test.Other")});
  EXPECT_THAT(Names({{"two", "0"}, {"three", "0"}}), ElementsAre("things/12", "things/18", "things/24", "things/30"));
  EXPECT_THAT(Names({{"three", "0"}, {"two", "0"}, {"two", "twice is once"}}),
              ElementsAre("things/12", "things/18", "things/24", "things/30"));
  EXPECT_THAT(Names({{"two", "0"}, {"three", "0"}}, {.revision = 30}),
              ElementsAre("things/6", "things/12", "things/18", "things/24", "things/30"));
  EXPECT_THAT(Names({{"two", "2"}}), IsEmpty());
  EXPECT_EQ(Names({{"two", "twice is once"}}).size(), 29u);
  // The page is full of what the function lets through, and `more` counts only that.
  ListQuery query{.kind = "test.Thing", .all_of = {{"two", "1"}}, .limit = 2};
  query.filter = [](const Version& version) { return version.payload.size() == 1 && version.payload > "3"; };
  auto page = ListNow(*ledger_, query);
  ASSERT_EQ(page->items.size(), 2u);
  EXPECT_EQ(page->items[0].name, "things/5");
  EXPECT_TRUE(page->more);
  query.after = page->items.back().name;
  page = ListNow(*ledger_, query);
  ASSERT_EQ(page->items.size(), 1u);
  EXPECT_EQ(page->items[0].name, "things/9");
  EXPECT_FALSE(page->more);
}

TEST_P(ReadTest, PagesOfOneRevisionAreOneListWhateverIsWritten) {
  constexpr int kThings = 60;
  for (int i = 1; i <= kThings; ++i) Store({Put(absl::StrCat("things/", i * 2), "old", {{"colour", "red"}})});
  const Revision revision = ledger_->head().revision;
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    for (int i = 0; !stop; ++i) {
      const int n = i % (2 * kThings) + 1;
      const std::string name = absl::StrCat("things/", n);
      CommitNow(*ledger_, Deciding([name, i](View& view) -> absl::StatusOr<Decision> {
        const bool there = (*view.Get(name)).has_value();
        if (there && i % 3 == 0) return Decision{{Delete(name)}, ""};
        return Decision{{Put(name, "new", {{"colour", i % 2 ? "red" : "blue"}})}, ""};
      })).IgnoreError();
    }
  });
  for (int round = 0; round < 5; ++round) {
    std::vector<std::string> seen;
    ListQuery query{.kind = "test.Thing", .all_of = {{"colour", "red"}}, .limit = 7, .as_of = {.revision = revision}};
    bool more = true;
    while (more) {
      auto page = ListNow(*ledger_, query);
      ASSERT_TRUE(page.ok());
      EXPECT_EQ(page->read_revision, revision);
      for (const Version& version : page->items) {
        EXPECT_EQ(version.payload, "old");
        seen.push_back(version.name);
      }
      more = page->more;
      if (more) query.after = page->items.back().name;
    }
    ASSERT_EQ(seen.size(), static_cast<size_t>(kThings));
    for (int i = 1; i <= kThings; ++i) EXPECT_EQ(seen[static_cast<size_t>(i - 1)], absl::StrCat("things/", i * 2));
  }
  stop = true;
  writer.join();
}

// What is in memory is of now alone, before a restart and after it, when it is the reads that fill the memory.
TEST_P(ReadTest, ListsAreOfTheirRevisionWhateverIsInMemory) {
  Store({Put("things/1", "old"), Put("things/2", "old")});
  Store({Put("things/1", "new"), Delete("things/2")});
  for (const bool restarted : {false, true}) {
    if (restarted) {
      ledger_.reset();
      Open();
    }
    for (int twice = 0; twice < 2; ++twice) {
      const auto before = ListNow(*ledger_, {.kind = "test.Thing", .as_of = {.revision = 1}});
      ASSERT_EQ(before->items.size(), 2u);
      for (const Version& version : before->items) EXPECT_EQ(version.payload, "old");
      EXPECT_EQ(Payload("things/1"), "new");
      EXPECT_EQ(Payload("things/2"), "none");
      const auto now = ListNow(*ledger_, {.kind = "test.Thing"});
      ASSERT_EQ(now->items.size(), 1u);
      EXPECT_EQ(now->items[0].payload, "new");
    }
    // The list has put it there.
    GetResult got;
    ASSERT_TRUE(ledger_->TryGetCached("things/1", &got));
    EXPECT_EQ(got.version->payload, "new");
  }
}

// As a caller pages: the first page is of now, and what it says it was read at binds the rest. The same moment by time
// gives the same list, whenever it is asked for.
TEST_P(ReadTest, AListBegunNowStaysAtItsMoment) {
  // All change together, so that a list of two moments shows.
  const auto generation = [](int i) {
    std::vector<Change> changes;
    for (int n = 1; n <= 40; ++n) {
      changes.push_back(Put(absl::StrCat("things/", n), absl::StrCat(i), {{"parity", absl::StrCat((n + i) % 2)}}));
    }
    return changes;
  };
  Store(generation(0));
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    for (int i = 1; !stop; ++i) {
      clock_.Advance(absl::Microseconds(1));
      CommitNow(*ledger_, Storing(generation(i))).IgnoreError();
    }
  });
  const auto pages = [&](const AsOf& as_of) {
    std::vector<std::pair<std::string, std::string>> items;
    ListQuery query{.kind = "test.Thing", .all_of = {{"parity", "1"}}, .limit = 6, .as_of = as_of};
    Head moment;
    for (bool more = true; more;) {
      const auto page = ListNow(*ledger_, query);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) break;
      for (const Version& version : page->items) {
        items.emplace_back(version.name, version.payload);
        EXPECT_EQ(version.revision, page->read_revision) << version.name;
      }
      moment = {page->read_revision, page->read_time};
      query.as_of = {.revision = page->read_revision};
      if (!page->items.empty()) query.after = page->items.back().name;
      more = page->more;
    }
    return std::pair(items, moment);
  };
  for (int round = 0; round < 20; ++round) {
    const auto [items, moment] = pages({});
    ASSERT_EQ(items.size(), 20u);
    for (const auto& [name, payload] : items) EXPECT_EQ(payload, items[0].second) << name;
    EXPECT_EQ(pages({.revision = moment.revision}).first, items);
    const auto by_time = pages({.time = moment.recorded_time});
    if (by_time.second.revision == moment.revision) {
      EXPECT_EQ(by_time.first, items);
    }
    EXPECT_GE(by_time.second.revision, moment.revision);
    EXPECT_EQ(by_time.second.recorded_time, moment.recorded_time);
    EXPECT_EQ(pages({.time = moment.recorded_time}).first, by_time.first);
  }
  stop = true;
  writer.join();
}

TEST_P(ReadTest, LimitsAreKept) {
  std::vector<Change> changes;
  for (int i = 1; i <= 1005; ++i) changes.push_back(Put(absl::StrCat("things/", i), ""));
  Store(changes);
  EXPECT_EQ(ListNow(*ledger_, {.kind = "test.Thing", .limit = 5000})->items.size(), 1000u);
  EXPECT_EQ(ListNow(*ledger_, {.kind = "test.Thing", .limit = 0})->items.size(), 1u);
  auto exact = ListNow(*ledger_, {.kind = "test.Thing", .after = "things/5", .limit = 1000});
  EXPECT_EQ(exact->items.size(), 1000u);
  EXPECT_FALSE(exact->more);
}

TEST_P(ReadTest, TheCacheAnswersWhatWasWrittenAndForgetsWhenFull) {
  Store({Put("things/1", "a")});
  GetResult cached;
  ASSERT_TRUE(ledger_->TryGetCached("things/1", &cached));
  EXPECT_EQ(cached.version->payload, "a");
  EXPECT_EQ(cached.read_revision, 1);
  EXPECT_EQ(cached.read_time, clock_.Now());
  Store({Delete("things/1", "a")});
  ASSERT_TRUE(ledger_->TryGetCached("things/1", &cached));
  EXPECT_FALSE(cached.version);
  EXPECT_FALSE(ledger_->TryGetCached("things/none", &cached));

  Store({Put("things/2", "b")});
  Open();
  EXPECT_FALSE(ledger_->TryGetCached("things/2", &cached));
  EXPECT_EQ(Payload("things/2"), "b");
  EXPECT_TRUE(ledger_->TryGetCached("things/2", &cached));

  options_.cache_bytes = 200'000;
  Open();
  for (int i = 0; i < 500; ++i) Store({Put(absl::StrCat("big/", i), std::string(1000, 'x'))});
  int kept = 0;
  for (int i = 0; i < 500; ++i) {
    kept += ledger_->TryGetCached(absl::StrCat("big/", i), &cached) ? 1 : 0;
    EXPECT_EQ(Payload(absl::StrCat("big/", i)).size(), 1000u);
  }
  EXPECT_LT(kept, 200);
  // Too big for the cache: the old version must not stay in it.
  Store({Put("things/3", "small")});
  Store({Put("things/3", std::string(300'000, 'x'))});
  EXPECT_EQ(Payload("things/3").size(), 300'000u);
}

TEST_P(ReadTest, ReadersSeeWholeTransactions) {
  Store({Put("things/1", "0"), Put("things/2", "0")});
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    for (int i = 1; !stop; ++i) {
      CommitNow(*ledger_, Storing({Put("things/1", absl::StrCat(i)), Put("things/2", absl::StrCat(i))})).IgnoreError();
    }
  });
  Revision last = 0;
  for (int i = 0; i < 300; ++i) {
    const auto list = ListNow(*ledger_, {.kind = "test.Thing"});
    ASSERT_TRUE(list.ok());
    ASSERT_EQ(list->items.size(), 2u);
    EXPECT_EQ(list->items[0].payload, list->items[1].payload);
    EXPECT_GE(list->read_revision, last);
    const auto one = GetNow(*ledger_, "things/1");
    const auto two = GetNow(*ledger_, "things/2");
    EXPECT_GE(one->read_revision, list->read_revision);
    EXPECT_GE(std::stoi(two->version->payload), std::stoi(one->version->payload));
    last = two->read_revision;
  }
  stop = true;
  writer.join();
}

TEST_P(ReadTest, WaitsForARevision) {
  Awaited<Head> at_once, later, too_late, drained;
  ledger_->WaitFor(0, absl::InfinitePast(), at_once.callback());
  EXPECT_TRUE(at_once.done());
  ledger_->WaitFor(1, absl::InfiniteFuture(), later.callback());
  ledger_->WaitFor(2, absl::Now() + absl::Milliseconds(20), too_late.callback());
  EXPECT_FALSE(later.done());
  Store({Put("things/1", "a")});
  const auto head = later.Take();
  ASSERT_TRUE(head.ok());
  EXPECT_EQ(head->revision, 1);
  EXPECT_EQ(head->recorded_time, clock_.Now());
  const absl::Status late = too_late.Take().status();
  EXPECT_EQ(late.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(ReasonOf(late), "DEADLINE_EXCEEDED");
  ledger_->WaitFor(5, absl::InfiniteFuture(), drained.callback());
  ledger_->Shutdown();
  EXPECT_EQ(ReasonOf(drained.Take().status()), "DRAINING");
}

INSTANTIATE_TEST_SUITE_P(Engines, ReadTest, ::testing::ValuesIn(Engines()), EngineName);

}  // namespace
}  // namespace oversight::ledger
