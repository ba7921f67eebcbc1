#include "monitoring-service/service/program.h"

#include <utility>
#include <vector>

#include "common/rpc/channel.h"
#include "common/rpc/errors.h"
#include "monitoring-service/domain/ladder.h"
#include "monitoring-service/service/authorization.h"
#include "monitoring-service/service/monitoring_service.h"
#include "monitoring-service/service/owners.h"
#include "monitoring-service/service/record_ladders.h"

namespace oversight::monitoring {
namespace {

class MonitoringApplication final : public rpc::Application {
 public:
  MonitoringApplication(rpc::Runtime& runtime, Ladders ladders, std::unique_ptr<Owners> owners)
      : owners_(std::move(owners)), service_(runtime, std::move(ladders), *owners_) {}

  std::vector<grpc::Service*> services() override { return {&service_}; }
  void Stop() override { owners_->Stop(); }

 private:
  std::unique_ptr<Owners> owners_;
  MonitoringServiceImpl service_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<rpc::Application>> BuildApplication(rpc::Runtime& runtime, const Options& options) {
  OVERSIGHT_ASSIGN_OR_RETURN(Ladders ladders, Ladders::Load(options.ladders));
  OVERSIGHT_RETURN_IF_ERROR(runtime.host.AddService(RoleTable()));
  OVERSIGHT_RETURN_IF_ERROR(RecordLadders(*runtime.ledger, ladders));
  return std::make_unique<MonitoringApplication>(runtime, std::move(ladders),
                                                 WatchOwners(options.forces, options.concerns, runtime.metrics));
}

rpc::Program MakeProgram() {
  rpc::Program program;
  program.name = "monitoring-service";
  program.env_prefix = "MONITORING";
  program.description = "Which stage each force is in, and the proposals, decisions and episodes behind it.";
  program.services = {v1::MonitoringService::service_full_name()};
  program.listen = "127.0.0.1:7103";
  program.admin_listen = "127.0.0.1:7203";
  program.store = "sqlite:.data/monitoring.db";
  program.ledger_name = "ledgers/monitoring";
  const auto options = std::make_shared<Options>();
  program.add_flags = [options](observe::Flags& flags) {
    rpc::AddTargetFlag(flags, "forces", &options->forces);
    rpc::AddTargetFlag(flags, "concerns", &options->concerns);
    flags.Add("ladders", &options->ladders, "File with the ladders of stages.", {.validate = observe::IsNotEmpty});
  };
  program.build = [options](rpc::Runtime& runtime) { return BuildApplication(runtime, *options); };
  return program;
}

}  // namespace oversight::monitoring
