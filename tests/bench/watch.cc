#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "oversight/forces/v1/forces_service.pb.h"
#include "tests/bench/etcd.pb.h"
#include "tests/bench/many_streams.h"
#include "tests/bench/parts.h"
#include "tests/bench/register.h"

namespace oversight::bench {
namespace {

using oversight::testing::TempDir;

constexpr int kIdleStreams = 4000;
constexpr int kWatchers = 1000;
constexpr char kSubscriber[] = "principals/gateway";

// A server and the one thing in it that is changed and watched.
class Contender {
 public:
  explicit Contender(std::unique_ptr<Server> server, const std::string& writer)
      : server_(std::move(server)), writer_(server_->address(), writer) {}
  virtual ~Contender() = default;
  virtual std::unique_ptr<ManyStreams> Watch(int count) = 0;
  // Makes an event with this number in it.
  virtual void Change(int64_t number) = 0;
  // What that event alone holds.
  virtual std::string MarkOf(int64_t number) = 0;
  const Server& server() const { return *server_; }

 protected:
  const std::unique_ptr<Server> server_;
  ClosedLoop writer_;
};

class Ours final : public Contender {
 public:
  explicit Ours(const TempDir& folder)
      : Contender(StartService(folder, {"forces-service", "forces"}), "principals/records-manager") {
    CreateForces(writer_, 0, 1);
  }
  std::unique_ptr<ManyStreams> Watch(int count) override {
    return std::make_unique<ManyStreams>(server_->address(), kSubscriber,
                                         "/oversight.forces.v1.ForcesService/WatchForces",
                                         forces::v1::WatchForcesRequest().SerializeAsString(), true, count);
  }
  void Change(int64_t number) override {
    forces::v1::UpdateForceRequest request;
    SetUpdate(0, number, RequestId("watched", number), &request);
    Ask<forces::v1::UpdateForceResponse>(writer_, kUpdateForce, request);
  }
  std::string MarkOf(int64_t number) override { return MakeForce(0, number).aliases(0); }
};

class Etcd final : public Contender {
 public:
  explicit Etcd(const TempDir& folder) : Contender(StartEtcd(folder, "etcd"), "principals/bench") {}
  std::unique_ptr<ManyStreams> Watch(int count) override {
    etcdserverpb::WatchRequest request;
    request.mutable_create_request()->set_key(ForceName(0));
    // etcd ends the watches of a stream whose client has no more to say.
    return std::make_unique<ManyStreams>(server_->address(), kSubscriber, "/etcdserverpb.Watch/Watch",
                                         request.SerializeAsString(), false, count);
  }
  void Change(int64_t number) override {
    etcdserverpb::PutRequest request;
    request.set_key(ForceName(0));
    MakeForce(0, number).SerializeToString(request.mutable_value());
    Load load;
    load.method = "/etcdserverpb.KV/Put";
    load.next = [&request](int64_t n, std::string* bytes) { return n == 0 && request.SerializeToString(bytes); };
    RunOrDie(writer_, load);
  }
  std::string MarkOf(int64_t number) override { return MakeForce(0, number).aliases(0); }
};

struct Candidate {
  std::string key, what;
  std::unique_ptr<Contender> (*make)(const TempDir&);
  std::vector<double> bytes, all_ms, half_ms;
};

}  // namespace

void BenchWatch(const Plan& plan, Report& report) {
  std::vector<Candidate> candidates;
  candidates.push_back(
      {"service",
       "forces-service",
       [](const TempDir& folder) -> std::unique_ptr<Contender> { return std::make_unique<Ours>(folder); },
       {},
       {},
       {}});
  if (EtcdInstalled()) {
    candidates.push_back(
        {"etcd",
         "etcd",
         [](const TempDir& folder) -> std::unique_ptr<Contender> { return std::make_unique<Etcd>(folder); },
         {},
         {},
         {}});
  } else {
    report.AddText("watch_without_etcd",
                   "etcd is not installed (apt-get install etcd-server): it is left out of the watches.");
  }

  const int idle = plan.quick ? kIdleStreams / 20 : kIdleStreams;
  const int events = plan.quick ? 3 : 20;
  for (int64_t round = 0; round < plan.rounds; ++round) {
    Say(absl::StrCat("Watches, round ", round + 1, " of ", plan.rounds, " ..."));
    for (size_t i = 0; i < candidates.size(); ++i) {
      Candidate& candidate = candidates[(i + static_cast<size_t>(round)) % candidates.size()];
      const TempDir folder;
      {
        const auto contender = candidate.make(folder);
        const double before = contender->server().MemoryBytes();
        const auto streams = contender->Watch(idle);
        candidate.bytes.push_back((contender->server().MemoryBytes() - before) / idle);
      }
      const auto contender = candidate.make(folder);
      const auto streams = contender->Watch(plan.quick ? kWatchers / 10 : kWatchers);
      std::vector<double> all, half;
      for (int64_t number = 1000; number < 1000 + events; ++number) {
        const auto waited = streams->Deliver(contender->MarkOf(number), [&] { contender->Change(number); });
        all.push_back(waited.back());
        half.push_back(waited[waited.size() / 2]);
      }
      candidate.all_ms.push_back(Median(all));
      candidate.half_ms.push_back(Median(half));
    }
  }

  report.Title(absl::StrCat("Watch, a stream for each watcher: ", idle, " that wait, and one event of 500 bytes to ",
                            plan.quick ? kWatchers / 10 : kWatchers));
  for (const Candidate& candidate : candidates) {
    const bool ours = candidate.key == "service";
    const auto kilobytes = [](std::vector<double> bytes) {
      for (double& each : bytes) each /= 1000;
      return bytes;
    };
    report.AddNumber("watch_idle_kb_" + candidate.key, "kB per idle stream: " + candidate.what,
                     kilobytes(candidate.bytes), 1, ours ? Aim{20, Aim::Kind::kAtMost} : Aim{});
  }
  for (const Candidate& candidate : candidates) {
    const bool ours = candidate.key == "service";
    report.AddNumber("watch_half_ms_" + candidate.key, "ms until half have it: " + candidate.what, candidate.half_ms,
                     1);
    report.AddNumber("watch_all_ms_" + candidate.key, "ms until all have it: " + candidate.what, candidate.all_ms, 1,
                     ours ? Aim{20, Aim::Kind::kAtMost} : Aim{});
  }
  if (candidates.size() > 1) {
    report.AddNumber("watch_idle_ratio", "memory: forces-service / etcd",
                     Ratios(candidates[0].bytes, candidates[1].bytes), 2);
    report.AddNumber("watch_all_ratio", "time to all: forces-service / etcd",
                     Ratios(candidates[0].all_ms, candidates[1].all_ms), 2);
  }
}

}  // namespace oversight::bench
