#include "gateway/cli/command.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "gateway/cli/arguments.h"
#include "gateway/cli/words.h"

namespace oversight::cli {
namespace {

const FlagSpec* Find(const std::vector<const FlagSpec*>& specs, const std::string& name) {
  const auto it = std::find_if(specs.begin(), specs.end(), [&](const FlagSpec* spec) {
    return spec->name == name || (!spec->also.empty() && spec->also == name);
  });
  return it == specs.end() ? nullptr : *it;
}

class Parser {
 public:
  Parser(const Command& command, const std::vector<FlagSpec>& general) : command_(command) {
    for (const auto* specs : {&command.positionals, &command.flags, &general}) {
      for (const FlagSpec& spec : *specs) specs_.push_back(&spec);
    }
  }

  absl::StatusOr<Arguments> Run(const std::vector<std::string>& args) {
    bool only_positionals = false;
    for (size_t i = 0; i < args.size(); ++i) {
      const std::string& arg = args[i];
      if (only_positionals || !absl::StartsWith(arg, "-") || arg == "-") {
        TakePositional(arg);
      } else if (arg == "--") {
        only_positionals = true;
      } else if (arg == "-h" || arg == "--help") {
        arguments_.Add("help", "true");
      } else {
        const size_t equals = arg.find('=');
        const FlagSpec* spec = absl::StartsWith(arg, "--") ? Find(specs_, arg.substr(2, equals - 2)) : nullptr;
        if (spec == nullptr) {
          problems_.push_back(Unknown(arg.substr(0, equals)));
          // What follows was meant as its value, unless an argument is missing.
          const bool value_follows = equals == std::string::npos && i + 1 < args.size() && !IsFlag(args[i + 1]);
          if (value_follows && !absl::StartsWith(args[i + 1], "-") && !TakesMore()) ++i;
        } else if (equals != std::string::npos) {
          Take(*spec, arg.substr(equals + 1));
        } else if (spec->value.empty()) {
          Take(*spec, "true");
        } else if (i + 1 < args.size() && !IsFlag(args[i + 1])) {
          Take(*spec, args[++i]);
        } else {
          problems_.push_back(absl::StrCat("--", spec->name, " needs a value: --", spec->name, "=", spec->value));
        }
      }
    }
    if (arguments_.given("help")) return std::move(arguments_);
    for (const FlagSpec* spec : specs_) {
      if (!spec->required || arguments_.given(spec->name) || InsteadOf(*spec)) continue;
      const bool positional =
          spec >= command_.positionals.data() && spec < command_.positionals.data() + command_.positionals.size();
      problems_.push_back(positional ? absl::StrCat(spec->value, " is missing: ", SplitSentence(spec->help).first)
                                     : absl::StrCat("--", spec->name, " is missing: ", SplitSentence(spec->help).first,
                                                    MeantFor(*spec)));
    }
    if (command_.examine) {
      const auto more = command_.examine(arguments_);
      problems_.insert(problems_.end(), more.begin(), more.end());
    }
    if (problems_.empty()) return std::move(arguments_);
    return UsageError(absl::StrCat(absl::StrJoin(problems_, "\n"), "\n`oversight help",
                                   command_.name.empty() ? "" : " ", command_.name, "` says what it takes."));
  }

 private:
  // Whether `arg` is a flag that is known, so that it is not the value of the one before.
  bool IsFlag(const std::string& arg) const {
    return absl::StartsWith(arg, "--") && Find(specs_, arg.substr(2, arg.find('=') - 2)) != nullptr;
  }
  bool InsteadOf(const FlagSpec& spec) const {
    const std::vector<std::string> names = absl::StrSplit(spec.instead, ' ', absl::SkipEmpty());
    return std::any_of(names.begin(), names.end(), [&](const std::string& name) { return arguments_.given(name); });
  }

