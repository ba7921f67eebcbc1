#include "common/rpc/validator.h"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "common/rpc/errors.h"
#include "common/rpc/resource_pattern.h"
#include "common/rpc/utf8.h"
#include "gmock/gmock.h"
#include "google/protobuf/dynamic_message.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "oversight/common/v1/principal.pb.h"
#include "oversight/concerns/v1/bulk_service.pb.h"
#include "oversight/concerns/v1/concerns_service.pb.h"
#include "oversight/concerns/v1/overview_service.pb.h"
#include "oversight/forces/v1/forces_service.pb.h"
#include "oversight/gateway/v1/gateway_service.pb.h"
#include "oversight/monitoring/v1/monitoring_service.pb.h"
#include "rapidcheck/gtest.h"
#include "tests/informer/random_message.h"

namespace oversight::rpc {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

template <class T>
T Parse(const std::string& text) {
  T message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

template <class T>
std::vector<std::pair<std::string, std::string>> Check(const std::string& text) {
  return ViolationsOf(Validate(Parse<T>(text)));
}
std::vector<std::string> Fields(const std::vector<std::pair<std::string, std::string>>& violations) {
  std::vector<std::string> fields;
  for (const auto& [field, description] : violations) fields.push_back(field);
  return fields;
}

constexpr char kGoodConcern[] = R"(
  kind: CONCERN_KIND_CAUSE_OF_CONCERN title: "Custody" finding: "Not good enough." theme: "themes/custody"
  source { kind: SOURCE_KIND_INSPECTION title: "PEEL 2023" } found_date { year: 2023 month: 11 })";

TEST(Validator, PassesWhatKeepsTheRules) {
  EXPECT_TRUE(Validate(Parse<forces::v1::GetForceRequest>("name: 'forces/west-midlands'")).ok());
  EXPECT_TRUE(Validate(Parse<concerns::v1::CreateConcernRequest>(
                           absl::StrCat("parent: 'forces/kent' concern {", kGoodConcern, "}")))
                  .ok());
}

TEST(Validator, ReportsAllViolationsAtOnceWithTheirPaths) {
  const absl::Status status = Validate(Parse<concerns::v1::CreateConcernRequest>(
      "concern { title: 'x' source { } theme: 'theft' found_date { month: 13 } }"));
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(status), "INVALID_FIELDS");
  EXPECT_THAT(Fields(ViolationsOf(status)),
              ::testing::IsSupersetOf({"parent", "concern.kind", "concern.finding", "concern.theme",
                                       "concern.source.kind", "concern.source.title", "concern.found_date.year"}));
}

TEST(Validator, NamesElementsByIndex) {
  EXPECT_THAT(Fields(Check<monitoring::v1::CreateProposalRequest>(
                  "parent: 'forces/kent' proposal { to_stage: 'engage' ground: GROUND_OTHER "
                  "reasons { text: 'a' } reasons { text: 'b' } reasons { concern: 'forces/kent/concerns/01' } }")),
              UnorderedElementsAre("proposal.reasons[2].text", "proposal.reasons[2].concern"));
}

TEST(Validator, RequiredRepeatedFieldNeedsAnElement) {
  EXPECT_THAT(Check<monitoring::v1::CreateProposalRequest>(
                  "parent: 'forces/kent' proposal { to_stage: 'engage' ground: GROUND_OTHER }"),
              ElementsAre(Pair("proposal.reasons", HasSubstr("required"))));
}

TEST(Validator, ElementsAreNeverEmpty) {
  EXPECT_THAT(Fields(Check<common::v1::Principal>("name: 'principals/a' roles: ROLE_UNSPECIFIED roles: ROLE_FORCE "
                                                  "regions: 'Wales' regions: ''")),
              UnorderedElementsAre("roles[0]", "regions[1]"));
}

