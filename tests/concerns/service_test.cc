// concerns-service as its clients meet it: the main story, access, lists, history, actions.
#include "google/protobuf/util/message_differencer.h"
#include "tests/concerns/service_support.h"
#include "tests/support/golden.h"
#include "tests/support/ledger_calls.h"

namespace oversight::concerns {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// ---- The main story ----

TEST_F(ConcernsServiceTest, FromDraftToDischarge) {
  const v1::Concern draft = Draft();
  EXPECT_EQ(draft.name(), "forces/west-midlands/concerns/1");
  EXPECT_EQ(draft.state(), v1::CONCERN_STATE_DRAFT);
  EXPECT_EQ(draft.etag(), "\"2\"") << "1 is that of the themes";

  const v1::Recommendation recommendation = Recommend(draft.name());
  EXPECT_EQ(recommendation.name(), "forces/west-midlands/concerns/1/recommendations/1");

  const auto issued = Issue(draft.name());
  EXPECT_EQ(issued.concern().state(), v1::CONCERN_STATE_ISSUED);
  EXPECT_EQ(FormatIso(issued.concern().issue_date()), "2023-11-24");
  ASSERT_EQ(issued.recommendations_size(), 1);
  EXPECT_EQ(issued.recommendations(0).state(), v1::RECOMMENDATION_STATE_OPEN);
  EXPECT_EQ(FormatIso(issued.recommendations(0).due_date()), "2024-02-24");
  EXPECT_EQ(issued.recommendations(0).revision(), issued.header().revision()) << "one transaction";

  v1::AssessHandlingRequest assess;
  assess.set_name(draft.name());
  assess.set_level(v1::HANDLING_LEVEL_NOT_RESPONDING);
  assess.set_rationale("No plan has been made.");
  const auto assessed = Must(Call(&Stub::AssessHandling, assess, "hm-inspector"));
  EXPECT_EQ(assessed.concern().handling().assessor(), "principals/hm-inspector");

  v1::ClaimRecommendationRequest claim;
  claim.set_name(recommendation.name());
  claim.set_statement("Supervision is now checked weekly.");
  EXPECT_EQ(Must(Call(&Stub::ClaimRecommendation, claim, "west-midlands-officer")).recommendation().state(),
            v1::RECOMMENDATION_STATE_CLAIMED);

  v1::VerifyRecommendationRequest verify;
  verify.set_name(recommendation.name());
  verify.set_outcome(v1::VERIFICATION_OUTCOME_RETURNED);
  verify.set_rationale("Half the cases had none.");
  EXPECT_EQ(Must(Call(&Stub::VerifyRecommendation, verify)).recommendation().state(), v1::RECOMMENDATION_STATE_OPEN);

  v1::DischargeConcernRequest discharge;
  discharge.set_name(draft.name());
  discharge.set_reason("Revisit: sustained.");
  const auto early = Call(&Stub::DischargeConcern, discharge).status();
  EXPECT_THAT(early, FailsWith(absl::StatusCode::kFailedPrecondition, "RECOMMENDATIONS_OPEN"));
  EXPECT_THAT(std::string(early.message()), HasSubstr(recommendation.name()));

  Must(Call(&Stub::ClaimRecommendation, claim, "west-midlands-officer"));
  verify.set_outcome(v1::VERIFICATION_OUTCOME_ACCEPTED);
  verify.set_rationale("Seen in 19 of 20 cases.");
  const auto verified = Must(Call(&Stub::VerifyRecommendation, verify));
  EXPECT_EQ(verified.recommendation().state(), v1::RECOMMENDATION_STATE_VERIFIED);

  const auto closed = Must(Call(&Stub::DischargeConcern, discharge));
  EXPECT_EQ(closed.concern().state(), v1::CONCERN_STATE_DISCHARGED);
  EXPECT_EQ(closed.concern().closure().closer(), "principals/liaison-lead");

  testing::ExpectGolden("concern.json", closed.concern());
  testing::ExpectGolden("recommendation.json", verified.recommendation());
}

TEST_F(ConcernsServiceTest, UpdatesADraft) {
  const v1::Concern draft = Draft();
  v1::UpdateConcernRequest update;
  update.mutable_concern()->set_name(draft.name());
  update.mutable_concern()->set_etag(draft.etag());
  update.mutable_concern()->set_title("Outcomes");
  update.mutable_update_mask()->add_paths("title");
  const auto updated = Must(Call(&Stub::UpdateConcern, update));
  EXPECT_EQ(updated.concern().title(), "Outcomes");
  EXPECT_EQ(updated.concern().finding(), draft.finding());
  EXPECT_NE(updated.concern().etag(), draft.etag());

  v1::UpdateRecommendationRequest change;
  change.mutable_recommendation()->set_name(Recommend(draft.name()).name());
  change.mutable_recommendation()->mutable_due_rule()->set_immediately(true);
  EXPECT_TRUE(Must(Call(&Stub::UpdateRecommendation, change)).recommendation().due_rule().immediately());
}

TEST_F(ConcernsServiceTest, AnUpdateThatChangesNothingStoresNothing) {
  const v1::Concern draft = Draft();
  const int64_t head = Head();
  v1::UpdateConcernRequest update;
  update.mutable_concern()->set_name(draft.name());
  update.mutable_concern()->set_title(draft.title());
  EXPECT_EQ(Must(Call(&Stub::UpdateConcern, update)).concern().etag(), draft.etag());
  EXPECT_EQ(Head(), head);
}

TEST_F(ConcernsServiceTest, WithdrawsWithItsRecommendations) {
  const auto issued = Issued();
  v1::WithdrawConcernRequest request;
  request.set_name(issued.concern().name());
  request.set_reason("Issued to the wrong force.");
  const auto withdrawn = Must(Call(&Stub::WithdrawConcern, request));
  EXPECT_EQ(withdrawn.concern().state(), v1::CONCERN_STATE_WITHDRAWN);
  ASSERT_EQ(withdrawn.recommendations_size(), 1);
  EXPECT_EQ(withdrawn.recommendations(0).state(), v1::RECOMMENDATION_STATE_WITHDRAWN);
}

TEST_F(ConcernsServiceTest, NumbersCountPerParentAndSurviveARestart) {
  EXPECT_EQ(Draft().name(), "forces/west-midlands/concerns/1");
  EXPECT_EQ(Draft("forces/kent").name(), "forces/kent/concerns/1");
  EXPECT_EQ(Draft().name(), "forces/west-midlands/concerns/2");
  Recommend("forces/west-midlands/concerns/2");
  server_->Restart();
  EXPECT_EQ(Recommend("forces/west-midlands/concerns/2").name(), "forces/west-midlands/concerns/2/recommendations/2");
  EXPECT_EQ(Draft().name(), "forces/west-midlands/concerns/3");
}

TEST_F(ConcernsServiceTest, ARepeatedRequestGetsTheFirstAnswer) {
  auto request = ConcernRequest();
  request.set_request_id("first-concern");
  const auto first = Must(Call(&Stub::CreateConcern, request));
  const auto again = Must(Call(&Stub::CreateConcern, request));
  EXPECT_FALSE(first.header().replayed());
  EXPECT_TRUE(again.header().replayed());
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(first.concern(), again.concern()));
  EXPECT_EQ(Written(), 1);
}

