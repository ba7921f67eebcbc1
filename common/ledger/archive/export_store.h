// Exports the log of a store that no service has open, straight from the database. Blocks; in constant memory.
#pragma once

#include <functional>
#include <ostream>
#include <string>

#include "absl/status/statusor.h"
#include "common/ledger/archive/export_format.h"
#include "common/ledger/engine.h"

namespace oversight::ledger {

// Writes the whole log under the name of the ledger, such as "ledgers/forces", and gives what the file begins with.
// `progress` is told how many transactions are written, and of how many. Errors as of ExportWriter and Reader.
absl::StatusOr<ExportHeader> ExportStore(Engine& engine, const std::string& ledger, std::ostream& out,
                                         const std::function<void(Revision done, Revision total)>& progress);

}  // namespace oversight::ledger
