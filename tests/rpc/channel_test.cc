#include "common/rpc/channel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "tests/rpc/toy_forces.h"
#include "tests/support/awaited.h"
#include "tests/support/test_server.h"

namespace oversight::rpc {
namespace {

using oversight::testing::Eventually;
using oversight::testing::TestServer;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(ReadMethods, AreThoseThatOnlyRead) {
  const auto methods = ReadMethods("oversight.forces.v1.ForcesService");
  EXPECT_THAT(methods, Contains("oversight.forces.v1.ForcesService/GetForce"));
  EXPECT_THAT(methods, Contains("oversight.forces.v1.ForcesService/ListForceVersions"));
  EXPECT_THAT(methods, Not(Contains("oversight.forces.v1.ForcesService/CreateForce")));
  EXPECT_THAT(methods, Not(Contains("oversight.forces.v1.ForcesService/WatchForces")));
  EXPECT_TRUE(ReadMethods("oversight.NoService").empty());
}

class ChannelTest : public ::testing::Test {
 protected:
  grpc::Status Get(const std::shared_ptr<grpc::Channel>& channel, grpc::ClientContext* context) {
    fv1::GetForceRequest request;
    request.set_name("forces/kent");
    fv1::GetForceResponse response;
    return fv1::ForcesService::NewStub(channel)->GetForce(context, request, &response);
  }
  std::shared_ptr<ToyHooks> hooks_ = std::make_shared<ToyHooks>();
  std::unique_ptr<TestServer> server_ = TestServer::Start(ToyForces::Builder(hooks_));
};

TEST_F(ChannelTest, TriesReadsAgainButNotForEver) {
  std::atomic<int> calls{0};
  hooks_->get = [&](Call&, const auto&, auto*, Done done) {
    done(++calls < 3 ? absl::UnavailableError("not now") : absl::OkStatus());
  };
  const auto retrying = MakeChannel({.target = server_->address(),
                                     .principal = "principals/chief-inspector",
                                     .retry = ReadMethods("oversight.forces.v1.ForcesService")});
  grpc::ClientContext first, second;
  EXPECT_TRUE(Get(retrying, &first).ok());
  EXPECT_EQ(calls, 3);
  const auto plain = MakeChannel({.target = server_->address(), .principal = "principals/chief-inspector"});
  calls = 0;
  EXPECT_EQ(Get(plain, &second).error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(calls, 1);
}

// On a busy machine or a long line the first bytes take a while. Here they never come: the system takes the connection
// for a listener that does nothing with it.
TEST_F(ChannelTest, GivesAPeerTimeToConnect) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  ASSERT_EQ(bind(listener, reinterpret_cast<const sockaddr*>(&address), size), 0);
  ASSERT_EQ(listen(listener, 16), 0);
  ASSERT_EQ(getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size), 0);
  const auto channel = MakeChannel({.target = absl::StrCat("127.0.0.1:", ntohs(address.sin_port))});
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(1));
  EXPECT_EQ(Get(channel, &context).error_code(), grpc::StatusCode::DEADLINE_EXCEEDED)
      << "UNAVAILABLE would mean that it gave up before";
  close(listener);
}

TEST_F(ChannelTest, CallsOnBehalfOfAnotherAreNamedTracedAndInTime) {
  // The handler calls its own server once more, as the gateway calls services.
  const auto channel = MakeChannel({.target = server_->address(), .principal = "principals/chief-inspector"});
  const auto stub = fv1::ForcesService::NewStub(channel);
  struct Seen {
    std::string request_id, trace_id, principal;
    absl::Time deadline;
  };
  std::vector<Seen> seen;
  hooks_->get = [&](Call& call, const auto& q, auto* r, Done done) {
    seen.push_back({call.request_id(), call.trace().trace_id, call.principal().name(), call.deadline()});
    if (seen.size() == 2) return done(absl::OkStatus());
    auto context = std::make_shared<grpc::ClientContext>();
    Propagate(call, absl::Seconds(10), context.get());
    stub->async()->GetForce(context.get(), &q, r,
                            [context, done](const grpc::Status& status) { done(FromGrpc(status)); });
  };
  grpc::ClientContext context;
  context.AddMetadata("x-request-id", "one-id-for-all");
  context.AddMetadata("oversight-principal", "west-midlands-officer");
  context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(5)));
  fv1::GetForceRequest request;
  request.set_name("forces/west-midlands");
  fv1::GetForceResponse response;
  ASSERT_TRUE(stub->GetForce(&context, request, &response).ok());
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[0].request_id, "one-id-for-all");
  EXPECT_EQ(seen[1].request_id, "one-id-for-all");
  EXPECT_EQ(seen[1].trace_id, seen[0].trace_id);
  EXPECT_EQ(seen[0].principal, "principals/west-midlands-officer");
  EXPECT_EQ(seen[1].principal, "principals/west-midlands-officer") << "the caller, and not the channel's own";
  EXPECT_LT(seen[1].deadline, seen[0].deadline);
  EXPECT_GT(seen[1].deadline, seen[0].deadline - absl::Seconds(2));
}

