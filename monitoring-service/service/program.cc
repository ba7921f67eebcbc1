#include "monitoring-service/service/program.h"

#include <string>
#include <utility>
#include <vector>

#include "common/rpc/channel.h"
#include "common/rpc/errors.h"
#include "common/rpc/resources.h"
#include "common/rpc/watch_shape.h"
#include "common/time/london.h"
#include "monitoring-service/domain/ladder.h"
#include "monitoring-service/service/advice_service.h"
#include "monitoring-service/service/announcements_service.h"
#include "monitoring-service/service/attention_service.h"
#include "monitoring-service/service/audit_service.h"
#include "monitoring-service/service/authorization.h"
#include "monitoring-service/service/disclosures_service.h"
#include "monitoring-service/service/kinds.h"
#include "monitoring-service/service/meetings_service.h"
#include "monitoring-service/service/monitoring_service.h"
#include "monitoring-service/service/owners.h"
#include "monitoring-service/service/plans_service.h"
#include "monitoring-service/service/policy_service.h"
#include "monitoring-service/service/record_ladders.h"
#include "monitoring-service/service/record_policies.h"
#include "monitoring-service/service/register_service.h"
#include "monitoring-service/service/release.h"
#include "monitoring-service/service/scheduler.h"
#include "monitoring-service/service/sequence_service.h"
#include "monitoring-service/service/support_service.h"
#include "monitoring-service/service/take_effect.h"

namespace oversight::monitoring {
namespace {

class MonitoringApplication final : public rpc::Application {
 public:
  MonitoringApplication(rpc::Runtime& runtime, Ladders ladders, AnnouncementTemplates templates, Policies policies,
                        std::unique_ptr<Owners> owners, absl::Duration gather_reads)
      : ladders_(std::move(ladders)),
        policies_(std::move(policies)),
        templates_(std::move(templates)),
        owners_(std::move(owners)),
        resources_(*runtime.ledger, runtime.clock),
        scheduler_(kSelf, resources_, rpc::ShapeOf<v1::WatchMonitoringResponse>(), runtime.metrics),
        monitoring_(runtime, ladders_, policies_, *owners_, resources_),
        advice_(runtime, *owners_, resources_),
        disclosures_(runtime, *owners_, resources_),
        announcements_(runtime, templates_, ladders_, *owners_, resources_),
        register_(runtime, ladders_, *owners_, resources_),
        sequence_(runtime, ladders_, *owners_, resources_),
        plans_(runtime, *owners_, resources_),
        meetings_(runtime, ladders_, *owners_, resources_),
        support_(runtime, *owners_, resources_),
        policy_reader_(resources_, *owners_, runtime.metrics),
        policy_(runtime, policies_, ladders_, *owners_, resources_, policy_reader_),
        attention_(runtime, policies_, ladders_, *owners_, resources_, policy_reader_),
        audit_(runtime, *owners_, resources_, gather_reads) {
    RegisterKinds(resources_);
    scheduler_.Register(TakingEffect(ladders_, *owners_));
    scheduler_.Register(Releasing(templates_, ladders_, *owners_));
    owners_->Start([this](const std::vector<std::string>& names) { LookAgainAtDecisions(scheduler_, names); });
    scheduler_.Start();
  }

  std::vector<grpc::Service*> services() override {
    return {&monitoring_, &advice_,   &disclosures_, &announcements_, &register_,  &sequence_,
            &plans_,      &meetings_, &support_,     &policy_,        &attention_, &audit_};
  }
  void Stop() override {
    audit_.Stop();
    policy_.Stop();
    policy_reader_.Stop();
    scheduler_.Stop();
    owners_->Stop();
  }

 private:
  const Ladders ladders_;
  const Policies policies_;
  const AnnouncementTemplates templates_;
  const std::unique_ptr<Owners> owners_;
  rpc::Resources resources_;
  Scheduler scheduler_;
  MonitoringServiceImpl monitoring_;
  AdviceServiceImpl advice_;
  DisclosuresServiceImpl disclosures_;
  AnnouncementsServiceImpl announcements_;
  RegisterServiceImpl register_;
  SequenceServiceImpl sequence_;
  PlansServiceImpl plans_;
  MeetingsServiceImpl meetings_;
  SupportServiceImpl support_;
  PolicyReader policy_reader_;
  PolicyServiceImpl policy_;
  AttentionServiceImpl attention_;
  AuditServiceImpl audit_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<rpc::Application>> BuildApplication(rpc::Runtime& runtime, const Options& options) {
  OVERSIGHT_ASSIGN_OR_RETURN(Ladders ladders, Ladders::Load(options.ladders));
  OVERSIGHT_ASSIGN_OR_RETURN(AnnouncementTemplates templates, AnnouncementTemplates::Load(options.announcements));
  OVERSIGHT_ASSIGN_OR_RETURN(Policies policies, Policies::Load(options.policies));
  for (auto& table : RoleTables()) OVERSIGHT_RETURN_IF_ERROR(runtime.host.AddService(std::move(table)));
  OVERSIGHT_RETURN_IF_ERROR(RecordLadders(*runtime.ledger, ladders));
  OVERSIGHT_RETURN_IF_ERROR(RecordPolicies(*runtime.ledger, policies, LondonDay(runtime.clock.Now())));
  return std::make_unique<MonitoringApplication>(
      runtime, std::move(ladders), std::move(templates), std::move(policies),
      WatchOwners(options.forces, options.concerns, runtime.metrics, runtime.channel_credentials, runtime.own_token),
      options.gather_reads);
}

rpc::Program MakeProgram() {
  rpc::Program program;
  program.name = "monitoring-service";
  program.env_prefix = "MONITORING";
  program.description =
      "Which stage each force is in, the decisions behind it, what the public is told, and what follows: plans, "
      "meetings, "
      "support.";
  program.services = {v1::MonitoringService::service_full_name(),  v1::AdviceService::service_full_name(),
                      v1::DisclosuresService::service_full_name(), v1::AnnouncementsService::service_full_name(),
                      v1::RegisterService::service_full_name(),    v1::SequenceService::service_full_name(),
                      v1::PlansService::service_full_name(),       v1::MeetingsService::service_full_name(),
                      v1::SupportService::service_full_name(),     v1::PolicyService::service_full_name(),
                      v1::AttentionService::service_full_name(),   v1::AuditService::service_full_name()};
  program.listen = "127.0.0.1:7103";
  program.admin_listen = "127.0.0.1:7203";
  program.store = "sqlite:.data/monitoring.db";
  program.ledger_name = kLedger;
  program.calls_others = true;
  const auto options = std::make_shared<Options>();
  options->policies = "data/policies";
  program.add_flags = [options](observe::Flags& flags) {
    rpc::AddTargetFlag(flags, "forces", &options->forces);
    rpc::AddTargetFlag(flags, "concerns", &options->concerns);
    flags.Add("announcements", &options->announcements, "Folder with the templates of announcements.",
              {.validate = observe::IsNotEmpty});
    flags.Add("policies", &options->policies, "Folder with the policies; empty: none, and nothing is advised.");
    flags.Add("ladders", &options->ladders, "File with the ladders of stages.", {.validate = observe::IsNotEmpty});
  };
  program.build = [options](rpc::Runtime& runtime) { return BuildApplication(runtime, *options); };
  return program;
}

}  // namespace oversight::monitoring
