#include "gateway/sign_in/cookies.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace oversight::gateway {
namespace {

constexpr size_t kMaxPath = 500;

std::string WithAttributes(const std::string& name, const std::string& value, int64_t seconds) {
  return absl::StrCat(name, "=", value, "; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=", seconds);
}

}  // namespace

std::vector<std::pair<std::string, std::string>> CookiesOf(const HttpRequest& request) {
  std::vector<std::pair<std::string, std::string>> cookies;
  const auto [begin, end] = request.headers.equal_range("cookie");
  for (auto it = begin; it != end; ++it) {
    for (absl::string_view pair : absl::StrSplit(it->second, ';')) {
      const std::pair<absl::string_view, absl::string_view> parts =
          absl::StrSplit(absl::StripAsciiWhitespace(pair), absl::MaxSplits('=', 1));
      cookies.emplace_back(parts.first, parts.second);
    }
  }
  return cookies;
}

std::string CookieOf(const HttpRequest& request, std::string_view name) {
  for (auto& [key, value] : CookiesOf(request)) {
    if (key == name) return value;
  }
  return "";
}

std::string SetCookie(const std::string& name, const std::string& value, absl::Duration lasts) {
  return WithAttributes(name, value, absl::ToInt64Seconds(lasts));
}

std::string ClearCookie(const std::string& name) { return WithAttributes(name, "", 0); }

bool SaysSameOrigin(const HttpRequest& request) {
  const std::string_view site = request.header("sec-fetch-site");
  if (!site.empty() && site != "same-origin") return false;
  const std::string_view origin = request.header("origin");
  const std::string host(request.header("host"));
  if (origin.empty()) return !site.empty();
  return !host.empty() && (origin == absl::StrCat("http://", host) || origin == absl::StrCat("https://", host));
}

bool FromElsewhere(const HttpRequest& request) {
  const std::string_view site = request.header("sec-fetch-site");
  if (!site.empty() && site != "same-origin" && site != "none") return true;
  const std::string_view origin = request.header("origin");
  const std::string host(request.header("host"));
  return !origin.empty() && origin != absl::StrCat("http://", host) && origin != absl::StrCat("https://", host);
}

std::string OwnPath(const std::string& path) {
  if (path.empty() || path.size() > kMaxPath || path[0] != '/' || absl::StartsWith(path, "//")) return "/";
  for (const char c : path) {
    if (c <= ' ' || c == '\\' || static_cast<unsigned char>(c) >= 0x7f) return "/";
  }
  return path;
}

}  // namespace oversight::gateway