// A service that has an identity of its own calls another for its caller: over whatever channel, it is the caller who
// calls. Otherwise anyone could have done by a service what they may not do themselves.
TEST_F(ChannelTest, NobodyGetsTheIdentityOfTheServiceTheyGoThrough) {
  const oversight::testing::TestIssuer issuer;
  oversight::testing::TestServerOptions options;
  options.issuer = &issuer;
  server_ = TestServer::Start(ToyForces::Builder(hooks_), options);
  const auto own = auth::OwnToken::Fixed(issuer.Token(issuer.Sample("gateway"), options.now));
  const auto stub = fv1::ForcesService::NewStub(MakeChannel({.target = server_->address(), .token = own.get()}));
  std::vector<std::string> seen;
  bool on_its_own = false;
  hooks_->list = [&](Call& call, const auto& q, auto* r, Done done) {
    seen.push_back(call.principal().name());
    if (seen.size() == 2) return done(absl::OkStatus());
    auto context = std::make_shared<grpc::ClientContext>();
    if (!on_its_own) Propagate(call, absl::Seconds(10), context.get());
    stub->async()->ListForces(context.get(), &q, r,
                              [context, done](const grpc::Status& status) { done(FromGrpc(status)); });
  };
  const auto ask = [&](const std::string& caller) {
    seen.clear();
    grpc::ClientContext context;
    fv1::ListForcesResponse response;
    EXPECT_TRUE(server_->StubAs<fv1::ForcesService>(caller)->ListForces(&context, {}, &response).ok());
    return seen;
  };
  using ::testing::ElementsAre;
  EXPECT_THAT(ask("west-midlands-officer"),
              ElementsAre("principals/west-midlands-officer", "principals/west-midlands-officer"));
  EXPECT_THAT(ask(""), ElementsAre("principals/public", "principals/public"));
  on_its_own = true;
  EXPECT_THAT(ask("west-midlands-officer"), ElementsAre("principals/west-midlands-officer", "principals/gateway"));
}

TEST(SendableHeader, LeavesWhatCanBeSentAndSpoilsTheRest) {
  EXPECT_EQ(SendableHeader("Bearer abc~ "), "Bearer abc~ ");
  EXPECT_EQ(SendableHeader("Bearer \xc3\xa9\n\x7f"), "Bearer ????");
}

TEST_F(ChannelTest, FindsARestartedServerOnTheSameAddressSoon) {
  hooks_->get = [](Call&, const auto&, auto*, Done done) { done(absl::OkStatus()); };
  const std::string address = server_->address();
  const auto channel = MakeChannel({.target = address, .principal = "principals/chief-inspector"});
  grpc::ClientContext first;
  ASSERT_TRUE(Get(channel, &first).ok());
  server_->Stop();
  grpc::ClientContext down;
  EXPECT_EQ(Get(channel, &down).error_code(), grpc::StatusCode::UNAVAILABLE);
  oversight::testing::TestServerOptions options;
  options.listen = address;
  server_ = TestServer::Start(ToyForces::Builder(hooks_), options);
  grpc::ClientContext again;
  again.set_wait_for_ready(true);
  again.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(10)));
  EXPECT_TRUE(Get(channel, &again).ok());
}

