#include "common/ledger/checkpoint.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <algorithm>
#include <optional>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/ledger/hashing.h"
#include "common/rpc/utf8.h"

namespace oversight::ledger {
namespace {

constexpr size_t kMaxNote = 64 << 10;
constexpr char kEd25519 = 1;               // signed-note's number for the algorithm
constexpr char kDash[] = "\xE2\x80\x94 ";  // U+2014 and a space
constexpr size_t kSignatureSize = 64;

absl::Status Malformed(const std::string& what) {
  return absl::InvalidArgumentError(absl::StrCat("This is not a checkpoint: ", what, "."));
}

// The value of `text` in base64; nothing when it is not the one way to write that value.
std::optional<std::string> FromBase64(const std::string& text) {
  std::string bytes;
  if (!absl::Base64Unescape(text, &bytes) || absl::Base64Escape(bytes) != text) return std::nullopt;
  return bytes;
}

// Well-formed UTF-8 with at least one character and no control characters.
bool IsLine(std::string_view text) {
  return !text.empty() && rpc::CountCodePoints(text) >= 0 &&
         std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

bool IsKeyName(std::string_view name) {
  if (!IsLine(name) || name.find_first_of(" +") != name.npos) return false;
  // The spaces of Unicode beyond ASCII: U+0085, U+00A0, U+1680, U+2000 to U+200A, U+2028, U+2029, U+202F, U+205F,
  // U+3000.
  for (const std::string_view space :
       {"\xC2\x85", "\xC2\xA0", "\xE1\x9A\x80", "\xE2\x80\x80", "\xE2\x80\x81", "\xE2\x80\x82", "\xE2\x80\x83",
        "\xE2\x80\x84", "\xE2\x80\x85", "\xE2\x80\x86", "\xE2\x80\x87", "\xE2\x80\x88", "\xE2\x80\x89", "\xE2\x80\x8A",
        "\xE2\x80\xA8", "\xE2\x80\xA9", "\xE2\x80\xAF", "\xE2\x81\x9F", "\xE3\x80\x80"}) {
    if (name.find(space) != name.npos) return false;
  }
  return true;
}

std::string FourBytes(uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift);
  return bytes;
}
uint32_t FromFourBytes(std::string_view bytes) {
  uint32_t value = 0;
  for (int i = 0; i < 4; ++i) value = value << 8 | static_cast<uint8_t>(bytes[i]);
  return value;
}

std::string HexOf(uint32_t id) { return absl::BytesToHexString(FourBytes(id)); }

using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

bool Verifies(const VerifierKey& key, std::string_view text, std::string_view signature) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> pkey(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.public_key().data(), key.public_key().size()),
      EVP_PKEY_free);
  const Context context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  const bool verifies =
      pkey && context && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, pkey.get()) == 1 &&
      EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()), signature.size(),
                       reinterpret_cast<const unsigned char*>(text.data()), text.size()) == 1;
  ERR_clear_error();  // The queue belongs to the thread, and others read it.
  return verifies;
}

absl::StatusOr<Checkpoint::Signature> ParseSignature(const std::string& line) {
  if (!line.starts_with(kDash)) return Malformed("a signature line does not begin with a long dash and a space");
  const size_t start = std::size(kDash) - 1, end = line.find(' ', start);
  const std::string name = line.substr(start, end - start);
  if (end == line.npos || !IsKeyName(name)) return Malformed("a signature has no name of a key");
  const auto bytes = FromBase64(line.substr(end + 1));
  if (!bytes || bytes->size() <= 4) return Malformed("a signature is not base64 of a key id and more");
  return Checkpoint::Signature{name, FromFourBytes(*bytes), bytes->substr(4)};
}

}  // namespace

absl::StatusOr<VerifierKey> VerifierKey::Make(std::string name, const std::array<uint8_t, 32>& public_key) {
  if (!IsKeyName(name)) {
    return absl::InvalidArgumentError(absl::StrCat("\"", absl::Utf8SafeCHexEscape(name),
                                                   "\" cannot name a key: it must be some text without spaces, "
                                                   "control characters and \"+\", such as example.org/ledger-2026."));
  }
  VerifierKey key;
  key.id_ = FromFourBytes(Sha256(absl::StrCat(name, "\n", std::string(1, kEd25519), HashBytes(public_key))));
  key.name_ = std::move(name);
  key.public_key_ = public_key;
  return key;
}

