#include "common/auth/token/file_watch.h"

#include <chrono>
#include <utility>

#include "common/observe/json_log.h"

namespace oversight::auth {

FileWatch::FileWatch(const char* trouble, std::function<absl::Status()> look)
    : trouble_(trouble), look_(std::move(look)), thread_([this] { Run(); }) {}

FileWatch::~FileWatch() {
  {
    std::lock_guard lock(mu_);
    stop_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void FileWatch::Run() {
  bool told = false;
  std::unique_lock lock(mu_);
  while (!wake_.wait_for(lock, std::chrono::seconds(1), [this] { return stop_; })) {
    lock.unlock();
    const absl::Status looked = look_();
    if (!looked.ok() && !told) observe::LogError(trouble_, {{"error", looked}});
    told = !looked.ok();
    lock.lock();
  }
}

}  // namespace oversight::auth
