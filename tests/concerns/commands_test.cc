// Every rule of the domain and every refusal, without a server.
#include "tests/concerns/domain_support.h"

namespace oversight::concerns {
namespace {

using ::testing::HasSubstr;

TEST(DraftConcern, KeepsWhatWasGivenAndNothingElse) {
  auto request = ConcernRequest();
  request.mutable_concern()->set_name("forces/kent/concerns/9");
  request.mutable_concern()->set_etag("\"4\"");
  request.mutable_concern()->set_state(v1::CONCERN_STATE_DISCHARGED);
  request.mutable_concern()->mutable_handling()->set_level(v1::HANDLING_LEVEL_ERADICATED);
  request.mutable_concern()->set_accelerated(true);
  const auto concern = DraftConcern(request, kConcernName, TestThemes(), On("2023-11-20"));
  ASSERT_TRUE(concern.ok()) << concern.status();
  EXPECT_EQ(concern->name(), kConcernName);
  EXPECT_EQ(concern->etag(), "");
  EXPECT_EQ(concern->state(), v1::CONCERN_STATE_DRAFT);
  EXPECT_FALSE(concern->has_handling());
  EXPECT_TRUE(concern->accelerated());
  EXPECT_EQ(concern->title(), "Investigations");
}

TEST(DraftConcern, RefusesAnUnknownThemeAndNamesTheKnown) {
  auto request = ConcernRequest();
  request.mutable_concern()->set_theme("themes/astrology");
  const auto status = DraftConcern(request, kConcernName, TestThemes(), On("2023-11-20")).status();
  EXPECT_THAT(status, Refused(absl::StatusCode::kNotFound, "THEME_NOT_FOUND"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("themes/online-child-abuse"));
  EXPECT_EQ(ErrorMetadata(status, "theme"), "themes/astrology");
}

TEST(DraftConcern, AcceleratesCausesOfConcernOnly) {
  auto request = ConcernRequest(v1::CONCERN_KIND_AREA_FOR_IMPROVEMENT);
  request.mutable_concern()->set_accelerated(true);
  const auto status = DraftConcern(request, kConcernName, TestThemes(), On("2023-11-20")).status();
  EXPECT_THAT(status, Refused(absl::StatusCode::kInvalidArgument, "INVALID_FIELDS"));
  ASSERT_EQ(ViolationsOf(status).size(), 1u);
  EXPECT_EQ(ViolationsOf(status)[0].first, "concern.accelerated");
}

TEST(DraftConcern, RefusesAFindingThatMustBeInTheFuture) {
  auto request = ConcernRequest();
  *request.mutable_concern()->mutable_found_date() = Date("December 2023");
  const auto status = DraftConcern(request, kConcernName, TestThemes(), On("2023-11-20")).status();
  EXPECT_THAT(status, Precondition("DATES_CONTRADICT"));
  EXPECT_EQ(ErrorMetadata(status, "found_date"), "2023-12");
  EXPECT_EQ(ErrorMetadata(status, "today"), "2023-11-20");
  *request.mutable_concern()->mutable_found_date() = Date("2023");  // May be in the future, may be not.
  EXPECT_TRUE(DraftConcern(request, kConcernName, TestThemes(), On("2023-11-20")).ok());
}

TEST(UpdateConcern, ChangesTheMaskedFieldsOfADraft) {
  v1::UpdateConcernRequest request;
  request.mutable_concern()->set_title("Outcomes for victims");
  request.mutable_concern()->set_finding("Not taken: outside the mask.");
  request.mutable_update_mask()->add_paths("title");
  const auto concern = UpdateConcern(Draft(), request, TestThemes(), On("2023-11-21"));
  ASSERT_TRUE(concern.ok()) << concern.status();
  EXPECT_EQ(concern->title(), "Outcomes for victims");
  EXPECT_EQ(concern->finding(), Draft().concern.finding());
  EXPECT_EQ(concern->state(), v1::CONCERN_STATE_DRAFT);
}

TEST(UpdateConcern, NeverTouchesWhatTheServerOwns) {
  v1::UpdateConcernRequest request;
  request.mutable_concern()->set_state(v1::CONCERN_STATE_ISSUED);
  *request.mutable_concern()->mutable_issue_date() = Date("2020-01-01");
  request.mutable_update_mask()->add_paths("state");
  request.mutable_update_mask()->add_paths("issue_date");
  const auto concern = UpdateConcern(Draft(), request, TestThemes(), On("2023-11-21"));
  ASSERT_TRUE(concern.ok()) << concern.status();
  EXPECT_EQ(concern->state(), v1::CONCERN_STATE_DRAFT);
  EXPECT_FALSE(concern->has_issue_date());
}

TEST(UpdateConcern, ChecksTheWholeAfterTheChange) {
  v1::UpdateConcernRequest request;
  request.mutable_concern()->set_kind(v1::CONCERN_KIND_AREA_FOR_IMPROVEMENT);
  Record record = Draft();
  record.concern.set_accelerated(true);
  EXPECT_THAT(UpdateConcern(record, request, TestThemes(), On("2023-11-21")).status(),
              Refused(absl::StatusCode::kInvalidArgument, "INVALID_FIELDS"));
  request.mutable_concern()->set_kind(v1::CONCERN_KIND_CAUSE_OF_CONCERN);
  request.mutable_concern()->set_theme("themes/none");
  EXPECT_THAT(UpdateConcern(record, request, TestThemes(), On("2023-11-21")).status(),
              Refused(absl::StatusCode::kNotFound, "THEME_NOT_FOUND"));
  request.mutable_concern()->set_theme("themes/investigations");
  *request.mutable_concern()->mutable_found_date() = Date("2024");
  EXPECT_THAT(UpdateConcern(record, request, TestThemes(), On("2023-11-21")).status(),
              Precondition("DATES_CONTRADICT"));
}

TEST(UpdateConcern, RefusesWhatWasIssuedAndSaysWhatToDo) {
  v1::UpdateConcernRequest request;
  request.mutable_concern()->set_title("Late thought");
  const auto status = UpdateConcern(Issued(), request, TestThemes(), On("2023-11-25")).status();
  EXPECT_THAT(status, Precondition("WRONG_STATE"));
  EXPECT_EQ(ErrorMetadata(status, "state"), "ISSUED");
  EXPECT_THAT(std::string(status.message()), HasSubstr("WithdrawConcern"));
}

TEST(AddRecommendation, BelongsToADraft) {
  Record record = Draft();
  auto request = Within(28, common::v1::DUE_UNIT_DAYS);
  request.mutable_recommendation()->set_state(v1::RECOMMENDATION_STATE_VERIFIED);
  *request.mutable_recommendation()->mutable_due_date() = Date("2020-01-01");
  const auto added = AddRecommendation(record, request, "forces/a/concerns/1/recommendations/1", On("2023-11-20"));
  ASSERT_TRUE(added.ok()) << added.status();
  EXPECT_EQ(added->state(), v1::RECOMMENDATION_STATE_DRAFT);
  EXPECT_FALSE(added->has_due_date()) << "computed at issue, not taken from the caller";
  EXPECT_THAT(AddRecommendation(Issued(), request, "x", On("2023-11-25")).status(), Precondition("WRONG_STATE"));
}

TEST(AddRecommendation, RefusesADueRuleThatIsNone) {
  auto request = Within(0, common::v1::DUE_UNIT_UNSPECIFIED);
  const auto status = AddRecommendation(Draft(), request, "x", On("2023-11-20")).status();
  EXPECT_THAT(status, Refused(absl::StatusCode::kInvalidArgument, "INVALID_FIELDS"));
  EXPECT_GE(ViolationsOf(status).size(), 2u) << "count and unit at once";
}

TEST(AddRecommendation, HasALimit) {
  Record record = Draft();
  while (static_cast<int>(record.recommendations.size()) < kMaxRecommendations) Add(record, Immediately());
  EXPECT_THAT(AddRecommendation(record, Immediately(), "x", On("2023-11-20")).status(),
              Precondition("TOO_MANY_RECOMMENDATIONS"));
}

TEST(UpdateRecommendation, OfADraftOnly) {
  Record record = Draft();
  Add(record, Immediately());
  v1::UpdateRecommendationRequest request;
  request.mutable_recommendation()->set_text("Staff every conference with trained people.");
  const auto updated = UpdateRecommendation(record.recommendations[0], request);
  ASSERT_TRUE(updated.ok()) << updated.status();
  EXPECT_EQ(updated->text(), request.recommendation().text());
  EXPECT_TRUE(updated->due_rule().immediately());
  EXPECT_THAT(UpdateRecommendation(Issued().recommendations[0], request).status(), Precondition("WRONG_STATE"));
}

TEST(UpdateRecommendation, ChecksTheDueRule) {
  Record record = Draft();
  Add(record, Immediately());
  v1::UpdateRecommendationRequest request;
  *request.mutable_recommendation()->mutable_due_rule()->mutable_date() = Date("2024");
  const auto status = UpdateRecommendation(record.recommendations[0], request).status();
  EXPECT_THAT(status, Refused(absl::StatusCode::kInvalidArgument, "INVALID_FIELDS"));
}

TEST(IssueConcern, ACauseOfConcernNeedsARecommendation) {
  const auto status = Issue(Draft(), {}, On("2023-11-24")).status();
  EXPECT_THAT(status, Precondition("NO_RECOMMENDATION"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("CreateRecommendation"));
}

TEST(IssueConcern, AnAreaForImprovementNeedsNone) {
  const auto issued = Issue(Draft(v1::CONCERN_KIND_AREA_FOR_IMPROVEMENT), {}, On("2023-11-24"));
  ASSERT_TRUE(issued.ok()) << issued.status();
  EXPECT_EQ(issued->concern.state(), v1::CONCERN_STATE_ISSUED);
}

TEST(IssueConcern, ComputesEveryDueDateFromTheDayOfIssue) {
  Record record = Draft();
  Add(record, Immediately());
  Add(record, DueOn("2024-01-31"));
  Add(record, Within(28, common::v1::DUE_UNIT_DAYS));
  Add(record, Within(3, common::v1::DUE_UNIT_MONTHS));
  v1::IssueConcernRequest request;
  *request.mutable_issue_date() = Date("2023-11-30");
  const auto issued = Issue(record, request, On("2023-12-05"));
  ASSERT_TRUE(issued.ok()) << issued.status();
  EXPECT_EQ(FormatIso(issued->concern.issue_date()), "2023-11-30");
  std::vector<std::string> due;
  for (const auto& recommendation : issued->recommendations) {
    EXPECT_EQ(recommendation.state(), v1::RECOMMENDATION_STATE_OPEN);
    due.push_back(FormatIso(recommendation.due_date()));
  }
  EXPECT_THAT(due, ::testing::ElementsAre("2023-11-30", "2024-01-31", "2023-12-28", "2024-02-29"));
}

TEST(IssueConcern, TodayIsTheDefaultAndIsALondonDay) {
  Record record = Draft(v1::CONCERN_KIND_AREA_FOR_IMPROVEMENT);
  // Half past eleven at night in UTC is already tomorrow in a London summer.
  const Acting late{"principals/hm-inspector",
                    absl::FromCivil(absl::CivilMinute(2024, 6, 30, 23, 30), absl::UTCTimeZone())};
  EXPECT_EQ(FormatIso(Issue(record, {}, late)->concern.issue_date()), "2024-07-01");
}

TEST(IssueConcern, RefusesTheFuture) {
  Record record = Draft();
  Add(record, Immediately());
  v1::IssueConcernRequest request;
  *request.mutable_issue_date() = Date("2023-11-25");
  const auto status = Issue(record, request, On("2023-11-24")).status();
  EXPECT_THAT(status, Precondition("DATES_CONTRADICT"));
  EXPECT_EQ(ErrorMetadata(status, "issue_date"), "2023-11-25");
  EXPECT_EQ(ErrorMetadata(status, "today"), "2023-11-24");
}

TEST(IssueConcern, RefusesADayThatMustBeBeforeTheFinding) {
  Record record = Draft();  // Found in September 2023.
  Add(record, Immediately());
  v1::IssueConcernRequest request;
  *request.mutable_issue_date() = Date("2023-08-31");
  const auto status = Issue(record, request, On("2023-11-24")).status();
  EXPECT_THAT(status, Precondition("DATES_CONTRADICT"));
  EXPECT_EQ(ErrorMetadata(status, "issue_date"), "2023-08-31");
  EXPECT_EQ(ErrorMetadata(status, "found_date"), "2023-09");
  *request.mutable_issue_date() = Date("2023-09-01");  // May be after the finding: the record does not say.
  EXPECT_TRUE(Issue(record, request, On("2023-11-24")).ok());
}

TEST(IssueConcern, RefusesADayAfterAFixedDueDate) {
  Record record = Draft();
  Add(record, DueOn("2023-11-10"));
  const auto status = Issue(record, {}, On("2023-11-24")).status();
  EXPECT_THAT(status, Precondition("DATES_CONTRADICT"));
  EXPECT_EQ(ErrorMetadata(status, "due_date"), "2023-11-10");
  v1::IssueConcernRequest request;
  *request.mutable_issue_date() = Date("2023-11-10");
  EXPECT_TRUE(Issue(record, request, On("2023-11-24")).ok());
}

TEST(IssueConcern, SaysWhenNoDayWillDo) {
  Record record = Draft();
  Add(record, DueOn("2023-08-01"));  // Due before it was found.
  const auto status = Issue(record, {}, On("2023-11-24")).status();
  EXPECT_THAT(status, Precondition("DATES_CONTRADICT"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("on any day"));
}

TEST(IssueConcern, HappensOnce) {
  const auto status = Issue(Issued(), {}, On("2023-11-25")).status();
  EXPECT_THAT(status, Precondition("WRONG_STATE"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("issued already"));
}

TEST(AssessHandling, RecordsWhoJudgedWhatWhenAndWhy) {
  v1::AssessHandlingRequest request;
  request.set_level(v1::HANDLING_LEVEL_NOT_RESPONDING);
  request.set_rationale("No plan has been made.");
  const auto concern = AssessHandling(Issued(), request, On("2024-01-10"));
  ASSERT_TRUE(concern.ok()) << concern.status();
  EXPECT_EQ(concern->handling().level(), v1::HANDLING_LEVEL_NOT_RESPONDING);
  EXPECT_EQ(concern->handling().rationale(), "No plan has been made.");
  EXPECT_EQ(concern->handling().assessor(), "principals/hm-inspector");
  EXPECT_EQ(concern->handling().assess_time().seconds(), absl::ToUnixSeconds(On("2024-01-10").now));
  EXPECT_EQ(concern->state(), v1::CONCERN_STATE_ISSUED);
  EXPECT_THAT(AssessHandling(Draft(), request, On("2024-01-10")).status(), Precondition("WRONG_STATE"));
}

TEST(AssessHandling, HasADayOfItsOwn) {
  const auto assess = [](const Record& record, const std::string& day) {
    v1::AssessHandlingRequest request;
    request.set_level(v1::HANDLING_LEVEL_MANAGING);
    request.set_rationale("A plan is kept.");
    if (!day.empty()) *request.mutable_assessed_date() = Date(day);
    return AssessHandling(record, request, On("2024-03-01"));
  };
  EXPECT_EQ(FormatIso(assess(Issued(), "")->handling().assessed_date()), "2024-03-01") << "today, when it is not said";
  Record record = Issued();
  record.concern = assess(record, "January 2024").value();
  EXPECT_EQ(FormatIso(record.concern.handling().assessed_date()), "2024-01");

  const auto refused = [&](const Record& of, const std::string& day, const char* other) {
    const auto status = assess(of, day).status();
    EXPECT_THAT(status, Precondition("DATES_CONTRADICT")) << day;
    EXPECT_NE(ErrorMetadata(status, other), "") << other;
  };
  refused(Issued(), "2024-03-02", "today");
  refused(Issued(), "2023-11-23", "issue_date");
  refused(record, "2023-12-31", "earlier_assessed_date");
  EXPECT_TRUE(assess(record, "2024-01-01").ok()) << "it may have been after";
}

v1::Recommendation Claimed() {
  v1::ClaimRecommendationRequest request;
  request.set_statement("Done; see the audit of 200 cases.");
  return ClaimRecommendation(Issued().concern, Issued().recommendations[0], request, On("2024-01-10")).value();
}

TEST(ClaimRecommendation, RecordsTheForcesWord) {
  const auto claimed = Claimed();
  EXPECT_EQ(claimed.state(), v1::RECOMMENDATION_STATE_CLAIMED);
  EXPECT_EQ(claimed.claim().statement(), "Done; see the audit of 200 cases.");
  EXPECT_EQ(claimed.claim().claimant(), "principals/hm-inspector");
  v1::ClaimRecommendationRequest again;
  const auto status = ClaimRecommendation(Issued().concern, claimed, again, On("2024-01-11")).status();
  EXPECT_THAT(status, Precondition("WRONG_STATE"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("VerifyRecommendation"));
}

TEST(VerifyRecommendation, AcceptsForGood) {
  v1::VerifyRecommendationRequest request;
  request.set_outcome(v1::VERIFICATION_OUTCOME_ACCEPTED);
  request.set_rationale("Cases read; supervision seen in 19 of 20.");
  const auto verified = VerifyRecommendation(Issued().concern, Claimed(), request, On("2024-02-10"));
  ASSERT_TRUE(verified.ok()) << verified.status();
  EXPECT_EQ(verified->state(), v1::RECOMMENDATION_STATE_VERIFIED);
  EXPECT_EQ(verified->verification().rationale(), request.rationale());
  EXPECT_EQ(verified->claim().statement(), Claimed().claim().statement());
  EXPECT_THAT(VerifyRecommendation(Issued().concern, *verified, request, On("2024-02-11")).status(),
              Precondition("WRONG_STATE"));
  EXPECT_THAT(ClaimRecommendation(Issued().concern, *verified, {}, On("2024-02-11")).status(),
              Precondition("WRONG_STATE"));
}

TEST(VerifyRecommendation, ReturnsAClaimWithReasons) {
  v1::VerifyRecommendationRequest request;
  request.set_outcome(v1::VERIFICATION_OUTCOME_RETURNED);
  request.set_rationale("Half the cases had no supervision.");
  const auto returned = VerifyRecommendation(Issued().concern, Claimed(), request, On("2024-02-10"));
  ASSERT_TRUE(returned.ok()) << returned.status();
  EXPECT_EQ(returned->state(), v1::RECOMMENDATION_STATE_OPEN);
  EXPECT_EQ(returned->verification().outcome(), v1::VERIFICATION_OUTCOME_RETURNED);
  EXPECT_TRUE(ClaimRecommendation(Issued().concern, *returned, {}, On("2024-03-01")).ok())
      << "the force may claim again";
}

TEST(VerifyRecommendation, NeedsAClaim) {
  v1::VerifyRecommendationRequest request;
  request.set_outcome(v1::VERIFICATION_OUTCOME_ACCEPTED);
  const auto status =
      VerifyRecommendation(Issued().concern, Issued().recommendations[0], request, On("2024-02-10")).status();
  EXPECT_THAT(status, Precondition("WRONG_STATE"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("ClaimRecommendation"));
}

Record AllDone() {
  Record record = Issued();
  record.recommendations[0].set_state(v1::RECOMMENDATION_STATE_VERIFIED);
  return record;
}

TEST(DischargeConcern, ListsTheRecommendationsThatAreOpen) {
  v1::DischargeConcernRequest request;
  request.set_reason("Revisit of January.");
  Record record = Issued();
  auto second = record.recommendations[0];
  second.set_name(std::string(kConcernName) + "/recommendations/2");
  second.set_state(v1::RECOMMENDATION_STATE_CLAIMED);
  record.recommendations.push_back(second);
  const auto status = DischargeConcern(record, request, On("2024-02-10")).status();
  EXPECT_THAT(status, Precondition("RECOMMENDATIONS_OPEN"));
  EXPECT_EQ(ErrorMetadata(status, "open_count"), "2");
  EXPECT_THAT(std::string(status.message()), HasSubstr("/recommendations/1 is OPEN"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("/recommendations/2 is CLAIMED"));
}

TEST(DischargeConcern, ClosesForGood) {
  v1::DischargeConcernRequest request;
  request.set_reason("Revisit of January: sustained.");
  *request.mutable_close_date() = Date("2024-02-01");
  const auto closed = DischargeConcern(AllDone(), request, On("2024-02-10"));
  ASSERT_TRUE(closed.ok()) << closed.status();
  EXPECT_EQ(closed->state(), v1::CONCERN_STATE_DISCHARGED);
  EXPECT_EQ(closed->closure().reason(), request.reason());
  EXPECT_EQ(closed->closure().closer(), "principals/hm-inspector");
  EXPECT_EQ(FormatIso(closed->closure().close_date()), "2024-02-01");
  const Record record{*closed, AllDone().recommendations};
  const auto again = DischargeConcern(record, request, On("2024-02-11")).status();
  EXPECT_THAT(again, Precondition("WRONG_STATE"));
  EXPECT_THAT(std::string(again.message()), HasSubstr("nothing reopens"));
}

TEST(DischargeConcern, ChecksTheDay) {
  v1::DischargeConcernRequest request;
  request.set_reason("Done.");
  EXPECT_EQ(FormatIso(DischargeConcern(AllDone(), request, On("2024-02-10"))->closure().close_date()), "2024-02-10");
  *request.mutable_close_date() = Date("2024-02-11");
  EXPECT_THAT(DischargeConcern(AllDone(), request, On("2024-02-10")).status(), Precondition("DATES_CONTRADICT"));
  *request.mutable_close_date() = Date("2023-11-23");  // Issued on the 24th.
  const auto status = DischargeConcern(AllDone(), request, On("2024-02-10")).status();
  EXPECT_THAT(status, Precondition("DATES_CONTRADICT"));
  EXPECT_EQ(ErrorMetadata(status, "issue_date"), "2023-11-24");
  *request.mutable_close_date() = Date("2023-11-24");
  EXPECT_TRUE(DischargeConcern(AllDone(), request, On("2024-02-10")).ok());
}

TEST(DischargeConcern, NotBeforeTheRevisitThatItNames) {
  v1::Revisit revisit;
  revisit.set_name("forces/west-midlands/revisits/1");
  v1::DischargeConcernRequest request;
  request.set_reason("Done.");
  request.set_revisit(revisit.name());
  *request.mutable_close_date() = Date("2024-02-01");
  EXPECT_THAT(DischargeConcern(AllDone(), request, On("2024-02-10"), &revisit).status(),
              Precondition("LINK_DOES_NOT_FIT"));
  revisit.set_state(v1::REVISIT_STATE_CARRIED_OUT);
  *revisit.mutable_from_date() = Date("2024-02-02");
  const auto early = DischargeConcern(AllDone(), request, On("2024-02-10"), &revisit).status();
  EXPECT_THAT(early, Precondition("DATES_CONTRADICT"));
  EXPECT_EQ(ErrorMetadata(early, "revisit_from_date"), "2024-02-02");
  *revisit.mutable_from_date() = Date("2024-02-01");
  EXPECT_TRUE(DischargeConcern(AllDone(), request, On("2024-02-10"), &revisit).ok());
}

TEST(DischargeConcern, NotADraft) {
  v1::DischargeConcernRequest request;
  EXPECT_THAT(DischargeConcern(Draft(), request, On("2024-02-10")).status(), Precondition("WRONG_STATE"));
}

TEST(WithdrawConcern, TakesItsRecommendationsAlongButNotDoneWork) {
  Record record = AllDone();
  auto open = record.recommendations[0];
  open.set_state(v1::RECOMMENDATION_STATE_OPEN);
  record.recommendations.push_back(open);
  v1::WithdrawConcernRequest request;
  request.set_reason("Issued to the wrong force.");
  const auto withdrawn = WithdrawConcern(record, request, On("2024-02-10"));
  ASSERT_TRUE(withdrawn.ok()) << withdrawn.status();
  EXPECT_EQ(withdrawn->concern.state(), v1::CONCERN_STATE_WITHDRAWN);
  EXPECT_EQ(withdrawn->concern.closure().reason(), "Issued to the wrong force.");
  EXPECT_EQ(withdrawn->recommendations[0].state(), v1::RECOMMENDATION_STATE_VERIFIED);
  EXPECT_EQ(withdrawn->recommendations[1].state(), v1::RECOMMENDATION_STATE_WITHDRAWN);
  EXPECT_THAT(WithdrawConcern(*withdrawn, request, On("2024-02-11")).status(), Precondition("WRONG_STATE"));
}

TEST(WithdrawConcern, AlsoADraft) {
  Record record = Draft();
  Add(record, Immediately());
  const auto withdrawn = WithdrawConcern(record, {}, On("2024-02-10"));
  ASSERT_TRUE(withdrawn.ok()) << withdrawn.status();
  EXPECT_EQ(withdrawn->recommendations[0].state(), v1::RECOMMENDATION_STATE_WITHDRAWN);
}

TEST(WasOpenOn, FromTheDayOfIssueUntilTheDayOfClosing) {
  v1::Concern concern;
  EXPECT_FALSE(WasOpenOn(concern, absl::CivilDay(2024, 1, 1))) << "a draft never was";
  *concern.mutable_issue_date() = Date("2023-11-24");
  EXPECT_FALSE(WasOpenOn(concern, absl::CivilDay(2023, 11, 23)));
  EXPECT_TRUE(WasOpenOn(concern, absl::CivilDay(2023, 11, 24)));
  *concern.mutable_closure()->mutable_close_date() = Date("2024-07");
  EXPECT_TRUE(WasOpenOn(concern, absl::CivilDay(2024, 7, 30))) << "it need not have been closed by then";
  EXPECT_FALSE(WasOpenOn(concern, absl::CivilDay(2024, 7, 31)));
}

}  // namespace
}  // namespace oversight::concerns
