#include "gateway/sign_in/flow.h"

#include <string_view>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/auth/token/json.h"
#include "common/auth/token/web_call.h"
#include "common/text/sha256.h"
#include "gateway/sign_in/random.h"

namespace oversight::gateway {
namespace {

using auth::Json;
using auth::JsonString;

// 256 bits; as a PKCE verifier 43 characters, the least there may be.
std::string Unguessable() { return absl::WebSafeBase64Escape(RandomBytes(32)); }

// Whether a list of the discovery document names the value; `if_absent` where there is no such list.
bool Lists(const json_t* document, const char* name, std::string_view value, bool if_absent) {
  const json_t* list = json_object_get(document, name);
  if (!json_is_array(list)) return if_absent;
  for (size_t i = 0; i < json_array_size(list); ++i) {
    const json_t* item = json_array_get(list, i);
    if (json_is_string(item) && value == json_string_value(item)) return true;
  }
  return false;
}

}  // namespace

Flow Flow::New(const std::string& next, absl::Time now) {
  return {Unguessable(), Unguessable(), Unguessable(), next, now};
}

std::string Flow::Text() const {
  return absl::StrCat(absl::ToUnixSeconds(begun), " ", state, " ", nonce, " ", verifier, " ", next);
}

std::optional<Flow> Flow::FromText(const std::string& text) {
  const std::vector<std::string> parts = absl::StrSplit(text, ' ');
  int64_t begun = 0;
  if (parts.size() != 5 || !absl::SimpleAtoi(parts[0], &begun)) return std::nullopt;
  return Flow{parts[1], parts[2], parts[3], parts[4], absl::FromUnixSeconds(begun)};
}

std::string ChallengeOf(const std::string& verifier) { return absl::WebSafeBase64Escape(Sha256(verifier)); }

absl::StatusOr<Endpoints> ReadDiscovery(const std::string& text, const std::string& issuer) {
  const Json document = auth::ParseJsonObject(text);
  if (document == nullptr) return absl::UnavailableError("what the issuer says of itself is not JSON");
  // Whoever can answer in its place could otherwise send people and codes to somebody else's.
  if (JsonString(document.get(), "issuer") != issuer) {
    return absl::UnavailableError(absl::StrCat("what is found there is of another issuer than ", issuer));
  }
  Endpoints endpoints;
  endpoints.authorization = JsonString(document.get(), "authorization_endpoint").value_or("");
  endpoints.token = JsonString(document.get(), "token_endpoint").value_or("");
  if (!auth::IsSafeUrl(endpoints.authorization) || !auth::IsSafeUrl(endpoints.token)) {
    return absl::UnavailableError("the issuer names no authorization_endpoint and token_endpoint by https://");
  }
  if (!Lists(document.get(), "code_challenge_methods_supported", "S256", true)) {
    return absl::UnavailableError("the issuer does not take S256 challenges (PKCE)");
  }
  constexpr char kMethods[] = "token_endpoint_auth_methods_supported";
  endpoints.secret_in_body = !Lists(document.get(), kMethods, "client_secret_basic", true) &&
                             Lists(document.get(), kMethods, "client_secret_post", false);
  return endpoints;
}

std::string FormValue(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
        std::string_view("-._~").find(c) != std::string_view::npos) {
      result += c;
    } else {
      absl::StrAppend(&result, "%", absl::Hex(static_cast<unsigned char>(c), absl::kZeroPad2));
    }
  }
  return result;
}

std::string FormOf(const Parameters& parameters) {
  return absl::StrJoin(parameters, "&", [](std::string* out, const auto& parameter) {
    absl::StrAppend(out, FormValue(parameter.first), "=", FormValue(parameter.second));
  });
}

std::string AuthorizationUrl(const std::string& endpoint, const std::string& client, const std::string& redirect_uri,
                             const std::string& scope, const Flow& flow) {
  return absl::StrCat(endpoint, endpoint.find('?') == std::string::npos ? "?" : "&",
                      FormOf({{"response_type", "code"},
                              {"client_id", client},
                              {"redirect_uri", redirect_uri},
                              {"scope", scope},
                              {"state", flow.state},
                              {"nonce", flow.nonce},
                              {"code_challenge", ChallengeOf(flow.verifier)},
                              {"code_challenge_method", "S256"}}));
}

absl::StatusOr<Tokens> ReadTokens(int status, const std::string& body) {
  const Json answer = auth::ParseJsonObject(body);
  if (status == 400 && answer != nullptr && JsonString(answer.get(), "error") == "invalid_grant") {
    return absl::InvalidArgumentError("the issuer does not take the code: it was used already, or too late");
  }
  if (status != 200 || answer == nullptr) {
    return absl::UnavailableError(absl::StrCat("the issuer's token endpoint answers with status ", status,
                                               answer == nullptr ? " and no JSON" : ""));
  }
  if (!absl::EqualsIgnoreCase(JsonString(answer.get(), "token_type").value_or(""), "bearer")) {
    return absl::UnavailableError("the issuer gives a token that is no bearer token");
  }
  Tokens tokens;
  tokens.access_token = JsonString(answer.get(), "access_token").value_or("");
  tokens.id_token = JsonString(answer.get(), "id_token").value_or("");
  if (tokens.access_token.empty() || tokens.id_token.empty()) {
    return absl::UnavailableError("the issuer's answer lacks an access_token or an id_token");
  }
  return tokens;
}

}  // namespace oversight::gateway
