#include "monitoring-service/domain/ladder.h"

#include "tests/monitoring/domain_fixture.h"

namespace oversight::monitoring {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kGood[] = R"({"ladders":[{"name":"ladders/two","displayName":"Two","fromDate":{"year":2019},"stages":[
    {"id":"scan","displayName":"Scan","isDefault":true},{"id":"engage","displayName":"Engage","enhanced":true}]}]})";

std::string With(const std::string& what, const std::string& instead) {
  std::string text = kGood;
  const auto at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return at == std::string::npos ? text : text.replace(at, what.size(), instead);
}

TEST(Ladders, ShippedOnesSayScanAndEngageAreInForce) {
  const auto ladders = Ladders::Load("data/ladders.json");
  ASSERT_TRUE(ladders.ok()) << ladders.status();
  EXPECT_EQ(ladders->in_force().name(), "ladders/scan-engage");
  EXPECT_EQ(ladders->default_stage().display_name(), "Scan");
  EXPECT_FALSE(ladders->default_stage().enhanced());
  ASSERT_NE(ladders->FindStage("engage"), nullptr);
  EXPECT_TRUE(ladders->FindStage("engage")->enhanced());
  EXPECT_EQ(ladders->FindStage("local"), nullptr) << "a stage of an older ladder is not in force";
  for (const auto& ladder : ladders->list().ladders()) {
    for (const auto& stage : ladder.stages()) EXPECT_FALSE(stage.description().empty()) << stage.id();
  }
}

TEST(Ladders, TheOlderOneHasFiveStagesAndAPartialDate) {
  const auto& older = ShippedLadders().list().ladders(0);
  EXPECT_EQ(older.stages_size(), 5);
  EXPECT_EQ(FormatIso(older.from_date()), "2009-04");
}

TEST(Ladders, MissingFileIsToldByPath) {
  const auto status = Ladders::Load("data/no-such.json").status();
  EXPECT_THAT(status, Refuses(absl::StatusCode::kNotFound, "RESOURCE_NOT_FOUND"));
  EXPECT_EQ(ErrorMetadata(status, "path"), "data/no-such.json");
}

TEST(Ladders, GoodOneIsTaken) { EXPECT_TRUE(Ladders::Parse(kGood).ok()) << Ladders::Parse(kGood).status(); }

TEST(Ladders, NotJsonAndUnknownFieldsAreRefused) {
  for (const std::string text : {"", "[]", "{", R"({"ladder":[]})"}) {
    EXPECT_THAT(Ladders::Parse(text).status(), Refuses(absl::StatusCode::kInvalidArgument, "INVALID_FIELDS")) << text;
  }
}

struct Bad {
  const char* what;
  const char* instead;
  const char* field;
};

class BadLadder : public testing::TestWithParam<Bad> {};

TEST_P(BadLadder, IsRefusedAtItsField) {
  const auto status = Ladders::Parse(With(GetParam().what, GetParam().instead)).status();
  EXPECT_THAT(status, Refuses(absl::StatusCode::kInvalidArgument, "INVALID_FIELDS"));
  EXPECT_THAT(FieldsOf(status), Contains(GetParam().field));
}

INSTANTIATE_TEST_SUITE_P(
    All, BadLadder,
    testing::Values(Bad{"\"isDefault\":true", "\"isDefault\":false", "ladders[0].stages"},
                    Bad{"\"displayName\":\"Engage\"", "\"displayName\":\"Engage\",\"isDefault\":true",
                        "ladders[0].stages"},
                    Bad{"\"isDefault\":true", "\"isDefault\":true,\"enhanced\":true", "ladders[0].stages[0]"},
                    Bad{"\"id\":\"engage\"", "\"id\":\"scan\"", "ladders[0].stages[1].id"},
                    Bad{"\"id\":\"engage\"", "\"id\":\"En gage\"", "ladders[0].stages[1].id"},
                    Bad{"\"displayName\":\"Engage\"", "\"displayName\":\"\"", "ladders[0].stages[1].displayName"},
                    Bad{"\"id\":\"engage\"", "\"id\":\"engage\",\"meetingCadenceDays\":-1",
                        "ladders[0].stages[1].meetingCadenceDays"},
                    Bad{"\"id\":\"engage\"", "\"id\":\"engage\",\"meetingCadenceDays\":367",
                        "ladders[0].stages[1].meetingCadenceDays"},
                    Bad{"ladders/two", "two", "ladders[0].name"}, Bad{"ladders/two", "ladders/", "ladders[0].name"},
                    Bad{"\"displayName\":\"Two\"", "\"displayName\":\"\"", "ladders[0].displayName"},
                    Bad{"\"fromDate\":{\"year\":2019},", "", "ladders[0].fromDate"},
                    Bad{"{\"year\":2019}", "{\"year\":2019,\"month\":13}", "ladders[0].fromDate.month"},
                    Bad{"{\"year\":2019}", "{\"year\":2019},\"untilDate\":{\"year\":2020}", "ladders[0].untilDate"}));

TEST(Ladders, DatesMustRunFromTheOldest) {
  std::string two = kGood;
  two.replace(two.rfind("]}"), 2, R"(,{"name":"ladders/one","displayName":"One","fromDate":{"year":2009,"month":4},
      "stages":[{"id":"a","displayName":"A","isDefault":true}]}]})");
  EXPECT_THAT(FieldsOf(Ladders::Parse(two).status()), ElementsAre("ladders[1].fromDate"));
}

TEST(Ladders, EverythingWrongIsToldAtOnce) {
  const auto status = Ladders::Parse(R"({"ladders":[{"name":"x","stages":[{"id":""}]}]})").status();
  EXPECT_THAT(FieldsOf(status),
              ElementsAre("ladders[0].name", "ladders[0].displayName", "ladders[0].stages[0].id",
                          "ladders[0].stages[0].displayName", "ladders[0].stages", "ladders[0].fromDate"));
}

TEST(Ladders, NoneAtAllIsRefused) { EXPECT_THAT(FieldsOf(Ladders::Parse("{}").status()), ElementsAre("ladders")); }

}  // namespace
}  // namespace oversight::monitoring
