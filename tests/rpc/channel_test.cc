#include "common/rpc/channel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/rpc/toy_forces.h"
#include "tests/support/test_server.h"

namespace oversight::rpc {
namespace {

using oversight::testing::TestServer;
using ::testing::Contains;
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
    Propagate(call, absl::Seconds(10), context.get(), "principals/west-midlands-officer");
    stub->async()->GetForce(context.get(), &q, r,
                            [context, done](const grpc::Status& status) { done(FromGrpc(status)); });
  };
  grpc::ClientContext context;
  context.AddMetadata("x-request-id", "one-id-for-all");
  context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(5)));
  fv1::GetForceRequest request;
  request.set_name("forces/west-midlands");
  fv1::GetForceResponse response;
  ASSERT_TRUE(stub->GetForce(&context, request, &response).ok());
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[0].request_id, "one-id-for-all");
  EXPECT_EQ(seen[1].request_id, "one-id-for-all");
  EXPECT_EQ(seen[1].trace_id, seen[0].trace_id);
  EXPECT_EQ(seen[0].principal, "principals/chief-inspector");
  EXPECT_EQ(seen[1].principal, "principals/west-midlands-officer");
  EXPECT_LT(seen[1].deadline, seen[0].deadline);
  EXPECT_GT(seen[1].deadline, seen[0].deadline - absl::Seconds(2));
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

}  // namespace
}  // namespace oversight::rpc
