// Writes the ladders a process was started with into its log, so that watchers learn the stages as they learn every
// other fact, and history tells since when each ladder was known.
#pragma once

#include "absl/status/status.h"
#include "common/ledger/ledger.h"
#include "monitoring-service/domain/ladder.h"

namespace oversight::monitoring {

// Stores what differs from the log, in one transaction by `principals/monitoring-service`; nothing when nothing does.
// Blocks: for the start of a process. Errors: those of Ledger::Commit.
absl::Status RecordLadders(ledger::Ledger& ledger, const Ladders& ladders);

}  // namespace oversight::monitoring
