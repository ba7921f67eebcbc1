// The gateway's HTTP port as its clients meet it: the Connect protocol over the real services, clients that behave
// badly, and how it stops.
#include "gateway/http/http_server.h"

#include <atomic>
#include <future>
#include <thread>

#include "common/rpc/tokens.h"
#include "gateway/http/connect.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/message_differencer.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/server_builder.h"
#include "tests/gateway/suite_fixture.h"
#include "tests/support/http_client.h"

namespace oversight::gateway {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using testing::HttpAnswer;
using testing::HttpCall;
using testing::HttpConnection;
using testing::HttpHeaders;
using testing::HttpRequest;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kGetForce[] = "/oversight.forces.v1.ForcesService/GetForce";
constexpr char kListForces[] = "/oversight.forces.v1.ForcesService/ListForces";
constexpr char kWatchForces[] = "/oversight.forces.v1.ForcesService/WatchForces";
constexpr char kCreateConcern[] = "/oversight.concerns.v1.ConcernsService/CreateConcern";
constexpr char kNational[] = "/oversight.gateway.v1.GatewayService/GetNationalDashboard";
constexpr char kWatchDashboard[] = "/oversight.gateway.v1.GatewayService/WatchDashboard";
constexpr char kKent[] = R"({"name":"forces/kent"})";

google::protobuf::Struct Parse(const std::string& json) {
  google::protobuf::Struct result;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(json, &result).ok()) << json;
  return result;
}

struct JsonError {
  std::string code, message, reason;
};
// Of {"code":...,"message":...,"details":[...]}.
JsonError ErrorOf(const google::protobuf::Struct& error) {
  JsonError result;
  const auto& fields = error.fields();
  if (fields.count("code")) result.code = fields.at("code").string_value();
  if (fields.count("message")) result.message = fields.at("message").string_value();
  if (!fields.count("details")) return result;
  for (const auto& detail : fields.at("details").list_value().values()) {
    const auto& parts = detail.struct_value().fields();
    if (parts.at("type").string_value() == "google.rpc.ErrorInfo") {
      result.reason = parts.at("debug").struct_value().fields().at("reason").string_value();
    }
  }
  return result;
}
JsonError ErrorOf(const HttpAnswer& answer) {
  EXPECT_EQ(answer.headers.count("content-type") ? answer.headers.at("content-type") : "", "application/json");
  return ErrorOf(Parse(answer.body));
}
// The error in the last envelope of a stream; empty when it ended well.
JsonError EndOf(HttpConnection& stream) {
  while (const auto envelope = stream.ReadEnvelope()) {
    if ((envelope->first & connect::kEndStreamFlag) == 0) continue;
    const auto end = Parse(envelope->second);
    if (end.fields().count("error") == 0) return {};
    return ErrorOf(end.fields().at("error").struct_value());
  }
  return {"no end", "", ""};
}

HttpHeaders Json(const std::string& principal = "public") {
  HttpHeaders headers = {{"Content-Type", "application/json"}};
  if (!principal.empty()) headers.emplace("oversight-principal", principal);
  return headers;
}
HttpHeaders Streaming(const std::string& principal = "liaison-lead") {
  return {{"Content-Type", "application/connect+json"}, {"oversight-principal", principal}};
}

class HttpServerTest : public SuiteFixture {
 protected:
  HttpServerTest() { AwaitCurrent(); }

  // The gateway's own.
  std::string address() { return gateway_->application().Addresses().at("http"); }
  // One of the test's, with options of its own, over the same services.
  HttpServer& Serve(HttpOptions options) {
    options.listen = "127.0.0.1:0";
    if (own_ == nullptr) {
      routes_.AddService<forces::v1::GetForceRequest>("forces-service", forces_->ChannelAs(""));
      routes_.AddService<concerns::v1::GetConcernRequest>("concerns-service", concerns_->ChannelAs(""));
      routes_.AddService<v1::GetForceDashboardRequest>("gateway", gateway_->ChannelAs(""));
    }
    auto server = HttpServer::Start(std::move(options), routes_);
    EXPECT_TRUE(server.ok()) << server.status();
    own_ = *std::move(server);
    return *own_;
  }
  static std::string AddressOf(const HttpServer& server) { return absl::StrCat("127.0.0.1:", server.port()); }

  HttpAnswer Post(const std::string& target, const std::string& body, const HttpHeaders& headers = Json()) {
    return HttpCall(address(), "POST", target, headers, body);
  }
  // A call that forces-service keeps waiting: for a revision that does not come.
  std::string Waiting() {
    return absl::StrCat(
        R"({"read":{"consistency":{"atLeastAsFresh":")",
        rpc::EncodeConsistencyToken(forces_->ledger().incarnation(), forces_->ledger().head().revision + 1), R"("}}})");
  }
  // The revision comes: the service waits for it even when the caller has gone.
  void EndWaiting() {
    Rename(kForce, absl::StrCat("Renamed after ", forces_->ledger().head().revision));
    EXPECT_TRUE(Eventually([&] { return forces_->server().host().in_flight() == 0; }));
  }
  bool StillServes() { return Post(kGetForce, kKent).status == 200; }

  Routes routes_;
  std::unique_ptr<HttpServer> own_;
};

// ---- The Connect protocol ----

