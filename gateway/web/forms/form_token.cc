#include "gateway/web/forms/form_token.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/rpc/errors.h"
#include "common/text/file.h"
#include "gateway/sign_in/cookies.h"

namespace oversight::gateway::web {
namespace {

constexpr size_t kLeastKeyBytes = 32;
constexpr size_t kRandomDigits = 32;  // 16 bytes in hexadecimal.

absl::StatusOr<std::string> RandomBytes(size_t count) {
  std::string bytes(count, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count)) == 1) return bytes;
  return absl::InternalError("The machine gives no random bytes.");
}

std::string Sign(const std::string& key, const std::string& viewer, const std::string& browser) {
  const std::string text = absl::StrCat("form\n", viewer, "\n", browser);
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
       text.size(), digest, &size);
  return absl::BytesToHexString(absl::string_view(reinterpret_cast<const char*>(digest), size));
}

}  // namespace

absl::StatusOr<FormTokens> FormTokens::WithRandomKey() {
  OVERSIGHT_ASSIGN_OR_RETURN(std::string key, RandomBytes(kLeastKeyBytes));
  return FormTokens({std::move(key)});
}

absl::StatusOr<FormTokens> FormTokens::FromFile(const std::string& path) {
  std::optional<std::string> read = ReadWholeFile(path);
  if (!read.has_value())
    return absl::InvalidArgumentError(absl::StrCat("The key of forms, ", path, ", cannot be read."));
  std::vector<std::string> keys;
  for (const absl::string_view line : absl::StrSplit(*read, '\n')) {
    const absl::string_view key = absl::StripAsciiWhitespace(line);
    if (key.empty()) continue;
    if (key.size() < kLeastKeyBytes) {
      return absl::InvalidArgumentError(absl::StrCat(path, " holds a key of ", key.size(), " bytes, and at least ",
                                                     kLeastKeyBytes,
                                                     " are needed. Make one with: openssl rand -base64 32"));
    }
    keys.emplace_back(key);
  }
  if (keys.empty()) return absl::InvalidArgumentError(absl::StrCat(path, " holds no key."));
  return FormTokens(std::move(keys));
}

std::string FormTokens::Make(const std::string& viewer, const std::string& browser) const {
  return Sign(keys_.front(), viewer, browser);
}

bool FormTokens::IsGood(const std::string& token, const std::string& viewer, const std::string& browser) const {
  if (browser.empty()) return false;
  bool good = false;
  for (const std::string& key : keys_) {
    const std::string wanted = Sign(key, viewer, browser);
    good |= token.size() == wanted.size() && CRYPTO_memcmp(token.data(), wanted.data(), wanted.size()) == 0;
  }
  return good;
}

std::string BrowserOf(const HttpRequest& request) {
  const std::string value = CookieOf(request, kFormCookie);
  const bool ours = value.size() == kRandomDigits &&
                    std::all_of(value.begin(), value.end(), [](unsigned char c) { return absl::ascii_isxdigit(c); });
  return ours ? value : "";
}

absl::StatusOr<std::string> NewRandomValue() {
  OVERSIGHT_ASSIGN_OR_RETURN(const std::string bytes, RandomBytes(kRandomDigits / 2));
  return absl::BytesToHexString(bytes);
}

}  // namespace oversight::gateway::web
