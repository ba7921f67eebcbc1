// Guards the log against faulty services: what a decide function wants stored must be well formed. Thread-safe.
#pragma once

#include "common/ledger/types.h"

namespace oversight::ledger {

// OK, or INTERNAL that says which change is at fault. Limits: name 512 bytes, kind 256, term and value 512; each
// resource at most once in a transaction.
absl::Status CheckDecision(const Audit& audit, const Decision& decision);

}  // namespace oversight::ledger
