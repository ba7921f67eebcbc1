#include <iostream>
#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/cli/arguments.h"
#include "gateway/cli/commands.h"
#include "gateway/cli/scenario.h"
#include "gateway/cli/verbs.h"
#include "oversight/forces/v1/forces_service.pb.h"
#include "oversight/monitoring/v1/register_service.pb.h"

namespace oversight::cli {
namespace {

// As much as ImportForces and ImportHistory take.
constexpr size_t kMostImportBytes = 1 << 20;

absl::Status Import(Session& session, const Arguments& arguments) {
  auto csv = ReadFile(arguments.text("file"), kMostImportBytes);
  if (!csv.ok()) return csv.status();
  const bool dry_run = arguments.on("dry-run");
  forces::v1::ImportForcesRequest request;
  request.set_csv(*std::move(csv));
  request.set_validate_only(dry_run);
  request.set_request_id(RequestId(arguments));
  forces::v1::ImportForcesResponse response;
  const absl::Status status =
      session.client->Call("oversight.forces.v1.ForcesService/ImportForces", request, &response);
  if (!status.ok()) return status;
  if (session.json) {
    PrintJson(session, response);
  } else {
    *session.out << (dry_run ? "Would import: " : "Imported: ") << response.created_count() << " new, "
                 << response.updated_count() << " changed, " << response.unchanged_count() << " unchanged forces.\n";
  }
  return absl::OkStatus();
}

absl::Status ImportHistory(Session& session, const Arguments& arguments) {
  auto csv = ReadFile(arguments.text("file"), kMostImportBytes);
  if (!csv.ok()) return csv.status();
  const bool dry_run = arguments.on("dry-run");
  monitoring::v1::ImportHistoryRequest request;
  request.set_csv(*std::move(csv));
  request.set_validate_only(dry_run);
  request.set_request_id(RequestId(arguments));
  monitoring::v1::ImportHistoryResponse response;
  const absl::Status status =
      session.client->Call("oversight.monitoring.v1.RegisterService/ImportHistory", request, &response);
  if (!status.ok()) return status;
  if (session.json) {
    PrintJson(session, response);
  } else {
    *session.out << (dry_run ? "Would import: " : "Imported: ") << response.decision_count() << " new and "
                 << response.unchanged_count() << " unchanged moves; " << response.begun_episode_count()
                 << " episodes begun, " << response.ended_episode_count() << " ended.\n";
  }
  return absl::OkStatus();
}

absl::Status Call(Session& session, const Arguments& arguments) {
  std::string method = arguments.text("method"), body = arguments.given("request") ? arguments.text("request") : "{}";
  if (const auto verbs = FindVerbs(method); verbs.size() == 1) method = PathOf(*verbs[0]->method);
  if (body == "-") body.assign(std::istreambuf_iterator<char>(std::cin), {});
  const auto answer = session.client->CallJson(method, body, "", session.json);
  if (answer.ok()) *session.out << *answer;
  return answer.status();
}

}  // namespace

std::vector<Command> ToolCommands() {
  std::vector<Command> commands(4);
  commands[0] = {.name = "import",
                 .summary = "Bring the register of forces in line with a CSV file.",
                 .positionals = {{.name = "file",
                                  .value = "FILE",
                                  .help = "The file, such as data/forces.csv.",
                                  .required = true}},
                 .flags = {{.name = "dry-run", .help = "Check and count, store nothing."}, RequestIdFlag()},
                 .run = &Import};
  commands[1] = {.name = "call",
                 .summary = "Call any method with JSON and show the answer as JSON.",
                 .positionals = {{.name = "method",
                                  .value = "METHOD",
                                  .help = "Such as oversight.forces.v1.ForcesService/GetForce, or a verb: get-force.",
                                  .required = true},
                                 {.name = "request",
                                  .value = "JSON",
                                  .help = "The request; - reads it from standard input. {} when not given."}},
                 .run = &Call};
  commands[2] = {.name = "play",
                 .summary = "Play a recorded course of events, such as data/scenarios/west-midlands-2023.json.",
                 .positionals = {{.name = "file", .value = "FILE", .help = "The scenario.", .required = true}},
                 .run = [](Session& session, const Arguments& arguments) {
                   return PlayScenario(arguments.text("file"), *session.client, *session.out);
                 }};
  commands[3] = {.name = "import-history",
                 .summary = "Import moves that were made before this record began from a CSV file.",
                 .details =
                     "All of it is public at once. What was imported before stays as it is, so the same file may "
                     "be imported again.",
                 .positionals = {{.name = "file",
                                  .value = "FILE",
                                  .help = "The file, such as data/history.csv.",
                                  .required = true}},
                 .flags = {{.name = "dry-run", .help = "Check and count, store nothing."}, RequestIdFlag()},
                 .run = &ImportHistory};
  return commands;
}

}  // namespace oversight::cli
