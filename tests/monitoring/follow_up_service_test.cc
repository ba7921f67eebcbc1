// Plans, meetings, sessions of the oversight group and support as clients see them: who may do and see what, one
// transaction for one act, and what is derived on reading; over real transport and a real store.
#include "oversight/monitoring/v1/meetings_service.grpc.pb.h"
#include "oversight/monitoring/v1/plans_service.grpc.pb.h"
#include "oversight/monitoring/v1/support_service.grpc.pb.h"
#include "tests/monitoring/plan_fixture.h"
#include "tests/monitoring/service_fixture.h"
#include "tests/support/awaited.h"

namespace oversight::monitoring {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using Plans = v1::PlansService;
using Meetings = v1::MeetingsService;
using SupportCalls = v1::SupportService;

constexpr char kPlan[] = "forces/west-midlands/plans/1";
constexpr char kSession[] = "oversightSessions/1";
constexpr char kForceOfficer[] = "west-midlands-officer";
constexpr char kBody[] = "west-midlands-oversight-body";

MATCHER(IsDenied, "") { return absl::IsPermissionDenied(arg); }

class FollowUpServiceTest : public ServiceTest {
 protected:
  FollowUpServiceTest() {
    concerns::v1::Recommendation recommendation;
    recommendation.set_name(kOpen);
    recommendation.set_state(concerns::v1::RECOMMENDATION_STATE_OPEN);
    ToyConcerns::Keep(*concerns_, recommendation);
  }

