// A real service on SQLite while its disk is full, read-only, broken, slow or damaged: each cause has its own answer,
// no cause loses what was acknowledged, operators see it, and the service heals by itself when the cause is gone.
#include <errno.h>
#include <signal.h>
#include <sqlite3.h>

#include <fstream>
#include <future>
#include <thread>

#include "tests/faults/faulty_disk.h"
#include "tests/faults/service_fixture.h"

namespace oversight::testing {
namespace {

using ::testing::HasSubstr;

class SqliteFaultsTest : public ServiceFixture {
 protected:
  void Start(const std::vector<std::string>& flags = {}) {
    StartService("sqlite:" + path_, disk_.Environment(), flags);
  }
  // Kills it, starts it again on a whole disk and looks for what was acknowledged: what the failing process had in
  // memory does not count.
  void ExpectNothingLostByACrash() {
    KillService();
    disk_.Mend();
    Start();
    ExpectReady();
    ExpectNothingLost();
  }

  const std::string path_ = folder_ / "store.db";
  FaultyDisk disk_{path_};
};

// A fault of the disk, what it makes of a write, and what operators read.
struct WriteFault {
  std::string name;
  void (*set)(DiskFaults& disk);
  absl::StatusCode code;
  std::string reason;
  std::string shown;
};

class SqliteWriteFaultsTest : public SqliteFaultsTest, public ::testing::WithParamInterface<WriteFault> {
 protected:
  void Break() { GetParam().set(*disk_.operator->()); }
  // More than one write after another: the first meets an open connection, the later ones none.
  void ExpectWritesRefused(const std::string& id) {
    for (int i = 0; i < 4; ++i) {
      const absl::Status status = Create(id).status();
      EXPECT_THAT(status, Refuses(GetParam().code, GetParam().reason));
      EXPECT_TRUE(TellsWhenToRetry(status)) << status;
    }
  }
};

TEST_P(SqliteWriteFaultsTest, WritesAreRefusedReadsGoOnAndItHeals) {
  Start();
  CreateSome(1, 5);
  ExpectReady();
  for (int round = 1; round <= 2; ++round) {
    const std::string late = absl::StrCat("late", round);
    Break();
    ExpectWritesRefused(late);
    ExpectNotReady(GetParam().shown);
    ExpectReadsGoOn();
    // It tries by itself and stays as it is while the fault does.
    const int failed = disk_->failed;
    EXPECT_TRUE(Eventually([&] { return disk_->failed > failed; }));
    EXPECT_EQ(HealthOf(channel_), "NOT_SERVING");
    EXPECT_EQ(Get(late).status().code(), absl::StatusCode::kNotFound);

    disk_.Mend();
    ExpectReady();
    EXPECT_TRUE(Create(late).ok());
    CreateSome(round * 10, round * 10 + 5);
    ExpectNothingLost();
  }
  ExpectNothingLostByACrash();
}

TEST_P(SqliteWriteFaultsTest, ACrashWhileItLastsLosesNothing) {
  Start();
  CreateSome(1, 5);
  Break();
  ExpectWritesRefused("late");
  KillService();
  disk_.Mend();
  Start();
  ExpectReady();
  // Whatever became of it: the retry knows.
  EXPECT_TRUE(Create("late").ok());
  ExpectNothingLost();
}

INSTANTIATE_TEST_SUITE_P(
    Causes, SqliteWriteFaultsTest,
    ::testing::Values(WriteFault{"DiskFull", [](DiskFaults& disk) { disk.write_error = ENOSPC; },
                                 absl::StatusCode::kResourceExhausted, "STORE_FULL", "full"},
                      WriteFault{"QuotaUsedUp", [](DiskFaults& disk) { disk.write_error = EDQUOT; },
                                 absl::StatusCode::kResourceExhausted, "STORE_FULL", "full"},
                      WriteFault{"ReadOnly", [](DiskFaults& disk) { disk.read_only = 1; },
                                 absl::StatusCode::kUnavailable, "STORE_READ_ONLY", "read-only"},
                      WriteFault{"BrokenWrites", [](DiskFaults& disk) { disk.write_error = EIO; },
                                 absl::StatusCode::kUnavailable, "STORE_UNAVAILABLE", "cannot be used"},
                      // The records may have reached the disk all the same: nobody may say that nothing was stored.
                      WriteFault{"BrokenSyncs", [](DiskFaults& disk) { disk.sync_error = EIO; },
                                 absl::StatusCode::kUnavailable, "STORE_UNAVAILABLE", "cannot be used"},
                      WriteFault{"FullAtTheSync", [](DiskFaults& disk) { disk.sync_error = ENOSPC; },
                                 absl::StatusCode::kUnavailable, "STORE_UNAVAILABLE", "cannot be used"}),
    [](const auto& info) { return info.param.name; });

TEST_F(SqliteFaultsTest, WhileASyncHangsWritesWaitTheirNumberIsBoundedAndReadsGoOn) {
  Start({"--max-in-flight=16", "--store-patience=2s"});  // so eight writes
  CreateSome(1, 3);
  disk_->hold_syncs = 1;
  constexpr int kWaiting = 8;
  const auto create = [this](const std::string& id, std::chrono::milliseconds in) {
    return std::async(std::launch::async, [this, id, in] { return Create(id, in).status(); });
  };
  // The first one's sync hangs; the others wait to be decided.
  std::vector<std::future<absl::Status>> waiting;
  waiting.push_back(create("w0", std::chrono::minutes(2)));
  EXPECT_TRUE(Eventually([&] { return disk_->held > 0; }));
  for (int i = 1; i < kWaiting - 1; ++i) {
    waiting.push_back(create(absl::StrCat("w", i), std::chrono::minutes(2)));
  }
  EXPECT_TRUE(Eventually([&] { return Metric("oversight_ledger_queued_writes") == kWaiting - 2; }));
  EXPECT_THAT(create("late", std::chrono::milliseconds(200)).get(), StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_EQ(Metric("oversight_calls_in_flight"), kWaiting);

  for (int i = 0; i < 5; ++i) {
    const absl::Status refused = Create(absl::StrCat("excess", i)).status();
    EXPECT_THAT(refused, Refuses(absl::StatusCode::kResourceExhausted, "OVERLOADED"));
    EXPECT_TRUE(TellsWhenToRetry(refused));
  }
  ExpectReadsGoOn();
  ExpectNotReady("does not answer");
  ExpectReadsGoOn();
  for (auto& one : waiting) EXPECT_EQ(one.wait_for(std::chrono::seconds(0)), std::future_status::timeout);

  disk_.Mend();
  for (auto& one : waiting) {
    const absl::Status status = one.get();
    EXPECT_TRUE(status.ok()) << status;
  }
  ExpectReady();
  // What gave up while it waited was never decided.
  EXPECT_EQ(Get("late").status().code(), absl::StatusCode::kNotFound);
  ExpectNothingLost();
  CreateSome(10, 15);
  ExpectNothingLostByACrash();
}

// ---- Damage ----

class SqliteDamageTest : public SqliteFaultsTest {
 protected:
  // Where the tree of a table begins in the file; an empty name is for the file's own head. As the last to close the
  // store it also brings what may still be in the log of writes into the file, from which damage would be mended.
  static constexpr int kPage = 4096;
  int64_t PlaceOf(const std::string& table) {
    sqlite3* db = nullptr;
    sqlite3_stmt* statement = nullptr;
    EXPECT_EQ(sqlite3_open_v2(path_.c_str(), &db, SQLITE_OPEN_READWRITE, nullptr), SQLITE_OK);
    const std::string sql =
        table.empty() ? "SELECT 1" : "SELECT rootpage FROM sqlite_schema WHERE name = '" + table + "'";
    EXPECT_EQ(sqlite3_exec(db, "PRAGMA wal_checkpoint(TRUNCATE)", nullptr, nullptr, nullptr), SQLITE_OK);
    EXPECT_EQ(sqlite3_prepare_v2(db, sql.c_str(), -1, &statement, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
    EXPECT_EQ(sqlite3_step(statement), SQLITE_ROW);
    const int64_t page = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    EXPECT_EQ(sqlite3_close(db), SQLITE_OK);
    return (page - 1) * kPage;
  }
  std::string Swap(int64_t place, const std::string& bytes) {
    std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
    std::string before(bytes.size(), '\0');
    file.seekg(place);
    file.read(before.data(), static_cast<std::streamsize>(before.size()));
    file.seekp(place);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    EXPECT_TRUE(file.flush().good());
    return before;
  }
  // With a few records in it, and everything in one file.
  void MakeStore() {
    Start();
    CreateSome(1, 5);
    service_->process().Signal(SIGTERM);
    ASSERT_EQ(service_->process().Wait(), 0);
  }
  const std::string garbage_ = std::string(kPage, '\xA5');
};

TEST_F(SqliteDamageTest, ADamagedPageThatOnlyWritesNeedLeavesReads) {
  MakeStore();
  const int64_t place = PlaceOf("requests");
  const std::string whole = Swap(place, garbage_);
  Start();
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(Create("late").status(), Refuses(absl::StatusCode::kDataLoss, "STORE_CORRUPT"));
  }
  ExpectNotReady("damaged");
  ExpectReadsGoOn();
  // Restored from a copy, it is used again without a restart.
  Swap(place, whole);
  ExpectReady();
  EXPECT_TRUE(Create("late").ok());
  ExpectNothingLostByACrash();
}

TEST_F(SqliteDamageTest, ADamagedPageOfTheRecordsIsToldToReaders) {
  MakeStore();
  const int64_t place = PlaceOf("changes");
  const std::string whole = Swap(place, garbage_);
  Start();
  EXPECT_THAT(Get("f1").status(), Refuses(absl::StatusCode::kDataLoss, "STORE_CORRUPT"));
  EXPECT_THAT(Get("f1", 1).status(), Refuses(absl::StatusCode::kDataLoss, "STORE_CORRUPT"));
  EXPECT_THAT(Count().status(), Refuses(absl::StatusCode::kDataLoss, "STORE_CORRUPT"));
  EXPECT_THAT(Create("late").status(), Refuses(absl::StatusCode::kDataLoss, "STORE_CORRUPT"));
  ExpectNotReady("damaged");
  Swap(place, whole);
  ExpectReady();
  EXPECT_TRUE(Create("late").ok());
  ExpectNothingLost();
}

// ---- At the start ----

TEST_F(SqliteDamageTest, AStoreThatCannotBeOpenedIsToldPlainlyAndLeftAlone) {
  const auto fails_with = [this](const std::string& words) {
    ServerProcess service({ServerProcess::Binary("forces-service"), "--listen=127.0.0.1:0",
                           "--admin-listen=127.0.0.1:0", "--insecure", "--store=sqlite:" + path_},
                          folder_ / "ready.json", folder_ / "start.log", disk_.Environment());
    const absl::Status serving = service.WaitUntilServing();
    EXPECT_FALSE(serving.ok());
    EXPECT_THAT(std::string(serving.message()), HasSubstr(words));
    EXPECT_EQ(service.process().Wait(), 1);
  };
  disk_->write_error = ENOSPC;
  fails_with("The disk of the store is full");
  disk_.Mend();
  MakeStore();
  disk_->read_only = 1;
  fails_with("cannot be opened. Check that the folder exists and may be written to");
  disk_.Mend();
  for (const std::string table : {"", "transactions"}) {
    const int64_t place = PlaceOf(table);
    const std::string whole = Swap(place, garbage_);
    fails_with("The store is damaged or is not a store");
    EXPECT_EQ(Swap(place, whole), garbage_) << "it was not left alone";
  }
  Start();
  ExpectReady();
  ExpectNothingLost();
}

}  // namespace
}  // namespace oversight::testing
