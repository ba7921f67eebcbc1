// A lock beside a file that one process at a time can hold; the operating system lets go of it when the process dies,
// also by kill -9. Not thread-safe.
#pragma once

#include <string>

#include "absl/status/status.h"

namespace oversight::ledger {

class FileLock {
 public:
  FileLock() = default;
  ~FileLock() { Release(); }
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

  // Locks `path`, making the file when it is missing. FAILED_PRECONDITION when another holds it, with the path as
  // metadata "lock". Nothing when held here.
  absl::Status Acquire(const std::string& path);
  void Release();

 private:
  int fd_ = -1;
};

}  // namespace oversight::ledger
