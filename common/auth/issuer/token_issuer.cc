#include "common/auth/issuer/token_issuer.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "common/auth/names.h"

namespace oversight::auth {
namespace {

constexpr size_t kP256Bytes = 32;

template <class T>
T OrDie(T value, const char* doing) {
  if (!value) {
    std::fprintf(stderr, "token issuer: OpenSSL cannot %s\n", doing);
    std::abort();
  }
  return value;
}

struct Release {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(BIGNUM* number) const { BN_free(number); }
  void operator()(ECDSA_SIG* signature) const { ECDSA_SIG_free(signature); }
};
template <class T>
using Owned = std::unique_ptr<T, Release>;

std::string Bytes(const BIGNUM* number, size_t least = 0) {
  std::string bytes(std::max(least, static_cast<size_t>(BN_num_bytes(number))), '\0');
  BN_bn2binpad(number, reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  return bytes;
}

std::string NumberOf(EVP_PKEY* key, const char* name, size_t least = 0) {
  BIGNUM* number = nullptr;
  OrDie(EVP_PKEY_get_bn_param(key, name, &number) == 1, "read a key");
  return Base64Url(Bytes(Owned<BIGNUM>(number).get(), least));
}

std::string AlgorithmOf(EVP_PKEY* key) {
  switch (EVP_PKEY_base_id(key)) {
    case EVP_PKEY_RSA:
      return "RS256";
    case EVP_PKEY_EC:
      return "ES256";
    default:
      return "EdDSA";
  }
}

std::string TextOf(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);  // NOLINT: OpenSSL's type
  return {data, static_cast<size_t>(size)};
}

// Strings of our own making and names of people: enough of JSON for both.
std::string Quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    if (static_cast<unsigned char>(c) >= 0x20) result += c;
  }
  return result + "\"";
}

template <class Items>
std::string List(const Items& items) {
  return absl::StrCat("[", absl::StrJoin(items, ",", [](std::string* out, const auto& item) { *out += Quoted(item); }),
                      "]");
}

}  // namespace

struct SigningKey::Impl {
  Owned<EVP_PKEY> key;
};

SigningKey SigningKey::Generate(const std::string& algorithm, std::string kid) {
  EVP_PKEY* made = algorithm == "RS256"   ? EVP_RSA_gen(2048)
                   : algorithm == "ES256" ? EVP_EC_gen("P-256")
                                          : EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
  SigningKey result;
  result.impl_ = std::make_shared<Impl>(Impl{Owned<EVP_PKEY>(OrDie(made, "make a key"))});
  result.algorithm_ = AlgorithmOf(made);
  result.kid_ = std::move(kid);
  return result;
}

SigningKey SigningKey::FromPem(const std::string& pem, std::string kid) {
  const Owned<BIO> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  EVP_PKEY* read = OrDie(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr), "read the private key");
  SigningKey result;
  result.impl_ = std::make_shared<Impl>(Impl{Owned<EVP_PKEY>(read)});
  result.algorithm_ = AlgorithmOf(read);
  result.kid_ = std::move(kid);
  return result;
}

std::string SigningKey::Pem() const {
  const Owned<BIO> bio(BIO_new(BIO_s_mem()));
  OrDie(PEM_write_bio_PrivateKey(bio.get(), impl_->key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1,
        "write a key");
  return TextOf(bio.get());
}

std::string SigningKey::PublicPem() const {
  const Owned<BIO> bio(BIO_new(BIO_s_mem()));
  OrDie(PEM_write_bio_PUBKEY(bio.get(), impl_->key.get()) == 1, "write a public key");
  return TextOf(bio.get());
}

std::string SigningKey::Jwk() const {
  EVP_PKEY* key = impl_->key.get();
  const std::string common = absl::StrCat(R"({"kid":")", kid_, R"(","alg":")", algorithm_, R"(","use":"sig",)");
  if (algorithm_ == "RS256") {
    return absl::StrCat(common, R"("kty":"RSA","n":")", NumberOf(key, OSSL_PKEY_PARAM_RSA_N), R"(","e":")",
                        NumberOf(key, OSSL_PKEY_PARAM_RSA_E), "\"}");
  }
  if (algorithm_ == "ES256") {
    return absl::StrCat(common, R"("kty":"EC","crv":"P-256","x":")",
                        NumberOf(key, OSSL_PKEY_PARAM_EC_PUB_X, kP256Bytes), R"(","y":")",
                        NumberOf(key, OSSL_PKEY_PARAM_EC_PUB_Y, kP256Bytes), "\"}");
  }
  std::string raw(32, '\0');
  size_t size = raw.size();
  OrDie(EVP_PKEY_get_raw_public_key(key, reinterpret_cast<unsigned char*>(raw.data()), &size) == 1, "read a key");
  return absl::StrCat(common, R"("kty":"OKP","crv":"Ed25519","x":")", Base64Url(raw), "\"}");
}