TEST_F(ConcernsServiceTest, HistoryTellsWhoDidWhatAndWhy) {
  const std::string name = Issued().concern().name();
  v1::WithdrawConcernRequest withdraw;
  withdraw.set_name(name);
  withdraw.set_reason("Wrong force.");
  Must(Call(&Stub::WithdrawConcern, withdraw, "chief-inspector"));
  v1::ListConcernVersionsRequest request;
  request.set_name(name);
  const auto versions = Must(Call(&Stub::ListConcernVersions, request));
  std::vector<std::string> verbs;
  for (const auto& version : versions.versions()) verbs.push_back(version.change().verb());
  EXPECT_THAT(verbs, ElementsAre("WithdrawConcern", "IssueConcern", "CreateConcern"));
  EXPECT_EQ(versions.versions(0).change().actor(), "principals/chief-inspector");
  EXPECT_EQ(versions.versions(0).change().reason(), "Wrong force.");

  v1::GetConcernRequest then;
  then.set_name(name);
  then.mutable_read()->mutable_as_of()->set_revision(start_ + 1);
  EXPECT_EQ(Must(Call(&Stub::GetConcern, then)).concern().state(), v1::CONCERN_STATE_DRAFT);
}

TEST_F(ConcernsServiceTest, ThemesAreTheShippedList) {
  const auto themes = Must(Call(&Stub::ListThemes, v1::ListThemesRequest(), "west-midlands-officer"));
  EXPECT_FALSE(themes.theme_list().version().empty());
  EXPECT_GE(themes.theme_list().themes_size(), 4);
  EXPECT_EQ(themes.theme_list().name(), "themeLists/" + themes.theme_list().version());
  EXPECT_EQ(themes.header().revision(), Head());
}

