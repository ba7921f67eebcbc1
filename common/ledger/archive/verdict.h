// What a verification came to, for people and for programs. Pure; thread-safe.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/ledger/archive/auditor.h"

namespace oversight::ledger {

struct Verdict {
  std::string subject;                                    // what was verified: "ledgers/forces" or the path of a file
  std::string origin;                                     // what the log calls itself; may be unknown
  int64_t transactions = 0, changes = 0, redactions = 0;  // that were found sound
  Hash root{};                                            // of the tree over them
  absl::Time recorded_time = absl::InfinitePast();        // of the last of them
  std::vector<std::string> heads;                         // it agrees with these, when it is sound
  std::optional<Finding> finding;                         // none: it is sound

  // A line or two for people.
  std::string ToText() const;
  // One line: {"changes":2,"finding":{"firstRevision":3,"lastRevision":3,"what":"..."},...,"sound":false,...}
  std::string ToJson() const;
};

Verdict VerdictOf(std::string subject, std::string origin, const Auditor& auditor, std::vector<std::string> heads = {});

}  // namespace oversight::ledger
