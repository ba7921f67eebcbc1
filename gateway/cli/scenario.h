// Plays a recorded course of events against the suite: a file of calls, each made as one of the sample principals.
// Request ids are in the file, so that playing it twice changes nothing the second time.
#pragma once

#include <ostream>
#include <string>

#include "absl/status/status.h"
#include "gateway/cli/client.h"

namespace oversight::cli {

// The file is JSON: {"title", "description", "steps": [{"say", "as", "method", "request", "save": {"name":
// "concern.name"}}]}.
// "${name}" in a request stands for what an earlier step saved of its answer. Says each step on `out`; stops at the
// first refusal with its status, the step's number in front.
absl::Status PlayScenario(const std::string& path, Client& client, std::ostream& out);

}  // namespace oversight::cli
