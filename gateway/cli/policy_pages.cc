#include "gateway/cli/policy_pages.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/time/partial_date.h"
#include "gateway/cli/table.h"
#include "gateway/cli/words.h"

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

}  // namespace

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
