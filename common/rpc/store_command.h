// The commands of a service's binary that work on its store directly, while the service does not run:
//
//   forces-service migrate --store=postgres://db.example/oversight
//   forces-service restore forces.jsonl.gz --store=postgres://db.example/oversight
//   forces-service export forces.jsonl.gz --store=sqlite:forces.db
//   forces-service verify --store=sqlite:forces.db --head=forces.head
//
// One implementation for all services; `SERVICE COMMAND --help` tells of each. Results go to standard output (--json:
// as one line of JSON), everything else to standard error. Exit codes: 0 done; 1 refused, or not sound, the message
// says why and what to do; 2 wrong command line; 3 the store is in use or not reachable, try again; 4 no room on the
// disk, or a fault.
#pragma once

#include <optional>
#include <string>

#include "common/observe/config.h"
#include "common/rpc/server.h"

namespace oversight::rpc {

// Runs the command that the command line names and gives the exit code; nothing when it names none. Call it first in
// main: it leaves signals as they are.
std::optional<int> RunStoreCommand(int argc, const char* const* argv, const Program& program);

// What --help of a service says of them; "" when it has no store.
std::string StoreCommandsHelp(const Program& program);

// The flag --store, the same wherever there is one.
void AddStoreFlag(observe::Flags& flags, std::string* target);

}  // namespace oversight::rpc
