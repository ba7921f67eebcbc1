// Picks the engine a flag asks for: --store=sqlite:PATH or --store=postgres://HOST/DATABASE. Thread-safe.
#pragma once

#include <memory>
#include <string>

#include "common/ledger/engine.h"

namespace oversight::ledger {

// A server that says nothing for three times `patience` is given up. INVALID_ARGUMENT when `store` names no engine of
// this binary. Touches no file yet: Ledger::Open does.
absl::StatusOr<std::unique_ptr<Engine>> EngineFor(const std::string& store, absl::Duration patience = kStorePatience);

}  // namespace oversight::ledger
