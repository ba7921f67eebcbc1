#include "common/auth/token/token.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/rpc/errors.h"
#include "tests/support/test_issuer.h"

namespace oversight::auth {
namespace {

using ::oversight::testing::BadToken;
using ::oversight::testing::BadTokens;
using ::oversight::testing::TestIssuer;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const absl::Time kNow = absl::FromUnixSeconds(1700820000);

const TestIssuer& Issuer() {
  static const auto* const issuer = new TestIssuer();
  return *issuer;
}

KeySet Published() {
  auto keys = KeySet::Parse(Jwks({TestIssuer::Rsa(), TestIssuer::Ec(), TestIssuer::Ed()}));
  EXPECT_TRUE(keys.ok()) << keys.status();
  return *std::move(keys);
}

TokenRules Rules() {
  TokenRules rules;
  rules.issuer = Issuer().issuer();
  rules.audience = Issuer().audience();
  return rules;
}

absl::StatusOr<VerifiedToken> Verify(const std::string& token, absl::Time now = kNow) {
  return VerifyToken(token, Rules(), Published(), now);
}

std::string WithClaims(const std::string& from, const std::string& to) {
  const std::string claims = ClaimsFor(Issuer().Sample("hm-inspector"), Issuer().options(kNow));
  const std::string changed = absl::StrReplaceAll(claims, {{from, to}});
  EXPECT_NE(changed, claims);
  return MintJwt(R"({"alg":"EdDSA","kid":"ed-1"})", changed, TestIssuer::Ed());
}

TEST(Token, OfEveryAlgorithmIsTaken) {
  const Principal inspector = Issuer().Sample("hm-inspector");
  for (const SigningKey* key : {&TestIssuer::Rsa(), &TestIssuer::Ec(), &TestIssuer::Ed()}) {
    const auto verified = Verify(Issuer().Token(inspector, kNow, absl::Hours(1), *key));
    ASSERT_TRUE(verified.ok()) << key->algorithm() << ": " << verified.status();
    EXPECT_EQ(verified->principal.proto().SerializeAsString(), inspector.proto().SerializeAsString());
    EXPECT_EQ(verified->good_until, kNow + absl::Hours(1) + absl::Seconds(30));
    EXPECT_EQ(verified->unknown_roles, 0);
  }
}

// A JWT's signature on P-256 is two numbers of 32 bytes, which begin with zeros now and then.
TEST(Token, ManySignaturesOnP256AreTaken) {
  const KeySet keys = Published();
  for (int i = 0; i < 300; ++i) {
    const std::string token =
        Issuer().Token(Issuer().Sample("operator"), kNow + absl::Seconds(i), absl::Hours(2), TestIssuer::Ec());
    ASSERT_TRUE(VerifyToken(token, Rules(), keys, kNow + absl::Minutes(5)).ok()) << token;
  }
}

TEST(Token, EveryKindOfBadTokenIsRefusedForItsReason) {
  std::set<std::string> seen;
  for (const BadToken& bad : BadTokens(Issuer(), Issuer().Sample("west-midlands-officer"), kNow)) {
    const auto verified = Verify(bad.token);
    ASSERT_FALSE(verified.ok()) << bad.what;
    EXPECT_EQ(verified.status().code(), absl::StatusCode::kUnauthenticated) << bad.what;
    EXPECT_EQ(ReasonOf(verified.status()), bad.reason) << bad.what << ": " << verified.status();
    seen.insert(bad.reason);
    // Nothing of the token, nor of what is expected of one.
    const std::string told = verified.status().ToString();
    for (const std::string& secret : {bad.token, Issuer().issuer(), Issuer().audience(),
                                      std::string("west-midlands-officer"), std::string("hunter2")}) {
      EXPECT_THAT(told, Not(HasSubstr(secret))) << bad.what;
    }
  }
  EXPECT_EQ(seen.size(), 9U) << "every TOKEN_ reason";
}

TEST(Token, IsGoodBetweenItsTimesGiveOrTakeTheSkew) {
  const std::string token = Issuer().Token(Issuer().Sample("operator"), kNow, absl::Minutes(10));
  const absl::Duration skew = absl::Seconds(30), instant = absl::Milliseconds(1);
  EXPECT_TRUE(Verify(token, kNow - skew).ok());
  EXPECT_EQ(ReasonOf(Verify(token, kNow - skew - instant).status()), "TOKEN_NOT_YET_VALID");
  EXPECT_TRUE(Verify(token, kNow + absl::Minutes(10) + skew - instant).ok());
  EXPECT_EQ(ReasonOf(Verify(token, kNow + absl::Minutes(10) + skew).status()), "TOKEN_EXPIRED");
}

TEST(Token, TakesOneAudienceOfSeveral) {
  EXPECT_TRUE(Verify(WithClaims(absl::StrCat("\"", Issuer().audience(), "\""),
                                absl::StrCat(R"(["payroll",")", Issuer().audience(), "\"]")))
                  .ok());
}

TEST(Token, ReadsRolesAndScopesInEitherWriting) {
  const auto verified = Verify(WithClaims(R"("oversight_roles":["hm-inspector"],"oversight_forces":[])",
                                          R"("oversight_roles":["HM_INSPECTOR","press-office","wizard","unspecified"],)"
                                          R"("oversight_forces":["kent","forces/surrey"])"));
  ASSERT_TRUE(verified.ok()) << verified.status();
  const auto& principal = verified->principal.proto();
  EXPECT_THAT(principal.roles(), ElementsAre(Role::ROLE_HM_INSPECTOR, Role::ROLE_PRESS_OFFICE));
  EXPECT_EQ(verified->unknown_roles, 2);
  EXPECT_THAT(principal.forces(), ElementsAre("forces/kent", "forces/surrey"));
  EXPECT_THAT(principal.regions(), ElementsAre("East Midlands", "West Midlands"));

  const auto one = Verify(WithClaims(R"("oversight_roles":["hm-inspector"],"oversight_forces":[])",
                                     R"("oversight_roles":"hm-inspector","oversight_forces":"kent")"));
  ASSERT_TRUE(one.ok()) << one.status();
  EXPECT_THAT(one->principal.proto().roles(), ElementsAre(Role::ROLE_HM_INSPECTOR));
  EXPECT_THAT(one->principal.proto().forces(), ElementsAre("forces/kent"));
}

TEST(Token, WithoutRolesAndScopesHasNone) {
  const auto verified = Verify(WithClaims("oversight_", "elsewhere_"));
  ASSERT_TRUE(verified.ok()) << verified.status();
  EXPECT_EQ(verified->principal.name(), "principals/hm-inspector");
  EXPECT_THAT(verified->principal.proto().roles(), IsEmpty());
  EXPECT_THAT(verified->principal.proto().regions(), IsEmpty());
  EXPECT_FALSE(verified->principal.CoversEveryForce());
}

TEST(Token, ClaimsCanHaveOtherNames) {
  TokenRules rules = Rules();
  rules.claim_prefix = "https://oversight.example/";
  rules.subject_claim = "preferred_username";
  const std::string token = WithClaims(R"("oversight_)", R"("https://oversight.example/)");
  EXPECT_EQ(ReasonOf(VerifyToken(token, rules, Published(), kNow).status()), "TOKEN_SUBJECT_UNUSABLE");
  rules.subject_claim = "sub";
  const auto verified = VerifyToken(token, rules, Published(), kNow);
  ASSERT_TRUE(verified.ok()) << verified.status();
  EXPECT_THAT(verified->principal.proto().roles(), ElementsAre(Role::ROLE_HM_INSPECTOR));
}

// OpenID Connect Core 3.1.3.7.
TEST(IdToken, IsOfTheIssuerForThisClientAndThisSignIn) {
  const std::string good = absl::StrCat(
      R"({"iss":")", Issuer().issuer(), R"(","sub":"Ünique","aud":["pages"],"azp":"pages","nonce":"N","iat":)",
      absl::ToUnixSeconds(kNow), R"(,"exp":)", absl::ToUnixSeconds(kNow + absl::Minutes(5)), "}");
  const std::string header = R"({"alg":"EdDSA","kid":"ed-1"})";
  const auto verify = [](const std::string& head, const std::string& claims, const std::string& nonce = "N",
                         const SigningKey& key = TestIssuer::Ed(), absl::Time now = kNow) {
    return VerifyIdToken(MintJwt(head, claims, key), Rules(), "pages", nonce, Published(), now);
  };
  const auto with = [&good](const std::string& from, const std::string& to) {
    const std::string changed = absl::StrReplaceAll(good, {{from, to}});
    EXPECT_NE(changed, good) << from;
    return changed;
  };
  EXPECT_TRUE(verify(header, good).ok()) << verify(header, good) << ": its subject need be no principal's name";
  EXPECT_TRUE(verify(header, with(R"("azp":"pages",)", "")).ok());
  const auto reason = [](const absl::Status& status) {
    EXPECT_EQ(status.code(), absl::StatusCode::kUnauthenticated);
    return ReasonOf(status);
  };
  EXPECT_EQ(reason(verify(header, with(R"(["pages"])", absl::StrCat("[\"", Issuer().audience(), "\"]")))),
            "TOKEN_WRONG_AUDIENCE");
  EXPECT_EQ(reason(verify(header, with(R"("azp":"pages")", R"("azp":"other")"))), "TOKEN_WRONG_AUDIENCE");
  EXPECT_EQ(reason(verify(header, with(R"("azp":"pages")", R"("azp":["pages"])"))), "TOKEN_WRONG_AUDIENCE");
  EXPECT_EQ(reason(verify(header, with(Issuer().issuer(), "https://other.test"))), "TOKEN_WRONG_ISSUER");
  EXPECT_EQ(reason(verify(header, good, "M")), "TOKEN_MALFORMED");
  EXPECT_EQ(reason(verify(header, with(R"("nonce":"N",)", ""))), "TOKEN_MALFORMED");
  EXPECT_EQ(reason(verify(header, with(R"("nonce":"N")", R"("nonce":"")"), "")), "TOKEN_MALFORMED")
      << "none is none of ours";
  EXPECT_EQ(reason(verify(header, good, "N", TestIssuer::Stranger())), "TOKEN_SIGNATURE_WRONG");
  EXPECT_EQ(reason(verify(header, good, "N", TestIssuer::Ed(), kNow + absl::Hours(1))), "TOKEN_EXPIRED");
  EXPECT_EQ(reason(verify(R"({"alg":"none","kid":"ed-1"})", good)), "TOKEN_HEADER_REFUSED");
  EXPECT_EQ(reason(verify(R"({"alg":"EdDSA","kid":"ed-1","typ":"at+jwt"})", good)), "TOKEN_MALFORMED")
      << "an access token";
  // And the other way about: what tells the gateway that somebody has signed in lets nobody in.
  EXPECT_EQ(ReasonOf(Verify(MintJwt(header, good, TestIssuer::Ed())).status()), "TOKEN_WRONG_AUDIENCE");
}

TEST(BearerToken, IsOneTokenAfterTheScheme) {
  EXPECT_EQ(*BearerToken("Bearer abc"), "abc");
  EXPECT_EQ(*BearerToken("bearer abc"), "abc");
  for (const char* header : {"abc", "Bearer", "Basic YTpi", "Bearerabc", "bearer\tabc"}) {
    EXPECT_EQ(ReasonOf(BearerToken(header).status()), "TOKEN_MALFORMED") << header;
  }
  EXPECT_EQ(ReasonOf(BearerToken("Bearer " + std::string(kMaxTokenBytes + 1, 'a')).status()), "TOKEN_MALFORMED");
  // What is joined of two headers is a token of neither.
  const std::string good = Issuer().Token("operator");
  const auto joined = BearerToken(absl::StrCat("Bearer ", good, ", Bearer ", good));
  ASSERT_TRUE(joined.ok());
  EXPECT_EQ(ReasonOf(Verify(*joined).status()), "TOKEN_MALFORMED");
}

}  // namespace
}  // namespace oversight::auth
