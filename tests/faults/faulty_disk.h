// A disk that goes wrong on demand under a real process: a library that is loaded before all others
// (faulty_disk_preload) stands in front of the system's writes, syncs and opens of the files below one path, and does
// to them what the test says meanwhile. Unlike a faulty VFS it needs nothing of the program and spares nothing in it:
// the store's own file handling is part of what is tried.
//
//   FaultyDisk disk(folder / "store");
//   ServerProcess server(command, ready, log, disk.Environment());
//   disk->write_error = ENOSPC;
//
// Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/temp_dir.h"

namespace oversight::testing {

// What the test and the processes share, by a mapped file. All zero: nothing is wrong.
struct DiskFaults {
  char under[512];                   // the beginning of the paths concerned; set while nothing is wrong
  std::atomic<int32_t> write_error;  // errno of writes and of making files longer
  std::atomic<int32_t> sync_error;   // errno of syncs
  std::atomic<int32_t> read_only;    // 1: what needs a writable file system fails with EROFS, opening included
  std::atomic<int32_t> hold_syncs;   // 1: syncs wait until it is 0
  // Told by the processes.
  std::atomic<int32_t> held;    // syncs that wait now
  std::atomic<int32_t> failed;  // how often something was made to fail
};
static_assert(std::atomic<int32_t>::is_always_lock_free);

class FaultyDisk {
 public:
  // `under`: the beginning of the paths concerned.
  explicit FaultyDisk(const std::string& under = "/nowhere");
  ~FaultyDisk();
  FaultyDisk(const FaultyDisk&) = delete;
  FaultyDisk& operator=(const FaultyDisk&) = delete;

  DiskFaults* operator->() { return faults_; }
  // Whole again. What waits goes on.
  void Mend();
  // Mends it, and concerns other paths from now on.
  void Move(const std::string& under);
  // NAME=value, for the process that is to have this disk.
  std::vector<std::string> Environment() const;

 private:
  std::string Control() const { return folder_ / "control"; }
  std::string Library() const { return folder_ / "preload.so"; }

  const TempDir folder_;
  DiskFaults* faults_ = nullptr;
};

}  // namespace oversight::testing
