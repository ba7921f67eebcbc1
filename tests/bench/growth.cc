#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/ledger/ledger.h"
#include "common/ledger/sqlite/sqlite_engine.h"
#include "common/time/clock.h"
#include "oversight/forces/v1/forces_service.pb.h"
#include "tests/bench/parts.h"
#include "tests/bench/register.h"

namespace oversight::bench {
namespace {

using oversight::testing::TempDir;

// Every force is created and changed nine times: the register grows with the log, and a history page is as long in
// each.
constexpr int64_t kVersions = 10;
constexpr int kPageSize = 20;
// Of a region at most so many pages are asked for, so that finding them takes no long time.
constexpr int kMostPages = 250;
constexpr char kReader[] = "principals/gateway";

// Forces [from, to) with all their versions, written as forces-service would but straight into the log and in large
// batches, as a million calls would take most of the run.
class Filler {
 public:
  explicit Filler(const std::string& path) {
    ledger::Options options;
    options.max_queued_writes = 2 * kBatch;
    options.max_batch = kBatch;
    auto opened = ledger::Ledger::Open(ledger::MakeSqliteEngine(path), clock_, options);
    if (!opened.ok()) Die("cannot open a store: " + std::string(opened.status().message()));
    ledger_ = *std::move(opened);
  }
  ~Filler() { ledger_->Shutdown(); }

  void Fill(int64_t from, int64_t to) {
    const int64_t forces = to - from;
    for (int64_t i = 0; i < forces * kVersions; ++i) {
      // Each force once in a round, and not in order: 7919 is a prime that no number of forces here is a multiple of.
      Put(from + i * 7919 % forces, i / forces, from * kVersions + i);
    }
    std::unique_lock lock(mu_);
    room_.wait(lock, [this] { return under_way_ == 0; });
    if (!failure_.ok()) Die("filling a store: " + std::string(failure_.message()));
  }

 private:
  static constexpr int kBatch = 4096;

  void Put(int64_t n, int64_t change, int64_t request) {
    const forces::v1::Force force = MakeForce(n, change);
    ledger::Command command;
    command.audit = {"principals/records-manager", change == 0 ? "CreateForce" : "UpdateForce", "",
                     RequestId("fill", request), ""};
    command.method = change == 0 ? kCreateForce : kUpdateForce;
    command.request_hash = std::string(32, 'h');
    ledger::Change put;
    put.name = force.name();
    put.kind = force.GetTypeName();
    put.payload = force.SerializeAsString();
    // What the service lists its forces by; were it something else, there would be no page to list.
    put.terms = {{"kind", forces::v1::ForceKind_Name(force.kind())},
                 {"service", forces::v1::ServiceType_Name(force.service())},
                 {"region", force.region()}};
    command.decide = [put](ledger::View&) -> absl::StatusOr<ledger::Decision> {
      return ledger::Decision{{put}, put.payload};
    };
    {
      std::unique_lock lock(mu_);
      room_.wait(lock, [this] { return under_way_ < 2 * kBatch; });
      ++under_way_;
    }
    ledger_->Commit(std::move(command), [this](const absl::StatusOr<ledger::Committed>& committed) {
      std::lock_guard lock(mu_);
      if (!committed.ok()) failure_ = committed.status();
      if (--under_way_ <= kBatch) room_.notify_one();
    });
  }

  const SystemClock clock_;
  std::unique_ptr<ledger::Ledger> ledger_;
  std::mutex mu_;
  std::condition_variable room_;
  int under_way_ = 0;     // guarded by mu_
  absl::Status failure_;  // guarded by mu_
};

// A store of so many transactions, and what can be asked of it.
struct Store {
  int64_t transactions;
  std::string path;
  int64_t all_made = 0;  // The revision from which on every force is there.
  std::unique_ptr<Server> server;
  std::unique_ptr<ClosedLoop> client;
  std::vector<std::string> pages;  // Requests, encoded.

