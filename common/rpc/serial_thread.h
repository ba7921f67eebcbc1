// One thread that runs what it is given, in order. Thread-safe; the destructor runs what is left, then joins, so it
// must not be called on the thread itself.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

namespace oversight::rpc {

class SerialThread {
 public:
  using Task = std::function<void()>;

  SerialThread() : thread_([this] { Run(); }) {}
  ~SerialThread() {
    {
      std::lock_guard lock(mu_);
      stopping_ = true;
      wake_.notify_one();
    }
    thread_.join();
  }
  SerialThread(const SerialThread&) = delete;
  SerialThread& operator=(const SerialThread&) = delete;

  void Post(Task task) {
    std::lock_guard lock(mu_);
    tasks_.push_back(std::move(task));
    wake_.notify_one();  // Under the lock: the task may be what the destructor is held back for.
  }

 private:
  void Run() {
    std::unique_lock lock(mu_);
    while (true) {
      wake_.wait(lock, [this] { return stopping_ || !tasks_.empty(); });
      if (tasks_.empty()) return;
      Task task = std::move(tasks_.front());
      tasks_.pop_front();
      lock.unlock();
      task();
      task = nullptr;  // What it holds goes without the lock.
      lock.lock();
    }
  }

  std::mutex mu_;
  std::condition_variable wake_;
  std::deque<Task> tasks_;
  bool stopping_ = false;
  std::thread thread_;  // Last: it uses the others.
};

}  // namespace oversight::rpc
