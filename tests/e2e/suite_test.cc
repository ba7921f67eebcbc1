// The main job from end to end with the real binaries: the seed's case through the command line, the same numbers on
// every surface, a service that dies and comes back, and nothing acknowledged lost when all of it is killed. The same
// over SQLite with one process per service, and over PostgreSQL with two replicas of each.
#include <signal.h>

#include <atomic>
#include <set>
#include <thread>

#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "common/rpc/status_mapping.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"
#include "oversight/concerns/v1/concerns_service.grpc.pb.h"
#include "oversight/forces/v1/forces_service.grpc.pb.h"
#include "oversight/monitoring/v1/monitoring_service.grpc.pb.h"
#include "tests/e2e/suite_fixture.h"
#include "tests/support/http_client.h"
#include "tests/support/watch_recorder.h"

namespace oversight::testing {
namespace {

using ::testing::HasSubstr;

// Every test runs over both shapes of the suite.
class SuiteTest : public SuiteFixture, public ::testing::WithParamInterface<int> {
 protected:
  void SetUp() override { StartSuite({.replicas = GetParam()}); }
};

INSTANTIATE_TEST_SUITE_P(Shapes, SuiteTest, ::testing::Values(1, 2), [](const auto& info) {
  return info.param == 1 ? std::string("OnSqlite") : std::string("TwoReplicasOnPostgres");
});

TEST_P(SuiteTest, TheSeedsCaseShowsTheSameOnEverySurface) {
  PlayScenario();
  const NationalDashboard national = National(true);
  forces::v1::ListForcesResponse register_page;
  {
    auto forces = forces::v1::ForcesService::NewStub(suite_->ChannelAs("forces-service", "public"));
    forces::v1::ListForcesRequest request;
    request.set_page_size(1000);
    request.mutable_read()->mutable_consistency()->set_fully_consistent(true);
    grpc::ClientContext context;
    ASSERT_TRUE(forces->ListForces(&context, request, &register_page).ok());
  }
  ASSERT_GT(register_page.forces_size(), 43);
  EXPECT_EQ(national.rows_size(), register_page.forces_size());
  EXPECT_EQ(national.rows(0).force(), kForce);
  EXPECT_EQ(national.rows(0).stage(), "engage");
  EXPECT_EQ(national.rows(0).since_date().year(), 2023);
  EXPECT_EQ(national.rows(0).since_date().month(), 11);
  EXPECT_EQ(national.rows(0).since_date().day(), 24);
  for (int i = 1; i < national.rows_size(); ++i)
    EXPECT_EQ(national.rows(i).stage(), "scan") << national.rows(i).force();
  ASSERT_EQ(national.stage_counts_size(), 2);
  EXPECT_EQ(national.stage_counts(0).force_count(), register_page.forces_size() - 1);
  EXPECT_EQ(national.stage_counts(1).force_count(), 1);
  EXPECT_EQ(national.counts().open_causes_of_concern(), 4);
  for (const char* service : {"forces-service", "concerns-service", "monitoring-service"}) {
    EXPECT_EQ(Section(national, service).state(), gateway::v1::SECTION_STATE_COMPLETE) << service;
  }

  const ForceDashboard force = OfForce();
  EXPECT_EQ(force.episode().entry_reasons_size(), 4);
  EXPECT_EQ(force.concerns_size(), 4);
  EXPECT_EQ(force.decisions(0).next_report().expected_date().published_text(), "early 2024");

  // The same by Connect JSON.
  const HttpAnswer answer =
      HttpCall(suite_->address("gateway", "http"), "POST", "/oversight.gateway.v1.GatewayService/GetNationalDashboard",
               {{"content-type", "application/json"}, {"oversight-principal", "chief-inspector"}}, "{}");
  ASSERT_EQ(answer.status, 200) << answer.body;
  gateway::v1::GetNationalDashboardResponse by_json;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(answer.body, &by_json).ok());
  EXPECT_EQ(Shown(by_json.dashboard()), Shown(national));

