#include "common/ledger/sqlite/file_lock.h"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "common/ledger/status.h"
#include "common/rpc/errors.h"

namespace oversight::ledger {

absl::Status FileLock::Acquire(const std::string& path) {
  if (fd_ >= 0) return absl::OkStatus();
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) {
    const int error = errno;
    spdlog::error("cannot open the lock file {}: {}", path, std::strerror(error));
    return StoreRefused(absl::StrCat("The store's lock file ", path,
                                     " cannot be opened. Check that the folder exists and may be written to."));
  }
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    close(fd);
    return Error(absl::StatusCode::kFailedPrecondition, common::v1::ERROR_REASON_STORE_UNAVAILABLE,
                 absl::StrCat("Another process has this store open (it holds ", path,
                              "). One process at a time may write to a SQLite store. Stop it, or give this one "
                              "another path."))
        .With("lock", path);
  }
  fd_ = fd;
  return absl::OkStatus();
}

void FileLock::Release() {
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
}

}  // namespace oversight::ledger
