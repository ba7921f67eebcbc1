// A real service and its PostgreSQL server, both well, while the network between them is not.
#include <future>

#include "tests/faults/postgres_fixture.h"
#include "tests/support/gate.h"

namespace oversight::testing {
namespace {

class NetworkFaultsTest : public PostgresFixture {
 protected:
  void SetUp() override {
    PostgresFixture::SetUp();
    if (server_ == nullptr) return;
    direct_ = store_;
    gate_ = std::make_unique<Gate>(server_->socket());
    store_ = Postgres::ThroughPort(store_, gate_->port());
  }
  // Where the log ends, whatever the service has been told.
  int Stored() { return std::stoi(server_->Ask(direct_, "SELECT revision FROM head")); }

  std::string direct_;
  std::unique_ptr<Gate> gate_;
};

TEST_F(NetworkFaultsTest, ABlackHole) {
  Start({"--store-patience=1s"});
  CreateSome(1, 5);
  gate_->Hold();
  EXPECT_THAT(Create("late", std::chrono::milliseconds(200)).status(), StatusIs(absl::StatusCode::kDeadlineExceeded));
  auto waiting = std::async(std::launch::async, [this] { return Create("w").status(); });
  ExpectReadsFromMemory();
  EXPECT_THAT(waiting.get(), Refuses(absl::StatusCode::kUnavailable, "STORE_UNAVAILABLE"));
  ExpectNotReady("");
  EXPECT_EQ(Stored(), 5);

  // What was given up may arrive now, when nobody waits for it any more.
  gate_->Mend();
  ExpectReady();
  EXPECT_TRUE(Create("late").ok());
  EXPECT_TRUE(Create("w").ok());
  CreateSome(6, 9);
  ExpectReadsGoOn();
  ExpectNothingLost();
}

TEST_F(NetworkFaultsTest, AnAnswerThatIsLostIsFoundAgain) {
  Start({"--store-patience=1s"});
  CreateSome(1, 5);
  // Makes the service know that there is none, so that it asks nothing before it stores it.
  forces::v1::UpdateForceRequest request;
  request.mutable_force()->set_name("forces/w");
  request.mutable_force()->set_region("London");
  request.mutable_update_mask()->add_paths("region");
  forces::v1::UpdateForceResponse response;
  grpc::ClientContext context;
  EXPECT_EQ(stub_->UpdateForce(&context, request, &response).error_code(), grpc::StatusCode::NOT_FOUND);
  gate_->HoldAnswers();
  EXPECT_THAT(Create("w").status(), Refuses(absl::StatusCode::kUnavailable, "STORE_UNAVAILABLE"));
  EXPECT_EQ(Stored(), 6);  // It is there, and nobody may say so, or that it is not.
  ExpectNotReady("");
  gate_->Mend();
  ExpectReady();
  EXPECT_EQ(Create("w").value_or(-1), 6);
  EXPECT_EQ(Stored(), 6);
  ExpectNothingLost();
}

TEST_F(NetworkFaultsTest, ConnectionsThatAreResetUnderLoad) {
  Start();
  CreateSome(1, 5);
  Traffic traffic(*this);
  EXPECT_TRUE(Eventually([&, cuts = 0]() mutable {
    const int enough = Acknowledged() + 3;
    EXPECT_TRUE(Eventually([&] { return Acknowledged() >= enough; }));
    gate_->Cut();
    EXPECT_TRUE(Get("f1").ok());
    return ++cuts > 10 && traffic.refused() > 0;
  }));
  traffic.Stop();
  ExpectReady();
  ExpectNothingLost();
}

TEST_F(NetworkFaultsTest, AServerThatCannotBeReached) {
  Start();
  CreateSome(1, 5);
  for (int round = 0; round < 2; ++round) {
    gate_->Refuse();
    gate_->Cut();
    const absl::Status status = Create("late").status();
    EXPECT_THAT(status, Refuses(absl::StatusCode::kUnavailable, "STORE_UNAVAILABLE"));
    EXPECT_TRUE(TellsWhenToRetry(status));
    ExpectNotReady("cannot be used");
    ExpectReadsFromMemory();
    gate_->Mend();
    ExpectReady();
    ExpectReadsGoOn();
  }
  EXPECT_TRUE(Create("late").ok());
  ExpectNothingLost();
}

TEST_F(NetworkFaultsTest, ALongWay) {
  gate_->Delay(std::chrono::milliseconds(10));
  Start();
  CreateSome(1, 5);
  ExpectReady();
  ExpectReadsGoOn();
  ExpectNothingLost();
}

}  // namespace
}  // namespace oversight::testing
