#include "monitoring-service/policy/policy_data.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "common/rpc/errors.h"
#include "common/rpc/utf8.h"
#include "common/text/file.h"
#include "common/text/text.h"
#include "common/time/partial_date.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/text_format.h"
#include "monitoring-service/domain/dossier.h"
#include "monitoring-service/policy/policy_facts.h"
#include "oversight/monitoring/v1/error_reason.pb.h"

namespace oversight::monitoring {
namespace {

using google::protobuf::TextFormat;

constexpr int kLongestDays = 36500, kMostReturns = 100, kHighestBound = 100000, kHighestWeight = 1000;
constexpr char kCollection[] = "policies/";

bool IsId(const std::string& text) {
  if (text.empty() || text.size() > 63 || text.front() == '-' || text.back() == '-') return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_islower(static_cast<unsigned char>(c)) || absl::ascii_isdigit(static_cast<unsigned char>(c)) ||
           c == '-';
  });
}

// ---- Faults, by file and line. ----

// With a question mark for each byte that is not UTF-8: the parser repeats what it was given, and no message can hold
// it.
std::string Readable(std::string_view text) {
  std::string readable;
  while (!text.empty()) {
    const size_t length = Utf8Length(text);
    if (length == 0) {
      readable += '?';
    } else {
      readable.append(text, 0, length);
    }
    text.remove_prefix(std::max<size_t>(length, 1));
  }
  return readable;
}

class Faults {
 public:
  void Add(const std::string& file, int line, std::string description) {
    auto& words = by_place_[{file, line}];
    absl::StrAppend(&words, words.empty() ? "" : "; ", Readable(description));
  }
  bool empty() const { return by_place_.empty(); }
  size_t count() const { return by_place_.size(); }
  // For the log, which has no room but the message.
  std::string InWords() const {
    std::vector<std::string> lines;
    for (const auto& [place, words] : by_place_) {
      lines.push_back(absl::StrCat(place.first, ":", place.second, ": ", words));
    }
    return absl::StrCat(absl::StrJoin(lines, ". "), ".");
  }
  absl::Status status(const std::string& message) const {
    Error error(absl::StatusCode::kInvalidArgument, v1::ERROR_REASON_POLICY_INVALID, message);
    for (const auto& [place, words] : by_place_) {
      error.Violation(absl::StrCat(place.first, ":", place.second), words);
    }
    return error;
  }

 private:
  std::map<std::pair<std::string, int>, std::string> by_place_;
};

// Faults of the text itself, as the parser tells them.
struct TextFault {
  int line, column;  // From 0.
  std::string message;
};

class Collector final : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, int column, const std::string& message) override {
    errors_.push_back({line, column, message});
  }
  // Unknown fields come as warnings, so that reading goes on behind them.
  void AddWarning(int line, int column, const std::string& message) override {
    warnings_.push_back({line, column, message});
  }
  const std::vector<TextFault>& errors() const { return errors_; }
  const std::vector<TextFault>& warnings() const { return warnings_; }

 private:
  std::vector<TextFault> errors_, warnings_;
};

// Where a line and column of protobuf's tokenizer are in the text: it counts a tab up to the next multiple of eight.
size_t OffsetOf(const std::string& text, int line, int column) {
  size_t at = 0;
  for (; line > 0 && at < text.size(); ++at) line -= text[at] == '\n';
  for (int seen = 0; seen < column && at < text.size() && text[at] != '\n'; ++at) {
    seen += text[at] == '\t' ? 8 - seen % 8 : 1;
  }
  return at;
}

