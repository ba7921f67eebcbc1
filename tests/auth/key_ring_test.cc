#include "common/auth/token/key_ring.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/observe/admin_server.h"
#include "tests/support/awaited.h"
#include "tests/support/test_issuer.h"

namespace oversight::auth {
namespace {

using ::oversight::testing::Eventually;
using ::oversight::testing::TempDir;
using ::oversight::testing::TestIssuer;
using ::testing::HasSubstr;

constexpr absl::Duration kPatience = absl::Seconds(30);

// Gives what it is told to, and counts.
class ScriptedFetcher final : public KeyFetcher {
 public:
  absl::StatusOr<std::string> Fetch() override {
    std::lock_guard lock(mu_);
    ++fetches_;
    return answer_;
  }
  void Answer(absl::StatusOr<std::string> answer) {
    std::lock_guard lock(mu_);
    answer_ = std::move(answer);
  }
  int fetches() const {
    std::lock_guard lock(mu_);
    return fetches_;
  }

 private:
  mutable std::mutex mu_;
  absl::StatusOr<std::string> answer_ = absl::UnavailableError("nobody there");
  int fetches_ = 0;
};

class KeyRingTest : public ::testing::Test {
 protected:
  // Looks when asked and never by itself.
  KeyRing& Ring(KeyRingOptions options = {.refresh = absl::Hours(1), .least_between = absl::ZeroDuration()}) {
    auto fetcher = std::make_unique<ScriptedFetcher>();
    fetcher_ = fetcher.get();
    ring_ = std::make_unique<KeyRing>(std::move(fetcher), options, clock_, metrics_);
    return *ring_;
  }
  bool Has(const std::string& kid) const {
    const auto keys = ring_->Current().keys;
    return keys != nullptr && keys->Find(kid, clock_.Now()) != nullptr;
  }

