// For work on the ledger, what it alone can do: durable commits of about 500 bytes at so many outstanding, and reads
// from memory. On a busy machine compare cpu_us, the processor time of all threads per commit.
#include <benchmark/benchmark.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include <atomic>
#include <condition_variable>
#include <mutex>

#include "absl/strings/str_cat.h"
#include "common/ledger/hashing.h"
#include "common/ledger/ledger.h"
#include "common/ledger/merkle.h"
#include "common/ledger/sqlite/sqlite_engine.h"
#include "tests/support/ledger_calls.h"
#include "tests/support/temp_dir.h"

namespace oversight::ledger {
namespace {

using namespace oversight::testing;

struct Store {
  Store() {
    spdlog::set_level(spdlog::level::warn);
    ledger = *Ledger::Open(MakeSqliteEngine(dir / "bench.db"), clock);
  }
  SystemClock clock;
  TempDir dir;
  std::unique_ptr<Ledger> ledger;
};

double CpuMicros() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  const auto micros = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) * 1e6 + static_cast<double>(t.tv_usec);
  };
  return micros(usage.ru_utime) + micros(usage.ru_stime);
}

std::string RequestId(int64_t n) {
  const uint64_t mixed = static_cast<uint64_t>(n) * 0x9E3779B97F4A7C15u;
  return absl::StrCat(absl::Hex(mixed, absl::kZeroPad16), "-", absl::Hex(mixed * 31, absl::kZeroPad16));
}

// Keeps `outstanding` commits in flight: each raises a new concern of one of 43 forces or changes an earlier one.
void DurableCommits(benchmark::State& state) {
  Store store;
  const int outstanding = static_cast<int>(state.range(0));
  const std::string payload(500, 'x');
  std::mutex mu;
  std::condition_variable room;
  int in_flight = 0;
  int64_t n = 0;
  std::atomic<int64_t> failed{0};
  const double cpu_before = CpuMicros();
  for (auto _ : state) {
    {
      std::unique_lock lock(mu);
      room.wait(lock, [&] { return in_flight < outstanding; });
      ++in_flight;
    }
    ++n;
    Command command;
    command.audit = {"principals/inspector", "RaiseConcern", "Found on inspection.", RequestId(n), ""};
    command.method = "/oversight.concerns.v1.ConcernsService/RaiseConcern";
    command.request_hash = std::string(32, 'h');
    const std::string parent = absl::StrCat("forces/force-", n % 43, "/concerns/");
    const bool update = n > 1000 && n % 2 == 0;
    const int64_t number = update ? (n / 2) / 43 + 1 : 0;
    command.decide = [&payload, parent, number](View& view) -> absl::StatusOr<Decision> {
      int64_t use = number;
      if (use == 0) use = *view.LastNumber(parent) + 1;
      const std::string name = absl::StrCat(parent, use);
      if (number != 0) benchmark::DoNotOptimize(view.Get(name));
      return Decision{
          {{Change::Operation::kPut, name, "oversight.concerns.v1.Concern", payload, {{"state", "ISSUED"}}}}, payload};
    };
    store.ledger->Commit(std::move(command), [&](absl::StatusOr<Committed> result) {
      if (!result.ok()) failed.fetch_add(1);
      std::lock_guard lock(mu);
      --in_flight;
      room.notify_one();
    });
  }
  std::unique_lock lock(mu);
  room.wait(lock, [&] { return in_flight == 0; });
  state.SetItemsProcessed(n);
  state.counters["cpu_us"] = (CpuMicros() - cpu_before) / static_cast<double>(n);
  state.counters["per_batch"] = static_cast<double>(n) / static_cast<double>(store.ledger->stats().batches.load());
  if (failed.load() != 0) state.SkipWithError("commits failed");
}
BENCHMARK(DurableCommits)->Arg(1)->Arg(32)->Arg(128)->UseRealTime();

void CachedGet(benchmark::State& state) {
  static Store* store = nullptr;
  if (state.thread_index() == 0) {
    store = new Store();
    for (int i = 0; i < 100; ++i) {
      CommitNow(*store->ledger, Storing({Put(absl::StrCat("forces/force-", i), std::string(1500, 'x'))})).IgnoreError();
    }
  }
  std::vector<std::string> names;
  for (int i = 0; i < 100; ++i) names.push_back(absl::StrCat("forces/force-", i));
  GetResult result;
  size_t i = 0;
  for (auto _ : state) {
    if (!store->ledger->TryGetCached(names[++i % 100], &result)) state.SkipWithError("not in the cache");
  }
  state.SetItemsProcessed(state.iterations());
  if (state.thread_index() == 0) {
    delete store;
    store = nullptr;
  }
}
BENCHMARK(CachedGet)->Threads(1)->Threads(2)->Threads(8)->UseRealTime();

std::vector<Hash> MillionLeaves() {
  std::vector<Hash> leaves(1'000'000);
  for (size_t i = 0; i < leaves.size(); ++i) Sha256Into(absl::StrCat("leaf ", i), leaves[i].data());
  return leaves;
}

// The first head of a log of a million transactions after the start, without reading the leaves.
void IndexAMillionLeaves(benchmark::State& state) {
  const std::vector<Hash> leaves = MillionLeaves();
  for (auto _ : state) {
    TreeIndex index;
    index.Extend(0, leaves).IgnoreError();
    benchmark::DoNotOptimize(index.Root(index.size(), nullptr));
  }
}
BENCHMARK(IndexAMillionLeaves)->Unit(benchmark::kMillisecond);

// Proofs in a tree of a million, without reading the leaves.
void ProveInclusionInAMillion(benchmark::State& state) {
  const std::vector<Hash> leaves = MillionLeaves();
  TreeIndex index;
  index.Extend(0, leaves).IgnoreError();
  const LeafSource source = [&](int64_t first, int64_t count) -> absl::StatusOr<std::vector<Hash>> {
    return std::vector<Hash>(leaves.begin() + first, leaves.begin() + first + count);
  };
  int64_t at = 0;
  for (auto _ : state) {
    at = (at + 7919) % index.size();
    const auto proof = index.InclusionProof(at, index.size(), source);
    if (!proof.ok()) state.SkipWithError("no proof");
  }
}
BENCHMARK(ProveInclusionInAMillion)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace oversight::ledger

BENCHMARK_MAIN();