// The parser stops at a value that does not fit its field. Puts one that fits in its place, so that what stands behind
// it is looked at too, and corrects where the fault is: of a word the parser tells the place behind it. False: what is
// wrong is no such value.
bool PutValueRight(std::string& text, TextFault& fault) {
  struct Kind {
    absl::string_view before, after, value;
    bool told_behind;
  };
  static constexpr Kind kKinds[] = {
      {"Unknown enumeration value of \"", "\" for field", "0", true},
      {"Invalid value for boolean field ", "\".", "false", true},
      {"Integer out of range (", ")", "0", false},
      {"Expected integer, got: ", "", "0", false},
      {"Expected integer or identifier, got: ", "", "0", false},
      {"Expected string, got: ", "", "''", false},
  };
  for (const Kind& kind : kKinds) {
    absl::string_view wrong = fault.message;
    if (!absl::ConsumePrefix(&wrong, kind.before)) continue;
    if (const size_t value = wrong.find("Value: \""); value != wrong.npos) wrong.remove_prefix(value + 8);
    if (!kind.after.empty()) wrong = wrong.substr(0, wrong.find(kind.after));
    const size_t told = OffsetOf(text, fault.line, fault.column);
    const size_t at = kind.told_behind ? text.rfind(std::string(wrong), told) : told;
    if (wrong.empty() || at == text.npos || text.compare(at, wrong.size(), std::string(wrong)) != 0) return false;
    if (kind.told_behind) {
      const auto begin = text.begin(), there = begin + static_cast<std::ptrdiff_t>(at);
      fault.line = static_cast<int>(std::count(begin, there, '\n'));
      fault.column = static_cast<int>(at == 0 ? 0 : at - 1 - text.rfind('\n', at - 1));
    }
    text.replace(at, wrong.size(), std::string(kind.value));
    return true;
  }
  return false;
}

// A policy as it was read, with the place of each field.
struct ReadPolicy {
  v1::Policy policy;
  std::unique_ptr<TextFormat::ParseInfoTree> places;
  bool whole = true;  // The text had no fault.
};

// Tells every fault of a text that does not hide the rest. Without places: there is nothing to look at further.
ReadPolicy ReadText(const std::string& file, std::string text, Faults& faults) {
  // Each value that is put right costs another reading.
  constexpr int kMostPutRight = 100;
  const auto tell = [&](const TextFault& fault, const char* more = "") {
    faults.Add(file, fault.line + 1, absl::StrCat(fault.message, " (column ", fault.column + 1, ")", more));
  };
  ReadPolicy read;
  for (int put_right = 0;; ++put_right) {
    auto places = std::make_unique<TextFormat::ParseInfoTree>();
    TextFormat::Parser parser;
    Collector collector;
    parser.RecordErrorsTo(&collector);
    parser.WriteLocationsTo(places.get());
    parser.AllowUnknownField(true);
    google::protobuf::io::ArrayInputStream input(text.data(), static_cast<int>(text.size()));
    const bool parsed = parser.Parse(&input, &read.policy);
    TextFault fault = collector.errors().empty() ? TextFault{0, 0, "is not a policy"} : collector.errors().front();
    if (!parsed && put_right < kMostPutRight && PutValueRight(text, fault)) {
      read.whole = false;
      tell(fault);
      continue;
    }
    for (const auto& warning : collector.warnings()) tell(warning);
    read.whole = read.whole && parsed && collector.warnings().empty();
    if (parsed) {
      read.places = std::move(places);
    } else {
      tell(fault, "; what stands behind it was not read");
    }
    return read;
  }
}

// A message of the file and where it stands.
struct Place {
  const std::string* file = nullptr;
  TextFormat::ParseInfoTree* tree = nullptr;
  int line = 1;  // Of the message itself.
  Faults* faults = nullptr;

  // At a field that is set, else at the message.
  void Add(const google::protobuf::Descriptor* type, const char* field, const std::string& description,
           int index = -1) const {
    faults->Add(*file, LineOf(type, field, index), description);
  }
  int LineOf(const google::protobuf::Descriptor* type, const char* field, int index = -1) const {
    const auto* found = tree == nullptr ? nullptr : type->FindFieldByName(field);
    if (found == nullptr) return line;
    const int at = tree->GetLocation(found, index).line;
    return at < 0 ? line : at + 1;
  }
  Place Nested(const google::protobuf::Descriptor* type, const char* field, int index = -1) const {
    const auto* found = tree == nullptr ? nullptr : type->FindFieldByName(field);
    Place place = *this;
    place.line = LineOf(type, field, index);
    place.tree = found == nullptr ? nullptr : tree->GetTreeForNested(found, index);
    return place;
  }
};

