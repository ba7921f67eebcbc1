// One command of `oversight` as data: what it takes, what its help says, what it does. Verbs are made from the contract
// (verb_command.h), the others are written out (commands.h); one parser and one help serve both. Values; one thread.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace oversight::cli {

struct Session;

// A flag, or an argument by position, which may be given as a flag too.
struct FlagSpec {
  std::string name;   // "display-name"
  std::string value;  // What stands for its value in help, such as TEXT; empty: a switch, on when it is there.
  std::string help;
  std::string limits;  // More for help: what it may be, and what it is when it is not given.
  bool required = false;
  bool repeated = false;
  // Another way to write it, and flags that make it not required.
  std::string also, instead;
  // The values there are; empty: any.
  std::vector<std::string> choices;
  // What is wrong with a value; "" when nothing is.
  std::function<std::string(const std::string& value)> check;
};

// What was given, by the name of the flag, in order.
class Arguments {
 public:
  bool given(const std::string& name) const { return values_.count(name) > 0; }
  // Whether a switch is on: --issue, and not --issue=no.
  bool on(const std::string& name) const;
  // The value, the last when there are several; "" when it was not given, "true" for a switch.
  const std::string& text(const std::string& name) const;
  const std::vector<std::string>& all(const std::string& name) const;
  void Add(const std::string& name, std::string value) { values_[name].push_back(std::move(value)); }

 private:
  std::map<std::string, std::vector<std::string>> values_;
};

struct Command {
  std::string name;
  std::string summary;  // A sentence.
  std::string details;  // Paragraphs behind it; may be empty.
  std::vector<FlagSpec> positionals;
  std::vector<FlagSpec> flags;
  std::string notes;  // Behind the flags: errors, examples. May be empty.
  // What is wrong with what was given, beyond what each flag says of itself; all of it. May be unset. Parse asks it, so
  // `run` comes after it.
  std::function<std::vector<std::string>(const Arguments&)> examine;
  std::function<absl::Status(Session&, const Arguments&)> run;
};

// Reads what stands behind the name of a command. Flags of `general` may be among them. A usage error with every
// problem, each on its line, when something is wrong. With --help or -h nothing is.
absl::StatusOr<Arguments> Parse(const Command& command, const std::vector<FlagSpec>& general,
                                const std::vector<std::string>& args);

}  // namespace oversight::cli
