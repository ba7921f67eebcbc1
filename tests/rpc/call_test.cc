#include "common/rpc/call.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"
#include "grpcpp/generic/generic_stub.h"
#include "tests/rpc/toy_forces.h"
#include "tests/support/awaited.h"
#include "tests/support/test_server.h"

namespace oversight::rpc {
namespace {

using oversight::testing::Eventually;
using oversight::testing::kPatience;
using oversight::testing::TestServer;
using oversight::testing::TestServerOptions;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// Something that other threads bring about.
class Event {
 public:
  void Set() {
    std::lock_guard lock(mu_);
    set_ = true;
    told_.notify_all();
  }
  bool Wait() {
    std::unique_lock lock(mu_);
    return told_.wait_for(lock, kPatience, [this] { return set_; });
  }

 private:
  std::mutex mu_;
  std::condition_variable told_;
  bool set_ = false;
};

class CallTest : public ::testing::Test {
 protected:
  void Start(TestServerOptions options = {}) {
    server_ = TestServer::Start(ToyForces::Builder(hooks_), std::move(options));
  }
  fv1::ForcesService::Stub& As(const std::string& principal) {
    auto& stub = stubs_[principal];
    if (stub == nullptr) stub = server_->StubAs<fv1::ForcesService>(principal);
    return *stub;
  }
  absl::Status Get(const std::string& principal, const std::string& name, grpc::ClientContext* context = nullptr) {
    grpc::ClientContext own;
    fv1::GetForceRequest request;
    request.set_name(name);
    fv1::GetForceResponse response;
    return FromGrpc(As(principal).GetForce(context != nullptr ? context : &own, request, &response));
  }
  void AnswerAtOnce() {
    hooks_->get = [](Call&, const auto&, auto*, Done done) { done(absl::OkStatus()); };
  }
  std::string MetricLine(const std::string& start) {
    const std::string text = server_->metrics().Render();
    const size_t at = text.find("\n" + start);
    return at == std::string::npos ? "" : text.substr(at + 1, text.find('\n', at + 1) - at - 1);
  }

