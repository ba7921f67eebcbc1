// Where the replicas of the service under test can be reached now: set and cleared by the driver as it starts and kills
// them, asked by writers and watchers. Thread-safe.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "common/rpc/channel.h"
#include "oversight/concerns/v1/concerns_service.grpc.pb.h"

namespace oversight::crash {

using Stub = concerns::v1::ConcernsService::Stub;

// Two callers, so that request ids are seen to belong to a caller. Both see drafts.
inline const std::vector<std::string>& Principals() {
  static const auto* const names =
      new std::vector<std::string>{"principals/chief-inspector", "principals/liaison-lead"};
  return *names;
}

class Target {
 public:
  explicit Target(int replicas) : stubs_(static_cast<size_t>(replicas)) {}

  int replicas() const { return static_cast<int>(stubs_.size()); }

  void Set(int replica, const std::string& address) {
    std::map<std::string, std::shared_ptr<Stub>> stubs;
    for (const auto& principal : Principals()) {
      stubs[principal] =
          concerns::v1::ConcernsService::NewStub(rpc::MakeChannel({.target = address, .principal = principal}));
    }
    Replace(replica, std::move(stubs));
  }
  void Clear(int replica) { Replace(replica, {}); }

  // Null while the replica is known to be down.
  std::shared_ptr<Stub> Get(int replica, const std::string& principal) const {
    std::lock_guard lock(mu_);
    const auto& stubs = stubs_[static_cast<size_t>(replica)];
    const auto it = stubs.find(principal);
    return it == stubs.end() ? nullptr : it->second;
  }

  // Before another try: returns when a replica comes or goes, or after a moment.
  void Pause() const {
    std::unique_lock lock(mu_);
    changed_.wait_for(lock, std::chrono::milliseconds(10), [this, seen = changes_] { return changes_ != seen; });
  }

 private:
  // Takes by value: what was there before goes after the lock is let go.
  void Replace(int replica, std::map<std::string, std::shared_ptr<Stub>> stubs) {
    std::lock_guard lock(mu_);
    stubs_[static_cast<size_t>(replica)].swap(stubs);
    ++changes_;
    changed_.notify_all();
  }

  mutable std::mutex mu_;
  mutable std::condition_variable changed_;
  std::vector<std::map<std::string, std::shared_ptr<Stub>>> stubs_;
  int64_t changes_ = 0;
};

}  // namespace oversight::crash
