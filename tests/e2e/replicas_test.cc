// What only several replicas of each service can be asked: that clients who come through the one gateway notice little
// when replicas die, hang or are replaced, and that any replica answers for all. Every test ends with the logs held
// against what callers and watchers were told.
#include <signal.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <thread>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/rpc/errors.h"
#include "common/rpc/status_mapping.h"
#include "gmock/gmock.h"
#include "oversight/concerns/v1/concerns_service.grpc.pb.h"
#include "oversight/forces/v1/forces_service.grpc.pb.h"
#include "oversight/monitoring/v1/monitoring_service.grpc.pb.h"
#include "tests/crash/checks.h"
#include "tests/e2e/follower.h"
#include "tests/e2e/suite_fixture.h"
#include "tests/support/http_client.h"
#include "tests/support/ledger_calls.h"

namespace oversight::testing {
namespace {

using concerns::v1::ConcernsService;
using forces::v1::ForcesService;
using monitoring::v1::MonitoringService;
using std::chrono::seconds;

// How a writer makes its calls.
struct Manner {
  seconds deadline{10};
  // Again, with the same request id, until there is an answer. Else the first that is none is a failure of the test.
  bool insists = true;
};

// Clients that write to all three services without rest, each in a thread of its own, one write after the other.
class Writers {
 public:
  Writers(Suite& suite, Manner manner, const std::string& concern) : suite_(suite), manner_(manner) {
    for (int i = 0; i < 3; ++i) {
      Add("concerns-service", "liaison-lead", [this, i, name = std::string()](Writer& writer, int n) mutable {
        // Two of three draft concerns, one gives a concern new titles.
        if (i == 0 && n > 0) {
          concerns::v1::UpdateConcernRequest request;
          request.mutable_concern()->set_name(name);
          request.mutable_concern()->set_title(writer.RequestId(n));
          request.mutable_update_mask()->add_paths("title");
          return Write<ConcernsService>(writer, n, &ConcernsService::Stub::UpdateConcern, request,
                                        [](const auto& response) { return response.concern(); })
              .has_value();
        }
        const auto made = Write<ConcernsService>(writer, n, &ConcernsService::Stub::CreateConcern,
                                                 ConcernOf(kForce, writer.RequestId(n)),
                                                 [](const auto& response) { return response.concern(); });
        if (made) name = made->name();
        return made.has_value();
      });
    }
    Add("forces-service", "records-manager", [this](Writer& writer, int n) {
      forces::v1::UpdateForceRequest request;
      request.mutable_force()->set_name("forces/kent");
      request.mutable_force()->set_display_name(writer.RequestId(n));
      request.mutable_update_mask()->add_paths("display_name");
      return Write<ForcesService>(writer, n, &ForcesService::Stub::UpdateForce, request,
                                  [](const auto& response) { return response.force(); })
          .has_value();
    });
    Add("monitoring-service", "hm-inspector", [this, concern, name = std::string()](Writer& writer, int n) mutable {
      if (n % 2 == 1) {
        monitoring::v1::WithdrawProposalRequest request;
        request.set_name(name);
        request.set_reason("It was for a test.");
        return Write<MonitoringService>(writer, n, &MonitoringService::Stub::WithdrawProposal, request,
                                        [](const auto& response) { return response.proposal(); })
            .has_value();
      }
      monitoring::v1::CreateProposalRequest request;
      request.set_parent(kForce);
      request.mutable_proposal()->set_to_stage("engage");
      request.mutable_proposal()->set_ground(monitoring::v1::GROUND_NOT_RESPONDING);
      request.mutable_proposal()->add_reasons()->set_text(writer.RequestId(n));
      request.mutable_proposal()->mutable_reasons(0)->set_concern(concern);
      request.mutable_proposal()->mutable_reasons(0)->set_exit_criterion("It is dealt with.");
      const auto made = Write<MonitoringService>(writer, n, &MonitoringService::Stub::CreateProposal, request,
                                                 [](const auto& response) { return response.proposal(); });
      if (made) name = made->name();
      return made.has_value();
    });
    for (const auto& writer : writers_) {
      writer->thread = std::thread([this, &writer = *writer] {
        for (int n = 0; !stop_ && writer.next(writer, n); ++n) {
        }
      });
    }
  }
  ~Writers() { Stop(); }

  // False when not every writer has got this many more answers in good time.
  bool Progress(int more, seconds patience = kPatience) {
    std::vector<int> from;
    for (const auto& writer : writers_) from.push_back(writer->answered);
    return Eventually(
        [&] {
          for (size_t i = 0; i < writers_.size(); ++i) {
            if (writers_[i]->answered < from[i] + more) return false;
          }
          return true;
        },
        patience);
  }

