#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "oversight/forces/v1/forces_service.pb.h"
#include "tests/bench/etcd.pb.h"
#include "tests/bench/parts.h"
#include "tests/bench/plain_inserts.h"
#include "tests/bench/register.h"
#include "tests/support/postgres.h"

namespace oversight::bench {
namespace {

using oversight::testing::Postgres;
using oversight::testing::TempDir;

constexpr int kInFlight[] = {1, 8, 64, 256};
constexpr int kMostInFlight = 256;
// Changed in turn.
constexpr int64_t kForces = 1000;

class Contender {
 public:
  virtual ~Contender() = default;
  virtual Measured Run(int in_flight, absl::Duration duration) = 0;
  // Processor time of the server's own process.
  virtual double CpuSeconds() const { return 0; }
};

// forces-service over a store: UpdateForce.
class Ours final : public Contender {
 public:
  Ours(const TempDir& folder, const std::string& name, const std::string& store)
      : server_(StartService(folder, {.binary = "forces-service", .name = name, .store = store})),
        client_(server_->address(), "principals/records-manager") {
    CreateForces(client_, 0, kForces);
  }
  Measured Run(int in_flight, absl::Duration duration) override {
    forces::v1::UpdateForceRequest request;
    Load load;
    load.method = kUpdateForce;
    load.in_flight = in_flight;
    load.duration = duration;
    load.next = [&](int64_t, std::string* bytes) {
      ++change_;
      SetUpdate(change_ % kForces, change_, RequestId("update", change_), &request);
      return request.SerializeToString(bytes);
    };
    return RunOrDie(client_, load);
  }
  double CpuSeconds() const override { return server_->CpuSeconds(); }

 private:
  const std::unique_ptr<Server> server_;
  ClosedLoop client_;
  int64_t change_ = 0;
};

// The same bytes put under the same names.
class Etcd final : public Contender {
 public:
  explicit Etcd(const TempDir& folder)
      : server_(StartEtcd(folder, "etcd")), client_(server_->address(), "principals/bench") {}
  Measured Run(int in_flight, absl::Duration duration) override {
    etcdserverpb::PutRequest request;
    Load load;
    load.method = "/etcdserverpb.KV/Put";
    load.in_flight = in_flight;
    load.duration = duration;
    load.next = [&](int64_t, std::string* bytes) {
      ++change_;
      request.set_key(ForceName(change_ % kForces));
      MakeForce(change_ % kForces, change_).SerializeToString(request.mutable_value());
      return request.SerializeToString(bytes);
    };
    return RunOrDie(client_, load);
  }
  double CpuSeconds() const override { return server_->CpuSeconds(); }

 private:
  const std::unique_ptr<Server> server_;
  ClosedLoop client_;
  int64_t change_ = 0;
};

// The same bytes in rows.
class Plain final : public Contender {
 public:
  explicit Plain(const std::string& url) : inserts_(url, kMostInFlight) {}
  Measured Run(int in_flight, absl::Duration duration) override {
    return inserts_.Run(in_flight, duration, [this](int64_t, std::string* name, std::string* payload) {
      ++change_;
      *name = ForceName(change_ % kForces);
      MakeForce(change_ % kForces, change_).SerializeToString(payload);
    });
  }

