#include "common/ledger/sqlite/sqlite_status.h"

#include <errno.h>
#include <spdlog/spdlog.h>

#include "common/ledger/status.h"

namespace oversight::ledger {

namespace {

// What the system said when the last write to the write-ahead log failed: SQLite itself tells only one kind of full
// disk apart. 0 when that is not known.
int WriteErrno(sqlite3* db) {
  sqlite3_file* log = nullptr;
  int error = 0;
  if (sqlite3_file_control(db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log) != SQLITE_OK || log == nullptr ||
      log->pMethods == nullptr || log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &error) != SQLITE_OK) {
    return 0;
  }
  return error;
}

}  // namespace

absl::Status FromSqlite(int code, sqlite3* db, const char* what) {
  if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE) return absl::OkStatus();
  const int extended = db != nullptr ? sqlite3_extended_errcode(db) : code;
  spdlog::error("SQLite: {} failed with code {} ({})", what, extended,
                db != nullptr ? sqlite3_errmsg(db) : sqlite3_errstr(code));
  // Of writes alone. When a sync fails, also for want of room, what was written before it may be stored all the same.
  const int system = db != nullptr && extended == SQLITE_IOERR_WRITE ? WriteErrno(db) : 0;
  if (system == EDQUOT) return StoreFull();
  if (system == EROFS) return StoreReadOnly();
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_NOMEM:
    case SQLITE_PROTOCOL:
    case SQLITE_INTERRUPT:
      return StoreUnavailable();
    case SQLITE_READONLY:
      return StoreReadOnly();
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
