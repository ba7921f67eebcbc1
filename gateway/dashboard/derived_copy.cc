#include "gateway/dashboard/derived_copy.h"

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/rpc/timer.h"
#include "common/time/london.h"
#include "gateway/dashboard/names.h"

namespace oversight::gateway {
namespace {

constexpr absl::Duration kAnswerWithin = absl::Seconds(2);
constexpr absl::Duration kAskAgainAfter = absl::Seconds(1);
constexpr absl::Duration kLateAfter = absl::Seconds(3);  // As InformerOptions::stale_after.
constexpr absl::Duration kAskAnewAfter = absl::Seconds(30);

// Whether two answers say the same. The log goes on for others too: the revision does not count.
bool SameSaid(const DerivedPart& a, const DerivedPart& b) {
  return a.force.SerializeAsString() == b.force.SerializeAsString() &&
         std::equal(a.missed.begin(), a.missed.end(), b.missed.begin(), b.missed.end(),
                    [](const auto& x, const auto& y) { return x.SerializeAsString() == y.SerializeAsString(); });
}

}  // namespace

struct DerivedCopy::State : std::enable_shared_from_this<DerivedCopy::State> {
  // What stood when it was asked.
  struct Asked {
    int64_t listing = 0;
    int64_t other_change = 0;
    absl::CivilDay day;
    absl::Time time;
  };
  struct Entry {
    std::shared_ptr<const DerivedPart> derived;
    int64_t generation = 0;
    // What of the record and of the others' it is of: see IsCurrent.
    int64_t listing = 0;
    int64_t other_change = 0;
    int64_t revision = 0;
    absl::Time asked_time = absl::InfinitePast();
    absl::CivilDay day;
    bool asking = false;
    absl::Status failure;
    absl::Time not_before = absl::InfinitePast();  // After a failure: do not ask again before.
    rpc::Timer again;
    std::map<int64_t, std::function<void()>> waits;
    std::map<int64_t, std::unique_ptr<rpc::Timer>> limits;
  };

  State(std::string its_name, rpc::InformerCore& informer, const Clock& the_clock, AskOwner how,
        std::function<void()> listener)
      : service(std::move(its_name)),
        owner(informer),
        clock(the_clock),
        ask(std::move(how)),
        changed(std::move(listener)) {}

  // Indexes are told of a change before it can be read, so what is read as current is.
  void OnOwner(const rpc::InformerChange& change) {
    std::lock_guard lock(mu);
    if (change.listed) {
      // It may be another store: its revisions say nothing of those before.
      ++listing;
      changed_at.clear();
    }
    Note(change, change.revision, changed_at);
  }
  void OnOther(const rpc::InformerChange& change) {
    std::lock_guard lock(mu);
    Note(change, ++other_changes, other_changed_at);
  }
  // What is of all forces changes with any of them.
  void Note(const rpc::InformerChange& change, int64_t number, std::map<std::string, int64_t>& numbers) {
    for (const auto& item : change.items) {
      for (const std::string& force : {ForceConcerned(item.name), std::string()}) {
        numbers[force] = number;
        behind_since.try_emplace(force, absl::Now());
      }
    }
  }

  template <class Map>
  static int64_t At(const Map& map, const std::string& force) {
    const auto it = map.find(force);
    return it == map.end() ? 0 : it->second;
  }
  // Of the records as the copies have them, on this day.
  bool IsCurrent(const std::string& force, const Entry& entry) const {
    return entry.derived != nullptr && entry.listing == listing && entry.revision >= At(changed_at, force) &&
           entry.other_change >= At(other_changed_at, force) && entry.day == Today(clock);
  }
  View ViewOf(const std::string& force, const Entry& entry) const {
    View view;
    view.derived = entry.derived;
    view.generation = entry.generation;
    view.revision = entry.revision;
    view.current = IsCurrent(force, entry);
    if (entry.derived != nullptr) view.age = absl::Now() - entry.asked_time;
    if (view.current) return view;
    const auto behind = behind_since.find(force);
    view.refused = !entry.failure.ok();
    view.late = view.refused || (behind != behind_since.end() && absl::Now() > behind->second + kLateAfter);
    view.reason = view.refused ? absl::StrCat(service, " did not say: ", std::string(entry.failure.message()))
                               : service + " is being asked.";
    return view;
  }

  // Asks when there is cause to. Called and returns without the lock.
  void AskIfNeeded(const std::string& force) {
    Asked asked{.day = Today(clock), .time = absl::Now()};
    {
      std::lock_guard lock(mu);
      Entry& entry = entries[force];
      const bool fresh = IsCurrent(force, entry) && asked.time < entry.asked_time + kAskAnewAfter;
      if (stopped || fresh || entry.asking || asked.time < entry.not_before) return;
      entry.asking = true;
      asked.listing = listing;
      asked.other_change = other_changes;
    }
    ask({.force = force, .day = asked.day, .copy = owner.Read(), .deadline = asked.time + kAnswerWithin},
        [self = shared_from_this(), force, asked](absl::StatusOr<DerivedPart> answer) {
          self->Take(force, asked, std::move(answer));
        });
  }