  // Lets each finish the write it is at.
  void Stop() {
    stop_ = true;
    for (const auto& writer : writers_) {
      if (writer->thread.joinable()) writer->thread.join();
    }
  }
  // After Stop: what callers were told of the writes to a service.
  std::vector<crash::Write> told(const std::string& service) const {
    std::vector<crash::Write> all;
    for (const auto& writer : writers_) {
      if (writer->service == service) all.insert(all.end(), writer->told.begin(), writer->told.end());
    }
    return all;
  }
  int repeated() const { return repeated_; }

 private:
  struct Writer {
    std::string service, principal, name;
    std::shared_ptr<grpc::Channel> channel;
    std::function<bool(Writer&, int n)> next;
    std::vector<crash::Write> told;
    std::atomic<int> answered{0};
    std::thread thread;
    std::string RequestId(int n) const { return absl::StrCat(name, "-", n); }
  };

  void Add(const std::string& service, const std::string& principal, std::function<bool(Writer&, int n)> next) {
    auto writer = std::make_unique<Writer>();
    writer->service = service;
    writer->principal = principal;
    writer->name = absl::StrCat("writer-", writers_.size());
    writer->channel = suite_.ChannelAs("gateway", principal);
    writer->next = std::move(next);
    writers_.push_back(std::move(writer));
  }

  // The resource as it was answered; nothing when the test has failed.
  template <class Service, class Request, class Response, class Take>
  auto Write(Writer& writer, int n,
             grpc::Status (Service::Stub::*method)(grpc::ClientContext*, const Request&, Response*), Request request,
             Take take) -> std::optional<std::decay_t<decltype(take(Response()))>> {
    request.set_request_id(writer.RequestId(n));
    const auto stub = Service::NewStub(writer.channel);
    for (const auto limit = std::chrono::steady_clock::now() + 3 * kPatience;;) {
      Response response;
      grpc::ClientContext context;
      context.set_deadline(std::chrono::system_clock::now() + manner_.deadline);
      const grpc::Status status = (stub.get()->*method)(&context, request, &response);
      if (status.ok()) {
        const auto resource = take(response);
        writer.told.push_back({.actor = "principals/" + writer.principal,
                               .request_id = request.request_id(),
                               .fate = crash::Fate::kStored,
                               .revision = response.header().revision(),
                               .written = {{resource.name(), rpc::ToPayload(resource)}}});
        ++writer.answered;
        return resource;
      }
      const bool no_answer = status.error_code() == grpc::StatusCode::UNAVAILABLE ||
                             status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED;
      if (!manner_.insists || !no_answer || std::chrono::steady_clock::now() > limit) {
        ADD_FAILURE() << writer.service << " to " << request.request_id() << ": " << rpc::FromGrpc(status);
        return std::nullopt;
      }
      ++repeated_;
      // Between two tries; nothing is assumed of its length.
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }

  Suite& suite_;
  const Manner manner_;
  std::atomic<bool> stop_{false};
  std::atomic<int> repeated_{0};
  std::vector<std::unique_ptr<Writer>> writers_;
};

class ReplicasTest : public SuiteFixture {
 protected:
  void SetUp() override {
    if (Postgres::Get() == nullptr) GTEST_SKIP() << "PostgreSQL 15 is not installed.";
  }

