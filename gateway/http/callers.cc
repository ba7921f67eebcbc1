#include "gateway/http/callers.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/auth/authenticator.h"

namespace oversight::gateway {
namespace {

constexpr char kPublic[] = "public";

}  // namespace

std::string CookieOf(const HttpRequest& request, std::string_view name) {
  const auto [begin, end] = request.headers.equal_range("cookie");
  for (auto it = begin; it != end; ++it) {
    for (absl::string_view pair : absl::StrSplit(it->second, ';')) {
      const std::pair<absl::string_view, absl::string_view> parts =
          absl::StrSplit(absl::StripAsciiWhitespace(pair), absl::MaxSplits('=', 1));
      if (std::string_view(parts.first.data(), parts.first.size()) == name) return std::string(parts.second);
    }
  }
  return "";
}

const auth::Principal* Callers::Find(const std::string& name) const {
  for (const auto& choice : choices_) {
    if (choice.name() == name || choice.name() == absl::StrCat("principals/", name)) return &choice;
  }
  return nullptr;
}

std::string Callers::NameOf(const HttpRequest& request) const {
  const std::string chosen = CookieOf(request, kPrincipalCookie);
  return !chosen.empty() && Find(chosen) != nullptr ? chosen : kPublic;
}

const auth::Principal* Callers::Of(const HttpRequest& request) const {
  if (!request.header("authorization").empty()) return nullptr;
  const std::string named(request.header(auth::kPrincipalHeader));
  return Find(named.empty() ? NameOf(request) : named);
}

std::vector<std::pair<std::string, std::string>> Callers::HeadersOf(const HttpRequest& request) const {
  std::vector<std::pair<std::string, std::string>> headers;
  bool named = false;
  for (const std::string& name : ForwardedHeaders()) {
    const auto [begin, end] = request.headers.equal_range(name);
    for (auto it = begin; it != end; ++it) {
      headers.emplace_back(name, it->second);
      named = named || name == "authorization" || name == auth::kPrincipalHeader;
    }
  }
  if (!named && !choices_.empty()) headers.emplace_back(auth::kPrincipalHeader, NameOf(request));
  return headers;
}

}  // namespace oversight::gateway