TEST(Validator, CountsLengthInCodePoints) {
  std::string title;
  for (int i = 0; i < 200; ++i) title += "\xf0\x9f\x9a\x93";  // four bytes each
  forces::v1::CreateForceRequest request = Parse<forces::v1::CreateForceRequest>(
      "force_id: 'kent' force { kind: FORCE_KIND_TERRITORIAL service: SERVICE_TYPE_POLICE "
      "oversight_body { kind: OVERSIGHT_BODY_KIND_MAYOR display_name: 'Mayor' } }");
  request.mutable_force()->set_display_name(title);
  EXPECT_TRUE(Validate(request).ok());
  request.mutable_force()->set_display_name(title + "x");
  EXPECT_THAT(ViolationsOf(Validate(request)), ElementsAre(Pair("force.display_name", HasSubstr("at most 200"))));
}

TEST(Validator, DefaultLengthApplies) {
  monitoring::v1::Monitoring monitoring;  // `ladder` has no rule of its own
  monitoring.set_ladder(std::string(16384, 'a'));
  EXPECT_TRUE(Validate(monitoring).ok());
  monitoring.set_ladder(std::string(16385, 'a'));
  EXPECT_THAT(Fields(ViolationsOf(Validate(monitoring))), ElementsAre("ladder"));
}

TEST(Validator, RefusesBytesThatAreNotUtf8) {
  forces::v1::ListForcesRequest request;
  request.set_region("Wal\xffs");
  EXPECT_THAT(ViolationsOf(Validate(request)), ElementsAre(Pair("region", HasSubstr("UTF-8"))));
}

TEST(Validator, WhiteSpaceAloneIsNoText) {
  forces::v1::Force force = Parse<forces::v1::Force>(
      "display_name: 'Kent' kind: FORCE_KIND_TERRITORIAL service: SERVICE_TYPE_POLICE "
      "oversight_body { kind: OVERSIGHT_BODY_KIND_MAYOR display_name: 'Mayor' }");
  for (const char* empty : {" ", " \t\n", "\r\n", "\xc2\xa0", "\xe3\x80\x80 "}) {
    force.set_display_name(empty);
    EXPECT_THAT(ViolationsOf(Validate(force)), ElementsAre(Pair("display_name", "is required"))) << empty;
  }
  force.set_display_name(" Kent ");
  force.add_aliases(" ");
  EXPECT_THAT(ViolationsOf(Validate(force)), ElementsAre(Pair("aliases[0]", "must not be empty")));
  // What may be left out may be blank.
  forces::v1::ListForcesRequest request;
  request.set_region(" ");
  EXPECT_TRUE(Validate(request).ok());
}

// A title with a line break would be two lines of a list, and the second could be made to look like another record.
TEST(Validator, TitlesAreOneLineAndTextsMayHaveMore) {
  concerns::v1::UpdateConcernRequest request;
  for (const char* bad : {"Crime\nforces/kent/concerns/9", "a\tb",
                          "a\xe2\x80\xa8"
                          "b",
                          "a\xe2\x80\xa9"
                          "b"}) {
    request.mutable_concern()->set_title(bad);
    request.mutable_concern()->set_finding(bad);
    EXPECT_THAT(ViolationsOf(Validate(request)),
                Contains(Pair("concern.title", "must be one line, without line breaks and tabs")))
        << bad;
    for (const auto& [field, words] : ViolationsOf(Validate(request))) EXPECT_NE(field, "concern.finding");
  }
}

TEST(Validator, RefusesControlCharactersAndTurnsOfDirection) {
  forces::v1::ListForcesRequest request;
  for (const std::string& bad :
       {std::string("a\0b", 3), std::string("a\x1b[31m"), std::string("a\rb"), std::string("\x7f"),
        std::string("a\xc2\x9b"), std::string("\xe2\x80\xaa"), std::string("x\xe2\x80\xae"),
        std::string("\xe2\x81\xa6"), std::string("\xe2\x81\xa9 x")}) {
    request.set_region(bad);
    EXPECT_THAT(ViolationsOf(Validate(request)), ElementsAre(Pair("region", "must not contain control characters")))
        << bad;
  }
  // The neighbours of what is refused, and what texts are made of.
  for (const char* good : {"a\n\tb", "\xc2\xa0x", "\xe2\x80\xa9x", "\xe2\x80\xaf", "\xe2\x81\xa5", "\xe2\x81\xaa",
                           "caf\xc3\xa9 \xe2\x80\x9cquoted\xe2\x80\x9d \xf0\x9f\x9a\x93"}) {
    request.set_region(good);
    EXPECT_TRUE(Validate(request).ok()) << good;
  }
}