  // A suite with an issued concern that proposals may rest on, and writers, followers and someone who looks at
  // dashboards.
  void Begin(Manner manner = {}, absl::Duration drain_delay = absl::ZeroDuration()) {
    StartSuite({.replicas = 2, .drain_delay = drain_delay});
    // Looks as a service, whose reads are not put on record: the log is to hold what the writers were told alone.
    dashboards_ = GatewayService::NewStub(suite_->ChannelAs("gateway", "gateway"));
    const Ran raised = suite_->Cli(
        "liaison-lead", {"--json", "raise", "--force=west-midlands", "--kind=afi", "--title=Custody", "--finding=Bad.",
                         "--theme=workforce", "--source=revisit", "--source-title=Revisit", "--found=2023", "--issue"});
    ASSERT_EQ(raised.code, 0) << raised.err;
    National(true);
    for (const auto& service : Suite::Services()) before_[service] = LogOf(service);
    // The gateway passes on what each owner tells.
    const auto channel = suite_->ChannelAs("gateway", "gateway");
    followers_["forces-service"] =
        std::make_unique<FollowerOf<ForcesService, forces::v1::WatchForcesRequest, forces::v1::WatchForcesResponse>>(
            channel, &ForcesService::Stub::WatchForces, End("forces-service"));
    followers_["concerns-service"] = std::make_unique<
        FollowerOf<ConcernsService, concerns::v1::WatchConcernsRequest, concerns::v1::WatchConcernsResponse>>(
        channel, &ConcernsService::Stub::WatchConcerns, End("concerns-service"));
    followers_["monitoring-service"] = std::make_unique<
        FollowerOf<MonitoringService, monitoring::v1::WatchMonitoringRequest, monitoring::v1::WatchMonitoringResponse>>(
        channel, &MonitoringService::Stub::WatchMonitoring, End("monitoring-service"));
    writers_ = std::make_unique<Writers>(*suite_, manner, "forces/west-midlands/concerns/1");
    looking_ = std::thread([this] { LookAtDashboards(); });
  }
  void TearDown() override {
    stop_looking_ = true;
    if (looking_.joinable()) looking_.join();
  }

  // Stops the writers and holds the logs, the followers and the dashboards against what the writers were told.
  void End() {
    writers_->Stop();
    std::printf("%d writes were sent again until they were answered.\n", writers_->repeated());
    for (const auto& service : Suite::Services()) {
      SCOPED_TRACE(service);
      const crash::Log log = LogOf(service);
      crash::Findings findings = crash::CheckLog(log);
      findings.Add(crash::CheckGrown(before_[service], log));
      std::vector<crash::Write> writes = WritesOf(before_[service]);
      for (auto& write : writers_->told(service)) writes.push_back(std::move(write));
      EXPECT_EQ(log.size(), writes.size());
      findings.Add(crash::CheckWrites(log, writes));
      const int64_t end = static_cast<int64_t>(log.size());
      EXPECT_TRUE(followers_[service]->WaitFor(end)) << "the follower was not told of everything";
      std::vector<Delivery> deliveries;
      for (const auto& transaction : log) deliveries.push_back(AsTold(transaction));
      findings.Add(crash::CheckWatch(followers_[service]->Stop(), End(service), deliveries));
      EXPECT_TRUE(findings.none()) << ::testing::PrintToString(findings.messages);
      EXPECT_TRUE(Eventually([&] { return Section(National(true), service).revision() == end; }));
    }
    EXPECT_TRUE(Eventually([&] { return AllComplete(); }));
    stop_looking_ = true;
    looking_.join();
  }

  bool AllComplete() {
    const NationalDashboard national = National();
    for (const auto& service : Suite::Services()) {
      if (Section(national, service).state() != gateway::v1::SECTION_STATE_COMPLETE) return false;
    }
    return true;
  }

  // Dashboards are always answered, and never show less than they showed before.
  void LookAtDashboards() {
    std::map<std::string, int64_t> last;
    while (!stop_looking_) {
      const NationalDashboard national = National();
      for (const auto& service : Suite::Services()) {
        const int64_t now = Section(national, service).revision();
        EXPECT_GE(now, last[service]) << service << " went back";
        last[service] = now;
      }
    }
  }

  crash::Log LogOf(const std::string& service) {
    auto log = ReadLog(suite_->store(service));
    EXPECT_TRUE(log.ok()) << log.status();
    return log.ok() ? *std::move(log) : crash::Log();
  }
  int64_t End(const std::string& service) { return static_cast<int64_t>(before_.at(service).size()); }
  // What was there before the test wrote.
  static std::vector<crash::Write> WritesOf(const crash::Log& log) {
    std::vector<crash::Write> writes;
    for (const auto& transaction : log) {
      crash::Write write{.actor = transaction.audit.actor,
                         .request_id = transaction.audit.request_id,
                         .fate = crash::Fate::kStored,
                         .revision = transaction.revision};
      for (const auto& version : transaction.versions) write.written.push_back({version.name, version.payload});
      writes.push_back(std::move(write));
    }
    return writes;
  }

  // A figure of the gateway about its copy of a service's facts.
  double OfCopy(const std::string& metric, const std::string& service) {
    const std::string owner = service.substr(0, service.find('-'));
    const HttpAnswer answer = HttpCall(suite_->address("gateway", "admin"), "GET", "/metrics", {}, "");
    for (absl::string_view line : absl::StrSplit(answer.body, '\n')) {
      double value = 0;
      if (absl::StartsWith(line, metric + "{") && absl::StrContains(line, "\"" + owner + "\"") &&
          absl::SimpleAtod(line.substr(line.rfind(' ') + 1), &value)) {
        return value;
      }
    }
    ADD_FAILURE() << "no " << metric << " of " << owner << " in " << answer.body;
    return -1;
  }

