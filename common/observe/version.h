// What was built: the version of the suite and the git commit, fixed when CMake configures. Thread-safe constants.
#pragma once

#include <string>

namespace oversight::observe {

std::string Version();    // "0.1.0"
std::string GitCommit();  // "4484b54", or "unknown" outside a git checkout

}  // namespace oversight::observe
