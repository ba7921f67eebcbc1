// What follows a decision, on dashboards over the real services: each caller is shown what monitoring-service shows
// them, what it derives is asked for and kept, the past is read, and the national dashboard says what needs attention.
#include <functional>
#include <map>
#include <mutex>

#include "common/time/partial_date.h"
#include "gateway/dashboard/dashboard_source.h"
#include "gateway/dashboard/suite_copy.h"
#include "oversight/monitoring/v1/advice_service.grpc.pb.h"
#include "oversight/monitoring/v1/announcements_service.grpc.pb.h"
#include "oversight/monitoring/v1/disclosures_service.grpc.pb.h"
#include "oversight/monitoring/v1/meetings_service.grpc.pb.h"
#include "oversight/monitoring/v1/plans_service.grpc.pb.h"
#include "oversight/monitoring/v1/support_service.grpc.pb.h"
#include "tests/gateway/suite_fixture.h"

namespace oversight::gateway {
namespace {

using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using namespace monitoring::v1;  // NOLINT

constexpr char kPlan[] = "forces/west-midlands/plans/1";
constexpr char kInside[] = "chief-inspector";
constexpr char kOfficer[] = "west-midlands-officer";
constexpr char kBody[] = "west-midlands-oversight-body";

common::v1::PartialDate Date(const std::string& text) { return ParsePartialDate(text).value(); }

// As text, one for each, in the order of names: lists and dashboards have other orders.
template <class Items>
std::map<std::string, std::string> Texts(const Items& items) {
  std::map<std::string, std::string> texts;
  for (const auto& item : items) texts[item.name()] = item.DebugString();
  return texts;
}

class FollowUpSuiteTest : public SuiteFixture {
 protected:
  // In Engage since today, with a plan under way, a meeting, support, advice and a disclosure; not announced.
  void Engage() {
    issued_ = Issued();
    Plan();
    const auto proposed = Propose(kForce, issued_.concern().name());
    CreateAdviceRequest advise;
    advise.set_parent(proposed.proposal().name());
    advise.mutable_advice()->set_body(ADVISORY_BODY_HMCI_BOARD);
    *advise.mutable_advice()->mutable_advice_date() = Date("2023-11-20");
    advise.mutable_advice()->set_view(ADVICE_VIEW_SUPPORTS);
    advise.mutable_advice()->set_text("Do it.");
    Must(Call<AdviceService>(*monitoring_, kInside, &AdviceService::Stub::CreateAdvice, advise));
    CreateDisclosureRequest disclose;
    disclose.set_parent(kForce);
    auto& disclosure = *disclose.mutable_disclosure();
    disclosure.set_about(proposed.proposal().name());
    disclosure.set_recipient(DISCLOSURE_RECIPIENT_CHIEF_OFFICER);
    disclosure.set_recipient_name("Chief Constable");
    disclosure.set_channel(DISCLOSURE_CHANNEL_CALL);
    *disclosure.mutable_disclosed_date() = Date("2023-11-22");
    disclosure.set_confidence(DISCLOSURE_CONFIDENCE_IN_CONFIDENCE);
    disclosure.set_teller("HM Inspector");
    disclosure.set_text("Told.");
    Must(Call<DisclosuresService>(*monitoring_, kInside, &DisclosuresService::Stub::CreateDisclosure, disclose));
    DecideProposalRequest decide;
    decide.set_name(proposed.proposal().name());
    decide.set_outcome(DECISION_OUTCOME_APPROVED);
    decide.set_rationale("It does not respond.");
    *decide.mutable_review_by_date() = Date("2023-12-15");
    decision_ = Must(Call<MonitoringService>(*monitoring_, kInside, &MonitoringService::Stub::DecideProposal, decide))
                    .decision();
    meeting_ = Meet("2023-11-24");
    CreateSupportRequest help;
    help.set_parent(kForce);
    help.mutable_support()->set_provider(SUPPORT_PROVIDER_NPCC);
    help.mutable_support()->set_text("A peer from another force.");
    *help.mutable_support()->mutable_offered_date() = Date("2023-11-24");
    Must(Call<SupportService>(*monitoring_, kInside, &SupportService::Stub::CreateSupport, help));
  }
  void Plan() {
    CreatePlanRequest create;
    create.set_parent(kForce);
    auto& content = *create.mutable_content();
    content.set_title("Improvement plan");
    auto& objective = *content.add_objectives();
    objective.set_id("o1");
    objective.set_title("Investigations are planned");
    objective.set_other_basis("Agreed besides.");
    auto& action = *content.add_actions();
    action.set_id("a1");
    action.set_objective("o1");
    action.set_text("Train every sergeant");
    action.set_owner("Head of crime");
    *action.mutable_due_date() = Date("2023-12-01");
    Must(Call<PlansService>(*monitoring_, kOfficer, &PlansService::Stub::CreatePlan, create));
    AcceptPlanRequest accept;
    accept.set_name(kPlan);
    Must(Call<PlansService>(*monitoring_, "liaison-lead", &PlansService::Stub::AcceptPlan, accept));
    CreateProgressReviewRequest review;
    review.set_parent(kPlan);
    auto& said = *review.mutable_progress_review();
    *said.mutable_review_date() = Date("2023-11-24");
    said.set_overall(PROGRESS_RATING_AMBER);
    said.set_text("It began late.");
    said.add_objectives()->set_objective("o1");
    said.mutable_objectives(0)->set_rating(PROGRESS_RATING_GREEN);
    Must(Call<PlansService>(*monitoring_, "liaison-lead", &PlansService::Stub::CreateProgressReview, review));
  }
  CreateMeetingResponse Meet(const std::string& day, const std::string& force = kForce) {
    CreateMeetingRequest request;
    request.set_parent(force);
    auto& meeting = *request.mutable_meeting();
    *meeting.mutable_meeting_date() = Date(day);
    for (const auto side : {ATTENDEE_SIDE_INSPECTORATE, ATTENDEE_SIDE_FORCE}) {
      meeting.add_attendees()->set_display_name("Someone");
      meeting.mutable_attendees()->rbegin()->set_side(side);
    }
    meeting.set_notes("Agreed.");
    auto& action = *request.add_actions();
    action.set_text("Send the figures");
    action.set_owner("Deputy chief constable");
    *action.mutable_due_date() = Date("2024-01-15");
    return Must(Call<MeetingsService>(*monitoring_, "liaison-lead", &MeetingsService::Stub::CreateMeeting, request));
  }
  Announcement Announce() {
    CreateAnnouncementRequest request;
    request.set_parent(kForce);
    request.mutable_announcement()->set_decision(decision_.name());
    return Must(Call<AnnouncementsService>(*monitoring_, "liaison-lead",
                                           &AnnouncementsService::Stub::CreateAnnouncement, request))
        .announcement();
  }
  void Publish(const std::string& announcement) {
    using Stub = AnnouncementsService::Stub;
    const auto with_name = [&announcement](auto request) {
      request.set_name(announcement);
      return request;
    };
    Must(Call<AnnouncementsService>(*monitoring_, "liaison-lead", &Stub::SubmitAnnouncement,
                                    with_name(SubmitAnnouncementRequest())));
    Must(Call<AnnouncementsService>(*monitoring_, "hm-inspector", &Stub::ReviewAnnouncement,
                                    with_name(ReviewAnnouncementRequest())));
    Must(Call<AnnouncementsService>(*monitoring_, "press-officer", &Stub::ClearAnnouncement,
                                    with_name(ClearAnnouncementRequest())));
    Must(Call<AnnouncementsService>(*monitoring_, "press-officer", &Stub::PublishAnnouncement,
                                    with_name(PublishAnnouncementRequest())));
  }
  // What the owner lists for a caller below the force.
  template <class Service, class Response, class Request>
  Response Own(const std::string& who,
               grpc::Status (Service::Stub::*list)(grpc::ClientContext*, const Request&, Response*),
               const std::string& below = "") {
    Request request;
    request.set_parent(kForce + below);
    return Must(Call<Service>(*monitoring_, who, list, request));
  }
  PlanProgress OwnProgress() {
    GetPlanProgressRequest request;
    request.set_name(kPlan);
    return Must(Call<PlansService>(*monitoring_, kInside, &PlansService::Stub::GetPlanProgress, request)).progress();
  }
  void PassDays(int days) {
    for (auto* server : {forces_.get(), concerns_.get(), monitoring_.get(), gateway_.get()}) {
      server->clock().Advance(absl::Hours(24 * days));
    }
  }
  static v1::SectionStatus FollowUp(const ::google::protobuf::RepeatedPtrField<v1::SectionStatus>& sections) {
    for (const auto& section : sections) {
      if (section.part() == "follow_up") return section;
    }
    ADD_FAILURE() << "no such section";
    return {};
  }
  static std::map<v1::AttentionKind, std::string> Attention(const v1::NationalDashboard& dashboard) {
    std::map<v1::AttentionKind, std::string> attention;
    for (const auto& item : dashboard.attention()) {
      attention[item.kind()] = absl::StrCat(item.name(), " ", FormatIso(item.date()), " ", item.days());
    }
    return attention;
  }

