// Real histories of many callers, also while the store fails, checked for an order that explains every answer. One
// ledger on every engine; two ledgers on one PostgreSQL store, as two replicas of a service.
#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <random>
#include <thread>

#include "absl/time/clock.h"
#include "common/ledger/store.h"
#include "tests/ledger/ledger_fixture.h"
#include "tests/support/linearizability.h"
#include "tests/support/postgres.h"

namespace oversight::ledger {
namespace {

using namespace oversight::testing;

// Callers who read a few resources and write them, half of the time on the condition that they are as last seen. Each
// call goes to any of the replicas. A caller whose write has no known outcome tries it again under its request id, or
// gives it up.
class Traffic {
 public:
  Traffic(std::vector<Ledger*> replicas, int callers) : replicas_(std::move(replicas)) {
    for (int c = 0; c < callers; ++c) threads_.emplace_back([this, c] { Caller{*this, c}.Run(); });
  }
  ~Traffic() { Stop(); }

  // Waits until `count` more calls were answered.
  void Answer(int count) {
    std::unique_lock lock(mu_);
    const int enough = answered_ + count;
    EXPECT_TRUE(
        told_.wait_until(lock, std::chrono::system_clock::now() + kPatience, [&] { return answered_ >= enough; }));
  }
  void Stop() {
    stop_ = true;
    for (auto& thread : threads_) {
      if (thread.joinable()) thread.join();
    }
  }
  int unknown() const { return unknown_; }
  int refused() const { return refused_; }

  // After Stop: whether one order explains all.
  ::testing::AssertionResult Explained() {
    if (auto result = RevisionsFollowTime(); !result) return result;
    return Linearizable(history_.Take());
  }

 private:
  static constexpr int kResources = 4;

  // What was answered at a revision, to check what holds across resources.
  struct Stamp {
    int64_t called = 0, answered = 0;
    Revision revision = 0;
    bool write = false;
  };

  struct Caller {
    Traffic& traffic;
    const int number;
    std::mt19937 random{static_cast<unsigned>(number)};
    std::map<std::string, std::pair<Revision, std::string>> known{};  // by resource: revision and payload
    int calls = 0;

    Ledger& Any() { return *traffic.replicas_[random() % traffic.replicas_.size()]; }

    void Run() {
      while (!traffic.stop_) {
        ++calls;
        Operation operation{.resource = absl::StrCat("things/", random() % kResources), .caller = number};
        if (random() % 5 < 2) {
          Read(std::move(operation));
        } else {
          Write(std::move(operation));
        }
      }
    }

    void Answered(Operation operation, Revision revision) {
      const Stamp stamp{operation.called, traffic.history_.Tick(), revision, operation.kind == Operation::Kind::kWrite};
      traffic.history_.Add(std::move(operation));
      {
        std::lock_guard lock(traffic.mu_);
        if (revision > 0) traffic.stamps_.push_back(stamp);
        ++traffic.answered_;
      }
      traffic.told_.notify_all();
    }
    void Know(const std::string& resource, Revision revision, const std::string& payload) {
      known[resource] = {revision, payload};
      std::lock_guard lock(traffic.mu_);
      const auto it = traffic.revisions_.try_emplace(payload, revision).first;
      EXPECT_EQ(it->second, revision) << payload << " was stored twice";
    }

    void Read(Operation operation) {
      operation.called = traffic.history_.Tick();
      Ledger& ledger = Any();
      Awaited<Head> head;
      ledger.Refresh(absl::Now() + absl::FromChrono(kPatience), head.callback());
      if (!head.Take().ok()) return AwaitStore();
      const auto got = GetNow(ledger, operation.resource);
      if (!got.ok()) {
        EXPECT_EQ(ReasonOf(got.status()), "STORE_UNAVAILABLE") << got.status();
        return;
      }
      operation.seen = got->version ? got->version->payload : "";
      if (got->version) Know(operation.resource, got->version->revision, got->version->payload);
      Answered(std::move(operation), got->read_revision);
    }

    void Write(Operation operation) {
      operation.kind = Operation::Kind::kWrite;
      operation.written = absl::StrCat(number, "-", calls);
      std::optional<Revision> etag;
      if (random() % 2 == 0) {
        const auto& [revision, payload] = known[operation.resource];
        etag = revision;
        operation.if_match = payload;
      }
      const auto decide = [name = operation.resource, written = operation.written,
                           etag](View& view) -> absl::StatusOr<Decision> {
        const auto found = view.Get(name);
        if (!found.ok()) return found.status();
        const std::string met = *found ? (*found)->payload : "";
        if (etag && *etag != (*found ? (*found)->revision : 0)) return absl::AbortedError(met);
        return Decision{{Put(name, written)}, met};
      };
      operation.called = traffic.history_.Tick();
      while (true) {
        const auto committed = CommitNow(Any(), Deciding(decide, operation.written));
        if (committed.ok()) {
          operation.seen = committed->response;
          Know(operation.resource, committed->revision, operation.written);
          return Answered(std::move(operation), committed->revision);
        }
        const std::string reason = ReasonOf(committed.status());
        if (absl::IsAborted(committed.status()) && reason.empty()) {
          operation.outcome = Operation::Outcome::kRefused;
          operation.seen = std::string(committed.status().message());
          traffic.refused_.fetch_add(1);
          return Answered(std::move(operation), 0);
        }
        if (reason == "CONFLICT") return;  // Nothing was stored, so the history has nothing of it.
        EXPECT_EQ(reason, "STORE_UNAVAILABLE") << committed.status();
        traffic.unknown_.fetch_add(1);
        if (random() % 3 == 0) {
          operation.outcome = Operation::Outcome::kUnknown;
          traffic.history_.Add(std::move(operation));
          return AwaitStore();
        }
        AwaitStore();
      }
    }