// ---- What one condition asks, and whether one follows from another. ----

bool Neutral(const v1::Condition& condition) {
  return condition.about_case() == v1::Condition::kNumber && !MoreIsWorse(condition.number());
}

// Whatever counts for `a` counts for `b`.
bool Narrower(const v1::CauseCount& a, const v1::CauseCount& b) {
  const bool handling =
      b.handling_at_most() == 0 || (a.handling_at_most() != 0 && a.handling_at_most() <= b.handling_at_most() &&
                                    (!a.or_not_assessed() || b.or_not_assessed()));
  const bool response =
      b.response_at_most() == 0 || (a.response_at_most() != 0 && a.response_at_most() <= b.response_at_most());
  return handling && response && (!b.accelerated() || a.accelerated()) && (!b.reissued() || a.reissued()) &&
         a.open_days_at_least() >= b.open_days_at_least();
}
bool Narrower(const v1::RecommendationCount& a, const v1::RecommendationCount& b) {
  return a.overdue_days_at_least() >= b.overdue_days_at_least() &&
         a.times_returned_at_least() >= b.times_returned_at_least();
}
bool Narrower(const v1::Condition& a, const v1::Condition& b) {
  switch (a.about_case()) {
    case v1::Condition::kCauses:
      return Narrower(a.causes(), b.causes());
    case v1::Condition::kRecommendations:
      return Narrower(a.recommendations(), b.recommendations());
    default:
      return a.number() == b.number();
  }
}

// Whenever `a` is met, so is `b`.
bool Implies(const v1::Condition& a, const v1::Condition& b) {
  if (a.about_case() != b.about_case()) return false;
  if (a.has_at_least() && b.has_at_least()) return Narrower(a, b) && a.at_least() >= b.at_least();
  if (a.has_at_most() && b.has_at_most()) return Narrower(b, a) && a.at_most() <= b.at_most();
  return false;
}
bool Implies(const v1::Rule& a, const v1::Rule& b) {
  return std::all_of(b.conditions().begin(), b.conditions().end(), [&a](const v1::Condition& wanted) {
    return std::any_of(a.conditions().begin(), a.conditions().end(),
                       [&wanted](const v1::Condition& given) { return Implies(given, wanted); });
  });
}

// ---- The checks. ----

void CheckRange(const Place& place, const google::protobuf::Descriptor* type, const char* field, int64_t value,
                int64_t least, int64_t most) {
  if (value >= least && value <= most) return;
  place.Add(type, field, absl::StrCat(field, " must be from ", least, " to ", most, ", and is ", value));
}

