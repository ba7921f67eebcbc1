#include "common/ledger/postgres/pg_status.h"

#include <spdlog/spdlog.h>

#include "common/ledger/status.h"

namespace oversight::ledger {

absl::Status FromSqlState(std::string_view code) {
  // Codes first, then their classes (the first two characters).
  struct Row {
    std::string_view prefix;
    absl::Status (*status)();
  };
  static constexpr Row kTable[] = {
      {"40001", Conflict},          // serialization failure
      {"40P01", Conflict},          // deadlock
      {"55P03", StoreUnavailable},  // a lock was not to be had in time: someone keeps the head
      {"53100", StoreFull},         // disk full
      {"XX001", StoreCorrupt},      // data corrupted
      {"XX002", StoreCorrupt},      // index corrupted
      {"58P01", StoreCorrupt},      // a file of it is not there
      {"58030", StoreUnavailable},  // input or output error
      {"25006", StoreReadOnly},     // by setting, or a standby that is not promoted yet
      {"08", StoreUnavailable},     // connection
      {"53", StoreUnavailable},     // too many connections, out of memory
      {"57", StoreUnavailable},     // shut down, starting up, cancelled
  };
  for (const Row& row : kTable) {
    if (code.substr(0, row.prefix.size()) == row.prefix) return row.status();
  }
  // No connection; or constraint, syntax, privilege: our own fault or the operator's. The batch must not go on, so it
  // is not kInternal.
  return StoreUnavailable();
}

absl::Status FromPostgres(const PGresult* result, PGconn* connection, const char* what, std::string* code) {
  switch (result != nullptr ? PQresultStatus(result) : PGRES_FATAL_ERROR) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_PIPELINE_SYNC:
      return absl::OkStatus();
    default:
      break;
  }
  const char* state = result != nullptr ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : nullptr;
  const std::string found = state != nullptr && PQstatus(connection) == CONNECTION_OK ? state : "";
  if (code != nullptr) *code = found;
  const absl::Status status = FromSqlState(found);
  const char* words = result != nullptr ? PQresultErrorMessage(result) : PQerrorMessage(connection);
  // Conflicts are part of the day's work of several replicas.
  const bool expected = absl::IsAborted(status) || found == kNotNullViolation || found == kUniqueViolation;
  spdlog::log(expected ? spdlog::level::debug : spdlog::level::err, "PostgreSQL: {} failed with code {} ({})", what,
              found.empty() ? "none" : found, words);
  return status;
}

}  // namespace oversight::ledger
