// What `restore`, `export` and `verify` of a service's binary do: the log in a store and in a file, without a service.
// They print what they found to standard output and their progress to standard error; an error is for standard error
// and says what to do. For one thread.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/rpc/server.h"

namespace oversight::rpc {

// What the commands on a store are given.
struct StoreArguments {
  std::string store;
  std::vector<std::string> files;
  std::string head;  // the path of a kept head; empty: none
  bool json = false;

  const std::string& file() const { return files.front(); }
};

absl::Status RestoreStore(const Program& program, const StoreArguments& arguments);
absl::Status ExportStore(const Program& program, const StoreArguments& arguments);
absl::Status VerifyStore(const Program& program, const StoreArguments& arguments);

}  // namespace oversight::rpc
