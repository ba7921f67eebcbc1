// The whole suite over TLS, and what its processes tell a collector of traces.
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "oversight/forces/v1/forces_service.grpc.pb.h"
#include "tests/e2e/suite_fixture.h"
#include "tests/support/trace_collector.h"

namespace oversight::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class TlsSuiteTest : public SuiteFixture {
 protected:
  Ran Cli(std::vector<std::string> arguments) {
    std::vector<std::string> command = {ServerProcess::Binary("oversight"), "--gateway=" + suite_->address("gateway"),
                                        "--as=chief-inspector", "--timeout=10"};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return oversight::testing::Run(command);
  }
};

TEST_F(TlsSuiteTest, WorksAsInTheClearForThoseWhoTrustIt) {
  StartSuite({.tls = true});
  NationalDashboard national;
  ASSERT_TRUE(Eventually([&] {
    national = National();
    return Section(national, "monitoring-service").state() == gateway::v1::SECTION_STATE_COMPLETE;
  })) << national.ShortDebugString().substr(0, 500);

  const std::string ca = suite_->certificates("gateway").ca;
  EXPECT_EQ(Cli({"list", "forces", "--tls-ca=" + ca, "--tls-name=gateway"}).code, 0);
  // A certificate may be shown, and must then be good.
  const rpc::TlsFiles& own = suite_->certificates("client");
  EXPECT_EQ(
      Cli({"list", "forces", "--tls-ca=" + ca, "--tls-name=gateway", "--tls-cert=" + own.cert, "--tls-key=" + own.key})
          .code,
      0);
}

TEST_F(TlsSuiteTest, SaysWhatToDoToThoseWhoCannotGetIn) {
  StartSuite({.tls = true});
  const std::string ca = suite_->certificates("gateway").ca;
  const TempDir folder;
  TestAuthority other(folder / ".", "other");

  const Ran clear = Cli({"list", "forces"});
  EXPECT_EQ(clear.code, 3);
  EXPECT_THAT(clear.err, HasSubstr("--tls-ca")) << clear.err;
  const Ran wrong_authority = Cli({"list", "forces", "--tls-ca=" + other.certificate(), "--tls-name=gateway"});
  EXPECT_EQ(wrong_authority.code, 3);
  EXPECT_THAT(wrong_authority.err, AllOf(HasSubstr("--tls-ca"), HasSubstr("not of an authority")))
      << wrong_authority.err;
  const Ran wrong_name = Cli({"list", "forces", "--tls-ca=" + ca});
  EXPECT_EQ(wrong_name.code, 3);
  EXPECT_THAT(wrong_name.err, HasSubstr("--tls-name")) << wrong_name.err;
  // A service itself takes only services.
  std::vector<std::string> command = {ServerProcess::Binary("oversight"),
                                      "--gateway=" + suite_->address("forces-service"),
                                      "--as=chief-inspector",
                                      "--tls-ca=" + ca,
                                      "--tls-name=forces-service",
                                      "list",
                                      "forces"};
  const Ran no_certificate = oversight::testing::Run(command);
  EXPECT_EQ(no_certificate.code, 3);
  EXPECT_THAT(no_certificate.err, HasSubstr("--tls-cert")) << no_certificate.err;

  EXPECT_EQ(Cli({"list", "forces", "--tls-cert=" + ca}).code, 2);
  const Ran missing = Cli({"list", "forces", "--tls-ca=" + (folder / "none")});
  EXPECT_EQ(missing.code, 2);
  EXPECT_THAT(missing.err, HasSubstr("cannot be read"));
}

// One write by gRPC through the gateway: the caller's trace goes on through gateway, service and ledger.
TEST_F(TlsSuiteTest, OneTraceGoesThroughGatewayServiceAndLedger) {
  TraceCollector collector;
  StartSuite({.tls = true, .flags = {"--otlp-endpoint=" + collector.endpoint()}});
  const std::string trace = "0af7651916cd43dd8448eb211c80319c", caller = "b7ad6b7169203331";
  const auto stub = forces::v1::ForcesService::NewStub(suite_->ChannelAs("gateway", "records-manager"));
  grpc::ClientContext context;
  SetDeadline(context);
  context.AddMetadata("traceparent", absl::StrCat("00-", trace, "-", caller, "-01"));
  forces::v1::UpdateForceRequest request;
  request.mutable_force()->set_name("forces/kent");
  request.mutable_force()->add_aliases("The Garden of England");
  request.mutable_update_mask()->add_paths("aliases");
  request.set_request_id("traced");
  forces::v1::UpdateForceResponse response;
  const grpc::Status status = stub->UpdateForce(&context, request, &response);
  ASSERT_TRUE(status.ok()) << status.error_message();

  std::vector<TraceCollector::Span> found;
  ASSERT_TRUE(Eventually([&] {
    found.clear();
    for (const auto& span : collector.spans()) {
      if (span.trace_id == trace) found.push_back(span);
    }
    return found.size() >= 3;
  }));
  ASSERT_EQ(found.size(), 3u);
  const auto of = [&](const std::string& service, const std::string& name) {
    for (const auto& span : found) {
      if (span.service == service && span.name == name) return span;
    }
    ADD_FAILURE() << "no span " << name << " of " << service;
    return TraceCollector::Span();
  };
  const std::string method = "oversight.forces.v1.ForcesService/UpdateForce";
  const auto gateway = of("gateway", method), service = of("forces-service", method),
             commit = of("forces-service", "ledger/Commit");
  EXPECT_EQ(gateway.parent_id, caller);
  EXPECT_EQ(gateway.kind, 3);
  EXPECT_EQ(service.parent_id, gateway.span_id);
  EXPECT_EQ(service.kind, 2);
  EXPECT_EQ(commit.parent_id, service.span_id);
  EXPECT_LE(service.start, commit.start);
  EXPECT_LE(commit.end, service.end);
  for (const auto& span : found) EXPECT_EQ(span.raw.find("Garden"), std::string::npos) << "records are not for traces";
  EXPECT_EQ(collector.strange(), 0);
}

}  // namespace
}  // namespace oversight::testing
