// Counts, due items, checks and search, over real transport and a real ledger.
#include <condition_variable>
#include <mutex>

#include "absl/strings/str_cat.h"
#include "common/auth/insecure_authenticator.h"
#include "common/rpc/resources.h"
#include "common/time/london.h"
#include "common/time/timestamp.h"
#include "concerns-service/service/overviews.h"
#include "google/protobuf/util/message_differencer.h"
#include "tests/concerns/overview_service_support.h"
#include "tests/support/awaited.h"
#include "tests/support/ledger_calls.h"

namespace oversight::concerns {
namespace {

using google::protobuf::util::MessageDifferencer;
using testing::Awaited;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// ---- Summaries ----

TEST_F(OverviewServiceTest, ASummaryHoldsWhatWasWrittenBefore) {
  const auto nothing = Summary();
  EXPECT_EQ(nothing.summary().force(), kForce);
  EXPECT_EQ(nothing.summary().counts().open_causes_of_concern(), 0);
  EXPECT_EQ(FormatIso(nothing.date()), "2023-11-24");
  for (int i = 1; i <= 20; ++i) {
    const auto issued = Issued();
    const auto summary = Summary();
    ASSERT_EQ(summary.summary().counts().open_causes_of_concern(), i);
    ASSERT_EQ(summary.summary().counts().open_recommendations(), i);
    ASSERT_GE(summary.header().revision(), issued.header().revision());
    EXPECT_TRUE(summary.header().has_recorded_time());
    EXPECT_FALSE(summary.header().consistency_token().empty());
  }
  EXPECT_EQ(FormatIso(Summary().summary().oldest_open_issue_date()), "2023-11-24");
  EXPECT_EQ(FormatIso(Summary().summary().next_due_date()), "2024-02-24");
  ASSERT_EQ(Summary().summary().themes_size(), 1);
  EXPECT_EQ(Summary().summary().themes(0).theme(), "themes/investigations");
}

TEST_F(OverviewServiceTest, ASummaryFollowsTheLifeOfAConcern) {
  const std::string name = Issued().concern().name();
  const std::string recommendation = name + "/recommendations/1";
  Claim(recommendation);
  EXPECT_EQ(Summary().summary().counts().open_recommendations(), 0);
  EXPECT_EQ(Summary().summary().counts().claimed_recommendations(), 1);
  v1::ExtendRecommendationRequest extend;
  extend.set_name(recommendation);
  extend.set_reason("A new chief officer.");
  *extend.mutable_due_date() = ParsePartialDate("2024-06-01").value();
  Must(Call(&Stub::ExtendRecommendation, extend));
  EXPECT_EQ(Summary().summary().counts().extended_recommendations(), 1);
  EXPECT_EQ(FormatIso(Summary().summary().next_due_date()), "2024-06-01");
  v1::CreateResponseRequest respond;
  respond.set_parent(name);
  respond.mutable_force_response()->set_text("We have a plan.");
  Must(Call(&v1::ResponsesService::Stub::CreateResponse, respond, kOfficer));
  EXPECT_EQ(Summary().summary().counts().responses_awaiting_judgement(), 1);
  Verify(recommendation, v1::VERIFICATION_OUTCOME_ACCEPTED);
  EXPECT_EQ(Summary().summary().counts().claimed_recommendations(), 0);
  v1::DischargeConcernRequest discharge;
  discharge.set_name(name);
  discharge.set_reason("Sustained.");
  Must(Call(&Stub::DischargeConcern, discharge));
  EXPECT_EQ(Summary().summary().counts().open_causes_of_concern(), 0);
  EXPECT_EQ(Summary().summary().counts().responses_awaiting_judgement(), 0);
  EXPECT_EQ(Summary().summary().themes_size(), 0);
  EXPECT_FALSE(Summary().summary().has_oldest_open_issue_date());
}

// "Overdue" turns at midnight in London, without a write; the day is that of London also in summer.
TEST_F(OverviewServiceTest, TheDayTurnsAtMidnightInLondon) {
  Issued();
  const int64_t head = Head();
  server_->clock().Set(LondonTime(absl::CivilMinute(2024, 2, 24, 23, 59)));
  EXPECT_EQ(Summary().summary().counts().overdue_recommendations(), 0);
  EXPECT_EQ(FormatIso(Summary().summary().next_due_date()), "2024-02-24");
  auto overdue = DueOf();
  overdue.set_overdue_only(true);
  EXPECT_THAT(Due(overdue), IsEmpty());
  server_->clock().Advance(absl::Minutes(2));
  EXPECT_EQ(Summary().summary().counts().overdue_recommendations(), 1);
  EXPECT_FALSE(Summary().summary().has_next_due_date());
  EXPECT_EQ(Due(overdue).size(), 1u);
  EXPECT_EQ(Head(), head);

  server_->clock().Set(absl::FromUnixSeconds(1719876600));  // 23:30 UTC on 1 July, half past midnight in London
  EXPECT_EQ(FormatIso(Summary().date()), "2024-07-02");
  v1::ListInconsistenciesRequest late = Everything();
  late.set_rule("cause-without-response");
  EXPECT_EQ(Inconsistencies(late).size(), 1u) << "so do checks that hang on the day";
}

TEST_F(OverviewServiceTest, SummariesOfAllForces) {
  Issued("forces/west-midlands");
  Issued("forces/kent");
  forces_->Add("forces/essex", "East");
  Draft("forces/essex");
  EXPECT_THAT(Summaries(), ElementsAre("forces/kent", "forces/west-midlands")) << "drafts do not count";
  EXPECT_THAT(Summaries(1), ElementsAre("forces/kent", "forces/west-midlands"));
  EXPECT_THAT(Summaries(0, kOfficer), ElementsAre("forces/west-midlands"));
  EXPECT_THAT(Summaries(1, kOfficer), ElementsAre("forces/west-midlands"));
}

// ---- Due ----

TEST_F(OverviewServiceTest, ListsWhatIsDueByPages) {
  for (const char* force : {"forces/west-midlands", "forces/kent"}) {
    for (int i = 0; i < 3; ++i) {
      const std::string name = Draft(force).name();
      for (const char* day : {"2024-05-01", "2024-04-01"}) {
        auto request = RecommendationRequest(name);
        *request.mutable_recommendation()->mutable_due_rule()->mutable_date() = ParsePartialDate(day).value();
        Must(Call(&Stub::CreateRecommendation, request));
      }
      Issue(name);
    }
  }
  std::vector<std::string> all;
  for (const char* day : {"2024-04-01", "2024-05-01"}) {
    for (const char* force : {"forces/kent", "forces/west-midlands"}) {
      for (int i = 1; i <= 3; ++i) {
        all.push_back(absl::StrCat(day, " ", force, "/concerns/", i, "/recommendations/",
                                   std::string(day) == "2024-04-01" ? 2 : 1));
      }
    }
  }
  for (const int size : {0, 1, 5, 12}) EXPECT_EQ(Due(DueOf(), size), all) << size;
  EXPECT_EQ(Due(DueOf("forces/kent"), 4).size(), 6u);
  EXPECT_EQ(Due(DueOf(), 2, kOfficer).size(), 6u) << "of the caller's force alone";
  auto request = DueOf();
  *request.mutable_from_date() = ParsePartialDate("2024-04-02").value();
  EXPECT_EQ(Due(request, 4).size(), 6u);
  *request.mutable_to_date() = ParsePartialDate("2024-04-30").value();
  EXPECT_THAT(Due(request), IsEmpty());
  request = DueOf();
  request.set_theme("themes/vetting-and-counter-corruption");
  EXPECT_THAT(Due(request), IsEmpty());
  Claim("forces/west-midlands/concerns/1/recommendations/1");
  request = DueOf(kForce);
  request.set_unclaimed_only(true);
  EXPECT_EQ(Due(request).size(), 5u);

  const auto page = Must(Ask(&Overview::ListDue, DueOf("forces/west-midlands")));
  const auto& item = page.items(0);
  EXPECT_EQ(item.kind(), v1::DUE_KIND_RECOMMENDATION);
  EXPECT_EQ(item.force(), kForce);
  EXPECT_EQ(item.concern(), "forces/west-midlands/concerns/1");
  EXPECT_EQ(item.concern_title(), "Investigations and outcomes for victims");
  EXPECT_EQ(item.theme(), "themes/investigations");
  EXPECT_EQ(item.days_left(), 129);
  EXPECT_EQ(item.working_days_left(), 86) << "with Christmas, New Year and Easter between";
  EXPECT_EQ(FormatIso(page.date()), "2023-11-24");
}

// ---- Search ----

TEST_F(OverviewServiceTest, SearchesByWordsNewestFirst) {
  const std::string first = Issued().concern().name();
  server_->clock().Advance(absl::Seconds(1));
  const std::string second = Draft(kForce, v1::CONCERN_KIND_AREA_FOR_IMPROVEMENT).name();
  server_->clock().Advance(absl::Seconds(1));
  const std::string other = Draft("forces/kent").name();
  EXPECT_THAT(Hits(Search("INVESTIG victims")), ElementsAre(other, second, first));
  EXPECT_THAT(Hits(Search("INVESTIG victims"), 1), ElementsAre(other, second, first));
  EXPECT_THAT(Hits(Search("superv")), ElementsAre(first + "/recommendations/1"));
  EXPECT_THAT(Hits(Search("investig", kForce)), ElementsAre(second, first, first + "/recommendations/1"));
  EXPECT_THAT(Hits(Search("unheard")), IsEmpty());
  auto request = Search("investig");
  request.set_concern_kind(v1::CONCERN_KIND_AREA_FOR_IMPROVEMENT);
  EXPECT_THAT(Hits(request), ElementsAre(second));
  request = Search("investig");
  request.set_open_only(true);
  EXPECT_THAT(Hits(request), ElementsAre(first, first + "/recommendations/1"));
  request.set_theme("themes/workforce");
  EXPECT_THAT(Hits(request), IsEmpty());

  // A draft that is written anew is found by its new words.
  v1::UpdateConcernRequest update;
  update.mutable_concern()->set_name(second);
  update.mutable_concern()->set_finding("Vetting is slow.");
  Must(Call(&Stub::UpdateConcern, update));
  EXPECT_THAT(Hits(Search("vett slow")), ElementsAre(second));
  EXPECT_THAT(Hits(Search("effective")), ElementsAre(other, first));

  const auto hit = Must(Ask(&Overview::SearchConcerns, Search("superv"))).hits(0);
  EXPECT_EQ(hit.kind(), v1::SEARCH_HIT_KIND_RECOMMENDATION);
  EXPECT_EQ(hit.concern(), first);
  EXPECT_EQ(hit.concern_title(), "Investigations and outcomes for victims");
  EXPECT_EQ(hit.concern_kind(), v1::CONCERN_KIND_CAUSE_OF_CONCERN);
  EXPECT_TRUE(hit.open());
  EXPECT_EQ(hit.snippet(), "Make sure that investigations are supervised.");
  ASSERT_EQ(hit.matches_size(), 1);
  EXPECT_EQ(hit.matches(0).start(), 34);
  EXPECT_EQ(hit.matches(0).length(), 10);
}

// ---- What a caller may see ----

TEST_F(OverviewServiceTest, OutsidersKnowNothingOfDrafts) {
  const std::string issued = Issued().concern().name();
  const std::string draft = Draft().name();
  Recommend(draft);
  Issued("forces/kent");
  v1::WithdrawConcernRequest withdraw;
  withdraw.set_name(Draft().name());
  withdraw.set_reason("Not needed.");
  Must(Call(&Stub::WithdrawConcern, withdraw));

  for (const char* outsider : {kOfficer, "west-midlands-oversight-body"}) {
    EXPECT_THAT(Summaries(0, outsider), ElementsAre(kForce));
    EXPECT_EQ(Summary(kForce, {}, outsider).summary().counts().open_causes_of_concern(), 1);
    EXPECT_THAT(Due(DueOf(), 1, outsider), ElementsAre(absl::StrCat("2024-02-24 ", issued, "/recommendations/1")));
    EXPECT_THAT(Hits(Search("investig"), 1, outsider), ElementsAre(issued, issued + "/recommendations/1"));
    EXPECT_THAT(Hits(Search("investig", kForce), 0, outsider), ElementsAre(issued, issued + "/recommendations/1"));
    v1::GetConcernHistoryRequest history;
    history.set_name(draft);
    EXPECT_THAT(Ask(&Overview::GetConcernHistory, history, outsider).status(),
                FailsWith(absl::StatusCode::kNotFound, "RESOURCE_NOT_FOUND"));
  }
  EXPECT_EQ(Hits(Search("investig")).size(), 7u) << "inside all is known";
}

TEST_F(OverviewServiceTest, OtherForcesAreOutOfScope) {
  const auto refused = FailsWith(absl::StatusCode::kPermissionDenied, "OUT_OF_SCOPE");
  v1::GetForceSummaryRequest summary;
  summary.set_force("forces/kent");
  EXPECT_THAT(Ask(&Overview::GetForceSummary, summary, kOfficer).status(), refused);
  EXPECT_THAT(Ask(&Overview::ListDue, DueOf("forces/kent"), kOfficer).status(), refused);
  EXPECT_THAT(Ask(&Overview::SearchConcerns, Search("x", "forces/kent"), kOfficer).status(), refused);
  v1::GetConcernHistoryRequest history;
  history.set_name("forces/kent/concerns/1");
  EXPECT_THAT(Ask(&Overview::GetConcernHistory, history, kOfficer).status(), refused);
}

TEST_F(OverviewServiceTest, EveryMethodIsForItsRoles) {
  Issued();
  v1::GetForceSummaryRequest summary;
  summary.set_force(kForce);
  v1::GetConcernHistoryRequest history;
  history.set_name("forces/west-midlands/concerns/1");
  const auto codes = [&](const std::string& principal) {
    std::vector<absl::StatusCode> codes;
    for (const absl::Status& status :
         {Ask(&Overview::GetForceSummary, summary, principal).status(),
          Ask(&Overview::ListForceSummaries, v1::ListForceSummariesRequest(), principal).status(),
          Ask(&Overview::ListDue, DueOf(), principal).status(),
          Ask(&Overview::SearchConcerns, Search("x"), principal).status(),
          Ask(&Overview::GetConcernHistory, history, principal).status(),
          Ask(&Overview::ListInconsistencies, Everything(), principal).status()}) {
      codes.push_back(status.code());
    }
    return codes;
  };
  constexpr auto kOk = absl::StatusCode::kOk, kNo = absl::StatusCode::kPermissionDenied;
  for (const char* insider : {"liaison-lead", "hm-inspector", "chief-inspector", "oversight-group-secretariat",
                              "press-officer", "records-manager", "gateway"}) {
    EXPECT_THAT(codes(insider), ElementsAre(kOk, kOk, kOk, kOk, kOk, kOk)) << insider;
  }
  for (const char* outsider : {kOfficer, "west-midlands-oversight-body"}) {
    EXPECT_THAT(codes(outsider), ElementsAre(kOk, kOk, kOk, kOk, kOk, kNo)) << outsider;
  }
  for (const char* nobody : {"public", "operator"}) {
    EXPECT_THAT(codes(nobody), ElementsAre(kNo, kNo, kNo, kNo, kNo, kNo)) << nobody;
  }
}

// ---- Checks ----

std::shared_ptr<const rpc::InformerCopy> RegisterWith(const std::vector<forces::v1::Inspection>& inspections,
                                                      const std::vector<forces::v1::Force>& forces = {}) {
  rpc::InformerCopyBuilder copy({forces::v1::Force::descriptor(), forces::v1::Inspection::descriptor()});
  for (const auto& inspection : inspections) {
    copy.Put(inspection.GetDescriptor(), inspection.name(), std::make_shared<forces::v1::Inspection>(inspection));
  }
  for (const auto& force : forces) {
    copy.Put(force.GetDescriptor(), force.name(), std::make_shared<forces::v1::Force>(force));
  }
  return copy.Build();
}

forces::v1::Inspection Graded(const std::string& name, forces::v1::InspectionState state) {
  forces::v1::Inspection inspection;
  inspection.set_name(name);
  inspection.set_state(state);
  auto* area = inspection.mutable_report()->add_graded_areas();
  area->set_title("Investigating crime");
  area->set_grade(forces::v1::GRADE_INADEQUATE);
  area->set_theme("themes/investigations");
  area = inspection.mutable_report()->add_graded_areas();
  area->set_title("Leadership");
  area->set_grade(forces::v1::GRADE_GOOD);
  return inspection;
}

TEST_F(OverviewServiceTest, ChecksTheRecordBesideTheRegister) {
  const auto unknown = Must(Ask(&Overview::ListInconsistencies, Everything()));
  EXPECT_THAT(unknown.inconsistencies(), IsEmpty());
  EXPECT_THAT(unknown.rules_not_checked(), ElementsAre("inadequate-without-cause", "force-ended"));

  forces::v1::Force ended;
  ended.set_name("forces/kent");
  *ended.mutable_end_date() = ParsePartialDate("2024-04-01").value();
  ended.set_successor("forces/essex");
  shelf_->Put(RegisterWith({Graded("forces/west-midlands/inspections/1", forces::v1::INSPECTION_STATE_PUBLISHED),
                            Graded("forces/kent/inspections/1", forces::v1::INSPECTION_STATE_REPORT_AWAITED),
                            Graded("nationalInspections/1", forces::v1::INSPECTION_STATE_PUBLISHED)},
                           {ended}));
  EXPECT_THAT(Inconsistencies(Everything()),
              ElementsAre("inadequate-without-cause forces/west-midlands/inspections/1"));
  const auto found = Must(Ask(&Overview::ListInconsistencies, Everything()));
  EXPECT_THAT(found.rules_not_checked(), IsEmpty());
  EXPECT_EQ(found.inconsistencies(0).severity(), v1::SEVERITY_WARNING);
  EXPECT_EQ(found.inconsistencies(0).force(), kForce);
  EXPECT_THAT(found.inconsistencies(0).sentence(), HasSubstr("\"Investigating crime\""));
  EXPECT_FALSE(found.inconsistencies(0).remedy().empty());

  Issued("forces/kent");
  const std::string name = Issued().concern().name();
  EXPECT_THAT(Inconsistencies(Everything()), ElementsAre("force-ended forces/kent/concerns/1"))
      << "the cause is there now, and another force is no more";
  Claim(name + "/recommendations/1");
  Verify(name + "/recommendations/1", v1::VERIFICATION_OUTCOME_ACCEPTED);
  const std::vector<std::string> both = {"force-ended forces/kent/concerns/1",
                                         "all-verified-still-open forces/west-midlands/concerns/1"};
  EXPECT_EQ(Inconsistencies(Everything()), both);
  EXPECT_EQ(Inconsistencies(Everything(), 1), both);
  EXPECT_THAT(Inconsistencies(Everything(kForce)), ElementsAre(both[1]));
  auto request = Everything();
  request.set_rule("force-ended");
  EXPECT_THAT(Inconsistencies(request), ElementsAre(both[0]));
  request = Everything();
  request.set_severity(v1::SEVERITY_ERROR);
  EXPECT_THAT(Inconsistencies(request), IsEmpty());
}

// ---- Bad input ----

TEST_F(OverviewServiceTest, RefusesWhatMakesNoSense) {
  const auto fields = [](const absl::Status& status) {
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
    std::vector<std::string> fields;
    for (const auto& [field, description] : ViolationsOf(status)) fields.push_back(field);
    return fields;
  };
  auto due = DueOf();
  *due.mutable_from_date() = ParsePartialDate("2024-05-02").value();
  *due.mutable_to_date() = ParsePartialDate("2024-05-01").value();
  EXPECT_THAT(fields(Ask(&Overview::ListDue, due).status()), ElementsAre("to_date"));
  due = DueOf("kent");
  *due.mutable_from_date() = ParsePartialDate("2024").value();
  due.set_page_size(-1);
  EXPECT_THAT(fields(Ask(&Overview::ListDue, due).status()),
              ::testing::UnorderedElementsAre("parent", "from_date", "page_size"));
  for (const char* query : {"...", "a b c d e f g h i j k"}) {
    EXPECT_THAT(fields(Ask(&Overview::SearchConcerns, Search(query)).status()), ElementsAre("query")) << query;
  }
  EXPECT_THAT(fields(Ask(&Overview::SearchConcerns, Search("")).status()), ElementsAre("query"));
  auto rule = Everything();
  rule.set_rule("no-such-rule");
  const absl::Status status = Ask(&Overview::ListInconsistencies, rule).status();
  EXPECT_THAT(fields(status), ElementsAre("rule"));
  EXPECT_THAT(ViolationsOf(status).at(0).second, HasSubstr("due-before-issue")) << "says which there are";
  v1::GetForceSummaryRequest summary;
  summary.set_force("forces/-");
  EXPECT_THAT(fields(Ask(&Overview::GetForceSummary, summary).status()), ElementsAre("force"));

  const auto unknown = FailsWith(absl::StatusCode::kNotFound, "FORCE_NOT_FOUND");
  summary.set_force("forces/atlantis");
  EXPECT_THAT(Ask(&Overview::GetForceSummary, summary).status(), unknown);
  EXPECT_THAT(Ask(&Overview::ListDue, DueOf("forces/atlantis")).status(), unknown);
  EXPECT_THAT(Ask(&Overview::SearchConcerns, Search("x", "forces/atlantis")).status(), unknown);
  EXPECT_THAT(Ask(&Overview::ListInconsistencies, Everything("forces/atlantis")).status(), unknown);
  // What is known is told also while the register cannot be asked.
  Issued();
  forces_->Forget();
  forces_->SetReachable(false);
  EXPECT_EQ(Summary().summary().counts().open_causes_of_concern(), 1);
}

TEST_F(OverviewServiceTest, APageTokenIsForItsQueryAndItsCaller) {
  Issued();
  Issued();
  const auto mismatch = FailsWith(absl::StatusCode::kInvalidArgument, "PAGE_TOKEN_MISMATCH");
  auto due = DueOf();
  due.set_page_size(1);
  const std::string token = Must(Ask(&Overview::ListDue, due)).next_page_token();
  ASSERT_FALSE(token.empty());
  due.set_page_token(token);
  EXPECT_TRUE(Ask(&Overview::ListDue, due).ok());
  EXPECT_THAT(Ask(&Overview::ListDue, due, kOfficer).status(), mismatch);
  due.set_overdue_only(true);
  EXPECT_THAT(Ask(&Overview::ListDue, due).status(), mismatch);
  auto search = Search("investig");
  search.set_page_token(token);
  EXPECT_THAT(Ask(&Overview::SearchConcerns, search).status(), mismatch);
  v1::GetConcernHistoryRequest history;
  history.set_name("forces/west-midlands/concerns/1");
  history.set_page_token(token);
  EXPECT_THAT(Ask(&Overview::GetConcernHistory, history).status(), mismatch);
}

// ---- Which state is read ----

TEST_F(OverviewServiceTest, WaitsForWhatIsAskedForWithinTheDeadline) {
  const std::string store = server_->ledger().incarnation();
  v1::GetForceSummaryRequest request;
  request.set_force(kForce);
  auto& consistency = *request.mutable_read()->mutable_consistency();
  const auto issued = Issued();
  consistency.set_at_least_as_fresh(issued.header().consistency_token());
  EXPECT_EQ(Must(Ask(&Overview::GetForceSummary, request)).summary().counts().open_causes_of_concern(), 1);
  consistency.set_fully_consistent(true);
  EXPECT_EQ(Must(Ask(&Overview::GetForceSummary, request)).summary().counts().open_causes_of_concern(), 1);
  consistency.set_at_least_as_fresh(rpc::EncodeConsistencyToken(store, Head() + 1));
  EXPECT_EQ(Ask(&Overview::GetForceSummary, request, "liaison-lead", std::chrono::milliseconds(100)).status().code(),
            absl::StatusCode::kDeadlineExceeded);
  consistency.set_at_least_as_fresh(rpc::EncodeConsistencyToken("another store", 1));
  EXPECT_THAT(Ask(&Overview::GetForceSummary, request).status(),
              FailsWith(absl::StatusCode::kInvalidArgument, "CONSISTENCY_TOKEN_MISMATCH"));
}

// What was told at a revision is told of it for ever, as of then.
TEST_F(OverviewServiceTest, TellsOfAnyMomentInThePastWhatItToldThen) {
  struct Told {
    v1::GetForceSummaryResponse summary;
    std::vector<std::string> due, hits, forces;
  };
  std::map<int64_t, Told> told;
  const auto note = [&] {
    const auto summary = Summary();
    told[summary.header().revision()] = {summary, Due(DueOf()), Hits(Search("investig")), Summaries()};
    server_->clock().Advance(absl::Hours(24 * 20));
  };
  note();
  const std::string name = Draft().name();
  note();
  Recommend(name);
  note();
  Issue(name);
  note();
  Issued("forces/kent");
  note();
  Claim(name + "/recommendations/1");
  note();
  Verify(name + "/recommendations/1", v1::VERIFICATION_OUTCOME_RETURNED);
  note();
  for (const auto& [revision, then] : told) {
    const auto read = AsOf(revision);
    const auto summary = Summary(kForce, read);
    EXPECT_TRUE(MessageDifferencer::Equals(summary.summary(), then.summary.summary())) << summary.ShortDebugString();
    EXPECT_EQ(summary.header().revision(), revision);
    EXPECT_EQ(summary.header().consistency_token(), then.summary.header().consistency_token());
    EXPECT_EQ(FormatIso(summary.date()), FormatIso(then.summary.date())) << "the day it was then";
    auto due = DueOf();
    *due.mutable_read() = read;
    EXPECT_EQ(Due(due, 1), then.due);
    auto search = Search("investig");
    *search.mutable_read() = read;
    EXPECT_EQ(Hits(search, 1), then.hits);
  }
  // By time: the moment asked for says the day.
  server_->clock().Advance(absl::Hours(24 * 60));
  common::v1::ReadOptions at;
  SetTime(server_->clock().Now() - absl::Hours(1), at.mutable_as_of()->mutable_recorded_time());
  EXPECT_EQ(FormatIso(Summary(kForce, at).date()), FormatIso(LondonDay(server_->clock().Now() - absl::Hours(1))));
  EXPECT_EQ(Summary(kForce, at).summary().counts().overdue_recommendations(), 1);
  v1::GetForceSummaryRequest future;
  future.set_force(kForce);
  *future.mutable_read() = AsOf(Head() + 1);
  EXPECT_THAT(Ask(&Overview::GetForceSummary, future).status(),
              FailsWith(absl::StatusCode::kOutOfRange, "REVISION_IN_FUTURE"));
}

TEST_F(OverviewServiceTest, ARestartChangesNothing) {
  Issued();
  server_->clock().Advance(absl::Seconds(1));
  Issued("forces/kent");
  Draft();
  const auto summary = Summary();
  const auto due = Due(DueOf()), hits = Hits(Search("investig"));
  server_->Restart();
  EXPECT_TRUE(MessageDifferencer::Equals(Summary().summary(), summary.summary()));
  EXPECT_EQ(Due(DueOf()), due);
  EXPECT_EQ(Hits(Search("investig")), hits);
}

// ---- The overviews themselves ----

// One reading of everything at a time: others are told to come again, rather than that memory runs out.
TEST(Overviews, ReadEverythingOfThePastOnceAtATimeAndNothingOlderThanAskedFor) {
  const testing::TempDir folder;
  const FakeClock clock(absl::FromUnixSeconds(1700820000));
  auto ledger = *ledger::Ledger::Open(*ledger::EngineFor("sqlite:" + (folder / "store.db")), clock);
  ASSERT_TRUE(testing::CommitNow(*ledger, testing::Storing({testing::Put("things/1", "x")})).ok());
  observe::Metrics metrics("test");
  const auto authenticator = *auth::InsecureAuthenticator::FromFile("data/principals.json");
  rpc::Host host({}, *authenticator, metrics);
  rpc::Runtime runtime{clock, metrics, host, ledger.get(), *authenticator};
  Overviews overviews(runtime);

  common::v1::ReadOptions past;
  past.mutable_as_of()->set_revision(1);
  std::mutex mu;
  std::condition_variable changed;
  bool go = false, entered = false;
  const auto held = [&](const concerns::Overview&, const OverviewMoment& moment) {
    EXPECT_EQ(moment.revision, 1);
    std::unique_lock lock(mu);
    entered = true;
    changed.notify_all();
    changed.wait(lock, [&] { return go; });
    return absl::OkStatus();
  };
  const auto read = [&](const std::string& force, const Overviews::Answer& answer) {
    Awaited<int> done;
    overviews.Read(past, 0, absl::InfiniteFuture(), force, answer, [callback = done.callback()](const absl::Status& s) {
      if (s.ok()) return callback(1);
      callback(s);
    });
    return done;
  };
  const auto at_once = [](const concerns::Overview&, const OverviewMoment&) { return absl::OkStatus(); };
  auto first = read("", held);
  {
    std::unique_lock lock(mu);
    changed.wait(lock, [&] { return entered; });
  }
  EXPECT_THAT(read("", at_once).Take().status(), FailsWith(absl::StatusCode::kResourceExhausted, "OVERLOADED"));
  auto of_one_force = read("forces/kent", at_once);
  {
    std::lock_guard lock(mu);
    go = true;
    changed.notify_all();
  }
  EXPECT_TRUE(first.Take().ok());
  EXPECT_TRUE(of_one_force.Take().ok());
  EXPECT_TRUE(read("", at_once).Take().ok());

  // No older than the page before, whichever server gave that.
  Awaited<int> older;
  overviews.Read(
      {}, 2, absl::Now() + absl::Milliseconds(20), "", at_once,
      [callback = older.callback()](const absl::Status& s) { callback(s.ok() ? absl::StatusOr<int>(1) : s); });
  EXPECT_EQ(older.Take().status().code(), absl::StatusCode::kDeadlineExceeded);
  overviews.Stop();
}

}  // namespace
}  // namespace oversight::concerns
