// Looks at a file each second on a thread of its own, and tells the log once when what is there cannot be used: until
// it can, whatever was known stays. Whoever owns it makes it last and so destroys it first; `look` runs without a lock.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "absl/status/status.h"

namespace oversight::auth {

class FileWatch {
 public:
  // `trouble` is what the log says when `look` gives an error.
  FileWatch(const char* trouble, std::function<absl::Status()> look);
  ~FileWatch();
  FileWatch(const FileWatch&) = delete;
  FileWatch& operator=(const FileWatch&) = delete;

 private:
  void Run();

  const char* const trouble_;
  const std::function<absl::Status()> look_;
  std::mutex mu_;
  std::condition_variable wake_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace oversight::auth
