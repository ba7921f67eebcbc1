#include "common/rpc/caller_proof.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/auth/insecure_authenticator.h"
#include "common/auth/token/web_call.h"
#include "common/auth/token_authenticator.h"
#include "common/observe/json_log.h"

namespace oversight::rpc {

void AddCallerProofFlags(observe::Flags& flags, CallerProofConfig& config, bool calls_others) {
  flags.Add("issuer", &config.rules.issuer,
            "Whose tokens are taken: the `iss` claim, exactly. Calls without a token are from the public.");
  flags.Add("audience", &config.rules.audience, "For whom tokens must be issued: one of their `aud`.");
  flags.Add(
      "jwks", &config.jwks,
      "The issuer's public keys as a JSON Web Key Set: a file, looked at each second, or an https:// URL. Keys of RSA "
      "(RS256), P-256 (ES256) and Ed25519 (EdDSA) are used.");
  flags.Add("jwks-ca-file", &config.jwks_ca_file,
            "The certificates that vouch for the server of --jwks, as PEM; those of the system where it is empty.");
  flags.Add("jwks-refresh", &config.keys.refresh,
            "How often the keys are fetched from a URL. A token under an unknown key has them fetched at once, at most "
            "every ten seconds.",
            {.validate = observe::IsDurationBetween(absl::Seconds(10), absl::Hours(24))});
  flags.Add("jwks-grace", &config.keys.grace, "How long a key is good after the issuer has ceased to publish it.",
            {.validate = observe::IsDurationBetween(absl::ZeroDuration(), absl::Hours(24))});
  flags.Add("clock-skew", &config.rules.clock_skew,
            "How far the issuer's clock may be from this one's when the times of a token are judged.",
            {.validate = observe::IsDurationBetween(absl::ZeroDuration(), absl::Minutes(5))});
  flags.Add("claim-prefix", &config.rules.claim_prefix,
            "What the claims roles, forces, regions and all_forces begin with, such as oversight_ in oversight_roles.");
  flags.Add("subject-claim", &config.rules.subject_claim,
            "The claim that names whom a token is for: principals/{it}. 1 to 63 of a-z, 0-9 and hyphens.",
            {.validate = observe::IsNotEmpty});
  if (calls_others) {
    flags.Add(
        "token-file", &config.token_file,
        "A file with the token this service calls the others with, looked at each second. Its principal needs the "
        "role service and every force.");
  }
  flags.Add(
      "insecure", &config.insecure,
      "Believe callers who they say they are: the header oversight-principal names a sample principal. For a machine "
      "of your own.");
  flags.Add("principals", &config.principals,
            "The sample principals of --insecure, as JSON of oversight.common.v1.PrincipalList.",
            {.validate = observe::IsNotEmpty});
  flags.AddCheck([&config, calls_others](std::vector<std::string>& problems) {
    const bool tokens = !config.rules.issuer.empty() || !config.rules.audience.empty() || !config.jwks.empty() ||
                        !config.token_file.empty();
    if (config.insecure) {
      if (tokens) {
        problems.emplace_back(
            "--insecure excludes --issuer, --audience, --jwks and --token-file: either callers prove who they are, or "
            "they are believed.");
      }
      return;
    }
    if (!tokens) {
      problems.emplace_back(absl::StrCat(
          "say how callers are known. By tokens: --issuer, --audience and --jwks",
          calls_others ? ", and --token-file with the one this service calls others with" : "",
          " (see docs/operations.md). Or believe whoever calls, on a machine of your own only: --insecure."));
      return;
    }
    const auto need = [&problems](const std::string& name, const std::string& value) {
      if (value.empty()) problems.push_back(absl::StrCat("--", name, " is required where callers are known by tokens"));
    };
    need("issuer", config.rules.issuer);
    need("audience", config.rules.audience);
    need("jwks", config.jwks);
    if (auth::IsUrl(config.jwks) && !auth::IsSafeUrl(config.jwks)) {
      problems.emplace_back("--jwks must be an https:// URL: whoever can change the keys on their way can be anyone");
    }
    if (calls_others) need("token-file", config.token_file);
  });
}

absl::StatusOr<std::unique_ptr<CallerProof>> CallerProof::Make(const CallerProofConfig& config, const Clock& clock,
                                                               observe::Metrics& metrics) {
  auto result = std::make_unique<CallerProof>();
  if (config.insecure) {
    auto insecure = auth::InsecureAuthenticator::FromFile(config.principals);
    if (!insecure.ok()) return insecure.status();
    result->authenticator_ = *std::move(insecure);
    observe::LogWarning("callers are believed who they say they are", {{"how", result->authenticator_->Description()}});
    return result;
  }
  if (!config.token_file.empty()) {
    auto token = auth::OwnToken::FromFile(config.token_file);
    if (!token.ok()) return token.status();
    result->own_token_ = *std::move(token);
  }
  result->keys_ = std::make_unique<auth::KeyRing>(auth::MakeKeyFetcher(config.jwks, config.jwks_ca_file), config.keys,
                                                  clock, metrics);
  // Now, so that no caller comes before the keys. A file is this machine's own affair, so what is wrong with it ends
  // the start. The issuer may be away for a moment, and what the public may see does not hang on it.
  if (absl::Status status = result->keys_->Load(); !status.ok() && !auth::IsUrl(config.jwks)) return status;
  result->keys_->Start();
  result->authenticator_ = std::make_unique<auth::TokenAuthenticator>(config.rules, *result->keys_, clock, metrics);
  observe::LogInfo("callers are known by tokens", {{"how", result->authenticator_->Description()}});
  return result;
}

}  // namespace oversight::rpc