  // And by the command line, for programs and for people.
  const Ran for_programs = suite_->Cli("chief-inspector", {"--json", "dashboard"});
  ASSERT_EQ(for_programs.code, 0) << for_programs.err;
  NationalDashboard by_cli;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(for_programs.out, &by_cli).ok());
  EXPECT_EQ(Shown(by_cli), Shown(national));
  const Ran for_people = suite_->Cli("chief-inspector", {"dashboard", "west-midlands"});
  EXPECT_THAT(for_people.out, HasSubstr("Stage: Engage, since 24 November 2023"));
  EXPECT_THAT(for_people.out, HasSubstr("expected early 2024"));

  // From concerns to the announcement, which is what the public reads, and by which it knows of the move.
  const Ran announced = suite_->Cli("public", {"--json", "get-announcement", "west-midlands/1"});
  ASSERT_EQ(announced.code, 0) << announced.err;
  for (const char* told :
       {"West Midlands Police moved into enhanced monitoring", "has moved West Midlands Police to Engage",
        "- making sure multi-agency risk assessment conferences (MARACs) work effectively",
        "which is due to be published in early 2024", "Wendy Williams said", "ANNOUNCEMENT_STATE_PUBLISHED"}) {
    EXPECT_THAT(announced.out, HasSubstr(told));
  }
  EXPECT_THAT(announced.out, ::testing::Not(HasSubstr("decisions/")));
  EXPECT_THAT(suite_->Cli("public", {"get-monitoring", "west-midlands"}).out, HasSubstr("Engage"));

  // Played again, every call is a replay: nothing changes.
  PlayScenario();
  EXPECT_EQ(Shown(National(true)), Shown(national));
  EXPECT_EQ(Section(National(), "concerns-service").revision(), Section(national, "concerns-service").revision());
}

TEST_P(SuiteTest, DashboardsAnswerWhileConcernsServiceIsDownAndHealWhenItIsBack) {
  PlayScenario();
  const std::string national = Shown(National(true)), force = Shown(OfForce(true));
  suite_->Kill("concerns-service");
  ASSERT_TRUE(
      Eventually([&] { return Section(National(), "concerns-service").state() == gateway::v1::SECTION_STATE_STALE; }));
  const auto aged = [&] { return Section(OfForce(), "concerns-service").age(); };
  const auto before = aged();
  EXPECT_TRUE(Eventually([&] {
    return aged().seconds() * 1000 + aged().nanos() / 1000000 > before.seconds() * 1000 + before.nanos() / 1000000;
  }));
  EXPECT_THAT(Section(OfForce(), "concerns-service").reason(), ::testing::Not(::testing::IsEmpty()));
  EXPECT_EQ(Section(OfForce(), "forces-service").state(), gateway::v1::SECTION_STATE_COMPLETE);
  EXPECT_EQ(Section(OfForce(), "monitoring-service").state(), gateway::v1::SECTION_STATE_COMPLETE);
  EXPECT_EQ(Shown(National()), national);
  EXPECT_EQ(Shown(OfForce()), force);
  // What only that service can answer is refused with its name.
  const Ran refused = suite_->Cli("liaison-lead", {"--json", "list", "concerns"});
  EXPECT_EQ(refused.code, 3);
  EXPECT_THAT(refused.err, HasSubstr("DEPENDENCY_UNAVAILABLE"));
  EXPECT_THAT(refused.err, HasSubstr("concerns-service"));
  // Asked to be fully consistent it still answers, in good time.
  EXPECT_EQ(Shown(National(true)), national);

  suite_->Start("concerns-service");
  ASSERT_TRUE(Eventually(
      [&] { return Section(National(), "concerns-service").state() == gateway::v1::SECTION_STATE_COMPLETE; }));
  // What is written after the restart shows.
  const Ran raised = suite_->Cli(
      "liaison-lead", {"raise", "--force=west-midlands", "--kind=afi", "--title=Custody", "--finding=A finding.",
                       "--theme=workforce", "--source=revisit", "--source-title=Revisit", "--found=2023", "--issue"});
  ASSERT_EQ(raised.code, 0) << raised.err;
  EXPECT_TRUE(Eventually([&] { return OfForce().counts().open_areas_for_improvement() == 1; }));
}

