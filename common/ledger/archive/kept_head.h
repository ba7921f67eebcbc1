// Tree heads outside of the log: the file in which someone keeps one, how it is read again, whether it is rightly
// signed, and which log it is of. A head that was kept elsewhere is what finds a log that was changed together with its
// hashes. Pure; thread-safe.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/ledger/archive/auditor.h"
#include "common/ledger/checkpoint.h"

namespace oversight::ledger {

struct KeptHead {
  std::string source;  // where it is kept, for messages
  std::string origin;
  int64_t size = 0;
  Hash root{};
};

// What to keep of a head: the signed note when there is one, else its three lines.
std::string TextToKeep(const std::string& origin, int64_t size, const Hash& root, const std::string& checkpoint);

// Reads such a text. With `keys` it must be signed by one of them. INVALID_ARGUMENT or UNAUTHENTICATED with what is
// wrong.
absl::StatusOr<KeptHead> ReadKeptHead(const std::string& text, const std::string& source,
                                      std::span<const VerifierKey> keys);

// What is wrong with a checkpoint that comes with a head, or "": with `keys` there must be one, signed by one of them,
// and in any case one that is there must be of this head. A sentence without a subject: "is not signed".
std::string CheckpointProblem(const std::string& checkpoint, const std::string& origin, int64_t size, const Hash& root,
                              std::span<const VerifierKey> keys);

// Tells `auditor` of those heads that are of the log called `origin`. A head of the same ledger in another store is a
// finding: the log was put in the place of another. Gives what the heads that count are called.
std::vector<std::string> KnowHeads(const std::string& origin, std::span<const KeptHead> heads, Auditor& auditor);

// Whether they are of the same ledger, in whichever store: "oversight-ledger/forces/0123" and ".../4567".
bool SameLedger(const std::string& origin, const std::string& other);

}  // namespace oversight::ledger
