#include "common/time/london.h"

#include <gtest/gtest.h>

namespace oversight {
namespace {

absl::Time Utc(int year, int month, int day, int hour, int minute) {
  return absl::FromCivil(absl::CivilMinute(year, month, day, hour, minute), absl::UTCTimeZone());
}

TEST(London, TheDayFollowsSummerTime) {
  EXPECT_EQ(Today(FakeClock(Utc(2024, 1, 31, 23, 30))), absl::CivilDay(2024, 1, 31));
  EXPECT_EQ(Today(FakeClock(Utc(2024, 7, 31, 22, 59))), absl::CivilDay(2024, 7, 31));
  EXPECT_EQ(Today(FakeClock(Utc(2024, 7, 31, 23, 0))), absl::CivilDay(2024, 8, 1));
}

TEST(London, AMinuteOnTheClockIsAMoment) {
  EXPECT_EQ(LondonTime(absl::CivilMinute(2024, 12, 6, 10, 0)), Utc(2024, 12, 6, 10, 0));
  EXPECT_EQ(LondonTime(absl::CivilMinute(2024, 6, 6, 10, 0)), Utc(2024, 6, 6, 9, 0));
}

TEST(London, ClockChangesHaveOneAnswer) {
  EXPECT_EQ(LondonTime(absl::CivilMinute(2024, 3, 31, 1, 30)), Utc(2024, 3, 31, 1, 0));     // Skipped.
  EXPECT_EQ(LondonTime(absl::CivilMinute(2024, 10, 27, 1, 30)), Utc(2024, 10, 27, 0, 30));  // Comes twice.
}

TEST(London, AMinuteIsWrittenForPeople) {
  EXPECT_EQ(FormatMinuteForPeople(Utc(2024, 12, 6, 10, 0)), "10:00 on 6 December 2024");
  EXPECT_EQ(FormatMinuteForPeople(Utc(2024, 7, 31, 23, 5)), "00:05 on 1 August 2024");
}

}  // namespace
}  // namespace oversight