std::string SigningKey::Sign(std::string_view bytes) const {
  const Owned<EVP_MD_CTX> context(EVP_MD_CTX_new());
  const EVP_MD* digest = algorithm_ == "EdDSA" ? nullptr : EVP_sha256();
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  size_t size = 0;
  OrDie(EVP_DigestSignInit(context.get(), nullptr, digest, nullptr, impl_->key.get()) == 1 &&
            EVP_DigestSign(context.get(), nullptr, &size, data, bytes.size()) == 1,
        "sign");
  std::string signature(size, '\0');
  auto* out = reinterpret_cast<unsigned char*>(signature.data());
  OrDie(EVP_DigestSign(context.get(), out, &size, data, bytes.size()) == 1, "sign");
  signature.resize(size);
  if (algorithm_ != "ES256") return signature;
  const unsigned char* der = out;
  const Owned<ECDSA_SIG> pair(d2i_ECDSA_SIG(nullptr, &der, static_cast<int>(signature.size())));
  return Bytes(ECDSA_SIG_get0_r(pair.get()), kP256Bytes) + Bytes(ECDSA_SIG_get0_s(pair.get()), kP256Bytes);
}

std::string Jwks(const std::vector<SigningKey>& keys) {
  return absl::StrCat(R"({"keys":[)",
                      absl::StrJoin(keys, ",", [](std::string* out, const SigningKey& key) { *out += key.Jwk(); }),
                      "]}\n");
}

std::string Base64Url(std::string_view bytes) {
  std::string text = absl::WebSafeBase64Escape(absl::string_view(bytes.data(), bytes.size()));
  while (!text.empty() && text.back() == '=') text.pop_back();
  return text;
}

std::string MintJwt(std::string_view header, std::string_view claims, const SigningKey& key) {
  const std::string signed_part = absl::StrCat(Base64Url(header), ".", Base64Url(claims));
  return absl::StrCat(signed_part, ".", Base64Url(key.Sign(signed_part)));
}

std::string ClaimsFor(const Principal& principal, const MintOptions& options) {
  const auto& proto = principal.proto();
  std::vector<std::string> roles;
  for (const int role : proto.roles()) {
    std::string name = absl::AsciiStrToLower(RoleName(static_cast<Role>(role)));
    absl::StrReplaceAll({{"_", "-"}}, &name);
    roles.push_back(name);
  }
  const int64_t now = absl::ToUnixSeconds(options.now);
  return absl::StrCat(R"({"iss":)", Quoted(options.issuer), R"(,"aud":)", Quoted(options.audience), R"(,"sub":)",
                      Quoted(principal.name().substr(std::string_view(kPrincipalPrefix).size())), R"(,"name":)",
                      Quoted(principal.display_name()), R"(,"iat":)", now, R"(,"exp":)",
                      now + absl::ToInt64Seconds(options.lifetime), R"(,"oversight_roles":)", List(roles),
                      R"(,"oversight_forces":)", List(proto.forces()), R"(,"oversight_regions":)",
                      List(proto.regions()), R"(,"oversight_all_forces":)", proto.all_forces() ? "true" : "false", "}");
}

std::string Mint(const Principal& principal, const MintOptions& options, const SigningKey& key) {
  const std::string header = absl::StrCat(R"({"alg":")", key.algorithm(), R"(","typ":"JWT","kid":")", key.kid(), "\"}");
  return MintJwt(header, ClaimsFor(principal, options), key);
}

}  // namespace oversight::auth
