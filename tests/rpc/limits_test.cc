// What one caller may take of a server, as callers of a real one meet it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <mutex>
#include <thread>

#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "common/rpc/limit_flags.h"
#include "common/rpc/retry_info.h"
#include "oversight/ledger/v1/ledger_service.grpc.pb.h"
#include "tests/rpc/toy_forces.h"
#include "tests/support/awaited.h"
#include "tests/support/test_server.h"

namespace oversight::rpc {
namespace {

using oversight::testing::Eventually;
using oversight::testing::TestServer;
using oversight::testing::TestServerOptions;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class LimitsTest : public ::testing::Test {
 protected:
  // No tokens flow in while the test runs.
  static constexpr double kNever = 1e-6;

  LimitsTest() {
    hooks_->get = [this](Call&, const auto&, auto*, Done done) {
      ++handled_;
      done(absl::OkStatus());
    };
    hooks_->list = [](Call&, const auto&, auto*, Done done) { done(absl::OkStatus()); };
  }
  void Start() { server_ = TestServer::Start(ToyForces::Builder(hooks_), options_); }
  absl::Status Get(const std::string& principal) {
    grpc::ClientContext context;
    fv1::GetForceRequest request;
    request.set_name("forces/west-midlands");
    fv1::GetForceResponse response;
    return FromGrpc(Stub(principal).GetForce(&context, request, &response));
  }
  // By anyone.
  absl::Status List(const std::string& principal) {
    grpc::ClientContext context;
    fv1::ListForcesResponse response;
    return FromGrpc(Stub(principal).ListForces(&context, {}, &response));
  }
  // Of two units: a call that is dear in the contract.
  absl::Status Prove(const std::string& principal) {
    grpc::ClientContext context;
    ledger::v1::GetInclusionProofRequest request;
    request.set_name("ledgers/forces");
    request.set_revision(1);
    ledger::v1::GetInclusionProofResponse response;
    return FromGrpc(
        server_->StubAs<ledger::v1::LedgerService>(principal)->GetInclusionProof(&context, request, &response));
  }
  fv1::ForcesService::Stub& Stub(const std::string& principal) {
    auto& stub = stubs_[principal];
    if (stub == nullptr) stub = server_->StubAs<fv1::ForcesService>(principal);
    return *stub;
  }

  std::shared_ptr<ToyHooks> hooks_ = std::make_shared<ToyHooks>();
  TestServerOptions options_;
  std::unique_ptr<TestServer> server_;
  std::map<std::string, std::unique_ptr<fv1::ForcesService::Stub>> stubs_;
  std::atomic<int> handled_{0};
};

TEST_F(LimitsTest, WhoAsksForTooMuchIsToldWhenToComeBackAndOthersAreAnswered) {
  options_.host.per_principal = {.rate = 0.01, .burst = 3};
  Start();
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(Get("liaison-lead").ok()) << i;
  const absl::Status refused = Get("liaison-lead");
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ReasonOf(refused), "RATE_LIMITED");
  EXPECT_EQ(ErrorMetadata(refused, "per"), "principal");
  EXPECT_GT(RetryAfterOf(refused), absl::Seconds(50));
  EXPECT_LE(RetryAfterOf(refused), absl::Seconds(100));
  EXPECT_EQ(handled_, 3);
  EXPECT_TRUE(Get("chief-inspector").ok());
  EXPECT_TRUE(Get("west-midlands-officer").ok());
}

TEST_F(LimitsTest, ServicesAndThePublicAreNotHeldToWhatOnePrincipalMayDo) {
  options_.host.per_principal = {.rate = kNever, .burst = 1, .calls = 1};
  Start();
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(List("gateway").ok());
    EXPECT_TRUE(List("public").ok());
  }
  EXPECT_TRUE(List("press-officer").ok());
  EXPECT_EQ(ReasonOf(List("press-officer")), "RATE_LIMITED");
}

TEST_F(LimitsTest, ADearCallTakesMore) {
  options_.ledger_name = "ledgers/forces";
  options_.host.per_principal = {.rate = kNever, .burst = 5};
  Start();
  EXPECT_EQ(ReasonOf(Prove("liaison-lead")), "REVISION_IN_FUTURE");  // Admitted; there is nothing to prove.
  EXPECT_EQ(ReasonOf(Prove("liaison-lead")), "REVISION_IN_FUTURE");
  EXPECT_EQ(ReasonOf(Prove("liaison-lead")), "RATE_LIMITED");
  EXPECT_TRUE(Get("liaison-lead").ok());
  EXPECT_EQ(ReasonOf(Get("liaison-lead")), "RATE_LIMITED");
}

