// The PostgreSQL engine: one database, or one schema of it, is one store, which any number of processes may have open.
// Kept to SQL that distributed databases of the same protocol also take; docs/adr/0008-postgresql.md says which and
// why.
#pragma once

#include <memory>
#include <string>

#include "common/ledger/engine.h"

namespace oversight::ledger {

// `url`: postgres://USER@HOST:PORT/DATABASE with any of libpq's parameters, or with everything left to its environment
// (PGHOST, PGPASSWORD, ...). INVALID_ARGUMENT when it cannot be read or has a password in it.
absl::StatusOr<std::unique_ptr<Engine>> MakePostgresEngine(const std::string& url,
                                                           absl::Duration patience = kStorePatience);

}  // namespace oversight::ledger
