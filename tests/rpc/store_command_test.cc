// The commands of a service's binary that work on its store, by the smallest binary there is, over both engines.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <thread>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/ledger/archive/kept_head.h"
#include "common/ledger/sqlite/file_lock.h"
#include "common/ledger/store.h"
#include "tests/support/awaited.h"
#include "tests/support/postgres.h"
#include "tests/support/process.h"
#include "tests/support/sample_export.h"
#include "tests/support/store_damage.h"
#include "tests/support/temp_dir.h"

namespace oversight::rpc {
namespace {

using oversight::testing::Eventually;
using oversight::testing::Postgres;
using oversight::testing::Process;
using oversight::testing::Ran;
using oversight::testing::SampleLog;
using oversight::testing::StoreDamage;
using oversight::testing::TempDir;
using oversight::testing::WriteSampleExport;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr char kLedger[] = "ledgers/toy";

std::string Bytes(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

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

TEST_P(StoreCommandTest, RestoreFillsAnEmptyStoreAndExportGivesTheFileBack) {
  const std::string file = folder_ / "toy.jsonl.gz", back = folder_ / "back.jsonl.gz";
  const std::string root = absl::BytesToHexString(ledger::HashBytes(WriteSampleExport(file, kLedger, 1200)));
  const Ran restored = Do("restore", {file});
  EXPECT_EQ(restored.code, 0) << restored.err;
  EXPECT_THAT(restored.out, AllOf(HasSubstr("sound. 1200 transactions with 1600 changes"), HasSubstr(root),
                                  HasSubstr("Restored ledgers/toy. The store has the id aaaaaaaa")));
  const Ran verified = Do("verify", {"--json"});
  EXPECT_EQ(verified.code, 0) << verified.err;
  EXPECT_THAT(verified.out, AllOf(HasSubstr("\"rootHash\":\"" + root), HasSubstr("\"sound\":true")));
  const Ran exported = Do("export", {back});
  EXPECT_EQ(exported.code, 0) << exported.err;
  EXPECT_THAT(exported.out, HasSubstr("Exported ledgers/toy up to revision 1200 to " + back));
  EXPECT_EQ(Bytes(back), Bytes(file));

  const Ran again = Do("restore", {file});
  EXPECT_EQ(again.code, 1);
  EXPECT_THAT(again.err, HasSubstr("into an empty store only. Nothing was changed."));
  EXPECT_EQ(Do("verify").code, 0);
}

TEST_P(StoreCommandTest, VerifyNamesTheFirstBadRevisionAndAHeadThatIsNotContinued) {
  const std::string file = folder_ / "toy.jsonl";
  const ledger::Hash root = WriteSampleExport(file, kLedger, 20);
  ASSERT_EQ(Do("restore", {file}).code, 0);
  const auto kept = [&](const std::string& ledger, ledger::Hash hash) {
    std::ofstream(folder_ / "head", std::ios::trunc)
        << ledger::TextToKeep(ledger::OriginOf(ledger, std::string(32, 'a')), 20, hash, "");
    return "--head=" + folder_ / "head";
  };
  EXPECT_EQ(Do("verify", {kept(kLedger, root)}).code, 0);
  const Ran other = Do("verify", {kept("ledgers/forces", root)});
  EXPECT_EQ(other.code, 1);
  EXPECT_THAT(other.err, HasSubstr("is of the log oversight-ledger/forces/"));
  ledger::Hash past = root;
  past[0] ^= 1;
  const Ran changed = Do("verify", {kept(kLedger, past)});
  EXPECT_EQ(changed.code, 1);
  EXPECT_THAT(changed.out, HasSubstr("NOT SOUND. Revisions 1 to 20: something is not what it was"));
  // The same of a file before it is restored.
  store_ = NewStore();
  EXPECT_THAT(Do("restore", {file, kept(kLedger, past)}).out, HasSubstr("Revisions 1 to 20: "));
  EXPECT_EQ(Do("restore", {file, kept("ledgers/forces", root)}).code, 1);
  EXPECT_EQ(Do("restore", {file, kept(kLedger, root)}).code, 0);

  StoreDamage(store_).Flip("changes", "payload", "revision = 7");
  const Ran found = Do("verify");
  EXPECT_EQ(found.code, 1);
  EXPECT_THAT(found.out, HasSubstr("ledgers/toy: NOT SOUND. Revision 7: the payload of "));
  EXPECT_THAT(found.err, HasSubstr("Revision 7: "));
  const Ran exported = Do("export", {folder_ / "out.jsonl"});
  EXPECT_EQ(exported.code, 1);
  EXPECT_THAT(exported.err, HasSubstr("Revision 7: "));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "out.jsonl"));
}

TEST_P(StoreCommandTest, AFileThatIsNotSoundLeavesNothingThatAServiceStartsOn) {
  const std::string file = folder_ / "toy.jsonl";
  WriteSampleExport(file, kLedger, 1500);
  const std::string bytes = Bytes(file);
  const size_t place = bytes.find("request-1234\"");
  std::string damaged = bytes;
  damaged[place] = 'R';
  std::ofstream(file, std::ios::trunc | std::ios::binary) << damaged;
  const Ran refused = Do("restore", {file});
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.out, HasSubstr("NOT SOUND. Revision 1234: its line in the file was changed"));
  EXPECT_THAT(refused.err, HasSubstr("Run `restore` again with a sound file"));

