#include "gateway/cli/cli.h"

#include <algorithm>
#include <memory>
#include <random>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "common/observe/version.h"
#include "common/rpc/errors.h"
#include "common/rpc/secrets.h"
#include "gateway/cli/arguments.h"
#include "gateway/cli/commands.h"
#include "gateway/cli/find_commands.h"
#include "gateway/cli/help.h"
#include "gateway/cli/show.h"
#include "gateway/cli/verb_command.h"
#include "gateway/cli/words.h"
#include "google/protobuf/util/json_util.h"

namespace oversight::cli {
namespace {

constexpr double kDefaultTimeout = 30, kLeastTimeout = 0.1, kMostTimeout = 3600;

std::string TimeoutProblem(const std::string& value) {
  double seconds = 0;
  const bool good = absl::SimpleAtod(value, &seconds) && seconds >= kLeastTimeout && seconds <= kMostTimeout;
  return good ? "" : absl::StrCat("write seconds, ", kLeastTimeout, " to ", kMostTimeout);
}

// Of every command, so they may stand anywhere; the last of several counts, so that an alias can be overruled.
std::vector<FlagSpec> GeneralFlags() {
  return {
      {.name = "gateway",
       .value = "HOST:PORT",
       .help = absl::StrCat("Address of the gateway's gRPC port; ", ClientOptions().gateway,
                            " when neither this nor OVERSIGHT_GATEWAY is given."),
       .repeated = true,
       .check = &NotEmpty},
      {.name = "as",
       .value = "NAME",
       .help = "Principal to act as, such as liaison-lead; or OVERSIGHT_AS. Believed of a suite that runs insecurely; "
               "elsewhere it picks the token in the folder --token-file.",
       .repeated = true},
      {.name = "tls-ca",
       .value = "FILE",
       .help = "PEM file of the authorities whose certificate the gateway may show: speaks TLS to it. Or "
               "OVERSIGHT_TLS_CA, and likewise for the three that follow.",
       .repeated = true},
      {.name = "tls-cert", .value = "FILE", .help = "PEM file of a certificate of your own.", .repeated = true},
      {.name = "tls-key", .value = "FILE", .help = "PEM file of its private key.", .repeated = true},
      {.name = "tls-name",
       .value = "NAME",
       .help = "DNS name that the gateway's certificate must bear, where that is not the host of --gateway, such as "
               "behind a forwarded port.",
       .repeated = true},
      {.name = "token-file",
       .value = "PATH",
       .help = "Your token, in a file; or a folder with a token for each principal, in NAME.token. Or "
               "OVERSIGHT_TOKEN_FILE; or the token itself in OVERSIGHT_TOKEN.",
       .repeated = true,
       .check = &NotEmpty},
      {.name = "allow-clear-token",
       .help = "Send a token without TLS to another machine. Or OVERSIGHT_ALLOW_CLEAR_TOKEN=true.",
       .repeated = true},
      {.name = "json", .help = "Print JSON, one object per line.", .repeated = true},
      {.name = "timeout",
       .value = "SECONDS",
       .help = absl::StrCat("How long to wait for an answer; ", kDefaultTimeout, " when not given."),
       .repeated = true,
       .check = &TimeoutProblem},
      {.name = "help", .help = "Tell what a command does and takes; also -h.", .repeated = true},
      {.name = "version", .help = "Tell the version and the git commit.", .repeated = true},
  };
}

absl::Status CheckTls(const ClientTls& tls) {
  if (tls.files.ca.empty()) {
    if (tls.files.cert.empty() && tls.files.key.empty() && tls.name.empty()) return absl::OkStatus();
    return UsageError("--tls-cert, --tls-key and --tls-name need --tls-ca.");
  }
  const auto facts = rpc::CheckCertificates(tls.files, rpc::CertificateUse::kClient, absl::Now());
  return facts.ok() ? absl::OkStatus() : UsageError(std::string(facts.status().message()));
}

std::vector<Command> WrittenCommands() {
  std::vector<Command> commands;
  for (auto* group : {&DashboardCommands, &FindCommands, &CaseCommands, &MoveCommands, &PolicyCommands, &LedgerCommands,
                      &BackupCommands, &BulkCommands, &ToolCommands}) {
    for (Command& command : group()) commands.push_back(std::move(command));
  }
  return commands;
}

// The general flags apart from the rest, wherever they stand.
void TakeApart(const std::vector<std::string>& args, const std::vector<FlagSpec>& general,
               std::vector<std::string>& generals, std::vector<std::string>& rest) {
  for (size_t i = 0; i < args.size(); ++i) {
    if (args[i] == "--") {
      rest.insert(rest.end(), args.begin() + static_cast<std::ptrdiff_t>(i), args.end());
      return;
    }
    const auto spec = std::find_if(general.begin(), general.end(), [&](const FlagSpec& each) {
      return args[i] == absl::StrCat("--", each.name) || absl::StartsWith(args[i], absl::StrCat("--", each.name, "="));
    });
    if (spec == general.end() && args[i] != "-h") {
      rest.push_back(args[i]);
      continue;
    }
    generals.push_back(args[i]);
    const bool wants_value = args[i] != "-h" && !spec->value.empty() && !absl::StrContains(args[i], "=");
    if (wants_value && i + 1 < args.size()) generals.push_back(args[++i]);
  }
}

class Program {
 public:
  explicit Program(const Surroundings& around) : around_(around) {
    session_.width = around.width;
    session_.out = around.out;
    session_.err = around.err;
  }

