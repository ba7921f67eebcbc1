// Reads the log of a store whole, and as far as it can be read: where a database cannot give a page of it, smaller
// steps find out which transaction is the first that is lost, so that whoever checks, exports or restores can name it.
// Blocks.
#pragma once

#include <functional>
#include <vector>

#include "common/ledger/engine.h"

namespace oversight::ledger {

// As Reader::LogWhole. STORE_CORRUPT comes only when the very next transaction, `after` + 1, cannot be read, with its
// revision as metadata.
absl::StatusOr<std::vector<LoggedTransaction>> ReadWhole(Reader& reader, Revision after, int limit);

// Gives `take` the transactions with `after` < revision <= `up_to`, in order, until it fails; what it says is passed
// on. Ends early where the log does.
absl::Status ForEachWhole(Reader& reader, Revision after, Revision up_to,
                          const std::function<absl::Status(LoggedTransaction&)>& take);

// The same up to where the log ends by now.
absl::Status ReadOn(Reader& reader, Revision after, const std::function<absl::Status(LoggedTransaction&)>& take);

// The tree over the whole log, from the leaf hashes that are stored.
absl::StatusOr<TreeState> StoredTree(Reader& reader);

}  // namespace oversight::ledger
