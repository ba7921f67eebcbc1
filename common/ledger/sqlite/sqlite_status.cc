#include "common/ledger/sqlite/sqlite_status.h"

#include <spdlog/spdlog.h>

#include "common/ledger/status.h"

namespace oversight::ledger {

absl::Status FromSqlite(int code, sqlite3* db, const char* what) {
  if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE) return absl::OkStatus();
  const int extended = db != nullptr ? sqlite3_extended_errcode(db) : code;
  spdlog::error("SQLite: {} failed with code {} ({})", what, extended,
                db != nullptr ? sqlite3_errmsg(db) : sqlite3_errstr(code));
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_NOMEM:
    case SQLITE_PROTOCOL:
    case SQLITE_INTERRUPT:
      return StoreUnavailable();
    case SQLITE_FULL:
      return StoreFull();
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return StoreCorrupt();
    default:  // Constraint, misuse, schema: our own fault. The batch must not go on, so it is not kInternal.
      return StoreUnavailable();
  }
}

}  // namespace oversight::ledger
