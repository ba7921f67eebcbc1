#include "common/auth/token/web_call.h"

#include <curl/curl.h>

#include <memory>
#include <mutex>

#include "absl/strings/str_cat.h"

namespace oversight::auth {
namespace {

constexpr size_t kMaxBytes = 256 << 10;

size_t Write(const char* data, size_t size, size_t count, void* body) {
  auto& text = *static_cast<std::string*>(body);
  if (text.size() + size * count > kMaxBytes) return 0;  // Ends the transfer.
  text.append(data, size * count);
  return size * count;
}

int Progress(void* cancelled, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<const std::atomic<bool>*>(cancelled)->load() ? 1 : 0;
}

// A part of a URL; "" when it has none.
std::string Part(CURLU* url, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, flags) != CURLUE_OK) return "";
  const std::unique_ptr<char, void (*)(void*)> owned(text, curl_free);
  return text;
}

}  // namespace

absl::StatusOr<WebAnswer> WebCall(const WebRequest& request, const std::atomic<bool>& cancelled) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  const std::unique_ptr<CURL, void (*)(CURL*)> curl(curl_easy_init(), curl_easy_cleanup);
  if (curl == nullptr) return absl::UnavailableError("libcurl cannot be started");
  WebAnswer answer;
  char why[CURL_ERROR_SIZE] = "";
  const auto set = [&curl](CURLoption option, auto value) { curl_easy_setopt(curl.get(), option, value); };
  set(CURLOPT_URL, request.url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_NOSIGNAL, 1L);
  const int64_t at_most = absl::ToInt64Milliseconds(request.at_most);
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(at_most / 2));  // NOLINT: libcurl's type
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(at_most));             // NOLINT: libcurl's type
  set(CURLOPT_USERAGENT, "oversight");
  set(CURLOPT_ERRORBUFFER, why);
  if (!request.ca_file.empty()) set(CURLOPT_CAINFO, request.ca_file.c_str());
  if (request.form.has_value()) {
    set(CURLOPT_POSTFIELDSIZE, static_cast<long>(request.form->size()));  // NOLINT: libcurl's type
    set(CURLOPT_POSTFIELDS, request.form->c_str());
  }
  if (!request.user.empty()) {
    set(CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
    set(CURLOPT_USERNAME, request.user.c_str());
    set(CURLOPT_PASSWORD, request.password.c_str());
  }
  set(CURLOPT_WRITEFUNCTION, &Write);
  set(CURLOPT_WRITEDATA, &answer.body);
  set(CURLOPT_NOPROGRESS, 0L);
  set(CURLOPT_XFERINFOFUNCTION, &Progress);
  set(CURLOPT_XFERINFODATA, &cancelled);
  const CURLcode code = curl_easy_perform(curl.get());
  if (code != CURLE_OK) {
    return absl::UnavailableError(absl::StrCat(request.url, ": ", why[0] != '\0' ? why : curl_easy_strerror(code)));
  }
  long status = 0;  // NOLINT: libcurl's type
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  answer.status = static_cast<int>(status);
  return answer;
}

std::optional<UrlParts> PartsOfUrl(const std::string& url) {
  const std::unique_ptr<CURLU, void (*)(CURLU*)> parsed(curl_url(), curl_url_cleanup);
  if (parsed == nullptr || curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), CURLU_DISALLOW_USER) != CURLUE_OK) {
    return std::nullopt;
  }
  UrlParts parts;
  parts.scheme = Part(parsed.get(), CURLUPART_SCHEME);
  parts.host = Part(parsed.get(), CURLUPART_HOST);
  parts.port = Part(parsed.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT);
  parts.path = Part(parsed.get(), CURLUPART_PATH);
  parts.query = Part(parsed.get(), CURLUPART_QUERY);
  return parts;
}

bool IsSafeUrl(const std::string& url) {
  const auto parts = PartsOfUrl(url);
  if (!parts.has_value()) return false;
  return parts->scheme == "https" || (parts->scheme == "http" && IsLoopbackHost(parts->host));
}

bool IsLoopbackHost(const std::string& host) { return host == "127.0.0.1" || host == "localhost" || host == "[::1]"; }

}  // namespace oversight::auth
