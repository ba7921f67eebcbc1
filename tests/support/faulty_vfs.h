// A SQLite file system in front of the real one that fails on demand, so that what a full or broken disk or a loss of
// power does is tried on the real engine. It is the default of the process while it lives; open no database before it
// and close all before it goes. Faults may be set from any thread.
#pragma once

#include <sqlite3.h>

#include <atomic>
#include <cstdlib>
#include <cstring>

#include "tests/support/unsynced.h"

namespace oversight::testing {

class FaultyVfs {
 public:
  // How many of the next writes and syncs of a write-ahead log fail, and with which SQLite code.
  std::atomic<int> failing_writes{0};
  std::atomic<int> failing_syncs{0};
  std::atomic<int> code{SQLITE_IOERR_WRITE};
  // How many syncs of write-ahead logs there were.
  std::atomic<int> syncs{0};
  // Told every change of a file by name, and asked whether there still is power. Set before a database is opened.
  UnsyncedWrites* disk = nullptr;

  FaultyVfs() : real_(sqlite3_vfs_find(nullptr)), vfs_(*real_) {
    vfs_.pNext = nullptr;
    vfs_.zName = "faulty";
    vfs_.pAppData = this;
    vfs_.szOsFile = static_cast<int>(sizeof(File)) + real_->szOsFile;
    vfs_.xOpen = &Open;
    vfs_.xDelete = &Delete;
    if (sqlite3_vfs_register(&vfs_, 1) != SQLITE_OK) std::abort();
  }
  ~FaultyVfs() { sqlite3_vfs_unregister(&vfs_); }
  FaultyVfs(const FaultyVfs&) = delete;
  FaultyVfs& operator=(const FaultyVfs&) = delete;

 private:
  // The real file stands right behind ours.
  struct File {
    sqlite3_file base;
    FaultyVfs* vfs;
    bool log;
    const char* path;  // SQLite keeps it while the file is open; null for a temporary file
    bool sync_folder;  // with the first sync, as SQLite does for a journal that may be new
  };
  static File* Ours(sqlite3_file* file) { return reinterpret_cast<File*>(file); }
  static sqlite3_file* Real(sqlite3_file* file) { return reinterpret_cast<sqlite3_file*>(Ours(file) + 1); }

  static UnsyncedWrites& Disk(sqlite3_file* file) { return *Ours(file)->vfs->disk; }

  static bool Take(std::atomic<int>& count) {
    int left = count.load();
    while (left > 0) {
      if (count.compare_exchange_weak(left, left - 1)) return true;
    }
    return false;
  }

  static int Open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
    auto* self = static_cast<FaultyVfs*>(vfs->pAppData);
    Ours(file)->vfs = self;
    Ours(file)->log = (flags & SQLITE_OPEN_WAL) != 0;
    Ours(file)->path = self->disk != nullptr ? name : nullptr;
    Ours(file)->sync_folder =
        (flags & SQLITE_OPEN_CREATE) != 0 && (flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL)) != 0;
    Ours(file)->base.pMethods = nullptr;
    if (Ours(file)->path != nullptr) self->disk->Open(name);
    const int code = self->real_->xOpen(self->real_, name, Real(file), flags, out_flags);
    if (Real(file)->pMethods != nullptr) Ours(file)->base.pMethods = &kMethods;
    return code;
  }
  static int Write(sqlite3_file* f, const void* data, int size, sqlite3_int64 offset) {
    if (Ours(f)->log && Take(Ours(f)->vfs->failing_writes)) return Ours(f)->vfs->code;
    if (Ours(f)->path != nullptr && !Disk(f).Write(Ours(f)->path, data, size, offset)) return SQLITE_IOERR_WRITE;
    return Real(f)->pMethods->xWrite(Real(f), data, size, offset);
  }
  static int Sync(sqlite3_file* f, int flags) {
    if (Ours(f)->log) {
      ++Ours(f)->vfs->syncs;
      if (Take(Ours(f)->vfs->failing_syncs)) return Ours(f)->vfs->code;
    }
    // Where the disk is only thought of, the real one need not be waited for.
    if (Ours(f)->path != nullptr) {
      const bool synced = Disk(f).Sync(Ours(f)->path) && (!Ours(f)->sync_folder || Disk(f).SyncFolder());
      if (synced) Ours(f)->sync_folder = false;
      return synced ? SQLITE_OK : SQLITE_IOERR_FSYNC;
    }
    return Real(f)->pMethods->xSync(Real(f), flags);
  }

  static int Truncate(sqlite3_file* f, sqlite3_int64 size) {
    if (Ours(f)->path != nullptr && !Disk(f).Truncate(Ours(f)->path, size)) return SQLITE_IOERR_TRUNCATE;
    return Real(f)->pMethods->xTruncate(Real(f), size);
  }
  static int Delete(sqlite3_vfs* vfs, const char* name, int sync_folder) {
    auto* self = static_cast<FaultyVfs*>(vfs->pAppData);
    UnsyncedWrites* disk = self->disk;
    if (disk != nullptr && (!disk->Remove(name) || (sync_folder != 0 && !disk->SyncFolder()))) {
      return SQLITE_IOERR_DELETE;
    }
    return self->real_->xDelete(self->real_, name, sync_folder);
  }

  // Everything else goes straight through.
  template <auto Method, class... Args>
  static int Pass(sqlite3_file* f, Args... args) {
    return (Real(f)->pMethods->*Method)(Real(f), args...);
  }
  using M = sqlite3_io_methods;
  inline static const sqlite3_io_methods kMethods = {
      .iVersion = 2,
      .xClose = [](sqlite3_file* f) { return Pass<&M::xClose>(f); },
      .xRead = [](sqlite3_file* f, void* d, int n, sqlite3_int64 o) { return Pass<&M::xRead>(f, d, n, o); },
      .xWrite = &Write,
      .xTruncate = &Truncate,
      .xSync = &Sync,
      .xFileSize = [](sqlite3_file* f, sqlite3_int64* n) { return Pass<&M::xFileSize>(f, n); },
      .xLock = [](sqlite3_file* f, int l) { return Pass<&M::xLock>(f, l); },
      .xUnlock = [](sqlite3_file* f, int l) { return Pass<&M::xUnlock>(f, l); },
      .xCheckReservedLock = [](sqlite3_file* f, int* r) { return Pass<&M::xCheckReservedLock>(f, r); },
      .xFileControl = [](sqlite3_file* f, int op, void* a) { return Pass<&M::xFileControl>(f, op, a); },
      .xSectorSize = [](sqlite3_file* f) { return Pass<&M::xSectorSize>(f); },
      .xDeviceCharacteristics = [](sqlite3_file* f) { return Pass<&M::xDeviceCharacteristics>(f); },
      .xShmMap = [](sqlite3_file* f, int p, int n, int w,
                    void volatile** d) { return Pass<&M::xShmMap>(f, p, n, w, d); },
      .xShmLock = [](sqlite3_file* f, int o, int n, int l) { return Pass<&M::xShmLock>(f, o, n, l); },
      .xShmBarrier = [](sqlite3_file* f) { Real(f)->pMethods->xShmBarrier(Real(f)); },
      .xShmUnmap = [](sqlite3_file* f, int d) { return Pass<&M::xShmUnmap>(f, d); },
  };

  sqlite3_vfs* const real_;
  sqlite3_vfs vfs_;
};

}  // namespace oversight::testing
