// The commands of a service's binary that work on its store, by the smallest binary there is, over both engines.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <thread>

#include "absl/strings/str_cat.h"
#include "common/ledger/sqlite/file_lock.h"
#include "tests/support/postgres.h"
#include "tests/support/process.h"
#include "tests/support/store_damage.h"
#include "tests/support/temp_dir.h"

namespace oversight::rpc {
namespace {

using oversight::testing::Postgres;
using oversight::testing::Ran;
using oversight::testing::StoreDamage;
using oversight::testing::TempDir;
using ::testing::HasSubstr;

Ran Toy(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), std::getenv("RPC_TOY_SERVER"));
  return oversight::testing::Run(arguments);
}

class StoreCommandTest : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (GetParam() == "Postgres" && Postgres::Get() == nullptr) GTEST_SKIP() << "PostgreSQL 15 is not installed.";
    store_ = NewStore();
  }
  std::string NewStore() {
    return GetParam() == "Postgres" ? Postgres::Get()->NewStore()
                                    : absl::StrCat("sqlite:", folder_ / absl::StrCat(++stores_, ".db"));
  }
  Ran Do(const std::string& command, std::vector<std::string> arguments = {}) {
    arguments.insert(arguments.begin(), {command, "--store=" + store_});
    return Toy(arguments);
  }
  const TempDir folder_;
  int stores_ = 0;
  std::string store_;
};

INSTANTIATE_TEST_SUITE_P(Engines, StoreCommandTest, ::testing::Values("Sqlite", "Postgres"),
                         [](const auto& info) { return info.param; });

TEST_P(StoreCommandTest, MigrateSaysFromWhichSchemaToWhich) {
  const Ran made = Do("migrate");
  EXPECT_EQ(made.code, 0) << made.err;
  EXPECT_THAT(made.out, HasSubstr("from 0 (none) to "));
  const Ran again = Do("migrate");
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_THAT(again.out, HasSubstr("Nothing to do"));
  const Ran json = Do("migrate", {"--json"});
  EXPECT_THAT(json.out, ::testing::MatchesRegex("\\{\"from\":[0-9]+,\"to\":[0-9]+\\}\n"));

  StoreDamage(store_).Execute("UPDATE meta SET value = '9999' WHERE key = 'schema'");
  const Ran newer = Do("migrate");
  EXPECT_EQ(newer.code, 1);
  EXPECT_THAT(newer.err, HasSubstr("written by a newer version of this program (schema 9999"));
}

TEST_P(StoreCommandTest, SeveralMayMigrateAtOnce) {
  std::vector<Ran> ran(6);
  std::vector<std::thread> threads;
  for (Ran& one : ran) threads.emplace_back([&] { one = Do("migrate"); });
  for (std::thread& thread : threads) thread.join();
  int made = 0;
  for (const Ran& one : ran) {
    // One process at a time has a SQLite store; the others are told so.
    EXPECT_TRUE(one.code == 0 || (GetParam() == "Sqlite" && one.code == 3)) << one.code << one.err;
    if (one.out.find("from 0 (none)") != std::string::npos) ++made;
  }
  EXPECT_EQ(made, 1);
}

TEST(StoreCommandLineTest, ExplainsItself) {
  const Ran help = Toy({"--help"});
  EXPECT_EQ(help.code, 0);
  EXPECT_THAT(help.out, HasSubstr("\n  migrate: "));
  EXPECT_THAT(Toy({"migrate", "--help"}).out, HasSubstr("advisory lock"));
  const Ran unknown = Toy({"migrat"});
  EXPECT_EQ(unknown.code, 2);
  EXPECT_THAT(unknown.err, HasSubstr("\"migrat\" is no command. There are: migrate"));
  EXPECT_EQ(Toy({"migrate"}).code, 2) << "no store is given";
  EXPECT_EQ(Toy({"migrate", "--store=sqlite:/x", "--listen=127.0.0.1:0"}).code, 2);
  EXPECT_EQ(Toy({"migrate", "--store=postgres:///x?host=/nonexistent"}).code, 3);
}

TEST(StoreCommandLineTest, AStoreInUseIsLeftAlone) {
  const TempDir folder;
  const std::string path = folder / "store.db";
  ledger::FileLock lock;
  ASSERT_TRUE(lock.Acquire(std::filesystem::weakly_canonical(path).string() + ".lock").ok());
  const Ran refused = Toy({"migrate", "--store=sqlite:" + path});
  EXPECT_EQ(refused.code, 3);
  EXPECT_THAT(refused.err, HasSubstr("Another process has this store open"));
}

}  // namespace
}  // namespace oversight::rpc
