// What a policy advises for a force on a day: the advised stage, the rules that fired with the facts behind each, and
// the rules that nearly fired. One function judges; all that explains builds on its verdict, so that an explanation
// cannot say anything else. v1::Policy says how rules make a stage. Pure. Thread safety: free functions over values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "monitoring-service/domain/ladder.h"
#include "monitoring-service/policy/policy_facts.h"
#include "oversight/monitoring/v1/policy.pb.h"

namespace oversight::monitoring {

// What something is assessed by and when. The policy and the ladders must outlive it.
struct Yardstick {
  const v1::Policy& policy;
  const Ladders& ladders;
  absl::CivilDay on_date;
};

// The verdict alone: no words, for where very many are needed.
struct Verdict {
  // In an enhanced stage, now and as advised.
  bool enhanced = false, advised_enhanced = false;
  bool escalates = false, keeps = false, returns = false;  // Some rule of the kind fired, or the bar was reached.
  int64_t weight = 0;
  // Of each rule of the policy whether it fired.
  std::vector<bool> fired;

  v1::AdvisedMove move() const {
    if (enhanced == advised_enhanced) return v1::ADVISED_MOVE_KEEP;
    return advised_enhanced ? v1::ADVISED_MOVE_ESCALATE : v1::ADVISED_MOVE_RETURN;
  }
};
Verdict Judge(const Yardstick& by, const ForceFacts& facts);

// What of the facts is counted, laid out to be counted often, as a backtest does: the open causes, and the open
// recommendations of these. Days are counted from 1 January 1970.
struct Countable {
  struct Cause {
    concerns::v1::HandlingLevel handling = concerns::v1::HANDLING_LEVEL_UNSPECIFIED;
    v1::ResponseStanding response = v1::RESPONSE_STANDING_NONE;
    bool accelerated = false, reissued = false;
    std::optional<int64_t> issued;
  };
  struct Recommendation {
    std::optional<int64_t> due;
    int times_returned = 0;
    bool claimed = false;
  };
  std::vector<Cause> causes;
  std::vector<Recommendation> recommendations;
};
Countable CountableOf(const ForceFacts& facts);
// The same verdict; `countable` is that of `facts`.
Verdict Judge(const Yardstick& by, const ForceFacts& facts, const Countable& countable);

// The id and the display name of the stage that a verdict advises: the one it is in when it stays, the default stage,
// or the first enhanced stage of the ladder in force.
const std::string& AdvisedStage(const Yardstick& by, const v1::Monitoring& stage, const Verdict& verdict);
std::string StageName(const Ladders& ladders, const std::string& id);

// The assessment with the rules that fired; without near misses, counterfactuals and revisions.
v1::Assessment Assess(const Yardstick& by, const ForceFacts& facts);

// Rules that nearly fired, the nearest first.
std::vector<v1::NearMiss> NearMisses(const Yardstick& by, const ForceFacts& facts);

// "concern 12" of forces/kent/concerns/12, "recommendation 3 of concern 12", "the plan 1".
std::string ShortName(const std::string& name);

}  // namespace oversight::monitoring
