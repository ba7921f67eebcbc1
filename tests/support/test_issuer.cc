#include "tests/support/test_issuer.h"

#include <openssl/hmac.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/auth/names.h"

namespace oversight::testing {
namespace {

using auth::Base64Url;
using auth::ClaimsFor;
using auth::MintJwt;
using auth::SigningKey;

void WriteWhole(const std::string& path, const std::string& text) {
  std::ofstream(path + ".new") << text;
  std::filesystem::rename(path + ".new", path);
}

std::string HeaderOf(const SigningKey& key) {
  return absl::StrCat(R"({"alg":")", key.algorithm(), R"(","typ":"JWT","kid":")", key.kid(), "\"}");
}

// The header with one more member.
std::string HeaderWith(const SigningKey& key, const std::string& member) {
  std::string header = HeaderOf(key);
  header.pop_back();
  return absl::StrCat(header, ",", member, "}");
}

std::string Replaced(const std::string& text, const std::string& from, const std::string& to) {
  const std::string result = absl::StrReplaceAll(text, {{from, to}});
  if (result == text) std::abort();  // It would be a good token.
  return result;
}

}  // namespace

TestIssuer::TestIssuer(const std::string& principals) {
  auto samples = auth::InsecureAuthenticator::FromFile(principals);
  if (!samples.ok()) {
    std::fprintf(stderr, "TestIssuer: %s\n", std::string(samples.status().message()).c_str());
    std::abort();
  }
  samples_ = *std::move(samples);
  Publish({Rsa(), Ec(), Ed()});
}

const SigningKey& TestIssuer::Rsa() {
  static const auto* const key = new SigningKey(SigningKey::Generate("RS256", "rsa-1"));
  return *key;
}
const SigningKey& TestIssuer::Ec() {
  static const auto* const key = new SigningKey(SigningKey::Generate("ES256", "ec-1"));
  return *key;
}
const SigningKey& TestIssuer::Ed() {
  static const auto* const key = new SigningKey(SigningKey::Generate("EdDSA", "ed-1"));
  return *key;
}
const SigningKey& TestIssuer::Stranger() {
  static const auto* const key = new SigningKey(SigningKey::Generate("EdDSA", "stranger"));
  return *key;
}

void TestIssuer::Publish(const std::vector<SigningKey>& keys) const { WriteWhole(jwks_file(), auth::Jwks(keys)); }

auth::Principal TestIssuer::Sample(const std::string& name) const {
  auth::Credentials credentials;
  credentials.principal_header = name;
  auto principal = samples_->Authenticate(credentials);
  if (!principal.ok()) {
    std::fprintf(stderr, "TestIssuer: %s\n", std::string(principal.status().message()).c_str());
    std::abort();
  }
  return *std::move(principal);
}

auth::MintOptions TestIssuer::options(absl::Time now, absl::Duration lifetime) const {
  auth::MintOptions options;
  options.issuer = issuer_;
  options.audience = audience_;
  options.now = now;
  options.lifetime = lifetime;
  return options;
}

std::string TestIssuer::Token(const auth::Principal& principal, absl::Time now, absl::Duration lifetime,
                              const SigningKey& key) const {
  return auth::Mint(principal, options(now, lifetime), key);
}

std::string TestIssuer::TokenFile(const std::string& name) const {
  const std::string path = folder_ / (name + ".token");
  WriteWhole(path, Token(name) + "\n");
  return path;
}

std::string TestIssuer::TokenFolder() const {
  for (const auth::Principal& principal : samples_->Choices()) {
    TokenFile(principal.name().substr(std::string_view(auth::kPrincipalPrefix).size()));
  }
  return folder_ / "";
}

std::string MintHs256(const std::string& header, const std::string& claims, const std::string& secret) {
  const std::string signed_part = absl::StrCat(Base64Url(header), ".", Base64Url(claims));
  unsigned char mac[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(signed_part.data()), signed_part.size(), mac, &size);
  return absl::StrCat(signed_part, ".", Base64Url({reinterpret_cast<const char*>(mac), size}));
}

