#include "tests/crash/store_reading.h"

#include "common/ledger/sqlite/connection.h"
#include "common/rpc/errors.h"
#include "tests/support/ledger_calls.h"

namespace oversight::crash {

absl::StatusOr<Log> ReadLog(const std::string& store) { return testing::ReadLog(store); }

absl::StatusOr<WholeLog> ReadWholeLog(const std::string& store) {
  return testing::ReadLogBy<WholeLog>(store, &ledger::Reader::LogWhole);
}

absl::Status CheckSqliteFile(const std::string& path) {
  OVERSIGHT_ASSIGN_OR_RETURN(const auto connection, ledger::Connection::Open(path, {.read_only = true}));
  OVERSIGHT_ASSIGN_OR_RETURN(auto check, ledger::Statement::Prepare(*connection, "PRAGMA integrity_check"));
  ledger::Rows rows = check();
  OVERSIGHT_RETURN_IF_ERROR(rows.Next().status());
  if (rows.Text(0) == "ok") return absl::OkStatus();
  return absl::DataLossError(rows.Text(0));
}

}  // namespace oversight::crash
