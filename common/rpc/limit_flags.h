// What one caller may take of a server, from its flags. Used by main.
#pragma once

#include <cstdint>
#include <string>

#include "common/observe/config.h"
#include "common/rpc/call.h"

namespace oversight::rpc {

// The defaults are far from what a person, a page or a bulk run comes to, and leave room for others on the smallest
// machine: see docs/adr/0021-limits-for-each-caller.md.
struct LimitConfig {
  int64_t rate = 200, burst = 2000, calls = 200, streams = 200;
  int64_t address_rate = 1000, address_burst = 10000, address_calls = 1000;
  std::string trusted_proxies;
};

// `ends_outside`: connections from outside end here, so addresses are judged too.
void AddLimitFlags(observe::Flags& flags, LimitConfig& config, bool ends_outside);

// Sets the limits. Where callers are believed who they say they are, only those that were given: a limit by a name that
// anyone may use would shut out whom it names.
void SetLimits(const LimitConfig& config, const observe::Flags& flags, bool insecure, HostOptions* options);

}  // namespace oversight::rpc
