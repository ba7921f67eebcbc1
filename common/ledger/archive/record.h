// A transaction of the log as a message, and back: what export, restore and verification exchange. Thread-safe.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "common/ledger/types.h"
#include "oversight/ledger/v1/transaction.pb.h"

namespace oversight::ledger {

// The first text of a transaction that is not UTF-8, such as "the reason"; "" when all are. Only damage makes one, and
// neither a message nor JSON can hold it.
std::string NotUtf8(const LoggedTransaction& transaction);

// Leaves of a transaction what became of the resources and when, and takes the rest out: who did it, terms, hashes, the
// request.
void KeepFacts(LoggedTransaction& transaction);

// Of a transaction whose texts are UTF-8.
v1::Transaction ToRecord(const LoggedTransaction& transaction);

// INVALID_ARGUMENT when the message is not one that ToRecord could have made, such as with an unknown operation, a hash
// of another length or terms out of order. Whether the hashes are right is not looked at.
absl::StatusOr<LoggedTransaction> FromRecord(const v1::Transaction& record);

}  // namespace oversight::ledger
