#include <chrono>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/time/london.h"
#include "common/time/partial_date.h"
#include "oversight/concerns/v1/concerns_service.pb.h"
#include "oversight/concerns/v1/overview_service.pb.h"
#include "oversight/forces/v1/forces_service.pb.h"
#include "tests/bench/parts.h"
#include "tests/bench/register.h"
#include "tests/bench/ten_years.h"

namespace oversight::bench {
namespace {

using oversight::testing::TempDir;
namespace cv1 = concerns::v1;

constexpr char kReader[] = "principals/gateway";
constexpr char kConcerns[] = "/oversight.concerns.v1.ConcernsService/";
constexpr char kOverview[] = "/oversight.concerns.v1.ConcernOverviewService/";
constexpr int kPageSize = 50;
// What users notice, and what is asked of a record of this size.
constexpr double kSingleDigitMs = 9999;

// Ten years with so many recommendations, and the services over it.
struct Record {
  int64_t recommendations;
  Loaded loaded;
  std::string forces_store, concerns_store;
  std::unique_ptr<Server> forces_server, concerns_server;
  std::unique_ptr<ClosedLoop> client;
  std::vector<std::string> forces, concerns;
};

struct Operation {
  std::string key, what, method;
  // A request that the record can answer, picked by a random number.
  std::function<void(const Record&, uint64_t, std::string*)> request;
  bool aimed = true;
  std::vector<std::vector<double>> p50_us = {}, p99_us = {};  // By record, then by round.
};

const std::string& Pick(const std::vector<std::string>& of, uint64_t random) { return of[random % of.size()]; }

template <class Request>
std::function<void(const Record&, uint64_t, std::string*)> Asking(
    std::function<void(const Record&, uint64_t, Request*)> fill) {
  return [fill = std::move(fill)](const Record& record, uint64_t random, std::string* bytes) {
    Request request;
    fill(record, random, &request);
    request.SerializeToString(bytes);
  };
}

std::vector<Operation> Operations() {
  const auto search = [](const char* key, const char* what, std::vector<std::string> queries) {
    return Operation{key, what, absl::StrCat(kOverview, "SearchConcerns"),
                     Asking<cv1::SearchConcernsRequest>(
                         [queries = std::move(queries)](const Record&, uint64_t random, cv1::SearchConcernsRequest* q) {
                           q->set_parent("forces/-");
                           q->set_query(Pick(queries, random));
                         })};
  };
  return {
      {"list", absl::StrCat("page of ", kPageSize, " of a force's concerns"), absl::StrCat(kConcerns, "ListConcerns"),
       Asking<cv1::ListConcernsRequest>([](const Record& record, uint64_t random, cv1::ListConcernsRequest* q) {
         q->set_parent(Pick(record.forces, random));
         q->set_page_size(kPageSize);
       })},
      {"summary", "summary of a force", absl::StrCat(kOverview, "GetForceSummary"),
       Asking<cv1::GetForceSummaryRequest>([](const Record& record, uint64_t random, cv1::GetForceSummaryRequest* q) {
         q->set_force(Pick(record.forces, random));
       })},
      {"summaries", "summaries of all forces", absl::StrCat(kOverview, "ListForceSummaries"),
       Asking<cv1::ListForceSummariesRequest>(
           [](const Record&, uint64_t, cv1::ListForceSummariesRequest* q) { q->set_page_size(100); })},
      {"due", absl::StrCat("page of ", kPageSize, " due from today, all forces"), absl::StrCat(kOverview, "ListDue"),
       Asking<cv1::ListDueRequest>([](const Record&, uint64_t, cv1::ListDueRequest* q) {
         q->set_parent("forces/-");
         q->set_page_size(kPageSize);
         *q->mutable_from_date() = ToPartialDate(LondonDay(absl::Now()));
       })},
      {"overdue", absl::StrCat("page of ", kPageSize, " overdue, one force"), absl::StrCat(kOverview, "ListDue"),
       Asking<cv1::ListDueRequest>([](const Record& record, uint64_t random, cv1::ListDueRequest* q) {
         q->set_parent(Pick(record.forces, random));
         q->set_page_size(kPageSize);
         q->set_overdue_only(true);
       })},
      search("search_common", "search for two words of many", {"superv invest", "victims risk", "audit month", "plan"}),
      search("search_rare", "search for words of few", {"thornbourne", "quarnwick vetting", "elmstead custody"}),
      {"checks", absl::StrCat("page of ", kPageSize, " inconsistencies"),
       absl::StrCat(kOverview, "ListInconsistencies"),
       Asking<cv1::ListInconsistenciesRequest>([](const Record&, uint64_t, cv1::ListInconsistenciesRequest* q) {
         q->set_parent("forces/-");
         q->set_page_size(kPageSize);
       })},
      {"history", absl::StrCat("page of ", kPageSize, " acts on a concern"),
       absl::StrCat(kOverview, "GetConcernHistory"),
       Asking<cv1::GetConcernHistoryRequest>(
           [](const Record& record, uint64_t random, cv1::GetConcernHistoryRequest* q) {
             q->set_name(Pick(record.concerns, random));
             q->set_page_size(kPageSize);
           })},
      {"summary_as_of", "summary of a force as of the past", absl::StrCat(kOverview, "GetForceSummary"),
       Asking<cv1::GetForceSummaryRequest>([](const Record& record, uint64_t random, cv1::GetForceSummaryRequest* q) {
         q->set_force(Pick(record.forces, random));
         q->mutable_read()->mutable_as_of()->set_revision(
             record.loaded.concerns_transactions / 2 +
             static_cast<int64_t>(random / 64 % static_cast<uint64_t>(record.loaded.concerns_transactions / 2)));
       }),
       /*aimed=*/false},
  };
}

}  // namespace

void BenchOverview(const Plan& plan, Report& report) {
  const TempDir folder;
  std::vector<Record> records;
  for (const int64_t recommendations :
       plan.quick ? std::vector<int64_t>{150, 300} : std::vector<int64_t>{10000, 100000}) {
    Say(absl::StrCat("Ten years with ", recommendations, " recommendations ..."));
    Record& record = records.emplace_back(Record{recommendations});
    record.forces_store = absl::StrCat("sqlite:", folder / absl::StrCat("forces-", recommendations, ".db"));
    record.concerns_store = absl::StrCat("sqlite:", folder / absl::StrCat("concerns-", recommendations, ".db"));
    TenYears years;
    years.forces_store = record.forces_store;
    years.concerns_store = record.concerns_store;
    years.scale = static_cast<double>(recommendations) / 100000;
    years.last_day = LondonDay(absl::Now()) - 1;
    auto loaded = LoadTenYears(years);
    if (!loaded.ok()) Die("loading ten years: " + std::string(loaded.status().message()));
    record.loaded = *loaded;
  }

  std::vector<std::vector<double>> serving_ms(records.size()), answering_ms(records.size()), memory_mb(records.size());
  const auto start = [&](size_t i) {
    Record& record = records[i];
    record.client.reset();
    record.concerns_server.reset();  // Killed: the next start finds what it left.
    const auto from = std::chrono::steady_clock::now();
    const auto elapsed = [&from] {
      return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - from).count();
    };
    record.concerns_server = StartService(folder, {.binary = "concerns-service",
                                                   .name = absl::StrCat("concerns-", record.recommendations),
                                                   .store = record.concerns_store,
                                                   .more = {"--forces=" + record.forces_server->address()}});
    serving_ms[i].push_back(elapsed());
    record.client = std::make_unique<ClosedLoop>(record.concerns_server->address(), kReader);
    Ask<cv1::ListForceSummariesResponse>(*record.client, absl::StrCat(kOverview, "ListForceSummaries"),
                                         cv1::ListForceSummariesRequest());
    answering_ms[i].push_back(elapsed());
    memory_mb[i].push_back(record.concerns_server->MemoryBytes() / 1e6);
  };
  for (Record& record : records) {
    record.forces_server = StartService(folder, {.binary = "forces-service",
                                                 .name = absl::StrCat("forces-", record.recommendations),
                                                 .store = record.forces_store});
  }
  for (int64_t round = 0; round < plan.rounds; ++round) {
    for (size_t i = 0; i < records.size(); ++i) start(i);
  }
  for (Record& record : records) {
    cv1::ListForceSummariesRequest forces;
    forces.set_page_size(1000);
    const auto summaries =
        Ask<cv1::ListForceSummariesResponse>(*record.client, absl::StrCat(kOverview, "ListForceSummaries"), forces);
    for (const auto& summary : summaries.summaries()) record.forces.push_back(summary.force());
    cv1::ListConcernsRequest concerns;
    concerns.set_page_size(1000);
    for (const std::string& force : record.forces) {
      concerns.set_parent(force);
      const auto page =
          Ask<cv1::ListConcernsResponse>(*record.client, absl::StrCat(kConcerns, "ListConcerns"), concerns);
      for (const auto& concern : page.concerns()) record.concerns.push_back(concern.name());
    }
    if (record.concerns.empty()) Die("there is no concern to ask about");
  }

