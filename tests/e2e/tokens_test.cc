// The suite as it runs in earnest: every caller proves who they are by a token of an issuer, and so do the services to
// each other; nobody is believed.
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/observe/admin_server.h"
#include "common/rpc/channel.h"
#include "common/rpc/errors.h"
#include "common/rpc/status_mapping.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "oversight/forces/v1/forces_service.grpc.pb.h"
#include "oversight/gateway/v1/gateway_service.grpc.pb.h"
#include "tests/support/awaited.h"
#include "tests/support/http_client.h"
#include "tests/support/suite.h"
#include "tests/support/test_issuer.h"

namespace oversight::testing {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

using Metadata = std::vector<std::pair<std::string, std::string>>;

class TokensTest : public ::testing::Test {
 protected:
  // One suite for all tests: nothing here writes but the scenario.
  static void SetUpTestSuite() {
    issuer_ = new TestIssuer();
    suite_ = new Suite({.issuer = issuer_});
  }
  static void TearDownTestSuite() {
    delete suite_;
    delete issuer_;
  }

  static grpc::Status GetDashboard(const std::string& address, const std::string& force, const Metadata& metadata,
                                   std::optional<absl::Time> as_of = std::nullopt) {
    gateway::v1::GetForceDashboardRequest request;
    request.set_name(force);
    if (as_of.has_value()) request.mutable_as_of_time()->set_seconds(absl::ToUnixSeconds(*as_of));
    gateway::v1::GetForceDashboardResponse response;
    grpc::ClientContext context;
    for (const auto& [name, value] : metadata) context.AddMetadata(name, value);
    return gateway::v1::GatewayService::NewStub(rpc::MakeChannel({.target = address}))
        ->GetForceDashboard(&context, request, &response);
  }
  static grpc::Status GetForce(const std::string& address, const Metadata& metadata) {
    forces::v1::GetForceRequest request;
    request.set_name("forces/kent");
    forces::v1::GetForceResponse response;
    grpc::ClientContext context;
    for (const auto& [name, value] : metadata) context.AddMetadata(name, value);
    return forces::v1::ForcesService::NewStub(rpc::MakeChannel({.target = address}))
        ->GetForce(&context, request, &response);
  }
  static std::string Reason(const grpc::Status& status) { return ReasonOf(rpc::FromGrpc(status)); }

