// What a force answers to a concern, and the judgement of it.
#include "tests/concerns/domain_support.h"

namespace oversight::concerns {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

constexpr char kResponseName[] = "forces/west-midlands/concerns/1/responses/1";

v1::CreateResponseRequest Answer(const std::string& day = "") {
  v1::CreateResponseRequest request;
  request.mutable_force_response()->set_text("We have set up a team.");
  auto& action = *request.mutable_force_response()->add_planned_actions();
  action.set_text("Train supervisors");
  action.set_owner("Assistant Chief Constable (Crime)");
  *action.mutable_due_date() = Date("early 2024");
  request.mutable_force_response()->add_evidence("forces/west-midlands/evidence/1");
  if (!day.empty()) *request.mutable_force_response()->mutable_respond_date() = Date(day);
  return request;
}

v1::JudgeResponseRequest Judge(v1::Adequacy adequacy) {
  v1::JudgeResponseRequest request;
  request.set_adequacy(adequacy);
  request.set_rationale("No one is answerable for the plan.");
  return request;
}

TEST(CreateResponse, AwaitsJudgement) {
  auto request = Answer("2023-12-01");
  request.mutable_force_response()->set_state(v1::FORCE_RESPONSE_STATE_ADEQUATE);
  request.mutable_force_response()->mutable_judgement()->set_judge("principals/someone");
  request.mutable_force_response()->set_author("principals/someone");
  const auto response = CreateResponse(Issued().concern, request, kResponseName, On("2023-12-04"));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->name(), kResponseName);
  EXPECT_EQ(response->state(), v1::FORCE_RESPONSE_STATE_AWAITING_JUDGEMENT);
  EXPECT_EQ(FormatIso(response->respond_date()), "2023-12-01");
  EXPECT_FALSE(response->has_judgement()) << "the server's to set";
  EXPECT_EQ(response->author(), "principals/hm-inspector");
  EXPECT_EQ(response->planned_actions(0).owner(), "Assistant Chief Constable (Crime)");
  EXPECT_EQ(FormatIso(CreateResponse(Issued().concern, Answer(), kResponseName, On("2023-12-04"))->respond_date()),
            "2023-12-04");
}

TEST(CreateResponse, ToWhatIsOpen) {
  const auto draft = CreateResponse(Draft().concern, Answer(), kResponseName, On("2023-12-04")).status();
  EXPECT_THAT(draft, Precondition("WRONG_STATE"));
  EXPECT_THAT(std::string(draft.message()), HasSubstr("IssueConcern"));
  const Record withdrawn = WithdrawConcern(Issued(), {}, On("2023-12-01")).value();
  EXPECT_THAT(CreateResponse(withdrawn.concern, Answer(), kResponseName, On("2023-12-04")).status(),
              Precondition("WRONG_STATE"));
}

TEST(CreateResponse, ChecksTheDay) {
  const auto late = CreateResponse(Issued().concern, Answer("2023-12-05"), kResponseName, On("2023-12-04")).status();
  EXPECT_THAT(late, Precondition("DATES_CONTRADICT"));
  EXPECT_EQ(ErrorMetadata(late, "today"), "2023-12-04");
  const auto early = CreateResponse(Issued().concern, Answer("2023-11-23"), kResponseName, On("2023-12-04")).status();
  EXPECT_THAT(early, Precondition("DATES_CONTRADICT"));
  EXPECT_EQ(ErrorMetadata(early, "issue_date"), "2023-11-24");
}

TEST(CreateResponse, NamesEvidenceOfItsForceOnce) {
  auto request = Answer();
  request.mutable_force_response()->add_evidence("forces/kent/evidence/1");
  request.mutable_force_response()->add_evidence("forces/west-midlands/evidence/1");
  EXPECT_THAT(ViolationsOf(CreateResponse(Issued().concern, request, kResponseName, On("2023-12-04")).status()),
              ElementsAre(Pair("force_response.evidence[1]", HasSubstr("west-midlands")),
                          Pair("force_response.evidence[2]", HasSubstr("a second time"))));
}

TEST(JudgeResponse, SaysWhoJudgedWhatWhenAndWhy) {
  const auto response = CreateResponse(Issued().concern, Answer(), kResponseName, On("2023-12-04")).value();
  const auto judged = JudgeResponse(Issued().concern, response, Judge(v1::ADEQUACY_INADEQUATE), On("2023-12-20"));
  ASSERT_TRUE(judged.ok()) << judged.status();
  EXPECT_EQ(judged->state(), v1::FORCE_RESPONSE_STATE_INADEQUATE);
  EXPECT_EQ(judged->judgement().adequacy(), v1::ADEQUACY_INADEQUATE);
  EXPECT_EQ(judged->judgement().rationale(), "No one is answerable for the plan.");
  EXPECT_EQ(judged->judgement().judge(), "principals/hm-inspector");
  EXPECT_EQ(judged->judgement().judge_time().seconds(), absl::ToUnixSeconds(On("2023-12-20").now));
  EXPECT_EQ(judged->text(), response.text());

  const auto again = JudgeResponse(Issued().concern, *judged, Judge(v1::ADEQUACY_ADEQUATE), On("2024-01-20"));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->state(), v1::FORCE_RESPONSE_STATE_ADEQUATE);
}

TEST(JudgeResponse, HasADayOfItsOwn) {
  const auto response = CreateResponse(Issued().concern, Answer("2023-12-04"), kResponseName, On("2023-12-04")).value();
  const auto judge = [](const v1::ForceResponse& current, const std::string& day) {
    auto request = Judge(v1::ADEQUACY_ADEQUATE);
    if (!day.empty()) *request.mutable_judged_date() = Date(day);
    return JudgeResponse(Issued().concern, current, request, On("2024-03-01"));
  };
  EXPECT_EQ(FormatIso(judge(response, "")->judgement().judged_date()), "2024-03-01") << "today, when it is not said";
  const auto judged = judge(response, "January 2024");
  ASSERT_TRUE(judged.ok()) << judged.status();
  EXPECT_EQ(FormatIso(judged->judgement().judged_date()), "2024-01");

  const auto refused = [&](const v1::ForceResponse& current, const std::string& day, const char* other) {
    const auto status = judge(current, day).status();
    EXPECT_THAT(status, Precondition("DATES_CONTRADICT")) << day;
    EXPECT_NE(ErrorMetadata(status, other), "") << other;
  };
  refused(response, "2024-03-02", "today");
  refused(response, "2023-12-03", "respond_date");
  refused(*judged, "2023-12-31", "earlier_judged_date");
  EXPECT_TRUE(judge(*judged, "2024-01-01").ok()) << "it may have been after";
}

TEST(JudgeResponse, WhileItsConcernIsOpen) {
  const auto response = CreateResponse(Issued().concern, Answer(), kResponseName, On("2023-12-04")).value();
  const Record closed = WithdrawConcern(Issued(), {}, On("2023-12-05")).value();
  const auto status = JudgeResponse(closed.concern, response, Judge(v1::ADEQUACY_ADEQUATE), On("2023-12-20")).status();
  EXPECT_THAT(status, Precondition("WRONG_STATE"));
  EXPECT_EQ(ErrorMetadata(status, "name"), kConcernName);
  EXPECT_THAT(std::string(status.message()), HasSubstr("while its concern is open"));
}

}  // namespace
}  // namespace oversight::concerns
