// People sign in at the pages of the running suite: what a session opens, where it does not count, and what every
// answer of the HTTP port tells browsers.
#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/sign_in/cookie_box.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/http_client.h"
#include "tests/support/sign_in_issuer.h"
#include "tests/support/suite.h"

namespace oversight::testing {
namespace {

using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class SignInSuiteTest : public ::testing::Test {
 protected:
  // One suite for all tests: nothing here writes.
  static void SetUpTestSuite() {
    folder_ = new TempDir();
    issuer_ = new TestIssuer();
    web_ = new SignInIssuer(*issuer_, Machine(), false);
    std::ofstream(*folder_ / "keys") << absl::Base64Escape(std::string(32, 'k'));
    suite_ = new Suite({.gateway_flags = {"--sign-in-client=pages", "--session-key-file=" + *folder_ / "keys",
                                          "--authorization-endpoint=" + web_->url() + "/authorize",
                                          "--token-endpoint=" + web_->url() + "/token"},
                        .issuer = issuer_});
  }
  static void TearDownTestSuite() {
    delete suite_;
    delete web_;
    delete issuer_;
    delete folder_;
  }
  static const Clock& Machine() {
    static const auto* const clock = new SystemClock();
    return *clock;
  }

  static std::string http() { return suite_->address("gateway", "http"); }
  static std::string Pair(const std::string& set_cookie) { return set_cookie.substr(0, set_cookie.find(';')); }
  // The whole of it, as a browser does it; the session's cookie.
  static std::string SignIn(const std::string& principal) {
    const HttpAnswer begun = Get("/sign-in?next=%2Fforces%2Fkent", {});
    EXPECT_EQ(begun.status, 303) << begun.body;
    const std::string back = web_->Choose(begun.headers.at("location"), principal);
    EXPECT_THAT(back, StartsWith("http://" + http() + "/sign-in/callback?"));
    const HttpAnswer done = Get(back.substr(7 + http().size()), {{"cookie", Pair(begun.cookies.back())}});
    EXPECT_EQ(done.status, 303) << done.body;
    EXPECT_EQ(done.headers.at("location"), "/forces/kent");
    EXPECT_EQ(done.cookies.size(), 2U) << "the session comes, the sign-in goes";
    return Pair(done.cookies.front());
  }
  // With the host that it is called at, as browsers do.
  static HttpAnswer Get(const std::string& target, const HttpHeaders& headers) {
    return Call("GET", target, headers, "");
  }
  static HttpAnswer Call(const std::string& method, const std::string& target, const HttpHeaders& headers,
                         const std::string& body) {
    std::string text = absl::StrCat(method, " ", target, " HTTP/1.1\r\nHost: ", http(), "\r\nConnection: close\r\n");
    for (const auto& [name, value] : headers) absl::StrAppend(&text, name, ": ", value, "\r\n");
    HttpConnection connection(http());
    connection.Send(absl::StrCat(text, "Content-Length: ", body.size(), "\r\n\r\n", body));
    return connection.Read();
  }
  // A session with any token, as nobody could make it without the key.
  static std::string Sealed(const std::string& token, absl::Time signed_in) {
    const auto box = gateway::CookieBox::FromFile(*folder_ / "keys");
    EXPECT_TRUE(box.ok());
    return absl::StrCat(
        "__Host-oversight-session=",
        (*box)->Seal("session 1", absl::StrCat(absl::ToUnixSeconds(signed_in), " ",
                                               absl::ToUnixSeconds(absl::Now() + absl::Hours(1)), " ", token)));
  }

  static TempDir* folder_;
  static TestIssuer* issuer_;
  static SignInIssuer* web_;
  static Suite* suite_;
};
TempDir* SignInSuiteTest::folder_ = nullptr;
TestIssuer* SignInSuiteTest::issuer_ = nullptr;
SignInIssuer* SignInSuiteTest::web_ = nullptr;
Suite* SignInSuiteTest::suite_ = nullptr;

TEST_F(SignInSuiteTest, WhoIsSignedInSeesWhatTheyMay) {
  const HttpAnswer before = Get("/", {});
  EXPECT_EQ(before.status, 200);
  EXPECT_THAT(before.body, HasSubstr(R"(<a href="/sign-in?next=%2f">Sign in</a>)"));
  EXPECT_THAT(before.body, Not(HasSubstr("All forces")));
  const std::string cookie = SignIn("chief-inspector");
  const HttpAnswer page = Get("/", {{"cookie", cookie}});
  EXPECT_THAT(page.body, HasSubstr("All forces"));
  EXPECT_THAT(page.body, HasSubstr("Signed in as HM Chief Inspector"));
  EXPECT_THAT(page.body, HasSubstr(R"(<form method="post" action="/sign-out">)"));
  // REST reads and events too; a force's officer sees their own force and no other, as with a token in a header.
  EXPECT_EQ(Get("/v1/nationalDashboard", {{"cookie", cookie}}).status, 200);
  const std::string officer = SignIn("west-midlands-officer");
  EXPECT_EQ(Get("/v1/forces/west-midlands:dashboard", {{"cookie", officer}}).status, 200);
  EXPECT_EQ(Get("/v1/forces/kent:dashboard", {{"cookie", officer}}).status, 403);
}

TEST_F(SignInSuiteTest, WhereAPageIsNotForThePublicItOffersToSignIn) {
  const HttpAnswer page = Get("/forces/kent/timeline?clock=recorded", {});
  EXPECT_EQ(page.status, 403);
  EXPECT_THAT(page.body, HasSubstr("Sign in to see this page"));
  EXPECT_THAT(page.body, Not(HasSubstr("principals/public")));
  EXPECT_THAT(page.body, HasSubstr(R"(href="/sign-in?next=%2fforces%2fkent%2ftimeline%3fclock%3drecorded")"));
}

TEST_F(SignInSuiteTest, CommandsAreNeverTakenFromACookie) {
  const std::string cookie = SignIn("records-manager");
  for (const HttpHeaders& from :
       {HttpHeaders{}, HttpHeaders{{"sec-fetch-site", "cross-site"}}, HttpHeaders{{"origin", "https://evil.test"}},
        HttpHeaders{{"origin", "http://" + http()}, {"sec-fetch-site", "same-origin"}}}) {
    HttpHeaders headers = from;
    headers.emplace("cookie", cookie);
    headers.emplace("content-type", "application/json");
    const HttpAnswer answer = Call("POST", "/oversight.gateway.v1.GatewayService/GetNationalDashboard", headers, "{}");
    EXPECT_EQ(answer.status, 403) << answer.body;
    EXPECT_THAT(answer.body, HasSubstr("permission_denied")) << "the caller is the public";
  }
  EXPECT_EQ(Call("POST", "/v1/forces/kent", {{"cookie", cookie}, {"origin", "http://" + http()}}, "{}").status, 405);
}

TEST_F(SignInSuiteTest, ATokenInTheHeaderIsTakenAloneAndABadOneRefused) {
  const std::string cookie = SignIn("chief-inspector");
  EXPECT_EQ(
      Get("/v1/nationalDashboard", {{"cookie", cookie}, {"authorization", issuer_->Bearer("west-midlands-officer")}})
          .status,
      403);
  EXPECT_EQ(Get("/v1/nationalDashboard", {{"cookie", cookie}, {"authorization", "Bearer x"}}).status, 401);
  EXPECT_EQ(Get("/v1/nationalDashboard", {{"cookie", cookie}, {"oversight-principal", "chief-inspector"}}).status, 401);
}

TEST_F(SignInSuiteTest, WhoseTokenServicesRefuseIsSentToSignInAgain) {
  const std::string expired = issuer_->Token(issuer_->Sample("chief-inspector"), absl::Now() - absl::Hours(2));
  const std::string cookie = Sealed(expired, absl::Now() - absl::Hours(2));
  for (const char* path : {"/", "/attention", "/register", "/forces/kent"}) {
    const HttpAnswer answer = Get(path, {{"cookie", cookie}});
    EXPECT_EQ(answer.status, 303) << path;
    EXPECT_THAT(answer.headers.at("location"), StartsWith("/sign-in?next=%2f")) << path;
    EXPECT_THAT(answer.cookies, Contains(StartsWith("__Host-oversight-session=;"))) << "and is the public until then";
  }
  // A script reads on this site alone, and who has just signed in does not go round in circles.
  EXPECT_EQ(Get("/", {{"cookie", cookie}, {"sec-fetch-mode", "cors"}}).status, 401);
  const HttpAnswer fresh = Get("/", {{"cookie", Sealed(expired, absl::Now())}});
  EXPECT_EQ(fresh.status, 401);
  EXPECT_THAT(fresh.body, HasSubstr("Sign in again"));
  EXPECT_EQ(Get("/v1/nationalDashboard", {{"cookie", cookie}}).status, 401);
}

TEST_F(SignInSuiteTest, SignsOutByAFormOfOursAlone) {
  const std::string cookie = SignIn("chief-inspector");
  const HttpAnswer elsewhere = Call("POST", "/sign-out", {{"cookie", cookie}, {"origin", "https://evil.test"}}, "");
  EXPECT_EQ(elsewhere.status, 403);
  EXPECT_TRUE(elsewhere.cookies.empty());
  const HttpAnswer answer = Call("POST", "/sign-out", {{"cookie", cookie}, {"origin", "http://" + http()}}, "");
  EXPECT_EQ(answer.status, 303);
  EXPECT_EQ(answer.headers.at("location"), "/sign-out");
  EXPECT_THAT(answer.cookies, Contains(StartsWith("__Host-oversight-session=;")));
  EXPECT_THAT(Get("/sign-out", {}).body, HasSubstr("You are signed out"));
}

TEST_F(SignInSuiteTest, ALookAtTheHeadUsesNothingUp) {
  EXPECT_EQ(Call("HEAD", "/sign-in", {}, "").status, 404);
  EXPECT_EQ(Call("HEAD", "/sign-in/callback?state=x", {}, "").status, 404);
}

TEST_F(SignInSuiteTest, NothingOfATokenIsInALog) {
  const std::string cookie = SignIn("chief-inspector");
  (void)Get("/sign-in/callback?state=forged-state&code=secret-code", {});
  std::ifstream file(suite_->log("gateway"));
  const std::string log(std::istreambuf_iterator<char>(file), {});
  EXPECT_THAT(log, HasSubstr("sign-in-client"));
  for (const std::string& secret : {std::string("secret-code"), cookie.substr(30, 40), std::string("eyJ")})
    EXPECT_THAT(log, Not(HasSubstr(secret)));
}

// Whatever is asked for, and however it goes.
TEST_F(SignInSuiteTest, EveryAnswerTellsBrowsersToBeCareful) {
  const std::string cookie = SignIn("chief-inspector");
  const std::string home = Get("/", {{"cookie", cookie}}).body;
  std::vector<std::string> targets = {"/",
                                      "/register",
                                      "/announcements",
                                      "/attention",
                                      "/search?q=kent",
                                      "/forces/kent",
                                      "/forces/kent/timeline",
                                      "/forces/nowhere",
                                      "/nothing",
                                      "/sign-in",
                                      "/sign-in/callback",
                                      "/sign-out",
                                      "/viewer",
                                      "/v1/forces/kent",
                                      "/v1/forces.csv",
                                      "/v1/attention.ics",
                                      "/v1/nothing",
                                      "/v1/events",
                                      "/oversight.forces.v1.ForcesService/GetForce"};
  for (size_t at = 0; (at = home.find("/assets/", at)) != std::string::npos; ++at)
    targets.push_back(home.substr(at, home.find('"', at) - at));
  ASSERT_GT(targets.size(), 21U) << "with the assets";
  for (const std::string& with : {std::string(), cookie}) {
    for (const std::string& target : targets) {
      HttpConnection connection(http());
      connection.Send(absl::StrCat("GET ", target, " HTTP/1.1\r\nHost: ", http(), "\r\nConnection: close\r\n",
                                   with.empty() ? "" : "Cookie: " + with + "\r\n", "\r\n"));
      HttpAnswer answer = connection.ReadHead();
      auto& headers = answer.headers;
      ASSERT_NE(answer.status, 0) << target;
      EXPECT_EQ(headers["x-content-type-options"], "nosniff") << target;
      EXPECT_EQ(headers["referrer-policy"], "same-origin") << target;
      EXPECT_EQ(headers["cross-origin-opener-policy"], "same-origin") << target;
      EXPECT_EQ(headers["cross-origin-resource-policy"], "same-origin") << target;
      EXPECT_THAT(headers["permissions-policy"], HasSubstr("camera=()")) << target;
      EXPECT_THAT(headers["content-security-policy"], StartsWith("default-src 'none'")) << target;
      EXPECT_THAT(headers["content-security-policy"], HasSubstr("frame-ancestors 'none'")) << target;
      EXPECT_THAT(headers["content-security-policy"], Not(HasSubstr("unsafe"))) << target;
      EXPECT_EQ(headers.count("strict-transport-security"), 0U) << target << ": this suite is reached by http";
      const bool asset = absl::StartsWith(target, "/assets/");
      EXPECT_THAT(headers["cache-control"], asset ? ::testing::Matcher<std::string>(HasSubstr("immutable"))
                                                  : AnyOf("no-store", "private, no-cache"))
          << target;
      if (asset) {
        EXPECT_EQ(headers["vary"], "accept-encoding");
      } else if (!absl::StartsWith(target, "/oversight.")) {
        EXPECT_THAT(headers["vary"], HasSubstr("cookie")) << target;
      }
    }
  }
}

// Last, since it leaves nothing over for others from this address.
TEST_F(SignInSuiteTest, SoManySignInsFromOneAddressAndNoMore) {
  HttpAnswer answer;
  int begun = 0;
  do {
    answer = Get("/sign-in", {});
  } while (answer.status == 303 && ++begun < 1000);
  EXPECT_EQ(answer.status, 429);
  EXPECT_GE(begun, 40) << "an office signs in in the morning";
  EXPECT_EQ(answer.headers["retry-after"], "1");
  EXPECT_THAT(answer.body, HasSubstr("Too many people sign in from your address"));
  EXPECT_EQ(Get("/register", {}).status, 200);
}

}  // namespace
}  // namespace oversight::testing
