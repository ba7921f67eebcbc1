// What policies advise, through the command line and the real binaries: the seed's case with its four concerns, what
// would return the force, what needs attention, and the backtest over it and over the shipped history.
#include <fstream>

#include "absl/strings/str_replace.h"
#include "common/text/csv.h"
#include "gmock/gmock.h"
#include "tests/e2e/suite_fixture.h"
#include "tests/support/temp_dir.h"

namespace oversight::testing {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

class PolicyTest : public SuiteFixture {
 protected:
  PolicyTest() { StartSuite({}); }

  // What is printed, in one line.
  std::string Shown(const std::string& principal, const std::vector<std::string>& arguments) {
    const Ran ran = suite_->Cli(principal, arguments);
    EXPECT_EQ(ran.code, 0) << ran.err;
    std::string text = ran.out;
    absl::StrReplaceAll({{"\n", " "}}, &text);
    while (absl::StrReplaceAll({{"  ", " "}}, &text) > 0) continue;
    return text;
  }
};

TEST_F(PolicyTest, OfTheSeedsCaseItAdvisesEngageNamesTheFourConcernsAndSaysWhatWouldReturnIt) {
  PlayScenario();
  const std::string page = Shown("liaison-lead", {"assess", "west-midlands"});
  EXPECT_THAT(page, HasSubstr("in engage, advised: to stay in engage"));
  EXPECT_THAT(page, HasSubstr("The force is not managing, mitigating or eradicating causes of concern."));
  for (const std::string concern : {"1", "2", "3", "4"}) {
    EXPECT_THAT(page, HasSubstr("[forces/west-midlands/concerns/" + concern + ", revision ")) << concern;
  }
  EXPECT_THAT(page, HasSubstr("discharge of concern 1, discharge of concern 2, discharge of concern 3, discharge of "
                              "concern 4 and a plan accepted, with no milestone late give Scan"));
  EXPECT_THAT(page, Not(HasSubstr("supposed")));
  EXPECT_THAT(Shown("liaison-lead", {"assess"}), AllOf(HasSubstr("west-midlands"), HasSubstr("not-managing")));

  // What if: by the verb made from the contract. Nothing of it is stored.
  const std::string supposed =
      Shown("liaison-lead", {"--json", "assess-force", "west-midlands",
                             R"(--changes={"stage": {"force": "forces/west-midlands", "stage": "scan"}})"});
  EXPECT_THAT(supposed, HasSubstr("\"advisedMove\":\"ADVISED_MOVE_ESCALATE\""));
  EXPECT_THAT(Shown("liaison-lead", {"assess", "west-midlands"}), HasSubstr("in engage"));

  const std::string attention = Shown("liaison-lead", {"attention", "west-midlands", "--role=liaison-lead"});
  EXPECT_THAT(attention, AllOf(HasSubstr("Recommendation 1 of concern 1 was due on"),
                               HasSubstr("[forces/west-midlands/concerns/1/recommendations/1, revision ")));

  const std::string backtest =
      Shown("liaison-lead", {"backtest", "--policy=published-grounds", "--against=early-warning"});
  EXPECT_THAT(backtest, AllOf(HasSubstr("published-grounds early-warning"), HasSubstr("forces flagged"),
                              HasSubstr("west-midlands, now in engage"), HasSubstr("escalation advised"),
                              HasSubstr("into the enhanced stage, advised 0 days before")));
  const Ran csv = suite_->Cli("liaison-lead", {"backtest", "--csv"});
  ASSERT_EQ(csv.code, 0) << csv.err;
  const CsvFile file = ReadCsv(csv.out);
  ASSERT_GE(file.records.size(), 3u) << csv.out;
  std::vector<std::string> events;
  for (const auto& record : file.records) events.push_back(record.fields.at(2));
  EXPECT_THAT(events, AllOf(Contains("escalation-advised"), Contains("entry-decided")));
  EXPECT_EQ(suite_->Cli("west-midlands-officer", {"assess", "west-midlands"}).code, 1);
}

TEST_F(PolicyTest, AFileOfTheCallersOwnIsTriedOrRefusedWithAllItsFaultsByLine) {
  PlayScenario();
  const TempDir folder;
  const auto file = [&folder](const std::string& name, const std::string& text) {
    std::ofstream(folder / name) << text;
    return folder / name;
  };
  const std::string mine = file("mine.txtpb", R"(name: "policies/mine"
display_name: "One is enough"
rules {
  id: "any" text: "There is an open cause of concern." source: "Ours."
  advises: ADVISED_MOVE_ESCALATE
  conditions { causes { } at_least: 1 }
})");
  EXPECT_THAT(Shown("liaison-lead", {"backtest", "--policy=" + mine, "--against=published-grounds"}),
              AllOf(HasSubstr("mine published-grounds"), HasSubstr("west-midlands, now in engage")));
  const std::string bad = file("bad.txtpb", R"(name: "policies/bad"
display_name: "Bad"
rules {
  id: "any" text: "T." source: "S."
  advises: ADVISED_MOVE_SIDEWAYS
  conditions { number: "phase_of_the_moon" at_least: 1 }
})");
  const Ran refused = suite_->Cli("liaison-lead", {"backtest", "--policy=" + bad});
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.err, AllOf(HasSubstr(bad + ":5: Unknown enumeration value"),
                                 HasSubstr(bad + ":6: unknown fact \"phase_of_the_moon\"")));
  EXPECT_EQ(suite_->Cli("liaison-lead", {"backtest", "--policy=./nowhere.txtpb"}).code, 2);
}

TEST_F(PolicyTest, OfTheShippedHistoryNothingIsRecordedFromBeforeAndTheBacktestSaysSo) {
  Shown("records-manager", {"import-history", "data/history.csv"});
  const std::string backtest = Shown("liaison-lead", {"backtest", "--against=early-warning"});
  EXPECT_THAT(backtest, HasSubstr("16 decisions from public sources are in no score"));
  EXPECT_THAT(backtest, HasSubstr("real decisions into the enhanced stage 0 0"));
}

}  // namespace
}  // namespace oversight::testing
