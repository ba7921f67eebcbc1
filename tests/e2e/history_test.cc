// The shipped history through the command line and the real binaries, and who was in Engage on several dates: once as
// printed for people, once over HTTP as the public would ask.
#include "gmock/gmock.h"
#include "google/protobuf/util/json_util.h"
#include "oversight/monitoring/v1/register_service.pb.h"
#include "tests/e2e/suite_fixture.h"
#include "tests/support/http_client.h"

namespace oversight::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class HistoryTest : public SuiteFixture {
 protected:
  HistoryTest() { StartSuite({}); }

  std::string Shown(const std::string& principal, const std::vector<std::string>& arguments) {
    const Ran ran = suite_->Cli(principal, arguments);
    EXPECT_EQ(ran.code, 0) << ran.err;
    return ran.out;
  }
  // Of a register over HTTP: "cleveland" when it is certain, "cleveland?" when it is possible.
  std::vector<std::string> InEngage(const std::string& date) {
    const HttpAnswer answer = HttpCall(
        suite_->address("gateway", "http"), "POST", "/oversight.monitoring.v1.RegisterService/GetRegister",
        {{"content-type", "application/json"}, {"oversight-principal", "public"}}, "{\"onDate\":" + date + "}");
    EXPECT_EQ(answer.status, 200) << answer.body;
    monitoring::v1::GetRegisterResponse response;
    EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(answer.body, &response).ok()) << answer.body;
    std::vector<std::string> forces;
    for (const auto& entry : response.current()) {
      const bool certain = entry.certainty() == monitoring::v1::REGISTER_CERTAINTY_CERTAIN;
      forces.push_back(entry.force().substr(sizeof("forces/") - 1) + (certain ? "" : "?"));
    }
    return forces;
  }
};

TEST_F(HistoryTest, TheShippedHistoryTellsWhoWasInEngageOnAnyDate) {
  EXPECT_THAT(Shown("records-manager", {"import-history", "data/history.csv", "--dry-run"}),
              HasSubstr("Would import: 16 new and 0 unchanged moves; 8 episodes begun, 8 ended."));
  EXPECT_THAT(Shown("records-manager", {"import-history", "data/history.csv"}), HasSubstr("Imported: 16 new"));
  EXPECT_THAT(Shown("records-manager", {"import-history", "data/history.csv"}), HasSubstr("Imported: 0 new and 16"));

  EXPECT_THAT(InEngage(R"({"year":2019,"month":6,"day":1})"), ElementsAre("cleveland?"));
  EXPECT_THAT(InEngage(R"({"year":2020,"month":12,"day":31})"), ElementsAre("cleveland", "greater-manchester"));
  EXPECT_THAT(InEngage(R"({"year":2021,"month":12,"day":15})"),
              ElementsAre("cleveland", "greater-manchester", "gloucestershire?"));
  EXPECT_THAT(InEngage(R"({"year":2023,"month":9,"day":20})"),
              ElementsAre("gloucestershire?", "wiltshire", "metropolitan", "staffordshire", "london-fire"));
  EXPECT_THAT(InEngage(R"({"year":2024,"month":9,"day":17})"), ElementsAre("metropolitan", "west-midlands"));
  EXPECT_THAT(InEngage(R"({"year":2024,"month":9,"day":18})"), ElementsAre("metropolitan"));
  EXPECT_THAT(InEngage(R"({"year":2022})"),
              ElementsAre("cleveland", "greater-manchester?", "gloucestershire", "wiltshire?", "metropolitan?",
                          "staffordshire?", "london-fire?"));

  const std::string printed = Shown("public", {"get-register", "--on-date=2019-06-01"});
  EXPECT_THAT(printed, AllOf(HasSubstr("Cleveland Police"), HasSubstr("possible"), Not(HasSubstr("Wiltshire"))));
  EXPECT_THAT(Shown("chief-inspector", {"get-decision-sequence", "cleveland/1"}),
              AllOf(HasSubstr("Cleveland Police to Engage"), HasSubstr("2019"), HasSubstr("Imported from"),
                    HasSubstr("https://www.justiceinspectorates.gov.uk")));

  // A line over what is there is refused, naming both, and the register stays as it was.
  const Ran refused = suite_->Cli("records-manager", {"import-history", "tests/e2e/overlapping_history.csv"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("csv.line[3]"), HasSubstr("forces/west-midlands/episodes/1")));
  EXPECT_THAT(InEngage(R"({"year":2024,"month":1,"day":1})"), Not(::testing::Contains("kent")));
}

}  // namespace
}  // namespace oversight::testing