    // Else all calls would be spent, and all time, while nothing works.
    void AwaitStore() {
      while (!traffic.stop_) {
        Awaited<Head> head;
        Any().Refresh(absl::Now() + absl::FromChrono(kPatience), head.callback());
        if (head.Take().ok()) return;
        absl::SleepFor(absl::Milliseconds(10));  // Between two knocks.
      }
    }
  };

  // Across all resources: what is answered after a revision was told of is at that revision or later, a write later.
  ::testing::AssertionResult RevisionsFollowTime() {
    std::map<int64_t, Revision> told_by;  // by the tick of the answer: the highest revision told until then
    std::sort(stamps_.begin(), stamps_.end(), [](const auto& a, const auto& b) { return a.answered < b.answered; });
    Revision highest = 0;
    for (const Stamp& stamp : stamps_) told_by[stamp.answered] = highest = std::max(highest, stamp.revision);
    for (const Stamp& stamp : stamps_) {
      auto before = told_by.lower_bound(stamp.called);
      if (before == told_by.begin()) continue;
      --before;
      if (stamp.revision < before->second + (stamp.write ? 1 : 0)) {
        return ::testing::AssertionFailure()
               << "what was called at " << stamp.called << " was answered at revision " << stamp.revision << ", but "
               << before->second << " was told of at " << before->first;
      }
    }
    return ::testing::AssertionSuccess();
  }

  const std::vector<Ledger*> replicas_;
  History history_;
  std::atomic<bool> stop_{false};
  std::atomic<int> unknown_{0}, refused_{0};
  std::mutex mu_;
  std::condition_variable told_;
  int answered_ = 0;
  std::map<std::string, Revision> revisions_;  // by payload
  std::vector<Stamp> stamps_;
  std::vector<std::thread> threads_;
};

using HistoryTest = LedgerTest;

TEST_P(HistoryTest, ManyCallersSeeOneOrder) {
  for (const int64_t cache : {int64_t{0}, options_.cache_bytes}) {
    options_.cache_bytes = cache;
    store_ = GetParam().new_store();
    Open();
    Traffic traffic({ledger_.get()}, 8);
    traffic.Answer(2500);
    traffic.Stop();
    EXPECT_GT(traffic.refused(), 0);
    EXPECT_EQ(traffic.unknown(), 0);
    EXPECT_TRUE(traffic.Explained());
  }
}

TEST_P(HistoryTest, AStoreThatFailsNowAndThenKeepsOneOrder) {
  Traffic traffic({ledger_.get()}, 8);
  for (int round = 0; round < 25; ++round) {
    traffic.Answer(80);
    for (auto* fault : {&faults_->commit_stored_unknown, &faults_->commit_lost, &faults_->append_lost,
                        &faults_->view_lost, &faults_->reads_lost}) {
      *fault = 1;
      traffic.Answer(10);
    }
  }
  traffic.Stop();
  EXPECT_GT(traffic.unknown(), 25);
  EXPECT_TRUE(traffic.Explained());
}

INSTANTIATE_TEST_SUITE_P(Engines, HistoryTest, ::testing::ValuesIn(Engines()), EngineName);

class ReplicaHistoryTest : public ::testing::Test {
 protected:
  void SetUp() override {
    spdlog::set_level(spdlog::level::off);
    if (Postgres::Get() == nullptr) GTEST_SKIP() << "PostgreSQL 15 is not installed.";
  }
  void Open(Postgres& server) {
    url_ = server.NewStore();
    for (auto* ledger : {&a_, &b_}) {
      auto opened = Ledger::Open(*EngineFor(url_), clock_);
      ASSERT_TRUE(opened.ok()) << opened.status();
      *ledger = *std::move(opened);
    }
  }

  SystemClock clock_;
  std::string url_;
  std::unique_ptr<Ledger> a_, b_;
};

TEST_F(ReplicaHistoryTest, CallersOfTwoReplicasSeeOneOrder) {
  Open(*Postgres::Get());
  Traffic traffic({a_.get(), b_.get()}, 8);
  traffic.Answer(3000);
  traffic.Stop();
  EXPECT_GT(traffic.refused(), 0);
  EXPECT_TRUE(traffic.Explained());
}

TEST_F(ReplicaHistoryTest, LostConnectionsKeepOneOrder) {
  Open(*Postgres::Get());
  Traffic traffic({a_.get(), b_.get()}, 8);
  for (int round = 0; round < 10; ++round) {
    traffic.Answer(200);
    Postgres::Get()->Execute(url_,
                             "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> "
                             "pg_backend_pid() AND backend_type = 'client backend'");
  }
  traffic.Answer(200);
  traffic.Stop();
  EXPECT_GT(traffic.unknown(), 0);
  EXPECT_TRUE(traffic.Explained());
}

TEST_F(ReplicaHistoryTest, AServerThatCrashesKeepsOneOrder) {
  const std::unique_ptr<Postgres> own = Postgres::New();
  Open(*own);
  Traffic traffic({a_.get(), b_.get()}, 8);
  for (int crash = 0; crash < 3; ++crash) {
    traffic.Answer(400);
    own->StopImmediately();
    own->Start();
  }
  traffic.Answer(400);
  traffic.Stop();
  EXPECT_GT(traffic.unknown(), 0);
  EXPECT_TRUE(traffic.Explained());
  a_.reset();
  b_.reset();
}

}  // namespace
}  // namespace oversight::ledger