  FakeClock clock_{absl::FromUnixSeconds(1700820000)};
  observe::Metrics metrics_{"test"};
  ScriptedFetcher* fetcher_ = nullptr;
  std::unique_ptr<KeyRing> ring_;
};

TEST_F(KeyRingTest, ServesWhatWasFetchedAndKeepsItWhenFetchingFails) {
  KeyRing& ring = Ring();
  EXPECT_THAT(std::string(ring.Load().message()), HasSubstr("nobody there"));
  EXPECT_EQ(ring.Current().keys, nullptr);
  EXPECT_THAT(metrics_.Render(), HasSubstr("oversight_auth_keys_age_seconds -1"));
  fetcher_->Answer(Jwks({TestIssuer::Ed()}));
  ASSERT_TRUE(ring.Load().ok());
  EXPECT_TRUE(Has("ed-1"));
  const uint64_t generation = ring.Current().generation;
  for (const absl::StatusOr<std::string>& bad :
       {absl::StatusOr<std::string>(absl::UnavailableError("gone")), absl::StatusOr<std::string>("<html>")}) {
    fetcher_->Answer(bad);
    EXPECT_TRUE(ring.Load().ok()) << "the keys known stay";
    EXPECT_TRUE(Has("ed-1"));
    EXPECT_EQ(ring.Current().generation, generation);
  }
  EXPECT_THAT(metrics_.Render(), HasSubstr(R"(oversight_auth_key_fetches_total{outcome="failed"} 3)"));
  EXPECT_THAT(metrics_.Render(), HasSubstr(R"(oversight_auth_key_fetches_total{outcome="ok"} 1)"));
}

TEST_F(KeyRingTest, ASetWithoutAKeyWithdrawsThoseKnown) {
  KeyRing& ring = Ring();
  fetcher_->Answer(absl::StatusOr<std::string>(R"({"keys":[]})"));
  EXPECT_THAT(std::string(ring.Load().message()), HasSubstr("no key that can be used")) << "not to begin with";
  fetcher_->Answer(Jwks({TestIssuer::Ed()}));
  ASSERT_TRUE(ring.Load().ok());
  fetcher_->Answer(absl::StatusOr<std::string>(R"({"keys":[]})"));
  ASSERT_TRUE(ring.Load().ok());
  EXPECT_TRUE(Has("ed-1")) << "in grace";
  EXPECT_LT(ring.Current().keys->NextRetirement(), absl::InfiniteFuture());
}

TEST_F(KeyRingTest, AfterALookThatFailedAKeyThatGoesIsNoReasonToHurry) {
  KeyRing& ring = Ring({.refresh = absl::Hours(1), .least_between = absl::Hours(1)});
  fetcher_->Answer(Jwks({TestIssuer::Ed()}));
  ASSERT_TRUE(ring.Load().ok());
  fetcher_->Answer(Jwks({TestIssuer::Ec()}));
  ASSERT_TRUE(ring.Load().ok());
  clock_.Advance(absl::Hours(1));
  fetcher_->Answer(absl::StatusOr<std::string>(absl::UnavailableError("gone")));
  ring.Start();
  ASSERT_TRUE(Eventually([&] { return fetcher_->fetches() == 3; })) << "the key's time is over";
  EXPECT_FALSE(Has("ed-1"));
  EXPECT_FALSE(Eventually([&] { return fetcher_->fetches() > 3; }, std::chrono::seconds(1)));
}

TEST_F(KeyRingTest, LooksWhenAskedAndRotatesWithGrace) {
  KeyRing& ring = Ring();
  fetcher_->Answer(Jwks({TestIssuer::Ed()}));
  ASSERT_TRUE(ring.Load().ok());
  ring.Start();
  fetcher_->Answer(Jwks({TestIssuer::Ec()}));
  ASSERT_TRUE(ring.Ask());
  ASSERT_TRUE(Eventually([&] { return Has("ec-1"); }));
  EXPECT_TRUE(Has("ed-1")) << "in grace";
  const uint64_t generation = ring.Current().generation;
  // The thread itself lets the key go: what remembers tokens by the generation has to hear of it.
  clock_.Advance(absl::Minutes(5));
  EXPECT_FALSE(Has("ed-1"));
  ASSERT_TRUE(ring.AwaitLook(kPatience));
  EXPECT_NE(ring.Current().generation, generation);
  EXPECT_EQ(ring.Current().keys->size(), 1U);
}

TEST_F(KeyRingTest, TheSameKeySetIsTheSameGeneration) {
  KeyRing& ring = Ring();
  fetcher_->Answer(Jwks({TestIssuer::Ed()}));
  ASSERT_TRUE(ring.Load().ok());
  const uint64_t generation = ring.Current().generation;
  ASSERT_TRUE(ring.Load().ok());
  EXPECT_EQ(ring.Current().generation, generation);
}

TEST_F(KeyRingTest, IsNotMadeToLookMoreOftenThanItMay) {
  KeyRing& ring = Ring({.refresh = absl::Hours(1), .least_between = absl::Hours(1)});
  fetcher_->Answer(Jwks({TestIssuer::Ed()}));
  ASSERT_TRUE(ring.Load().ok());
  ring.Start();
  for (int i = 0; i < 1000; ++i) EXPECT_FALSE(ring.Ask());
  EXPECT_EQ(fetcher_->fetches(), 1);
}

TEST_F(KeyRingTest, LooksByItselfAtItsInterval) {
  KeyRing& ring = Ring({.refresh = absl::Milliseconds(5), .least_between = absl::Hours(1)});
  fetcher_->Answer(Jwks({TestIssuer::Ed()}));
  ASSERT_TRUE(ring.Load().ok());
  ring.Start();
  fetcher_->Answer(Jwks({TestIssuer::Ed(), TestIssuer::Ec()}));
  EXPECT_TRUE(Eventually([&] { return Has("ec-1"); }));
}

TEST(KeyFetcher, AFileIsReadAnewEachTime) {
  const TempDir folder;
  const auto fetcher = MakeKeyFetcher(folder / "jwks.json", "");
  EXPECT_EQ(fetcher->Fetch().status().code(), absl::StatusCode::kNotFound);
  std::ofstream(folder / "jwks.json") << "one";
  EXPECT_EQ(*fetcher->Fetch(), "one");
  std::ofstream(folder / "new.json") << "two";
  std::filesystem::rename(folder / "new.json", folder / "jwks.json");
  EXPECT_EQ(*fetcher->Fetch(), "two");
  EXPECT_EQ(fetcher->Interval(absl::Minutes(5)), absl::Seconds(1));
}

// A server that gives `text` at /debug/config, which will do for a key set.
std::unique_ptr<observe::AdminServer> Serve(std::function<std::string()> text) {
  observe::AdminOptions options;
  options.listen = "127.0.0.1:0";
  options.ready = [] { return absl::OkStatus(); };
  options.metrics = [] { return std::string(); };
  options.config = std::move(text);
  auto server = observe::AdminServer::Start(std::move(options));
  EXPECT_TRUE(server.ok()) << server.status();
  return *std::move(server);
}

TEST(KeyFetcher, AUrlIsFetched) {
  const std::string jwks = Jwks({TestIssuer::Ed()});
  const auto server = Serve([&] { return jwks; });
  const std::string base = absl::StrCat("http://127.0.0.1:", server->port());
  const auto fetcher = MakeKeyFetcher(base + "/debug/config", "");
  const auto text = fetcher->Fetch();
  ASSERT_TRUE(text.ok()) << text.status();
  EXPECT_TRUE(KeySet::Parse(*text).ok()) << *text;
  EXPECT_EQ(fetcher->Interval(absl::Minutes(5)), absl::Minutes(5));

  EXPECT_THAT(std::string(MakeKeyFetcher(base + "/none", "")->Fetch().status().message()), HasSubstr("status 404"));
  fetcher->Cancel();
  EXPECT_FALSE(fetcher->Fetch().ok());
}

TEST(KeyFetcher, AUrlWithTooMuchBehindItIsRefused) {
  const auto server = Serve([] { return std::string(300 << 10, 'x'); });
  const auto fetcher = MakeKeyFetcher(absl::StrCat("http://127.0.0.1:", server->port(), "/debug/config"), "");
  EXPECT_EQ(fetcher->Fetch().status().code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace oversight::auth
