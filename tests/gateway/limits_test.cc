// Limits for each caller at the gateway, where connections from outside end, and behind it, where callers are known.
#include <thread>

#include "gateway/http/http_server.h"
#include "grpcpp/generic/generic_stub.h"
#include "tests/gateway/suite_fixture.h"
#include "tests/support/http_client.h"

namespace oversight::gateway {
namespace {

using ::testing::HasSubstr;
using testing::HttpAnswer;
using testing::HttpCall;
using testing::HttpConnection;
using testing::HttpHeaders;
using testing::HttpRequest;
using ::testing::Not;
using testing::TestServerOptions;

constexpr char kGetForce[] = "/oversight.forces.v1.ForcesService/GetForce";
constexpr char kKent[] = R"({"name":"forces/kent"})";
constexpr double kNever = 1e-6;  // No tokens flow in while a test runs.

class GatewayLimitsTest : public ::testing::Test {
 protected:
  void Start(const rpc::HostOptions& service, const rpc::HostOptions& gateway) {
    TestServerOptions options;
    options.host = service;
    forces_ = TestServer::Start(forces::BuildApplication, options);
    options.host = gateway;
    options.has_store = false;
    gateway_ = TestServer::Start(MakeBuildApplication({.forces = forces_->address(),
                                                       .concerns = Nowhere(),
                                                       .monitoring = Nowhere(),
                                                       .http_listen = "127.0.0.1:0"}),
                                 options);
  }
  static limits::Networks Proxies(const char* networks) {
    std::string problem;
    return *limits::Networks::Parse(networks, &problem);
  }
  std::string http() { return gateway_->application().Addresses().at("http"); }
  HttpAnswer Rpc(const std::string& principal, const std::string& forwarded_for = "") {
    HttpHeaders headers = {{"content-type", "application/json"}, {"oversight-principal", principal}};
    if (!forwarded_for.empty()) headers.emplace("x-forwarded-for", forwarded_for);
    return HttpCall(http(), "POST", kGetForce, headers, kKent);
  }
  absl::Status Grpc(const std::string& principal) {
    grpc::ClientContext context;
    SetDeadline(context);
    forces::v1::GetForceRequest request;
    request.set_name("forces/kent");
    forces::v1::GetForceResponse response;
    return rpc::FromGrpc(gateway_->StubAs<ForcesService>(principal)->GetForce(&context, request, &response));
  }

