// What every engine must keep, told through the ledger's interface.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/ledger/ledger.h"
#include "tests/ledger/engine_factory.h"
#include "tests/support/ledger_calls.h"

namespace oversight::ledger {
namespace {

using namespace oversight::testing;

class Basics : public ::testing::TestWithParam<EngineParam> {};

TEST_P(Basics, StoresAndReads) {
  auto store = GetParam().new_store();
  FakeClock clock(absl::FromUnixSeconds(1700000000));
  auto opened = Ledger::Open(store->NewEngine(), clock);
  ASSERT_TRUE(opened.ok()) << opened.status();
  Ledger& ledger = **opened;
  auto watcher = *ledger.Watch(0);
  auto one = CommitNow(ledger, Storing({Put("things/1", "a"), Put("things/2", "b")}, "r1"));
  ASSERT_TRUE(one.ok()) << one.status();
  EXPECT_EQ(one->revision, 1);
  auto got = GetNow(ledger, "things/2");
  ASSERT_TRUE(got.ok());
  EXPECT_EQ(got->version->payload, "b");
  auto list = ListNow(ledger, {.kind = "test.Thing"});
  ASSERT_TRUE(list.ok()) << list.status();
  EXPECT_EQ(list->items.size(), 2u);
  auto next = NextNow(*watcher);
  ASSERT_TRUE(next.ok());
  EXPECT_EQ(next->front()->versions.size(), 2u);
  auto again = CommitNow(ledger, Storing({Put("things/1", "a")}, "r1"));
  ASSERT_TRUE(again.ok());
  EXPECT_TRUE(again->replayed);
  EXPECT_EQ(HistoryNow(ledger, {.name = "things/1"})->entries.size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(Engines, Basics, ::testing::ValuesIn(Engines()), EngineName);

}  // namespace
}  // namespace oversight::ledger
