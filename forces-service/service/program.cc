#include "forces-service/service/program.h"

#include <vector>

#include "common/rpc/errors.h"
#include "forces-service/service/authorization.h"
#include "forces-service/service/forces_service.h"

namespace oversight::forces {
namespace {

class ForcesApplication final : public rpc::Application {
 public:
  explicit ForcesApplication(rpc::Runtime& runtime) : service_(runtime) {}
  std::vector<grpc::Service*> services() override { return {&service_}; }

 private:
  ForcesServiceImpl service_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<rpc::Application>> BuildApplication(rpc::Runtime& runtime) {
  OVERSIGHT_RETURN_IF_ERROR(runtime.host.AddService(MakeAuthorizationTable()));
  return std::make_unique<ForcesApplication>(runtime);
}

rpc::Program MakeProgram() {
  rpc::Program program;
  program.name = "forces-service";
  program.env_prefix = "FORCES";
  program.description = "The register of the forces that the inspectorate watches.";
  program.services = {v1::ForcesService::service_full_name()};
  program.listen = "127.0.0.1:7101";
  program.admin_listen = "127.0.0.1:7201";
  program.store = "sqlite:.data/forces.db";
  program.ledger_name = "ledgers/forces";
  program.build = BuildApplication;
  return program;
}

}  // namespace oversight::forces