TEST(Validator, LimitsElementsAndBytes) {
  forces::v1::Force force = Parse<forces::v1::Force>(
      "display_name: 'Kent' kind: FORCE_KIND_TERRITORIAL service: SERVICE_TYPE_POLICE "
      "oversight_body { kind: OVERSIGHT_BODY_KIND_MAYOR display_name: 'Mayor' }");
  for (int i = 0; i < 20; ++i) force.add_aliases("a");
  EXPECT_TRUE(Validate(force).ok());
  force.add_aliases("a");
  EXPECT_THAT(ViolationsOf(Validate(force)), ElementsAre(Pair("aliases", HasSubstr("at most 20"))));

  forces::v1::ImportForcesRequest import;
  import.set_csv(std::string(1048576, '\xff'));  // bytes need not be UTF-8
  EXPECT_TRUE(Validate(import).ok());
  import.set_csv(std::string(1048577, 'a'));
  EXPECT_THAT(Fields(ViolationsOf(Validate(import))), ElementsAre("csv"));
}

TEST(Validator, RefusesUnknownEnumNumbers) {
  forces::v1::ListForcesRequest request;
  request.set_kind(static_cast<forces::v1::ForceKind>(77));
  EXPECT_THAT(ViolationsOf(Validate(request)), ElementsAre(Pair("kind", HasSubstr("77"))));
}

TEST(Validator, ChecksNumbers) {
  EXPECT_THAT(Fields(Check<forces::v1::ListForcesRequest>("page_size: -1")), ElementsAre("page_size"));
  EXPECT_THAT(Check<forces::v1::ListForcesRequest>("page_size: 2000000000"), IsEmpty());
  // Given, because it stands in a oneof, and below its minimum.
  EXPECT_THAT(Fields(Check<forces::v1::GetForceRequest>("name: 'forces/kent' read { as_of { revision: 0 } }")),
              ElementsAre("read.as_of.revision"));
}

TEST(Validator, RequiredMessageOfOneFormNeedsTheForm) {
  const std::string head = "parent: 'forces/kent/concerns/1' recommendation { text: 'Do it.' ";
  EXPECT_THAT(Check<concerns::v1::CreateRecommendationRequest>(head + "due_rule { } }"),
              ElementsAre(Pair("recommendation.due_rule", AllOf(HasSubstr("immediately"), HasSubstr("within")))));
  EXPECT_THAT(Check<concerns::v1::CreateRecommendationRequest>(head + "due_rule { immediately: true } }"), IsEmpty());
  EXPECT_THAT(Fields(Check<concerns::v1::CreateRecommendationRequest>(head + "due_rule { within { count: 3651 } } }")),
              UnorderedElementsAre("recommendation.due_rule.within.count", "recommendation.due_rule.within.unit"));
  EXPECT_THAT(Fields(Check<concerns::v1::CreateRecommendationRequest>(head + "due_rule { date { year: 2024 } } }")),
              ElementsAre("recommendation.due_rule.date"));
}

TEST(Validator, ChecksDates) {
  const std::string head = "name: 'forces/kent/concerns/1' issue_date ";
  EXPECT_THAT(Check<concerns::v1::IssueConcernRequest>(head + "{ year: 2024 month: 2 day: 29 }"), IsEmpty());
  EXPECT_THAT(Check<concerns::v1::IssueConcernRequest>(head + "{ year: 2023 month: 2 day: 29 }").size(), 1u);
  EXPECT_THAT(Fields(Check<concerns::v1::IssueConcernRequest>(head + "{ year: 2023 month: 2 }")),
              ElementsAre("issue_date"));
}

