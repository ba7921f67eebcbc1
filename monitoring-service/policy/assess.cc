#include "monitoring-service/policy/assess.h"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "common/time/partial_date.h"
#include "monitoring-service/domain/dossier.h"
#include "monitoring-service/policy/policy_data.h"

namespace oversight::monitoring {
namespace {

// What is nearer than this counts as near.
constexpr int64_t kNearDays = 30;
constexpr int64_t kNearCount = 1;
constexpr size_t kMostNearMisses = 20;

// ---- What counts. ----

// Whether it counts, and when nothing but time is lacking, by how many days.
struct Counting {
  bool counts = false;
  std::optional<int64_t> days_lacking;
};

int64_t DayNumber(absl::CivilDay day) { return day - absl::CivilDay(1970, 1, 1); }
std::optional<int64_t> DayNumber(const std::optional<absl::CivilDay>& day) {
  return day ? std::optional(DayNumber(*day)) : std::nullopt;
}

Countable::Cause CountableOf(const ForceFacts& facts, const std::string& name, const CauseFact& cause) {
  return {cause.handling, ResponseTo(facts, name).standing, cause.accelerated, cause.reissued, DayNumber(cause.issued)};
}
Countable::Recommendation CountableOf(const RecommendationFact& recommendation) {
  return {DayNumber(recommendation.due), recommendation.times_returned, recommendation.claimed};
}

Counting Counts(bool otherwise, const std::optional<int64_t>& from, int days_at_least, int64_t on_day) {
  if (!otherwise) return {};
  if (days_at_least == 0) return {.counts = true};
  if (!from) return {};
  const int64_t lacking = days_at_least - (on_day - *from);
  return {.counts = lacking <= 0, .days_lacking = lacking};
}

Counting Counts(const v1::CauseCount& wanted, const Countable::Cause& cause, int64_t on_day) {
  if (wanted.accelerated() && !cause.accelerated) return {};
  if (wanted.reissued() && !cause.reissued) return {};
  if (wanted.handling_at_most() != 0) {
    const bool assessed = cause.handling != concerns::v1::HANDLING_LEVEL_UNSPECIFIED;
    if (assessed ? cause.handling > wanted.handling_at_most() : !wanted.or_not_assessed()) return {};
  }
  if (wanted.response_at_most() != 0 && cause.response > wanted.response_at_most()) return {};
  return Counts(true, cause.issued, wanted.open_days_at_least(), on_day);
}

Counting Counts(const v1::RecommendationCount& wanted, const Countable::Recommendation& recommendation,
                int64_t on_day) {
  if (recommendation.times_returned < wanted.times_returned_at_least()) return {};
  return Counts(wanted.overdue_days_at_least() == 0 || !recommendation.claimed, recommendation.due,
                wanted.overdue_days_at_least(), on_day);
}

// Of one cause or recommendation with its name, for explanations.
Counting Counts(const v1::CauseCount& wanted, const ForceFacts& facts, const std::string& name, const CauseFact& cause,
                absl::CivilDay on_date) {
  return Counts(wanted, CountableOf(facts, name, cause), DayNumber(on_date));
}
Counting Counts(const v1::RecommendationCount& wanted, const RecommendationFact& recommendation,
                absl::CivilDay on_date) {
  if (!recommendation.of_open_cause) return {};
  return Counts(wanted, CountableOf(recommendation), DayNumber(on_date));
}

int64_t ValueOf(const Yardstick& by, const v1::Condition& condition, const ForceFacts& facts,
                const Countable& countable) {
  const int64_t on_day = DayNumber(by.on_date);
  int64_t count = 0;
  switch (condition.about_case()) {
    case v1::Condition::kCauses:
      for (const auto& cause : countable.causes) count += Counts(condition.causes(), cause, on_day).counts;
      return count;
    case v1::Condition::kRecommendations:
      for (const auto& recommendation : countable.recommendations) {
        count += Counts(condition.recommendations(), recommendation, on_day).counts;
      }
      return count;
    default:
      return NumberOf(condition.number(), by.ladders, facts, by.on_date);
  }
}
int64_t ValueOf(const Yardstick& by, const v1::Condition& condition, const ForceFacts& facts) {
  return ValueOf(by, condition, facts, CountableOf(facts));
}

int64_t BoundOf(const v1::Condition& condition) {
  return condition.has_at_least() ? condition.at_least() : condition.at_most();
}
bool Met(const v1::Condition& condition, int64_t value) {
  return condition.has_at_least() ? value >= condition.at_least() : value <= condition.at_most();
}

// ---- Words. ----

std::string Lower(const std::string& prefix, const std::string& value) {
  return absl::AsciiStrToLower(absl::StrReplaceAll(value.substr(prefix.size()), {{"_", " "}}));
}

std::string DaysText(int64_t days) { return absl::StrCat(days, days == 1 ? " day" : " days"); }

// What of a cause counts for a condition: that it is open, and what the condition looks at.
v1::AssessedFact CauseText(const v1::CauseCount& wanted, const std::string& name, const CauseFact& cause,
                           absl::CivilDay on_date) {
  std::vector<std::string> parts;
  if (cause.accelerated) parts.push_back("accelerated");
  if (wanted.reissued() && cause.reissued) parts.push_back("issued again");
  if (wanted.handling_at_most() != 0 || cause.handling != concerns::v1::HANDLING_LEVEL_UNSPECIFIED) {
    parts.push_back(
        cause.handling == concerns::v1::HANDLING_LEVEL_UNSPECIFIED
            ? std::string("handling not assessed")
            : absl::StrCat("handling: ", Lower("HANDLING_LEVEL_", concerns::v1::HandlingLevel_Name(cause.handling))));
  }
  if (cause.issued) parts.push_back(absl::StrCat("open for ", DaysText(std::max<int64_t>(0, on_date - *cause.issued))));
  v1::AssessedFact fact;
  if (cause.revision > 0) fact.set_name(name);
  fact.set_revision(cause.revision);
  fact.set_hypothetical(cause.hypothetical);
  fact.set_text(
      absl::StrCat(cause.title, parts.empty() ? "" : " (", absl::StrJoin(parts, ", "), parts.empty() ? "" : ")"));
  return fact;
}

v1::AssessedFact ResponseText(const ForceFacts& facts, const std::string& concern) {
  const ResponseFact& response = ResponseTo(facts, concern);
  v1::AssessedFact fact;
  fact.set_name(response.name);
  fact.set_revision(response.revision);
  fact.set_hypothetical(response.hypothetical);
  fact.set_text(response.standing == v1::RESPONSE_STANDING_NONE
                    ? absl::StrCat("no answer to ", ShortName(concern))
                    : absl::StrCat("the answer to ", ShortName(concern), " is ",
                                   Lower("RESPONSE_STANDING_", v1::ResponseStanding_Name(response.standing))));
  return fact;
}

v1::AssessedFact RecommendationText(const std::string& name, const RecommendationFact& recommendation,
                                    absl::CivilDay on_date) {
  std::vector<std::string> parts;
  if (recommendation.claimed) {
    parts.push_back("claimed as done");
  } else if (recommendation.due && *recommendation.due < on_date) {
    parts.push_back(absl::StrCat("overdue by ", DaysText(on_date - *recommendation.due)));
  } else if (recommendation.due) {
    parts.push_back(absl::StrCat("due on ", FormatForPeople(*recommendation.due)));
  } else {
    parts.push_back("without a due date");
  }
  if (recommendation.times_returned > 0) {
    parts.push_back(absl::StrCat("claim returned ", recommendation.times_returned,
                                 recommendation.times_returned == 1 ? " time" : " times"));
  }
  v1::AssessedFact fact;
  fact.set_name(name);
  fact.set_revision(recommendation.revision);
  fact.set_hypothetical(recommendation.hypothetical);
  fact.set_text(absl::StrCat(ShortName(name), ": ", absl::StrJoin(parts, ", ")));
  return fact;
}

v1::ConditionResult Explain(const Yardstick& by, const v1::Condition& condition, const ForceFacts& facts) {
  v1::ConditionResult result;
  result.set_text(InWords(condition));
  result.set_value(ValueOf(by, condition, facts));
  result.set_bound(BoundOf(condition));
  result.set_met(Met(condition, result.value()));
  switch (condition.about_case()) {
    case v1::Condition::kCauses:
      for (const auto& [name, cause] : facts.causes) {
        if (!Counts(condition.causes(), facts, name, cause, by.on_date).counts) continue;
        *result.add_facts() = CauseText(condition.causes(), name, cause, by.on_date);
        if (condition.causes().response_at_most() != 0) *result.add_facts() = ResponseText(facts, name);
      }
      break;
    case v1::Condition::kRecommendations:
      for (const auto& [name, recommendation] : facts.recommendations) {
        if (!Counts(condition.recommendations(), recommendation, by.on_date).counts) continue;
        *result.add_facts() = RecommendationText(name, recommendation, by.on_date);
      }
      break;
    default:
      for (const Number number = ExplainNumber(condition.number(), by.ladders, facts, by.on_date);
           const auto& fact : number.facts) {
        *result.add_facts() = fact;
      }
  }
  return result;
}

// Whether what a rule advises says anything of a force in such a stage.
bool Speaks(const v1::Rule& rule, bool enhanced) { return enhanced || rule.advises() == v1::ADVISED_MOVE_ESCALATE; }

std::string Paragraph(const Yardstick& by, const v1::Monitoring& stage, const Verdict& verdict,
                      const v1::Assessment& assessment) {
  const std::string advised = StageName(by.ladders, assessment.advised_stage());
  std::string text;
  switch (verdict.move()) {
    case v1::ADVISED_MOVE_ESCALATE:
      text = absl::StrCat("A move to ", advised, " is advised.");
      break;
    case v1::ADVISED_MOVE_RETURN:
      text = absl::StrCat("A return to ", advised, " is advised.");
      break;
    default:
      text = absl::StrCat("To stay in ", stage.stage_display_name(), " is advised.");
  }
  for (const auto& fired : assessment.fired()) {
    absl::StrAppend(&text, " ", fired.text());
    std::vector<std::string> names;
    for (const auto& condition : fired.conditions()) {
      for (const auto& fact : condition.facts()) {
        if (fact.name().find("/concerns/") != std::string::npos) names.push_back(fact.text());
      }
    }
    if (!names.empty()) absl::StrAppend(&text, " These are: ", absl::StrJoin(names, "; "), ".");
  }
  if (assessment.escalation_weight() > 0 && verdict.weight > 0) {
    absl::StrAppend(&text, " Together they weigh ", verdict.weight, "; the bar is ", assessment.escalation_weight(),
                    ".");
  }
  if (assessment.fired().empty()) absl::StrAppend(&text, " No rule fires.");
  return text;
}

// ---- Near misses. ----

std::string LackingCount(int64_t lacking) { return absl::StrCat(lacking, lacking == 1 ? " more" : " more of them"); }

void AddFacts(const Yardstick& by, const v1::Condition& condition, const ForceFacts& facts, v1::NearMiss& near) {
  v1::ConditionResult result = Explain(by, condition, facts);
  near.mutable_facts()->Swap(result.mutable_facts());
}

// What a condition that is not met lacks, when it is near.
std::optional<v1::NearMiss> Near(const Yardstick& by, const v1::Condition& condition, const ForceFacts& facts) {
  const int64_t value = ValueOf(by, condition, facts), bound = BoundOf(condition);
  v1::NearMiss near;
  if (condition.has_at_most()) {
    const bool days = condition.about_case() == v1::Condition::kNumber;
    near.set_distance(value - bound);
    if (near.distance() > (days ? kNearDays : kNearCount)) return std::nullopt;
    near.set_missing(absl::StrCat(InWords(condition), "; there are ", value));
    AddFacts(by, condition, facts, near);
    return near;
  }
  const int64_t lacking = bound - value;
  if (condition.about_case() == v1::Condition::kNumber) {
    const bool in_days = condition.number().find("days") != std::string::npos;
    if (lacking > (in_days ? kNearDays : kNearCount)) return std::nullopt;
    near.set_distance(lacking);
    near.set_missing(absl::StrCat(InWords(condition), "; it is ", value));
    // A number of days may grow by itself; whether it does shows a look ahead.
    if (in_days && NumberOf(condition.number(), by.ladders, facts, by.on_date + lacking) >= bound) {
      *near.mutable_expected_date() = ToPartialDate(by.on_date + lacking);
    }
    AddFacts(by, condition, facts, near);
    return near;
  }
  // Those that lack only days, the nearest first.
  std::vector<std::pair<int64_t, v1::AssessedFact>> almost;
  const auto add = [&](const Counting& counting, const std::function<v1::AssessedFact()>& text) {
    if (counting.counts || !counting.days_lacking || *counting.days_lacking > kNearDays) return;
    almost.emplace_back(*counting.days_lacking, text());
  };
  if (condition.about_case() == v1::Condition::kCauses) {
    for (const auto& [name, cause] : facts.causes) {
      add(Counts(condition.causes(), facts, name, cause, by.on_date),
          [&, &name = name, &cause = cause] { return CauseText(condition.causes(), name, cause, by.on_date); });
    }
  } else {
    for (const auto& [name, recommendation] : facts.recommendations) {
      add(Counts(condition.recommendations(), recommendation, by.on_date),
          [&, &name = name, &recommendation = recommendation] {
            return RecommendationText(name, recommendation, by.on_date);
          });
    }
  }
  std::stable_sort(almost.begin(), almost.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  if (static_cast<int64_t>(almost.size()) >= lacking) {
    almost.resize(static_cast<size_t>(lacking));
    near.set_distance(almost.back().first);
    near.set_missing(absl::StrCat(InWords(condition), "; time alone brings it in ", DaysText(near.distance())));
    *near.mutable_expected_date() = ToPartialDate(by.on_date + near.distance());
    for (auto& [days, fact] : almost) *near.add_facts() = std::move(fact);
    return near;
  }
  // One more of none is near for every force, always.
  if (lacking > kNearCount || value == 0) return std::nullopt;
  near.set_distance(lacking);
  near.set_missing(absl::StrCat(InWords(condition), "; there are ", value, ", ", LackingCount(lacking), " would do"));
  AddFacts(by, condition, facts, near);
  return near;
}

}  // namespace

Countable CountableOf(const ForceFacts& facts) {
  Countable countable;
  countable.causes.reserve(facts.causes.size());
  for (const auto& [name, cause] : facts.causes) countable.causes.push_back(CountableOf(facts, name, cause));
  for (const auto& [name, recommendation] : facts.recommendations) {
    if (recommendation.of_open_cause) countable.recommendations.push_back(CountableOf(recommendation));
  }
  return countable;
}

Verdict Judge(const Yardstick& by, const ForceFacts& facts) { return Judge(by, facts, CountableOf(facts)); }

Verdict Judge(const Yardstick& by, const ForceFacts& facts, const Countable& countable) {
  Verdict verdict;
  verdict.enhanced = facts.monitoring.enhanced();  // A force never moved is in the default stage, which is not.
  verdict.fired.resize(static_cast<size_t>(by.policy.rules_size()));
  for (int i = 0; i < by.policy.rules_size(); ++i) {
    const auto& rule = by.policy.rules(i);
    bool fires = true;
    int64_t count = 0;
    for (const auto& condition : rule.conditions()) {
      count = ValueOf(by, condition, facts, countable);
      fires = fires && Met(condition, count);
      if (!fires) break;
    }
    if (!fires) continue;
    verdict.fired[static_cast<size_t>(i)] = true;
    if (rule.weight() > 0) {
      verdict.weight += rule.weight() * count;
      continue;
    }
    verdict.escalates |= rule.advises() == v1::ADVISED_MOVE_ESCALATE;
    verdict.keeps |= rule.advises() == v1::ADVISED_MOVE_KEEP;
    verdict.returns |= rule.advises() == v1::ADVISED_MOVE_RETURN;
  }
  if (by.policy.escalation_weight() > 0) verdict.escalates |= verdict.weight >= by.policy.escalation_weight();
  verdict.advised_enhanced = verdict.escalates || (verdict.enhanced && (verdict.keeps || !verdict.returns));
  return verdict;
}

const std::string& AdvisedStage(const Yardstick& by, const v1::Monitoring& stage, const Verdict& verdict) {
  if (verdict.enhanced == verdict.advised_enhanced) return stage.stage();
  if (!verdict.advised_enhanced) return by.ladders.default_stage().id();
  for (const auto& known : by.ladders.in_force().stages()) {
    if (known.enhanced()) return known.id();
  }
  return stage.stage();  // A ladder without an enhanced stage: nowhere to go.
}

std::string StageName(const Ladders& ladders, const std::string& id) {
  const v1::Stage* stage = ladders.FindStage(id);
  return stage == nullptr ? id : stage->display_name();
}

v1::Assessment Assess(const Yardstick& by, const ForceFacts& facts) {
  const Verdict verdict = Judge(by, facts);
  const v1::Monitoring stage = StageOf(by.ladders, facts);
  v1::Assessment assessment;
  assessment.set_force(facts.force);
  assessment.set_policy(by.policy.name());
  assessment.set_policy_sha256(ContentHash(by.policy));
  *assessment.mutable_on_date() = ToPartialDate(by.on_date);
  assessment.set_stage(stage.stage());
  assessment.set_advised_stage(AdvisedStage(by, stage, verdict));
  assessment.set_advised_move(verdict.move());
  assessment.set_weight(verdict.weight);
  assessment.set_escalation_weight(by.policy.escalation_weight());
  for (int i = 0; i < by.policy.rules_size(); ++i) {
    const auto& rule = by.policy.rules(i);
    if (!verdict.fired[static_cast<size_t>(i)] || !Speaks(rule, verdict.enhanced)) continue;
    auto& fired = *assessment.add_fired();
    fired.set_rule(rule.id());
    fired.set_text(rule.text());
    fired.set_source(rule.source());
    fired.set_advises(rule.advises());
    for (const auto& condition : rule.conditions()) *fired.add_conditions() = Explain(by, condition, facts);
    if (rule.weight() > 0) fired.set_weight(rule.weight() * fired.conditions(0).value());
  }
  assessment.set_text(Paragraph(by, stage, verdict, assessment));
  return assessment;
}

std::vector<v1::NearMiss> NearMisses(const Yardstick& by, const ForceFacts& facts) {
  const Verdict verdict = Judge(by, facts);
  std::vector<v1::NearMiss> near_misses;
  int64_t heaviest = 0;
  for (int i = 0; i < by.policy.rules_size(); ++i) {
    const auto& rule = by.policy.rules(i);
    heaviest = std::max<int64_t>(heaviest, rule.weight());
    // What has a weight fires by its bar.
    if (verdict.fired[static_cast<size_t>(i)] || rule.weight() > 0 || !Speaks(rule, verdict.enhanced)) continue;
    const v1::Condition* unmet = nullptr;
    int unmet_count = 0;
    for (const auto& condition : rule.conditions()) {
      if (Met(condition, ValueOf(by, condition, facts))) continue;
      unmet = &condition;
      ++unmet_count;
    }
    if (unmet_count != 1) continue;
    auto near = Near(by, *unmet, facts);
    if (!near) continue;
    near->set_rule(rule.id());
    near->set_text(rule.text());
    near->set_advises(rule.advises());
    near_misses.push_back(*std::move(near));
  }
  const int64_t lacking = by.policy.escalation_weight() - verdict.weight;
  if (lacking > 0 && lacking <= heaviest) {
    auto& near = near_misses.emplace_back();
    near.set_text("The weights of all rules together reach the bar.");
    near.set_advises(v1::ADVISED_MOVE_ESCALATE);
    near.set_missing(absl::StrCat("weight ", verdict.weight, " of ", by.policy.escalation_weight()));
    near.set_distance(lacking);
  }
  std::stable_sort(near_misses.begin(), near_misses.end(),
                   [](const auto& a, const auto& b) { return a.distance() < b.distance(); });
  if (near_misses.size() > kMostNearMisses) near_misses.resize(kMostNearMisses);
  return near_misses;
}

std::string ShortName(const std::string& name) {
  const std::vector<std::string> parts = absl::StrSplit(name, '/');
  const auto words = [](const std::string& collection, const std::string& id) {
    static const std::map<std::string, std::string> singular = {
        {"concerns", "concern"}, {"recommendations", "recommendation"}, {"responses", "response"}, {"plans", "plan"},
        {"meetings", "meeting"}, {"inspections", "inspection"}};
    const auto it = singular.find(collection);
    return absl::StrCat(it == singular.end() ? collection : it->second, " ", id);
  };
  if (parts.size() == 4) return words(parts[2], parts[3]);
  if (parts.size() == 6) return absl::StrCat(words(parts[4], parts[5]), " of ", words(parts[2], parts[3]));
  return name;
}

}  // namespace oversight::monitoring