  std::unique_ptr<TestServer> forces_, gateway_;
};

// There is no such force: the call was let through.
constexpr int kLetThrough = 404;

TEST_F(GatewayLimitsTest, BehindTheGatewayEachCallerHasTheirOwnShare) {
  rpc::HostOptions service;
  service.per_principal = {.rate = kNever, .burst = 2};
  Start(service, {});
  for (int i = 0; i < 2; ++i) EXPECT_EQ(Rpc("liaison-lead").status, kLetThrough);
  const HttpAnswer refused = Rpc("liaison-lead");
  EXPECT_EQ(refused.status, 429);
  EXPECT_THAT(refused.body, HasSubstr("RATE_LIMITED"));
  EXPECT_GT(std::stoi(refused.headers.at("retry-after")), 0);
  EXPECT_THAT(Grpc("liaison-lead"), Refuses(absl::StatusCode::kResourceExhausted, "RATE_LIMITED"));
  EXPECT_EQ(Rpc("chief-inspector").status, kLetThrough);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(Rpc("public").status, kLetThrough);
}

TEST_F(GatewayLimitsTest, OneAddressIsRefusedInTheFormThatWasAskedFor) {
  rpc::HostOptions gateway;
  gateway.per_address = {.rate = 0.1, .burst = 1};
  Start({}, gateway);
  EXPECT_EQ(Rpc("liaison-lead").status, kLetThrough);
  const HttpAnswer rpc = Rpc("chief-inspector");
  EXPECT_EQ(rpc.status, 429);
  EXPECT_EQ(rpc.headers.at("content-type"), "application/json");
  EXPECT_THAT(rpc.body, HasSubstr("\"code\":\"resource_exhausted\""));
  EXPECT_GE(std::stoi(rpc.headers.at("retry-after")), 5);
  const HttpAnswer rest = HttpCall(http(), "GET", "/v1/register", {}, "");
  EXPECT_EQ(rest.status, 429);
  EXPECT_THAT(rest.body, HasSubstr("\"status\":\"RESOURCE_EXHAUSTED\""));
  EXPECT_GE(std::stoi(rest.headers.at("retry-after")), 5);
  const HttpAnswer page = HttpCall(http(), "GET", "/register", {}, "");
  EXPECT_EQ(page.status, 429);
  EXPECT_THAT(page.headers.at("content-type"), HasSubstr("text/html"));
  EXPECT_EQ(page.headers.count("content-security-policy"), 1u);
  EXPECT_THAT(page.body, HasSubstr("Too much was asked for at once"));
  EXPECT_GE(std::stoi(page.headers.at("retry-after")), 5);
  EXPECT_THAT(Grpc("liaison-lead"), Refuses(absl::StatusCode::kResourceExhausted, "RATE_LIMITED"));
  const std::string metrics = gateway_->metrics().Render();
  EXPECT_THAT(metrics, HasSubstr("oversight_refused_total{code=\"RESOURCE_EXHAUSTED\",method=\"http\",reason=\"RATE_"
                                 "LIMITED\"} 2"));
  EXPECT_THAT(metrics, HasSubstr(std::string("method=\"") + kGetForce + "\",reason=\"RATE_LIMITED\"} 2"));
}

TEST_F(GatewayLimitsTest, ATrustedProxySaysForWhomItAsks) {
  rpc::HostOptions gateway;
  gateway.per_address = {.rate = kNever, .burst = 1};
  gateway.trusted_proxies = Proxies("127.0.0.1");
  Start({}, gateway);
  EXPECT_EQ(Rpc("public", "192.0.2.1").status, kLetThrough);
  EXPECT_EQ(Rpc("public", "192.0.2.1").status, 429);
  EXPECT_EQ(Rpc("public", "192.0.2.2").status, kLetThrough);
  // What comes before is the client's own word.
  EXPECT_EQ(Rpc("public", "192.0.2.77, 192.0.2.2").status, 429);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Rpc("public").status, kLetThrough);
}

TEST_F(GatewayLimitsTest, WhoIsNoTrustedProxyIsNotBelievedForWhomTheyAsk) {
  rpc::HostOptions gateway;
  gateway.per_address = {.rate = kNever, .burst = 2};
  Start({}, gateway);
  EXPECT_EQ(Rpc("public", "192.0.2.1").status, kLetThrough);
  EXPECT_EQ(Rpc("public", "192.0.2.2").status, kLetThrough);
  EXPECT_EQ(Rpc("public", "192.0.2.3").status, 429);
}

TEST_F(GatewayLimitsTest, OneAddressHasSoManyConnectionsAndTheirPlacesComeFree) {
  rpc::HostOptions gateway;
  gateway.per_address = {.calls = 2};
  Start({}, gateway);
  const HttpHeaders headers = {{"content-type", "application/json"}, {"oversight-principal", "public"}};
  const std::string request = HttpRequest("POST", kGetForce, headers, kKent);
  {
    HttpConnection first(http()), second(http());
    EXPECT_TRUE(first.Send(request) && second.Send(request));
    EXPECT_EQ(first.Read().status, kLetThrough);
    EXPECT_EQ(second.Read().status, kLetThrough);
    HttpConnection third(http());
    EXPECT_TRUE(third.AwaitClosed());
    EXPECT_TRUE(first.Send(request));
    EXPECT_EQ(first.Read().status, kLetThrough);
  }
  EXPECT_TRUE(Eventually([&] { return Rpc("public").status == kLetThrough; }));
}

TEST_F(GatewayLimitsTest, ALongCredentialIsRefusedInOurWords) {
  Start({}, {});
  for (const size_t length : {7000, 7800}) {
    const HttpAnswer answer =
        HttpCall(http(), "POST", kGetForce,
                 {{"content-type", "application/json"}, {"oversight-principal", std::string(length, 'a')}}, kKent);
    EXPECT_EQ(answer.status, 401) << length << " " << answer.body;
    EXPECT_THAT(answer.body, HasSubstr("There is no such principal."));
  }
  const HttpAnswer longer =
      HttpCall(http(), "POST", kGetForce,
               {{"content-type", "application/json"}, {"authorization", "Bearer " + std::string(9000, 'a')}}, kKent);
  EXPECT_EQ(longer.status, 431);
  EXPECT_THAT(longer.body, HasSubstr("The header is larger than"));
}

}  // namespace
}  // namespace oversight::gateway