  absl::StatusOr<v1::CreatePlanResponse> Create(const v1::PlanContent& content = Content(),
                                                const std::string& as = kForceOfficer,
                                                const std::string& force = kForce) {
    v1::CreatePlanRequest request;
    request.set_parent(force);
    *request.mutable_content() = content;
    return CallOf<Plans>(as, &Plans::Stub::CreatePlan, request);
  }
  absl::StatusOr<v1::AcceptPlanResponse> AcceptIt(const std::string& as = "hm-inspector",
                                                  const std::string& etag = "") {
    v1::AcceptPlanRequest request;
    request.set_name(kPlan);
    request.set_etag(etag);
    return CallOf<Plans>(as, &Plans::Stub::AcceptPlan, request);
  }
  absl::StatusOr<v1::GetPlanResponse> GetIt(const std::string& as) {
    v1::GetPlanRequest request;
    request.set_name(kPlan);
    return CallOf<Plans>(as, &Plans::Stub::GetPlan, request);
  }
  absl::StatusOr<v1::CreateProgressReviewResponse> ReviewIt(const std::string& as = "liaison-lead") {
    v1::CreateProgressReviewRequest request;
    request.set_parent(kPlan);
    *request.mutable_progress_review() = Rating();
    return CallOf<Plans>(as, &Plans::Stub::CreateProgressReview, request);
  }
  absl::StatusOr<v1::CreateMeetingResponse> MeetOn(const common::v1::PartialDate& date, int actions = 0,
                                                   const std::string& as = "hm-inspector",
                                                   const std::string& force = kForce) {
    v1::CreateMeetingRequest request;
    request.set_parent(force);
    auto* meeting = request.mutable_meeting();
    *meeting->mutable_meeting_date() = date;
    for (const auto side : {v1::ATTENDEE_SIDE_INSPECTORATE, v1::ATTENDEE_SIDE_FORCE}) {
      auto* attendee = meeting->add_attendees();
      attendee->set_display_name("Someone");
      attendee->set_side(side);
    }
    meeting->set_notes("Agreed.");
    for (int i = 0; i < actions; ++i) *request.add_actions() = SomeAction();
    return CallOf<Meetings>(as, &Meetings::Stub::CreateMeeting, request);
  }
  static v1::NewAction SomeAction() {
    v1::NewAction action;
    action.set_text("Send the figures");
    action.set_owner("Deputy chief constable");
    *action.mutable_due_date() = Day(2023, 12, 15);
    return action;
  }
  absl::StatusOr<v1::CloseActionResponse> CloseIt(const std::string& name, const std::string& as = "hm-inspector") {
    v1::CloseActionRequest request;
    request.set_name(name);
    request.set_state(v1::ACTION_STATE_DONE);
    request.set_note("They came.");
    return CallOf<Meetings>(as, &Meetings::Stub::CloseAction, request);
  }
  absl::StatusOr<v1::CreateOversightSessionResponse> Convene(const std::string& as = "oversight-group-secretariat") {
    v1::CreateOversightSessionRequest request;
    *request.mutable_oversight_session()->mutable_session_date() = Day(2023, 11, 24);
    request.mutable_oversight_session()->set_title("PPOG, November 2023");
    return CallOf<Meetings>(as, &Meetings::Stub::CreateOversightSession, request);
  }
  absl::StatusOr<v1::CallForceResponse> CallIt(const std::string& force = kForce,
                                               const std::string& as = "oversight-group-secretariat") {
    v1::CallForceRequest request;
    request.set_name(kSession);
    request.set_force(force);
    *request.mutable_invitation_date() = Day(2023, 10, 4);
    return CallOf<Meetings>(as, &Meetings::Stub::CallForce, request);
  }
  absl::StatusOr<v1::HoldOversightSessionResponse> HoldIt(const std::string& as = "oversight-group-secretariat") {
    v1::HoldOversightSessionRequest request;
    request.set_name(kSession);
    auto* attendee = request.add_attendees();
    attendee->set_display_name("Home Office");
    attendee->set_side(v1::ATTENDEE_SIDE_OTHER);
    auto* presentation = request.add_presentations();
    presentation->set_force(kForce);
    presentation->set_text("The chief constable presented the plan.");
    *presentation->add_actions() = SomeAction();
    return CallOf<Meetings>(as, &Meetings::Stub::HoldOversightSession, request);
  }
  absl::StatusOr<v1::CreateSupportResponse> Offer(const std::string& as = "liaison-lead",
                                                  const std::function<void(v1::Support*)>& with = nullptr) {
    v1::CreateSupportRequest request;
    request.set_parent(kForce);
    request.mutable_support()->set_provider(v1::SUPPORT_PROVIDER_NPCC);
    request.mutable_support()->set_text("A peer from another force.");
    *request.mutable_support()->mutable_offered_date() = Day(2023, 11, 1);
    if (with) with(request.mutable_support());
    return CallOf<SupportCalls>(as, &SupportCalls::Stub::CreateSupport, request);
  }
  std::map<std::string, bool> ActionsOn(const std::string& name, const std::string& as) {
    v1::ListAllowedActionsRequest request;
    request.set_name(name);
    const auto answer = Call(as, &Stub::ListAllowedActions, request);
    EXPECT_TRUE(answer.ok()) << answer.status();
    std::map<std::string, bool> allowed;
    if (answer.ok()) {
      for (const auto& action : answer->actions()) allowed[action.verb()] = action.allowed();
    }
    return allowed;
  }
};

// ---- Plans. ----

TEST_F(FollowUpServiceTest, AForcePlansAndTheInspectorateAnswers) {
  const auto created = Create();
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_EQ(created->plan().name(), kPlan);
  EXPECT_EQ(created->plan().submitter(), kOfficer);
  EXPECT_FALSE(created->plan().etag().empty());
  v1::ReturnPlanRequest back;
  back.set_name(kPlan);
  back.add_reasons("Say who trains whom.");
  ASSERT_TRUE((CallOf<Plans>("liaison-lead", &Plans::Stub::ReturnPlan, back).ok()));
  v1::SubmitPlanVersionRequest next;
  next.set_name(kPlan);
  *next.mutable_content() = Content();
  next.set_change_reason("It says so now.");
  const auto submitted = CallOf<Plans>(kForceOfficer, &Plans::Stub::SubmitPlanVersion, next);
  ASSERT_TRUE(submitted.ok()) << submitted.status();
  EXPECT_EQ(submitted->plan().version(), 2);
  ASSERT_TRUE(AcceptIt().ok());
  v1::ReportPlanProgressRequest report = Reporting("m1", Day(2023, 11, 20));
  report.set_name(kPlan);
  const auto reported = CallOf<Plans>(kForceOfficer, &Plans::Stub::ReportPlanProgress, report);
  ASSERT_TRUE(reported.ok()) << reported.status();
  const auto reviewed = ReviewIt();
  ASSERT_TRUE(reviewed.ok()) << reviewed.status();
  EXPECT_EQ(reviewed->progress_review().name(), std::string(kPlan) + "/progressReviews/1");
  EXPECT_EQ(reviewed->progress_review().plan_version(), 2);
  EXPECT_EQ(Stored(), 6) << "one transaction for each act";

  v1::ListPlanVersionsRequest versions;
  versions.set_name(kPlan);
  const auto history = CallOf<Plans>(kBody, &Plans::Stub::ListPlanVersions, versions);
  ASSERT_TRUE(history.ok()) << history.status();
  EXPECT_THAT(history->versions(), SizeIs(5));
  v1::GetPlanProgressRequest progress;
  progress.set_name(kPlan);
  auto asked = CallOf<Plans>(kForceOfficer, &Plans::Stub::GetPlanProgress, progress);
  ASSERT_TRUE(asked.ok()) << asked.status();
  EXPECT_EQ(FormatIso(asked->progress().on_date()), "2023-11-24") << "today";
  EXPECT_EQ(asked->progress().milestones(0).slippage_days(), -11);
  EXPECT_EQ(FormatIso(asked->progress().forecast_date()), "2024-03-31");
  *progress.mutable_on_date() = Day(2024, 6, 1);
  asked = CallOf<Plans>(kForceOfficer, &Plans::Stub::GetPlanProgress, progress);
  EXPECT_EQ(FormatIso(asked->progress().forecast_date()), "2024-06-01");
}

TEST_F(FollowUpServiceTest, WhoMayPlanAndWhoMayAnswer) {
  for (const auto* as : {"hm-inspector", "chief-inspector", kBody, "public", "records-manager"}) {
    EXPECT_THAT(Create(Content(), as).status(), IsDenied()) << as;
  }
  EXPECT_THAT(Create(Content(), kForceOfficer, "forces/kent").status(),
              Refuses(absl::StatusCode::kPermissionDenied, "OUT_OF_SCOPE"));
  ASSERT_TRUE(Create().ok());
  for (const auto* as : {kForceOfficer, kBody, "public", "press-officer", "oversight-group-secretariat"}) {
    EXPECT_THAT(AcceptIt(as).status(), IsDenied()) << as;
    EXPECT_THAT(ReviewIt(as).status(), IsDenied()) << as;
  }
  EXPECT_EQ(Stored(), 1);
}

TEST_F(FollowUpServiceTest, AForceSeesItsOwnPlansAndNobodyOutsideSeesOthers) {
  ASSERT_TRUE(Create().ok());
  ASSERT_TRUE(AcceptIt().ok());
  ASSERT_TRUE(ReviewIt().ok());
  for (const auto* as : {kForceOfficer, kBody, "press-officer", "chief-inspector"}) {
    EXPECT_TRUE(GetIt(as).ok()) << as;
    v1::ListPlansRequest list;
    list.set_parent("forces/-");
    list.set_state(v1::PLAN_STATE_ACCEPTED);
    EXPECT_THAT((CallOf<Plans>(as, &Plans::Stub::ListPlans, list)->plans()), SizeIs(1)) << as;
    list.set_state(v1::PLAN_STATE_RETURNED);
    EXPECT_THAT((CallOf<Plans>(as, &Plans::Stub::ListPlans, list)->plans()), IsEmpty()) << as;
    v1::ListProgressReviewsRequest reviews;
    for (const auto* parent : {"forces/-/plans/-", "forces/west-midlands/plans/-", kPlan}) {
      reviews.set_parent(parent);
      EXPECT_THAT((CallOf<Plans>(as, &Plans::Stub::ListProgressReviews, reviews)->progress_reviews()), SizeIs(1))
          << as << parent;
    }
  }
  EXPECT_THAT(GetIt("public").status(), IsDenied());
  v1::GetPlanRequest other;
  other.set_name("forces/kent/plans/1");
  v1::GetPlanProgressRequest progress;
  progress.set_name(other.name());
  v1::ListPlanVersionsRequest versions;
  versions.set_name(other.name());
  v1::ListPlansRequest list;
  list.set_parent("forces/kent");
  const auto outside = Refuses(absl::StatusCode::kPermissionDenied, "OUT_OF_SCOPE");
  EXPECT_THAT((CallOf<Plans>(kForceOfficer, &Plans::Stub::GetPlan, other).status()), outside);
  EXPECT_THAT((CallOf<Plans>(kForceOfficer, &Plans::Stub::GetPlanProgress, progress).status()), outside);
  EXPECT_THAT((CallOf<Plans>(kForceOfficer, &Plans::Stub::ListPlanVersions, versions).status()), outside);
  EXPECT_THAT((CallOf<Plans>(kBody, &Plans::Stub::ListPlans, list).status()), outside);
}

TEST_F(FollowUpServiceTest, ABadPlanChangesNothing) {
  auto content = Content();
  content.mutable_objectives(0)->set_recommendations(0, kMissing);
  EXPECT_THAT(Create(content).status(), Refuses(absl::StatusCode::kFailedPrecondition, "RECOMMENDATION_NOT_USABLE"));
  content.mutable_actions(0)->set_objective("o7");
  EXPECT_THAT(FieldsOf(Create(content).status()), ElementsAre("content.actions[0].objective"));
  content.mutable_actions(0)->mutable_due_date()->clear_day();
  content.mutable_actions(0)->clear_owner();
  EXPECT_THAT(FieldsOf(Create(content).status()),
              UnorderedElementsAre("content.actions[0].due_date", "content.actions[0].owner"))
      << "what the contract itself forbids";
  EXPECT_THAT(Create(Content(), kForceOfficer, "forces/atlantis").status(),
              ::testing::AnyOf(IsDenied(), Refuses(absl::StatusCode::kNotFound, "FORCE_NOT_FOUND")));
  EXPECT_EQ(Stored(), 0);
  ASSERT_TRUE(Create().ok());
  EXPECT_THAT(AcceptIt("hm-inspector", "\"1\"").status(), Refuses(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
  EXPECT_THAT(ReviewIt().status(), Refuses(absl::StatusCode::kFailedPrecondition, "WRONG_STATE"));
  EXPECT_EQ(Stored(), 1);
}

TEST_F(FollowUpServiceTest, APlanIsNotTakenOnAGuessWhileConcernsCannotBeAsked) {
  concerns_.reset();
  EXPECT_THAT(Create().status(), Refuses(absl::StatusCode::kUnavailable, "DEPENDENCY_UNAVAILABLE"));
  EXPECT_EQ(Stored(), 0);
}

TEST_F(FollowUpServiceTest, ARepeatedSubmissionIsOne) {
  v1::CreatePlanRequest request;
  request.set_parent(kForce);
  *request.mutable_content() = Content();
  request.set_request_id("once");
  ASSERT_TRUE((CallOf<Plans>(kForceOfficer, &Plans::Stub::CreatePlan, request).ok()));
  const auto again = CallOf<Plans>(kForceOfficer, &Plans::Stub::CreatePlan, request);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->plan().name(), kPlan);
  EXPECT_EQ(Stored(), 1);
}

// ---- Meetings and their actions. ----

TEST_F(FollowUpServiceTest, ActionsAreCarriedOverUntilTheyAreClosed) {
  const auto first = MeetOn(Day(2023, 11, 1), 2);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->meeting().stage(), "scan");
  EXPECT_THAT(first->meeting().actions(),
              ElementsAre("forces/west-midlands/actions/1", "forces/west-midlands/actions/2"));
  ASSERT_THAT(first->actions(), SizeIs(2));
  EXPECT_FALSE(first->actions(0).etag().empty());
  EXPECT_EQ(Stored(), 1) << "a meeting and its actions are one transaction";
  const auto second = MeetOn(Day(2023, 11, 10), 1);
  EXPECT_THAT(second->meeting().carried_over(),
              ElementsAre("forces/west-midlands/actions/1", "forces/west-midlands/actions/2"));
  EXPECT_THAT(second->meeting().actions(), ElementsAre("forces/west-midlands/actions/3"));
  ASSERT_TRUE(CloseIt("forces/west-midlands/actions/1").ok());
  v1::ReviseActionRequest revise;
  revise.set_name("forces/west-midlands/actions/2");
  *revise.mutable_due_date() = Day(2024, 1, 15);
  revise.set_reason("The figures come late.");
  ASSERT_TRUE((CallOf<Meetings>("liaison-lead", &Meetings::Stub::ReviseAction, revise).ok()));
  EXPECT_THAT(MeetOn(Day(2023, 11, 20))->meeting().carried_over(),
              ElementsAre("forces/west-midlands/actions/2", "forces/west-midlands/actions/3"));
  v1::ListActionsRequest list;
  list.set_parent(kForce);
  list.set_state(v1::ACTION_STATE_OPEN);
  EXPECT_THAT((CallOf<Meetings>(kForceOfficer, &Meetings::Stub::ListActions, list)->actions()), SizeIs(2));
  EXPECT_THAT(CloseIt("forces/west-midlands/actions/1").status(),
              Refuses(absl::StatusCode::kFailedPrecondition, "WRONG_STATE"));
}

TEST_F(FollowUpServiceTest, WhoMayRecordAndSeeMeetings) {
  ASSERT_TRUE(MeetOn(Day(2023, 11, 1), 1).ok());
  for (const auto* as : {kForceOfficer, kBody, "public", "press-officer", "oversight-group-secretariat"}) {
    EXPECT_THAT(MeetOn(Day(2023, 11, 2), 0, as).status(), IsDenied()) << as;
  }
  EXPECT_THAT(MeetOn(Day(2023, 11, 2), 0, "hm-inspector", "forces/kent").status(), IsDenied()) << "not its region";
  for (const auto* as : {kForceOfficer, kBody, "public"}) {
    EXPECT_THAT(CloseIt("forces/west-midlands/actions/1", as).status(), IsDenied()) << as;
  }
  v1::GetMeetingRequest meeting;
  meeting.set_name("forces/west-midlands/meetings/1");
  v1::GetActionRequest action;
  action.set_name("forces/west-midlands/actions/1");
  for (const auto* as : {kForceOfficer, kBody, "press-officer"}) {
    EXPECT_TRUE((CallOf<Meetings>(as, &Meetings::Stub::GetMeeting, meeting).ok())) << as;
    EXPECT_TRUE((CallOf<Meetings>(as, &Meetings::Stub::GetAction, action).ok())) << as;
    v1::ListMeetingsRequest list;
    list.set_parent(kForce);
    EXPECT_THAT((CallOf<Meetings>(as, &Meetings::Stub::ListMeetings, list)->meetings()), SizeIs(1)) << as;
  }
  EXPECT_THAT((CallOf<Meetings>("public", &Meetings::Stub::GetMeeting, meeting).status()), IsDenied());
  ASSERT_TRUE(MeetOn(Day(2023, 11, 2), 1, "liaison-lead", "forces/kent").ok());
  meeting.set_name("forces/kent/meetings/1");
  action.set_name("forces/kent/actions/1");
  EXPECT_THAT((CallOf<Meetings>(kForceOfficer, &Meetings::Stub::GetMeeting, meeting).status()), IsDenied());
  EXPECT_THAT((CallOf<Meetings>(kForceOfficer, &Meetings::Stub::GetAction, action).status()), IsDenied());
  v1::ListActionsRequest all;
  all.set_parent("forces/-");
  EXPECT_THAT((CallOf<Meetings>(kForceOfficer, &Meetings::Stub::ListActions, all)->actions()), SizeIs(1));
  EXPECT_THAT((CallOf<Meetings>("press-officer", &Meetings::Stub::ListActions, all)->actions()), SizeIs(2));
}

TEST_F(FollowUpServiceTest, ACorrectedMeetingPointsToTheOther) {
  ASSERT_TRUE(MeetOn(Day(2023, 11, 1)).ok());
  v1::CreateMeetingRequest request;
  request.set_parent(kForce);
  v1::GetMeetingRequest get;
  get.set_name("forces/west-midlands/meetings/1");
  *request.mutable_meeting() = CallOf<Meetings>("hm-inspector", &Meetings::Stub::GetMeeting, get)->meeting();
  request.mutable_meeting()->set_corrects(get.name());
  request.mutable_meeting()->set_correction_reason("It was a day later.");
  ASSERT_TRUE((CallOf<Meetings>("hm-inspector", &Meetings::Stub::CreateMeeting, request).ok()));
  EXPECT_EQ((CallOf<Meetings>("hm-inspector", &Meetings::Stub::GetMeeting, get)->meeting().corrected_by()),
            "forces/west-midlands/meetings/2");
  request.mutable_meeting()->set_corrects("forces/west-midlands/meetings/9");
  EXPECT_THAT((CallOf<Meetings>("hm-inspector", &Meetings::Stub::CreateMeeting, request).status()),
              Refuses(absl::StatusCode::kNotFound, "RESOURCE_NOT_FOUND"));
}

TEST_F(FollowUpServiceTest, AMissedMeetingIsDerivedFromTheStageAndTheLastOne) {
  v1::GetMeetingCadenceRequest request;
  request.set_force(kForce);
  auto cadence = CallOf<Meetings>("press-officer", &Meetings::Stub::GetMeetingCadence, request);
  ASSERT_TRUE(cadence.ok()) << cadence.status();
  EXPECT_EQ(cadence->cadence().stage(), "scan");
  EXPECT_FALSE(cadence->cadence().has_due_date()) << "never moved, never met";
  Move(EntryRequest());
  const int days = ShippedLadders().FindStage("engage")->meeting_cadence_days();
  const absl::CivilDay due = absl::CivilDay(2023, 11, 24) + days;
  *request.mutable_on_date() = ToPartialDate(due + 1);
  cadence = CallOf<Meetings>("press-officer", &Meetings::Stub::GetMeetingCadence, request);
  EXPECT_EQ(cadence->cadence().stage(), "engage");
  EXPECT_TRUE(cadence->cadence().missed());
  EXPECT_EQ(cadence->cadence().days_late(), 1);
  ASSERT_TRUE(MeetOn(Day(2023, 11, 24), 0, "liaison-lead", "forces/kent").ok());
  v1::ListMeetingCadenceRequest list;
  *list.mutable_on_date() = request.on_date();
  auto all = CallOf<Meetings>("chief-inspector", &Meetings::Stub::ListMeetingCadence, list);
  ASSERT_TRUE(all.ok()) << all.status();
  ASSERT_THAT(all->cadences(), SizeIs(2));
  EXPECT_EQ(all->cadences(0).force(), kForce) << "the latest first";
  EXPECT_EQ(all->cadences(1).force(), "forces/kent");
  list.set_missed_only(true);
  EXPECT_THAT((CallOf<Meetings>("chief-inspector", &Meetings::Stub::ListMeetingCadence, list)->cadences()), SizeIs(1));
  server_->clock().Set(absl::FromCivil(absl::CivilMinute(2023, 12, 1, 12, 0), absl::UTCTimeZone()));
  ASSERT_TRUE(MeetOn(Day(2023, 12, 1)).ok());
  cadence = CallOf<Meetings>("press-officer", &Meetings::Stub::GetMeetingCadence, request);
  EXPECT_FALSE(cadence->cadence().missed()) << "it was held";
  EXPECT_THAT((CallOf<Meetings>(kForceOfficer, &Meetings::Stub::GetMeetingCadence, request).status()), IsDenied());
  EXPECT_THAT((CallOf<Meetings>(kBody, &Meetings::Stub::ListMeetingCadence, list).status()), IsDenied());
  request.set_force("forces/atlantis");
  EXPECT_THAT((CallOf<Meetings>("press-officer", &Meetings::Stub::GetMeetingCadence, request).status()),
              Refuses(absl::StatusCode::kNotFound, "FORCE_NOT_FOUND"));
}

// ---- Sessions. ----

TEST_F(FollowUpServiceTest, ASessionIsCalledHeldAndItsOutcomePassedOn) {
  ASSERT_TRUE(MeetOn(Day(2023, 11, 1), 1).ok());
  const auto convened = Convene();
  ASSERT_TRUE(convened.ok()) << convened.status();
  EXPECT_EQ(convened->oversight_session().name(), kSession);
  ASSERT_TRUE(CallIt().ok());
  EXPECT_THAT(CallIt().status(), Refuses(absl::StatusCode::kFailedPrecondition, "FORCE_ALREADY_CALLED"));
  EXPECT_THAT(CallIt("forces/atlantis").status(), Refuses(absl::StatusCode::kNotFound, "FORCE_NOT_FOUND"));
  const auto held = HoldIt();
  ASSERT_TRUE(held.ok()) << held.status();
  const auto& called = held->oversight_session().called_forces(0);
  EXPECT_THAT(called.carried_over(), ElementsAre("forces/west-midlands/actions/1"));
  EXPECT_THAT(called.actions(), ElementsAre("forces/west-midlands/actions/2"));
  EXPECT_THAT(MeetOn(Day(2023, 11, 24))->meeting().carried_over(), SizeIs(2)) << "to the next meeting too";
  v1::PassOnOutcomeRequest pass;
  pass.set_name(kSession);
  pass.set_force(kForce);
  pass.set_outcome("Stay in Engage.");
  pass.set_passed_to("HM Chief Inspector");
  ASSERT_TRUE((CallOf<Meetings>("oversight-group-secretariat", &Meetings::Stub::PassOnOutcome, pass).ok()));
  pass.set_force("forces/kent");
  EXPECT_THAT((CallOf<Meetings>("oversight-group-secretariat", &Meetings::Stub::PassOnOutcome, pass).status()),
              Refuses(absl::StatusCode::kFailedPrecondition, "FORCE_NOT_CALLED"));
  v1::ListOversightSessionsRequest list;
  list.set_force(kForce);
  list.set_state(v1::OVERSIGHT_SESSION_STATE_HELD);
  const auto sessions = CallOf<Meetings>("press-officer", &Meetings::Stub::ListOversightSessions, list);
  ASSERT_TRUE(sessions.ok()) << sessions.status();
  ASSERT_THAT(sessions->oversight_sessions(), SizeIs(1));
  EXPECT_EQ(sessions->oversight_sessions(0).called_forces(0).outcomes(0).passed_to(), "HM Chief Inspector");
  list.set_force("forces/kent");
  EXPECT_THAT((CallOf<Meetings>("press-officer", &Meetings::Stub::ListOversightSessions, list)->oversight_sessions()),
              IsEmpty());
  v1::CancelOversightSessionRequest cancel;
  cancel.set_name(kSession);
  cancel.set_reason("Too late.");
  EXPECT_THAT((CallOf<Meetings>("chief-inspector", &Meetings::Stub::CancelOversightSession, cancel).status()),
              Refuses(absl::StatusCode::kFailedPrecondition, "WRONG_STATE"));
}

TEST_F(FollowUpServiceTest, SessionsAreForTheInspectorate) {
  for (const auto* as : {"hm-inspector", kForceOfficer, kBody, "public", "press-officer"}) {
    EXPECT_THAT(Convene(as).status(), IsDenied()) << as;
  }
  ASSERT_TRUE(Convene("chief-inspector").ok());
  v1::GetOversightSessionRequest get;
  get.set_name(kSession);
  EXPECT_TRUE((CallOf<Meetings>("hm-inspector", &Meetings::Stub::GetOversightSession, get).ok()));
  for (const auto* as : {kForceOfficer, kBody, "public"}) {
    EXPECT_THAT((CallOf<Meetings>(as, &Meetings::Stub::GetOversightSession, get).status()), IsDenied()) << as;
    EXPECT_THAT(CallIt(kForce, as).status(), IsDenied()) << as;
    EXPECT_THAT(HoldIt(as).status(), IsDenied()) << as;
  }
}

TEST_F(FollowUpServiceTest, AForceDoesNotLearnOfASessionFromWhatCameOfIt) {
  ASSERT_TRUE(Convene().ok());
  ASSERT_TRUE(CallIt().ok());
  ASSERT_TRUE(HoldIt().ok());
  ASSERT_TRUE(Offer("liaison-lead", [](v1::Support* support) { support->set_session(kSession); }).ok());
  const auto seen = [this](const std::string& as) {
    std::string seen;
    const auto note = [&seen](auto response) {
      EXPECT_TRUE(response.ok()) << response.status();
      if (response.ok()) absl::StrAppend(&seen, response->DebugString());
    };
    v1::GetActionRequest action;
    action.set_name("forces/west-midlands/actions/1");
    note(CallOf<Meetings>(as, &Meetings::Stub::GetAction, action));
    v1::ListActionsRequest actions;
    actions.set_parent(kForce);
    note(CallOf<Meetings>(as, &Meetings::Stub::ListActions, actions));
    v1::GetSupportRequest support;
    support.set_name("forces/west-midlands/support/1");
    note(CallOf<SupportCalls>(as, &SupportCalls::Stub::GetSupport, support));
    v1::ListSupportRequest list;
    list.set_parent(kForce);
    note(CallOf<SupportCalls>(as, &SupportCalls::Stub::ListSupport, list));
    grpc::ClientContext context;
    SetDeadline(context);
    auto stub = server_->StubAs<v1::MonitoringService>(as);
    v1::WatchMonitoringRequest request;
    request.mutable_start()->set_initial_state(true);
    auto reader = stub->WatchMonitoring(&context, request);
    v1::WatchMonitoringResponse response;
    while (reader->Read(&response) && !response.bookmark().initial_state_end()) {
      absl::StrAppend(&seen, response.DebugString());
    }
    context.TryCancel();
    while (reader->Read(&response)) {
    }
    reader->Finish();
    return seen;
  };
  EXPECT_NE(seen("press-officer").find(kSession), std::string::npos);
  for (const auto* as : {kForceOfficer, kBody}) {
    const std::string shown = seen(as);
    EXPECT_NE(shown.find("forces/west-midlands/actions/1"), std::string::npos);
    EXPECT_EQ(shown.find(kSession), std::string::npos) << shown;
  }
}

// ---- Support. ----

TEST_F(FollowUpServiceTest, SupportIsOfferedGivenAndEnded) {
  ASSERT_TRUE(Convene().ok());
  const auto offered = Offer("liaison-lead", [](v1::Support* support) { support->set_session(kSession); });
  ASSERT_TRUE(offered.ok()) << offered.status();
  EXPECT_EQ(offered->support().name(), "forces/west-midlands/support/1");
  v1::StartSupportRequest start;
  start.set_name(offered->support().name());
  ASSERT_TRUE((CallOf<SupportCalls>("hm-inspector", &SupportCalls::Stub::StartSupport, start).ok()));
  v1::EndSupportRequest end;
  end.set_name(start.name());
  const auto ended = CallOf<SupportCalls>("hm-inspector", &SupportCalls::Stub::EndSupport, end);
  ASSERT_TRUE(ended.ok()) << ended.status();
  EXPECT_EQ(ended->support().state(), v1::SUPPORT_STATE_ENDED);
  v1::DeclineSupportRequest decline;
  decline.set_name(start.name());
  decline.set_reason("Not needed.");
  EXPECT_THAT((CallOf<SupportCalls>("hm-inspector", &SupportCalls::Stub::DeclineSupport, decline).status()),
              Refuses(absl::StatusCode::kFailedPrecondition, "WRONG_STATE"));
  ASSERT_TRUE(Offer().ok());
  decline.set_name("forces/west-midlands/support/2");
  EXPECT_TRUE((CallOf<SupportCalls>("hm-inspector", &SupportCalls::Stub::DeclineSupport, decline).ok()));
}

TEST_F(FollowUpServiceTest, SupportNamesWhatIsThere) {
  EXPECT_THAT(Offer("liaison-lead", [](v1::Support* support) { support->set_session("oversightSessions/9"); }).status(),
              Refuses(absl::StatusCode::kNotFound, "RESOURCE_NOT_FOUND"));
  const auto by_force = [](const std::string& force) {
    return [force](v1::Support* support) {
      support->set_provider(v1::SUPPORT_PROVIDER_OTHER_FORCE);
      support->set_provider_force(force);
    };
  };
  EXPECT_THAT(Offer("liaison-lead", by_force("forces/atlantis")).status(),
              Refuses(absl::StatusCode::kNotFound, "FORCE_NOT_FOUND"));
  EXPECT_EQ(Stored(), 0);
  EXPECT_TRUE(Offer("liaison-lead", by_force("forces/kent")).ok());
}

TEST_F(FollowUpServiceTest, WhoMayRecordAndSeeSupport) {
  for (const auto* as : {kForceOfficer, kBody, "public", "press-officer"}) {
    EXPECT_THAT(Offer(as).status(), IsDenied()) << as;
  }
  ASSERT_TRUE(Offer("oversight-group-secretariat").ok());
  v1::GetSupportRequest get;
  get.set_name("forces/west-midlands/support/1");
  v1::ListSupportRequest list;
  list.set_parent(kForce);
  list.set_state(v1::SUPPORT_STATE_OFFERED);
  for (const auto* as : {kForceOfficer, kBody, "press-officer"}) {
    EXPECT_TRUE((CallOf<SupportCalls>(as, &SupportCalls::Stub::GetSupport, get).ok())) << as;
    EXPECT_THAT((CallOf<SupportCalls>(as, &SupportCalls::Stub::ListSupport, list)->support()), SizeIs(1)) << as;
  }
  EXPECT_THAT((CallOf<SupportCalls>("public", &SupportCalls::Stub::GetSupport, get).status()), IsDenied());
  get.set_name("forces/kent/support/1");
  EXPECT_THAT((CallOf<SupportCalls>(kForceOfficer, &SupportCalls::Stub::GetSupport, get).status()), IsDenied());
}

// ---- What may be done, and what is told. ----

TEST_F(FollowUpServiceTest, AllowedActionsTellForceAndInspectorTheirOwn) {
  ASSERT_TRUE(Create().ok());
  auto inspectors = ActionsOn(kPlan, "hm-inspector");
  EXPECT_TRUE(inspectors.at("AcceptPlan"));
  EXPECT_FALSE(inspectors.at("SubmitPlanVersion"));
  auto forces = ActionsOn(kPlan, kForceOfficer);
  EXPECT_FALSE(forces.at("AcceptPlan"));
  EXPECT_FALSE(forces.at("SubmitPlanVersion")) << "one is under review";
  ASSERT_TRUE(AcceptIt().ok());
  EXPECT_TRUE(ActionsOn(kPlan, kForceOfficer).at("SubmitPlanVersion"));
  EXPECT_TRUE(ActionsOn(kPlan, "hm-inspector").at("CreateProgressReview"));
  ASSERT_TRUE(Convene().ok());
  EXPECT_TRUE(ActionsOn(kSession, "oversight-group-secretariat").at("HoldOversightSession"));
  EXPECT_FALSE(ActionsOn(kSession, "hm-inspector").at("HoldOversightSession"));
  ASSERT_TRUE(Offer().ok());
  EXPECT_TRUE(ActionsOn("forces/west-midlands/support/1", "hm-inspector").at("StartSupport"));
  ASSERT_TRUE(MeetOn(Day(2023, 11, 1), 1).ok());
  EXPECT_TRUE(ActionsOn("forces/west-midlands/actions/1", "hm-inspector").at("CloseAction"));
  v1::ListAllowedActionsRequest request;
  for (const auto* name : {kSession, "forces/west-midlands/monitoring", "forces/kent/plans/1"}) {
    request.set_name(name);
    EXPECT_THAT(Call(kForceOfficer, &Stub::ListAllowedActions, request).status(), IsDenied()) << name;
  }
  request.set_name("forces/west-midlands/plans/9");
  EXPECT_THAT(Call("hm-inspector", &Stub::ListAllowedActions, request).status(),
              Refuses(absl::StatusCode::kNotFound, "RESOURCE_NOT_FOUND"));
}

TEST_F(FollowUpServiceTest, TheWatchTellsInsidersAllAndAForceItsOwn) {
  ASSERT_TRUE(Create().ok());
  ASSERT_TRUE(AcceptIt().ok());
  ASSERT_TRUE(ReviewIt().ok());
  ASSERT_TRUE(MeetOn(Day(2023, 11, 1), 1).ok());
  ASSERT_TRUE(MeetOn(Day(2023, 11, 1), 1, "liaison-lead", "forces/kent").ok());
  ASSERT_TRUE(Convene().ok());
  ASSERT_TRUE(Offer().ok());
  const auto told = [this](const std::string& as) {
    std::set<std::string> names;
    grpc::ClientContext context;
    SetDeadline(context);
    auto stub = server_->StubAs<v1::MonitoringService>(as);
    v1::WatchMonitoringRequest request;
    request.mutable_start()->set_initial_state(true);
    auto reader = stub->WatchMonitoring(&context, request);
    v1::WatchMonitoringResponse response;
    // The initial state ends with a bookmark.
    while (reader->Read(&response) && !response.bookmark().initial_state_end()) {
      for (const auto& event : response.events().events()) {
        EXPECT_NE(event.resource_case(), v1::MonitoringEvent::RESOURCE_NOT_SET) << event.name();
        names.insert(event.name());
      }
    }
    context.TryCancel();
    while (reader->Read(&response)) {
    }
    reader->Finish();
    return names;
  };
  const std::vector<std::string> own = {kPlan, std::string(kPlan) + "/progressReviews/1",
                                        "forces/west-midlands/meetings/1", "forces/west-midlands/actions/1",
                                        "forces/west-midlands/support/1"};
  EXPECT_THAT(told(kForceOfficer), ::testing::UnorderedElementsAreArray(own));
  auto all = own;
  for (const auto* name : {"forces/kent/meetings/1", "forces/kent/actions/1", kSession}) all.emplace_back(name);
  EXPECT_THAT(told("press-officer"), ::testing::IsSupersetOf(all));
}

}  // namespace
}  // namespace oversight::monitoring
