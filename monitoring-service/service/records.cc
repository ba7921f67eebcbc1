#include "monitoring-service/service/records.h"

#include <utility>

#include "monitoring-service/domain/names.h"
#include "monitoring-service/service/kinds.h"

namespace oversight::monitoring {

absl::StatusOr<ForceRecord> Load(rpc::Facts& log, const Ladders& ladders, const std::string& force) {
  ForceRecord record;
  OVERSIGHT_ASSIGN_OR_RETURN(const auto monitoring, log.Get<v1::Monitoring>(MonitoringName(force)));
  record.monitoring = monitoring ? *monitoring : VirtualMonitoring(ladders, force);
  OVERSIGHT_ASSIGN_OR_RETURN(auto open, log.List<v1::Proposal>(kOpenTerm, force, 1));
  if (!open.empty()) record.open_proposal = std::move(open.front());
  OVERSIGHT_ASSIGN_OR_RETURN(auto pending, log.List<v1::Decision>(kPendingTerm, force, 1));
  if (!pending.empty()) record.pending_decision = std::move(pending.front());
  OVERSIGHT_ASSIGN_OR_RETURN(record.episodes, log.List<v1::Episode>(kForceTerm, force));
  if (!record.monitoring.episode().empty()) {
    OVERSIGHT_ASSIGN_OR_RETURN(record.episode, log.Require<v1::Episode>(record.monitoring.episode()));
  }
  const auto last = [&log](const std::string& prefix, int64_t* number) -> absl::Status {
    OVERSIGHT_ASSIGN_OR_RETURN(const int64_t next, log.NextNumber(prefix));
    *number = next - 1;
    return absl::OkStatus();
  };
  OVERSIGHT_RETURN_IF_ERROR(last(ProposalPrefix(force), &record.last_proposal));
  OVERSIGHT_RETURN_IF_ERROR(last(DecisionPrefix(force), &record.last_decision));
  OVERSIGHT_RETURN_IF_ERROR(last(EpisodePrefix(force), &record.last_episode));
  return record;
}

rpc::Changes StoredBy(const Decided& decided) {
  rpc::Changes changes;
  changes.Put(decided.decision);
  changes.Put(decided.proposal);
  if (decided.moved) changes.Put(decided.monitoring);
  for (const auto& episode : decided.episodes) changes.Put(episode);
  return changes;
}

}  // namespace oversight::monitoring