  int Run(const std::vector<std::string>& args) {
    const absl::Status status = Try(args);
    if (!status.ok()) {
      // What was typed and what a service says may hold anything; a terminal must not take it for orders.
      *around_.err << (session_.json ? DescribeJson(status) + "\n" : Visible(Describe(status)));
      const std::string remedy = TlsRemedy(status, session_.options.gateway, session_.options.tls);
      if (!session_.json && !remedy.empty()) *around_.err << "  " << Visible(remedy) << "\n";
      if (!session_.note.empty()) *around_.err << Visible(session_.note) << "\n";
    }
    return ExitCode(status);
  }

 private:
  absl::Status Try(const std::vector<std::string>& args) {
    if (absl::Status status = CheckUtf8(args); !status.ok()) return status;
    std::vector<std::string> generals, rest;
    TakeApart(args, general_, generals, rest);
    Command none;
    none.name.clear();
    const auto general = Parse(none, general_, generals);
    if (!general.ok()) return general.status();
    SetUp(*general);
    const bool help = general->on("help");
    if (general->on("version")) {
      *around_.out << observe::Version() << " (" << observe::GitCommit() << ")\n";
      return absl::OkStatus();
    }
    if (rest.empty()) {
      *(help ? around_.out : around_.err) << Overview(commands_, general_, around_.width);
      return help ? absl::OkStatus() : UsageError("");
    }
    std::string word = rest[0];
    rest.erase(rest.begin());
    if (word == "help") return Help(rest);
    if (word == "verbs") return List(rest);
    if (help) {
      rest.insert(rest.begin(), word);
      return Help(rest);
    }
    if (FindsItsVerb(word)) {
      const auto verb = VerbFor(word, rest);
      if (!verb.ok()) return verb.status();
      return Execute(CommandOf(**verb), rest);
    }
    const auto command = Find(word, rest);
    if (!command.ok()) return command.status();
    return Execute(*command, rest);
  }

  void SetUp(const Arguments& general) {
    session_.json = general.on("json");
    if (!around_.gateway.empty()) session_.options.gateway = around_.gateway;
    if (general.given("gateway")) session_.options.gateway = general.text("gateway");
    session_.options.token_file = general.given("token-file") ? general.text("token-file") : around_.token_file;
    if (!general.given("token-file")) session_.options.token = around_.token;
    session_.options.allow_clear_token = general.on("allow-clear-token") || around_.allow_clear_token;
    session_.options.principal = general.given("as") ? general.text("as") : around_.principal;
    ClientTls& tls = session_.options.tls = around_.tls;
    for (const auto& [name, value] : {std::pair("tls-ca", &tls.files.ca), std::pair("tls-cert", &tls.files.cert),
                                      std::pair("tls-key", &tls.files.key), std::pair("tls-name", &tls.name)}) {
      if (general.given(name)) *value = general.text(name);
    }
    double timeout = kDefaultTimeout;
    if (general.given("timeout")) (void)absl::SimpleAtod(general.text("timeout"), &timeout);
    session_.options.timeout = absl::Seconds(timeout);
  }

