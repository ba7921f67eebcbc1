// A real service on a PostgreSQL server with a standby, while one fails and the other takes over: with a synchronous
// standby nothing acknowledged is lost, and what is not on the standby is not acknowledged. A server that was left
// behind is not gone on with.
#include <future>

#include "tests/faults/postgres_fixture.h"
#include "tests/support/gate.h"

namespace oversight::testing {
namespace {

const std::vector<std::string> kLittlePatience = {"--store-patience=1s"};

class FailoverTest : public PostgresFixture {
 protected:
  void SetUp() override {
    if (Postgres::Installed()) primary_ = Postgres::New();
    UseServer(primary_.get());
    if (server_ == nullptr) return;
    standby_ = server_->NewStandby();
  }
  void TearDown() override {
    service_.reset();
    standby_.reset();
    primary_.reset();
  }
  // From now on a commit answers when the standby has it.
  void MakeSynchronous() {
    server_->Execute("ALTER SYSTEM SET synchronous_standby_names = '*'");
    server_->Execute("SELECT pg_reload_conf()");
    EXPECT_TRUE(Eventually(
        [&] { return server_->Ask("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") == "1"; }));
  }
  int Waiting() {
    return std::stoi(server_->Ask("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"));
  }
  std::unique_ptr<Postgres> primary_, standby_;
};

TEST_F(FailoverTest, ByAnAddressThatLeadsElsewhere) {
  MakeSynchronous();
  Gate gate(primary_->socket());
  store_ = Postgres::ThroughPort(store_, gate.port());
  Start(kLittlePatience);
  CreateSome(1, 5);
  ExpectReady();

  // While the standby stands still, nothing is acknowledged; not even what an operator makes the server give up waiting
  // for.
  standby_->Freeze();
  auto waiting = std::async(std::launch::async, [this] { return Create("w", std::chrono::minutes(2)).status(); });
  EXPECT_TRUE(Eventually([&] { return Waiting() == 1; }));
  server_->Execute("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
  EXPECT_THAT(waiting.get(), Refuses(absl::StatusCode::kUnavailable, "STORE_UNAVAILABLE"));
  EXPECT_THAT(Create("w").status(), Refuses(absl::StatusCode::kUnavailable, "STORE_UNAVAILABLE"));
  ExpectNotReady("");
  ExpectReadsGoOn();
  standby_->Thaw();
  ExpectReady();
  EXPECT_TRUE(Create("w").ok());
  ExpectNothingLost();

  // The standby is asked before it has taken in everything, and before it is promoted.
  standby_->Execute("SELECT pg_wal_replay_pause()");
  EXPECT_TRUE(Create("last").ok());
  const auto last = Get("last");
  ASSERT_TRUE(last.ok());
  primary_->StopImmediately();
  gate.SwitchTo(standby_->socket());
  EXPECT_THAT(Create("x").status(), Refuses(absl::StatusCode::kUnavailable, "STORE_READ_ONLY"));
  ExpectNotReady("read-only");
  EXPECT_TRUE(Get("f1", 1).ok());
  EXPECT_THAT(Get("last", last->revision()).status(), Refuses(absl::StatusCode::kUnavailable, "STORE_UNAVAILABLE"));
  EXPECT_THAT(Count().status(), Refuses(absl::StatusCode::kUnavailable, "STORE_UNAVAILABLE"));
  standby_->Execute("SELECT pg_wal_replay_resume()");
  EXPECT_TRUE(Eventually([&] { return Get("last", last->revision()).ok(); }));
  ExpectReadsGoOn();
  EXPECT_EQ(HealthOf(channel_), "NOT_SERVING");

  standby_->Promote();
  ExpectReady();
  CreateSome(10, 15);
  EXPECT_TRUE(Create("x").ok());
  ExpectNothingLost();
  KillService();
  Start(kLittlePatience);
  ExpectNothingLost();
}

TEST_F(FailoverTest, BySeveralHostsUnderLoad) {
  MakeSynchronous();
  // The standby is the first that answers, and not the one to go to.
  store_ = Postgres::AtHosts(store_, {standby_.get(), primary_.get()});
  Start(kLittlePatience);
  ExpectReady();
  Traffic traffic(*this);
  EXPECT_TRUE(Eventually([&] { return Acknowledged() > 20; }));
  // The primary hangs with every connection open, and never comes back.
  primary_->Freeze();
  ExpectNotReady("");
  standby_->Promote();
  ExpectReady();
  ExpectReadsGoOn();  // No reader has to find out once more that the primary says nothing.
  const int before = Acknowledged();
  EXPECT_TRUE(Eventually([&] { return Acknowledged() > before + 20; }));
  traffic.Stop();
  ExpectNothingLost();

  // The one that was left behind comes back as the only one: it must not go on with less than was told.
  standby_->StopImmediately();
  primary_->Thaw();
  const auto [id, revision] = AnyAcknowledged();
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(Create("x").status(), Refuses(absl::StatusCode::kDataLoss, "STORE_CORRUPT"));
    EXPECT_THAT(Get(id, revision).status(), Refuses(absl::StatusCode::kDataLoss, "STORE_CORRUPT"));
    EXPECT_THAT(Count().status(), Refuses(absl::StatusCode::kDataLoss, "STORE_CORRUPT"));
  }
  ExpectNotReady("damaged");
  primary_->StopImmediately();
  standby_->Start();
  ExpectReady();
  EXPECT_TRUE(Create("x").ok());
  ExpectNothingLost();
}

}  // namespace
}  // namespace oversight::testing
