// GetConcernHistory, over real transport and a real ledger.
#include <map>

#include "absl/strings/str_cat.h"
#include "concerns-service/domain/concern_history.h"
#include "tests/concerns/overview_service_support.h"

namespace oversight::concerns {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// "resource field: old -> new" of all that an act changed; names without the force.
std::vector<std::string> Told(const v1::ConcernAct& act) {
  std::vector<std::string> told;
  for (const auto& resource : act.resources()) {
    for (const auto& field : resource.fields()) {
      told.push_back(absl::StrCat(resource.name().substr(sizeof("forces/west-midlands/concerns/") - 1), " ",
                                  field.field(), ": ", field.old_value(), " -> ", field.new_value()));
    }
  }
  return told;
}

class HistoryTest : public OverviewServiceTest {
 protected:
  // Concern 1: drafted, changed, recommended twice, issued, claimed, returned, claimed, verified, assessed.
  void Play() {
    name_ = Draft().name();
    v1::UpdateConcernRequest update;
    update.mutable_concern()->set_name(name_);
    update.mutable_concern()->set_title("Investigations");
    Must(Call(&Stub::UpdateConcern, update));
    Recommend(name_);
    Recommend(name_);
    Issue(name_);
    Claim(One());
    Verify(One(), v1::VERIFICATION_OUTCOME_RETURNED);
    Claim(One());
    Verify(One(), v1::VERIFICATION_OUTCOME_ACCEPTED);
    v1::AssessHandlingRequest assess;
    assess.set_name(name_);
    assess.set_level(v1::HANDLING_LEVEL_MANAGING);
    assess.set_rationale("A plan is under way.");
    Must(Call(&Stub::AssessHandling, assess, "hm-inspector"));
    // Beside it, what is not of its history.
    Issued();
  }
  std::string One() const { return name_ + "/recommendations/1"; }
  std::string name_;
};

TEST_F(HistoryTest, TellsEveryActNewestFirst) {
  Play();
  const auto acts = History(name_);
  const std::vector<std::string> verbs = {
      "AssessHandling", "VerifyRecommendation", "ClaimRecommendation",  "VerifyRecommendation", "ClaimRecommendation",
      "IssueConcern",   "CreateRecommendation", "CreateRecommendation", "UpdateConcern",        "CreateConcern"};
  EXPECT_EQ(Verbs(acts), verbs);
  for (const int size : {1, 3, 10}) EXPECT_EQ(Verbs(History(name_, size)), verbs) << size;

  const auto& assessed = acts[0];
  EXPECT_EQ(assessed.change().actor(), "principals/hm-inspector");
  EXPECT_EQ(assessed.change().reason(), "A plan is under way.");
  EXPECT_GT(assessed.change().revision(), acts[1].change().revision());
  ASSERT_EQ(assessed.resources_size(), 1);
  EXPECT_EQ(assessed.resources(0).name(), name_);
  EXPECT_EQ(assessed.resources(0).kind(), "Concern");
  EXPECT_EQ(assessed.resources(0).type(), common::v1::EVENT_TYPE_MODIFIED);
  EXPECT_THAT(
      Told(assessed),
      ElementsAre("1 handling.level:  -> HANDLING_LEVEL_MANAGING", "1 handling.rationale:  -> A plan is under way.",
                  "1 handling.assessor:  -> principals/hm-inspector",
                  "1 handling.assess_time:  -> 2023-11-24T10:00:00Z", "1 handling.assessed_date:  -> 2023-11-24"));
  EXPECT_THAT(Told(acts[3]), Contains("1/recommendations/1 state: RECOMMENDATION_STATE_CLAIMED -> "
                                      "RECOMMENDATION_STATE_OPEN"));
  // One act on three resources, in the order of the log.
  const auto& issued = acts[5];
  ASSERT_EQ(issued.resources_size(), 3);
  EXPECT_EQ(issued.resources(0).kind(), "Concern");
  EXPECT_EQ(issued.resources(2).name(), name_ + "/recommendations/2");
  EXPECT_THAT(Told(issued), Contains("1 state: CONCERN_STATE_DRAFT -> CONCERN_STATE_ISSUED"));
  EXPECT_THAT(Told(issued), Contains("1/recommendations/2 due_date:  -> 2024-02-24"));
  EXPECT_THAT(Told(acts[8]), ElementsAre("1 title: Investigations and outcomes for victims -> Investigations"));
  EXPECT_EQ(acts[9].resources(0).type(), common::v1::EVENT_TYPE_ADDED);
  EXPECT_THAT(Told(acts[9]), Contains("1 found_date:  -> 2023-09"));
}

TEST_F(HistoryTest, TellsChangesOfStatusAlone) {
  Play();
  const auto acts = History(name_, 0, "liaison-lead", /*status_only=*/true);
  EXPECT_THAT(Verbs(acts), ElementsAre("AssessHandling", "VerifyRecommendation", "ClaimRecommendation",
                                       "VerifyRecommendation", "ClaimRecommendation", "IssueConcern",
                                       "CreateRecommendation", "CreateRecommendation", "CreateConcern"));
  EXPECT_THAT(Told(acts[0]), ElementsAre("1 handling.level:  -> HANDLING_LEVEL_MANAGING"));
  EXPECT_THAT(Told(acts[1]), ElementsAre("1/recommendations/1 state: RECOMMENDATION_STATE_CLAIMED -> "
                                         "RECOMMENDATION_STATE_VERIFIED"));
  EXPECT_EQ(Verbs(History(name_, 2, "liaison-lead", true)), Verbs(acts));
}

TEST_F(HistoryTest, IsOfAllBelowTheConcern) {
  name_ = Issued().concern().name();
  v1::AddProgressNoteRequest note;
  note.set_parent(One());
  note.mutable_progress_note()->set_text("Half of the posts are filled.");
  Must(Call(&Stub::AddProgressNote, note, kOfficer));
  v1::CreateResponseRequest respond;
  respond.set_parent(name_);
  respond.mutable_force_response()->set_text("We have a plan.");
  const std::string response =
      Must(Call(&v1::ResponsesService::Stub::CreateResponse, respond, kOfficer)).force_response().name();
  v1::JudgeResponseRequest judge;
  judge.set_name(response);
  judge.set_adequacy(v1::ADEQUACY_ADEQUATE);
  judge.set_rationale("It is whole.");
  Must(Call(&v1::ResponsesService::Stub::JudgeResponse, judge));
  const auto acts = History(name_);
  EXPECT_THAT(Verbs(acts), ElementsAre("JudgeResponse", "CreateResponse", "AddProgressNote", "IssueConcern",
                                       "CreateRecommendation", "CreateConcern"));
  EXPECT_THAT(Told(acts[2]), Contains("1/recommendations/1/progressNotes/1 text:  -> Half of the posts are filled."));
  EXPECT_THAT(Told(History(name_, 0, "liaison-lead", true)[0]),
              ElementsAre("1/responses/1 state: FORCE_RESPONSE_STATE_AWAITING_JUDGEMENT -> "
                          "FORCE_RESPONSE_STATE_ADEQUATE",
                          "1/responses/1 judgement.adequacy:  -> ADEQUACY_ADEQUATE"));
}

// To an outsider the issue is the beginning: what came before leaves no gap, no empty page and no old value.
TEST_F(HistoryTest, ToOutsidersItBeginsWithTheIssue) {
  Play();
  const std::vector<std::string> verbs = {"AssessHandling",       "VerifyRecommendation", "ClaimRecommendation",
                                          "VerifyRecommendation", "ClaimRecommendation",  "IssueConcern"};
  const auto acts = History(name_, 0, kOfficer);
  EXPECT_EQ(Verbs(acts), verbs);
  const auto& issued = acts.back();
  ASSERT_EQ(issued.resources_size(), 3);
  for (const auto& resource : issued.resources()) {
    EXPECT_EQ(resource.type(), common::v1::EVENT_TYPE_ADDED);
    for (const auto& field : resource.fields()) EXPECT_EQ(field.old_value(), "") << field.field();
  }
  EXPECT_THAT(Told(issued), Contains("1 title:  -> Investigations"));
  EXPECT_THAT(Told(issued), Contains("1/recommendations/1 text:  -> Make sure that investigations are supervised."));
  for (const int size : {1, 2, 5, 6}) {
    v1::GetConcernHistoryRequest request;
    request.set_name(name_);
    const auto pages = Pages(&Overview::GetConcernHistory, request, size, kOfficer);
    EXPECT_EQ(pages.size(), (verbs.size() + static_cast<size_t>(size) - 1) / static_cast<size_t>(size)) << size;
    for (const auto& page : pages) EXPECT_GT(page.acts_size(), 0);
  }
  EXPECT_EQ(Verbs(History(name_, 1, kOfficer, true)), verbs);
}

TEST_F(HistoryTest, StandsAsOfAnyMoment) {
  Play();
  v1::GetConcernHistoryRequest request;
  request.set_name(name_);
  const auto acts = History(name_);
  const int64_t claimed = acts[4].change().revision();
  *request.mutable_read() = AsOf(claimed);
  const auto then = Must(Ask(&Overview::GetConcernHistory, request));
  EXPECT_EQ(then.acts_size(), 6);
  EXPECT_EQ(then.acts(0).change().revision(), claimed);
  EXPECT_EQ(then.header().revision(), claimed);
  request.set_page_size(2);
  std::vector<std::string> paged;
  for (const auto& page : Pages(&Overview::GetConcernHistory, request, 2)) {
    for (const auto& act : page.acts()) paged.push_back(act.change().verb());
  }
  EXPECT_EQ(paged.size(), 6u);
  *request.mutable_read() = AsOf(start_);
  request.clear_page_token();
  EXPECT_THAT(Ask(&Overview::GetConcernHistory, request).status(),
              FailsWith(absl::StatusCode::kNotFound, "RESOURCE_NOT_FOUND"));
}

// More acts than are read from the log at a time, with long texts.
TEST_F(HistoryTest, OfManyActs) {
  name_ = Draft().name();
  for (int i = 0; i < 450; ++i) {
    v1::UpdateConcernRequest update;
    update.mutable_concern()->set_name(name_);
    update.mutable_concern()->set_finding(absl::StrCat("Finding ", i, std::string(2000, 'x')));
    Must(Call(&Stub::UpdateConcern, update));
  }
  const auto acts = History(name_, 1000);
  ASSERT_EQ(acts.size(), 451u);
  for (int i = 0; i < 449; ++i) {
    const auto& field = acts[static_cast<size_t>(i)].resources(0).fields(0);
    ASSERT_EQ(field.field(), "finding");
    ASSERT_EQ(field.new_value().rfind(absl::StrCat("Finding ", 449 - i, "x"), 0), 0u);
    ASSERT_EQ(field.old_value().rfind(absl::StrCat("Finding ", 448 - i, "x"), 0), 0u) << "also across pages";
    ASSERT_LT(field.new_value().size(), 1100u) << "cut";
  }
  EXPECT_EQ(History(name_, 7).size(), 451u);
  EXPECT_THAT(History(name_, 1000, "liaison-lead", true), ::testing::SizeIs(1));
}

TEST(StatusFields, AreStatesLevelsAndAdequacy) {
  for (const char* path : {"state", "handling.level", "judgement.adequacy"}) EXPECT_TRUE(IsStatusField(path)) << path;
  for (const char* path : {"title", "handling.rationale", "statement", "due_date", "level"}) {
    EXPECT_FALSE(IsStatusField(path)) << path;
  }
}

}  // namespace
}  // namespace oversight::concerns
