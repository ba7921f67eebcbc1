// Completes the resource names that people type: "kent" for forces/kent, "kent/concerns/1" or "kent/1" for
// forces/kent/concerns/1, by the shapes that the contract states. Pure, thread-safe.
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace oversight::cli {

struct NameContext {
  // `-` may stand for any, and what is left out at the end is any: the parents that lists take.
  bool wildcard = false;
  // The name that the command is about. What `text` lacks at its beginning is taken from it: "3" beside
  // forces/kent/concerns/1 is forces/kent/concerns/3.
  std::string beside;
};

// `shapes` as in (common.v1.rules).resource, such as "forces/{force}/inspections/{inspection}|nationalInspections/...".
// The words between the ids may be left out. INVALID_ARGUMENT, in words to stand behind the name of a flag, when `text`
// fits no shape or may mean several names.
absl::StatusOr<std::string> CompleteName(const std::string& shapes, const std::string& text,
                                         const NameContext& context = {});

// What a name of these shapes is made of: "forces/{force}/concerns/{concern}" -> "FORCE/CONCERN".
std::string ShortForm(const std::string& shapes);
// An example of how it may be typed, whole but for the first word: "kent/concerns/1".
std::string ShortExample(const std::string& shapes);

}  // namespace oversight::cli