// Two replicas of a service, and a channel to both.
class ReplicasTest : public ChannelTest {
 protected:
  ReplicasTest() {
    for (Replica& replica : replicas_) {
      replica.hooks->get = [&replica](Call&, const auto&, auto*, Done done) {
        ++replica.calls;
        done(replica.answer);
      };
      replica.hooks->ready = [&replica] {
        return replica.ready ? absl::OkStatus() : absl::UnavailableError("not ready");
      };
      replica.server = TestServer::Start(ToyForces::Builder(replica.hooks));
    }
  }
  std::shared_ptr<grpc::Channel> ToBoth(std::vector<std::string> retry = {}) {
    return MakeChannel({.target = "ipv4:" + replicas_[0].server->address() + "," + replicas_[1].server->address(),
                        .principal = "principals/chief-inspector",
                        .retry = std::move(retry)});
  }
  grpc::Status GetOnce(const std::shared_ptr<grpc::Channel>& channel) {
    grpc::ClientContext context;
    context.set_wait_for_ready(true);
    context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(10)));
    return Get(channel, &context);
  }
  // Whether ten calls from now on are answered, by each of the replicas named and no other.
  bool OnlyServe(const std::shared_ptr<grpc::Channel>& channel, std::initializer_list<int> serving) {
    for (Replica& replica : replicas_) replica.calls = 0;
    for (int i = 0; i < 10; ++i) {
      if (!GetOnce(channel).ok()) return false;
    }
    for (int i = 0; i < 2; ++i) {
      if ((replicas_[i].calls > 0) != (std::count(serving.begin(), serving.end(), i) > 0)) return false;
    }
    return true;
  }

  struct Replica {
    std::shared_ptr<ToyHooks> hooks = std::make_shared<ToyHooks>();
    std::atomic<int> calls{0};
    std::atomic<bool> ready{true};
    absl::Status answer;  // Set while no call is made.
    std::unique_ptr<TestServer> server;
  } replicas_[2];
};

TEST_F(ReplicasTest, TakeTurns) {
  const auto channel = ToBoth();
  EXPECT_TRUE(Eventually([&] { return OnlyServe(channel, {0, 1}); }));
}

TEST_F(ReplicasTest, GetNoCallsWhileTheyAreNotReady) {
  const auto channel = ToBoth();
  ASSERT_TRUE(Eventually([&] { return OnlyServe(channel, {0, 1}); }));
  replicas_[1].ready = false;
  EXPECT_TRUE(Eventually([&] { return OnlyServe(channel, {0}); }));
  replicas_[1].ready = true;
  EXPECT_TRUE(Eventually([&] { return OnlyServe(channel, {0, 1}); }));
}

TEST_F(ReplicasTest, MayEndAndComeBack) {
  const auto channel = ToBoth();
  ASSERT_TRUE(Eventually([&] { return OnlyServe(channel, {0, 1}); }));
  replicas_[0].server->Stop();
  EXPECT_TRUE(Eventually([&] { return OnlyServe(channel, {1}); }));
  replicas_[0].server->StartAgain();
  EXPECT_TRUE(Eventually([&] { return OnlyServe(channel, {0, 1}); }));
}

TEST_F(ReplicasTest, AReadThatOneCannotAnswerIsTriedAtTheOther) {
  const auto channel = ToBoth(ReadMethods("oversight.forces.v1.ForcesService"));
  ASSERT_TRUE(Eventually([&] { return OnlyServe(channel, {0, 1}); }));
  replicas_[0].answer = absl::UnavailableError("not now");
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(GetOnce(channel).ok());
  // Whatever is not known to be a read is the caller's to try again.
  const auto plain = ToBoth();
  bool failed = false;
  EXPECT_TRUE(Eventually([&] { return failed |= !GetOnce(plain).ok(); }));
}

TEST_F(ReplicasTest, ASingleServerIsCalledWhateverItSaysOfItself) {
  replicas_[0].ready = false;
  const auto alone = MakeChannel({.target = replicas_[0].server->address(), .principal = "principals/chief-inspector"});
  const auto both = ToBoth();
  // Its health is known by now: the other channel has heard of it.
  ASSERT_TRUE(Eventually([&] { return OnlyServe(both, {1}); }));
  EXPECT_TRUE(GetOnce(alone).ok());
}

TEST(TargetFlag, TakesWhatAChannelTakes) {
  std::string forces = "127.0.0.1:7101";
  observe::Flags flags("gateway", "GATEWAY", "A test.");
  AddTargetFlag(flags, "forces", &forces);
  EXPECT_THAT(flags.Help(), HasSubstr("ipv4:IP:PORT,IP:PORT or dns:///NAME:PORT"));
  const auto problems = [&](const std::string& value) {
    return flags.Resolve({"--forces=" + value}, [](const std::string&) { return nullptr; }).problems;
  };
  for (const char* good : {"localhost:7101", "ipv4:127.0.0.1:7101,127.0.0.1:7111", "dns:///forces.example.:7101",
                           "ipv6:[::1]:7101,[::1]:7111", "unix:/run/forces"}) {
    EXPECT_THAT(problems(good), ElementsAre()) << good;
  }
  EXPECT_THAT(problems("127.0.0.1:7101,127.0.0.1:7111"), ElementsAre(HasSubstr("must begin with ipv4:")));
  EXPECT_THAT(problems(""), ElementsAre(HasSubstr("must be given")));
}

}  // namespace
}  // namespace oversight::rpc