TEST(Validator, ChecksTimesAndDurations) {
  EXPECT_THAT(Fields(Check<forces::v1::GetForceRequest>(
                  "name: 'forces/kent' read { as_of { recorded_time { seconds: 1 nanos: -1 } } }")),
              ElementsAre("read.as_of.recorded_time"));
  EXPECT_THAT(Fields(Check<forces::v1::WatchForcesRequest>("start { bookmark_interval { seconds: 1 nanos: -1 } }")),
              ElementsAre("start.bookmark_interval"));
}

TEST(Validator, IgnoresOutputOnlyFieldsAndClearsThem) {
  concerns::v1::CreateConcernRequest request =
      Parse<concerns::v1::CreateConcernRequest>(absl::StrCat("parent: 'forces/kent' concern {", kGoodConcern, "}"));
  request.mutable_concern()->set_state(static_cast<concerns::v1::ConcernState>(99));
  request.mutable_concern()->mutable_create_time()->set_nanos(-1);
  request.mutable_concern()->set_etag("\"1\"");
  EXPECT_TRUE(Validate(request).ok());
  ClearOutputOnly(&request);
  EXPECT_EQ(request.concern().state(), 0);
  EXPECT_FALSE(request.concern().has_create_time());
  EXPECT_EQ(request.concern().etag(), "\"1\"");
  EXPECT_EQ(request.concern().title(), "Custody");

  auto proposal = Parse<monitoring::v1::CreateProposalRequest>("proposal { reasons { text: 'a' concern_title: 'b' } }");
  ClearOutputOnly(&proposal);
  EXPECT_EQ(proposal.proposal().reasons(0).concern_title(), "");
}

TEST(Validator, AWildcardIsForListsAndSearchesAlone) {
  EXPECT_THAT(Check<concerns::v1::SearchConcernsRequest>("parent: 'forces/-' query: 'x'"), IsEmpty());
  EXPECT_THAT(Check<concerns::v1::ListRecommendationsRequest>("parent: 'forces/-/concerns/-'"), IsEmpty());
  EXPECT_THAT(Check<concerns::v1::ListConcernsRequest>("parent: 'forces/-'"), IsEmpty());
  EXPECT_THAT(Fields(Check<concerns::v1::CreateConcernRequest>(
                  absl::StrCat("parent: 'forces/-' concern {", kGoodConcern, "}"))),
              ElementsAre("parent"));
  EXPECT_THAT(Fields(Check<forces::v1::GetForceRequest>("name: 'forces/-'")), ElementsAre("name"));
}

TEST(Validator, AnUpdateNeedsOnlyWhatItsMaskNames) {
  using Update = forces::v1::UpdateForceRequest;
  // No mask: what is set is changed.
  EXPECT_THAT(Check<Update>("force { name: 'forces/kent' display_name: 'Kent' }"), IsEmpty());
  EXPECT_THAT(Fields(Check<Update>("force { display_name: 'Kent' }")), ElementsAre("force.name"));
  // What is named is needed; what is not named is not looked at.
  EXPECT_THAT(Fields(Check<Update>("force { name: 'forces/kent' region: 'Wales' kind: 99 } "
                                   "update_mask { paths: 'display_name' paths: 'region' }")),
              ElementsAre("force.display_name"));
  EXPECT_THAT(Fields(Check<Update>("force { name: 'forces/kent' } update_mask { paths: '*' }")),
              UnorderedElementsAre("force.display_name", "force.kind", "force.service", "force.oversight_body"));
  // A part of a sub-message.
  EXPECT_THAT(Check<Update>("force { name: 'forces/kent' oversight_body { display_name: 'Mayor' } } "
                            "update_mask { paths: 'oversight_body.display_name' }"),
              IsEmpty());
  EXPECT_THAT(Check<Update>("force { name: 'forces/kent' } update_mask { paths: 'colour' }"),
              ElementsAre(Pair("update_mask", HasSubstr("colour"))));
  EXPECT_THAT(Fields(Check<Update>("force { name: 'forces/kent' } update_mask { paths: 'aliases.x' }")),
              ElementsAre("update_mask"));
}

