// The steps of signing in as pure functions: what is asked of the issuer and what is believed of its answers; cookies
// and where requests come from.
#include "gateway/sign_in/flow.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gateway/sign_in/cookies.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace oversight::gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

TEST(Flow, DrawsWhatNobodyGuesses) {
  const Flow one = Flow::New("/", absl::Now()), other = Flow::New("/", absl::Now());
  for (const std::string& text : {one.state, one.nonce, one.verifier}) {
    EXPECT_THAT(text, ::testing::MatchesRegex("[A-Za-z0-9_-]+"));
    EXPECT_EQ(text.size(), 43U) << "256 bits";
  }
  EXPECT_NE(one.state, one.nonce);
  EXPECT_NE(one.state, one.verifier);
  EXPECT_NE(one.nonce, one.verifier);
  EXPECT_NE(one.state, other.state);
  EXPECT_NE(one.nonce, other.nonce);
  EXPECT_NE(one.verifier, other.verifier);
}

TEST(Flow, IsKeptAsText) {
  const Flow flow = Flow::New("/forces/kent?on-date=2024#x", absl::FromUnixSeconds(1700820000));
  const auto back = Flow::FromText(flow.Text());
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->state, flow.state);
  EXPECT_EQ(back->nonce, flow.nonce);
  EXPECT_EQ(back->verifier, flow.verifier);
  EXPECT_EQ(back->next, flow.next);
  EXPECT_EQ(back->begun, flow.begun);
  for (const char* bad : {"", "1 a b c", "x a b c /", "1 a b c / more"}) EXPECT_FALSE(Flow::FromText(bad).has_value());
}

