// `oversight bulk FILE`: runs the commands of a file, one on each line, a hundred in a call.
#include <algorithm>
#include <iostream>
#include <iterator>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/ledger/hashing.h"
#include "common/observe/progress.h"
#include "common/rpc/errors.h"
#include "common/rpc/status_mapping.h"
#include "gateway/cli/arguments.h"
#include "gateway/cli/commands.h"
#include "google/protobuf/util/json_util.h"
#include "oversight/concerns/v1/bulk_service.pb.h"

namespace oversight::cli {
namespace {

using concerns::v1::BulkCommand;
using concerns::v1::BulkResult;

constexpr size_t kMostFileBytes = 64 << 20;
// A call takes 100 commands and 4 MiB.
constexpr size_t kMostInACall = 100, kMostBytesInACall = 1 << 20;

struct Line {
  size_t number = 0;
  BulkCommand command;
};

// The message of the command; null when there is none.
google::protobuf::Message* CommandIn(BulkCommand& command) {
  static const auto* const oneof = BulkCommand::descriptor()->FindOneofByName("command");
  const auto* field = command.GetReflection()->GetOneofFieldDescriptor(command, oneof);
  return field == nullptr ? nullptr : command.GetReflection()->MutableMessage(&command, field);
}

// What is the same of a command wherever it stands and however its JSON is set: half of a SHA-256, as digits.
std::string DigestOf(const google::protobuf::Message& command) {
  const std::string hash =
      ledger::Sha256(absl::StrCat(command.GetDescriptor()->full_name(), " ", command.SerializeAsString()));
  return absl::BytesToHexString(hash.substr(0, hash.size() / 2));
}

// The commands of the file, each under a request id of its own, so that the file may be run again, also after some of
// its lines were put right, taken out or added: the id follows from what the command says, and from how many the same
// stand before it. All lines that cannot be read are told at once.
absl::StatusOr<std::vector<Line>> ReadLines(const std::string& text, const std::string& request_id) {
  std::vector<Line> lines;
  Violations violations;
  std::map<std::string, int> seen;  // By digest: how often so far.
  size_t number = 0;
  for (const absl::string_view each : absl::StrSplit(text, '\n')) {
    ++number;
    const std::string json(absl::StripAsciiWhitespace(each));
    if (json.empty()) continue;
    Line line{number, {}};
    const auto parsed = google::protobuf::util::JsonStringToMessage(json, &line.command);
    if (!parsed.ok()) {
      violations.Add(absl::StrCat("line ", number),
                     absl::StrCat("is not a command in JSON: ", std::string(parsed.message())));
      continue;
    }
    google::protobuf::Message* command = CommandIn(line.command);
    if (command == nullptr) {
      violations.Add(absl::StrCat("line ", number),
                     R"(gives no command; write such as {"claimRecommendation": {"name": "...", "statement": "..."}})");
      continue;
    }
    const auto* id = command->GetDescriptor()->FindFieldByName("request_id");
    if (!command->GetReflection()->HasField(*command, id)) {
      const std::string digest = DigestOf(*command);
      const int before = seen[digest]++;
      command->GetReflection()->SetString(
          command, id, absl::StrCat(request_id, "/", digest, before == 0 ? "" : absl::StrCat("/", before + 1)));
    }
    if (line.command.label().empty()) line.command.set_label(absl::StrCat("line ", number));
    lines.push_back(std::move(line));
  }
  OVERSIGHT_RETURN_IF_ERROR(violations.status());
  if (lines.empty()) return absl::InvalidArgumentError("The file has no commands: write one on each line, in JSON.");
  return lines;
}

absl::StatusOr<std::string> TextOf(const std::string& file) {
  if (file == "-") return std::string(std::istreambuf_iterator<char>(std::cin), {});
  return ReadFile(file, kMostFileBytes);
}

void Print(const Session& session, const Line& line, const BulkResult& result, bool trial) {
  if (session.json) return PrintJson(session, result);
  const std::string own = absl::StrCat("line ", line.number);
  const std::string who = result.label() == own ? own : absl::StrCat(own, ", ", result.label());
  if (result.has_error()) {
    *session.out << who << ": " << Describe(rpc::FromMessage(result.error()));
  } else {
    *session.out << who << (trial ? ": would be done\n" : absl::StrCat(": done, ", result.name(), "\n"));
  }
}

absl::Status Run(Session& session, const Arguments& arguments) {
  const bool trial = arguments.on("dry-run");
  const std::string id = RequestId(arguments);
  auto text = TextOf(arguments.text("file"));
  if (!text.ok()) return text.status();
  auto read = ReadLines(*text, id);
  if (!read.ok()) return read.status();
  const std::vector<Line>& lines = *read;
  const auto total = static_cast<int64_t>(lines.size());
  observe::Progress progress("bulk", "commands");
  int64_t done = 0, refused = 0;
  for (size_t at = 0; at < lines.size();) {
    concerns::v1::RunCommandsRequest request;
    request.set_validate_only(trial);
    const size_t first = at;
    for (size_t bytes = 0; at < lines.size() && at - first < kMostInACall; ++at) {
      bytes += lines[at].command.ByteSizeLong();
      if (bytes > kMostBytesInACall && at > first) break;
      *request.add_commands() = lines[at].command;
    }
    concerns::v1::RunCommandsResponse response;
    const absl::Status status =
        session.client->Call("oversight.concerns.v1.BulkService/RunCommands", request, &response);
    if (!status.ok()) {
      session.note = absl::StrCat("From line ", lines[first].number, " on nothing is known to be done.");
      if (!trial) {
        absl::StrAppend(&session.note, " Run the file again with --request-id=", id,
                        ": what was done is not done a second time.");
      }
      return status;
    }
    for (const BulkResult& result : response.results()) {
      Print(session, lines[first + static_cast<size_t>(result.index())], result, trial);
    }
    done += response.done_count();
    refused += response.refused_count();
    progress.Show(done + refused, total);
  }
  if (!session.json) {
    *session.out << done << (trial ? " would be done, " : " done, ") << refused << (trial ? " would be" : "")
                 << " refused.\n";
  }
  if (refused == 0) return absl::OkStatus();
  if (!trial) {
    session.note = absl::StrCat("Put the lines right, and run the file again with --request-id=", id,
                                ": what was done is not done a second time.");
  }
  return absl::FailedPreconditionError(absl::StrCat(refused, " of ", total, total == 1 ? " command " : " commands ",
                                                    trial          ? "would be"
                                                    : refused == 1 ? "was"
                                                                   : "were",
                                                    " refused."));
}

}  // namespace

std::vector<Command> BulkCommands() {
  return {
      {.name = "bulk",
       .summary = "Run the commands of a file, one on each line, and tell of each what became of it.",
       .details = "A line is JSON: the command by the name of its call, with its request, such as "
                  R"({"claimRecommendation": {"name": "forces/kent/concerns/1/recommendations/1", "statement": )"
                  R"("Done."}}, and a "label" if you like. BulkCommand has those there are. They run in order, each )"
                  "with its own checks; one that is refused does not stop the rest. When a line cannot be read, "
                  "nothing is run.",
       .positionals = {{.name = "file", .value = "FILE", .help = "The file; - is standard input.", .required = true}},
       .flags = {{.name = "dry-run", .help = "Tell what would become of each alone and now, store nothing."},
                 RequestIdFlag()},
       .notes = "Ends with 1 when a command was refused. Run a file again with the same --request-id: lines that were "
                "done are not done again, lines that were refused are tried again.",
       .run = &Run}};
}

}  // namespace oversight::cli