TEST(Validator, StopsAtADepth) {
  google::protobuf::Value value;
  google::protobuf::Value* at = &value;
  for (int i = 0; i < 200; ++i) at = at->mutable_list_value()->add_values();
  EXPECT_THAT(ViolationsOf(Validate(value)), Contains(Pair(::testing::_, HasSubstr("nested"))));
  ClearOutputOnly(&value);
}

TEST(Validator, ReadsRulesOfMessagesFromAnotherPool) {
  google::protobuf::DynamicMessageFactory factory;
  // Plans are kept for good, so must be the pool.
  auto* kept = new google::protobuf::DescriptorPool(google::protobuf::DescriptorPool::internal_generated_database());
  const auto* descriptor = kept->FindMessageTypeByName("oversight.concerns.v1.IssueConcernRequest");
  ASSERT_NE(descriptor, nullptr);
  std::unique_ptr<google::protobuf::Message> message(factory.GetPrototype(descriptor)->New());
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString("name: 'forces/kent/concerns/0' issue_date { year: 2023 }",
                                                            message.get()));
  EXPECT_THAT(Fields(ViolationsOf(Validate(*message))), UnorderedElementsAre("name", "issue_date"));
}

TEST(Validator, LeavesAloneWhatIsCheckedApart) {
  // The list itself keeps its rules; what stands in it is for the service.
  const std::string bad = "commands { assess_handling { name: 'kent' } }";
  EXPECT_THAT(Check<concerns::v1::RunCommandsRequest>(bad), IsEmpty());
  EXPECT_THAT(Fields(Check<concerns::v1::RunCommandsRequest>("")), ElementsAre("commands"));
  std::string many;
  for (int i = 0; i < 101; ++i) many += bad;
  EXPECT_THAT(Fields(Check<concerns::v1::RunCommandsRequest>(many)), ElementsAre("commands"));
  EXPECT_THAT(Fields(Check<concerns::v1::BulkCommand>("assess_handling { name: 'kent' }")),
              UnorderedElementsAre("assess_handling.name", "assess_handling.level", "assess_handling.rationale"));
}

TEST(ResourcePattern, Matches) {
  const ResourcePattern concern("forces/{force}/concerns/{concern}");
  EXPECT_TRUE(concern.Matches("forces/west-midlands/concerns/12", false));
  EXPECT_TRUE(concern.Matches("forces/a/concerns/999999999", false));
  for (const char* bad :
       {"", "/", "forces/kent", "forces/kent/concerns/", "forces/kent/concerns/0", "forces/kent/concerns/01",
        "forces/kent/concerns/1234567890", "forces/kent/concerns/1/", "forces/kent/concerns/-", "forces//concerns/1",
        "forces/Kent/concerns/1", "forces/-kent/concerns/1", "forces/kent-/concerns/1", "forces/k_t/concerns/1",
        "force/kent/concerns/1", "forces/kent/concerns/1/recommendations/1", "forces/kent/concerns/+1"}) {
    EXPECT_FALSE(concern.Matches(bad, false)) << bad;
  }
  EXPECT_TRUE(concern.Matches("forces/-/concerns/-", true));
  const ResourcePattern either("forces/{force}/inspections/{inspection}|nationalInspections/{inspection}");
  EXPECT_TRUE(either.Matches("forces/kent/inspections/1", false));
  EXPECT_TRUE(either.Matches("nationalInspections/1", false));
  for (const char* bad : {"nationalInspections/a", "forces/kent/nationalInspections/1", "nationalInspections",
                          "forces/kent/inspections/1|nationalInspections/1"}) {
    EXPECT_FALSE(either.Matches(bad, false)) << bad;
  }
  EXPECT_EQ(either.Explain(false).find('|'), std::string::npos);
  const ResourcePattern item("nationalRecommendations/{national_recommendation}/forces/{force}");
  EXPECT_TRUE(item.Matches("nationalRecommendations/3/forces/kent", false));
  EXPECT_FALSE(item.Matches("nationalRecommendations/three/forces/kent", false));
  const ResourcePattern id("{stage}");
  EXPECT_TRUE(id.Matches(std::string(63, 'a'), false));
  EXPECT_FALSE(id.Matches(std::string(64, 'a'), false));
  EXPECT_FALSE(id.Matches("a/b", false));
}