// ---- Forces ----

TEST_F(ConcernsServiceTest, RefusesAConcernOfAnUnknownForce) {
  const auto status = Call(&Stub::CreateConcern, ConcernRequest("forces/atlantis")).status();
  EXPECT_THAT(status, FailsWith(absl::StatusCode::kNotFound, "FORCE_NOT_FOUND"));
  EXPECT_EQ(ErrorMetadata(status, "force"), "forces/atlantis");
  EXPECT_EQ(Written(), 0);

  v1::ListConcernsRequest list;
  list.set_parent("forces/atlantis");
  EXPECT_THAT(Call(&Stub::ListConcerns, list).status(), FailsWith(absl::StatusCode::kNotFound, "FORCE_NOT_FOUND"));
}

TEST_F(ConcernsServiceTest, AsksForAForceItHasNotHeardOf) {
  forces_->AddLate("forces/warwickshire", "West Midlands");
  // The inspector's scope is a region, which is known only after asking.
  EXPECT_EQ(Must(Call(&Stub::CreateConcern, ConcernRequest("forces/warwickshire"), "hm-inspector")).concern().name(),
            "forces/warwickshire/concerns/1");
}

TEST_F(ConcernsServiceTest, SaysSoWhenForcesCannotBeAsked) {
  forces_->SetReachable(false);
  const auto status = Call(&Stub::CreateConcern, ConcernRequest("forces/new")).status();
  EXPECT_THAT(status, FailsWith(absl::StatusCode::kUnavailable, "DEPENDENCY_UNAVAILABLE"));
  EXPECT_EQ(ErrorMetadata(status, "service"), "forces-service");
  EXPECT_EQ(Written(), 0);
  EXPECT_THAT(Call(&Stub::CreateConcern, ConcernRequest("forces/new"), "hm-inspector").status(),
              FailsWith(absl::StatusCode::kUnavailable, "DEPENDENCY_UNAVAILABLE"))
      << "not a refusal: its scope may well cover it";
  // Known forces, and what is stored, do not need forces-service.
  EXPECT_EQ(Draft().name(), "forces/west-midlands/concerns/1");
  EXPECT_THAT(List("forces/new"), IsEmpty());
}

TEST_F(ConcernsServiceTest, AScopeThatCannotBeCheckedLetsNothingIn) {
  const std::string name = Draft().name(), recommendation = Recommend(name).name();
  forces_->Forget();
  forces_->SetReachable(false);
  const int64_t head = Head();
  const auto unavailable = FailsWith(absl::StatusCode::kUnavailable, "DEPENDENCY_UNAVAILABLE");
  v1::IssueConcernRequest issue;
  issue.set_name(name);
  EXPECT_THAT(Call(&Stub::IssueConcern, issue, "hm-inspector").status(), unavailable);
  v1::WithdrawRecommendationRequest withdraw;
  withdraw.set_name(recommendation);
  withdraw.set_reason("x");
  EXPECT_THAT(Call(&Stub::WithdrawRecommendation, withdraw, "hm-inspector").status(), unavailable);
  EXPECT_EQ(Head(), head);
  EXPECT_TRUE(Call(&Stub::IssueConcern, issue).ok()) << "a scope of every force needs no asking";
}

