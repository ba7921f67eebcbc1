// Agenda packs and comparisons over the real services: what is read at which moment, in whose name, and who is refused.
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/time/london.h"
#include "common/time/partial_date.h"
#include "common/time/timestamp.h"
#include "oversight/monitoring/v1/meetings_service.grpc.pb.h"
#include "tests/gateway/suite_fixture.h"

namespace oversight::gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using Gateway = v1::GatewayService;

class AgendaSuiteTest : public SuiteFixture {
 protected:
  absl::StatusOr<v1::GetAgendaResponse> Agenda(v1::GetAgendaRequest request,
                                               const std::string& principal = "chief-inspector") {
    if (!request.has_until_time()) *request.mutable_freshness() = Fully();
    return Call<Gateway>(*gateway_, principal, &Gateway::Stub::GetAgenda, request);
  }
  v1::AgendaPack Pack(const v1::GetAgendaRequest& request) {
    const auto response = Must(Agenda(request));
    EXPECT_THAT(response.packs(), SizeIs(1));
    return response.packs().empty() ? v1::AgendaPack() : response.packs(0);
  }
  static v1::GetAgendaRequest Of(const std::string& force) {
    v1::GetAgendaRequest request;
    request.set_force(force);
    return request;
  }
  void AdvanceAll(absl::Duration by) {
    for (auto* server : {forces_.get(), concerns_.get(), monitoring_.get(), gateway_.get()})
      server->clock().Advance(by);
  }
  std::string Meet(const std::string& day) {
    monitoring::v1::CreateMeetingRequest request;
    request.set_parent(kForce);
    auto& meeting = *request.mutable_meeting();
    *meeting.mutable_meeting_date() = ParsePartialDate(day).value();
    for (const auto side : {monitoring::v1::ATTENDEE_SIDE_INSPECTORATE, monitoring::v1::ATTENDEE_SIDE_FORCE}) {
      meeting.add_attendees()->set_display_name("Someone");
      meeting.mutable_attendees()->rbegin()->set_side(side);
    }
    meeting.set_notes("Agreed.");
    using monitoring::v1::MeetingsService;
    return Must(Call<MeetingsService>(*monitoring_, "liaison-lead", &MeetingsService::Stub::CreateMeeting, request))
        .meeting()
        .name();
  }
  std::string Today() { return FormatIso(LondonDay(monitoring_->clock().Now())); }
  static std::vector<v1::AgendaItemKind> Kinds(const google::protobuf::RepeatedPtrField<v1::AgendaItem>& items) {
    std::vector<v1::AgendaItemKind> kinds;
    for (const auto& item : items) kinds.push_back(item.kind());
    return kinds;
  }
};

TEST_F(AgendaSuiteTest, SinceTheLastMeetingUntilNow) {
  Issued();
  AdvanceAll(absl::Hours(48));
  const std::string meeting = Meet(Today());
  const absl::CivilDay met = LondonDay(monitoring_->clock().Now());
  AdvanceAll(absl::Hours(72));
  const auto issued = Issued();
  const auto pack = Pack(Of(kForce));
  EXPECT_EQ(pack.since_meeting(), meeting);
  EXPECT_EQ(GetTime(pack.since_time()), LondonTime(absl::CivilMinute(met)));
  EXPECT_FALSE(pack.nothing_then());
  EXPECT_EQ(pack.counts_then().open_causes_of_concern(), 1);
  EXPECT_EQ(pack.counts().open_causes_of_concern(), 2);
  EXPECT_THAT(Kinds(pack.concerns()),
              ElementsAre(v1::AGENDA_ITEM_KIND_CONCERN_ISSUED, v1::AGENDA_ITEM_KIND_RECOMMENDATION_ISSUED));
  EXPECT_EQ(pack.concerns(0).name(), issued.concern().name());
  EXPECT_THAT(Kinds(pack.meetings()), ElementsAre(v1::AGENDA_ITEM_KIND_MEETING_HELD))
      << "recorded on the day that it counts from";
  EXPECT_THAT(pack.overdue(), SizeIs(1)) << "the first was due at once";
  EXPECT_TRUE(pack.overdue(0).already_then());
  // No policy is in force at the clock of these tests, and that is said.
  ASSERT_THAT(pack.left_out(), SizeIs(2));
  EXPECT_EQ(pack.left_out(0).field(), "assessment.then");
  EXPECT_THAT(pack.left_out(1).reason(), ::testing::HasSubstr("policy"));
  ASSERT_THAT(pack.sections(), SizeIs(5));
  ASSERT_THAT(pack.sections_then(), SizeIs(5));
  for (const auto* sections : {&pack.sections(), &pack.sections_then()}) {
    for (const auto& section : *sections)
      EXPECT_EQ(section.state(), v1::SECTION_STATE_COMPLETE) << section.DebugString();
  }
}

