// Puts an exported log into an empty store, on whichever engine: so a backup comes back, and a store moves from one
// engine to the other. Everything that the file holds is kept as it was: the store's id, revisions, times, hashes,
// remembered requests, redactions. Only the tokens of clients are refused afterwards (StoreIdentity::incarnation).
//
// Nothing is believed: the reader audits the file on the way, and at the end the store is asked for its tree. The store
// is marked as unfinished until then, so that no service starts on half a log. Blocks; in constant memory.
#pragma once

#include <functional>

#include "absl/status/status.h"
#include "common/ledger/archive/export_reader.h"
#include "common/ledger/engine.h"

namespace oversight::ledger {

// `reader` is open. `progress` is told how many transactions are stored, batch by batch. DATA_LOSS, STORE_CORRUPT, with
// the finding and its revision when the file is not sound: then the store stays unfinished, as it does after any other
// error but that of a store that is not empty.
absl::Status Restore(ExportReader& reader, Engine& engine, const std::function<void(Revision)>& progress);

}  // namespace oversight::ledger
