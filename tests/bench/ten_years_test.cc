// The generated years: the same each time, sound, and taken by the real services as their own.
#include "tests/bench/ten_years.h"

#include <map>
#include <memory>

#include "absl/strings/str_cat.h"
#include "common/ledger/archive/auditor.h"
#include "common/rpc/channel.h"
#include "common/time/partial_date.h"
#include "gmock/gmock.h"
#include "grpcpp/create_channel.h"
#include "gtest/gtest.h"
#include "oversight/concerns/v1/concerns_service.grpc.pb.h"
#include "oversight/concerns/v1/overview_service.grpc.pb.h"
#include "oversight/forces/v1/forces_service.grpc.pb.h"
#include "tests/support/ledger_calls.h"
#include "tests/support/server_process.h"
#include "tests/support/temp_dir.h"

namespace oversight::bench {
namespace {

using concerns::v1::ConcernOverviewService;
using concerns::v1::ConcernsService;
using forces::v1::ForcesService;
using ledger::LoggedTransaction;
using testing::TempDir;

// A few hundred recommendations.
TenYears Small(const TempDir& folder) {
  TenYears plan;
  plan.forces_store = "sqlite:" + (folder / "forces.db");
  plan.concerns_store = "sqlite:" + (folder / "concerns.db");
  plan.scale = 0.003;
  plan.seed = 7;
  return plan;
}

std::vector<LoggedTransaction> LogOf(const std::string& store) {
  auto log = testing::ReadLogBy<std::vector<LoggedTransaction>>(store, &ledger::Reader::LogWhole);
  EXPECT_TRUE(log.ok()) << log.status();
  return log.ok() ? *std::move(log) : std::vector<LoggedTransaction>();
}

// Loaded once, since a disk takes a while over ten years of days.
class TenYearsTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (folder_ != nullptr) return;
    folder_ = std::make_unique<TempDir>();
    plan_ = Small(*folder_);
    auto loaded = LoadTenYears(plan_);
    ASSERT_TRUE(loaded.ok()) << loaded.status();
    loaded_ = *loaded;
  }
  static inline std::unique_ptr<TempDir> folder_;
  static inline TenYears plan_;
  static inline Loaded loaded_;
};

TEST_F(TenYearsTest, AreTheSameEachTime) {
  const TempDir other;
  TenYears again = Small(other);
  ASSERT_TRUE(LoadTenYears(again).ok());
  for (const auto& [first, second] :
       {std::pair(plan_.forces_store, again.forces_store), std::pair(plan_.concerns_store, again.concerns_store)}) {
    const auto a = LogOf(first), b = LogOf(second);
    ASSERT_EQ(a.size(), b.size());
    for (size_t i = 0; i < a.size(); ++i) ASSERT_EQ(a[i].leaf_hash, b[i].leaf_hash) << i;
  }
}

TEST_F(TenYearsTest, AreSoundAndPlausible) {
  std::map<std::string, int> verbs;
  for (const std::string& store : {plan_.forces_store, plan_.concerns_store}) {
    ledger::Auditor auditor;
    for (const auto& transaction : LogOf(store)) {
      ASSERT_TRUE(auditor.Add(transaction)) << auditor.finding()->ToString();
      ++verbs[transaction.audit.verb];
    }
    EXPECT_TRUE(auditor.Finish());
  }
  EXPECT_GE(loaded_.recommendations, 300);
  EXPECT_EQ(verbs["CreateConcern"], loaded_.concerns);
  EXPECT_EQ(verbs["CreateRecommendation"], loaded_.recommendations);
  // About ten transactions for each recommendation.
  EXPECT_GT(loaded_.concerns_transactions, 8 * loaded_.recommendations);
  EXPECT_LT(loaded_.concerns_transactions, 14 * loaded_.recommendations);
  for (const char* verb :
       {"ImportForces", "PublishReport", "IssueConcern", "RecordConcernPublication", "CreateResponse", "JudgeResponse",
        "AssessHandling", "AddProgressNote", "ExtendRecommendation", "ClaimRecommendation", "VerifyRecommendation",
        "DischargeConcern", "WithdrawConcern"}) {
    EXPECT_GT(verbs[verb], 0) << verb;
  }
}

TEST_F(TenYearsTest, AStoreThatIsNotEmptyIsLeftAlone) {
  const auto before = LogOf(plan_.concerns_store).size();
  const auto again = LoadTenYears(plan_);
  EXPECT_EQ(again.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(again.status().message()), ::testing::HasSubstr("is not empty"));
  EXPECT_EQ(LogOf(plan_.concerns_store).size(), before);
}

// ---- The real services over them ----

