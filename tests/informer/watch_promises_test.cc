// What every Watch promises, over gRPC, while several write at once: a client breaks off and resumes again and again,
// and what it saw is held against the log.
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/informer/support.h"
#include "tests/informer/toy_forces.h"
#include "tests/support/test_server.h"
#include "tests/support/watch_recorder.h"

namespace oversight::testing {
namespace {

using forces::v1::ForcesService;
using forces::v1::WatchForcesRequest;
using forces::v1::WatchForcesResponse;

constexpr int kWriters = 4, kTransactions = 50;

WatchForcesRequest From(int64_t after) {
  WatchForcesRequest request;
  request.mutable_start()->set_resume_after(after);
  request.mutable_start()->set_initial_state(after == 0);
  request.mutable_start()->mutable_bookmark_interval()->set_nanos(100000000);
  return request;
}

// One stream from after `after`, broken off when `enough` transactions have come or `until` is reached.
WatchStory WatchSome(ForcesService::Stub& stub, int64_t after, int enough, int64_t until) {
  RecordedWatch<WatchForcesResponse> watch(
      after == 0, [&](grpc::ClientContext* context) { return stub.WatchForces(context, From(after)); });
  watch.ReadUntil([&](const WatchForcesResponse& response) {
    return response.has_events() && (--enough <= 0 || response.events().revision() >= until);
  });
  return watch.End();
}

TEST(WatchPromises, HoldForAClientThatBreaksOffAndResumes) {
  auto server = TestServer::Start(ToyForces::Build);
  auto stub = server->StubAs<ForcesService>("gateway");
  Store(server->ledger(), {PutForce("first", "")});  // so that no resume is after revision 0

  std::vector<std::thread> writers;
  for (int w = 0; w < kWriters; ++w) {
    writers.emplace_back([&server, w] {
      for (int i = 0; i < kTransactions; ++i) {
        std::vector<ledger::Change> changes;
        for (int k = 0; k <= i % 5; ++k) {
          changes.push_back(PutForce("f" + std::to_string((i + k) % 9) + "-" + std::to_string(w), std::to_string(i)));
        }
        if (i % 7 == 6) changes.push_back(DeleteForce("f" + std::to_string((i - 1) % 9) + "-" + std::to_string(w)));
        std::set<std::string> names;
        std::erase_if(changes, [&](const ledger::Change& change) { return !names.insert(change.name).second; });
        Store(server->ledger(), std::move(changes));
      }
    });
  }
  const int64_t head = 1 + kWriters * kTransactions;
  std::vector<WatchStory> stories;
  for (int64_t after = 1; after < head;) {
    stories.push_back(WatchSome(*stub, after, 1 + static_cast<int>(stories.size()) % 13, head));
    ASSERT_FALSE(stories.back().deliveries.empty()) << "nothing came after " << after;
    after = stories.back().deliveries.back().revision;
  }
  for (std::thread& writer : writers) writer.join();

  EXPECT_GT(stories.size(), 5u);
  EXPECT_TRUE(KeepWatchPromisesTogether(stories, LogToldBy<WatchForcesResponse>(server->ledger())));
}

// The initial state and what follows it, put together, are the present state, whenever the watch began.
TEST(WatchPromises, TheInitialStateAndWhatFollowsMissNothing) {
  auto server = TestServer::Start(ToyForces::Build);
  auto stub = server->StubAs<ForcesService>("gateway");
  std::thread writer([&server] {
    for (int i = 0; i < 150; ++i) {
      Store(server->ledger(),
            {PutForce("f" + std::to_string(i % 20), std::to_string(i)), PutForce("last", std::to_string(i))});
    }
  });
  constexpr int kWatchers = 6;
  std::vector<WatchStory> stories(kWatchers);
  std::vector<std::thread> watchers;
  for (int w = 0; w < kWatchers; ++w) {
    watchers.emplace_back([&server, &stub, &stories, w] {
      const ledger::Revision begin = w * 20;
      EXPECT_TRUE(Eventually([&] { return server->ledger().head().revision >= begin; }));
      RecordedWatch<WatchForcesResponse> watch(
          true, [&](grpc::ClientContext* context) { return stub->WatchForces(context, From(0)); });
      // To a bookmark at the end of the log: the promises say what must have come by then.
      const auto last = watch.ReadUntil([](const auto& response) { return response.bookmark().revision() >= 150; });
      EXPECT_EQ(last.bookmark().revision(), 150);
      stories[static_cast<size_t>(w)] = watch.End();
    });
  }
  writer.join();
  for (std::thread& watcher : watchers) watcher.join();
  const auto log = LogToldBy<WatchForcesResponse>(server->ledger());
  EXPECT_EQ(log.size(), 150u);
  for (const WatchStory& story : stories) EXPECT_TRUE(KeepsWatchPromises(story, log));
}

}  // namespace
}  // namespace oversight::testing