void CheckCondition(const v1::Rule& rule, const v1::Condition& condition, const Place& place) {
  const auto* type = v1::Condition::descriptor();
  switch (condition.about_case()) {
    case v1::Condition::kCauses: {
      const Place at = place.Nested(type, "causes");
      const auto& causes = condition.causes();
      CheckRange(at, v1::CauseCount::descriptor(), "open_days_at_least", causes.open_days_at_least(), 0, kLongestDays);
      if (causes.or_not_assessed() && causes.handling_at_most() == 0) {
        at.Add(v1::CauseCount::descriptor(), "or_not_assessed", "or_not_assessed goes with handling_at_most only");
      }
      break;
    }
    case v1::Condition::kRecommendations: {
      const Place at = place.Nested(type, "recommendations");
      const auto& count = condition.recommendations();
      const auto* of = v1::RecommendationCount::descriptor();
      CheckRange(at, of, "overdue_days_at_least", count.overdue_days_at_least(), 0, kLongestDays);
      CheckRange(at, of, "times_returned_at_least", count.times_returned_at_least(), 0, kMostReturns);
      break;
    }
    case v1::Condition::kNumber:
      if (!IsNumber(condition.number())) {
        place.Add(type, "number",
                  absl::StrCat("unknown fact \"", condition.number(),
                               "\"; there are days_in_stage, days_without_plan, plan_slippage_days, "
                               "overdue_milestones, meeting_days_late, inadequate_grades"));
        return;
      }
      break;
    default:
      place.Add(type, "causes", "the condition tests nothing: set causes, recommendations or number");
      return;
  }
  if (condition.has_at_least() == condition.has_at_most()) {
    place.Add(type, "at_most", "a condition has exactly one of at_least and at_most");
    return;
  }
  const char* bound = condition.has_at_least() ? "at_least" : "at_most";
  // At least 0 is met always.
  CheckRange(place, type, bound, condition.has_at_least() ? condition.at_least() : condition.at_most(),
             condition.has_at_least() ? 1 : 0, kHighestBound);
  if (Neutral(condition) || rule.advises() == v1::ADVISED_MOVE_UNSPECIFIED) return;
  const bool returns = rule.advises() == v1::ADVISED_MOVE_RETURN;
  if (condition.has_at_least() == returns) {
    place.Add(type, bound,
              returns ? "contradicts its advice: it returns as things get worse; use at_most"
                      : "contradicts its advice: it escalates or keeps as things get better; use at_least");
  }
}

void CheckWeight(const v1::Rule& rule, const Place& place) {
  const auto* type = v1::Rule::descriptor();
  CheckRange(place, type, "weight", rule.weight(), 0, kHighestWeight);
  if (rule.weight() == 0) return;
  if (rule.advises() != v1::ADVISED_MOVE_ESCALATE) {
    place.Add(type, "weight", "only a rule that escalates may have a weight");
  }
  if (rule.conditions_size() != 1 || rule.conditions(0).about_case() == v1::Condition::kNumber) {
    place.Add(type, "weight", "a rule with a weight has one condition, which counts causes or recommendations");
  }
}

// Neutral numbers may have both bounds in one rule.
void CheckPossible(const v1::Rule& rule, const Place& place) {
  for (int i = 0; i < rule.conditions_size(); ++i) {
    for (int j = 0; j < rule.conditions_size(); ++j) {
      const auto &a = rule.conditions(i), &b = rule.conditions(j);
      if (a.number().empty() || a.number() != b.number() || !a.has_at_least() || !b.has_at_most()) continue;
      if (a.at_least() > b.at_most()) {
        place.Nested(v1::Rule::descriptor(), "conditions", j)
            .Add(v1::Condition::descriptor(), "at_most",
                 absl::StrCat("unreachable: ", a.number(), " cannot be at least ", a.at_least(), " and at most ",
                              b.at_most()));
      }
    }
  }
}

void CheckText(const Place& place, const google::protobuf::Descriptor* type, const char* field,
               const std::string& value, size_t most) {
  if (value.empty()) return place.Add(type, field, absl::StrCat(field, " is required"));
  if (value.size() > most) place.Add(type, field, absl::StrCat(field, " has at most ", most, " bytes"));
  if (rpc::CountCodePoints(value) < 0) place.Add(type, field, absl::StrCat(field, " is not UTF-8"));
}

void CheckRule(const v1::Rule& rule, const Place& place) {
  const auto* type = v1::Rule::descriptor();
  if (!IsId(rule.id())) place.Add(type, "id", "id must be lower-case letters, digits and hyphens, at most 63");
  CheckText(place, type, "text", rule.text(), 500);
  CheckText(place, type, "source", rule.source(), 1000);
  if (rule.advises() == v1::ADVISED_MOVE_UNSPECIFIED) place.Add(type, "advises", "advises is required");
  if (rule.conditions_size() < 1 || rule.conditions_size() > 10) {
    place.Add(type, "id", "a rule has from 1 to 10 conditions");
  }
  for (int i = 0; i < rule.conditions_size(); ++i) {
    CheckCondition(rule, rule.conditions(i), place.Nested(type, "conditions", i));
  }
  CheckWeight(rule, place);
  CheckPossible(rule, place);
}

