#include "common/limits/at_once.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace oversight::limits {
namespace {

TEST(AtOnceTest, HasAsManyPlacesAsItIsGivenForEachKey) {
  AtOnce at_once(2);
  auto first = at_once.Enter("a");
  auto second = at_once.Enter("a");
  EXPECT_TRUE(first.has_value() && second.has_value());
  EXPECT_FALSE(at_once.Enter("a").has_value());
  EXPECT_TRUE(at_once.Enter("b").has_value());
  second.reset();
  EXPECT_TRUE(at_once.Enter("a").has_value());
}

TEST(AtOnceTest, KeepsAKeyOnlyWhileSomethingIsUnderWay) {
  AtOnce at_once(2);
  {
    const auto first = at_once.Enter("a");
    const auto second = at_once.Enter("b");
    EXPECT_FALSE(at_once.Enter("a") == std::nullopt);
    EXPECT_EQ(at_once.size(), 2u);
  }
  EXPECT_EQ(at_once.size(), 0u);
}

TEST(AtOnceTest, APlaceThatIsHandedOnIsGivenBackOnce) {
  AtOnce at_once(1);
  auto entered = at_once.Enter("a");
  AtOnce::Place mine = *std::move(entered);
  entered.reset();
  EXPECT_FALSE(at_once.Enter("a").has_value());
  AtOnce::Place other;
  other = std::move(mine);
  mine = AtOnce::Place();
  EXPECT_FALSE(at_once.Enter("a").has_value());
  other = AtOnce::Place();
  EXPECT_TRUE(at_once.Enter("a").has_value());
}

TEST(AtOnceTest, WithoutANumberThereIsNoLimit) {
  AtOnce at_once(0);
  std::vector<std::optional<AtOnce::Place>> places;
  for (int i = 0; i < 100; ++i) places.push_back(at_once.Enter("a"));
  EXPECT_TRUE(places.back().has_value());
  EXPECT_EQ(at_once.size(), 0u);
}

TEST(AtOnceTest, ManyThreadsNeverHaveMoreThanThereAre) {
  AtOnce at_once(3);
  std::atomic<int> inside{0}, most{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 6; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 20'000; ++i) {
        const auto place = at_once.Enter("a");
        if (!place.has_value()) continue;
        const int now = ++inside;
        for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);) continue;
        --inside;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_LE(most, 3);
  EXPECT_EQ(at_once.size(), 0u);
}

}  // namespace
}  // namespace oversight::limits
