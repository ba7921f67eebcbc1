#include "monitoring-service/service/record_ladders.h"

#include <string>

#include "common/rpc/resources.h"
#include "monitoring-service/domain/names.h"

namespace oversight::monitoring {

absl::Status RecordLadders(ledger::Ledger& ledger, const Ladders& ladders) {
  const auto decide = [&ladders](ledger::View& view) -> absl::StatusOr<ledger::Decision> {
    ledger::Decision decision;
    for (const auto& ladder : ladders.list().ladders()) {
      OVERSIGHT_ASSIGN_OR_RETURN(const auto stored, view.Get(ladder.name()));
      ledger::Change change = rpc::ChangeTo(ladder.name(), ladder);
      if (stored.has_value() && stored->payload == change.payload) continue;
      decision.changes.push_back(std::move(change));
    }
    return decision;
  };
  return rpc::CommitAtStart(ledger, kSelf, "RecordLadders", decide);
}

}  // namespace oversight::monitoring
