// RevisitsService as its clients meet it: the story, access, what is told outside, lists, history, the letter.
#include <map>

#include "google/protobuf/util/message_differencer.h"
#include "tests/concerns/revisits_fixture.h"
#include "tests/support/golden.h"

namespace oversight::concerns {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

auto Invalid() { return FailsWith(absl::StatusCode::kInvalidArgument, "INVALID_FIELDS"); }
auto NotThere() { return FailsWith(absl::StatusCode::kNotFound, "RESOURCE_NOT_FOUND"); }
auto WrongState() { return FailsWith(absl::StatusCode::kFailedPrecondition, "WRONG_STATE"); }
auto DatesContradict() { return FailsWith(absl::StatusCode::kFailedPrecondition, "DATES_CONTRADICT"); }
auto NoLink() { return FailsWith(absl::StatusCode::kNotFound, "LINK_NOT_FOUND"); }
auto NoFit() { return FailsWith(absl::StatusCode::kFailedPrecondition, "LINK_DOES_NOT_FIT"); }

class RevisitsServiceTest : public RevisitsFixture {
 protected:
  static v1::UpdateRevisitRequest UpdateRequest(const std::string& revisit) {
    v1::UpdateRevisitRequest request;
    request.mutable_revisit()->set_name(revisit);
    *request.mutable_revisit()->mutable_planned_to_date() = Date("2023-11-30");
    return request;
  }
  static v1::DraftLetterRequest DraftRequest(const std::string& revisit) {
    v1::DraftLetterRequest request;
    request.set_name(revisit);
    return request;
  }

  // Every write on the revisit, refused alike.
  template <class Matcher>
  void EveryWriteIsRefused(const std::string& revisit, const std::string& concern, Matcher matcher,
                           const std::string& principal, const std::string& etag = "") {
    auto update = UpdateRequest(revisit);
    update.mutable_revisit()->set_etag(etag);
    (void)Refusal(&Revisits::UpdateRevisit, update, matcher, principal);
    const auto refuse = [&](auto method, auto request) {
      request.set_etag(etag);
      (void)Refusal(method, request, matcher, principal);
    };
    refuse(&Revisits::CarryOutRevisit, CarryOutRequest(revisit));
    refuse(&Revisits::RecordFindings, FindingsRequest(revisit, {concern}));
    refuse(&Revisits::RecordLetter, LetterRequest(revisit));
    refuse(&Revisits::PublishLetter, PublishRequest(revisit));
    refuse(&Revisits::CancelRevisit, CancelRequest(revisit));
  }