  std::shared_ptr<ToyHooks> hooks_ = std::make_shared<ToyHooks>();
  std::unique_ptr<TestServer> server_;
  std::map<std::string, std::unique_ptr<fv1::ForcesService::Stub>> stubs_;
};

TEST_F(CallTest, GoesThroughTheStepsInOrder) {
  EXPECT_THAT(Host::StepNames(),
              ElementsAre("request_id", "trace", "metrics_start", "admission", "deadline", "authenticate", "limit",
                          "authorise", "validate", "handle", "map_status", "metrics_and_log_end"));
  AnswerAtOnce();
  std::mutex mu;
  std::vector<std::string> steps;
  TestServerOptions options;
  options.host.on_step = [&](const char* step) {
    std::lock_guard lock(mu);
    steps.emplace_back(step);
  };
  Start(std::move(options));
  ASSERT_TRUE(Get("liaison-lead", "forces/kent").ok());
  EXPECT_EQ(steps, Host::StepNames());
  steps.clear();
  EXPECT_FALSE(Get("", "forces/kent").ok());
  EXPECT_THAT(steps, ElementsAre("request_id", "trace", "metrics_start", "admission", "deadline", "authenticate",
                                 "map_status", "metrics_and_log_end"));
}

TEST_F(CallTest, RefusesWhoSaysNotWhoTheyAre) {
  AnswerAtOnce();
  Start();
  const absl::Status status = Get("", "forces/kent");
  EXPECT_EQ(status.code(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(ReasonOf(status), "UNAUTHENTICATED");
  EXPECT_THAT(std::string(status.message()), HasSubstr("chief-inspector"));
  EXPECT_EQ(Get("nobody-known", "forces/kent").code(), absl::StatusCode::kUnauthenticated);
}

TEST_F(CallTest, RefusesWhatIsTooLargeWithAReason) {
  Start();
  const auto create = [&](size_t bytes, const std::string& principal) {
    fv1::CreateForceRequest request;
    request.set_force_id(std::string(bytes - 5, 'x'));  // A tag of one byte, a length of four.
    EXPECT_EQ(request.ByteSizeLong(), bytes);
    fv1::CreateForceResponse response;
    grpc::ClientContext context;
    return FromGrpc(As(principal).CreateForce(&context, request, &response));
  };
  EXPECT_EQ(ReasonOf(create(kMaxRequestBytes, "liaison-lead")), "INVALID_FIELDS");
  for (const size_t bytes : {kMaxRequestBytes + 1, 2 * kMaxRequestBytes}) {
    const absl::Status status = create(bytes, "liaison-lead");
    EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
    EXPECT_EQ(ReasonOf(status), "MESSAGE_TOO_LARGE");
    EXPECT_EQ(ErrorMetadata(status, "bytes"), absl::StrCat(bytes));
    EXPECT_EQ(ErrorMetadata(status, "limit"), absl::StrCat(kMaxRequestBytes));
  }
  EXPECT_EQ(ReasonOf(create(kMaxRequestBytes + 1, "public")), "ROLE_NOT_ALLOWED") << "who may not call is told no more";
  const absl::Status by_grpc = create(2 * kMaxRequestBytes + 1, "liaison-lead");
  EXPECT_EQ(by_grpc.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ReasonOf(by_grpc), "");
}

TEST_F(CallTest, RefusesRolesAndScopesTheTableDoesNotName) {
  AnswerAtOnce();
  Start();
  EXPECT_EQ(ReasonOf(Get("press-officer", "forces/kent")), "ROLE_NOT_ALLOWED");
  EXPECT_EQ(ReasonOf(Get("west-midlands-officer", "forces/kent")), "OUT_OF_SCOPE");
  EXPECT_TRUE(Get("west-midlands-officer", "forces/west-midlands").ok());
}

TEST_F(CallTest, TellsAllViolationsAtOnceAndOnlyToThoseWhoMayCall) {
  Start();
  grpc::ClientContext context, other;
  fv1::CreateForceRequest request;
  request.set_force_id("Not An Id");
  request.mutable_force();
  fv1::CreateForceResponse response;
  const absl::Status status = FromGrpc(As("liaison-lead").CreateForce(&context, request, &response));
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(status), "INVALID_FIELDS");
  std::vector<std::string> fields;
  for (const auto& [field, description] : ViolationsOf(status)) fields.push_back(field);
  EXPECT_THAT(fields, ::testing::UnorderedElementsAre("force_id", "force.display_name", "force.kind", "force.service",
                                                      "force.oversight_body"));
  EXPECT_EQ(server_->ledger().head().revision, 0);
  EXPECT_EQ(ReasonOf(FromGrpc(As("public").CreateForce(&other, request, &response))), "ROLE_NOT_ALLOWED");
}

TEST_F(CallTest, GivesADeadlineToThoseWithoutAndClampsLongOnes) {
  absl::Time seen;
  hooks_->get = [&](Call& call, const auto&, auto*, Done done) {
    seen = call.deadline();
    done(absl::OkStatus());
  };
  TestServerOptions options;
  options.host.default_deadline = absl::Seconds(7);
  options.host.max_deadline = absl::Minutes(2);
  Start(std::move(options));
  absl::Time before = absl::Now();
  ASSERT_TRUE(Get("liaison-lead", "forces/kent").ok());
  EXPECT_GE(seen, before + absl::Seconds(7));
  EXPECT_LE(seen, absl::Now() + absl::Seconds(7));

  grpc::ClientContext hour, soon;
  hour.set_deadline(absl::ToChronoTime(absl::Now() + absl::Hours(1)));
  before = absl::Now();
  ASSERT_TRUE(Get("liaison-lead", "forces/kent", &hour).ok());
  EXPECT_GE(seen, before + absl::Minutes(2));
  EXPECT_LE(seen, absl::Now() + absl::Minutes(2));

  before = absl::Now();
  soon.set_deadline(absl::ToChronoTime(before + absl::Seconds(50)));
  ASSERT_TRUE(Get("liaison-lead", "forces/kent", &soon).ok());
  // The client sends how long it waits, not until when, so the server's copy is a little late.
  EXPECT_GT(seen, before + absl::Seconds(49));
  EXPECT_LT(seen, absl::Now() + absl::Seconds(51));
}

TEST_F(CallTest, ACallerThatRunsOutOfTimeIsToldAndTheHandlerSeesIt) {
  Event gone;
  std::atomic<bool> reached{false};
  hooks_->get = [&](Call& call, const auto&, auto*, Done done) {
    reached = true;
    std::thread([&call, &gone, done] {
      if (Eventually([&] { return call.cancelled(); })) gone.Set();
      done(absl::CancelledError("gone"));
    }).detach();
  };
  Start();
  // On a busy machine a caller's time may be up before a handler runs.
  for (absl::Duration patience = absl::Milliseconds(30); !reached && patience < absl::Minutes(1); patience *= 2) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + patience));
    EXPECT_EQ(Get("liaison-lead", "forces/kent", &context).code(), absl::StatusCode::kDeadlineExceeded);
  }
  EXPECT_TRUE(gone.Wait());
  EXPECT_TRUE(Eventually([&] { return server_->server().host().in_flight() == 0; }));
}