std::vector<BadToken> BadTokens(const TestIssuer& issuer, const auth::Principal& principal, absl::Time now) {
  const SigningKey &rsa = TestIssuer::Rsa(), &ec = TestIssuer::Ec(), &ed = TestIssuer::Ed();
  const SigningKey& stranger = TestIssuer::Stranger();
  const std::string claims = ClaimsFor(principal, issuer.options(now));
  const std::string good = MintJwt(HeaderOf(ed), claims, ed);
  const std::string head = good.substr(0, good.find('.'));
  const std::string body = good.substr(head.size() + 1, good.rfind('.') - head.size() - 1);
  const std::string tail = good.substr(good.rfind('.') + 1);
  const auto with = [&](const std::string& from, const std::string& to) {
    return MintJwt(HeaderOf(ed), Replaced(claims, from, to), ed);
  };
  const auto header = [&](const std::string& text) { return MintJwt(text, claims, ed); };
  const std::string none = R"({"alg":"none","typ":"JWT","kid":"ed-1"})";
  const std::string hs256 = R"({"alg":"HS256","typ":"JWT","kid":"rsa-1"})";
  std::string flipped = tail;
  flipped[flipped.size() / 2] = flipped[flipped.size() / 2] == 'A' ? 'B' : 'A';
  const std::string role =
      absl::StrCat(R"("oversight_all_forces":)", principal.proto().all_forces() ? "true" : "false");

  return {
      // Who is to believe it.
      {"signed by a key nobody published", MintJwt(HeaderOf(stranger), claims, stranger), "TOKEN_KEY_UNKNOWN"},
      {"signed by a stranger under a published kid", MintJwt(HeaderOf(ed), claims, stranger), "TOKEN_SIGNATURE_WRONG"},
      {"signed by one published key under the kid of another",
       MintJwt(Replaced(HeaderOf(ed), "ed-1", "ec-1"), claims, ed), "TOKEN_HEADER_REFUSED"},
      {"claims changed after signing",
       absl::StrCat(head, ".", Base64Url(Replaced(claims, role, R"("oversight_all_forces":true )")), ".", tail),
       "TOKEN_SIGNATURE_WRONG"},
      {"header changed after signing",
       absl::StrCat(Base64Url(Replaced(HeaderOf(ed), "JWT", "jwt")), ".", body, ".", tail), "TOKEN_SIGNATURE_WRONG"},
      {"a bit of the signature flipped", absl::StrCat(head, ".", body, ".", flipped), "TOKEN_SIGNATURE_WRONG"},
      // Which algorithm.
      {"alg none, no signature", absl::StrCat(Base64Url(none), ".", body, "."), "TOKEN_HEADER_REFUSED"},
      {"alg none, a signature all the same", header(none), "TOKEN_HEADER_REFUSED"},
      {"alg nOnE", absl::StrCat(Base64Url(Replaced(none, "none", "nOnE")), ".", body, "."), "TOKEN_HEADER_REFUSED"},
      {"alg none under a kid that there is not",
       absl::StrCat(Base64Url(Replaced(none, "ed-1", "other")), ".", body, "."), "TOKEN_HEADER_REFUSED"},
      {"no alg", header(R"({"typ":"JWT","kid":"ed-1"})"), "TOKEN_HEADER_REFUSED"},
      {"HS256 with the public key as the secret", MintHs256(hs256, claims, rsa.PublicPem()), "TOKEN_HEADER_REFUSED"},
      {"HS256 with the public JWK as the secret", MintHs256(hs256, claims, rsa.Jwk()), "TOKEN_HEADER_REFUSED"},
      {"HS256 under the name of RS256", MintHs256(Replaced(hs256, "HS256", "RS256"), claims, rsa.PublicPem()),
       "TOKEN_SIGNATURE_WRONG"},
      {"RS256 with a key on P-256", MintJwt(R"({"alg":"RS256","typ":"JWT","kid":"ec-1"})", claims, ec),
       "TOKEN_HEADER_REFUSED"},
      {"PS256 with an RSA key", MintJwt(R"({"alg":"PS256","typ":"JWT","kid":"rsa-1"})", claims, rsa),
       "TOKEN_HEADER_REFUSED"},
      // What the header asks for.
      {"brings its key", MintJwt(HeaderWith(stranger, R"("jwk":)" + stranger.Jwk()), claims, stranger),
       "TOKEN_HEADER_REFUSED"},
      {"jwk", header(HeaderWith(ed, R"("jwk":)" + ed.Jwk())), "TOKEN_HEADER_REFUSED"},
      {"jku", header(HeaderWith(ed, R"("jku":"https://issuer.test/keys")")), "TOKEN_HEADER_REFUSED"},
      {"x5u", header(HeaderWith(ed, R"("x5u":"https://issuer.test/cert")")), "TOKEN_HEADER_REFUSED"},
      {"x5c", header(HeaderWith(ed, R"("x5c":["MIIB"])")), "TOKEN_HEADER_REFUSED"},
      {"crit", header(HeaderWith(ed, R"("crit":["exp"])")), "TOKEN_HEADER_REFUSED"},
      {"b64", header(HeaderWith(ed, R"("b64":false)")), "TOKEN_HEADER_REFUSED"},
      {"zip", header(HeaderWith(ed, R"("zip":"DEF")")), "TOKEN_HEADER_REFUSED"},
      {"is an encrypted token", header(HeaderWith(ed, R"("enc":"A256GCM")")), "TOKEN_HEADER_REFUSED"},
      {"no kid", header(R"({"alg":"EdDSA","typ":"JWT"})"), "TOKEN_MALFORMED"},
      {"kid is a number", header(R"({"alg":"EdDSA","typ":"JWT","kid":1})"), "TOKEN_MALFORMED"},
      {"of another type", header(R"({"alg":"EdDSA","typ":"logout+jwt","kid":"ed-1"})"), "TOKEN_MALFORMED"},
      {"alg twice", header(R"({"alg":"none","alg":"EdDSA","typ":"JWT","kid":"ed-1"})"), "TOKEN_MALFORMED"},
      // For whom, from whom, when.
      {"from another issuer", with(issuer.issuer(), "https://other.test"), "TOKEN_WRONG_ISSUER"},
      {"from an issuer that begins like ours", with(issuer.issuer(), issuer.issuer() + "/more"), "TOKEN_WRONG_ISSUER"},
      {"without an issuer", with(R"("iss":)", R"("was":)"), "TOKEN_WRONG_ISSUER"},
      {"for another audience", with(issuer.audience(), "payroll"), "TOKEN_WRONG_AUDIENCE"},
      {"for a list of others", with(absl::StrCat("\"", issuer.audience(), "\""), R"(["payroll","leave"])"),
       "TOKEN_WRONG_AUDIENCE"},
      {"without an audience", with(R"("aud":)", R"("was":)"), "TOKEN_WRONG_AUDIENCE"},
      {"expired", MintJwt(HeaderOf(ed), ClaimsFor(principal, issuer.options(now - absl::Hours(2))), ed),
       "TOKEN_EXPIRED"},
      {"without an expiry", with(R"("exp":)", R"("was":)"), "TOKEN_MALFORMED"},
      {"an expiry in words",
       with(absl::StrCat(R"("exp":)", absl::ToUnixSeconds(now + absl::Hours(1))), R"("exp":"tomorrow")"),
       "TOKEN_MALFORMED"},
      {"not valid yet",
       with(R"("iat":)", absl::StrCat(R"("nbf":)", absl::ToUnixSeconds(now + absl::Minutes(10)), R"(,"iat":)")),
       "TOKEN_NOT_YET_VALID"},
      {"issued in the future", MintJwt(HeaderOf(ed), ClaimsFor(principal, issuer.options(now + absl::Minutes(10))), ed),
       "TOKEN_NOT_YET_VALID"},
      {"for nobody", with(R"("sub":)", R"("was":)"), "TOKEN_SUBJECT_UNUSABLE"},
      {"for a name that is none", with(R"("sub":")", R"("sub":"../)"), "TOKEN_SUBJECT_UNUSABLE"},
      {"for the public", with(R"("sub":)", R"("sub":"public","was":)"), "TOKEN_SUBJECT_UNUSABLE"},
      {"a claim twice", with(R"("sub":)", R"("sub":"chief-inspector","sub":)"), "TOKEN_MALFORMED"},
      {"scope of another type", with(role, R"("oversight_all_forces":"yes")"), "TOKEN_MALFORMED"},
      {"roles of another type", with(R"("oversight_roles":)", R"("oversight_roles":{"a":1},"was":)"),
       "TOKEN_MALFORMED"},
      {"a force that is none", with(R"("oversight_forces":)", R"("oversight_forces":["forces/-"],"was":)"),
       "TOKEN_MALFORMED"},
      // Its form.
      {"cut short", good.substr(0, good.size() - 10), "TOKEN_SIGNATURE_WRONG"},
      {"without its signature", absl::StrCat(head, ".", body), "TOKEN_MALFORMED"},
      {"with an empty signature", absl::StrCat(head, ".", body, "."), "TOKEN_SIGNATURE_WRONG"},
      {"of four parts", absl::StrCat(good, ".", tail), "TOKEN_MALFORMED"},
      {"of five parts, as encrypted ones are", absl::StrCat(good, ".", tail, ".", tail), "TOKEN_MALFORMED"},
      {"not base64url", absl::StrCat(head, ".", body, "+/=.", tail), "TOKEN_MALFORMED"},
      {"a JWS as JSON",
       absl::StrCat(R"({"protected":")", head, R"(","payload":")", body, R"(","signature":")", tail, "\"}"),
       "TOKEN_MALFORMED"},
      {"claims that are no object", MintJwt(HeaderOf(ed), "[]", ed), "TOKEN_MALFORMED"},
      {"claims that are not JSON", MintJwt(HeaderOf(ed), "sub=chief-inspector", ed), "TOKEN_MALFORMED"},
      {"larger than is taken", with(R"("name":")", absl::StrCat(R"("name":")", std::string(6 << 10, 'x'))),
       "TOKEN_MALFORMED"},
      {"some other secret", "hunter2", "TOKEN_MALFORMED"},
  };
}

}  // namespace oversight::testing
