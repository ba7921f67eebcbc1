// What the command line tells of its arguments without asking the suite, and how it tells errors.
#include "gateway/cli/arguments.h"

#include "common/rpc/errors.h"
#include "gateway/cli/client.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace oversight::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Arguments, NamesWhatIsNotUtf8) {
  EXPECT_THAT(Describe(CheckUtf8({"raise", "--title", "\xff"})), HasSubstr("--title is not valid UTF-8"));
  EXPECT_THAT(Describe(CheckUtf8({"raise", "--title=\xff"})), HasSubstr("--title is not valid UTF-8"));
  EXPECT_EQ(ExitCode(CheckUtf8({"\xff"})), 2);
  EXPECT_TRUE(CheckUtf8({"raise", "--title", "\xc3\xa9"}).ok());
}

TEST(Arguments, Recommendations) {
  EXPECT_EQ(ParseRecommendation("Do @ this @ 28 days")->text(), "Do @ this");
  for (const char* bad : {"Do this", " @ 3 months", "Do this @ "}) EXPECT_NE(RecommendationProblem(bad), "") << bad;
  EXPECT_NE(DateProblem(""), "");
  EXPECT_EQ(DateProblem("2023-09"), "");
}

TEST(Arguments, EtagsMayComeWithoutQuotes) {
  EXPECT_EQ(QuotedEtag("9"), "\"9\"");
  EXPECT_EQ(QuotedEtag("\"9\""), "\"9\"");
  EXPECT_EQ(QuotedEtag(""), "");
}

TEST(Arguments, ReadFileRefusesFoldersAndTooMuch) {
  EXPECT_EQ(ReadFile("data", 100).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(ReadFile("no-such-file", 100).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(ReadFile("data/forces.csv", 10).status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_TRUE(ReadFile("data/forces.csv", 1 << 20).ok());
}

TEST(Describe, SaysNothingTwice) {
  const absl::Status nobody = Error(absl::StatusCode::kUnauthenticated, std::string("UNAUTHENTICATED"), "Who are you?");
  EXPECT_THAT(Describe(nobody), HasSubstr("UNAUTHENTICATED: Who"));
  EXPECT_THAT(Describe(nobody), Not(HasSubstr("UNAUTHENTICATED UNAUTHENTICATED")));
  EXPECT_THAT(Describe(nobody), HasSubstr("--token-file=FILE"));
  const absl::Status unknown =
      Error(absl::StatusCode::kUnauthenticated, std::string("UNAUTHENTICATED"), "Who?").With("principals", "public");
  EXPECT_THAT(Describe(unknown), HasSubstr("--as=NAME")) << "in insecure mode, which tells the names";
  Violations one;
  one.Add("title", "is required");
  EXPECT_THAT(Describe(one.status()), Not(HasSubstr("\n  title")));
  EXPECT_THAT(Describe(absl::UnavailableError("x")), HasSubstr("make run"));
  EXPECT_THAT(Describe(Error(absl::StatusCode::kUnavailable, std::string("DRAINING"), "x")),
              Not(HasSubstr("make run")));
}

}  // namespace
}  // namespace oversight::cli
