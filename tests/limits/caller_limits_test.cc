#include "common/limits/caller_limits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/rpc/errors.h"
#include "common/rpc/retry_info.h"

namespace oversight::limits {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const absl::Time kNow = absl::FromUnixSeconds(1700820000);

TEST(CallerLimitsTest, SaysWhichLimitWasMetAndWhenToComeBack) {
  CallerLimits limits({.rate = 2, .burst = 4}, "address");
  EXPECT_TRUE(limits.Admit("192.0.2.1", 4, false, kNow).ok());
  const absl::Status status = limits.Admit("192.0.2.1", 3, false, kNow).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ReasonOf(status), "RATE_LIMITED");
  EXPECT_EQ(ErrorMetadata(status, "per"), "address");
  EXPECT_EQ(RetryAfterOf(status), absl::Milliseconds(1500));
  EXPECT_THAT(std::string(status.message()), HasSubstr("One address"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("in 2s"));
  EXPECT_THAT(status.ToString(), Not(HasSubstr("192.0.2.1")));
}

TEST(CallerLimitsTest, CallsAndStreamsHavePlacesOfTheirOwn) {
  CallerLimits limits({.calls = 1, .streams = 2}, "principal");
  const auto call = limits.Admit("a", 1, false, kNow);
  const auto stream = limits.Admit("a", 1, true, kNow);
  const auto second = limits.Admit("a", 1, true, kNow);
  EXPECT_TRUE(call.ok() && stream.ok() && second.ok());
  const absl::Status calls = limits.Admit("a", 1, false, kNow).status();
  EXPECT_EQ(ReasonOf(calls), "TOO_MANY_AT_ONCE");
  EXPECT_THAT(std::string(calls.message()), HasSubstr("1 calls under way"));
  EXPECT_GT(RetryAfterOf(calls), absl::ZeroDuration());
  const absl::Status streams = limits.Admit("a", 1, true, kNow).status();
  EXPECT_EQ(ReasonOf(streams), "TOO_MANY_AT_ONCE");
  EXPECT_EQ(ErrorMetadata(streams, "limit"), "2");
  EXPECT_TRUE(limits.Admit("b", 1, false, kNow).ok());
}

TEST(CallerLimitsTest, ARefusalTakesNoPlaceAndNoUnits) {
  CallerLimits limits({.rate = 1, .burst = 3, .calls = 1}, "principal");
  {
    const auto call = limits.Admit("a", 1, false, kNow);
    ASSERT_TRUE(call.ok());
    for (int i = 0; i < 10; ++i) EXPECT_EQ(ReasonOf(limits.Admit("a", 1, false, kNow).status()), "TOO_MANY_AT_ONCE");
  }
  for (int i = 0; i < 10; ++i) EXPECT_EQ(ReasonOf(limits.Admit("a", 3, false, kNow).status()), "RATE_LIMITED");
  EXPECT_TRUE(limits.Admit("a", 2, false, kNow).ok());
}

TEST(CallerLimitsTest, WithoutLimitsEveryoneIsAdmitted) {
  CallerLimits limits({}, "principal");
  std::vector<absl::StatusOr<CallerLimits::Place>> places;
  for (int i = 0; i < 1000; ++i) places.push_back(limits.Admit("a", 1000, i % 2 == 0, kNow));
  for (const auto& place : places) EXPECT_TRUE(place.ok());
}

}  // namespace
}  // namespace oversight::limits
