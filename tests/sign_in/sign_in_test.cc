// Signing in from the first click to the session, against an issuer over real HTTP: what a browser goes through, and
// what happens when somebody cheats or the issuer fails.
#include "gateway/sign_in/sign_in.h"

#include <fstream>
#include <map>
#include <set>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "gateway/sign_in/cookies.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/awaited.h"
#include "tests/support/sign_in_issuer.h"

namespace oversight::gateway {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::SignInIssuer;
using testing::TestIssuer;
using Fault = SignInIssuer::Fault;

constexpr char kHost[] = "127.0.0.1:8080";

// A browser: it keeps cookies and does as it is told.
class Browser {
 public:
  HttpRequest Get(const std::string& target, const std::string& host = kHost) const {
    HttpRequest request{"GET", target, {{"host", host}}, ""};
    std::vector<std::string> pairs;
    for (const auto& name : order_) pairs.push_back(absl::StrCat(name, "=", cookies_.at(name)));
    if (!pairs.empty()) request.headers.emplace("cookie", absl::StrJoin(pairs, "; "));
    return request;
  }
  void Take(const std::vector<std::pair<std::string, std::string>>& headers) {
    for (const auto& [name, value] : headers) {
      if (name != "set-cookie") continue;
      const std::pair<std::string, std::string> pair =
          absl::StrSplit(value.substr(0, value.find(';')), absl::MaxSplits('=', 1));
      std::erase(order_, pair.first);
      cookies_.erase(pair.first);
      if (absl::StrContains(value, "Max-Age=0")) continue;
      order_.push_back(pair.first);
      cookies_[pair.first] = pair.second;
    }
  }
  const std::map<std::string, std::string>& cookies() const { return cookies_; }
  bool signed_in() const { return cookies_.count(Sessions::kCookie) > 0; }

 private:
  std::map<std::string, std::string> cookies_;
  std::vector<std::string> order_;
};

class SignInTest : public ::testing::Test {
 protected:
  SignInTest() {
    std::ofstream(folder_ / "keys") << absl::Base64Escape(std::string(32, 'k'));
    std::ofstream(folder_ / "secret") << "s&cret=1\n";
    ring_ =
        std::make_unique<auth::KeyRing>(auth::FileKeyFetcher(issuer_.jwks_file()),
                                        auth::KeyRingOptions{.least_between = absl::ZeroDuration()}, clock_, metrics_);
    EXPECT_TRUE(ring_->Load().ok());
    verifier_ = std::make_unique<auth::TokenAuthenticator>(
        auth::TokenRules{.issuer = web_.url(), .audience = issuer_.audience()}, *ring_, clock_, metrics_);
    options_.client_id = "oversight-pages";
    options_.session_key_file = folder_ / "keys";
    Make();
  }
  void Make() {
    auto made = SignIn::Make(options_, *verifier_, clock_, metrics_);
    ASSERT_TRUE(made.ok()) << made.status();
    sign_in_ = *std::move(made);
  }

