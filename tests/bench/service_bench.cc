// What the services can do as processes, beside others in the same run: the parts are in parts.h, what the figures mean
// in docs/benchmarks.md. One load generator asks all servers. Run it from the top of the tree, beside the binaries it
// starts.
#include <sys/vfs.h>

#include <cstdlib>
#include <string>
#include <thread>

#include "absl/strings/str_format.h"
#include "common/observe/config.h"
#include "tests/bench/parts.h"

namespace oversight::bench {
namespace {

bool OnMemory(const std::string& path) {
  constexpr long kTmpfs = 0x01021994;
  struct statfs about = {};
  return statfs(path.c_str(), &about) == 0 && static_cast<long>(about.f_type) == kTmpfs;
}

int Main(int argc, char** argv) {
  struct Part {
    std::string name;
    void (*run)(const Plan&, Report&);
  };
  const Part parts[] = {{"reads", BenchReads},   {"issuing", BenchIssuing},   {"commits", BenchCommits},
                        {"growth", BenchGrowth}, {"overview", BenchOverview}, {"monitoring", BenchMonitoring},
                        {"policy", BenchPolicy}, {"watch", BenchWatch}};
  Plan plan;
  observe::Flags flags("service_bench", "BENCH", "Measures the services as processes, beside others.");
  flags.Add("quick", &plan.quick, "Only see that it works: one short round.");
  flags.Add("json", &plan.json, "Print JSON in place of the tables.");
  flags.Add("rounds", &plan.rounds, "How many rounds.", {.validate = observe::IsBetween(1, 100)});
  flags.Add("each", &plan.each, "How long each measurement of a round takes.",
            {.validate = observe::IsDurationBetween(absl::Milliseconds(50), absl::Minutes(1))});
  flags.Add("only", &plan.only, "all, reads, issuing, commits, growth, overview, monitoring, policy or watch.",
            {.validate = observe::IsOneOf(
                 {"all", "reads", "issuing", "commits", "growth", "overview", "monitoring", "policy", "watch"})});
  flags.Add("contender", &plan.contender, "Of the commits, measure only sqlite, postgres, plain or etcd.",
            {.validate = observe::IsOneOf({"all", "sqlite", "postgres", "plain", "etcd"})});
  if (const auto exit_code = flags.Parse(argc, argv)) return *exit_code;
  if (plan.quick) {
    plan.rounds = 1;
    plan.each = absl::Milliseconds(200);
  }

  Report report(plan.json);
  double load = 0;
  getloadavg(&load, 1);
  report.AddText("run",
                 absl::StrFormat("%d rounds of %s each; %d processors, load average %.1f before it began", plan.rounds,
                                 absl::FormatDuration(plan.each), std::thread::hardware_concurrency(), load));
  if (OnMemory(testing::TempDir() / "")) {
    report.AddText("warning", "The temporary folder is kept in memory, so nothing is durable: set TMPDIR to a disk.");
  }
  for (const Part& part : parts) {
    if (plan.only == "all" || plan.only == part.name) part.run(plan, report);
  }
  report.Finish();
  return 0;
}

}  // namespace
}  // namespace oversight::bench

int main(int argc, char** argv) { return oversight::bench::Main(argc, argv); }
