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
#include <utility>
#include <vector>

#include "common/rpc/channel.h"
#include "oversight/concerns/v1/concerns_service.grpc.pb.h"
#include "oversight/ledger/v1/ledger_service.grpc.pb.h"

namespace oversight::crash {

using Stub = concerns::v1::ConcernsService::Stub;
using LedgerStub = ledger::v1::LedgerService::Stub;

// Two callers, so that request ids are seen to belong to a caller. Both see drafts.
inline const std::vector<std::string>& Principals() {
  static const auto* const names =
      new std::vector<std::string>{"principals/chief-inspector", "principals/liaison-lead"};
  return *names;
}

class Target {
 public:
  explicit Target(int replicas) : doors_(static_cast<size_t>(replicas)) {}

  int replicas() const { return static_cast<int>(doors_.size()); }

  void Set(int replica, const std::string& address) {
    Doors doors;
    for (const auto& principal : Principals()) {
      const auto channel = rpc::MakeChannel({.target = address, .principal = principal});
      doors.stubs[principal] = concerns::v1::ConcernsService::NewStub(channel);
      doors.ledger = ledger::v1::LedgerService::NewStub(channel);
    }
    Replace(replica, std::move(doors));
  }
  void Clear(int replica) { Replace(replica, {}); }

  // Null while the replica is known to be down.
  std::shared_ptr<Stub> Get(int replica, const std::string& principal) const {
    std::lock_guard lock(mu_);
    const auto& stubs = doors_[static_cast<size_t>(replica)].stubs;
    const auto it = stubs.find(principal);
    return it == stubs.end() ? nullptr : it->second;
  }
  std::shared_ptr<LedgerStub> GetLedger(int replica) const {
    std::lock_guard lock(mu_);
    return doors_[static_cast<size_t>(replica)].ledger;
  }

  // Before another try: returns when a replica comes or goes, or after a moment.
  void Pause() const {
    std::unique_lock lock(mu_);
    changed_.wait_for(lock, std::chrono::milliseconds(10), [this, seen = changes_] { return changes_ != seen; });
  }

 private:
  struct Doors {
    std::map<std::string, std::shared_ptr<Stub>> stubs;
    std::shared_ptr<LedgerStub> ledger;
  };
  // Takes by value: what was there before goes after the lock is let go.
  void Replace(int replica, Doors doors) {
    std::lock_guard lock(mu_);
    std::swap(doors_[static_cast<size_t>(replica)], doors);
    ++changes_;
    changed_.notify_all();
  }

  mutable std::mutex mu_;
  mutable std::condition_variable changed_;
  std::vector<Doors> doors_;
  int64_t changes_ = 0;
};

}  // namespace oversight::crash
