// Picks the engine a flag asks for: --store=sqlite:PATH or --store=postgres://HOST/DATABASE. Thread-safe.
#pragma once

#include <memory>
#include <string>

#include "common/ledger/engine.h"

namespace oversight::ledger {

// INVALID_ARGUMENT when `store` names no engine of this binary. Touches no file yet: Ledger::Open does.
absl::StatusOr<std::unique_ptr<Engine>> EngineFor(const std::string& store);

}  // namespace oversight::ledger
