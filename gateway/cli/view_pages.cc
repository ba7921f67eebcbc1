#include "gateway/cli/view_pages.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/time/london.h"
#include "common/time/partial_date.h"
#include "common/time/timestamp.h"
#include "gateway/cli/count_words.h"
#include "gateway/cli/dashboard_page.h"
#include "gateway/cli/force_page_text.h"
#include "gateway/cli/plan_words.h"
#include "gateway/cli/table.h"
#include "gateway/cli/value_text.h"
#include "gateway/cli/words.h"

namespace oversight::cli {
namespace {

using namespace gateway::v1;  // NOLINT

// Names are shown below the force's own: "concerns/3".
std::string Short(const std::string& name, const std::string& force) {
  return name.rfind(force + "/", 0) == 0 ? name.substr(force.size() + 1) : name;
}

std::string Wrapped(const std::string& first, const std::string& text, size_t width) {
  std::string lines;
  const std::string indent(DisplayWidth(first), ' ');
  for (const auto& line : WrapText(text, std::max<size_t>(width, indent.size() + 20) - indent.size())) {
    absl::StrAppend(&lines, lines.empty() ? first : indent, line, "\n");
  }
  return lines;
}

template <class Items>
std::string ItemsText(const AgendaPack& pack, const Items& items, size_t width) {
  std::string text;
  for (const auto& item : items) {
    const std::string day = item.has_date() ? FormatForPeople(item.date()) + ", " : "";
    text += Wrapped("  ",
                    absl::StrCat(Short(item.name(), pack.force()), "  ", day, Words(item.kind()), ": ",
                                 Brief(item.title()), item.standing().empty() ? "" : " (" + item.standing() + ")"),
                    width);
  }
  return text;
}

// "kept", "late", "MISSED" and the like: what people look for first.
std::string OutcomeText(const Promise& promise) {
  const std::string words = promise.outcome() == PROMISE_OUTCOME_MISSED ? "MISSED" : Words(promise.outcome());
  const bool done = promise.outcome() == PROMISE_OUTCOME_VERIFIED || promise.outcome() == PROMISE_OUTCOME_CLAIMED ||
                    promise.outcome() == PROMISE_OUTCOME_DONE;
  return absl::StrCat(words, done && promise.late() ? ", late" : "",
                      promise.has_outcome_date() ? absl::StrCat(", ", FormatForPeople(promise.outcome_date())) : "");
}

std::string PromisesText(const AgendaPack& pack, size_t width) {
  std::string text;
  for (const auto& promise : pack.promises()) {
    text += Wrapped(
        "  ",
        absl::StrCat(Short(promise.name(), pack.force()), "  due ", FormatForPeople(promise.due_date()),
                     promise.has_new_due_date() ? absl::StrCat(", now ", FormatForPeople(promise.new_due_date())) : "",
                     ": ", OutcomeText(promise), ". ", Brief(promise.text()),
                     promise.owner().empty() ? "" : " (" + promise.owner() + ")"),
        width);
  }
  return text;
}

std::string OverdueText(const AgendaPack& pack, size_t width) {
  std::string text;
  for (const auto& item : pack.overdue()) {
    text += Wrapped(
        "  ",
        absl::StrCat(Short(item.name(), pack.force()), "  due ", FormatForPeople(item.due_date()), ", ", item.days(),
                     item.days() == 1 ? " day" : " days", " late", item.already_then() ? ", and was late before" : "",
                     ". ", Brief(item.text()), item.owner().empty() ? "" : " (" + item.owner() + ")"),
        width);
  }
  return text;
}

// "3 of 9 done", then how it will end.
std::string ProgressText(const monitoring::v1::PlanProgress& progress) {
  const std::string forecast = ForecastText(progress);
  return absl::StrCat(progress.done_action_count(), " of ", progress.action_count(), " actions done",
                      forecast.empty() ? "" : ", " + forecast);
}

std::string PlansText(const AgendaPack& pack, size_t width) {
  std::string text;
  for (const auto& plan : pack.plans()) {
    text += Wrapped("  ",
                    absl::StrCat(Short(plan.name(), pack.force()), "  ", Brief(plan.title()), ": ",
                                 plan.new_() ? "new, " : "", Words(plan.state()), ", version ", plan.version()),
                    width);
    if (plan.has_progress_then()) text += Wrapped("    then: ", ProgressText(plan.progress_then()), width);
    if (plan.has_progress()) text += Wrapped("    now:  ", ProgressText(plan.progress()), width);
    if (plan.rating() != plan.rating_then()) {
      const std::string then = Words(plan.rating_then());
      absl::StrAppend(&text, "    rated ", Words(plan.rating()), then.empty() ? "" : ", was " + then, "\n");
    }
  }
  return text;
}

std::string HandlingText(const AgendaPack& pack, size_t width) {
  std::string text;
  for (const auto& change : pack.handling()) {
    const std::string then = Words(change.level_then());
    text += Wrapped("  ",
                    absl::StrCat(Short(change.name(), pack.force()), "  ", FormatForPeople(change.date()), ": ",
                                 then.empty() ? "" : then + " -> ", Words(change.level()), ". ", Brief(change.title()),
                                 ": ", Brief(change.rationale())),
                    width);
  }
  return text;
}

std::string AssessmentText(const AssessmentChange& change, size_t width) {
  std::string text;
  if (change.has_then()) text += Wrapped("  then: ", change.then().text(), width);
  if (change.has_now()) text += Wrapped("  now:  ", change.now().text(), width);
  if (change.other_policy()) text += "  The two are by different policies.\n";
  for (const auto& rule : change.fires_now()) text += Wrapped("  + ", rule, width);
  for (const auto& rule : change.fires_no_more()) text += Wrapped("  - ", rule, width);
  return text;
}

std::string QuestionsText(const AgendaPack& pack, size_t width) {
  std::string text;
  int number = 0;
  for (const auto& question : pack.questions()) {
    text += Wrapped(absl::StrFormat("  %2d. ", ++number), question.text(), width);
    text += Wrapped("      ", absl::StrCat(question.reason(), " [", Short(question.name(), pack.force()), "]"), width);
  }
  return text;
}

std::string Moment(const google::protobuf::Timestamp& time) { return FormatMinuteForPeople(GetTime(time)); }

std::string Signed(int change) { return change > 0 ? absl::StrCat("+", change) : absl::StrCat(change); }

}  // namespace

std::string AgendaPage(const AgendaPack& given, size_t width) {
  AgendaPack pack = given;
  MakeOneLine(&pack);
  std::string text = absl::StrCat("Agenda pack: ", pack.display_name(), "\n");
  std::string since = "from the beginning of the record";
  if (pack.has_since_time()) since = absl::StrCat("since ", Moment(pack.since_time()));
  if (!pack.since_meeting().empty()) {
    absl::StrAppend(&since, ", the day of the last meeting (", Short(pack.since_meeting(), pack.force()), ")");
  }
  absl::StrAppend(&text, "What was recorded ", since, ", until ", Moment(pack.until_time()), "\n");
  if (pack.nothing_then() && pack.has_since_time()) {
    text += "Nothing was recorded of the force by then, so everything counts as new.\n";
  }
  absl::StrAppend(&text, SectionsText(pack.sections()));
  for (const auto& section : pack.sections_then()) {
    if (section.state() == SECTION_STATE_COMPLETE) continue;
    absl::StrAppend(&text, "  of the first moment, ", section.service(), ": ", Words(section.state()), " (",
                    section.reason(), ")\n");
  }
  text += "\n";
  if (!pack.stage_display_name().empty()) {
    absl::StrAppend(
        &text, "In ", pack.stage_display_name(),
        pack.has_since_date() ? " since " + FormatForPeople(pack.since_date()) : "",
        pack.stage_then().empty() || pack.stage_then() == pack.stage() ? "" : ", then in " + pack.stage_then(), "\n");
  }
  if (pack.has_counts()) absl::StrAppend(&text, "Open now:  ", OpenWorkText(pack.counts()), "\n");
  if (pack.has_counts_then()) absl::StrAppend(&text, "Open then: ", OpenWorkText(pack.counts_then()), "\n");
  text += "\n";
  // What may be asked first: it is what those who meet read.
  text += Titled("Suggested questions", QuestionsText(pack, width));
  text += Titled("Promises due, kept and missed", PromisesText(pack, width));
  text += Titled("Overdue now", OverdueText(pack, width));
  text += Titled("Concerns and recommendations", ItemsText(pack, pack.concerns(), width));
  text += Titled("New evidence", ItemsText(pack, pack.evidence(), width));
  text += Titled("Plans", PlansText(pack, width));
  text += Titled("Handling judged anew", HandlingText(pack, width));
  if (pack.has_assessment()) text += Titled("What the policy advises", AssessmentText(pack.assessment(), width));
  text += Titled("Moves", ItemsText(pack, pack.moves(), width));
  text += Titled("Meetings and actions", ItemsText(pack, pack.meetings(), width));
  for (const auto& left_out : pack.left_out()) {
    text += Wrapped(
        "Not shown: ",
        absl::StrCat(left_out.field(), left_out.count() > 0 ? absl::StrCat(" (", left_out.count(), " more)") : "", ". ",
                     left_out.reason()),
        width);
  }
  return text;
}

std::string ComparisonPage(const ListComparisonsResponse& given, size_t width) {
  ListComparisonsResponse answer = given;
  MakeOneLine(&answer);
  const bool since = answer.has_since_date();
  std::string text = absl::StrCat("Open work, ", FormatForPeople(answer.today()),
                                  since ? ", against " + FormatForPeople(answer.since_date()) : "", "\n",
                                  SectionsText(answer.sections()), "\n");
  Table table({{"", false, 0},
               {"CAUSES", false, 1},
               {"ACCELERATED", false, 3},
               {"AFIS", false, 1},
               {"RECS", false, 3},
               {"OVERDUE", false, 1},
               {"MEDIAN AGE", false, 2},
               {"FORCES", false, 3},
               {"ENHANCED", false, 2},
               {"CHANGE", false, 2}});
  const auto add = [&](const Comparison& row) {
    table.Add({row.display_name(), absl::StrCat(row.counts().open_causes_of_concern()),
               absl::StrCat(row.counts().open_accelerated()), absl::StrCat(row.counts().open_areas_for_improvement()),
               absl::StrCat(row.counts().open_recommendations()), absl::StrCat(row.counts().overdue_recommendations()),
               row.has_median_age_days() ? absl::StrCat(row.median_age_days(), " d") : "",
               absl::StrCat(row.force_count()), absl::StrCat(row.enhanced_force_count()),
               since ? Signed(row.change()) : ""});
  };
  for (const auto& row : answer.comparisons()) add(row);
  add(answer.total());
  return text + table.Fit(width);
}

}  // namespace oversight::cli
