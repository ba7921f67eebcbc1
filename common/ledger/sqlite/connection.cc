#include "common/ledger/sqlite/connection.h"

#include "absl/strings/str_cat.h"
#include "common/ledger/sqlite/sqlite_status.h"
#include "common/rpc/errors.h"

namespace oversight::ledger {

absl::StatusOr<std::unique_ptr<Connection>> Connection::Open(const std::string& path, const Settings& settings) {
  sqlite3* db = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  std::unique_ptr<Connection> connection(new Connection(db));
  OVERSIGHT_RETURN_IF_ERROR(FromSqlite(code, db, "opening the database"));
  connection->SetBusyTimeout(kBusyMs);
  // FULL: a commit returns after the log is on the disk. The journal limit takes back what a long reader made it grow.
  // What is removed is overwritten, also where a page was split: a redaction must leave nothing behind.
  OVERSIGHT_RETURN_IF_ERROR(
      connection->Execute(absl::StrCat("PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY;"
                                       "PRAGMA secure_delete = ON;"
                                       "PRAGMA foreign_keys = OFF; PRAGMA journal_size_limit = 67108864;"
                                       "PRAGMA cache_size = -",
                                       settings.cache_kib, ";")
                              .c_str()));
  if (settings.read_only) OVERSIGHT_RETURN_IF_ERROR(connection->Execute("PRAGMA query_only = ON"));
  return connection;
}

Connection::~Connection() { sqlite3_close_v2(db_); }

absl::Status Connection::Execute(const char* sql) {
  return FromSqlite(sqlite3_exec(db_, sql, nullptr, nullptr, nullptr), db_, sql);
}

absl::StatusOr<bool> Rows::Next() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return FromSqlite(code, sqlite3_db_handle(statement_), sqlite3_sql(statement_));
}

absl::StatusOr<Statement> Statement::Prepare(Connection& connection, const std::string& sql) {
  sqlite3_stmt* raw = nullptr;
  const int code = sqlite3_prepare_v3(connection.handle(), sql.c_str(), static_cast<int>(sql.size() + 1),
                                      SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
  Statement statement;
  statement.statement_.reset(raw);
  OVERSIGHT_RETURN_IF_ERROR(FromSqlite(code, connection.handle(), sql.c_str()));
  return statement;
}

}  // namespace oversight::ledger
