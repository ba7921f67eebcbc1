// NationalRecommendationsService as its clients meet it: the story, the register behind it, what each caller is shown
// in reads, lists, history, watch and overviews, and refusals.
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "concerns-service/domain/lifecycle.h"
#include "oversight/concerns/v1/evidence_service.grpc.pb.h"
#include "oversight/concerns/v1/national_recommendations_service.grpc.pb.h"
#include "tests/concerns/overview_service_support.h"
#include "tests/support/golden.h"
#include "tests/support/watch_recorder.h"

namespace oversight::concerns {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

constexpr char kKentItem[] = "nationalRecommendations/1/forces/kent";
constexpr char kItem[] = "nationalRecommendations/1/forces/west-midlands";
constexpr char kName[] = "nationalRecommendations/1";

auto Invalid() { return FailsWith(absl::StatusCode::kInvalidArgument, "INVALID_FIELDS"); }
auto NotThere() { return FailsWith(absl::StatusCode::kNotFound, "RESOURCE_NOT_FOUND"); }
auto Role() { return FailsWith(absl::StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED"); }
auto OutOfScope() { return FailsWith(absl::StatusCode::kPermissionDenied, "OUT_OF_SCOPE"); }
auto WrongState() { return FailsWith(absl::StatusCode::kFailedPrecondition, "WRONG_STATE"); }
auto NoAnswer() { return FailsWith(absl::StatusCode::kUnavailable, "DEPENDENCY_UNAVAILABLE"); }

// The day is 24 November 2023.
class NationalServiceTest : public OverviewServiceTest {
 protected:
  using Nationals = v1::NationalRecommendationsService::Stub;

  static v1::CreateNationalRecommendationRequest Request() {
    v1::CreateNationalRecommendationRequest request;
    auto& national = *request.mutable_national_recommendation();
    national.set_title("Recommendation 1");
    national.set_text("Supervise every investigation of serious violence.");
    national.set_theme("themes/investigations");
    national.mutable_source()->set_title("A thematic inspection");
    auto* within = national.mutable_due_rule()->mutable_within();
    within->set_count(3);
    within->set_unit(common::v1::DUE_UNIT_MONTHS);
    national.set_all_active_forces(true);
    return request;
  }
  static v1::CreateNationalRecommendationRequest RequestFor(const std::vector<std::string>& forces) {
    auto request = Request();
    request.mutable_national_recommendation()->set_all_active_forces(false);
    for (const auto& force : forces) request.mutable_national_recommendation()->add_forces(force);
    return request;
  }
  std::string Drafted(const v1::CreateNationalRecommendationRequest& request = Request()) {
    return Must(Call(&Nationals::CreateNationalRecommendation, request)).national_recommendation().name();
  }
  absl::StatusOr<v1::IssueNationalRecommendationResponse> IssueIt(const std::string& name,
                                                                  const std::string& request_id = "") {
    v1::IssueNationalRecommendationRequest request;
    request.set_name(name);
    request.set_request_id(request_id);
    return Call(&Nationals::IssueNationalRecommendation, request);
  }
  std::string IssuedOne(const v1::CreateNationalRecommendationRequest& request = Request()) {
    const std::string name = Drafted(request);
    Must(IssueIt(name));
    return name;
  }
  static v1::ClaimNationalItemRequest ClaimRequest(const std::string& item = kItem) {
    v1::ClaimNationalItemRequest request;
    request.set_name(item);
    request.set_statement("Supervision is checked weekly.");
    return request;
  }
  v1::NationalItem ClaimIt(const std::string& item = kItem) {
    return Must(Call(&Nationals::ClaimNationalItem, ClaimRequest(item), kOfficer)).national_item();
  }
  static v1::VerifyNationalItemRequest VerifyRequest(v1::VerificationOutcome outcome, const std::string& item = kItem) {
    v1::VerifyNationalItemRequest request;
    request.set_name(item);
    request.set_outcome(outcome);
    request.set_rationale("Seen at two stations.");
    return request;
  }
  static v1::MarkNationalItemNotApplicableRequest NotApplicableRequest(const std::string& item) {
    v1::MarkNationalItemNotApplicableRequest request;
    request.set_name(item);
    request.set_reason("It has no such unit.");
    return request;
  }
  static v1::ExtendNationalItemRequest ExtendRequest(const std::string& item, const std::string& day) {
    v1::ExtendNationalItemRequest request;
    request.set_name(item);
    request.set_reason("The new system comes in May.");
    *request.mutable_due_date() = ParsePartialDate(day).value();
    return request;
  }
  static v1::WithdrawNationalRecommendationRequest WithdrawRequest(const std::string& name = kName) {
    v1::WithdrawNationalRecommendationRequest request;
    request.set_name(name);
    request.set_reason("Overtaken by new law.");
    return request;
  }
  absl::StatusOr<v1::GetNationalRecommendationResponse> GetIt(const std::string& name,
                                                              const std::string& principal = "liaison-lead") {
    v1::GetNationalRecommendationRequest request;
    request.set_name(name);
    return Call(&Nationals::GetNationalRecommendation, request, principal);
  }
  absl::StatusOr<v1::GetNationalItemResponse> GetItem(const std::string& name,
                                                      const std::string& principal = "liaison-lead") {
    v1::GetNationalItemRequest request;
    request.set_name(name);
    return Call(&Nationals::GetNationalItem, request, principal);
  }
  std::vector<std::string> Items(const std::string& principal = "liaison-lead",
                                 std::function<void(v1::ListNationalItemsRequest&)> with = nullptr) {
    v1::ListNationalItemsRequest request;
    request.set_parent("nationalRecommendations/-");
    if (with) with(request);
    std::vector<std::string> names;
    const auto page = Must(Call(&Nationals::ListNationalItems, request, principal));
    for (const auto& item : page.national_items()) names.push_back(item.name());
    return names;
  }
  std::vector<std::string> Names(const std::string& principal = "liaison-lead",
                                 std::function<void(v1::ListNationalRecommendationsRequest&)> with = nullptr) {
    v1::ListNationalRecommendationsRequest request;
    if (with) with(request);
    std::vector<std::string> names;
    const auto page = Must(Call(&Nationals::ListNationalRecommendations, request, principal));
    for (const auto& national : page.national_recommendations()) names.push_back(national.name());
    return names;
  }
  absl::StatusOr<v1::GetNationalRecommendationMatrixResponse> Matrix(
      const std::string& principal = "liaison-lead",
      std::function<void(v1::GetNationalRecommendationMatrixRequest&)> with = nullptr) {
    v1::GetNationalRecommendationMatrixRequest request;
    if (with) with(request);
    return Call(&Nationals::GetNationalRecommendationMatrix, request, principal);
  }
  // "forces/kent OPEN" for every cell of the rows that has an item, and what columns count.
  static std::vector<std::string> CellsOf(const v1::GetNationalRecommendationMatrixResponse& matrix) {
    std::vector<std::string> cells;
    for (const auto& row : matrix.rows()) {
      for (int i = 0; i < row.cells_size(); ++i) {
        if (row.cells(i).state() == 0) continue;
        cells.push_back(absl::StrCat(row.national_recommendation(), " ", matrix.columns(i).force(), " ",
                                     StateWord(row.cells(i).state())));
      }
    }
    return cells;
  }
  std::map<std::string, std::string> Actions(const std::string& name, const std::string& principal = "liaison-lead") {
    v1::ListAllowedActionsRequest request;
    request.set_name(name);
    std::map<std::string, std::string> reasons;
    const auto answer = Must(Call(&Stub::ListAllowedActions, request, principal));
    for (const auto& action : answer.actions()) reasons[action.verb()] = action.allowed() ? "yes" : action.reason();
    return reasons;
  }
};

// ---- The story, and its JSON ----

TEST_F(NationalServiceTest, FromDraftToVerified) {
  forces_->AddInspection("nationalInspections/1");
  auto request = Request();
  request.mutable_national_recommendation()->mutable_source()->set_inspection("nationalInspections/1");
  const auto draft = Must(Call(&Nationals::CreateNationalRecommendation, request)).national_recommendation();
  EXPECT_EQ(draft.name(), kName);
  EXPECT_EQ(draft.state(), v1::NATIONAL_RECOMMENDATION_STATE_DRAFT);

  v1::UpdateNationalRecommendationRequest update;
  update.mutable_national_recommendation()->set_name(kName);
  update.mutable_national_recommendation()->set_etag(draft.etag());
  update.mutable_national_recommendation()->set_title("Recommendation 3");
  const auto updated = Must(Call(&Nationals::UpdateNationalRecommendation, update)).national_recommendation();
  EXPECT_EQ(updated.title(), "Recommendation 3");
  EXPECT_THAT(Call(&Nationals::UpdateNationalRecommendation, update).status(),
              FailsWith(absl::StatusCode::kAborted, "ETAG_MISMATCH"));

  const int64_t before = Head();
  const auto issued = Must(IssueIt(kName));
  EXPECT_EQ(Head(), before + 1);  // One transaction.
  EXPECT_THAT(issued.national_recommendation().issued_to(), ElementsAre("forces/kent", "forces/west-midlands"));
  ASSERT_EQ(issued.national_items_size(), 2);
  EXPECT_EQ(issued.national_items(1).name(), kItem);
  EXPECT_EQ(issued.national_items(1).revision(), Head());
  EXPECT_EQ(FormatIso(issued.national_items(1).due_date()), "2024-02-24");

  ClaimIt();
  const auto returned =
      Must(Call(&Nationals::VerifyNationalItem, VerifyRequest(v1::VERIFICATION_OUTCOME_RETURNED), "hm-inspector"));
  EXPECT_EQ(returned.national_item().state(), v1::NATIONAL_ITEM_STATE_OPEN);
  Must(Call(&Nationals::ExtendNationalItem, ExtendRequest(kItem, "2024-05-31"), "hm-inspector"));
  ClaimIt();
  const auto verified =
      Must(Call(&Nationals::VerifyNationalItem, VerifyRequest(v1::VERIFICATION_OUTCOME_ACCEPTED))).national_item();
  EXPECT_EQ(verified.state(), v1::NATIONAL_ITEM_STATE_VERIFIED);
  testing::ExpectGolden("national_item.json", verified);
  testing::ExpectGolden("national_recommendation.json", issued.national_recommendation());

  Must(Call(&Nationals::MarkNationalItemNotApplicable, NotApplicableRequest(kKentItem)));
  v1::ListNationalItemVersionsRequest versions;
  versions.set_name(kItem);
  std::vector<std::string> verbs;
  const auto history = Must(Call(&Nationals::ListNationalItemVersions, versions, kOfficer));
  for (const auto& version : history.versions()) verbs.push_back(version.change().verb());
  EXPECT_THAT(verbs, ElementsAre("VerifyNationalItem", "ClaimNationalItem", "ExtendNationalItem", "VerifyNationalItem",
                                 "ClaimNationalItem", "IssueNationalRecommendation"));
}

TEST_F(NationalServiceTest, WithdrawalIsOneAct) {
  IssuedOne();
  ClaimIt();
  const int64_t before = Head();
  const auto withdrawn = Must(Call(&Nationals::WithdrawNationalRecommendation, WithdrawRequest()));
  EXPECT_EQ(Head(), before + 1);
  EXPECT_EQ(withdrawn.national_recommendation().closure().reason(), "Overtaken by new law.");
  for (const auto& item : withdrawn.national_items()) {
    EXPECT_EQ(item.state(), v1::NATIONAL_ITEM_STATE_WITHDRAWN);
    EXPECT_EQ(item.revision(), Head());
  }
  EXPECT_THAT(Call(&Nationals::ClaimNationalItem, ClaimRequest(), kOfficer).status(), WrongState());
}

// ---- The register ----

TEST_F(NationalServiceTest, IsIssuedToTheRegisterOfTheMoment) {
  const std::string name = Drafted();
  forces_->AddLate("forces/essex", "East of England");  // Registered after the draft, not in the copy yet.
  forces_->Add("forces/old", "South West");
  forces_->Describe("forces/old", forces::v1::SERVICE_TYPE_POLICE, forces::v1::FORCE_STATE_MERGED);
  EXPECT_THAT(Must(IssueIt(name)).national_recommendation().issued_to(),
              ElementsAre("forces/essex", "forces/kent", "forces/west-midlands"));
}

TEST_F(NationalServiceTest, IsNotIssuedWhileTheRegisterCannotBeAsked) {
  const std::string name = Drafted();
  forces_->SetReachable(false);
  const int64_t before = Head();
  EXPECT_THAT(IssueIt(name, "issue-1").status(), NoAnswer());
  EXPECT_EQ(Head(), before);
  EXPECT_THAT(Items(), IsEmpty());

  forces_->SetReachable(true);
  const auto issued = Must(IssueIt(name, "issue-1"));
  // What was answered once is answered again, whether the register can be asked or not.
  forces_->SetReachable(false);
  const auto again = Must(IssueIt(name, "issue-1"));
  EXPECT_TRUE(again.header().replayed());
  EXPECT_EQ(again.national_items_size(), issued.national_items_size());
}

TEST_F(NationalServiceTest, IsIssuedOnlyWhereItFits) {
  forces_->Add("forces/old", "South West");
  forces_->Describe("forces/old", forces::v1::SERVICE_TYPE_POLICE, forces::v1::FORCE_STATE_ABOLISHED);
  const std::string named = Drafted(RequestFor({"forces/kent", "forces/old"}));
  EXPECT_THAT(IssueIt(named).status(), FailsWith(absl::StatusCode::kFailedPrecondition, "LINK_DOES_NOT_FIT"));
  auto fire = Request();
  fire.mutable_national_recommendation()->set_service(forces::v1::SERVICE_TYPE_FIRE_AND_RESCUE);
  EXPECT_THAT(IssueIt(Drafted(fire)).status(), FailsWith(absl::StatusCode::kFailedPrecondition, "NO_FORCES"));
  forces_->Describe("forces/kent", forces::v1::SERVICE_TYPE_FIRE_AND_RESCUE, forces::v1::FORCE_STATE_ACTIVE);
  EXPECT_THAT(Must(IssueIt(Drafted(fire))).national_recommendation().issued_to(), ElementsAre("forces/kent"));
}

TEST_F(NationalServiceTest, NamesWhatIsThere) {
  EXPECT_THAT(Call(&Nationals::CreateNationalRecommendation, RequestFor({"forces/nowhere"})).status(),
              FailsWith(absl::StatusCode::kNotFound, "FORCE_NOT_FOUND"));
  auto request = Request();
  request.mutable_national_recommendation()->mutable_source()->set_inspection("nationalInspections/7");
  EXPECT_THAT(Call(&Nationals::CreateNationalRecommendation, request).status(),
              FailsWith(absl::StatusCode::kNotFound, "INSPECTION_NOT_FOUND"));
  request = Request();
  request.mutable_national_recommendation()->set_theme("themes/nothing");
  EXPECT_THAT(Call(&Nationals::CreateNationalRecommendation, request).status(),
              FailsWith(absl::StatusCode::kNotFound, "THEME_NOT_FOUND"));
  v1::UpdateNationalRecommendationRequest update;
  update.mutable_national_recommendation()->set_name(Drafted());
  update.mutable_national_recommendation()->mutable_source()->set_inspection("nationalInspections/7");
  update.mutable_update_mask()->add_paths("source.inspection");
  EXPECT_THAT(Call(&Nationals::UpdateNationalRecommendation, update).status(),
              FailsWith(absl::StatusCode::kNotFound, "INSPECTION_NOT_FOUND"));
  EXPECT_EQ(Written(), 1);
}

// ---- Who may do what ----

TEST_F(NationalServiceTest, TheWholeIsForThoseWithEveryForce) {
  EXPECT_THAT(Call(&Nationals::CreateNationalRecommendation, Request(), "hm-inspector").status(), OutOfScope());
  EXPECT_THAT(Call(&Nationals::CreateNationalRecommendation, Request(), kOfficer).status(), Role());
  const std::string name = Drafted();
  v1::IssueNationalRecommendationRequest issue;
  issue.set_name(name);
  EXPECT_THAT(Call(&Nationals::IssueNationalRecommendation, issue, "hm-inspector").status(), OutOfScope());
  EXPECT_THAT(Call(&Nationals::WithdrawNationalRecommendation, WithdrawRequest(), "press-officer").status(), Role());
  Must(Call(&Nationals::IssueNationalRecommendation, issue, "chief-inspector"));
}

TEST_F(NationalServiceTest, AnItemIsForThoseOfItsForce) {
  IssuedOne();
  EXPECT_THAT(Call(&Nationals::ClaimNationalItem, ClaimRequest(kKentItem), kOfficer).status(), OutOfScope());
  EXPECT_THAT(Call(&Nationals::ClaimNationalItem, ClaimRequest()).status(), Role());
  ClaimIt();
  EXPECT_THAT(Call(&Nationals::VerifyNationalItem, VerifyRequest(v1::VERIFICATION_OUTCOME_ACCEPTED), kOfficer).status(),
              Role());
  EXPECT_THAT(Call(&Nationals::ExtendNationalItem, ExtendRequest(kItem, "2024-05-31"), kOfficer).status(), Role());
  EXPECT_THAT(Call(&Nationals::MarkNationalItemNotApplicable, NotApplicableRequest(kItem), kOfficer).status(), Role());
  // The Midlands only.
  EXPECT_THAT(Call(&Nationals::MarkNationalItemNotApplicable, NotApplicableRequest(kKentItem), "hm-inspector").status(),
              OutOfScope());
  EXPECT_THAT(GetIt(kName, "public").status(), Role());
}

TEST_F(NationalServiceTest, ActionsSayWhatTheCallerMayDo) {
  const std::string name = Drafted();
  EXPECT_EQ(Actions(name)["IssueNationalRecommendation"], "yes");
  EXPECT_EQ(Actions(name, "hm-inspector")["IssueNationalRecommendation"], "OUT_OF_SCOPE");
  v1::ListAllowedActionsRequest request;
  request.set_name(name);
  EXPECT_THAT(Call(&Stub::ListAllowedActions, request, kOfficer).status(), NotThere());
  Must(IssueIt(name));
  EXPECT_EQ(Actions(name)["IssueNationalRecommendation"], "WRONG_STATE");
  EXPECT_EQ(Actions(name, kOfficer)["WithdrawNationalRecommendation"], "ROLE_NOT_ALLOWED");
  EXPECT_EQ(Actions(kItem, kOfficer)["ClaimNationalItem"], "yes");
  EXPECT_EQ(Actions(kItem)["VerifyNationalItem"], "WRONG_STATE");
  request.set_name("nationalRecommendations/x");
  EXPECT_THAT(Call(&Stub::ListAllowedActions, request).status(), Invalid());
}

// ---- What is told outside ----

TEST_F(NationalServiceTest, DraftsStayInside) {
  const std::string name = Drafted();
  EXPECT_THAT(GetIt(name, kOfficer).status(), NotThere());
  EXPECT_THAT(Names(kOfficer), IsEmpty());
  EXPECT_THAT(Names(), ElementsAre(name));
  EXPECT_THAT(Hits(Search("violence"), 0, kOfficer), IsEmpty());
  EXPECT_THAT(Hits(Search("violence")), ElementsAre(name));
  Must(Call(&Nationals::WithdrawNationalRecommendation, WithdrawRequest(name)));
  EXPECT_THAT(GetIt(name, kOfficer).status(), NotThere());
}

TEST_F(NationalServiceTest, AForceSeesItsOwnItemOnly) {
  const std::string name = IssuedOne();
  EXPECT_EQ(Must(GetIt(name, kOfficer)).national_recommendation().text(), Request().national_recommendation().text());
  EXPECT_EQ(Must(GetItem(kItem, kOfficer)).national_item().name(), kItem);
  EXPECT_EQ(Must(GetItem(kItem, "west-midlands-oversight-body")).national_item().name(), kItem);
  EXPECT_THAT(GetItem(kKentItem, kOfficer).status(), OutOfScope());
  EXPECT_THAT(Items(), ElementsAre(kKentItem, kItem));
  EXPECT_THAT(Items(kOfficer), ElementsAre(kItem));
  v1::ListNationalItemsRequest items;
  items.set_parent(name);
  items.set_force("forces/kent");
  EXPECT_THAT(Call(&Nationals::ListNationalItems, items, kOfficer).status(), OutOfScope());
  v1::ListNationalItemVersionsRequest versions;
  versions.set_name(kKentItem);
  EXPECT_THAT(Call(&Nationals::ListNationalItemVersions, versions, kOfficer).status(), OutOfScope());
  // What was issued to others alone is not there.
  const std::string other = IssuedOne(RequestFor({"forces/kent"}));
  EXPECT_THAT(GetIt(other, kOfficer).status(), NotThere());
  EXPECT_THAT(Names(kOfficer), ElementsAre(name));
  v1::ListNationalRecommendationVersionsRequest history;
  history.set_name(name);
  EXPECT_EQ(Must(Call(&Nationals::ListNationalRecommendationVersions, history, kOfficer)).versions_size(), 1);
  EXPECT_EQ(Must(Call(&Nationals::ListNationalRecommendationVersions, history)).versions_size(), 2);
}

TEST_F(NationalServiceTest, TheWatchTellsOfIssueAsNew) {
  const int64_t before = Head();
  const std::string name = IssuedOne();
  ClaimIt();
  const auto told = [&](const std::string& principal) {
    v1::WatchConcernsRequest request;
    request.mutable_start()->set_resume_after(before);
    request.mutable_start()->mutable_bookmark_interval()->set_nanos(100'000'000);
    auto stub = server_->StubAs<v1::ConcernsService>(principal);
    testing::RecordedWatch<v1::WatchConcernsResponse> watch(
        false, [&](grpc::ClientContext* context) { return stub->WatchConcerns(context, request); });
    std::vector<std::string> events;
    v1::WatchConcernsResponse message;
    while (watch.Read(&message)) {
      for (const auto& event : message.events().events()) {
        EXPECT_TRUE(event.has_national_recommendation() || event.has_national_item());
        events.push_back(absl::StrCat(event.type() == common::v1::EVENT_TYPE_ADDED ? "+" : "~", event.name()));
      }
      if (message.has_bookmark() && message.bookmark().revision() >= Head()) break;
    }
    watch.End();
    return events;
  };
  EXPECT_THAT(told("liaison-lead"),
              ElementsAre("+nationalRecommendations/1", "~nationalRecommendations/1", absl::StrCat("+", kKentItem),
                          absl::StrCat("+", kItem), absl::StrCat("~", kItem)));
  EXPECT_THAT(told(kOfficer),
              ElementsAre("+nationalRecommendations/1", absl::StrCat("+", kItem), absl::StrCat("~", kItem)));
}

// ---- Lists ----

TEST_F(NationalServiceTest, ListsAreNarrowedDown) {
  const std::string first = IssuedOne(), draft = Drafted();
  auto request = RequestFor({"forces/kent"});
  request.mutable_national_recommendation()->set_theme("themes/online-child-abuse");
  const std::string third = IssuedOne(request);
  using Nats = v1::ListNationalRecommendationsRequest;
  EXPECT_THAT(Names("liaison-lead", [](Nats& q) { q.add_states(v1::NATIONAL_RECOMMENDATION_STATE_DRAFT); }),
              ElementsAre(draft));
  EXPECT_THAT(Names("liaison-lead", [](Nats& q) { q.set_theme("themes/online-child-abuse"); }), ElementsAre(third));
  EXPECT_THAT(Names("liaison-lead", [](Nats& q) { q.set_force("forces/west-midlands"); }), ElementsAre(first));
  Must(Call(&Nationals::MarkNationalItemNotApplicable, NotApplicableRequest(kKentItem)));
  using Its = v1::ListNationalItemsRequest;
  EXPECT_THAT(Items("liaison-lead", [&](Its& q) { q.set_parent(third); }), ElementsAre(third + "/forces/kent"));
  EXPECT_THAT(Items("liaison-lead", [](Its& q) { q.set_force("forces/kent"); }),
              ElementsAre(kKentItem, third + "/forces/kent"));
  EXPECT_THAT(Items("liaison-lead", [](Its& q) { q.add_states(v1::NATIONAL_ITEM_STATE_NOT_APPLICABLE); }),
              ElementsAre(kKentItem));
  EXPECT_THAT(
      Items("liaison-lead", [](Its& q) { *q.mutable_due_before_date() = ParsePartialDate("2024-02-24").value(); }),
      IsEmpty());
  EXPECT_THAT(Items("liaison-lead", [](Its& q) { q.set_overdue(true); }), IsEmpty());
  server_->clock().Advance(absl::Hours(24 * 93));  // 25 February 2024.
  EXPECT_THAT(Items("liaison-lead", [](Its& q) { q.set_overdue(true); }), ElementsAre(kItem, third + "/forces/kent"));
}

// ---- The matrix, and what else is derived ----

TEST_F(NationalServiceTest, TheMatrixFollowsTheRecord) {
  const std::string first = IssuedOne(), second = IssuedOne(RequestFor({"forces/kent"}));
  const int64_t then = Head();
  ClaimIt();
  const auto matrix = Must(Matrix());
  EXPECT_THAT(CellsOf(matrix), ElementsAre(first + " forces/kent OPEN", first + " forces/west-midlands CLAIMED",
                                           second + " forces/kent OPEN"));
  EXPECT_EQ(matrix.counts().open(), 2);
  EXPECT_EQ(matrix.counts().claimed(), 1);
  EXPECT_EQ(matrix.columns(0).counts().open(), 2);
  EXPECT_EQ(matrix.rows(0).counts().claimed(), 1);
  EXPECT_EQ(matrix.rows(1).cells_size(), 2);
  EXPECT_EQ(FormatIso(matrix.date()), "2023-11-24");
  EXPECT_EQ(matrix.header().revision(), Head());
  // As it was.
  const auto past = Must(Matrix("liaison-lead", [&](auto& q) { *q.mutable_read() = AsOf(then); }));
  EXPECT_EQ(past.counts().open(), 3);
  EXPECT_EQ(past.header().revision(), then);
}

TEST_F(NationalServiceTest, TheMatrixHasPages) {
  for (int i = 0; i < 3; ++i) IssuedOne();
  const auto page = Must(Matrix("liaison-lead", [](auto& q) { q.set_page_size(2); }));
  EXPECT_EQ(page.rows_size(), 2);
  EXPECT_EQ(page.counts().open(), 6);  // Of all pages.
  const auto last = Must(Matrix("liaison-lead", [&](auto& q) {
    q.set_page_size(2);
    q.set_page_token(page.next_page_token());
  }));
  ASSERT_EQ(last.rows_size(), 1);
  EXPECT_EQ(last.rows(0).national_recommendation(), "nationalRecommendations/3");
  EXPECT_EQ(last.next_page_token(), "");
  EXPECT_THAT(Matrix("liaison-lead",
                     [&](auto& q) {
                       q.set_page_size(2);
                       q.set_page_token(page.next_page_token());
                       q.set_theme("themes/investigations");
                     })
                  .status(),
              FailsWith(absl::StatusCode::kInvalidArgument, "PAGE_TOKEN_MISMATCH"));
}

TEST_F(NationalServiceTest, AForceSeesItsOwnColumn) {
  const std::string first = IssuedOne();
  IssuedOne(RequestFor({"forces/kent"}));
  Drafted();
  const auto matrix = Must(Matrix(kOfficer));
  EXPECT_THAT(CellsOf(matrix), ElementsAre(first + " forces/west-midlands OPEN"));
  EXPECT_EQ(matrix.columns_size(), 1);
  EXPECT_EQ(matrix.counts().open(), 1);
  EXPECT_EQ(matrix.rows(0).counts().open(), 1);
  EXPECT_THAT(Matrix(kOfficer, [](auto& q) { q.set_force("forces/kent"); }).status(), OutOfScope());
  EXPECT_THAT(Matrix("liaison-lead", [](auto& q) { q.set_force("forces/nowhere"); }).status(),
              FailsWith(absl::StatusCode::kNotFound, "FORCE_NOT_FOUND"));
}

TEST_F(NationalServiceTest, OverviewsCountAndFindIt) {
  const std::string name = IssuedOne();
  EXPECT_THAT(Due(DueOf()), ElementsAre(absl::StrCat("2024-02-24 ", kKentItem), absl::StrCat("2024-02-24 ", kItem)));
  EXPECT_THAT(Due(DueOf("forces/kent"), 1), ElementsAre(absl::StrCat("2024-02-24 ", kKentItem)));
  EXPECT_THAT(Due(DueOf(), 0, kOfficer), ElementsAre(absl::StrCat("2024-02-24 ", kItem)));
  EXPECT_THAT(Hits(Search("supervis violence")), ElementsAre(name));
  EXPECT_THAT(Hits(Search("supervis violence", "forces/kent")), ElementsAre(name));
  EXPECT_THAT(Hits(Search("supervis violence"), 0, kOfficer), ElementsAre(name));
  const std::string other = IssuedOne(RequestFor({"forces/kent"}));
  EXPECT_THAT(Hits(Search("supervis violence"), 0, kOfficer), ElementsAre(name));
  auto kind = Search("supervis violence");
  kind.set_concern_kind(v1::CONCERN_KIND_CAUSE_OF_CONCERN);
  EXPECT_THAT(Hits(kind), IsEmpty());

  EXPECT_THAT(Summaries(1), ElementsAre("forces/kent", "forces/west-midlands"));
  const auto summary = Summary("forces/kent").summary();
  EXPECT_EQ(summary.national_counts().open(), 2);
  EXPECT_EQ(FormatIso(summary.next_due_date()), "2024-02-24");
  ClaimIt();
  server_->clock().Advance(absl::Hours(24 * 93));  // 25 February 2024.
  EXPECT_EQ(Summary().summary().national_counts().overdue(), 1);
  EXPECT_THAT(Inconsistencies(Everything()), ElementsAre(absl::StrCat("claimed-not-verified ", kItem)));
  Must(Call(&Nationals::WithdrawNationalRecommendation, WithdrawRequest(other)));
  EXPECT_EQ(Summary("forces/kent").summary().national_counts().withdrawn(), 1);
}

// ---- Links ----

TEST_F(NationalServiceTest, AClaimNamesEvidenceThatIsThere) {
  IssuedOne();
  auto claim = ClaimRequest();
  claim.add_evidence("forces/west-midlands/evidence/1");
  EXPECT_THAT(Call(&Nationals::ClaimNationalItem, claim, kOfficer).status(),
              FailsWith(absl::StatusCode::kNotFound, "LINK_NOT_FOUND"));
  v1::AddEvidenceRequest add;
  add.set_parent(kForce);
  auto& evidence = *add.mutable_evidence();
  evidence.set_title("Audit");
  evidence.add_about(kItem);
  evidence.mutable_content()->set_location("file:///audit.pdf");
  evidence.mutable_content()->set_media_type("application/pdf");
  evidence.mutable_content()->set_sha256(std::string(32, 'a'));
  evidence.mutable_content()->set_size_bytes(1);
  Must(Call(&v1::EvidenceService::Stub::AddEvidence, add, kOfficer));
  EXPECT_THAT(Must(Call(&Nationals::ClaimNationalItem, claim, kOfficer)).national_item().claim().evidence(),
              ElementsAre("forces/west-midlands/evidence/1"));
  auto verify = VerifyRequest(v1::VERIFICATION_OUTCOME_ACCEPTED);
  verify.set_revisit("forces/west-midlands/revisits/1");
  EXPECT_THAT(Call(&Nationals::VerifyNationalItem, verify).status(),
              FailsWith(absl::StatusCode::kNotFound, "LINK_NOT_FOUND"));
  claim.clear_evidence();
  claim.add_evidence("forces/kent/evidence/1");
  EXPECT_THAT(Call(&Nationals::ClaimNationalItem, claim, kOfficer).status(), WrongState());
}

TEST_F(NationalServiceTest, AnItemThatIsNotThereIsNotFound) {
  IssuedOne(RequestFor({"forces/kent"}));
  EXPECT_THAT(GetItem(kItem).status(), NotThere());
  EXPECT_THAT(Call(&Nationals::ClaimNationalItem, ClaimRequest(), kOfficer).status(), NotThere());
  EXPECT_THAT(GetIt("nationalRecommendations/9").status(), NotThere());
  EXPECT_THAT(GetIt("nationalRecommendations/a").status(), Invalid());
}

}  // namespace
}  // namespace oversight::concerns
