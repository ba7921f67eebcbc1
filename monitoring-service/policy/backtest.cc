#include "monitoring-service/policy/backtest.h"

#include <algorithm>
#include <deque>
#include <unordered_map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/time/london.h"
#include "monitoring-service/domain/moments.h"
#include "monitoring-service/domain/names.h"
#include "monitoring-service/policy/assess.h"

namespace oversight::monitoring {
namespace {

constexpr size_t kMostKept = 200;

constexpr absl::Duration kDay = absl::Hours(24);
constexpr double kDaysInYear = 365.25;

template <class T>
void Keep(std::deque<T>& items, T item) {
  items.push_back(std::move(item));
  if (items.size() > kMostKept) items.pop_front();
}

int64_t WholeDays(absl::Duration duration) { return duration / kDay; }
int64_t NearestDays(absl::Duration duration) { return (duration + kDay / 2) / kDay; }

enum class Kind { kOther, kConcern, kRecommendation, kResponse, kInspection, kMonitoring, kPlan, kMeeting, kDecision };

Kind KindOf(std::string_view name) {
  static const auto* const kinds = new std::unordered_map<std::string, Kind>{
      {concerns::v1::Concern::descriptor()->full_name(), Kind::kConcern},
      {concerns::v1::Recommendation::descriptor()->full_name(), Kind::kRecommendation},
      {concerns::v1::ForceResponse::descriptor()->full_name(), Kind::kResponse},
      {forces::v1::Inspection::descriptor()->full_name(), Kind::kInspection},
      {v1::Monitoring::descriptor()->full_name(), Kind::kMonitoring},
      {v1::Plan::descriptor()->full_name(), Kind::kPlan},
      {v1::Meeting::descriptor()->full_name(), Kind::kMeeting},
      {v1::Decision::descriptor()->full_name(), Kind::kDecision},
  };
  const auto it = kinds->find(std::string(name));
  return it == kinds->end() ? Kind::kOther : it->second;
}

template <class T>
absl::StatusOr<T> Read(const Backtest::Change& change, int64_t revision) {
  T resource;
  if (!resource.ParseFromArray(change.payload.data(), static_cast<int>(change.payload.size()))) {
    return absl::DataLossError(
        absl::StrCat("Revision ", revision, " of ", std::string(change.name), " cannot be read."));
  }
  resource.set_name(std::string(change.name));
  resource.set_revision(revision);
  return resource;
}

}  // namespace

// One policy on one force, as it goes.
struct Backtest::Replay {
  bool judged = false;
  bool advised_enhanced = false;
  std::optional<v1::AdviceSpell> spell;
  absl::Time spell_from;
  std::deque<v1::AdviceSpell> spells;
  std::deque<v1::ReplayedDecision> decisions;
  std::map<int64_t, int64_t> leads;  // How often each number of days.
  absl::Duration flagged;
  v1::BacktestScore score;  // What is counted on the way.
};

struct Backtest::Force {
  Force(std::string name, size_t policies) : facts(std::move(name)), replays(policies) {}