TEST_P(SuiteTest, WatchersSeeAChangeWithoutAsking) {
  OfForce(true);  // The gateway has the register.
  grpc::ClientContext context;
  gateway::v1::WatchDashboardRequest request;
  request.set_force(kForce);
  auto reader = dashboards_->WatchDashboard(&context, request);
  gateway::v1::WatchDashboardResponse response;
  ASSERT_TRUE(reader->Read(&response));
  EXPECT_EQ(response.force().concerns_size(), 0);
  PlayScenario();
  bool seen = false;
  while (!seen && reader->Read(&response))
    seen = response.force().monitoring().stage() == "engage" && response.force().concerns_size() == 4;
  EXPECT_TRUE(seen);
  // An orderly stop tells the watcher to come back.
  suite_->process("gateway").Signal(SIGTERM);
  while (reader->Read(&response)) {
  }
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(suite_->process("gateway").Wait(), 0);
}

TEST_P(SuiteTest, StreamsPassedOnAreToldToComeBackWhenTheGatewayStops) {
  auto forces = forces::v1::ForcesService::NewStub(suite_->ChannelAs("gateway", "liaison-lead"));
  grpc::ClientContext context;
  auto reader = forces->WatchForces(&context, forces::v1::WatchForcesRequest());
  forces::v1::WatchForcesResponse response;
  ASSERT_TRUE(reader->Read(&response));
  suite_->process("gateway").Signal(SIGTERM);
  while (reader->Read(&response)) {
  }
  const grpc::Status status = reader->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(ReasonOf(rpc::FromGrpc(status)), "DRAINING");
  EXPECT_EQ(suite_->process("gateway").Wait(), 0);
}

