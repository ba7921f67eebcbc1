// The lines of an exported log, oversight.export.v1: JSON lines in canonical form (RFC 8785), each with the SHA-256 of
// its own content, a header first, one line per transaction, a trailer last. docs/export-format.md lays the format down
// for those who read it with other programs. Pure; thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "absl/status/statusor.h"
#include "common/ledger/merkle.h"
#include "common/ledger/types.h"

namespace oversight::ledger {

inline constexpr char kExportFormat[] = "oversight.export.v1";

// What a log is called in its tree heads. `ledger` is its name, such as "ledgers/forces".
std::string OriginOf(const std::string& ledger, const std::string& store_id);

// The first line: which log, and its tree when the export began. The log may go on beyond it; see export_writer.h.
struct ExportHeader {
  std::string ledger;  // "ledgers/forces"
  std::string store_id;
  TreeState tree;
  std::string checkpoint;    // a signed note over the tree, when the service signs
  std::string verifier_key;  // its key
};

// The last line: what came before it, so that a file that was cut off is noticed.
struct ExportTrailer {
  int64_t transactions = 0;
  int64_t changes = 0;
  Hash root{};  // of the tree over all of them
};

// A line with its line break. INVALID_ARGUMENT, with a sentence without a subject ("is not UTF-8 in ..."), when a text
// is not UTF-8: JSON cannot hold it.
std::string ExportLine(const ExportHeader& header);
absl::StatusOr<std::string> ExportLine(const LoggedTransaction& transaction);
std::string ExportLine(const ExportTrailer& trailer);

// Reads a line, without its line break. INVALID_ARGUMENT, with a sentence as above, unless it is exactly a line that
// ExportLine writes: canonical, with the right SHA-256, and with resources that show what is in the payloads. A payload
// of a kind or with fields that this program does not know has no resource here to compare; then what the line shows is
// believed. Whether the hashes of the log are right is for the Auditor to say.
absl::StatusOr<std::variant<ExportHeader, LoggedTransaction, ExportTrailer>> ParseExportLine(std::string_view line);

}  // namespace oversight::ledger
