#include "common/auth/token/key_fetcher.h"

#include <curl/curl.h>

#include <atomic>
#include <mutex>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/text/file.h"

namespace oversight::auth {
namespace {

constexpr size_t kMaxBytes = 256 << 10;

class FileFetcher final : public KeyFetcher {
 public:
  explicit FileFetcher(std::string path) : path_(std::move(path)) {}
  absl::StatusOr<std::string> Fetch() override {
    auto text = ReadWholeFile(path_);
    if (!text) return absl::NotFoundError(absl::StrCat("cannot read ", path_));
    return *std::move(text);
  }
  absl::Duration Interval(absl::Duration setting) const override { return std::min(setting, absl::Seconds(1)); }

 private:
  const std::string path_;
};

class UrlFetcher final : public KeyFetcher {
 public:
  UrlFetcher(std::string url, std::string ca_file) : url_(std::move(url)), ca_file_(std::move(ca_file)) {
    static std::once_flag once;
    std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  }

  absl::StatusOr<std::string> Fetch() override {
    const std::unique_ptr<CURL, void (*)(CURL*)> curl(curl_easy_init(), curl_easy_cleanup);
    if (curl == nullptr) return absl::UnavailableError("libcurl cannot be started");
    std::string body;
    char why[CURL_ERROR_SIZE] = "";
    const auto set = [&curl](CURLoption option, auto value) { curl_easy_setopt(curl.get(), option, value); };
    set(CURLOPT_URL, url_.c_str());
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_CONNECTTIMEOUT_MS, 5000L);
    set(CURLOPT_TIMEOUT_MS, 10000L);
    set(CURLOPT_USERAGENT, "oversight");
    set(CURLOPT_ERRORBUFFER, why);
    if (!ca_file_.empty()) set(CURLOPT_CAINFO, ca_file_.c_str());
    set(CURLOPT_WRITEFUNCTION, &UrlFetcher::Write);
    set(CURLOPT_WRITEDATA, &body);
    set(CURLOPT_NOPROGRESS, 0L);
    set(CURLOPT_XFERINFOFUNCTION, &UrlFetcher::Progress);
    set(CURLOPT_XFERINFODATA, this);
    const CURLcode code = curl_easy_perform(curl.get());
    if (code != CURLE_OK) {
      return absl::UnavailableError(absl::StrCat(url_, ": ", why[0] != '\0' ? why : curl_easy_strerror(code)));
    }
    long status = 0;  // NOLINT: libcurl's type
    curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
    if (status != 200) return absl::UnavailableError(absl::StrCat(url_, " answers with status ", status));
    return body;
  }

  void Cancel() override { cancelled_.store(true); }

 private:
  static size_t Write(const char* data, size_t size, size_t count, void* body) {
    auto& text = *static_cast<std::string*>(body);
    if (text.size() + size * count > kMaxBytes) return 0;  // Ends the transfer.
    text.append(data, size * count);
    return size * count;
  }
  static int Progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<UrlFetcher*>(self)->cancelled_.load() ? 1 : 0;
  }

  const std::string url_, ca_file_;
  std::atomic<bool> cancelled_{false};
};

}  // namespace

std::unique_ptr<KeyFetcher> FileKeyFetcher(std::string path) { return std::make_unique<FileFetcher>(std::move(path)); }

std::unique_ptr<KeyFetcher> UrlKeyFetcher(std::string url, std::string ca_file) {
  return std::make_unique<UrlFetcher>(std::move(url), std::move(ca_file));
}

bool IsUrl(const std::string& where) {
  return absl::StartsWith(where, "https://") || absl::StartsWith(where, "http://");
}

std::unique_ptr<KeyFetcher> MakeKeyFetcher(const std::string& where, const std::string& ca_file) {
  return IsUrl(where) ? UrlKeyFetcher(where, ca_file) : FileKeyFetcher(where);
}

}  // namespace oversight::auth