TEST_F(LimitsTest, OneCallerHasSoManyCallsUnderWay) {
  std::mutex mu;
  std::vector<Done> waiting;
  hooks_->get = [&](Call&, const auto&, auto*, Done done) {
    std::lock_guard lock(mu);
    waiting.push_back(std::move(done));
  };
  options_.host.per_principal = {.calls = 2};
  Start();
  Stub("liaison-lead");
  std::vector<std::thread> callers;
  std::atomic<int> answered{0};
  for (int i = 0; i < 2; ++i) callers.emplace_back([&] { answered += Get("liaison-lead").ok() ? 1 : 0; });
  ASSERT_TRUE(Eventually([&] {
    std::lock_guard lock(mu);
    return waiting.size() == 2;
  }));
  const absl::Status third = Get("liaison-lead");
  EXPECT_EQ(ReasonOf(third), "TOO_MANY_AT_ONCE");
  EXPECT_EQ(ErrorMetadata(third, "limit"), "2");
  EXPECT_GT(RetryAfterOf(third), absl::ZeroDuration());
  EXPECT_TRUE(List("liaison-lead").code() == absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(List("chief-inspector").ok());
  for (const Done& done : waiting) done(absl::OkStatus());
  for (auto& caller : callers) caller.join();
  EXPECT_EQ(answered, 2);
  EXPECT_TRUE(List("liaison-lead").ok());
  waiting.clear();
}

TEST_F(LimitsTest, OneCallerHasSoManyStreamsOpen) {
  hooks_->watch = [](auto stream, const auto&) { stream->OnEnd([stream] {}); };
  options_.host.per_principal = {.streams = 1};
  Start();
  const auto watch = [&](grpc::ClientContext& context) {
    auto stream = Stub("liaison-lead").WatchForces(&context, {});
    stream->WaitForInitialMetadata();
    return stream;
  };
  grpc::ClientContext first_context, second_context, third_context;
  const auto first = watch(first_context);
  ASSERT_TRUE(Eventually([&] { return server_->server().host().streams() == 1; }));
  const absl::Status second = FromGrpc(watch(second_context)->Finish());
  EXPECT_EQ(ReasonOf(second), "TOO_MANY_AT_ONCE");
  EXPECT_THAT(std::string(second.message()), HasSubstr("streams open"));
  EXPECT_TRUE(Get("liaison-lead").ok());
  first_context.TryCancel();
  first->Finish();
  ASSERT_TRUE(Eventually([&] { return server_->server().host().streams() == 0; }));
  const auto third = watch(third_context);
  EXPECT_TRUE(Eventually([&] { return server_->server().host().streams() == 1; }));
  third_context.TryCancel();
  third->Finish();
}

TEST_F(LimitsTest, OneAddressIsHeldToItsOwnLimitsWhoeverCalls) {
  options_.host.per_address = {.rate = kNever, .burst = 3};
  Start();
  EXPECT_TRUE(Get("liaison-lead").ok());
  EXPECT_TRUE(List("public").ok());
  EXPECT_FALSE(List("nobody-known").ok());  // Counts, too: to find out who calls is work.
  const absl::Status refused = List("gateway");
  EXPECT_EQ(ReasonOf(refused), "RATE_LIMITED");
  EXPECT_EQ(ErrorMetadata(refused, "per"), "address");
  EXPECT_THAT(refused.ToString(), Not(HasSubstr("127.0.0.1")));
}

TEST_F(LimitsTest, AProxyThatIsTrustedStandsForMany) {
  std::string problem;
  options_.host.per_address = {.rate = kNever, .burst = 1, .calls = 1};
  options_.host.trusted_proxies = *limits::Networks::Parse("127.0.0.0/8", &problem);
  Start();
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(List("public").ok());
}

TEST_F(LimitsTest, RefusalsAreCountedByReasonAndMethodAndNotByPrincipal) {
  options_.host.per_principal = {.rate = kNever, .burst = 2};
  Start();
  for (int i = 0; i < 5; ++i) (void)Get("liaison-lead");
  (void)Get("public");
  (void)Get("");
  const std::string metrics = server_->metrics().Render();
  const auto line = [](const char* code, const char* reason) {
    return absl::StrCat("oversight_refused_total{code=\"", code,
                        "\",method=\"/oversight.forces.v1.ForcesService/GetForce\",reason=\"", reason, "\"}");
  };
  EXPECT_THAT(metrics, HasSubstr(line("RESOURCE_EXHAUSTED", "RATE_LIMITED") + " 3"));
  EXPECT_THAT(metrics, HasSubstr(line("PERMISSION_DENIED", "ROLE_NOT_ALLOWED") + " 1"));
  EXPECT_THAT(metrics, HasSubstr(line("UNAUTHENTICATED", "UNAUTHENTICATED") + " 1"));
  EXPECT_THAT(metrics, Not(HasSubstr("liaison-lead")));
}

TEST_F(LimitsTest, WhoNamesThemselvesTwiceIsNobody) {
  Start();
  grpc::ClientContext context;
  context.AddMetadata(auth::kPrincipalHeader, "principals/liaison-lead");
  context.AddMetadata(auth::kPrincipalHeader, "principals/chief-inspector");
  fv1::ListForcesResponse response;
  const absl::Status refused = FromGrpc(Stub("").ListForces(&context, {}, &response));
  EXPECT_EQ(ReasonOf(refused), "UNAUTHENTICATED");
  EXPECT_THAT(std::string(refused.message()), HasSubstr("There is no such principal."));
}

TEST_F(LimitsTest, AndNotThePublicWhereTokensProveWhoCalls) {
  const oversight::testing::TestIssuer issuer;
  options_.issuer = &issuer;
  Start();
  EXPECT_TRUE(List("").ok());
  for (const int times : {1, 2}) {
    grpc::ClientContext context;
    for (int i = 0; i < times; ++i) context.AddMetadata(auth::kPrincipalHeader, "principals/public");
    fv1::ListForcesResponse response;
    EXPECT_EQ(ReasonOf(FromGrpc(Stub("").ListForces(&context, {}, &response))), "UNAUTHENTICATED") << times;
  }
}

TEST(RefusalsTest, TellsOfEachCallerWithoutAFlood) {
  observe::Metrics metrics("test");
  Refusals refusals(metrics);
  const auto note = [&](const std::string& principal, int64_t* left_out) {
    return refusals.Note("/a.B/C", principal, "ROLE_NOT_ALLOWED", absl::StatusCode::kPermissionDenied, left_out);
  };
  int64_t left_out = 0;
  int lines = 0;
  for (int i = 0; i < 1000; ++i) lines += note("principals/a", &left_out) ? 1 : 0;
  EXPECT_GE(lines, 20);
  EXPECT_LE(lines, 100);  // Twenty, and one for each second that this took.
  EXPECT_TRUE(note("principals/b", &left_out));
  EXPECT_GT(left_out, 0);
  EXPECT_TRUE(note("principals/b", &left_out));
  EXPECT_EQ(left_out, 0);
  EXPECT_THAT(metrics.Render(),
              HasSubstr("code=\"PERMISSION_DENIED\",method=\"/a.B/C\",reason=\"ROLE_NOT_ALLOWED\"} 1002"));
  EXPECT_THAT(metrics.Render(), HasSubstr(absl::StrCat("oversight_refusals_not_logged_total ", 1000 - lines)));
}

HostOptions LimitsOf(const std::vector<std::string>& args, bool insecure, std::vector<std::string>* problems) {
  LimitConfig config;
  observe::Flags flags("test", "TEST", "A test.");
  AddLimitFlags(flags, config, /*ends_outside=*/true);
  *problems = flags.Resolve(args, [](const std::string&) { return nullptr; }).problems;
  HostOptions options;
  SetLimits(config, flags, insecure, &options);
  return options;
}

TEST(LimitFlagsTest, HoldUnlessCallersAreBelieved) {
  std::vector<std::string> problems;
  const HostOptions proven = LimitsOf({"--limit-calls=7"}, false, &problems);
  EXPECT_THAT(problems, IsEmpty());
  EXPECT_EQ(proven.per_principal.calls, 7);
  EXPECT_GT(proven.per_principal.rate, 0);
  EXPECT_GT(proven.per_address.rate, 0);
  EXPECT_GT(proven.per_address.calls, 0);
  const HostOptions believed = LimitsOf({"--limit-calls=7"}, true, &problems);
  EXPECT_EQ(believed.per_principal.calls, 7);
  EXPECT_EQ(believed.per_principal.rate, 0);
  EXPECT_EQ(believed.per_principal.streams, 0);
  EXPECT_EQ(believed.per_address.rate, 0);
  EXPECT_EQ(believed.per_address.calls, 0);
}

TEST(LimitFlagsTest, SayWhatIsWrong) {
  std::vector<std::string> problems;
  LimitsOf({"--limit-rate=-1", "--trusted-proxies=10.0.0.0/8,proxy"}, false, &problems);
  ASSERT_EQ(problems.size(), 2u);
  EXPECT_THAT(problems[1], HasSubstr("\"proxy\" is no network"));
}

}  // namespace
}  // namespace oversight::rpc
