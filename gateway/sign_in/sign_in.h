// People sign in at the pages: by OpenID Connect's authorization code flow with PKCE at the issuer whose tokens the
// suite takes. What comes of it is a session (sessions.h) with the issuer's access token, held against the rules of the
// services before it is taken, so that nobody gets a session with which every page is refused. The gateway keeps
// nothing of a sign-in: while somebody is at the issuer, their browser holds it in a sealed cookie, for ten minutes and
// one use.
//
// Why the access token and not the ID token: docs/adr/0020-sign-in.md. Thread-safe.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "common/auth/token_authenticator.h"
#include "common/limits/rate_limiter.h"
#include "common/observe/metrics.h"
#include "common/time/clock.h"
#include "gateway/http/http_face.h"
#include "gateway/sign_in/issuer_client.h"
#include "gateway/sign_in/sessions.h"

namespace oversight::gateway {

// As the flags of the gateway say; see docs/operations.md.
struct SignInOptions {
  std::string client_id;  // Empty: nobody signs in here.
  std::string client_secret_file, session_key_file, ca_file;
  std::string scope = "openid";
  std::string public_url;  // "https://oversight.example"; empty: this machine only, by the name the browser used.
  std::string authorization_endpoint, token_endpoint;
};

// Why somebody is not signed in, in words for them.
struct SignInTrouble {
  int status = 400;
  std::string what, why, remedy;
  std::vector<std::pair<std::string, std::string>> headers;  // For the page that says so.
};
// Where the browser goes on to, or what to show.
using SignInOutcome = std::variant<HttpAnswer, SignInTrouble>;

class SignIn {
 public:
  static constexpr char kFlowCookie[] = "__Host-oversight-sign-in-";  // And the beginning of the state.
  // Sign-ins under way in one browser; the oldest give way, since a request has room for so much.
  static constexpr size_t kMaxFlows = 2;
  static constexpr char kCallback[] = "/sign-in/callback";
  // For one address, which may be a whole office: sign-ins begun, and what fails. Beyond it the answer is 429.
  static constexpr double kBeginsAtOnce = 60, kBeginsEachSecond = 1;
  static constexpr double kFailuresAtOnce = 20, kFailuresEachSecond = 0.2;

  // NOT_FOUND or INVALID_ARGUMENT with a plain message when a file cannot be used, or a setting. The others must
  // outlive it.
  static absl::StatusOr<std::unique_ptr<SignIn>> Make(const SignInOptions& options,
                                                      const auth::TokenAuthenticator& verifier, const Clock& clock,
                                                      observe::Metrics& metrics);

  const Sessions& sessions() const { return sessions_; }
  // Sends the browser to the issuer; afterwards it goes on to `next`, or to the front page where that is no place of
  // ours. `done` runs once, on any thread or before it returns.
  void Begin(const HttpRequest& request, const std::string& next, std::function<void(SignInOutcome)> done);
  // The browser comes back from the issuer.
  void Finish(const HttpRequest& request, std::function<void(SignInOutcome)> done);
  // Ends the session of whoever asks from a page of ours. The issuer's own goes on.
  SignInOutcome SignOut(const HttpRequest& request) const;
  // What waits for the issuer ends soon. Before the HTTP port stops.
  void Cancel() { issuer_.Cancel(); }

 private:
  SignIn(const SignInOptions& options, std::unique_ptr<CookieBox> box, const auth::TokenAuthenticator& verifier,
         const Clock& clock, observe::Metrics& metrics);
  std::optional<std::string> RedirectUri(const HttpRequest& request) const;
  SignInOutcome Redirect(const HttpRequest& request, const std::string& next, const std::string& redirect_uri,
                         const absl::StatusOr<Endpoints>& endpoints);
  SignInOutcome Conclude(const Flow& flow, const absl::StatusOr<Tokens>& tokens);
  SignInOutcome Refused(const absl::Status& status, const char* which);
  SignInTrouble IssuerAway(const absl::Status& status);
  SignInOutcome Count(const char* outcome, SignInOutcome result);
  // Why there is no room for one more of these from the request's address; nothing when there is.
  std::optional<SignInTrouble> TooMany(limits::RateLimiter& limiter, const HttpRequest& request);

  const SignInOptions options_;
  const std::unique_ptr<CookieBox> box_;
  const auth::TokenAuthenticator& verifier_;
  const Clock& clock_;
  const Sessions sessions_;
  std::map<std::string, prometheus::Counter*> outcomes_;  // Complete after construction.
  limits::RateLimiter begins_{{.rate = kBeginsEachSecond, .burst = kBeginsAtOnce}};
  limits::RateLimiter exchanges_{{.rate = kBeginsEachSecond, .burst = kBeginsAtOnce}};
  limits::RateLimiter failures_{{.rate = kFailuresEachSecond, .burst = kFailuresAtOnce}};
  IssuerClient issuer_;
};

}  // namespace oversight::gateway
