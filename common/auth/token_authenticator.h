// Who calls, by an OpenID Connect bearer token in the `authorization` header (see token/token.h for what is checked and
// what the claims mean). A call without one is from the public; a call with one that is not good is refused, and never
// taken for the public's. The header `oversight-principal` is not believed: a call that has it and no token is refused,
// so that nobody takes an answer for the public for their own.
//
// Refusals are counted by reason (oversight_auth_refused_total). Neither log nor answer holds anything of a token.
//
// Verified tokens are remembered, by their SHA-256, until they expire or the issuer's keys change, since a signature
// costs about a hundred times as much to verify as to remember (docs/adr/0017-tokens.md). Thread-safe; never blocks.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "absl/status/statusor.h"
#include "common/auth/authenticator.h"
#include "common/auth/token/key_ring.h"
#include "common/auth/token/token.h"
#include "common/observe/metrics.h"
#include "common/time/clock.h"

namespace oversight::auth {

// Who calls without a token.
const Principal& ThePublic();

class TokenAuthenticator final : public Authenticator {
 public:
  // Tokens remembered; the oldest goes first. 0: none.
  static constexpr size_t kRemembered = 10000;

  // `keys`, `clock` and `metrics` must outlive it.
  TokenAuthenticator(TokenRules rules, KeyRing& keys, const Clock& clock, observe::Metrics& metrics,
                     size_t remembered = kRemembered);

  // UNAUTHENTICATED with a TOKEN_ reason, or UNAUTHENTICATED for the header alone; UNAVAILABLE, ISSUER_KEYS_UNAVAILABLE
  // while there are no keys to check a token by.
  absl::StatusOr<Principal> Authenticate(const Credentials& credentials) const override;
  std::string Description() const override;

  // Whom a token is for and until when, by the same rules and refusals; not counted as a call. For whoever keeps a
  // token to send it on.
  absl::StatusOr<VerifiedToken> Verify(const std::string& token) const;
  // See VerifyIdToken in token.h.
  absl::Status VerifyId(const std::string& id_token, const std::string& client, const std::string& nonce) const;
  const TokenRules& rules() const { return rules_; }

 private:
  struct Remembered {
    VerifiedToken token;
    uint64_t generation;  // Of the keys.
    bool GoodAt(absl::Time now, uint64_t by_keys) const { return generation == by_keys && now < token.good_until; }
  };
  // `recalled`: whether it was known.
  absl::StatusOr<VerifiedToken> Look(const std::string& token, bool* recalled) const;
  absl::StatusOr<Principal> Check(const Credentials& credentials) const;
  absl::Status Refused(const absl::Status& status) const;
  void Remember(const std::string& hash, Remembered entry) const;

  const TokenRules rules_;
  KeyRing& keys_;
  const Clock& clock_;
  const size_t most_;
  std::map<std::string, prometheus::Counter*> refused_;  // By reason; complete after construction.
  prometheus::Counter &accepted_, &recalled_, &anonymous_, &unknown_roles_;
  mutable std::mutex mu_;  // Guards what follows.
  mutable std::unordered_map<std::string, Remembered> by_hash_;
  mutable std::deque<std::string> order_;  // Of by_hash_, oldest first.
};

}  // namespace oversight::auth
