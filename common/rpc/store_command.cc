#include "common/rpc/store_command.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdio>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/ledger/store.h"
#include "common/rpc/archive_commands.h"
#include "common/rpc/errors.h"

namespace oversight::rpc {
namespace {

struct Command {
  const char* name;
  const char* help;  // for the list in the help of the service
  const char* more;  // what else its own help says
  const char* file;  // what its argument is for; null: it takes none
  const char* head;  // what a kept head is for; null: it takes none
  absl::Status (*run)(const Program& program, const StoreArguments& arguments);
};

void Print(const std::string& text) { std::fputs(text.c_str(), stdout); }

absl::Status Migrate(const Program&, const StoreArguments& arguments) {
  OVERSIGHT_ASSIGN_OR_RETURN(const std::unique_ptr<ledger::Engine> engine, ledger::EngineFor(arguments.store));
  OVERSIGHT_ASSIGN_OR_RETURN(const ledger::SchemaChange schema, engine->Migrate());
  engine->Close();
  if (arguments.json) {
    Print(absl::StrCat("{\"from\":", schema.from, ",\"to\":", schema.to, "}\n"));
  } else if (schema.from == schema.to) {
    Print(absl::StrCat("The schema is ", schema.to, ", the one this program knows. Nothing to do.\n"));
  } else {
    Print(absl::StrCat("The schema went from ", schema.from, schema.from == 0 ? " (none)" : "", " to ", schema.to,
                       ".\n"));
  }
  return absl::OkStatus();
}

const std::vector<Command>& Commands() {
  static const auto* commands = new std::vector<Command>{
      {"migrate", "Bring the schema of the store up to this program's version.",
       "Makes the store when there is none. Several may run at once, and beside older replicas on PostgreSQL: an "
       "advisory "
       "lock lets one through at a time. A schema newer than this program is refused and left alone.",
       nullptr, nullptr, Migrate},
      {"restore", "Fill an empty store from an exported file, such as one of a backup.",
       "Usage: restore FILE. Keeps everything as it was: the id of the store, revisions, times, hashes, what requests "
       "were answered. The file may come from another kind of store, and may be compressed. It is verified on the way; "
       "a restore that does not come to its end leaves a store on which no service starts, and is to be run again.",
       "The exported file.", "A file in which an older head was kept: the log must go on from it.", RestoreStore},
      {"export", "Write the whole log to a file that can be verified and restored.",
       "Usage: export FILE. Compressed when its name ends in .gz. The file appears when it is whole. To export from a "
       "service that runs, use `oversight export`.",
       "The file to write.", nullptr, ExportStore},
      {"verify", "Check that the log in the store is whole and unchanged. Names the first bad revision.",
       "Exit code 0: sound, 1: not sound. For a service that runs, use `oversight verify`.", nullptr,
       "A file in which an older head was kept: the log must go on from it.", VerifyStore},
  };
  return *commands;
}

int ExitCode(const absl::Status& status) {
  if (!ErrorMetadata(status, "lock").empty()) return 3;
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return 0;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kDeadlineExceeded:
      return 3;
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kUnknown:
      return 4;
    default:
      return 1;
  }
}

std::string IsStore(const std::string& value) {
  // An address is checked with the flags, before they are logged: it may hold a password where none belongs.
  if (value.rfind("postgres", 0) != 0) return observe::IsNotEmpty(value);
  const auto engine = ledger::EngineFor(value);
  return engine.ok() ? "" : std::string(engine.status().message());
}

}  // namespace

std::optional<int> RunStoreCommand(int argc, const char* const* argv, const Program& program) {
  if (argc < 2 || argv[1][0] == '-' || argv[1][0] == '\0' || !program.has_store) return std::nullopt;
  const std::string name = argv[1];
  for (const Command& command : Commands()) {
    if (name != command.name) continue;
    StoreArguments arguments;
    arguments.store = program.store;
    observe::Flags flags(absl::StrCat(program.name, " ", name), program.env_prefix,
                         absl::StrCat(command.help, "\n\n", command.more));
    AddStoreFlag(flags, &arguments.store);
    flags.Add("json", &arguments.json, "Print the result as one line of JSON.");
    if (command.head != nullptr) flags.Add("head", &arguments.head, command.head);
    if (command.file != nullptr) {
      flags.AddPositionals(&arguments.files, command.file);
      flags.AddCheck([&arguments](std::vector<std::string>& problems) {
        if (arguments.files.size() != 1) problems.emplace_back("one file is to be named");
      });
    }
    if (const std::optional<int> exit_code = flags.Parse(argc - 1, argv + 1)) return exit_code;
    // What the engines log is for whoever reads the result too, but not part of it.
    spdlog::set_default_logger(spdlog::stderr_logger_mt("store"));
    spdlog::set_level(spdlog::level::warn);
    const absl::Status status = command.run(program, arguments);
    if (!status.ok()) {
      std::fflush(stdout);
      std::fprintf(stderr, "%s %s: %s\n", program.name.c_str(), command.name, std::string(status.message()).c_str());
    }
    return ExitCode(status);
  }
  std::fprintf(stderr, "%s: \"%s\" is no command. There are: %s; or flags alone, which start the service.\n",
               program.name.c_str(), name.c_str(),
               absl::StrJoin(Commands(), ", ", [](std::string* out, const Command& command) {
                 absl::StrAppend(out, command.name);
               }).c_str());
  return 2;
}

std::string StoreCommandsHelp(const Program& program) {
  if (!program.has_store) return "";
  std::string text =
      "\n\nWithout a command it starts the service. Commands that work on the store while no service does:\n";
  for (const Command& command : Commands()) absl::StrAppend(&text, "  ", command.name, ": ", command.help, "\n");
  absl::StrAppend(&text, "See ", program.name, " COMMAND --help.");
  return text;
}

void AddStoreFlag(observe::Flags& flags, std::string* target) {
  flags.Add("store", target, "Where the records are kept: sqlite:PATH or postgres://HOST/DATABASE.",
            {.validate = IsStore});
}

}  // namespace oversight::rpc
