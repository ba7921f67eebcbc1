#include "common/observe/config.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "common/observe/edit_distance.h"
#include "common/observe/json_log.h"
#include "common/observe/version.h"

namespace oversight::observe {
namespace {

constexpr int kExitProblems = 2;  // What shells and POSIX tools use for wrong usage.

bool ParseBool(const std::string& text, bool* value) {
  const std::string lower = absl::AsciiStrToLower(text);
  if (lower == "true" || lower == "1" || lower == "yes") {
    *value = true;
  } else if (lower == "false" || lower == "0" || lower == "no") {
    *value = false;
  } else {
    return false;
  }
  return true;
}

}  // namespace

Flags::Flags(std::string program, std::string env_prefix, std::string description)
    : program_(std::move(program)), env_prefix_(std::move(env_prefix)), description_(std::move(description)) {}

void Flags::Add(const std::string& name, std::string* target, const std::string& help, FlagOptions options) {
  AddFlag(name, target, help, std::move(options));
}
void Flags::Add(const std::string& name, bool* target, const std::string& help, FlagOptions options) {
  AddFlag(name, target, help, std::move(options));
}
void Flags::Add(const std::string& name, int64_t* target, const std::string& help, FlagOptions options) {
  AddFlag(name, target, help, std::move(options));
}
void Flags::Add(const std::string& name, double* target, const std::string& help, FlagOptions options) {
  AddFlag(name, target, help, std::move(options));
}
void Flags::Add(const std::string& name, absl::Duration* target, const std::string& help, FlagOptions options) {
  AddFlag(name, target, help, std::move(options));
}

void Flags::AddFlag(const std::string& name, Target target, const std::string& help, FlagOptions options) {
  Flag flag;
  flag.name = name;
  flag.env = absl::StrCat(env_prefix_, "_", absl::AsciiStrToUpper(absl::StrReplaceAll(name, {{"-", "_"}})));
  flag.help = help;
  flag.target = target;
  flag.options = std::move(options);
  flag.default_text = TextOf(flag);
  flags_.push_back(std::move(flag));
}

void Flags::AddPositionals(std::vector<std::string>* target, const std::string& help) {
  positionals_ = target;
  positionals_help_ = help;
}

void Flags::AddCheck(std::function<void(std::vector<std::string>&)> check) { checks_.push_back(std::move(check)); }

Flags::Flag* Flags::Find(const std::string& name) {
  const auto it = std::find_if(flags_.begin(), flags_.end(), [&name](const Flag& flag) { return flag.name == name; });
  return it == flags_.end() ? nullptr : &*it;
}

std::string Flags::Suggestion(const std::string& name) const {
  std::string best;
  size_t least = 3;  // More than two letters apart is another word.
  for (const Flag& flag : flags_) {
    if (const size_t distance = EditDistance(name, flag.name); distance < least) {
      least = distance;
      best = flag.name;
    }
  }
  return best.empty() ? "see --help" : absl::StrCat("did you mean --", best, "?");
}

std::string Flags::Assign(Flag& flag, const std::string& text) {
  if (auto* const* string = std::get_if<std::string*>(&flag.target)) {
    **string = text;
  } else if (auto* const* boolean = std::get_if<bool*>(&flag.target)) {
    if (!ParseBool(text, *boolean)) return "must be true or false";
  } else if (auto* const* integer = std::get_if<int64_t*>(&flag.target)) {
    if (!absl::SimpleAtoi(text, *integer)) return "must be a whole number";
  } else if (auto* const* number = std::get_if<double*>(&flag.target)) {
    if (!absl::SimpleAtod(text, *number)) return "must be a number";
  } else if (auto* const* duration = std::get_if<absl::Duration*>(&flag.target)) {
    if (!absl::ParseDuration(text, *duration)) return "must be a duration such as 500ms, 5s or 1m30s";
  }
  return flag.options.validate ? flag.options.validate(text) : std::string();
}

std::string Flags::TextOf(const Flag& flag) {
  if (auto* const* string = std::get_if<std::string*>(&flag.target)) return **string;
  if (auto* const* boolean = std::get_if<bool*>(&flag.target)) return **boolean ? "true" : "false";
  if (auto* const* integer = std::get_if<int64_t*>(&flag.target)) return absl::StrCat(**integer);
  if (auto* const* number = std::get_if<double*>(&flag.target)) return absl::StrCat(**number);
  return absl::FormatDuration(*std::get<absl::Duration*>(flag.target));
}

std::string Flags::ShownTextOf(const Flag& flag) {
  const std::string text = TextOf(flag);
  return flag.options.secret && !text.empty() ? "(set)" : text;
}

Flags::Outcome Flags::Resolve(const std::vector<std::string>& args, const Environment& environment) {
  Outcome outcome;
  std::map<const Flag*, std::string> texts;
  for (Flag& flag : flags_) {
    flag.source = Source::kDefault;
    texts[&flag] = flag.default_text;
    if (const char* value = environment(flag.env); value != nullptr && *value != '\0') {
      texts[&flag] = value;
      flag.source = Source::kEnvironment;
    }
  }
  bool only_positionals = false;
  for (size_t i = 0; i < args.size(); ++i) {
    const std::string& arg = args[i];
    if (!only_positionals && arg == "--") {
      only_positionals = true;
      continue;
    }
    if (only_positionals || arg.size() < 2 || arg[0] != '-') {
      if (positionals_ != nullptr) {
        positionals_->push_back(arg);
      } else {
        outcome.problems.push_back(absl::StrCat("\"", arg, "\": takes no arguments other than flags; see --help"));
      }
      continue;
    }
    if (arg == "-h" || arg == "--help") {
      outcome.help = true;
      continue;
    }
    if (arg == "--version") {
      outcome.version = true;
      continue;
    }
    const size_t equals = arg.find('=');
    const std::string name =
        arg.compare(0, 2, "--") == 0 ? arg.substr(2, equals == std::string::npos ? equals : equals - 2) : "";
    Flag* flag = Find(name);
    if (flag == nullptr) {
      outcome.problems.push_back(absl::StrCat(arg.substr(0, equals), ": no such flag; ", Suggestion(name)));
      continue;
    }
    if (equals != std::string::npos) {
      texts[flag] = arg.substr(equals + 1);
    } else if (std::holds_alternative<bool*>(flag->target)) {
      texts[flag] = "true";
    } else if (i + 1 < args.size() && args[i + 1].compare(0, 2, "--") != 0) {
      texts[flag] = args[++i];
    } else {
      outcome.problems.push_back(absl::StrCat("--", name, ": needs a value"));
      continue;
    }
    flag->source = Source::kFlag;
  }
  for (Flag& flag : flags_) {
    const std::string& text = texts[&flag];
    if (const std::string problem = Assign(flag, text); !problem.empty()) {
      const std::string where = flag.source == Source::kEnvironment ? absl::StrCat(flag.env, " (for --", flag.name, ")")
                                                                    : absl::StrCat("--", flag.name);
      const std::string shown = flag.options.secret ? "" : absl::StrCat(" is \"", text, "\" but");
      outcome.problems.push_back(absl::StrCat(where, shown, " ", problem));
    }
  }
  if (outcome.problems.empty()) {
    for (const auto& check : checks_) check(outcome.problems);
  }
  return outcome;
}

std::optional<int> Flags::Parse(int argc, const char* const* argv) {
  std::vector<std::string> args;
  for (int i = 1; i < argc; ++i) args.emplace_back(argv[i]);
  const Outcome outcome =
      Resolve(args, [](const std::string& name) -> const char* { return std::getenv(name.c_str()); });
  if (outcome.help) {
    std::fputs(Help().c_str(), stdout);
    return 0;
  }
  if (outcome.version) {
    std::printf("%s %s (%s)\n", program_.c_str(), Version().c_str(), GitCommit().c_str());
    return 0;
  }
  if (outcome.problems.empty()) return std::nullopt;
  std::fprintf(stderr, "%s: %zu problem%s with the configuration:\n", program_.c_str(), outcome.problems.size(),
               outcome.problems.size() == 1 ? "" : "s");
  for (const std::string& problem : outcome.problems) std::fprintf(stderr, "  %s\n", problem.c_str());
  return kExitProblems;
}

bool Flags::Given(const std::string& name) const {
  return std::any_of(flags_.begin(), flags_.end(),
                     [&](const Flag& flag) { return flag.name == name && flag.source != Source::kDefault; });
}

std::string Flags::Help() const {
  std::string text = absl::StrCat(program_, ": ", description_, "\n\nUsage: ", program_, " [flags]",
                                  positionals_ == nullptr ? "" : " [arguments]", "\n");
  if (positionals_ != nullptr) absl::StrAppend(&text, "\nArguments:\n  ", positionals_help_, "\n");
  absl::StrAppend(&text, "\nFlags (each also as a variable of the environment; the flag wins):\n");
  for (const Flag& flag : flags_) {
    const std::string value = flag.options.secret ? "..." : flag.default_text;
    absl::StrAppend(&text, "  --", flag.name, "=", value, "  [", flag.env, "]\n      ", flag.help, "\n");
  }
  absl::StrAppend(&text, "  --help\n      Shows this.\n  --version\n      Shows the version and the git commit.\n");
  return text;
}

std::vector<std::pair<std::string, std::string>> Flags::Effective() const {
  std::vector<std::pair<std::string, std::string>> result;
  for (const Flag& flag : flags_) result.emplace_back(flag.name, ShownTextOf(flag));
  return result;
}

std::string Flags::EffectiveJson() const {
  std::string json = "{";
  for (const Flag& flag : flags_) {
    if (json.size() > 1) json += ',';
    AppendJsonString(flag.name, json);
    json += ":{\"value\":";
    AppendJsonString(ShownTextOf(flag), json);
    json += ",\"source\":";
    json += flag.source == Source::kDefault ? "\"default\""
            : flag.source == Source::kFlag  ? "\"flag\""
                                            : "\"environment\"";
    json += '}';
  }
  return json + "}";
}

bool SplitHostPort(const std::string& address, std::string* host, int* port) {
  const size_t colon = address.rfind(':');
  if (colon == std::string::npos || colon == 0) return false;
  std::string name = address.substr(0, colon);
  const std::string digits = address.substr(colon + 1);
  if (name.front() == '[') {
    if (name.size() < 3 || name.back() != ']') return false;
    name = name.substr(1, name.size() - 2);
  } else if (name.find_first_of(":]") != std::string::npos) {
    return false;  // IPv6 without brackets: where the port begins would be a guess.
  }
  int number = 0;
  if (digits.empty() || digits.size() > 5 || digits.find_first_not_of("0123456789") != std::string::npos ||
      !absl::SimpleAtoi(digits, &number) || number > 65535) {
    return false;
  }
  *host = name;
  *port = number;
  return true;
}

std::string IsListenAddress(const std::string& value) {
  std::string host;
  int port = 0;
  return SplitHostPort(value, &host, &port) ? "" : "must be host:port, such as 127.0.0.1:7101";
}

std::string IsNotEmpty(const std::string& value) { return value.empty() ? "must be given" : ""; }

Validator IsOneOf(std::vector<std::string> allowed) {
  return [allowed = std::move(allowed)](const std::string& value) -> std::string {
    if (std::find(allowed.begin(), allowed.end(), value) != allowed.end()) return "";
    return absl::StrCat("must be one of ", absl::StrJoin(allowed, ", "));
  };
}

Validator IsBetween(int64_t least, int64_t greatest) {
  return [=](const std::string& value) -> std::string {
    int64_t number = 0;
    if (absl::SimpleAtoi(value, &number) && number >= least && number <= greatest) return "";
    return absl::StrCat("must be from ", least, " to ", greatest);
  };
}

Validator IsDurationBetween(absl::Duration least, absl::Duration greatest) {
  return [=](const std::string& value) -> std::string {
    absl::Duration duration;
    if (absl::ParseDuration(value, &duration) && duration >= least && duration <= greatest) return "";
    return absl::StrCat("must be from ", absl::FormatDuration(least), " to ", absl::FormatDuration(greatest));
  };
}

}  // namespace oversight::observe