  ForceFacts facts;
  std::optional<Countable> countable;  // Of the facts, once it was asked for.
  bool enhanced = false;               // As last judged.
  absl::Time judged_at = absl::InfinitePast();
  absl::Duration apart;
  std::vector<Replay> replays;
  // A decision that waits for its effect, as each replay stood to it.
  std::string pending;
  std::vector<v1::ReplayedDecision> pending_replayed;
};

Backtest::Backtest(std::vector<const v1::Policy*> policies, const Ladders& ladders)
    : policies_(std::move(policies)), ladders_(ladders) {}
Backtest::~Backtest() = default;

Backtest::Force& Backtest::Of(std::string_view name) {
  const size_t begin = sizeof("forces/") - 1;
  const std::string_view force = name.substr(0, std::min(name.find('/', begin), name.size()));
  auto it = forces_.find(force);
  if (it == forces_.end()) {
    it = forces_.emplace(std::string(force), std::make_unique<Force>(std::string(force), policies_.size())).first;
  }
  return *it->second;
}

bool Backtest::Apply(int64_t revision, const Change& change, Force** changed, absl::Status& status) {
  const Kind kind = KindOf(change.kind);
  if (kind == Kind::kOther || change.name.rfind("forces/", 0) != 0) return false;
  if (change.redacted) {
    ++redacted_;
    return false;
  }
  Force& force = Of(change.name);
  if (change.deleted) {
    *changed = &force;
    Forget(std::string(change.name), force.facts);
    force.countable.reset();
    return true;
  }
  const auto take = [&](auto read) {
    if (!read.ok()) {
      status = read.status();
      return false;
    }
    if (!monitoring::Take(*read, force.facts)) return false;
    *changed = &force;
    force.countable.reset();
    return true;
  };
  switch (kind) {
    case Kind::kConcern:
      return take(Read<concerns::v1::Concern>(change, revision));
    case Kind::kRecommendation:
      return take(Read<concerns::v1::Recommendation>(change, revision));
    case Kind::kResponse:
      return take(Read<concerns::v1::ForceResponse>(change, revision));
    case Kind::kInspection:
      return take(Read<forces::v1::Inspection>(change, revision));
    case Kind::kMonitoring:
      return take(Read<v1::Monitoring>(change, revision));
    case Kind::kPlan:
      return take(Read<v1::Plan>(change, revision));
    case Kind::kMeeting:
      return take(Read<v1::Meeting>(change, revision));
    default:
      return false;
  }
}

absl::Status Backtest::Take(int64_t revision, absl::Time time, const std::vector<Change>& changes) {
  first_ = std::min(first_, time);
  last_ = std::max(last_, time);
  ++transactions_;
  PassDays(time);
  // How the policies stood to a decision is what they said before it.
  for (const auto& change : changes) {
    if (change.redacted || change.deleted || KindOf(change.kind) != Kind::kDecision) continue;
    const auto decision = Read<v1::Decision>(change, revision);
    if (!decision.ok()) return decision.status();
    Decided(*decision, time);
  }
  std::vector<Force*> touched;
  absl::Status status;
  for (const auto& change : changes) {
    Force* force = nullptr;
    if (Apply(revision, change, &force, status) && std::find(touched.begin(), touched.end(), force) == touched.end()) {
      touched.push_back(force);
    }
    if (!status.ok()) return status;
  }
  if (touched.empty()) return absl::OkStatus();
  const absl::CivilDay day = LondonDay(time);
  for (Force* force : touched) Judge(*force, time, day);
  return absl::OkStatus();
}

void Backtest::Decided(const v1::Decision& decision, absl::Time time) {
  Force& force = Of(decision.name());
  const bool waits = decision.state() == v1::DECISION_STATE_PENDING_EFFECT;
  const bool in_effect = decision.state() == v1::DECISION_STATE_IN_EFFECT;
  if (decision.has_historical()) {
    historical_ += in_effect && force.pending != decision.name();
    force.pending = decision.name();  // A later version of it is the same decision.
    force.pending_replayed.clear();
    return;
  }
  if (force.pending != decision.name()) {
    if (!waits && !in_effect) return;
    force.pending = decision.name();
    force.pending_replayed.clear();
    for (const auto& replay : force.replays) {
      auto& replayed = force.pending_replayed.emplace_back();
      replayed.set_decision(decision.name());
      *replayed.mutable_decision_time() = ToTimestamp(time);
      replayed.set_escalates(!force.enhanced);
      replayed.set_advised(replay.spell.has_value());
      if (replay.spell) replayed.set_lead_days(WholeDays(time - replay.spell_from));
    }
  }
  if (!in_effect || force.pending_replayed.empty()) return;
  for (size_t i = 0; i < force.replays.size(); ++i) {
    Replay& replay = force.replays[i];
    const v1::ReplayedDecision& replayed = force.pending_replayed[i];
    auto& score = replay.score;
    if (replayed.escalates()) {
      score.set_entry_count(score.entry_count() + 1);
      if (replayed.advised()) {
        score.set_hit_count(score.hit_count() + 1);
        ++replay.leads[replayed.lead_days()];
      } else {
        score.set_miss_count(score.miss_count() + 1);
      }
    } else {
      score.set_exit_count(score.exit_count() + 1);
      score.set_advised_exit_count(score.advised_exit_count() + replayed.advised());
    }
    Keep(replay.decisions, replayed);
  }
  force.pending_replayed.clear();  // The name stays, so that later versions of it count no more.
}

void Backtest::Judge(Force& force, absl::Time time, absl::CivilDay day) {
  ++assessments_;
  const bool enhanced = force.facts.monitoring.enhanced();
  const bool moved = enhanced != force.enhanced;
  if (force.judged_at != absl::InfinitePast()) {
    const absl::Duration passed = time - force.judged_at;
    if (force.replays.size() == 2 && force.replays[0].advised_enhanced != force.replays[1].advised_enhanced) {
      force.apart += passed;
    }
    for (auto& replay : force.replays) {
      if (replay.spell && replay.spell->escalates()) replay.flagged += passed;
    }
  }
  for (size_t i = 0; i < policies_.size(); ++i) {
    Replay& replay = force.replays[i];
    if (!force.countable) force.countable = CountableOf(force.facts);
    const Verdict verdict = monitoring::Judge({*policies_[i], ladders_, day}, force.facts, *force.countable);
    if (replay.judged && !moved && replay.advised_enhanced != verdict.advised_enhanced) {
      replay.score.set_flip_count(replay.score.flip_count() + 1);
    }
    const bool advises = verdict.advised_enhanced != enhanced;
    if (replay.spell && (moved || !advises)) {
      *replay.spell->mutable_until_time() = ToTimestamp(time);
      replay.spell->set_end(moved ? v1::SPELL_END_DECIDED : v1::SPELL_END_CLEARED);
      if (!moved && replay.spell->escalates()) {
        replay.score.set_false_alarm_count(replay.score.false_alarm_count() + 1);
      }
      Keep(replay.spells, *std::move(replay.spell));
      replay.spell.reset();
    }
    if (advises && !replay.spell) {
      replay.spell_from = time;
      auto& spell = replay.spell.emplace();
      spell.set_escalates(verdict.advised_enhanced);
      *spell.mutable_from_time() = ToTimestamp(time);
      spell.set_end(v1::SPELL_END_LASTS);
      for (int rule = 0; rule < policies_[i]->rules_size(); ++rule) {
        const bool speaks = enhanced || policies_[i]->rules(rule).advises() == v1::ADVISED_MOVE_ESCALATE;
        if (verdict.fired[static_cast<size_t>(rule)] && speaks) spell.add_rules(policies_[i]->rules(rule).id());
      }
      if (verdict.advised_enhanced) replay.score.set_flag_count(replay.score.flag_count() + 1);
    }
    replay.advised_enhanced = verdict.advised_enhanced;
    replay.judged = true;
  }
  force.enhanced = enhanced;
  force.judged_at = time;
}

void Backtest::PassDays(absl::Time until) {
  const absl::CivilDay day = LondonDay(until);
  if (!day_) day_ = day;
  while (*day_ < day) {
    ++*day_;
    const absl::Time morning = LondonTime(absl::CivilMinute(*day_));
    for (auto& [name, force] : forces_) Judge(*force, morning, *day_);
  }
}

void Backtest::Finish(absl::Time now) {
  if (transactions_ == 0) return;
  last_ = std::max(last_, now);
  PassDays(last_);
  // Counts the time up to now; says nothing new, as neither facts nor the day are others.
  for (auto& [name, force] : forces_) Judge(*force, last_, LondonDay(last_));
}

v1::BacktestScore Backtest::ScoreOf(const Replay& replay, size_t policy) const {
  v1::BacktestScore score = replay.score;
  score.set_policy(policies_[policy]->name());
  score.set_flagged_force_count(score.flag_count() > 0 ? 1 : 0);
  score.set_flagged_days(NearestDays(replay.flagged));
  int64_t seen = 0;
  for (const auto& [days, count] : replay.leads) {
    seen += count;
    if (2 * seen < score.hit_count()) continue;
    score.set_median_lead_days(days);
    break;
  }
  // Of less than a year nothing is made up: it counts as one.
  const double years = std::max(absl::FDivDuration(last_ - first_, kDay) / kDaysInYear, 1.0);
  score.set_flips_per_year(static_cast<double>(score.flip_count()) / years);
  return score;
}

std::vector<v1::ForceBacktest> Backtest::Forces() const {
  std::vector<v1::ForceBacktest> forces;
  std::vector<const Force*> in_order;
  for (const auto& [name, force] : forces_) in_order.push_back(force.get());
  for (const Force* force : in_order) {
    auto& told = forces.emplace_back();
    told.set_force(force->facts.force);
    const v1::Monitoring stage = StageOf(ladders_, force->facts);
    told.set_stage(stage.stage());
    told.set_days_apart(NearestDays(force->apart));
    for (size_t i = 0; i < policies_.size(); ++i) {
      const Replay& replay = force->replays[i];
      auto& of_policy = *told.add_replays();
      *of_policy.mutable_score() = ScoreOf(replay, i);
      for (const auto& spell : replay.spells) *of_policy.add_spells() = spell;
      if (replay.spell) *of_policy.add_spells() = *replay.spell;
      for (const auto& decision : replay.decisions) *of_policy.add_decisions() = decision;
      Verdict verdict;
      verdict.enhanced = force->enhanced;
      verdict.advised_enhanced = replay.judged ? replay.advised_enhanced : force->enhanced;
      of_policy.set_advised_stage(AdvisedStage({*policies_[i], ladders_, LondonDay(last_)}, stage, verdict));
    }
  }
  return forces;
}

v1::BacktestSummary Backtest::Summary() const {
  v1::BacktestSummary summary;
  if (transactions_ > 0) {
    *summary.mutable_first_time() = ToTimestamp(first_);
    *summary.mutable_last_time() = ToTimestamp(last_);
  }
  summary.set_transaction_count(transactions_);
  summary.set_assessment_count(assessments_);
  summary.set_force_count(static_cast<int64_t>(forces_.size()));
  summary.set_historical_decision_count(historical_);
  summary.set_redacted_count(redacted_);
  absl::Duration apart;
  for (const auto& [name, force] : forces_) apart += force->apart;
  summary.set_days_apart(NearestDays(apart));
  for (size_t i = 0; i < policies_.size(); ++i) {
    Replay all;
    int64_t flagged = 0;
    for (const auto& [name, force] : forces_) {
      const Replay& replay = force->replays[i];
      const auto& score = replay.score;
      all.score.set_flag_count(all.score.flag_count() + score.flag_count());
      all.score.set_entry_count(all.score.entry_count() + score.entry_count());
      all.score.set_hit_count(all.score.hit_count() + score.hit_count());
      all.score.set_miss_count(all.score.miss_count() + score.miss_count());
      all.score.set_false_alarm_count(all.score.false_alarm_count() + score.false_alarm_count());
      all.score.set_exit_count(all.score.exit_count() + score.exit_count());
      all.score.set_advised_exit_count(all.score.advised_exit_count() + score.advised_exit_count());
      all.score.set_flip_count(all.score.flip_count() + score.flip_count());
      all.flagged += replay.flagged;
      for (const auto& [days, count] : replay.leads) all.leads[days] += count;
      flagged += score.flag_count() > 0;
    }
    auto& score = *summary.add_scores();
    score = ScoreOf(all, i);
    score.set_flagged_force_count(flagged);
    if (!forces_.empty()) score.set_flips_per_year(score.flips_per_year() / static_cast<double>(forces_.size()));
  }
  return summary;
}

const ForceFacts* Backtest::FactsOf(const std::string& force) const {
  const auto it = forces_.find(force);
  return it == forces_.end() ? nullptr : &it->second->facts;
}

std::optional<bool> Backtest::AdvisesEnhanced(const std::string& force, size_t policy) const {
  const auto it = forces_.find(force);
  if (it == forces_.end() || !it->second->replays[policy].judged) return std::nullopt;
  return it->second->replays[policy].advised_enhanced;
}

}  // namespace oversight::monitoring
