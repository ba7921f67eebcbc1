// An issuer of tokens for tests: real keys of every kind, a key set in a file that servers watch, good tokens for any
// principal, and forged ones of any kind. Keys are made once per process, since an RSA key takes its time.
//
//   TestIssuer issuer;
//   ServerProcess server({..., issuer.flags()...});
//   context.AddMetadata("authorization", issuer.Bearer("hm-inspector"));
//
// Thread-safe, but for Publish.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/auth/insecure_authenticator.h"
#include "common/auth/issuer/token_issuer.h"
#include "tests/support/temp_dir.h"

namespace oversight::testing {

class TestIssuer {
 public:
  // The sample principals of `principals` can be asked for by name.
  explicit TestIssuer(const std::string& principals = "data/principals.json");

  const std::string& issuer() const { return issuer_; }
  const std::string& audience() const { return audience_; }
  // Where the key set is.
  std::string jwks_file() const { return folder_ / "jwks.json"; }
  // What makes a server take this issuer's tokens.
  std::vector<std::string> flags() const {
    return {"--issuer=" + issuer_, "--audience=" + audience_, "--jwks=" + jwks_file()};
  }

  // The keys published at first, one of each kind; and one that is not published.
  static const auth::SigningKey& Rsa();
  static const auth::SigningKey& Ec();
  static const auth::SigningKey& Ed();
  static const auth::SigningKey& Stranger();
  // Replaces the key set, in one step.
  void Publish(const std::vector<auth::SigningKey>& keys) const;

  // The sample principal of this name, "hm-inspector".
  auth::Principal Sample(const std::string& name) const;
  // A good token, as of the moment.
  std::string Token(const auth::Principal& principal, absl::Time now = absl::Now(),
                    absl::Duration lifetime = absl::Hours(1), const auth::SigningKey& key = Ed()) const;
  std::string Token(const std::string& name) const { return Token(Sample(name)); }
  std::string Bearer(const std::string& name) const { return "Bearer " + Token(name); }
  // A file that holds a good token for it, for a server's --token-file.
  std::string TokenFile(const std::string& name) const;
  // A folder with such a file for every sample principal, for the --token-file of the command line.
  std::string TokenFolder() const;

  auth::MintOptions options(absl::Time now = absl::Now(), absl::Duration lifetime = absl::Hours(1)) const;

 private:
  const TempDir folder_;
  const std::string issuer_ = "https://issuer.test/oversight", audience_ = "oversight-test";
  std::unique_ptr<auth::InsecureAuthenticator> samples_;
};

// Bad tokens that are all wrong in one thing only, made from a good one's claims. Each names what is wrong with it and
// the reason it must be refused for.
struct BadToken {
  std::string what;
  std::string token;
  std::string reason;
};
// For a server whose time is `now`.
std::vector<BadToken> BadTokens(const TestIssuer& issuer, const auth::Principal& principal, absl::Time now);

// A token whose third part is the HMAC-SHA256 of the first two under `secret`.
std::string MintHs256(const std::string& header, const std::string& claims, const std::string& secret);

}  // namespace oversight::testing
