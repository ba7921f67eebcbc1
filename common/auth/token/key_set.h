// The public keys of an issuer, as its JWKS (RFC 7517) has them, by key id. What may be done with a key is settled
// here, once, by what the key is: an RSA key of 2048 bits and more verifies RS256, a key on P-256 ES256, one on Ed25519
// EdDSA, and nothing verifies anything else. So a token cannot choose. Everything else in the JWKS is left out: secrets
// (`oct`), private keys, keys without `kid` or with one used already, keys for encryption, other curves, an `alg` that
// is not that of the key. Immutable; thread-safe.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace oversight::auth {

class VerificationKey {
 public:
  virtual ~VerificationKey() = default;
  // "RS256", "ES256" or "EdDSA".
  virtual const std::string& algorithm() const = 0;
  // Whether the JWS in compact form (three parts, header `alg` that of the key) carries this key's signature.
  virtual bool Verifies(const std::string& token) const = 0;
};

class KeySet {
 public:
  struct Entry {
    std::shared_ptr<const VerificationKey> key;
    // The issuer publishes it no longer; it is good until then.
    absl::Time retired_until = absl::InfiniteFuture();
  };

  // INVALID_ARGUMENT with a plain message when it is no JWKS or is too large. One may hold no usable key.
  static absl::StatusOr<KeySet> Parse(std::string_view jwks);

  // Adds the keys of `before` that this set lacks and that are good at `now`: those it had until now stay for `grace`.
  void KeepRetired(const KeySet& before, absl::Time now, absl::Duration grace);
  // Null when there is none of that id that is good at `now`.
  const Entry* Find(const std::string& kid, absl::Time now) const;
  // The moment the next retired key goes; infinite future when none is retired.
  absl::Time NextRetirement() const;

  size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }
  // What was left out of the JWKS and why, for the log: "key 2: an HMAC secret". Holds nothing of the keys but ids.
  const std::vector<std::string>& left_out() const { return left_out_; }

 private:
  std::unordered_map<std::string, Entry> entries_;
  std::vector<std::string> left_out_;
};

}  // namespace oversight::auth
