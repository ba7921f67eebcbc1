// Which requests a session counts for, and for how long; and whom they are from then.
#include "gateway/sign_in/sessions.h"

#include <fstream>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gateway/http/callers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/test_issuer.h"

namespace oversight::gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

class SessionsTest : public ::testing::Test {
 protected:
  SessionsTest() : ring_(auth::FileKeyFetcher(issuer_.jwks_file()), {}, clock_, metrics_) {
    EXPECT_TRUE(ring_.Load().ok());
    std::ofstream(folder_ / "keys") << absl::Base64Escape(std::string(32, 'k'));
    box_ = *CookieBox::FromFile(folder_ / "keys");
    verifier_ = std::make_unique<auth::TokenAuthenticator>(
        auth::TokenRules{.issuer = issuer_.issuer(), .audience = issuer_.audience()}, ring_, clock_, metrics_);
    sessions_ = std::make_unique<Sessions>(*box_, *verifier_, clock_);
  }
  std::string Token(const std::string& name) { return issuer_.Token(issuer_.Sample(name), clock_.Now()); }
  // "name=value", as a browser sends it.
  std::string Cookie(const std::string& token, absl::Duration lasts = absl::Hours(1)) {
    const auto set = sessions_->Begin({token, clock_.Now(), clock_.Now() + lasts});
    EXPECT_TRUE(set.has_value());
    return set->substr(0, set->find(';'));
  }
  static HttpRequest Request(const std::string& method, std::multimap<std::string, std::string> headers) {
    headers.emplace("host", "o.test");
    return {method, "/", std::move(headers), ""};
  }

  FakeClock clock_{absl::FromUnixSeconds(1700820000)};
  observe::Metrics metrics_{"test"};
  const testing::TempDir folder_;
  const testing::TestIssuer issuer_;
  auth::KeyRing ring_;
  std::unique_ptr<CookieBox> box_;
  std::unique_ptr<auth::TokenAuthenticator> verifier_;
  std::unique_ptr<Sessions> sessions_;
};

TEST_F(SessionsTest, ASessionIsItsTokenUntilItExpires) {
  const std::string token = Token("hm-inspector");
  const auto set = sessions_->Begin({token, clock_.Now(), clock_.Now() + absl::Minutes(30)});
  ASSERT_TRUE(set.has_value());
  EXPECT_THAT(*set,
              ::testing::MatchesRegex(
                  "__Host-oversight-session=[A-Za-z0-9_-]+; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=1800"));
  EXPECT_THAT(*set, ::testing::Not(HasSubstr(token)));
  const HttpRequest request = Request("GET", {{"cookie", "a=b; " + set->substr(0, set->find(';'))}});
  const auto session = sessions_->Of(request);
  ASSERT_TRUE(session.has_value());
  EXPECT_EQ(session->token, token);
  EXPECT_EQ(session->signed_in, clock_.Now());
  EXPECT_EQ(sessions_->PrincipalOf(*session)->name(), "principals/hm-inspector");
  clock_.Advance(absl::Minutes(30));
  EXPECT_FALSE(sessions_->Of(request).has_value());
}

TEST_F(SessionsTest, WhatWeHaveNotSealedIsNoSession) {
  for (const std::string& cookie :
       {std::string("__Host-oversight-session="), std::string("__Host-oversight-session=AAAA"),
        "__Host-oversight-session=" + Token("hm-inspector"),
        "__Host-oversight-session=" + box_->Seal("flow 1", "1700820000 1800000000 " + Token("hm-inspector")),
        "oversight-session=" + Cookie(Token("hm-inspector")).substr(25)}) {
    EXPECT_FALSE(sessions_->Of(Request("GET", {{"cookie", cookie}})).has_value()) << cookie;
  }
}

TEST_F(SessionsTest, AnotherProofIsNeverMixedWithIt) {
  const std::string cookie = Cookie(Token("chief-inspector"));
  for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{
           {"authorization", "Bearer x"}, {"authorization", ""}, {"oversight-principal", "public"}}) {
    EXPECT_FALSE(sessions_->Of(Request("GET", {{"cookie", cookie}, {name, value}})).has_value()) << name;
  }
  const Callers callers({}, sessions_.get());
  const auto both = Request("GET", {{"cookie", cookie}, {"authorization", "Bearer x"}});
  EXPECT_THAT(callers.HeadersOf(both), ElementsAre(Pair("authorization", "Bearer x")));
  EXPECT_EQ(callers.Of(both), nullptr);
}

TEST_F(SessionsTest, WhatChangesSomethingMustComeFromAPageOfOurs) {
  const std::string cookie = Cookie(Token("liaison-lead"));
  for (const char* reads : {"GET", "HEAD"}) {
    EXPECT_TRUE(sessions_->Of(Request(reads, {{"cookie", cookie}, {"sec-fetch-site", "cross-site"}})).has_value())
        << "a link from elsewhere";
  }
  for (const char* changes : {"POST", "PUT", "DELETE", "PATCH"}) {
    EXPECT_TRUE(sessions_->Of(Request(changes, {{"cookie", cookie}, {"origin", "https://o.test"}})).has_value());
    EXPECT_FALSE(sessions_->Of(Request(changes, {{"cookie", cookie}})).has_value());
    EXPECT_FALSE(sessions_->Of(Request(changes, {{"cookie", cookie}, {"origin", "https://evil.test"}})).has_value());
  }
}

TEST_F(SessionsTest, ATokenTooLongForACookieBeginsNone) {
  EXPECT_TRUE(sessions_->Begin({std::string(2900, 'x'), clock_.Now(), clock_.Now() + absl::Hours(1)}).has_value());
  EXPECT_FALSE(sessions_->Begin({std::string(3100, 'x'), clock_.Now(), clock_.Now() + absl::Hours(1)}).has_value());
}

TEST_F(SessionsTest, CallersSendTheTokenOn) {
  const Callers callers({}, sessions_.get());
  const std::string token = Token("hm-inspector");
  const auto signed_in = Request("GET", {{"cookie", Cookie(token)}});
  EXPECT_THAT(callers.HeadersOf(signed_in), ElementsAre(Pair("authorization", "Bearer " + token)));
  EXPECT_EQ(callers.Of(signed_in)->display_name(), "HM Inspector for the Midlands");
  EXPECT_THAT(callers.HeadersOf(Request("GET", {})), IsEmpty());
  EXPECT_EQ(callers.Of(Request("GET", {})), nullptr);
  // What the services refuse is nobody here, and is sent on for them to refuse.
  const auto refused = Request("GET", {{"cookie", Cookie("no token")}});
  EXPECT_EQ(callers.Of(refused), nullptr);
  EXPECT_THAT(callers.HeadersOf(refused), ElementsAre(Pair("authorization", "Bearer no token")));
}

}  // namespace
}  // namespace oversight::gateway
