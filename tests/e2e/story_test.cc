// The story of one real force, entered through the command line into the real binaries and read back at any moment in
// between on both clocks: as of each revision and time it was recorded at, and on the days that its dates name.
#include <signal.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/time/partial_date.h"
#include "common/time/timestamp.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "oversight/concerns/v1/concerns_service.grpc.pb.h"
#include "oversight/concerns/v1/overview_service.grpc.pb.h"
#include "oversight/monitoring/v1/monitoring_service.grpc.pb.h"
#include "tests/e2e/suite_fixture.h"

namespace oversight::testing {
namespace {

using namespace concerns::v1;  // NOLINT
using google::protobuf::Timestamp;
using monitoring::v1::MonitoringService;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kStory[] = "data/scenarios/west-midlands-2023-2024.json";
constexpr char kInvestigations[] = "forces/west-midlands/concerns/1";

class StoryTest : public SuiteFixture {
 protected:
  void SetUp() override {
    StartSuite({});
    const Ran played = suite_->Cli("chief-inspector", {"play", kStory});
    ASSERT_EQ(played.code, 0) << played.err;
  }

  template <class Service, class Request, class Response>
  Response Call(grpc::Status (Service::Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                const Request& request, const std::string& principal = "chief-inspector") {
    const auto stub = Service::NewStub(suite_->ChannelAs("gateway", principal));
    grpc::ClientContext context;
    SetDeadline(context);
    Response response;
    const grpc::Status status = (stub.get()->*method)(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }

  ForceDashboard Dashboard(const std::string& on_date, const Timestamp* as_of = nullptr,
                           const std::string& principal = "chief-inspector") {
    gateway::v1::GetForceDashboardRequest request;
    request.set_name(kForce);
    request.mutable_freshness()->set_fully_consistent(true);
    if (!on_date.empty()) *request.mutable_on_date() = ParsePartialDate(on_date).value();
    if (as_of != nullptr) *request.mutable_as_of_time() = *as_of;
    return Call<GatewayService>(&GatewayService::Stub::GetForceDashboard, request, principal).dashboard();
  }

  gateway::v1::NationalDashboard National(const Timestamp* as_of = nullptr) {
    gateway::v1::GetNationalDashboardRequest request;
    request.mutable_freshness()->set_fully_consistent(true);
    if (as_of != nullptr) *request.mutable_as_of_time() = *as_of;
    return Call<GatewayService>(&GatewayService::Stub::GetNationalDashboard, request).dashboard();
  }
  static gateway::v1::NationalDashboardRow RowOf(const gateway::v1::NationalDashboard& dashboard) {
    for (const auto& row : dashboard.rows()) {
      if (row.force() == kForce) return row;
    }
    return {};
  }

  // The acts on a concern, oldest first: verb -> when it was recorded, the last of its kind.
  std::map<std::string, common::v1::ChangeInfo> ActsOn(const std::string& concern) {
    GetConcernHistoryRequest request;
    request.set_name(concern);
    request.set_page_size(1000);
    const auto history = Call<ConcernOverviewService>(&ConcernOverviewService::Stub::GetConcernHistory, request);
    std::map<std::string, common::v1::ChangeInfo> acts;
    for (const auto& act : history.acts()) acts.emplace(act.change().verb(), act.change());
    return acts;
  }

  struct Counted {
    int open = 0, discharged = 0, drafts = 0;
    bool operator==(const Counted& other) const {
      return open == other.open && discharged == other.discharged && drafts == other.drafts;
    }
  };
  Counted AsOf(int64_t revision) {
    ListConcernsRequest request;
    request.set_parent(kForce);
    request.mutable_read()->mutable_as_of()->set_revision(revision);
    Counted counted;
    const auto listed = Call<ConcernsService>(&ConcernsService::Stub::ListConcerns, request);
    for (const auto& concern : listed.concerns()) {
      counted.open += concern.state() == CONCERN_STATE_ISSUED;
      counted.discharged += concern.state() == CONCERN_STATE_DISCHARGED;
      counted.drafts += concern.state() == CONCERN_STATE_DRAFT;
    }
    return counted;
  }
  int OpenOn(const std::string& day) {
    ListConcernsRequest request;
    request.set_parent(kForce);
    *request.mutable_open_on_date() = ParsePartialDate(day).value();
    return Call<ConcernsService>(&ConcernsService::Stub::ListConcerns, request).concerns_size();
  }

  // How many of the recommendations of the first concern are in each state.
  static std::map<RecommendationState, int> Recommendations(const ForceDashboard& dashboard) {
    std::map<RecommendationState, int> states;
    for (const auto& view : dashboard.concerns()) {
      if (view.concern().name() != kInvestigations) continue;
      for (const auto& item : view.recommendations()) ++states[item.recommendation().state()];
    }
    return states;
  }
  static int Closed(const ForceDashboard& dashboard) {
    int closed = 0;
    for (const auto& view : dashboard.concerns()) closed += view.concern().state() == CONCERN_STATE_DISCHARGED;
    return closed;
  }
};

TEST_F(StoryTest, TheDashboardShowsTheWholeRecordAtTheEnd) {
  const ForceDashboard dashboard = Dashboard("");
  EXPECT_EQ(dashboard.monitoring().stage(), "scan");
  EXPECT_EQ(FormatIso(dashboard.monitoring().since_date()), "2024-09-18");
  ASSERT_EQ(dashboard.past_episodes_size(), 1);
  EXPECT_EQ(FormatIso(dashboard.past_episodes(0).from_date()), "2023-11-24");
  EXPECT_EQ(FormatIso(dashboard.past_episodes(0).until_date()), "2024-09-18");
  EXPECT_EQ(dashboard.past_episodes(0).length().min_days(), 299);
  EXPECT_EQ(dashboard.past_episodes(0).length().max_days(), 299);
  ASSERT_EQ(dashboard.past_episodes(0).open_causes_size(), 1);
  EXPECT_EQ(dashboard.past_episodes(0).open_causes(0).concern(), kInvestigations);
  ASSERT_EQ(dashboard.past_episodes(0).reason_outcomes_size(), 4);
  EXPECT_EQ(dashboard.past_episodes(0).reason_outcomes(0).end(), monitoring::v1::REASON_END_CARRIED_FORWARD);
  EXPECT_EQ(dashboard.past_episodes(0).reason_outcomes(3).end(), monitoring::v1::REASON_END_MET);
  EXPECT_EQ(dashboard.counts().open_causes_of_concern(), 1);
  EXPECT_EQ(dashboard.counts().open_recommendations(), 2);
  ASSERT_EQ(dashboard.concerns_size(), 4);
  EXPECT_EQ(Closed(dashboard), 3);
  EXPECT_EQ(Recommendations(dashboard)[RECOMMENDATION_STATE_VERIFIED], 3);

  // What is below the concern that is open, which comes first.
  const auto& open = dashboard.concerns(0);
  EXPECT_EQ(open.concern().name(), kInvestigations);
  EXPECT_EQ(open.concern().handling().level(), HANDLING_LEVEL_MANAGING);
  EXPECT_THAT(open.concern().handling().rationale(), Not(IsEmpty()));
  EXPECT_EQ(FormatIso(open.concern().published().date()), "2023-11-24");
  ASSERT_EQ(open.responses_size(), 1);
  EXPECT_EQ(open.responses(0).judgement().adequacy(), ADEQUACY_ADEQUATE);
  ASSERT_EQ(open.recommendations_size(), 5);
  const auto& extended = open.recommendations(3);
  EXPECT_EQ(FormatIso(extended.recommendation().original_due_date()), "2024-05-24");
  EXPECT_EQ(FormatIso(extended.recommendation().due_date()), "2024-12-31");
  EXPECT_EQ(extended.recommendation().extensions_size(), 1);
  EXPECT_EQ(extended.progress_note_count(), 1);
  EXPECT_THAT(extended.latest_progress_note().text(), HasSubstr("under way"));

  // What belongs to the force.
  ASSERT_EQ(dashboard.inspections_size(), 1);
  EXPECT_EQ(dashboard.inspections(0).expected_publication_date().published_text(), "early 2024");
  ASSERT_EQ(dashboard.revisits_size(), 2);
  EXPECT_EQ(FormatIso(dashboard.revisits(0).letter().sent_date()), "2024-09-18");
  EXPECT_EQ(FormatIso(dashboard.revisits(1).letter().sent_date()), "2024-07");
  ASSERT_EQ(dashboard.evidence_size(), 1);
  EXPECT_TRUE(dashboard.evidence(0).by_force());
  ASSERT_EQ(dashboard.oversight_bodies_size(), 1);
  EXPECT_EQ(dashboard.oversight_bodies(0).oversight_body().display_name(),
            "Police and Crime Commissioner for West Midlands");

  // What is derived, the section it is told in, and what there was no room for.
  const auto& overview = dashboard.overview();
  EXPECT_EQ(overview.summary().counts().open_recommendations(), 2);
  EXPECT_EQ(overview.due_size(), 2);
  EXPECT_EQ(overview.history_size(), 20);
  EXPECT_EQ(overview.history(0).change().verb(), "AssessHandling");
  EXPECT_THAT(overview.rules_not_checked(), IsEmpty());
  ASSERT_EQ(dashboard.sections_size(), 5);
  EXPECT_EQ(dashboard.sections(3).part(), "overview");
  EXPECT_EQ(dashboard.sections(3).state(), gateway::v1::SECTION_STATE_COMPLETE);
  EXPECT_EQ(dashboard.sections(4).part(), "follow_up");
  EXPECT_EQ(dashboard.sections(4).state(), gateway::v1::SECTION_STATE_COMPLETE);
  ASSERT_EQ(dashboard.left_out_size(), 1);
  EXPECT_EQ(dashboard.left_out(0).field(), "overview.history");

  // The force sees its record, and nothing of how moves are made.
  const ForceDashboard officers = Dashboard("", nullptr, "west-midlands-officer");
  EXPECT_EQ(officers.concerns_size(), 4);
  EXPECT_EQ(officers.decisions_size() + officers.proposals_size(), 0);
  EXPECT_EQ(officers.inspections_size(), 0) << "its report is not published";
  EXPECT_EQ(officers.revisits_size(), 2);
  EXPECT_EQ(officers.overview().due_size(), 2);
  EXPECT_EQ(officers.overview().history_size(), 0);

  const std::string page = suite_->Cli("chief-inspector", {"dashboard", "west-midlands"}).out;
  for (const char* shown : {"Stage: Scan, since 18 September 2024",
                            "Earlier: engage from 24 November 2023 until 18 September 2024, 299 days",
                            "r1 carried forward, followed by the force liaison lead: ",
                            "still open then: concerns/1  Investigations and outcomes for victims",
                            "Oversight body: Police and Crime Commissioner for West Midlands", "expected early 2024",
                            "letter sent July 2024", "handling: managing", "31 December 2024 (first 24 May 2024)",
                            "Improvement plan", "Latest acts", "Not shown: overview.history"}) {
    EXPECT_THAT(page, HasSubstr(shown));
  }
}

TEST_F(StoryTest, EachDayOfTheStoryIsAnsweredByItsDates) {
  struct Expected {
    const char* day;
    const char* stage;
    int open, closed, verified;
  };
  for (const Expected& expected : {Expected{"2023-11-23", "scan", 0, 0, 0}, Expected{"2023-11-24", "engage", 4, 0, 0},
                                   Expected{"2024-07-30", "engage", 4, 0, 0}, Expected{"2024-07-31", "engage", 1, 3, 0},
                                   Expected{"2024-09-17", "engage", 1, 3, 0}, Expected{"2024-09-18", "scan", 1, 3, 3},
                                   Expected{"2025-01-01", "scan", 1, 3, 3}}) {
    SCOPED_TRACE(expected.day);
    const ForceDashboard dashboard = Dashboard(expected.day);
    EXPECT_EQ(FormatIso(dashboard.today()), expected.day);
    EXPECT_EQ(dashboard.monitoring().stage(), expected.stage);
    EXPECT_EQ(dashboard.counts().open_causes_of_concern(), expected.open);
    EXPECT_EQ(OpenOn(expected.day), expected.open) << "the list says the same";
    EXPECT_EQ(Closed(dashboard), expected.closed);
    EXPECT_EQ(Recommendations(dashboard)[RECOMMENDATION_STATE_VERIFIED], expected.verified);
    EXPECT_FALSE(dashboard.has_overview());
    ASSERT_EQ(dashboard.left_out_size(), 2);
    EXPECT_EQ(dashboard.left_out(0).field(), "meeting_cadence");
    EXPECT_EQ(dashboard.left_out(1).field(), "overview");
  }
  EXPECT_FALSE(Dashboard("2023-11-23").monitoring().has_since_date()) << "never moved by then";
  const auto in = Dashboard("2024-09-17").episode();
  EXPECT_EQ(in.entry_reasons_size(), 4);
  EXPECT_EQ(in.reason_outcomes_size() + in.open_causes_size(), 0) << "how it ended is not known yet";
  // Overdue is of the day: three recommendations were due on 24 February and one on 31 March, two at once.
  EXPECT_EQ(Dashboard("2023-11-25").counts().overdue_recommendations(), 2);
  EXPECT_EQ(Dashboard("2024-02-25").counts().overdue_recommendations(), 5);
  // More time was given on 10 May for one that was due on 24 May: it is never overdue, though it was entered later.
  const auto extended = [this](const std::string& day) { return Dashboard(day).concerns(0).recommendations(3); };
  EXPECT_EQ(FormatIso(extended("2024-05-09").recommendation().due_date()), "2024-05-24");
  EXPECT_EQ(FormatIso(extended("2024-05-10").recommendation().due_date()), "2024-12-31");
  EXPECT_FALSE(extended("2024-05-25").overdue());
  EXPECT_FALSE(extended("2024-12-31").overdue());
  EXPECT_TRUE(extended("2025-01-01").overdue());
  // Claimed in June, verified in July; handled and answered by the days of the acts.
  EXPECT_EQ(Dashboard("2024-05-31").counts().claimed_recommendations(), 0);
  EXPECT_EQ(Dashboard("2024-06-30").counts().claimed_recommendations(), 5);
  EXPECT_EQ(Dashboard("2023-12-30").concerns(0).responses(0).state(), FORCE_RESPONSE_STATE_AWAITING_JUDGEMENT);
  EXPECT_EQ(Dashboard("2023-12-31").concerns(0).responses(0).state(), FORCE_RESPONSE_STATE_ADEQUATE);
  EXPECT_EQ(Dashboard("2024-09-18").concerns(0).concern().handling().level(), HANDLING_LEVEL_MANAGING);
  // The letter of July may have been sent on any of its days: it must have been by the last.
  EXPECT_EQ(Dashboard("2024-07-30").revisits(0).state(), REVISIT_STATE_CARRIED_OUT);
  EXPECT_EQ(Dashboard("2024-07-31").revisits(0).state(), REVISIT_STATE_LETTER_PUBLISHED);
  // The force's officer reads the same days.
  const ForceDashboard officers = Dashboard("2024-07-31", nullptr, "west-midlands-officer");
  EXPECT_EQ(officers.monitoring().stage(), "engage");
  EXPECT_EQ(officers.counts().open_causes_of_concern(), 1);

  const Ran page = suite_->Cli("chief-inspector", {"dashboard", "west-midlands", "--on-date=2024-07-30"});
  EXPECT_THAT(page.out, AllOf(HasSubstr("West Midlands Police, 30 July 2024"), HasSubstr("Stage: Engage"),
                              HasSubstr("open: 4 causes of concern"), HasSubstr("Not shown: overview.")));
  const Ran listed = suite_->Cli("chief-inspector", {"list", "concerns", "west-midlands", "--open-on-date=2024-07-31"});
  EXPECT_THAT(listed.out, AllOf(HasSubstr(kInvestigations), Not(HasSubstr("concerns/2"))));
  EXPECT_EQ(suite_->Cli("chief-inspector", {"dashboard", "west-midlands", "--on-date=2199-01-01"}).code, 1)
      << "what is to come is refused";
  EXPECT_EQ(suite_->Cli("chief-inspector", {"dashboard", "--on-date=2024-01-01"}).code, 2) << "of which force?";
}

TEST_F(StoryTest, EachRevisionIsReadBackAsItWasRecorded) {
  ListConcernsRequest now;
  now.set_parent(kForce);
  const auto head = Call<ConcernsService>(&ConcernsService::Stub::ListConcerns, now).header().revision();
  // From draft to issue one by one, then the closures one by one: no other way, and nothing ever goes back.
  std::vector<Counted> story;
  for (int64_t revision = 1; revision <= head; ++revision) {
    const Counted counted = AsOf(revision);
    if (story.empty() || !(story.back() == counted)) story.push_back(counted);
  }
  std::vector<std::string> told;
  for (const Counted& counted : story)
    told.push_back(absl::StrCat(counted.drafts, " ", counted.open, " ", counted.discharged));
  EXPECT_THAT(told, ElementsAre("0 0 0", "1 0 0", "2 0 0", "3 0 0", "4 0 0", "3 1 0", "2 2 0", "1 3 0", "0 4 0",
                                "0 3 1", "0 2 2", "0 1 3"));

  // The dashboard as of the times of the acts that matter.
  const auto first = ActsOn(kInvestigations), second = ActsOn("forces/west-midlands/concerns/2"),
             last = ActsOn("forces/west-midlands/concerns/4");
  monitoring::v1::ListDecisionsRequest decisions;
  decisions.set_parent(kForce);
  const auto moves = Call<MonitoringService>(&MonitoringService::Stub::ListDecisions, decisions);
  ASSERT_EQ(moves.decisions_size(), 2);
  const auto as_of = [&](const Timestamp& time, const std::string& who = "chief-inspector") {
    const ForceDashboard dashboard = Dashboard("", &time, who);
    EXPECT_EQ(dashboard.as_of_time().seconds(), time.seconds());
    for (const auto& section : dashboard.sections()) {
      EXPECT_EQ(section.state(), gateway::v1::SECTION_STATE_COMPLETE) << section.service() << section.reason();
    }
    if (who == "chief-inspector") {
      // The same facts among those of all forces.
      const auto national = National(&time);
      EXPECT_EQ(national.as_of_time().seconds(), time.seconds());
      EXPECT_EQ(RowOf(national).stage(), dashboard.monitoring().stage());
      EXPECT_EQ(RowOf(national).counts().SerializeAsString(), dashboard.counts().SerializeAsString());
    }
    return dashboard;
  };
  const ForceDashboard issued = as_of(last.at("IssueConcern").recorded_time());
  EXPECT_EQ(issued.monitoring().stage(), "scan");
  EXPECT_EQ(issued.counts().open_causes_of_concern(), 4);
  EXPECT_THAT(issued.revisits(), IsEmpty());
  EXPECT_EQ(issued.overview().summary().counts().open_recommendations(), 10);

  const ForceDashboard engaged = as_of(moves.decisions(0).create_time());
  EXPECT_EQ(engaged.monitoring().stage(), "engage");
  EXPECT_EQ(engaged.decisions_size(), 1);
  EXPECT_THAT(engaged.evidence(), IsEmpty());

  const ForceDashboard claimed = as_of(second.at("ClaimRecommendation").recorded_time());
  EXPECT_EQ(claimed.counts().open_causes_of_concern(), 4);
  EXPECT_EQ(claimed.counts().claimed_recommendations(), 1);

  const ForceDashboard closed = as_of(last.at("DischargeConcern").recorded_time());
  EXPECT_EQ(closed.monitoring().stage(), "engage");
  EXPECT_EQ(closed.counts().open_causes_of_concern(), 1);
  EXPECT_EQ(Closed(closed), 3);
  EXPECT_EQ(Recommendations(closed)[RECOMMENDATION_STATE_OPEN], 5);

  const ForceDashboard out = as_of(moves.decisions(1).create_time());
  EXPECT_EQ(out.monitoring().stage(), "scan");
  EXPECT_EQ(Recommendations(out)[RECOMMENDATION_STATE_VERIFIED], 3);
  EXPECT_EQ(out.concerns_size(), Dashboard("").concerns_size());

  // As recorded a moment ago all forces are as they are.
  auto present = National();
  Timestamp moment;
  oversight::SetTime(absl::Now() - absl::Milliseconds(1), &moment);
  auto past = National(&moment);
  for (auto* dashboard : {&present, &past}) {
    dashboard->clear_sections();
    dashboard->clear_as_of_time();
  }
  EXPECT_EQ(past.DebugString(), present.DebugString());

  // Both clocks at once: what was known when the causes were closed, of the day of the move.
  const Timestamp when_closed = last.at("DischargeConcern").recorded_time();
  const ForceDashboard both = Dashboard("2023-11-24", &when_closed);
  EXPECT_EQ(both.monitoring().stage(), "engage");
  EXPECT_EQ(both.counts().open_causes_of_concern(), 4);
  // In the officer's eyes there was nothing before it was issued.
  EXPECT_THAT(as_of(first.at("CreateConcern").recorded_time(), "west-midlands-officer").concerns(), IsEmpty());

  const Ran page =
      suite_->Cli("chief-inspector", {"dashboard", "west-midlands",
                                      "--as-of-time=" + absl::FormatTime(absl::RFC3339_full,
                                                                         absl::FromUnixSeconds(when_closed.seconds()) +
                                                                             absl::Nanoseconds(when_closed.nanos()),
                                                                         absl::UTCTimeZone())});
  EXPECT_THAT(page.out, AllOf(HasSubstr("as recorded on "), HasSubstr("open: 1 cause of concern (")));
}

TEST_F(StoryTest, AServiceThatHangsOrIsDownDelaysNothingButItsOwnPart) {
  const std::string whole = Shown(Dashboard(""));
  // It takes connections and answers nothing.
  suite_->process("concerns-service").Signal(SIGSTOP);
  const auto stale = [&](const ForceDashboard& dashboard) {
    return Section(dashboard, "concerns-service").state() == gateway::v1::SECTION_STATE_STALE &&
           dashboard.sections(3).state() == gateway::v1::SECTION_STATE_STALE;
  };
  ASSERT_TRUE(Eventually([&] { return stale(OfForce()); }));
  EXPECT_EQ(Shown(OfForce()), whole) << "what is known is shown";
  EXPECT_EQ(Shown(OfForce(true)), whole);
  EXPECT_EQ(Section(OfForce(), "forces-service").state(), gateway::v1::SECTION_STATE_COMPLETE);
  // A force whose part was never asked for: the rest shows, and the part is said to be missing.
  gateway::v1::GetForceDashboardRequest other;
  other.set_name("forces/kent");
  const ForceDashboard kent = Call<GatewayService>(&GatewayService::Stub::GetForceDashboard, other).dashboard();
  EXPECT_EQ(kent.force().display_name(), "Kent Police");
  EXPECT_FALSE(kent.has_overview());
  EXPECT_EQ(kent.sections(3).state(), gateway::v1::SECTION_STATE_UNAVAILABLE);
  EXPECT_THAT(kent.sections(3).reason(), Not(IsEmpty()));

  suite_->process("concerns-service").Signal(SIGCONT);
  EXPECT_TRUE(Eventually([&] {
    const ForceDashboard dashboard = OfForce(true);
    return dashboard.sections(3).state() == gateway::v1::SECTION_STATE_COMPLETE && Shown(dashboard) == whole;
  }));

  // Of the past nothing is copied: what cannot be read is said to be missing.
  suite_->Kill("concerns-service");
  gateway::v1::GetForceDashboardRequest past;
  past.set_name(kForce);
  past.mutable_as_of_time()->set_seconds(absl::ToUnixSeconds(absl::Now()));
  const ForceDashboard then = Call<GatewayService>(&GatewayService::Stub::GetForceDashboard, past).dashboard();
  EXPECT_EQ(Section(then, "concerns-service").state(), gateway::v1::SECTION_STATE_UNAVAILABLE);
  EXPECT_THAT(then.concerns(), IsEmpty());
  EXPECT_EQ(then.monitoring().stage(), "scan");
}

}  // namespace
}  // namespace oversight::testing
