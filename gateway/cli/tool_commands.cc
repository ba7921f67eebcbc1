#include <iostream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "gateway/cli/arguments.h"
#include "gateway/cli/commands.h"
#include "gateway/cli/scenario.h"
#include "oversight/forces/v1/forces_service.pb.h"

namespace oversight::cli {
namespace {

// As much as ImportForces takes.
constexpr size_t kMostImportBytes = 1 << 20;

absl::Status Import(Session& session, const std::string& path, bool dry_run) {
  auto csv = ReadFile(path, kMostImportBytes);
  if (!csv.ok()) return csv.status();
  forces::v1::ImportForcesRequest request;
  request.set_csv(*std::move(csv));
  request.set_validate_only(dry_run);
  request.set_request_id(session.request_id.empty() ? NewRequestId() : session.request_id);
  forces::v1::ImportForcesResponse response;
  const absl::Status status =
      session.client->Call("oversight.forces.v1.ForcesService/ImportForces", request, &response);
  if (!status.ok()) return status;
  if (session.json) {
    PrintJson(response);
  } else {
    std::cout << (dry_run ? "Would import: " : "Imported: ") << response.created_count() << " new, "
              << response.updated_count() << " changed, " << response.unchanged_count() << " unchanged forces.\n";
  }
  return absl::OkStatus();
}

absl::Status Call(Session& session, const std::string& method, std::string body) {
  if (body == "-") body.assign(std::istreambuf_iterator<char>(std::cin), {});
  const auto answer = session.client->CallJson(method, body, "", session.json);
  if (answer.ok()) std::cout << *answer;
  return answer.status();
}

}  // namespace

void AddToolCommands(CLI::App& app, Session& session) {
  {
    auto path = std::make_shared<std::string>();
    auto dry_run = std::make_shared<bool>(false);
    auto* import = app.add_subcommand("import", "Bring the register of forces in line with a CSV file");
    import->add_option("file", *path, "The file, such as data/forces.csv")->required();
    import->add_flag("--dry-run", *dry_run, "Check and count, store nothing");
    import->callback([&session, path, dry_run] {
      session.run = [&session, path, dry_run] { return Import(session, *path, *dry_run);
  };
});
}  // namespace oversight::cli
{
  auto method = std::make_shared<std::string>();
  auto body = std::make_shared<std::string>("{}");
  auto* call = app.add_subcommand("call", "Call any RPC of the suite with JSON");
  call->add_option("method", *method, "Such as oversight.forces.v1.ForcesService/GetForce")->required();
  call->add_option("request", *body, "The request in JSON; - reads it from standard input");
  call->callback(
      [&session, method, body] { session.run = [&session, method, body] { return Call(session, *method, *body); }; });
}
{
  auto path = std::make_shared<std::string>();
  auto* play =
      app.add_subcommand("play", "Play a recorded course of events, such as data/scenarios/west-midlands-2023.json");
  play->add_option("file", *path, "The scenario")->required();
  play->callback(
      [&session, path] { session.run = [&session, path] { return PlayScenario(*path, *session.client, std::cout); }; });
}
}

}  // namespace oversight::cli
