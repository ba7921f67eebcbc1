#include "common/auth/token/key_set.h"

#include <rhonabwy.h>

#include <algorithm>
#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/auth/token/json.h"

namespace oversight::auth {
namespace {

constexpr size_t kMaxJwksBytes = 256 << 10;
constexpr size_t kMaxKeys = 100;
constexpr size_t kMaxKid = 256;
constexpr unsigned kLeastRsaBits = 2048;

struct JwkRelease {
  void operator()(jwk_t* jwk) const { r_jwk_free(jwk); }
};
using Jwk = std::unique_ptr<jwk_t, JwkRelease>;

struct JwsRelease {
  void operator()(jws_t* jws) const { r_jws_free(jws); }
};

class RhonabwyKey final : public VerificationKey {
 public:
  RhonabwyKey(std::string algorithm, Jwk jwk) : algorithm_(std::move(algorithm)), jwk_(std::move(jwk)) {}

  const std::string& algorithm() const override { return algorithm_; }

  bool Verifies(const std::string& token) const override {
    jws_t* made = nullptr;
    if (r_jws_init(&made) != RHN_OK) return false;
    const std::unique_ptr<jws_t, JwsRelease> jws(made);
    // R_PARSE_NONE: no key of the header's is taken in, whichever way it is given.
    if (r_jws_advanced_parsen(jws.get(), token.data(), token.size(), R_PARSE_NONE, 0) != RHN_OK) return false;
    // The header was read before by token.cc; this is the library's own reading of it, held to the key once more.
    if (r_jws_get_alg(jws.get()) != r_str_to_jwa_alg(algorithm_.c_str())) return false;
    // Const for the library too, which only exports the key; its interface does not say so.
    return r_jws_verify_signature(jws.get(), jwk_.get(), 0) == RHN_OK;
  }

 private:
  const std::string algorithm_;
  const Jwk jwk_;
};

struct Usable {
  std::string kid;
  std::shared_ptr<const VerificationKey> key;
};

// A copy of what makes up the public key, and of nothing else.
Json PublicPart(const json_t* from, std::initializer_list<const char*> names) {
  Json part(json_object());
  for (const char* name : names) json_object_set(part.get(), name, json_object_get(from, name));
  return part;
}

bool ForVerifying(const json_t* jwk) {
  if (const json_t* use = json_object_get(jwk, "use"); use != nullptr && JsonString(jwk, "use") != "sig") return false;
  const json_t* operations = json_object_get(jwk, "key_ops");
  if (operations == nullptr) return true;
  size_t index;
  json_t* value;
  json_array_foreach(operations, index, value) {
    if (json_is_string(value) && std::string_view(json_string_value(value)) == "verify") return true;
  }
  return false;
}

// The key, or in words why it cannot be used.
absl::StatusOr<Usable> Use(const json_t* jwk) {
  const auto no = [](const char* why) { return absl::InvalidArgumentError(why); };
  if (!json_is_object(jwk)) return no("is no object");
  Usable result;
  result.kid = JsonString(jwk, "kid").value_or("");
  if (result.kid.empty() || result.kid.size() > kMaxKid) return no("has no kid of at most 256 bytes");
  const std::string kty = JsonString(jwk, "kty").value_or(""), crv = JsonString(jwk, "crv").value_or("");
  if (kty == "oct") return no("is a shared secret, which verifies nothing here");
  if (json_object_get(jwk, "d") != nullptr) return no("is a private key, which must not be published: replace it");
  if (!ForVerifying(jwk)) return no("is not for verifying signatures");
  std::string algorithm;
  Json part;
  if (kty == "RSA") {
    algorithm = "RS256";
    part = PublicPart(jwk, {"kty", "n", "e"});
  } else if (kty == "EC" && crv == "P-256") {
    algorithm = "ES256";
    part = PublicPart(jwk, {"kty", "crv", "x", "y"});
  } else if (kty == "OKP" && crv == "Ed25519") {
    algorithm = "EdDSA";
    part = PublicPart(jwk, {"kty", "crv", "x"});
  } else {
    return no("is neither RSA nor on P-256 nor on Ed25519");
  }
  if (json_object_get(jwk, "alg") != nullptr && JsonString(jwk, "alg") != algorithm) return no("is for another alg");
  jwk_t* made = nullptr;
  if (r_jwk_init(&made) != RHN_OK) return no("cannot be held");
  Jwk imported(made);
  unsigned bits = 0;
  if (r_jwk_import_from_json_t(imported.get(), part.get()) != RHN_OK || r_jwk_is_valid(imported.get()) != RHN_OK ||
      r_jwk_key_type(imported.get(), &bits, 0) == R_KEY_TYPE_NONE) {
    return no("is not a well-formed key");
  }
  if (kty == "RSA" && bits < kLeastRsaBits) return no("has fewer than 2048 bits");
  result.key = std::make_shared<RhonabwyKey>(std::move(algorithm), std::move(imported));
  return result;
}

}  // namespace

absl::StatusOr<KeySet> KeySet::Parse(std::string_view jwks) {
  static std::once_flag once;
  std::call_once(once, [] { (void)r_global_init(); });
  if (jwks.size() > kMaxJwksBytes) return absl::InvalidArgumentError("the key set is larger than 256 KiB");
  const Json root = ParseJsonObject(jwks);
  const json_t* keys = root == nullptr ? nullptr : json_object_get(root.get(), "keys");
  if (!json_is_array(keys)) return absl::InvalidArgumentError(R"(it is no JSON Web Key Set: {"keys":[...]})");
  if (json_array_size(keys) > kMaxKeys) return absl::InvalidArgumentError("the key set has more than 100 keys");
  KeySet set;
  for (size_t i = 0; i < json_array_size(keys); ++i) {
    auto usable = Use(json_array_get(keys, i));
    if (usable.ok() && set.entries_.count(usable->kid) > 0) {
      usable = absl::InvalidArgumentError("has the kid of one before it");
    }
    if (!usable.ok()) {
      set.left_out_.push_back(absl::StrCat("key ", i + 1, " ", usable.status().message()));
      continue;
    }
    Entry entry;
    entry.key = std::move(usable->key);
    set.entries_.emplace(std::move(usable->kid), std::move(entry));
  }
  return set;
}

void KeySet::KeepRetired(const KeySet& before, absl::Time now, absl::Duration grace) {
  for (const auto& [kid, entry] : before.entries_) {
    const absl::Time until = std::min(entry.retired_until, now + grace);
    if (until <= now || entries_.count(kid) > 0) continue;
    Entry kept = entry;
    kept.retired_until = until;
    entries_.emplace(kid, std::move(kept));
  }
}

const KeySet::Entry* KeySet::Find(const std::string& kid, absl::Time now) const {
  const auto it = entries_.find(kid);
  return it == entries_.end() || it->second.retired_until <= now ? nullptr : &it->second;
}

absl::Time KeySet::NextRetirement() const {
  absl::Time next = absl::InfiniteFuture();
  for (const auto& [kid, entry] : entries_) next = std::min(next, entry.retired_until);
  return next;
}

}  // namespace oversight::auth
