// Everything that can be wrong with a call gets its proper code and one reason, and nothing is stored.
#include <set>

#include "common/auth/authorization.h"
#include "concerns-service/service/authorization.h"
#include "concerns-service/service/evidence_service.h"
#include "concerns-service/service/responses_service.h"
#include "concerns-service/service/revisits_service.h"
#include "tests/concerns/service_support.h"

namespace oversight::concerns {
namespace {

using ::testing::Contains;
using ::testing::UnorderedElementsAre;

auto Invalid() { return FailsWith(absl::StatusCode::kInvalidArgument, "INVALID_FIELDS"); }

std::set<std::string> FieldsOf(const absl::Status& status) {
  std::set<std::string> fields;
  for (const auto& [field, words] : ViolationsOf(status)) fields.insert(field);
  return fields;
}

class BadInputTest : public ConcernsServiceTest {
 protected:
  // The call is refused so, and stores nothing. The refusal, to look at more closely.
  template <class Request, class Response, class Matcher>
  absl::Status Refusal(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                       const Request& request, Matcher matcher, const std::string& principal = "liaison-lead") {
    const int64_t head = Head();
    const absl::Status status = Call(method, request, principal).status();
    EXPECT_THAT(status, matcher);
    EXPECT_EQ(Head(), head) << "something was stored";
    return status;
  }
  template <class Request, class Response, class Matcher>
  void ExpectRefused(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                     const Request& request, Matcher matcher, const std::string& principal = "liaison-lead") {
    (void)Refusal(method, request, matcher, principal);
  }
};

TEST_F(BadInputTest, AllViolationsAtOnce) {
  v1::CreateConcernRequest request;
  request.set_parent("kent");
  auto& concern = *request.mutable_concern();
  concern.set_title(std::string(301, 'x'));
  concern.set_theme("investigations");
  concern.mutable_source()->set_kind(v1::SOURCE_KIND_REVISIT);
  concern.mutable_found_date()->set_year(2023);
  concern.mutable_found_date()->set_month(13);
  request.set_request_id(std::string(101, 'r'));
  const auto status = Refusal(&Stub::CreateConcern, request, Invalid());
  EXPECT_THAT(FieldsOf(status),
              UnorderedElementsAre("parent", "concern.kind", "concern.title", "concern.finding", "concern.theme",
                                   "concern.source.title", "concern.found_date.month", "request_id"));
}

TEST_F(BadInputTest, UnknownEnumNumbers) {
  auto request = ConcernRequest();
  request.mutable_concern()->set_kind(static_cast<v1::ConcernKind>(77));
  request.mutable_concern()->mutable_source()->set_kind(static_cast<v1::SourceKind>(99));
  EXPECT_THAT(FieldsOf(Refusal(&Stub::CreateConcern, request, Invalid())),
              UnorderedElementsAre("concern.kind", "concern.source.kind"));

  v1::AssessHandlingRequest assess;
  assess.set_name(Issued().concern().name());
  assess.set_rationale("Why.");
  assess.set_level(static_cast<v1::HandlingLevel>(6));
  EXPECT_THAT(FieldsOf(Refusal(&Stub::AssessHandling, assess, Invalid())), Contains("level"));
}

TEST_F(BadInputTest, MalformedNames) {
  for (const char* name :
       {"", "forces/Kent/concerns/1", "forces/kent/concerns/01", "forces/kent/concerns/one", "forces/kent/concerns/1/",
        "/forces/kent/concerns/1", "forces/-/concerns/1", "forces/kent/concerns/12345678901"}) {
    v1::IssueConcernRequest issue;
    issue.set_name(name);
    EXPECT_THAT(FieldsOf(Refusal(&Stub::IssueConcern, issue, Invalid())), UnorderedElementsAre("name")) << name;
  }
}

TEST_F(BadInputTest, MalformedDates) {
  const std::string name = Draft().name();
  Recommend(name);
  v1::IssueConcernRequest issue;
  issue.set_name(name);
  issue.mutable_issue_date()->set_year(2023);
  ExpectRefused(&Stub::IssueConcern, issue, Invalid());  // Not a whole day.
  issue.mutable_issue_date()->set_month(2);
  issue.mutable_issue_date()->set_day(30);
  ExpectRefused(&Stub::IssueConcern, issue, Invalid());  // No such day.

  auto request = RecommendationRequest(name);
  *request.mutable_recommendation()->mutable_due_rule()->mutable_date() = ParsePartialDate("early 2024").value();
  ExpectRefused(&Stub::CreateRecommendation, request, Invalid());
  request.mutable_recommendation()->mutable_due_rule()->clear_rule();
  ExpectRefused(&Stub::CreateRecommendation, request, Invalid());
  request.mutable_recommendation()->mutable_due_rule()->set_immediately(false);
  ExpectRefused(&Stub::CreateRecommendation, request, Invalid());
  request.mutable_recommendation()->mutable_due_rule()->mutable_within()->set_count(-1);
  EXPECT_THAT(FieldsOf(Refusal(&Stub::CreateRecommendation, request, Invalid())),
              UnorderedElementsAre("recommendation.due_rule.within.count", "recommendation.due_rule.within.unit"));
}

TEST_F(BadInputTest, DatesThatContradict) {
  const std::string name = Draft().name();
  Recommend(name);
  v1::IssueConcernRequest issue;
  issue.set_name(name);
  *issue.mutable_issue_date() = ParsePartialDate("2023-11-25").value();  // Tomorrow.
  ExpectRefused(&Stub::IssueConcern, issue, FailsWith(absl::StatusCode::kFailedPrecondition, "DATES_CONTRADICT"));
  *issue.mutable_issue_date() = ParsePartialDate("2023-08-31").value();  // Before it was found.
  ExpectRefused(&Stub::IssueConcern, issue, FailsWith(absl::StatusCode::kFailedPrecondition, "DATES_CONTRADICT"));
}

TEST_F(BadInputTest, MalformedMasks) {
  v1::UpdateConcernRequest update;
  update.mutable_concern()->set_name(Draft().name());
  update.mutable_concern()->set_title("New");
  update.mutable_update_mask()->add_paths("titel");
  ExpectRefused(&Stub::UpdateConcern, update, Invalid());
  update.mutable_update_mask()->set_paths(0, "source.kind.deep");
  ExpectRefused(&Stub::UpdateConcern, update, Invalid());
  update.mutable_update_mask()->set_paths(0, "*");
  update.mutable_update_mask()->add_paths("title");
  ExpectRefused(&Stub::UpdateConcern, update, Invalid());
  update.mutable_update_mask()->clear_paths();
  update.mutable_update_mask()->add_paths("finding");  // Clears what is required.
  EXPECT_THAT(FieldsOf(Refusal(&Stub::UpdateConcern, update, Invalid())), UnorderedElementsAre("concern.finding"));
}

TEST_F(BadInputTest, WrongState) {
  const auto issued = Issued();
  const std::string& name = issued.concern().name();
  const auto wrong = FailsWith(absl::StatusCode::kFailedPrecondition, "WRONG_STATE");
  v1::UpdateConcernRequest update;
  update.mutable_concern()->set_name(name);
  update.mutable_concern()->set_title("New");
  EXPECT_EQ(ErrorMetadata(Refusal(&Stub::UpdateConcern, update, wrong), "state"), "ISSUED");
  ExpectRefused(&Stub::CreateRecommendation, RecommendationRequest(name), wrong);
  v1::IssueConcernRequest issue;
  issue.set_name(name);
  ExpectRefused(&Stub::IssueConcern, issue, wrong);
  v1::VerifyRecommendationRequest verify;
  verify.set_name(issued.recommendations(0).name());
  verify.set_outcome(v1::VERIFICATION_OUTCOME_ACCEPTED);
  verify.set_rationale("Seen.");
  ExpectRefused(&Stub::VerifyRecommendation, verify, wrong);
  v1::UpdateRecommendationRequest change;
  change.mutable_recommendation()->set_name(issued.recommendations(0).name());
  change.mutable_recommendation()->set_text("Later thought.");
  ExpectRefused(&Stub::UpdateRecommendation, change, wrong);
}

TEST_F(BadInputTest, NoRecommendation) {
  v1::IssueConcernRequest issue;
  issue.set_name(Draft().name());
  ExpectRefused(&Stub::IssueConcern, issue, FailsWith(absl::StatusCode::kFailedPrecondition, "NO_RECOMMENDATION"));
}

TEST_F(BadInputTest, UnknownTheme) {
  auto request = ConcernRequest();
  request.mutable_concern()->set_theme("themes/astrology");
  ExpectRefused(&Stub::CreateConcern, request, FailsWith(absl::StatusCode::kNotFound, "THEME_NOT_FOUND"));
}

TEST_F(BadInputTest, AcceleratedAreaForImprovement) {
  auto request = ConcernRequest("forces/kent", v1::CONCERN_KIND_AREA_FOR_IMPROVEMENT);
  request.mutable_concern()->set_accelerated(true);
  EXPECT_THAT(FieldsOf(Refusal(&Stub::CreateConcern, request, Invalid())), UnorderedElementsAre("concern.accelerated"));
}

TEST_F(BadInputTest, UnknownResources) {
  const auto none = FailsWith(absl::StatusCode::kNotFound, "RESOURCE_NOT_FOUND");
  v1::IssueConcernRequest issue;
  issue.set_name("forces/kent/concerns/9");
  ExpectRefused(&Stub::IssueConcern, issue, none);
  ExpectRefused(&Stub::CreateRecommendation, RecommendationRequest("forces/kent/concerns/9"), none);
  v1::GetRecommendationRequest get;
  get.set_name("forces/kent/concerns/9/recommendations/1");
  ExpectRefused(&Stub::GetRecommendation, get, none);
}

TEST_F(BadInputTest, StaleEtag) {
  const auto issued = Issued();
  const std::string stale = "\"1\"";
  const auto mismatch = FailsWith(absl::StatusCode::kAborted, "ETAG_MISMATCH");
  v1::AssessHandlingRequest assess;
  assess.set_name(issued.concern().name());
  assess.set_etag(stale);
  assess.set_level(v1::HANDLING_LEVEL_MANAGING);
  assess.set_rationale("Seen.");
  EXPECT_EQ(ErrorMetadata(Refusal(&Stub::AssessHandling, assess, mismatch), "current_etag"), issued.concern().etag());
  v1::WithdrawConcernRequest withdraw;
  withdraw.set_name(issued.concern().name());
  withdraw.set_etag(stale);
  withdraw.set_reason("Why.");
  ExpectRefused(&Stub::WithdrawConcern, withdraw, mismatch);
  v1::DischargeConcernRequest discharge;
  discharge.set_name(issued.concern().name());
  discharge.set_etag(stale);
  discharge.set_reason("Why.");
  ExpectRefused(&Stub::DischargeConcern, discharge, mismatch);
  v1::ClaimRecommendationRequest claim;
  claim.set_name(issued.recommendations(0).name());
  claim.set_etag(stale);
  claim.set_statement("Done.");
  ExpectRefused(&Stub::ClaimRecommendation, claim, mismatch, "west-midlands-officer");
  v1::UpdateConcernRequest update;
  update.mutable_concern()->set_name(Draft().name());
  update.mutable_concern()->set_etag(stale);
  update.mutable_concern()->set_title("New");
  ExpectRefused(&Stub::UpdateConcern, update, mismatch);
}

TEST_F(BadInputTest, ReusedRequestId) {
  auto request = ConcernRequest();
  request.set_request_id("one");
  Must(Call(&Stub::CreateConcern, request));
  const auto reused = FailsWith(absl::StatusCode::kInvalidArgument, "REQUEST_ID_REUSED");
  request.mutable_concern()->set_title("Another title");
  ExpectRefused(&Stub::CreateConcern, request, reused);
  v1::IssueConcernRequest issue;
  issue.set_name("forces/west-midlands/concerns/1");
  issue.set_request_id("one");
  ExpectRefused(&Stub::IssueConcern, issue, reused);
}

TEST_F(BadInputTest, ForeignPageToken) {
  for (int i = 0; i < 3; ++i) Draft();
  v1::ListConcernsRequest list;
  list.set_parent("forces/west-midlands");
  list.set_page_size(1);
  const std::string token = Must(Call(&Stub::ListConcerns, list)).next_page_token();
  const auto mismatch = FailsWith(absl::StatusCode::kInvalidArgument, "PAGE_TOKEN_MISMATCH");
  list.set_page_token(token);
  EXPECT_TRUE(Call(&Stub::ListConcerns, list).ok());
  auto other = list;
  other.set_parent("forces/kent");
  ExpectRefused(&Stub::ListConcerns, other, mismatch);
  other = list;
  other.set_kind(v1::CONCERN_KIND_CAUSE_OF_CONCERN);
  ExpectRefused(&Stub::ListConcerns, other, mismatch);
  other = list;
  other.set_page_token(token + "x");
  ExpectRefused(&Stub::ListConcerns, other, mismatch);
  ExpectRefused(&Stub::ListConcerns, list, mismatch,
                "west-midlands-officer");  // Who sees other things has other pages.
  v1::ListRecommendationsRequest recommendations;
  recommendations.set_parent("forces/west-midlands/concerns/-");
  recommendations.set_page_token(token);
  ExpectRefused(&Stub::ListRecommendations, recommendations, mismatch);
  list.set_page_token("");
  list.set_page_size(-1);
  ExpectRefused(&Stub::ListConcerns, list, Invalid());
}

TEST_F(BadInputTest, MomentsThatAreNot) {
  const std::string name = Draft().name();
  v1::GetConcernRequest get;
  get.set_name(name);
  get.mutable_read()->mutable_as_of()->set_revision(99);
  ExpectRefused(&Stub::GetConcern, get, FailsWith(absl::StatusCode::kOutOfRange, "REVISION_IN_FUTURE"));
  get.mutable_read()->Clear();
  get.mutable_read()->mutable_consistency()->set_at_least_as_fresh("nonsense");
  ExpectRefused(&Stub::GetConcern, get, FailsWith(absl::StatusCode::kInvalidArgument, "CONSISTENCY_TOKEN_MISMATCH"));
}

TEST(Authorization, TablesCoverTheService) {
  std::set<std::string> verbs;
  for (const auto& [file, rules] : {std::pair(v1::CreateConcernRequest::descriptor()->file(), ConcernsRules()),
                                    std::pair(v1::CreateResponseRequest::descriptor()->file(), ResponsesRules()),
                                    std::pair(v1::PlanRevisitRequest::descriptor()->file(), RevisitsRules()),
                                    std::pair(v1::AddEvidenceRequest::descriptor()->file(), EvidenceRules())}) {
    for (const auto& table : {RoleTable(rules), ScopeTable(rules)}) {
      EXPECT_TRUE(table.Verify(*file->service(0)).ok()) << table.Verify(*file->service(0));
    }
    for (const auto& rule : rules.methods) EXPECT_TRUE(verbs.insert(rule.method).second) << rule.method << " twice";
  }
}

}  // namespace
}  // namespace oversight::concerns
