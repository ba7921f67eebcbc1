// The parts of the command line that need no suite.
#include "gateway/cli/arguments.h"
#include "gateway/cli/client.h"
#include "gateway/cli/render.h"
#include "gateway/cli/table.h"

#include "common/rpc/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "oversight/ledger/v1/transaction.pb.h"

namespace oversight::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(Arguments, ListRefusesOptionsOfOtherKinds) {
  const absl::Status status = CheckListOptions("forces", {"--region", "--force"});
  EXPECT_EQ(ExitCode(status), 2);
  EXPECT_THAT(Describe(status), HasSubstr("--force does not apply to forces; it is for concerns"));
  EXPECT_FALSE(CheckListOptions("concerns", {"--stage"}).ok());
  EXPECT_FALSE(CheckListOptions("decisions", {"--state"}).ok());
  EXPECT_TRUE(CheckListOptions("concerns", {"--force", "--state"}).ok());
}

TEST(Arguments, NamesWhatIsNotUtf8) {
  EXPECT_THAT(Describe(CheckUtf8({"raise", "--title", "\xff"})), HasSubstr("--title is not valid UTF-8"));
  EXPECT_THAT(Describe(CheckUtf8({"raise", "--title=\xff"})), HasSubstr("--title is not valid UTF-8"));
  EXPECT_EQ(ExitCode(CheckUtf8({"\xff"})), 2);
  EXPECT_TRUE(CheckUtf8({"raise", "--title", "\xc3\xa9"}).ok());
}

TEST(Arguments, DueRulesAndRecommendations) {
  EXPECT_EQ(ParseDue("within 3 months")->within().count(), 3);
  for (const char* bad : {"", "0 months", "3651 days", "2024", "soon"}) EXPECT_NE(DueProblem(bad), "") << bad;
  EXPECT_EQ(ParseRecommendation("Do @ this @ 28 days")->text(), "Do @ this");
  for (const char* bad : {"Do this", " @ 3 months", "Do this @ "}) EXPECT_NE(RecommendationProblem(bad), "") << bad;
  EXPECT_NE(DateProblem(""), "");
  EXPECT_EQ(DateProblem("2023-09"), "");
}

TEST(Arguments, LedgersAndVersions) {
  EXPECT_EQ(LedgerName("concerns"), "ledgers/concerns");
  EXPECT_EQ(LedgerName("ledgers/forces"), "ledgers/forces");
  EXPECT_NE(LedgerProblem("kent"), "");
  EXPECT_EQ(*LedgerToList("redactions", "monitoring"), "ledgers/monitoring");
  EXPECT_EQ(*LedgerToList("forces", ""), "");
  for (const auto& [kind, ledger] : {std::pair("redactions", ""), {"redactions", "kent"}, {"forces", "forces"}}) {
    EXPECT_EQ(ExitCode(LedgerToList(kind, ledger).status()), 2) << kind << " " << ledger;
  }
  EXPECT_EQ(*ParseVersion("forces/kent/concerns/1@12"),
            (std::pair<std::string, int64_t>("forces/kent/concerns/1", 12)));
  for (const char* bad : {"", "forces/kent", "@12", "forces/kent@", "forces/kent@0", "forces/kent@-1", "forces/kent@x",
                          "forces/kent@99999999999999999999"}) {
    EXPECT_NE(VersionProblem(bad), "") << bad;
  }
}

TEST(Render, BytesAreShownAsHexadecimal) {
  ledger::v1::Redaction redaction;
  redaction.set_name("redactions/1");
  redaction.set_payload_hash(std::string("\x00\xff", 2));
  EXPECT_EQ(Labelled(redaction), "name: redactions/1\npayload hash: 00ff\n");
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
  EXPECT_THAT(Describe(nobody), HasSubstr("--as=NAME"));
  Violations one;
  one.Add("title", "is required");
  EXPECT_THAT(Describe(one.status()), Not(HasSubstr("\n  title")));
  EXPECT_THAT(Describe(absl::UnavailableError("x")), HasSubstr("make run"));
  EXPECT_THAT(Describe(Error(absl::StatusCode::kUnavailable, std::string("DRAINING"), "x")),
              Not(HasSubstr("make run")));
}

TEST(Table, WrapsTheLastColumn) {
  EXPECT_THAT(WrapText("one two three", 7), ElementsAre("one two", "three"));
  EXPECT_THAT(WrapText("", 7), ElementsAre(""));
  Table table({"A", "WHY"});
  table.Add({"x", "one two three"});
  EXPECT_EQ(table.Wrapped(7), "A  WHY\nx  one two\n   three\n");
}

}  // namespace
}  // namespace oversight::cli