  concerns::v1::IssueConcernResponse issued_;
  Decision decision_;
  CreateMeetingResponse meeting_;
};

TEST_F(FollowUpSuiteTest, EachCallerIsShownWhatTheOwnerShowsThem) {
  Engage();
  const auto compare = [this](size_t announcements_outside) {
    for (const std::string who : {kInside, kOfficer, kBody}) {
      SCOPED_TRACE(who);
      const bool inside = who == kInside;
      const auto shown = Must(OfForce(kForce, Fully(), who));
      const auto own = Own<AnnouncementsService>(who, &AnnouncementsService::Stub::ListAnnouncements);
      EXPECT_EQ(Texts(shown.announcements()), Texts(own.announcements()));
      EXPECT_THAT(shown.announcements(), SizeIs(inside ? 1 : announcements_outside));
      ASSERT_THAT(shown.plans(), SizeIs(1));
      EXPECT_EQ(shown.plans(0).plan().DebugString(),
                Own<PlansService>(who, &PlansService::Stub::ListPlans).plans(0).DebugString());
      EXPECT_EQ(shown.plans(0).latest_review().DebugString(),
                Own<PlansService>(who, &PlansService::Stub::ListProgressReviews, "/plans/-")
                    .progress_reviews(0)
                    .DebugString());
      EXPECT_EQ(shown.plans(0).progress().DebugString(), OwnProgress().DebugString());
      EXPECT_EQ(Texts(shown.meetings()),
                Texts(Own<MeetingsService>(who, &MeetingsService::Stub::ListMeetings).meetings()));
      EXPECT_EQ(Texts(shown.open_actions()),
                Texts(Own<MeetingsService>(who, &MeetingsService::Stub::ListActions).actions()));
      EXPECT_EQ(Texts(shown.support()), Texts(Own<SupportService>(who, &SupportService::Stub::ListSupport).support()));
      EXPECT_THAT(shown.meetings(), SizeIs(1));
      EXPECT_THAT(shown.open_actions(), SizeIs(1));
      EXPECT_THAT(shown.support(), SizeIs(1));
      EXPECT_EQ(FollowUp(shown.sections()).state(), v1::SECTION_STATE_COMPLETE) << FollowUp(shown.sections()).reason();
      EXPECT_THAT(shown.advice(), SizeIs(inside ? 1 : 0));
      EXPECT_THAT(shown.disclosures(), SizeIs(inside ? 1 : 0));
      EXPECT_EQ(shown.has_meeting_cadence(), inside);
      if (inside) {
        EXPECT_EQ(shown.meeting_cadence().cadence_days(), 28);
        EXPECT_EQ(shown.meeting_cadence().last_meeting(), meeting_.meeting().name());
        EXPECT_EQ(FormatIso(shown.meeting_cadence().due_date()), "2023-12-22");
      } else {
        for (const char* hidden : {"/decisions/", "/proposals/", "Do it.", "Told."}) {
          EXPECT_EQ(shown.DebugString().find(hidden), std::string::npos) << hidden;
        }
      }
    }
  };
  const auto announcement = Announce();
  compare(0);
  Publish(announcement.name());
  compare(1);
}

TEST_F(FollowUpSuiteTest, WhatNeedsAttentionIsToldFromTheRecordsAndOfMeetingsByTheOwner) {
  Engage();
  using Kinds = std::map<v1::AttentionKind, std::string>;
  const auto before = Must(National(Fully()));
  EXPECT_EQ(Attention(before), Kinds({{v1::ATTENTION_KIND_ANNOUNCEMENT_WAITS, decision_.name() + " 2023-11-24 0"}}));
  EXPECT_EQ(before.missed_meetings(), 0);
  EXPECT_EQ(FollowUp(before.sections()).state(), v1::SECTION_STATE_COMPLETE);
  Publish(Announce().name());
  EXPECT_EQ(Attention(Must(National(Fully()))), Kinds());
  PassDays(30);  // To 24 December; the meeting was due on the 22nd.
  const auto after = Must(National(Fully()));
  EXPECT_EQ(Attention(after), Kinds({{v1::ATTENTION_KIND_REVIEW_DATE_PASSED, decision_.name() + " 2023-12-15 9"},
                                     {v1::ATTENTION_KIND_MEETING_MISSED, meeting_.meeting().name() + " 2023-12-22 2"},
                                     {v1::ATTENTION_KIND_RECOMMENDATION_OVERDUE,
                                      issued_.concern().name() + "/recommendations/1 2023-11-24 30"}}));
  EXPECT_EQ(after.missed_meetings(), 1);
  for (const auto& row : after.rows()) EXPECT_EQ(row.meeting_missed(), row.force() == kForce) << row.force();
  const auto force = Must(OfForce(kForce, Fully()));
  EXPECT_TRUE(force.meeting_cadence().missed());
  EXPECT_EQ(force.meeting_cadence().days_late(), 2);
  EXPECT_EQ(force.plans(0).progress().overdue_action_count(), 1);
  // Met again: at once, since the record has changed.
  const auto token = Meet("2023-12-24").header().consistency_token();
  EXPECT_EQ(Must(National(AtLeast({token}))).missed_meetings(), 0);
  EXPECT_FALSE(Must(OfForce(kForce, AtLeast({token}))).meeting_cadence().missed());
}

TEST_F(FollowUpSuiteTest, ThePastIsShownAsItWasRecordedToEachCaller) {
  Engage();
  const auto moment = meeting_.header().recorded_time();
  monitoring_->clock().Advance(absl::Seconds(1));
  Publish(Announce().name());
  PassDays(30);
  Meet("2023-12-24");
  v1::GetForceDashboardRequest request;
  request.set_name(kForce);
  *request.mutable_as_of_time() = moment;
  for (const std::string who : {kInside, kOfficer}) {
    SCOPED_TRACE(who);
    const bool inside = who == kInside;
    const auto response =
        Must(Call<v1::GatewayService>(*gateway_, who, &v1::GatewayService::Stub::GetForceDashboard, request));
    const auto& then = response.dashboard();
    ASSERT_THAT(then.sections(), SizeIs(5));
    EXPECT_EQ(FollowUp(then.sections()).state(), v1::SECTION_STATE_COMPLETE) << FollowUp(then.sections()).reason();
    EXPECT_THAT(then.meetings(), SizeIs(1));
    EXPECT_THAT(then.open_actions(), SizeIs(1));
    ASSERT_THAT(then.plans(), SizeIs(1));
    EXPECT_EQ(then.plans(0).latest_review().overall(), PROGRESS_RATING_AMBER);
    EXPECT_EQ(FormatIso(then.plans(0).progress().on_date()), "2023-11-24");
    EXPECT_EQ(then.plans(0).progress().overdue_action_count(), 0);
    EXPECT_THAT(then.announcements(), IsEmpty());
    EXPECT_THAT(then.advice(), SizeIs(inside ? 1 : 0));
    EXPECT_THAT(then.disclosures(), SizeIs(inside ? 1 : 0));
    EXPECT_EQ(then.meeting_cadence().last_meeting(), inside ? meeting_.meeting().name() : "");
    EXPECT_FALSE(then.meeting_cadence().missed());
  }
  // By the dates of the record, nothing is derived.
  request.clear_as_of_time();
  *request.mutable_on_date() = Date("2023-11-24");
  const auto on_day =
      Must(Call<v1::GatewayService>(*gateway_, kInside, &v1::GatewayService::Stub::GetForceDashboard, request));
  EXPECT_THAT(on_day.dashboard().sections(), SizeIs(3));
  EXPECT_THAT(on_day.dashboard().meetings(), SizeIs(1));
  EXPECT_FALSE(on_day.dashboard().has_meeting_cadence());
}

TEST_F(FollowUpSuiteTest, WhileTheOwnerIsAwayWhatWasDerivedIsShownAsOld) {
  Engage();
  ASSERT_TRUE(Must(OfForce(kForce, Fully())).has_meeting_cadence());
  Must(National(Fully()));
  monitoring_->Stop();
  ASSERT_TRUE(Eventually([&] { return FollowUp(Must(OfForce()).sections()).state() == v1::SECTION_STATE_STALE; }));
  EXPECT_TRUE(Eventually([&] { return FollowUp(Must(National()).sections()).state() == v1::SECTION_STATE_STALE; }));
  const auto stale = Must(OfForce());
  EXPECT_TRUE(stale.has_meeting_cadence());
  EXPECT_TRUE(stale.plans(0).has_progress());
  EXPECT_EQ(stale.sections(3).state(), v1::SECTION_STATE_COMPLETE) << "the overview is another owner's";
  EXPECT_THAT(FollowUp(stale.sections()).reason(), Not(IsEmpty()));
  // A gateway that starts now knows nothing of it.
  const auto gateway = StartGateway(forces_->address(), concerns_->address(), Nowhere());
  ASSERT_TRUE(Eventually([&] { return National(*gateway, {}).ok(); }));
  const auto unknown = Must(National(*gateway, {}));
  EXPECT_EQ(FollowUp(unknown.sections()).state(), v1::SECTION_STATE_UNAVAILABLE);
  EXPECT_THAT(FollowUp(unknown.sections()).reason(), Not(IsEmpty()));
  const auto force = Must(OfForce(*gateway, kForce, {}));
  EXPECT_FALSE(force.has_meeting_cadence());
  EXPECT_EQ(FollowUp(force.sections()).state(), v1::SECTION_STATE_UNAVAILABLE);
  monitoring_->StartAgain();
  EXPECT_TRUE(Eventually([&] { return FollowUp(Must(OfForce()).sections()).state() == v1::SECTION_STATE_COMPLETE; }));
}

TEST_F(FollowUpSuiteTest, WhatIsDerivedIsAsCurrentAsTheRecordOfItsForce) {
  Engage();
  const auto first = Must(OfForce(kForce, Fully()));
  Meet("2023-11-24", kOther);
  const auto second = Must(OfForce(kForce, Fully()));
  EXPECT_EQ(first.meeting_cadence().DebugString(), second.meeting_cadence().DebugString());
  EXPECT_GT(FollowUp(second.sections()).revision(), FollowUp(first.sections()).revision())
      << "current as the copy is, though not asked again";
}

// The records are followed and the question is not answered: that is another part, and it says so by itself.
TEST_F(FollowUpSuiteTest, WhatIsNotAnsweredIsItsOwnPart) {
  Engage();
  SuiteCopy copy = MakeSuiteCopy(forces_->ChannelAs(""), concerns_->ChannelAs(""), monitoring_->ChannelAs(""),
                                 {"principals/gateway"}, nullptr);
  std::mutex mu;
  std::vector<std::function<void(absl::StatusOr<DerivedPart>)>> asked;  // of the force
  const auto never = [](const DerivedQuestion&, const auto&) {};
  const auto later = [&](const DerivedQuestion& question, std::function<void(absl::StatusOr<DerivedPart>)> done) {
    std::lock_guard lock(mu);
    if (question.force == kForce) asked.push_back(std::move(done));
  };
  const auto answer = [&](size_t number, const absl::StatusOr<DerivedPart>& with) {
    ASSERT_TRUE(Eventually([&] {
      std::lock_guard lock(mu);
      return asked.size() >= number;
    }));
    std::function<void(absl::StatusOr<DerivedPart>)> done;
    {
      std::lock_guard lock(mu);
      done = asked[number - 1];
    }
    done(with);
  };
  DashboardSource source(copy, gateway_->clock(), {.overview = never, .follow_up = later});
  const auto shown = [&] {
    v1::ForceDashboard dashboard;
    const auto encoded = source.Force(kForce, Audience::kInspectorate);
    if (encoded.ok()) dashboard.ParseFromString((*encoded)->bytes);
    return dashboard;
  };
  const auto section = [&](const std::string& part, Audience audience = Audience::kInspectorate) {
    for (const auto& section : source.Sections(audience, kForce)) {
      if (section.service() == "monitoring-service" && section.part() == part) return section;
    }
    return v1::SectionStatus();
  };
  copy.Start();
  ASSERT_TRUE(
      Eventually([&] { return shown().meetings_size() == 1 && section("").state() == v1::SECTION_STATE_COMPLETE; }));
  EXPECT_EQ(section("follow_up").state(), v1::SECTION_STATE_UNAVAILABLE);
  EXPECT_EQ(section("follow_up").reason(), "monitoring-service is being asked.");
  EXPECT_FALSE(shown().has_meeting_cadence());
  DerivedPart part;
  part.force.mutable_meeting_cadence()->set_cadence_days(28);
  part.revision = monitoring_->ledger().head().revision;
  answer(1, part);
  EXPECT_EQ(section("follow_up").state(), v1::SECTION_STATE_COMPLETE);
  EXPECT_EQ(shown().meeting_cadence().cadence_days(), 28);
  // The record goes on, perhaps by what outsiders are not told of: only the inspectorate sees that the owner is asked.
  Meet("2023-11-24");
  ASSERT_TRUE(Eventually([&] { return shown().meetings_size() == 2; }));
  EXPECT_LT(section("follow_up").revision(), section("").revision());
  EXPECT_EQ(section("follow_up", Audience::kOutside).state(), v1::SECTION_STATE_COMPLETE);
  EXPECT_EQ(section("follow_up", Audience::kOutside).revision(), section("", Audience::kOutside).revision());
  // And the owner refuses: what it said last is shown, and said to be old.
  answer(2, absl::UnavailableError("Not now."));
  EXPECT_EQ(section("follow_up").state(), v1::SECTION_STATE_STALE);
  EXPECT_EQ(section("follow_up").revision(), part.revision);
  EXPECT_EQ(section("follow_up").reason(), "monitoring-service did not say: Not now.");
  EXPECT_EQ(section("follow_up", Audience::kOutside).reason(), "This part cannot be brought up to date now.");
  EXPECT_EQ(section("").state(), v1::SECTION_STATE_COMPLETE);
  EXPECT_EQ(shown().meeting_cadence().cadence_days(), 28);
  source.Stop();
  copy.Stop();
}

}  // namespace
}  // namespace oversight::gateway
