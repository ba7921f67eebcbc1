// The writing connection of the SQLite engine. One thread at a time.
#pragma once

#include <memory>

#include "common/ledger/engine.h"
#include "common/ledger/sqlite/connection.h"

namespace oversight::ledger {

absl::StatusOr<std::unique_ptr<Writer>> OpenSqliteWriter(std::unique_ptr<Connection> connection);

}  // namespace oversight::ledger
