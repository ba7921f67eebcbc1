// What an announcement says, and that what it says is covered by the record.
#include "absl/strings/str_split.h"
#include "common/text/text.h"
#include "common/time/london.h"
#include "tests/monitoring/announcing_fixture.h"

namespace oversight::monitoring {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class AnnouncementText : public Announcing {};

// A fact of the inspectorate's announcement of 24 November 2023, and the words by which ours tells it.
struct SeedFact {
  const char* fact;
  std::vector<std::string> told_by;
};
const std::vector<SeedFact>& SeedFacts() {
  static const auto* facts = new std::vector<SeedFact>{
      {"headline: West Midlands Police moved into enhanced monitoring",
       {"West Midlands Police moved into enhanced monitoring"}},
      {"who decided, what, and that it was that day",
       {"His Majesty’s Chief Inspector of Constabulary has moved West Midlands Police to Engage", "24 November 2023"}},
      {"the inspectorate by its full name watches every force all the time",
       {"His Majesty’s Inspectorate of Constabulary and Fire & Rescue Services (HMICFRS)",
        "every police force in England and Wales", "at all times"}},
      {"there are two stages, Scan and Engage", {"two stages, Scan and Engage"}},
      {"every force is in Scan, routine monitoring, by default",
       {"Every force is in Scan, which is routine monitoring"}},
      {"a force may be moved to Engage, enhanced monitoring, if it does not deal with the inspectorate's concerns",
       {"moved to Engage, which is enhanced monitoring, when it does not deal effectively with"}},
      {"the reasons are those of the inspectorate", {"because, HMICFRS said, it is not:"}},
      {"first reason", {"- carrying out effective investigations which lead to satisfactory results for victims;"}},
      {"second reason",
       {"- making sure multi-agency risk assessment conferences (MARACs) work effectively to keep vulnerable people "
        "safe;"}},
      {"third reason", {"- effectively managing the risk posed to the public by registered sex offenders; and"}},
      {"fourth reason", {"- managing the risk posed by online child abuse offenders effectively."}},
      {"assured that steps are being taken", {"assured that West Midlands Police is taking steps"}},
      {"significant and sustained improvement is needed all the same", {"significant and last are needed"}},
      {"the force's progress is followed closely", {"follow the force’s progress closely"}},
      {"more in the next inspection report, in early 2024",
       {"next inspection report, which is due to be published in early 2024"}},
      {"the speaker and her office", {"His Majesty’s Inspector of Constabulary Wendy Williams said: “"}},
      {"the ground: not responding, or not managing, mitigating or eradicating",
       {"does not respond to the inspectorate’s concerns, or when it does not manage, mitigate or eradicate them"}},
      {"Engage brings scrutiny and support from the inspectorate and other bodies",
       {"looked at more closely, and is supported by the inspectorate and by other bodies in policing"}},
      {"so that the force improves and serves the public better", {"improves and serves the public better"}},
      {"an improvement plan was asked for urgently", {"asked for an improvement plan as a matter of urgency"}},
      {"the force will meet inspectors regularly", {"meet the inspectorate’s inspectors regularly"}},
      {"the inspectorate will work closely with the force on its progress",
       {"We will work closely with the force to monitor its progress against these important and necessary changes."}},
      {"notes: the press office, its telephone number and address",
       {"Notes to editors", "HMICFRS Press Office on 0300 071 6781", "HMICPressOffice@hmicfrs.gov.uk"}},
      {"notes: where the monitoring process is explained",
       {"https://hmicfrs.justiceinspectorates.gov.uk/about-us/what-we-do/our-approach-to-monitoring-forces/"}},
  };
  return *facts;
}

TEST_F(AnnouncementText, TellsEveryFactOfTheSeedsCase) {
  MoveTheSeedIn();
  const auto draft = Drafted();
  EXPECT_EQ(draft.kind(), v1::ANNOUNCEMENT_KIND_MOVED_IN);
  for (const auto& [fact, told_by] : SeedFacts()) {
    for (const auto& words : told_by) EXPECT_THAT(draft.text(), HasSubstr(words)) << fact;
  }
  EXPECT_THAT(draft.text(), HasSubstr("offenders effectively.\n\n")) << "a list ends in an empty line";
  EXPECT_THAT(draft.text(), Not(HasSubstr("{{")));
  EXPECT_THAT(Violated(draft, /*going_out=*/true), IsEmpty());
}

TEST_F(AnnouncementText, StatementsCarryTheFactsTheyRestOn) {
  MoveTheSeedIn();
  auto draft = Drafted();
  const auto told = [&draft](const std::string& id) {
    std::vector<std::string> facts;
    for (const auto& fact : Find(draft, id)->facts()) {
      facts.push_back(fact.name() + " " + fact.field() + "=" + fact.value());
    }
    return facts;
  };
  EXPECT_THAT(told("who"), ElementsAre("forces/west-midlands/decisions/1 decider=principals/chief-inspector",
                                       "forces/west-midlands/decisions/1 to_stage=engage",
                                       "forces/west-midlands/decisions/1 effective_date=2023-11-24",
                                       "forces/west-midlands display_name=West Midlands Police",
                                       "forces/west-midlands service=SERVICE_TYPE_POLICE"));
  EXPECT_THAT(told("reason-r3"),
              ElementsAre("forces/west-midlands/decisions/1 reasons[2].text=effectively managing the risk posed to the "
                          "public by registered sex offenders",
                          "forces/west-midlands/concerns/13 state=CONCERN_STATE_ISSUED"));
  EXPECT_EQ(told("assurance").size(), 5) << "the name of the force, and how it handles each concern";
  EXPECT_EQ(Find(draft, "reason-r3")->facts(1).revision(), 7);
  EXPECT_EQ(Find(draft, "quotation-1")->speaker(), kSpeaker);
  EXPECT_TRUE(Find(draft, "press")->standing());
  EXPECT_EQ(Find(draft, "record")->facts(0).revision(), 41);
  EXPECT_THAT(Find(draft, "record")->text(),
              HasSubstr("ledgers/monitoring, then held 41 transactions under the root 5a5a"));
}

TEST_F(AnnouncementText, WarnsWhenTheForceDoesNotRespondAndAssuresOfNothingUnknown) {
  MoveTheSeedIn();
  auto& concern = concerns_[absl::StrCat(kForce, "/concerns/12")];
  concern.mutable_handling()->set_level(concerns::v1::HANDLING_LEVEL_NOT_RESPONDING);
  auto draft = Drafted();
  EXPECT_EQ(Find(draft, "assurance"), nullptr);
  ASSERT_NE(Find(draft, "warning"), nullptr);
  EXPECT_THAT(draft.text(), HasSubstr("HMICFRS is not assured that West Midlands Police"));
  concern.clear_handling();
  draft = Drafted();
  EXPECT_EQ(Find(draft, "warning"), nullptr);
  ASSERT_NE(Find(draft, "expectation"), nullptr);
  EXPECT_THAT(draft.text(), Not(HasSubstr("assured")));
}

TEST_F(AnnouncementText, OnExitSaysWhatIsStillOpenAndWhoFollowsIt) {
  MoveTheSeedIn();
  MoveTheSeedOut();
  record_.episodes[0].clear_entry_awaits_publication();
  const auto draft = Drafted();
  EXPECT_EQ(draft.kind(), v1::ANNOUNCEMENT_KIND_MOVED_OUT);
  EXPECT_THAT(draft.text(), HasSubstr("West Midlands Police returned to routine monitoring"));
  EXPECT_THAT(draft.text(), HasSubstr("from Engage to Scan, the routine level of monitoring, from 18 September 2024."));
  EXPECT_THAT(draft.text(), HasSubstr("\n\nWest Midlands Police had been in Engage since 24 November 2023.\n\n"));
  EXPECT_THAT(draft.text(), HasSubstr("At the next inspection.\n\nHis Majesty’s Inspector"))
      << "a list ends with a free line";
  EXPECT_THAT(draft.text(), HasSubstr("- the cause of concern “Title of forces/west-midlands/concerns/12”; and\n"));
  EXPECT_THAT(draft.text(),
              HasSubstr("keep vulnerable people safe”, which HM Inspector for the Midlands will follow: At "
                        "the next inspection."));
  EXPECT_THAT(draft.text(), Not(HasSubstr("concerns/11”"))) << "discharged";
  EXPECT_THAT(Violated(draft, true), IsEmpty());
}

TEST_F(AnnouncementText, OnExitWithNothingOpenSaysSo) {
  MoveTheSeedIn();
  now_ = LondonTime(absl::CivilMinute(2024, 9, 18, 9, 0));
  for (const auto& concern : concerns_.ConcernsOf(kForce)) {
    concerns_[concern->name()].set_state(concerns::v1::CONCERN_STATE_DISCHARGED);
  }
  Approve(Return(), absl::CivilDay(2024, 9, 18));
  record_.episodes[0].clear_entry_awaits_publication();
  const auto draft = Drafted();
  EXPECT_THAT(draft.text(), HasSubstr("No cause of concern was open when the force left Engage"));
  EXPECT_THAT(draft.text(), Not(HasSubstr("Still open")));
  EXPECT_THAT(Violated(draft, true), IsEmpty());
}

// "Nothing was open" would be false, and the cause is not public: the text says neither.
TEST_F(AnnouncementText, OnExitACauseThatIsNotPublicIsNeitherNamedNorDenied) {
  MoveTheSeedIn();
  now_ = LondonTime(absl::CivilMinute(2024, 9, 18, 9, 0));
  for (const auto& concern : concerns_.ConcernsOf(kForce)) {
    concerns_[concern->name()].set_state(concerns::v1::CONCERN_STATE_DISCHARGED);
  }
  auto& cause = concerns_[kFirst] = MakeConcern(kFirst);
  const auto proposal = *ProposeIt(Return());
  Keep(proposal);
  request_.Clear();
  *request_.mutable_effective_date() = Day(2024, 9, 19);
  const auto waiting = DecideIt(proposal, v1::DECISION_OUTCOME_APPROVED);
  ASSERT_TRUE(waiting.ok()) << waiting.status();
  Keep(*waiting);
  decision_ = waiting->decision;
  record_.episodes[0].clear_entry_awaits_publication();
  const auto says_nothing = [this](const std::string& when) {
    const std::string text = Drafted().text();
    EXPECT_THAT(text, Not(HasSubstr(kFirst))) << when;
    EXPECT_THAT(text, Not(HasSubstr("Still open"))) << when;
    EXPECT_THAT(text, Not(HasSubstr("No cause of concern was open"))) << when;
  };
  says_nothing("before the exit");
  cause.mutable_published()->set_title("Causes of concern");
  EXPECT_THAT(Drafted().text(), HasSubstr(absl::StrCat("“Title of ", kFirst, "”")));
  EXPECT_THAT(Drafted().text(), HasSubstr("Still open"));
  cause.clear_published();

  const auto moved = Look(*waiting, LondonTime(absl::CivilMinute(2024, 9, 19, 0, 0)));
  ASSERT_TRUE(moved.ok() && moved->has_value()) << moved.status();
  Keep(**moved);
  decision_ = (*moved)->decision;
  ASSERT_EQ(record_.episodes[0].open_causes_size(), 1);
  says_nothing("after the exit");
  EXPECT_THAT(Violated(Drafted(), true), IsEmpty()) << "nor is it missed";
  record_.episodes[0].mutable_open_causes(0)->set_published(true);
  EXPECT_THAT(Drafted().text(), HasSubstr(absl::StrCat("“Title of ", kFirst, "”")));
}

TEST_F(AnnouncementText, BeforeAnExitTakesEffectTheConcernsAsTheyAreCount) {
  MoveTheSeedIn();
  now_ = LondonTime(absl::CivilMinute(2024, 9, 1, 9, 0));
  for (const auto* number : {"1", "5", "11", "13", "14"}) {
    concerns_[absl::StrCat(kForce, "/concerns/", number)].set_state(concerns::v1::CONCERN_STATE_DISCHARGED);
  }
  Approve(Return(), absl::CivilDay(2024, 9, 18));
  ASSERT_EQ(decision_.state(), v1::DECISION_STATE_PENDING_EFFECT);
  record_.episodes[0].clear_entry_awaits_publication();
  auto draft = Drafted();
  EXPECT_EQ(Find(draft, "open-cause-1")->facts(0).name(), "forces/west-midlands/concerns/12");
  EXPECT_THAT(Violated(draft), IsEmpty());
  EXPECT_THAT(Violated(draft, true), ElementsAre("MOVE_NOT_MADE forces/west-midlands/decisions/2"));
  concerns_[absl::StrCat(kForce, "/concerns/13")].set_state(concerns::v1::CONCERN_STATE_ISSUED);
  EXPECT_THAT(Violated(draft), ElementsAre("STILL_OPEN_MISSING forces/west-midlands/concerns/13"));
}

TEST_F(AnnouncementText, AFireServiceIsMovedByTheChiefInspectorOfFireServices) {
  MoveTheSeedIn();
  force_.set_service(forces::v1::SERVICE_TYPE_FIRE_AND_RESCUE);
  EXPECT_THAT(Drafted().text(), HasSubstr("His Majesty’s Chief Inspector of Fire & Rescue Services has moved"));
}

TEST_F(AnnouncementText, AGroundInWordsIsTold) {
  auto wanted = Seed();
  wanted.set_ground(v1::GROUND_OTHER);
  wanted.set_ground_text("An independent review of culture.");
  Approve(wanted, absl::CivilDay(2023, 11, 24));
  EXPECT_THAT(Drafted().text(), HasSubstr("The ground of the decision: An independent review of culture."));
}

// ---- Coverage ----

class Coverage : public Announcing {
 protected:
  void SetUp() override {
    MoveTheSeedIn();
    draft_ = Drafted();
    ASSERT_THAT(Violated(draft_, true), IsEmpty());
  }
  v1::Announcement draft_;
};

TEST_F(Coverage, EveryReasonOfTheDecisionMustBeInTheText) {
  Remove(draft_, "reason-r2");
  Find(draft_, "reason-r4")->set_text("something else entirely.");
  EXPECT_THAT(Violated(draft_), ElementsAre("REASON_MISSING r2", "REASON_MISSING r4"));
}

TEST_F(Coverage, AReasonMayBeToldInOtherCaseAndSpacing) {
  Find(draft_, "reason-r4")
      ->set_text(
          "The force is not  Managing the risk posed by online child abuse offenders\n"
          "effectively, and that is that.");
  EXPECT_THAT(Violated(draft_), IsEmpty());
}

TEST_F(Coverage, WhoWhatAndWhenMustBeInTheText) {
  Find(draft_, "who")->set_text("A force was moved.");
  EXPECT_THAT(Violated(draft_), ElementsAre("WHO_MISSING forces/west-midlands/decisions/1",
                                            "WHEN_MISSING forces/west-midlands/decisions/1"));
  for (auto& statement : *draft_.mutable_statements()) statement.set_text("Nothing.");
  EXPECT_THAT(Violated(draft_), Contains("WHAT_MISSING forces/west-midlands/decisions/1").Times(2));
}

TEST_F(Coverage, WhoDecidedMustRestOnTheDecision) {
  Find(draft_, "who")->mutable_facts()->DeleteSubrange(0, 1);
  EXPECT_THAT(Violated(draft_), ElementsAre("WHO_MISSING forces/west-midlands/decisions/1", "STATEMENT_MISSING who"));
}

TEST_F(Coverage, WhatIsSaidRestsOnItsFactInTheSameStatement) {
  const std::string reason = Find(draft_, "reason-r2")->text();
  *Find(draft_, "plan")->add_facts() = Find(draft_, "reason-r2")->facts(0);
  Remove(draft_, "reason-r2");
  Find(draft_, "engage")->set_text("It is moved to Engage, also for " + reason);
  EXPECT_THAT(Violated(draft_), ElementsAre("REASON_MISSING r2")) << "said here and founded there";
  *Find(draft_, "engage")->add_facts() = *Find(draft_, "plan")->mutable_facts()->rbegin();
  EXPECT_THAT(Violated(draft_), IsEmpty());
  Find(draft_, "engage")->mutable_facts()->rbegin()->clear_value();
  EXPECT_THAT(Violated(draft_), Contains("REASON_MISSING r2")) << "a fact that holds nothing covers nothing";
}

TEST_F(Coverage, WordsOfAQuotationDoNotCount) {
  auto* quotation = Find(draft_, "quotation-1");
  quotation->set_text(quotation->text() + " " + Find(draft_, "reason-r2")->text());
  *quotation->add_facts() = Find(draft_, "reason-r2")->facts(0);
  Remove(draft_, "reason-r2");
  EXPECT_THAT(Violated(draft_), ElementsAre("REASON_MISSING r2"));
}

TEST_F(Coverage, WhatIsRequiredIsNotReplacedUnderItsId) {
  auto* warned = Find(draft_, "assurance");
  warned->set_text("All is well.");
  warned->mutable_facts()->DeleteSubrange(1, warned->facts_size() - 1);
  Find(draft_, "press")->set_standing(false);
  *Find(draft_, "press")->add_facts() = Find(draft_, "who")->facts(1);
  EXPECT_THAT(Violated(draft_), ElementsAre("STATEMENT_MISSING assurance", "STATEMENT_MISSING press"));
}

TEST_F(Coverage, WhatTheTemplateRequiresMustBeThere) {
  Remove(draft_, "stages");
  Remove(draft_, "next-report");
  Remove(draft_, "press");
  EXPECT_THAT(Violated(draft_),
              ElementsAre("STATEMENT_MISSING stages", "STATEMENT_MISSING next-report", "STATEMENT_MISSING press"));
  Remove(draft_, "about");
  EXPECT_EQ(Violated(draft_).size(), 3) << "it may go";
}

TEST_F(Coverage, EveryFactMustBeAsItWas) {
  concerns_[absl::StrCat(kForce, "/concerns/11")].set_state(concerns::v1::CONCERN_STATE_DISCHARGED);
  EXPECT_THAT(Violated(draft_), ElementsAre("FACT_CHANGED reason-r1"));
  speaker_.set_display_name("Somebody Else");
  EXPECT_THAT(Violated(draft_),
              ElementsAre("FACT_CHANGED reason-r1", "SPEAKER_MISSING quotation-1", "FACT_CHANGED quotation-1"));
}

TEST_F(Coverage, AnotherRevisionAloneIsNoChange) {
  concerns_[absl::StrCat(kForce, "/concerns/11")].set_revision(900);
  EXPECT_THAT(Violated(draft_), IsEmpty());
}

TEST_F(Coverage, WhenTheForceStopsRespondingTheAssuranceIsUnfounded) {
  concerns_[absl::StrCat(kForce, "/concerns/11")].mutable_handling()->set_level(
      concerns::v1::HANDLING_LEVEL_NOT_RESPONDING);
  EXPECT_THAT(Violated(draft_), ElementsAre("STATEMENT_MISSING warning", "FACT_CHANGED assurance"));
}

TEST_F(Coverage, AFactThatIsNotThereIsNamed) {
  auto* fact = Find(draft_, "plan")->add_facts();
  fact->set_name("forces/west-midlands/concerns/99");
  fact->set_field("title");
  *Find(draft_, "plan")->add_facts() = *fact;
  Find(draft_, "plan")->mutable_facts(3)->set_name(decision_.name());
  Find(draft_, "plan")->mutable_facts(3)->set_field("no_such_field");
  EXPECT_THAT(Violated(draft_), ElementsAre("FACT_UNKNOWN plan", "FACT_UNKNOWN plan"));
}

TEST_F(Coverage, NoStatementRestsOnAnotherForce) {
  recorded_.Keep(concerns_["forces/kent/concerns/1"]);
  auto* fact = Find(draft_, "plan")->add_facts();
  *fact = *Refer(&concerns_["forces/kent/concerns/1"], "forces/kent/concerns/1", "title");
  EXPECT_THAT(Violated(draft_), ElementsAre("FACT_OF_ANOTHER_FORCE plan"));
}

TEST_F(Coverage, AStatementWithoutAFactIsRefused) {
  Find(draft_, "plan")->clear_facts();
  EXPECT_THAT(Violated(draft_), ElementsAre("STATEMENT_MISSING plan", "NO_FACT plan"));
}

TEST_F(Coverage, ANumberWrittenByHandMustStandInItsFacts) {
  auto* statement = Find(draft_, "plan");
  statement->set_by_hand(true);
  *statement->mutable_facts()->Add() = Find(draft_, "who")->facts(2);
  statement->set_text("A plan was asked for on 24 November 2023, with 12 objectives and 07 reviews.");
  EXPECT_THAT(Violated(draft_), ElementsAre("NUMBER_WITHOUT_FACT plan", "NUMBER_WITHOUT_FACT plan"));
}

TEST_F(Coverage, AQuotationMustHaveASpeakerInOffice) {
  speaker_.mutable_to_date()->set_year(2023);
  speaker_.mutable_to_date()->set_month(10);
  EXPECT_THAT(Violated(draft_), ElementsAre("SPEAKER_NOT_IN_OFFICE quotation-1"));
  speaker_.clear_to_date();
  Find(draft_, "quotation-1")->set_text("“Something.”");
  EXPECT_THAT(Violated(draft_), ElementsAre("SPEAKER_MISSING quotation-1"));
  Find(draft_, "quotation-1")->set_speaker("forces/kent/officeHolders/1");
  EXPECT_THAT(Violated(draft_), ElementsAre("SPEAKER_MISSING quotation-1"));
}

TEST_F(Coverage, AMoveThatIsNotMadeIsNotAnnounced) {
  decision_.set_state(v1::DECISION_STATE_LAPSED);
  EXPECT_THAT(Violated(draft_), ElementsAre("MOVE_NOT_MADE forces/west-midlands/decisions/1"));
}

TEST_F(Coverage, OnExitWhatGoesOnMustBeInTheText) {
  MoveTheSeedOut();
  auto draft = Drafted();
  Remove(draft, "open-cause-1");
  Remove(draft, "carried-r2");
  EXPECT_THAT(Violated(draft),
              ElementsAre("STILL_OPEN_MISSING forces/west-midlands/episodes/1", "STILL_OPEN_MISSING r2"));
}

TEST_F(Coverage, ATextFromBeforeAnExitStillTellsWhatIsOpenAfterIt) {
  MoveTheSeedOut();
  auto draft = Drafted();
  auto* fact = Find(draft, "open-cause-1")->mutable_facts(0);
  fact->set_name("forces/west-midlands/concerns/12");
  fact->set_field("title");
  EXPECT_THAT(Violated(draft), IsEmpty());
}

TEST_F(Coverage, AMoveOutDoesNotGoOutBeforeTheMoveInDoes) {
  MoveTheSeedOut();
  const auto draft = Drafted();
  EXPECT_THAT(Violated(draft), IsEmpty()) << "it may be prepared";
  EXPECT_THAT(Violated(draft, true), ElementsAre("EARLIER_MOVE_NOT_PUBLISHED forces/west-midlands/decisions/1"));
  record_.episodes[0].clear_entry_awaits_publication();
  EXPECT_THAT(Violated(draft, true), IsEmpty());
}

TEST_F(Coverage, TheRefusalListsEveryViolation) {
  EXPECT_TRUE(NotCovered("a", {}).ok());
  Remove(draft_, "reason-r2");
  Remove(draft_, "press");
  const auto status = NotCovered(draft_.name(), CheckCoverage(ShippedTemplates(), draft_, Facts(), false));
  EXPECT_THAT(status, Refuses(absl::StatusCode::kFailedPrecondition, "NOT_COVERED"));
  EXPECT_THAT(PreconditionsOf(status), ElementsAre("REASON_MISSING r2", "STATEMENT_MISSING press"));
}

// ---- Facts in words ----

TEST(FactValues, SayWhatAFieldHolds) {
  v1::Decision decision;
  decision.set_to_stage("engage");
  decision.set_outcome(v1::DECISION_OUTCOME_APPROVED);
  *decision.mutable_effective_date() = Day(2023, 11, 24);
  decision.add_reasons()->set_text("first");
  decision.add_reasons()->set_text("second");
  decision.add_conditions("one");
  decision.add_conditions("two");
  decision.set_revision(12);
  EXPECT_EQ(FactValue(decision, "to_stage"), "engage");
  EXPECT_EQ(FactValue(decision, "outcome"), "DECISION_OUTCOME_APPROVED");
  EXPECT_EQ(FactValue(decision, "effective_date"), "2023-11-24");
  EXPECT_EQ(FactValue(decision, "effective_date.year"), "2023");
  EXPECT_EQ(FactValue(decision, "reasons[1].text"), "second");
  EXPECT_EQ(FactValue(decision, "reasons[2].text"), "") << "past the end";
  EXPECT_EQ(FactValue(decision, "conditions"), "one\ntwo");
  EXPECT_EQ(FactValue(decision, "conditions[1]"), "two");
  EXPECT_EQ(FactValue(decision, "next_report.expected_date"), "") << "not set";
  EXPECT_EQ(FactValue(decision, "revision"), "12");
  for (const auto* bad : {"", "no_such", "to_stage.x", "reasons.text", "reasons[x].text", "reasons[-1].text",
                          "reasons[0", "to_stage[0]", "reasons[0].", "."}) {
    EXPECT_EQ(FactValue(decision, bad), std::nullopt) << bad;
  }
  EXPECT_EQ(Refer(nullptr, "x", "to_stage"), std::nullopt);
  EXPECT_EQ(Refer(&decision, "x", "to_stage")->revision(), 12);
}

// ---- Templates ----

TEST(AnnouncementTemplatesTest, WhatIsWrongIsListedAtOnce) {
  const char* bad = R"({"name": "bad", "kind": "ANNOUNCEMENT_KIND_MOVED_IN", "statements": [
    {"id": "a", "part": "STATEMENT_PART_PARAGRAPH", "text": "{{nobody}}"},
    {"id": "a", "part": "STATEMENT_PART_PARAGRAPH", "text": "{{#open}}", "facts": ["decision"], "standing": true},
    {"id": "b", "text": "x", "facts": ["concern.title"], "when": ["!sunny"]},
    {"id": "c", "part": "STATEMENT_PART_PARAGRAPH", "text": "x", "each": "days", "standing": true}]})";
  const auto parsed = AnnouncementTemplates::Parse({bad, "{"}, "{{#x}}");
  ASSERT_THAT(parsed.status(), Refuses(absl::StatusCode::kInvalidArgument, "INVALID_FIELDS"));
  EXPECT_THAT(FieldsOf(parsed.status()),
              ElementsAre("layout", "bad.constants", "bad.constants", "bad.a.text", "bad.a.facts", "bad.a",
                          "bad.a.text", "bad.a.text", "bad.a.facts", "bad.b.part", "bad.b.facts", "bad.b.when",
                          "bad.c.each", "templates[1]", "templates", "templates"));
}

TEST(AnnouncementTemplatesTest, AFolderThatIsNotThereIsNamed) {
  const auto loaded = AnnouncementTemplates::Load("data/no-such-folder");
  ASSERT_EQ(loaded.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(loaded.status().message()), HasSubstr("data/no-such-folder"));
}

TEST(AnnouncementTemplatesTest, TheIdentityIsThatOfTheWords) {
  const auto& shipped = ShippedTemplates();
  const std::string identity = shipped.IdentityOf(v1::ANNOUNCEMENT_KIND_MOVED_IN);
  EXPECT_EQ(identity.size(), std::string("moved-in ").size() + 64);
  EXPECT_EQ(identity, shipped.IdentityOf(v1::ANNOUNCEMENT_KIND_MOVED_IN));
  EXPECT_NE(identity.substr(9), shipped.IdentityOf(v1::ANNOUNCEMENT_KIND_MOVED_OUT).substr(10));
}

}  // namespace
}  // namespace oversight::monitoring
