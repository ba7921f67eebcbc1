// Makes keys, key sets and signed tokens. For development and tests alone: no server links it. It is written with
// OpenSSL, and what verifies tokens with another library, so neither can hide a fault of the other. Values; const is
// thread-safe.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/auth/principal.h"

namespace oversight::auth {

// A key pair and the id it is published under. Dies with a message when OpenSSL fails.
class SigningKey {
 public:
  // `algorithm`: RS256, ES256 or EdDSA.
  static SigningKey Generate(const std::string& algorithm, std::string kid);
  // The key as PEM (PKCS #8); for a file that only its owner may read.
  static SigningKey FromPem(const std::string& pem, std::string kid);
  std::string Pem() const;
  std::string PublicPem() const;

  const std::string& algorithm() const { return algorithm_; }
  const std::string& kid() const { return kid_; }
  // The public key as a JWK.
  std::string Jwk() const;
  // The signature as JWS has it, in bytes: for ES256 r and s, 32 bytes each.
  std::string Sign(std::string_view bytes) const;

 private:
  struct Impl;
  std::shared_ptr<const Impl> impl_;
  std::string algorithm_, kid_;
};

std::string Jwks(const std::vector<SigningKey>& keys);

std::string Base64Url(std::string_view bytes);
// A token of any header and claims, both JSON as it is.
std::string MintJwt(std::string_view header, std::string_view claims, const SigningKey& key);

struct MintOptions {
  std::string issuer, audience;
  absl::Time now = absl::Now();
  absl::Duration lifetime = absl::Hours(1);
};
// The claims by which a server takes the bearer for this principal, with the default claim prefix.
std::string ClaimsFor(const Principal& principal, const MintOptions& options);
// A good token for it.
std::string Mint(const Principal& principal, const MintOptions& options, const SigningKey& key);

}  // namespace oversight::auth