  std::vector<Operation> operations = Operations();
  std::mt19937_64 random(1);
  const auto run = [&](const Operation& operation, Record& record, absl::Duration duration) {
    Load load;
    load.method = operation.method;
    load.in_flight = 1;
    load.duration = duration;
    load.next = [&](int64_t, std::string* bytes) {
      operation.request(record, random(), bytes);
      return true;
    };
    return RunOrDie(*record.client, load);
  };
  for (Operation& operation : operations) {
    operation.p50_us.resize(records.size());
    operation.p99_us.resize(records.size());
    for (Record& record : records) run(operation, record, plan.each / 4);
  }
  for (int64_t round = 0; round < plan.rounds; ++round) {
    Say(absl::StrCat("Overviews, round ", round + 1, " of ", plan.rounds, " ..."));
    for (Operation& operation : operations) {
      for (size_t i = 0; i < records.size(); ++i) {
        const size_t which = (i + static_cast<size_t>(round)) % records.size();
        const Measured measured = run(operation, records[which], plan.each / 2);
        operation.p50_us[which].push_back(measured.p50_us);
        operation.p99_us[which].push_back(measured.p99_us);
      }
    }
  }

  std::vector<std::string> points;
  for (const Record& record : records) {
    points.push_back(absl::StrCat(record.loaded.recommendations, " (", record.loaded.concerns_transactions, ")"));
  }
  std::vector<Row> p50s, p99s, growth;
  for (const Operation& operation : operations) {
    const Aim aim = operation.aimed ? Aim{kSingleDigitMs, Aim::Kind::kAtMost} : Aim{};
    p50s.push_back({operation.key, operation.what, operation.p50_us, {}, 0});
    p99s.push_back({operation.key, operation.what, operation.p99_us, aim, 0});
    growth.push_back({operation.key,
                      operation.what,
                      {Ratios(operation.p50_us.back(), operation.p50_us.front()),
                       Ratios(operation.p99_us.back(), operation.p99_us.front())},
                      {},
                      0});
  }
  report.Table("overview_p50_us", "Recommendations (transactions) in the store (SQLite); p50 in us", points, p50s, 0);
  report.Table("overview_p99_us", "the same: p99 in us, one call at a time", points, p99s, 0);
  report.Table("overview_ratios", "the same: the larger store / the smaller", {"p50", "p99"}, growth, 2);
  report.Table("overview_start", "Start of concerns-service after a kill", points,
               {{"serving_ms", "until it serves, ms", serving_ms, {3000, Aim::Kind::kAtMost}, 0},
                {"answering_ms", "until it answers from the overview, ms", answering_ms, {}, 0},
                {"memory_mb", "memory of its own then, MB", memory_mb, {}, 0}},
               0);
}

}  // namespace oversight::bench
