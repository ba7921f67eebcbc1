// What a force is asked to do: claims with their dates, verification, more time, withdrawal of a single recommendation,
// notes on progress.
#include "concerns-service/domain/undertaking.h"

#include "tests/concerns/domain_support.h"

namespace oversight::concerns {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

constexpr char kRecommendationName[] = "forces/west-midlands/concerns/1/recommendations/1";

v1::ClaimRecommendationRequest Claim(const std::string& done = "") {
  v1::ClaimRecommendationRequest request;
  request.set_statement("Supervision is checked weekly.");
  if (!done.empty()) *request.mutable_done_date() = Date(done);
  return request;
}
v1::Recommendation Claimed(const std::string& done = "") {
  return ClaimRecommendation(Issued().concern, Issued().recommendations[0], Claim(done), On("2024-02-01")).value();
}
v1::VerifyRecommendationRequest Verify(v1::VerificationOutcome outcome, const std::string& day = "") {
  v1::VerifyRecommendationRequest request;
  request.set_outcome(outcome);
  request.set_rationale("Seen.");
  if (!day.empty()) *request.mutable_verified_date() = Date(day);
  return request;
}
const auto kAccepted = v1::VERIFICATION_OUTCOME_ACCEPTED;
const auto kReturned = v1::VERIFICATION_OUTCOME_RETURNED;

v1::ExtendRecommendationRequest Until(const std::string& day) {
  v1::ExtendRecommendationRequest request;
  *request.mutable_due_date() = Date(day);
  request.set_reason("The new system comes in May.");
  return request;
}

// ---- Claims ----

TEST(Claim, SaysWhenItWasDoneAsPreciselyAsIsKnown) {
  auto request = Claim("January 2024");
  request.add_evidence("forces/west-midlands/evidence/1");
  const auto claimed = ClaimRecommendation(Issued().concern, Issued().recommendations[0], request, On("2024-02-01"));
  ASSERT_TRUE(claimed.ok()) << claimed.status();
  EXPECT_EQ(FormatIso(claimed->done_date()), "2024-01");
  EXPECT_EQ(FormatIso(claimed->claim().done_date()), "2024-01");
  EXPECT_THAT(claimed->claim().evidence(), ElementsAre("forces/west-midlands/evidence/1"));
}

TEST(Claim, NeedNotSayWhen) {
  EXPECT_FALSE(Claimed().has_done_date());
  // A second claim that does not say either does not keep what the first said.
  auto again =
      VerifyRecommendation(Issued().concern, Claimed("2024-01-15"), Verify(kReturned), On("2024-02-10")).value();
  EXPECT_TRUE(again.has_done_date());
  again = ClaimRecommendation(Issued().concern, again, Claim(), On("2024-03-01")).value();
  EXPECT_FALSE(again.has_done_date());
}

TEST(Claim, IsNotOfTheFuture) {
  const auto open = Issued().recommendations[0];
  EXPECT_TRUE(ClaimRecommendation(Issued().concern, open, Claim("2024-02-01"), On("2024-02-01")).ok());
  EXPECT_TRUE(ClaimRecommendation(Issued().concern, open, Claim("February 2024"), On("2024-02-01")).ok())
      << "may be today";
  for (const char* done : {"2024-02-02", "March 2024", "2025"}) {
    const auto status = ClaimRecommendation(Issued().concern, open, Claim(done), On("2024-02-01")).status();
    EXPECT_THAT(status, Precondition("DATES_CONTRADICT")) << done;
    EXPECT_EQ(ErrorMetadata(status, "today"), "2024-02-01");
    EXPECT_THAT(std::string(status.message()), HasSubstr("Claim it when it is done"));
  }
}

TEST(Claim, HasADayOfItsOwn) {
  const auto open = Issued().recommendations[0];
  auto request = Claim("January 2024");
  EXPECT_EQ(FormatIso(ClaimRecommendation(Issued().concern, open, request, On("2024-06-01"))->claim().claimed_date()),
            "2024-06-01")
      << "today, when it is not said";
  *request.mutable_claimed_date() = Date("February 2024");
  const auto claimed = ClaimRecommendation(Issued().concern, open, request, On("2024-06-01"));
  ASSERT_TRUE(claimed.ok()) << claimed.status();
  EXPECT_EQ(FormatIso(claimed->claim().claimed_date()), "2024-02");
}

TEST(Claim, RefusesEveryDateThatContradictsAnotherAtOnce) {
  const auto refused = [](const std::string& done, const std::string& claimed) {
    auto request = Claim(done);
    *request.mutable_claimed_date() = Date(claimed);
    const auto status =
        ClaimRecommendation(Issued().concern, Issued().recommendations[0], request, On("2024-02-01")).status();
    EXPECT_THAT(status, Precondition("DATES_CONTRADICT")) << done << " " << claimed;
    return status;
  };
  const auto early = refused("2023-11-23", "2023-11-22");
  EXPECT_EQ(ErrorMetadata(early, "issue_date"), "2023-11-24");
  EXPECT_EQ(ErrorMetadata(early, "done_date"), "2023-11-23");
  EXPECT_EQ(ErrorMetadata(early, "claimed_date"), "2023-11-22");
  EXPECT_THAT(std::string(early.message()),
              AllOf(HasSubstr("cannot have been claimed on 22 November 2023"),
                    HasSubstr("cannot have been done on 23 November 2023: it was claimed as done on 22 November 2023"),
                    HasSubstr("because it was not done by then")));
  EXPECT_EQ(ErrorMetadata(refused("2023-12-01", "2024-02-02"), "today"), "2024-02-01");
  refused("2024-01-11", "2024-01-10");
  // What may be before does not contradict.
  auto request = Claim("November 2023");
  *request.mutable_claimed_date() = Date("November 2023");
  EXPECT_TRUE(ClaimRecommendation(Issued().concern, Issued().recommendations[0], request, On("2024-02-01")).ok());
}

TEST(Claim, NamesEvidenceOfItsForceOnce) {
  auto request = Claim();
  request.add_evidence("forces/west-midlands/evidence/1");
  request.add_evidence("forces/kent/evidence/1");
  request.add_evidence("forces/west-midlands/evidence/1");
  EXPECT_THAT(
      ViolationsOf(
          ClaimRecommendation(Issued().concern, Issued().recommendations[0], request, On("2024-02-01")).status()),
      ElementsAre(Pair("evidence[1]", HasSubstr("must belong to forces/west-midlands")),
                  Pair("evidence[2]", HasSubstr("a second time"))));
}

// ---- Verification ----

TEST(Verification, HasADayAndItsGrounds) {
  auto request = Verify(kAccepted, "2024-02-05");
  request.add_evidence("forces/west-midlands/evidence/2");
  request.set_revisit("forces/west-midlands/revisits/1");
  const auto verified = VerifyRecommendation(Issued().concern, Claimed("2024-01-15"), request, On("2024-02-10"));
  ASSERT_TRUE(verified.ok()) << verified.status();
  EXPECT_EQ(FormatIso(verified->verified_date()), "2024-02-05");
  EXPECT_THAT(verified->verification().evidence(), ElementsAre("forces/west-midlands/evidence/2"));
  EXPECT_EQ(verified->verification().revisit(), "forces/west-midlands/revisits/1");
  EXPECT_EQ(verified->times_returned(), 0);
}

TEST(Verification, TodayIsTheDefault) {
  const auto verified = VerifyRecommendation(Issued().concern, Claimed(), Verify(kAccepted), On("2024-02-10"));
  EXPECT_EQ(FormatIso(verified->verified_date()), "2024-02-10");
}

TEST(Verification, CountsReturns) {
  auto recommendation = Claimed();
  for (int i = 1; i <= 3; ++i) {
    recommendation =
        VerifyRecommendation(Issued().concern, recommendation, Verify(kReturned), On("2024-02-10")).value();
    EXPECT_EQ(recommendation.times_returned(), i);
    EXPECT_FALSE(recommendation.has_verified_date());
    recommendation = ClaimRecommendation(Issued().concern, recommendation, Claim(), On("2024-02-11")).value();
  }
}

TEST(Verification, RefusesDaysThatCannotBe) {
  const auto refuse = [](const std::string& day, const std::string& done, const std::string& other) {
    const auto status =
        VerifyRecommendation(Issued().concern, Claimed(done), Verify(kAccepted, day), On("2024-02-10")).status();
    EXPECT_THAT(status, Precondition("DATES_CONTRADICT")) << day;
    EXPECT_EQ(ErrorMetadata(status, "verified_date"), day);
    EXPECT_NE(ErrorMetadata(status, other), "") << other;
    EXPECT_THAT(std::string(status.message()), HasSubstr(kRecommendationName));
  };
  refuse("2024-02-11", "", "today");
  refuse("2023-11-23", "", "issue_date");
  refuse("2024-01-14", "2024-01-15", "done_date");
  refuse("2023-12-31", "January 2024", "done_date");
  // What is known of January does not forbid a day in January.
  EXPECT_TRUE(
      VerifyRecommendation(Issued().concern, Claimed("January 2024"), Verify(kAccepted, "2024-01-02"), On("2024-02-10"))
          .ok());
  EXPECT_TRUE(
      VerifyRecommendation(Issued().concern, Claimed(), Verify(kAccepted, "2023-11-24"), On("2024-02-10")).ok());
}

TEST(Verification, AReturnHasADayToo) {
  const auto returned =
      VerifyRecommendation(Issued().concern, Claimed("2024-02-01"), Verify(kReturned, "2024-01-05"), On("2024-02-10"));
  ASSERT_TRUE(returned.ok()) << returned.status() << " though the claim says a later day: that is why it is returned";
  EXPECT_EQ(FormatIso(returned->verification().verified_date()), "2024-01-05");
  EXPECT_FALSE(returned->has_verified_date());
  EXPECT_THAT(
      VerifyRecommendation(Issued().concern, Claimed(), Verify(kReturned, "2024-02-11"), On("2024-02-10")).status(),
      Precondition("DATES_CONTRADICT"));
}

TEST(Verification, NotBeforeTheRevisitThatItNames) {
  v1::Revisit revisit;
  revisit.set_name("forces/west-midlands/revisits/1");
  revisit.set_state(v1::REVISIT_STATE_CARRIED_OUT);
  *revisit.mutable_from_date() = Date("2024-02-06");
  const auto verify = [&revisit](const std::string& day, v1::VerificationOutcome outcome = kAccepted) {
    auto request = Verify(outcome, day);
    request.set_revisit(revisit.name());
    return VerifyRecommendation(Issued().concern, Claimed(), request, On("2024-02-10"), &revisit).status();
  };
  EXPECT_TRUE(verify("2024-02-06").ok());
  for (const auto outcome : {kAccepted, kReturned}) {
    const auto early = verify("2024-02-05", outcome);
    EXPECT_THAT(early, Precondition("DATES_CONTRADICT"));
    EXPECT_EQ(ErrorMetadata(early, "revisit_from_date"), "2024-02-06");
    EXPECT_THAT(std::string(early.message()), HasSubstr("name another revisit"));
  }
  *revisit.mutable_from_date() = Date("February 2024");
  EXPECT_TRUE(verify("2024-02-01").ok()) << "it may have begun";

  revisit.set_state(v1::REVISIT_STATE_CANCELLED);
  EXPECT_THAT(verify("2024-02-06"), Precondition("LINK_DOES_NOT_FIT"));
  revisit.set_state(v1::REVISIT_STATE_PLANNED);
  revisit.clear_from_date();
  EXPECT_THAT(verify("2024-02-06"), Precondition("LINK_DOES_NOT_FIT"));
  EXPECT_THAT(std::string(verify("2024-02-06").message()), HasSubstr("CarryOutRevisit"));
}

TEST(Verification, NamesWhatIsOfItsForce) {
  auto request = Verify(kAccepted);
  request.add_evidence("forces/kent/evidence/1");
  request.set_revisit("forces/kent/revisits/1");
  EXPECT_THAT(
      ViolationsOf(VerifyRecommendation(Issued().concern, Claimed(), request, On("2024-02-10")).status()),
      ElementsAre(Pair("evidence[0]", HasSubstr("west-midlands")), Pair("revisit", HasSubstr("west-midlands"))));
}

// ---- More time ----

TEST(Extension, KeepsTheFirstDayAndEveryStep) {
  const auto once =
      ExtendRecommendation(Issued().concern, Issued().recommendations[0], Until("2024-05-31"), On("2024-02-20"));
  ASSERT_TRUE(once.ok()) << once.status();
  const auto twice = ExtendRecommendation(Issued().concern, *once, Until("2024-06-30"), On("2024-05-20"));
  ASSERT_TRUE(twice.ok()) << twice.status();
  EXPECT_EQ(FormatIso(twice->original_due_date()), "2024-02-24");
  EXPECT_EQ(FormatIso(twice->due_date()), "2024-06-30");
  EXPECT_EQ(twice->due_rule().within().count(), 3) << "the rule as written stays";
  ASSERT_EQ(twice->extensions_size(), 2);
  const auto& second = twice->extensions(1);
  EXPECT_EQ(FormatIso(second.from_due_date()), "2024-05-31");
  EXPECT_EQ(FormatIso(second.to_due_date()), "2024-06-30");
  EXPECT_EQ(second.reason(), "The new system comes in May.");
  EXPECT_EQ(second.grantor(), "principals/hm-inspector");
  EXPECT_EQ(second.grant_time().seconds(), absl::ToUnixSeconds(On("2024-05-20").now));
}

TEST(Extension, IsForwardOnly) {
  for (const char* day : {"2024-02-24", "2024-02-23"}) {
    const auto status =
        ExtendRecommendation(Issued().concern, Issued().recommendations[0], Until(day), On("2024-02-20")).status();
    EXPECT_THAT(status, Precondition("DATES_CONTRADICT")) << day;
    EXPECT_EQ(ErrorMetadata(status, "current_due_date"), "2024-02-24");
    EXPECT_THAT(std::string(status.message()), HasSubstr("Give a day after that"));
  }
  EXPECT_TRUE(
      ExtendRecommendation(Issued().concern, Issued().recommendations[0], Until("2024-02-25"), On("2024-02-20")).ok());
}

TEST(Extension, HasADayOfItsOwn) {
  const auto extend = [](const v1::Recommendation& recommendation, const std::string& until, const std::string& given) {
    auto request = Until(until);
    *request.mutable_extended_date() = Date(given);
    return ExtendRecommendation(Issued().concern, recommendation, request, On("2024-06-01"));
  };
  const auto once = extend(Issued().recommendations[0], "2024-05-31", "2024-02-20");
  ASSERT_TRUE(once.ok()) << once.status();
  EXPECT_EQ(FormatIso(once->extensions(0).extended_date()), "2024-02-20");
  EXPECT_EQ(FormatIso(ExtendRecommendation(Issued().concern, Issued().recommendations[0], Until("2024-05-31"),
                                           On("2024-06-01"))
                          ->extensions(0)
                          .extended_date()),
            "2024-06-01")
      << "today, when it is not said";

  // Not to come, not before issue, and one after the other; all that is wrong at once.
  EXPECT_THAT(extend(Issued().recommendations[0], "2024-05-31", "2024-06-02").status(),
              Precondition("DATES_CONTRADICT"));
  const auto early = extend(Issued().recommendations[0], "2024-02-24", "2023-11-23").status();
  EXPECT_EQ(ErrorMetadata(early, "current_due_date"), "2024-02-24");
  EXPECT_EQ(ErrorMetadata(early, "issue_date"), "2023-11-24");
  const auto before = extend(*once, "2024-07-31", "2024-02-19").status();
  EXPECT_THAT(before, Precondition("DATES_CONTRADICT"));
  EXPECT_EQ(ErrorMetadata(before, "earlier_extended_date"), "2024-02-20");
  EXPECT_TRUE(extend(*once, "2024-07-31", "February 2024").ok()) << "it may have been after";
}

TEST(Extension, AlsoWhileClaimedAndNotOfWhatIsClosedOrDrafted) {
  const auto extended = ExtendRecommendation(Issued().concern, Claimed(), Until("2024-05-31"), On("2024-02-20"));
  ASSERT_TRUE(extended.ok()) << extended.status();
  EXPECT_EQ(extended->state(), v1::RECOMMENDATION_STATE_CLAIMED);
  const auto verified = VerifyRecommendation(Issued().concern, Claimed(), Verify(kAccepted), On("2024-02-10")).value();
  EXPECT_THAT(ExtendRecommendation(Issued().concern, verified, Until("2024-05-31"), On("2024-02-20")).status(),
              Precondition("WRONG_STATE"));
  Record draft = Draft();
  Add(draft, Immediately());
  const auto status =
      ExtendRecommendation(Issued().concern, draft.recommendations[0], Until("2024-05-31"), On("2024-02-20")).status();
  EXPECT_THAT(status, Precondition("WRONG_STATE"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("UpdateRecommendation"));
}

TEST(Extension, HasALimit) {
  Record record = Issued();
  auto& recommendation = record.recommendations[0];
  for (int i = 0; i < kMaxExtensions; ++i) {
    const std::string day = FormatIso(*ToCivilDay(recommendation.due_date()) + 1);
    recommendation = ExtendRecommendation(Issued().concern, recommendation, Until(day), On("2024-02-20")).value();
  }
  const auto status =
      ExtendRecommendation(Issued().concern, recommendation, Until("2025-01-01"), On("2024-02-20")).status();
  EXPECT_THAT(status, Precondition("TOO_MANY_EXTENSIONS"));
  EXPECT_EQ(ErrorMetadata(status, "limit"), "20");
  EXPECT_THAT(Require("ExtendRecommendation", record, recommendation, absl::CivilDay(2024, 2, 20)),
              Precondition("TOO_MANY_EXTENSIONS"));
}

// ---- Withdrawal of one ----

v1::WithdrawRecommendationRequest Withdraw() {
  v1::WithdrawRecommendationRequest request;
  request.set_reason("Overtaken by new legislation.");
  return request;
}
Record IssuedWithTwo() {
  Record record = Draft();
  Add(record, Within(3, common::v1::DUE_UNIT_MONTHS));
  Add(record, Immediately());
  return Issue(record, {}, On("2023-11-24")).value();
}

TEST(WithdrawRecommendation, SaysWhyAndLeavesTheConcernOpen) {
  const Record record = IssuedWithTwo();
  const auto withdrawn = WithdrawRecommendation(record, record.recommendations[0], Withdraw(), On("2024-01-10"));
  ASSERT_TRUE(withdrawn.ok()) << withdrawn.status();
  EXPECT_EQ(withdrawn->state(), v1::RECOMMENDATION_STATE_WITHDRAWN);
  EXPECT_EQ(withdrawn->closure().reason(), "Overtaken by new legislation.");
  EXPECT_EQ(withdrawn->closure().closer(), "principals/hm-inspector");
  EXPECT_EQ(FormatIso(withdrawn->closure().close_date()), "2024-01-10");
}

TEST(WithdrawRecommendation, TheLastOfAnOpenCauseOfConcernStays) {
  Record record = IssuedWithTwo();
  record.recommendations[0] =
      WithdrawRecommendation(record, record.recommendations[0], Withdraw(), On("2024-01-10")).value();
  const auto status = WithdrawRecommendation(record, record.recommendations[1], Withdraw(), On("2024-01-10")).status();
  EXPECT_THAT(status, Precondition("NO_RECOMMENDATION"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("WithdrawConcern"));

  Record improvement = Draft(v1::CONCERN_KIND_AREA_FOR_IMPROVEMENT);
  Add(improvement, Immediately());
  improvement = Issue(improvement, {}, On("2023-11-24")).value();
  EXPECT_TRUE(WithdrawRecommendation(improvement, improvement.recommendations[0], Withdraw(), On("2024-01-10")).ok());
}

TEST(WithdrawRecommendation, OfADraftItWasNeverAskedOfTheForce) {
  Record record = Draft();
  Add(record, DueOn("2023-11-21"));
  record.recommendations[0] =
      WithdrawRecommendation(record, record.recommendations[0], Withdraw(), On("2023-11-22")).value();
  EXPECT_THAT(Issue(record, {}, On("2023-11-24")).status(), Precondition("NO_RECOMMENDATION"));
  Add(record, Within(3, common::v1::DUE_UNIT_MONTHS));
  const auto issued = Issue(record, {}, On("2023-11-24"));
  ASSERT_TRUE(issued.ok()) << issued.status() << " although the withdrawn one was due before";
  EXPECT_EQ(issued->recommendations[0].state(), v1::RECOMMENDATION_STATE_WITHDRAWN);
  EXPECT_FALSE(issued->recommendations[0].has_due_date());
  EXPECT_EQ(issued->recommendations[1].state(), v1::RECOMMENDATION_STATE_OPEN);
}

TEST(WithdrawRecommendation, NotWhatIsClosed) {
  Record record = IssuedWithTwo();
  auto& recommendation = record.recommendations[0];
  recommendation = ClaimRecommendation(Issued().concern, recommendation, Claim(), On("2024-02-01")).value();
  recommendation = VerifyRecommendation(record.concern, recommendation, Verify(kAccepted), On("2024-02-02")).value();
  EXPECT_THAT(WithdrawRecommendation(record, recommendation, Withdraw(), On("2024-02-03")).status(),
              Precondition("WRONG_STATE"));
}

// ---- Progress notes ----

TEST(ProgressNote, SaysWhoseWordItIs) {
  v1::AddProgressNoteRequest request;
  request.mutable_progress_note()->set_text("Training has begun.");
  request.mutable_progress_note()->add_evidence("forces/west-midlands/evidence/1");
  request.mutable_progress_note()->set_author("principals/someone-else");
  const auto note = AddProgressNote(Issued().recommendations[0], request, "n/1", /*by_force=*/true, On("2024-01-10"));
  EXPECT_EQ(note.status().code(), absl::StatusCode::kInvalidArgument) << "no name of this force";
  const std::string name = std::string(kRecommendationName) + "/progressNotes/1";
  const auto named = AddProgressNote(Issued().recommendations[0], request, name, /*by_force=*/true, On("2024-01-10"));
  ASSERT_TRUE(named.ok()) << named.status();
  EXPECT_EQ(named->name(), name);
  EXPECT_EQ(named->author(), "principals/hm-inspector") << "not what the request says";
  EXPECT_TRUE(named->by_force());
  EXPECT_THAT(named->evidence(), ElementsAre("forces/west-midlands/evidence/1"));
}

TEST(ProgressNote, OnWhatIsBeingDone) {
  v1::AddProgressNoteRequest request;
  request.mutable_progress_note()->set_text("x");
  const std::string name = std::string(kRecommendationName) + "/progressNotes/1";
  EXPECT_TRUE(AddProgressNote(Claimed(), request, name, false, On("2024-02-10")).ok());
  Record draft = Draft();
  Add(draft, Immediately());
  const auto status = AddProgressNote(draft.recommendations[0], request, name, false, On("2024-02-10")).status();
  EXPECT_THAT(status, Precondition("WRONG_STATE"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("IssueConcern"));
  const auto verified = VerifyRecommendation(Issued().concern, Claimed(), Verify(kAccepted), On("2024-02-10")).value();
  EXPECT_THAT(AddProgressNote(verified, request, name, false, On("2024-02-10")).status(), Precondition("WRONG_STATE"));
  request.mutable_progress_note()->add_evidence("forces/kent/evidence/1");
  EXPECT_THAT(ViolationsOf(AddProgressNote(Claimed(), request, name, false, On("2024-02-10")).status()),
              ElementsAre(Pair("progress_note.evidence[0]", HasSubstr("west-midlands"))));
}

// ---- Overdue ----

TEST(Overdue, FromTheDayAfter) {
  auto recommendation = Issued().recommendations[0];
  EXPECT_FALSE(IsOverdue(recommendation, absl::CivilDay(2024, 2, 24)));
  EXPECT_TRUE(IsOverdue(recommendation, absl::CivilDay(2024, 2, 25)));
  EXPECT_TRUE(IsOverdue(Claimed(), absl::CivilDay(2024, 2, 25)));
  recommendation =
      ExtendRecommendation(Issued().concern, recommendation, Until("2024-05-31"), On("2024-02-20")).value();
  EXPECT_FALSE(IsOverdue(recommendation, absl::CivilDay(2024, 2, 25)));
  for (const auto state : {v1::RECOMMENDATION_STATE_DRAFT, v1::RECOMMENDATION_STATE_VERIFIED,
                           v1::RECOMMENDATION_STATE_WITHDRAWN, v1::RECOMMENDATION_STATE_SUPERSEDED}) {
    recommendation.set_state(state);
    EXPECT_FALSE(IsOverdue(recommendation, absl::CivilDay(2030, 1, 1))) << state;
  }
}

// ---- Working days ----

TEST(WorkingDays, ARecommendationIsDueByThem) {
  Record record = Draft();
  Add(record, Within(20, common::v1::DUE_UNIT_WORKING_DAYS));
  const auto issued = Issue(record, {}, On("2023-12-04"));
  ASSERT_TRUE(issued.ok()) << issued.status();
  // Over Christmas, Boxing Day and New Year's Day.
  EXPECT_EQ(FormatIso(issued->recommendations[0].due_date()), "2024-01-04");
}

TEST(WorkingDays, NotBeyondTheYearsKnown) {
  Record record = Draft();
  Add(record, Within(3000, common::v1::DUE_UNIT_WORKING_DAYS));
  const auto status = Issue(record, {}, On("2023-12-04")).status();
  EXPECT_THAT(status, Precondition("BANK_HOLIDAYS_UNKNOWN"));
  EXPECT_EQ(ErrorMetadata(status, "last_year"), "2030");
}

}  // namespace
}  // namespace oversight::concerns
