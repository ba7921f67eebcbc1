#include "monitoring-service/service/scheduler.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/observe/json_log.h"
#include "common/rpc/errors.h"
#include "monitoring-service/domain/names.h"
#include "prometheus/histogram.h"

namespace oversight::monitoring {
namespace {

using google::protobuf::Message;

// As many as are with the ledger at a time: well below what it queues.
constexpr size_t kMostUnderWay = 2000;
constexpr char kNothingToDo[] = "nothing to do now";

// Never stored and never shown: how an act that has nothing to do comes back.
absl::Status NothingToDo() { return absl::Status(absl::StatusCode::kOutOfRange, kNothingToDo); }
bool IsNothingToDo(const absl::Status& status) {
  return status.code() == absl::StatusCode::kOutOfRange && status.message() == kNothingToDo;
}

bool MayPass(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kCancelled:
      return true;
    default:
      return false;
  }
}

// Takes a key out of a set that is in the order of time.
template <class ByTime, class Key>
void EraseKey(ByTime& by_time, const Key& key) {
  for (auto it = by_time.begin(); it != by_time.end();) it = it->second == key ? by_time.erase(it) : std::next(it);
}

int64_t RevisionOf(const Message& resource) {
  return resource.GetReflection()->GetInt64(resource, resource.GetDescriptor()->FindFieldByName("revision"));
}

}  // namespace

Scheduler::Scheduler(std::string actor, rpc::Resources& resources, const rpc::WatchShape& watch,
                     observe::Metrics& metrics)
    : actor_(std::move(actor)), resources_(resources), watch_(watch), metrics_(metrics) {}

Scheduler::~Scheduler() { Stop(); }

void Scheduler::Register(DueAct act) {
  lateness_.push_back(&metrics_.Histogram("oversight_act_lateness_seconds",
                                          "How long after its moment an act of the service itself was stored.",
                                          observe::LatencyBuckets(), {{"verb", act.verb}}));
  gauges_.push_back(metrics_.GaugeCallback(
      "oversight_act_overdue_seconds", "How long the oldest act of the service itself has been due and is not stored.",
      [this, verb = act.verb] { return absl::ToDoubleSeconds(Overdue(verb)); }, {{"verb", act.verb}}));
  kinds_.push_back(std::move(act));
}

void Scheduler::Start() {
  std::vector<const google::protobuf::Descriptor*> resources;
  const auto keep = [&resources](const google::protobuf::Descriptor* resource) {
    if (std::find(resources.begin(), resources.end(), resource) == resources.end()) resources.push_back(resource);
  };
  for (const auto& kind : kinds_) {
    keep(kind.resource);
    std::for_each(kind.rests_on.begin(), kind.rests_on.end(), keep);
  }
  projection_ = std::make_unique<rpc::Projection>("scheduler", resources_.ledger(), resources_.clock(), watch_,
                                                  std::move(resources), &metrics_);
  projection_->AddIndex([this](const rpc::InformerChange& change) { Apply(change); });
  projection_->Start();
  thread_ = std::thread([this] { Run(); });
}