TEST_P(SuiteTest, AWatchThroughTheGatewayMissesNothingThoughBothEndsAreKilled) {
  using concerns::v1::WatchConcernsRequest;
  using concerns::v1::WatchConcernsResponse;
  const auto watch_from = [&](const std::string& door, int64_t after, const std::string& token) {
    WatchConcernsRequest request;
    request.mutable_start()->set_resume_after(after);
    request.mutable_start()->set_token(token);
    auto stub = concerns::v1::ConcernsService::NewStub(suite_->ChannelAs(door, "liaison-lead"));
    return RecordedWatch<WatchConcernsResponse>(false, [&](grpc::ClientContext* context) {
      context->set_wait_for_ready(true);
      return stub->WatchConcerns(context, request);
    });
  };
  std::atomic<bool> stop{false};
  std::atomic<int> acknowledged{0};
  auto concerns = concerns::v1::ConcernsService::NewStub(suite_->ChannelAs("concerns-service", "liaison-lead"));
  std::thread writer([&] {
    for (int i = 0; !stop; ++i) {
      concerns::v1::CreateConcernRequest request;
      request.set_parent(kForce);
      auto& concern = *request.mutable_concern();
      concern.set_kind(concerns::v1::CONCERN_KIND_AREA_FOR_IMPROVEMENT);
      concern.set_title(absl::StrCat("Concern ", i));
      concern.set_finding("A finding.");
      concern.set_theme("themes/workforce");
      concern.mutable_source()->set_kind(concerns::v1::SOURCE_KIND_INSPECTION);
      concern.mutable_source()->set_title("Inspection");
      concern.mutable_found_date()->set_year(2023);
      concerns::v1::CreateConcernResponse response;
      grpc::ClientContext context;
      SetDeadline(context);
      if (concerns->CreateConcern(&context, request, &response).ok()) ++acknowledged;
    }
  });
  const auto more = [&](int count) {
    const int enough = acknowledged + count;
    EXPECT_TRUE(Eventually([&] { return acknowledged >= enough; }));
  };

  more(1);
  std::vector<WatchStory> stories;
  int64_t after = 0;
  std::string token;
  for (const std::string victim : {"concerns-service", "gateway", "concerns-service", "none"}) {
    const int64_t enough = after + 20;
    while (after < enough) {
      auto watch = watch_from("gateway", after, token);
      watch.ReadUntil([&](const WatchConcernsResponse& response) {
        if (response.has_created()) token = response.created().consistency_token();
        after = std::max(after, response.events().revision());
        return after >= enough;
      });
      if (after >= enough && victim != "none") suite_->Kill(victim);
      // Told to come back, also while the gateway has not found the service again: that is what resuming is for.
      if (after < enough || victim != "none") {
        EXPECT_EQ(watch.Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
      }
      stories.push_back(watch.End());
      if (!stories.back().deliveries.empty()) after = stories.back().deliveries.back().revision;
    }
    if (victim != "none") suite_->Start(victim);
  }
  stop = true;
  writer.join();

  // The log as the service itself tells it from its first revision on.
  auto log = watch_from("concerns-service", 0, token);
  log.ReadUntil([&](const WatchConcernsResponse& response) { return response.bookmark().revision() >= after; });
  const WatchStory& whole = log.End();
  EXPECT_TRUE(KeepsWatchPromises(whole, whole.deliveries));
  EXPECT_TRUE(KeepWatchPromisesTogether(stories, whole.deliveries));
}

TEST_P(SuiteTest, EveryAcknowledgedWriteIsThereAfterAllAreKilled) {
  auto concerns = concerns::v1::ConcernsService::NewStub(suite_->ChannelAs("concerns-service", "liaison-lead"));
  std::atomic<bool> stop{false};
  std::atomic<int> acknowledged_count{0};
  std::vector<std::set<std::string>> acknowledged(4);
  std::vector<std::thread> writers;
  for (size_t writer = 0; writer < acknowledged.size(); ++writer) {
    writers.emplace_back([&, writer] {
      for (int i = 0; !stop; ++i) {
        concerns::v1::CreateConcernRequest request;
        request.set_parent(kForce);
        request.set_request_id(absl::StrCat("writer-", writer, "-", i));
        auto& concern = *request.mutable_concern();
        concern.set_kind(concerns::v1::CONCERN_KIND_AREA_FOR_IMPROVEMENT);
        concern.set_title(request.request_id());
        concern.set_finding("A finding.");
        concern.set_theme("themes/workforce");
        concern.mutable_source()->set_kind(concerns::v1::SOURCE_KIND_INSPECTION);
        concern.mutable_source()->set_title("Inspection");
        concern.mutable_found_date()->set_year(2023);
        concerns::v1::CreateConcernResponse response;
        grpc::ClientContext context;
        SetDeadline(context);
        if (!concerns->CreateConcern(&context, request, &response).ok()) return;
        acknowledged[writer].insert(response.concern().name());
        ++acknowledged_count;
      }
    });
  }
  ASSERT_TRUE(Eventually([&] { return acknowledged_count >= 300; }));
  suite_->KillAll();
  stop = true;
  for (auto& writer : writers) writer.join();
  suite_->StartAll();

  std::set<std::string> stored, titles;
  auto again = concerns::v1::ConcernsService::NewStub(suite_->ChannelAs("concerns-service", "liaison-lead"));
  concerns::v1::ListConcernsRequest request;
  request.set_parent(kForce);
  request.set_page_size(1000);
  do {
    concerns::v1::ListConcernsResponse response;
    grpc::ClientContext context;
    SetDeadline(context);
    const grpc::Status status = again->ListConcerns(&context, request, &response);
    ASSERT_TRUE(status.ok()) << status.error_message();
    for (const auto& concern : response.concerns()) {
      stored.insert(concern.name());
      EXPECT_TRUE(titles.insert(concern.title()).second) << concern.title() << " stands twice";
    }
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  for (const auto& names : acknowledged) {
    for (const auto& name : names) EXPECT_EQ(stored.count(name), 1u) << name << " was acknowledged and is gone";
  }
}

}  // namespace
}  // namespace oversight::testing
