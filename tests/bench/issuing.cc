#include <fcntl.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "oversight/concerns/v1/concerns_service.pb.h"
#include "tests/bench/parts.h"
#include "tests/bench/register.h"

namespace oversight::bench {
namespace {

using oversight::testing::TempDir;

constexpr char kCreateConcern[] = "/oversight.concerns.v1.ConcernsService/CreateConcern";
constexpr char kCreateRecommendation[] = "/oversight.concerns.v1.ConcernsService/CreateRecommendation";
constexpr char kIssueConcern[] = "/oversight.concerns.v1.ConcernsService/IssueConcern";

constexpr int kPreparingInFlight = 128;

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

}  // namespace

void BenchIssuing(const Plan& plan, Report& report) {
  Say("IssueConcern ...");
  const TempDir folder;
  const auto register_service = StartService(folder, {"forces-service", "register", "error"});
  const std::vector<std::string> forces = ImportRegister(register_service->address());

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
    const auto service = StartService(
        round_folder,
        {.binary = "concerns-service", .name = "concerns", .more = {"--forces=" + register_service->address()}});
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
  report.AddRatio("writes_ratio", "128 in flight / 1 in flight", Ratios(levels[2].series.rate, levels[0].series.rate),
                  {6});
  report.AddNumber("disk_syncs_per_second", "the disk alone: 4 KiB written and synced", syncs, 0);
}

}  // namespace oversight::bench
