// How a process knows who calls it, from its flags: by tokens of an issuer, or, when told --insecure, by what callers
// say. It has to be told one of the two. Here too is the token that it calls others with. Owns what it makes; used by
// main.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/auth/authenticator.h"
#include "common/auth/token/key_ring.h"
#include "common/auth/token/own_token.h"
#include "common/auth/token/token.h"
#include "common/observe/config.h"
#include "common/observe/metrics.h"
#include "common/time/clock.h"

namespace oversight::rpc {

struct CallerProofConfig {
  bool insecure = false;
  std::string principals = "data/principals.json";
  auth::TokenRules rules;
  auth::KeyRingOptions keys;
  std::string jwks, jwks_ca_file, token_file;
};

// Adds the flags and the rules over them. `calls_others`: the process takes a token of its own.
void AddCallerProofFlags(observe::Flags& flags, CallerProofConfig& config, bool calls_others);

class CallerProof {
 public:
  // Plain messages: a file that cannot be read, keys in a file that cannot be used. Keys behind a URL may come later.
  // `clock` and `metrics` must outlive it.
  static absl::StatusOr<std::unique_ptr<CallerProof>> Make(const CallerProofConfig& config, const Clock& clock,
                                                           observe::Metrics& metrics);

  const auth::Authenticator& authenticator() const { return *authenticator_; }
  const auth::OwnToken* own_token() const { return own_token_.get(); }

 private:
  std::unique_ptr<auth::OwnToken> own_token_;
  std::unique_ptr<auth::KeyRing> keys_;  // Outlives the authenticator.
  std::unique_ptr<auth::Authenticator> authenticator_;
};

}  // namespace oversight::rpc
