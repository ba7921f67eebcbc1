#include "gateway/cli/move_pages.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/time/london.h"
#include "common/time/partial_date.h"
#include "common/time/timestamp.h"
#include "gateway/cli/table.h"
#include "gateway/cli/value_text.h"
#include "gateway/cli/words.h"

namespace oversight::cli {
namespace {

using monitoring::v1::RegisterEntry;

constexpr size_t kIndent = 2;

// "principals/chief-inspector" -> "chief-inspector".
std::string Who(const std::string& principal) { return principal.substr(principal.rfind('/') + 1); }

// `text` behind `label`, what does not fit in the line below it.
std::string Labelled(const std::string& label, const std::string& text, size_t width) {
  const std::string indent(label.size(), ' ');
  std::string lines;
  for (const auto& line : WrapText(text, std::max<size_t>(width, label.size() + 20) - label.size())) {
    absl::StrAppend(&lines, lines.empty() ? label : indent, line, "\n");
  }
  return lines;
}

template <class Items>
std::string Listed(const std::string& title, const Items& items, size_t width) {
  if (items.empty()) return "";
  std::string text = absl::StrCat("  ", title, "\n");
  for (const auto& item : items) text += Labelled("    - ", item, width);
  return text;
}

std::string EntryText(const RegisterEntry& entry, size_t width) {
  const bool possible = entry.certainty() == monitoring::v1::REGISTER_CERTAINTY_POSSIBLE;
  std::string since = absl::StrCat(
      entry.force_display_name().empty() ? entry.force() : entry.force_display_name(), ": ", entry.stage_display_name(),
      entry.has_until_date() ? " from " : " since ", FormatForPeople(entry.from_date()),
      entry.has_until_date() ? absl::StrCat(" to ", FormatForPeople(entry.until_date())) : "",
      possible ? " (possibly: the dates are known in part)" : "");
  std::string text = absl::StrJoin(WrapText(since, width), "\n  ") + "\n";
  std::vector<std::string> added;
  for (const auto& reason : entry.added_reasons()) {
    added.push_back(absl::StrCat(reason.text(), " (", FormatForPeople(reason.added_date()), ")"));
  }
  absl::StrAppend(&text, Listed("Why it was moved in:", entry.reasons_in(), width),
                  Listed("Added later:", added, width), Listed("Why it was moved out:", entry.reasons_out(), width),
                  Listed("Still open then:", entry.still_open(), width));
  if (entry.still_open().empty() && entry.has_open_cause_count()) {
    absl::StrAppend(&text, "  Causes of concern open then: ", entry.open_cause_count(), "\n");
  }
  std::string told;
  for (const auto* source : {entry.has_entry_source() ? &entry.entry_source() : nullptr,
                             entry.has_exit_source() ? &entry.exit_source() : nullptr}) {
    if (source == nullptr) continue;
    if (source->source() != told) text += Labelled("  Source: ", source->source(), width);
    if (!source->conflict().empty()) text += Labelled("  Sources differ: ", source->conflict(), width);
    told = source->source();
  }
  return text;
}

template <class Entries>
std::string Part(const std::string& title, const Entries& entries, size_t width) {
  std::string text = absl::StrCat(title, ": ", entries.size() == 0 ? "none" : absl::StrCat(entries.size()), "\n\n");
  for (const auto& entry : entries) absl::StrAppend(&text, EntryText(entry, width), "\n");
  return text;
}

}  // namespace

std::string RegisterPage(const monitoring::v1::GetRegisterResponse& answer, size_t width) {
  std::string text =
      answer.has_on_date() ? absl::StrCat("As it was on ", FormatForPeople(answer.on_date()), ".\n\n") : "";
  absl::StrAppend(&text, Part("Forces in enhanced monitoring", answer.current(), width),
                  Part("Previously in enhanced monitoring", answer.previous(), width));
  return text;
}

std::string SequencePage(const monitoring::v1::GetDecisionSequenceResponse& answer, monitoring::v1::SequenceClock clock,
                         size_t width) {
  std::string text = Labelled("", absl::StrCat(answer.title(), " (", answer.decision(), ")"), width);
  // By the clock of publication, what the public was never told stands last: it says so.
  bool headed = clock != monitoring::v1::SEQUENCE_CLOCK_PUBLISHED;
  for (const auto& act : answer.acts()) {
    if (!headed && !act.has_published_time() && !act.has_published_date()) {
      text += "\nNot published, in order of when it happened\n";
      headed = true;
    }
    absl::StrAppend(&text, "\n", act.when(), "\n");
    text += Labelled(std::string(kIndent, ' '), act.words(), width);
    std::vector<std::string> marks;
    if (!act.actor().empty()) marks.push_back(absl::StrCat("by ", Who(act.actor())));
    if (act.has_recorded_time()) {
      marks.push_back(absl::StrCat("recorded ", FormatMinuteForPeople(GetTime(act.recorded_time()))));
    }
    if (act.has_published_time()) {
      marks.push_back(absl::StrCat("published ", FormatMinuteForPeople(GetTime(act.published_time()))));
    } else if (act.has_published_date()) {
      marks.push_back(absl::StrCat("published ", FormatForPeople(act.published_date())));
    }
    marks.push_back(act.revision() == 0 ? act.resource() : absl::StrCat(act.resource(), ", revision ", act.revision()));
    text += Labelled(std::string(kIndent, ' '), absl::StrCat("[", absl::StrJoin(marks, "; "), "]"), width);
  }
  return text;
}

}  // namespace oversight::cli
