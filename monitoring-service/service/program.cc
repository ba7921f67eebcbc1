#include "monitoring-service/service/program.h"

#include <string>
#include <utility>
#include <vector>

#include "common/rpc/channel.h"
#include "common/rpc/errors.h"
#include "common/rpc/resources.h"
#include "common/rpc/watch_shape.h"
#include "monitoring-service/domain/ladder.h"
#include "monitoring-service/service/advice_service.h"
#include "monitoring-service/service/authorization.h"
#include "monitoring-service/service/disclosures_service.h"
#include "monitoring-service/service/kinds.h"
#include "monitoring-service/service/monitoring_service.h"
#include "monitoring-service/service/owners.h"
#include "monitoring-service/service/record_ladders.h"
#include "monitoring-service/service/scheduler.h"
#include "monitoring-service/service/take_effect.h"

namespace oversight::monitoring {
namespace {

class MonitoringApplication final : public rpc::Application {
 public:
  MonitoringApplication(rpc::Runtime& runtime, Ladders ladders, std::unique_ptr<Owners> owners)
      : ladders_(std::move(ladders)),
        owners_(std::move(owners)),
        resources_(*runtime.ledger, runtime.clock),
        scheduler_("principals/monitoring-service", resources_, rpc::ShapeOf<v1::WatchMonitoringResponse>(),
                   runtime.metrics),
        monitoring_(runtime, ladders_, *owners_, resources_),
        advice_(runtime, *owners_, resources_),
        disclosures_(runtime, *owners_, resources_) {
    RegisterKinds(resources_);
    scheduler_.Register(TakingEffect(ladders_, *owners_));
    owners_->Start([this](const std::vector<std::string>& names) { LookAgainAtDecisions(scheduler_, names); });
    scheduler_.Start();
  }

  std::vector<grpc::Service*> services() override { return {&monitoring_, &advice_, &disclosures_}; }
  void Stop() override {
    scheduler_.Stop();
    owners_->Stop();
  }

 private:
  const Ladders ladders_;
  const std::unique_ptr<Owners> owners_;
  rpc::Resources resources_;
  Scheduler scheduler_;
  MonitoringServiceImpl monitoring_;
  AdviceServiceImpl advice_;
  DisclosuresServiceImpl disclosures_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<rpc::Application>> BuildApplication(rpc::Runtime& runtime, const Options& options) {
  OVERSIGHT_ASSIGN_OR_RETURN(Ladders ladders, Ladders::Load(options.ladders));
  for (auto& table : RoleTables()) OVERSIGHT_RETURN_IF_ERROR(runtime.host.AddService(std::move(table)));
  OVERSIGHT_RETURN_IF_ERROR(RecordLadders(*runtime.ledger, ladders));
  return std::make_unique<MonitoringApplication>(runtime, std::move(ladders),
                                                 WatchOwners(options.forces, options.concerns, runtime.metrics));
}

rpc::Program MakeProgram() {
  rpc::Program program;
  program.name = "monitoring-service";
  program.env_prefix = "MONITORING";
  program.description = "Which stage each force is in, and the proposals, decisions and episodes behind it.";
  program.services = {v1::MonitoringService::service_full_name(), v1::AdviceService::service_full_name(),
                      v1::DisclosuresService::service_full_name()};
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
