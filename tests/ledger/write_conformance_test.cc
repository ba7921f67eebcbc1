// What a commit promises, on every engine.
#include <atomic>
#include <mutex>
#include <set>
#include <thread>

#include "common/ledger/hashing.h"
#include "tests/ledger/ledger_fixture.h"

namespace oversight::ledger {
namespace {

using namespace oversight::testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

using WriteTest = LedgerTest;

TEST_P(WriteTest, StoresAllChangesOfATransactionOrNone) {
  const Committed committed =
      Store({Put("things/1", "a"), Put("things/2", "b"), Put("others/1", "c", {}, "test.Other")});
  EXPECT_EQ(committed.revision, 1);
  EXPECT_EQ(committed.recorded_time, clock_.Now());
  for (const auto& [name, payload] : {std::pair("things/1", "a"), {"things/2", "b"}, {"others/1", "c"}}) {
    EXPECT_EQ(Payload(name), payload);
  }
  // The third change is a fault, so the first two do not happen either.
  auto refused = CommitNow(*ledger_, Storing({Put("things/1", "a2"), Put("things/3", "d"), Delete("things/none")}));
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kInternal);
  EXPECT_EQ(ReasonOf(refused.status()), "INTERNAL");
  EXPECT_EQ(Payload("things/1"), "a");
  EXPECT_EQ(Payload("things/3"), "none");
  EXPECT_EQ(ledger_->head().revision, 1);
}

TEST_P(WriteTest, RevisionsAreDenseAlsoAcrossRefusals) {
  for (int i = 1; i <= 5; ++i) {
    EXPECT_EQ(Store({Put("things/1", absl::StrCat(i))}).revision, i);
    EXPECT_FALSE(CommitNow(*ledger_, Deciding([](View&) { return absl::NotFoundError("no"); })).ok());
    EXPECT_FALSE(CommitNow(*ledger_, Storing({Delete("things/none")})).ok());
  }
}

TEST_P(WriteTest, StampsVersions) {
  const absl::Time first = clock_.Now();
  Store({Put("things/1", "a")});
  clock_.Advance(absl::Seconds(5));
  Store({Put("things/2", "x")});
  clock_.Advance(absl::Seconds(5));
  Store({Put("things/1", "b")});
  const Version version = *GetNow(*ledger_, "things/1")->version;
  EXPECT_EQ(version.kind, "test.Thing");
  EXPECT_EQ(version.create_revision, 1);
  EXPECT_EQ(version.revision, 3);
  EXPECT_EQ(version.version, 2);
  EXPECT_EQ(version.create_time, first);
  EXPECT_EQ(version.update_time, first + absl::Seconds(10));
}

TEST_P(WriteTest, DeletedThingsAreGoneAndMayBeMadeAnew) {
  Store({Put("things/1", "a", {{"colour", "red"}})});
  Store({Delete("things/1", "a")});
  EXPECT_EQ(Payload("things/1"), "none");
  EXPECT_THAT(Names({}), IsEmpty());
  Store({Put("things/1", "b", {{"colour", "red"}})});
  const Version version = *GetNow(*ledger_, "things/1")->version;
  EXPECT_EQ(version.create_revision, 3);
  EXPECT_EQ(version.version, 1);
  EXPECT_THAT(Names({{"colour", "red"}}), ElementsAre("things/1"));
  EXPECT_THAT(Names({{"colour", "red"}}, {.revision = 1}), ElementsAre("things/1"));
  EXPECT_THAT(Names({{"colour", "red"}}, {.revision = 2}), IsEmpty());
}

TEST_P(WriteTest, RefusesWhatCannotBeStored) {
  Store({Put("things/1", "a")});
  const std::string long_text(513, 'x');
  Command no_actor = Storing({Put("things/2", "b")});
  no_actor.audit.actor.clear();
  EXPECT_EQ(CommitNow(*ledger_, no_actor).status().code(), absl::StatusCode::kInternal);
  for (const std::vector<Change>& changes :
       std::vector<std::vector<Change>>{{Put("", "b")},
                                        {Put(long_text, "b")},
                                        {Put("things/2", "b", {}, "")},
                                        {Put("things/2", "b", {{"", "x"}})},
                                        {Put("things/2", "b", {{long_text, "x"}})},
                                        {Put("things/2", "b", {{"x", long_text}})},
                                        {Put("things/2", "b"), Put("things/2", "c")},
                                        {Put("things/1", "b", {}, "test.Other")}}) {
    EXPECT_EQ(CommitNow(*ledger_, Storing(changes)).status().code(), absl::StatusCode::kInternal);
  }
  EXPECT_EQ(ledger_->head().revision, 1);
}

TEST_P(WriteTest, KeepsAnyBytes) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  Store({Put("things/1", bytes, {{"text", std::string("a\0b", 3)}})});
  ledger_.reset();
  Open();
  EXPECT_EQ(Payload("things/1"), bytes);
  EXPECT_THAT(Names({{"text", std::string("a\0b", 3)}}), ElementsAre("things/1"));
  EXPECT_THAT(Names({{"text", "a"}}), IsEmpty());
}

