#include "tests/faults/faulty_disk.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <new>
#include <utility>

namespace oversight::testing {

FaultyDisk::FaultyDisk(std::string under) : under_(std::move(under)) {
  control_ = (std::filesystem::temp_directory_path() / "oversight-disk-XXXXXX").string();
  const int file = mkstemp(control_.data());
  // For processes of other users, too: PostgreSQL is not run by root.
  if (file < 0 || fchmod(file, 0666) != 0 || ftruncate(file, sizeof(DiskFaults)) != 0) std::abort();
  void* memory = mmap(nullptr, sizeof(DiskFaults), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  if (memory == MAP_FAILED) std::abort();
  faults_ = new (memory) DiskFaults();
}

FaultyDisk::~FaultyDisk() {
  Mend();
  munmap(faults_, sizeof(DiskFaults));
  unlink(control_.c_str());
}

void FaultyDisk::Mend() {
  faults_->write_error = 0;
  faults_->sync_error = 0;
  faults_->read_only = 0;
  faults_->hold_syncs = 0;
}

std::vector<std::string> FaultyDisk::Environment() const {
  const auto library = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "faulty_disk_preload.so";
  return {"LD_PRELOAD=" + library.string(), "OVERSIGHT_FAULTY_DISK=" + control_,
          "OVERSIGHT_FAULTY_DISK_UNDER=" + under_,
          // AddressSanitizer wants to be the first library, and does well as the second.
          "ASAN_OPTIONS=verify_asan_link_order=0"};
}

}  // namespace oversight::testing