absl::StatusOr<VerifierKey> VerifierKey::Parse(const std::string& text) {
  const std::vector<std::string> parts = absl::StrSplit(text, absl::MaxSplits('+', 2));
  if (parts.size() != 3) {
    return absl::InvalidArgumentError("A verifier key has three parts joined by \"+\": name, key id, public key.");
  }
  const auto bytes = FromBase64(parts[2]);
  if (!bytes || bytes->size() != 33 || bytes->front() != kEd25519) {
    return absl::InvalidArgumentError(
        "The last part of a verifier key must be base64 of a byte 1 (for Ed25519) and the 32 bytes of a public key.");
  }
  auto key = Make(parts[0], *HashFromBytes(std::string_view(*bytes).substr(1)));
  if (key.ok() && HexOf(key->id()) != parts[1]) {
    return absl::InvalidArgumentError(absl::StrCat("The name and the public key of this verifier key have the key id ",
                                                   HexOf(key->id()), ", not \"", absl::Utf8SafeCHexEscape(parts[1]),
                                                   "\". Copy it again, whole."));
  }
  return key;
}

std::string VerifierKey::ToString() const {
  return absl::StrCat(name_, "+", HexOf(id_), "+",
                      absl::Base64Escape(absl::StrCat(std::string(1, kEd25519), HashBytes(public_key_))));
}

absl::StatusOr<Signer> Signer::FromPem(const std::string& path, std::string key_name) {
  const auto refused = [&](const std::string& why) {
    return absl::FailedPreconditionError(absl::StrCat("The signing key ", path, " ", why));
  };
  const std::unique_ptr<BIO, decltype(&BIO_free)> file(BIO_new_file(path.c_str(), "r"), BIO_free);
  if (!file) {
    ERR_clear_error();
    return refused("cannot be read. Make one with: openssl genpkey -algorithm ed25519 -out PATH");
  }
  // Without this OpenSSL would ask on the terminal for the passphrase.
  bool encrypted = false;
  const auto no_passphrase = [](char*, int, int, void* flag) {
    *static_cast<bool*>(flag) = true;
    return -1;
  };
  std::shared_ptr<EVP_PKEY> key(PEM_read_bio_PrivateKey(file.get(), nullptr, no_passphrase, &encrypted), EVP_PKEY_free);
  ERR_clear_error();
  if (encrypted) return refused("is encrypted. Give one that is not, readable by the service alone.");
  if (!key) return refused("is not a private key in PEM. Make one with: openssl genpkey -algorithm ed25519 -out PATH");
  std::array<uint8_t, 32> public_key;
  size_t size = public_key.size();
  if (EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_ED25519 ||
      EVP_PKEY_get_raw_public_key(key.get(), public_key.data(), &size) != 1 || size != public_key.size()) {
    ERR_clear_error();
    return refused("is not of Ed25519. Make one with: openssl genpkey -algorithm ed25519 -out PATH");
  }
  auto verifier_key = VerifierKey::Make(std::move(key_name), public_key);
  if (!verifier_key.ok()) return verifier_key.status();
  return Signer(std::move(key), *std::move(verifier_key));
}

absl::StatusOr<std::string> Signer::Sign(const std::string& origin, int64_t size, const Hash& root) const {
  if (!IsLine(origin)) {
    return absl::InvalidArgumentError(
        "The origin of a checkpoint must be some text without line breaks and other control characters.");
  }
  if (size < 0) return absl::InvalidArgumentError(absl::StrCat("No log has ", size, " transactions."));
  const std::string text = CheckpointText(origin, size, root);
  std::string signature(kSignatureSize, '\0');
  size_t signature_size = signature.size();
  const Context context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  if (!context || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()) != 1 ||
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &signature_size,
                     reinterpret_cast<const unsigned char*>(text.data()), text.size()) != 1 ||
      signature_size != kSignatureSize) {
    ERR_clear_error();
    return absl::InternalError("The crypto library could not sign the checkpoint.");
  }
  return absl::StrCat(text, "\n", kDash, verifier_key_.name(), " ",
                      absl::Base64Escape(absl::StrCat(FourBytes(verifier_key_.id()), signature)), "\n");
}

