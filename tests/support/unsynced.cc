#include "tests/support/unsynced.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

namespace oversight::testing {

void UnsyncedWrites::CutBefore(int64_t changes) {
  std::lock_guard lock(mu_);
  left_ = changes;
}

void UnsyncedWrites::Open(const std::string& path) {
  std::lock_guard lock(mu_);
  if (files_.contains(path)) return;
  File& file = files_[path];
  if (!std::filesystem::exists(path)) return;
  std::ifstream in(path, std::ios::binary);
  file.synced = std::string(std::istreambuf_iterator<char>(in), {});
}

bool UnsyncedWrites::Step() {
  if (left_ > 0 && --left_ == 0) cut_ = true;
  return !cut_;
}

bool UnsyncedWrites::Note(const std::string& path, Change change) {
  std::lock_guard lock(mu_);
  if (!Step()) return false;
  files_[path].unsynced.push_back(std::move(change));
  return true;
}

bool UnsyncedWrites::Write(const std::string& path, const void* data, int64_t size, int64_t offset) {
  return Note(path,
              {Change::Kind::kWrite, offset, std::string(static_cast<const char*>(data), static_cast<size_t>(size))});
}

bool UnsyncedWrites::Truncate(const std::string& path, int64_t size) {
  return Note(path, {Change::Kind::kTruncate, size, {}});
}

bool UnsyncedWrites::Remove(const std::string& path) { return Note(path, {Change::Kind::kRemove, 0, {}}); }

bool UnsyncedWrites::Sync(const std::string& path) {
  std::lock_guard lock(mu_);
  if (!Step()) return false;
  if (lying_) return true;
  File& file = files_[path];
  for (const Change& change : file.unsynced) Apply(change, file.synced);
  file.unsynced.clear();
  return true;
}

bool UnsyncedWrites::SyncFolder() {
  std::lock_guard lock(mu_);
  if (!Step()) return false;
  if (lying_) return true;
  for (auto& [path, file] : files_) {
    const auto removal = std::find_if(file.unsynced.rbegin(), file.unsynced.rend(),
                                      [](const Change& change) { return change.kind == Change::Kind::kRemove; });
    if (removal == file.unsynced.rend()) continue;
    file.synced.reset();
    file.unsynced.erase(file.unsynced.begin(), removal.base());
  }
  return true;
}

void UnsyncedWrites::Apply(const Change& change, std::optional<std::string>& content) {
  if (change.kind == Change::Kind::kRemove) {
    content.reset();
    return;
  }
  if (!content) content.emplace();
  const auto offset = static_cast<size_t>(change.offset);
  if (change.kind == Change::Kind::kTruncate) {
    if (content->size() > offset) content->resize(offset);
    return;
  }
  if (content->size() < offset + change.bytes.size()) content->resize(offset + change.bytes.size(), '\0');
  content->replace(offset, change.bytes.size(), change.bytes);
}

void UnsyncedWrites::ApplyPart(const Change& change, std::mt19937_64& random, std::optional<std::string>& content) {
  if (change.kind != Change::Kind::kWrite) {
    if (random() % 2 == 0) Apply(change, content);
    return;
  }
  const auto size = static_cast<int64_t>(change.bytes.size());
  for (int64_t at = 0; at < size;) {
    // Up to where the next sector of the disk begins.
    const int64_t end = std::min(size, at + kSector - (change.offset + at) % kSector);
    if (random() % 2 == 0) {
      Apply({Change::Kind::kWrite, change.offset + at,
             change.bytes.substr(static_cast<size_t>(at), static_cast<size_t>(end - at))},
            content);
    }
    at = end;
  }
}

std::map<std::string, std::optional<std::string>> UnsyncedWrites::AfterPowerLoss(std::mt19937_64* random) const {
  std::lock_guard lock(mu_);
  std::map<std::string, std::optional<std::string>> after;
  for (const auto& [path, file] : files_) {
    std::optional<std::string>& content = after[path] = file.synced;
    if (random == nullptr) continue;
    for (const Change& change : file.unsynced) ApplyPart(change, *random, content);
  }
  return after;
}

void UnsyncedWrites::PowerBack(const std::map<std::string, std::optional<std::string>>& files) {
  std::lock_guard lock(mu_);
  files_.clear();
  for (const auto& [path, content] : files) files_[path].synced = content;
  left_ = -1;
  cut_ = false;
}

}  // namespace oversight::testing