TEST_P(WriteTest, DecideSeesEarlierCommandsOfItsBatch) {
  Hold hold(*ledger_);
  std::vector<Awaited<Committed>> done(10);
  for (auto& one : done) {
    ledger_->Commit(Deciding([](View& view) -> absl::StatusOr<Decision> {
                      const int64_t number = *view.LastNumber("things/") + 1;
                      const auto counter = *view.Get("counter");
                      const size_t listed = (*view.List("test.Thing", {"colour", "red"}, 100)).size();
                      const int64_t count = counter ? counter->version + 1 : 1;
                      if (count != number || static_cast<size_t>(number) != listed + 1)
                        return absl::InternalError("stale");
                      return Decision{{Put(absl::StrCat("things/", number), "x", {{"colour", "red"}}),
                                       Put("counter", "x", {}, "test.Counter")},
                                      absl::StrCat(number)};
                    }),
                    one.callback());
  }
  hold.Release();
  for (size_t i = 0; i < done.size(); ++i) {
    auto committed = done[i].Take();
    ASSERT_TRUE(committed.ok()) << committed.status();
    EXPECT_EQ(committed->response, absl::StrCat(i + 1));
    EXPECT_EQ(committed->revision, static_cast<Revision>(i + 1));
  }
  // They were one batch with the command that held the writer.
  EXPECT_EQ(ledger_->stats().batches.load(), 1);
  EXPECT_EQ(ledger_->stats().commits.load(), 10);
  EXPECT_EQ(ledger_->stats().changes.load(), 20);
}

TEST_P(WriteTest, ARefusalDoesNotHurtItsBatch) {
  Hold hold(*ledger_);
  std::vector<Awaited<Committed>> done(5);
  ledger_->Commit(Storing({Put("things/1", "a")}), done[0].callback());
  ledger_->Commit(Deciding([](View&) { return NotFound("Thing", "things/7"); }), done[1].callback());
  ledger_->Commit(Storing({Put("things/2", "b"), Delete("things/none")}), done[2].callback());
  ledger_->Commit(Deciding([](View& view) -> absl::StatusOr<Decision> {
                    if ((*view.Get("things/2")).has_value()) return absl::InternalError("saw what was rolled back");
                    return Decision{{Put("things/3", "c")}, ""};
                  }),
                  done[3].callback());
  ledger_->Commit(Storing({Put("things/2", "late")}), done[4].callback());
  hold.Release();
  EXPECT_EQ(done[0].Take()->revision, 1);
  EXPECT_EQ(ReasonOf(done[1].Take().status()), "RESOURCE_NOT_FOUND");
  EXPECT_EQ(done[2].Take().status().code(), absl::StatusCode::kInternal);
  EXPECT_EQ(done[3].Take()->revision, 2);
  EXPECT_EQ(done[4].Take()->revision, 3);
  EXPECT_EQ(Payload("things/2"), "late");
}

