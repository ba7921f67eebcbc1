#include "gateway/sign_in/cookie_box.h"

#include <openssl/evp.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/observe/json_log.h"
#include "gateway/sign_in/random.h"

namespace oversight::gateway {
namespace {

constexpr size_t kKeyBytes = 32, kNonceBytes = 12, kTagBytes = 16;
constexpr size_t kMaxKeys = 8;
// Put before all else, so that another form can follow one day.
constexpr char kForm = '\1';

struct Release {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, Release>;

const unsigned char* In(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }
unsigned char* Out(std::string& bytes, size_t at = 0) { return reinterpret_cast<unsigned char*>(bytes.data()) + at; }
int Size(std::string_view bytes) { return static_cast<int>(bytes.size()); }

std::optional<std::string> OpenBy(const std::string& key, std::string_view purpose, std::string_view nonce,
                                  std::string_view hidden, std::string tag) {
  const Context context(EVP_CIPHER_CTX_new());
  std::string content(hidden.size(), '\0');
  int size = 0, more = 0;
  const bool good = EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, In(key), In(nonce)) == 1 &&
                    EVP_DecryptUpdate(context.get(), nullptr, &size, In(purpose), Size(purpose)) == 1 &&
                    EVP_DecryptUpdate(context.get(), Out(content), &size, In(hidden), Size(hidden)) == 1 &&
                    EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, tag.data()) == 1 &&
                    EVP_DecryptFinal_ex(context.get(), Out(content, static_cast<size_t>(size)), &more) == 1;
  if (!good) return std::nullopt;
  return content;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> CookieBox::ReadKeys(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError(absl::StrCat("cannot read the keys in ", path));
  std::string text(4096, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(file.gcount()));
  std::vector<std::string> keys;
  bool well = text.size() < 4096;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    line = absl::StripAsciiWhitespace(line);
    if (line.empty()) continue;
    std::string key;
    well = well && absl::Base64Unescape(line, &key) && key.size() == kKeyBytes;
    keys.push_back(std::move(key));
  }
  if (!well || keys.empty() || keys.size() > kMaxKeys) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, " does not hold one to ", kMaxKeys,
                     " lines, each a key of 32 bytes in base64, as openssl rand -base64 32 makes them"));
  }
  return keys;
}

absl::StatusOr<std::unique_ptr<CookieBox>> CookieBox::FromFile(const std::string& path) {
  auto keys = ReadKeys(path);
  if (!keys.ok()) return keys.status();
  std::unique_ptr<CookieBox> box(new CookieBox(path, *std::move(keys)));
  box->watch_ = std::make_unique<auth::FileWatch>("the keys of sessions cannot be read; those known stay",
                                                  [raw = box.get()] { return raw->Reread(); });
  return box;
}

std::vector<std::string> CookieBox::Keys() const {
  std::lock_guard lock(mu_);
  return keys_;
}

std::string CookieBox::Seal(std::string_view purpose, std::string_view content) const {
  const std::string key = Keys().front();
  const std::string nonce = RandomBytes(kNonceBytes);
  std::string hidden(content.size() + kTagBytes, '\0');
  const Context context(EVP_CIPHER_CTX_new());
  int size = 0, more = 0;
  const bool good =
      EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, In(key), In(nonce)) == 1 &&
      EVP_EncryptUpdate(context.get(), nullptr, &size, In(purpose), Size(purpose)) == 1 &&
      EVP_EncryptUpdate(context.get(), Out(hidden), &size, In(content), Size(content)) == 1 &&
      EVP_EncryptFinal_ex(context.get(), Out(hidden, content.size()), &more) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes, Out(hidden, content.size())) == 1;
  if (!good) std::abort();  // Never in the clear.
  const std::string all = absl::StrCat(std::string(1, kForm), nonce, hidden);
  return absl::WebSafeBase64Escape(all);
}

std::optional<std::string> CookieBox::Open(std::string_view purpose, std::string_view sealed) const {
  std::string all;
  if (!absl::WebSafeBase64Unescape(absl::string_view(sealed.data(), sealed.size()), &all)) return std::nullopt;
  if (all.size() < 1 + kNonceBytes + kTagBytes || all[0] != kForm) return std::nullopt;
  const std::string_view rest = std::string_view(all).substr(1);
  const std::string_view nonce = rest.substr(0, kNonceBytes);
  const std::string_view hidden = rest.substr(kNonceBytes, rest.size() - kNonceBytes - kTagBytes);
  const std::string tag(rest.substr(rest.size() - kTagBytes));
  for (const std::string& key : Keys()) {
    if (auto content = OpenBy(key, purpose, nonce, hidden, tag)) return content;
  }
  return std::nullopt;
}

absl::Status CookieBox::Reread() {
  auto keys = ReadKeys(path_);
  if (!keys.ok()) return keys.status();
  std::lock_guard lock(mu_);
  if (*keys == keys_) return absl::OkStatus();
  keys_ = *std::move(keys);
  observe::LogInfo("the keys of sessions have been replaced", {{"keys", static_cast<int64_t>(keys_.size())}});
  return absl::OkStatus();
}

}  // namespace oversight::gateway
