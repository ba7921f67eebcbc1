// The informer over gRPC against a real server on a real ledger.
#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "common/rpc/channel.h"
#include "common/rpc/errors.h"
#include "common/rpc/informer_grpc.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/informer/support.h"
#include "tests/informer/toy_forces.h"
#include "tests/support/test_server.h"

namespace oversight::rpc {
namespace {

using forces::v1::Force;
using forces::v1::ForcesService;
using forces::v1::WatchForcesRequest;
using forces::v1::WatchForcesResponse;
using testing::Awaited;
using testing::DeleteForce;
using ::testing::ElementsAre;
using testing::Eventually;
using ::testing::IsEmpty;
using testing::PutForce;
using testing::Store;
using testing::TestServer;
using testing::ToyForces;

// Where forces are served now. A server that comes back takes another port, so this plays the name service.
class Address {
 public:
  void Set(TestServer& server) {
    auto channel = MakeChannel({.target = server.address(), .principal = "principals/gateway"});
    std::lock_guard lock(mu_);
    stubs_.push_back(ForcesService::NewStub(channel));  // never let go of a channel while calls may use it
  }
  ForcesService::Stub* stub() {
    std::lock_guard lock(mu_);
    return stubs_.back().get();
  }
  OpenWatch Opener() {
    return GrpcWatch<WatchForcesRequest, WatchForcesResponse>([this](auto* context, auto* request, auto* reactor) {
      stub()->async()->WatchForces(context, request, reactor);
    });
  }

 private:
  std::mutex mu_;
  std::vector<std::unique_ptr<ForcesService::Stub>> stubs_;
};

// What the listeners were told: that no revision came twice, and each came.
class Record {
 public:
  InformerCore::Listener Listener() {
    return [this](const InformerChange& change) {
      std::lock_guard lock(mu_);
      changes_.push_back(change);
    };
  }
  std::vector<int64_t> Revisions() {
    std::lock_guard lock(mu_);
    std::vector<int64_t> revisions;
    for (const auto& change : changes_) revisions.push_back(change.revision);
    return revisions;
  }

 private:
  std::mutex mu_;
  std::vector<InformerChange> changes_;
};

InformerOptions Quick() {
  InformerOptions options;
  options.owner = "forces";
  options.bookmark_interval = absl::Milliseconds(100);
  options.stale_after = absl::Milliseconds(600);
  return options;
}

struct Served {
  explicit Served(InformerOptions options = Quick()) : informer(std::move(options), address.Opener()) {
    address.Set(*server);
    informer.AddListener(record.Listener());
  }
  ledger::Revision Write(std::vector<ledger::Change> changes) { return Store(server->ledger(), std::move(changes)); }
  absl::Status Reach(int64_t revision) {
    return Wait([&](auto done) { informer.WaitFor(revision, absl::Now() + absl::Seconds(20), done); });
  }
  static absl::Status Wait(const std::function<void(InformerCore::Done)>& wait) {
    Awaited<int> awaited;
    wait([done = awaited.callback()](absl::Status status) {
      if (status.ok()) return done(1);
      done(status);
    });
    return awaited.Take().status();
  }