TEST_F(HttpServerTest, UnaryInJson) {
  auto headers = Json();
  headers.emplace("x-request-id", "find-me");
  const HttpAnswer answer = Post(kGetForce, kKent, headers);
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.headers.at("content-type"), "application/json");
  EXPECT_EQ(answer.headers.at("x-request-id"), "find-me");
  forces::v1::GetForceResponse response;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(answer.body, &response).ok());
  EXPECT_EQ(response.force().display_name(), "Kent Police");
  EXPECT_GT(response.header().revision(), 0);
}

TEST_F(HttpServerTest, UnaryInBytes) {
  forces::v1::GetForceRequest request;
  request.set_name("forces/kent");
  const HttpAnswer answer = Post(kGetForce, request.SerializeAsString(),
                                 {{"content-type", "application/proto"}, {"oversight-principal", "public"}});
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.headers.at("content-type"), "application/proto");
  forces::v1::GetForceResponse response;
  ASSERT_TRUE(response.ParseFromString(answer.body));
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(
      response, Must(Call<ForcesService>(*forces_, "public", &ForcesService::Stub::GetForce, request))));
}

TEST_F(HttpServerTest, AChangeMadeOverHttpShowsOnTheDashboard) {
  std::string request;
  ASSERT_TRUE(google::protobuf::util::MessageToJsonString(ConcernRequest(kForce, "Title “in” quotes"), &request).ok());
  const HttpAnswer made = Post(kCreateConcern, request, Json("liaison-lead"));
  ASSERT_EQ(made.status, 200) << made.body;
  concerns::v1::CreateConcernResponse response;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(made.body, &response).ok());
  const auto shown = Must(OfForce(kForce, AtLeast({response.header().consistency_token()})));
  EXPECT_EQ(shown.concerns(0).concern().title(), "Title “in” quotes");
  EXPECT_EQ(Post(kNational, "{}", Json("chief-inspector")).status, 200);
}

TEST_F(HttpServerTest, ErrorsAreJsonWithDetailsAndAStatusOfTheirOwn) {
  const auto check = [&](const HttpAnswer& answer, int status, const char* code, const char* reason) {
    EXPECT_EQ(answer.status, status) << answer.body;
    const JsonError error = ErrorOf(answer);
    EXPECT_EQ(error.code, code);
    EXPECT_EQ(error.reason, reason);
    EXPECT_THAT(error.message, Not(IsEmpty()));
  };
  check(Post(kGetForce, R"({"name":"forces/atlantis"})"), 404, "not_found", "RESOURCE_NOT_FOUND");
  check(Post(kGetForce, R"({"name":"atlantis"})"), 400, "invalid_argument", "INVALID_FIELDS");
  check(Post(kGetForce, kKent, Json("")), 401, "unauthenticated", "UNAUTHENTICATED");
  check(Post(kNational, "{}"), 403, "permission_denied", "ROLE_NOT_ALLOWED");
  check(Post(kCreateConcern, "{}", Json("liaison-lead")), 400, "invalid_argument", "INVALID_FIELDS");
  const HttpAnswer refused = Post(kCreateConcern, "{}", Json("liaison-lead"));
  EXPECT_THAT(refused.body, HasSubstr("fieldViolations")) << "readable beside the bytes";
  EXPECT_FALSE(refused.headers.at("x-request-id").empty());
  check(Post("/oversight.monitoring.v1.MonitoringService/DecideProposal",
             R"({"name":"forces/kent/proposals/1","outcome":"DECISION_OUTCOME_APPROVED","rationale":"Why."})",
             Json("chief-inspector")),
        404, "not_found", "RESOURCE_NOT_FOUND");
  concerns_->Stop();
  check(Post("/oversight.concerns.v1.ConcernsService/ListThemes", "{}", Json("liaison-lead")), 503, "unavailable",
        "DEPENDENCY_UNAVAILABLE");
}

TEST_F(HttpServerTest, AStreamSendsEnvelopesUntilItIsOver) {
  HttpConnection stream(address());
  const std::string start = R"({"start":{"initialState":true,"bookmarkInterval":"0.200s"}})";
  stream.Send(HttpRequest("POST", kWatchForces, Streaming(), connect::Envelope(0, start)));
  const HttpAnswer head = stream.ReadHead();
  ASSERT_EQ(head.status, 200);
  EXPECT_EQ(head.headers.at("content-type"), "application/connect+json");
  int listed = 0;
  bool complete = false;
  const auto next = [&] {
    const auto envelope = stream.ReadEnvelope();
    forces::v1::WatchForcesResponse response;
    EXPECT_TRUE(envelope.has_value());
    if (!envelope.has_value()) return response;
    EXPECT_EQ(envelope->first, 0);
    EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(envelope->second, &response).ok()) << envelope->second;
    return response;
  };
  EXPECT_TRUE(next().has_created());
  while (!complete && !HasFailure()) {
    const auto response = next();
    listed += response.events().events_size();
    complete = response.bookmark().initial_state_end();
  }
  EXPECT_EQ(listed, register_size_);
  Rename(kForce, "The Force");
  forces::v1::WatchForcesResponse change;
  while (!change.has_events() && !HasFailure()) change = next();
  EXPECT_EQ(change.events().events(0).force().display_name(), "The Force");
}