  // What stands alone by position, where that may be left out, was likely meant for the one flag that may not:
  // `search-concerns custody`.
  std::string MeantFor(const FlagSpec& missing) const {
    const auto needed =
        std::count_if(command_.flags.begin(), command_.flags.end(), [](const FlagSpec& flag) { return flag.required; });
    if (needed != 1 || command_.positionals.size() != 1 || missing.value != "TEXT") return "";
    const FlagSpec& positional = command_.positionals[0];
    if (positional.required || !arguments_.given(positional.name)) return "";
    const std::string& given = arguments_.text(positional.name);
    return absl::StrCat("\nIf \"", given, "\" is that, write: oversight ", command_.name, " --", missing.name, "=\"",
                        given, "\"; if it is ", positional.value, ": oversight ", command_.name, " ", given, " --",
                        missing.name, "=TEXT");
  }

  bool TakesMore() const {
    return std::any_of(command_.positionals.begin(), command_.positionals.end(),
                       [&](const FlagSpec& spec) { return spec.repeated || !arguments_.given(spec.name); });
  }

  void TakePositional(const std::string& arg) {
    for (const FlagSpec& spec : command_.positionals) {
      if (!arguments_.given(spec.name) || spec.repeated) return Take(spec, arg);
    }
    problems_.push_back(absl::StrCat("\"", arg, "\" is one argument too many",
                                     command_.positionals.empty() ? ": the command takes flags only" : ""));
  }

  void Take(const FlagSpec& spec, const std::string& value) {
    const std::string flag = absl::StrCat("--", spec.name);
    if (arguments_.given(spec.name) && !spec.repeated) {
      problems_.push_back(absl::StrCat(flag, " is given twice"));
    } else if (spec.value.empty() && !IsYesOrNo(value)) {
      problems_.push_back(absl::StrCat(flag, "=", value, ": write ", flag, " or ", flag, "=no"));
    } else if (!spec.choices.empty() &&
               std::find(spec.choices.begin(), spec.choices.end(), value) == spec.choices.end()) {
      problems_.push_back(
          absl::StrCat(flag, ": there is no \"", value, "\"; there are ", JoinAnd(spec.choices), Meant(value, spec)));
    } else if (spec.check) {
      if (const std::string problem = spec.check(value); !problem.empty()) {
        problems_.push_back(absl::StrCat(flag, ": ", problem));
      }
    }
    arguments_.Add(spec.name, value);
  }

  static bool IsYesOrNo(const std::string& value) {
    static const auto* const kWords = new std::vector<std::string>{"true", "false", "yes", "no", ""};
    return std::find(kWords->begin(), kWords->end(), absl::AsciiStrToLower(value)) != kWords->end();
  }

  static std::string Meant(const std::string& value, const FlagSpec& spec) {
    const std::string nearest = Nearest(value, spec.choices);
    return nearest.empty() ? "" : absl::StrCat(" (did you mean ", nearest, "?)");
  }

  std::string Unknown(const std::string& flag) const {
    std::vector<std::string> names;
    for (const FlagSpec* spec : specs_) names.push_back(spec->name);
    const std::string nearest = absl::StartsWith(flag, "--") ? Nearest(flag.substr(2), names) : "";
    return absl::StrCat("There is no flag ", flag, " here",
                        nearest.empty() ? "" : absl::StrCat(". Did you mean --", nearest, "?"));
  }

  const Command& command_;
  std::vector<const FlagSpec*> specs_;
  Arguments arguments_;
  std::vector<std::string> problems_;
};

}  // namespace

bool Arguments::on(const std::string& name) const {
  const std::string word = absl::AsciiStrToLower(text(name));
  return word == "true" || word == "yes";
}

const std::string& Arguments::text(const std::string& name) const {
  static const auto* const kNone = new std::string;
  const auto it = values_.find(name);
  return it == values_.end() || it->second.empty() ? *kNone : it->second.back();
}

const std::vector<std::string>& Arguments::all(const std::string& name) const {
  static const auto* const kNone = new std::vector<std::string>;
  const auto it = values_.find(name);
  return it == values_.end() ? *kNone : it->second;
}

absl::StatusOr<Arguments> Parse(const Command& command, const std::vector<FlagSpec>& general,
                                const std::vector<std::string>& args) {
  return Parser(command, general).Run(args);
}

}  // namespace oversight::cli
