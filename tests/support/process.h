// A real binary as a child process, for end-to-end tests. Its output goes to a file, shown when it fails to start.
// Killed when the object goes. Not thread-safe.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace oversight::testing {

class Process {
 public:
  // Starts it at once; dies with a message when that is not possible. `output` takes stdout and stderr, appended;
  // `environment` holds NAME=value and comes before the tests' own.
  Process(std::vector<std::string> command, std::string output, const std::vector<std::string>& environment = {});
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }
  bool running();
  void Signal(int signal);
  // Waits until it has ended: the exit code, or 128 + the signal that ended it; -1 when it does not end in good time.
  int Wait();
  void Kill();  // SIGKILL, and waits
  // The most memory it has had in use so far, or 0 when it has ended.
  int64_t PeakBytes() const;

  const std::string& output() const { return output_; }

 private:
  const std::string output_;
  pid_t pid_ = -1;
  int status_ = 0;
  bool ended_ = false;
};

// Runs a command to its end: exit code and what it wrote to stdout and stderr.
struct Ran {
  int code = -1;
  std::string out, err;
};
Ran Run(const std::vector<std::string>& command, const std::vector<std::string>& environment = {});

}  // namespace oversight::testing
