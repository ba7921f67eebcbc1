// What a writer knows of names at its base revision: their last version, or that there never was one. Two generations
// bound it by bytes: what is not used while one fills up is forgotten. One thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "common/ledger/postgres/postgres_reads.h"

namespace oversight::ledger {

class VersionMemory {
 public:
  using Stored = PostgresReads::Stored;
  // Null: the name never was.
  using Entry = std::shared_ptr<const Stored>;

  explicit VersionMemory(int64_t max_bytes) : max_generation_bytes_(max_bytes / 2) {}

  std::optional<Entry> Find(const std::string& name) {
    if (const auto it = young_.find(name); it != young_.end()) return it->second;
    const auto it = old_.find(name);
    if (it == old_.end()) return std::nullopt;
    Entry entry = std::move(it->second);
    old_.erase(it);
    Put(name, entry);
    return entry;
  }
  void Put(const std::string& name, Entry entry) {
    young_bytes_ += SizeOf(name, entry.get());  // Counts doubles too: it only makes the generation shorter.
    young_[name] = std::move(entry);
    old_.erase(name);
    if (young_bytes_ < max_generation_bytes_) return;
    old_ = std::exchange(young_, {});
    young_bytes_ = 0;
  }
  void Forget(const std::string& name) {
    young_.erase(name);
    old_.erase(name);
  }
  void Clear() {
    young_.clear();
    old_.clear();
    young_bytes_ = 0;
  }

 private:
  static int64_t SizeOf(const std::string& name, const Stored* stored) {
    const size_t held = stored == nullptr ? 0
                                          : stored->version.payload.size() + stored->version.name.size() +
                                                stored->version.kind.size() + stored->encoded_terms.size() + 250;
    return static_cast<int64_t>(name.size() + held) + 100;
  }
  const int64_t max_generation_bytes_;
  int64_t young_bytes_ = 0;
  absl::flat_hash_map<std::string, Entry> young_, old_;
};

}  // namespace oversight::ledger
