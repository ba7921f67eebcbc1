// Meetings with inspectors, their actions and their cadence; sessions of the oversight group; support.
#include "monitoring-service/domain/meetings.h"

#include "monitoring-service/domain/cadence.h"
#include "monitoring-service/domain/follow_up_actions.h"
#include "monitoring-service/domain/sessions.h"
#include "monitoring-service/domain/support.h"
#include "tests/monitoring/moves_fixture.h"

namespace oversight::monitoring {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr char kSecretary[] = "principals/oversight-group-secretariat";

v1::Attendee Someone(v1::AttendeeSide side, bool absent = false) {
  v1::Attendee attendee;
  attendee.set_display_name("Someone");
  attendee.set_side(side);
  attendee.set_absent(absent);
  return attendee;
}

v1::NewAction Wants(const common::v1::PartialDate& due) {
  v1::NewAction action;
  action.set_text("Send the figures");
  action.set_owner("Deputy chief constable");
  *action.mutable_due_date() = due;
  return action;
}

v1::CreateMeetingRequest MeetingOn(const common::v1::PartialDate& date) {
  v1::CreateMeetingRequest request;
  request.set_parent(kForce);
  auto* meeting = request.mutable_meeting();
  *meeting->mutable_meeting_date() = date;
  *meeting->add_attendees() = Someone(v1::ATTENDEE_SIDE_INSPECTORATE);
  *meeting->add_attendees() = Someone(v1::ATTENDEE_SIDE_FORCE);
  meeting->set_notes("Investigations were discussed.");
  return request;
}

absl::StatusOr<HeldMeeting> MeetIt(const v1::CreateMeetingRequest& request, const ActionRecord& record = {},
                                   const std::optional<v1::Meeting>& corrects = std::nullopt) {
  return Meet(request, "engage", record, corrects, 2, kInspector, kNow);
}

v1::Action OpenAction() { return Given(kForce, Wants(Day(2023, 12, 1)), "forces/west-midlands/meetings/1", 4); }

// ---- Meetings. ----

TEST(Meetings, AreRecordedWithTheirActionsAndWhatIsCarriedOver) {
  auto request = MeetingOn(Day(2023, 11, 20));
  *request.add_actions() = Wants(Day(2023, 12, 1));
  *request.add_actions() = Wants(Day(2023, 11, 20));
  const auto met = MeetIt(request, {.open = {OpenAction()}, .next_action = 5});
  ASSERT_TRUE(met.ok()) << met.status();
  EXPECT_EQ(met->meeting.name(), "forces/west-midlands/meetings/2");
  EXPECT_EQ(met->meeting.stage(), "engage");
  EXPECT_EQ(met->meeting.recorder(), kInspector);
  EXPECT_THAT(met->meeting.carried_over(), ElementsAre("forces/west-midlands/actions/4"));
  EXPECT_THAT(met->meeting.actions(), ElementsAre("forces/west-midlands/actions/5", "forces/west-midlands/actions/6"));
  ASSERT_THAT(met->actions, SizeIs(2));
  EXPECT_EQ(met->actions[0].state(), v1::ACTION_STATE_OPEN);
  EXPECT_EQ(met->actions[0].raised_at(), met->meeting.name());
  EXPECT_EQ(FormatIso(met->actions[0].original_due_date()), "2023-12-01");
}

TEST(Meetings, AreBetweenInspectorsAndTheForce) {
  auto request = MeetingOn(Day(2023, 11, 20));
  request.mutable_meeting()->clear_attendees();
  *request.mutable_meeting()->add_attendees() = Someone(v1::ATTENDEE_SIDE_INSPECTORATE, /*absent=*/true);
  *request.mutable_meeting()->add_attendees() = Someone(static_cast<v1::AttendeeSide>(9));
  request.mutable_meeting()->set_corrects("forces/kent/meetings/1");
  EXPECT_THAT(FieldsOf(MeetIt(request).status()),
              ElementsAre("meeting.attendees[1].side", "meeting.attendees", "meeting.attendees",
                          "meeting.correction_reason", "meeting.corrects"));
}

TEST(Meetings, AreNotRecordedAheadOfTimeNorTheirActionsBefore) {
  auto request = MeetingOn(Day(2023, 11, 28));
  *request.add_actions() = Wants(Day(2023, 11, 27));
  EXPECT_THAT(PreconditionsOf(MeetIt(request).status()),
              ElementsAre("DATES_CONTRADICT meeting.meeting_date", "DATES_CONTRADICT actions[0].due_date"));
  EXPECT_TRUE(MeetIt(MeetingOn(Day(2023, 11, 27))).ok()) << "today will do";
}

TEST(Meetings, AreCorrectedOnceByAnother) {
  const auto earlier = MeetIt(MeetingOn(Day(2023, 11, 20)))->meeting;
  auto request = MeetingOn(Day(2023, 11, 21));
  request.mutable_meeting()->set_corrects(earlier.name());
  request.mutable_meeting()->set_correction_reason("It was a day later.");
  const auto met = Meet(request, "engage", {}, earlier, 3, kInspector, kNow);
  ASSERT_TRUE(met.ok()) << met.status();
  EXPECT_EQ(met->corrected->corrected_by(), met->meeting.name());
  EXPECT_THAT(MeetIt(request, {}, met->corrected).status(),
              Refuses(absl::StatusCode::kFailedPrecondition, "ALREADY_CORRECTED"));
}

// ---- Actions. ----

TEST(MeetingActions, ARevisionKeepsWhatWas) {
  v1::ReviseActionRequest request;
  *request.mutable_due_date() = Day(2023, 12, 15);
  request.set_reason("The figures come monthly.");
  const auto revised = Revise(OpenAction(), request, kInspector, kNow);
  ASSERT_TRUE(revised.ok()) << revised.status();
  EXPECT_EQ(FormatIso(revised->due_date()), "2023-12-15");
  EXPECT_EQ(FormatIso(revised->original_due_date()), "2023-12-01");
  EXPECT_EQ(revised->owner(), "Deputy chief constable");
  ASSERT_THAT(revised->revisions(), SizeIs(1));
  EXPECT_EQ(FormatIso(revised->revisions(0).from_due_date()), "2023-12-01");
  EXPECT_EQ(revised->revisions(0).reviser(), kInspector);
  EXPECT_THAT(FieldsOf(Revise(*revised, request, kInspector, kNow).status()), ElementsAre("due_date"))
      << "nothing would change";
  request.clear_due_date();
  request.set_owner("Head of crime");
  EXPECT_EQ(Revise(*revised, request, kInspector, kNow)->owner(), "Head of crime");
}

TEST(MeetingActions, AreClosedForGood) {
  v1::CloseActionRequest request;
  request.set_note("They came.");
  request.set_state(v1::ACTION_STATE_OPEN);
  EXPECT_THAT(FieldsOf(Close(OpenAction(), request, kInspector, kNow).status()), ElementsAre("state"));
  request.set_state(v1::ACTION_STATE_DONE);
  *request.mutable_closed_date() = Day(2023, 11, 28);
  EXPECT_THAT(PreconditionsOf(Close(OpenAction(), request, kInspector, kNow).status()),
              ElementsAre("DATES_CONTRADICT closed_date"));
  request.clear_closed_date();
  const auto closed = Close(OpenAction(), request, kInspector, kNow);
  ASSERT_TRUE(closed.ok()) << closed.status();
  EXPECT_EQ(closed->state(), v1::ACTION_STATE_DONE);
  EXPECT_EQ(FormatIso(closed->closed_date()), "2023-11-27");
  EXPECT_EQ(closed->closer(), kInspector);
  const auto wrong = Refuses(absl::StatusCode::kFailedPrecondition, "WRONG_STATE");
  EXPECT_THAT(Close(*closed, request, kInspector, kNow).status(), wrong);
  v1::ReviseActionRequest revise;
  revise.set_owner("Another");
  EXPECT_THAT(Revise(*closed, revise, kInspector, kNow).status(), wrong);
}

// ---- Cadence. ----

class Cadence : public ::testing::Test {
 protected:
  Cadence() {
    monitoring_.set_name("forces/west-midlands/monitoring");
    monitoring_.set_stage("engage");
    *monitoring_.mutable_since_date() = Day(2023, 11, 1);
  }
  v1::MeetingCadence On(absl::CivilDay day) { return CadenceOf(ShippedLadders(), monitoring_, meetings_, day); }
  void Hold(const common::v1::PartialDate& date, const std::string& corrected_by = "") {
    v1::Meeting meeting;
    meeting.set_name("forces/west-midlands/meetings/" + std::to_string(meetings_.size() + 1));
    *meeting.mutable_meeting_date() = date;
    meeting.set_corrected_by(corrected_by);
    meetings_.push_back(meeting);
  }
  v1::Monitoring monitoring_;
  std::vector<v1::Meeting> meetings_;
};

TEST_F(Cadence, CountsFromTheDayTheForceCameIntoItsStage) {
  const int days = ShippedLadders().FindStage("engage")->meeting_cadence_days();
  ASSERT_GT(days, 0);
  const absl::CivilDay due = absl::CivilDay(2023, 11, 1) + days;
  const auto on_time = On(due);
  EXPECT_EQ(on_time.force(), "forces/west-midlands");
  EXPECT_EQ(on_time.stage(), "engage");
  EXPECT_EQ(on_time.cadence_days(), days);
  EXPECT_EQ(FormatIso(on_time.due_date()), FormatIso(due));
  EXPECT_FALSE(on_time.missed()) << "the day itself will do";
  const auto late = On(due + 3);
  EXPECT_TRUE(late.missed());
  EXPECT_EQ(late.days_late(), 3);
}

TEST_F(Cadence, CountsFromTheLastMeetingThatStands) {
  Hold(Day(2023, 11, 20));
  Hold(Day(2023, 11, 10));
  Hold(Day(2023, 11, 25), "forces/west-midlands/meetings/4");
  const auto cadence = On(absl::CivilDay(2023, 11, 27));
  EXPECT_EQ(cadence.last_meeting(), "forces/west-midlands/meetings/1");
  EXPECT_EQ(FormatIso(cadence.due_date()), FormatIso(absl::CivilDay(2023, 11, 20) + cadence.cadence_days()));
  EXPECT_EQ(On(absl::CivilDay(2023, 11, 15)).last_meeting(), "forces/west-midlands/meetings/2")
      << "on an earlier day the later meeting had not been held";
}

TEST_F(Cadence, AMeetingBeforeTheStageDoesNotShortenIt) {
  Hold(Day(2023, 9, 1));
  EXPECT_EQ(FormatIso(On(absl::CivilDay(2023, 11, 2)).due_date()),
            FormatIso(absl::CivilDay(2023, 11, 1) + On(absl::CivilDay(2023, 11, 2)).cadence_days()));
}

TEST_F(Cadence, NothingIsCalledMissedOnAGuess) {
  monitoring_.mutable_since_date()->clear_day();
  const auto cadence = On(absl::CivilDay(2023, 12, 1));
  EXPECT_EQ(FormatIso(cadence.due_date()), FormatIso(absl::CivilDay(2023, 11, 30) + cadence.cadence_days()));
  monitoring_.clear_since_date();
  EXPECT_FALSE(On(absl::CivilDay(2030, 1, 1)).has_due_date()) << "there is nothing to count from";
  EXPECT_FALSE(On(absl::CivilDay(2030, 1, 1)).missed());
  monitoring_.set_stage("referral");
  *monitoring_.mutable_since_date() = Day(2010, 1, 1);
  EXPECT_EQ(On(absl::CivilDay(2030, 1, 1)).cadence_days(), 0) << "a stage of an older ladder";
  EXPECT_FALSE(On(absl::CivilDay(2030, 1, 1)).missed());
}

TEST_F(Cadence, TheLatestComeFirst) {
  std::vector<v1::MeetingCadence> cadences(3);
  cadences[0].set_force("forces/b");
  cadences[1].set_force("forces/c");
  cadences[1].set_days_late(5);
  cadences[2].set_force("forces/a");
  SortByLateness(cadences);
  EXPECT_EQ(cadences[0].force(), "forces/c");
  EXPECT_EQ(cadences[1].force(), "forces/a");
}

// ---- Sessions. ----

v1::OversightSession Session(const common::v1::PartialDate& date = Day(2023, 11, 20)) {
  v1::OversightSession wanted;
  *wanted.mutable_session_date() = date;
  wanted.set_title("PPOG, November 2023");
  wanted.set_state(v1::OVERSIGHT_SESSION_STATE_HELD);
  return PlanSession(wanted, 7, kSecretary);
}

v1::CallForceRequest Calling(const std::string& force, const common::v1::PartialDate& date = Day(2023, 10, 4)) {
  v1::CallForceRequest request;
  request.set_force(force);
  *request.mutable_invitation_date() = date;
  return request;
}

v1::OversightSession Called(v1::OversightSession session = Session()) {
  return *CallToSession(session, Calling(kForce), kSecretary, kNow);
}

v1::HoldOversightSessionRequest Holding() {
  v1::HoldOversightSessionRequest request;
  *request.add_attendees() = Someone(v1::ATTENDEE_SIDE_OTHER);
  auto* presentation = request.add_presentations();
  presentation->set_force(kForce);
  presentation->set_text("The chief constable presented the plan.");
  return request;
}

const std::map<std::string, ActionRecord>& Records() {
  static const auto* records =
      new std::map<std::string, ActionRecord>{{kForce, {.open = {OpenAction()}, .next_action = 5}}};
  return *records;
}

v1::OversightSession HeldSession() { return Hold(Called(), Holding(), Records(), kNow)->session; }

v1::PassOnOutcomeRequest Passing() {
  v1::PassOnOutcomeRequest request;
  request.set_force(kForce);
  request.set_outcome("Stay in Engage.");
  request.set_passed_to("HM Chief Inspector");
  return request;
}

TEST(Sessions, ForcesAreCalledByLetter) {
  EXPECT_EQ(Session().name(), "oversightSessions/7");
  EXPECT_EQ(Session().state(), v1::OVERSIGHT_SESSION_STATE_PLANNED);
  const auto called = Called();
  ASSERT_THAT(called.called_forces(), SizeIs(1));
  EXPECT_EQ(FormatIso(called.called_forces(0).invitation_date()), "2023-10-04");
  EXPECT_EQ(called.called_forces(0).caller(), kSecretary);
  const auto twice = CallToSession(called, Calling(kForce), kSecretary, kNow).status();
  EXPECT_THAT(twice, Refuses(absl::StatusCode::kFailedPrecondition, "FORCE_ALREADY_CALLED"));
  EXPECT_EQ(ErrorMetadata(twice, "force"), kForce);
  EXPECT_THAT(PreconditionsOf(CallToSession(Session(), Calling(kForce, Day(2023, 11, 21)), kSecretary, kNow).status()),
              ElementsAre("DATES_CONTRADICT invitation_date"));
  EXPECT_THAT(
      PreconditionsOf(
          CallToSession(Session(Day(2024, 1, 22)), Calling(kForce, Day(2023, 12, 1)), kSecretary, kNow).status()),
      ElementsAre("DATES_CONTRADICT invitation_date"))
      << "a letter that is still to be sent";
}

TEST(Sessions, WhatCameOfEachForceIsKept) {
  auto request = Holding();
  request.set_notes("The next is in January.");
  *request.mutable_presentations(0)->add_actions() = Wants(Day(2023, 12, 1));
  auto* offer = request.mutable_presentations(0)->add_support_offered();
  offer->set_provider(v1::SUPPORT_PROVIDER_NPCC);
  offer->set_text("A peer from another force.");
  const auto held = Hold(Called(), request, Records(), kNow);
  ASSERT_TRUE(held.ok()) << held.status();
  EXPECT_EQ(held->session.state(), v1::OVERSIGHT_SESSION_STATE_HELD);
  EXPECT_EQ(held->session.notes(), "The next is in January.");
  const auto& called = held->session.called_forces(0);
  EXPECT_EQ(called.presentation(), "The chief constable presented the plan.");
  EXPECT_THAT(called.support_offered(), SizeIs(1));
  EXPECT_THAT(called.carried_over(), ElementsAre("forces/west-midlands/actions/4"));
  EXPECT_THAT(called.actions(), ElementsAre("forces/west-midlands/actions/5"));
  ASSERT_THAT(held->actions, SizeIs(1));
  EXPECT_EQ(held->actions[0].raised_at(), "oversightSessions/7");
}

TEST(Sessions, WhatIsWrongInHoldingIsToldAtOnce) {
  auto request = Holding();
  *request.mutable_attendees(0) = Someone(static_cast<v1::AttendeeSide>(9), /*absent=*/true);
  request.mutable_presentations(0)->set_force("forces/kent");
  auto* offer = request.mutable_presentations(0)->add_support_offered();
  offer->set_provider(v1::SUPPORT_PROVIDER_OTHER_FORCE);
  *request.mutable_presentations(0)->add_support_offered() = *offer;
  request.mutable_presentations(0)->mutable_support_offered(1)->set_provider(static_cast<v1::SupportProvider>(9));
  EXPECT_THAT(FieldsOf(Hold(Called(), request, Records(), kNow).status()),
              ElementsAre("attendees[0].side", "attendees", "presentations[0].force",
                          "presentations[0].support_offered[0].provider_name",
                          "presentations[0].support_offered[1].provider", "presentations"));
  auto twice = Holding();
  *twice.add_presentations() = twice.presentations(0);
  EXPECT_THAT(FieldsOf(Hold(Called(), twice, Records(), kNow).status()), ElementsAre("presentations[1].force"));
}

TEST(Sessions, AreNotHeldAheadOfTimeNorAreTheirActionsDueBefore) {
  auto request = Holding();
  *request.mutable_presentations(0)->add_actions() = Wants(Day(2023, 11, 30));
  EXPECT_THAT(PreconditionsOf(Hold(Called(Session(Day(2023, 12, 1))), request, Records(), kNow).status()),
              ElementsAre("DATES_CONTRADICT session_date", "DATES_CONTRADICT presentations[0].actions[0].due_date"));
}

TEST(Sessions, EachVerbAsksForItsState) {
  const auto wrong = Refuses(absl::StatusCode::kFailedPrecondition, "WRONG_STATE");
  v1::CancelOversightSessionRequest cancel;
  cancel.set_reason("An election.");
  const auto cancelled = Cancel(Session(), cancel);
  ASSERT_TRUE(cancelled.ok());
  EXPECT_EQ(cancelled->state(), v1::OVERSIGHT_SESSION_STATE_CANCELLED);
  EXPECT_EQ(cancelled->cancel_reason(), "An election.");
  EXPECT_THAT(Cancel(*cancelled, cancel).status(), wrong);
  EXPECT_THAT(CallToSession(*cancelled, Calling(kForce), kSecretary, kNow).status(), wrong);
  EXPECT_THAT(Hold(*cancelled, Holding(), Records(), kNow).status(), wrong);
  EXPECT_THAT(Hold(HeldSession(), Holding(), Records(), kNow).status(), wrong);
  EXPECT_THAT(PassOn(Called(), Passing(), kSecretary, kNow).status(), wrong);
  EXPECT_THAT(std::string(PassOn(Called(), Passing(), kSecretary, kNow).status().message()),
              HasSubstr("Record that it was first"));
}

TEST(Sessions, TheOutcomeIsPassedOnAndCorrectedWithAReason) {
  const auto passed = PassOn(HeldSession(), Passing(), kSecretary, kNow);
  ASSERT_TRUE(passed.ok()) << passed.status();
  const auto& outcome = passed->called_forces(0).outcomes(0);
  EXPECT_EQ(outcome.passed_to(), "HM Chief Inspector");
  EXPECT_EQ(FormatIso(outcome.passed_on_date()), "2023-11-27");
  EXPECT_EQ(outcome.passer(), kSecretary);
  EXPECT_THAT(FieldsOf(PassOn(*passed, Passing(), kSecretary, kNow).status()), ElementsAre("correction_reason"));
  auto correction = Passing();
  correction.set_correction_reason("It was the other force.");
  EXPECT_THAT(PassOn(*passed, correction, kSecretary, kNow)->called_forces(0).outcomes(), SizeIs(2));
  EXPECT_THAT(FieldsOf(PassOn(HeldSession(), correction, kSecretary, kNow).status()), ElementsAre("correction_reason"));
  auto other = Passing();
  other.set_force("forces/kent");
  EXPECT_THAT(PassOn(HeldSession(), other, kSecretary, kNow).status(),
              Refuses(absl::StatusCode::kFailedPrecondition, "FORCE_NOT_CALLED"));
  for (const auto& date : {Day(2023, 11, 19), Day(2023, 11, 28)}) {
    auto wrong = Passing();
    *wrong.mutable_passed_on_date() = date;
    EXPECT_THAT(PreconditionsOf(PassOn(HeldSession(), wrong, kSecretary, kNow).status()),
                ElementsAre("DATES_CONTRADICT passed_on_date"));
  }
}

// ---- Support. ----

v1::Support Offer() {
  v1::Support support;
  support.set_provider(v1::SUPPORT_PROVIDER_COLLEGE_OF_POLICING);
  support.set_text("Training for sergeants.");
  *support.mutable_offered_date() = Day(2023, 11, 1);
  return support;
}

absl::StatusOr<Supported> RecordIt(const v1::Support& support,
                                   const std::optional<v1::Support>& corrects = std::nullopt) {
  return RecordSupport(kForce, support, corrects, 3, kInspector, kNow);
}

TEST(SupportRules, ItsDatesSayWhereItStands) {
  auto support = Offer();
  EXPECT_EQ(RecordIt(support)->support.state(), v1::SUPPORT_STATE_OFFERED);
  EXPECT_EQ(RecordIt(support)->support.name(), "forces/west-midlands/support/3");
  *support.mutable_from_date() = Day(2023, 11, 10);
  EXPECT_EQ(RecordIt(support)->support.state(), v1::SUPPORT_STATE_GIVEN);
  support.clear_offered_date();
  *support.mutable_to_date() = Day(2023, 11, 20);
  EXPECT_EQ(RecordIt(support)->support.state(), v1::SUPPORT_STATE_ENDED);
}

TEST(SupportRules, WhatIsWrongIsToldAtOnce) {
  auto wrong = Offer();
  wrong.clear_offered_date();
  *wrong.mutable_to_date() = Day(2023, 11, 20);
  wrong.set_provider_force(kForce);
  wrong.set_corrects("forces/kent/support/1");
  EXPECT_THAT(FieldsOf(RecordIt(wrong).status()),
              ElementsAre("support.provider_force", "support.provider_force", "support.offered_date",
                          "support.from_date", "support.correction_reason", "support.corrects"));
  auto unnamed = Offer();
  unnamed.set_provider(v1::SUPPORT_PROVIDER_OTHER);
  EXPECT_THAT(FieldsOf(RecordIt(unnamed).status()), ElementsAre("support.provider_name"));
  auto no_force = Offer();
  no_force.set_provider(v1::SUPPORT_PROVIDER_OTHER_FORCE);
  EXPECT_THAT(FieldsOf(RecordIt(no_force).status()), ElementsAre("support.provider_force"));
  auto unknown = Offer();
  unknown.set_provider(static_cast<v1::SupportProvider>(9));
  EXPECT_THAT(FieldsOf(RecordIt(unknown).status()), ElementsAre("support.provider"));
}

TEST(SupportRules, ItsDatesAreInOrderAndNotToCome) {
  auto ahead = Offer();
  *ahead.mutable_offered_date() = Day(2023, 11, 28);
  *ahead.mutable_from_date() = Day(2023, 11, 10);
  *ahead.mutable_to_date() = Day(2023, 11, 9);
  EXPECT_THAT(PreconditionsOf(RecordIt(ahead).status()),
              ElementsAre("DATES_CONTRADICT support.offered_date", "DATES_CONTRADICT support.from_date",
                          "DATES_CONTRADICT support.to_date"));
  auto month = Offer();
  month.mutable_from_date()->set_year(2023);
  month.mutable_from_date()->set_month(11);
  EXPECT_TRUE(RecordIt(month).ok()) << "a partial date forbids only what must be";
}

TEST(SupportRules, BeginsEndsOrIsDeclined) {
  const auto offered = RecordIt(Offer())->support;
  const auto wrong = Refuses(absl::StatusCode::kFailedPrecondition, "WRONG_STATE");
  const auto given = Start(offered, {}, kNow);
  ASSERT_TRUE(given.ok()) << given.status();
  EXPECT_EQ(given->state(), v1::SUPPORT_STATE_GIVEN);
  EXPECT_EQ(FormatIso(given->from_date()), "2023-11-27");
  v1::StartSupportRequest before;
  *before.mutable_from_date() = Day(2023, 10, 1);
  EXPECT_THAT(PreconditionsOf(Start(offered, before, kNow).status()), ElementsAre("DATES_CONTRADICT from_date"));
  v1::EndSupportRequest end;
  end.set_note("All are trained.");
  const auto ended = End(*given, end, kNow);
  ASSERT_TRUE(ended.ok()) << ended.status();
  EXPECT_EQ(ended->state(), v1::SUPPORT_STATE_ENDED);
  EXPECT_EQ(ended->closing_note(), "All are trained.");
  *end.mutable_to_date() = Day(2023, 11, 26);
  EXPECT_THAT(PreconditionsOf(End(*given, end, kNow).status()), ElementsAre("DATES_CONTRADICT to_date"));
  v1::DeclineSupportRequest decline;
  decline.set_reason("Not needed.");
  const auto declined = Decline(offered, decline);
  ASSERT_TRUE(declined.ok()) << declined.status();
  EXPECT_EQ(declined->state(), v1::SUPPORT_STATE_DECLINED);
  EXPECT_EQ(declined->closing_note(), "Not needed.");
  EXPECT_THAT(Start(*given, {}, kNow).status(), wrong);
  EXPECT_THAT(Start(*declined, {}, kNow).status(), wrong);
  EXPECT_THAT(End(offered, end, kNow).status(), wrong);
  EXPECT_THAT(Decline(*given, decline).status(), wrong);
}

TEST(SupportRules, IsCorrectedOnceByAnother) {
  const auto earlier = RecordIt(Offer())->support;
  auto correction = Offer();
  correction.set_corrects(earlier.name());
  correction.set_correction_reason("It was the NPCC.");
  const auto supported = RecordSupport(kForce, correction, earlier, 4, kInspector, kNow);
  ASSERT_TRUE(supported.ok()) << supported.status();
  EXPECT_EQ(supported->corrected->corrected_by(), "forces/west-midlands/support/4");
  EXPECT_THAT(RecordIt(correction, supported->corrected).status(),
              Refuses(absl::StatusCode::kFailedPrecondition, "ALREADY_CORRECTED"));
}

}  // namespace
}  // namespace oversight::monitoring