TEST_F(CallTest, WritesThatWaitLeaveRoomForReads) {
  Event go;
  hooks_->decide = [&] { EXPECT_TRUE(go.Wait()); };
  AnswerAtOnce();
  TestServerOptions options;
  options.host.max_in_flight = 8;
  Start(std::move(options));
  const auto create = [&](int i) {
    fv1::CreateForceRequest request;
    request.set_force_id(absl::StrCat("f", i));
    *request.mutable_force() = SomeForce();
    fv1::CreateForceResponse response;
    grpc::ClientContext context;
    return FromGrpc(As("liaison-lead").CreateForce(&context, request, &response));
  };
  As("liaison-lead");  // made before others look for it
  std::vector<std::thread> callers;
  std::atomic<int> stored{0};
  for (int i = 0; i < 4; ++i) callers.emplace_back([&, i] { stored += create(i).ok() ? 1 : 0; });
  EXPECT_TRUE(Eventually([&] { return server_->server().host().in_flight() == 4; }));
  for (int i = 10; i < 13; ++i) {
    const absl::Status refused = create(i);
    EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
    EXPECT_EQ(ReasonOf(refused), "OVERLOADED");
    EXPECT_TRUE(refused.GetPayload("type.googleapis.com/google.rpc.RetryInfo").has_value());
    EXPECT_TRUE(Get("liaison-lead", "forces/kent").ok());
  }
  go.Set();
  for (auto& caller : callers) caller.join();
  EXPECT_EQ(stored, 4);
  // Their places are free again.
  for (int i = 20; i < 30; ++i) EXPECT_TRUE(create(i).ok());
}

TEST_F(CallTest, RefusesWhatIsMoreThanItTakesOn) {
  std::mutex mu;
  std::vector<Done> waiting;
  hooks_->get = [&](Call&, const auto&, auto*, Done done) {
    std::lock_guard lock(mu);
    waiting.push_back(std::move(done));
  };
  TestServerOptions options;
  options.host.max_in_flight = 1;
  Start(std::move(options));
  absl::Status first;
  std::thread caller([&] { first = Get("liaison-lead", "forces/kent"); });
  ASSERT_TRUE(Eventually([&] { return server_->server().host().in_flight() == 1; }));

  const absl::Status second = Get("liaison-lead", "forces/kent");
  EXPECT_EQ(second.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ReasonOf(second), "OVERLOADED");
  google::rpc::RetryInfo retry;
  const auto payload = second.GetPayload("type.googleapis.com/google.rpc.RetryInfo");
  ASSERT_TRUE(payload.has_value() && retry.ParseFromString(std::string(*payload)));
  EXPECT_GT(retry.retry_delay().nanos(), 0);

  ASSERT_TRUE(Eventually([&] {
    std::lock_guard lock(mu);
    return waiting.size() == 1;
  }));
  waiting[0](absl::OkStatus());
  caller.join();
  EXPECT_TRUE(first.ok());
  AnswerAtOnce();
  EXPECT_TRUE(Get("liaison-lead", "forces/kent").ok());
  waiting.clear();
}

