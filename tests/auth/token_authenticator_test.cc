#include "common/auth/token_authenticator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "tests/support/awaited.h"
#include "tests/support/test_issuer.h"

namespace oversight::auth {
namespace {

using ::oversight::testing::BadToken;
using ::oversight::testing::BadTokens;
using ::oversight::testing::Eventually;
using ::oversight::testing::TestIssuer;
using ::testing::HasSubstr;
using ::testing::Not;

class TokenAuthenticatorTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ring_ = std::make_unique<KeyRing>(
        FileKeyFetcher(issuer_.jwks_file()),
        KeyRingOptions{.refresh = absl::Hours(1), .grace = absl::Minutes(5), .least_between = absl::ZeroDuration()},
        clock_, metrics_);
    ASSERT_TRUE(ring_->Load().ok());
    Make();
  }
  void Make(size_t remembered = TokenAuthenticator::kRemembered) {
    TokenRules rules;
    rules.issuer = issuer_.issuer();
    rules.audience = issuer_.audience();
    authenticator_ = std::make_unique<TokenAuthenticator>(rules, *ring_, clock_, metrics_, remembered);
  }
  absl::StatusOr<Principal> Ask(const std::string& authorization, const std::string& principal_header = "") const {
    Credentials credentials;
    credentials.authorization = authorization;
    credentials.principal_header = principal_header;
    return authenticator_->Authenticate(credentials);
  }
  std::string Bearer(const std::string& name, absl::Duration lifetime = absl::Hours(1),
                     const SigningKey& key = TestIssuer::Ed()) const {
    return "Bearer " + issuer_.Token(issuer_.Sample(name), clock_.Now(), lifetime, key);
  }
  bool Counts(const std::string& sample) const {
    return metrics_.Render().find("\n" + sample + "\n") != std::string::npos;
  }

  FakeClock clock_{absl::FromUnixSeconds(1700820000)};
  observe::Metrics metrics_{"test"};
  TestIssuer issuer_;
  std::unique_ptr<KeyRing> ring_;
  std::unique_ptr<TokenAuthenticator> authenticator_;
};

TEST_F(TokenAuthenticatorTest, NoTokenIsThePublic) {
  const auto principal = Ask("");
  ASSERT_TRUE(principal.ok()) << principal.status();
  EXPECT_EQ(principal->name(), "principals/public");
  EXPECT_EQ(principal->proto().roles_size(), 1);
  EXPECT_TRUE(principal->HasRole(Role::ROLE_PUBLIC));
  EXPECT_FALSE(principal->CoversEveryForce());
  EXPECT_TRUE(Counts(R"(oversight_auth_accepted_total{how="public"} 1)"));
}

TEST_F(TokenAuthenticatorTest, ABadTokenIsNeverThePublic) {
  for (int round = 0; round < 2; ++round) {  // Remembering must not make one good.
    for (const BadToken& bad : BadTokens(issuer_, issuer_.Sample("west-midlands-officer"), clock_.Now())) {
      const auto principal = Ask("Bearer " + bad.token);
      ASSERT_FALSE(principal.ok()) << bad.what;
      EXPECT_EQ(ReasonOf(principal.status()), bad.reason) << bad.what;
    }
  }
  EXPECT_EQ(ReasonOf(Ask("Basic YTpi").status()), "TOKEN_MALFORMED");
  EXPECT_EQ(ReasonOf(Ask(", " + Bearer("operator")).status()), "TOKEN_MALFORMED");
  EXPECT_TRUE(Counts(R"(oversight_auth_refused_total{reason="TOKEN_EXPIRED"} 2)"));
  EXPECT_TRUE(Counts(R"(oversight_auth_refused_total{reason="OTHER"} 0)"));
  EXPECT_TRUE(Counts(R"(oversight_auth_accepted_total{how="public"} 0)"));
}

TEST_F(TokenAuthenticatorTest, TheHeaderThatNamesAPrincipalIsNotBelieved) {
  const auto alone = Ask("", "chief-inspector");
  EXPECT_EQ(alone.status().code(), absl::StatusCode::kUnauthenticated);
  EXPECT_THAT(std::string(alone.status().message()), HasSubstr("does not believe"));
  // Beside a token it is nothing.
  const auto beside = Ask(Bearer("operator"), "chief-inspector");
  ASSERT_TRUE(beside.ok()) << beside.status();
  EXPECT_EQ(beside->name(), "principals/operator");
}

TEST_F(TokenAuthenticatorTest, RemembersATokenUntilItExpires) {
  const std::string bearer = Bearer("operator", absl::Minutes(10));
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(Ask(bearer).ok());
  EXPECT_TRUE(Counts(R"(oversight_auth_accepted_total{how="verified"} 1)"));
  EXPECT_TRUE(Counts(R"(oversight_auth_accepted_total{how="remembered"} 2)"));
  clock_.Advance(absl::Minutes(11));
  EXPECT_EQ(ReasonOf(Ask(bearer).status()), "TOKEN_EXPIRED") << "replayed after its time";
}

