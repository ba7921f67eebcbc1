// BulkService as its clients meet it: each command by its own rules, in order, repeatable; what is told of each.
#include "oversight/concerns/v1/bulk_service.grpc.pb.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "concerns-service/service/bulk_commands.h"
#include "concerns-service/service/bulk_service.h"
#include "concerns-service/service/evidence_service.h"
#include "concerns-service/service/national_service.h"
#include "concerns-service/service/responses_service.h"
#include "concerns-service/service/revisits_service.h"
#include "oversight/concerns/v1/national_recommendations_service.grpc.pb.h"
#include "tests/concerns/service_support.h"

namespace oversight::concerns {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

constexpr char kOfficer[] = "west-midlands-officer";

auto Invalid() { return FailsWith(absl::StatusCode::kInvalidArgument, "INVALID_FIELDS"); }

absl::Status ErrorOf(const v1::BulkResult& result) { return rpc::FromMessage(result.error()); }

class BulkServiceTest : public ConcernsServiceTest {
 protected:
  using Bulk = v1::BulkService::Stub;

  absl::StatusOr<v1::RunCommandsResponse> Run(const v1::RunCommandsRequest& request,
                                              const std::string& principal = "liaison-lead") {
    return Call(&Bulk::RunCommands, request, principal);
  }
  static v1::ExtendRecommendationRequest& Extend(v1::RunCommandsRequest& request, const std::string& name,
                                                 const std::string& day) {
    auto& extend = *request.add_commands()->mutable_extend_recommendation();
    extend.set_name(name);
    extend.set_reason("The new system comes in May.");
    *extend.mutable_due_date() = ParsePartialDate(day).value();
    return extend;
  }
  static void Assess(v1::RunCommandsRequest& request, const std::string& concern,
                     const std::string& rationale = "Seen.") {
    auto& assess = *request.add_commands()->mutable_assess_handling();
    assess.set_name(concern);
    assess.set_level(v1::HANDLING_LEVEL_ERADICATED);
    assess.set_rationale(rationale);
  }
  static void Claim(v1::RunCommandsRequest& request, const std::string& recommendation) {
    auto& claim = *request.add_commands()->mutable_claim_recommendation();
    claim.set_name(recommendation);
    claim.set_statement("Done.");
  }
  static void Verify(v1::RunCommandsRequest& request, const std::string& recommendation) {
    auto& verify = *request.add_commands()->mutable_verify_recommendation();
    verify.set_name(recommendation);
    verify.set_outcome(v1::VERIFICATION_OUTCOME_ACCEPTED);
    verify.set_rationale("Seen.");
  }
};

// ---- The table ----

TEST(BulkCommands, AreAllThatTheServicesWrite) {
  const auto* oneof = v1::BulkCommand::descriptor()->FindOneofByName("command");
  const auto* answers = v1::BulkResult::descriptor()->FindOneofByName("answer");
  std::set<std::string> offered;
  ASSERT_EQ(oneof->field_count(), answers->field_count());
  for (int i = 0; i < oneof->field_count(); ++i) {
    const auto* field = oneof->field(i);
    EXPECT_NE(FindCommand(field->message_type()), nullptr) << field->name();
    const auto* answer = v1::BulkResult::descriptor()->FindFieldByNumber(field->number());
    ASSERT_NE(answer, nullptr) << field->name();
    EXPECT_EQ(answer->name(), field->name());
    EXPECT_EQ(answer->containing_oneof(), answers);
    offered.insert(field->message_type()->full_name());
  }
  std::set<std::string> written;
  for (const auto& rules : {ConcernsRules(), ResponsesRules(), RevisitsRules(), EvidenceRules(), NationalRules()}) {
    const auto* service = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(rules.service);
    for (const auto& rule : rules.methods) {
      if (rule.access != auth::Access::kWrite) continue;
      written.insert(service->FindMethodByName(rule.method)->input_type()->full_name());
    }
  }
  EXPECT_EQ(offered, written);
  EXPECT_EQ(FindCommand(v1::GetConcernRequest::descriptor()), nullptr);
}

TEST(BulkCommands, GoToTheAnswerOfTheirMethod) {
  const auto* oneof = v1::BulkCommand::descriptor()->FindOneofByName("command");
  for (int i = 0; i < oneof->field_count(); ++i) {
    const auto* request = oneof->field(i)->message_type();
    const auto* answer = v1::BulkResult::descriptor()->FindFieldByNumber(oneof->field(i)->number())->message_type();
    const auto* service = request->file()->service(0);
    bool found = false;
    for (int m = 0; m < service->method_count(); ++m) {
      if (service->method(m)->input_type() != request) continue;
      EXPECT_EQ(service->method(m)->output_type(), answer);
      found = true;
    }
    EXPECT_TRUE(found) << request->name();
  }
}

// ---- Running ----

TEST_F(BulkServiceTest, RunsEachInOrderAndTellsOfEach) {
  const auto issued = Issued();
  const std::string concern = issued.concern().name(), recommendation = issued.recommendations(0).name();
  v1::RunCommandsRequest request;
  Extend(request, recommendation, "2024-05-31");
  request.mutable_commands(0)->set_label("line 1");
  Extend(request, recommendation, "2024-03-01");  // Not later than it is due by then.
  Verify(request, recommendation);                // Not claimed.
  Assess(request, concern);
  const auto answer = Must(Run(request));
  ASSERT_EQ(answer.results_size(), 4);
  EXPECT_EQ(answer.done_count(), 2);
  EXPECT_EQ(answer.refused_count(), 2);
  EXPECT_EQ(answer.results(0).label(), "line 1");
  EXPECT_EQ(answer.results(0).name(), recommendation);
  EXPECT_FALSE(answer.results(0).has_error());
  const auto& extended = answer.results(0).extend_recommendation().recommendation();
  EXPECT_EQ(FormatIso(extended.due_date()), "2024-05-31");
  EXPECT_FALSE(extended.etag().empty());
  EXPECT_EQ(answer.results(1).index(), 1);
  EXPECT_THAT(ErrorOf(answer.results(1)), FailsWith(absl::StatusCode::kFailedPrecondition, "DATES_CONTRADICT"));
  EXPECT_THAT(std::string(ErrorOf(answer.results(1)).message()), HasSubstr("31 May 2024"));
  EXPECT_EQ(ErrorMetadata(ErrorOf(answer.results(1)), "current_due_date"), "2024-05-31");
  EXPECT_EQ(answer.results(1).answer_case(), v1::BulkResult::ANSWER_NOT_SET);
  EXPECT_EQ(answer.results(1).name(), "");
  EXPECT_THAT(ErrorOf(answer.results(2)), FailsWith(absl::StatusCode::kFailedPrecondition, "WRONG_STATE"));
  EXPECT_EQ(answer.results(3).assess_handling().concern().name(), concern);
  EXPECT_EQ(answer.header().revision(), Head());
  EXPECT_FALSE(answer.header().consistency_token().empty());
}

TEST_F(BulkServiceTest, ALaterCommandSeesWhatAnEarlierDid) {
  v1::RunCommandsRequest request;
  *request.add_commands()->mutable_create_concern() = ConcernRequest();
  *request.add_commands()->mutable_create_recommendation() = RecommendationRequest("forces/west-midlands/concerns/1");
  request.add_commands()->mutable_issue_concern()->set_name("forces/west-midlands/concerns/1");
  const auto answer = Must(Run(request));
  EXPECT_EQ(answer.done_count(), 3);
  EXPECT_EQ(answer.results(0).name(), "forces/west-midlands/concerns/1");
  EXPECT_EQ(answer.results(1).name(), "forces/west-midlands/concerns/1/recommendations/1");
  EXPECT_EQ(answer.results(2).issue_concern().recommendations_size(), 1);
  EXPECT_EQ(Written(), 3);
}

TEST_F(BulkServiceTest, RecordsEachUnderItsOwnVerb) {
  const auto issued = Issued();
  v1::RunCommandsRequest request;
  request.set_request_id("file-7");
  Assess(request, issued.concern().name(), "Seen at two stations.");
  Must(Run(request));
  v1::ListConcernVersionsRequest versions;
  versions.set_name(issued.concern().name());
  const auto change = Must(Call(&Stub::ListConcernVersions, versions)).versions(0).change();
  EXPECT_EQ(change.verb(), "AssessHandling");
  EXPECT_EQ(change.actor(), "principals/liaison-lead");
  EXPECT_EQ(change.reason(), "Seen at two stations.");
}

// ---- The same rules ----

TEST_F(BulkServiceTest, ChecksRoleAndScopeOfEach) {
  const auto ours = Issued(), theirs = Issued("forces/kent");
  v1::RunCommandsRequest request;
  Claim(request, ours.recommendations(0).name());
  Claim(request, theirs.recommendations(0).name());  // Another force's.
  Verify(request, ours.recommendations(0).name());   // Not for forces.
  const auto answer = Must(Run(request, kOfficer));
  EXPECT_FALSE(answer.results(0).has_error());
  EXPECT_THAT(ErrorOf(answer.results(1)), FailsWith(absl::StatusCode::kPermissionDenied, "OUT_OF_SCOPE"));
  EXPECT_THAT(ErrorOf(answer.results(2)), FailsWith(absl::StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED"));
}

TEST_F(BulkServiceTest, DoesNotShowADraft) {
  const std::string draft = Draft().name(), recommendation = Recommend(draft).name();
  v1::RunCommandsRequest request;
  Claim(request, recommendation);
  EXPECT_THAT(ErrorOf(Must(Run(request, kOfficer)).results(0)),
              FailsWith(absl::StatusCode::kNotFound, "RESOURCE_NOT_FOUND"));
}

TEST_F(BulkServiceTest, IsNotForThoseWhoMayUseNoneOfThem) {
  v1::RunCommandsRequest request;
  Assess(request, "forces/kent/concerns/1");
  for (const char* principal : {"public", "press-officer", "west-midlands-oversight-body"}) {
    EXPECT_THAT(Run(request, principal).status(), FailsWith(absl::StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED"))
        << principal;
  }
}

TEST_F(BulkServiceTest, ChecksTheFieldsOfEach) {
  const auto issued = Issued();
  const int64_t before = Written();
  v1::RunCommandsRequest request;
  Assess(request, "kent/1", "");
  request.mutable_commands(0)->set_label("first");
  request.add_commands()->set_label("nothing");
  Assess(request, issued.concern().name(), "\x01");
  Assess(request, issued.concern().name());
  request.mutable_commands(3)->set_label(std::string(201, 'x'));
  auto& update = *request.add_commands()->mutable_update_concern();
  update.mutable_concern()->set_name(issued.concern().name());
  update.mutable_update_mask()->add_paths("no_field");
  const auto answer = Must(Run(request));
  EXPECT_EQ(answer.refused_count(), 5);
  for (const auto& result : answer.results()) EXPECT_THAT(ErrorOf(result), Invalid()) << result.index();
  EXPECT_THAT(ViolationsOf(ErrorOf(answer.results(0))),
              ElementsAre(Pair("assess_handling.name", HasSubstr("forces/{force}/concerns/{concern}")),
                          Pair("assess_handling.rationale", "is required")));
  EXPECT_THAT(ViolationsOf(ErrorOf(answer.results(1))), ElementsAre(Pair("command", HasSubstr("is required"))));
  EXPECT_EQ(answer.results(0).label(), "first");
  EXPECT_EQ(answer.results(1).label(), "nothing");
  EXPECT_EQ(answer.results(3).label(), "");  // It is too long to be one.
  EXPECT_THAT(ViolationsOf(ErrorOf(answer.results(2))),
              ElementsAre(Pair("assess_handling.rationale", HasSubstr("control characters"))));
  EXPECT_THAT(ViolationsOf(ErrorOf(answer.results(3))), ElementsAre(Pair("label", HasSubstr("at most 200"))));
  EXPECT_THAT(ViolationsOf(ErrorOf(answer.results(4))),
              ElementsAre(Pair("update_concern.update_mask", HasSubstr("no_field"))));
  EXPECT_EQ(Written(), before);
}

TEST_F(BulkServiceTest, KeepsToTheEtagOfEach) {
  const auto issued = Issued();
  v1::RunCommandsRequest request;
  Assess(request, issued.concern().name());
  request.mutable_commands(0)->mutable_assess_handling()->set_etag("\"1\"");
  EXPECT_THAT(ErrorOf(Must(Run(request)).results(0)), FailsWith(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
}

// ---- Bounds ----

TEST_F(BulkServiceTest, TakesOneToAHundred) {
  EXPECT_THAT(Run({}).status(), Invalid());
  v1::RunCommandsRequest request;
  for (int i = 0; i < 100; ++i) Assess(request, "forces/kent/concerns/1");
  EXPECT_EQ(Must(Run(request)).refused_count(), 100);
  Assess(request, "forces/kent/concerns/1");
  EXPECT_THAT(Run(request).status(), Invalid());
  v1::RunCommandsRequest long_id;
  Assess(long_id, "forces/kent/concerns/1");
  long_id.set_request_id(std::string(91, 'x'));
  EXPECT_THAT(Run(long_id).status(), Invalid());
}

TEST_F(BulkServiceTest, TakesFourMebibytes) {
  const auto issued = Issued();
  v1::RunCommandsRequest request;
  const std::string text(16384, 'x');
  std::string wide;
  for (int i = 0; i < 16384; ++i) wide += "\u4e00";  // Three bytes each.
  for (int i = 0; i < 100; ++i) Assess(request, issued.concern().name(), i < 90 ? wide : text);
  EXPECT_THAT(Run(request).status(), FailsWith(absl::StatusCode::kResourceExhausted, "MESSAGE_TOO_LARGE"));
}

TEST_F(BulkServiceTest, LeavesOutAnswersThatWouldBeTooLarge) {
  v1::RunCommandsRequest request;
  std::string wide;
  for (int i = 0; i < 16384; ++i) wide += "\u4e00";
  for (int i = 0; i < 60; ++i) {
    auto& create = *request.add_commands()->mutable_create_concern();
    create = ConcernRequest();
    create.mutable_concern()->set_finding(wide);
  }
  const auto answer = Must(Run(request));
  EXPECT_EQ(answer.done_count(), 60);
  EXPECT_LT(answer.ByteSizeLong(), 3u << 20);
  EXPECT_TRUE(answer.results(0).has_create_concern());
  const auto& last = answer.results(59);
  EXPECT_TRUE(last.answer_left_out());
  EXPECT_EQ(last.answer_case(), v1::BulkResult::ANSWER_NOT_SET);
  EXPECT_EQ(Must(Get(last.name())).concern().finding(), wide);
}

// ---- Repeating ----

TEST_F(BulkServiceTest, RepeatedItGivesTheFirstAnswersAndTriesTheRestAgain) {
  const auto issued = Issued();
  const std::string recommendation = issued.recommendations(0).name();
  v1::RunCommandsRequest request;
  request.set_request_id("file-7");
  *request.add_commands()->mutable_create_concern() = ConcernRequest();
  Verify(request, recommendation);
  const auto first = Must(Run(request));
  EXPECT_EQ(first.done_count(), 1);
  EXPECT_THAT(ErrorOf(first.results(1)), FailsWith(absl::StatusCode::kFailedPrecondition, "WRONG_STATE"));

  v1::ClaimRecommendationRequest claim;
  claim.set_name(recommendation);
  claim.set_statement("Done.");
  Must(Call(&Stub::ClaimRecommendation, claim, kOfficer));
  const int64_t before = Written();
  const auto second = Must(Run(request));
  EXPECT_EQ(Written(), before + 1);
  EXPECT_EQ(second.done_count(), 2);
  EXPECT_EQ(second.results(0).name(), first.results(0).name());
  EXPECT_TRUE(second.results(0).create_concern().header().replayed());
  EXPECT_FALSE(second.results(1).verify_recommendation().header().replayed());
  // A third time, everything is as it was.
  EXPECT_EQ(Must(Run(request)).done_count(), 2);
  EXPECT_EQ(Written(), before + 1);
  // Another command in the same place is told.
  request.mutable_commands(0)->mutable_create_concern()->mutable_concern()->set_title("Other");
  EXPECT_THAT(ErrorOf(Must(Run(request)).results(0)),
              FailsWith(absl::StatusCode::kInvalidArgument, "REQUEST_ID_REUSED"));
}

TEST_F(BulkServiceTest, ACommandMayHaveAnIdOfItsOwn) {
  v1::RunCommandsRequest request;
  request.set_request_id("file-7");
  auto& create = *request.add_commands()->mutable_create_concern();
  create = ConcernRequest();
  create.set_request_id("mine");
  const std::string name = Must(Run(request)).results(0).name();
  // The same as a call of its own.
  auto alone = ConcernRequest();
  alone.set_request_id("mine");
  EXPECT_EQ(Must(Call(&Stub::CreateConcern, alone)).concern().name(), name);
  EXPECT_EQ(Written(), 1);
}

TEST_F(BulkServiceTest, WithoutAnyIdEachCallIsNew) {
  v1::RunCommandsRequest request;
  *request.add_commands()->mutable_create_concern() = ConcernRequest();
  EXPECT_NE(Must(Run(request)).results(0).name(), Must(Run(request)).results(0).name());
}

// ---- On trial ----

TEST_F(BulkServiceTest, OnTrialNothingIsStored) {
  const auto issued = Issued();
  const int64_t before = Head();
  v1::RunCommandsRequest request;
  request.set_validate_only(true);
  request.set_request_id("file-7");
  *request.add_commands()->mutable_create_concern() = ConcernRequest();
  Assess(request, issued.concern().name());
  Verify(request, issued.recommendations(0).name());
  Assess(request, issued.concern().name(), "");
  const auto trial = Must(Run(request));
  EXPECT_EQ(Head(), before);
  EXPECT_EQ(trial.done_count(), 2);
  EXPECT_EQ(trial.results(0).name(), "");
  EXPECT_EQ(trial.results(0).answer_case(), v1::BulkResult::ANSWER_NOT_SET);
  EXPECT_FALSE(trial.results(0).answer_left_out());
  EXPECT_THAT(ErrorOf(trial.results(2)), FailsWith(absl::StatusCode::kFailedPrecondition, "WRONG_STATE"));
  EXPECT_THAT(ErrorOf(trial.results(3)), Invalid());
  // The id was not used up.
  request.set_validate_only(false);
  const auto run = Must(Run(request));
  EXPECT_EQ(run.done_count(), 2);
  EXPECT_FALSE(run.results(0).create_concern().header().replayed());
}

TEST_F(BulkServiceTest, OnTrialAnOwnIdIsNotUsedUpEither) {
  v1::RunCommandsRequest request;
  request.set_validate_only(true);
  auto& create = *request.add_commands()->mutable_create_concern();
  create = ConcernRequest();
  create.set_request_id("mine");
  EXPECT_EQ(Must(Run(request)).done_count(), 1);
  EXPECT_EQ(Written(), 0);
  request.set_validate_only(false);
  EXPECT_EQ(Must(Run(request)).results(0).name(), "forces/west-midlands/concerns/1");
}

// ---- Behind it ----

TEST_F(BulkServiceTest, TellsOfWhatCannotBeAsked) {
  const auto issued = Issued();
  forces_->Forget();
  forces_->SetReachable(false);
  v1::RunCommandsRequest request;
  *request.add_commands()->mutable_create_concern() = ConcernRequest();
  Assess(request, issued.concern().name());
  const auto answer = Must(Run(request));
  EXPECT_THAT(ErrorOf(answer.results(0)), FailsWith(absl::StatusCode::kUnavailable, "DEPENDENCY_UNAVAILABLE"));
  EXPECT_FALSE(answer.results(1).has_error());
}

TEST_F(BulkServiceTest, RunsNationalItems) {
  v1::RunCommandsRequest request;
  auto& national = *request.add_commands()->mutable_create_national_recommendation()->mutable_national_recommendation();
  national.set_title("Recommendation 1");
  national.set_text("Supervise every investigation.");
  national.set_theme("themes/investigations");
  national.mutable_source()->set_title("A thematic inspection");
  national.mutable_due_rule()->set_immediately(true);
  national.set_all_active_forces(true);
  request.add_commands()->mutable_issue_national_recommendation()->set_name("nationalRecommendations/1");
  for (const char* force : {"kent", "west-midlands", "nowhere"}) {
    auto& mark = *request.add_commands()->mutable_mark_national_item_not_applicable();
    mark.set_name(absl::StrCat("nationalRecommendations/1/forces/", force));
    mark.set_reason("It has no such unit.");
  }
  const auto answer = Must(Run(request));
  EXPECT_EQ(answer.done_count(), 4);
  EXPECT_EQ(answer.results(2).name(), "nationalRecommendations/1/forces/kent");
  EXPECT_THAT(ErrorOf(answer.results(4)), FailsWith(absl::StatusCode::kNotFound, "RESOURCE_NOT_FOUND"));
}

}  // namespace
}  // namespace oversight::concerns
