// The library behind FaultyDisk. It must not need anything but the C library, and does nothing where nothing is wrong.
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#include "tests/faults/faulty_disk.h"

namespace {

using oversight::testing::DiskFaults;

DiskFaults* Map() {
  const char* control = getenv("OVERSIGHT_FAULTY_DISK");
  if (control == nullptr) return nullptr;
  using Open = int (*)(const char*, int, ...);
  const int file = reinterpret_cast<Open>(dlsym(RTLD_NEXT, "open"))(control, O_RDWR);
  if (file < 0) return nullptr;
  void* memory = mmap(nullptr, sizeof(DiskFaults), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  return memory == MAP_FAILED ? nullptr : static_cast<DiskFaults*>(memory);
}

DiskFaults* Faults() {
  static DiskFaults* const faults = Map();
  return faults;
}

bool Concerned(const char* path) { return strncmp(path, Faults()->under, strlen(Faults()->under)) == 0; }
bool Concerned(int file) {
  char link[32], path[4096];
  // No snprintf: this may run in a signal handler or between fork and exec.
  char digits[12];
  int n = 0;
  for (unsigned left = static_cast<unsigned>(file); n == 0 || left > 0; left /= 10) {
    digits[n++] = static_cast<char>('0' + left % 10);
  }
  strcpy(link, "/proc/self/fd/");
  char* end = link + strlen(link);
  while (n > 0) *end++ = digits[--n];
  *end = '\0';
  const ssize_t size = readlink(link, path, sizeof(path) - 1);
  if (size <= 0) return false;
  path[size] = '\0';
  return Concerned(path);
}

// Whether a call that gives an errno when `error` is set is to fail.
bool Fails(int error) {
  if (error == 0) return false;
  Faults()->failed.fetch_add(1);
  errno = error;
  return true;
}
int WriteError() {
  if (Faults() == nullptr) return 0;
  return Faults()->read_only != 0 ? EROFS : Faults()->write_error.load();
}

int Sync(const char* name, int file) {
  DiskFaults* const faults = Faults();
  if (faults != nullptr && (faults->hold_syncs != 0 || faults->sync_error != 0) && Concerned(file)) {
    if (faults->hold_syncs != 0) {
      faults->held.fetch_add(1);
      while (faults->hold_syncs != 0) usleep(1000);
      faults->held.fetch_sub(1);
    }
    if (Fails(faults->sync_error)) return -1;
  }
  return reinterpret_cast<int (*)(int)>(dlsym(RTLD_NEXT, name))(file);
}

constexpr int kForWriting = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND;

int Open(const char* name, const char* path, int flags, mode_t mode) {
  if ((flags & kForWriting) != 0 && Faults() != nullptr && Faults()->read_only != 0 && Concerned(path)) {
    // A file system that is read-only refuses before it looks whether the file is there.
    if (Fails(EROFS)) return -1;
  }
  return reinterpret_cast<int (*)(const char*, int, ...)>(dlsym(RTLD_NEXT, name))(path, flags, mode);
}

}  // namespace

#define OVERSIGHT_WRITES(result, name, parameters, arguments)                         \
  extern "C" result name parameters {                                                 \
    const int error = WriteError();                                                   \
    if (error != 0 && Concerned(file) && Fails(error)) return -1;                     \
    return reinterpret_cast<result(*) parameters>(dlsym(RTLD_NEXT, #name)) arguments; \
  }
OVERSIGHT_WRITES(ssize_t, write, (int file, const void* data, size_t size), (file, data, size))
OVERSIGHT_WRITES(ssize_t, pwrite, (int file, const void* data, size_t size, off_t at), (file, data, size, at))
OVERSIGHT_WRITES(ssize_t, pwrite64, (int file, const void* data, size_t size, off64_t at), (file, data, size, at))
OVERSIGHT_WRITES(ssize_t, pwritev, (int file, const iovec* parts, int count, off_t at), (file, parts, count, at))
OVERSIGHT_WRITES(ssize_t, pwritev64, (int file, const iovec* parts, int count, off64_t at), (file, parts, count, at))
OVERSIGHT_WRITES(int, ftruncate, (int file, off_t size) noexcept, (file, size))
OVERSIGHT_WRITES(int, ftruncate64, (int file, off64_t size) noexcept, (file, size))
#undef OVERSIGHT_WRITES

// It returns the error instead of setting errno.
extern "C" int posix_fallocate(int file, off_t at, off_t size) {
  const int error = WriteError();
  if (error != 0 && Concerned(file) && Fails(error)) return error;
  return reinterpret_cast<int (*)(int, off_t, off_t)>(dlsym(RTLD_NEXT, "posix_fallocate"))(file, at, size);
}

extern "C" int fsync(int file) { return Sync("fsync", file); }
extern "C" int fdatasync(int file) { return Sync("fdatasync", file); }

extern "C" int open(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return Open("open", path, flags, mode);
}
extern "C" int open64(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return Open("open64", path, flags, mode);
}