  void Take(const std::string& force, const Asked& asked, absl::StatusOr<DerivedPart> answer) {
    std::vector<std::function<void()>> ready;
    bool behind = false;
    {
      std::lock_guard lock(mu);
      if (stopped) return;
      Entry& entry = entries[force];
      entry.asking = false;
      entry.failure = answer.status();
      if (answer.ok()) {
        entry.listing = asked.listing;
        entry.other_change = asked.other_change;
        entry.asked_time = asked.time;
        entry.day = asked.day;
        entry.revision = answer->revision;
        if (entry.derived == nullptr || !SameSaid(*entry.derived, *answer)) {
          entry.derived = std::make_shared<const DerivedPart>(*std::move(answer));
          ++entry.generation;
        }
        const bool current = IsCurrent(force, entry);
        if (current) behind_since.erase(force);
        behind = !current && !entry.waits.empty();
      } else {
        entry.not_before = absl::Now() + kAskAgainAfter;
        entry.again.Set(kAskAgainAfter, [weak = weak_from_this()] {
          if (const auto self = weak.lock()) self->Tell();
        });
      }
      // After a failure there is nothing to wait for.
      if (!behind) ready = TakeWaits(entry);
    }
    for (const auto& done : ready) done();
    if (behind) AskIfNeeded(force);
    Tell();
  }

  std::vector<std::function<void()>> TakeWaits(Entry& entry) {
    std::vector<std::function<void()>> ready;
    for (auto& [id, done] : entry.waits) ready.push_back(std::move(done));
    entry.waits.clear();
    entry.limits.clear();
    return ready;
  }
  void GiveUp(const std::string& force, int64_t id) {
    std::function<void()> done;
    {
      std::lock_guard lock(mu);
      Entry& entry = entries[force];
      const auto it = entry.waits.find(id);
      if (it == entry.waits.end()) return;
      done = std::move(it->second);
      entry.waits.erase(it);
      entry.limits.erase(id);
    }
    done();
  }
  void Tell() {
    {
      std::lock_guard lock(mu);
      if (stopped) return;
      ++telling;
    }
    changed();
    std::lock_guard lock(mu);
    --telling;
    told.notify_all();
  }

  const std::string service;
  rpc::InformerCore& owner;
  const Clock& clock;
  const AskOwner ask;
  const std::function<void()> changed;

  mutable std::mutex mu;
  std::condition_variable told;
  int telling = 0;
  bool stopped = false;
  int64_t listing = 0;                              // How often the record was listed.
  int64_t other_changes = 0;                        // of what the others follow
  std::map<std::string, int64_t> changed_at;        // by force: the revision of its last change since the listing
  std::map<std::string, int64_t> other_changed_at;  // by force: other_changes when it last changed
  std::map<std::string, absl::Time> behind_since;   // by force: the first change that its answer does not have
  std::map<std::string, Entry> entries;
  int64_t next_wait = 0;
};

DerivedCopy::DerivedCopy(std::string service, rpc::InformerCore& owner, const std::vector<rpc::InformerCore*>& also,
                         const Clock& clock, AskOwner ask, std::function<void()> changed)
    : state_(std::make_shared<State>(std::move(service), owner, clock, std::move(ask), std::move(changed))) {
  owner.AddIndex([state = state_](const rpc::InformerChange& change) { state->OnOwner(change); });
  for (auto* other : also) {
    other->AddIndex([state = state_](const rpc::InformerChange& change) { state->OnOther(change); });
  }
}

DerivedCopy::~DerivedCopy() { Stop(); }

void DerivedCopy::Stop() {
  std::vector<std::function<void()>> ready;
  {
    std::unique_lock lock(state_->mu);
    state_->stopped = true;
    for (auto& [force, entry] : state_->entries) {
      for (auto& done : state_->TakeWaits(entry)) ready.push_back(std::move(done));
      entry.again.Cancel();
    }
    state_->told.wait(lock, [this] { return state_->telling == 0; });
  }
  for (const auto& done : ready) done();
}

DerivedCopy::View DerivedCopy::Look(const std::string& force) const {
  std::lock_guard lock(state_->mu);
  const auto it = state_->entries.find(force);
  if (it == state_->entries.end()) return {.reason = state_->service + " was not asked yet."};
  return state_->ViewOf(force, it->second);
}

DerivedCopy::View DerivedCopy::Want(const std::string& force) {
  state_->AskIfNeeded(force);
  return Look(force);
}

void DerivedCopy::WaitCurrent(const std::string& force, absl::Time deadline, std::function<void()> done) {
  const bool connected = state_->owner.Status().connected;
  {
    std::lock_guard lock(state_->mu);
    State::Entry& entry = state_->entries[force];
    const bool cannot = !connected || absl::Now() < entry.not_before;
    if (!state_->stopped && !state_->IsCurrent(force, entry) && !cannot) {
      const int64_t id = ++state_->next_wait;
      entry.waits[id] = std::move(done);
      done = nullptr;
      auto& limit = entry.limits[id] = std::make_unique<rpc::Timer>();
      limit->Set(std::max(absl::ZeroDuration(), deadline - absl::Now()), [weak = std::weak_ptr(state_), force, id] {
        if (const auto state = weak.lock()) state->GiveUp(force, id);
      });
    }
  }
  if (done) return done();
  state_->AskIfNeeded(force);
}

}  // namespace oversight::gateway