TEST_F(HttpServerTest, ADashboardIsWatchedInBytes) {
  HttpConnection stream(address());
  v1::WatchDashboardRequest request;
  request.set_force(kForce);
  stream.Send(HttpRequest("POST", kWatchDashboard,
                          {{"content-type", "application/connect+proto"}, {"oversight-principal", "chief-inspector"}},
                          connect::Envelope(0, request.SerializeAsString())));
  EXPECT_EQ(stream.ReadHead().headers.at("content-type"), "application/connect+proto");
  v1::WatchDashboardResponse response;
  const auto read = [&] {
    const auto envelope = stream.ReadEnvelope();
    return envelope.has_value() && envelope->first == 0 && response.ParseFromString(envelope->second);
  };
  ASSERT_TRUE(read());
  EXPECT_EQ(response.force().force().name(), kForce);
  Draft(kForce, "Seen at once");
  while (response.force().concerns_size() == 0) ASSERT_TRUE(read());
  EXPECT_EQ(response.force().concerns(0).concern().title(), "Seen at once");
}

TEST_F(HttpServerTest, AStreamThatFailsSaysWhyInItsLastEnvelope) {
  const auto end = [&](const std::string& body, const HttpHeaders& headers) {
    HttpConnection stream(address());
    stream.Send(HttpRequest("POST", kWatchForces, headers, body));
    EXPECT_EQ(stream.ReadHead().status, 200) << "errors of streams come inside";
    const JsonError error = EndOf(stream);
    EXPECT_FALSE(stream.ReadEnvelope().has_value());
    EXPECT_TRUE(stream.AwaitClosed());
    return error;
  };
  const JsonError late = end(connect::Envelope(0, R"({"start":{"resumeAfter":"1000000"}})"), Streaming());
  EXPECT_EQ(late.code, "out_of_range");
  EXPECT_EQ(late.reason, "REVISION_IN_FUTURE");
  EXPECT_EQ(end(connect::Envelope(0, "{}"), Streaming("public")).code, "permission_denied");
  EXPECT_EQ(end(connect::Envelope(0, R"({"strat":{}})"), Streaming()).code, "invalid_argument");
  EXPECT_EQ(end("{}", Streaming()).code, "invalid_argument") << "no envelope";
  EXPECT_EQ(end(connect::Envelope(0, "{}") + "x", Streaming()).code, "invalid_argument");
  EXPECT_EQ(end(connect::Envelope(connect::kCompressedFlag, "{}"), Streaming()).code, "unimplemented");
  auto compressed = Streaming();
  compressed.emplace("connect-content-encoding", "gzip");
  EXPECT_EQ(end(connect::Envelope(0, "{}"), compressed).code, "unimplemented");
  auto hurried = Streaming();
  hurried.emplace("connect-timeout-ms", "200");
  EXPECT_EQ(end(connect::Envelope(0, "{}"), hurried).code, "deadline_exceeded");
}

// ---- HTTP ----

TEST_F(HttpServerTest, AStreamEndsAtItsAgeSoThatItsReaderProvesWhoTheyAreAgain) {
  auto& server = Serve({.max_stream_age = absl::Milliseconds(300)});
  HttpConnection stream(AddressOf(server));
  stream.Send(HttpRequest("POST", kWatchForces, Streaming(), connect::Envelope(0, "{}")));
  ASSERT_EQ(stream.ReadHead().status, 200);
  ASSERT_TRUE(stream.ReadEnvelope().has_value());
  const JsonError end = EndOf(stream);
  EXPECT_EQ(end.code, "unavailable");
  EXPECT_EQ(end.reason, "DRAINING");
  // A sooner deadline of the client's own stays what it is.
  HttpConnection hurried(AddressOf(server));
  auto headers = Streaming();
  headers.emplace("connect-timeout-ms", "100");
  hurried.Send(HttpRequest("POST", kWatchForces, headers, connect::Envelope(0, "{}")));
  ASSERT_EQ(hurried.ReadHead().status, 200);
  EXPECT_EQ(EndOf(hurried).code, "deadline_exceeded");
}

TEST_F(HttpServerTest, AConnectionIsKeptForTheNextRequest) {
  HttpConnection connection(address());
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(connection.Send(HttpRequest("POST", kGetForce, Json(), kKent)));
    EXPECT_EQ(connection.Read().status, 200);
    ASSERT_TRUE(connection.Send(HttpRequest("POST", kGetForce, Json(), R"({"name":"forces/atlantis"})")));
    EXPECT_EQ(connection.Read().status, 404) << "an error does not end it";
  }
  auto last = Json();
  last.emplace("connection", "close");
  connection.Send(HttpRequest("POST", kGetForce, last, kKent));
  EXPECT_EQ(connection.Read().headers.at("connection"), "close");
  EXPECT_TRUE(connection.AwaitClosed());
}

TEST_F(HttpServerTest, PipelinedRequestsAreAnsweredInOrder) {
  HttpConnection connection(address());
  auto hurried = Json();
  hurried.emplace("connect-timeout-ms", "150");
  std::string bytes = HttpRequest("POST", kListForces, hurried, Waiting());
  for (const char* name : {"forces/kent", "forces/atlantis", "forces/essex"}) {
    bytes += HttpRequest("POST", kGetForce, Json(), absl::StrCat(R"({"name":")", name, R"("})"));
  }
  ASSERT_TRUE(connection.Send(bytes));
  EXPECT_EQ(connection.Read().status, 504);
  EXPECT_THAT(connection.Read().body, HasSubstr("Kent Police"));
  EXPECT_EQ(connection.Read().status, 404);
  EXPECT_THAT(connection.Read().body, HasSubstr("Essex Police"));
}

