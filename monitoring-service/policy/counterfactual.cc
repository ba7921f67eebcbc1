#include "monitoring-service/policy/counterfactual.h"

#include <algorithm>
#include <functional>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "monitoring-service/policy/hypothetical.h"

namespace oversight::monitoring {
namespace {

using Change = v1::HypotheticalChange;
using Changes = std::vector<Change>;

// Bounds the pairs that are tried, whatever is open.
constexpr size_t kMostCandidates = 40;
constexpr size_t kMostSets = 10;

Change Discharge(const std::string& concern) {
  Change change;
  change.set_discharge_concern(concern);
  return change;
}
Change Handled(const std::string& concern, concerns::v1::HandlingLevel level) {
  Change change;
  change.mutable_assess_handling()->set_concern(concern);
  change.mutable_assess_handling()->set_level(level);
  return change;
}
Change Judged(const std::string& concern, concerns::v1::Adequacy adequacy) {
  Change change;
  change.mutable_judge_response()->set_concern(concern);
  change.mutable_judge_response()->set_adequacy(adequacy);
  return change;
}
Change Issued(const std::string& force, bool accelerated, concerns::v1::HandlingLevel level) {
  Change change;
  change.mutable_issue_cause()->set_force(force);
  change.mutable_issue_cause()->set_accelerated(accelerated);
  change.mutable_issue_cause()->set_level(level);
  return change;
}

class Search {
 public:
  Search(const Yardstick& by, const ForceFacts& facts)
      : by_(by), facts_(facts), advised_enhanced_(Judge(by, facts).advised_enhanced) {}

  std::vector<v1::Counterfactual> Run() {
    const std::vector<Changes> kinds = advised_enhanced_ ? Better() : Worse();
    Changes all;
    for (const auto& kind : kinds) all.insert(all.end(), kind.begin(), kind.end());
    TryOnesAndTwos(all);
    // Of many the first are tried in pairs; all of them are in what follows.
    for (const auto& kind : kinds) TryReduced(kind);
    if (advised_enhanced_) {
      // Everything but discharges together, so that nothing is changed twice; then with discharges in place of the
      // rest.
      for (const size_t handling : {size_t{1}, size_t{2}}) {
        Changes mixed = kinds[handling];
        for (size_t kind = 3; kind < kinds.size(); ++kind) {
          mixed.insert(mixed.end(), kinds[kind].begin(), kinds[kind].end());
        }
        TryReduced(mixed);
      }
      Changes discharged = kinds[0];
      discharged.insert(discharged.end(), kinds.back().begin(), kinds.back().end());
      TryReduced(discharged);
    }
    std::stable_sort(found_.begin(), found_.end(), [](const auto& a, const auto& b) { return a.size() < b.size(); });
    if (found_.size() > kMostSets) found_.resize(kMostSets);
    std::vector<v1::Counterfactual> told;
    for (const auto& set : found_) told.push_back(Told(set));
    return told;
  }

 private:
  // By kind: discharges, handling as managing, as eradicated, answers, recommendations, plan and meeting.
  std::vector<Changes> Better() const {
    std::vector<Changes> kinds(6);
    for (const auto& [name, cause] : facts_.causes) {
      if (cause.hypothetical && cause.revision == 0) continue;
      kinds[0].push_back(Discharge(name));
      if (cause.handling < concerns::v1::HANDLING_LEVEL_MANAGING) {
        kinds[1].push_back(Handled(name, concerns::v1::HANDLING_LEVEL_MANAGING));
      }
      if (cause.handling < concerns::v1::HANDLING_LEVEL_ERADICATED) {
        kinds[2].push_back(Handled(name, concerns::v1::HANDLING_LEVEL_ERADICATED));
      }
      if (ResponseTo(facts_, name).standing < v1::RESPONSE_STANDING_ADEQUATE) {
        kinds[3].push_back(Judged(name, concerns::v1::ADEQUACY_ADEQUATE));
      }
    }
    for (const auto& [name, recommendation] : facts_.recommendations) {
      if (!recommendation.of_open_cause) continue;
      const bool overdue = !recommendation.claimed && recommendation.due && *recommendation.due < by_.on_date;
      if (!overdue && recommendation.times_returned == 0) continue;
      kinds[4].emplace_back().set_verify_recommendation(name);
    }
    if (!facts_.supposed_plan) kinds[5].emplace_back().set_accept_plan(facts_.force);
    if (!facts_.supposed_meeting) kinds[5].emplace_back().set_hold_meeting(facts_.force);
    return kinds;
  }

