// What a loss of power does to files: everything synced stays, and of what was not synced since, nothing or some parts
// reach the disk. FaultyVfs tells it each change that SQLite makes; when the power goes, it says what each file holds
// afterwards. Files are known by path. Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace oversight::testing {

class UnsyncedWrites {
 public:
  // A write reaches the disk in pieces of this many bytes, each whole or not at all.
  static constexpr int64_t kSector = 512;

  // The power goes just before the n-th change from now. Never, until this is called.
  void CutBefore(int64_t changes);
  // The power is gone: nothing reaches the disk any more.
  bool cut() const { return cut_; }
  // From now on syncs are answered and not done: a disk that lies, to see that a test can tell.
  void Lie() { lying_ = true; }

  // The file was opened: what it holds now, when it is not known yet, is taken for synced.
  void Open(const std::string& path);
  // Changes. False: the power is gone, and the change must not be made.
  bool Write(const std::string& path, const void* data, int64_t size, int64_t offset);
  bool Truncate(const std::string& path, int64_t size);
  bool Remove(const std::string& path);
  bool Sync(const std::string& path);
  // The folder was synced: what was removed from it stays removed.
  bool SyncFolder();

  // What each file holds when the power is back; nothing where there is no file. Of what was not synced, nothing is
  // there or, with `random`, each piece by the toss of a coin.
  std::map<std::string, std::optional<std::string>> AfterPowerLoss(std::mt19937_64* random) const;
  // The power is back, and the files hold this.
  void PowerBack(const std::map<std::string, std::optional<std::string>>& files);

 private:
  struct Change {
    enum class Kind { kWrite, kTruncate, kRemove } kind = Kind::kWrite;
    int64_t offset = 0;  // kTruncate: the new size
    std::string bytes;
  };
  struct File {
    std::optional<std::string> synced;
    std::vector<Change> unsynced;
  };
  static void Apply(const Change& change, std::optional<std::string>& content);
  static void ApplyPart(const Change& change, std::mt19937_64& random, std::optional<std::string>& content);
  // One more change; false when the power is gone.
  bool Step();
  bool Note(const std::string& path, Change change);

  mutable std::mutex mu_;
  std::map<std::string, File> files_;
  int64_t left_ = -1;  // changes until the power goes; negative: it stays
  std::atomic<bool> cut_{false};
  std::atomic<bool> lying_{false};
};

}  // namespace oversight::testing