TEST_F(HttpServerTest, ABodyMayComeInChunksAndBytesInAnyPieces) {
  HttpConnection connection(address());
  const std::string head =
      absl::StrCat("POST ", kGetForce, " HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n",
                   "oversight-principal: public\r\nTransfer-Encoding: chunked\r\n\r\n");
  const std::string body(kKent);
  const std::string bytes = absl::StrCat(head, "1\r\n", body.substr(0, 1), "\r\n", absl::Hex(body.size() - 1), "\r\n",
                                         body.substr(1), "\r\n0\r\n\r\n");
  ASSERT_TRUE(connection.Send(bytes));
  EXPECT_EQ(connection.Read().status, 200);
  for (const char byte : bytes) ASSERT_TRUE(connection.Send(std::string(1, byte)));
  EXPECT_EQ(connection.Read().status, 200);
}

TEST_F(HttpServerTest, SaysContinueToThoseWhoAsk) {
  HttpConnection connection(address());
  auto headers = Json();
  headers.emplace("Expect", "100-continue");
  const std::string request = HttpRequest("POST", kGetForce, headers, kKent);
  const size_t head = request.find("\r\n\r\n") + 4;
  connection.Send(request.substr(0, head));
  EXPECT_EQ(connection.Read().status, 100);
  connection.Send(request.substr(head));
  EXPECT_EQ(connection.Read().status, 200);
}

TEST_F(HttpServerTest, OldHttpIsAnsweredAndClosed) {
  HttpConnection connection(address());
  connection.Send(absl::StrCat("POST ", kGetForce, " HTTP/1.0\r\nContent-Type: application/json\r\n",
                               "oversight-principal: public\r\nContent-Length: ", sizeof(kKent) - 1, "\r\n\r\n",
                               kKent));
  EXPECT_EQ(connection.Read().status, 200);
  EXPECT_TRUE(connection.AwaitClosed());
  HttpConnection stream(address());
  stream.Send(absl::StrCat("POST ", kWatchForces, " HTTP/1.0\r\nContent-Type: application/connect+json\r\n",
                           "Content-Length: 7\r\n\r\n", connect::Envelope(0, "{}")));
  EXPECT_EQ(stream.Read().status, 505) << "it knows no chunks";
}

TEST_F(HttpServerTest, WhatIsNotThereIsNotFound) {
  for (const char* target :
       {"/", "/index.html", "/../../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "//", "/./oversight", "*", "/\xc3\xa9",
        "/oversight.forces.v1.ForcesService/", "/oversight.forces.v1.ForcesService/GetForce/",
        "/oversight.forces.v1.ForcesService/GetForces", "/grpc.health.v1.Health/Check"}) {
    const HttpAnswer answer = Post(target, "{}");
    EXPECT_EQ(answer.status, 404) << target;
    const JsonError error = ErrorOf(answer);
    EXPECT_EQ(error.code, "unimplemented");
    EXPECT_EQ(error.reason, "UNKNOWN_METHOD");
  }
  EXPECT_EQ(Post(absl::StrCat(kGetForce, "?pretty=1"), kKent).status, 200) << "a query is passed over";
}

TEST_F(HttpServerTest, OtherVerbsAreNotAllowed) {
  for (const char* method : {"GET", "PUT", "DELETE", "OPTIONS", "PROPFIND", "NONSENSE"}) {
    const HttpAnswer answer = HttpCall(address(), method, kGetForce, Json(), "");
    EXPECT_EQ(answer.status, 405) << method;
    EXPECT_EQ(answer.headers.at("allow"), "POST");
    EXPECT_EQ(ErrorOf(answer).code, "unimplemented");
  }
}

// An answer to HEAD has no body; were one sent, it would be taken for the next answer.
TEST_F(HttpServerTest, HeadIsAnsweredWithoutABody) {
  HttpConnection connection(address());
  connection.Send(absl::StrCat("HEAD ", kGetForce, " HTTP/1.1\r\nHost: test\r\n\r\n"));
  connection.Send(absl::StrCat("HEAD /nothing HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n"));
  const std::string text = connection.ReadRaw([](const std::string&) { return false; });
  EXPECT_THAT(text, HasSubstr("405"));
  EXPECT_THAT(text, HasSubstr("404"));
  EXPECT_THAT(text, Not(HasSubstr("{")));
}

TEST_F(HttpServerTest, OtherContentTypesAreNotTaken) {
  for (const char* type : {"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data",
                           "application/grpc", "application/connect+json", "application/jsonp"}) {
    const HttpAnswer answer = Post(kGetForce, kKent, {{"content-type", type}, {"oversight-principal", "public"}});
    EXPECT_EQ(answer.status, 415) << type;
    EXPECT_EQ(answer.headers.at("accept-post"), "application/json, application/proto");
  }
  const HttpAnswer answer = Post(kWatchForces, "{}", Json());
  EXPECT_EQ(answer.status, 415);
  EXPECT_EQ(answer.headers.at("accept-post"), "application/connect+json, application/connect+proto");
}