  std::vector<std::string> Verbs(const std::string& revisit, const std::string& principal = "liaison-lead") {
    v1::ListRevisitVersionsRequest request;
    request.set_name(revisit);
    std::vector<std::string> verbs;
    const auto answer = Must(Call(&Revisits::ListRevisitVersions, request, principal));
    for (const auto& version : answer.versions()) {
      verbs.push_back(version.change().verb());
    }
    return verbs;
  }
};

// ---- The story ----

TEST_F(RevisitsServiceTest, FromPlanToPublishedLetter) {
  const std::string concern = IssuedConcern();
  const auto planned = Must(Call(&Revisits::PlanRevisit, PlanRequest({concern}))).revisit();
  EXPECT_EQ(planned.name(), "forces/west-midlands/revisits/1");
  EXPECT_EQ(planned.state(), v1::REVISIT_STATE_PLANNED);
  EXPECT_FALSE(planned.etag().empty());

  const auto moved = Must(Call(&Revisits::UpdateRevisit, UpdateRequest(planned.name()))).revisit();
  EXPECT_EQ(FormatIso(moved.planned_to_date()), "2023-11-30");
  EXPECT_EQ(moved.purpose(), planned.purpose());
  const int64_t head = Head();
  EXPECT_EQ(Must(Call(&Revisits::UpdateRevisit, UpdateRequest(planned.name()))).revisit().etag(), moved.etag());
  EXPECT_EQ(Head(), head) << "what is as it was is not stored again";

  EXPECT_EQ(Must(Call(&Revisits::CarryOutRevisit, CarryOutRequest(planned.name()), "hm-inspector")).revisit().state(),
            v1::REVISIT_STATE_CARRIED_OUT);
  auto findings = FindingsRequest(planned.name(), {concern, concern + "/recommendations/1"});
  *findings.mutable_feedback_date() = Date("2023-11-13");
  EXPECT_EQ(Must(Call(&Revisits::RecordFindings, findings)).revisit().state(), v1::REVISIT_STATE_FINDINGS_RECORDED);
  const auto sent = Must(Call(&Revisits::RecordLetter, LetterRequest(planned.name()), "hm-inspector")).revisit();
  EXPECT_EQ(sent.state(), v1::REVISIT_STATE_LETTER_SENT);
  EXPECT_FALSE(sent.letter().has_published());
  const auto published = Must(Call(&Revisits::PublishLetter, PublishRequest(planned.name()))).revisit();
  EXPECT_EQ(published.state(), v1::REVISIT_STATE_LETTER_PUBLISHED);
  testing::ExpectGolden("revisit.json", published);

  // It closed nothing.
  EXPECT_EQ(Must(Get(concern)).concern().state(), v1::CONCERN_STATE_ISSUED);
  v1::GetRecommendationRequest recommendation;
  recommendation.set_name(concern + "/recommendations/1");
  EXPECT_EQ(Must(Call(&Stub::GetRecommendation, recommendation)).recommendation().state(),
            v1::RECOMMENDATION_STATE_OPEN);

  EXPECT_THAT(Verbs(planned.name()), ElementsAre("PublishLetter", "RecordLetter", "RecordFindings", "CarryOutRevisit",
                                                 "UpdateRevisit", "PlanRevisit"));
}

TEST_F(RevisitsServiceTest, VerifyAndDischargeMayNameIt) {
  const std::string concern = IssuedConcern(), recommendation = concern + "/recommendations/1";
  const std::string revisit = SentRevisit(concern);
  v1::ClaimRecommendationRequest claim;
  claim.set_name(recommendation);
  claim.set_statement("Done.");
  Must(Call(&Stub::ClaimRecommendation, claim, kOfficer));
  v1::VerifyRecommendationRequest verify;
  verify.set_name(recommendation);
  verify.set_outcome(v1::VERIFICATION_OUTCOME_ACCEPTED);
  verify.set_rationale("Seen at the revisit.");
  verify.set_revisit("forces/west-midlands/revisits/9");
  (void)Refusal(&Stub::VerifyRecommendation, verify, NoLink());
  verify.set_revisit(revisit);
  EXPECT_EQ(Must(Call(&Stub::VerifyRecommendation, verify)).recommendation().verification().revisit(), revisit);
  v1::DischargeConcernRequest discharge;
  discharge.set_name(concern);
  discharge.set_reason("Sustained.");
  discharge.set_revisit(revisit);
  EXPECT_EQ(Must(Call(&Stub::DischargeConcern, discharge)).concern().closure().revisit(), revisit);
  // A later revisit may still look at it.
  EXPECT_EQ(Plan({concern}), "forces/west-midlands/revisits/2");
}

TEST_F(RevisitsServiceTest, ACorrectionIsAnActWithAReason) {
  const std::string concern = IssuedConcern();
  const std::string revisit = SentRevisit(concern);
  auto letter = LetterRequest(revisit);
  *letter.mutable_letter()->mutable_sent_date() = Date("2023-11-21");
  EXPECT_THAT(FieldsOf(Refusal(&Revisits::RecordLetter, letter, Invalid())), ElementsAre("correction"));
  letter.set_correction("It was posted a day later.");
  const auto corrected = Must(Call(&Revisits::RecordLetter, letter)).revisit();
  EXPECT_EQ(FormatIso(corrected.letter().sent_date()), "2023-11-21");
  EXPECT_EQ(corrected.state(), v1::REVISIT_STATE_LETTER_SENT);
  v1::ListRevisitVersionsRequest request;
  request.set_name(revisit);
  const auto versions = Must(Call(&Revisits::ListRevisitVersions, request));
  EXPECT_EQ(versions.versions(0).change().reason(), "It was posted a day later.");
  EXPECT_EQ(FormatIso(versions.versions(1).revisit().letter().sent_date()), "2023-11-20") << "what was there stays";
}

TEST_F(RevisitsServiceTest, CancellingKeepsTheNumber) {
  const std::string concern = IssuedConcern();
  const std::string revisit = Plan({concern});
  const auto cancelled = Must(Call(&Revisits::CancelRevisit, CancelRequest(revisit))).revisit();
  EXPECT_EQ(cancelled.state(), v1::REVISIT_STATE_CANCELLED);
  EXPECT_EQ(cancelled.cancellation().canceller(), "principals/liaison-lead");
  EXPECT_EQ(Plan({concern}), "forces/west-midlands/revisits/2");
  server_->Restart();
  EXPECT_EQ(Plan({concern}), "forces/west-midlands/revisits/3");
}

TEST_F(RevisitsServiceTest, ARepeatedRequestGetsTheFirstAnswer) {
  auto request = PlanRequest({IssuedConcern()});
  request.set_request_id("plan");
  const auto first = Must(Call(&Revisits::PlanRevisit, request));
  const int64_t head = Head();
  const auto again = Must(Call(&Revisits::PlanRevisit, request));
  EXPECT_TRUE(again.header().replayed());
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(first.revisit(), again.revisit()));
  EXPECT_EQ(Head(), head);
}