TEST_P(WriteTest, NumbersAreNeverReused) {
  const auto last = [&](const std::string& prefix) {
    int64_t number = -1;
    CommitNow(*ledger_, Deciding([&](View& view) -> absl::StatusOr<Decision> {
      auto found = view.LastNumber(prefix);
      if (!found.ok()) return found.status();
      number = *found;
      return Decision{};
    })).IgnoreError();
    return number;
  };
  EXPECT_EQ(last("things/"), 0);
  Store({Put("things/2", ""), Put("things/10", ""), Put("things/10/parts/99", ""), Put("things/x", ""),
         Put("things/007", "")});
  EXPECT_EQ(last("things/"), 10);
  EXPECT_EQ(last("things/10/parts/"), 99);
  EXPECT_EQ(last("thing"), 0);
  Store({Delete("things/10")});
  EXPECT_EQ(last("things/"), 10);
  EXPECT_EQ(last("things/1"), -1);  // a prefix that ends in a digit is a fault
  Open();
  EXPECT_EQ(last("things/"), 10);
}

TEST_P(WriteTest, ConcurrentWritersLoseNoUpdate) {
  constexpr int kThreads = 8, kEach = 50;
  std::vector<std::thread> threads;
  std::atomic<int> failed{0};
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kEach; ++i) {
        auto result = CommitNow(*ledger_, Deciding([](View& view) -> absl::StatusOr<Decision> {
          const auto counter = *view.Get("counter");
          const int value = counter ? std::stoi(counter->payload) : 0;
          return Decision{{Put("counter", std::to_string(value + 1))}, ""};
        }));
        if (!result.ok()) ++failed;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(failed.load(), 0);
  EXPECT_EQ(Payload("counter"), std::to_string(kThreads * kEach));
  EXPECT_EQ(ledger_->head().revision, kThreads * kEach);
}

// A write on the condition that the resource is still at `etag`, as services do it: 0 for "there is none".
Command PutIfAt(Revision etag, const std::string& name, const std::string& payload,
                const std::string& request_id = "") {
  return Deciding(
      [=](View& view) -> absl::StatusOr<Decision> {
        const auto found = view.Get(name);
        if (!found.ok()) return found.status();
        const Revision at = *found ? (*found)->revision : 0;
        if (at != etag) return EtagMismatch(name, absl::StrCat(at));
        return Decision{{Put(name, payload)}, ""};
      },
      request_id);
}

TEST_P(WriteTest, AnEtagIsHeldAgainstTheStateAtTheCommit) {
  EXPECT_EQ(CommitNow(*ledger_, PutIfAt(0, "things/1", "a"))->revision, 1);
  Store({Put("things/2", "other")});
  const absl::Status stale = CommitNow(*ledger_, PutIfAt(0, "things/1", "b")).status();
  EXPECT_EQ(stale.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(ReasonOf(stale), "ETAG_MISMATCH");
  EXPECT_EQ(CommitNow(*ledger_, PutIfAt(1, "things/1", "b"))->revision, 3);
  // In one batch the first wins, and later ones are held against what it left.
  Hold hold(*ledger_);
  std::vector<Awaited<Committed>> done(4);
  ledger_->Commit(PutIfAt(3, "things/1", "c"), done[0].callback());
  ledger_->Commit(PutIfAt(3, "things/1", "d"), done[1].callback());
  ledger_->Commit(PutIfAt(4, "things/1", "e"), done[2].callback());
  ledger_->Commit(PutIfAt(2, "things/2", "f"), done[3].callback());
  hold.Release();
  EXPECT_EQ(done[0].Take()->revision, 4);
  EXPECT_EQ(ReasonOf(done[1].Take().status()), "ETAG_MISMATCH");
  EXPECT_EQ(done[2].Take()->revision, 5);
  EXPECT_EQ(done[3].Take()->revision, 6);
  // A deleted resource has no etag any more, and its successor another.
  Store({Delete("things/1")});
  EXPECT_EQ(ReasonOf(CommitNow(*ledger_, PutIfAt(5, "things/1", "g")).status()), "ETAG_MISMATCH");
  EXPECT_EQ(CommitNow(*ledger_, PutIfAt(0, "things/1", "g"))->revision, 8);
  EXPECT_EQ(ReasonOf(CommitNow(*ledger_, PutIfAt(5, "things/1", "h")).status()), "ETAG_MISMATCH");
  // It is the same after a restart, and a repeated request is answered before its etag is looked at.
  EXPECT_EQ(CommitNow(*ledger_, PutIfAt(8, "things/1", "i", "request-1"))->revision, 9);
  Open();
  const auto again = CommitNow(*ledger_, PutIfAt(8, "things/1", "i", "request-1"));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(again->replayed);
  EXPECT_EQ(ReasonOf(CommitNow(*ledger_, PutIfAt(8, "things/1", "j")).status()), "ETAG_MISMATCH");
}

TEST_P(WriteTest, OfConcurrentWritersWithOneEtagOneWins) {
  constexpr int kThreads = 6, kRounds = 25;
  Revision etag = 0;
  for (int round = 0; round < kRounds; ++round) {
    std::vector<std::thread> threads;
    std::atomic<int> refused{0};
    std::atomic<Revision> won{0};
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        const auto result = CommitNow(*ledger_, PutIfAt(etag, "things/1", absl::StrCat(t)));
        if (result.ok()) {
          EXPECT_EQ(won.exchange(result->revision), 0) << "two won";
          EXPECT_EQ(Payload("things/1", {.revision = result->revision}), absl::StrCat(t));
        } else {
          EXPECT_EQ(ReasonOf(result.status()), "ETAG_MISMATCH");
          ++refused;
        }
      });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(refused.load(), kThreads - 1);
    etag = won;
  }
  EXPECT_EQ(ledger_->head().revision, kRounds);
}