TEST_F(HttpServerTest, BadRequestsSayWhatIsWrong) {
  const auto refused = [&](const std::string& body, const char* part) {
    const HttpAnswer answer = Post(kGetForce, body);
    EXPECT_EQ(answer.status, 400) << body.substr(0, 40);
    const JsonError error = ErrorOf(answer);
    EXPECT_EQ(error.code, "invalid_argument");
    EXPECT_EQ(error.reason, "INVALID_FIELDS");
    EXPECT_THAT(error.message, HasSubstr(part));
  };
  refused("", "GetForceRequest");
  refused("{", "GetForceRequest");
  refused("[]", "GetForceRequest");
  refused(R"({"name":7)", "GetForceRequest");
  refused(R"({"nmae":"forces/kent"})", "nmae");
  refused("{\"name\":\"\xff\"}", "");
  refused(R"({"read":{"consistency":{"fullyConsistent":"perhaps"}}})", "GetForceRequest");
  std::string deep;
  for (int i = 0; i < 100000; ++i) deep += "{\"read\":";
  refused(deep, "");
  EXPECT_TRUE(StillServes());
  const HttpAnswer bytes =
      Post(kGetForce, "\xff\xff\xff", {{"content-type", "application/proto"}, {"oversight-principal", "public"}});
  EXPECT_EQ(bytes.status, 400);
  EXPECT_EQ(ErrorOf(bytes).reason, "INVALID_FIELDS");
  HttpConnection stream(address());
  stream.Send(HttpRequest("POST", kWatchForces,
                          {{"content-type", "application/connect+proto"}, {"oversight-principal", "liaison-lead"}},
                          connect::Envelope(0, "\xff\xff\xff")));
  EXPECT_EQ(stream.ReadHead().status, 200);
  EXPECT_EQ(EndOf(stream).reason, "INVALID_FIELDS");
}

TEST_F(HttpServerTest, CompressedBodiesAndOtherVersionsAreRefused) {
  auto headers = Json();
  headers.emplace("content-encoding", "gzip");
  const HttpAnswer compressed = Post(kGetForce, kKent, headers);
  EXPECT_EQ(compressed.status, 501);
  EXPECT_EQ(ErrorOf(compressed).code, "unimplemented");
  headers = Json();
  headers.emplace("content-encoding", "identity");
  headers.emplace("connect-protocol-version", "1");
  EXPECT_EQ(Post(kGetForce, kKent, headers).status, 200);
  headers = Json();
  headers.emplace("connect-protocol-version", "2");
  EXPECT_EQ(Post(kGetForce, kKent, headers).status, 400);
}

TEST_F(HttpServerTest, TimeOutsAreObeyedAndChecked) {
  for (const char* wrong : {"-1", "1.5", "12345678901", "soon", "1s"}) {
    auto headers = Json();
    headers.emplace("connect-timeout-ms", wrong);
    const HttpAnswer answer = Post(kGetForce, kKent, headers);
    EXPECT_EQ(answer.status, 400) << wrong;
    EXPECT_EQ(ErrorOf(answer).code, "invalid_argument");
  }
  for (const char* shortly : {"0", "150"}) {
    auto headers = Json();
    headers.emplace("connect-timeout-ms", shortly);
    const HttpAnswer answer = Post(kListForces, Waiting(), headers);
    EXPECT_EQ(answer.status, 504) << shortly;
    EXPECT_EQ(ErrorOf(answer).code, "deadline_exceeded");
  }
  auto generous = Json();
  generous.emplace("connect-timeout-ms", "9999999999");
  EXPECT_EQ(Post(kGetForce, kKent, generous).status, 200);
  // A call that names none, or one far away, gets the server's.
  auto& server = Serve({.max_deadline = absl::Milliseconds(200), .default_deadline = absl::Milliseconds(100)});
  EXPECT_EQ(HttpCall(AddressOf(server), "POST", kListForces, generous, Waiting()).status, 504);
  EXPECT_EQ(HttpCall(AddressOf(server), "POST", kListForces, Json(), Waiting()).status, 504);
}

// Identity and the like go on as they came or not at all: gRPC takes printable ASCII only.
TEST_F(HttpServerTest, HeadersThatCannotBePassedOnAreLeftOut) {
  const auto status = [&](const std::string& name, const std::string& value) {
    HttpHeaders headers = {{"content-type", "application/json"}};
    if (name != "oversight-principal") headers.emplace("oversight-principal", "public");
    headers.emplace(name, value);
    return Post(kGetForce, kKent, headers).status;
  };
  EXPECT_EQ(status("oversight-principal", "caf\xc3\xa9"), 401);
  EXPECT_EQ(status("oversight-principal", "public\tpublic"), 401);
  EXPECT_EQ(status("x-request-id", "caf\xe9"), 200);
  EXPECT_EQ(status("traceparent", "\xff\xfe"), 200);
  EXPECT_EQ(status("tracestate", "a\tb"), 200);
  // Two names are none, wherever the second one came from.
  auto twice = Json("public");
  twice.emplace("oversight-principal", "chief-inspector");
  EXPECT_EQ(Post(kGetForce, kKent, twice).status, 401);
  EXPECT_TRUE(StillServes());
}

// ---- Abuse ----

TEST_F(HttpServerTest, AHugeHeaderIsRefused) {
  for (const size_t size : {9u << 10, 100u << 10, 2u << 20}) {
    auto headers = Json();
    headers.emplace("x-filler", std::string(size, 'x'));
    const HttpAnswer answer = Post(kGetForce, kKent, headers);
    EXPECT_EQ(answer.status, 431) << size;
    EXPECT_EQ(answer.headers.at("connection"), "close");
    EXPECT_THAT(ErrorOf(answer).message, HasSubstr("header"));
  }
  const HttpAnswer answer = Post("/" + std::string(20000, 'x'), "{}");
  EXPECT_EQ(answer.status, 431);
  EXPECT_TRUE(StillServes());
}

