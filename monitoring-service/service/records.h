// Between the log and the pure rules: what the log holds on a force, put together for them, and what they decide as
// what is to be stored. Runs inside a decide function, on the writer thread.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "common/rpc/resources.h"
#include "monitoring-service/domain/effects.h"
#include "monitoring-service/domain/ladder.h"
#include "monitoring-service/domain/record.h"

namespace oversight::monitoring {

// Errors: those of the ledger.
absl::StatusOr<ForceRecord> Load(rpc::Facts& log, const Ladders& ladders, const std::string& force);

// Everything that a decision, or what becomes of one, leaves behind.
rpc::Changes StoredBy(const Decided& decided);

}  // namespace oversight::monitoring
