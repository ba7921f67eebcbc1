// The rules of revisits: the table, every command, every refusal.
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/message_differencer.h"
#include "tests/concerns/revisit_support.h"

namespace oversight::concerns {
namespace {

using google::protobuf::util::MessageDifferencer;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

const char kFirst[] = "forces/west-midlands/concerns/1/recommendations/1";

absl::Status Anyone(const std::string&) { return absl::OkStatus(); }

// A revisit in every state.
std::vector<v1::Revisit> InEveryState() {
  return {Planned(), CarriedOut(), WithFindings(), Sent(), Published(), Cancelled()};
}

// Uses a verb with arguments that are fit in that state, correction and all.
absl::Status Use(const std::string& verb, const v1::Revisit& revisit) {
  const Acting acting = On("2025-05-01");
  const std::string correction = PutsRight(verb, revisit) ? "A slip." : "";
  if (verb == "UpdateRevisit") {
    v1::UpdateRevisitRequest request;
    request.mutable_revisit()->set_purpose("Progress.");
    return UpdateRevisit(revisit, request).status();
  }
  if (verb == "CarryOutRevisit") {
    auto request = CarryOutRequest();
    request.set_correction(correction);
    return CarryOutRevisit({Issued().concern}, revisit, request, acting).status();
  }
  if (verb == "RecordFindings") {
    auto request = FindingsRequest();
    request.set_correction(correction);
    return RecordFindings({Issued()}, revisit, request, acting).status();
  }
  if (verb == "RecordLetter") {
    auto request = LetterRequest();
    request.set_correction(correction);
    return RecordLetter(revisit, request, acting).status();
  }
  if (verb == "PublishLetter") {
    auto request = PublishRequest();
    request.set_correction(correction);
    return PublishLetter(revisit, request, acting).status();
  }
  if (verb == "CancelRevisit") {
    v1::CancelRevisitRequest request;
    request.set_reason("Why.");
    return CancelRevisit(revisit, request, acting).status();
  }
  return Require(verb, revisit);
}

// ---- The table ----

TEST(RevisitLifecycle, WhatIsSaidToBeAllowedIsWhatACallThenMeets) {
  const std::map<std::string, std::set<std::string>> expected = {
      {"PLANNED", {"UpdateRevisit", "CarryOutRevisit", "CancelRevisit"}},
      {"CARRIED_OUT", {"CarryOutRevisit", "RecordFindings", "CancelRevisit"}},
      {"FINDINGS_RECORDED", {"RecordFindings", "DraftLetter", "RecordLetter", "CancelRevisit"}},
      {"LETTER_SENT", {"DraftLetter", "RecordLetter", "PublishLetter"}},
      {"LETTER_PUBLISHED", {"DraftLetter", "PublishLetter"}},
      {"CANCELLED", {}}};
  std::set<std::string> states;
  for (const auto& revisit : InEveryState()) {
    const std::string state = StateWord(revisit.state());
    states.insert(state);
    std::set<std::string> allowed;
    for (const auto& action : AllowedActions(revisit, Anyone)) {
      const absl::Status met = Use(action.verb(), revisit);
      EXPECT_EQ(met.ok(), action.allowed()) << action.verb() << " in " << state << ": " << met;
      EXPECT_EQ(ReasonOf(met), action.reason());
      EXPECT_EQ(met.message(), action.message());
      if (action.allowed()) allowed.insert(action.verb());
    }
    EXPECT_EQ(allowed, expected.at(state)) << state;
  }
  EXPECT_EQ(states.size(), expected.size());
}

TEST(RevisitLifecycle, LooksAtTheRoleBeforeTheState) {
  const auto actions = AllowedActions(Cancelled(), [](const std::string& verb) -> absl::Status {
    return Error(absl::StatusCode::kPermissionDenied, common::v1::ERROR_REASON_ROLE_NOT_ALLOWED, "Not you: " + verb);
  });
  EXPECT_EQ(actions.size(), 7u);
  for (const auto& action : actions) EXPECT_EQ(action.reason(), "ROLE_NOT_ALLOWED");
}

TEST(RevisitLifecycle, ARefusalNamesTheStateTheRuleAndWhatToDo) {
  const absl::Status status = Use("RecordLetter", CarriedOut());
  EXPECT_THAT(status, Precondition("WRONG_STATE"));
  EXPECT_EQ(status.message(),
            "forces/west-midlands/revisits/1 is CARRIED_OUT; RecordLetter needs FINDINGS_RECORDED or LETTER_SENT. "
            "Record first what was found (RecordFindings).");
  EXPECT_EQ(ErrorMetadata(status, "state"), "CARRIED_OUT");
  EXPECT_THAT(std::string(Use("UpdateRevisit", Cancelled()).message()), HasSubstr("nothing reopens"));
}

TEST(RevisitLifecycle, IsKnownOutsideFromTheLetterOn) {
  for (const auto& revisit : InEveryState()) {
    EXPECT_EQ(WasSent(revisit), revisit.state() == v1::REVISIT_STATE_LETTER_SENT ||
                                    revisit.state() == v1::REVISIT_STATE_LETTER_PUBLISHED);
    EXPECT_EQ(IsFirstSent(revisit), revisit.state() == v1::REVISIT_STATE_LETTER_SENT);
  }
  auto again = LetterRequest("2025-04-03");
  again.set_correction("It went out a day earlier.");
  const auto corrected = RecordLetter(Sent(), again, On("2025-04-11")).value();
  EXPECT_TRUE(WasSent(corrected));
  EXPECT_FALSE(IsFirstSent(corrected)) << "outsiders know of it already";
}

// ---- Plans ----

TEST(PlanRevisit, KeepsPartialDatesAsTheyAre) {
  const v1::Revisit revisit = Planned();
  EXPECT_EQ(revisit.name(), kRevisitName);
  EXPECT_EQ(revisit.state(), v1::REVISIT_STATE_PLANNED);
  EXPECT_EQ(FormatIso(revisit.planned_from_date()), "2025-01");
  EXPECT_FALSE(revisit.has_planned_to_date());
}

TEST(PlanRevisit, IgnoresWhatOnlyTheServiceSets) {
  auto request = PlanRequest();
  auto& revisit = *request.mutable_revisit();
  revisit.set_state(v1::REVISIT_STATE_LETTER_SENT);
  revisit.set_etag("\"9\"");
  revisit.set_outcome("Done.");
  *revisit.add_findings() = Finding(kConcernName);
  revisit.mutable_letter()->mutable_sender()->set_display_name("Someone");
  EXPECT_TRUE(MessageDifferencer::Equals(PlanRevisit(request, kRevisitName).value(), Planned()));
}

TEST(PlanRevisit, RefusesContradictionsAllAtOnce) {
  auto request = PlanRequest();
  request.mutable_revisit()->add_concerns("forces/kent/concerns/1");
  request.mutable_revisit()->add_concerns(kConcernName);
  *request.mutable_revisit()->mutable_planned_to_date() = Date("December 2024");
  EXPECT_THAT(FieldsOf(PlanRevisit(request, kRevisitName).status()),
              ElementsAre("revisit.concerns[1]", "revisit.concerns[2]", "revisit.planned_to_date"));
  // What may be in order is taken.
  request = PlanRequest();
  *request.mutable_revisit()->mutable_planned_to_date() = Date("early 2025");
  EXPECT_TRUE(PlanRevisit(request, kRevisitName).ok());
}

TEST(PlanRevisit, TakesConcernsThatWereIssuedWhateverBecameOfThem) {
  const Record issued = Issued();
  v1::WithdrawConcernRequest withdraw;
  withdraw.set_reason("Why.");
  const Record withdrawn = WithdrawConcern(issued, withdraw, On("2024-06-01")).value();
  EXPECT_TRUE(CheckPlannedConcerns({issued.concern, withdrawn.concern}).ok());

  const absl::Status draft = CheckPlannedConcerns({issued.concern, Draft().concern});
  EXPECT_THAT(draft, Precondition("LINK_DOES_NOT_FIT"));
  EXPECT_EQ(ErrorMetadata(draft, "field"), "revisit.concerns");
  EXPECT_THAT(std::string(draft.message()), HasSubstr("is DRAFT and was never issued"));
  EXPECT_THAT(std::string(draft.message()), HasSubstr("IssueConcern"));
  const Record never = WithdrawConcern(Draft(), withdraw, On("2023-11-21")).value();
  EXPECT_THAT(CheckPlannedConcerns({never.concern}), Precondition("LINK_DOES_NOT_FIT"));
}

TEST(UpdateRevisit, ChangesThePlanAndNothingElse) {
  v1::UpdateRevisitRequest request;
  *request.mutable_revisit()->mutable_planned_to_date() = Date("2025-02-07");
  request.mutable_revisit()->set_outcome("Ignored.");
  const auto changed = UpdateRevisit(Planned(), request).value();
  EXPECT_EQ(FormatIso(changed.planned_to_date()), "2025-02-07");
  EXPECT_EQ(FormatIso(changed.planned_from_date()), "2025-01");
  EXPECT_EQ(changed.outcome(), "");
  *request.mutable_revisit()->mutable_planned_to_date() = Date("2024-12-31");
  EXPECT_THAT(FieldsOf(UpdateRevisit(Planned(), request).status()), ElementsAre("revisit.planned_to_date"));
  request.mutable_update_mask()->add_paths("no_such_field");
  EXPECT_THAT(FieldsOf(UpdateRevisit(Planned(), request).status()), ElementsAre("update_mask"));
}

// ---- Carrying out ----

absl::StatusOr<v1::Revisit> CarryOut(const std::string& from, const std::string& to,
                                     const std::string& today = "2025-02-10") {
  return CarryOutRevisit({Issued().concern}, Planned(), CarryOutRequest(from, to), On(today));
}

TEST(CarryOutRevisit, RecordsDatesAndMethods) {
  const v1::Revisit revisit = CarriedOut();
  EXPECT_EQ(revisit.state(), v1::REVISIT_STATE_CARRIED_OUT);
  EXPECT_EQ(FormatIso(revisit.from_date()), "2025-01-27");
  EXPECT_EQ(FormatIso(revisit.to_date()), "2025-02-07");
  EXPECT_THAT(revisit.methods(), ElementsAre(v1::REVISIT_METHOD_INTERVIEWS, v1::REVISIT_METHOD_DOCUMENTS));
  EXPECT_EQ(FormatIso(CarryOut("2025-01-27", "").value().to_date()), "2025-01-27") << "a visit of one day";
}

TEST(CarryOutRevisit, RefusesToEndBeforeItBegins) {
  EXPECT_THAT(FieldsOf(CarryOut("2025-02-07", "2025-01-27").status()), ElementsAre("to_date"));
  EXPECT_THAT(FieldsOf(CarryOut("February 2025", "January 2025").status()), ElementsAre("to_date"));
  // May be in order.
  EXPECT_TRUE(CarryOut("2025-01-27", "January 2025").ok());
  EXPECT_TRUE(CarryOut("January 2025", "early 2025").ok());
}

TEST(CarryOutRevisit, RefusesTheFuture) {
  EXPECT_TRUE(CarryOut("2025-02-10", "2025-02-10").ok()) << "today";
  const absl::Status tomorrow = CarryOut("2025-02-10", "2025-02-11").status();
  EXPECT_THAT(tomorrow, Precondition("DATES_CONTRADICT"));
  EXPECT_EQ(ErrorMetadata(tomorrow, "to_date"), "2025-02-11");
  EXPECT_EQ(ErrorMetadata(tomorrow, "today"), "2025-02-10");
  EXPECT_THAT(std::string(tomorrow.message()), HasSubstr("still to come"));
  const absl::Status from = CarryOut("2025-02-11", "2025").status();
  EXPECT_THAT(from, Precondition("DATES_CONTRADICT"));
  EXPECT_EQ(ErrorMetadata(from, "from_date"), "2025-02-11");
  EXPECT_THAT(CarryOut("March 2025", "").status(), Precondition("DATES_CONTRADICT"));
  EXPECT_TRUE(CarryOut("February 2025", "").ok()) << "may have been by today";
}

TEST(CarryOutRevisit, RefusesToEndBeforeAConcernWasIssued) {
  const absl::Status early = CarryOut("2023-11-20", "2023-11-23").status();
  EXPECT_THAT(early, Precondition("DATES_CONTRADICT"));
  EXPECT_EQ(ErrorMetadata(early, "issue_date"), "2023-11-24");
  EXPECT_THAT(std::string(early.message()), HasSubstr(kConcernName));
  EXPECT_TRUE(CarryOut("2023-11-20", "2023-11-24").ok());
  EXPECT_TRUE(CarryOut("November 2023", "").ok());
}

TEST(CarryOutRevisit, RefusesMethodsThatSayNothing) {
  auto request = CarryOutRequest("2025-02-07", "2025-01-27");
  request.add_methods(v1::REVISIT_METHOD_INTERVIEWS);
  request.add_methods(v1::REVISIT_METHOD_OTHER);
  request.set_correction("None is due.");
  EXPECT_THAT(FieldsOf(CarryOutRevisit({Issued().concern}, Planned(), request, On("2025-02-10")).status()),
              ElementsAre("methods[2]", "method_notes", "to_date", "correction"));
}

TEST(CarryOutRevisit, IsPutRightWithAReason) {
  auto request = CarryOutRequest("2025-01-28", "2025-02-07");
  EXPECT_THAT(FieldsOf(CarryOutRevisit({Issued().concern}, CarriedOut(), request, On("2025-02-10")).status()),
              ElementsAre("correction"));
  request.set_correction("It began a day later.");
  const auto revisit = CarryOutRevisit({Issued().concern}, CarriedOut(), request, On("2025-02-10")).value();
  EXPECT_EQ(FormatIso(revisit.from_date()), "2025-01-28");
  EXPECT_EQ(revisit.correction(), "It began a day later.");
  EXPECT_EQ(RecordFindings({Issued()}, revisit, FindingsRequest(), On("2025-03-01"))->correction(), "");
}

// ---- Findings ----

absl::StatusOr<v1::Revisit> Find(const v1::RecordFindingsRequest& request, const v1::Revisit& revisit = CarriedOut(),
                                 const Record& record = Issued()) {
  return RecordFindings({record}, revisit, request, On("2025-03-01"));
}

TEST(RecordFindings, KeepsThemAndClosesNothing) {
  const v1::Revisit revisit = WithFindings();
  EXPECT_EQ(revisit.state(), v1::REVISIT_STATE_FINDINGS_RECORDED);
  ASSERT_EQ(revisit.findings_size(), 2);
  EXPECT_EQ(revisit.findings(1).subject(), kFirst);
  EXPECT_EQ(revisit.outcome(), "The force has more to do.");
  EXPECT_FALSE(revisit.has_feedback_date());
}

TEST(RecordFindings, RefusesWhatIsNotOfTheRevisitOrTwice) {
  auto request = FindingsRequest();
  *request.add_findings() = Finding("forces/west-midlands/concerns/2");
  *request.add_findings() = Finding("forces/west-midlands/concerns/2/recommendations/1");
  *request.add_findings() = Finding("forces/kent/concerns/1");
  *request.add_findings() = Finding(kFirst);
  request.add_findings()->set_subject(kConcernName);
  request.mutable_findings(6)->set_level(v1::REVISIT_FINDING_LEVEL_COMPLETE);
  const absl::Status status = Find(request).status();
  EXPECT_THAT(FieldsOf(status), ElementsAre("findings[2].subject", "findings[3].subject", "findings[4].subject",
                                            "findings[5].subject", "findings[6].subject", "findings[6].text"));
  EXPECT_THAT(ViolationsOf(status)[0].second, HasSubstr(kConcernName)) << "what would do";
}

TEST(RecordFindings, NeedsOneForEveryConcernAndWordsUnlessNotAssessed) {
  v1::RecordFindingsRequest request = FindingsRequest();
  request.mutable_findings()->DeleteSubrange(0, 1);
  const absl::Status status = Find(request).status();
  EXPECT_THAT(FieldsOf(status), ElementsAre("findings"));
  EXPECT_THAT(ViolationsOf(status)[0].second, HasSubstr("NOT_ASSESSED"));
  auto& finding = *request.add_findings();
  finding = Finding(kConcernName, v1::REVISIT_FINDING_LEVEL_NOT_ASSESSED);
  finding.clear_text();
  EXPECT_TRUE(Find(request).ok());
  finding.set_level(v1::REVISIT_FINDING_LEVEL_NO_PROGRESS);
  EXPECT_THAT(FieldsOf(Find(request).status()), ElementsAre("findings[1].text"));
}

TEST(RecordFindings, RefusesARecommendationThatIsNotThereOrWasNeverIssued) {
  auto request = FindingsRequest();
  *request.add_findings() = Finding(std::string(kConcernName) + "/recommendations/7");
  absl::Status status = Find(request).status();
  EXPECT_THAT(status, Refused(absl::StatusCode::kNotFound, "LINK_NOT_FOUND"));
  EXPECT_EQ(ErrorMetadata(status, "field"), "findings[2].subject");

  // Withdrawn while its concern was a draft.
  Record record = Draft();
  Add(record, Within(3, common::v1::DUE_UNIT_MONTHS));
  Add(record, Immediately());
  v1::WithdrawRecommendationRequest withdraw;
  withdraw.set_reason("Overtaken.");
  record.recommendations[1] =
      WithdrawRecommendation(record, record.recommendations[1], withdraw, On("2023-11-21")).value();
  record = Issue(record, {}, On("2023-11-24")).value();
  request.mutable_findings(2)->set_subject(std::string(kConcernName) + "/recommendations/2");
  status = Find(request, CarriedOut(), record).status();
  EXPECT_THAT(status, Precondition("LINK_DOES_NOT_FIT"));
  EXPECT_EQ(ErrorMetadata(status, "name"), std::string(kConcernName) + "/recommendations/2");
}

TEST(RecordFindings, HaveTextsThatCanBeReadTogether) {
  Record record = Draft();
  v1::RecordFindingsRequest request = FindingsRequest();
  request.clear_findings();
  *request.add_findings() = Finding(kConcernName);
  for (int i = 1; i <= 70; ++i) {
    Add(record, Immediately());
    *request.add_findings() = Finding(absl::StrCat(kConcernName, "/recommendations/", i));
    request.mutable_findings(i)->set_text(std::string(16000, 'x'));
  }
  record = Issue(record, {}, On("2023-11-24")).value();
  EXPECT_THAT(FieldsOf(Find(request, CarriedOut(), record).status()), ElementsAre("findings"));
  request.mutable_findings()->RemoveLast();
  for (int i = 61; i < request.findings_size(); ++i) request.mutable_findings(i)->set_text("Short.");
  EXPECT_TRUE(Find(request, CarriedOut(), record).ok());
}

TEST(RecordFindings, WereFirstToldBetweenTheVisitAndToday) {
  auto request = FindingsRequest();
  *request.mutable_feedback_date() = Date("2025-02-10");
  EXPECT_EQ(FormatIso(Find(request)->feedback_date()), "2025-02-10");
  *request.mutable_feedback_date() = Date("January 2025");
  EXPECT_TRUE(Find(request).ok()) << "may have been after it began";
  *request.mutable_feedback_date() = Date("2025-01-26");
  absl::Status status = Find(request).status();
  EXPECT_THAT(status, Precondition("DATES_CONTRADICT"));
  EXPECT_EQ(ErrorMetadata(status, "from_date"), "2025-01-27");
  *request.mutable_feedback_date() = Date("2025-03-02");
  status = Find(request).status();
  EXPECT_THAT(status, Precondition("DATES_CONTRADICT"));
  EXPECT_EQ(ErrorMetadata(status, "today"), "2025-03-01");
}

TEST(RecordFindings, ArePutRightWithAReasonAndReplacedWhole) {
  auto request = FindingsRequest();
  request.mutable_findings()->RemoveLast();
  EXPECT_THAT(FieldsOf(Find(request, WithFindings()).status()), ElementsAre("correction"));
  request.set_correction("Fact-checked with the force.");
  EXPECT_EQ(Find(request, WithFindings())->findings_size(), 1);
  EXPECT_THAT(FieldsOf(Find(request).status()), ElementsAre("correction")) << "nothing to put right yet";
}

// ---- The letter ----

absl::StatusOr<v1::Revisit> Send(const v1::RecordLetterRequest& request, const v1::Revisit& revisit = WithFindings()) {
  return RecordLetter(revisit, request, On("2025-04-04"));
}

TEST(RecordLetter, IsSentTodayUnlessGiven) {
  const auto revisit = Send(LetterRequest("")).value();
  EXPECT_EQ(revisit.state(), v1::REVISIT_STATE_LETTER_SENT);
  EXPECT_EQ(FormatIso(revisit.letter().sent_date()), "2025-04-04");
  EXPECT_EQ(revisit.letter().cc(0).display_name(), "Police and Crime Commissioner");
  EXPECT_FALSE(revisit.letter().has_published());
}

TEST(RecordLetter, IsNotSentBeforeTheVisitBeganOrInTheFuture) {
  EXPECT_TRUE(Send(LetterRequest("2025-01-27")).ok());
  EXPECT_TRUE(Send(LetterRequest("January 2025")).ok());
  absl::Status status = Send(LetterRequest("2025-01-26")).status();
  EXPECT_THAT(status, Precondition("DATES_CONTRADICT"));
  EXPECT_EQ(ErrorMetadata(status, "letter.sent_date"), "2025-01-26");
  EXPECT_EQ(ErrorMetadata(status, "from_date"), "2025-01-27");
  EXPECT_THAT(Send(LetterRequest("December 2024")).status(), Precondition("DATES_CONTRADICT"));
  status = Send(LetterRequest("2025-04-05")).status();
  EXPECT_THAT(status, Precondition("DATES_CONTRADICT"));
  EXPECT_EQ(ErrorMetadata(status, "today"), "2025-04-04");
}

TEST(RecordLetter, NamesOfficeHoldersOfTheForce) {
  auto request = LetterRequest();
  auto& letter = *request.mutable_letter();
  letter.mutable_sender()->set_office_holder("forces/west-midlands/officeHolders/2");
  letter.mutable_addressee()->set_office_holder("forces/west-midlands/officeHolders/1");
  EXPECT_TRUE(Send(request).ok());
  letter.mutable_sender()->set_office_holder("forces/kent/officeHolders/2");
  letter.mutable_addressee()->set_office_holder("forces/kent/officeHolders/1");
  letter.mutable_cc(0)->set_office_holder("forces/kent/officeHolders/3");
  EXPECT_THAT(
      FieldsOf(Send(request).status()),
      ElementsAre("letter.sender.office_holder", "letter.addressee.office_holder", "letter.cc[0].office_holder"));
}

TEST(RecordLetter, DoesNotPublish) {
  auto request = LetterRequest();
  *request.mutable_letter()->mutable_published() = PublishRequest().published();
  EXPECT_FALSE(Send(request)->letter().has_published());
}

TEST(RecordLetter, IsPutRightWithAReason) {
  auto request = LetterRequest("2025-04-03");
  EXPECT_THAT(FieldsOf(Send(request, Sent()).status()), ElementsAre("correction"));
  request.set_correction("It went out a day earlier.");
  EXPECT_EQ(FormatIso(Send(request, Sent())->letter().sent_date()), "2025-04-03");
  EXPECT_THAT(FieldsOf(Send(request).status()), ElementsAre("correction"));
}

absl::StatusOr<v1::Revisit> Publish(const v1::PublishLetterRequest& request, const v1::Revisit& revisit = Sent()) {
  return PublishLetter(revisit, request, On("2025-04-10"));
}

TEST(PublishLetter, IsADayOfItsOwn) {
  const v1::Revisit revisit = Published();
  EXPECT_EQ(revisit.state(), v1::REVISIT_STATE_LETTER_PUBLISHED);
  EXPECT_EQ(FormatIso(revisit.letter().sent_date()), "2025-04-04");
  EXPECT_EQ(FormatIso(revisit.letter().published().date()), "2025-04-10");
  EXPECT_EQ(FormatIso(Publish(PublishRequest(""))->letter().published().date()), "2025-04-10") << "today";
}

TEST(PublishLetter, IsNotBeforeItWasSentOrInTheFuture) {
  EXPECT_TRUE(Publish(PublishRequest("2025-04-04")).ok());
  EXPECT_TRUE(Publish(PublishRequest("April 2025")).ok());
  absl::Status status = Publish(PublishRequest("2025-04-03")).status();
  EXPECT_THAT(status, Precondition("DATES_CONTRADICT"));
  EXPECT_EQ(ErrorMetadata(status, "sent_date"), "2025-04-04");
  EXPECT_THAT(Publish(PublishRequest("March 2025")).status(), Precondition("DATES_CONTRADICT"));
  status = Publish(PublishRequest("2025-04-11")).status();
  EXPECT_THAT(status, Precondition("DATES_CONTRADICT"));
  EXPECT_EQ(ErrorMetadata(status, "today"), "2025-04-10");
}

TEST(PublishLetter, NeedsAnAddressThatCanBeFollowed) {
  for (const char* address : {"letter.pdf", "https://", "ftp://example.org/letter", " https://example.org"}) {
    auto request = PublishRequest();
    request.mutable_published()->set_address(address);
    EXPECT_THAT(FieldsOf(Publish(request).status()), ElementsAre("published.address")) << address;
  }
  auto request = PublishRequest();
  request.mutable_published()->set_address("http://example.org");
  EXPECT_TRUE(Publish(request).ok());
}

TEST(PublishLetter, IsPutRightWithAReason) {
  auto request = PublishRequest("2025-04-09");
  EXPECT_THAT(FieldsOf(Publish(request, Published()).status()), ElementsAre("correction"));
  request.set_correction("It was out the day before.");
  EXPECT_EQ(FormatIso(Publish(request, Published())->letter().published().date()), "2025-04-09");
  EXPECT_THAT(FieldsOf(Publish(request).status()), ElementsAre("correction"));
}

TEST(CancelRevisit, SaysWhyAndWho) {
  const v1::Revisit revisit = Cancelled();
  EXPECT_EQ(revisit.state(), v1::REVISIT_STATE_CANCELLED);
  EXPECT_EQ(revisit.cancellation().reason(), "Called off.");
  EXPECT_EQ(revisit.cancellation().canceller(), "principals/hm-inspector");
  EXPECT_TRUE(revisit.cancellation().has_cancel_time());
}

}  // namespace
}  // namespace oversight::concerns