TEST_P(WriteTest, AReplyIsVisibleToEveryLaterRead) {
  constexpr int kThreads = 4, kEach = 50;
  std::vector<std::thread> threads;
  std::atomic<int> stale{0};
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      const std::string name = absl::StrCat("things/", t);
      for (int i = 0; i < kEach; ++i) {
        const std::string payload = absl::StrCat(i);
        const auto committed = CommitNow(*ledger_, Storing({Put(name, payload)}));
        GetResult cached;
        if (!committed.ok() || ledger_->head().revision < committed->revision) ++stale;
        if (ledger_->TryGetCached(name, &cached) && cached.version->payload != payload) ++stale;
        const auto got = GetNow(*ledger_, name);
        if (!got.ok() || got->version->payload != payload || got->read_revision < committed->revision) ++stale;
        if (GetNow(*ledger_, name, {.revision = committed->revision})->version->payload != payload) ++stale;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(stale.load(), 0);
}

TEST_P(WriteTest, ReplaysARequest) {
  const Committed first = Store({Put("things/1", "a")}, "request-1");
  EXPECT_FALSE(first.replayed);
  clock_.Advance(absl::Hours(1));
  Store({Put("things/1", "b")}, "request-2");
  for (int opened = 0; opened < 2; ++opened) {
    const Committed again = Store({Put("things/1", "a")}, "request-1");
    EXPECT_TRUE(again.replayed);
    EXPECT_EQ(again.revision, first.revision);
    EXPECT_EQ(again.recorded_time, first.recorded_time);
    EXPECT_EQ(again.response, first.response);
    EXPECT_EQ(Payload("things/1"), "b");
    EXPECT_EQ(ledger_->head().revision, 2);
    Open();
  }
}

TEST_P(WriteTest, RefusesARequestIdUsedForAnotherRequest) {
  Store({Put("things/1", "a")}, "request-1");
  Command other_body = Storing({Put("things/1", "b")}, "request-1");
  other_body.request_hash = "another hash";
  Command other_method = Storing({Put("things/1", "b")}, "request-1");
  other_method.method = "/test.Test/Other";
  for (const Command& command : {other_body, other_method}) {
    const absl::Status status = CommitNow(*ledger_, command).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(ReasonOf(status), "REQUEST_ID_REUSED");
    EXPECT_EQ(ErrorMetadata(status, "request_id"), "request-1");
  }
  // Another principal's ids are its own.
  Command other_actor = Storing({Put("things/1", "c")}, "request-1");
  other_actor.audit.actor = "principals/other";
  EXPECT_EQ(CommitNow(*ledger_, other_actor)->revision, 2);
  EXPECT_EQ(Payload("things/1"), "c");
}

TEST_P(WriteTest, DuplicatesInOneBatchCommitOnce) {
  Hold hold(*ledger_);
  std::vector<Awaited<Committed>> done(3);
  for (auto& one : done) ledger_->Commit(Storing({Put("things/1", "a")}, "request-1"), one.callback());
  hold.Release();
  int replayed = 0;
  for (auto& one : done) {
    auto committed = one.Take();
    ASSERT_TRUE(committed.ok());
    EXPECT_EQ(committed->revision, 1);
    replayed += committed->replayed ? 1 : 0;
  }
  EXPECT_EQ(replayed, 2);
  EXPECT_EQ(ledger_->head().revision, 1);
  EXPECT_EQ(ledger_->stats().replays.load(), 2);
}

TEST_P(WriteTest, ConcurrentDuplicatesCommitOnce) {
  constexpr int kThreads = 8, kRequests = 20;
  std::vector<std::thread> threads;
  std::atomic<int> first{0}, replayed{0};
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kRequests; ++i) {
        auto result = CommitNow(*ledger_, Storing({Put(absl::StrCat("things/", i), "x")}, absl::StrCat("request-", i)));
        if (result.ok()) ++(result->replayed ? replayed : first);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(first.load(), kRequests);
  EXPECT_EQ(replayed.load(), kRequests * (kThreads - 1));
  EXPECT_EQ(ledger_->head().revision, kRequests);
}

TEST_P(WriteTest, OfConcurrentRequestsWithOneIdTheFirstDecidesWhatItMeans) {
  constexpr int kThreads = 6, kRequests = 20;
  for (int i = 0; i < kRequests; ++i) {
    const std::string name = absl::StrCat("things/", i), id = absl::StrCat("request-", i);
    std::vector<std::thread> threads;
    std::mutex mu;
    std::set<std::string> answers;
    int answered = 0, refused = 0;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        // Two bodies under one id.
        const std::string body = t % 2 == 0 ? "even" : "odd";
        Command command = Storing({Put(name, body)}, id, body);
        command.request_hash = body;
        const auto result = CommitNow(*ledger_, command);
        std::lock_guard lock(mu);
        if (result.ok()) {
          answers.insert(result->response);
          ++answered;
        } else {
          EXPECT_EQ(ReasonOf(result.status()), "REQUEST_ID_REUSED");
          ++refused;
        }
      });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(answered, kThreads / 2);
    EXPECT_EQ(refused, kThreads / 2);
    EXPECT_THAT(answers, ElementsAre(Payload(name)));
  }
  EXPECT_EQ(ledger_->head().revision, kRequests);
}