std::string CheckpointText(const std::string& origin, int64_t size, const Hash& root) {
  return absl::StrCat(origin, "\n", size, "\n", absl::Base64Escape(HashBytes(root)), "\n");
}

absl::StatusOr<Checkpoint> ParseCheckpointText(const std::string& text) {
  if (text.size() > kMaxNote) return Malformed("it is longer than 64 KiB");
  if (!text.ends_with('\n')) return Malformed("its last line has no end. Copy it whole, with its last line break");
  Checkpoint checkpoint;
  checkpoint.signed_text = text;
  const std::vector<std::string> lines = absl::StrSplit(text.substr(0, text.size() - 1), '\n');
  if (lines.size() < 3 || !std::all_of(lines.begin(), lines.end(), IsLine)) {
    return Malformed("its text is not at least three lines of UTF-8 without control characters");
  }
  checkpoint.origin = lines[0];
  if (!absl::SimpleAtoi(lines[1], &checkpoint.size) || checkpoint.size < 0 ||
      absl::StrCat(checkpoint.size) != lines[1]) {
    return Malformed("its second line is not a size");
  }
  const auto root = HashFromBytes(FromBase64(lines[2]).value_or(""));
  if (!root) return Malformed("its third line is not base64 of the 32 bytes of a root");
  checkpoint.root = *root;
  checkpoint.extensions.assign(lines.begin() + 3, lines.end());
  return checkpoint;
}

absl::StatusOr<Checkpoint> ParseCheckpoint(const std::string& note) {
  if (note.size() > kMaxNote) return Malformed("it is longer than 64 KiB");
  if (!note.ends_with('\n')) return Malformed("its last line has no end. Copy it whole, with its last line break");
  const size_t blank = note.rfind("\n\n");
  if (blank == note.npos) return Malformed("it has no empty line between the text and the signatures");
  auto parsed = ParseCheckpointText(note.substr(0, blank + 1));
  if (!parsed.ok()) return parsed.status();
  Checkpoint checkpoint = *std::move(parsed);
  if (blank + 2 == note.size()) return Malformed("it is not signed");
  const std::string rest = note.substr(blank + 2, note.size() - blank - 3);
  for (const std::string& line : std::vector<std::string>(absl::StrSplit(rest, '\n'))) {
    auto signature = ParseSignature(line);
    if (!signature.ok()) return signature.status();
    checkpoint.signatures.push_back(*std::move(signature));
  }
  return checkpoint;
}

absl::StatusOr<Checkpoint> Verify(const std::string& note, const VerifierKey& key) {
  return VerifyAny(note, std::span(&key, 1));
}

absl::StatusOr<Checkpoint> VerifyAny(const std::string& note, std::span<const VerifierKey> keys) {
  auto checkpoint = ParseCheckpoint(note);
  if (!checkpoint.ok()) return checkpoint;
  const auto described = [](std::string* out, const auto& name, uint32_t id) {
    absl::StrAppend(out, name, " (key id ", HexOf(id), ")");
  };
  bool verified = false;
  for (const Checkpoint::Signature& signature : checkpoint->signatures) {
    for (const VerifierKey& key : keys) {
      if (key.name() != signature.key_name || key.id() != signature.key_id) continue;
      if (!Verifies(key, checkpoint->signed_text, signature.bytes)) {
        std::string name;
        described(&name, key.name(), key.id());
        return absl::UnauthenticatedError(
            absl::StrCat("The signature of ", name,
                         " does not belong to this checkpoint: one of them was changed. Do "
                         "not trust it, and ask the owner of the log for the original."));
      }
      verified = true;
    }
  }
  if (verified) return checkpoint;
  const std::string signers =
      absl::StrJoin(checkpoint->signatures, ", ",
                    [&](std::string* out, const Checkpoint::Signature& s) { described(out, s.key_name, s.key_id); });
  const std::string known = absl::StrJoin(
      keys, ", ", [&](std::string* out, const VerifierKey& key) { described(out, key.name(), key.id()); });
  return absl::UnauthenticatedError(absl::StrCat("No known key has signed this checkpoint. Signed by: ", signers,
                                                 ". Known: ", known.empty() ? "none" : known,
                                                 ". Get the key of the signer from the owner of the log by a way you "
                                                 "trust."));
}

}  // namespace oversight::ledger
