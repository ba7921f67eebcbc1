#include "concerns-service/service/program.h"

#include <fstream>
#include <sstream>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/observe/config.h"
#include "common/rpc/channel.h"
#include "common/rpc/errors.h"
#include "concerns-service/service/authorization.h"
#include "concerns-service/service/concerns_service.h"
#include "concerns-service/service/service_context.h"

namespace oversight::concerns {
namespace {

absl::StatusOr<Themes> ReadThemes(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return absl::NotFoundError(absl::StrCat("The list of themes cannot be read from ", path, "."));
  std::ostringstream text;
  text << in.rdbuf();
  absl::StatusOr<Themes> themes = Themes::FromJson(text.str());
  if (themes.ok()) return themes;
  return absl::InvalidArgumentError(
      absl::StrCat("The list of themes in ", path, " is faulty: ", themes.status().message()));
}

// The rules of every gRPC service that the program serves.
std::vector<ServiceRules> ServedRules() { return {ConcernsRules()}; }

class ConcernsApplication final : public rpc::Application {
 public:
  ConcernsApplication(rpc::Runtime& runtime, std::unique_ptr<ForceDirectory> forces, Themes themes)
      : forces_(std::move(forces)),
        themes_(std::move(themes)),
        shared_(runtime, *forces_, themes_, ServedRules()),
        concerns_(shared_) {}

  std::vector<grpc::Service*> services() override { return {&concerns_}; }
  void Stop() override { forces_->Stop(); }

 private:
  const std::unique_ptr<ForceDirectory> forces_;
  const Themes themes_;
  ServiceContext shared_;
  ConcernsServiceImpl concerns_;
};

}  // namespace

rpc::BuildApplication MakeBuild(const Settings& settings) {
  return MakeBuild(settings,
                   [&settings](rpc::Runtime& runtime) { return WatchForces(settings.forces, runtime.metrics); });
}

rpc::BuildApplication MakeBuild(const Settings& settings, MakeForceDirectory make_forces) {
  return [&settings, make_forces = std::move(make_forces)](
             rpc::Runtime& runtime) -> absl::StatusOr<std::unique_ptr<rpc::Application>> {
    OVERSIGHT_ASSIGN_OR_RETURN(Themes themes, ReadThemes(settings.themes));
    for (const auto& rules : ServedRules()) {
      OVERSIGHT_RETURN_IF_ERROR(runtime.host.AddService(RoleTable(rules)));
    }
    return std::make_unique<ConcernsApplication>(runtime, make_forces(runtime), std::move(themes));
  };
}

rpc::Program MakeProgram(Settings& settings) {
  rpc::Program program;
  program.name = "concerns-service";
  program.env_prefix = "CONCERNS";
  program.description = "Causes of concern, areas for improvement and their recommendations.";
  for (const auto& rules : ServedRules()) program.services.push_back(rules.service);
  program.listen = "127.0.0.1:7102";
  program.admin_listen = "127.0.0.1:7202";
  program.store = "sqlite:.data/concerns.db";
  program.ledger_name = "ledgers/concerns";
  program.add_flags = [&settings](observe::Flags& flags) {
    rpc::AddTargetFlag(flags, "forces", &settings.forces);
    flags.Add("themes", &settings.themes, "File with the list of themes.", {.validate = observe::IsNotEmpty});
  };
  program.build = MakeBuild(settings);
  return program;
}

}  // namespace oversight::concerns
