#include "tests/faults/faulty_disk.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <new>

namespace oversight::testing {

FaultyDisk::FaultyDisk(const std::string& under) {
  // For processes of other users, too: PostgreSQL is not run by root, and may not see the folder of the tests.
  if (chmod((folder_ / "").c_str(), 0755) != 0) std::abort();
  const auto beside = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  std::filesystem::copy_file(beside / "faulty_disk_preload.so", Library());
  const int file = open(Control().c_str(), O_RDWR | O_CREAT | O_EXCL, 0666);
  if (file < 0 || fchmod(file, 0666) != 0 || ftruncate(file, sizeof(DiskFaults)) != 0) std::abort();
  void* memory = mmap(nullptr, sizeof(DiskFaults), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  if (memory == MAP_FAILED) std::abort();
  faults_ = new (memory) DiskFaults();
  Move(under);
}

FaultyDisk::~FaultyDisk() {
  Mend();
  munmap(faults_, sizeof(DiskFaults));
}

void FaultyDisk::Mend() {
  faults_->write_error = 0;
  faults_->sync_error = 0;
  faults_->read_only = 0;
  faults_->hold_syncs = 0;
}

void FaultyDisk::Move(const std::string& under) {
  Mend();
  if (under.size() >= sizeof(faults_->under)) std::abort();
  std::memcpy(faults_->under, under.c_str(), under.size() + 1);
}

std::vector<std::string> FaultyDisk::Environment() const {
  return {"LD_PRELOAD=" + Library(), "OVERSIGHT_FAULTY_DISK=" + Control(),
          // AddressSanitizer wants to be the first library, and does well as the second.
          "ASAN_OPTIONS=verify_asan_link_order=0"};
}

}  // namespace oversight::testing
