// A service's own copy of its ledger, over real ledgers.
#include "common/rpc/projection.h"

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/rpc/errors.h"
#include "common/rpc/tokens.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "oversight/forces/v1/forces_service.pb.h"
#include "tests/informer/support.h"
#include "tests/support/postgres.h"

namespace oversight::rpc {
namespace {

using forces::v1::Force;
using forces::v1::WatchForcesResponse;
using testing::Awaited;
using testing::DeleteForce;
using ::testing::ElementsAre;
using testing::Eventually;
using ::testing::IsEmpty;
using testing::OwnLedger;
using testing::PutForce;
using testing::Store;

using Regions = std::map<std::string, std::string>;

// Keeps the region of each force by what it is told alone: it looks at no copy.
class RegionIndex {
 public:
  void Apply(const InformerChange& change) {
    std::unique_lock lock(mu_);
    told_.push_back(change.revision);
    go_.wait(lock, [this] { return !held_; });
    EXPECT_LE(revision_, change.revision);
    revision_ = change.revision;
    EXPECT_EQ(change.after->revision(), change.revision);
    for (const InformerChange::Item& item : change.items) {
      EXPECT_EQ(item.before, change.before->Get<Force>(item.name)) << item.name;
      EXPECT_EQ(item.after, change.after->Get<Force>(item.name)) << item.name;
      if (item.before == nullptr) {
        EXPECT_EQ(regions_.count(item.name), 0u) << item.name;
      } else {
        EXPECT_EQ(regions_[item.name], static_cast<const Force&>(*item.before).region());
      }
      if (item.after == nullptr) {
        regions_.erase(item.name);
      } else {
        regions_[item.name] = static_cast<const Force&>(*item.after).region();
      }
    }
  }
  Regions regions() {
    std::lock_guard lock(mu_);
    return regions_;
  }
  int64_t revision() {
    std::lock_guard lock(mu_);
    return revision_;
  }
  std::vector<int64_t> told() {
    std::lock_guard lock(mu_);
    return told_;
  }
  // Until Release, what it is told next does not come to an end.
  void Hold() {
    std::lock_guard lock(mu_);
    held_ = true;
  }
  void Release() {
    std::lock_guard lock(mu_);
    held_ = false;
    go_.notify_all();
  }

 private:
  std::mutex mu_;
  std::condition_variable go_;
  bool held_ = false;
  Regions regions_;
  int64_t revision_ = 0;
  std::vector<int64_t> told_;
};

Regions RegionsOf(const InformerCopy& copy) {
  Regions regions;
  for (const auto& force : copy.List<Force>()) regions[force->name()] = force->region();
  return regions;
}

struct Kept {
  explicit Kept(ledger::Ledger& ledger)
      : projection("forces", ledger, clock, ShapeOf<WatchForcesResponse>(), {Force::descriptor()}) {
    projection.AddIndex([this](const InformerChange& change) { index.Apply(change); });
  }
  ~Kept() { index.Release(); }

  static common::v1::ReadOptions FullyConsistent() {
    common::v1::ReadOptions read;
    read.mutable_consistency()->set_fully_consistent(true);
    return read;
  }
  static common::v1::ReadOptions AtLeast(const std::string& token) {
    common::v1::ReadOptions read;
    read.mutable_consistency()->set_at_least_as_fresh(token);
    return read;
  }
  absl::Status Settle(const common::v1::ReadOptions& read = {}, absl::Duration patience = absl::Seconds(30)) {
    Awaited<int> awaited;
    projection.Settle(read, absl::Now() + patience, [done = awaited.callback()](absl::Status status) {
      if (status.ok()) return done(1);
      done(std::move(status));
    });
    return awaited.Take().status();
  }

