#include "gateway/development_issuer/issuer_face.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/auth/names.h"
#include "common/auth/token/web_call.h"
#include "common/observe/json_log.h"
#include "common/text/sha256.h"
#include "common/text/template.h"
#include "gateway/sign_in/flow.h"
#include "gateway/sign_in/random.h"
#include "google/protobuf/struct.pb.h"

namespace oversight::gateway {
namespace {

constexpr absl::Duration kCodeLasts = absl::Minutes(1);
constexpr size_t kMaxCodes = 1000;

constexpr char kPage[] = R"(<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<title>Development issuer</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/style.css">
</head>
<body>
<main>
<h1>Development issuer</h1>
<p class="loud"><strong>For development only.</strong> Nobody proves anything here: whoever reaches this page can sign in as anybody below. Never let a service that holds real records trust this issuer.</p>
{{#wrong}}<p>{{wrong}}</p>{{/wrong}}
{{^wrong}}
<form method="post" action="/authorize">
{{#hidden}}<input type="hidden" name="{{name}}" value="{{value}}">
{{/hidden}}
<fieldset>
<legend>Sign in to {{client}} as</legend>
{{#choices}}<p><input type="radio" name="principal" id="{{id}}" value="{{id}}"{{#first}} checked{{/first}}> <label for="{{id}}">{{name}}</label></p>
{{/choices}}
</fieldset>
<p><button type="submit">Sign in</button> <button type="submit" name="refuse" value="yes">Do not sign in</button></p>
</form>
{{/wrong}}
</main>
</body>
</html>
)";

constexpr char kStyle[] =
    "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:42rem;margin:2rem auto;padding:0 "
    "1rem;color:#0b0c0c;background:#fff}"
    ".loud{background:#fff7bf;border:4px solid #d4351c;padding:1rem}button{font:inherit;padding:.5rem 1rem}";

class Nothing final : public Cancellable {
 public:
  void Cancel() override {}
};

std::string Quoted(const std::string& text) {
  std::string json;
  observe::AppendJsonString(text, json);
  return json;
}

HttpAnswer Json(int status, std::string body) {
  HttpAnswer answer;
  answer.status = status;
  answer.headers.emplace_back("content-type", "application/json");
  answer.headers.emplace_back("cache-control", "no-store");
  answer.body = std::move(body);
  return answer;
}

HttpAnswer TokenError(const char* error) { return Json(400, absl::StrCat(R"({"error":")", error, "\"}")); }

HttpAnswer Text(int status, const char* type, std::string body) {
  HttpAnswer answer;
  answer.status = status;
  answer.headers.emplace_back("content-type", type);
  answer.body = std::move(body);
  return answer;
}

void Put(google::protobuf::Struct& view, const std::string& name, const std::string& value) {
  (*view.mutable_fields())[name].set_string_value(value);
}

void PutTrue(google::protobuf::Struct& view, const std::string& name) {
  (*view.mutable_fields())[name].set_bool_value(true);
}

google::protobuf::Struct& AddTo(google::protobuf::Struct& view, const std::string& list) {
  return *(*view.mutable_fields())[list].mutable_list_value()->add_values()->mutable_struct_value();
}

std::string IdOf(const auth::Principal& principal) {
  return principal.name().substr(std::string_view(auth::kPrincipalPrefix).size());
}

// "http://127.0.0.1:8080", of an address on this machine; "" of any other.
std::string OwnOrigin(const std::string& url) {
  const auto parts = auth::PartsOfUrl(url);
  if (!parts.has_value() || parts->scheme != "http" || !auth::IsLoopbackHost(parts->host)) return "";
  return absl::StrCat("http://", parts->host, ":", parts->port);
}

HttpAnswer Html(const google::protobuf::Struct& view, int status, const std::string& origin) {
  HttpAnswer answer = Text(status, "text/html; charset=utf-8", RenderHtml(kPage, view).value_or("the page is broken"));
  answer.headers.emplace_back("cache-control", "no-store");
  // A form that is answered by sending the browser on goes there too.
  answer.headers.emplace_back("content-security-policy",
                              absl::StrCat("default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors "
                                           "'none'; form-action 'self' ",
                                           origin));
  return answer;
}

HttpAnswer Wrong(const std::string& words) {
  google::protobuf::Struct view;
  Put(view, "wrong", words);
  return Html(view, 400, "");
}

HttpAnswer BackTo(const std::string& redirect_uri, const Parameters& parameters) {
  HttpAnswer answer;
  answer.status = 303;
  answer.headers.emplace_back(
      "location",
      absl::StrCat(redirect_uri, redirect_uri.find('?') == std::string::npos ? "?" : "&", FormOf(parameters)));
  answer.headers.emplace_back("cache-control", "no-store");
  return answer;
}

}  // namespace

void IssuerFace::Set(const Settings& settings) {
  std::lock_guard lock(mu_);
  settings_ = settings;
}

std::shared_ptr<Cancellable> IssuerFace::Answer(const HttpRequest& request, absl::Time,
                                                std::function<void(HttpAnswer)> done) {
  done(AnswerTo(request));
  return std::make_shared<Nothing>();
}

HttpAnswer IssuerFace::AnswerTo(const HttpRequest& request) {
  Settings settings;
  {
    std::lock_guard lock(mu_);
    settings = settings_;
  }
  if (settings.issuer.empty()) return Text(503, "text/plain", "Not yet.\n");
  const std::string_view path = request.path();
  if (path == "/authorize") return Authorize(request, settings);
  if (path == "/token" && request.method == "POST") return Token(request, settings);
  if (path == "/style.css") return Text(200, "text/css; charset=utf-8", kStyle);
  if (path == "/jwks.json") return Json(200, auth::Jwks({key_}));
  if (path == "/.well-known/openid-configuration") {
    const auto at = [&settings](const char* where) { return Quoted(settings.issuer + where); };
    return Json(
        200, absl::StrCat(R"({"issuer":)", Quoted(settings.issuer), R"(,"authorization_endpoint":)", at("/authorize"),
                          R"(,"token_endpoint":)", at("/token"), R"(,"jwks_uri":)", at("/jwks.json"),
                          R"(,"response_types_supported":["code"],"subject_types_supported":["public"],)"
                          R"("id_token_signing_alg_values_supported":[")",
                          key_.algorithm(),
                          R"("],"code_challenge_methods_supported":["S256"],"scopes_supported":["openid"],)"
                          R"("authorization_response_iss_parameter_supported":true})"));
  }
  return Text(404, "text/plain", "There is nothing here. See /.well-known/openid-configuration.\n");
}

const auth::Principal* IssuerFace::Find(const std::string& id) const {
  const auto it = std::find_if(principals_.begin(), principals_.end(),
                               [&id](const auth::Principal& principal) { return IdOf(principal) == id; });
  return it == principals_.end() ? nullptr : &*it;
}

HttpAnswer IssuerFace::Authorize(const HttpRequest& request, const Settings& settings) {
  const Parameters asked = request.method == "POST" ? ParseQuery(request.body) : QueryOf(request.target);
  const std::string redirect_uri = ValueOf(asked, "redirect_uri");
  if (OwnOrigin(redirect_uri).empty())
    return Wrong("This issuer sends people back to this machine only (redirect_uri).");
  const std::string client = ValueOf(asked, "client_id"), state = ValueOf(asked, "state");
  if (client.empty()) return Wrong("Nobody says who asks (client_id).");
  const auto refuse = [&](const char* error) {
    return BackTo(redirect_uri, {{"error", error}, {"state", state}, {"iss", settings.issuer}});
  };
  if (ValueOf(asked, "response_type") != "code") return refuse("unsupported_response_type");
  if (absl::StrCat(" ", ValueOf(asked, "scope"), " ").find(" openid ") == std::string::npos)
    return refuse("invalid_scope");
  const std::string challenge = ValueOf(asked, "code_challenge");
  if (challenge.size() != 43 || ValueOf(asked, "code_challenge_method") != "S256") return refuse("invalid_request");
  if (request.method != "POST") return Page(asked);
  if (!ValueOf(asked, "refuse").empty()) return refuse("access_denied");
  const auth::Principal* principal = Find(ValueOf(asked, "principal"));
  if (principal == nullptr) return refuse("invalid_request");
  const std::string code = auth::Base64Url(RandomBytes(32));
  {
    std::lock_guard lock(mu_);
    const absl::Time now = clock_.Now();
    for (auto it = codes_.begin(); it != codes_.end();) it = it->second.good_until <= now ? codes_.erase(it) : ++it;
    if (codes_.size() >= kMaxCodes) codes_.clear();
    codes_[code] = {*principal, client, redirect_uri, challenge, ValueOf(asked, "nonce"), now + kCodeLasts};
  }
  return BackTo(redirect_uri, {{"code", code}, {"state", state}, {"iss", settings.issuer}});
}

HttpAnswer IssuerFace::Page(const Parameters& asked) const {
  google::protobuf::Struct view;
  Put(view, "client", ValueOf(asked, "client_id"));
  for (const char* name : {"response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "code_challenge",
                           "code_challenge_method"}) {
    auto& field = AddTo(view, "hidden");
    Put(field, "name", name);
    Put(field, "value", ValueOf(asked, name));
  }
  bool first = true;
  for (const auth::Principal& principal : principals_) {
    // A process is nobody who looks at pages, and the public need not sign in.
    if (principal.HasRole(auth::Role::ROLE_SERVICE) || principal.HasRole(auth::Role::ROLE_PUBLIC)) continue;
    auto& choice = AddTo(view, "choices");
    Put(choice, "id", IdOf(principal));
    Put(choice, "name", principal.display_name());
    if (std::exchange(first, false)) PutTrue(choice, "first");
  }
  return Html(view, 200, OwnOrigin(ValueOf(asked, "redirect_uri")));
}

HttpAnswer IssuerFace::Token(const HttpRequest& request, const Settings& settings) {
  const Parameters form = ParseQuery(request.body);
  if (ValueOf(form, "grant_type") != "authorization_code") return TokenError("unsupported_grant_type");
  Code code;
  {
    std::lock_guard lock(mu_);
    const auto it = codes_.find(ValueOf(form, "code"));
    if (it == codes_.end()) return TokenError("invalid_grant");
    code = it->second;
    codes_.erase(it);  // Good once, whoever brings it.
  }
  const absl::Time now = clock_.Now();
  if (now >= code.good_until || ValueOf(form, "client_id") != code.client ||
      ValueOf(form, "redirect_uri") != code.redirect_uri ||
      auth::Base64Url(Sha256(ValueOf(form, "code_verifier"))) != code.challenge) {
    return TokenError("invalid_grant");
  }
  auth::MintOptions options;
  options.issuer = settings.issuer;
  options.audience = settings.audience;
  options.now = now;
  options.lifetime = settings.lifetime;
  const auto header = [this](const char* type) {
    return absl::StrCat(R"({"alg":")", key_.algorithm(), R"(","typ":")", type, R"(","kid":")", key_.kid(), "\"}");
  };
  std::string claims = auth::ClaimsFor(code.principal, options);
  if (settings.padding > 0) {
    claims.pop_back();
    absl::StrAppend(&claims, R"(,"padding":")", std::string(settings.padding, 'x'), "\"}");
  }
  const int64_t seconds = absl::ToUnixSeconds(now);
  const std::string id_claims = absl::StrCat(
      R"({"iss":)", Quoted(settings.issuer), R"(,"sub":)", Quoted(IdOf(code.principal)), R"(,"aud":)",
      Quoted(code.client), R"(,"nonce":)", Quoted(code.nonce), R"(,"iat":)", seconds, R"(,"exp":)", seconds + 300, "}");
  return Json(200, absl::StrCat(R"({"token_type":"Bearer","expires_in":)", absl::ToInt64Seconds(settings.lifetime),
                                R"(,"access_token":")", auth::MintJwt(header("at+jwt"), claims, key_),
                                R"(","id_token":")", auth::MintJwt(header("JWT"), id_claims, key_), "\"}"));
}

}  // namespace oversight::gateway