  int64_t forces() const { return transactions / kVersions; }
};

// With the log in front of it, which the last to close a store may leave.
void CopyStore(const std::string& from, const std::string& to) {
  for (const char* part : {"", "-wal"}) {
    if (std::filesystem::exists(from + part)) std::filesystem::copy_file(from + part, to + part);
  }
}

// The requests for every full page of each region, up to a number.
std::vector<std::string> Pages(ClosedLoop& client) {
  std::vector<std::string> pages;
  for (int region = 0; region < kRegions; ++region) {
    forces::v1::ListForcesRequest request;
    request.set_region(RegionOf(region));
    request.set_page_size(kPageSize);
    for (int page = 0; page < kMostPages; ++page) {
      const auto response = Ask<forces::v1::ListForcesResponse>(client, kListForces, request);
      if (response.forces_size() < kPageSize) break;
      pages.push_back(request.SerializeAsString());
      if (response.next_page_token().empty()) break;
      request.set_page_token(response.next_page_token());
    }
  }
  if (pages.empty()) Die("there is no full page to list");
  return pages;
}

struct Operation {
  std::string key, what, method;
  // A request that the store can answer, picked by a random number.
  std::function<void(const Store&, uint64_t, std::string*)> request;
  Aim aim;
  std::vector<std::vector<double>> p50_us, p99_us;  // By store, then by round.
};

std::vector<Operation> Operations() {
  std::vector<Operation> operations;
  const auto name = [](const Store& store, uint64_t random) {
    return ForceName(static_cast<int64_t>(random % static_cast<uint64_t>(store.forces())));
  };
  operations.push_back({"get",
                        "get",
                        kGetForce,
                        [name](const Store& store, uint64_t random, std::string* bytes) {
                          forces::v1::GetForceRequest request;
                          request.set_name(name(store, random));
                          request.SerializeToString(bytes);
                        },
                        {1.3, Aim::Kind::kAtMost},
                        {},
                        {}});
  operations.push_back({"get_as_of",
                        "get as of a revision",
                        kGetForce,
                        [name](const Store& store, uint64_t random, std::string* bytes) {
                          forces::v1::GetForceRequest request;
                          request.set_name(name(store, random));
                          const auto later = static_cast<uint64_t>(store.transactions - store.all_made);
                          request.mutable_read()->mutable_as_of()->set_revision(
                              store.all_made + static_cast<int64_t>(random / 7 % later));
                          request.SerializeToString(bytes);
                        },
                        {},
                        {},
                        {}});
  operations.push_back({"list",
                        absl::StrCat("list page of ", kPageSize, ", filtered"),
                        kListForces,
                        [](const Store& store, uint64_t random, std::string* bytes) {
                          *bytes = store.pages[random % store.pages.size()];
                        },
                        {1.3, Aim::Kind::kAtMost},
                        {},
                        {}});
  operations.push_back({"history",
                        absl::StrCat("history page of ", kVersions),
                        kListForceVersions,
                        [name](const Store& store, uint64_t random, std::string* bytes) {
                          forces::v1::ListForceVersionsRequest request;
                          request.set_name(name(store, random));
                          request.SerializeToString(bytes);
                        },
                        {},
                        {},
                        {}});
  return operations;
}

Row RowOf(const Operation& operation, const std::vector<std::vector<double>>& points) {
  return {operation.key, operation.what, points, {}, 0};
}

}  // namespace

void BenchGrowth(const Plan& plan, Report& report) {
  const TempDir folder;
  std::vector<Store> stores;
  for (const int64_t transactions :
       plan.quick ? std::vector<int64_t>{1000, 2000, 4000} : std::vector<int64_t>{1000, 100000, 1000000}) {
    stores.push_back({transactions, folder / absl::StrCat("store-", transactions, ".db")});
  }

  // Each store is the one before it, and more.
  int64_t made = 0;
  const absl::Time began = absl::Now();
  for (size_t i = 0; i < stores.size(); ++i) {
    Say(absl::StrCat("Filling a store with ", stores[i].transactions, " transactions ..."));
    if (i > 0) CopyStore(stores[i - 1].path, stores[i].path);
    Filler(stores[i].path).Fill(made, stores[i].forces());
    stores[i].all_made = made * kVersions + (stores[i].forces() - made);
    made = stores[i].forces();
  }
  const double filling = absl::ToDoubleSeconds(absl::Now() - began);

  std::vector<std::vector<double>> start_ms(stores.size());
  const auto start = [&](size_t i) {
    Store& store = stores[i];
    store.client.reset();
    store.server.reset();  // Killed: the next start finds what it left.
    const auto from = std::chrono::steady_clock::now();
    store.server = StartService(folder, {.binary = "forces-service",
                                         .name = absl::StrCat("store-", store.transactions),
                                         .store = "sqlite:" + store.path});
    start_ms[i].push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - from).count());
    store.client = std::make_unique<ClosedLoop>(store.server->address(), kReader);
  };
  for (int64_t round = 0; round < plan.rounds; ++round) {
    for (size_t i = 0; i < stores.size(); ++i) start(i);
  }

  std::vector<Operation> operations = Operations();
  for (Operation& operation : operations) {
    operation.p50_us.resize(stores.size());
    operation.p99_us.resize(stores.size());
  }
  std::mt19937_64 random(1);
  const auto run = [&](const Operation& operation, Store& store, int in_flight, absl::Duration duration) {
    Load load;
    load.method = operation.method;
    load.in_flight = in_flight;
    load.duration = duration;
    load.next = [&](int64_t, std::string* bytes) {
      operation.request(store, random(), bytes);
      return true;
    };
    return RunOrDie(*store.client, load);
  };
  for (Store& store : stores) {
    Say(absl::StrCat("Warming up ", store.transactions, " transactions ..."));
    store.pages = Pages(*store.client);
    // As a service that has run for long: each force has been read, and memory holds as many as it does.
    Load all;
    all.method = kGetForce;
    all.in_flight = 64;
    all.next = [&store](int64_t n, std::string* bytes) {
      forces::v1::GetForceRequest request;
      request.set_name(ForceName(n * 7919 % store.forces()));
      return n < store.forces() && request.SerializeToString(bytes);
    };
    RunOrDie(*store.client, all);
    for (const Operation& operation : operations) run(operation, store, 16, plan.each);
  }
  for (int64_t round = 0; round < plan.rounds; ++round) {
    Say(absl::StrCat("Cost growth, round ", round + 1, " of ", plan.rounds, " ..."));
    for (Operation& operation : operations) {
      for (size_t i = 0; i < stores.size(); ++i) {
        const size_t which = (i + static_cast<size_t>(round)) % stores.size();
        const Measured measured = run(operation, stores[which], 1, plan.each / 2);
        operation.p50_us[which].push_back(measured.p50_us);
        operation.p99_us[which].push_back(measured.p99_us);
      }
    }
  }

  std::vector<std::string> points;
  for (const Store& store : stores) points.push_back(absl::StrCat(store.transactions));
  std::vector<Row> p50s, p99s, growth;
  for (const Operation& operation : operations) {
    p50s.push_back(RowOf(operation, operation.p50_us));
    p99s.push_back(RowOf(operation, operation.p99_us));
    growth.push_back({operation.key,
                      operation.what,
                      {Ratios(operation.p50_us.back(), operation.p50_us.front()),
                       Ratios(operation.p99_us.back(), operation.p99_us.front())},
                      operation.aim,
                      1});
  }
  report.Table("growth_p50_us", "Transactions in the store (SQLite); p50 in us", points, p50s, 0);
  report.Table("growth_p99_us", "the same: p99 in us, one call at a time", points, p99s, 0);
  report.Table("growth_ratios", "the same: the largest store / the smallest", {"p50", "p99"}, growth, 2);
  report.Table("growth_start_ms", "Start-up after a kill, until it serves, in ms", points,
               {{"start", "forces-service", start_ms, {3000, Aim::Kind::kAtMost}, stores.size() - 1}}, 0);
  report.AddNumber("growth_filling_per_second", "transactions per second while filling",
                   {static_cast<double>(stores.back().transactions) / filling}, 0);
}

}  // namespace oversight::bench
