#include "monitoring-service/domain/record.h"

#include "monitoring-service/domain/names.h"

namespace oversight::monitoring {

v1::Monitoring VirtualMonitoring(const Ladders& ladders, const std::string& force) {
  const auto& stage = ladders.default_stage();
  v1::Monitoring monitoring;
  monitoring.set_name(MonitoringName(force));
  monitoring.set_ladder(ladders.in_force().name());
  monitoring.set_stage(stage.id());
  monitoring.set_stage_display_name(stage.display_name());
  monitoring.set_enhanced(stage.enhanced());
  return monitoring;
}

v1::Monitoring WithoutUnpublished(v1::Monitoring monitoring) {
  monitoring.clear_open_proposal();
  monitoring.clear_pending_decision();
  monitoring.clear_decision();
  return monitoring;
}

v1::Episode WithoutUnpublished(v1::Episode episode) {
  episode.clear_entry_decision();
  episode.clear_exit_decision();
  const auto without_evidence = [](v1::Reason& reason) {
    reason.clear_evidence();
    reason.clear_outside_evidence();
  };
  for (auto& reason : *episode.mutable_entry_reasons()) without_evidence(reason);
  for (auto& reason : *episode.mutable_exit_reasons()) without_evidence(reason);
  for (auto& added : *episode.mutable_added_reasons()) {
    without_evidence(*added.mutable_reason());
    added.clear_rationale();
    added.clear_adder();
  }
  return episode;
}

}  // namespace oversight::monitoring