TEST_F(ConcernsServiceTest, ARepeatedCallIsAnsweredWhenForcesCannotBeAsked) {
  auto create = ConcernRequest();
  create.set_request_id("create");
  for (const char* principal : {"liaison-lead", "hm-inspector"}) {
    forces_->SetReachable(true);
    const auto created = Must(Call(&Stub::CreateConcern, create, principal));
    auto recommend = RecommendationRequest(created.concern().name());
    recommend.set_request_id("recommend");
    Must(Call(&Stub::CreateRecommendation, recommend, principal));
    forces_->Forget();
    forces_->SetReachable(false);
    const int64_t head = Head();
    const auto again = Must(Call(&Stub::CreateConcern, create, principal));
    EXPECT_TRUE(again.header().replayed()) << principal;
    EXPECT_EQ(again.concern().name(), created.concern().name());
    EXPECT_TRUE(Must(Call(&Stub::CreateRecommendation, recommend, principal)).header().replayed()) << principal;
    EXPECT_THAT(Call(&Stub::CreateConcern, ConcernRequest(), principal).status(),
                FailsWith(absl::StatusCode::kUnavailable, "DEPENDENCY_UNAVAILABLE"));
    EXPECT_EQ(Head(), head);
  }
}

// ---- Who may do what ----

TEST_F(ConcernsServiceTest, WritesNeedTheRole) {
  const std::string name = Issued().concern().name();
  const int64_t head = Head();
  v1::AssessHandlingRequest assess;
  assess.set_name(name);
  assess.set_level(v1::HANDLING_LEVEL_MANAGING);
  assess.set_rationale("Seen.");
  for (const char* principal : {"west-midlands-officer", "west-midlands-oversight-body", "oversight-group-secretariat",
                                "press-officer", "records-manager", "operator", "public", "gateway"}) {
    EXPECT_THAT(Call(&Stub::AssessHandling, assess, principal).status(),
                FailsWith(absl::StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED"))
        << principal;
    EXPECT_THAT(Call(&Stub::CreateConcern, ConcernRequest(), principal).status(),
                FailsWith(absl::StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED"))
        << principal;
  }
  v1::ClaimRecommendationRequest claim;
  claim.set_name(name + "/recommendations/1");
  claim.set_statement("Done.");
  EXPECT_THAT(Call(&Stub::ClaimRecommendation, claim, "liaison-lead").status(),
              FailsWith(absl::StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED"));
  EXPECT_THAT(Call(&Stub::CreateConcern, ConcernRequest(), "").status(),
              FailsWith(absl::StatusCode::kUnauthenticated, "UNAUTHENTICATED"));
  EXPECT_EQ(Head(), head);
}

TEST_F(ConcernsServiceTest, WritesNeedTheScope) {
  EXPECT_TRUE(Call(&Stub::CreateConcern, ConcernRequest("forces/west-midlands"), "hm-inspector").ok());
  EXPECT_THAT(Call(&Stub::CreateConcern, ConcernRequest("forces/kent"), "hm-inspector").status(),
              FailsWith(absl::StatusCode::kPermissionDenied, "OUT_OF_SCOPE"));
  const auto kent = Issued("forces/kent");
  v1::ClaimRecommendationRequest claim;
  claim.set_name(kent.recommendations(0).name());
  claim.set_statement("Done.");
  EXPECT_THAT(Call(&Stub::ClaimRecommendation, claim, "west-midlands-officer").status(),
              FailsWith(absl::StatusCode::kPermissionDenied, "OUT_OF_SCOPE"));
}

TEST_F(ConcernsServiceTest, ThePublicAndOperatorsReadNothing) {
  const std::string name = Issued().concern().name();
  for (const char* principal : {"public", "operator"}) {
    EXPECT_THAT(Get(name, principal).status(), FailsWith(absl::StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED"));
  }
}

TEST_F(ConcernsServiceTest, InsidersReadEverything) {
  const std::string draft = Draft("forces/kent").name();
  for (const char* principal : {"liaison-lead", "hm-inspector", "chief-inspector", "oversight-group-secretariat",
                                "press-officer", "records-manager", "gateway", "monitoring-service"}) {
    EXPECT_TRUE(Get(draft, principal).ok()) << principal;
    EXPECT_THAT(List("forces/-", principal), ElementsAre(draft)) << principal;
  }
}

TEST_F(ConcernsServiceTest, PagesOfVersionsTellNothingOfThoseThatAreHidden) {
  const std::string name = Draft().name();
  const auto update = [&](const std::string& title) {
    v1::UpdateConcernRequest request;
    request.mutable_concern()->set_name(name);
    request.mutable_concern()->set_title(title);
    request.mutable_update_mask()->add_paths("title");
    Must(Call(&Stub::UpdateConcern, request));
  };
  for (int i = 0; i < 7; ++i) update(absl::StrCat("Draft ", i));
  Recommend(name);
  const auto issued = Issue(name);
  for (int i = 0; i < 2; ++i) {
    v1::AssessHandlingRequest request;
    request.set_name(name);
    request.set_level(i == 0 ? v1::HANDLING_LEVEL_MANAGING : v1::HANDLING_LEVEL_MITIGATING);
    request.set_rationale("Seen at the visit.");
    Must(Call(&Stub::AssessHandling, request));
  }
  // Sizes of the pages, to the end.
  const auto pages = [&](const std::string& principal, int size) {
    v1::ListConcernVersionsRequest request;
    request.set_name(name);
    request.set_page_size(size);
    std::vector<int> sizes;
    do {
      const auto page = Must(Call(&Stub::ListConcernVersions, request, principal));
      sizes.push_back(page.versions_size());
      for (const auto& version : page.versions()) {
        const bool before_issue = version.change().revision() < issued.header().revision();
        EXPECT_FALSE(before_issue && principal == "west-midlands-officer");
      }
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty() && sizes.size() < 20);
    return sizes;
  };
  // What is hidden takes no place, and where only hidden ones follow there is no next page.
  EXPECT_THAT(pages("west-midlands-officer", 1), ElementsAre(1, 1, 1));
  EXPECT_THAT(pages("west-midlands-officer", 2), ElementsAre(2, 1));
  EXPECT_THAT(pages("west-midlands-officer", 3), ElementsAre(3));
  EXPECT_THAT(pages("west-midlands-officer", 0), ElementsAre(3));
  EXPECT_THAT(pages("liaison-lead", 4), ElementsAre(4, 4, 3));
  EXPECT_THAT(pages("liaison-lead", 11), ElementsAre(11));
}

TEST_F(ConcernsServiceTest, AForceSeesWhatWasIssuedToItAndNothingElse) {
  const std::string issued = Issued().concern().name();
  const std::string draft = Draft().name();
  const std::string draft_recommendation = Recommend(draft).name();
  const std::string withdrawn = Draft().name();
  v1::WithdrawConcernRequest withdraw;
  withdraw.set_name(withdrawn);
  withdraw.set_reason("Never issued.");
  Must(Call(&Stub::WithdrawConcern, withdraw));
  const std::string elsewhere = Issued("forces/kent").concern().name();

  for (const char* principal : {"west-midlands-officer", "west-midlands-oversight-body"}) {
    EXPECT_TRUE(Get(issued, principal).ok());
    const auto hidden = Get(draft, principal).status();
    EXPECT_THAT(hidden, FailsWith(absl::StatusCode::kNotFound, "RESOURCE_NOT_FOUND"));
    EXPECT_EQ(hidden.message(), "There is no Concern named \"" + draft + "\".") << "as if it were not there";
    EXPECT_THAT(Get(withdrawn, principal).status(), FailsWith(absl::StatusCode::kNotFound, "RESOURCE_NOT_FOUND"));
    EXPECT_THAT(Get(elsewhere, principal).status(), FailsWith(absl::StatusCode::kPermissionDenied, "OUT_OF_SCOPE"));
    EXPECT_THAT(List("forces/west-midlands", principal), ElementsAre(issued));
    EXPECT_THAT(List("forces/-", principal), ElementsAre(issued));
    EXPECT_THAT(ListRecommendationNames("forces/-/concerns/-", principal), ElementsAre(issued + "/recommendations/1"));
    EXPECT_THAT(ListRecommendationNames(draft, principal), IsEmpty());
    v1::ListConcernsRequest list;
    list.set_parent("forces/kent");
    EXPECT_THAT(Call(&Stub::ListConcerns, list, principal).status(),
                FailsWith(absl::StatusCode::kPermissionDenied, "OUT_OF_SCOPE"));

    v1::ListConcernVersionsRequest versions;
    versions.set_name(issued);
    EXPECT_EQ(Must(Call(&Stub::ListConcernVersions, versions, principal)).versions_size(), 1) << "not its drafts";
    versions.set_name(draft);
    EXPECT_THAT(Call(&Stub::ListConcernVersions, versions, principal).status(),
                FailsWith(absl::StatusCode::kNotFound, "RESOURCE_NOT_FOUND"));
    v1::ListRecommendationVersionsRequest recommendation_versions;
    recommendation_versions.set_name(issued + "/recommendations/1");
    EXPECT_EQ(Must(Call(&Stub::ListRecommendationVersions, recommendation_versions, principal)).versions_size(), 1);
    v1::ListAllowedActionsRequest actions;
    actions.set_name(draft);
    EXPECT_THAT(Call(&Stub::ListAllowedActions, actions, principal).status(),
                FailsWith(absl::StatusCode::kNotFound, "RESOURCE_NOT_FOUND"));
    v1::GetConcernRequest before_issue;
    before_issue.set_name(issued);
    before_issue.mutable_read()->mutable_as_of()->set_revision(start_ + 1);
    EXPECT_THAT(Call(&Stub::GetConcern, before_issue, principal).status(),
                FailsWith(absl::StatusCode::kNotFound, "RESOURCE_NOT_FOUND"));
  }
  v1::ClaimRecommendationRequest claim;
  claim.set_name(draft_recommendation);
  claim.set_statement("Done.");
  EXPECT_THAT(Call(&Stub::ClaimRecommendation, claim, "west-midlands-officer").status(),
              FailsWith(absl::StatusCode::kNotFound, "RESOURCE_NOT_FOUND"));
}

// ---- Lists ----

TEST_F(ConcernsServiceTest, ListsByKindStateThemeAndForce) {
  const std::string cause = Issued().concern().name();
  const std::string afi = Draft("forces/west-midlands", v1::CONCERN_KIND_AREA_FOR_IMPROVEMENT).name();
  auto other = ConcernRequest("forces/kent");
  other.mutable_concern()->set_theme("themes/online-child-abuse");
  const std::string kent = Must(Call(&Stub::CreateConcern, other)).concern().name();

  EXPECT_THAT(List("forces/-"), ElementsAre(kent, cause, afi));
  EXPECT_THAT(List("forces/west-midlands"), ElementsAre(cause, afi));
  EXPECT_THAT(List("forces/-", "gateway", [](auto& q) { q.set_kind(v1::CONCERN_KIND_AREA_FOR_IMPROVEMENT); }),
              ElementsAre(afi));
  EXPECT_THAT(List("forces/-", "gateway", [](auto& q) { q.set_state(v1::CONCERN_STATE_ISSUED); }), ElementsAre(cause));
  EXPECT_THAT(List("forces/-", "gateway", [](auto& q) { q.set_theme("themes/online-child-abuse"); }),
              ElementsAre(kent));
  EXPECT_THAT(List("forces/kent", "gateway", [](auto& q) { q.set_state(v1::CONCERN_STATE_ISSUED); }), IsEmpty());
}

TEST_F(ConcernsServiceTest, PagesInNaturalOrder) {
  std::vector<std::string> drafted;
  for (int i = 0; i < 12; ++i) drafted.push_back(Draft().name());
  EXPECT_THAT(List("forces/-", "gateway", [](auto& q) { q.set_page_size(5); }), ::testing::ElementsAreArray(drafted));
}

TEST_F(ConcernsServiceTest, ListsRecommendationsOfOneConcernOfAForceAndOfAll) {
  const std::string first = Issued().recommendations(0).name();
  const std::string second = Issued().recommendations(0).name();
  const std::string kent = Issued("forces/kent").recommendations(0).name();
  EXPECT_THAT(ListRecommendationNames("forces/west-midlands/concerns/2"), ElementsAre(second));
  EXPECT_THAT(ListRecommendationNames("forces/west-midlands/concerns/-"), ElementsAre(first, second));
  EXPECT_THAT(ListRecommendationNames("forces/-/concerns/-"), ElementsAre(kent, first, second));
  v1::ListRecommendationsRequest request;
  request.set_parent("forces/-/concerns/1");
  EXPECT_THAT(Call(&Stub::ListRecommendations, request).status(),
              FailsWith(absl::StatusCode::kInvalidArgument, "INVALID_FIELDS"));
  request.set_parent("forces/-/concerns/-");
  request.set_state(v1::RECOMMENDATION_STATE_CLAIMED);
  EXPECT_EQ(Must(Call(&Stub::ListRecommendations, request)).recommendations_size(), 0);
}

// ---- What may happen next ----

TEST_F(ConcernsServiceTest, AllowedActionsFollowStateAndRole) {
  const std::string name = Draft().name();
  v1::ListAllowedActionsRequest request;
  request.set_name(name);
  const auto of = [](const v1::ListAllowedActionsResponse& response) {
    std::map<std::string, std::string> reasons;
    for (const auto& action : response.actions()) reasons[action.verb()] = action.allowed() ? "yes" : action.reason();
    return reasons;
  };
  auto actions = of(Must(Call(&Stub::ListAllowedActions, request, "hm-inspector")));
  EXPECT_EQ(actions["UpdateConcern"], "yes");
  EXPECT_EQ(actions["IssueConcern"], "NO_RECOMMENDATION");
  EXPECT_EQ(actions["AssessHandling"], "WRONG_STATE");
  Recommend(name);
  EXPECT_EQ(of(Must(Call(&Stub::ListAllowedActions, request, "hm-inspector")))["IssueConcern"], "yes");
  EXPECT_EQ(of(Must(Call(&Stub::ListAllowedActions, request, "press-officer")))["IssueConcern"], "ROLE_NOT_ALLOWED");
  const std::string kent = Draft("forces/kent").name();
  request.set_name(kent);
  EXPECT_EQ(of(Must(Call(&Stub::ListAllowedActions, request, "hm-inspector")))["UpdateConcern"], "OUT_OF_SCOPE");

  Issue(name);
  request.set_name(name + "/recommendations/1");
  const auto force = Must(Call(&Stub::ListAllowedActions, request, "west-midlands-officer"));
  EXPECT_EQ(of(force)["ClaimRecommendation"], "yes");
  EXPECT_EQ(of(force)["VerifyRecommendation"], "ROLE_NOT_ALLOWED");
  EXPECT_EQ(of(Must(Call(&Stub::ListAllowedActions, request)))["VerifyRecommendation"], "WRONG_STATE");
  EXPECT_EQ(force.header().revision(), Head());

  request.set_name("forces/kent");
  actions = of(Must(Call(&Stub::ListAllowedActions, request, "liaison-lead")));
  EXPECT_EQ(actions, (std::map<std::string, std::string>{{"CreateConcern", "yes"}, {"PlanRevisit", "yes"}}));
  EXPECT_EQ(of(Must(Call(&Stub::ListAllowedActions, request, "hm-inspector")))["CreateConcern"], "OUT_OF_SCOPE");
  EXPECT_EQ(of(Must(Call(&Stub::ListAllowedActions, request, "press-officer")))["CreateConcern"], "ROLE_NOT_ALLOWED");
  EXPECT_THAT(Call(&Stub::ListAllowedActions, request, "west-midlands-officer").status(),
              FailsWith(absl::StatusCode::kPermissionDenied, "OUT_OF_SCOPE"));
  EXPECT_THAT(Call(&Stub::ListAllowedActions, request, "public").status(),
              FailsWith(absl::StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED"));
  request.set_name("forces/atlantis");
  EXPECT_THAT(Call(&Stub::ListAllowedActions, request).status(),
              FailsWith(absl::StatusCode::kNotFound, "FORCE_NOT_FOUND"));

  for (const char* bad : {"forces/kent/concerns/one", "nonsense", "forces/kent/concerns/-"}) {
    request.set_name(bad);
    EXPECT_THAT(Call(&Stub::ListAllowedActions, request).status(),
                FailsWith(absl::StatusCode::kInvalidArgument, "INVALID_FIELDS"))
        << bad;
  }
  request.set_name("forces/kent/concerns/77");
  EXPECT_THAT(Call(&Stub::ListAllowedActions, request).status(),
              FailsWith(absl::StatusCode::kNotFound, "RESOURCE_NOT_FOUND"));
}

TEST_F(ConcernsServiceTest, ReadsWaitForAConsistencyToken) {
  const auto issued = Issued();
  v1::GetConcernRequest request;
  request.set_name(issued.concern().name());
  request.mutable_read()->mutable_consistency()->set_at_least_as_fresh(issued.header().consistency_token());
  const auto got = Must(Call(&Stub::GetConcern, request));
  EXPECT_GE(got.header().revision(), issued.header().revision());
  EXPECT_EQ(got.concern().etag(), issued.concern().etag());
}

// ---- What was redacted by law ----

// A caller who sees all is told what is gone; to others it must not show that there was something.
TEST_F(ConcernsServiceTest, WhatWasRedactedShowsToThoseWhoSeeAll) {
  const auto issued = Issued();
  const int64_t issue = issued.header().revision();
  const std::string name = issued.concern().name();
  v1::AssessHandlingRequest assess;
  assess.set_name(name);
  assess.set_level(v1::HANDLING_LEVEL_RESPONDING);
  assess.set_rationale("There is a plan.");
  Must(Call(&Stub::AssessHandling, assess, "hm-inspector"));
  const auto redacted = testing::CommitNow(server_->ledger(), testing::Redacting({name, issue}));
  ASSERT_TRUE(redacted.ok()) << redacted.status();

  v1::GetConcernRequest get;
  get.set_name(name);
  get.mutable_read()->mutable_as_of()->set_revision(issue);
  v1::ListConcernsRequest list;
  list.set_parent("forces/west-midlands");
  *list.mutable_read() = get.read();
  v1::ListConcernVersionsRequest versions;
  versions.set_name(name);

  EXPECT_THAT(Call(&Stub::GetConcern, get, "hm-inspector").status(),
              FailsWith(absl::StatusCode::kFailedPrecondition, "VERSION_REDACTED"));
  const auto seen = Must(Call(&Stub::ListConcerns, list, "hm-inspector"));
  EXPECT_THAT(seen.concerns(), IsEmpty());
  EXPECT_THAT(seen.header().redactions(), ElementsAre("redactions/1"));
  const auto all = Must(Call(&Stub::ListConcernVersions, versions, "hm-inspector"));
  ASSERT_EQ(all.versions_size(), 3);
  EXPECT_EQ(all.versions(1).change().redaction(), "redactions/1");
  EXPECT_EQ(all.versions(1).change().verb(), "IssueConcern");
  EXPECT_FALSE(all.versions(1).has_concern());

  EXPECT_THAT(Call(&Stub::GetConcern, get, "west-midlands-officer").status(),
              FailsWith(absl::StatusCode::kNotFound, "RESOURCE_NOT_FOUND"));
  const auto hidden = Must(Call(&Stub::ListConcerns, list, "west-midlands-officer"));
  EXPECT_THAT(hidden.concerns(), IsEmpty());
  EXPECT_THAT(hidden.header().redactions(), IsEmpty());
  EXPECT_EQ(Must(Call(&Stub::ListConcernVersions, versions, "west-midlands-officer")).versions_size(), 1);
  EXPECT_EQ(Must(Get(name, "west-midlands-officer")).concern().state(), v1::CONCERN_STATE_ISSUED);
}

}  // namespace
}  // namespace oversight::concerns