void Scheduler::Stop() {
  {
    std::lock_guard lock(mu_);
    stopping_ = true;
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
  if (projection_ != nullptr) projection_->Stop();
  std::unique_lock lock(mu_);
  changed_.wait(lock, [this] { return under_way_ == 0; });
}

size_t Scheduler::waiting() const {
  std::lock_guard lock(mu_);
  return waiting_.size();
}

absl::Duration Scheduler::Overdue(const std::string& verb) const {
  const absl::Time now = resources_.clock().Now();
  absl::Time oldest = now;
  std::lock_guard lock(mu_);
  for (const auto& [key, waiting] : waiting_) {
    if (kinds_[key.kind].verb == verb) oldest = std::min(oldest, waiting.due);
  }
  return now - oldest;
}

// ---- What waits. ----

void Scheduler::Apply(const rpc::InformerChange& change) {
  std::lock_guard lock(mu_);
  for (size_t kind = 0; kind < kinds_.size(); ++kind) {
    const std::string& full_name = kinds_[kind].resource->full_name();
    for (const auto& item : change.items) {
      if (item.kind == full_name) Put(kind, item.name, item.after.get());
    }
    std::set<std::string> changed;
    for (const auto* resource : kinds_[kind].rests_on) {
      for (const auto& item : change.items) {
        if (item.kind == resource->full_name()) changed.insert(ForceOf(item.name));
      }
    }
    if (changed.empty()) continue;
    LookAgainAt(kind, [&changed](const std::string& name) { return changed.count(ForceOf(name)) > 0; });
  }
  changed_.notify_all();
}

void Scheduler::Put(size_t kind, const std::string& name, const Message* resource) {
  const Key key{kind, name};
  const auto due = resource == nullptr ? std::nullopt : kinds_[kind].due(*resource);
  const auto known = waiting_.find(key);
  // After a new listing of the log everything is told again.
  if (due && known != waiting_.end() && known->second.revision == RevisionOf(*resource)) return;
  Forget(key);
  if (!due) return;
  waiting_[key] = {.revision = RevisionOf(*resource), .due = *due};
  by_due_.emplace(*due, key);
  if (kinds_[kind].look_at_once) now_.insert(key);
}

void Scheduler::Forget(const Key& key) {
  const auto known = waiting_.find(key);
  if (known == waiting_.end()) return;
  by_due_.erase({known->second.due, key});
  EraseKey(by_retry_, key);
  now_.erase(key);
  waiting_.erase(known);
}

void Scheduler::LookAgain(const std::string& verb, const std::function<bool(const std::string& name)>& concerns) {
  std::lock_guard lock(mu_);
  for (size_t kind = 0; kind < kinds_.size(); ++kind) {
    if (kinds_[kind].verb == verb) LookAgainAt(kind, concerns);
  }
  changed_.notify_all();
}

void Scheduler::LookAgainAt(size_t kind, const std::function<bool(const std::string& name)>& concerns) {
  for (auto& [key, waiting] : waiting_) {
    if (key.kind != kind || !concerns(key.name)) continue;
    if (waiting.under_way) {
      waiting.again = true;
    } else {
      now_.insert(key);
    }
  }
}

// ---- Trying. ----

void Scheduler::Run() {
  std::unique_lock lock(mu_);
  while (!stopping_) {
    auto due = TakeDue();
    bool any = false;
    lock.unlock();
    for (size_t kind = 0; kind < due.size(); ++kind) {
      if (due[kind].empty()) continue;
      any = true;
      Try(kind, std::move(due[kind]));
    }
    lock.lock();
    if (any || stopping_) continue;
    const absl::Duration sleep = UntilNext();
    if (sleep == absl::InfiniteDuration()) {
      changed_.wait(lock);
    } else if (sleep > absl::ZeroDuration()) {
      changed_.wait_for(lock, absl::ToChronoNanoseconds(sleep));
    }
  }
}

std::vector<std::vector<Scheduler::Attempt>> Scheduler::TakeDue() {
  std::vector<std::vector<Attempt>> due(kinds_.size());
  const auto take = [&](const Key& key) {
    Waiting& waiting = waiting_.at(key);
    waiting.under_way = true;
    waiting.again = false;
    ++under_way_;
    due[key.kind].push_back({key, waiting.revision, waiting.due});
  };
  const auto full = [this] { return under_way_ >= kMostUnderWay; };
  const absl::Time now = resources_.clock().Now(), machine_now = absl::Now();
  while (!now_.empty() && !full()) {
    const Key key = *now_.begin();
    now_.erase(now_.begin());
    by_due_.erase({waiting_.at(key).due, key});
    EraseKey(by_retry_, key);
    take(key);
  }
  while (!by_due_.empty() && by_due_.begin()->first <= now && !full()) {
    const Key key = by_due_.begin()->second;
    by_due_.erase(by_due_.begin());
    take(key);
  }
  while (!by_retry_.empty() && by_retry_.begin()->first <= machine_now && !full()) {
    const Key key = by_retry_.begin()->second;
    by_retry_.erase(by_retry_.begin());
    if (!waiting_.at(key).under_way) take(key);
  }
  return due;
}

absl::Duration Scheduler::UntilNext() const {
  if (under_way_ >= kMostUnderWay) return absl::InfiniteDuration();  // An end of one wakes.
  if (!now_.empty()) return absl::ZeroDuration();                    // Came while others were being tried.
  absl::Duration sleep = absl::InfiniteDuration();
  if (!by_due_.empty()) sleep = std::min(by_due_.begin()->first - resources_.clock().Now(), kLongestSleep);
  if (!by_retry_.empty()) sleep = std::min(sleep, by_retry_.begin()->first - absl::Now());
  return std::max(sleep, absl::ZeroDuration());
}

void Scheduler::Try(size_t kind, std::vector<Attempt> attempts) {
  kinds_[kind].prepare([this, attempts = std::move(attempts)](const absl::StatusOr<Decide>& decide) {
    for (const auto& attempt : attempts) {
      if (decide.ok()) {
        Perform(attempt, *decide);
      } else {
        Ended(attempt, absl::UnavailableError(decide.status().message()));
      }
    }
  });
}

void Scheduler::Perform(const Attempt& attempt, const Decide& decide) {
  const auto& [kind, name] = attempt.key;
  rpc::Resources::Act act{.actor = actor_, .verb = kinds_[kind].verb};
  // One for each version of the resource: a moment that was moved is another act.
  act.request_id = absl::StrCat(act.verb, " ", name, " @", attempt.revision);
  resources_.Perform(
      std::move(act),
      [decide, name = name](rpc::Facts& log) -> absl::StatusOr<rpc::Changes> {
        OVERSIGHT_ASSIGN_OR_RETURN(std::optional<rpc::Changes> changes, decide(log, name));
        if (!changes.has_value() || changes->empty()) return NothingToDo();
        return *std::move(changes);
      },
      [this, attempt](const absl::StatusOr<ledger::Committed>& committed) { Ended(attempt, committed.status()); });
}

void Scheduler::Ended(const Attempt& attempt, const absl::Status& status) {
  const auto& [kind, name] = attempt.key;
  const absl::Time now = resources_.clock().Now();
  const bool retry = MayPass(status);
  if (status.ok()) {
    lateness_[kind]->Observe(std::max(0.0, absl::ToDoubleSeconds(now - attempt.due)));
  } else if (!IsNothingToDo(status)) {
    // A refusal in words may quote what is not public yet.
    observe::LogWarning(retry ? "act will be tried again" : "act refused",
                        {{"verb", kinds_[kind].verb},
                         {"name", name},
                         {"reason", ReasonOf(status)},
                         {"error", retry ? status.ToString() : absl::StatusCodeToString(status.code())}});
  }
  std::lock_guard lock(mu_);
  --under_way_;
  const auto known = waiting_.find(attempt.key);
  // What is known of a later version has been put in its place.
  if (known != waiting_.end() && known->second.revision == attempt.revision) {
    Waiting& waiting = known->second;
    waiting.under_way = false;
    if (IsNothingToDo(status) && waiting.again) {
      now_.insert(attempt.key);
      by_due_.emplace(waiting.due, attempt.key);
    } else if (IsNothingToDo(status) && waiting.due > now) {
      by_due_.emplace(waiting.due, attempt.key);
    } else if (retry || IsNothingToDo(status)) {
      by_retry_.emplace(absl::Now() + (retry ? kTryAgain : kLongestSleep), attempt.key);
    }
  }
  changed_.notify_all();
}

}  // namespace oversight::monitoring
