// The ledger on one SQLite file (WAL, synchronous=FULL). The file belongs to one process, kept so by a lock file beside
// it. Thread-safe.
#pragma once

#include <memory>
#include <string>

#include "common/ledger/engine.h"

namespace oversight::ledger {

// The folder of `path` must exist; the file is made when missing. Touches nothing before Migrate.
std::unique_ptr<Engine> MakeSqliteEngine(const std::string& path);

}  // namespace oversight::ledger
