// The one way a process of the suite is configured: flags, each with an environment variable behind it. The command
// line wins over the environment, the environment over the default. All problems are reported at once.
//
//   struct Config { std::string listen = "127.0.0.1:7101"; absl::Duration drain_delay = absl::Seconds(5); } config;
//   observe::Flags flags("forces-service", "FORCES", "Owns the register of forces.");
//   flags.Add("listen", &config.listen, "Address of the gRPC port.", {.validate = observe::IsListenAddress});
//   flags.Add("drain-delay", &config.drain_delay, "How long to go on serving after the stop signal.");
//   if (auto exit_code = flags.Parse(argc, argv)) return *exit_code;
//
// A flag is written --drain-delay=5s or --drain-delay 5s (a boolean: --insecure or --insecure=false), and
// FORCES_DRAIN_DELAY in the environment, where an empty value counts as absent. A flag given twice takes the last
// value. The targets must outlive the Flags. Not thread-safe while parsing; afterwards reading is.
#pragma once

#include <functional>
#include <iosfwd>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/time.h"

namespace oversight::observe {

// What is wrong with a value, such as "must be host:port"; "" when nothing.
using Validator = std::function<std::string(const std::string& value)>;

struct FlagOptions {
  bool secret = false;  // Its value is never shown. Prefer the path of a file that holds the secret.
  Validator validate;   // Of the value as text. Numbers and durations are checked to be such before.
};

class Flags {
 public:
  Flags(std::string program, std::string env_prefix, std::string description);

  // The present value of the target is the default.
  void Add(const std::string& name, std::string* target, const std::string& help, FlagOptions options = {});
  void Add(const std::string& name, bool* target, const std::string& help, FlagOptions options = {});
  void Add(const std::string& name, int64_t* target, const std::string& help, FlagOptions options = {});
  void Add(const std::string& name, double* target, const std::string& help, FlagOptions options = {});
  void Add(const std::string& name, absl::Duration* target, const std::string& help, FlagOptions options = {});
  // Takes what is not a flag, such as a subcommand. Without it, that is a problem.
  void AddPositionals(std::vector<std::string>* target, const std::string& help);
  // A rule over several flags, checked when each by itself is well: adds what is wrong.
  void AddCheck(std::function<void(std::vector<std::string>& problems)> check);

  // Reads the command line and the environment. Returns the code to exit with when the process should not go on: 0
  // after
  // --help or --version (on stdout), 2 after problems (on stderr, all of them).
  std::optional<int> Parse(int argc, const char* const* argv);

  // The same without a process around it. `args` is without the program's name.
  using Environment = std::function<const char*(const std::string& name)>;
  struct Outcome {
    bool help = false, version = false;
    std::vector<std::string> problems;
  };
  Outcome Resolve(const std::vector<std::string>& args, const Environment& environment);

  // Whether the flag's value is not its default: it was on the command line or in the environment.
  bool Given(const std::string& name) const;

  std::string Help() const;
  // {"listen":{"value":"127.0.0.1:7101","source":"default"},...}: source is default, environment or flag. A secret that
  // is set shows as "(set)".
  std::string EffectiveJson() const;
  // The same as name and value for the line logged at start.
  std::vector<std::pair<std::string, std::string>> Effective() const;

 private:
  using Target = std::variant<std::string*, bool*, int64_t*, double*, absl::Duration*>;
  enum class Source { kDefault, kEnvironment, kFlag };
  struct Flag {
    std::string name, env, help, default_text;
    Target target;
    FlagOptions options;
    Source source = Source::kDefault;
  };
  void AddFlag(const std::string& name, Target target, const std::string& help, FlagOptions options);
  Flag* Find(const std::string& name);
  std::string Suggestion(const std::string& name) const;
  static std::string Assign(Flag& flag, const std::string& text);
  static std::string TextOf(const Flag& flag);
  static std::string ShownTextOf(const Flag& flag);

  std::string program_, env_prefix_, description_, positionals_help_;
  std::vector<Flag> flags_;
  std::vector<std::string>* positionals_ = nullptr;
  std::vector<std::function<void(std::vector<std::string>&)>> checks_;
};

// Validators.
std::string IsListenAddress(const std::string& value);  // host:port, [v6]:port
std::string IsNotEmpty(const std::string& value);
Validator IsOneOf(std::vector<std::string> allowed);
Validator IsBetween(int64_t least, int64_t greatest);  // Whole numbers.
Validator IsDurationBetween(absl::Duration least, absl::Duration greatest);

// "host:port" apart; false when it is malformed. "[::1]:80" gives "::1".
bool SplitHostPort(const std::string& address, std::string* host, int* port);

}  // namespace oversight::observe