  // By kind: causes to come, handling, answers, claims, overdue recommendations.
  std::vector<Changes> Worse() const {
    std::vector<Changes> kinds(5);
    kinds[0] = {Issued(facts_.force, false, concerns::v1::HANDLING_LEVEL_UNSPECIFIED),
                Issued(facts_.force, true, concerns::v1::HANDLING_LEVEL_UNSPECIFIED),
                Issued(facts_.force, false, concerns::v1::HANDLING_LEVEL_NOT_RESPONDING),
                Issued(facts_.force, true, concerns::v1::HANDLING_LEVEL_NOT_RESPONDING)};
    std::set<int> overdue_bounds;
    for (const auto& rule : by_.policy.rules()) {
      for (const auto& condition : rule.conditions()) {
        if (condition.recommendations().overdue_days_at_least() > 0) {
          overdue_bounds.insert(condition.recommendations().overdue_days_at_least());
        }
      }
    }
    for (const auto& [name, cause] : facts_.causes) {
      for (const auto level : {concerns::v1::HANDLING_LEVEL_RESPONDING, concerns::v1::HANDLING_LEVEL_NOT_RESPONDING}) {
        if (cause.handling == concerns::v1::HANDLING_LEVEL_UNSPECIFIED || cause.handling > level) {
          kinds[1].push_back(Handled(name, level));
        }
      }
      if (ResponseTo(facts_, name).standing > v1::RESPONSE_STANDING_INADEQUATE) {
        kinds[2].push_back(Judged(name, concerns::v1::ADEQUACY_INADEQUATE));
      }
    }
    for (const auto& [name, recommendation] : facts_.recommendations) {
      if (!recommendation.of_open_cause) continue;
      kinds[3].emplace_back().set_return_claim(name);
      for (const int days : overdue_bounds) {
        if (!recommendation.claimed && recommendation.due && by_.on_date - *recommendation.due >= days) continue;
        auto& overdue = *kinds[4].emplace_back().mutable_overdue();
        overdue.set_recommendation(name);
        overdue.set_days(days);
      }
    }
    return kinds;
  }

  // Whether these changes give the other stage; not when one cannot be supposed after another.
  bool Flips(const Changes& changes) const {
    ForceFacts facts = facts_;
    Violations violations;
    for (const auto& change : changes) Suppose(change, "change", by_.ladders, by_.on_date, facts, violations);
    return violations.empty() && Judge(by_, facts).advised_enhanced != advised_enhanced_;
  }

  void TryOnesAndTwos(Changes all) {
    if (all.size() > kMostCandidates) all.resize(kMostCandidates);
    std::vector<bool> alone(all.size());
    for (size_t i = 0; i < all.size(); ++i) {
      alone[i] = Flips({all[i]});
      if (alone[i]) Add({all[i]});
    }
    for (size_t i = 0; i < all.size(); ++i) {
      for (size_t j = i + 1; j < all.size(); ++j) {
        if (!alone[i] && !alone[j] && Flips({all[i], all[j]})) Add({all[i], all[j]});
      }
    }
  }

  // Takes back one after the other what is not needed.
  void TryReduced(Changes changes) {
    if (changes.size() < 3 || !Flips(changes)) return;
    for (size_t i = 0; i < changes.size();) {
      Changes fewer = changes;
      fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
      if (Flips(fewer)) {
        changes = std::move(fewer);
      } else {
        ++i;
      }
    }
    Add(changes);
  }

  // Unless it is there, or holds another that suffices.
  void Add(const Changes& changes) {
    std::set<std::string> keys;
    for (const auto& change : changes) keys.insert(change.SerializeAsString());
    for (const auto& known : keys_) {
      if (std::includes(keys.begin(), keys.end(), known.begin(), known.end())) return;
    }
    keys_.push_back(std::move(keys));
    found_.push_back(changes);
  }

  v1::Counterfactual Told(const Changes& changes) const {
    ForceFacts facts = facts_;
    Violations none;
    std::vector<std::string> words;
    v1::Counterfactual told;
    for (const auto& change : changes) {
      Suppose(change, "change", by_.ladders, by_.on_date, facts, none);
      words.push_back(InWords(change, by_.ladders));
      *told.add_changes() = change;
    }
    const Verdict verdict = Judge(by_, facts);
    told.set_advised_stage(AdvisedStage(by_, StageOf(by_.ladders, facts), verdict));
    const std::string last = words.back();
    words.pop_back();
    told.set_text(absl::StrCat(absl::StrJoin(words, ", "), words.empty() ? "" : " and ", last,
                               changes.size() > 1 ? " give " : " gives ",
                               StageName(by_.ladders, told.advised_stage())));
    return told;
  }

  const Yardstick& by_;
  const ForceFacts& facts_;
  const bool advised_enhanced_;
  std::vector<Changes> found_;
  std::vector<std::set<std::string>> keys_;
};

}  // namespace

std::vector<v1::Counterfactual> WhatWouldChange(const Yardstick& by, const ForceFacts& facts) {
  return Search(by, facts).Run();
}

v1::Assessment AssessFully(const Yardstick& by, const ForceFacts& facts) {
  v1::Assessment assessment = Assess(by, facts);
  for (auto& near : NearMisses(by, facts)) *assessment.add_near_misses() = std::move(near);
  for (auto& set : WhatWouldChange(by, facts)) *assessment.add_counterfactuals() = std::move(set);
  return assessment;
}

}  // namespace oversight::monitoring