  SystemClock clock;
  RegionIndex index;  // Outlives the projection, which tells it.
  Projection projection;
};

TEST(Projection, BeginsWithWhatIsThereNowAndFollows) {
  OwnLedger ledger;
  Store(*ledger, {PutForce("kent", "old")});
  Store(*ledger, {PutForce("kent", "South East"), PutForce("essex", "East")});
  Store(*ledger, {DeleteForce("essex")});
  Kept kept(*ledger);
  EXPECT_THAT(kept.index.regions(), IsEmpty()) << "not started";
  kept.projection.Start();
  ASSERT_TRUE(kept.Settle().ok());
  EXPECT_THAT(kept.index.regions(), ElementsAre(std::pair("forces/kent", "South East")));
  EXPECT_THAT(kept.index.told(), ElementsAre(3)) << "the current state at once, not the log";
  const auto first = kept.projection.Read();
  EXPECT_EQ(first->revision(), 3);
  EXPECT_EQ(first->token(), EncodeConsistencyToken(ledger->incarnation(), 3));
  EXPECT_EQ(first->recorded_time(), ledger->head().recorded_time);

  Store(*ledger, {PutForce("kent", "Kent"), PutForce("surrey", "South East")});
  ASSERT_TRUE(kept.Settle().ok());
  EXPECT_EQ(kept.index.regions(), (Regions{{"forces/kent", "Kent"}, {"forces/surrey", "South East"}}));
  EXPECT_EQ(kept.projection.Read()->recorded_time(), ledger->head().recorded_time);
  EXPECT_THAT(RegionsOf(*first), ElementsAre(std::pair("forces/kent", "South East"))) << "a copy stays as it was";
}

TEST(Projection, OfAnEmptyLog) {
  OwnLedger ledger;
  Kept kept(*ledger);
  kept.projection.Start();
  ASSERT_TRUE(kept.Settle().ok());
  EXPECT_EQ(kept.projection.Read()->revision(), 0);
  EXPECT_EQ(kept.projection.Read()->recorded_time(), absl::InfinitePast());
  Store(*ledger, {PutForce("kent", "South East")});
  ASSERT_TRUE(kept.Settle().ok());
  EXPECT_THAT(kept.index.regions(), ElementsAre(std::pair("forces/kent", "South East")));
}

TEST(Projection, AReadWaitsForTheIndexesToo) {
  OwnLedger ledger;
  Kept kept(*ledger);
  kept.projection.Start();
  ASSERT_TRUE(kept.Settle().ok());
  kept.index.Hold();
  Store(*ledger, {PutForce("kent", "South East")});
  ASSERT_TRUE(Eventually([&] { return kept.index.told().back() == 1; }));
  std::atomic<bool> settled{false};
  kept.projection.Settle({}, absl::InfiniteFuture(), [&](const absl::Status& status) {
    EXPECT_TRUE(status.ok()) << status;
    EXPECT_EQ(kept.index.revision(), 1);
    settled = true;
  });
  EXPECT_FALSE(settled) << "the index is not there yet";
  EXPECT_EQ(kept.Settle({}, absl::Milliseconds(20)).code(), absl::StatusCode::kDeadlineExceeded);
  kept.index.Release();
  EXPECT_TRUE(Eventually([&] { return settled.load(); }));
}

TEST(Projection, ReadsWhatWasWrittenBefore) {
  OwnLedger ledger;
  Kept kept(*ledger);
  kept.projection.Start();
  for (int i = 1; i <= 200; ++i) {
    Store(*ledger, {PutForce("kent", absl::StrCat(i))});
    ASSERT_TRUE(kept.Settle(i % 2 == 0 ? common::v1::ReadOptions() : Kept::FullyConsistent()).ok());
    ASSERT_EQ(kept.index.regions()["forces/kent"], absl::StrCat(i));
  }
}

TEST(Projection, TakesTokens) {
  OwnLedger ledger;
  Kept kept(*ledger);
  kept.projection.Start();
  Store(*ledger, {PutForce("kent", "South East")});
  ASSERT_TRUE(kept.Settle(Kept::AtLeast(EncodeConsistencyToken(ledger->incarnation(), 1))).ok());
  EXPECT_EQ(kept.index.regions().size(), 1u);
  for (const std::string& token : {std::string("nonsense"), EncodeConsistencyToken("another store", 1)}) {
    EXPECT_EQ(ReasonOf(kept.Settle(Kept::AtLeast(token))), "CONSISTENCY_TOKEN_MISMATCH") << token;
  }
  const absl::Status late =
      kept.Settle(Kept::AtLeast(EncodeConsistencyToken(ledger->incarnation(), 2)), absl::Milliseconds(20));
  EXPECT_EQ(late.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(ReasonOf(late), "DEADLINE_EXCEEDED");
}

// A change of something that the projection does not keep moves its revision on all the same.
TEST(Projection, PassesOverWhatItDoesNotKeep) {
  OwnLedger ledger;
  Kept kept(*ledger);
  kept.projection.Start();
  Store(*ledger, {PutForce("kent", "South East")});
  for (int i = 0; i < 5; ++i) {
    Store(*ledger, {testing::Put("things/1", absl::StrCat(i))});
    ASSERT_TRUE(kept.Settle().ok());
    EXPECT_GE(kept.index.revision(), 2 + i);
  }
  EXPECT_EQ(kept.projection.Read()->recorded_time(), ledger->head().recorded_time);
  EXPECT_EQ(kept.index.regions().size(), 1u);
}

TEST(Projection, GoesOnWhereItWasWhenItFellBehind) {
  ledger::Options options;
  options.watch_window = 10;
  OwnLedger ledger(options);
  Kept kept(*ledger);
  kept.projection.Start();
  Store(*ledger, {PutForce("kent", "0")});
  ASSERT_TRUE(kept.Settle().ok());
  kept.index.Hold();
  Store(*ledger, {PutForce("kent", "1")});
  ASSERT_TRUE(Eventually([&] { return kept.index.told().back() == 2; }));
  for (int i = 2; i <= 300; ++i) Store(*ledger, {PutForce(absl::StrCat("force-", i % 7), absl::StrCat(i))});
  kept.index.Release();
  ASSERT_TRUE(kept.Settle().ok());
  EXPECT_EQ(kept.index.regions(), RegionsOf(*kept.projection.Read()));
  EXPECT_EQ(kept.index.regions()["forces/force-6"], "300");
  const std::vector<int64_t> told = kept.index.told();
  EXPECT_EQ(std::set<int64_t>(told.begin(), told.end()).size(), told.size()) << "none twice";
  EXPECT_GE(kept.projection.Status().restarts, 1);
  EXPECT_EQ(kept.projection.Status().relists, 0);
}

TEST(Projection, ReadsTheCopyOfAnyMoment) {
  OwnLedger ledger;
  Kept kept(*ledger);
  kept.projection.Start();
  std::map<int64_t, Regions> states;
  std::mt19937 random(1);
  for (int64_t i = 1; i <= 40; ++i) {
    const std::string id = absl::StrCat("force-", random() % 5);
    Store(*ledger,
          {random() % 4 == 0 && states[i - 1].count("forces/" + id) ? DeleteForce(id) : PutForce(id, absl::StrCat(i))});
    ASSERT_TRUE(kept.Settle().ok());
    states[i] = RegionsOf(*kept.projection.Read());
  }
  const auto as_of = [&](const ledger::AsOf& moment) {
    Awaited<std::shared_ptr<const InformerCopy>> read;
    kept.projection.ReadAsOf(moment, nullptr, read.callback());
    return read.Take();
  };
  for (int64_t revision : {1, 7, 39, 40}) {
    const auto copy = as_of({.revision = revision});
    ASSERT_TRUE(copy.ok()) << copy.status();
    EXPECT_EQ(RegionsOf(**copy), states[revision]) << revision;
    EXPECT_EQ((*copy)->revision(), revision);
    EXPECT_EQ((*copy)->token(), EncodeConsistencyToken(ledger->incarnation(), revision));
  }
  EXPECT_EQ((*as_of({}))->recorded_time(), ledger->head().recorded_time);
  EXPECT_EQ(ReasonOf(as_of({.revision = 41}).status()), "REVISION_IN_FUTURE");
}

TEST(Projection, AMomentIsOneRevisionHoweverManyPagesItTakes) {
  OwnLedger ledger;
  const auto generation = [](int i) {
    std::vector<ledger::Change> changes;
    for (int n = 0; n < 1200; ++n) changes.push_back(PutForce(absl::StrCat(n), absl::StrCat(i)));
    return changes;
  };
  Store(*ledger, generation(0));
  std::atomic<bool> written{false};
  std::thread writer([&] {
    for (int i = 1; i <= 30; ++i) Store(*ledger, generation(i));
    written = true;
  });
  Kept kept(*ledger);
  while (!written) {
    Awaited<std::shared_ptr<const InformerCopy>> read;
    kept.projection.ReadAsOf({}, nullptr, read.callback());
    const Regions regions = RegionsOf(**read.Take());
    EXPECT_EQ(regions.size(), 1200u);
    for (const auto& [name, region] : regions) ASSERT_EQ(region, regions.begin()->second) << name;
  }
  writer.join();
}

TEST(Projection, ReadsOfAMomentOnlyWhatHasTheTerms) {
  OwnLedger ledger;
  ledger::Change kent = PutForce("kent", "South East"), essex = PutForce("essex", "East");
  kent.terms = {{"region", "South East"}};
  essex.terms = {{"region", "East"}};
  Store(*ledger, {kent, essex});
  Store(*ledger, {DeleteForce("kent")});
  Kept kept(*ledger);
  Awaited<std::shared_ptr<const InformerCopy>> read;
  kept.projection.ReadAsOf(
      {.revision = 1},
      [](const auto*) {
        return std::vector<ledger::Term>{{"region", "South East"}};
      },
      read.callback());
  EXPECT_THAT(RegionsOf(**read.Take()), ElementsAre(std::pair("forces/kent", "South East")));
}

TEST(Projection, StopsInTheMiddleOfAnything) {
  for (int i = 0; i < 20; ++i) {
    OwnLedger ledger;
    for (int n = 0; n < 30; ++n) Store(*ledger, {PutForce(absl::StrCat(n), "x")});
    Kept kept(*ledger);
    std::atomic<int> told{0};
    kept.projection.Start();
    kept.projection.Settle({}, absl::InfiniteFuture(), [&](const absl::Status&) { ++told; });
    if (i % 2 == 0) Store(*ledger, {PutForce("kent", "South East")});
    kept.projection.Stop();
    EXPECT_TRUE(Eventually([&] { return told == 1; }));
    EXPECT_EQ(kept.Settle().code() == absl::StatusCode::kOk, kept.projection.Read()->revision() >= 30 + (i % 2 == 0));
  }
}

// Each process that has the store open keeps its own, and sees what the others write.
TEST(Projection, OfReplicasOnOneStore) {
  testing::Postgres* const server = testing::Postgres::Get();
  if (server == nullptr) GTEST_SKIP() << "PostgreSQL 15 is not installed.";
  const std::string url = server->NewStore();
  const SystemClock clock;
  auto a = *ledger::Ledger::Open(*ledger::EngineFor(url), clock);
  auto b = *ledger::Ledger::Open(*ledger::EngineFor(url), clock);
  {
    Kept at_a(*a), at_b(*b);
    at_a.projection.Start();
    at_b.projection.Start();
    for (int i = 1; i <= 20; ++i) {
      ledger::Ledger& writer = i % 2 == 0 ? *a : *b;
      const auto revision = Store(writer, {PutForce(absl::StrCat("force-", i % 3), absl::StrCat(i))});
      Kept& reader = i % 2 == 0 ? at_b : at_a;
      const auto read =
          i % 4 < 2 ? Kept::FullyConsistent() : Kept::AtLeast(EncodeConsistencyToken(a->incarnation(), revision));
      ASSERT_TRUE(reader.Settle(read).ok());
      EXPECT_EQ(reader.index.regions()[absl::StrCat("forces/force-", i % 3)], absl::StrCat(i));
    }
    ASSERT_TRUE(at_a.Settle(Kept::FullyConsistent()).ok());
    ASSERT_TRUE(at_b.Settle(Kept::FullyConsistent()).ok());
    EXPECT_EQ(at_a.index.regions(), at_b.index.regions());
  }
}

}  // namespace
}  // namespace oversight::rpc
