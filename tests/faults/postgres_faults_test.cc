// A real service on PostgreSQL while that goes wrong: cut off, stopped, frozen, read-only, full, locked, damaged. Each
// cause has its own answer, no cause loses or doubles what was acknowledged, operators see it, and the service heals by
// itself when the cause is gone. The network between the two is network_faults_test.cc's, fail-over failover_test.cc's.
#include <errno.h>
#include <signal.h>

#include <fstream>
#include <future>
#include <map>

#include "tests/faults/faulty_disk.h"
#include "tests/faults/postgres_fixture.h"

namespace oversight::testing {
namespace {

const std::vector<std::string> kLittlePatience = {"--store-patience=1s"};

// All on one server, whose disk can be made to fail.
class PostgresFaultsTest : public PostgresFixture {
 protected:
  struct Server {
    FaultyDisk disk;
    std::unique_ptr<Postgres> postgres = Postgres::New({}, disk.Environment());
  };
  void SetUp() override {
    // As long as the binary runs.
    static const std::unique_ptr<Server> server = Postgres::Installed() ? std::make_unique<Server>() : nullptr;
    UseServer(server ? server->postgres.get() : nullptr);
    disk_ = server ? &server->disk : nullptr;
  }
  FaultyDisk* disk_ = nullptr;
};

TEST_F(PostgresFaultsTest, ConnectionsThatAreCutAgainAndAgainLoseAndDoubleNothing) {
  Start();
  CreateSome(1, 5);
  Traffic traffic(*this);
  int cuts = 0;
  EXPECT_TRUE(Eventually([&] {
    const int enough = Acknowledged() + 3;
    EXPECT_TRUE(Eventually([&] { return Acknowledged() >= enough; }));
    EXPECT_TRUE(Get("f1").ok());
    cuts += CutConnections();
    return cuts > 25 && traffic.refused() > 0;
  }));
  traffic.Stop();
  ExpectReady();
  ExpectNothingLost();
}

TEST_F(PostgresFaultsTest, AServerThatStopsUnderLoadAndComesBack) {
  Start();
  CreateSome(1, 5);
  Traffic traffic(*this);
  server_->StopImmediately();
  const absl::Status status = Create("late").status();
  EXPECT_THAT(status, Refuses(absl::StatusCode::kUnavailable, "STORE_UNAVAILABLE"));
  EXPECT_TRUE(TellsWhenToRetry(status));
  ExpectNotReady("cannot be used");
  ExpectReadsFromMemory();
  server_->Start();
  ExpectReady();
  EXPECT_TRUE(Create("late").ok());
  ExpectReadsGoOn();
  traffic.Stop();
  ExpectNothingLost();
  ExpectNothingLostByACrash();
}

TEST_F(PostgresFaultsTest, AServerThatStandsStill) {
  Start(kLittlePatience);
  CreateSome(1, 5);
  ExpectReady();
  server_->Freeze();
  // Nobody writes, and it is found out all the same.
  ExpectNotReady("");
  auto waiting = std::async(std::launch::async, [this] { return Create("w", std::chrono::minutes(2)).status(); });
  EXPECT_THAT(Create("late", std::chrono::milliseconds(200)).status(), StatusIs(absl::StatusCode::kDeadlineExceeded));
  ExpectReadsFromMemory();
  // A write that has patience is told, and so may try elsewhere.
  EXPECT_THAT(waiting.get(), Refuses(absl::StatusCode::kUnavailable, "STORE_UNAVAILABLE"));
  EXPECT_EQ(HealthOf(channel_), "NOT_SERVING");

  server_->Thaw();
  ExpectReady();
  EXPECT_TRUE(Create("w").ok());
  EXPECT_TRUE(Create("late").ok());
  ExpectReadsGoOn();
  ExpectNothingLost();
}

TEST_F(PostgresFaultsTest, WritesUnderWayWhileItStandsStillAreDoneOnce) {
  Start(kLittlePatience);
  Traffic traffic(*this);
  EXPECT_TRUE(Eventually([&] { return Acknowledged() >= 5; }));
  server_->Freeze();
  ExpectNotReady("");
  server_->Thaw();
  ExpectReady();
  traffic.Stop();
  ExpectNothingLost();
}

TEST_F(PostgresFaultsTest, ReadsThatWaitForAServerThatStandsStillAreEndedAndLeaveRoomForOthers) {
  Start({"--max-in-flight=16", "--store-patience=1s"});
  CreateSome(1, 5);
  server_->Freeze();
  std::vector<std::future<absl::Status>> waiting;
  for (int i = 0; i < 16; ++i) {
    waiting.push_back(
        std::async(std::launch::async, [this] { return Get("f1", 1, std::chrono::minutes(2)).status(); }));
  }
  EXPECT_TRUE(Eventually([&] { return Metric("oversight_ledger_queued_reads") > 0; }));
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(Get("f2").ok());
  for (auto& one : waiting) {
    const absl::Status status = one.get();
    EXPECT_TRUE(ReasonOf(status) == "STORE_UNAVAILABLE" || ReasonOf(status) == "OVERLOADED") << status;
    EXPECT_TRUE(TellsWhenToRetry(status));
  }
  server_->Thaw();
  ExpectReady();
  ExpectReadsGoOn();
}

TEST_F(PostgresFaultsTest, AStopDoesNotWaitForAServerThatStandsStill) {
  Start(kLittlePatience);
  CreateSome(1, 2);
  server_->Freeze();
  auto waiting = std::async(std::launch::async, [this] { return Create("w", std::chrono::minutes(2)).status(); });
  EXPECT_TRUE(Eventually([&] { return Metric("oversight_calls_in_flight") > 0; }));
  service_->process().Signal(SIGTERM);
  EXPECT_EQ(service_->process().Wait(), 0);
  EXPECT_THAT(waiting.get(), Refuses(absl::StatusCode::kUnavailable, "STORE_UNAVAILABLE"));
  server_->Thaw();
  Start();
  EXPECT_TRUE(Create("w").ok());
  ExpectNothingLost();
}

TEST_F(PostgresFaultsTest, AReadOnlyDatabase) {
  Start();
  CreateSome(1, 5);
  server_->Execute("ALTER DATABASE postgres SET default_transaction_read_only = on");
  CutConnections();
  for (int i = 0; i < 3; ++i) {
    const absl::Status status = Create("late").status();
    EXPECT_THAT(status, Refuses(absl::StatusCode::kUnavailable, "STORE_READ_ONLY"));
    EXPECT_TRUE(TellsWhenToRetry(status));
  }
  ExpectNotReady("read-only");
  ExpectReadsGoOn();
  // Started on it, a service serves what it can, and does not say that it can more.
  KillService();
  Start();
  ExpectNotReady("read-only");
  ExpectReadsGoOn();
  server_->Execute("ALTER DATABASE postgres RESET default_transaction_read_only");
  ExpectReady();
  EXPECT_TRUE(Create("late").ok());
  CreateSome(10, 15);
  ExpectNothingLost();
}

TEST_F(PostgresFaultsTest, ALockHeldByAnother) {
  Start(kLittlePatience);
  CreateSome(1, 5);
  Session other(store_);
  other.Execute("BEGIN; SELECT revision FROM head FOR UPDATE");
  EXPECT_THAT(Create("late", std::chrono::milliseconds(200)).status(), StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_THAT(Create("late").status(), Refuses(absl::StatusCode::kUnavailable, "STORE_UNAVAILABLE"));
  ExpectNotReady("cannot be used");
  ExpectReadsGoOn();
  // What was given up waits no longer in the server either: it would be more and more.
  const int connections = Connections();
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(Create("again").status(), Refuses(absl::StatusCode::kUnavailable, "STORE_UNAVAILABLE"));
  }
  EXPECT_TRUE(Eventually([&] { return Connections() <= connections; })) << Connections();
  other.Execute("ROLLBACK");
  ExpectReady();
  EXPECT_TRUE(Create("late").ok());
  EXPECT_TRUE(Create("again").ok());
  ExpectNothingLost();
}

TEST_F(PostgresFaultsTest, AnotherReplicaThatWritesIsNoReasonNotToBeReady) {
  Start();
  CreateSome(1, 5);
  ServerProcess other(CommandFor(store_, {}), folder_ / "other.json", folder_ / "other.log");
  ASSERT_TRUE(other.WaitUntilServing().ok());
  Traffic traffic(*this);
  // A lost connection makes the other one look whether it can write, in the midst of what this one writes.
  const auto channel = rpc::MakeChannel({.target = other.address(), .principal = "records-manager"});
  for (int i = 0; i < 5; ++i) {
    CutConnections();
    const int enough = Acknowledged() + 10;
    EXPECT_TRUE(Eventually([&] { return Acknowledged() >= enough; }));
    const HttpAnswer ready = HttpCall(other.addresses().at("admin"), "GET", "/readyz", {}, "");
    EXPECT_THAT(ready.body, ::testing::Not(::testing::HasSubstr("came first")));
  }
  traffic.Stop();
  EXPECT_TRUE(Eventually([&] { return HealthOf(channel) == "SERVING"; }));
  ExpectReady();
  ExpectNothingLost();
}

// ---- The disk of the server ----

class PostgresDiskTest : public PostgresFaultsTest {
 protected:
  void TearDown() override {
    if (disk_ != nullptr) disk_->Mend();
    PostgresFaultsTest::TearDown();
  }
};

TEST_F(PostgresDiskTest, FullWhereTheTablesAre) {
  Start();
  CreateSome(1, 5);
  disk_->Move(server_->data("base/"));
  (*disk_)->write_error = ENOSPC;
  // What fits into the pages there are may still be stored.
  absl::Status refused;
  std::string id;
  EXPECT_TRUE(Eventually([&, i = 0]() mutable {
    id = absl::StrCat("fill", i++);
    refused = Create(id).status();
    return !refused.ok();
  }));
  EXPECT_THAT(refused, Refuses(absl::StatusCode::kResourceExhausted, "STORE_FULL"));
  EXPECT_TRUE(TellsWhenToRetry(refused));
  ExpectNotReady("full");
  ExpectReadsGoOn();
  // It tries by itself and stays as it is while the fault does.
  const int failed = (*disk_)->failed;
  EXPECT_TRUE(Eventually([&] { return (*disk_)->failed > failed; }));
  EXPECT_EQ(HealthOf(channel_), "NOT_SERVING");
  disk_->Mend();
  ExpectReady();
  EXPECT_TRUE(Create(id).ok());
  CreateSome(10, 15);
  ExpectNothingLost();
  ExpectNothingLostByACrash();
}

struct LogFault {
  std::string name;
  void (*set)(DiskFaults& disk);
};
class PostgresLogDiskTest : public PostgresDiskTest, public ::testing::WithParamInterface<LogFault> {};

TEST_P(PostgresLogDiskTest, EndsTheServerAndLosesNothing) {
  Start();
  CreateSome(1, 5);
  Traffic traffic(*this);
  disk_->Move(server_->data("pg_wal/"));
  GetParam().set(*disk_->operator->());
  EXPECT_TRUE(Eventually([&] { return traffic.refused() > 0; }));
  EXPECT_THAT(Create("late").status(), Refuses(absl::StatusCode::kUnavailable, "STORE_UNAVAILABLE"));
  ExpectNotReady("cannot be used");
  ExpectReadsFromMemory();
  disk_->Mend();
  server_->StopImmediately();  // Unless it has given up by itself.
  server_->Start();
  ExpectReady();
  traffic.Stop();
  EXPECT_TRUE(Create("late").ok());
  ExpectNothingLost();
}

INSTANTIATE_TEST_SUITE_P(Causes, PostgresLogDiskTest,
                         ::testing::Values(LogFault{"Full", [](DiskFaults& disk) { disk.write_error = ENOSPC; }},
                                           LogFault{"BrokenSyncs", [](DiskFaults& disk) { disk.sync_error = EIO; }}),
                         [](const auto& info) { return info.param.name; });

// ---- Damage ----

class PostgresDamageTest : public PostgresFaultsTest {
 protected:
  // Starts a service, has it store a few records and stops the server under it, so that nothing is in its memory.
  void MakeStore() {
    Start();
    CreateSome(1, 5);
    for (const char* relation : {"requests", "changes", "changes_by_name"}) {
      paths_[relation] =
          server_->data(server_->Ask(store_, absl::StrCat("SELECT pg_relation_filepath('", relation, "')")));
    }
    // Not as after a crash: recovery would write pages anew, and so mend those that are damaged here.
    server_->Stop();
  }
  // Flips bytes in the first page of a table.
  void Flip(const std::string& table) {
    std::fstream file(paths_.at(table), std::ios::in | std::ios::out | std::ios::binary);
    char bytes[16];
    file.seekg(8000);
    file.read(bytes, sizeof(bytes));
    for (char& byte : bytes) byte = static_cast<char>(~byte);
    file.seekp(8000);
    file.write(bytes, sizeof(bytes));
    ASSERT_TRUE(file.flush().good()) << paths_.at(table);
  }
  void ExpectRecordsDamaged() {
    EXPECT_TRUE(Get("f1").ok()) << "it is in memory";
    EXPECT_TRUE(Eventually([&] { return absl::IsDataLoss(Get("f1", 1).status()); }));
    EXPECT_THAT(Get("f1", 1).status(), Refuses(absl::StatusCode::kDataLoss, "STORE_CORRUPT"));
    EXPECT_THAT(Count().status(), Refuses(absl::StatusCode::kDataLoss, "STORE_CORRUPT"));
    EXPECT_THAT(Create("late").status(), Refuses(absl::StatusCode::kDataLoss, "STORE_CORRUPT"));
    ExpectNotReady("damaged");
  }

