// A transaction of the log as a message, and back: what export, restore and verification exchange. Thread-safe.
#pragma once

#include "absl/status/statusor.h"
#include "common/ledger/types.h"
#include "oversight/ledger/v1/transaction.pb.h"

namespace oversight::ledger {

v1::Transaction ToRecord(const LoggedTransaction& transaction);

// INVALID_ARGUMENT when the message is not one that ToRecord could have made, such as with an unknown operation, a hash
// of another length or terms out of order. Whether the hashes are right is not looked at.
absl::StatusOr<LoggedTransaction> FromRecord(const v1::Transaction& record);

}  // namespace oversight::ledger
