#include "common/time/timestamp.h"

#include "gtest/gtest.h"

namespace oversight {
namespace {

TEST(Timestamp, GoesThereAndBackToTheNanosecond) {
  for (const absl::Time time : {absl::FromUnixNanos(0), absl::FromUnixNanos(1),
                                absl::FromUnixNanos(1700820000123456789), absl::FromUnixNanos(-1)}) {
    google::protobuf::Timestamp stamp;
    SetTime(time, &stamp);
    EXPECT_GE(stamp.nanos(), 0) << time;
    EXPECT_LT(stamp.nanos(), 1000000000) << time;
    EXPECT_EQ(GetTime(stamp), time);
  }
}

TEST(Timestamp, HasNanosecondsFromTheSecondBefore) {
  google::protobuf::Timestamp stamp;
  SetTime(absl::FromUnixMillis(-1), &stamp);
  EXPECT_EQ(stamp.seconds(), -1);
  EXPECT_EQ(stamp.nanos(), 999000000);
}

}  // namespace
}  // namespace oversight
