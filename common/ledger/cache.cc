#include "common/ledger/cache.h"

#include <mutex>
#include <utility>

namespace oversight::ledger {

int64_t VersionCache::SizeOf(const Version& version) {
  // The name stands in the map and in the clock too; the rest is what maps, pointers and strings cost.
  return static_cast<int64_t>(version.payload.size() + version.kind.size() + 3 * version.name.size()) + 300;
}

std::shared_ptr<const Version> VersionCache::Get(const std::string& name) {
  Shard& shard = ShardOf(name);
  std::shared_lock lock(shard.mu);
  const auto it = shard.entries.find(name);
  if (it == shard.entries.end()) return nullptr;
  if (!it->second.used.load(std::memory_order_relaxed)) it->second.used.store(true, std::memory_order_relaxed);
  return it->second.version;
}

std::shared_ptr<const Version> VersionCache::GetAt(const std::string& name, Revision revision) {
  std::shared_ptr<const Version> version = Get(name);
  if (version != nullptr && version->revision > revision) version.reset();
  return version;
}

void VersionCache::Put(std::shared_ptr<const Version> version) {
  Shard& shard = ShardOf(version->name);
  std::lock_guard lock(shard.mu);
  shard.last_put = version->revision;
  Insert(shard, std::move(version));
}

void VersionCache::Fill(std::shared_ptr<const Version> version, Revision read_revision) {
  Shard& shard = ShardOf(version->name);
  std::lock_guard lock(shard.mu);
  // What was put after the read may have been evicted again, so a missing entry proves nothing.
  if (shard.last_put > read_revision) return;
  Insert(shard, std::move(version));
}

void VersionCache::Insert(Shard& shard, std::shared_ptr<const Version> version) {
  const std::string& name = version->name;
  if (SizeOf(*version) > max_shard_bytes_) {
    const auto it = shard.entries.find(name);
    if (it == shard.entries.end()) return;
    // Too large to keep, but the old one must go: an empty entry is a miss until the hand takes it away.
    if (it->second.version) shard.bytes -= SizeOf(*it->second.version);
    it->second.version = nullptr;
    return;
  }
  Entry& entry = shard.entries[name];
  if (entry.version) shard.bytes -= SizeOf(*entry.version);
  shard.bytes += SizeOf(*version);
  if (!entry.queued) {
    entry.queued = true;
    shard.hand.push_back(name);
  }
  entry.version = std::move(version);
  while (shard.bytes > max_shard_bytes_ && !shard.hand.empty()) {
    std::string candidate = std::move(shard.hand.front());
    shard.hand.pop_front();
    const auto it = shard.entries.find(candidate);
    if (it->second.used.exchange(false, std::memory_order_relaxed)) {
      shard.hand.push_back(std::move(candidate));
      continue;
    }
    if (it->second.version) shard.bytes -= SizeOf(*it->second.version);
    shard.entries.erase(it);
  }
}

}  // namespace oversight::ledger