  static SignInOutcome Wait(const std::function<void(std::function<void(SignInOutcome)>)>& start) {
    testing::Awaited<SignInOutcome> outcome;
    start([callback = outcome.callback()](SignInOutcome result) { callback(std::move(result)); });
    auto taken = outcome.Take();
    EXPECT_TRUE(taken.ok()) << taken.status();
    return taken.ok() ? *std::move(taken) : SignInTrouble{};
  }
  // What the browser is told, and it takes the cookies. "303 /forces/kent", or "503 You cannot sign in now: ...".
  static std::string Taken(Browser& browser, const SignInOutcome& outcome) {
    if (const auto* trouble = std::get_if<SignInTrouble>(&outcome)) {
      browser.Take(trouble->headers);
      EXPECT_NE(trouble->why, "");
      EXPECT_NE(trouble->remedy, "");
      return absl::StrCat(trouble->status, " ", trouble->what, ": ", trouble->why, " ", trouble->remedy);
    }
    const auto& answer = std::get<HttpAnswer>(outcome);
    browser.Take(answer.headers);
    std::string location;
    bool kept_by_none = false;
    for (const auto& [name, value] : answer.headers) {
      if (name == "location") location = value;
      kept_by_none = kept_by_none || (name == "cache-control" && value == "no-store");
    }
    EXPECT_TRUE(kept_by_none);
    return absl::StrCat(answer.status, " ", location);
  }
  // Where the browser is sent, or why not.
  std::string Begin(Browser& browser, const std::string& next = "/", const std::string& host = kHost) {
    return Taken(browser, Wait([&](auto done) { sign_in_->Begin(browser.Get("/sign-in", host), next, done); }));
  }
  // The address that the issuer sends the browser back to, without the host.
  std::string AtIssuer(const std::string& begun, const std::string& principal = "hm-inspector") {
    EXPECT_THAT(begun, ::testing::StartsWith("303 " + web_.url() + "/authorize?"));
    const std::string back = web_.Choose(begun.substr(4), principal);
    const std::string base = absl::StrCat("http://", kHost);
    EXPECT_THAT(back, ::testing::StartsWith(base + SignIn::kCallback));
    return absl::StartsWith(back, base) ? back.substr(base.size()) : "/";
  }
  std::string Finish(Browser& browser, const std::string& back) {
    return Taken(browser, Wait([&](auto done) { sign_in_->Finish(browser.Get(back), done); }));
  }
  std::string SignInAs(Browser& browser, const std::string& principal, const std::string& next = "/") {
    return Finish(browser, AtIssuer(Begin(browser, next), principal));
  }
  int Outcomes(const std::string& outcome) {
    const std::string line = absl::StrCat("oversight_sign_ins_total{outcome=\"", outcome, "\"} "),
                      text = metrics_.Render();
    const size_t at = text.find(line);
    return at == std::string::npos ? -1 : std::atoi(text.c_str() + at + line.size());
  }

