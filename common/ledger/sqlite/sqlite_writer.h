// The writing connection of the SQLite engine. One thread at a time.
#pragma once

#include <atomic>
#include <memory>

#include "common/ledger/engine.h"
#include "common/ledger/sqlite/connection.h"

namespace oversight::ledger {

// `log_unclean` says from one writer to the next whether the write-ahead log may hold what was removed by law. The
// writer empties the log when it is opened and after commits until it is clean, and keeps the reference.
absl::StatusOr<std::unique_ptr<Writer>> OpenSqliteWriter(std::unique_ptr<Connection> connection,
                                                         std::atomic<bool>& log_unclean);

}  // namespace oversight::ledger
