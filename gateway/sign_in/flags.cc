#include "gateway/sign_in/flags.h"

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "common/auth/token/web_call.h"

namespace oversight::gateway {
namespace {

std::string IsOrigin(const std::string& value) {
  if (value.empty()) return "";
  const auto parts = auth::PartsOfUrl(value);
  if (!auth::IsSafeUrl(value)) return "must be https://HOST, or http:// on this machine";
  if (parts->path != "/" || !parts->query.empty() || absl::EndsWith(value, "/") ||
      value.find('#') != std::string::npos) {
    return "must be a scheme, a host and no more: no path, and no / at its end";
  }
  return "";
}

std::string IsEndpoint(const std::string& value) {
  return value.empty() || auth::IsSafeUrl(value) ? "" : "must be an https:// URL: codes and tokens pass there";
}

}  // namespace

void AddSignInFlags(observe::Flags& flags, SignInOptions& options) {
  flags.Add("public-url", &options.public_url,
            "Under which address people reach the HTTP port, such as https://oversight.example: the issuer sends them "
            "back to it, and with https browsers are told to come by nothing else. Empty: people sign in on this "
            "machine only.",
            {.validate = IsOrigin});
  flags.Add("sign-in-client", &options.client_id,
            "This gateway's client id at --issuer, where people sign in at the pages by OpenID Connect; "
            "PUBLIC-URL/sign-in/callback must be known there. Empty: nobody signs in at the pages.");
  flags.Add("sign-in-client-secret-file", &options.client_secret_file,
            "A file with the secret of that client, read at each sign-in; empty for a client without one.");
  flags.Add("sign-in-scope", &options.scope,
            "What is asked of the issuer: openid, and what makes it give an access token for --audience.",
            {.validate = [](const std::string& value) {
              const std::string list = " " + value + " ";
              return absl::StrContains(list, " openid ") ? "" : "must hold openid";
            }});
  flags.Add("authorization-endpoint", &options.authorization_endpoint,
            "Where people sign in, and --token-endpoint where codes become tokens. Empty: as the issuer's discovery "
            "document says, at ISSUER/.well-known/openid-configuration.",
            {.validate = IsEndpoint});
  flags.Add("token-endpoint", &options.token_endpoint, "See --authorization-endpoint.", {.validate = IsEndpoint});
  flags.Add(
      "sign-in-ca-file", &options.ca_file,
      "The certificates that vouch for the issuer's server when people sign in, as PEM; those of the system where "
      "it is empty.");
  flags.Add("session-key-file", &options.session_key_file,
            "A file with the keys that sessions are sealed with, the same for every replica: lines of 32 random bytes "
            "in base64 (openssl rand -base64 32). The first seals, all open. Looked at each second. Forms of the pages "
            "are signed by them too, as they were at the "
            "start.");
  flags.AddCheck([&options](std::vector<std::string>& problems) {
    if (options.authorization_endpoint.empty() != options.token_endpoint.empty()) {
      problems.emplace_back("--authorization-endpoint and --token-endpoint go together: give both or neither");
    }
    if (options.client_id.empty()) {
      if (!options.client_secret_file.empty() || !options.session_key_file.empty() ||
          !options.authorization_endpoint.empty() || !options.ca_file.empty()) {
        problems.emplace_back("--sign-in-client is required where people are to sign in");
      }
      return;
    }
    if (options.session_key_file.empty()) problems.emplace_back("--session-key-file is required with --sign-in-client");
  });
}

}  // namespace oversight::gateway