TEST_F(AgendaSuiteTest, BetweenTwoMomentsOfThePast) {
  const auto first = Issued();
  AdvanceAll(absl::Hours(1));
  const auto second = Issued();
  AdvanceAll(absl::Hours(1));
  Issued();
  auto request = Of(kForce);
  *request.mutable_since_time() = first.header().recorded_time();
  *request.mutable_until_time() = second.header().recorded_time();
  const auto pack = Pack(request);
  ASSERT_THAT(pack.concerns(), SizeIs(2));
  EXPECT_EQ(pack.concerns(0).name(), second.concern().name());
  EXPECT_EQ(pack.counts().open_causes_of_concern(), 2);
  EXPECT_EQ(GetTime(pack.until_time()), GetTime(second.header().recorded_time()));
  EXPECT_EQ(pack.stage_then(), "scan");
}

TEST_F(AgendaSuiteTest, OfWhatWasNotRecordedThenEverythingIsNew) {
  Issued();
  EXPECT_TRUE(Pack(Of(kForce)).nothing_then()) << "there was no meeting: from the beginning";
  EXPECT_FALSE(Pack(Of(kForce)).has_since_time());
  auto request = Of(kForce);
  request.mutable_since_time()->set_seconds(1);
  const auto pack = Pack(request);
  EXPECT_TRUE(pack.nothing_then());
  EXPECT_THAT(pack.concerns(), SizeIs(2));
}

TEST_F(AgendaSuiteTest, WithoutAForceThoseInAnEnhancedStage) {
  EXPECT_THAT(Must(Agenda({})).packs(), IsEmpty());
  const auto proposed = Propose(kForce, Issued().concern().name());
  monitoring::v1::DecideProposalRequest decide;
  decide.set_name(proposed.proposal().name());
  decide.set_outcome(monitoring::v1::DECISION_OUTCOME_APPROVED);
  decide.set_rationale("It does not respond.");
  Must(Call<MonitoringService>(*monitoring_, "chief-inspector", &MonitoringService::Stub::DecideProposal, decide));
  const auto response = Must(Agenda({}));
  ASSERT_THAT(response.packs(), SizeIs(1));
  EXPECT_EQ(response.packs(0).force(), kForce);
  EXPECT_EQ(response.packs(0).stage(), "engage");
  EXPECT_THAT(Kinds(response.packs(0).moves()),
              ElementsAre(v1::AGENDA_ITEM_KIND_PROPOSED, v1::AGENDA_ITEM_KIND_DECIDED));
}