TEST_F(CallTest, AnExceptionBecomesInternalAndItsTextStaysInside) {
  hooks_->get = [](Call&, const fv1::GetForceRequest& q, auto*, Done) {
    if (q.name() == "forces/kent") throw std::runtime_error("the secret of the driver");
    throw 42;
  };
  Start();
  grpc::ClientContext context;
  context.AddMetadata("x-request-id", "find-me");
  const absl::Status status = Get("liaison-lead", "forces/kent", &context);
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_EQ(ReasonOf(status), "INTERNAL");
  EXPECT_THAT(std::string(status.message()), Not(HasSubstr("secret")));
  EXPECT_EQ(ErrorMetadata(status, "request_id"), "find-me");
  EXPECT_EQ(ReasonOf(Get("liaison-lead", "forces/wales")), "INTERNAL");
}

TEST_F(CallTest, AnInternalErrorOfOthersKeepsItsTextInside) {
  hooks_->get = [](Call&, const auto&, auto*, Done done) { done(absl::InternalError("the secret of the driver")); };
  Start();
  const absl::Status status = Get("liaison-lead", "forces/kent");
  EXPECT_EQ(ReasonOf(status), "INTERNAL");
  EXPECT_THAT(std::string(status.message()), Not(HasSubstr("secret")));
}

TEST_F(CallTest, AForgottenAnswerBecomesInternal) {
  hooks_->get = [](Call&, const auto&, auto*, Done) {};
  Start();
  EXPECT_EQ(ReasonOf(Get("liaison-lead", "forces/kent")), "INTERNAL");
}

TEST_F(CallTest, TheFirstAnswerCounts) {
  hooks_->get = [](Call&, const auto&, fv1::GetForceResponse* r, Done done) {
    r->mutable_force()->set_name("forces/kent");
    const Done copy = done;
    copy(absl::OkStatus());
    done(absl::AbortedError("too late"));
  };
  Start();
  EXPECT_TRUE(Get("liaison-lead", "forces/kent").ok());
}

TEST_F(CallTest, AnswersLaterFromAnotherThread) {
  hooks_->get = [](Call&, const auto&, fv1::GetForceResponse* r, Done done) {
    std::thread([r, done] {
      r->mutable_force()->set_name("forces/kent");
      done(absl::OkStatus());
    }).detach();
  };
  Start();
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(Get("liaison-lead", "forces/kent").ok());
}