// ---- Lists ----

TEST_F(RevisitsServiceTest, ListsByForceStateAndConcern) {
  const std::string first = IssuedConcern(), second = IssuedConcern(), kent = IssuedConcern("forces/kent");
  const std::string both = Plan({first, second}), one = SentRevisit(second), other = Plan({kent}, "forces/kent");
  EXPECT_THAT(ListRevisits("forces/-"), ElementsAre(other, both, one));
  EXPECT_THAT(ListRevisits(kForce), ElementsAre(both, one));
  EXPECT_THAT(ListRevisits(kForce, "gateway", [&](auto& q) { q.set_concern(first); }), ElementsAre(both));
  EXPECT_THAT(ListRevisits("forces/-", "gateway", [&](auto& q) { q.set_concern(second); }), ElementsAre(both, one));
  EXPECT_THAT(ListRevisits("forces/kent", "gateway", [&](auto& q) { q.set_concern(second); }), IsEmpty());
  EXPECT_THAT(ListRevisits("forces/-", "gateway", [](auto& q) { q.add_states(v1::REVISIT_STATE_LETTER_SENT); }),
              ElementsAre(one));
  EXPECT_THAT(ListRevisits(kForce, "gateway",
                           [](auto& q) {
                             q.add_states(v1::REVISIT_STATE_LETTER_SENT);
                             q.add_states(v1::REVISIT_STATE_PLANNED);
                           }),
              ElementsAre(both, one));
  v1::ListRevisitsRequest unknown;
  unknown.set_parent("forces/atlantis");
  (void)Refusal(&Revisits::ListRevisits, unknown, FailsWith(absl::StatusCode::kNotFound, "FORCE_NOT_FOUND"));
}