  std::map<std::string, std::string> paths_;  // of tables and indexes
};

TEST_F(PostgresDamageTest, ADamagedPageThatOnlyWritesNeedLeavesReads) {
  MakeStore();
  Flip("requests");
  server_->Start();
  ExpectNotReady("damaged");
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(Create("late").status(), Refuses(absl::StatusCode::kDataLoss, "STORE_CORRUPT"));
  }
  ExpectReadsGoOn();
  // Restored from a copy, it is used again without a restart.
  Flip("requests");
  ExpectReady();
  EXPECT_TRUE(Create("late").ok());
  ExpectNothingLost();
  ExpectNothingLostByACrash();
}

TEST_F(PostgresDamageTest, DamagedRecordsAreToldToReaders) {
  MakeStore();
  Flip("changes");
  server_->Start();
  ExpectRecordsDamaged();
  Flip("changes");
  ExpectReady();
  // A file that is gone is damage, too.
  server_->StopImmediately();
  const std::string path = paths_.at("changes_by_name");
  std::filesystem::rename(path, path + ".away");
  server_->Start();
  ExpectRecordsDamaged();
  std::filesystem::rename(path + ".away", path);
  ExpectReady();
  EXPECT_TRUE(Create("late").ok());
  ExpectNothingLost();
}

}  // namespace
}  // namespace oversight::testing
