// What only the SQLite engine can get wrong: files that are no stores, disks that fail, and how its queries run.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>
#include <sqlite3.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "common/ledger/sqlite/connection.h"
#include "common/ledger/sqlite/sqlite_engine.h"
#include "common/ledger/sqlite/sqlite_reads.h"
#include "common/ledger/sqlite/sqlite_status.h"
#include "common/ledger/store.h"
#include "common/rpc/errors.h"
#include "tests/support/faulty_vfs.h"
#include "tests/support/ledger_calls.h"
#include "tests/support/temp_dir.h"

namespace oversight::ledger {
namespace {

using namespace oversight::testing;
using ::testing::HasSubstr;
using ::testing::Not;

class SqliteTest : public ::testing::Test {
 protected:
  void SetUp() override { spdlog::set_level(spdlog::level::off); }
  absl::StatusOr<std::unique_ptr<Ledger>> Open() { return Ledger::Open(MakeSqliteEngine(path_), clock_); }

  // One value of a database that is closed or open elsewhere.
  std::string Value(const std::string& sql) {
    auto connection = Connection::Open(path_, {.read_only = true});
    auto statement = Statement::Prepare(**connection, sql);
    EXPECT_TRUE(statement.ok()) << sql;
    Rows rows = (*statement)();
    EXPECT_TRUE(*rows.Next());
    return rows.Text(0);
  }