  static TestIssuer* issuer_;
  static Suite* suite_;
};
TestIssuer* TokensTest::issuer_ = nullptr;
Suite* TokensTest::suite_ = nullptr;

// The import in the suite's start has shown that a good token lets a command through.
TEST_F(TokensTest, ACaseIsPlayedByItsPeopleEachWithTheirToken) {
  const Ran played = suite_->Cli("liaison-lead", {"play", "data/scenarios/west-midlands-2023.json"});
  ASSERT_EQ(played.code, 0) << played.err;
  // What the gateway composes comes from copies that it keeps by its own token.
  ASSERT_TRUE(Eventually([&] {
    return suite_->Cli("chief-inspector", {"dashboard", "west-midlands"}).out.find("Stage: Engage") !=
           std::string::npos;
  }));
  EXPECT_EQ(suite_->Cli("public", {"get-monitoring", "west-midlands"}).code, 0);
}

TEST_F(TokensTest, ABadTokenIsRefusedAtEveryDoor) {
  const std::string http = suite_->address("gateway", "http");
  for (const BadToken& bad : BadTokens(*issuer_, issuer_->Sample("west-midlands-officer"), absl::Now())) {
    // Larger than gRPC or the HTTP port take in all is refused before anybody looks.
    if (bad.token.size() > 4096) continue;
    const Metadata metadata = {{"authorization", "Bearer " + bad.token}};
    for (const char* server : {"forces-service", "gateway"}) {
      const grpc::Status direct = GetForce(suite_->address(server), metadata);
      EXPECT_EQ(direct.error_code(), grpc::StatusCode::UNAUTHENTICATED) << server << ": " << bad.what;
      EXPECT_EQ(Reason(direct), bad.reason) << server << ": " << bad.what;
    }
    EXPECT_EQ(Reason(GetDashboard(suite_->address("gateway"), "forces/kent", metadata)), bad.reason) << bad.what;
    const HttpHeaders headers = {{"authorization", "Bearer " + bad.token}, {"content-type", "application/json"}};
    for (const auto& [method, path] : std::vector<std::pair<std::string, std::string>>{
             {"POST", "/oversight.forces.v1.ForcesService/GetForce"},
             {"POST", "/oversight.gateway.v1.GatewayService/GetNationalDashboard"},
             {"GET", "/v1/forces/kent"}}) {
      const HttpAnswer answer = HttpCall(http, method, path, headers, method == "POST" ? "{}" : "");
      EXPECT_EQ(answer.status, 401) << path << ": " << bad.what << ": " << answer.body;
      EXPECT_EQ(answer.headers.at("www-authenticate"), "Bearer");
      EXPECT_THAT(answer.body, HasSubstr(bad.reason)) << path << ": " << bad.what;
    }
    // A page for people: no content, whatever it looks like.
    EXPECT_THAT(HttpCall(http, "GET", "/", headers, "").status, AnyOf(401, 403)) << bad.what;
  }
}

TEST_F(TokensTest, AReplayAfterItsTimeIsRefused) {
  // Good when it is first used, so that it is remembered; the skew allowed is thirty seconds.
  const std::string bearer =
      "Bearer " + issuer_->Token(issuer_->Sample("operator"), absl::Now() - absl::Seconds(20), absl::Seconds(1));
  ASSERT_TRUE(GetForce(suite_->address("forces-service"), {{"authorization", bearer}}).ok());
  grpc::Status status;
  ASSERT_TRUE(Eventually([&] {
    status = GetForce(suite_->address("forces-service"), {{"authorization", bearer}});
    return !status.ok();
  }));
  EXPECT_EQ(Reason(status), "TOKEN_EXPIRED");
}

TEST_F(TokensTest, NobodyIsBelieved) {
  for (const char* server : {"forces-service", "concerns-service", "monitoring-service", "gateway"}) {
    const grpc::Status status = GetForce(suite_->address(server), {{"oversight-principal", "records-manager"}});
    if (std::string(server) == "concerns-service" || std::string(server) == "monitoring-service") {
      EXPECT_EQ(status.error_code(), grpc::StatusCode::UNIMPLEMENTED) << server;
    } else {
      EXPECT_EQ(Reason(status), "UNAUTHENTICATED") << server;
    }
  }
  const std::string http = suite_->address("gateway", "http");
  const HttpAnswer named = HttpCall(http, "GET", "/v1/forces/kent", {{"oversight-principal", "chief-inspector"}}, "");
  EXPECT_EQ(named.status, 401) << named.body;
  // The cookie by which people choose in insecure mode is nothing here, and there is nothing to choose.
  const HttpAnswer chosen = HttpCall(http, "GET", "/", {{"cookie", "oversight-principal=chief-inspector"}}, "");
  EXPECT_EQ(chosen.status, 200);
  EXPECT_THAT(chosen.body, Not(HasSubstr("You look as")));
  EXPECT_THAT(chosen.body, Not(HasSubstr("Needs attention")));
  EXPECT_EQ(HttpCall(http, "GET", "/viewer", {}, "").status, 404);
  // Beside a token the name is nothing either.
  EXPECT_EQ(GetDashboard(suite_->address("gateway"), "forces/kent",
                         {{"authorization", issuer_->Bearer("west-midlands-officer")},
                          {"oversight-principal", "chief-inspector"}})
                .error_code(),
            grpc::StatusCode::PERMISSION_DENIED);
}

TEST_F(TokensTest, TwoTokensAreNone) {
  const Metadata twice = {{"authorization", issuer_->Bearer("operator")},
                          {"authorization", issuer_->Bearer("chief-inspector")}};
  EXPECT_EQ(Reason(GetForce(suite_->address("forces-service"), twice)), "TOKEN_MALFORMED");
  EXPECT_EQ(Reason(GetForce(suite_->address("gateway"), twice)), "TOKEN_MALFORMED");
  const HttpAnswer answer =
      HttpCall(suite_->address("gateway", "http"), "GET", "/v1/forces/kent", {twice.begin(), twice.end()}, "");
  EXPECT_EQ(answer.status, 401) << answer.body;
}

// What gRPC cannot send must not make its sender the public on the way through the gateway.
TEST_F(TokensTest, ATokenThatCannotBeSentOnIsRefusedAndNotDropped) {
  const HttpAnswer answer = HttpCall(suite_->address("gateway", "http"), "GET", "/v1/forces/kent",
                                     {{"authorization", "Bearer \xc3\xa9"}}, "");
  EXPECT_EQ(answer.status, 401) << answer.body;
}

TEST_F(TokensTest, ADashboardOfThePastIsAskedForInTheCallersName) {
  const std::string gateway = suite_->address("gateway");
  const absl::Time moment = absl::Now() - absl::Seconds(1);
  const auto as = [&](const std::string& name, const std::string& force) {
    return GetDashboard(gateway, force, {{"authorization", issuer_->Bearer(name)}}, moment);
  };
  EXPECT_TRUE(as("west-midlands-officer", "forces/west-midlands").ok());
  EXPECT_EQ(as("west-midlands-officer", "forces/kent").error_code(), grpc::StatusCode::PERMISSION_DENIED);
}

// A refusal is counted by its reason, and nothing that came as a token is in the log.
TEST_F(TokensTest, RefusalsAreCountedAndLoggedWithoutTheToken) {
  const std::string secret = "hunter2-is-what-i-use-everywhere";
  ASSERT_FALSE(GetForce(suite_->address("forces-service"), {{"authorization", "Bearer " + secret}}).ok());
  const std::string good = issuer_->Token("operator");
  ASSERT_TRUE(GetForce(suite_->address("forces-service"), {{"authorization", "Bearer " + good}}).ok());
  const HttpAnswer metrics = HttpCall(suite_->address("forces-service", "admin"), "GET", "/metrics", {}, "");
  EXPECT_THAT(metrics.body, HasSubstr("oversight_auth_refused_total{reason=\"TOKEN_MALFORMED\"}"));
  EXPECT_THAT(metrics.body, Not(HasSubstr("oversight_auth_refused_total{reason=\"TOKEN_MALFORMED\"} 0")));
  const auto log = [&] {
    std::ifstream file(suite_->log("forces-service"));
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  ASSERT_TRUE(Eventually([&] { return log().find("\"reason\":\"TOKEN_MALFORMED\"") != std::string::npos; }));
  EXPECT_THAT(log(), Not(HasSubstr(secret)));
  EXPECT_THAT(log(), Not(HasSubstr(good.substr(good.rfind('.')))));
}

// A service's own token is replaced in its file, as issuers want it, and calls go on by the new one; keys are rotated
// in theirs without a call refused.
TEST(TokenRotation, KeysAndServiceTokensAreReplacedWhileItRuns) {
  TestIssuer issuer;
  Suite suite({.issuer = &issuer});
  const std::string address = suite.address("forces-service");
  const auto ask = [&](const std::string& bearer) {
    forces::v1::GetForceRequest request;
    request.set_name("forces/kent");
    forces::v1::GetForceResponse response;
    grpc::ClientContext context;
    context.AddMetadata("authorization", bearer);
    return forces::v1::ForcesService::NewStub(rpc::MakeChannel({.target = address}))
        ->GetForce(&context, request, &response);
  };
  const auth::SigningKey next = auth::SigningKey::Generate("ES256", "ec-2");
  const auto bearer = [&](const auth::SigningKey& key) {
    return "Bearer " + issuer.Token(issuer.Sample("operator"), absl::Now(), absl::Hours(1), key);
  };
  const std::string before = bearer(TestIssuer::Ed());
  ASSERT_TRUE(ask(before).ok());
  issuer.Publish({next});
  ASSERT_TRUE(Eventually([&] { return ask(bearer(next)).ok(); }));
  EXPECT_TRUE(ask(before).ok()) << "in grace";
  EXPECT_TRUE(ask(bearer(TestIssuer::Rsa())).ok()) << "in grace, though never seen before";
}

// ---- How a server is started. ----

class StartTest : public ::testing::Test {
 protected:
  Ran Start(const std::string& name, std::vector<std::string> flags) {
    std::vector<std::string> command = {ServerProcess::Binary(name), "--listen=127.0.0.1:0",
                                        "--admin-listen=127.0.0.1:0"};
    if (name == "gateway") {
      command.emplace_back("--http-listen=127.0.0.1:0");
    } else {
      command.push_back("--store=sqlite:" + folder_ / "store.db");
    }
    command.insert(command.end(), flags.begin(), flags.end());
    return oversight::testing::Run(command);
  }
  const TempDir folder_;
  const TestIssuer issuer_;
};

TEST_F(StartTest, WithoutSayingHowCallersAreKnownNoServerStarts) {
  for (const char* name : {"forces-service", "concerns-service", "monitoring-service", "gateway"}) {
    const Ran ran = Start(name, {});
    EXPECT_EQ(ran.code, 2) << name;
    EXPECT_THAT(ran.err, HasSubstr("say how callers are known. By tokens: --issuer, --audience and --jwks")) << name;
    EXPECT_THAT(ran.err, HasSubstr("--insecure")) << name;
  }
}

TEST_F(StartTest, HalfASettingIsRefusedWithAllThatIsMissing) {
  const Ran half = Start("gateway", {"--issuer=https://issuer.test"});
  EXPECT_EQ(half.code, 2);
  for (const char* name : {"--audience is required", "--jwks is required", "--token-file is required"}) {
    EXPECT_THAT(half.err, HasSubstr(name));
  }
  std::vector<std::string> both = issuer_.flags();
  both.emplace_back("--insecure");
  const Ran ran = Start("forces-service", both);
  EXPECT_EQ(ran.code, 2);
  EXPECT_THAT(ran.err, HasSubstr("--insecure excludes"));
}

TEST_F(StartTest, KeysDoNotComeInTheClearFromElsewhere) {
  // The second has a user's name that looks like a host.
  for (const char* elsewhere : {"http://127.0.0.1.example/keys", "http://127.0.0.1:80@issuer.example/keys"}) {
    const Ran ran = Start("forces-service", {"--issuer=i", "--audience=a", absl::StrCat("--jwks=", elsewhere)});
    EXPECT_EQ(ran.code, 2) << elsewhere;
    EXPECT_THAT(ran.err, HasSubstr("--jwks must be an https:// URL")) << elsewhere;
  }
}

TEST_F(StartTest, SettingsOfSignInAreRefusedTogetherWithTheRemedy) {
  const auto start = [&](std::vector<std::string> flags) {
    std::vector<std::string> all = issuer_.flags();
    all.push_back("--token-file=" + issuer_.TokenFile("gateway"));
    all.insert(all.end(), flags.begin(), flags.end());
    const Ran ran = Start("gateway", all);
    return absl::StrCat(ran.code, " ", ran.out, ran.err);
  };
  const std::string bad = start({"--sign-in-client=c", "--public-url=http://oversight.example",
                                 "--token-endpoint=http://issuer.test/t", "--sign-in-scope=profile"});
  EXPECT_THAT(bad, ::testing::StartsWith("2 "));
  for (const char* words : {"must be https://HOST", "must be an https:// URL: codes and tokens", "must hold openid"}) {
    EXPECT_THAT(bad, HasSubstr(words));
  }
  EXPECT_THAT(start({"--public-url=https://oversight.example/pages"}), HasSubstr("no path"));
  const std::string half = start({"--sign-in-client=c", "--token-endpoint=https://issuer.test/t"});
  EXPECT_THAT(half, HasSubstr("--authorization-endpoint and --token-endpoint go together"));
  EXPECT_THAT(half, HasSubstr("--session-key-file is required with --sign-in-client"));
  EXPECT_THAT(start({"--session-key-file=x"}), HasSubstr("--sign-in-client is required where people are to sign in"));
  EXPECT_THAT(start({"--sign-in-client=c", "--session-key-file=" + folder_ / "none"}),
              HasSubstr("cannot read the keys"));
  std::ofstream(folder_ / "keys") << "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=\n";
  const Ran insecure = Start("gateway", {"--insecure", "--sign-in-client=c", "--session-key-file=" + folder_ / "keys"});
  EXPECT_EQ(insecure.code, 1);
  EXPECT_THAT(insecure.out + insecure.err, HasSubstr("--insecure excludes --sign-in-client"));
}

TEST_F(StartTest, FilesThatCannotBeUsedAreToldOfAtOnce) {
  const Ran keys = Start("forces-service", {"--issuer=i", "--audience=a", "--jwks=" + folder_ / "none.json"});
  EXPECT_EQ(keys.code, 1);
  EXPECT_THAT(keys.out + keys.err, HasSubstr("cannot read"));
  std::ofstream(folder_ / "bad.token") << "two words\n";
  std::vector<std::string> flags = issuer_.flags();
  flags.push_back("--token-file=" + folder_ / "bad.token");
  const Ran token = Start("concerns-service", flags);
  EXPECT_EQ(token.code, 1);
  EXPECT_THAT(token.out + token.err, HasSubstr("does not hold a token"));
  EXPECT_THAT(token.out + token.err, Not(HasSubstr("two words")));
}

// Keys from a URL are there before the first caller is; and while the issuer is away the public is answered, and nobody
// else.
TEST_F(StartTest, KeysFromAUrlAreFetchedBeforeThePortOpens) {
  const std::string jwks = auth::Jwks({TestIssuer::Ed()});
  observe::AdminOptions options;
  options.listen = "127.0.0.1:0";
  options.ready = [] { return absl::OkStatus(); };
  options.metrics = [] { return std::string(); };
  options.config = [&jwks] { return jwks; };
  auto web = observe::AdminServer::Start(std::move(options));
  ASSERT_TRUE(web.ok()) << web.status();
  const auto start = [&](const std::string& name, const std::string& url) {
    auto server = std::make_unique<ServerProcess>(
        std::vector<std::string>{ServerProcess::Binary("forces-service"), "--listen=127.0.0.1:0",
                                 "--admin-listen=127.0.0.1:0", "--store=sqlite:" + folder_ / (name + ".db"),
                                 "--issuer=" + issuer_.issuer(), "--audience=" + issuer_.audience(), "--jwks=" + url},
        folder_ / (name + ".json"), folder_ / (name + ".log"));
    EXPECT_TRUE(server->WaitUntilServing().ok());
    return server;
  };
  const auto ask = [&](ServerProcess& server, const std::string& bearer) {
    forces::v1::ListForcesRequest request;
    forces::v1::ListForcesResponse response;
    grpc::ClientContext context;
    if (!bearer.empty()) context.AddMetadata("authorization", bearer);
    return rpc::FromGrpc(forces::v1::ForcesService::NewStub(rpc::MakeChannel({.target = server.addresses().at("grpc")}))
                             ->ListForces(&context, request, &response));
  };
  const auto known = start("known", absl::StrCat("http://127.0.0.1:", (*web)->port(), "/debug/config"));
  EXPECT_TRUE(ask(*known, issuer_.Bearer("operator")).ok()) << "at the first call";
  const auto away = start("away", absl::StrCat("http://127.0.0.1:", (*web)->port(), "/none"));
  EXPECT_TRUE(ask(*away, "").ok());
  EXPECT_EQ(ReasonOf(ask(*away, issuer_.Bearer("operator"))), "ISSUER_KEYS_UNAVAILABLE");
}

// ---- The command line. ----

TEST_F(TokensTest, TheCommandLineTakesAFileAFolderOrTheEnvironment) {
  const std::string gateway = "--gateway=" + suite_->address("gateway");
  const std::string oversight = ServerProcess::Binary("oversight");
  const std::vector<std::string> what = {"get-force", "kent"};
  const auto run = [&](std::vector<std::string> flags, const std::vector<std::string>& environment = {}) {
    flags.insert(flags.begin(), {oversight, gateway});
    flags.insert(flags.end(), what.begin(), what.end());
    return oversight::testing::Run(flags, environment);
  };
  EXPECT_EQ(run({"--token-file=" + issuer_->TokenFile("operator")}).code, 0);
  EXPECT_EQ(run({}, {"OVERSIGHT_TOKEN=" + issuer_->Token("operator")}).code, 0);
  EXPECT_EQ(run({}, {"OVERSIGHT_TOKEN_FILE=" + issuer_->TokenFile("operator")}).code, 0);
  EXPECT_EQ(run({"--as=operator", "--token-file=" + issuer_->TokenFolder()}).code, 0);

  const Ran two = run({"--as=chief-inspector", "--token-file=" + issuer_->TokenFile("operator")});
  EXPECT_EQ(two.code, 2);
  EXPECT_THAT(two.err, HasSubstr("Your token says who you are"));
  const Ran escape = run({"--as=../operator", "--token-file=" + issuer_->TokenFolder()});
  EXPECT_EQ(escape.code, 2) << escape.err;
  const Ran named = run({"--as=operator"});
  EXPECT_EQ(named.code, 1);
  EXPECT_THAT(named.err, HasSubstr("--token-file=FILE"));
  const Ran expired =
      run({}, {"OVERSIGHT_TOKEN=" + issuer_->Token(issuer_->Sample("operator"), absl::Now() - absl::Hours(3))});
  EXPECT_EQ(expired.code, 1);
  EXPECT_THAT(expired.err, HasSubstr("UNAUTHENTICATED TOKEN_EXPIRED: The token has expired."));
}

}  // namespace
}  // namespace oversight::testing
