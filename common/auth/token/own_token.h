// The token this process calls others with of its own accord, from a file that whoever issues it replaces in good time:
// the file is looked at each second. While it cannot be read, or holds no token, the one known so far stays and the log
// says so. Thread-safe; Authorization never blocks.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/auth/token/file_watch.h"

namespace oversight::auth {

class OwnToken {
 public:
  // NOT_FOUND or INVALID_ARGUMENT with a plain message, which holds nothing of the file, when there is no token in it:
  // one line of letters, digits and -._~+/= of at most kMaxTokenBytes.
  static absl::StatusOr<std::unique_ptr<OwnToken>> FromFile(const std::string& path);
  // One that stays. For tools and tests.
  static std::unique_ptr<OwnToken> Fixed(const std::string& token);
  OwnToken(const OwnToken&) = delete;
  OwnToken& operator=(const OwnToken&) = delete;

  // The value of the `authorization` header.
  std::string Authorization() const;

  // What a file holds, checked.
  static absl::StatusOr<std::string> Read(const std::string& path);

 private:
  OwnToken(std::string path, std::string token) : path_(std::move(path)), token_(std::move(token)) {}
  absl::Status Reread();

  const std::string path_;
  mutable std::mutex mu_;  // Guards what follows.
  std::string token_;
  std::unique_ptr<FileWatch> watch_;  // Null for one that stays.
};

}  // namespace oversight::auth
