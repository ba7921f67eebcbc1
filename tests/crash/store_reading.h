// Reads a store beside whoever has it open: the log as it is, and what the database says of its own files. Thread-safe.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "tests/crash/checks.h"

namespace oversight::crash {

// `store` as in --store.
absl::StatusOr<Log> ReadLog(const std::string& store);
absl::StatusOr<WholeLog> ReadWholeLog(const std::string& store);
// SQLite's integrity check.
absl::Status CheckSqliteFile(const std::string& path);

}  // namespace oversight::crash