  std::unique_ptr<TestServer> server = TestServer::Start(ToyForces::Build);
  Address address;
  Record record;
  Informer<Force> informer;
};

std::map<std::string, std::string> Regions(const InformerCore& informer) {
  std::map<std::string, std::string> regions;
  for (const auto& force : informer.Read()->List<Force>()) regions[force->name()] = force->region();
  return regions;
}
using Map = std::map<std::string, std::string>;

TEST(Informer, TakesTheStateThenFollows) {
  Served served;
  for (int i = 1; i <= 8; ++i) served.Write({PutForce("f" + std::to_string(i), std::to_string(i))});
  served.informer.Start();
  ASSERT_TRUE(served.Reach(8).ok());
  EXPECT_EQ(served.informer.Read()->Count<Force>(), 8u);
  EXPECT_EQ(served.informer.Get<Force>("forces/f8")->region(), "8");
  EXPECT_EQ(served.informer.Get<Force>("forces/f8")->etag(), "\"8\"");
  EXPECT_EQ(served.informer.Get<Force>("forces/f8")->revision(), 8);
  EXPECT_EQ(served.informer.Status().state, InformerState::kSynced);

  served.Write({PutForce("f8", "new"), DeleteForce("f7"), PutForce("f9", "9")});
  ASSERT_TRUE(served.Reach(9).ok());
  EXPECT_EQ(served.informer.Get<Force>("forces/f7"), nullptr);
  EXPECT_EQ(served.informer.Get<Force>("forces/f8")->region(), "new");
  EXPECT_EQ(served.informer.Get<Force>("forces/f9")->region(), "9");
  EXPECT_TRUE(Eventually([&] { return served.record.Revisions().size() == 2; }));
  EXPECT_THAT(served.record.Revisions(), ElementsAre(8, 9));
}

TEST(Informer, ShowsATransactionWholeOrNotAtAll) {
  Served served;
  const auto all = [](const std::string& region) {
    std::vector<ledger::Change> changes;
    for (int i = 0; i < 20; ++i) changes.push_back(PutForce("f" + std::to_string(i), region));
    return changes;
  };
  served.Write(all("0"));
  served.informer.Start();
  ASSERT_TRUE(served.Reach(1).ok());
  std::atomic<bool> stop{false};
  std::atomic<int> torn{0}, looks{0};
  std::thread reader([&] {
    while (!stop) {
      const auto copy = served.informer.Read();
      std::set<std::string> regions;
      copy->ForEach<Force>("forces/", [&](const Force& force) { return regions.insert(force.region()), true; });
      torn += regions.size() != 1 || copy->Count<Force>() != 20;
      ++looks;
    }
  });
  for (int i = 1; i <= 100; ++i) served.Write(all(std::to_string(i)));
  EXPECT_TRUE(served.Reach(101).ok());
  stop = true;
  reader.join();
  EXPECT_EQ(torn, 0);
  EXPECT_GT(looks, 0);
  EXPECT_EQ(served.informer.Get<Force>("forces/f0")->region(), "100");
}

TEST(Informer, ResumesOnTheSameStoreWithoutGapOrRepetition) {
  Served served;
  served.Write({PutForce("kent", "1")});
  served.informer.Start();
  ASSERT_TRUE(served.Reach(1).ok());
  for (int i = 2; i <= 5; ++i) served.Write({PutForce("kent", std::to_string(i))});
  ASSERT_TRUE(served.Reach(5).ok());

  served.server->Stop();
  EXPECT_TRUE(Eventually([&] { return served.informer.Status().state == InformerState::kStale; }));
  const absl::Duration age = served.informer.Status().age;
  EXPECT_GT(age, absl::Milliseconds(600));
  EXPECT_TRUE(Eventually([&] { return served.informer.Status().age > age + absl::Milliseconds(50); })) << "age grows";
  EXPECT_FALSE(served.informer.Status().connected);
  EXPECT_NE(served.informer.Status().reason, "");
  EXPECT_EQ(Regions(served.informer), (Map{{"forces/kent", "5"}})) << "the copy goes on answering";

  served.server->Restart();
  for (int i = 6; i <= 9; ++i) served.Write({PutForce("kent", std::to_string(i))});
  served.address.Set(*served.server);
  ASSERT_TRUE(served.Reach(9).ok());
  EXPECT_TRUE(Eventually([&] { return served.informer.Status().state == InformerState::kSynced; })) << "it heals";
  EXPECT_EQ(Regions(served.informer), (Map{{"forces/kent", "9"}}));
  EXPECT_EQ(served.informer.Status().relists, 0);
  EXPECT_GE(served.informer.Status().restarts, 1);
  EXPECT_TRUE(Eventually([&] { return served.record.Revisions().size() == 9; }));
  EXPECT_THAT(served.record.Revisions(), ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9));
}

TEST(Informer, ListsAgainWhenTheStoreIsAnother) {
  Served served;
  served.Write({PutForce("kent", "old"), PutForce("gone", "old")});
  served.Write({PutForce("kent", "older")});
  served.informer.Start();
  ASSERT_TRUE(served.Reach(2).ok());
  const auto old = served.informer.Read();

  auto other = TestServer::Start(ToyForces::Build);
  Store(other->ledger(), {PutForce("essex", "new"), PutForce("kent", "new")});
  served.server->Stop();
  served.address.Set(*other);
  ASSERT_TRUE(Eventually([&] { return served.informer.Read()->revision() == 1; }));
  EXPECT_EQ(Regions(served.informer), (Map{{"forces/essex", "new"}, {"forces/kent", "new"}}));
  EXPECT_EQ(served.informer.Status().relists, 1);
  EXPECT_NE(served.informer.Read()->token(), old->token());
  EXPECT_EQ(old->Get<Force>("forces/gone")->region(), "old");
  // And follows it.
  Store(other->ledger(), {DeleteForce("kent")});
  EXPECT_TRUE(served.Reach(2).ok());
  EXPECT_EQ(Regions(served.informer), (Map{{"forces/essex", "new"}}));
  served.informer.Stop();
}

TEST(Informer, WaitsForTheHeadOfTheOwner) {
  Address* where = nullptr;
  InformerOptions options = Quick();
  // The cheapest call there is that tells the head.
  options.ask_head = [&where](absl::Time deadline, std::function<void(absl::StatusOr<OwnerHead>)> done) {
    struct Ask {
      grpc::ClientContext context;
      forces::v1::ListForcesRequest request;
      forces::v1::ListForcesResponse response;
    };
    auto ask = std::make_shared<Ask>();
    ask->context.set_deadline(absl::ToChronoTime(deadline));
    ask->request.set_page_size(1);
    ask->request.mutable_read()->mutable_consistency()->set_fully_consistent(true);
    where->stub()->async()->ListForces(&ask->context, &ask->request, &ask->response, [ask, done](grpc::Status status) {
      if (!status.ok()) return done(FromGrpc(status));
      done(OwnerHead{ask->response.header().revision(), ask->response.header().consistency_token()});
    });
  };
  Served served(std::move(options));
  where = &served.address;
  served.informer.Start();
  for (int i = 1; i <= 50; ++i) {
    served.Write({PutForce("kent", std::to_string(i))});
    ASSERT_TRUE(
        Served::Wait([&](auto done) { served.informer.WaitForHead(absl::Now() + absl::Seconds(20), done); }).ok());
    ASSERT_EQ(served.informer.Get<Force>("forces/kent")->region(), std::to_string(i))
        << "every acknowledged write is in it";
  }
  const std::string foreign = EncodeConsistencyToken("another store", 1);
  EXPECT_EQ(
      ReasonOf(Served::Wait([&](auto done) { served.informer.WaitForToken(foreign, absl::InfiniteFuture(), done); })),
      "CONSISTENCY_TOKEN_MISMATCH");
  EXPECT_EQ(Served::Wait([&](auto done) {
              served.informer.WaitFor(1000, absl::Now() + absl::Milliseconds(50), done);
            }).code(),
            absl::StatusCode::kDeadlineExceeded);
  served.informer.Stop();
}

TEST(Informer, BeginsWhileTheOwnerIsAway) {
  Served served;
  served.Write({PutForce("kent", "1")});
  served.server->Stop();
  served.informer.Start();
  const absl::Status status =
      Served::Wait([&](auto done) { served.informer.WaitForSync(absl::Now() + absl::Milliseconds(100), done); });
  EXPECT_EQ(ReasonOf(status), "DEPENDENCY_UNAVAILABLE");
  EXPECT_EQ(served.informer.Status().state, InformerState::kNeverSynced);
  EXPECT_TRUE(Eventually([&] { return !served.informer.Status().last_error.ok(); }));
  served.server->Restart();
  served.address.Set(*served.server);
  ASSERT_TRUE(served.Reach(1).ok());
  EXPECT_EQ(served.informer.Status().state, InformerState::kSynced);
}

TEST(Informer, IsToldWhenTheServerDrains) {
  Served served;
  served.informer.Start();
  ASSERT_TRUE(Served::Wait([&](auto done) { served.informer.WaitForSync(absl::InfiniteFuture(), done); }).ok());
  served.server->Stop();
  EXPECT_TRUE(Eventually([&] { return !served.informer.Status().last_error.ok(); }));
  EXPECT_EQ(served.informer.Status().last_error.code(), absl::StatusCode::kUnavailable);
}

// Many at once, each with its own connection; stops in the middle of it all must not hang nor crash.
TEST(Informer, StopsAtAnyMoment) {
  Served served;
  for (int i = 0; i < 30; ++i) served.Write({PutForce("f" + std::to_string(i), "")});
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    for (int i = 0; !stop; ++i) served.Write({PutForce("f" + std::to_string(i % 40), std::to_string(i))});
  });
  for (int i = 0; i < 40; ++i) {
    Informer<Force> informer(Quick(), served.address.Opener());
    informer.AddListener([&informer](const InformerChange&) { informer.Read(); });
    informer.Start();
    informer.WaitFor(1 << 20, absl::Now() + absl::Milliseconds(i), [](absl::Status) {});
    std::this_thread::sleep_for(std::chrono::microseconds(i * 300));
    informer.Stop();
  }
  stop = true;
  writer.join();
}

}  // namespace
}  // namespace oversight::rpc
