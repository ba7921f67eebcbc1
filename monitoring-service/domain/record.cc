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
  monitoring.clear_decision();
  return monitoring;
}

v1::Episode WithoutUnpublished(v1::Episode episode) {
  episode.clear_entry_decision();
  episode.clear_exit_decision();
  return episode;
}

}  // namespace oversight::monitoring
