// Ids that are never given twice: 16 random bytes in hexadecimal. Thread-safe.
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace oversight::ledger {

// INTERNAL when the machine gives no random bytes.
absl::StatusOr<std::string> RandomId();

}  // namespace oversight::ledger
