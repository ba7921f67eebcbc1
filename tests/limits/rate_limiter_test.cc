#include "common/limits/rate_limiter.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"

namespace oversight::limits {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1700820000);

TEST(RateLimiterTest, GivesABurstAndThenAsMuchAsFlowsIn) {
  RateLimiter limiter({.rate = 10, .burst = 20});
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(limiter.Take("a", 1, kNow)) << i;
  absl::Duration wait;
  EXPECT_FALSE(limiter.Take("a", 1, kNow, &wait));
  EXPECT_EQ(wait, absl::Milliseconds(100));
  EXPECT_FALSE(limiter.Take("a", 1, kNow + wait - absl::Milliseconds(1)));
  EXPECT_TRUE(limiter.Take("a", 1, kNow + wait));
  EXPECT_FALSE(limiter.Take("a", 1, kNow + wait));
}

TEST(RateLimiterTest, WhoWaitsAsLongAsTheyWereToldIsLetIn) {
  for (const double rate : {0.3, 1.0 / 3, 7.0, 0.017}) {
    RateLimiter limiter({.rate = rate, .burst = 5});
    absl::Time now = kNow;
    EXPECT_TRUE(limiter.Take("a", 4.9, now));
    for (int i = 0; i < 100; ++i) {
      absl::Duration wait;
      if (limiter.Take("a", 1.1, now, &wait)) continue;
      now += wait;
      EXPECT_TRUE(limiter.Take("a", 1.1, now)) << rate << ", " << i;
    }
  }
}

TEST(RateLimiterTest, ARefusalTakesNothing) {
  RateLimiter limiter({.rate = 10, .burst = 20});
  EXPECT_TRUE(limiter.Take("a", 15, kNow));
  EXPECT_FALSE(limiter.Take("a", 6, kNow));
  EXPECT_TRUE(limiter.Take("a", 5, kNow));
}

TEST(RateLimiterTest, OneCallerCostsAnotherNothing) {
  RateLimiter limiter({.rate = 1, .burst = 1});
  EXPECT_TRUE(limiter.Take("a", 1, kNow));
  EXPECT_FALSE(limiter.Take("a", 1, kNow));
  EXPECT_TRUE(limiter.Take("b", 1, kNow));
}

TEST(RateLimiterTest, WhatCostsMoreThanABucketWaitsForAFullOneAndIsPaidOff) {
  RateLimiter limiter({.rate = 10, .burst = 20});
  EXPECT_TRUE(limiter.Take("a", 50, kNow));  // 30 in debt
  absl::Duration wait;
  EXPECT_FALSE(limiter.Take("a", 1, kNow, &wait));
  EXPECT_EQ(wait, absl::Milliseconds(3100));
  EXPECT_FALSE(limiter.Take("a", 50, kNow, &wait));
  EXPECT_EQ(wait, absl::Seconds(5));
  EXPECT_TRUE(limiter.Take("a", 50, kNow + absl::Seconds(5)));
}

TEST(RateLimiterTest, AClockThatGoesBackTakesAndGivesNothing) {
  RateLimiter limiter({.rate = 10, .burst = 10});
  EXPECT_TRUE(limiter.Take("a", 9, kNow));
  EXPECT_TRUE(limiter.Take("a", 1, kNow - absl::Hours(1)));
  EXPECT_FALSE(limiter.Take("a", 1, kNow - absl::Hours(1)));
  EXPECT_FALSE(limiter.Take("a", 1, kNow));
  EXPECT_TRUE(limiter.Take("a", 1, kNow + absl::Milliseconds(100)));
}

TEST(RateLimiterTest, WithoutARateThereIsNoLimit) {
  RateLimiter limiter({.rate = 0, .burst = 1});
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(limiter.Take("a", 1000, kNow));
  EXPECT_EQ(limiter.size(), 0u);
}

TEST(RateLimiterTest, KeepsNoMoreKeysThanItMayAndForgetsTheOldest) {
  RateLimiter limiter({.rate = 0.001, .burst = 1, .most_keys = 1600});
  EXPECT_TRUE(limiter.Take("one who goes on", 1, kNow));
  for (int i = 0; i < 100'000; ++i) {
    EXPECT_TRUE(limiter.Take(absl::StrCat("made up ", i), 1, kNow));
    if (i % 50 == 0) {
      EXPECT_FALSE(limiter.Take("one who goes on", 1, kNow)) << i;
    }
  }
  EXPECT_LE(limiter.size(), 1600u);
  EXPECT_FALSE(limiter.Take("made up 99999", 1, kNow));
  EXPECT_TRUE(limiter.Take("made up 0", 1, kNow));
}

TEST(RateLimiterTest, LetsGoOfBucketsThatAreFullAgain) {
  RateLimiter limiter({.rate = 1, .burst = 10});
  for (int i = 0; i < 10'000; ++i) limiter.Take(absl::StrCat("a", i), 1, kNow);
  const size_t before = limiter.size();
  for (int i = 0; i < 10'000; ++i) limiter.Take(absl::StrCat("b", i), 1, kNow + absl::Hours(1));
  EXPECT_EQ(before, 10'000u);
  EXPECT_LE(limiter.size(), 10'050u);  // Those of the second hour alone, but for the odd one of a part.
}

TEST(RateLimiterTest, ManyAtOnceTakeNoMoreThanThereIs) {
  RateLimiter limiter({.rate = 1, .burst = 5000});
  std::atomic<int> taken{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 5000; ++i) {
        if (limiter.Take("a", 1, kNow)) ++taken;
        limiter.Take(absl::StrCat(t, "-", i), 1, kNow);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(taken, 5000);
}

}  // namespace
}  // namespace oversight::limits
