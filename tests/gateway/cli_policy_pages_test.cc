#include "gateway/cli/policy_pages.h"

#include "common/text/csv.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace oversight::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

template <class T>
T From(const std::string& text) {
  T message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message));
  return message;
}

size_t LongestLine(const std::string& page) {
  size_t longest = 0, begin = 0;
  for (size_t end; (end = page.find('\n', begin)) != std::string::npos; begin = end + 1) {
    longest = std::max(longest, end - begin);
  }
  return longest;
}

constexpr char kAssessment[] = R"text(
  force: "forces/kent" policy: "policies/p" on_date { year: 2026 month: 6 day: 30 }
  stage: "scan" advised_stage: "engage" advised_move: ADVISED_MOVE_ESCALATE
  text: "A move to Engage is advised."
  fired {
    rule: "not-responding" text: "The force does not respond." advises: ADVISED_MOVE_ESCALATE
    conditions {
      text: "open causes of concern handled as not responding or worse: at least 1" value: 1 bound: 1 met: true
      facts { name: "forces/kent/concerns/12" revision: 40 text: "Investigations (handling: not responding)" }
    }
  }
  near_misses { rule: "late" text: "It is late." missing: "days" expected_date { year: 2026 month: 7 day: 2 } }
  counterfactuals { text: "discharge of concern 12 gives Scan" advised_stage: "scan" })text";

TEST(PolicyPagesTest, AnAssessmentCanBeReadAloudWithItsFacts) {
  const auto assessment = From<monitoring::v1::Assessment>(kAssessment);
  const std::string page = AssessmentPage(assessment, 100);
  EXPECT_THAT(page, HasSubstr("forces/kent on 30 June 2026: in scan, advised: engage"));
  EXPECT_THAT(page, HasSubstr("A move to Engage is advised."));
  EXPECT_THAT(page, HasSubstr("[forces/kent/concerns/12, revision 40]"));
  EXPECT_THAT(page, HasSubstr("discharge of concern 12 gives Scan"));
  EXPECT_THAT(page, HasSubstr("(on 2 July 2026)"));
  EXPECT_THAT(page, HasSubstr("Advice only"));
  EXPECT_LE(LongestLine(AssessmentPage(assessment, 60)), 60u);
}

TEST(PolicyPagesTest, EveryForceIsALine) {
  monitoring::v1::AssessForcesResponse answer;
  EXPECT_EQ(AssessmentsPage(answer, 80), "No force is advised to move.\n");
  *answer.add_assessments() = From<monitoring::v1::Assessment>(kAssessment);
  EXPECT_THAT(AssessmentsPage(answer, 80), HasSubstr("-> engage"));
}

TEST(PolicyPagesTest, TheAttentionListNamesEachFactAndSaysWhatIsLeftOut) {
  monitoring::v1::ListAttentionResponse answer;
  EXPECT_EQ(AttentionPage(answer, 80), "Nothing needs attention.\n");
  answer.add_left_out("The checks of the record: they cannot be had.");
  EXPECT_EQ(AttentionPage(answer, 80),
            "Nothing needs attention.\nLeft out: The checks of the record: they cannot be had.\n");
  auto item = From<monitoring::v1::AttentionItem>(R"(
    kind: ATTENTION_KIND_INCONSISTENCY force: "forces/kent" text: "It does not fit. Put it right."
    resource: "forces/kent/concerns/1" revision: 7 roles: ROLE_RECORDS_MANAGER)");
  *answer.add_items() = item;
  answer.set_total_count(1);
  const std::string page = AttentionPage(answer, 80);
  EXPECT_THAT(page, HasSubstr("kent: It does not fit. Put it right.\n"));
  EXPECT_THAT(page, HasSubstr("[forces/kent/concerns/1, revision 7] for records manager"));
  EXPECT_THAT(page, HasSubstr("Left out: The checks of the record"));
}

BacktestResult Result() {
  BacktestResult result;
  result.forces.push_back(From<monitoring::v1::ForceBacktest>(R"(
    force: "forces/kent" stage: "engage"
    replays {
      score { policy: "policies/p" }
      spells {
        escalates: true from_time { seconds: 1700820000 } until_time { seconds: 1701424800 } end: SPELL_END_DECIDED
        rules: "not-responding"
      }
      decisions {
        decision: "forces/kent/decisions/1" decision_time { seconds: 1701424800 } escalates: true advised: true
        lead_days: 7
      }
    })"));
  result.summary = From<monitoring::v1::BacktestSummary>(R"(
    scores { policy: "policies/p" flagged_force_count: 1 hit_count: 1 entry_count: 1 flips_per_year: 0.25 }
    first_time { seconds: 1700820000 } last_time { seconds: 1703424800 }
    transaction_count: 12 force_count: 1 historical_decision_count: 3)");
  return result;
}

TEST(PolicyPagesTest, ABacktestHasATableAndATimelineOfEachForce) {
  const std::string page = BacktestPage(Result(), 100);
  EXPECT_THAT(page, HasSubstr("forces flagged"));
  EXPECT_THAT(page, HasSubstr("0.25"));
  EXPECT_THAT(BacktestPage(Result(), 300), HasSubstr("3 decisions from public sources are in no score"));
  EXPECT_THAT(page, HasSubstr("24 November 2023: escalation advised until 1 December 2023, when it was moved"));
  EXPECT_THAT(page, HasSubstr("1 December 2023: decision 1 into the enhanced stage, advised 7 days before"));
  EXPECT_LE(LongestLine(BacktestPage(Result(), 70)), 70u);
  EXPECT_EQ(BacktestPage({}, 80), "Nothing is recorded yet.\n");
}

TEST(PolicyPagesTest, ABacktestAsCsvReadsAsCsv) {
  const CsvFile file = ReadCsv(BacktestCsv(Result()));
  ASSERT_EQ(file.records.size(), 3u);
  EXPECT_THAT(file.records[1].fields,
              ElementsAre("forces/kent", "policies/p", "escalation-advised", "2023-11-24T10:00:00Z",
                          "2023-12-01T10:00:00Z", "decided", "", "", "not-responding", ""));
  EXPECT_THAT(file.records[2].fields, ElementsAre("forces/kent", "policies/p", "entry-decided", "2023-12-01T10:00:00Z",
                                                  "", "", "yes", "7", "", "forces/kent/decisions/1"));
}

}  // namespace
}  // namespace oversight::cli