// A rule that says nothing beside the others: another by itself comes to the same whenever it fires.
void CheckHeard(const v1::Policy& policy, const Place& place) {
  const auto severity = [](const v1::Rule& rule) { return rule.advises() == v1::ADVISED_MOVE_RETURN ? 0 : 1; };
  for (int i = 0; i < policy.rules_size(); ++i) {
    const auto& rule = policy.rules(i);
    for (int j = 0; j < policy.rules_size(); ++j) {
      const auto& other = policy.rules(j);
      if (i == j || rule.conditions().empty() || other.conditions().empty()) continue;
      if (rule.weight() > 0 || other.weight() > 0 || !Implies(rule, other)) continue;
      if (Implies(other, rule) && j > i) continue;  // Told of the later one.
      // An escalation says more than that a force is kept.
      if (rule.advises() == v1::ADVISED_MOVE_ESCALATE && other.advises() != v1::ADVISED_MOVE_ESCALATE) continue;
      if (severity(rule) > severity(other)) continue;
      place.Nested(v1::Policy::descriptor(), "rules", i)
          .Add(v1::Rule::descriptor(), "id",
               absl::StrCat("unreachable: whenever \"", rule.id(), "\" fires so does \"", other.id(),
                            "\", which decides; leave one out or make it differ"));
      break;
    }
  }
}

// Where a policy stands in its file, once it has been checked; nothing when it could not be read.
std::optional<Place> CheckPolicy(const std::string& file, const ReadPolicy& read, Faults& faults) {
  if (read.places == nullptr) return std::nullopt;
  const v1::Policy& policy = read.policy;
  const Place place{.file = &file, .tree = read.places.get(), .line = 1, .faults = &faults};
  const auto* type = v1::Policy::descriptor();
  const size_t faults_before = place.faults->count();
  if (policy.name().rfind(kCollection, 0) != 0 || !IsId(policy.name().substr(sizeof(kCollection) - 1))) {
    place.Add(type, "name", "name must be policies/{policy}");
  }
  CheckText(place, type, "display_name", policy.display_name(), 200);
  if (policy.has_from_date() && !ToCivilDay(policy.from_date())) {
    place.Add(type, "from_date", "from_date must be a whole day: year, month and day");
  }
  if (policy.rules_size() < 1 || policy.rules_size() > 100) place.Add(type, "name", "a policy has from 1 to 100 rules");
  std::set<std::string> ids;
  bool weighted = false;
  for (int i = 0; i < policy.rules_size(); ++i) {
    const Place at = place.Nested(type, "rules", i);
    CheckRule(policy.rules(i), at);
    weighted |= policy.rules(i).weight() > 0;
    if (!ids.insert(policy.rules(i).id()).second) {
      at.Add(v1::Rule::descriptor(), "id", absl::StrCat("the id \"", policy.rules(i).id(), "\" is given twice"));
    }
  }
  CheckRange(place, type, "escalation_weight", policy.escalation_weight(), 0, kHighestBound);
  if (weighted && policy.escalation_weight() == 0) {
    place.Add(type, "escalation_weight", "escalation_weight is required: rules have weights");
  }
  if (!weighted && policy.escalation_weight() > 0) {
    place.Add(type, "escalation_weight", "unreachable: no rule has a weight");
  }
  // What is faulty by itself is put right first.
  if (read.whole && place.faults->count() == faults_before) CheckHeard(policy, place);
  for (const char* output_only : {"etag", "revision", "create_time", "update_time"}) {
    const auto* field = type->FindFieldByName(output_only);
    if (place.tree->GetLocation(field, -1).line >= 0) {
      place.Add(type, output_only, absl::StrCat(output_only, " is set by the service"));
    }
  }
  return place;
}

