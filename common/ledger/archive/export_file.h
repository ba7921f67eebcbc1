// Exported logs as files, plain or compressed by gzip. What is written appears under its name only when it is whole and
// durable. One thread at a time.
#pragma once

#include <cstdint>
#include <istream>
#include <memory>
#include <ostream>
#include <string>

#include "absl/status/statusor.h"

namespace oversight::ledger {

// What to know a file by again.
struct FileDigest {
  int64_t bytes = 0;
  std::string sha256;  // 32 bytes
};

// Of a file as it lies on the disk, compressed or not. NOT_FOUND when it cannot be read.
absl::StatusOr<FileDigest> DigestOf(const std::string& path);

class ExportOutput {
 public:
  // Begins `path` + ".partial", for its owner alone to read: an export holds what is not published. It is compressed
  // when `path` ends in ".gz". One that an earlier run left is overwritten. FAILED_PRECONDITION when it cannot be made,
  // or another process is writing it.
  static absl::StatusOr<std::unique_ptr<ExportOutput>> Create(const std::string& path);
  virtual ~ExportOutput() = default;  // Removes what was not finished.

  virtual std::ostream& stream() = 0;
  // Makes it durable and gives it its name, in place of what had the name before. RESOURCE_EXHAUSTED, STORE_FULL, when
  // the disk does not take it.
  virtual absl::StatusOr<FileDigest> Finish() = 0;
};

class ExportInput {
 public:
  // Whether it is compressed shows in the file. NOT_FOUND when it cannot be opened.
  static absl::StatusOr<std::unique_ptr<ExportInput>> Open(const std::string& path);
  virtual ~ExportInput() = default;

  // Turns bad() where the file cannot be read, was cut off while compressed, or its check sum is wrong.
  virtual std::istream& stream() = 0;
};

}  // namespace oversight::ledger
