// What the services can do as processes: reads of forces-service beside a bare gRPC echo of the same bytes, and durable
// writes of concerns-service at several numbers of calls in flight. One run measures all of it with one load generator,
// in rounds that take turns, so that noise of the machine falls on all alike; ratios are made within a round. How to
// read the figures: docs/benchmarks.md. Run it from the top of the tree, beside the binaries it starts.
#include <fcntl.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/observe/config.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/delimited_message_util.h"
#include "google/protobuf/util/json_util.h"
#include "oversight/concerns/v1/concerns_service.pb.h"
#include "oversight/forces/v1/forces_service.pb.h"
#include "tests/bench/closed_loop.h"
#include "tests/support/awaited.h"
#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

namespace oversight::bench {
namespace {

using google::protobuf::Struct;
using oversight::testing::Process;
using oversight::testing::TempDir;

constexpr char kGetForce[] = "/oversight.forces.v1.ForcesService/GetForce";
constexpr char kListForces[] = "/oversight.forces.v1.ForcesService/ListForces";
constexpr char kImportForces[] = "/oversight.forces.v1.ForcesService/ImportForces";
constexpr char kCreateConcern[] = "/oversight.concerns.v1.ConcernsService/CreateConcern";
constexpr char kCreateRecommendation[] = "/oversight.concerns.v1.ConcernsService/CreateRecommendation";
constexpr char kIssueConcern[] = "/oversight.concerns.v1.ConcernsService/IssueConcern";

constexpr int kReadsInFlight = 64;
constexpr int kPreparingInFlight = 128;

struct Plan {
  bool quick = false, json = false;
  int64_t rounds = 5;
  absl::Duration each = absl::Seconds(2);
  std::string only = "all";
};

[[noreturn]] void Die(const std::string& why) {
  std::fprintf(stderr, "service_bench: %s\n", why.c_str());
  std::exit(1);
}

std::string ReadAll(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

// ---- The servers ----

std::string BesideUs(const std::string& name) {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path() / name;
}

class Server {
 public:
  // `name` is what its files in the folder are called. Waits until it serves.
  Server(const TempDir& folder, const std::string& name, std::vector<std::string> command, const std::string& ready)
      : process_(std::move(command), folder / (name + ".log")) {
    const auto limit = std::chrono::steady_clock::now() + testing::kPatience;
    Struct told;
    for (;;) {
      const std::string text = ReadAll(ready);
      if (!text.empty() && google::protobuf::util::JsonStringToMessage(text, &told).ok()) break;
      if (!process_.running() || std::chrono::steady_clock::now() > limit) {
        Die(absl::StrCat(name, " does not serve. Its log:\n", ReadAll(process_.output())));
      }
      usleep(2000);
    }
    address_ = told.fields().at("grpc").string_value();
  }

  const std::string& address() const { return address_; }
  // Processor time it has used, of all its threads.
  double CpuSeconds() const {
    const std::string stat = ReadAll(absl::StrCat("/proc/", process_.pid(), "/stat"));
    // The fields behind the name, which may hold anything but ends with the last parenthesis.
    unsigned long user = 0, system = 0;
    const size_t end = stat.rfind(')');
    if (end == std::string::npos ||
        std::sscanf(stat.c_str() + end + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) !=
            2) {
      Die("cannot read the processor time of a server");
    }
    return static_cast<double>(user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
  }

 private:
  Process process_;
  std::string address_;
};

std::unique_ptr<Server> StartService(const TempDir& folder, const std::string& binary, const std::string& log_level,
                                     std::vector<std::string> more = {}) {
  const std::string name = absl::StrCat(binary, "-", log_level);
  const std::string ready = folder / (name + ".json");
  std::vector<std::string> command = {BesideUs(binary),
                                      "--listen=127.0.0.1:0",
                                      "--admin-listen=127.0.0.1:0",
                                      "--insecure",
                                      "--drain-delay=0s",
                                      absl::StrCat("--log-level=", log_level),
                                      absl::StrCat("--store=sqlite:", folder / (name + ".db")),
                                      absl::StrCat("--ready-file=", ready)};
  command.insert(command.end(), more.begin(), more.end());
  return std::make_unique<Server>(folder, name, std::move(command), ready);
}

std::unique_ptr<Server> StartEcho(const TempDir& folder, const std::string& kind, const std::string& answers) {
  const std::string name = "echo-" + kind, ready = folder / (name + ".json");
  return std::make_unique<Server>(folder, name, std::vector<std::string>{BesideUs("echo-server"), kind, answers, ready},
                                  ready);
}

Measured RunOrDie(ClosedLoop& client, const Load& load) {
  Measured measured = client.Run(load);
  if (measured.failed > 0) Die(absl::StrCat(measured.failed, " calls of ", load.method, " failed: ", measured.failure));
  return measured;
}

// One call.
template <class Response>
Response Ask(ClosedLoop& client, const std::string& method, const google::protobuf::Message& request) {
  Load load;
  load.method = method;
  load.next = [&request](int64_t n, std::string* bytes) { return n == 0 && request.SerializeToString(bytes); };
  Response response;
  load.answered = [&response](int64_t, const grpc::ByteBuffer& bytes) { response.ParseFromString(Flat(bytes)); };
  RunOrDie(client, load);
  return response;
}

// ---- Figures ----

double Median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

// The rounds of one thing measured.
struct Series {
  std::string what;
  std::vector<double> rate, p50_us, p99_us, cpu_us;
  void Add(const Measured& measured, double cpu_seconds) {
    rate.push_back(measured.per_second());
    p50_us.push_back(measured.p50_us);
    p99_us.push_back(measured.p99_us);
    cpu_us.push_back(cpu_seconds * 1e6 / static_cast<double>(std::max<int64_t>(measured.calls, 1)));
  }
};

std::vector<double> Ratios(const Series& of, const Series& to) {
  std::vector<double> ratios;
  for (size_t i = 0; i < of.rate.size(); ++i) ratios.push_back(of.rate[i] / to.rate[i]);
  return ratios;
}

class Report {
 public:
  explicit Report(bool json) : json_(json) {}

  void Section(const std::string& title) {
    if (!json_)
      std::printf("\n%s\n  %-46s %9s %19s %8s %8s %9s\n", title.c_str(), "", "per s", "lowest - highest", "p50 us",
                  "p99 us", "cpu us");
  }
  void Add(const std::string& key, const Series& series) {
    const auto [low, high] = std::minmax_element(series.rate.begin(), series.rate.end());
    if (!json_) {
      std::printf("  %-46s %9.0f %19s %8.0f %8.0f %9.1f\n", series.what.c_str(), Median(series.rate),
                  absl::StrFormat("%.0f - %.0f", *low, *high).c_str(), Median(series.p50_us), Median(series.p99_us),
                  Median(series.cpu_us));
    }
    Struct& out = *Field(key)->mutable_struct_value();
    const auto set = [&out](const char* name, double value) { (*out.mutable_fields())[name].set_number_value(value); };
    (*out.mutable_fields())["what"].set_string_value(series.what);
    set("per_second", Median(series.rate));
    set("per_second_lowest", *low);
    set("per_second_highest", *high);
    set("p50_us", Median(series.p50_us));
    set("p99_us", Median(series.p99_us));
    set("cpu_us", Median(series.cpu_us));
  }
  // `aim` 0: none.
  void AddRatio(const std::string& key, const std::string& what, const std::vector<double>& ratios, double aim) {
    const auto [low, high] = std::minmax_element(ratios.begin(), ratios.end());
    const double median = Median(ratios);
    if (!json_) {
      std::printf("  %-46s %9.2f %19s%s\n", what.c_str(), median, absl::StrFormat("%.2f - %.2f", *low, *high).c_str(),
                  aim > 0 ? absl::StrFormat("   aim %.2f: %s", aim, median >= aim ? "met" : "missed").c_str() : "");
    }
    Struct& out = *Field(key)->mutable_struct_value();
    const auto set = [&out](const char* name, double value) { (*out.mutable_fields())[name].set_number_value(value); };
    set("ratio", median);
    set("lowest", *low);
    set("highest", *high);
    if (aim > 0) set("aim", aim);
  }
  void AddNumber(const std::string& key, const std::string& what, double value) {
    if (!json_) std::printf("  %-46s %9.0f\n", what.c_str(), value);
    Field(key)->set_number_value(value);
  }
  void AddText(const std::string& key, const std::string& text) {
    if (!json_) std::printf("%s\n", text.c_str());
    Field(key)->set_string_value(text);
  }
  void Finish() const {
    if (!json_) return;
    google::protobuf::util::JsonPrintOptions options;
    options.add_whitespace = true;
    std::string text;
    if (!google::protobuf::util::MessageToJsonString(all_, &text, options).ok()) Die("cannot write JSON");
    std::fputs(text.c_str(), stdout);
  }

 private:
  google::protobuf::Value* Field(const std::string& key) { return &(*all_.mutable_fields())[key]; }
  const bool json_;
  Struct all_;
};

// ---- What is measured ----

// The register in the service, and the names in it.
std::vector<std::string> ImportRegister(const Server& server) {
  ClosedLoop client(server.address(), "principals/records-manager");
  forces::v1::ImportForcesRequest import;
  import.set_csv(ReadAll("data/forces.csv"));
  if (import.csv().empty()) Die("cannot read data/forces.csv; run it from the top of the tree");
  Ask<forces::v1::ImportForcesResponse>(client, kImportForces, import);
  forces::v1::ListForcesRequest list;
  list.set_page_size(1000);
  const auto listed = Ask<forces::v1::ListForcesResponse>(client, kListForces, list);
  std::vector<std::string> names;
  for (const auto& force : listed.forces()) names.push_back(force.name());
  return names;
}

void BenchReads(const Plan& plan, const TempDir& folder, Report& report) {
  const auto service = StartService(folder, "forces-service", "warning");
  const auto logging = StartService(folder, "forces-service", "info");
  const std::vector<std::string> names = ImportRegister(*service);
  ImportRegister(*logging);

  std::vector<std::string> requests;
  for (const std::string& name : names) {
    forces::v1::GetForceRequest request;
    request.set_name(name);
    requests.push_back(request.SerializeAsString());
  }
  // The answers for the echo are those of the service.
  const std::string answers = folder / "answers";
  size_t bytes = 0;
  {
    ClosedLoop client(service->address(), "principals/gateway");
    std::ofstream file(answers, std::ios::binary);
    for (const std::string& name : names) {
      forces::v1::GetForceRequest request;
      request.set_name(name);
      const auto response = Ask<forces::v1::GetForceResponse>(client, kGetForce, request);
      bytes += response.ByteSizeLong();
      google::protobuf::util::SerializeDelimitedToOstream(response, &file);
    }
  }
  const auto typed = StartEcho(folder, "typed", answers);
  const auto raw = StartEcho(folder, "bytes", answers);

  struct Contender {
    std::string key;
    const Server* server;
    Series series;
    std::unique_ptr<ClosedLoop> client;
  };
  std::vector<Contender> contenders;
  const auto add = [&contenders](const std::string& key, const Server& server, const std::string& what) {
    contenders.push_back(
        {key, &server, {what, {}, {}, {}, {}}, std::make_unique<ClosedLoop>(server.address(), "principals/gateway")});
  };
  add("reads_service", *service, "forces-service");
  add("reads_echo", *typed, "bare echo, generated service");
  add("reads_echo_bytes", *raw, "bare echo, ready bytes");
  add("reads_service_logging", *logging, "forces-service, every call logged");

  Load load;
  load.method = kGetForce;
  load.in_flight = kReadsInFlight;
  load.next = [&requests](int64_t n, std::string* request) {
    *request = requests[static_cast<size_t>(n) % requests.size()];
    return true;
  };
  load.duration = plan.each / 4;
  for (const Contender& contender : contenders) RunOrDie(*contender.client, load);  // Warm-up.
  load.duration = plan.each;
  for (int64_t round = 0; round < plan.rounds; ++round) {
    for (size_t i = 0; i < contenders.size(); ++i) {
      Contender& contender = contenders[(i + static_cast<size_t>(round)) % contenders.size()];
      const double cpu = contender.server->CpuSeconds();
      const Measured measured = RunOrDie(*contender.client, load);
      contender.series.Add(measured, contender.server->CpuSeconds() - cpu);
    }
  }

  report.Section(
      absl::StrFormat("GetForce at %d in flight; answers of %d bytes", kReadsInFlight, bytes / names.size()));
  for (const Contender& contender : contenders) report.Add(contender.key, contender.series);
  const Series &ours = contenders[0].series, &echo = contenders[1].series, &ready = contenders[2].series;
  report.AddRatio("reads_ratio", "forces-service / echo, generated service", Ratios(ours, echo), 0.85);
  report.AddRatio("reads_ratio_bytes", "forces-service / echo, ready bytes", Ratios(ours, ready), 0);
}

// As random as the ids that clients make, so that the index of ids is hit as they hit it.
std::string RequestId(const char* what, int64_t n) {
  const uint64_t mixed = (static_cast<uint64_t>(n) + 1) * 0x9E3779B97F4A7C15u;
  return absl::StrCat(absl::Hex(mixed ^ mixed >> 29, absl::kZeroPad16), "-", what);
}

// Concerns in draft, each with a recommendation: all that issuing one needs.
class Drafts {
 public:
  Drafts(ClosedLoop& client, std::vector<std::string> forces) : client_(client), forces_(std::move(forces)) {}

  std::vector<std::string> Make(int64_t count) {
    std::vector<std::string> names(static_cast<size_t>(count));
    Load load;
    load.method = kCreateConcern;
    load.in_flight = kPreparingInFlight;
    load.next = [&](int64_t n, std::string* bytes) {
      if (n == count) return false;
      auto& concern = *concern_.mutable_concern();
      concern_.set_parent(forces_[static_cast<size_t>(n) % forces_.size()]);
      concern_.set_request_id(RequestId("draft", ++made_));
      concern.set_kind(concerns::v1::CONCERN_KIND_CAUSE_OF_CONCERN);
      concern.set_title("Investigations are not supervised well enough");
      concern.set_finding(std::string(400, 'f'));
      concern.set_theme("themes/investigations");
      concern.mutable_source()->set_kind(concerns::v1::SOURCE_KIND_INSPECTION);
      concern.mutable_source()->set_title("PEEL 2023/25");
      concern.mutable_found_date()->set_year(2023);
      concern.mutable_found_date()->set_month(9);
      concern.mutable_found_date()->set_day(8);
      return concern_.SerializeToString(bytes);
    };
    load.answered = [&names](int64_t n, const grpc::ByteBuffer& bytes) {
      concerns::v1::CreateConcernResponse response;
      response.ParseFromString(Flat(bytes));
      names[static_cast<size_t>(n)] = response.concern().name();
    };
    RunOrDie(client_, load);

    load.method = kCreateRecommendation;
    load.answered = nullptr;
    load.next = [&](int64_t n, std::string* bytes) {
      if (n == count) return false;
      recommendation_.set_parent(names[static_cast<size_t>(n)]);
      recommendation_.set_request_id(RequestId("recommendation", ++made_));
      recommendation_.mutable_recommendation()->set_text(std::string(200, 'r'));
      auto& within = *recommendation_.mutable_recommendation()->mutable_due_rule()->mutable_within();
      within.set_count(3);
      within.set_unit(common::v1::DUE_UNIT_MONTHS);
      return recommendation_.SerializeToString(bytes);
    };
    RunOrDie(client_, load);
    return names;
  }

 private:
  ClosedLoop& client_;
  const std::vector<std::string> forces_;
  concerns::v1::CreateConcernRequest concern_;
  concerns::v1::CreateRecommendationRequest recommendation_;
  int64_t made_ = 0;
};

// How often the disk makes a 4 KiB page of a file that is long enough durable, one after the other: what writes at 1 in
// flight hang on.
double SyncsPerSecond(const std::string& path, absl::Duration duration) {
  constexpr int64_t kPages = 1024;
  const int file = open(path.c_str(), O_WRONLY | O_CREAT, 0644);
  const std::string page(4096, 'p');
  const auto put = [&](int64_t n) {
    const auto at = static_cast<off_t>(n % kPages * static_cast<int64_t>(page.size()));
    if (pwrite(file, page.data(), page.size(), at) != static_cast<ssize_t>(page.size())) {
      Die("cannot write to the temporary folder");
    }
  };
  for (int64_t n = 0; n < kPages; ++n) put(n);
  fsync(file);
  int64_t count = 0;
  const absl::Time began = absl::Now();
  for (; absl::Now() - began < duration; ++count) {
    put(count);
    fdatasync(file);
  }
  const double rate = static_cast<double>(count) / absl::ToDoubleSeconds(absl::Now() - began);
  close(file);
  return rate;
}

void BenchWrites(const Plan& plan, const TempDir& folder, Report& report) {
  const auto register_service = StartService(folder, "forces-service", "error");
  const std::vector<std::string> forces = ImportRegister(*register_service);

  struct Level {
    int in_flight;
    int64_t commits;  // Of a round.
    Series series;
  };
  std::vector<Level> levels;
  for (const auto& [in_flight, commits] : {std::pair(1, 2000), std::pair(32, 6000), std::pair(128, 8000)}) {
    levels.push_back({in_flight,
                      plan.quick ? commits / 20 : commits,
                      {absl::StrCat("IssueConcern, ", in_flight, " in flight"), {}, {}, {}, {}}});
  }
  std::vector<double> syncs;
  for (int64_t round = 0; round < plan.rounds; ++round) {
    syncs.push_back(SyncsPerSecond(folder / "syncs", plan.each / 8));
    // A new store each round, so that what is measured does not depend on how many rounds came before.
    const TempDir round_folder;
    const auto service = StartService(round_folder, "concerns-service", "warning",
                                      {absl::StrCat("--forces=", register_service->address())});
    ClosedLoop client(service->address(), "principals/chief-inspector");
    Drafts drafts(client, forces);
    std::vector<std::vector<std::string>> names;
    for (const Level& level : levels) names.push_back(drafts.Make(level.commits));
    int64_t issued = 0;
    for (size_t i = 0; i < levels.size(); ++i) {
      const size_t which = (i + static_cast<size_t>(round)) % levels.size();
      concerns::v1::IssueConcernRequest request;
      Load load;
      load.method = kIssueConcern;
      load.in_flight = levels[which].in_flight;
      load.next = [&, &drafts = names[which]](int64_t n, std::string* bytes) {
        if (static_cast<size_t>(n) == drafts.size()) return false;
        request.set_name(drafts[static_cast<size_t>(n)]);
        request.set_request_id(RequestId("issue", ++issued));
        return request.SerializeToString(bytes);
      };
      const double cpu = service->CpuSeconds();
      const Measured measured = RunOrDie(client, load);
      levels[which].series.Add(measured, service->CpuSeconds() - cpu);
    }
  }

  report.Section("IssueConcern, durable (SQLite, synchronous=FULL); a commit holds a concern and its recommendation");
  for (const Level& level : levels) report.Add(absl::StrCat("writes_", level.in_flight), level.series);
  report.AddRatio("writes_ratio", "128 in flight / 1 in flight", Ratios(levels[2].series, levels[0].series), 6);
  report.AddNumber("disk_syncs_per_second", "the disk alone: 4 KiB written and synced", Median(syncs));
}

bool OnMemory(const std::string& path) {
  constexpr long kTmpfs = 0x01021994;
  struct statfs about = {};
  return statfs(path.c_str(), &about) == 0 && static_cast<long>(about.f_type) == kTmpfs;
}

int Main(int argc, char** argv) {
  Plan plan;
  observe::Flags flags("service_bench", "BENCH", "Measures the services as processes, beside a bare gRPC echo.");
  flags.Add("quick", &plan.quick, "Only see that it works: one short round.");
  flags.Add("json", &plan.json, "Print JSON in place of the tables.");
  flags.Add("rounds", &plan.rounds, "How many rounds.", {.validate = observe::IsBetween(1, 100)});
  flags.Add("each", &plan.each, "How long each measurement of a round takes.",
            {.validate = observe::IsDurationBetween(absl::Milliseconds(50), absl::Minutes(1))});
  flags.Add("only", &plan.only, "all, reads or writes.", {.validate = observe::IsOneOf({"all", "reads", "writes"})});
  if (const auto exit_code = flags.Parse(argc, argv)) return *exit_code;
  if (plan.quick) {
    plan.rounds = 1;
    plan.each = absl::Milliseconds(200);
  }

  const TempDir folder;
  Report report(plan.json);
  double load = 0;
  getloadavg(&load, 1);
  report.AddText("run",
                 absl::StrFormat("%d rounds of %s each; %d processors, load average %.1f before it began", plan.rounds,
                                 absl::FormatDuration(plan.each), std::thread::hardware_concurrency(), load));
  if (OnMemory(folder / "")) {
    report.AddText("warning", "The temporary folder is kept in memory, so nothing is durable: set TMPDIR to a disk.");
  }
  if (plan.only != "writes") BenchReads(plan, folder, report);
  if (plan.only != "reads") BenchWrites(plan, folder, report);
  report.Finish();
  return 0;
}

}  // namespace
}  // namespace oversight::bench

int main(int argc, char** argv) { return oversight::bench::Main(argc, argv); }
