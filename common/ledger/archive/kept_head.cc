#include "common/ledger/archive/kept_head.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace oversight::ledger {

std::string TextToKeep(const std::string& origin, int64_t size, const Hash& root, const std::string& checkpoint) {
  return checkpoint.empty() ? CheckpointText(origin, size, root) : checkpoint;
}

absl::StatusOr<KeptHead> ReadKeptHead(const std::string& text, const std::string& source,
                                      std::span<const VerifierKey> keys) {
  const bool is_signed = text.find("\n\n") != std::string::npos;
  if (!is_signed && !keys.empty()) {
    return absl::UnauthenticatedError("It is not signed, and with a key only signed heads count.");
  }
  const absl::StatusOr<Checkpoint> head = !is_signed     ? ParseCheckpointText(text)
                                          : keys.empty() ? ParseCheckpoint(text)
                                                         : VerifyAny(text, keys);
  if (!head.ok()) return head.status();
  return KeptHead{source, head->origin, head->size, head->root};
}

std::string CheckpointProblem(const std::string& checkpoint, const std::string& origin, int64_t size, const Hash& root,
                              std::span<const VerifierKey> keys) {
  if (checkpoint.empty()) return keys.empty() ? "" : "is not signed";
  const auto head = keys.empty() ? ParseCheckpoint(checkpoint) : VerifyAny(checkpoint, keys);
  if (!head.ok()) {
    return absl::StrCat("comes with a checkpoint that does not count: ",
                        absl::StripSuffix(head.status().message(), "."));
  }
  if (head->origin != origin || head->size != size || head->root != root) {
    return "comes with a checkpoint of another log or tree";
  }
  return "";
}

std::vector<std::string> KnowHeads(const std::string& origin, std::span<const KeptHead> heads, Auditor& auditor) {
  std::vector<std::string> known;
  for (const KeptHead& head : heads) {
    if (!SameLedger(head.origin, origin)) continue;
    known.push_back(head.source);
    if (head.origin != origin) {
      auditor.FailWhole(absl::StrCat("it is not the log that ", head.source, " is of, but another one: ", origin,
                                     " and not ", absl::Utf8SafeCHexEscape(head.origin)));
    } else {
      auditor.Know({.source = head.source, .size = head.size, .root = head.root, .is_kept = true});
    }
  }
  return known;
}

bool SameLedger(const std::string& origin, const std::string& other) {
  return origin.substr(0, origin.rfind('/')) == other.substr(0, other.rfind('/'));
}

}  // namespace oversight::ledger