TEST_F(HttpServerTest, AHugeBodyIsRefusedAndTheAnswerArrives) {
  for (int i = 0; i < 5; ++i) {
    const HttpAnswer answer = Post(kGetForce, std::string(16 << 20, ' '));
    ASSERT_EQ(answer.status, 413) << "sent whole before anything was read";
    EXPECT_EQ(ErrorOf(answer).code, "resource_exhausted");
    EXPECT_EQ(ErrorOf(answer).reason, "MESSAGE_TOO_LARGE");
  }
  // In chunks, where no length is told beforehand.
  HttpConnection connection(address());
  connection.Send(absl::StrCat("POST ", kGetForce, " HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n",
                               "Transfer-Encoding: chunked\r\n\r\n"));
  const std::string chunk = "100000\r\n" + std::string(1 << 20, ' ') + "\r\n";
  for (int i = 0; i < 6; ++i) connection.Send(chunk);
  EXPECT_EQ(connection.Read().status, 413);
  // With Expect, before any of it is sent.
  HttpConnection asking(address());
  asking.Send(absl::StrCat("POST ", kGetForce, " HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n",
                           "Content-Length: 99999999\r\nExpect: 100-continue\r\n\r\n"));
  EXPECT_EQ(asking.Read().status, 413);
  EXPECT_TRUE(StillServes());
}