TEST(Utf8, CountsCodePoints) {
  EXPECT_EQ(CountCodePoints(""), 0);
  EXPECT_EQ(CountCodePoints("plain text of more than 8"), 25);
  EXPECT_EQ(CountCodePoints("\xc3\xa9t\xc3\xa9"), 3);
  EXPECT_EQ(CountCodePoints("\xf4\x8f\xbf\xbf"), 1);
  for (const char* bad : {"\x80", "\xc0\xaf", "\xc3", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                          "\xf5\x80\x80\x80", "abcdefgh\xff", "\xe2\x82"}) {
    EXPECT_EQ(CountCodePoints(bad), -1);
  }
}

RC_GTEST_PROP(ValidatorProperty, NeverCrashesAndItsPathsAreText, (uint64_t seed)) {
  static const google::protobuf::Message* const kTypes[] = {
      &concerns::v1::CreateConcernRequest::default_instance(),
      &concerns::v1::UpdateConcernRequest::default_instance(),
      &concerns::v1::CreateRecommendationRequest::default_instance(),
      &concerns::v1::WatchConcernsResponse::default_instance(),
      &monitoring::v1::CreateProposalRequest::default_instance(),
      &monitoring::v1::DecideProposalRequest::default_instance(),
      &forces::v1::UpdateForceRequest::default_instance(),
      &forces::v1::ListForcesRequest::default_instance(),
      &gateway::v1::GetNationalDashboardResponse::default_instance(),
      &google::protobuf::Struct::default_instance(),
  };
  std::mt19937_64 random(seed);
  for (int i = 0; i < 20; ++i) {
    std::unique_ptr<google::protobuf::Message> message(kTypes[random() % std::size(kTypes)]->New());
    test::FillAtRandom(message.get(), random);
    const absl::Status status = Validate(*message);
    if (!status.ok()) {
      RC_ASSERT(status.code() == absl::StatusCode::kInvalidArgument);
      for (const auto& [field, description] : ViolationsOf(status)) {
        RC_ASSERT(CountCodePoints(field) >= 0);
        RC_ASSERT(CountCodePoints(description) >= 0);
        RC_ASSERT(!description.empty());
      }
    }
    // Clearing twice is clearing once, and what is cleared is not looked at anyway.
    ClearOutputOnly(message.get());
    RC_ASSERT(Validate(*message) == status);
    const size_t once = message->ByteSizeLong();
    ClearOutputOnly(message.get());
    RC_ASSERT(message->ByteSizeLong() == once);
  }
}

// Not a benchmark, only a guard against a plan built anew on each call.
TEST(Validator, IsQuickOnASmallRequest) {
  const auto request = Parse<forces::v1::GetForceRequest>("name: 'forces/west-midlands'");
  ASSERT_TRUE(Validate(request).ok());
  const auto start = std::chrono::steady_clock::now();
  constexpr int kTimes = 20000;
  for (int i = 0; i < kTimes; ++i) ASSERT_TRUE(Validate(request).ok());
  const auto took =
      std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count() / kTimes;
  RecordProperty("microseconds", std::to_string(took));
  std::printf("%.3f us per request\n", took);
  EXPECT_LT(took, 100);
}

}  // namespace
}  // namespace oversight::rpc