  FakeClock clock_{absl::FromUnixSeconds(absl::ToUnixSeconds(absl::Now()))};
  observe::Metrics metrics_{"test"};
  const testing::TempDir folder_;
  const TestIssuer issuer_;
  SignInIssuer web_{issuer_, clock_, true};
  std::unique_ptr<auth::KeyRing> ring_;
  std::unique_ptr<auth::TokenAuthenticator> verifier_;
  SignInOptions options_;
  std::unique_ptr<SignIn> sign_in_;
};

TEST_F(SignInTest, BringsASessionWithTheAccessToken) {
  Browser browser;
  EXPECT_EQ(SignInAs(browser, "hm-inspector", "/forces/kent?on-date=2024"), "303 /forces/kent?on-date=2024");
  EXPECT_EQ(browser.cookies().size(), 1U) << "what the sign-in kept is gone";
  const auto session = sign_in_->sessions().Of(browser.Get("/"));
  ASSERT_TRUE(session.has_value());
  EXPECT_EQ(session->signed_in, clock_.Now());
  EXPECT_EQ(session->expires, clock_.Now() + absl::Hours(1) + absl::Seconds(30)) << "with its token, skew included";
  EXPECT_EQ(sign_in_->sessions().PrincipalOf(*session)->name(), "principals/hm-inspector");
  auth::Credentials credentials;
  credentials.authorization = "Bearer " + session->token;
  EXPECT_TRUE(verifier_->Authenticate(credentials).ok()) << "it is what services take";
  EXPECT_EQ(Outcomes("begun"), 1);
  EXPECT_EQ(Outcomes("signed_in"), 1);
}

TEST_F(SignInTest, AsksByPkceWithStateAndNonceThatAreNewEachTime) {
  Browser browser;
  const Parameters first = QueryOf(Begin(browser)), second = QueryOf(Begin(browser));
  EXPECT_EQ(ValueOf(first, "code_challenge_method"), "S256");
  EXPECT_EQ(ValueOf(first, "redirect_uri"), "http://127.0.0.1:8080/sign-in/callback");
  EXPECT_EQ(ValueOf(first, "client_id"), "oversight-pages");
  for (const char* name : {"state", "nonce", "code_challenge"})
    EXPECT_NE(ValueOf(first, name), ValueOf(second, name)) << name;
}

TEST_F(SignInTest, GoesOnToPlacesOfOursAlone) {
  for (const char* elsewhere :
       {"https://evil.test/", "//evil.test", "/\\evil.test", "/sign-out", "/sign-in/callback?code=1"}) {
    Browser browser;
    EXPECT_EQ(SignInAs(browser, "hm-inspector", elsewhere), "303 /") << elsewhere;
  }
}

TEST_F(SignInTest, ACallbackCountsOnce) {
  Browser browser;
  const std::string back = AtIssuer(Begin(browser));
  const Browser thief = browser;  // Has the cookie and the address.
  EXPECT_EQ(Finish(browser, back), "303 /");
  EXPECT_THAT(Finish(browser, back), HasSubstr("400 This sign-in does not count")) << "the cookie is gone";
  Browser again = thief;
  EXPECT_THAT(Finish(again, back), HasSubstr("400 This sign-in does not count")) << "the issuer has given its code";
  EXPECT_FALSE(again.signed_in());
  EXPECT_EQ(Outcomes("flow"), 2);
}

TEST_F(SignInTest, ACallbackOfAnotherBrowserDoesNotCount) {
  Browser victim, attacker;
  const std::string back = AtIssuer(Begin(attacker), "chief-inspector");
  EXPECT_THAT(Finish(victim, back), HasSubstr("400 This sign-in does not count"));
  (void)Begin(victim);
  EXPECT_THAT(Finish(victim, back), HasSubstr("400 This sign-in does not count"))
      << "with a sign-in of its own under way";
  for (const char* forged : {"/sign-in/callback", "/sign-in/callback?code=x", "/sign-in/callback?state=&code=x",
                             "/sign-in/callback?state=x&code=x"}) {
    EXPECT_THAT(Finish(victim, forged), HasSubstr("400 This sign-in does not count")) << forged;
  }
  // The victim's own cookie under the attacker's name for it.
  const std::string state = ValueOf(QueryOf(back), "state");
  Browser mixed;
  for (const auto& [name, value] : victim.cookies())
    mixed.Take({{"set-cookie", absl::StrCat(SignIn::kFlowCookie, state.substr(0, 8), "=", value)}});
  EXPECT_THAT(Finish(mixed, back), HasSubstr("begun in another browser")) << "and the issuer is not asked";
  EXPECT_FALSE(victim.signed_in() || mixed.signed_in());
}

TEST_F(SignInTest, TwoTabsDoNotDisturbEachOther) {
  Browser browser;
  const std::string one = Begin(browser, "/forces/kent"), other = Begin(browser, "/search");
  EXPECT_EQ(Finish(browser, AtIssuer(one)), "303 /forces/kent");
  EXPECT_EQ(Finish(browser, AtIssuer(other)), "303 /search");
}

TEST_F(SignInTest, WhatIsBegunAndLeftDoesNotPileUp) {
  Browser browser;
  std::string last;
  for (int i = 0; i < 6; ++i) {
    last = Begin(browser, "/" + std::string(499, 'a'));
    EXPECT_LE(browser.cookies().size(), SignIn::kMaxFlows);
  }
  size_t bytes = 0;
  for (const auto& [name, value] : browser.cookies()) bytes += name.size() + value.size();
  EXPECT_LT(bytes + Sessions::kMaxCookieBytes, 7000U) << "beside a session, of 8 KiB that a request's header may have";
  EXPECT_THAT(Finish(browser, AtIssuer(last)), HasSubstr("303 /aaa"));
}

TEST_F(SignInTest, ItTakesTenMinutesAtMost) {
  Browser browser;
  const std::string back = AtIssuer(Begin(browser));
  clock_.Advance(absl::Minutes(10));
  EXPECT_THAT(Finish(browser, back), HasSubstr("begun more than ten minutes ago"));
}

TEST_F(SignInTest, AnIssuerThatFailsIsSaidToAndNobodyIsSignedIn) {
  const std::map<Fault, std::string> said = {{Fault::kGarbage, "503 You cannot sign in now"},
                                             {Fault::kError, "503 You cannot sign in now"},
                                             {Fault::kNoIdToken, "503 You cannot sign in now"},
                                             {Fault::kOtherNonce, "403 You have not been signed in"}};
  for (const auto& [fault, words] : said) {
    Browser browser;
    const std::string begun = Begin(browser);  // What it says of itself is known from before.
    web_.Set(fault);
    EXPECT_THAT(Finish(browser, AtIssuer(begun)), HasSubstr(words)) << static_cast<int>(fault);
    EXPECT_TRUE(browser.cookies().empty()) << "one use, however it ends";
    web_.Set(Fault::kNone);
    EXPECT_EQ(SignInAs(browser, "hm-inspector"), "303 /") << "and the next is well";
  }
}

TEST_F(SignInTest, AnIssuerThatSaysNothingIsWaitedForSoLong) {
  Browser browser;
  const std::string back = AtIssuer(Begin(browser));
  web_.Set(Fault::kSilent);
  EXPECT_THAT(Finish(browser, back), HasSubstr("503 You cannot sign in now"));
  // And cut short when the server stops.
  Browser other;
  web_.Set(Fault::kNone);
  const std::string again = AtIssuer(Begin(other));
  web_.Set(Fault::kSilent);
  testing::Awaited<SignInOutcome> outcome;
  sign_in_->Finish(other.Get(again), outcome.callback());
  sign_in_->Cancel();
  const auto taken = outcome.Take();
  ASSERT_TRUE(taken.ok());
  EXPECT_THAT(Taken(other, *taken), HasSubstr("503 You cannot sign in now"));
  EXPECT_THAT(Finish(other, again), Not(HasSubstr("303")));
}

TEST_F(SignInTest, WhatTheIssuerSaysOfItselfMustBeOfIt) {
  for (const Fault fault : {Fault::kOtherIssuer, Fault::kGarbage, Fault::kError}) {
    web_.Set(fault);
    Make();
    Browser browser;
    EXPECT_THAT(Begin(browser), HasSubstr("503 You cannot sign in now"));
    EXPECT_TRUE(browser.cookies().empty());
  }
  EXPECT_GE(Outcomes("issuer"), 3);
}

TEST_F(SignInTest, ATokenThatServicesWouldRefuseIsRefusedAtOnceWithTheRemedy) {
  const auto as = [&](const std::function<void(IssuerFace::Settings&)>& change) {
    IssuerFace::Settings settings = web_.settings();
    change(settings);
    web_.Set(settings);
    Browser browser;
    const std::string said = Finish(browser, AtIssuer(Begin(browser)));
    EXPECT_FALSE(browser.signed_in());
    web_.Set(web_.settings());
    return said;
  };
  EXPECT_THAT(as([](auto& settings) { settings.audience = "payroll"; }),
              HasSubstr("403 You have not been signed in: The access token that the issuer gave is refused. The token "
                        "was issued for another service."));
  EXPECT_THAT(as([](auto& settings) { settings.audience = "payroll"; }),
              HasSubstr("for the audience that the services are told"));
  EXPECT_THAT(as([](auto& settings) { settings.lifetime = -absl::Hours(1); }), HasSubstr("The token has expired"));
  EXPECT_THAT(as([](auto& settings) { settings.padding = 3000; }), HasSubstr("too long for a browser to keep"));
  EXPECT_EQ(Outcomes("token"), 4);
}

TEST_F(SignInTest, WhoIsNotSignedInThereIsToldSo) {
  Browser browser;
  const std::string state = ValueOf(QueryOf(Begin(browser)), "state");
  EXPECT_THAT(Finish(browser, "/sign-in/callback?error=access_denied&state=" + state),
              HasSubstr("answers: access_denied."));
  EXPECT_TRUE(browser.cookies().empty());
  const std::string other = ValueOf(QueryOf(Begin(browser)), "state");
  const std::string said = Finish(browser, "/sign-in/callback?error=%3Cscript%3E&state=" + other);
  EXPECT_THAT(said, HasSubstr("an error of its own"));
  EXPECT_THAT(said, Not(HasSubstr("script")));
}

TEST_F(SignInTest, AnAnswerOfAnotherIssuerIsNotTaken) {
  Browser browser;
  const std::string back = AtIssuer(Begin(browser));
  EXPECT_THAT(back, HasSubstr("iss="));
  const std::string mixed = back.substr(0, back.find("iss=")) + "iss=https%3A%2F%2Fother.test";
  EXPECT_THAT(Finish(browser, mixed), HasSubstr("400 This sign-in does not count"));
  EXPECT_FALSE(browser.signed_in());
}

TEST_F(SignInTest, WorksUnderItsPublicUrlAndOtherwiseOnThisMachineAlone) {
  Browser browser;
  EXPECT_THAT(Begin(browser, "/", "oversight.example"), HasSubstr("400 You cannot sign in at this address"));
  EXPECT_THAT(Begin(browser, "/", "127.0.0.1@evil.test"), HasSubstr("400 You cannot sign in at this address"));
  EXPECT_EQ(ValueOf(QueryOf(Begin(browser, "/", "localhost:1234")), "redirect_uri"),
            "http://localhost:1234/sign-in/callback");
  options_.public_url = "https://oversight.example";
  Make();
  EXPECT_EQ(ValueOf(QueryOf(Begin(browser, "/", "10.0.0.7:8080")), "redirect_uri"),
            "https://oversight.example/sign-in/callback");
}

TEST_F(SignInTest, ASecretGoesInTheHeaderEncoded) {
  options_.client_secret_file = folder_ / "secret";
  Make();
  Browser browser;
  EXPECT_EQ(SignInAs(browser, "hm-inspector"), "303 /");
  const HttpRequest question = web_.last_question();
  EXPECT_EQ(question.header("authorization"), "Basic " + absl::Base64Escape("oversight-pages:s%26cret%3d1"));
  EXPECT_THAT(question.body, Not(HasSubstr("cret")));
  EXPECT_THAT(question.body, HasSubstr("code_verifier="));
}

TEST_F(SignInTest, SignsOutFromAPageOfOursAlone) {
  Browser browser;
  ASSERT_EQ(SignInAs(browser, "hm-inspector"), "303 /");
  HttpRequest request = browser.Get("/sign-out");
  request.method = "POST";
  EXPECT_THAT(Taken(browser, sign_in_->SignOut(request)), HasSubstr("403 You have not been signed out"));
  EXPECT_TRUE(browser.signed_in());
  request.headers.emplace("origin", absl::StrCat("http://", kHost));
  EXPECT_EQ(Taken(browser, sign_in_->SignOut(request)), "303 /sign-out");
  EXPECT_FALSE(browser.signed_in());
}

TEST_F(SignInTest, SoMuchFromOneAddressAndNoMore) {
  const auto begin = [&](const std::string& address) {
    Browser browser;
    HttpRequest request = browser.Get("/sign-in");
    request.address = address;
    return Wait([&](auto done) { sign_in_->Begin(request, "/", done); });
  };
  for (int i = 0; i < SignIn::kBeginsAtOnce; ++i)
    ASSERT_TRUE(std::holds_alternative<HttpAnswer>(begin("192.0.2.1"))) << i;
  const SignInOutcome refused = begin("192.0.2.1");
  ASSERT_TRUE(std::holds_alternative<SignInTrouble>(refused));
  EXPECT_EQ(std::get<SignInTrouble>(refused).status, 429);
  EXPECT_THAT(std::get<SignInTrouble>(refused).headers, ::testing::ElementsAre(::testing::Pair("retry-after", "1")));
  EXPECT_TRUE(std::holds_alternative<HttpAnswer>(begin("192.0.2.2"))) << "others go on";
  clock_.Advance(absl::Seconds(1));
  EXPECT_TRUE(std::holds_alternative<HttpAnswer>(begin("192.0.2.1")));

  const auto fail = [&] {
    HttpRequest request = Browser().Get("/sign-in/callback?state=guessed&code=x");
    request.address = "192.0.2.1";
    return std::get<SignInTrouble>(Wait([&](auto done) { sign_in_->Finish(request, done); })).status;
  };
  for (int i = 0; i < SignIn::kFailuresAtOnce; ++i) ASSERT_EQ(fail(), 400) << i;
  EXPECT_EQ(fail(), 429);
  EXPECT_EQ(Outcomes("throttled"), 2);
  // Who does nothing wrong there still signs in.
  Browser browser;
  HttpRequest request = browser.Get(AtIssuer(Begin(browser)));
  request.address = "192.0.2.1";
  EXPECT_EQ(Taken(browser, Wait([&](auto done) { sign_in_->Finish(request, done); })), "303 /");
}

TEST_F(SignInTest, SettingsThatCannotWorkAreRefused) {
  const auto made = [&](const std::function<void(SignInOptions&)>& change) {
    SignInOptions options = options_;
    change(options);
    return std::string(SignIn::Make(options, *verifier_, clock_, metrics_).status().message());
  };
  EXPECT_THAT(made([&](auto& options) { options.client_id = issuer_.audience(); }),
              HasSubstr("another name than --audience"));
  EXPECT_THAT(made([&](auto& options) { options.session_key_file = folder_ / "none"; }),
              HasSubstr("cannot read the keys"));
  EXPECT_THAT(made([&](auto& options) { options.client_secret_file = folder_ / "none"; }),
              HasSubstr("cannot read the client secret"));
  const auth::TokenAuthenticator urn(auth::TokenRules{.issuer = "urn:issuer", .audience = "a"}, *ring_, clock_,
                                     metrics_);
  EXPECT_THAT(std::string(SignIn::Make(options_, urn, clock_, metrics_).status().message()),
              HasSubstr("--authorization-endpoint"));
}

}  // namespace
}  // namespace oversight::gateway
