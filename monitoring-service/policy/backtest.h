// A policy run over the recorded past without hindsight: transactions are given in the order of their recorded times,
// and each force is judged whenever a fact of it changes and at the beginning of every day in London, by what has been
// given so far. Nothing looks ahead: what comes later cannot change what was said before. What is kept grows with the
// number of forces and with what is open at once, not with the length of the record: of spells and decisions the latest
// are kept, and the rest counted. Pure. Thread safety: for one thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/rpc/compare_names.h"
#include "monitoring-service/domain/ladder.h"
#include "monitoring-service/policy/policy_facts.h"
#include "oversight/monitoring/v1/backtest.pb.h"
#include "oversight/monitoring/v1/policy.pb.h"

namespace oversight::monitoring {

class Backtest {
 public:
  // One change of a transaction: the resource afterwards; none when it was `deleted`, or removed by law (`redacted`).
  struct Change {
    std::string_view name, kind, payload;
    bool redacted = false;
    bool deleted = false;
  };

  // One policy or two. They and the ladders must outlive it.
  Backtest(std::vector<const v1::Policy*> policies, const Ladders& ladders);
  ~Backtest();

  // The next transaction of any of the three logs; not before the one before it. DATA_LOSS when a payload cannot be
  // read.
  absl::Status Take(int64_t revision, absl::Time time, const std::vector<Change>& changes);
  // That was all, and now it is `now`. Once, at the end.
  void Finish(absl::Time now);

  // After Finish.
  std::vector<v1::ForceBacktest> Forces() const;
  v1::BacktestSummary Summary() const;

  // The facts of a force as they are by now; null: nothing of it has come that counts. For tests and to look deeper.
  const ForceFacts* FactsOf(const std::string& force) const;
  // What each policy says of a force by now: the stage advised is an enhanced one.
  std::optional<bool> AdvisesEnhanced(const std::string& force, size_t policy) const;

 private:
  struct Replay;
  struct Force;

  Force& Of(std::string_view name);
  bool Apply(int64_t revision, const Change& change, Force** changed, absl::Status& status);
  void Decided(const v1::Decision& decision, absl::Time time);
  void Judge(Force& force, absl::Time time, absl::CivilDay day);
  void PassDays(absl::Time until);
  v1::BacktestScore ScoreOf(const Replay& replay, size_t policy) const;

  const std::vector<const v1::Policy*> policies_;
  const Ladders& ladders_;
  std::map<std::string, std::unique_ptr<Force>, std::less<>> forces_;
  std::optional<absl::CivilDay> day_;  // The last day that was begun.
  absl::Time first_ = absl::InfiniteFuture(), last_ = absl::InfinitePast();
  int64_t transactions_ = 0, assessments_ = 0, historical_ = 0, redacted_ = 0;
};

}  // namespace oversight::monitoring
