#include "common/auth/token/key_fetcher.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/auth/token/web_call.h"
#include "common/text/file.h"

namespace oversight::auth {
namespace {

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
  UrlFetcher(std::string url, std::string ca_file) : request_{.url = std::move(url), .ca_file = std::move(ca_file)} {}

  absl::StatusOr<std::string> Fetch() override {
    auto answer = WebCall(request_, cancelled_);
    if (!answer.ok()) return answer.status();
    if (answer->status != 200) {
      return absl::UnavailableError(absl::StrCat(request_.url, " answers with status ", answer->status));
    }
    return std::move(answer->body);
  }

  void Cancel() override { cancelled_.store(true); }

 private:
  const WebRequest request_;
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
