// Commands that find their verb by what they are given: `list concerns` is list-concerns, `show kent/concerns/1` is the
// verb that gets a resource of such a name, `versions` the one that lists its history. From the contract alone, so that
// they know the resources of every service.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/cli/verbs.h"

namespace oversight::cli {

// Whether `word` is one of them.
bool FindsItsVerb(const std::string& word);

// The verb meant by `word` with `args`, from which the kind that is listed is taken away. A usage error that says what
// would do when there is none.
absl::StatusOr<const Verb*> VerbFor(const std::string& word, std::vector<std::string>& args);

}  // namespace oversight::cli
