// What every Watch promises, over gRPC, while several write at once: a client breaks off and resumes again and again,
// and what it saw is held against the log.
#include <map>
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
#include "tests/support/watch_validators.h"

namespace oversight::testing {
namespace {

using forces::v1::ForcesService;
using forces::v1::WatchForcesRequest;
using forces::v1::WatchForcesResponse;

constexpr int kWriters = 4, kTransactions = 50;

Delivery DeliveryOf(const forces::v1::ForceEvents& events) {
  Delivery delivery{events.revision(), {}};
  for (const auto& event : events.events()) {
    delivery.changes.push_back({.name = event.name(),
                                .deleted = event.type() == common::v1::EVENT_TYPE_DELETED,
                                .payload = rpc::ToPayload(event.force())});
  }
  return delivery;
}

std::vector<Delivery> LogOf(ledger::Ledger& ledger, ledger::Revision head) {
  auto watcher = *ledger.Watch(0);
  auto log = DeliveriesOf(*DrainTo(*watcher, head));
  for (Delivery& delivery : log) {
    for (WatchedChange& change : delivery.changes) change.version = 0;  // an event does not tell it
  }
  return log;
}

// One stream from after `after`, broken off when `enough` events messages have come or `until` is reached.
std::vector<Delivery> WatchSome(ForcesService::Stub& stub, int64_t after, size_t enough, int64_t until) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kPatience);
  WatchForcesRequest request;
  request.mutable_start()->set_resume_after(after);
  request.mutable_start()->mutable_bookmark_interval()->set_nanos(100000000);
  auto stream = stub.WatchForces(&context, request);
  std::vector<Delivery> seen;
  WatchForcesResponse response;
  EXPECT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.created().revision(), after) << "created comes first";
  int64_t last = after;
  while (seen.size() < enough && last < until && stream->Read(&response)) {
    if (response.has_events()) {
      EXPECT_GT(response.events().revision(), last) << "nothing comes after a bookmark that covered it";
      seen.push_back(DeliveryOf(response.events()));
      last = response.events().revision();
    } else {
      EXPECT_EQ(response.bookmark().revision(), last) << "a bookmark covers what was sent, no more and no less";
    }
  }
  context.TryCancel();
  stream->Finish();
  return seen;
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
  std::vector<std::vector<Delivery>> parts;
  std::vector<Delivery> whole;
  for (int64_t after = 1; after < head;) {
    parts.push_back(WatchSome(*stub, after, 1 + parts.size() % 13, head));
    ASSERT_FALSE(parts.back().empty()) << "nothing came after " << after;
    after = parts.back().back().revision;
    whole.insert(whole.end(), parts.back().begin(), parts.back().end());
  }
  for (std::thread& writer : writers) writer.join();

  const auto log = LogOf(server->ledger(), head);
  EXPECT_TRUE(KeepsWatchPromises(whole, 1, log));
  EXPECT_TRUE(Resumable(parts, 1, log));
  EXPECT_EQ(whole.size(), static_cast<size_t>(head - 1));
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
  std::vector<std::thread> watchers;
  for (int w = 0; w < 6; ++w) {
    watchers.emplace_back([&server, &stub, w] {
      ledger::Revision begin = w * 20;
      EXPECT_TRUE(Eventually([&] { return server->ledger().head().revision >= begin; }));
      grpc::ClientContext context;
      context.set_deadline(std::chrono::system_clock::now() + kPatience);
      WatchForcesRequest request;
      request.mutable_start()->set_initial_state(true);
      auto stream = stub->WatchForces(&context, request);
      std::map<std::string, std::string> state;
      WatchForcesResponse response;
      int64_t revision = -1;
      bool listing = true;
      while (revision < 150 && stream->Read(&response)) {
        if (response.has_created()) {
          revision = response.created().revision();
        } else if (response.has_bookmark()) {
          EXPECT_EQ(response.bookmark().revision(), revision);
          EXPECT_EQ(response.bookmark().initial_state_end(), listing);
          listing = false;
        } else {
          EXPECT_EQ(response.events().revision(), listing ? revision : revision + 1);
          revision = response.events().revision();
          for (const auto& event : response.events().events()) state[event.name()] = event.force().region();
        }
      }
      // A state that was whole when it was listed may need no event after it.
      while (listing && stream->Read(&response)) {
        if (response.has_bookmark()) listing = false;
        for (const auto& event : response.events().events()) state[event.name()] = event.force().region();
      }
      context.TryCancel();
      stream->Finish();
      std::map<std::string, std::string> expected = {{"forces/last", "149"}};
      for (int i = 130; i < 150; ++i) expected["forces/f" + std::to_string(i % 20)] = std::to_string(i);
      EXPECT_EQ(state, expected);
    });
  }
  writer.join();
  for (std::thread& watcher : watchers) watcher.join();
}

}  // namespace
}  // namespace oversight::testing