TEST_F(AgendaSuiteTest, IsForTheInspectorateWithinItsScopeAndOfThePast) {
  using absl::StatusCode;
  for (const char* outside : {"public", "west-midlands-officer", "west-midlands-oversight-body"}) {
    EXPECT_THAT(Agenda(Of(kForce), outside).status(), Refuses(StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED"));
    EXPECT_THAT(
        Call<Gateway>(*gateway_, outside, &Gateway::Stub::ListComparisons, v1::ListComparisonsRequest()).status(),
        Refuses(StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED"));
  }
  EXPECT_THAT(Agenda(Of("forces/nowhere")).status(), Refuses(StatusCode::kNotFound, "RESOURCE_NOT_FOUND"));
  const absl::Time now = gateway_->clock().Now();
  auto request = Of(kForce);
  SetTime(now + absl::Hours(1), request.mutable_since_time());
  EXPECT_THAT(Agenda(request).status(), Refuses(StatusCode::kInvalidArgument, "INVALID_FIELDS"));
  SetTime(now, request.mutable_since_time());
  SetTime(now - absl::Hours(1), request.mutable_until_time());
  EXPECT_THAT(Agenda(request).status(), Refuses(StatusCode::kInvalidArgument, "INVALID_FIELDS"));
  SetTime(now + absl::Hours(1), request.mutable_until_time());
  EXPECT_THAT(Agenda(request).status(), Refuses(StatusCode::kOutOfRange, "REVISION_IN_FUTURE"));
}

TEST_F(AgendaSuiteTest, AServiceThatIsDownTakesItsPartAndNoMore) {
  const auto issued = Issued();
  AdvanceAll(absl::Hours(1));
  AwaitCurrent();
  monitoring_.reset();
  auto request = Of(kForce);
  *request.mutable_since_time() = issued.header().recorded_time();
  const auto response = Must(Call<Gateway>(*gateway_, "chief-inspector", &Gateway::Stub::GetAgenda, request));
  ASSERT_THAT(response.packs(), SizeIs(1));
  const auto& pack = response.packs(0);
  EXPECT_EQ(pack.counts_then().open_causes_of_concern(), 1);
  ASSERT_THAT(pack.sections_then(), SizeIs(5));
  EXPECT_EQ(pack.sections_then(2).state(), v1::SECTION_STATE_UNAVAILABLE);
  EXPECT_EQ(pack.sections_then(1).state(), v1::SECTION_STATE_COMPLETE);
  EXPECT_THAT(pack.moves(), IsEmpty());
  std::vector<std::string> missing;
  for (const auto& left_out : pack.left_out()) missing.push_back(left_out.field());
  EXPECT_THAT(missing, ElementsAre("monitoring-service", "assessment.then", "assessment.now"));
}

TEST_F(AgendaSuiteTest, ComparisonsAreOfAllForces) {
  Issued(kForce);
  Issued(kOther);
  v1::ListComparisonsRequest request;
  *request.mutable_freshness() = Fully();
  const auto themes = Must(Call<Gateway>(*gateway_, "liaison-lead", &Gateway::Stub::ListComparisons, request));
  ASSERT_THAT(themes.comparisons(), SizeIs(1));
  EXPECT_EQ(themes.comparisons(0).key(), "themes/investigations");
  EXPECT_EQ(themes.comparisons(0).counts().open_causes_of_concern(), 2);
  EXPECT_THAT(themes.sections(), SizeIs(3));
  request.set_by(v1::COMPARISON_BY_REGION);
  *request.mutable_since_date() = ParsePartialDate("2000-01-01").value();
  const auto regions = Must(Call<Gateway>(*gateway_, "liaison-lead", &Gateway::Stub::ListComparisons, request));
  EXPECT_GT(regions.comparisons_size(), 5);
  EXPECT_EQ(regions.total().force_count(), register_size_);
  EXPECT_EQ(regions.total().change(), 2);
  *request.mutable_since_date() = ParsePartialDate("2190-01-01").value();
  EXPECT_THAT(Call<Gateway>(*gateway_, "liaison-lead", &Gateway::Stub::ListComparisons, request).status(),
              Refuses(absl::StatusCode::kInvalidArgument, "INVALID_FIELDS"));
}

}  // namespace
}  // namespace oversight::gateway
