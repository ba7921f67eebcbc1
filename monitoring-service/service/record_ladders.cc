#include "monitoring-service/service/record_ladders.h"

#include <future>
#include <string>

#include "common/rpc/resources.h"

namespace oversight::monitoring {

absl::Status RecordLadders(ledger::Ledger& ledger, const Ladders& ladders) {
  ledger::Command command;
  command.audit.actor = "principals/monitoring-service";
  command.audit.verb = "RecordLadders";
  command.decide = [&ladders](ledger::View& view) -> absl::StatusOr<ledger::Decision> {
    ledger::Decision decision;
    for (const auto& ladder : ladders.list().ladders()) {
      OVERSIGHT_ASSIGN_OR_RETURN(const auto stored, view.Get(ladder.name()));
      std::string payload = rpc::ToPayload(ladder);
      if (stored.has_value() && stored->payload == payload) continue;
      ledger::Change change;
      change.name = ladder.name();
      change.kind = v1::Ladder::descriptor()->full_name();
      change.payload = std::move(payload);
      decision.changes.push_back(std::move(change));
    }
    return decision;
  };
  std::promise<absl::Status> stored;
  ledger.Commit(std::move(command), [&stored](const absl::StatusOr<ledger::Committed>& committed) {
    stored.set_value(committed.status());
  });
  return stored.get_future().get();
}

}  // namespace oversight::monitoring
