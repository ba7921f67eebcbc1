#include "gateway/sign_in/sessions.h"

#include <string_view>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/auth/authenticator.h"
#include "gateway/sign_in/cookies.h"

namespace oversight::gateway {
namespace {

constexpr char kPurpose[] = "session 1";

std::string TextOf(const Session& session) {
  return absl::StrCat(absl::ToUnixSeconds(session.signed_in), " ", absl::ToUnixSeconds(session.expires), " ",
                      session.token);
}

// Of what we have sealed ourselves.
std::optional<Session> SessionIn(const std::string& text) {
  const std::vector<std::string> parts = absl::StrSplit(text, absl::MaxSplits(' ', 2));
  int64_t signed_in = 0, expires = 0;
  if (parts.size() != 3 || !absl::SimpleAtoi(parts[0], &signed_in) || !absl::SimpleAtoi(parts[1], &expires)) {
    return std::nullopt;
  }
  return Session{parts[2], absl::FromUnixSeconds(signed_in), absl::FromUnixSeconds(expires)};
}

}  // namespace

std::optional<Session> Sessions::Of(const HttpRequest& request) const {
  if (request.headers.count(auth::kAuthorizationHeader) + request.headers.count(auth::kPrincipalHeader) > 0) {
    return std::nullopt;
  }
  if (!request.reads() && !SaysSameOrigin(request)) return std::nullopt;
  const std::string sealed = CookieOf(request, kCookie);
  if (sealed.empty()) return std::nullopt;
  const auto text = box_.Open(kPurpose, sealed);
  if (!text.has_value()) return std::nullopt;
  auto session = SessionIn(*text);
  if (!session.has_value() || session->expires <= clock_.Now()) return std::nullopt;
  return session;
}

std::shared_ptr<const auth::Principal> Sessions::PrincipalOf(const Session& session) const {
  auto verified = verifier_.Verify(session.token);
  if (!verified.ok()) return nullptr;
  return std::make_shared<auth::Principal>(std::move(verified->principal));
}

std::optional<std::string> Sessions::Begin(const Session& session) const {
  const std::string sealed = box_.Seal(kPurpose, TextOf(session));
  if (sizeof(kCookie) + sealed.size() > kMaxCookieBytes) return std::nullopt;
  return SetCookie(kCookie, sealed, session.expires - clock_.Now());
}

}  // namespace oversight::gateway
