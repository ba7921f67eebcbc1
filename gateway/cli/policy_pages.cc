#include "gateway/cli/policy_pages.h"

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "common/text/csv.h"
#include "common/time/london.h"
#include "common/time/partial_date.h"
#include "common/time/timestamp.h"
#include "gateway/cli/table.h"
#include "gateway/cli/words.h"
#include "google/protobuf/util/time_util.h"

namespace oversight::cli {
namespace {

using namespace monitoring::v1;  // NOLINT

// `text` behind `label`, what does not fit in lines below it.
std::string Labelled(const std::string& label, const std::string& text, size_t width) {
  const std::string indent(DisplayWidth(label), ' ');
  std::string lines;
  for (const auto& line : WrapText(text, std::max<size_t>(width, indent.size() + 20) - indent.size())) {
    absl::StrAppend(&lines, lines.empty() ? label : indent, line, "\n");
  }
  return lines;
}

std::string FactText(const AssessedFact& fact, size_t width) {
  std::string text = fact.text();
  if (fact.hypothetical()) text += " (supposed)";
  if (!fact.name().empty()) absl::StrAppend(&text, " [", fact.name(), ", revision ", fact.revision(), "]");
  return Labelled("      - ", text, width);
}

std::string FiredText(const FiredRule& fired, size_t width) {
  std::string text = Labelled("  - ", fired.text(), width);
  absl::StrAppend(&text, Labelled("    ",
                                  absl::StrCat("advises to ", Words(fired.advises()),
                                               fired.weight() > 0 ? absl::StrCat(", weight ", fired.weight()) : "",
                                               " (", fired.rule(), ")"),
                                  width));
  for (const auto& condition : fired.conditions()) {
    text += Labelled("    ", absl::StrCat(condition.text(), "; there are ", condition.value(), "."), width);
    for (const auto& fact : condition.facts()) text += FactText(fact, width);
  }
  return text;
}

std::string DayOf(const google::protobuf::Timestamp& time) { return FormatForPeople(LondonDay(GetTime(time))); }

std::string Short(const std::string& name) { return name.substr(name.rfind('/') + 1); }

// What happened to a force under one policy, in order of time.
std::string Timeline(const ForceReplay& replay, size_t width) {
  std::vector<std::pair<absl::Time, std::string>> events;
  for (const auto& spell : replay.spells()) {
    const char* advised = spell.escalates() ? "escalation advised" : "return advised";
    std::string text = absl::StrCat(DayOf(spell.from_time()), ": ", advised);
    if (spell.end() == SPELL_END_LASTS) {
      text += ", to this day";
    } else {
      absl::StrAppend(&text, " until ", DayOf(spell.until_time()),
                      spell.end() == SPELL_END_DECIDED ? ", when it was moved" : ", when the advice went away");
    }
    if (spell.rules_size() > 0) absl::StrAppend(&text, " (", absl::StrJoin(spell.rules(), ", "), ")");
    events.emplace_back(GetTime(spell.from_time()), std::move(text));
  }
  for (const auto& decision : replay.decisions()) {
    events.emplace_back(
        GetTime(decision.decision_time()),
        absl::StrCat(DayOf(decision.decision_time()), ": decision ", Short(decision.decision()), " ",
                     decision.escalates() ? "into the enhanced stage" : "back to the default stage", ", ",
                     decision.advised() ? absl::StrCat("advised ", decision.lead_days(),
                                                       decision.lead_days() == 1 ? " day before" : " days before")
                                        : std::string("not advised")));
  }
  std::stable_sort(events.begin(), events.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::string text;
  for (const auto& [time, event] : events) text += Labelled("    ", event, width);
  return text;
}

std::string Rounded(double value) { return absl::StrFormat("%.2f", value); }

}  // namespace

std::string AttentionPage(const ListAttentionResponse& answer, size_t width) {
  std::string text, left_out;
  for (const auto& what : answer.left_out()) left_out += Labelled("", absl::StrCat("Left out: ", what), width);
  if (answer.items().empty()) return absl::StrCat("Nothing needs attention.\n", left_out);
  for (const auto& item : answer.items()) {
    text += Labelled("", absl::StrCat(Short(item.force()), ": ", item.text()), width);
    std::vector<std::string> roles;
    for (const int role : item.roles()) roles.push_back(Words(*common::v1::Role_descriptor(), role));
    text += Labelled(
        "    ",
        absl::StrCat("[", item.resource(), item.revision() > 0 ? absl::StrCat(", revision ", item.revision()) : "",
                     "] for ", JoinAnd(roles)),
        width);
  }
  absl::StrAppend(&text, "\n", answer.items_size(), " of ", answer.total_count(), " on ",
                  FormatForPeople(answer.on_date()), ".\n", left_out);
  return text;
}

std::string BacktestPage(const BacktestResult& result, size_t width) {
  const auto& summary = result.summary;
  if (summary.transaction_count() == 0) return "Nothing is recorded yet.\n";
  std::vector<Column> columns = {{"", false, 0}};
  for (const auto& score : summary.scores()) columns.emplace_back(Short(score.policy()), false, 0);
  Table table(columns);
  const auto row = [&](const std::string& title, const std::function<std::string(const BacktestScore&)>& cell) {
    std::vector<std::string> cells = {title};
    for (const auto& score : summary.scores()) cells.push_back(cell(score));
    table.Add(std::move(cells));
  };
  const auto count = [&](const std::string& title, int64_t (BacktestScore::*value)() const) {
    row(title, [value](const BacktestScore& score) { return absl::StrCat((score.*value)()); });
  };
  count("forces flagged", &BacktestScore::flagged_force_count);
  count("flags", &BacktestScore::flag_count);
  count("days flagged", &BacktestScore::flagged_days);
  count("real decisions into the enhanced stage", &BacktestScore::entry_count);
  count("  of these advised before", &BacktestScore::hit_count);
  count("  missed", &BacktestScore::miss_count);
  count("  median days ahead", &BacktestScore::median_lead_days);
  count("flags that went away (false alarms, or heeded)", &BacktestScore::false_alarm_count);
  count("real decisions back", &BacktestScore::exit_count);
  count("  of these advised before", &BacktestScore::advised_exit_count);
  count("flips", &BacktestScore::flip_count);
  row("flips per force and year", [](const BacktestScore& score) { return Rounded(score.flips_per_year()); });
  std::string text = table.Fit(width);
  absl::StrAppend(
      &text, "\n",
      Labelled("",
               absl::StrCat(
                   summary.transaction_count(), " transactions on ", summary.force_count(), " forces, recorded from ",
                   DayOf(summary.first_time()), " to ", DayOf(summary.last_time()), "; ", summary.assessment_count(),
                   " assessments.",
                   summary.scores_size() > 1
                       ? absl::StrCat(" The two policies differed on ", summary.days_apart(), " days of a force.")
                       : "",
                   summary.historical_decision_count() > 0
                       ? absl::StrCat(" ", summary.historical_decision_count(),
                                      " decisions from public sources are in no score: nothing is recorded from before "
                                      "them.")
                       : "",
                   summary.redacted_count() > 0
                       ? absl::StrCat(" ", summary.redacted_count(), " versions were removed by law and are not known.")
                       : "",
                   " Few cases prove nothing: see docs/policy.md."),
               width));
  for (const auto& force : result.forces) {
    std::string timelines;
    for (const auto& replay : force.replays()) {
      const std::string timeline = Timeline(replay, width);
      if (timeline.empty()) continue;
      absl::StrAppend(&timelines, "  ", Short(replay.score().policy()), "\n", timeline);
    }
    if (!timelines.empty())
      absl::StrAppend(&text, "\n", Short(force.force()), ", now in ", force.stage(), "\n", timelines);
  }
  return text;
}

std::string BacktestCsv(const BacktestResult& result) {
  const auto time = [](bool has, const google::protobuf::Timestamp& when) {
    return has ? google::protobuf::util::TimeUtil::ToString(when) : std::string();
  };
  std::string text =
      FormatCsvRow({"force", "policy", "event", "from", "until", "end", "advised", "lead_days", "rules", "decision"});
  for (const auto& force : result.forces) {
    for (const auto& replay : force.replays()) {
      for (const auto& spell : replay.spells()) {
        text += FormatCsvRow({force.force(), replay.score().policy(),
                              spell.escalates() ? "escalation-advised" : "return-advised",
                              time(true, spell.from_time()), time(spell.has_until_time(), spell.until_time()),
                              Words(spell.end()), "", "", absl::StrJoin(spell.rules(), " "), ""});
      }
      for (const auto& decision : replay.decisions()) {
        text += FormatCsvRow({force.force(), replay.score().policy(),
                              decision.escalates() ? "entry-decided" : "exit-decided",
                              time(true, decision.decision_time()), "", "", decision.advised() ? "yes" : "no",
                              absl::StrCat(decision.lead_days()), "", decision.decision()});
      }
    }
  }
  return text;
}

std::string AssessmentPage(const Assessment& assessment, size_t width) {
  const bool moves = assessment.advised_stage() != assessment.stage();
  std::string text =
      absl::StrCat(assessment.force(), " on ", FormatForPeople(assessment.on_date()), ": in ", assessment.stage(),
                   ", advised: ", moves ? "" : "to stay in ", assessment.advised_stage(), "\n\n");
  text += Labelled("", assessment.text(), width);
  if (assessment.fired_size() > 0) text += "\nWhy\n";
  for (const auto& fired : assessment.fired()) text += FiredText(fired, width);
  if (assessment.escalation_weight() > 0) {
    absl::StrAppend(&text, "\nWeight of all together: ", assessment.weight(), " of ", assessment.escalation_weight(),
                    "\n");
  }
  if (assessment.counterfactuals_size() > 0) text += "\nWhat would change the answer\n";
  for (const auto& set : assessment.counterfactuals()) text += Labelled("  - ", set.text(), width);
  if (assessment.near_misses_size() > 0) text += "\nNearly\n";
  for (const auto& near : assessment.near_misses()) {
    text += Labelled("  - ", near.text(), width);
    text += Labelled(
        "    ",
        absl::StrCat(near.missing(),
                     near.has_expected_date() ? absl::StrCat(" (on ", FormatForPeople(near.expected_date()), ")") : ""),
        width);
    for (const auto& fact : near.facts()) text += FactText(fact, width);
  }
  absl::StrAppend(&text, "\n",
                  Labelled("",
                           absl::StrCat("By ", assessment.policy(),
                                        assessment.supposed_size() > 0 ? ", with what was supposed" : "",
                                        ". Advice only: people decide, and say why when they depart from it."),
                           width));
  return text;
}

std::string AssessmentsPage(const AssessForcesResponse& answer, size_t width) {
  if (answer.assessments().empty()) return "No force is advised to move.\n";
  Table table({{"force", false, 0},
               {"stage", false, 1},
               {"advised", false, 1},
               {"weight", false, 3},
               {"rules that fired", true, 2}});
  for (const auto& assessment : answer.assessments()) {
    std::vector<std::string> rules;
    for (const auto& fired : assessment.fired()) rules.push_back(fired.rule());
    const bool moves = assessment.advised_stage() != assessment.stage();
    table.Add({assessment.force().substr(assessment.force().find('/') + 1), assessment.stage(),
               moves ? absl::StrCat("-> ", assessment.advised_stage()) : assessment.advised_stage(),
               assessment.weight() > 0 ? absl::StrCat(assessment.weight()) : "", absl::StrJoin(rules, ", ")});
  }
  return absl::StrCat(table.Fit(width), "\nBy ", answer.assessments(0).policy(), " on ",
                      FormatForPeople(answer.assessments(0).on_date()), ". oversight assess FORCE says why.\n");
}

}  // namespace oversight::cli
