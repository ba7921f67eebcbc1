// SQLite result codes as absl::Status, in one table. The driver's own words go to the log. Thread-safe.
#pragma once

#include <sqlite3.h>

#include "absl/status/status.h"

namespace oversight::ledger {

// `what` names the step for the log; `db` may be null.
absl::Status FromSqlite(int code, sqlite3* db, const char* what);

}  // namespace oversight::ledger
