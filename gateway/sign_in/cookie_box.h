// Seals what the gateway keeps in browsers: AES-256-GCM of OpenSSL, so that nobody else can read it or make it. The
// keys are in a file: the first seals, every one opens, so a new one is put behind, and in front when every replica
// knows it, and an old one taken away when what it sealed has run out. The file is looked at each second; while it
// cannot be used, the keys known stay and the log says so. Every replica has the same file. Thread-safe.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/auth/token/file_watch.h"

namespace oversight::gateway {

class CookieBox {
 public:
  // NOT_FOUND or INVALID_ARGUMENT with a plain message, which holds nothing of the file.
  static absl::StatusOr<std::unique_ptr<CookieBox>> FromFile(const std::string& path);
  CookieBox(const CookieBox&) = delete;
  CookieBox& operator=(const CookieBox&) = delete;

  // As a cookie's value, of letters, digits, - and _. What is sealed for one purpose does not open for another.
  std::string Seal(std::string_view purpose, std::string_view content) const;
  // Nothing when it was not sealed by one of the keys for that purpose, or has been changed.
  std::optional<std::string> Open(std::string_view purpose, std::string_view sealed) const;

  // Looks at the file now. What is wrong with it; the keys known stay then.
  absl::Status Reread();

  // The keys of a file: one to eight lines, each 32 random bytes in base64 (`openssl rand -base64 32`).
  static absl::StatusOr<std::vector<std::string>> ReadKeys(const std::string& path);

 private:
  CookieBox(std::string path, std::vector<std::string> keys) : path_(std::move(path)), keys_(std::move(keys)) {}
  std::vector<std::string> Keys() const;

  const std::string path_;
  mutable std::mutex mu_;  // Guards what follows.
  std::vector<std::string> keys_;
  std::unique_ptr<auth::FileWatch> watch_;
};

}  // namespace oversight::gateway