// The words of an enum's value: "not responding".
std::string Words(const std::string& prefix, const std::string& value) {
  return absl::AsciiStrToLower(absl::StrReplaceAll(value.substr(prefix.size()), {{"_", " "}}));
}

std::string CausesInWords(const v1::CauseCount& causes) {
  std::string words = "open causes of concern";
  std::vector<std::string> parts;
  if (causes.accelerated()) words = "open accelerated causes of concern";
  if (causes.reissued()) parts.push_back("issued again");
  if (causes.handling_at_most() != 0) {
    parts.push_back(absl::StrCat("handled as ",
                                 Words("HANDLING_LEVEL_", concerns::v1::HandlingLevel_Name(causes.handling_at_most())),
                                 " or worse", causes.or_not_assessed() ? ", or not assessed" : ""));
  }
  if (causes.response_at_most() != 0) {
    parts.push_back(absl::StrCat("whose answer is ",
                                 Words("RESPONSE_STANDING_", v1::ResponseStanding_Name(causes.response_at_most())),
                                 causes.response_at_most() > v1::RESPONSE_STANDING_NONE ? " or worse" : ""));
  }
  if (causes.open_days_at_least() > 0) {
    parts.push_back(absl::StrCat("open for ", causes.open_days_at_least(), " days or more"));
  }
  return absl::StrCat(words, parts.empty() ? "" : " ", absl::StrJoin(parts, ", "));
}

std::string RecommendationsInWords(const v1::RecommendationCount& count) {
  std::vector<std::string> parts;
  if (count.overdue_days_at_least() > 0) {
    parts.push_back(absl::StrCat("overdue by ", count.overdue_days_at_least(), " days or more"));
  }
  if (count.times_returned_at_least() > 0) {
    parts.push_back(absl::StrCat("whose claim was returned ", count.times_returned_at_least(), " times or more"));
  }
  return absl::StrCat("open recommendations", parts.empty() ? "" : " ", absl::StrJoin(parts, ", "));
}

}  // namespace

std::string InWords(const v1::Condition& condition) {
  std::string words;
  switch (condition.about_case()) {
    case v1::Condition::kCauses:
      words = CausesInWords(condition.causes());
      break;
    case v1::Condition::kRecommendations:
      words = RecommendationsInWords(condition.recommendations());
      break;
    default:
      words = absl::StrReplaceAll(condition.number(), {{"_", " "}});
  }
  return condition.has_at_least() ? absl::StrCat(words, ": at least ", condition.at_least())
                                  : absl::StrCat(words, ": at most ", condition.at_most());
}

absl::StatusOr<Policies> Policies::Parse(const std::map<std::string, std::string>& texts) {
  Faults faults;
  Policies policies;
  std::map<std::string, std::string> names;  // The file of each.
  std::map<absl::CivilDay, std::string> dates;
  for (const auto& [file, text] : texts) {
    ReadPolicy read = ReadText(file, text, faults);
    const auto place = CheckPolicy(file, read, faults);
    if (!place) continue;
    v1::Policy& policy = read.policy;
    if (const auto [it, added] = names.emplace(policy.name(), file); !added) {
      place->Add(v1::Policy::descriptor(), "name", absl::StrCat("has the name of ", it->second));
    }
    if (const auto day = ToCivilDay(policy.from_date()); policy.has_from_date() && day) {
      if (const auto [it, added] = dates.emplace(*day, policy.name()); !added) {
        place->Add(v1::Policy::descriptor(), "from_date",
                   absl::StrCat("overlaps ", it->second, ", which is in force from the same day"));
      }
    }
    policies.policies_.push_back(std::move(policy));
  }
  if (!faults.empty()) return faults.status("The policies cannot be loaded. " + faults.InWords());
  std::sort(policies.policies_.begin(), policies.policies_.end(), [](const v1::Policy& a, const v1::Policy& b) {
    const auto key = [](const v1::Policy& policy) {
      return std::make_tuple(!policy.has_from_date(), ToCivilDay(policy.from_date()).value_or(absl::CivilDay()),
                             policy.name());
    };
    return key(a) < key(b);
  });
  return policies;
}