TEST_P(WriteTest, ARefusedRequestMayBeTriedAgain) {
  EXPECT_FALSE(CommitNow(*ledger_, Deciding([](View&) { return absl::NotFoundError("not yet"); }, "request-1")).ok());
  EXPECT_FALSE(Store({Put("things/1", "a")}, "request-1").replayed);
}

TEST_P(WriteTest, ADecisionWithoutChangesStoresNoTransactionButIsRemembered) {
  const auto nothing = [] {
    return Deciding([](View&) -> absl::StatusOr<Decision> { return Decision{{}, "as it is"}; }, "request-1");
  };
  auto first = CommitNow(*ledger_, nothing());
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(first->revision, 0);
  EXPECT_EQ(first->recorded_time, absl::InfinitePast());
  EXPECT_FALSE(first->replayed);
  Store({Put("things/1", "a")});
  Open();
  auto again = CommitNow(*ledger_, nothing());
  ASSERT_TRUE(again.ok());
  EXPECT_TRUE(again->replayed);
  EXPECT_EQ(again->revision, 0);
  EXPECT_EQ(again->recorded_time, absl::InfinitePast());
  EXPECT_EQ(again->response, "as it is");
  // Beside real changes in one batch it stands at the revision it saw.
  Hold hold(*ledger_);
  Awaited<Committed> stored, empty;
  ledger_->Commit(Storing({Put("things/2", "b")}), stored.callback());
  ledger_->Commit(Storing({}, "request-2"), empty.callback());
  hold.Release();
  EXPECT_EQ(stored.Take()->revision, 2);
  EXPECT_EQ(empty.Take()->revision, 2);
  EXPECT_EQ(ledger_->head().revision, 2);
}

