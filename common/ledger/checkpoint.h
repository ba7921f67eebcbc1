// Signed tree heads. A checkpoint says "the log called `origin` has `size` transactions, and the root of their Merkle
// tree is `root`", as a text that people can read and any tool of the transparency world can check: C2SP's
// tlog-checkpoint (https://c2sp.org/tlog-checkpoint), which is a signed note (https://c2sp.org/signed-note) with
// Ed25519:
//
//   oversight-ledger/concerns/6b1f0c22                            origin
//   8                                                             size, decimal
//   XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=                  root, base64
//                                                                 (an empty line)
//   — inspectorate.example/2026 wmHWmFoBDN1t...                   one line per signature:
//                                                                 name of the key, base64(4 bytes key id || signature)
//
// What is signed is the text before the empty line, with its last newline. Everything is immutable or pure, so
// thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/ledger/merkle.h"

struct evp_pkey_st;  // OpenSSL's EVP_PKEY

namespace oversight::ledger {

// The public half of a signing key under its name: what one gives to those who check. As text
// "NAME+8 hexadecimal digits of the key id+base64(0x01 || 32 bytes public key)", one line without spaces.
class VerifierKey {
 public:
  // INVALID_ARGUMENT with what is wrong. The key id is checked, so a slip in the name or the key is found here.
  static absl::StatusOr<VerifierKey> Parse(const std::string& text);
  // INVALID_ARGUMENT when `name` is empty or has spaces, control characters, '+' or broken UTF-8.
  static absl::StatusOr<VerifierKey> Make(std::string name, const std::array<uint8_t, 32>& public_key);

  const std::string& name() const { return name_; }
  uint32_t id() const { return id_; }  // the first 4 bytes, big-endian, of SHA-256(name || 0x0A || 0x01 || public key)
  const std::array<uint8_t, 32>& public_key() const { return public_key_; }
  std::string ToString() const;

  friend bool operator==(const VerifierKey&, const VerifierKey&) = default;

 private:
  VerifierKey() = default;
  std::string name_;
  uint32_t id_ = 0;
  std::array<uint8_t, 32> public_key_{};
};

class Signer {
 public:
  // Reads an unencrypted Ed25519 private key in PKCS #8 PEM, as `openssl genpkey -algorithm ed25519 -out PATH` writes
  // it. FAILED_PRECONDITION when the file cannot be read or holds something else, INVALID_ARGUMENT when `key_name` is
  // none (VerifierKey::Make). Messages name the path and never what is in the file.
  static absl::StatusOr<Signer> FromPem(const std::string& path, std::string key_name);

  // The note. INVALID_ARGUMENT when `origin` is empty or has control characters or broken UTF-8, or size is negative.
  // Ed25519 is deterministic: the same head gives the same note. Whoever signs must never sign two heads of one origin
  // of which one is not the beginning of the other.
  absl::StatusOr<std::string> Sign(const std::string& origin, int64_t size, const Hash& root) const;

  const VerifierKey& verifier_key() const { return verifier_key_; }

 private:
  Signer(std::shared_ptr<evp_pkey_st> key, VerifierKey verifier_key)
      : key_(std::move(key)), verifier_key_(std::move(verifier_key)) {}

  std::shared_ptr<evp_pkey_st> key_;
  VerifierKey verifier_key_;
};

struct Checkpoint {
  struct Signature {
    std::string key_name;
    uint32_t key_id = 0;
    std::string bytes;  // as long as the algorithm of the key has it
  };
  std::string origin;
  int64_t size = 0;
  Hash root{};
  // Lines after the root, signed too but with no meaning here. We write none.
  std::vector<std::string> extensions;
  std::string signed_text;            // what the signatures are over
  std::vector<Signature> signatures;  // one at least
};

// The text that is signed, and all there is of a head that nobody signed: origin, size and root in three lines.
std::string CheckpointText(const std::string& origin, int64_t size, const Hash& root);
// Takes such a text apart, as strictly as below; without signatures.
absl::StatusOr<Checkpoint> ParseCheckpointText(const std::string& text);

// Takes a note apart and believes nothing of it: the signatures are not verified. INVALID_ARGUMENT with what is wrong.
// Strict: nothing has a second spelling (zeros before the size, loose bits of base64, a missing last newline). At most
// 64 KiB.
absl::StatusOr<Checkpoint> ParseCheckpoint(const std::string& note);

// The checkpoint in `note` when it is signed by `key`, or by at least one of `keys` (of which some may be retired or
// not be in use yet: rotation needs no moment at which all change over). Signatures by other keys are ignored; a
// signature in the name of a known key that does not verify refuses the note. INVALID_ARGUMENT for what is not a
// checkpoint, UNAUTHENTICATED for what is not rightly signed.
//
// One key may sign for several logs, so compare the origin with the log that was meant, and before taking a later head
// for an earlier one see that they are consistent (VerifyConsistency).
absl::StatusOr<Checkpoint> Verify(const std::string& note, const VerifierKey& key);
absl::StatusOr<Checkpoint> VerifyAny(const std::string& note, std::span<const VerifierKey> keys);

}  // namespace oversight::ledger
