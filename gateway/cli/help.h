// The help of `oversight`: of one command, of all of them, and the list of verbs. Pure, thread-safe.
#pragma once

#include <string>
#include <vector>

#include "gateway/cli/command.h"

namespace oversight::cli {

// What a command does, takes, and how it may be refused.
std::string CommandHelp(const Command& command, size_t width);

// What `oversight` is, its commands and general flags.
std::string Overview(const std::vector<Command>& commands, const std::vector<FlagSpec>& general, size_t width);

// Every verb with its first sentence, by service; only those with `word` in them when it is not empty. "" when there
// are none.
std::string VerbList(const std::string& word, size_t width);

// "oversight rename-force FORCE --display-name TEXT --from-date DATE [flags]".
std::string Synopsis(const Command& command);

}  // namespace oversight::cli