  std::map<std::string, crash::Log> before_;
  std::map<std::string, std::unique_ptr<Follower>> followers_;
  std::unique_ptr<Writers> writers_;
  std::atomic<bool> stop_looking_{false};
  std::thread looking_;
};

TEST_F(ReplicasTest, KilledUnderWritesTheyLoseAndDoubleNothing) {
  ASSERT_NO_FATAL_FAILURE(Begin());
  for (int round = 0; round < 6; ++round) {
    for (const auto& service : Suite::Services()) suite_->Kill(service, round % 2);
    ASSERT_TRUE(writers_->Progress(10)) << "the others do not carry on";
    EXPECT_TRUE(Eventually([&] { return AllComplete(); }));
    for (const auto& service : Suite::Services()) suite_->Start(service, round % 2);
    ASSERT_TRUE(writers_->Progress(10));
  }
  End();
  for (const auto& service : Suite::Services()) {
    // The gateway's copies have gone over to the replica that lived, and went on where they were.
    EXPECT_GE(OfCopy("oversight_informer_restarts_total", service), 1) << service;
    EXPECT_EQ(OfCopy("oversight_informer_relists_total", service), 0) << service;
  }
}

TEST_F(ReplicasTest, ThatHangHoldUpTheirShareOfCallsForAWhileAndNothingElse) {
  // A call that was given to a hanging replica is the caller's to make again.
  ASSERT_NO_FATAL_FAILURE(Begin({.deadline = seconds(2)}));
  for (const auto& service : Suite::Services()) suite_->process(service, 0).Signal(SIGSTOP);
  ASSERT_TRUE(writers_->Progress(10, 3 * kPatience)) << "the others do not carry on";
  EXPECT_TRUE(Eventually([&] { return AllComplete(); }, 3 * kPatience));
  for (const auto& service : Suite::Services()) suite_->process(service, 0).Signal(SIGCONT);
  // What it was still given to do it does now, or it is done already.
  ASSERT_TRUE(writers_->Progress(10));
  End();
}

TEST_F(ReplicasTest, AreReplacedOneByOneWithoutAnyoneNoticing) {
  // The delay is for those who send calls to learn of it, as in production.
  ASSERT_NO_FATAL_FAILURE(Begin({.insists = false}, absl::Seconds(2)));
  for (int replica = 0; replica < 2; ++replica) {
    for (const auto& service : Suite::Services()) suite_->process(service, replica).Signal(SIGTERM);
    for (const auto& service : Suite::Services()) EXPECT_EQ(suite_->process(service, replica).Wait(), 0) << service;
    std::map<std::string, std::streamoff> before;
    for (const auto& service : Suite::Services()) {
      before[service] = static_cast<std::streamoff>(std::filesystem::file_size(suite_->log(service, replica)));
      suite_->Start(service, replica);
    }
    // The others are replaced only when those who call these have found them again.
    for (const auto& [service, caller] :
         std::vector<std::pair<std::string, std::string>>{{"forces-service", "records-manager"},
                                                          {"forces-service", "monitoring-service"},
                                                          {"concerns-service", "liaison-lead"},
                                                          {"concerns-service", "monitoring-service"},
                                                          {"monitoring-service", "hm-inspector"}}) {
      ASSERT_TRUE(Eventually([&, service = service, caller = caller] {
        std::ifstream log(suite_->log(service, replica));
        log.seekg(before[service]);
        const std::string text(std::istreambuf_iterator<char>(log), {});
        return absl::StrContains(text, absl::StrCat("\"principal\":\"principals/", caller, "\""));
      })) << "no call to "
          << service << " by " << caller;
    }
  }
  End();
}

// What one replica has acknowledged, the other answers from: with the token of the answer, page by page, by etag, and
// as the record of a request.
TEST_F(ReplicasTest, AnswerForEachOther) {
  StartSuite({.replicas = 2});
  const auto call = [](auto& stub, auto method, const auto& request, auto* response) {
    grpc::ClientContext context;
    SetDeadline(context);
    const grpc::Status status = (stub.*method)(&context, request, response);
    EXPECT_TRUE(status.ok()) << rpc::FromGrpc(status);
  };
  std::vector<std::unique_ptr<ForcesService::Stub>> registers;
  std::vector<std::unique_ptr<ConcernsService::Stub>> owners;
  for (int replica = 0; replica < 2; ++replica) {
    registers.push_back(ForcesService::NewStub(suite_->ChannelTo("forces-service", replica, "records-manager")));
    owners.push_back(ConcernsService::NewStub(suite_->ChannelTo("concerns-service", replica, "liaison-lead")));
  }
  for (size_t i = 0; i < 20; ++i) {
    // A force that one replica of the register has only just taken in is known to either replica of the next service.
    forces::v1::CreateForceRequest create_force;
    create_force.set_force_id(absl::StrCat("new-", i));
    auto& force = *create_force.mutable_force();
    force.set_display_name(absl::StrCat("New ", i));
    force.set_kind(forces::v1::FORCE_KIND_TERRITORIAL);
    force.set_service(forces::v1::SERVICE_TYPE_POLICE);
    force.set_region("West Midlands");
    force.mutable_oversight_body()->set_kind(forces::v1::OVERSIGHT_BODY_KIND_POLICE_AND_CRIME_COMMISSIONER);
    force.mutable_oversight_body()->set_display_name("Its commissioner");
    forces::v1::CreateForceResponse created_force;
    call(*registers[i % 2], &ForcesService::Stub::CreateForce, create_force, &created_force);
    const std::string name = created_force.force().name();

    auto create = ConcernOf(name, "First");
    create.set_request_id(absl::StrCat("first-", i));
    concerns::v1::CreateConcernResponse created, again;
    call(*owners[(i / 2) % 2], &ConcernsService::Stub::CreateConcern, create, &created);
    ConcernsService::Stub& other = *owners[(i / 2 + 1) % 2];

    concerns::v1::GetConcernRequest get;
    get.set_name(created.concern().name());
    get.mutable_read()->mutable_consistency()->set_at_least_as_fresh(created.header().consistency_token());
    concerns::v1::GetConcernResponse got;
    call(other, &ConcernsService::Stub::GetConcern, get, &got);
    EXPECT_EQ(got.concern().DebugString(), created.concern().DebugString());

    call(other, &ConcernsService::Stub::CreateConcern, create, &again);
    EXPECT_TRUE(again.header().replayed());
    EXPECT_EQ(again.concern().DebugString(), created.concern().DebugString());

    concerns::v1::UpdateConcernRequest update;
    *update.mutable_concern() = created.concern();
    update.mutable_concern()->set_title("Second");
    update.mutable_update_mask()->add_paths("title");
    concerns::v1::UpdateConcernResponse updated;
    call(other, &ConcernsService::Stub::UpdateConcern, update, &updated);
    EXPECT_EQ(updated.concern().title(), "Second");
    // Who has not seen that is told so, by the replica that did not make the change too.
    grpc::ClientContext late;
    SetDeadline(late);
    EXPECT_EQ(ReasonOf(rpc::FromGrpc(owners[(i / 2) % 2]->UpdateConcern(&late, update, &updated))), "ETAG_MISMATCH");

    // And the dashboard holds it.
    gateway::v1::GetForceDashboardRequest dashboard;
    dashboard.set_name(name);
    dashboard.mutable_freshness()->add_at_least_as_fresh(created_force.header().consistency_token());
    dashboard.mutable_freshness()->add_at_least_as_fresh(updated.header().consistency_token());
    gateway::v1::GetForceDashboardResponse shown;
    call(*dashboards_, &GatewayService::Stub::GetForceDashboard, dashboard, &shown);
    EXPECT_EQ(shown.dashboard().force().display_name(), force.display_name());
    EXPECT_GE(Section(shown.dashboard(), "concerns-service").revision(), updated.header().revision());
  }
  // Pages of one list, from either in turn.
  std::set<std::string> listed;
  forces::v1::ListForcesRequest list;
  list.set_page_size(7);
  list.mutable_read()->mutable_consistency()->set_fully_consistent(true);
  forces::v1::ListForcesResponse page;
  for (size_t i = 0; i == 0 || !list.page_token().empty(); ++i) {
    call(*registers[i % 2], &ForcesService::Stub::ListForces, list, &page);
    for (const auto& force : page.forces()) EXPECT_TRUE(listed.insert(force.name()).second) << force.name();
    list.set_page_token(page.next_page_token());
    ASSERT_LT(i, 100u);
  }
  EXPECT_TRUE(listed.count("forces/new-19"));
  EXPECT_GT(listed.size(), 63u);
}

}  // namespace
}  // namespace oversight::testing
