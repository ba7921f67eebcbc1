#include "gateway/cli/verb_command.h"

#include <algorithm>
#include <memory>
#include <tuple>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gateway/cli/arguments.h"
#include "gateway/cli/contract.h"
#include "gateway/cli/fill.h"
#include "gateway/cli/form.h"
#include "gateway/cli/names.h"
#include "gateway/cli/values.h"
#include "gateway/cli/verb_call.h"
#include "gateway/cli/words.h"

namespace oversight::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::MethodDescriptor;

// Flags of commands, so not of fields.
const std::vector<std::string>& Reserved() {
  static const auto* const kNames = new std::vector<std::string>{"gateway", "as",      "token-file", "json", "timeout",
                                                                 "help",    "version", "limit",      "count"};
  return *kNames;
}

std::string Thousands(int64_t number) {
  const std::string digits = absl::StrCat(number);
  std::string text;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && digits[i - 1] != '-' && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

std::string Limits(const FormFlag& flag) {
  const FieldDescriptor& field = flag.field();
  const common::v1::FieldRules rules = RulesOf(field);
  std::vector<std::string> parts;
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
    parts.push_back(absl::StrCat("One of ", JoinAnd(Choices(*field.enum_type()), "or")));
  }
  if (!rules.resource().empty()) parts.push_back(absl::StrCat("In short: ", ShortExample(rules.resource())));
  if (rules.max_length() > 0 && rules.resource().empty() && field.name() != "etag" && field.name() != "request_id") {
    parts.push_back(absl::StrCat("At most ", Thousands(rules.max_length()),
                                 field.type() == FieldDescriptor::TYPE_BYTES ? " bytes" : " characters"));
  }
  if (field.type() == FieldDescriptor::TYPE_BYTES) {
    parts.push_back("Hexadecimal digits, as sha256sum prints them; or @FILE that holds these, or the bytes themselves");
  }
  if (rules.has_minimum() && rules.has_maximum()) {
    parts.push_back(absl::StrCat(Thousands(rules.minimum()), " to ", Thousands(rules.maximum())));
  } else if (rules.has_minimum() && rules.minimum() != 0) {
    parts.push_back(absl::StrCat(Thousands(rules.minimum()), " or more"));
  }
  if (IsMessageValue(field)) {
    const Form inner = FormOf(*field.message_type());
    std::vector<std::string> names;
    for (const FormFlag& each : inner.flags) {
      if (each.fields.size() == 1) names.push_back(each.path);
    }
    parts.push_back(absl::StrCat(field.is_repeated() ? "Each" : "As a whole",
                                 ": JSON, @FILE.json or \"field=value; field=value\" with ", JoinAnd(names)));
  }
  if (field.is_repeated()) {
    parts.push_back(rules.max_items() > 0 ? absl::StrCat("Up to ", Thousands(rules.max_items()), " times")
                                          : std::string("May be given several times"));
  }
  return parts.empty() ? "" : absl::StrCat(absl::StrJoin(parts, ". "), ".");
}

// "A recommendation; its `name` is ignored." says nothing to who cannot give the name.
std::string HelpOf(const FormFlag& flag) {
  std::string help = CommentOf(flag.field());
  for (const char* suffix : {"; its `name` is ignored.", ", with `name`, and `etag` to be told of another's change."}) {
    if (absl::EndsWith(help, suffix)) help = absl::StrCat(absl::StripSuffix(help, suffix), ".");
  }
  return absl::StrReplaceAll(help, {{"\n\n", " "}});
}

FlagSpec SpecOf(const FormFlag& flag, const Form& form) {
  FlagSpec spec;
  spec.name = flag.name;
  spec.also = flag.path == flag.name ? "" : flag.path;
  spec.value = Placeholder(flag);
  // What a command is about may be said by its word too: --force=kent.
  const std::string word = absl::AsciiStrToLower(spec.value);
  const bool is_taken = std::any_of(form.flags.begin(), form.flags.end(),
                                    [&](const FormFlag& other) { return other.name == word || other.path == word; });
  if (flag.positional && !is_taken && !absl::StrContains(word, "/")) spec.also = word;
  spec.help = HelpOf(flag);
  spec.limits = Limits(flag);
  spec.required = flag.required;
  spec.repeated = flag.field().is_repeated();
  // A message given as a whole may hold what a part is required to say.
  for (const FormFlag& other : form.flags) {
    if (other.fields.size() < flag.fields.size() &&
        std::equal(other.fields.begin(), other.fields.end(), flag.fields.begin())) {
      absl::StrAppend(&spec.instead, spec.instead.empty() ? "" : " ", other.name);
    }
  }
  return spec;
}