absl::StatusOr<std::map<std::string, v1::Policy>> Policies::ParseToTry(
    const std::map<std::string, std::string>& texts) const {
  Faults faults;
  std::map<std::string, v1::Policy> policies;
  for (const auto& [file, text] : texts) {
    ReadPolicy read = ReadText(file, text, faults);
    const auto place = CheckPolicy(file, read, faults);
    if (!place) continue;
    const v1::Policy* here = Find(read.policy.name());
    if (here != nullptr && here->has_from_date() && ContentHash(*here) != ContentHash(read.policy)) {
      place->Add(v1::Policy::descriptor(), "name",
                 "name is that of a policy with a date, which says something else; give yours another");
    }
    policies[file] = std::move(read.policy);
  }
  if (!faults.empty()) return faults.status("The policy cannot be tried. Put right what stands at each line.");
  return policies;
}

absl::StatusOr<Policies> Policies::Load(const std::string& folder) {
  if (folder.empty()) return Policies();
  std::map<std::string, std::string> texts;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.path().extension() != ".txtpb") continue;
    auto text = ReadWholeFile(entry.path().string());
    if (!text) {
      error = std::make_error_code(std::errc::io_error);
      break;
    }
    texts[entry.path().string()] = *std::move(text);
  }
  if (error) {
    return Error(absl::StatusCode::kNotFound, common::v1::ERROR_REASON_RESOURCE_NOT_FOUND,
                 absl::StrCat("Cannot read the policies from ", folder, ": ", error.message(), "."))
        .With("path", folder);
  }
  return Parse(texts);
}

const v1::Policy* Policies::Find(const std::string& name) const {
  for (const auto& policy : policies_) {
    if (policy.name() == name) return &policy;
  }
  return nullptr;
}

const v1::Policy* Policies::InForceOn(absl::CivilDay day) const {
  const v1::Policy* in_force = nullptr;
  for (const auto& policy : policies_) {
    if (policy.has_from_date() && *ToCivilDay(policy.from_date()) <= day) in_force = &policy;
  }
  return in_force;
}

absl::Status CheckFollows(const std::vector<v1::Policy>& recorded, const Policies& wanted, absl::CivilDay today) {
  Error error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_POLICY_INVALID,
              "A policy that is or was in force stays as it is; write another that follows it. See the violations.");
  bool wrong = false;
  const auto refuse = [&](const std::string& name, const std::string& why) {
    error.Precondition("POLICY_IN_FORCE", name, why);
    wrong = true;
  };
  std::optional<absl::CivilDay> latest;
  std::set<std::string> known;
  for (const auto& policy : recorded) {
    const auto day = policy.has_from_date() ? ToCivilDay(policy.from_date()) : std::nullopt;
    if (!day || *day > today) continue;  // A candidate, or not in force yet.
    known.insert(policy.name());
    if (!latest || *latest < *day) latest = day;
    const v1::Policy* now = wanted.Find(policy.name());
    if (now == nullptr) {
      refuse(policy.name(), absl::StrCat("is in force from ", FormatIso(*day), " and must stay in the folder"));
    } else if (ContentHash(*now) != ContentHash(policy)) {
      refuse(policy.name(), absl::StrCat("is in force from ", FormatIso(*day), " and is not to be changed"));
    }
  }
  for (const auto& policy : wanted.all()) {
    const auto day = policy.has_from_date() ? ToCivilDay(policy.from_date()) : std::nullopt;
    if (!day || !latest || known.count(policy.name()) > 0 || *day > *latest) continue;
    refuse(policy.name(), absl::StrCat("begins on ", FormatIso(*day), ", when another was in force already"));
  }
  return wrong ? error.status() : absl::OkStatus();
}

}  // namespace oversight::monitoring
