// Tokens that show that a form was made by us, for this viewer, in this browser: a page of another site can make a
// browser send a form, but it can neither read a token nor make one. A token is an HMAC-SHA256 over the viewer's name
// and a random value that a cookie keeps. Immutable; thread-safe.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gateway/http/http_face.h"

namespace oversight::gateway::web {

// Keeps the random value, for so long.
inline constexpr char kFormCookie[] = "__Host-oversight-form";
inline constexpr absl::Duration kFormLasts = absl::Hours(12);

class FormTokens {
 public:
  // With a key of this process alone. INTERNAL when the machine gives no random bytes.
  static absl::StatusOr<FormTokens> WithRandomKey();
  // With the keys in a file, so that a form made by one replica may be sent to another: lines of at least 32 bytes. The
  // first signs, all are good. INVALID_ARGUMENT, or why the file cannot be read.
  static absl::StatusOr<FormTokens> FromFile(const std::string& path);

  // `viewer` is the name of the principal as far as it is known; `browser` the value of the cookie.
  std::string Make(const std::string& viewer, const std::string& browser) const;
  // False without a cookie.
  bool IsGood(const std::string& token, const std::string& viewer, const std::string& browser) const;

 private:
  explicit FormTokens(std::vector<std::string> keys) : keys_(std::move(keys)) {}

  std::vector<std::string> keys_;  // At least one.
};

// What the browser sent as kFormCookie; "" when it sent none, or something that we do not make.
std::string BrowserOf(const HttpRequest& request);
// A new random value for the cookie, and for the ids of requests. INTERNAL when the machine gives no random bytes.
absl::StatusOr<std::string> NewRandomValue();

}  // namespace oversight::gateway::web