// The comment of a method without its errors, which help tells apart.
std::string WithoutErrors(const std::string& comment) {
  const size_t at = comment.find("Errors:");
  return std::string(absl::StripTrailingAsciiWhitespace(comment.substr(0, at)));
}

}  // namespace

std::string ErrorsOf(const MethodDescriptor& method) {
  const std::string comment = CommentOf(method);
  const size_t at = comment.find("Errors:");
  if (at == std::string::npos) return "";
  std::string text(absl::StripLeadingAsciiWhitespace(comment.substr(at + 7)));
  // The reasons of the service's own area, and those that all share.
  for (const std::string& package : {method.file()->package(), std::string("oversight.common.v1")}) {
    const auto* reasons = Contract().FindEnumTypeByName(absl::StrCat(package, ".ErrorReason"));
    for (int i = 0; reasons != nullptr && i < reasons->value_count(); ++i) {
      const std::string reason(absl::StripPrefix(reasons->value(i)->name(), "ERROR_REASON_"));
      const std::vector<std::string> words = absl::StrSplit(text, absl::ByAnyChar(" ,.;\n"));
      if (std::find(words.begin(), words.end(), reason) == words.end()) continue;
      std::string meaning = CommentOf(*reasons->value(i));
      // The status code before it stands in the text above.
      const size_t colon = meaning.find(": ");
      const auto is_code = [&](size_t end) {
        return std::none_of(meaning.begin(), meaning.begin() + static_cast<std::ptrdiff_t>(end), absl::ascii_islower);
      };
      if (colon != std::string::npos && is_code(colon)) meaning.erase(0, colon + 2);
      if (!absl::StrContains(text, absl::StrCat("\n", reason, "\t")))
        absl::StrAppend(&text, "\n", reason, "\t", meaning);
    }
  }
  return text;
}

Command CommandOf(const Verb& verb) {
  const auto form = std::make_shared<const Form>(FormOf(*verb.method->input_type(), Reserved()));
  Command command;
  command.name = Written(verb);
  std::tie(command.summary, command.details) = SplitSentence(WithoutErrors(CommentOf(*verb.method)));
  command.notes = ErrorsOf(*verb.method);
  for (const FormFlag& flag : form->flags) {
    FlagSpec spec = SpecOf(flag, *form);
    if (spec.required && TakesAny(*form, flag)) {
      spec.required = false;
      absl::StrAppend(&spec.limits, spec.limits.empty() ? "" : " ", "Without it: all.");
    }
    (flag.positional ? command.positionals : command.flags).push_back(std::move(spec));
  }
  // What can be said part by part is seldom said as a whole.
  std::stable_partition(command.flags.begin(), command.flags.end(),
                        [](const FlagSpec& spec) { return spec.value != "PARTS" || spec.repeated; });
  if (IsPaged(*verb.method)) {
    command.flags.push_back({.name = "limit",
                             .value = "NUMBER",
                             .help = "Show at most so many. Without it all pages are shown.",
                             .check = &CountProblem});
  }
  if (verb.method->server_streaming()) {
    command.flags.push_back(
        {.name = "count", .value = "NUMBER", .help = "Stop after so many messages.", .check = &CountProblem});
  }
  if (form->changed != nullptr) {
    absl::StrAppend(&command.details, command.details.empty() ? "" : "\n\n",
                    "Only what its flags name is changed; an empty value, as in --title=, clears.");
  }
  // Filled once, since what a value names may be readable once only.
  const auto filled = std::make_shared<Filled>();
  command.examine = [form, filled](const Arguments& arguments) {
    *filled = Fill(*form, arguments);
    return filled->problems;
  };
  command.run = [form, filled, verb](Session& session, const Arguments& arguments) {
    return CallVerb(session, *verb.method, *form, *filled->request, arguments);
  };
  return command;
}

}  // namespace oversight::cli
