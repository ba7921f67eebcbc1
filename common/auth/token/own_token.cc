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
  result->watch_ = std::make_unique<FileWatch>("the own token cannot be read; the one known stays",
                                               [raw = result.get()] { return raw->Reread(); });
  return result;
}

std::unique_ptr<OwnToken> OwnToken::Fixed(const std::string& token) {
  return std::unique_ptr<OwnToken>(new OwnToken("", token));
}

std::string OwnToken::Authorization() const {
  std::lock_guard lock(mu_);
  return "Bearer " + token_;
}

absl::Status OwnToken::Reread() {
  auto token = Read(path_);
  if (!token.ok()) return token.status();
  std::lock_guard lock(mu_);
  if (*token != token_) {
    token_ = *std::move(token);
    observe::LogInfo("the own token has been replaced", {{"file", path_}});
  }
  return absl::OkStatus();
}

}  // namespace oversight::auth