TEST_F(CallTest, CarriesRequestIdAndTrace) {
  std::string trace_id, principal, method;
  hooks_->get = [&](Call& call, const auto&, auto*, Done done) {
    trace_id = call.trace().trace_id;
    principal = call.principal().name();
    method = call.method() + " " + call.verb();
    done(absl::OkStatus());
  };
  Start();
  const auto returned_id = [](grpc::ClientContext& context) {
    const auto& metadata = context.GetServerInitialMetadata();
    const auto it = metadata.find("x-request-id");
    return it == metadata.end() ? std::string() : std::string(it->second.data(), it->second.size());
  };
  grpc::ClientContext given, none, strange;
  given.AddMetadata("x-request-id", "client-made-7");
  given.AddMetadata("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  ASSERT_TRUE(Get("liaison-lead", "forces/kent", &given).ok());
  EXPECT_EQ(returned_id(given), "client-made-7");
  EXPECT_EQ(trace_id, "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(principal, "principals/liaison-lead");
  EXPECT_EQ(method, "/oversight.forces.v1.ForcesService/GetForce GetForce");
  ASSERT_TRUE(Get("liaison-lead", "forces/kent", &none).ok());
  EXPECT_EQ(returned_id(none).size(), 16u);
  EXPECT_EQ(trace_id.size(), 32u);
  EXPECT_NE(trace_id, "0af7651916cd43dd8448eb211c80319c");
  // With an error it comes in the trailers, which leaves the client free to try again.
  grpc::ClientContext failing;
  failing.AddMetadata("x-request-id", "of-an-error");
  ASSERT_FALSE(Get("liaison-lead", "", &failing).ok());
  EXPECT_EQ(returned_id(failing), "");
  const auto& trailers = failing.GetServerTrailingMetadata();
  ASSERT_EQ(trailers.count("x-request-id"), 1u);
  EXPECT_EQ(trailers.find("x-request-id")->second, "of-an-error");
  // Ids go into log lines and headers, so not just any text is taken.
  strange.AddMetadata("x-request-id", std::string(200, 'x'));
  ASSERT_TRUE(Get("liaison-lead", "forces/kent", &strange).ok());
  EXPECT_EQ(returned_id(strange).size(), 16u);
}

TEST_F(CallTest, CountsCallsByCode) {
  AnswerAtOnce();
  Start();
  const std::string labels =
      "{grpc_code=\"OK\",grpc_method=\"GetForce\",grpc_service=\"oversight.forces.v1.ForcesService\","
      "grpc_type=\"unary\"}";
  EXPECT_EQ(MetricLine("grpc_server_handled_total" + labels), "grpc_server_handled_total" + labels + " 0");
  ASSERT_TRUE(Get("liaison-lead", "forces/kent").ok());
  ASSERT_FALSE(Get("", "forces/kent").ok());
  EXPECT_EQ(MetricLine("grpc_server_handled_total" + labels), "grpc_server_handled_total" + labels + " 1");
  EXPECT_THAT(server_->metrics().Render(),
              HasSubstr("grpc_code=\"Unauthenticated\",grpc_method=\"GetForce\",grpc_service="
                        "\"oversight.forces.v1.ForcesService\",grpc_type=\"unary\"} 1\n"));
}

TEST_F(CallTest, AServiceWithAMethodOutsideTheTableIsRefusedAtStart) {
  Start();
  observe::Metrics metrics("other");
  struct Nobody final : auth::Authenticator {
    absl::StatusOr<auth::Principal> Authenticate(const auth::Credentials&) const override { return auth::Principal(); }
    std::string Description() const override { return "nobody"; }
  } authenticator;
  Host host({}, authenticator, metrics);
  const absl::Status status = host.AddService(auth::AuthorizationTable(
      "oversight.forces.v1.ForcesService", {{"ListForces", auth::Access::kRead, {common::v1::ROLE_PUBLIC}}}));
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_THAT(std::string(status.message()), HasSubstr("GetForce"));
  EXPECT_FALSE(host.AddService(auth::AuthorizationTable("oversight.forces.v1.NoService", {})).ok());
}

// ---- Streams ----

class StreamTest : public CallTest {
 protected:
  using Stream = std::shared_ptr<StreamCall<fv1::WatchForcesResponse>>;
  static fv1::WatchForcesResponse Bookmark(int64_t revision) {
    fv1::WatchForcesResponse response;
    response.mutable_bookmark()->set_revision(revision);
    return response;
  }
  // Sends bookmarks from `next` to `last`, then what `then` says.
  static void Send(const Stream& stream, int64_t next, int64_t last, std::function<void()> then) {
    if (next > last) return then();
    stream->Write(Bookmark(next), [=](bool ok) {
      if (ok) Send(stream, next + 1, last, then);
    });
  }
};

TEST_F(StreamTest, SendsInOrderThenTheStatus) {
  hooks_->watch = [](Stream stream, const auto&) {
    Send(stream, 1, 200, [stream] { stream->Finish(absl::OutOfRangeError("that was all")); });
  };
  Start();
  grpc::ClientContext context;
  auto reader = As("liaison-lead").WatchForces(&context, fv1::WatchForcesRequest());
  fv1::WatchForcesResponse response;
  int64_t expected = 0;
  while (reader->Read(&response)) EXPECT_EQ(response.bookmark().revision(), ++expected);
  EXPECT_EQ(expected, 200);
  EXPECT_EQ(FromGrpc(reader->Finish()), absl::OutOfRangeError("that was all"));
  EXPECT_EQ(server_->server().host().streams(), 0);
}

TEST_F(StreamTest, GoesThroughTheSameSteps) {
  Start();
  grpc::ClientContext nobody, public_context, invalid;
  fv1::WatchForcesResponse response;
  auto reader = As("").WatchForces(&nobody, fv1::WatchForcesRequest());
  EXPECT_FALSE(reader->Read(&response));
  EXPECT_EQ(ReasonOf(FromGrpc(reader->Finish())), "UNAUTHENTICATED");
  reader = As("public").WatchForces(&public_context, fv1::WatchForcesRequest());
  EXPECT_FALSE(reader->Read(&response));
  EXPECT_EQ(ReasonOf(FromGrpc(reader->Finish())), "ROLE_NOT_ALLOWED");
  fv1::WatchForcesRequest request;
  request.mutable_start()->set_resume_after(-1);
  reader = As("liaison-lead").WatchForces(&invalid, request);
  EXPECT_FALSE(reader->Read(&response));
  EXPECT_EQ(ReasonOf(FromGrpc(reader->Finish())), "INVALID_FIELDS");
  EXPECT_EQ(server_->server().host().streams(), 0);
}

TEST_F(StreamTest, AnExceptionEndsIt) {
  hooks_->watch = [](Stream, const auto&) { throw std::runtime_error("oh"); };
  Start();
  grpc::ClientContext context;
  auto reader = As("liaison-lead").WatchForces(&context, fv1::WatchForcesRequest());
  EXPECT_EQ(ReasonOf(FromGrpc(reader->Finish())), "INTERNAL");
}

TEST_F(StreamTest, FinishDuringAWriteComesAfterIt) {
  hooks_->watch = [](Stream stream, const auto&) {
    stream->Write(Bookmark(1), nullptr);
    stream->Finish(absl::OkStatus());
    stream->Finish(absl::AbortedError("too late"));
    EXPECT_TRUE(stream->ended());
    bool written = true;
    stream->Write(Bookmark(2), [&](bool ok) { written = ok; });
    EXPECT_FALSE(written);
  };
  Start();
  grpc::ClientContext context;
  auto reader = As("liaison-lead").WatchForces(&context, fv1::WatchForcesRequest());
  fv1::WatchForcesResponse response;
  EXPECT_TRUE(reader->Read(&response));
  EXPECT_EQ(response.bookmark().revision(), 1);
  EXPECT_FALSE(reader->Read(&response));
  EXPECT_TRUE(reader->Finish().ok());
}

TEST_F(StreamTest, TellsTheHandlerWhenTheCallerGoes) {
  Event ended;
  hooks_->watch = [&](Stream stream, const auto&) { stream->OnEnd([&ended, stream] { ended.Set(); }); };
  Start();
  grpc::ClientContext context;
  auto reader = As("liaison-lead").WatchForces(&context, fv1::WatchForcesRequest());
  reader->WaitForInitialMetadata();
  EXPECT_EQ(server_->server().host().streams(), 1);
  context.TryCancel();
  EXPECT_TRUE(ended.Wait());
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
  EXPECT_EQ(server_->server().host().streams(), 0);
}

TEST_F(StreamTest, ACallerThatGoesDuringAWriteEndsItToo) {
  Event ended;
  std::atomic<int> refused{0};
  std::function<void(Stream)> write_more = [&](Stream stream) {
    fv1::WatchForcesResponse big;
    big.mutable_events()->add_events()->set_name(std::string(3 << 20, 'x'));
    stream->Write(std::move(big), [&, stream](bool ok) {
      if (ok) {
        write_more(stream);
      } else {
        ++refused;
      }
    });
  };
  hooks_->watch = [&](Stream stream, const auto&) {
    stream->OnEnd([&ended] { ended.Set(); });
    // The caller does not read, so sooner or later a write does not end, whatever the transport takes in at once.
    write_more(stream);
  };
  Start();
  grpc::ClientContext context;
  auto reader = As("liaison-lead").WatchForces(&context, fv1::WatchForcesRequest());
  reader->WaitForInitialMetadata();
  context.TryCancel();
  EXPECT_TRUE(ended.Wait());
  EXPECT_TRUE(Eventually([&] { return refused == 1 && server_->server().host().streams() == 0; }));
  reader->Finish();
}

TEST_F(StreamTest, HasABoundToo) {
  hooks_->watch = [](Stream stream, const auto&) { stream->OnEnd([stream] {}); };
  TestServerOptions options;
  options.host.max_streams = 1;
  Start(std::move(options));
  grpc::ClientContext first, second;
  auto one = As("liaison-lead").WatchForces(&first, fv1::WatchForcesRequest());
  one->WaitForInitialMetadata();
  auto two = As("liaison-lead").WatchForces(&second, fv1::WatchForcesRequest());
  EXPECT_EQ(ReasonOf(FromGrpc(two->Finish())), "OVERLOADED");
  first.TryCancel();
  one->Finish();
}

TEST_F(StreamTest, DrainEndsStreamsAndRefusesCallsButLetsThoseUnderWayFinish) {
  hooks_->watch = [](Stream stream, const auto&) { stream->OnEnd([stream] {}); };
  Event begun;
  std::optional<Done> waiting;
  hooks_->get = [&](Call&, const auto&, auto*, Done done) {
    waiting = std::move(done);
    begun.Set();
  };
  Start();
  grpc::ClientContext context;
  auto reader = As("liaison-lead").WatchForces(&context, fv1::WatchForcesRequest());
  reader->WaitForInitialMetadata();
  absl::Status under_way = absl::UnknownError("not answered");
  std::thread caller([&] { under_way = Get("liaison-lead", "forces/kent"); });
  ASSERT_TRUE(begun.Wait());

  server_->server().host().Drain();
  const absl::Status ended = FromGrpc(reader->Finish());
  EXPECT_EQ(ended.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ReasonOf(ended), "DRAINING");
  const absl::Status refused = Get("liaison-lead", "forces/kent");
  EXPECT_EQ(refused.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ReasonOf(refused), "DRAINING");
  grpc::ClientContext late;
  EXPECT_EQ(ReasonOf(FromGrpc(As("liaison-lead").WatchForces(&late, fv1::WatchForcesRequest())->Finish())), "DRAINING");

  (*waiting)(absl::OkStatus());
  waiting.reset();
  caller.join();
  EXPECT_TRUE(under_way.ok());
}

// ---- Bytes in and out ----

class RawForces final : public Application,
                        public fv1::ForcesService::WithRawCallbackMethod_GetForce<
                            fv1::ForcesService::WithRawCallbackMethod_WatchForces<fv1::ForcesService::Service>> {
 public:
  explicit RawForces(Runtime& runtime) : host_(runtime.host) {
    fv1::GetForceResponse response;
    response.mutable_force()->set_name("forces/encoded-once");
    const grpc::Slice slice(response.SerializeAsString());
    encoded_ = grpc::ByteBuffer(&slice, 1);
  }
  std::vector<grpc::Service*> services() override { return {this}; }
  grpc::ServerUnaryReactor* GetForce(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                     grpc::ByteBuffer* response) override {
    return host_.UnaryRaw<fv1::GetForceRequest>(
        context, request, response, [this](Call&, const fv1::GetForceRequest& q, grpc::ByteBuffer* r, Done done) {
          if (q.name() == "forces/none") return done(NotFound("Force", q.name()));
          *r = encoded_;
          done(absl::OkStatus());
        });
  }
  grpc::ServerWriteReactor<grpc::ByteBuffer>* WatchForces(grpc::CallbackServerContext* context,
                                                          const grpc::ByteBuffer* request) override {
    return host_.StreamRaw<fv1::WatchForcesRequest>(context, request, [](auto stream, const auto& q) {
      fv1::WatchForcesResponse response;
      response.mutable_created()->set_revision(q.start().resume_after());
      const grpc::Slice slice(response.SerializeAsString());
      stream->Write(grpc::ByteBuffer(&slice, 1), [stream](bool) { stream->Finish(absl::OkStatus()); });
    });
  }

 private:
  Host& host_;
  grpc::ByteBuffer encoded_;
};

TEST_F(CallTest, PassesBytesThrough) {
  server_ = TestServer::Start([](Runtime& runtime) -> absl::StatusOr<std::unique_ptr<Application>> {
    OVERSIGHT_RETURN_IF_ERROR(runtime.host.AddService(ToyForces::Table()));
    return std::make_unique<RawForces>(runtime);
  });
  for (int i = 0; i < 3; ++i) {
    grpc::ClientContext context;
    fv1::GetForceRequest request;
    request.set_name("forces/kent");
    fv1::GetForceResponse response;
    ASSERT_TRUE(As("liaison-lead").GetForce(&context, request, &response).ok());
    EXPECT_EQ(response.force().name(), "forces/encoded-once");
  }
  EXPECT_EQ(ReasonOf(Get("liaison-lead", "forces/none")), "RESOURCE_NOT_FOUND");
  EXPECT_EQ(ReasonOf(Get("west-midlands-officer", "forces/kent")), "OUT_OF_SCOPE");
  EXPECT_EQ(ReasonOf(Get("liaison-lead", "")), "INVALID_FIELDS");

  grpc::ClientContext context;
  fv1::WatchForcesRequest request;
  request.mutable_start()->set_resume_after(12);
  auto reader = As("liaison-lead").WatchForces(&context, request);
  fv1::WatchForcesResponse response;
  ASSERT_TRUE(reader->Read(&response));
  EXPECT_EQ(response.created().revision(), 12);
  EXPECT_FALSE(reader->Read(&response));
  EXPECT_TRUE(reader->Finish().ok());
}

TEST_F(CallTest, BytesThatAreNoMessageAreRefused) {
  server_ = TestServer::Start([](Runtime& runtime) -> absl::StatusOr<std::unique_ptr<Application>> {
    OVERSIGHT_RETURN_IF_ERROR(runtime.host.AddService(ToyForces::Table()));
    return std::make_unique<RawForces>(runtime);
  });
  grpc::GenericStub stub(server_->ChannelAs("liaison-lead"));
  const grpc::Slice slice("\xff\xff\xff");
  grpc::ByteBuffer request(&slice, 1), response;
  grpc::ClientContext context;
  Event answered;
  grpc::Status status;
  stub.UnaryCall(&context, "/oversight.forces.v1.ForcesService/GetForce", grpc::StubOptions(), &request, &response,
                 [&](const grpc::Status& s) {
                   status = s;
                   answered.Set();
                 });
  ASSERT_TRUE(answered.Wait());
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ReasonOf(FromGrpc(status)), "INVALID_FIELDS");
}

}  // namespace
}  // namespace oversight::rpc
