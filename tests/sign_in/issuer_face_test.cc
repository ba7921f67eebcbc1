// The issuer for development keeps the rules of the flow, so that what signs in by it signs in by others, and says
// loudly what it is.
#include "gateway/development_issuer/issuer_face.h"

#include "absl/strings/str_replace.h"
#include "common/auth/insecure_authenticator.h"
#include "common/auth/token/key_set.h"
#include "common/auth/token/token.h"
#include "gateway/sign_in/flow.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace oversight::gateway {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kRedirect[] = "http://127.0.0.1:8080/sign-in/callback";

std::vector<auth::Principal> Samples() {
  return (*auth::InsecureAuthenticator::FromFile("data/principals.json"))->Choices();
}

class IssuerFaceTest : public ::testing::Test {
 protected:
  IssuerFaceTest() { face_.Set({.issuer = "http://127.0.0.1:7110", .audience = "suite"}); }

  HttpAnswer Ask(const std::string& method, const std::string& target, const std::string& body = "") {
    HttpAnswer result;
    face_.Answer({method, target, {}, body}, absl::InfiniteFuture(),
                 [&](HttpAnswer answer) { result = std::move(answer); });
    return result;
  }
  static std::string Header(const HttpAnswer& answer, const std::string& name) {
    for (const auto& [key, value] : answer.headers) {
      if (key == name) return value;
    }
    return "";
  }
  Parameters Asked() const {
    return {{"response_type", "code"},
            {"client_id", "pages"},
            {"redirect_uri", kRedirect},
            {"scope", "openid"},
            {"state", "S"},
            {"nonce", "N"},
            {"code_challenge", ChallengeOf("the verifier")},
            {"code_challenge_method", "S256"}};
  }
  static Parameters With(Parameters parameters, const std::string& name, const std::string& value) {
    for (auto& parameter : parameters) {
      if (parameter.first == name) parameter.second = value;
    }
    return parameters;
  }
  // Chooses, and returns the code.
  std::string Code() {
    Parameters form = Asked();
    form.emplace_back("principal", "hm-inspector");
    return ValueOf(QueryOf(Header(Ask("POST", "/authorize", FormOf(form)), "location")), "code");
  }
  static Parameters Exchange(const std::string& code) {
    return {{"grant_type", "authorization_code"},
            {"code", code},
            {"redirect_uri", kRedirect},
            {"client_id", "pages"},
            {"code_verifier", "the verifier"}};
  }
  HttpAnswer Token(const Parameters& form) { return Ask("POST", "/token", FormOf(form)); }

  FakeClock clock_{absl::FromUnixSeconds(1700820000)};
  const auth::SigningKey key_ = auth::SigningKey::Generate("EdDSA", "k");
  IssuerFace face_{Samples(), key_, clock_};
};

TEST_F(IssuerFaceTest, SaysWhatItIsAndWhomOneCanBe) {
  const HttpAnswer page = Ask("GET", "/authorize?" + FormOf(Asked()));
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.body, HasSubstr("For development only."));
  EXPECT_THAT(page.body, HasSubstr("HM Chief Inspector"));
  EXPECT_THAT(page.body, Not(HasSubstr("Gateway"))) << "a process signs in nowhere";
  EXPECT_THAT(page.body, Not(HasSubstr("Member of the public")));
  EXPECT_THAT(Header(page, "content-security-policy"), HasSubstr("form-action 'self' http://127.0.0.1:8080"));
}

TEST_F(IssuerFaceTest, GivesTwoTokensForACodeOnce) {
  const std::string code = Code();
  ASSERT_NE(code, "");
  const HttpAnswer answer = Token(Exchange(code));
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(Header(answer, "cache-control"), "no-store");
  const auto tokens = ReadTokens(answer.status, answer.body);
  ASSERT_TRUE(tokens.ok()) << tokens.status();
  const auto keys = auth::KeySet::Parse(Ask("GET", "/jwks.json").body);
  ASSERT_TRUE(keys.ok());
  const auth::TokenRules rules{.issuer = "http://127.0.0.1:7110", .audience = "suite"};
  const auto verified = auth::VerifyToken(tokens->access_token, rules, *keys, clock_.Now());
  ASSERT_TRUE(verified.ok()) << verified.status();
  EXPECT_EQ(verified->principal.name(), "principals/hm-inspector");
  EXPECT_TRUE(auth::VerifyIdToken(tokens->id_token, rules, "pages", "N", *keys, clock_.Now()).ok());
  EXPECT_FALSE(auth::VerifyToken(tokens->id_token, rules, *keys, clock_.Now()).ok()) << "an ID token lets nobody in";
  EXPECT_THAT(Token(Exchange(code)).body, HasSubstr("invalid_grant")) << "once";
}

TEST_F(IssuerFaceTest, ACodeIsForWhoAskedAndForAMinute) {
  for (const auto& [name, value] :
       std::vector<std::pair<std::string, std::string>>{{"code_verifier", "another"},
                                                        {"code_verifier", ""},
                                                        {"client_id", "another"},
                                                        {"redirect_uri", "http://127.0.0.1:1/"},
                                                        {"code", "x"}}) {
    EXPECT_THAT(Token(With(Exchange(Code()), name, value)).body, HasSubstr("invalid_grant")) << name;
  }
  EXPECT_THAT(Token(With(Exchange(Code()), "grant_type", "password")).body, HasSubstr("unsupported_grant_type"));
  const std::string late = Code();
  clock_.Advance(absl::Minutes(1));
  EXPECT_THAT(Token(Exchange(late)).body, HasSubstr("invalid_grant"));
}

TEST_F(IssuerFaceTest, SendsPeopleBackToThisMachineAlone) {
  for (const char* elsewhere :
       {"https://evil.test/", "http://evil.test/", "http://127.0.0.1@evil.test/", "http://127.0.0.1.evil.test/", ""}) {
    const HttpAnswer answer = Ask("GET", "/authorize?" + FormOf(With(Asked(), "redirect_uri", elsewhere)));
    EXPECT_EQ(answer.status, 400) << elsewhere;
    EXPECT_EQ(Header(answer, "location"), "");
  }
}

TEST_F(IssuerFaceTest, WithoutPkceNobodySignsIn) {
  for (const auto& [name, value, error] :
       std::vector<std::array<std::string, 3>>{{"code_challenge", "", "invalid_request"},
                                               {"code_challenge_method", "plain", "invalid_request"},
                                               {"response_type", "token", "unsupported_response_type"},
                                               {"scope", "profile", "invalid_scope"}}) {
    const std::string location = Header(Ask("GET", "/authorize?" + FormOf(With(Asked(), name, value))), "location");
    EXPECT_EQ(ValueOf(QueryOf(location), "error"), error);
    EXPECT_EQ(ValueOf(QueryOf(location), "state"), "S");
  }
}

TEST_F(IssuerFaceTest, WhoIsUnsureSignsInAsNobody) {
  Parameters form = Asked();
  form.emplace_back("refuse", "yes");
  EXPECT_THAT(Header(Ask("POST", "/authorize", FormOf(form)), "location"), HasSubstr("error=access_denied"));
  form = Asked();
  form.emplace_back("principal", "nobody");
  EXPECT_THAT(Header(Ask("POST", "/authorize", FormOf(form)), "location"), HasSubstr("error=invalid_request"));
}

}  // namespace
}  // namespace oversight::gateway
