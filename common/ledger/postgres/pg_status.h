// SQLSTATE codes as absl::Status, in one table. The driver's own words go to the log. Thread-safe.
#pragma once

#include <libpq-fe.h>

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace oversight::ledger {

// The table alone. An empty code means that the connection was lost or could not be made.
absl::Status FromSqlState(std::string_view code);

// What a result came to, logged when it failed; `what` names the step for the log. `result` may be null. When `code` is
// given it gets the SQLSTATE.
absl::Status FromPostgres(const PGresult* result, PGconn* connection, const char* what, std::string* code = nullptr);

// Two outcomes that commits provoke on purpose; see postgres_writer.cc.
inline constexpr std::string_view kNotNullViolation = "23502";
inline constexpr std::string_view kUniqueViolation = "23505";

}  // namespace oversight::ledger
