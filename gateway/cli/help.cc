#include "gateway/cli/help.h"

#include <algorithm>
#include <cstring>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "gateway/cli/table.h"
#include "gateway/cli/verb_command.h"
#include "gateway/cli/verbs.h"
#include "gateway/cli/words.h"

namespace oversight::cli {
namespace {

constexpr size_t kIndent = 2;
constexpr size_t kTextAt = 6;

std::string Indented(const std::string& text, size_t indent, size_t width) {
  std::string out;
  for (const std::string& line : WrapText(text, width - indent)) {
    absl::StrAppend(&out, line.empty() ? "" : std::string(indent, ' '), line, "\n");
  }
  return out;
}

// Two columns, the second wrapped: a word and what it means.
std::string Meanings(const std::vector<std::pair<std::string, std::string>>& items, size_t width) {
  size_t first = 0;
  for (const auto& [word, meaning] : items) first = std::max(first, DisplayWidth(word));
  std::string out;
  for (const auto& [word, meaning] : items) {
    const auto lines = WrapText(meaning, std::max(width, first + 40) - first - 2 * kIndent);
    for (size_t i = 0; i < lines.size(); ++i) {
      std::string line = absl::StrCat(std::string(kIndent, ' '), Padded(i == 0 ? word : "", first + kIndent), lines[i]);
      absl::StripTrailingAsciiWhitespace(&line);
      absl::StrAppend(&out, line, "\n");
    }
  }
  return out;
}

std::string Written(const FlagSpec& flag) {
  return absl::StrCat("--", flag.name, flag.value.empty() ? "" : "=", flag.value);
}

std::string FlagHelp(const FlagSpec& flag, const std::string& written, size_t width) {
  std::vector<std::string> parts;
  if (!flag.help.empty()) parts.push_back(flag.help);
  if (!flag.limits.empty()) parts.push_back(flag.limits);
  if (!flag.choices.empty()) parts.push_back(absl::StrCat("One of ", JoinAnd(flag.choices, "or"), "."));
  return absl::StrCat(std::string(kIndent, ' '), written, "\n", Indented(absl::StrJoin(parts, " "), kTextAt, width));
}

std::string FlagsHelp(const std::string& title, const std::vector<const FlagSpec*>& flags, size_t width) {
  if (flags.empty()) return "";
  std::string out = absl::StrCat("\n", title, "\n");
  for (const FlagSpec* flag : flags) out += FlagHelp(*flag, Written(*flag), width);
  return out;
}

// Told once for all: they mean the same everywhere.
bool IsUsual(const FlagSpec& flag) {
  static const auto* const kNames = new std::vector<std::string>{
      "etag", "request-id", "as-of", "fresh", "at-least-as-fresh", "page-size", "page-token", "limit"};
  return std::find(kNames->begin(), kNames->end(), flag.name) != kNames->end();
}

using Texts = std::vector<std::pair<std::string, std::string>>;
const Texts kValues = {
    {"TEXT",
     "As it is. Any value may be @FILE instead, for what stands in the file; @- is standard input, and @@ begins a "
     "text with one @. An empty value, as in --title=, is none."},
    {"NAME",
     "A record by its name, in full or in short: kent is forces/kent, and kent/concerns/1 is forces/kent/concerns/1. "
     "Where lists take a name, - stands for any."},
    {"DATE",
     "As far as it is known: 2023, 2021-12, 2023-11-24, \"24 November 2023\", \"early 2024\", \"spring 2023\"."},
    {"DAY", "A whole day: 2023-11-24."},
    {"DUE", "immediately, \"by 2024-09-30\", \"within 28 days\", \"within 3 months\"."},
    {"TIME", "2024-03-01T10:00:00Z."},
    {"DURATION", "500ms, 10s, 1m30s."},
    {"PARTS", "\"field=value; field=value\", or JSON, or @FILE.json."},
};

}  // namespace

std::string Synopsis(const Command& command) {
  std::string text = absl::StrCat("oversight ", command.name);
  for (const FlagSpec& each : command.positionals) {
    absl::StrAppend(&text, " ", each.required ? "" : "[", each.value, each.repeated ? "..." : "",
                    each.required ? "" : "]");
  }
  bool more = false;
  for (const FlagSpec& flag : command.flags) {
    if (flag.required) absl::StrAppend(&text, " ", Written(flag));
    more |= !flag.required;
  }
  return more ? text + " [flags]" : text;
}

std::string CommandHelp(const Command& command, size_t width) {
  std::string out = Indented(Synopsis(command), 0, width);
  absl::StrAppend(&out, "\n", Indented(command.summary, 0, width));
  if (!command.details.empty()) absl::StrAppend(&out, "\n", Indented(command.details, 0, width));
  if (!command.positionals.empty()) {
    out += "\n";
    for (const FlagSpec& each : command.positionals) out += FlagHelp(each, each.value, width);
  }
  std::vector<const FlagSpec*> required, optional, usual;
  for (const FlagSpec& flag : command.flags) {
    (flag.required ? required : IsUsual(flag) ? usual : optional).push_back(&flag);
  }
  out += FlagsHelp("Needed:", required, width);
  out += FlagsHelp(required.empty() ? "Flags:" : "Also:", optional, width);
  out += FlagsHelp("As everywhere:", usual, width);
  if (!command.notes.empty()) {
    // The first line is text, the rest reasons with their meanings.
    const std::vector<std::string> lines = absl::StrSplit(command.notes, '\n');
    absl::StrAppend(&out, "\nErrors:\n", Indented(lines[0], kIndent, width));
    std::vector<std::pair<std::string, std::string>> meanings;
    for (size_t i = 1; i < lines.size(); ++i) meanings.push_back(absl::StrSplit(lines[i], absl::MaxSplits('\t', 1)));
    if (!meanings.empty()) absl::StrAppend(&out, "\n", Meanings(meanings, width));
  }
  return absl::StrCat(out, "\n",
                      Indented("`oversight help` tells how dates, names and other values are written, and the flags of "
                               "every command.",
                               0, width));
}

std::string Overview(const std::vector<Command>& commands, const std::vector<FlagSpec>& general, size_t width) {
  std::string out =
      "oversight: the command-line client of Oversight. One address, every service; words for people, --json for "
      "programs.\n\n"
      "Usage: oversight [flags] COMMAND [arguments and flags of the command]\n\nCommands:\n";
  std::vector<std::pair<std::string, std::string>> items;
  items.reserve(commands.size() + 2);
  for (const Command& command : commands) items.emplace_back(command.name, command.summary);
  items.emplace_back("help", "This, or with the name of a command or a verb what that does and takes.");
  items.emplace_back("verbs", "List the verbs: all, or those that have a WORD in them.");
  absl::StrAppend(&out, Meanings(items, width), "\n",
                  Indented(absl::StrCat("Beside these, each of the ", Verbs().size(),
                                        " calls of the suite is a verb: `oversight rename-force kent --display-name "
                                        "\"Kent Police\" --from-date 2026-04`."),
                           0, width),
                  "\nHow values are written:\n", Meanings(kValues, width), "\nGeneral flags:\n");
  for (const FlagSpec& flag : general) out += FlagHelp(flag, Written(flag), width);
  out +=
      "\nExit codes: 0 done; 1 refused, the message says why and what to do; 2 wrong command line; 3 not reachable,\n"
      "overloaded or out of time, try again; 4 a fault of the service.\n\n"
      "Examples:\n"
      "  oversight --as liaison-lead dashboard west-midlands\n"
      "  oversight --as liaison-lead list concerns west-midlands --state issued\n"
      "  oversight --as hm-inspector actions west-midlands/concerns/1\n"
      "  oversight help create-office-holder\n";
  return out;
}

std::string VerbList(const std::string& word, size_t width) {
  std::string out, service;
  std::vector<std::pair<std::string, std::string>> items;
  // "duty" finds duties too.
  std::string stem = absl::AsciiStrToLower(word);
  for (const char* ending : {"ies", "y", "s"}) {
    if (stem.size() > 3 && absl::EndsWith(stem, ending)) {
      stem.resize(stem.size() - std::strlen(ending));
      break;
    }
  }
  const auto flush = [&] {
    if (!items.empty()) absl::StrAppend(&out, out.empty() ? "" : "\n", service, "\n", Meanings(items, width));
    items.clear();
  };
  for (const Verb& verb : Verbs()) {
    if (verb.service != service) flush();
    service = verb.service;
    const Command command = CommandOf(verb);
    if (absl::StrContains(absl::AsciiStrToLower(absl::StrCat(command.name, " ", command.summary)), stem)) {
      items.emplace_back(command.name, command.summary);
    }
  }
  flush();
  return out;
}

}  // namespace oversight::cli
