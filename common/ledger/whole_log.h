// Reads the log whole, and as far as it can be read: where a database cannot give a page of it, smaller steps find out
// which transaction is the first that is lost, so that whoever checks, exports or restores can name it. Blocks.
#pragma once

#include <vector>

#include "common/ledger/engine.h"

namespace oversight::ledger {

// As Reader::LogWhole. STORE_CORRUPT comes only when the very next transaction, `after` + 1, cannot be read, with its
// revision as metadata.
absl::StatusOr<std::vector<LoggedTransaction>> ReadWhole(Reader& reader, Revision after, int limit);

}  // namespace oversight::ledger