class ServedTest : public TenYearsTest {
 protected:
  std::unique_ptr<testing::ServerProcess> Serve(const std::string& name, const std::string& store,
                                                std::vector<std::string> more = {}) {
    std::vector<std::string> command = {testing::ServerProcess::Binary(name),
                                        "--insecure",
                                        "--principals=data/principals.json",
                                        "--listen=127.0.0.1:0",
                                        "--admin-listen=127.0.0.1:0",
                                        "--drain-delay=0s",
                                        "--store=" + store};
    command.insert(command.end(), more.begin(), more.end());
    auto server =
        std::make_unique<testing::ServerProcess>(command, *folder_ / (name + ".json"), *folder_ / (name + ".log"));
    const absl::Status serving = server->WaitUntilServing();
    EXPECT_TRUE(serving.ok()) << serving;
    return server;
  }
  template <class Service, class Request, class Response>
  Response Call(const testing::ServerProcess& server, const std::string& principal,
                grpc::Status (Service::Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                const Request& request) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    context.AddMetadata("oversight-principal", principal);
    const auto stub = Service::NewStub(grpc::CreateChannel(server.address(), grpc::InsecureChannelCredentials()));
    Response response;
    const grpc::Status status = (stub.get()->*method)(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }
};

TEST_F(ServedTest, TheServicesTakeThemAsTheirOwn) {
  // What was asked for last by verbs of which the request can be made again.
  std::map<std::string, LoggedTransaction> last;
  for (const std::string& store : {plan_.forces_store, plan_.concerns_store}) {
    for (auto& transaction : LogOf(store)) last[transaction.audit.verb] = std::move(transaction);
  }
  const auto forces = Serve("forces-service", plan_.forces_store);
  const auto concerns = Serve("concerns-service", plan_.concerns_store, {"--forces=" + forces->address()});

  forces::v1::ListForcesRequest list;
  list.set_page_size(1000);
  EXPECT_EQ(Call<ForcesService>(*forces, "liaison-lead", &ForcesService::Stub::ListForces, list).forces_size(), 60);

  concerns::v1::ListForceSummariesRequest summaries;
  summaries.set_page_size(1000);
  const auto summed = Call<ConcernOverviewService>(*concerns, "liaison-lead",
                                                   &ConcernOverviewService::Stub::ListForceSummaries, summaries);
  int open = 0;
  for (const auto& summary : summed.summaries()) {
    open += summary.counts().open_causes_of_concern() + summary.counts().open_areas_for_improvement();
  }
  EXPECT_GT(open, 0);
  EXPECT_LT(open, loaded_.concerns / 2) << "most are dealt with";

  // Nothing that the commands make contradicts itself.
  concerns::v1::ListInconsistenciesRequest errors;
  errors.set_parent("forces/-");
  errors.set_severity(concerns::v1::SEVERITY_ERROR);
  EXPECT_EQ(Call<ConcernOverviewService>(*concerns, "liaison-lead", &ConcernOverviewService::Stub::ListInconsistencies,
                                         errors)
                .inconsistencies_size(),
            0);

  // Lists go by the index terms that the generator gave.
  concerns::v1::ListConcernsRequest issued;
  issued.set_parent("forces/-");
  issued.set_state(concerns::v1::CONCERN_STATE_ISSUED);
  issued.set_page_size(1000);
  EXPECT_EQ(
      Call<ConcernsService>(*concerns, "liaison-lead", &ConcernsService::Stub::ListConcerns, issued).concerns_size(),
      open);

  // A request repeated after years is answered from its record.
  const LoggedTransaction& began = last.at("StartFieldwork");
  forces::v1::StartFieldworkRequest start;
  start.set_name(began.changes[0].name);
  start.set_request_id(began.audit.request_id);
  const auto started = Call<ForcesService>(*forces, began.audit.actor, &ForcesService::Stub::StartFieldwork, start);
  EXPECT_TRUE(started.header().replayed());
  EXPECT_EQ(started.inspection().revision(), began.revision);
  EXPECT_LT(started.inspection().create_time().seconds(), started.inspection().update_time().seconds());
  const LoggedTransaction& issue = last.at("IssueConcern");
  concerns::v1::IssueConcernRequest request;
  request.set_name(issue.changes[0].name);
  request.set_request_id(issue.audit.request_id);
  const auto again = Call<ConcernsService>(*concerns, issue.audit.actor, &ConcernsService::Stub::IssueConcern, request);
  EXPECT_TRUE(again.header().replayed());
  EXPECT_EQ(again.concern().revision(), issue.revision);

  // And the record goes on: the next number is free.
  concerns::v1::CreateConcernRequest create;
  create.set_parent("forces/kent");
  auto& concern = *create.mutable_concern();
  concern.set_kind(concerns::v1::CONCERN_KIND_AREA_FOR_IMPROVEMENT);
  concern.set_title("Another");
  concern.set_finding("A finding.");
  concern.set_theme("themes/investigations");
  concern.mutable_source()->set_kind(concerns::v1::SOURCE_KIND_EXTERNAL_EVIDENCE);
  concern.mutable_source()->set_title("A review");
  *concern.mutable_found_date() = ParsePartialDate("2025-12").value();
  EXPECT_FALSE(Call<ConcernsService>(*concerns, "liaison-lead", &ConcernsService::Stub::CreateConcern, create)
                   .concern()
                   .name()
                   .empty());
}

}  // namespace
}  // namespace oversight::bench
