#include "concerns-service/service/program.h"

#include <utility>
#include <vector>

#include "common/observe/config.h"
#include "common/rpc/channel.h"
#include "common/rpc/errors.h"
#include "concerns-service/service/authorization.h"
#include "concerns-service/service/bulk_service.h"
#include "concerns-service/service/concerns_service.h"
#include "concerns-service/service/evidence_service.h"
#include "concerns-service/service/national_service.h"
#include "concerns-service/service/overview_service.h"
#include "concerns-service/service/overviews.h"
#include "concerns-service/service/reference_data.h"
#include "concerns-service/service/responses_service.h"
#include "concerns-service/service/revisits_service.h"
#include "concerns-service/service/service_context.h"

namespace oversight::concerns {
namespace {

// The rules of every gRPC service that the program serves.
std::vector<ServiceRules> ServedRules() {
  return {ConcernsRules(), ResponsesRules(), RevisitsRules(), EvidenceRules(),
          NationalRules(), OverviewRules(),  BulkRules()};
}

class ConcernsApplication final : public rpc::Application {
 public:
  ConcernsApplication(rpc::Runtime& runtime, std::unique_ptr<ForceDirectory> forces, ReferenceData data)
      : forces_(std::move(forces)),
        data_(std::move(data)),
        shared_(runtime, *forces_, data_, ServedRules()),
        overviews_(runtime),
        concerns_(shared_),
        responses_(shared_),
        revisits_(shared_),
        evidence_(shared_),
        national_(shared_, overviews_),
        overview_(shared_, overviews_),
        bulk_(shared_) {}

  std::vector<grpc::Service*> services() override {
    return {&concerns_, &responses_, &revisits_, &evidence_, &national_, &overview_, &bulk_};
  }
  void Stop() override {
    overviews_.Stop();
    forces_->Stop();
  }

 private:
  const std::unique_ptr<ForceDirectory> forces_;
  const ReferenceData data_;
  ServiceContext shared_;
  Overviews overviews_;
  ConcernsServiceImpl concerns_;
  ResponsesServiceImpl responses_;
  RevisitsServiceImpl revisits_;
  EvidenceServiceImpl evidence_;
  NationalRecommendationsServiceImpl national_;
  OverviewServiceImpl overview_;
  BulkServiceImpl bulk_;
};

}  // namespace

rpc::BuildApplication MakeBuild(const Settings& settings) {
  return MakeBuild(settings, [&settings](rpc::Runtime& runtime) { return WatchForces(settings.forces, runtime); });
}

rpc::BuildApplication MakeBuild(const Settings& settings, MakeForceDirectory make_forces) {
  return [&settings, make_forces = std::move(make_forces)](
             rpc::Runtime& runtime) -> absl::StatusOr<std::unique_ptr<rpc::Application>> {
    OVERSIGHT_ASSIGN_OR_RETURN(ReferenceData data, ReadReferenceData(settings.themes, settings.bank_holidays));
    for (const auto& rules : ServedRules()) {
      OVERSIGHT_RETURN_IF_ERROR(runtime.host.AddService(RoleTable(rules)));
    }
    OVERSIGHT_RETURN_IF_ERROR(RecordThemes(*runtime.ledger, data.themes));
    return std::make_unique<ConcernsApplication>(runtime, make_forces(runtime), std::move(data));
  };
}

rpc::Program MakeProgram(Settings& settings) {
  rpc::Program program;
  program.name = "concerns-service";
  program.env_prefix = "CONCERNS";
  program.description =
      "Causes of concern, areas for improvement, their recommendations, what forces answer, revisits and evidence; "
      "national recommendations.";
  for (const auto& rules : ServedRules()) program.services.push_back(rules.service);
  program.listen = "127.0.0.1:7102";
  program.admin_listen = "127.0.0.1:7202";
  program.store = "sqlite:.data/concerns.db";
  program.ledger_name = "ledgers/concerns";
  program.add_flags = [&settings](observe::Flags& flags) {
    rpc::AddTargetFlag(flags, "forces", &settings.forces);
    flags.Add("themes", &settings.themes, "File with the list of themes.", {.validate = observe::IsNotEmpty});
    flags.Add("bank-holidays", &settings.bank_holidays, "File with the bank holidays of England and Wales.",
              {.validate = observe::IsNotEmpty});
  };
  program.build = MakeBuild(settings);
  return program;
}

}  // namespace oversight::concerns