// RFC 7636, appendix B.
TEST(Flow, ChallengesByS256) {
  EXPECT_EQ(ChallengeOf("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

TEST(Flow, AsksTheIssuerByAUrl) {
  Flow flow = Flow::New("/", absl::Now());
  flow.state = "S";
  flow.nonce = "N";
  flow.verifier = "V";
  const std::string url = AuthorizationUrl("https://issuer.test/a?audience=x", "the client",
                                           "http://127.0.0.1:1/c?d=e&f", "openid a+b", flow);
  EXPECT_THAT(url, ::testing::StartsWith("https://issuer.test/a?audience=x&response_type=code&"));
  EXPECT_THAT(
      QueryOf(url),
      ElementsAre(Pair("audience", "x"), Pair("response_type", "code"), Pair("client_id", "the client"),
                  Pair("redirect_uri", "http://127.0.0.1:1/c?d=e&f"), Pair("scope", "openid a+b"), Pair("state", "S"),
                  Pair("nonce", "N"), Pair("code_challenge", ChallengeOf("V")), Pair("code_challenge_method", "S256")));
  EXPECT_THAT(AuthorizationUrl("https://issuer.test/a", "c", "r", "openid", flow), HasSubstr("/a?response_type="));
}

TEST(Flow, BelievesTheIssuersOwnDocument) {
  const std::string good =
      R"({"issuer":"https://i.test","authorization_endpoint":"https://i.test/a","token_endpoint":"https://t.test/t",)"
      R"("code_challenge_methods_supported":["plain","S256"],"token_endpoint_auth_methods_supported":["client_secret_post","client_secret_basic"]})";
  auto read = ReadDiscovery(good, "https://i.test");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->authorization, "https://i.test/a");
  EXPECT_EQ(read->token, "https://t.test/t");
  EXPECT_FALSE(read->secret_in_body);
  const auto with = [&good](const std::string& from, const std::string& to) {
    const std::string text = absl::StrReplaceAll(good, {{from, to}});
    EXPECT_NE(text, good) << from;
    return text;
  };
  EXPECT_TRUE(ReadDiscovery(with(R"(,"client_secret_basic")", ""), "https://i.test")->secret_in_body);
  EXPECT_TRUE(ReadDiscovery(with("code_challenge_methods_supported", "other"), "https://i.test").ok())
      << "many do not say";
  for (const std::string& bad :
       {std::string("<html>"), std::string("[]"), with("https://i.test\",\"auth", "https://j.test\",\"auth"),
        with("https://i.test\",\"auth", "https://i.test/\",\"auth"), with("https://i.test/a", "http://i.test/a"),
        with("https://t.test/t", "http://127.0.0.1@t.test/t"), with("https://t.test/t", ""),
        with("token_endpoint\"", "no_endpoint\""), with(R"(,"S256")", ""),
        with("https://i.test/a", "javascript:alert(1)"), good.substr(1)}) {
    EXPECT_EQ(ReadDiscovery(bad, "https://i.test").status().code(), absl::StatusCode::kUnavailable) << bad;
  }
}

TEST(Flow, TakesTwoTokensOrNone) {
  const auto good = ReadTokens(200, R"({"token_type":"bearer","access_token":"A","id_token":"I","expires_in":60})");
  ASSERT_TRUE(good.ok()) << good.status();
  EXPECT_EQ(good->access_token, "A");
  EXPECT_EQ(good->id_token, "I");
  EXPECT_EQ(ReadTokens(400, R"({"error":"invalid_grant"})").status().code(), absl::StatusCode::kInvalidArgument);
  for (const auto& [status, body] : std::vector<std::pair<int, std::string>>{
           {400, R"({"error":"invalid_client"})"},
           {500, ""},
           {200, "<html>secret</html>"},
           {302, R"({"token_type":"Bearer","access_token":"secret","id_token":"secret"})"},
           {200, R"({"token_type":"Bearer","access_token":"secret"})"},
           {200, R"({"token_type":"Bearer","id_token":"secret"})"},
           {200, R"({"access_token":"secret","id_token":"secret"})"},
           {200, R"({"token_type":"DPoP","access_token":"secret","id_token":"secret"})"},
           {200, R"({"token_type":"Bearer","access_token":{"secret":1},"id_token":"secret"})"}}) {
    const auto bad = ReadTokens(status, body);
    EXPECT_EQ(bad.status().code(), absl::StatusCode::kUnavailable) << status << " " << body;
    EXPECT_THAT(std::string(bad.status().message()), Not(HasSubstr("secret")));
  }
}

HttpRequest With(std::multimap<std::string, std::string> headers) { return {"POST", "/", std::move(headers), ""}; }

TEST(Cookies, AreForThisHostAloneAndNotForScripts) {
  EXPECT_EQ(SetCookie("__Host-a", "b", absl::Minutes(10)),
            "__Host-a=b; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=600");
  EXPECT_EQ(ClearCookie("__Host-a"), "__Host-a=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0");
  const auto request = With({{"cookie", "a=1; b=2=3;c; a=4"}, {"cookie", "d=5"}});
  EXPECT_EQ(CookieOf(request, "a"), "1");
  EXPECT_EQ(CookieOf(request, "b"), "2=3");
  EXPECT_EQ(CookieOf(request, "c"), "");
  EXPECT_EQ(CookieOf(request, "d"), "5");
  EXPECT_EQ(CookieOf(request, "e"), "");
}

TEST(Origin, IsOursWhenTheBrowserSaysSo) {
  using Headers = std::multimap<std::string, std::string>;
  for (const Headers& ours :
       {Headers{{"host", "o.test"}, {"origin", "https://o.test"}},
        Headers{{"host", "127.0.0.1:8080"}, {"origin", "http://127.0.0.1:8080"}},
        Headers{{"host", "o.test"}, {"origin", "https://o.test"}, {"sec-fetch-site", "same-origin"}},
        Headers{{"host", "o.test"}, {"sec-fetch-site", "same-origin"}}}) {
    EXPECT_TRUE(SaysSameOrigin(With(ours))) << ours.rbegin()->second;
  }
  for (const Headers& others :
       {Headers{}, Headers{{"host", "o.test"}}, Headers{{"host", "o.test"}, {"origin", "null"}},
        Headers{{"origin", "https://"}, {"host", ""}}, Headers{{"host", "o.test"}, {"origin", "https://evil.test"}},
        Headers{{"host", "o.test"}, {"origin", "https://o.test.evil.test"}},
        Headers{{"host", "o.test"}, {"origin", "https://o.test"}, {"sec-fetch-site", "cross-site"}},
        Headers{{"host", "o.test"}, {"origin", "https://o.test"}, {"sec-fetch-site", "same-site"}},
        Headers{{"host", "o.test"}, {"sec-fetch-site", "none"}},
        Headers{{"host", "o.test"}, {"origin", "https://evil.test"}, {"sec-fetch-site", "same-origin"}}}) {
    EXPECT_FALSE(SaysSameOrigin(With(others)));
  }
}

TEST(OwnPath, IsAPlaceOnThisSiteAndNoOther) {
  for (const char* own : {"/", "/forces/kent", "/forces/kent?on-date=2024&x=%2F%2Fevil", "/search?q=a//b"})
    EXPECT_EQ(OwnPath(own), own);
  for (const std::string& other :
       {std::string(), std::string("https://evil.test"), std::string("//evil.test"), std::string("///evil.test"),
        std::string("/\\evil.test"), std::string("\\\\evil.test"), std::string("/\t/evil.test"),
        std::string("/ /evil.test"), std::string("/\r\nset-cookie: a=b"), std::string("evil.test"),
        std::string("javascript:alert(1)"), std::string(" /"), std::string("/\xc3\xa9"), std::string("/\0x", 3),
        "/" + std::string(500, 'a')}) {
    EXPECT_EQ(OwnPath(other), "/") << other;
  }
}

}  // namespace
}  // namespace oversight::gateway
