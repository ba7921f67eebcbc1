// `oversight`: the command-line client. One address, every service; words for people, --json for programs.
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>

#include "absl/strings/numbers.h"
#include "gateway/cli/cli.h"

namespace {

std::string FromEnvironment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): before any thread
  return value == nullptr ? "" : value;
}

// The terminal's, else COLUMNS; neither for what goes into a file.
size_t Width() {
  constexpr size_t kLeast = 60, kWithoutTerminal = 120;
  winsize size = {};
  if (isatty(STDOUT_FILENO) != 0 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    return std::max<size_t>(size.ws_col, kLeast);
  }
  size_t columns = 0;
  return absl::SimpleAtoi(FromEnvironment("COLUMNS"), &columns) ? std::max(columns, kLeast) : kWithoutTerminal;
}

}  // namespace

int main(int argc, char** argv) {
  return oversight::cli::Run({argv + std::min(argc, 1), argv + argc},
                             {.gateway = FromEnvironment("OVERSIGHT_GATEWAY"),
                              .principal = FromEnvironment("OVERSIGHT_AS"),
                              .token = FromEnvironment("OVERSIGHT_TOKEN"),
                              .token_file = FromEnvironment("OVERSIGHT_TOKEN_FILE"),
                              .allow_clear_token = FromEnvironment("OVERSIGHT_ALLOW_CLEAR_TOKEN") == "true",
                              .tls = {{.cert = FromEnvironment("OVERSIGHT_TLS_CERT"),
                                       .key = FromEnvironment("OVERSIGHT_TLS_KEY"),
                                       .ca = FromEnvironment("OVERSIGHT_TLS_CA")},
                                      FromEnvironment("OVERSIGHT_TLS_NAME")},
                              .width = Width(),
                              .out = &std::cout,
                              .err = &std::cerr});
}