  absl::Status Execute(const Command& command, const std::vector<std::string>& args) {
    const auto arguments = Parse(command, {}, args);
    if (!arguments.ok()) return arguments.status();
    OVERSIGHT_RETURN_IF_ERROR(CheckTls(session_.options.tls));
    session_.client = std::make_unique<Client>(session_.options);
    return command.run(session_, *arguments);
  }

  // The command or the verb of that name; where services share a verb, that of the service whose resource is named.
  absl::StatusOr<Command> Find(const std::string& word, const std::vector<std::string>& args) const {
    for (const Command& command : commands_) {
      if (command.name == word) return command;
    }
    const auto verbs = FindVerbs(word);
    if (verbs.size() == 1) return CommandOf(*verbs[0]);
    if (verbs.size() > 1) {
      if (const Verb* owner = OwnerAmong(verbs, args); owner != nullptr) return CommandOf(*owner);
      std::vector<std::string> names;
      names.reserve(verbs.size());
      for (const Verb* verb : verbs) names.push_back(Written(*verb));
      return UsageError(absl::StrCat("Several services have \"", word, "\": write ", JoinAnd(names, "or"), "."));
    }
    std::vector<std::string> known = {"help", "verbs"};
    for (const Command& command : commands_) known.push_back(command.name);
    for (const Verb& verb : Verbs()) known.push_back(Written(verb));
    const std::string nearest = Nearest(word, known);
    return UsageError(absl::StrCat("There is no command \"", word, "\". ",
                                   nearest.empty() ? "" : absl::StrCat("Did you mean ", nearest, "? "),
                                   "`oversight help` and `oversight verbs` list them."));
  }

  static const Verb* OwnerAmong(const std::vector<const Verb*>& verbs, const std::vector<std::string>& args) {
    for (const std::string& arg : args) {
      if (absl::StartsWith(arg, "-")) continue;
      const auto named = FindActions(arg);
      for (const Verb* verb : verbs) {
        if (named.ok() && verb->method->service() == named->verb->method->service()) return verb;
      }
    }
    return nullptr;
  }

  absl::Status Help(const std::vector<std::string>& words) const {
    if (words.empty()) {
      *around_.out << Overview(commands_, general_, around_.width);
      return absl::OkStatus();
    }
    // `help list concerns` means what `list concerns` does.
    const bool lists = words[0] == "list" && words.size() > 1;
    const auto command = Find(lists ? absl::StrCat("list-", Kebab(words[1])) : words[0], {});
    if (!command.ok()) return command.status();
    *around_.out << CommandHelp(*command, around_.width);
    return absl::OkStatus();
  }

  absl::Status List(const std::vector<std::string>& words) const {
    const std::string word = words.empty() ? "" : words[0];
    const std::string list = VerbList(word, around_.width);
    if (list.empty()) return UsageError(absl::StrCat("No verb has \"", word, "\" in it."));
    *around_.out << list;
    return absl::OkStatus();
  }

  const Surroundings around_;
  const std::vector<FlagSpec> general_ = GeneralFlags();
  const std::vector<Command> commands_ = WrittenCommands();
  Session session_;
};

}  // namespace

int Run(const std::vector<std::string>& args, const Surroundings& around) { return Program(around).Run(args); }

FlagSpec RequestIdFlag() {
  return {.name = "request-id",
          .value = "TEXT",
          .help = "Makes the change safe to repeat: the same id gives the first answer again."};
}

std::string RequestId(const Arguments& arguments) {
  if (const std::string& given = arguments.text("request-id"); !given.empty()) return given;
  static auto* const generator = new std::mt19937_64(std::random_device{}());
  return absl::StrFormat("cli-%016x%016x", (*generator)(), (*generator)());
}

void PrintJson(const Session& session, const google::protobuf::Message& message) {
  std::string json;
  google::protobuf::util::JsonPrintOptions options;
  options.always_print_primitive_fields = true;
  const std::unique_ptr<google::protobuf::Message> shown(message.New());
  shown->CopyFrom(message);
  rpc::MaskSecrets(shown.get());
  if (google::protobuf::util::MessageToJsonString(*shown, &json, options).ok()) *session.out << json << std::endl;
}

void PrintAnswer(const Session& session, const google::protobuf::Message& response) {
  if (session.json) return PrintJson(session, response);
  *session.out << Answer(response, session.width);
  if (WasReplayed(response))
    *session.err << "This was done before, by a request of the same id: nothing was changed.\n";
}

}  // namespace oversight::cli