TEST_F(HttpServerTest, WhatIsNotHttpIsRefused) {
  const std::string head = absl::StrCat("POST ", kGetForce, " HTTP/1.1\r\nHost: test\r\n");
  const std::string chunked = head + "Transfer-Encoding: chunked\r\n\r\n";
  for (const std::string& bytes : {
           std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 15),  // TLS
           std::string("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),                          // HTTP/2
           std::string("GET\r\n\r\n"),
           std::string("GET / HTTP/9.9\r\n\r\n"),
           std::string("nonsense nonsense nonsense\r\n\r\n"),
           std::string("POST / HTTP/1.1\r\nno colon\r\n\r\n"),
           std::string("POST / HTTP/1.1\r\na: b\0c\r\n\r\n", 27),
           head + "Content-Length: -1\r\n\r\n",
           head + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
           head + "Content-Length: 99999999999999999999999\r\n\r\n",
           chunked + "zz\r\nabc\r\n",
           chunked + "-1\r\n\r\n",
           chunked + "3\r\nabcdef\r\n0\r\n\r\n",
           chunked + "ffffffffffffffffff\r\n",
       }) {
    HttpConnection connection(address());
    connection.Send(bytes);
    connection.CloseSending();
    EXPECT_THAT(connection.Read().status, AnyOf(400, 413)) << bytes;
    EXPECT_TRUE(connection.AwaitClosed());
  }
  // Both lengths at once are how requests are smuggled past proxies.
  HttpConnection both(address());
  both.Send(head + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
  EXPECT_EQ(both.Read().status, 400);
  EXPECT_TRUE(both.AwaitClosed());
  EXPECT_TRUE(StillServes());
}

TEST_F(HttpServerTest, SlowRequestsAreCutOff) {
  auto& server = Serve({.request_timeout = absl::Milliseconds(300), .idle_timeout = absl::Hours(1)});
  const std::string request = HttpRequest("POST", kGetForce, Json(), kKent);
  {  // Nothing at all.
    HttpConnection connection(AddressOf(server));
    EXPECT_TRUE(connection.AwaitClosed());
  }
  for (const size_t part : {size_t{10}, request.size() - 5}) {  // In the header, in the body.
    HttpConnection connection(AddressOf(server));
    connection.Send(request.substr(0, part));
    EXPECT_THAT(connection.Read().status, AnyOf(408, 0));
    EXPECT_TRUE(connection.AwaitClosed());
  }
  // A byte now and then does not buy more time.
  HttpConnection connection(AddressOf(server));
  bool open = connection.Send("POST / HTTP/1.1\r\nx: ");
  for (int i = 0; open && i < 2000; ++i) {
    open = connection.Send("x") && !connection.AwaitClosed(std::chrono::milliseconds(10));
  }
  EXPECT_FALSE(open);
  EXPECT_EQ(HttpCall(AddressOf(server), "POST", kGetForce, Json(), kKent).status, 200);
}

TEST_F(HttpServerTest, IdleConnectionsAreClosedAfterAWhile) {
  auto& server = Serve({.idle_timeout = absl::Milliseconds(200)});
  HttpConnection connection(AddressOf(server));
  connection.Send(HttpRequest("POST", kGetForce, Json(), kKent));
  EXPECT_EQ(connection.Read().status, 200);
  EXPECT_TRUE(connection.AwaitClosed());
  EXPECT_TRUE(Eventually([&] { return server.stats().connections == 0; }));
}

TEST_F(HttpServerTest, ConnectionsBeyondTheLimitAreRefused) {
  auto& server = Serve({.max_connections = 2});
  const std::string request = HttpRequest("POST", kGetForce, Json(), kKent);
  HttpConnection first(AddressOf(server));
  first.Send(request);
  EXPECT_EQ(first.Read().status, 200);
  {
    HttpConnection second(AddressOf(server));
    second.Send(request);
    EXPECT_EQ(second.Read().status, 200);
    HttpConnection third(AddressOf(server));
    EXPECT_TRUE(third.AwaitClosed());
    EXPECT_EQ(server.stats().refused_connections, 1);
    first.Send(request);
    EXPECT_EQ(first.Read().status, 200) << "those that are in are served";
  }
  EXPECT_TRUE(Eventually([&] { return server.stats().connections == 1; }));
  HttpConnection fourth(AddressOf(server));
  fourth.Send(request);
  EXPECT_EQ(fourth.Read().status, 200);
}

TEST_F(HttpServerTest, AClientThatGoesAwayCancelsItsCall) {
  auto& server = Serve({.max_deadline = absl::Hours(1), .default_deadline = absl::Hours(1)});
  for (const bool reset : {false, true}) {
    auto connection = std::make_unique<HttpConnection>(AddressOf(server));
    connection->Send(HttpRequest("POST", kListForces, Json(), Waiting()));
    ASSERT_TRUE(Eventually([&] { return forces_->server().host().in_flight() == 1; }));
    if (reset) connection->Abort();
    connection.reset();
    EXPECT_TRUE(Eventually([&] { return server.stats().connections == 0; }));
    EndWaiting();

    connection = std::make_unique<HttpConnection>(AddressOf(server));
    connection->Send(HttpRequest("POST", kWatchDashboard, Streaming("chief-inspector"), connect::Envelope(0, "{}")));
    ASSERT_TRUE(Eventually([&] { return gateway_->server().host().streams() == 1; }));
    ASSERT_TRUE(connection->ReadHead().status == 200);
    if (reset) connection->Abort();
    connection.reset();
    EXPECT_TRUE(Eventually([&] { return gateway_->server().host().streams() == 0; }));
  }
}

// Sends without end what nobody reads.
class Flood final : public ForcesService::Service {
 public:
  grpc::Status WatchForces(grpc::ServerContext*, const forces::v1::WatchForcesRequest*,
                           grpc::ServerWriter<forces::v1::WatchForcesResponse>* writer) override {
    forces::v1::WatchForcesResponse response;
    response.mutable_events()->add_events()->set_name(std::string(64 << 10, 'x'));
    while (writer->Write(response)) ++sent;
    ended = true;
    return grpc::Status::OK;
  }
  std::atomic<int> sent{0};
  std::atomic<bool> ended{false};
};

TEST_F(HttpServerTest, ASlowReaderHoldsUpItsOwnStreamOnly) {
  Flood flood;
  grpc::ServerBuilder builder;
  builder.RegisterService(&flood);
  const auto backend = builder.BuildAndStart();
  Routes routes;
  routes.AddService<forces::v1::GetForceRequest>("forces-service", backend->InProcessChannel({}));
  const auto started = HttpServer::Start({.write_timeout = absl::Milliseconds(700)}, routes);
  ASSERT_TRUE(started.ok()) << started.status();
  HttpServer& server = **started;
  {
    HttpConnection slow(AddressOf(server), /*small_buffer=*/true);
    slow.Send(HttpRequest("POST", kWatchForces, Streaming(), connect::Envelope(0, "{}")));
    // Cut off once it has taken nothing for the time allowed; until then what is made for it does not pile up.
    EXPECT_TRUE(Eventually([&] { return flood.ended.load(); }));
    EXPECT_LT(flood.sent, 500) << "of 64 KiB each";
    EXPECT_TRUE(Eventually([&] { return server.stats().streams == 0; }));
  }
  flood.ended = false;
  const int before = flood.sent;
  // One that reads gets all it can take.
  HttpConnection quick(AddressOf(server));
  quick.Send(HttpRequest("POST", kWatchForces, Streaming(), connect::Envelope(0, "{}")));
  quick.ReadHead();
  for (int i = 0; i < 500; ++i) ASSERT_TRUE(quick.ReadEnvelope().has_value());
  EXPECT_GE(flood.sent - before, 500);
  quick.Abort();
  EXPECT_TRUE(Eventually([&] { return flood.ended.load(); }));
  server.Stop(absl::ZeroDuration());
  backend->Shutdown();
}

// ---- Stopping ----

TEST_F(HttpServerTest, ADrainEndsStreamsAndIdleConnectionsAndLetsCallsFinish) {
  auto& server = Serve({});
  HttpConnection idle(AddressOf(server)), silent(AddressOf(server)), stream(AddressOf(server)), busy(AddressOf(server));
  idle.Send(HttpRequest("POST", kGetForce, Json(), kKent));
  EXPECT_EQ(idle.Read().status, 200);
  stream.Send(HttpRequest("POST", kWatchForces, Streaming(), connect::Envelope(0, "{}")));
  ASSERT_EQ(stream.ReadHead().status, 200);
  ASSERT_TRUE(stream.ReadEnvelope().has_value());
  auto hurried = Json();
  hurried.emplace("connect-timeout-ms", "700");
  busy.Send(HttpRequest("POST", kListForces, hurried, Waiting()));
  ASSERT_TRUE(Eventually([&] { return forces_->server().host().in_flight() == 1; }));
  server.Drain();
  const JsonError end = EndOf(stream);
  EXPECT_EQ(end.code, "unavailable");
  EXPECT_EQ(end.reason, "DRAINING");
  EXPECT_TRUE(idle.AwaitClosed());
  EXPECT_TRUE(silent.AwaitClosed());
  const HttpAnswer last = busy.Read();
  EXPECT_EQ(last.status, 504) << "in its own time";
  EXPECT_EQ(last.headers.at("connection"), "close");
  EXPECT_TRUE(Eventually([&] { return server.stats().connections == 0; }));
  EXPECT_EQ(HttpCall(AddressOf(server), "POST", kGetForce, Json(), kKent).status, 0) << "takes no more";
}

TEST_F(HttpServerTest, AStopWaitsForNobodyWhoDoesNothing) {
  auto& server = Serve({});
  std::future<void> stopped;
  {
    HttpConnection idle(AddressOf(server)), silent(AddressOf(server));
    idle.Send(HttpRequest("POST", kGetForce, Json(), kKent));
    EXPECT_EQ(idle.Read().status, 200);
    stopped = std::async(std::launch::async, [&] { server.Stop(absl::Hours(1)); });
    EXPECT_EQ(stopped.wait_for(testing::kPatience), std::future_status::ready);
  }
  stopped.get();
  EXPECT_EQ(server.stats().connections, 0);
}

TEST_F(HttpServerTest, AStopCutsWhatLastsLongerThanTheGrace) {
  auto& server = Serve({.max_deadline = absl::Hours(1), .default_deadline = absl::Hours(1)});
  std::future<void> stopped;
  {
    HttpConnection stream(AddressOf(server)), call(AddressOf(server)), half(AddressOf(server));
    stream.Send(HttpRequest("POST", kWatchDashboard, Streaming("chief-inspector"), connect::Envelope(0, "{}")));
    ASSERT_EQ(stream.ReadHead().status, 200);
    half.Send("POST / HTTP/1.1\r\n");
    call.Send(HttpRequest("POST", kListForces, Json(), Waiting()));
    ASSERT_TRUE(Eventually([&] { return forces_->server().host().in_flight() == 1; }));
    stopped = std::async(std::launch::async, [&] { server.Stop(absl::Milliseconds(200)); });
    EXPECT_EQ(stopped.wait_for(testing::kPatience), std::future_status::ready);
  }
  stopped.get();
  EXPECT_EQ(server.stats().connections, 0);
  EndWaiting();
}

// Keeps both threads of a server busy until it is released.
class BusyFace final : public HttpFace {
 public:
  bool Takes(const gateway::HttpRequest& request) const override {
    ++busy;
    released.wait();
    return false;
  }
  std::shared_ptr<Cancellable> Answer(const gateway::HttpRequest& request, absl::Time deadline,
                                      std::function<void(gateway::HttpAnswer)> done) override {
    return nullptr;
  }

  mutable std::atomic<int> busy{0};
  std::promise<void> release;
  std::shared_future<void> released = release.get_future().share();
};

TEST_F(HttpServerTest, ItMayBeDrainedTwiceAtOnce) {
  Routes none;
  for (int i = 0; i < 300; ++i) {
    BusyFace face;
    auto server = HttpServer::Start({}, none, {&face});
    ASSERT_TRUE(server.ok()) << server.status();
    HttpConnection one(AddressOf(**server)), another(AddressOf(**server));
    one.Send(HttpRequest("GET", "/", {}, ""));
    another.Send(HttpRequest("GET", "/", {}, ""));
    ASSERT_TRUE(Eventually([&] { return face.busy == 2; }));
    (*server)->Drain();
    (*server)->Drain();
    face.release.set_value();
    (*server)->Stop(absl::ZeroDuration());
  }
}

// Answers on a thread of its own, which keeps what it was given after the answer has gone out.
class KeepingFace final : public HttpFace {
 public:
  bool Takes(const gateway::HttpRequest& request) const override { return true; }
  std::shared_ptr<Cancellable> Answer(const gateway::HttpRequest& request, absl::Time deadline,
                                      std::function<void(gateway::HttpAnswer)> done) override {
    struct Nothing final : Cancellable {
      void Cancel() override {}
    };
    thread = std::thread([this, done = std::move(done)]() mutable {
      done({.status = 204});
      let_go.get_future().wait();
      done = nullptr;
    });
    return std::make_shared<Nothing>();
  }

  std::promise<void> let_go;
  std::thread thread;
};

// Whoever keeps what they answer with keeps nothing of the server's.
TEST_F(HttpServerTest, AStopDoesNotWaitForWhoeverHasAnsweredAndHasNotLetGo) {
  KeepingFace face;
  Routes none;
  auto server = HttpServer::Start({}, none, {&face});
  ASSERT_TRUE(server.ok()) << server.status();
  EXPECT_EQ(HttpCall(AddressOf(**server), "GET", "/", {}, "").status, 204);
  auto stopped = std::async(std::launch::async, [&] { server->reset(); });
  EXPECT_EQ(stopped.wait_for(testing::kPatience), std::future_status::ready);
  face.let_go.set_value();
  face.thread.join();
}

TEST_F(HttpServerTest, AnAddressThatIsTakenOrNoneIsTold) {
  auto& server = Serve({});
  Routes none;
  EXPECT_EQ(HttpServer::Start({.listen = AddressOf(server)}, none).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(HttpServer::Start({.listen = "nowhere"}, none).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(HttpServer::Start({.listen = "example.org:80"}, none).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(HttpServerTest, ManyClientsAtOnceAreAllServed) {
  std::atomic<int> served{0};
  std::vector<std::thread> clients;
  for (int i = 0; i < 16; ++i) {
    clients.emplace_back([&, i] {
      HttpConnection connection(address());
      for (int j = 0; j < 50; ++j) {
        const bool there = (i + j) % 2 == 0;
        connection.Send(HttpRequest("POST", kGetForce, Json(), there ? kKent : R"({"name":"forces/atlantis"})"));
        if (connection.Read().status == (there ? 200 : 404)) ++served;
      }
    });
  }
  for (auto& client : clients) client.join();
  EXPECT_EQ(served, 16 * 50);
}

}  // namespace
}  // namespace oversight::gateway
