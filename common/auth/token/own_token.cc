#include "common/auth/token/own_token.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/auth/token/token.h"
#include "common/observe/json_log.h"

namespace oversight::auth {

absl::StatusOr<std::string> OwnToken::Read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError(absl::StrCat("cannot read the token in ", path));
  // With room for white space around it; a file without end is too large like any other.
  std::string token(kMaxTokenBytes + 1024, '\0');
  file.read(token.data(), static_cast<std::streamsize>(token.size()));
  token.resize(static_cast<size_t>(file.gcount()));
  absl::StripAsciiWhitespace(&token);
  const bool well = std::all_of(token.begin(), token.end(), [](char c) {
    return absl::ascii_isalnum(c) || std::string_view("-._~+/=").find(c) != std::string_view::npos;
  });
  if (token.empty() || token.size() > kMaxTokenBytes || !well) {
    return absl::InvalidArgumentError(absl::StrCat(path, " does not hold a token and nothing else"));
  }
  return token;
}

absl::StatusOr<std::unique_ptr<OwnToken>> OwnToken::FromFile(const std::string& path) {
  auto token = Read(path);
  if (!token.ok()) return token.status();
  std::unique_ptr<OwnToken> result(new OwnToken(path, *std::move(token)));
  result->thread_ = std::thread([raw = result.get()] { raw->Run(); });
  return result;
}

std::unique_ptr<OwnToken> OwnToken::Fixed(const std::string& token) {
  return std::unique_ptr<OwnToken>(new OwnToken("", token));
}

OwnToken::~OwnToken() {
  {
    std::lock_guard lock(mu_);
    stop_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

std::string OwnToken::Authorization() const {
  std::lock_guard lock(mu_);
  return "Bearer " + token_;
}

void OwnToken::Run() {
  bool told = false;
  std::unique_lock lock(mu_);
  while (!stop_) {
    wake_.wait_for(lock, std::chrono::seconds(1), [this] { return stop_; });
    if (stop_) return;
    lock.unlock();
    auto token = Read(path_);
    if (!token.ok() && !told) {
      observe::LogError("the own token cannot be read; the one known stays", {{"error", token.status()}});
    }
    told = !token.ok();
    lock.lock();
    if (token.ok() && *token != token_) {
      token_ = *std::move(token);
      observe::LogInfo("the own token has been replaced", {{"file", path_}});
    }
  }
}

}  // namespace oversight::auth
