// What a backup of the suite consists of: one exported file per ledger, and how to know each again. One line of
// canonical JSON, in the file manifest.json beside them, which is written last: a folder without it is no backup.
// Pure; thread-safe.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/ledger/archive/export_file.h"
#include "common/ledger/merkle.h"
#include "common/ledger/types.h"

namespace oversight::ledger {

inline constexpr char kManifestFormat[] = "oversight.backup.v1";
inline constexpr char kManifestFile[] = "manifest.json";

// A log in a file, up to a revision.
struct ExportedFile {
  std::string ledger;  // "ledgers/forces"
  std::string store_id;
  std::string file;  // in a manifest relative to it
  FileDigest digest;
  Revision revision = 0;  // the last one
  int64_t changes = 0;
  Hash root{};                                      // of the tree over all of it
  absl::Time recorded_time = absl::InfinitePast();  // of the last transaction; InfinitePast when there is none
};

struct Manifest {
  absl::Time time;  // when the backup began
  std::vector<ExportedFile> files;
};

// A JSON object, without a line break.
std::string ToJson(const ExportedFile& file);

std::string ManifestText(const Manifest& manifest);
// INVALID_ARGUMENT, with a sentence without a subject, unless it is what ManifestText writes.
absl::StatusOr<Manifest> ParseManifest(const std::string& text);

}  // namespace oversight::ledger