  FaultyVfs disk_;
  TempDir dir_;
  const std::string path_ = dir_ / "store.db";
  FakeClock clock_{absl::FromUnixSeconds(1700000000)};
};

TEST_F(SqliteTest, CodesHaveOneMeaning) {
  const auto reason = [](int code) { return ReasonOf(FromSqlite(code, nullptr, "a test")); };
  EXPECT_TRUE(FromSqlite(SQLITE_OK, nullptr, "").ok());
  EXPECT_TRUE(FromSqlite(SQLITE_DONE, nullptr, "").ok());
  for (int code : {SQLITE_BUSY, SQLITE_LOCKED, SQLITE_IOERR, SQLITE_IOERR_FSYNC, SQLITE_BUSY_SNAPSHOT, SQLITE_CANTOPEN,
                   SQLITE_CONSTRAINT, SQLITE_MISUSE}) {
    EXPECT_EQ(reason(code), "STORE_UNAVAILABLE") << code;
  }
  EXPECT_EQ(reason(SQLITE_FULL), "STORE_FULL");
  EXPECT_EQ(reason(SQLITE_READONLY), "STORE_READ_ONLY");
  EXPECT_EQ(reason(SQLITE_READONLY_DBMOVED), "STORE_READ_ONLY");
  EXPECT_EQ(reason(SQLITE_CORRUPT), "STORE_CORRUPT");
  EXPECT_EQ(reason(SQLITE_CORRUPT_INDEX), "STORE_CORRUPT");
  EXPECT_EQ(reason(SQLITE_NOTADB), "STORE_CORRUPT");
}

TEST_F(SqliteTest, AFailingDiskAcknowledgesNothingAndHeals) {
  auto ledger = *Open();
  ASSERT_TRUE(CommitNow(*ledger, Storing({Put("things/0", "kept")})).ok());
  int revision = 1;
  for (const auto& [count, code, reason] : {std::tuple(&disk_.failing_writes, SQLITE_IOERR_WRITE, "STORE_UNAVAILABLE"),
                                            {&disk_.failing_writes, SQLITE_FULL, "STORE_FULL"},
                                            {&disk_.failing_syncs, SQLITE_IOERR_FSYNC, "STORE_UNAVAILABLE"}}) {
    disk_.code = code;
    *count = 1;
    const std::string name = absl::StrCat("things/", revision);
    const std::string request = absl::StrCat("request-", revision);
    EXPECT_EQ(ReasonOf(CommitNow(*ledger, Storing({Put(name, "x")}, request)).status()), reason);
    EXPECT_EQ(*count, 0);
    EXPECT_FALSE(GetNow(*ledger, name)->version);
    // The same request again is stored once.
    const auto retried = CommitNow(*ledger, Storing({Put(name, "x")}, request));
    ASSERT_TRUE(retried.ok()) << retried.status();
    EXPECT_EQ(retried->revision, ++revision);
    EXPECT_TRUE(ledger->health().ok());
  }
  ledger.reset();
  EXPECT_EQ(Value("PRAGMA integrity_check"), "ok");
  ledger = *Open();
  EXPECT_EQ(ledger->head().revision, revision);
  EXPECT_EQ(GetNow(*ledger, "things/0")->version->payload, "kept");
}

// The mark by which the ledger finds out whether writing works is there already the second time.
TEST_F(SqliteTest, HealthStaysBadThroughEveryOutage) {
  auto ledger = *Open();
  disk_.code = SQLITE_FULL;
  for (int outage = 1; outage <= 3; ++outage) {
    disk_.failing_writes = 1'000'000;
    EXPECT_EQ(ReasonOf(CommitNow(*ledger, Storing({Put("things/1", "x")})).status()), "STORE_FULL");
    const int before = disk_.failing_writes;
    // A probe tried to write, and failed.
    EXPECT_TRUE(Eventually([&] { return disk_.failing_writes < before || ledger->health().ok(); }));
    EXPECT_EQ(ReasonOf(ledger->health()), "STORE_FULL") << outage;
    disk_.failing_writes = 0;
    EXPECT_TRUE(Eventually([&] { return ledger->health().ok(); }));
  }
}

TEST_F(SqliteTest, EachBatchIsSyncedBeforeItIsAnswered) {
  auto ledger = *Open();
  for (int i = 0; i < 5; ++i) {
    const int before = disk_.syncs;
    ASSERT_TRUE(CommitNow(*ledger, Storing({Put("things/1", absl::StrCat(i))})).ok());
    EXPECT_GT(disk_.syncs, before);
  }
}

TEST_F(SqliteTest, WhatIsNoStoreIsRefusedAndLeftAlone) {
  {
    std::ofstream file(path_);
    for (int i = 0; i < 500; ++i) file << "This is a letter, not a database. ";
  }
  const auto size = std::filesystem::file_size(path_);
  auto opened = Open();
  EXPECT_EQ(ReasonOf(opened.status()), "STORE_CORRUPT");
  EXPECT_EQ(opened.status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(std::filesystem::file_size(path_), size);

  std::filesystem::remove(path_);
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(path_.c_str(), &db), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(db, "CREATE TABLE recipes (name TEXT)", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(db);
  opened = Open();
  EXPECT_EQ(opened.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(opened.status().message()), HasSubstr("not a store of this program"));
  EXPECT_EQ(Value("PRAGMA journal_mode"), "delete");
  EXPECT_EQ(Value("SELECT count(*) FROM sqlite_schema"), "1");
}

TEST_F(SqliteTest, AMissingFolderIsToldPlainly) {
  const auto opened = Ledger::Open(MakeSqliteEngine(dir_ / "none/store.db"), clock_);
  EXPECT_EQ(opened.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(opened.status().message()), HasSubstr("Check that the folder exists"));
}

TEST_F(SqliteTest, TwoPathsToOneFileMeetInOneLock) {
  auto ledger = *Open();
  std::filesystem::create_directory_symlink(std::filesystem::path(path_).parent_path(), dir_ / "link");
  const auto second = Ledger::Open(MakeSqliteEngine(dir_ / "link/store.db"), clock_);
  EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(SqliteTest, AFlagNamesAStore) {
  auto engine = EngineFor("sqlite:" + path_);
  ASSERT_TRUE(engine.ok());
  EXPECT_TRUE(Ledger::Open(*std::move(engine), clock_).ok());
  for (const char* store : {"", "sqlite", "sqlite:", "oracle:x", "/tmp/x.db"}) {
    EXPECT_EQ(EngineFor(store).status().code(), absl::StatusCode::kInvalidArgument) << store;
  }
}

TEST_F(SqliteTest, AnOrderlyStopLeavesOneWholeFile) {
  auto ledger = *Open();
  ASSERT_TRUE(CommitNow(*ledger, Storing({Put("things/1", "a")})).ok());
  ledger.reset();
  EXPECT_FALSE(std::filesystem::exists(path_ + "-wal"));
  EXPECT_EQ(Value("SELECT value FROM meta WHERE key = 'schema'"), "1");
}

// A list must walk its index and never sort: else a page would cost as much as the whole list.
TEST_F(SqliteTest, ListsWalkTheirIndex) {
  { auto ledger = *Open(); }
  auto connection = *Connection::Open(path_, {.read_only = true});
  for (size_t terms : {1, 2, 3}) {
    auto plan = *Statement::Prepare(*connection, "EXPLAIN QUERY PLAN " + SqliteListSqlForTest(terms));
    Rows rows = plan();
    std::string text;
    while (*rows.Next()) absl::StrAppend(&text, rows.Text(3), "\n");
    EXPECT_THAT(text,
                HasSubstr("SEARCH t USING PRIMARY KEY (kind=? AND term=? AND value=? AND (sort_key,name)>(?,?))"));
    EXPECT_THAT(text, Not(HasSubstr("TEMP B-TREE")));
    EXPECT_THAT(text, Not(HasSubstr("SCAN")));
  }
}

// A history must not cost what the log costs.
TEST_F(SqliteTest, HistoriesWithAllBelowUseTheIndex) {
  { auto ledger = *Open(); }
  auto connection = *Connection::Open(path_, {.read_only = true});
  auto plan = *Statement::Prepare(*connection, "EXPLAIN QUERY PLAN " + SqliteHistoryBelowSqlForTest());
  Rows rows = plan();
  std::string text;
  while (*rows.Next()) absl::StrAppend(&text, rows.Text(3), "\n");
  EXPECT_THAT(text, HasSubstr("SEARCH changes USING COVERING INDEX changes_by_name (name=? AND revision<?)"));
  EXPECT_THAT(text, HasSubstr("SEARCH changes USING COVERING INDEX changes_by_name (name>? AND name<?)"));
  EXPECT_THAT(text, HasSubstr("SEARCH c USING INDEX changes_by_name (name=? AND revision=?)"));
  EXPECT_THAT(text, HasSubstr("SEARCH x USING INTEGER PRIMARY KEY (rowid=?)"));
  // What is walked whole is the history itself, once gathered.
  for (const char* table : {"SCAN changes", "SCAN c", "SCAN transactions", "SCAN x"}) {
    EXPECT_THAT(text, Not(HasSubstr(table)));
  }
}

}  // namespace
}  // namespace oversight::ledger
