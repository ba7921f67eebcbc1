#include "gateway/sign_in/sign_in.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/auth/token/web_call.h"
#include "common/observe/json_log.h"
#include "common/rpc/errors.h"
#include "common/text/file.h"
#include "gateway/http/query.h"
#include "gateway/sign_in/cookies.h"

namespace oversight::gateway {
namespace {

constexpr char kFlowPurpose[] = "flow 1";
constexpr char kBegun[] = "begun", kSignedIn[] = "signed_in", kSignedOut[] = "signed_out", kIssuer[] = "issuer",
               kToken[] = "token", kFlow[] = "flow", kThrottled[] = "throttled";
constexpr char kTellOperators[] = "Sign in again. If it goes on, tell the operators, with the time.";

bool Same(const std::string& one, const std::string& other) {
  return one.size() == other.size() && CRYPTO_memcmp(one.data(), other.data(), one.size()) == 0;
}

// Under which cookie a flow is: by its state, so that two tabs do not take each other's.
std::string CookieOfState(const std::string& state) { return absl::StrCat(SignIn::kFlowCookie, state.substr(0, 8)); }

HttpAnswer GoTo(const std::string& location) {
  HttpAnswer answer;
  answer.status = 303;
  answer.headers.emplace_back("location", location);
  answer.headers.emplace_back("cache-control", "no-store");
  return answer;
}

// The issuer's own word for what went wrong, where it is one (RFC 6749, 4.1.2.1): letters and _, and not long.
std::string KnownError(const std::string& error) {
  const bool well = error.size() <= 40 && std::all_of(error.begin(), error.end(), [](char c) {
                      return absl::ascii_islower(static_cast<unsigned char>(c)) || c == '_';
                    });
  return well ? error : "an error of its own";
}

}  // namespace

absl::StatusOr<std::unique_ptr<SignIn>> SignIn::Make(const SignInOptions& options,
                                                     const auth::TokenAuthenticator& verifier, const Clock& clock,
                                                     observe::Metrics& metrics) {
  // Otherwise an ID token would pass for an access token.
  if (options.client_id == verifier.rules().audience) {
    return absl::InvalidArgumentError("--sign-in-client must be another name than --audience");
  }
  if (options.authorization_endpoint.empty() && !auth::IsSafeUrl(verifier.rules().issuer)) {
    return absl::InvalidArgumentError(
        "--issuer is no https:// URL where its endpoints could be found: give --authorization-endpoint and "
        "--token-endpoint");
  }
  if (!options.client_secret_file.empty() && !ReadWholeFile(options.client_secret_file).has_value()) {
    return absl::NotFoundError(absl::StrCat("cannot read the client secret in ", options.client_secret_file));
  }
  auto box = CookieBox::FromFile(options.session_key_file);
  if (!box.ok()) return box.status();
  return std::unique_ptr<SignIn>(new SignIn(options, *std::move(box), verifier, clock, metrics));
}

SignIn::SignIn(const SignInOptions& options, std::unique_ptr<CookieBox> box, const auth::TokenAuthenticator& verifier,
               const Clock& clock, observe::Metrics& metrics)
    : options_(options),
      box_(std::move(box)),
      verifier_(verifier),
      clock_(clock),
      sessions_(*box_, verifier, clock),
      issuer_({.issuer = verifier.rules().issuer,
               .endpoints = {.authorization = options.authorization_endpoint, .token = options.token_endpoint},
               .client_id = options.client_id,
               .client_secret_file = options.client_secret_file,
               .ca_file = options.ca_file}) {
  for (const char* outcome : {kBegun, kSignedIn, kSignedOut, kIssuer, kToken, kFlow, kThrottled}) {
    outcomes_[outcome] = &metrics.Counter(
        "oversight_sign_ins_total",
        "Steps of signing in at the pages, by how they went: begun, signed_in, signed_out, or failed by the issuer, by "
        "its token, by a flow that is not (or no longer) this browser's, or as one too many from its address.",
        {{"outcome", outcome}});
  }
}

SignInOutcome SignIn::Count(const char* outcome, SignInOutcome result) {
  outcomes_.at(outcome)->Increment();
  return result;
}

std::optional<std::string> SignIn::RedirectUri(const HttpRequest& request) const {
  if (!options_.public_url.empty()) return options_.public_url + kCallback;
  // On this machine alone the browser's own word for where it is may be taken.
  const std::string base = absl::StrCat("http://", std::string(request.header("host")));
  const auto parts = auth::PartsOfUrl(base);
  if (!parts.has_value() || !auth::IsLoopbackHost(parts->host) || parts->path != "/") return std::nullopt;
  return base + kCallback;
}

SignInTrouble SignIn::IssuerAway(const absl::Status& status) {
  observe::LogWarning("a sign-in has failed at the issuer", {{"error", std::string(status.message())}});
  return {503,
          "You cannot sign in now",
          "The service that says who people are does not answer as it should. It is not part of Oversight.",
          "Try again in a few minutes. What is public can be seen without signing in.",
          {{"retry-after", "30"}}};
}

std::optional<SignInTrouble> SignIn::TooMany(limits::RateLimiter& limiter, const HttpRequest& request) {
  absl::Duration wait;
  if (request.address.empty() || limiter.Take(request.address, 1, clock_.Now(), &wait)) return std::nullopt;
  outcomes_.at(kThrottled)->Increment();
  return SignInTrouble{429,
                       "Too many people sign in from your address",
                       "More sign-ins have been begun there, or have failed, than one address may.",
                       "Wait a minute, and sign in again.",
                       {{"retry-after", absl::StrCat(absl::ToInt64Seconds(absl::Ceil(wait, absl::Seconds(1))))}}};
}

void SignIn::Begin(const HttpRequest& request, const std::string& next, std::function<void(SignInOutcome)> done) {
  // A page elsewhere could spend an office's sign-ins by pictures that are none.
  const std::string_view mode = request.header("sec-fetch-mode");
  if (!mode.empty() && mode != "navigate") {
    return done(SignInTrouble{400, "You cannot sign in like this", "Signing in is a page of its own.", "Open it.", {}});
  }
  if (auto trouble = TooMany(begins_, request)) return done(*std::move(trouble));
  const auto redirect_uri = RedirectUri(request);
  if (!redirect_uri.has_value()) {
    return done(SignInTrouble{400,
                              "You cannot sign in at this address",
                              "It is not said under which address people reach this service, so signing in works on "
                              "the machine that it runs on alone.",
                              "Operators: set --public-url.",
                              {}});
  }
  issuer_.FindEndpoints(
      [this, request, next, redirect_uri, done = std::move(done)](const absl::StatusOr<Endpoints>& endpoints) {
        done(Redirect(request, next, *redirect_uri, endpoints));
      });
}

SignInOutcome SignIn::Redirect(const HttpRequest& request, const std::string& next, const std::string& redirect_uri,
                               const absl::StatusOr<Endpoints>& endpoints) {
  if (!endpoints.ok()) return Count(kIssuer, IssuerAway(endpoints.status()));
  // To what comes of signing in or out nobody wants to go on.
  const std::string place = OwnPath(next);
  const Flow flow = Flow::New(absl::StartsWith(place, "/sign-") ? "/" : place, clock_.Now());
  HttpAnswer answer =
      GoTo(AuthorizationUrl(endpoints->authorization, options_.client_id, redirect_uri, options_.scope, flow));
  // Oldest first, as browsers send them (RFC 6265, 5.4).
  std::vector<std::string> flows;
  for (const auto& [name, value] : CookiesOf(request)) {
    if (absl::StartsWith(name, kFlowCookie)) flows.push_back(name);
  }
  for (size_t i = 0; i + kMaxFlows <= flows.size(); ++i)
    answer.headers.emplace_back("set-cookie", ClearCookie(flows[i]));
  answer.headers.emplace_back(
      "set-cookie", SetCookie(CookieOfState(flow.state), box_->Seal(kFlowPurpose, flow.Text()), Flow::kLasts));
  return Count(kBegun, std::move(answer));
}

void SignIn::Finish(const HttpRequest& request, std::function<void(SignInOutcome)> when_done) {
  // Who fails again and again is told no more than that.
  const auto done = [this, request, when_done = std::move(when_done)](SignInOutcome outcome) {
    if (auto* failure = std::get_if<SignInTrouble>(&outcome)) {
      if (auto trouble = TooMany(failures_, request)) {
        for (const auto& header : failure->headers) {
          if (header.first == "set-cookie") trouble->headers.push_back(header);
        }
        outcome = *std::move(trouble);
      }
    }
    when_done(std::move(outcome));
  };
  const Parameters query = QueryOf(request.target);
  const std::string state = ValueOf(query, "state");
  const std::string cookie = CookieOfState(state);
  const auto text = box_->Open(kFlowPurpose, CookieOf(request, cookie));
  const auto flow = text.has_value() ? Flow::FromText(*text) : std::nullopt;
  if (!flow.has_value() || !Same(flow->state, state) || clock_.Now() >= flow->begun + Flow::kLasts) {
    return done(Count(kFlow, SignInTrouble{400,
                                           "This sign-in does not count",
                                           "It was begun more than ten minutes ago, was finished already, or was begun "
                                           "in another browser.",
                                           "Begin once more.",
                                           {}}));
  }
  // One use of the cookie, however it ends; the code is good once at the issuer.
  const auto finish = [cookie, done](SignInOutcome outcome) {
    auto& headers = std::holds_alternative<HttpAnswer>(outcome) ? std::get<HttpAnswer>(outcome).headers
                                                                : std::get<SignInTrouble>(outcome).headers;
    headers.emplace_back("set-cookie", ClearCookie(cookie));
    done(std::move(outcome));
  };
  const std::string issuer = ValueOf(query, "iss");
  const std::string error = ValueOf(query, "error");
  const std::string code = ValueOf(query, "code");
  const auto redirect_uri = RedirectUri(request);
  // Where the issuer says who it is (RFC 9207), nobody else's answer is taken for its.
  if ((!issuer.empty() && issuer != verifier_.rules().issuer) || !redirect_uri.has_value()) {
    return finish(Count(kFlow, SignInTrouble{400,
                                             "This sign-in does not count",
                                             "The answer is not that of the service that says who people are.",
                                             kTellOperators,
                                             {}}));
  }
  if (!error.empty() || code.empty()) {
    const std::string what = error.empty() ? "neither a code nor an error" : KnownError(error);
    observe::LogWarning("the issuer has not signed somebody in", {{"error", what}});
    return finish(
        Count(kIssuer, SignInTrouble{403,
                                     "You have not been signed in",
                                     absl::StrCat("The service that says who people are answers: ", what, "."),
                                     kTellOperators,
                                     {}}));
  }
  // A cookie can be kept and its flow tried again: that is to cost the issuer, and those who wait for it, no more than
  // signing in does.
  if (auto trouble = TooMany(exchanges_, request)) return finish(*std::move(trouble));
  issuer_.Exchange(
      code, *redirect_uri, flow->verifier,
      [this, flow = *flow, finish](const absl::StatusOr<Tokens>& tokens) { finish(Conclude(flow, tokens)); });
}

// A token that is not what it should be.
SignInOutcome SignIn::Refused(const absl::Status& status, const char* which) {
  observe::LogWarning("a token that somebody signed in with is refused",
                      {{"token", which}, {"reason", ReasonOf(status)}, {"error", std::string(status.message())}});
  if (status.code() == absl::StatusCode::kUnavailable) return Count(kIssuer, IssuerAway(status));
  std::string remedy = kTellOperators;
  if (ReasonOf(status) == "TOKEN_WRONG_AUDIENCE") {
    remedy = "Tell the operators: the issuer must make the access token for the audience that the services are told.";
  }
  if (ReasonOf(status) == "TOKEN_SUBJECT_UNUSABLE") {
    remedy = "Tell the operators: the name that the issuer has for you cannot be used here.";
  }
  return Count(kToken, SignInTrouble{403,
                                     "You have not been signed in",
                                     absl::StrCat("The ", which, " that the issuer gave is refused. ",
                                                  std::string(status.message())),
                                     remedy,
                                     {}});
}

SignInOutcome SignIn::Conclude(const Flow& flow, const absl::StatusOr<Tokens>& tokens) {
  if (!tokens.ok() && tokens.status().code() == absl::StatusCode::kInvalidArgument) {
    return Count(kFlow, SignInTrouble{400,
                                      "This sign-in does not count",
                                      "The service that says who people are no longer takes it: it was used already, "
                                      "or too late.",
                                      "Begin once more.",
                                      {}});
  }
  if (!tokens.ok()) return Count(kIssuer, IssuerAway(tokens.status()));
  if (const absl::Status bad = verifier_.VerifyId(tokens->id_token, options_.client_id, flow.nonce); !bad.ok()) {
    return Refused(bad, "ID token");
  }
  const auto verified = verifier_.Verify(tokens->access_token);
  if (!verified.ok()) return Refused(verified.status(), "access token");
  const auto begun = sessions_.Begin({tokens->access_token, clock_.Now(), verified->good_until});
  if (!begun.has_value()) {
    observe::LogError("an access token is too long for a cookie",
                      {{"bytes", static_cast<int64_t>(tokens->access_token.size())}});
    return Count(kToken, SignInTrouble{403,
                                       "You have not been signed in",
                                       "The access token that the issuer gave is too long for a browser to keep.",
                                       "Tell the operators: the token should hold the claims that Oversight reads, and "
                                       "no more.",
                                       {}});
  }
  HttpAnswer answer = GoTo(flow.next);
  answer.headers.emplace_back("set-cookie", *begun);
  return Count(kSignedIn, std::move(answer));
}

SignInOutcome SignIn::SignOut(const HttpRequest& request) const {
  if (!SaysSameOrigin(request)) {
    return SignInTrouble{403,
                         "You have not been signed out",
                         "The request came from another site.",
                         "Sign out by the button at the top of a page.",
                         {}};
  }
  outcomes_.at(kSignedOut)->Increment();
  HttpAnswer answer = GoTo("/sign-out");
  answer.headers.emplace_back("set-cookie", ClearCookie(Sessions::kCookie));
  return answer;
}

}  // namespace oversight::gateway
