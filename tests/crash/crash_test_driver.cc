// Crashes the real binaries, and takes the power from under a store, while many clients write, again and again, and
// sees that nothing acknowledged is lost and nothing is done twice. Prints its seed: --seed makes the same choices
// again, though not at the same moments. Exit code 1 when anything was found wrong. Run it from the top of the tree,
// beside the binaries it starts.
#include <spdlog/spdlog.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/observe/config.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "tests/crash/power_scene.h"
#include "tests/crash/scene.h"
#include "tests/support/postgres.h"

namespace oversight::crash {
namespace {

// So that cycles see stores of every age, and none grows so old that reading it takes the time.
constexpr int64_t kCyclesPerStore = 20;

struct Plan {
  std::string engines = "sqlite,postgres,power";
  int64_t cycles = 20, clients = 16, seed = 0;
  bool json = false;
};

struct Total {
  std::string engine;
  int64_t cycles = 0;
  std::map<std::string, int64_t> blows;
  Counts counts;
  Findings findings;
  absl::Duration took;
};

void Add(const Counts& more, Counts& total) {
  total.acknowledged += more.acknowledged;
  total.from_record += more.from_record;
  total.given_up += more.given_up;
  total.replayed += more.replayed;
  total.transactions += more.transactions;
}

// Progress goes to stderr, so that stdout is the report alone.
void Tell(const std::string& line) { std::fprintf(stderr, "%s\n", line.c_str()); }

void ShowLogs(const Scene& scene, int replicas) {
  for (int replica = 0; replica < replicas; ++replica) {
    std::error_code error;
    const std::string copy = absl::StrCat("crash-replica-", replica, ".log");
    const auto path = std::filesystem::temp_directory_path() / copy;
    std::filesystem::copy_file(scene.LogFile(replica), path, std::filesystem::copy_options::overwrite_existing, error);
    if (!error) Tell(absl::StrCat("  its log is kept in ", path.string()));
  }
}

// Of the SQLite store in this process; see power_scene.h.
Total RunPower(const Plan& plan) {
  Total total;
  total.engine = "power";
  const absl::Time start = absl::Now();
  std::mt19937_64 seeds(static_cast<uint64_t>(plan.seed));
  std::unique_ptr<PowerScene> scene;
  const auto count = [&] {
    if (scene == nullptr) return;
    total.counts.acknowledged += scene->acknowledged();
    total.counts.given_up += scene->unanswered();
    total.counts.replayed += scene->sent_again();
    total.blows["again in recovery"] += scene->cut_in_recovery();
  };
  for (int64_t cycle = 0; cycle < plan.cycles && total.findings.none(); ++cycle) {
    if (cycle % kCyclesPerStore == 0) {
      count();
      scene.reset();  // Two would fight for the file system.
      scene = std::make_unique<PowerScene>(seeds());
    }
    total.findings.Add(scene->Cycle());
    ++total.cycles;
    Tell(absl::StrFormat("power: cycle %d of %d: %d writes acknowledged on this store", cycle + 1, plan.cycles,
                         scene->acknowledged()));
    for (const auto& message : total.findings.messages) Tell("  " + message);
  }
  count();
  total.blows["under load"] = total.cycles;
  total.took = absl::Now() - start;
  return total;
}

Total RunEngine(const Plan& plan, const std::string& engine, const Register& forces, testing::Postgres* server) {
  Total total;
  total.engine = engine;
  const absl::Time start = absl::Now();
  const std::vector<Blow> blows = Blows(server != nullptr);
  std::mt19937_64 seeds(static_cast<uint64_t>(plan.seed));
  std::unique_ptr<Scene> scene;
  for (int64_t cycle = 0; cycle < plan.cycles; ++cycle) {
    if (cycle % kCyclesPerStore == 0) {
      if (scene != nullptr) Add(scene->counts(), total.counts);
      scene = std::make_unique<Scene>(forces, server, static_cast<int>(plan.clients), seeds());
      if (const absl::Status status = scene->Begin(); !status.ok()) {
        total.findings.Other(TextOf(status));
        scene.reset();
        break;
      }
    }
    const Blow& blow = blows[static_cast<size_t>(cycle) % blows.size()];
    const Findings findings = scene->Cycle(blow);
    ++total.cycles;
    ++total.blows[blow.name];
    const Counts now = scene->counts();
    Tell(absl::StrFormat("%s: cycle %d of %d, %s: %d writes acknowledged on this store, %d in its log", engine,
                         cycle + 1, plan.cycles, blow.name, now.acknowledged, now.transactions));
    total.findings.Add(findings);
    if (!findings.none()) {
      for (const auto& message : findings.messages) Tell("  " + message);
      ShowLogs(*scene, server != nullptr ? 2 : 1);
      break;  // What follows on a broken store would only repeat it.
    }
  }
  if (scene != nullptr) Add(scene->counts(), total.counts);
  total.took = absl::Now() - start;
  return total;
}

void Print(const Plan& plan, const std::vector<Total>& totals) {
  if (plan.json) {
    google::protobuf::Struct out;
    (*out.mutable_fields())["seed"].set_number_value(static_cast<double>(plan.seed));
    for (const Total& total : totals) {
      auto& fields = *(*out.mutable_fields())[total.engine].mutable_struct_value()->mutable_fields();
      const auto set = [&fields](const char* name, int64_t value) {
        fields[name].set_number_value(static_cast<double>(value));
      };
      set("cycles", total.cycles);
      set("acknowledged", total.counts.acknowledged);
      set("acknowledged_from_record", total.counts.from_record);
      set("given_up", total.counts.given_up);
      set("sent_again", total.counts.replayed);
      set("transactions", total.counts.transactions);
      set("losses", total.findings.losses);
      set("doubles", total.findings.doubles);
      set("other_findings", total.findings.others);
      auto& kills = *fields["kills"].mutable_struct_value()->mutable_fields();
      for (const auto& [name, count] : total.blows) kills[name].set_number_value(static_cast<double>(count));
    }
    google::protobuf::util::JsonPrintOptions options;
    options.add_whitespace = true;
    std::string text;
    if (google::protobuf::util::MessageToJsonString(out, &text, options).ok()) std::fputs(text.c_str(), stdout);
    return;
  }
  std::printf("\n%-10s %7s %13s %13s %9s %11s %7s %8s %6s %8s\n", "engine", "cycles", "acknowledged", "from record",
              "given up", "sent again", "losses", "doubles", "other", "took");
  for (const Total& total : totals) {
    std::printf("%-10s %7ld %13ld %13ld %9ld %11ld %7ld %8ld %6ld %8s\n", total.engine.c_str(), total.cycles,
                total.counts.acknowledged, total.counts.from_record, total.counts.given_up, total.counts.replayed,
                total.findings.losses, total.findings.doubles, total.findings.others,
                absl::FormatDuration(absl::Trunc(total.took, absl::Seconds(1))).c_str());
  }
  for (const Total& total : totals) {
    std::string kinds;
    for (const auto& [name, count] : total.blows) absl::StrAppend(&kinds, kinds.empty() ? "" : ", ", name, " ", count);
    std::printf("%s, by kind: %s\n", total.engine.c_str(), kinds.c_str());
    for (const auto& message : total.findings.messages) std::printf("  %s\n", message.c_str());
  }
  std::printf("seed %ld\n", plan.seed);
}

std::string IsEngines(const std::string& value) {
  for (const auto engine : absl::StrSplit(value, ',')) {
    if (engine != "sqlite" && engine != "postgres" && engine != "power") return "must be sqlite, postgres or power";
  }
  return "";
}

int Main(int argc, char** argv) {
  Plan plan;
  observe::Flags flags("crash_test_driver", "CRASH_TEST", "Crashes the real binaries and sees that nothing is lost.");
  flags.Add("engine", &plan.engines,
            "sqlite, postgres, power (loss of power under a SQLite store), or several with commas between.",
            {.validate = IsEngines});
  flags.Add("cycles", &plan.cycles, "Crashes of each engine.", {.validate = observe::IsBetween(1, 100'000)});
  flags.Add("clients", &plan.clients, "Clients that write at once.", {.validate = observe::IsBetween(1, 500)});
  flags.Add("seed", &plan.seed, "What random choices follow. 0: another one each time.");
  flags.Add("json", &plan.json, "Report as JSON.");
  if (const auto exit_code = flags.Parse(argc, argv)) return *exit_code;
  if (plan.seed == 0) plan.seed = std::random_device()();
  Tell(absl::StrCat("crash_test_driver --engine=", plan.engines, " --cycles=", plan.cycles, " --clients=", plan.clients,
                    " --seed=", plan.seed));

  std::unique_ptr<Register> forces;
  std::vector<Total> totals;
  bool found = false;
  for (const auto engine : absl::StrSplit(plan.engines, ',')) {
    if (engine == "power") {
      spdlog::set_level(spdlog::level::off);  // Each cycle has its errors.
      totals.push_back(RunPower(plan));
      spdlog::set_level(spdlog::level::info);
    } else {
      testing::Postgres* server = nullptr;
      if (engine == "postgres" && (server = testing::Postgres::Get()) == nullptr) continue;
      if (forces == nullptr) {
        auto started = Register::Start();
        if (!started.ok()) {
          Tell(TextOf(started.status()));
          return 1;
        }
        forces = *std::move(started);
      }
      totals.push_back(RunEngine(plan, std::string(engine), *forces, server));
    }
    found |= !totals.back().findings.none();
  }
  Print(plan, totals);
  return found ? 1 : 0;
}

}  // namespace
}  // namespace oversight::crash

int main(int argc, char** argv) { return oversight::crash::Main(argc, argv); }