TEST_F(TokenAuthenticatorTest, OneThatOnlyBeginsLikeARememberedOneIsAnother) {
  const std::string bearer = Bearer("operator");
  ASSERT_TRUE(Ask(bearer).ok());
  EXPECT_FALSE(Ask(bearer.substr(0, bearer.size() - 1)).ok());
  EXPECT_FALSE(Ask(bearer + "A").ok());
}

TEST_F(TokenAuthenticatorTest, ForgetsTheOldestWhenThereAreMany) {
  Make(/*remembered=*/2);
  const std::string a = Bearer("operator"), b = Bearer("press-officer"), c = Bearer("records-manager");
  for (const std::string& bearer : {a, b, c, a}) EXPECT_TRUE(Ask(bearer).ok());
  EXPECT_TRUE(Counts(R"(oversight_auth_accepted_total{how="verified"} 4)"));
  EXPECT_TRUE(Ask(c).ok());
  EXPECT_TRUE(Counts(R"(oversight_auth_accepted_total{how="remembered"} 1)"));
}

TEST_F(TokenAuthenticatorTest, AKeyThatIsWithdrawnTakesRememberedTokensWithIt) {
  const std::string bearer = Bearer("operator");
  ASSERT_TRUE(Ask(bearer).ok());
  issuer_.Publish({TestIssuer::Ec()});
  ASSERT_TRUE(ring_->Load().ok());
  EXPECT_TRUE(Ask(bearer).ok()) << "in grace";
  clock_.Advance(absl::Minutes(5));
  EXPECT_EQ(ReasonOf(Ask(bearer).status()), "TOKEN_KEY_UNKNOWN");
}

TEST_F(TokenAuthenticatorTest, AnUnknownKeyIsLookedForWithoutWaiting) {
  ring_->Start();
  const SigningKey next = SigningKey::Generate("EdDSA", "ed-2");
  const std::string bearer = Bearer("operator", absl::Hours(1), next);
  issuer_.Publish({TestIssuer::Ed(), next});
  const absl::Status first = Ask(bearer).status();
  if (!first.ok()) {  // The thread that looks each second may have come before us.
    EXPECT_EQ(ReasonOf(first), "TOKEN_KEY_UNKNOWN");
    EXPECT_THAT(std::string(first.message()), HasSubstr("try again shortly"));
  }
  EXPECT_TRUE(Eventually([&] { return Ask(bearer).ok(); }));
}

TEST_F(TokenAuthenticatorTest, WithoutKeysTokensCannotBeCheckedAndThePublicCanCall) {
  KeyRing empty(FileKeyFetcher("/nowhere/jwks.json"), {}, clock_, metrics_);
  const TokenAuthenticator authenticator({.issuer = issuer_.issuer(), .audience = issuer_.audience()}, empty, clock_,
                                         metrics_);
  Credentials credentials;
  EXPECT_TRUE(authenticator.Authenticate(credentials).ok());
  credentials.authorization = Bearer("operator");
  const absl::Status status = authenticator.Authenticate(credentials).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ReasonOf(status), "ISSUER_KEYS_UNAVAILABLE");
}

TEST_F(TokenAuthenticatorTest, CountsRolesItDoesNotKnow) {
  const std::string claims =
      absl::StrCat(R"({"iss":")", issuer_.issuer(), R"(","aud":")", issuer_.audience(), R"(","sub":"a","exp":)",
                   absl::ToUnixSeconds(clock_.Now() + absl::Hours(1)), R"(,"oversight_roles":["wizard","operator"]})");
  ASSERT_TRUE(Ask("Bearer " + MintJwt(R"({"alg":"EdDSA","kid":"ed-1"})", claims, TestIssuer::Ed())).ok());
  EXPECT_TRUE(Counts("oversight_auth_unknown_roles_total 1"));
}

TEST_F(TokenAuthenticatorTest, DescribesItselfWithoutSecrets) {
  EXPECT_EQ(authenticator_->Description(), "tokens of https://issuer.test/oversight for oversight-test");
}

// Many threads at once, while keys come and go.
TEST_F(TokenAuthenticatorTest, IsThreadSafe) {
  Make(/*remembered=*/3);
  ring_->Start();
  std::vector<std::string> bearers;
  for (const char* name : {"operator", "press-officer", "records-manager", "hm-inspector", "gateway"}) {
    bearers.push_back(Bearer(name));
  }
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 200; ++i) EXPECT_TRUE(Ask(bearers[static_cast<size_t>(i + t) % bearers.size()]).ok());
    });
  }
  for (int i = 0; i < 20; ++i) {
    issuer_.Publish(i % 2 == 0 ? std::vector<SigningKey>{TestIssuer::Ed()}
                               : std::vector<SigningKey>{TestIssuer::Ed(), TestIssuer::Ec()});
    ASSERT_TRUE(ring_->AwaitLook(absl::Seconds(30)));
  }
  for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace oversight::auth