  const Ran service = Toy({"--store=" + store_, "--insecure"});
  EXPECT_EQ(service.code, 1);
  EXPECT_THAT(service.out, HasSubstr("holds part of a restore that was not finished"));
  for (const char* command : {"migrate", "verify"}) {
    const Ran ran = Do(command);
    EXPECT_EQ(ran.code, 1) << command;
    EXPECT_THAT(ran.err, HasSubstr("Run `restore` again: it clears the store")) << command;
  }
  EXPECT_EQ(Do("export", {folder_ / "out.jsonl"}).code, 1);

  std::ofstream(file, std::ios::trunc | std::ios::binary) << bytes;
  EXPECT_EQ(Do("restore", {file}).code, 0);
  EXPECT_THAT(Do("verify").out, HasSubstr("sound. 1500 transactions"));
}

TEST_P(StoreCommandTest, ARestoreThatWasKilledIsRunAgain) {
  const std::string file = folder_ / "toy.jsonl", pipe = folder_ / "pipe";
  WriteSampleExport(file, kLedger, 2500);
  const std::string bytes = Bytes(file);
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  {
    Process restore({std::getenv("RPC_TOY_SERVER"), "restore", pipe, "--store=" + store_}, folder_ / "log");
    std::ofstream out(pipe, std::ios::binary);
    out << bytes.substr(0, bytes.size() * 6 / 10) << std::flush;  // The rest does not come.
    const auto engine = *ledger::EngineFor(store_);
    std::unique_ptr<ledger::Reader> reader;
    ASSERT_TRUE(Eventually([&] {
      if (reader == nullptr && engine->Schema().value_or(0) > 0) reader = engine->OpenReader().value_or(nullptr);
      return reader != nullptr && reader->GetHead().value_or(ledger::Head{}).revision == 1000;
    })) << Bytes(folder_ / "log");
    restore.Kill();
  }
  EXPECT_EQ(Toy({"--store=" + store_, "--insecure"}).code, 1);
  const Ran again = Do("restore", {file});
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_THAT(Do("verify").out, HasSubstr("sound. 2500 transactions"));
}

TEST_P(StoreCommandTest, WhatIsNoStoreOrNoFileOfItIsRefused) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"verify"}, {"export", folder_ / "out.jsonl"}}) {
    const Ran ran = Do(arguments[0], {arguments.begin() + 1, arguments.end()});
    EXPECT_EQ(ran.code, 1) << arguments[0];
    EXPECT_THAT(ran.err, HasSubstr("There is no store at this place.")) << arguments[0];
  }
  const std::string file = folder_ / "other.jsonl";
  WriteSampleExport(file, "ledgers/forces", 2);
  const Ran other = Do("restore", {file});
  EXPECT_EQ(other.code, 1);
  EXPECT_THAT(other.err, HasSubstr("is of ledgers/forces, and this service keeps ledgers/toy"));
  EXPECT_THAT(Do("restore", {folder_ / "missing"}).err, HasSubstr("Cannot read "));
  std::ofstream(file, std::ios::trunc) << "{}\n";
  const Ran no_export = Do("restore", {file});
  EXPECT_EQ(no_export.code, 1);
  EXPECT_THAT(no_export.err, HasSubstr("The store is as it was"));
  EXPECT_THAT(Do("verify").err, HasSubstr("There is no store at this place."));
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
  for (const char* command : {"restore", "export"}) {
    const Ran no_file = Toy({command, "--store=sqlite:/x"});
    EXPECT_EQ(no_file.code, 2) << command;
    EXPECT_THAT(no_file.err, HasSubstr("one file is to be named")) << command;
  }
  EXPECT_EQ(Toy({"verify", "a file", "--store=sqlite:/x"}).code, 2);
  EXPECT_THAT(Toy({"restore", "--help"}).out, HasSubstr("--head="));
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
