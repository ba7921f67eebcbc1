// Current versions by name, bounded by bytes, for reads without a database. The writer puts every version it commits,
// so an entry is always the current one; deletions are entries too. Thread-safe; readers of different names rarely
// meet.
#pragma once

#include <array>
#include <atomic>
#include <deque>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "common/ledger/types.h"

namespace oversight::ledger {

class VersionCache {
 public:
  explicit VersionCache(int64_t max_bytes) : max_shard_bytes_(max_bytes / kShards) {}

  // The current version, perhaps a deletion, perhaps of a revision not yet published; null when not known here.
  std::shared_ptr<const Version> Get(const std::string& name);
  // The version at a revision that is visible to reads, perhaps a deletion; null when that is not known here. The cache
  // has nothing but current versions, so one that is not newer than a revision is the one at it.
  std::shared_ptr<const Version> GetAt(const std::string& name, Revision revision);
  // By the writer alone, in order of revisions.
  void Put(std::shared_ptr<const Version> version);
  // By a reader that found `version` current at `read_revision`. Ignored when the writer may have put a later one
  // since.
  void Fill(std::shared_ptr<const Version> version, Revision read_revision);

 private:
  static constexpr size_t kShards = 64;
  struct Entry {
    std::shared_ptr<const Version> version;
    bool queued = false;
    mutable std::atomic<bool> used{false};
    Entry() = default;
    Entry(Entry&& other) noexcept
        : version(std::move(other.version)), queued(other.queued), used(other.used.load(std::memory_order_relaxed)) {}
  };
  struct alignas(64) Shard {
    std::shared_mutex mu;
    absl::flat_hash_map<std::string, Entry> entries;
    std::deque<std::string> hand;  // each name once, in the order the clock hand visits them
    int64_t bytes = 0;
    Revision last_put = 0;
  };
  Shard& ShardOf(const std::string& name) { return shards_[std::hash<std::string>()(name) % kShards]; }
  static int64_t SizeOf(const Version& version);
  void Insert(Shard& shard, std::shared_ptr<const Version> version);

  const int64_t max_shard_bytes_;
  std::array<Shard, kShards> shards_;
};

}  // namespace oversight::ledger
