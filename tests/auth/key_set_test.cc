#include "common/auth/token/key_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/support/test_issuer.h"

namespace oversight::auth {
namespace {

using ::oversight::testing::TestIssuer;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const absl::Time kNow = absl::FromUnixSeconds(1700820000);

std::string Changed(const std::string& jwk, const std::string& from, const std::string& to) {
  const std::string changed = absl::StrReplaceAll(jwk, {{from, to}});
  EXPECT_NE(changed, jwk);
  return changed;
}

TEST(KeySet, TheKeySaysWhichAlgorithm) {
  const auto keys = KeySet::Parse(Jwks({TestIssuer::Rsa(), TestIssuer::Ec(), TestIssuer::Ed()}));
  ASSERT_TRUE(keys.ok()) << keys.status();
  EXPECT_EQ(keys->size(), 3U);
  EXPECT_EQ(keys->Find("rsa-1", kNow)->key->algorithm(), "RS256");
  EXPECT_EQ(keys->Find("ec-1", kNow)->key->algorithm(), "ES256");
  EXPECT_EQ(keys->Find("ed-1", kNow)->key->algorithm(), "EdDSA");
  EXPECT_EQ(keys->Find("stranger", kNow), nullptr);
}

TEST(KeySet, WhatCannotBeUsedIsLeftOutAndNamed) {
  const std::string rsa = TestIssuer::Rsa().Jwk(), ec = TestIssuer::Ec().Jwk(), ed = TestIssuer::Ed().Jwk();
  const std::string small_n(171, 'A');  // 1024 bits
  const std::vector<std::string> bad = {
      R"({"kty":"oct","kid":"a","k":"c2VjcmV0"})",
      Changed(rsa, R"("kid":"rsa-1",)", ""),
      Changed(ed, R"("kty")", R"("d":"secret","kty")"),
      Changed(ed, R"("use":"sig")", R"("use":"enc")"),
      Changed(ed, R"("use":"sig")", R"("key_ops":["encrypt"])"),
      Changed(ec, "P-256", "P-384"),
      Changed(rsa, "RS256", "HS256"),
      Changed(rsa, "RS256", "RS512"),
      Changed(ec, R"("y":")", R"("z":")"),
      R"({"kty":"RSA","kid":"small","n":"v)" + small_n + R"(","e":"AQAB"})",
      "7",
      ed,  // Good, and then its kid once more.
      Changed(rsa, "rsa-1", "ed-1"),
  };
  std::string all;
  for (const std::string& jwk : bad) absl::StrAppend(&all, all.empty() ? "" : ",", jwk);
  const auto keys = KeySet::Parse(absl::StrCat(R"({"keys":[)", all, "]}"));
  ASSERT_TRUE(keys.ok()) << keys.status();
  EXPECT_EQ(keys->size(), 1U);
  EXPECT_EQ(keys->Find("ed-1", kNow)->key->algorithm(), "EdDSA");
  EXPECT_THAT(keys->left_out(),
              ElementsAre(HasSubstr("key 1 is a shared secret"), HasSubstr("key 2 has no kid"),
                          HasSubstr("key 3 is a private key"), HasSubstr("key 4 is not for verifying"),
                          HasSubstr("key 5 is not for verifying"), HasSubstr("key 6 is neither"),
                          HasSubstr("key 7 is for another alg"), HasSubstr("key 8 is for another alg"),
                          HasSubstr("key 9 is not a well-formed key"), HasSubstr("key 10 has fewer than 2048"),
                          HasSubstr("key 11 is no object"), HasSubstr("key 13 has the kid of one before")));
}

TEST(KeySet, OneWithoutAUsableKeyIsEmptyAndWhatIsNoneIsRefused) {
  for (const char* text : {R"({"keys":[]})", R"({"keys":[{"kty":"oct","kid":"a"}]})"}) {
    EXPECT_TRUE(KeySet::Parse(text)->empty()) << text;
  }
  for (const char* text : {"", "[]", "{}", R"({"keys":{}})"}) {
    EXPECT_EQ(KeySet::Parse(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
  EXPECT_FALSE(KeySet::Parse(std::string(300 << 10, ' ')).ok());
}

TEST(KeySet, AKeyThatGoesStaysForItsGrace) {
  const auto before = KeySet::Parse(Jwks({TestIssuer::Ec(), TestIssuer::Ed()}));
  auto after = KeySet::Parse(Jwks({TestIssuer::Ed()}));
  ASSERT_TRUE(before.ok() && after.ok());
  after->KeepRetired(*before, kNow, absl::Minutes(5));
  EXPECT_NE(after->Find("ec-1", kNow + absl::Minutes(5) - absl::Seconds(1)), nullptr);
  EXPECT_EQ(after->Find("ec-1", kNow + absl::Minutes(5)), nullptr);
  EXPECT_EQ(after->NextRetirement(), kNow + absl::Minutes(5));
  EXPECT_EQ(after->Find("ed-1", kNow)->retired_until, absl::InfiniteFuture());

  // A later look does not begin its grace again, and in the end drops it.
  auto later = KeySet::Parse(Jwks({TestIssuer::Ed()}));
  later->KeepRetired(*after, kNow + absl::Minutes(3), absl::Minutes(5));
  EXPECT_EQ(later->NextRetirement(), kNow + absl::Minutes(5));
  auto last = KeySet::Parse(Jwks({TestIssuer::Ed()}));
  last->KeepRetired(*later, kNow + absl::Minutes(5), absl::Minutes(5));
  EXPECT_EQ(last->size(), 1U);
}

TEST(KeySet, WithoutGraceAKeyGoesAtOnce) {
  const auto before = KeySet::Parse(Jwks({TestIssuer::Ec(), TestIssuer::Ed()}));
  auto after = KeySet::Parse(Jwks({TestIssuer::Ed()}));
  after->KeepRetired(*before, kNow, absl::ZeroDuration());
  EXPECT_EQ(after->Find("ec-1", kNow), nullptr);
}

// Under a kid that is known, another key is another key, grace or not.
TEST(KeySet, AKeyThatIsReplacedUnderItsIdIsGone) {
  const SigningKey other = SigningKey::Generate("EdDSA", "ed-1");
  const std::string old_token = MintJwt(R"({"alg":"EdDSA","kid":"ed-1"})", "{}", TestIssuer::Ed());
  const auto before = KeySet::Parse(Jwks({TestIssuer::Ed()}));
  auto after = KeySet::Parse(Jwks({other}));
  after->KeepRetired(*before, kNow, absl::Minutes(5));
  EXPECT_TRUE(before->Find("ed-1", kNow)->key->Verifies(old_token));
  EXPECT_FALSE(after->Find("ed-1", kNow)->key->Verifies(old_token));
  EXPECT_TRUE(after->Find("ed-1", kNow)->key->Verifies(MintJwt(R"({"alg":"EdDSA","kid":"ed-1"})", "{}", other)));
}

}  // namespace
}  // namespace oversight::auth
