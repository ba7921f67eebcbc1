// `oversight` as a function: the whole program but for the process around it, so that tests run it as people do.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "gateway/cli/client.h"

namespace oversight::cli {

// What a run takes from around it.
struct Surroundings {
  std::string gateway;             // OVERSIGHT_GATEWAY; empty: the default
  std::string principal;           // OVERSIGHT_AS
  std::string token;               // OVERSIGHT_TOKEN
  std::string token_file;          // OVERSIGHT_TOKEN_FILE
  bool allow_clear_token = false;  // OVERSIGHT_ALLOW_CLEAR_TOKEN
  ClientTls tls;                   // OVERSIGHT_TLS_CA, _CERT, _KEY and _NAME
  size_t width = 120;              // Of the lines that people read.
  std::ostream* out = nullptr;
  std::ostream* err = nullptr;
};

// Runs one command; `args` is without the program's name. Gives the exit code: 0 done; 1 refused; 2 wrong command line;
// 3 not reachable, overloaded or out of time; 4 a fault of the service. Blocks.
int Run(const std::vector<std::string>& args, const Surroundings& around);

}  // namespace oversight::cli
