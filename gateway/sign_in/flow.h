// The steps of signing in by OpenID Connect's authorization code flow with PKCE, as pure functions: what is asked of
// the issuer, and what its answers say. (OpenID Connect Core 1.0 and Discovery 1.0, RFC 6749, RFC 7636, RFC 9207.) Only
// Flow::New is not pure: it draws what nobody can guess. Thread-safe.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gateway/http/query.h"

namespace oversight::gateway {

// One sign-in on its way: what the browser keeps, sealed, while it is at the issuer.
struct Flow {
  // How long somebody may take at the issuer.
  static constexpr absl::Duration kLasts = absl::Minutes(10);

  std::string state;     // Comes back with the code: the answer belongs to this browser.
  std::string nonce;     // Stands in the ID token: the token belongs to this sign-in.
  std::string verifier;  // Of PKCE: a code that somebody else got hold of is worth nothing.
  std::string next;      // Where to go on to.
  absl::Time begun;

  static Flow New(const std::string& next, absl::Time now);
  std::string Text() const;
  static std::optional<Flow> FromText(const std::string& text);
};

// The S256 challenge of a PKCE verifier.
std::string ChallengeOf(const std::string& verifier);

// Where the issuer is asked.
struct Endpoints {
  std::string authorization, token;
  bool secret_in_body = false;  // client_secret_post, where the issuer takes no client_secret_basic.
};
// Of the issuer's discovery document. In plain words what is wrong with it: not JSON, of another issuer, an endpoint
// that is missing or not https, no S256.
absl::StatusOr<Endpoints> ReadDiscovery(const std::string& text, const std::string& issuer);

// A value, and names and values, as a query or a form has them.
std::string FormValue(const std::string& text);
std::string FormOf(const Parameters& parameters);
// Where to send the browser. Parameters that `endpoint` has already stay.
std::string AuthorizationUrl(const std::string& endpoint, const std::string& client, const std::string& redirect_uri,
                             const std::string& scope, const Flow& flow);

struct Tokens {
  std::string access_token, id_token;
};
// Of the token endpoint's answer. INVALID_ARGUMENT when the issuer refuses the code; UNAVAILABLE for anything else that
// is no answer with both tokens. The words hold nothing of a token.
absl::StatusOr<Tokens> ReadTokens(int status, const std::string& body);

}  // namespace oversight::gateway
