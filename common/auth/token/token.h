// Whether a bearer token (RFC 6750, a JWT signed per RFC 7515) is good, and for whom: one pure function, tested without
// servers, files or clocks. Nothing of a token's content is believed, nor told apart in the answer, before its
// signature has been verified.
//
// What the claims mean (the prefix is a setting, `oversight_` unless said otherwise):
//   iss                    must be the issuer's, exactly
//   aud                    a string or a list; must hold the audience
//   exp                    required; the token is good before it
//   nbf, iat               if given, must not be in the future
//   sub                    whom it is for: principals/{sub}. Another claim can be set to hold it
//   name                   the name for people
//   oversight_roles        a list or one: names of roles, such as "hm-inspector" or "HM_INSPECTOR"; unknown ones are
//   ignored oversight_forces       a list or one: "west-midlands" or "forces/west-midlands" oversight_regions      a
//   list or one: "West Midlands" oversight_all_forces   true: every force
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/auth/principal.h"
#include "common/auth/token/key_set.h"

namespace oversight::auth {

// gRPC takes 8 KiB of headers in all.
inline constexpr size_t kMaxTokenBytes = 6 << 10;

struct TokenRules {
  std::string issuer;
  std::string audience;
  absl::Duration clock_skew = absl::Seconds(30);  // How far the issuer's clock may be from ours, either way.
  std::string claim_prefix = "oversight_";
  std::string subject_claim = "sub";
};

struct VerifiedToken {
  Principal principal;
  absl::Time good_until;  // The token has expired then, or its key is good no longer.
  int unknown_roles = 0;  // Left out of the principal.
};

// The token of an `authorization` header. TOKEN_MALFORMED when it is of another scheme or holds anything but one token
// of at most kMaxTokenBytes. Takes "Bearer" in any case.
absl::StatusOr<std::string> BearerToken(std::string_view authorization);

// UNAUTHENTICATED with one of the TOKEN_ reasons. The message says what to do, and nothing of the token or the rules.
absl::StatusOr<VerifiedToken> VerifyToken(const std::string& token, const TokenRules& rules, const KeySet& keys,
                                          absl::Time now);

// Whether it is an ID token (OpenID Connect Core 3.1.3.7) that the issuer made for this client in answer to the sign-in
// that sent `nonce`. Refuses like VerifyToken, by the rules' issuer and skew; the audience is the client. Says nothing
// of whom it is for: what a caller may do is told by the access token alone.
absl::Status VerifyIdToken(const std::string& token, const TokenRules& rules, const std::string& client,
                           const std::string& nonce, const KeySet& keys, absl::Time now);

}  // namespace oversight::auth