TEST_F(RevisitsServiceTest, PagesInNaturalOrder) {
  const std::string concern = IssuedConcern();
  std::vector<std::string> planned, listed;
  for (int i = 0; i < 12; ++i) planned.push_back(Plan({concern}));
  v1::ListRevisitsRequest request;
  request.set_parent(kForce);
  request.set_page_size(5);
  do {
    const auto page = Must(Call(&Revisits::ListRevisits, request));
    for (const auto& revisit : page.revisits()) listed.push_back(revisit.name());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(listed, planned);
}

// ---- The letter ----

TEST_F(RevisitsServiceTest, DraftsTheLetterFromTheRecord) {
  const std::string first = IssuedConcern(), second = IssuedConcern();
  const std::string revisit = Plan({second, first});
  CarryOut(revisit);
  (void)Refusal(&Revisits::DraftLetter, DraftRequest(revisit), WrongState());
  Find(revisit, {first, second, first + "/recommendations/1"});

  const int64_t head = Head();
  const auto draft = Must(Call(&Revisits::DraftLetter, DraftRequest(revisit), "press-officer"));
  EXPECT_EQ(Head(), head) << "a read";
  EXPECT_EQ(draft.header().revision(), head);
  EXPECT_THAT(draft.text(), HasSubstr("From: [to be filled in]\n"));
  EXPECT_THAT(draft.text(), HasSubstr("Make sure that investigations are supervised."));
  EXPECT_THAT(draft.text(), HasSubstr("Due on 2 January 2024."));
  EXPECT_THAT(draft.text(), HasSubstr("This cause of concern remains open."));
  EXPECT_EQ(draft.text(), Must(Call(&Revisits::DraftLetter, DraftRequest(revisit))).text());

  auto headed = DraftRequest(revisit);
  *headed.mutable_letter() = LetterRequest(revisit).letter();
  const std::string text = Must(Call(&Revisits::DraftLetter, headed)).text();
  EXPECT_THAT(text, HasSubstr("From: His Majesty's Inspector of Constabulary\nTo: Chief Constable\n"
                              "Cc: Police and Crime Commissioner\nSent on: 20 November 2023\n"));
  Send(revisit);
  EXPECT_EQ(Must(Call(&Revisits::DraftLetter, DraftRequest(revisit))).text(), text) << "from the letter as recorded";
}

TEST_F(RevisitsServiceTest, DraftsTheLetterAsItWouldHaveBeenThen) {
  const std::string concern = IssuedConcern();
  const std::string revisit = Plan({concern});
  CarryOut(revisit);
  Find(revisit, {concern});
  auto then = DraftRequest(revisit);
  then.mutable_read()->mutable_as_of()->set_revision(Head());
  const std::string before = Must(Call(&Revisits::DraftLetter, DraftRequest(revisit))).text();
  v1::WithdrawConcernRequest withdraw;
  withdraw.set_name(concern);
  withdraw.set_reason("Raised by mistake.");
  Must(Call(&Stub::WithdrawConcern, withdraw));
  EXPECT_THAT(Must(Call(&Revisits::DraftLetter, DraftRequest(revisit))).text(),
              HasSubstr("This cause of concern was withdrawn on 24 November 2023."));
  EXPECT_EQ(Must(Call(&Revisits::DraftLetter, then)).text(), before);
}

TEST_F(RevisitsServiceTest, DraftsLettersForTheInspectorateOnly) {
  const std::string revisit = SentRevisit(IssuedConcern());
  for (const char* principal : {kOfficer, kBody, "public", "operator"}) {
    (void)Refusal(&Revisits::DraftLetter, DraftRequest(revisit),
                  FailsWith(absl::StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED"), principal);
  }
  (void)Refusal(&Revisits::DraftLetter, DraftRequest("forces/kent/revisits/1"), NotThere());
}

// ---- Who may, and who sees ----

TEST_F(RevisitsServiceTest, WritesNeedTheRoleAndTheScope) {
  const std::string concern = IssuedConcern(), kent = IssuedConcern("forces/kent");
  const std::string revisit = Plan({concern}), of_kent = Plan({kent}, "forces/kent");
  const auto role = FailsWith(absl::StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED");
  for (const char* principal : {kOfficer, kBody, "oversight-group-secretariat", "press-officer", "records-manager",
                                "operator", "public", "gateway"}) {
    (void)Refusal(&Revisits::PlanRevisit, PlanRequest({concern}), role, principal);
    EveryWriteIsRefused(revisit, concern, role, principal);
  }
  // The inspector is for the Midlands.
  const auto scope = FailsWith(absl::StatusCode::kPermissionDenied, "OUT_OF_SCOPE");
  (void)Refusal(&Revisits::PlanRevisit, PlanRequest({kent}, "forces/kent"), scope, "hm-inspector");
  EveryWriteIsRefused(of_kent, kent, scope, "hm-inspector");
  EXPECT_TRUE(Call(&Revisits::PlanRevisit, PlanRequest({concern}), "hm-inspector").ok());
  EXPECT_TRUE(Call(&Revisits::PlanRevisit, PlanRequest({kent}, "forces/kent"), "chief-inspector").ok());
}

TEST_F(RevisitsServiceTest, NothingShowsOutsideBeforeTheLetterIsSent) {
  const std::string concern = IssuedConcern();
  const std::vector<std::string> outside = {kOfficer, kBody, "public", "operator"};
  std::map<std::string, std::string> before;
  for (const auto& principal : outside) before[principal] = Shown(principal);
  std::string inside = Shown("press-officer");
  const auto unchanged = [&](const std::string& act) {
    for (const auto& principal : outside) EXPECT_EQ(Shown(principal), before[principal]) << act << ", " << principal;
    const std::string now = Shown("press-officer");
    EXPECT_NE(now, inside) << act << " shows inside";
    inside = now;
  };
  const std::string revisit = Plan({concern}), cancelled = Plan({concern});
  unchanged("PlanRevisit");
  Must(Call(&Revisits::UpdateRevisit, UpdateRequest(revisit)));
  unchanged("UpdateRevisit");
  CarryOut(revisit);
  unchanged("CarryOutRevisit");
  Find(revisit, {concern});
  unchanged("RecordFindings");
  Must(Call(&Revisits::CancelRevisit, CancelRequest(cancelled)));
  unchanged("CancelRevisit");

  Send(revisit);
  for (const char* principal : {kOfficer, kBody}) {
    EXPECT_NE(Shown(principal), before[principal]);
    EXPECT_EQ(Must(ReadRevisit(revisit, principal)).findings_size(), 1);
    EXPECT_THAT(ListRevisits(kForce, principal), ElementsAre(revisit));
    EXPECT_THAT(ListRevisits("forces/-", principal), ElementsAre(revisit));
    EXPECT_THAT(Verbs(revisit, principal), ElementsAre("RecordLetter")) << "not how it came about";
    v1::GetRevisitRequest then;
    then.set_name(revisit);
    then.mutable_read()->mutable_as_of()->set_revision(Head() - 1);
    (void)Refusal(&Revisits::GetRevisit, then, NotThere(), principal);
    (void)Refusal(
        &Revisits::GetRevisit,
        [&] {
          then.set_name(cancelled);
          then.clear_read();
          return then;
        }(),
        NotThere(), principal);
    EXPECT_THAT(ReadRevisit("forces/west-midlands/revisits/7", principal).status().message(),
                "There is no Revisit named \"forces/west-midlands/revisits/7\".");
    EXPECT_THAT(ReadRevisit(cancelled, principal).status().message(),
                "There is no Revisit named \"" + cancelled + "\".")
        << "as if it were not there";
    EXPECT_EQ(Actions(revisit, principal)["PublishLetter"], "ROLE_NOT_ALLOWED");
  }
  for (const char* principal : {"public", "operator"}) EXPECT_EQ(Shown(principal), before[principal]) << principal;
  Publish(revisit);
  for (const char* principal : {"public", "operator"}) EXPECT_EQ(Shown(principal), before[principal]) << principal;
  EXPECT_TRUE(Must(ReadRevisit(revisit, kOfficer)).letter().has_published());
}

TEST_F(RevisitsServiceTest, NothingOfAForceShowsToAnother) {
  const std::string concern = IssuedConcern("forces/kent");
  const std::string before = Shown(kOfficer, "forces/kent");
  EXPECT_THAT(before, HasSubstr("OUT_OF_SCOPE"));
  const std::string revisit = Plan({concern}, "forces/kent");
  CarryOut(revisit);
  Find(revisit, {concern});
  auto letter = LetterRequest(revisit);
  letter.mutable_letter()->mutable_sender()->clear_office_holder();
  Must(Call(&Revisits::RecordLetter, letter));
  Publish(revisit);
  EXPECT_EQ(Shown(kOfficer, "forces/kent"), before);
}

TEST_F(RevisitsServiceTest, AllowedActionsFollowStateAndRole) {
  const std::string concern = IssuedConcern();
  const std::string revisit = Plan({concern});
  auto actions = Actions(revisit);
  EXPECT_EQ(actions.size(), 7u);
  EXPECT_EQ(actions["UpdateRevisit"], "yes");
  EXPECT_EQ(actions["CarryOutRevisit"], "yes");
  EXPECT_EQ(actions["RecordFindings"], "WRONG_STATE");
  EXPECT_EQ(actions["DraftLetter"], "WRONG_STATE");
  EXPECT_EQ(Actions(revisit, "press-officer")["CarryOutRevisit"], "ROLE_NOT_ALLOWED");
  CarryOut(revisit);
  Find(revisit, {concern});
  EXPECT_EQ(Actions(revisit, "press-officer")["DraftLetter"], "yes");
  EXPECT_EQ(Actions(revisit)["RecordLetter"], "yes");
  EXPECT_EQ(Actions(Plan({IssuedConcern("forces/kent")}, "forces/kent"), "hm-inspector")["CancelRevisit"],
            "OUT_OF_SCOPE");
  v1::ListAllowedActionsRequest request;
  request.set_name("forces/kent/revisits/7");
  (void)Refusal(&Stub::ListAllowedActions, request, NotThere());
  request.set_name("forces/kent/revisits/-");
  (void)Refusal(&Stub::ListAllowedActions, request, Invalid());
}

// ---- Refusals over the wire; the rules themselves are tried in revisits_test.cc ----

TEST_F(RevisitsServiceTest, WhatIsMissingOrMalformedIsSaidAtOnce) {
  v1::PlanRevisitRequest plan;
  plan.set_parent("west-midlands");
  plan.mutable_revisit()->mutable_planned_to_date()->set_year(2023);
  plan.mutable_revisit()->mutable_planned_to_date()->set_month(13);
  plan.mutable_revisit()->set_purpose(std::string(2001, 'x'));
  EXPECT_THAT(FieldsOf(Refusal(&Revisits::PlanRevisit, plan, Invalid())),
              UnorderedElementsAre("parent", "revisit.concerns", "revisit.purpose", "revisit.planned_from_date",
                                   "revisit.planned_to_date.month"));
  v1::CarryOutRevisitRequest carry_out;
  carry_out.set_name("forces/kent/revisits/-");
  carry_out.add_methods(static_cast<v1::RevisitMethod>(77));
  EXPECT_THAT(FieldsOf(Refusal(&Revisits::CarryOutRevisit, carry_out, Invalid())),
              UnorderedElementsAre("name", "from_date", "methods[0]"));
  v1::RecordFindingsRequest findings;
  findings.set_name("forces/kent/revisits/1");
  findings.add_findings()->set_subject("forces/kent/revisits/1");
  findings.mutable_findings(0)->set_text(std::string("Seen\x07", 5));
  EXPECT_THAT(FieldsOf(Refusal(&Revisits::RecordFindings, findings, Invalid())),
              UnorderedElementsAre("findings[0].subject", "findings[0].level", "findings[0].text", "outcome"));
  v1::RecordLetterRequest letter;
  letter.set_name("forces/kent/revisits/1");
  letter.mutable_letter()->mutable_sender()->set_office_holder("principals/hm-inspector");
  EXPECT_THAT(FieldsOf(Refusal(&Revisits::RecordLetter, letter, Invalid())),
              UnorderedElementsAre("letter.sender.display_name", "letter.sender.office_holder", "letter.addressee"));
  v1::PublishLetterRequest publish;
  publish.set_name("forces/kent/revisits/1");
  publish.mutable_published()->mutable_date()->set_year(0);
  EXPECT_THAT(FieldsOf(Refusal(&Revisits::PublishLetter, publish, Invalid())),
              UnorderedElementsAre("published.date.year", "published.address"));
  v1::CancelRevisitRequest cancel;
  EXPECT_THAT(FieldsOf(Refusal(&Revisits::CancelRevisit, cancel, Invalid())), UnorderedElementsAre("name", "reason"));
  v1::ListRevisitsRequest list;
  list.set_parent(kForce);
  list.set_page_size(-1);
  list.set_concern("forces/kent");
  list.add_states(v1::REVISIT_STATE_UNSPECIFIED);
  EXPECT_THAT(FieldsOf(Refusal(&Revisits::ListRevisits, list, Invalid())),
              UnorderedElementsAre("page_size", "concern", "states[0]"));
}

TEST_F(RevisitsServiceTest, PlansNameConcernsThatExistAndWereIssued) {
  const std::string concern = IssuedConcern(), draft = Draft().name(), kent = IssuedConcern("forces/kent");
  const auto missing =
      Refusal(&Revisits::PlanRevisit, PlanRequest({concern, "forces/west-midlands/concerns/9"}), NoLink());
  EXPECT_EQ(ErrorMetadata(missing, "name"), "forces/west-midlands/concerns/9");
  EXPECT_EQ(ErrorMetadata(missing, "field"), "revisit.concerns");
  EXPECT_EQ(ErrorMetadata(Refusal(&Revisits::PlanRevisit, PlanRequest({concern, draft}), NoFit()), "name"), draft);
  EXPECT_THAT(FieldsOf(Refusal(&Revisits::PlanRevisit, PlanRequest({concern, kent, concern}), Invalid())),
              UnorderedElementsAre("revisit.concerns[1]", "revisit.concerns[2]"));
  (void)Refusal(&Revisits::PlanRevisit, PlanRequest({"forces/atlantis/concerns/1"}, "forces/atlantis"), NoLink());

  const std::string revisit = Plan({concern});
  auto update = UpdateRequest(revisit);
  update.mutable_revisit()->add_concerns(draft);
  (void)Refusal(&Revisits::UpdateRevisit, update, NoFit());
  update.mutable_revisit()->set_concerns(0, "forces/west-midlands/concerns/9");
  (void)Refusal(&Revisits::UpdateRevisit, update, NoLink());
  update.mutable_revisit()->clear_concerns();
  *update.mutable_revisit()->mutable_planned_to_date() = Date("2023-10-31");
  EXPECT_THAT(FieldsOf(Refusal(&Revisits::UpdateRevisit, update, Invalid())), ElementsAre("revisit.planned_to_date"));
}

TEST_F(RevisitsServiceTest, FindingsAreAboutWhatTheRevisitLooksAt) {
  const std::string concern = IssuedConcern(), other = IssuedConcern();
  const std::string revisit = Plan({concern});
  CarryOut(revisit);
  EXPECT_THAT(
      FieldsOf(Refusal(&Revisits::RecordFindings, FindingsRequest(revisit, {other, concern, concern}), Invalid())),
      UnorderedElementsAre("findings[0].subject", "findings[2].subject"));
  EXPECT_THAT(FieldsOf(Refusal(&Revisits::RecordFindings, FindingsRequest(revisit, {concern + "/recommendations/1"}),
                               Invalid())),
              ElementsAre("findings"));
  (void)Refusal(&Revisits::RecordFindings, FindingsRequest(revisit, {concern, concern + "/recommendations/2"}),
                NoLink());
}

TEST_F(RevisitsServiceTest, DatesThatContradict) {
  const std::string concern = IssuedConcern();
  const std::string revisit = Plan({concern});
  auto carry_out = CarryOutRequest(revisit);
  *carry_out.mutable_to_date() = Date("2023-11-25");  // Tomorrow.
  (void)Refusal(&Revisits::CarryOutRevisit, carry_out, DatesContradict());
  *carry_out.mutable_from_date() = Date("September 2023");  // Before issue.
  *carry_out.mutable_to_date() = Date("2023-10-01");
  EXPECT_EQ(ErrorMetadata(Refusal(&Revisits::CarryOutRevisit, carry_out, DatesContradict()), "issue_date"),
            "2023-10-02");
  *carry_out.mutable_to_date() = Date("2023-08-31");
  EXPECT_THAT(FieldsOf(Refusal(&Revisits::CarryOutRevisit, carry_out, Invalid())), ElementsAre("to_date"));
  CarryOut(revisit);
  auto findings = FindingsRequest(revisit, {concern});
  *findings.mutable_feedback_date() = Date("2023-11-05");
  (void)Refusal(&Revisits::RecordFindings, findings, DatesContradict());
  Find(revisit, {concern});
  auto letter = LetterRequest(revisit);
  *letter.mutable_letter()->mutable_sent_date() = Date("October 2023");
  (void)Refusal(&Revisits::RecordLetter, letter, DatesContradict());
  Send(revisit);
  auto publish = PublishRequest(revisit);
  *publish.mutable_published()->mutable_date() = Date("2023-11-19");
  (void)Refusal(&Revisits::PublishLetter, publish, DatesContradict());
}

TEST_F(RevisitsServiceTest, EveryWriteAsksTheTable) {
  const std::string concern = IssuedConcern();
  const std::string revisit = Plan({concern});
  Must(Call(&Revisits::CancelRevisit, CancelRequest(revisit)));
  EveryWriteIsRefused(revisit, concern, WrongState(), "liaison-lead");
  EveryWriteIsRefused("forces/west-midlands/revisits/9", concern, NotThere(), "liaison-lead");
}

TEST_F(RevisitsServiceTest, AStaleEtagChangesNothing) {
  const std::string concern = IssuedConcern();
  EveryWriteIsRefused(Plan({concern}), concern, FailsWith(absl::StatusCode::kAborted, "ETAG_MISMATCH"), "liaison-lead",
                      "\"1\"");
}

}  // namespace
}  // namespace oversight::concerns