TEST_P(WriteTest, RecordedTimeNeverGoesBack) {
  const absl::Time start = clock_.Now();
  Store({Put("things/1", "a")});
  clock_.Set(start - absl::Hours(1));
  EXPECT_EQ(Store({Put("things/1", "b")}).recorded_time, start);
  Open();
  EXPECT_EQ(Store({Put("things/1", "c")}).recorded_time, start);
  clock_.Set(start + absl::Seconds(1));
  EXPECT_EQ(Store({Put("things/1", "d")}).recorded_time, start + absl::Seconds(1));
}

TEST_P(WriteTest, RestartKeepsEverythingAndGoesOn) {
  const std::string id = ledger_->store_id();
  EXPECT_EQ(id.size(), 32u);
  for (int i = 1; i <= 20; ++i)
    Store({Put(absl::StrCat("things/", i), absl::StrCat(i), {{"odd", i % 2 ? "yes" : "no"}})});
  const Head head = ledger_->head();
  Open();
  EXPECT_EQ(ledger_->store_id(), id);
  EXPECT_EQ(ledger_->head().revision, head.revision);
  EXPECT_EQ(ledger_->head().recorded_time, head.recorded_time);
  EXPECT_EQ(Payload("things/13"), "13");
  EXPECT_EQ(Names({{"odd", "yes"}}).size(), 10u);
  EXPECT_EQ(Store({Put("things/21", "21")}).revision, 21);
}

TEST_P(WriteTest, ASecondOpenerIsRefusedUnlessTheStoreIsShared) {
  auto second = TryOpen();
  if (store_->shared()) {
    ASSERT_TRUE(second.ok()) << second.status();
    EXPECT_EQ((*second)->store_id(), ledger_->store_id());
    return;
  }
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(second.status().message()), ::testing::HasSubstr("Another process has this store open"));
  EXPECT_EQ(Store({Put("things/1", "a")}).revision, 1);
  ledger_.reset();
  EXPECT_TRUE(TryOpen().ok());
}

TEST_P(WriteTest, ANewerSchemaIsRefusedAndLeftAlone) {
  Store({Put("things/1", "a")});
  ledger_.reset();
  store_->PretendNewerSchema();
  auto opened = TryOpen();
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(opened.status().message()), ::testing::HasSubstr("newer version"));
}

TEST_P(WriteTest, LeafHashesCoverTheTransaction) {
  Store({Put("things/1", "payload", {{"b", "2"}, {"a", "1"}}), Put("things/2", "")});
  Open();
  auto watcher = *ledger_->Watch(0);
  const auto seen = NextNow(*watcher);
  ASSERT_TRUE(seen.ok());
  const Transaction& transaction = *seen->front();
  const std::string hash_1 = Sha256("payload"), hash_2 = Sha256("");
  const std::string terms_1 = EncodeTerms({{"a", "1"}, {"b", "2"}}), terms_2 = EncodeTerms({});
  EXPECT_EQ(transaction.leaf_hash, LeafHash(1, absl::ToUnixMicros(clock_.Now()), Storing({}).audit,
                                            {{Change::Operation::kPut, "things/1", "test.Thing", hash_1, terms_1},
                                             {Change::Operation::kPut, "things/2", "test.Thing", hash_2, terms_2}}));
}

TEST_P(WriteTest, ShutdownFinishesWhatIsQueued) {
  std::vector<Awaited<Committed>> done(50);
  for (size_t i = 0; i < done.size(); ++i) {
    ledger_->Commit(Storing({Put(absl::StrCat("things/", i), "x")}), done[i].callback());
  }
  ledger_->Shutdown();
  for (auto& one : done) EXPECT_TRUE(one.done() && one.Take().ok());
  EXPECT_EQ(ReasonOf(CommitNow(*ledger_, Storing({Put("things/1", "y")})).status()), "DRAINING");
  EXPECT_EQ(ReasonOf(GetNow(*ledger_, "things/none").status()), "DRAINING");
  ledger_->Shutdown();
  Open();
  EXPECT_EQ(ledger_->head().revision, 50);
}

INSTANTIATE_TEST_SUITE_P(Engines, WriteTest, ::testing::ValuesIn(Engines()), EngineName);

}  // namespace
}  // namespace oversight::ledger
