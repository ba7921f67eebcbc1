// Files as texts. Thread safety: free functions.
#pragma once

#include <optional>
#include <string>

namespace oversight {

// The bytes of a file; nullopt when it cannot be read. For files of this machine's own, which fit into memory.
std::optional<std::string> ReadWholeFile(const std::string& path);

}  // namespace oversight
