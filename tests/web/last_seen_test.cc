// Answers that stand in for a service that cannot be reached: kept by who asked what, and bounded.
#include "gateway/web/last_seen.h"

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace oversight::gateway::web {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1700820000);

TEST(LastSeen, ForgetsWhatIsRefused) {
  LastSeen seen;
  seen.Keep("public asks a", "one", kNow);
  seen.Keep("public asks b", "two", kNow);
  seen.Forget("public asks a");
  seen.Forget("nobody asks a");
  EXPECT_FALSE(seen.Find("public asks a").has_value());
  EXPECT_TRUE(seen.Find("public asks b").has_value());
}

TEST(LastSeen, IsTheLatestAnswerToTheSameQuestion) {
  LastSeen seen;
  EXPECT_FALSE(seen.Find("public asks a").has_value());
  seen.Keep("public asks a", "one", kNow);
  seen.Keep("public asks a", "two", kNow + absl::Seconds(5));
  seen.Keep("chief asks a", "three", kNow);
  const auto answer = seen.Find("public asks a");
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->bytes, "two");
  EXPECT_EQ(answer->time, kNow + absl::Seconds(5));
  EXPECT_FALSE(seen.Find("public asks b").has_value());
}

TEST(LastSeen, LetsGoWhatWasNotAskedForLongest) {
  LastSeen seen(10000);
  for (int i = 0; i < 3; ++i) seen.Keep(absl::StrCat(i), std::string(3000, 'x'), kNow);
  EXPECT_TRUE(seen.Find("0").has_value());
  seen.Keep("3", std::string(3000, 'x'), kNow);
  EXPECT_TRUE(seen.Find("0").has_value()) << "asked for lately";
  EXPECT_FALSE(seen.Find("1").has_value());
  EXPECT_TRUE(seen.Find("2").has_value());
  EXPECT_TRUE(seen.Find("3").has_value());
  seen.Keep("4", std::string(20000, 'x'), kNow);
  EXPECT_FALSE(seen.Find("4").has_value()) << "more than there is room for";
}

}  // namespace
}  // namespace oversight::gateway::web
