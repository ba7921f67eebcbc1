// What the assessment of all forces and a backtest cost over ten years of casework, and how a backtest grows with them.
#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/rpc/channel.h"
#include "common/time/london.h"
#include "oversight/monitoring/v1/policy_service.grpc.pb.h"
#include "tests/bench/parts.h"
#include "tests/bench/ten_years.h"

namespace oversight::bench {
namespace {

using oversight::testing::TempDir;
namespace mv1 = monitoring::v1;

constexpr char kReader[] = "principals/gateway";
constexpr char kAssessForces[] = "/oversight.monitoring.v1.PolicyService/AssessForces";
constexpr double kAssessAimUs = 50000;
constexpr double kBacktestAimMs = 10000;

double Since(std::chrono::steady_clock::time_point from) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - from).count();
}

// One backtest of two policies: how long it takes, and the most memory of its own that the service holds meanwhile.
struct Ran {
  double ms = 0, megabytes = 0;
  int64_t transactions = 0;
};
Ran RunBacktest(Server& server) {
  rpc::ChannelOptions options;
  options.target = server.address();
  options.principal = kReader;
  const auto stub = mv1::PolicyService::NewStub(rpc::MakeChannel(options));
  grpc::ClientContext context;
  mv1::BacktestRequest request;
  request.set_policy("policies/published-grounds");
  request.set_against("policies/early-warning");
  Ran ran;
  const auto from = std::chrono::steady_clock::now();
  const auto reader = stub->Backtest(&context, request);
  for (mv1::BacktestResponse response; reader->Read(&response);) {
    ran.megabytes = std::max(ran.megabytes, server.MemoryBytes() / 1e6);
    if (response.has_summary()) ran.transactions = response.summary().transaction_count();
  }
  const grpc::Status status = reader->Finish();
  if (!status.ok()) Die("backtest: " + status.error_message());
  ran.ms = Since(from);
  return ran;
}

// Ten years with so many recommendations, and the services over it.
struct Record {
  int64_t recommendations = 0;
  std::unique_ptr<Server> forces, concerns, monitoring;
  std::unique_ptr<ClosedLoop> client;
};

}  // namespace

void BenchPolicy(const Plan& plan, Report& report) {
  const TempDir folder;
  std::vector<Record> records;
  for (const int64_t recommendations :
       plan.quick ? std::vector<int64_t>{150, 300} : std::vector<int64_t>{1000, 10000, 100000}) {
    Say(absl::StrCat("Ten years with ", recommendations, " recommendations ..."));
    const auto store = [&](const std::string& of) {
      return absl::StrCat("sqlite:", folder / absl::StrCat("policy-", of, "-", recommendations, ".db"));
    };
    const auto name = [&](const std::string& of) { return absl::StrCat("policy-", of, "-", recommendations); };
    TenYears years;
    years.forces_store = store("forces");
    years.concerns_store = store("concerns");
    years.scale = static_cast<double>(recommendations) / 100000;
    years.last_day = LondonDay(absl::Now()) - 1;
    auto loaded = LoadTenYears(years);
    if (!loaded.ok()) Die("loading ten years: " + std::string(loaded.status().message()));
    Record& record = records.emplace_back();
    record.recommendations = recommendations;
    record.forces =
        StartService(folder, {.binary = "forces-service", .name = name("forces"), .store = years.forces_store});
    record.concerns = StartService(folder, {.binary = "concerns-service",
                                            .name = name("concerns"),
                                            .store = years.concerns_store,
                                            .more = {"--forces=" + record.forces->address()}});
    record.monitoring = StartService(
        folder, {.binary = "monitoring-service",
                 .name = name("monitoring"),
                 .more = {"--forces=" + record.forces->address(), "--concerns=" + record.concerns->address()}});
    record.client = std::make_unique<ClosedLoop>(record.monitoring->address(), kReader);
    AwaitCopies(*record.monitoring);
  }

  std::vector<std::vector<double>> assess_us(records.size()), backtest_ms(records.size()), memory(records.size()),
      own_cpu_ms(records.size()), cpu_ms(records.size());
  std::vector<std::string> points(records.size());
  for (int64_t round = 0; round < plan.rounds; ++round) {
    Say(absl::StrCat("Policies, round ", round + 1, " of ", plan.rounds, " ..."));
    for (size_t i = 0; i < records.size(); ++i) {
      Load load;
      load.method = kAssessForces;
      load.in_flight = 1;
      load.duration = plan.each / 2;
      load.next = [](int64_t, std::string* bytes) { return mv1::AssessForcesRequest().SerializeToString(bytes); };
      assess_us[i].push_back(RunOrDie(*records[i].client, load).p50_us);
      const auto own_cpu = [&] { return records[i].monitoring->CpuSeconds() * 1000; };
      const auto cpu = [&] {
        return own_cpu() + 1000 * (records[i].concerns->CpuSeconds() + records[i].forces->CpuSeconds());
      };
      const double own_before = own_cpu(), before = cpu();
      const Ran ran = RunBacktest(*records[i].monitoring);
      own_cpu_ms[i].push_back(own_cpu() - own_before);
      cpu_ms[i].push_back(cpu() - before);
      backtest_ms[i].push_back(ran.ms);
      memory[i].push_back(ran.megabytes);
      points[i] = absl::StrCat(records[i].recommendations, " (", ran.transactions, ")");
    }
  }
  report.Table("policy", "Recommendations (transactions of all logs) in the stores (SQLite)", points,
               {{"assess_us", "AssessForces, every force, p50 in us", assess_us, {kAssessAimUs, Aim::Kind::kAtMost}, 0},
                {"backtest_ms", "backtest of two policies, ms", backtest_ms, {kBacktestAimMs, Aim::Kind::kAtMost}, 0},
                {"cpu_ms", "   processor time of all three services, ms", cpu_ms, {}, 0},
                {"own_cpu_ms", "   of monitoring-service alone", own_cpu_ms, {}, 0},
                {"memory_mb", "memory of the service's own meanwhile, MB", memory, {}, 0}},
               0);
  if (records.size() < 2) return;
  report.Table("policy_growth", "the same: the largest store / the smallest", {"time"},
               {{"assess", "AssessForces", {Ratios(assess_us.back(), assess_us.front())}, {}, 0},
                {"backtest", "backtest", {Ratios(backtest_ms.back(), backtest_ms.front())}, {}, 0}},
               2);
}

}  // namespace oversight::bench