 private:
  PlainInserts inserts_;
  int64_t change_ = 0;
};

struct Candidate {
  std::string key, what;
  std::function<std::unique_ptr<Contender>(const TempDir&)> make;
  std::vector<std::vector<double>> rates, p99_ms, cpu_us;  // By level, then by round.
};

Row RowOf(const Candidate& candidate, const std::vector<std::vector<double>>& points) {
  return {candidate.key, candidate.what, points, {}, 0};
}

Row RatioRow(const std::string& key, const std::string& what, const Candidate& of, const Candidate& to, double aim) {
  Row row{key, what, {}, {aim}, 2};  // The aims are for 64 and above.
  for (size_t level = 0; level < of.rates.size(); ++level) {
    row.points.push_back(Ratios(of.rates[level], to.rates[level]));
  }
  return row;
}

}  // namespace

void BenchCommits(const Plan& plan, Report& report) {
  const std::unique_ptr<Postgres> postgres =
      Postgres::Installed() ? Postgres::New({"max_connections=300", "shared_buffers=128MB"}) : nullptr;
  std::vector<Candidate> candidates;
  const auto add = [&](const std::string& key, const std::string& what, auto make) {
    if (plan.contender != "all" && plan.contender != key) return;
    candidates.push_back({key, what, make, {}, {}, {}});
    candidates.back().rates.resize(std::size(kInFlight));
    candidates.back().p99_ms.resize(std::size(kInFlight));
    candidates.back().cpu_us.resize(std::size(kInFlight));
  };
  add("sqlite", "forces-service, SQLite",
      [](const TempDir& folder) { return std::make_unique<Ours>(folder, "sqlite", ""); });
  if (postgres) {
    add("postgres", "forces-service, PostgreSQL", [&postgres](const TempDir& folder) {
      return std::make_unique<Ours>(folder, "postgres", postgres->NewStore());
    });
    add("plain", "plain inserts, the same PostgreSQL",
        [&postgres](const TempDir&) { return std::make_unique<Plain>(postgres->NewStore()); });
  } else {
    report.AddText("commits_without_postgres",
                   "PostgreSQL 15 is not installed (apt-get install postgresql-15): it is left out of the commits.");
  }
  if (EtcdInstalled()) {
    add("etcd", "etcd put", [](const TempDir& folder) { return std::make_unique<Etcd>(folder); });
  } else {
    report.AddText("commits_without_etcd",
                   "etcd is not installed (apt-get install etcd-server): it is left out of the commits.");
  }

  for (int64_t round = 0; round < plan.rounds; ++round) {
    Say(absl::StrCat("Durable commits, round ", round + 1, " of ", plan.rounds, " ..."));
    // New stores each round, so that what is measured does not depend on how many rounds came before.
    const TempDir folder;
    std::vector<std::unique_ptr<Contender>> contenders;
    for (const Candidate& candidate : candidates) contenders.push_back(candidate.make(folder));
    for (const auto& contender : contenders) contender->Run(8, plan.each / 8);  // Warm-up.
    for (size_t level = 0; level < std::size(kInFlight); ++level) {
      for (size_t i = 0; i < candidates.size(); ++i) {
        const size_t which = (i + static_cast<size_t>(round)) % candidates.size();
        const double cpu = contenders[which]->CpuSeconds();
        const Measured measured = contenders[which]->Run(kInFlight[level], plan.each);
        candidates[which].cpu_us[level].push_back((contenders[which]->CpuSeconds() - cpu) * 1e6 /
                                                  static_cast<double>(std::max<int64_t>(measured.calls, 1)));
        candidates[which].rates[level].push_back(measured.per_second());
        candidates[which].p99_ms[level].push_back(measured.p99_us / 1000);
      }
    }
  }

  const auto of = [&](const std::string& key) {
    for (const Candidate& candidate : candidates) {
      if (candidate.key == key) return &candidate;
    }
    return static_cast<const Candidate*>(nullptr);
  };
  std::vector<std::string> points;
  for (const int in_flight : kInFlight) points.push_back(absl::StrCat(in_flight, " in flight"));
  std::vector<Row> rates, p99s, cpus, ratios;
  for (const Candidate& candidate : candidates) {
    rates.push_back(RowOf(candidate, candidate.rates));
    p99s.push_back(RowOf(candidate, candidate.p99_ms));
    if (candidate.key != "plain") cpus.push_back(RowOf(candidate, candidate.cpu_us));
  }
  if (of("sqlite") != nullptr && of("etcd") != nullptr) {
    ratios.push_back(RatioRow("sqlite_to_etcd", "SQLite / etcd", *of("sqlite"), *of("etcd"), 2));
  }
  if (of("postgres") != nullptr && of("plain") != nullptr) {
    ratios.push_back(RatioRow("postgres_to_plain", "PostgreSQL / plain inserts", *of("postgres"), *of("plain"), 3));
  }
  report.Table("commits", absl::StrCat("Durable commits per second, ", MakeForce(1, 1).ByteSizeLong(), " bytes each"),
               points, rates, 0);
  report.Table("commits_p99_ms", "the same: p99 in ms", points, p99s, 1);
  if (!cpus.empty()) {
    report.Table("commits_cpu_us", "the same: us of processor time of the server's process", points, cpus, 0);
  }
  if (!ratios.empty()) report.Table("commits_ratios", "the same: ratios within a round", points, ratios, 2);
}

}  // namespace oversight::bench
