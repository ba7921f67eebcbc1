// Who is signed in at the pages: a session is a cookie, sealed, that holds the caller's token, since when and until
// when. The gateway keeps none of them, so any replica knows a session, and nobody is signed out when one stops. A
// session says who calls by sending its token on, as any caller's: the services verify it with each call.
//
// It counts for a request that reads, and for one that changes something when the browser says that a page of ours made
// it; never beside another proof. Immutable; thread-safe.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "common/auth/principal.h"
#include "common/auth/token_authenticator.h"
#include "common/time/clock.h"
#include "gateway/http/http_face.h"
#include "gateway/sign_in/cookie_box.h"

namespace oversight::gateway {

struct Session {
  std::string token;
  absl::Time signed_in, expires;
};

class Sessions {
 public:
  static constexpr char kCookie[] = "__Host-oversight-session";
  // Of name and value together: what every browser keeps (RFC 6265).
  static constexpr size_t kMaxCookieBytes = 4096;

  // All of it must outlive the sessions.
  Sessions(const CookieBox& box, const auth::TokenAuthenticator& verifier, const Clock& clock)
      : box_(box), verifier_(verifier), clock_(clock) {}

  // The session that counts for a request; nothing when there is none, or it has expired.
  std::optional<Session> Of(const HttpRequest& request) const;
  // Whom its token is for, by the rules of the services; null when they would refuse it.
  std::shared_ptr<const auth::Principal> PrincipalOf(const Session& session) const;
  // The value of set-cookie that begins it; nothing when the token is too long for a cookie.
  std::optional<std::string> Begin(const Session& session) const;

 private:
  const CookieBox& box_;
  const auth::TokenAuthenticator& verifier_;
  const Clock& clock_;
};

}  // namespace oversight::gateway
