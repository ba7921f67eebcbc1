// That what is redacted leaves the files of a SQLite store: the database, its free space, its write-ahead log.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "absl/strings/str_cat.h"
#include "common/ledger/sqlite/connection.h"
#include "common/ledger/sqlite/sqlite_engine.h"
#include "tests/support/ledger_calls.h"
#include "tests/support/temp_dir.h"

namespace oversight::ledger {
namespace {

using namespace oversight::testing;
using ::testing::HasSubstr;
using ::testing::Not;

class SqliteRedactionTest : public ::testing::Test {
 protected:
  void SetUp() override { spdlog::set_level(spdlog::level::off); }
  std::unique_ptr<Ledger> Open(const std::string& path) {
    auto ledger = Ledger::Open(MakeSqliteEngine(path), clock_);
    EXPECT_TRUE(ledger.ok()) << ledger.status();
    return *std::move(ledger);
  }
  // Text that is in no other payload.
  static std::string Secret(int i) { return absl::StrCat("<secret ", i, ">"); }
  static std::string Name(int i) { return absl::StrCat("things/", i); }
  // Stores version 1 with the secret, as long as wanted, and an answer that repeats it; and version 2 without.
  void StoreSecret(Ledger& ledger, int i, size_t bytes) {
    std::string payload;
    while (payload.size() < bytes) payload += Secret(i);
    const std::string answer = absl::StrCat("\n", std::string(1, static_cast<char>(Name(i).size())), Name(i), payload);
    auto first = CommitNow(ledger, Storing({Put(Name(i), payload)}, absl::StrCat("request ", i), answer));
    ASSERT_TRUE(first.ok()) << first.status();
    ASSERT_TRUE(CommitNow(ledger, Storing({Put(Name(i), "corrected")})).ok());
    revisions_[i] = first->revision;
  }
  void Redact(Ledger& ledger, int i) {
    const auto redacted = CommitNow(ledger, Redacting({Name(i), revisions_[i]}));
    ASSERT_TRUE(redacted.ok()) << redacted.status();
  }
  // All bytes of all files of a folder.
  static std::string Bytes(const std::string& folder) {
    std::string bytes;
    for (const auto& file : std::filesystem::directory_iterator(folder)) {
      std::ifstream in(file.path(), std::ios::binary);
      bytes.append(std::istreambuf_iterator<char>(in), {});
    }
    return bytes;
  }

  TempDir dir_;
  FakeClock clock_{absl::FromUnixSeconds(1700000000)};
  std::map<int, Revision> revisions_;  // of the first versions
};

TEST_F(SqliteRedactionTest, NothingIsLeftInAnyFile) {
  constexpr int kMany = 150;
  auto ledger = Open(dir_ / "store.db");
  // From less than a cell to many pages, from the first page of the store on.
  const std::vector<size_t> sizes = {20, 300, 1500, 5000, 40000};
  for (int i = 0; i < kMany; ++i) StoreSecret(*ledger, i, sizes[static_cast<size_t>(i) % sizes.size()]);
  const std::string before = Bytes(dir_ / "");
  for (int i = 0; i < kMany; ++i) ASSERT_NE(before.find(Secret(i)), std::string::npos) << i;
  for (int i = kMany - 1; i >= 0; i -= 2) Redact(*ledger, i);
  for (int i = 0; i < kMany; i += 4) Redact(*ledger, i);
  const auto is_redacted = [](int i) { return i % 2 == 1 || i % 4 == 0; };
  for (int round = 0; round < 3; ++round) {
    const std::string bytes = Bytes(dir_ / "");
    for (int i = 0; i < kMany; ++i) {
      EXPECT_EQ(bytes.find(Secret(i)) == std::string::npos, is_redacted(i)) << i << " in round " << round;
    }
    if (round == 0) {
      // Goes on in the pages that have room now.
      for (int i = kMany; i < 2 * kMany; ++i) StoreSecret(*ledger, i, sizes[static_cast<size_t>(i) % sizes.size()]);
    } else {
      ledger.reset();
    }
  }
}

// Another program reads the store, as a copy that is being made would.
TEST_F(SqliteRedactionTest, TheLogIsEmptiedAsSoonAsThatCanBe) {
  const std::string folder = dir_ / "store", copy = dir_ / "copy";
  std::filesystem::create_directory(folder);
  auto ledger = Open(folder + "/store.db");
  StoreSecret(*ledger, 1, 300);
  {
    auto reader = *Connection::Open(folder + "/store.db", {.read_only = true});
    ASSERT_TRUE(reader->Execute("BEGIN; SELECT count(*) FROM changes").ok());
    Redact(*ledger, 1);  // Done all the same.
    EXPECT_EQ(GetNow(*ledger, Name(1), {.revision = revisions_[1]})->version->redaction, "redactions/1");
    EXPECT_THAT(Bytes(folder), HasSubstr(Secret(1)));
    // What a crash would leave now.
    std::filesystem::create_directory(copy);
    for (const char* file : {"store.db", "store.db-wal"}) {
      std::filesystem::copy_file(folder + "/" + file, copy + "/" + file);
    }
    EXPECT_THAT(Bytes(copy), HasSubstr(Secret(1)));
  }
  ASSERT_TRUE(CommitNow(*ledger, Storing({Put("things/2", "two")})).ok());
  EXPECT_THAT(Bytes(folder), Not(HasSubstr(Secret(1))));
  // And whoever opens what a crash left does so first.
  const auto after = Open(copy + "/store.db");
  EXPECT_EQ(GetNow(*after, Name(1), {.revision = revisions_[1]})->version->redaction, "redactions/1");
  EXPECT_THAT(Bytes(copy), Not(HasSubstr(Secret(1))));
}

}  // namespace
}  // namespace oversight::ledger
