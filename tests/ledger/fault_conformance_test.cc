// What holds when the store fails, callers give up or too much is asked, on every engine.
#include <thread>

#include "absl/time/clock.h"
#include "tests/ledger/ledger_fixture.h"
#include "tests/support/watch_validators.h"

namespace oversight::ledger {
namespace {

using namespace oversight::testing;

class FaultTest : public LedgerTest {
 protected:
  // Waits for the ledger to heal by itself, without a write.
  bool Heals() {
    const absl::Time end = absl::Now() + absl::FromChrono(kPatience);
    while (!ledger_->health().ok() && absl::Now() < end) std::this_thread::yield();
    return ledger_->health().ok();
  }
};

TEST_P(FaultTest, AFailedCommitFailsItsWholeBatchAndTheNextWriteHeals) {
  Store({Put("things/1", "before")});
  EXPECT_TRUE(ledger_->health().ok());
  Hold hold(*ledger_);
  std::vector<Awaited<Committed>> done(3);
  ledger_->Commit(Storing({Put("things/1", "lost")}, "request-1"), done[0].callback());
  ledger_->Commit(Storing({Put("things/2", "lost")}), done[1].callback());
  // Its refusal may rest on what was lost, so it is not passed on either.
  ledger_->Commit(Deciding([](View& view) -> absl::StatusOr<Decision> {
                    return (*view.Get("things/2")).has_value() ? absl::AlreadyExistsError("there")
                                                               : absl::NotFoundError("");
                  }),
                  done[2].callback());
  faults_->commit_lost = 1;
  hold.Release();
  EXPECT_EQ(ReasonOf(hold.Take().status()), "STORE_UNAVAILABLE");
  for (auto& one : done) {
    const absl::Status status = one.Take().status();
    EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
    EXPECT_EQ(ReasonOf(status), "STORE_UNAVAILABLE");
  }
  EXPECT_EQ(Payload("things/1"), "before");
  EXPECT_EQ(ledger_->head().revision, 1);
  const Committed retried = Store({Put("things/1", "lost")}, "request-1");
  EXPECT_FALSE(retried.replayed);
  EXPECT_EQ(retried.revision, 2);
  EXPECT_TRUE(ledger_->health().ok());
}

TEST_P(FaultTest, HealthTurnsBadAndHealsByItself) {
  faults_->commit_full = 1;
  const absl::Status status = CommitNow(*ledger_, Storing({Put("things/1", "a")})).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ReasonOf(status), "STORE_FULL");
  EXPECT_EQ(ReasonOf(ledger_->health()), "STORE_FULL");
  EXPECT_TRUE(Heals());
  EXPECT_EQ(ledger_->head().revision, 0);
  EXPECT_EQ(Store({Put("things/1", "a")}).revision, 1);
}

TEST_P(FaultTest, HealthStaysBadWhileTheStoreDoes) {
  faults_->commit_lost = 1000;
  EXPECT_FALSE(CommitNow(*ledger_, Storing({Put("things/1", "a")})).ok());
  // The probe failed at least once more.
  const absl::Time end = absl::Now() + absl::FromChrono(kPatience);
  while (faults_->commit_lost > 998 && absl::Now() < end) std::this_thread::yield();
  EXPECT_LT(faults_->commit_lost, 999);
  EXPECT_FALSE(ledger_->health().ok());
  faults_->commit_lost = 0;
  EXPECT_TRUE(Heals());
}

TEST_P(FaultTest, HealthTurnsBadWhileAWriteHangsAndGoodWhenItEnds) {
  options_.patience = absl::Milliseconds(50);
  Open();
  Store({Put("things/1", "a")});
  EXPECT_TRUE(ledger_->health().ok());
  Hold hold(*ledger_, Decision{{Put("things/1", "b")}, ""});
  EXPECT_TRUE(Eventually([&] { return !ledger_->health().ok(); }));
  EXPECT_EQ(ReasonOf(ledger_->health()), "STORE_UNAVAILABLE");
  EXPECT_EQ(Payload("things/1"), "a") << "reads go on";
  hold.Release();
  EXPECT_TRUE(hold.Take().ok());
  EXPECT_TRUE(Heals());
  EXPECT_EQ(Payload("things/1"), "b");
}

TEST_P(FaultTest, AWriterThatCannotBeReopenedFailsWritesUntilItCan) {
  faults_->append_lost = 1;
  faults_->open_writer_lost = 1;
  EXPECT_EQ(ReasonOf(CommitNow(*ledger_, Storing({Put("things/1", "a")})).status()), "STORE_UNAVAILABLE");
  EXPECT_EQ(ReasonOf(CommitNow(*ledger_, Storing({Put("things/1", "a")})).status()), "STORE_UNAVAILABLE");
  EXPECT_EQ(Store({Put("things/1", "a")}).revision, 1);
}

TEST_P(FaultTest, AStoreThatFailsInsideDecideIsNotTakenForADecision) {
  faults_->view_lost = 1;
  // The function swallows the error and would store nonsense.
  auto result = CommitNow(*ledger_, Deciding([](View& view) -> absl::StatusOr<Decision> {
    if (!view.Get("things/1").ok()) return Decision{{Put("things/1", "nonsense")}, ""};
    return Decision{};
  }));
  EXPECT_EQ(ReasonOf(result.status()), "STORE_UNAVAILABLE");
  EXPECT_EQ(Payload("things/1"), "none");
}

TEST_P(FaultTest, ACommitWhoseAnswerWasLostIsFoundAgain) {
  auto watcher = *ledger_->Watch(0);
  faults_->commit_stored_unknown = 1;
  EXPECT_EQ(ReasonOf(CommitNow(*ledger_, Storing({Put("things/1", "a")}, "request-1")).status()), "STORE_UNAVAILABLE");
  const Committed retried = Store({Put("things/1", "a")}, "request-1");
  EXPECT_TRUE(retried.replayed);
  EXPECT_EQ(retried.revision, 1);
  EXPECT_EQ(Payload("things/1"), "a");
  EXPECT_EQ(ledger_->head().revision, 1);
  EXPECT_EQ(Store({Put("things/1", "b")}).revision, 2);
  const auto seen = DeliveriesOf(*DrainTo(*watcher, 2));
  EXPECT_EQ(seen.size(), 2u);
  EXPECT_TRUE(KeepsWatchPromises(seen, 0, DeliveriesOf(*DrainTo(**ledger_->Watch(0), 2))));
}

TEST_P(FaultTest, WhatIsStoredButNotPublishedIsNotToldYet) {
  Store({Put("things/1", "a")});
  Store({Put("things/1", "b")});
  Open();  // the window is empty now: a watcher from the start is served from the log
  faults_->commit_stored_unknown = 1;
  EXPECT_FALSE(CommitNow(*ledger_, Storing({Put("things/1", "c")})).ok());
  // Revision 3 is in the store; nobody may see it before head() does.
  const auto seen = NextNow(**ledger_->Watch(0));
  ASSERT_TRUE(seen.ok());
  EXPECT_LE(seen->back()->revision, ledger_->head().revision);
  const auto history = HistoryNow(*ledger_, {.name = "things/1"});
  ASSERT_TRUE(history.ok());
  EXPECT_LE(history->entries[0].version.revision, history->read_revision);
  const auto got = GetNow(*ledger_, "things/1");
  EXPECT_EQ(got->version->revision, got->read_revision);
  EXPECT_EQ(Store({Put("things/1", "d")}).revision, 4);
}

TEST_P(FaultTest, AConflictIsTriedAgainAndInTheEndTold) {
  faults_->commit_aborted = 2;
  EXPECT_EQ(Store({Put("things/1", "a")}).revision, 1);
  EXPECT_EQ(ledger_->stats().conflicts.load(), 2);
  faults_->commit_aborted = 1000;
  const absl::Status status = CommitNow(*ledger_, Storing({Put("things/1", "b")})).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(ReasonOf(status), "CONFLICT");
  EXPECT_TRUE(ledger_->health().ok());
  faults_->commit_aborted = 0;
  EXPECT_EQ(Store({Put("things/1", "b")}).revision, 2);
}

TEST_P(FaultTest, AReaderThatFailsIsReplaced) {
  Store({Put("things/1", "a")});
  Open();
  faults_->reads_lost = 1;
  EXPECT_EQ(ReasonOf(GetNow(*ledger_, "things/1").status()), "STORE_UNAVAILABLE");
  EXPECT_EQ(Payload("things/1"), "a");
}

TEST_P(FaultTest, WhenTheStoreCannotBeReachedAllReadsThatWaitAreToldAtOnce) {
  options_.reader_threads = 1;
  Open();
  Store({Put("things/1", "a")});
  // A filter that waits holds the only reader.
  std::promise<void> entered, go;
  ListQuery slow{.kind = "test.Thing", .limit = 1};
  slow.filter = [&](const Version&) {
    entered.set_value();
    go.get_future().wait();
    return true;
  };
  Awaited<ListResult> held;
  ledger_->List(slow, held.callback());
  entered.get_future().wait();
  std::vector<Awaited<GetResult>> reads(5);
  for (auto& one : reads) ledger_->Get("things/none", {}, one.callback());
  // The first finds that the connection is gone, the second that there is no other. Nobody else tries in vain.
  faults_->reads_lost = 1;
  faults_->open_reader_lost = 1;
  go.set_value();
  EXPECT_TRUE(held.Take().ok());
  for (auto& one : reads) EXPECT_EQ(ReasonOf(one.Take().status()), "STORE_UNAVAILABLE");
  EXPECT_EQ(ledger_->stats().queued_reads.load(), 0);
  EXPECT_EQ(Payload("things/none"), "none");
}

TEST_P(FaultTest, LateAndCancelledCommandsAreDroppedUndecided) {
  Hold hold(*ledger_);
  Awaited<Committed> late, cancelled, in_time;
  bool decided = false;
  const auto command = [&] {
    return Deciding([&](View&) -> absl::StatusOr<Decision> {
      decided = true;
      return Decision{{Put("things/1", "too late")}, ""};
    });
  };
  Command with_deadline = command();
  with_deadline.deadline = absl::Now();
  Command with_cancel = command();
  with_cancel.cancelled = [] { return true; };
  Command fine = Storing({Put("things/2", "in time")});
  fine.deadline = absl::Now() + absl::Minutes(5);
  fine.cancelled = [] { return false; };
  ledger_->Commit(with_deadline, late.callback());
  ledger_->Commit(with_cancel, cancelled.callback());
  ledger_->Commit(fine, in_time.callback());
  hold.Release();
  const absl::Status status = late.Take().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(ReasonOf(status), "DEADLINE_EXCEEDED");
  EXPECT_EQ(cancelled.Take().status().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(in_time.Take()->revision, 1);
  EXPECT_FALSE(decided);
}

TEST_P(FaultTest, FullQueuesRefuseAtOnce) {
  options_.max_queued_writes = 3;
  options_.max_queued_reads = 2;
  options_.reader_threads = 1;
  Open();
  Store({Put("things/1", "a")});
  {
    Hold hold(*ledger_);
    std::vector<Awaited<Committed>> done(4);
    for (auto& one : done) ledger_->Commit(Storing({Put("things/2", "b")}), one.callback());
    EXPECT_EQ(ledger_->stats().queued_writes.load(), 3);
    ASSERT_TRUE(done[3].done());
    const absl::Status status = done[3].Take().status();
    EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
    EXPECT_EQ(ReasonOf(status), "OVERLOADED");
    hold.Release();
    for (size_t i = 0; i < 3; ++i) EXPECT_TRUE(done[i].Take().ok());
  }
  // A filter that waits holds the only reader.
  std::promise<void> entered, go;
  ListQuery slow{.kind = "test.Thing", .limit = 1};
  slow.filter = [&, first = true](const Version&) mutable {
    if (first) {
      entered.set_value();
      go.get_future().wait();
    }
    first = false;
    return true;
  };
  Awaited<ListResult> held;
  ledger_->List(slow, held.callback());
  entered.get_future().wait();
  std::vector<Awaited<GetResult>> reads(3);
  for (auto& one : reads) ledger_->Get("things/none", {}, one.callback());
  EXPECT_TRUE(reads[2].done());
  EXPECT_EQ(ReasonOf(reads[2].Take().status()), "OVERLOADED");
  go.set_value();
  EXPECT_TRUE(held.Take().ok());
  EXPECT_TRUE(reads[0].Take().ok());
  EXPECT_TRUE(reads[1].Take().ok());
  EXPECT_EQ(ledger_->stats().queued_reads.load(), 0);
}

INSTANTIATE_TEST_SUITE_P(Engines, FaultTest, ::testing::ValuesIn(Engines()), EngineName);

}  // namespace
}  // namespace oversight::ledger
