// The checks of the crash tests find what they are for: a good log passes, and each fault put into it is told.
#include "tests/crash/checks.h"

#include "absl/strings/str_cat.h"
#include "common/ledger/hashing.h"
#include "gmock/gmock.h"

namespace oversight::crash {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

ledger::Version VersionOf(const std::string& name, int64_t revision, int64_t created, int64_t version) {
  ledger::Version out;
  out.name = name;
  out.kind = "test.Thing";
  out.payload = absl::StrCat(name, " as of ", revision);
  out.revision = revision;
  out.create_revision = created;
  out.version = version;
  out.create_time = absl::FromUnixSeconds(created);
  out.update_time = absl::FromUnixSeconds(revision);
  return out;
}

ledger::Transaction TransactionOf(int64_t revision, std::vector<ledger::Version> versions) {
  ledger::Transaction out;
  out.revision = revision;
  out.recorded_time = absl::FromUnixSeconds(revision);
  out.audit = {"principals/tester", "Store", "", absl::StrCat("request-", revision), ""};
  out.versions = std::move(versions);
  out.leaf_hash = absl::StrCat("hash ", revision);
  return out;
}

// Two resources made, the first changed, then both changed at once.
Log GoodLog() {
  return {TransactionOf(1, {VersionOf("a", 1, 1, 1)}), TransactionOf(2, {VersionOf("b", 2, 2, 1)}),
          TransactionOf(3, {VersionOf("a", 3, 1, 2)}),
          TransactionOf(4, {VersionOf("a", 4, 1, 3), VersionOf("b", 4, 2, 2)})};
}

// As every caller was told.
std::vector<Write> WritesOf(const Log& log) {
  std::vector<Write> writes;
  for (const auto& transaction : log) {
    Write write;
    write.actor = transaction.audit.actor;
    write.request_id = transaction.audit.request_id;
    write.fate = Fate::kStored;
    write.revision = transaction.revision;
    for (const auto& version : transaction.versions) write.written.push_back({version.name, version.payload});
    writes.push_back(write);
  }
  return writes;
}

std::vector<testing::Delivery> DeliveriesOf(const Log& log) {
  std::vector<testing::Delivery> out;
  for (const auto& transaction : log) out.push_back(testing::DeliveryOf(transaction));
  return out;
}

TEST(CrashChecks, PassAGoodLog) {
  const Log log = GoodLog();
  EXPECT_TRUE(CheckLog(log).none());
  EXPECT_TRUE(CheckWrites(log, WritesOf(log)).none());
  EXPECT_TRUE(CheckGrown({log[0], log[1]}, log).none());
  const auto told = DeliveriesOf(log);
  EXPECT_TRUE(CheckWatch({{told[1], told[2]}, {}, {told[3]}}, 1, told).none());
  EXPECT_EQ(CurrentOf(log).size(), 2U);
  EXPECT_EQ(CurrentOf(log)[1].revision, 4);
  ASSERT_EQ(HistoryOf(log, "a").size(), 3U);
  EXPECT_EQ(HistoryOf(log, "a")[0].revision, 4);
}

TEST(CrashChecks, LetAnUnknownWriteBeThereOrNot) {
  const Log log = GoodLog();
  auto writes = WritesOf(log);
  writes[1].fate = Fate::kUnknown;
  Write never;
  never.actor = "principals/tester";
  never.request_id = "request-9";
  writes.push_back(never);
  EXPECT_TRUE(CheckWrites(log, writes).none());
}

TEST(CrashChecks, FindALostTail) {
  const Log log = GoodLog();
  const auto writes = WritesOf(log);
  const Log shorter = {log[0], log[1], log[2]};
  EXPECT_EQ(CheckWrites(shorter, writes).losses, 1);
  EXPECT_EQ(CheckGrown(log, shorter).losses, 1);
  EXPECT_EQ(CheckWatch({DeliveriesOf(log)}, 0, DeliveriesOf(shorter)).losses, 1);
}

TEST(CrashChecks, FindALossWithAnotherWriteInItsPlace) {
  Log log = GoodLog();
  const auto writes = WritesOf(log);
  log[3].audit.request_id = "request-9";
  const Findings findings = CheckWrites(log, writes);
  EXPECT_EQ(findings.losses, 1);
  EXPECT_THAT(findings.messages, Contains(HasSubstr("which nobody made")));
}

TEST(CrashChecks, AllowTheThemesOnce) {
  Log log = GoodLog();
  const auto writes = WritesOf(log);
  ledger::Transaction themes;
  themes.audit.actor = "principals/concerns-service";
  themes.audit.verb = "RecordThemes";
  log.push_back(themes);
  EXPECT_TRUE(CheckWrites(log, writes).none());
  log.push_back(themes);
  EXPECT_THAT(CheckWrites(log, writes).messages, Contains(HasSubstr("which nobody made")));
}

TEST(CrashChecks, FindHalfATransaction) {
  Log log = GoodLog();
  const auto writes = WritesOf(log);
  log[3].versions.pop_back();
  const Findings findings = CheckWrites(log, writes);
  EXPECT_EQ(findings.losses, 1);
  EXPECT_EQ(findings.others, 1);
}

TEST(CrashChecks, FindChangedContent) {
  const Log log = GoodLog();
  Log changed = log;
  changed[2].versions[0].payload = "something else";
  EXPECT_EQ(CheckWrites(changed, WritesOf(log)).losses, 1);
  EXPECT_EQ(CheckGrown(log, changed).losses, 1);
  changed = log;
  changed[2].leaf_hash = "another";
  EXPECT_EQ(CheckGrown(log, changed).losses, 1);
}

TEST(CrashChecks, FindARequestStoredTwice) {
  Log log = GoodLog();
  log[2].audit.request_id = "request-1";
  EXPECT_EQ(CheckLog(log).doubles, 1);
  log[2].audit.actor = "principals/another";  // Another's id is another request.
  EXPECT_EQ(CheckLog(log).doubles, 0);
}

TEST(CrashChecks, FindAHoleInTheRevisions) {
  Log log = GoodLog();
  log.erase(log.begin() + 1);
  EXPECT_EQ(CheckLog(log).losses, 1);
}

TEST(CrashChecks, FindVersionsThatAreNotDense) {
  Log log = GoodLog();
  log[3].versions[0].version = 4;
  EXPECT_EQ(CheckLog(log).others, 1);
  log = GoodLog();
  log[2].versions[0].create_revision = 3;
  EXPECT_EQ(CheckLog(log).others, 1);
  log = GoodLog();
  log[3].versions[1] = log[3].versions[0];
  EXPECT_GE(CheckLog(log).others, 1);
}

TEST(CrashChecks, CountVersionsAnewAfterADeletion) {
  Log log = GoodLog();
  log.push_back(TransactionOf(5, {VersionOf("a", 5, 1, 4)}));
  log.back().versions[0].deleted = true;
  EXPECT_EQ(CurrentOf(log).size(), 1U);
  log.push_back(TransactionOf(6, {VersionOf("a", 6, 6, 1)}));
  EXPECT_TRUE(CheckLog(log).none());
  log.back().versions[0].version = 5;
  EXPECT_EQ(CheckLog(log).others, 1);
}

TEST(CrashChecks, FindTimeGoingBack) {
  Log log = GoodLog();
  log[2].recorded_time = log[2].versions[0].update_time = absl::FromUnixSeconds(1);
  EXPECT_EQ(CheckLog(log).others, 1);
}

TEST(CrashChecks, FindARefusedWriteThatWasStored) {
  const Log log = GoodLog();
  auto writes = WritesOf(log);
  writes[2].fate = Fate::kRefused;
  EXPECT_EQ(CheckWrites(log, writes).others, 1);
}

TEST(CrashChecks, FindALostUpdate) {
  const Log log = GoodLog();
  auto writes = WritesOf(log);
  writes[3].based_on = "a";
  writes[3].based_on_revision = 3;
  EXPECT_TRUE(CheckWrites(log, writes).none());
  writes[3].based_on_revision = 1;
  EXPECT_EQ(CheckWrites(log, writes).others, 1);
  writes[3].fate = Fate::kUnknown;  // Also when nobody was told.
  EXPECT_EQ(CheckWrites(log, writes).others, 1);
}

TEST(CrashChecks, FindAGapAndADoubleWhereAWatchWasTakenUp) {
  const auto told = DeliveriesOf(GoodLog());
  EXPECT_EQ(CheckWatch({{told[0], told[1]}, {told[3]}}, 0, told).others, 1);
  EXPECT_EQ(CheckWatch({{told[0], told[1]}, {told[1], told[2]}}, 0, told).others, 1);
}

TEST(CrashChecks, FindWhatAReaderWasGivenTooSoon) {
  const Log log = GoodLog();
  const Written a = {"a", log[2].versions[0].payload};
  EXPECT_TRUE(CheckSeen(log, {{a, 3}}).none());
  EXPECT_EQ(CheckSeen(log, {{a, 5}}).losses, 1);
  EXPECT_EQ(CheckSeen(log, {{a, 4}}).losses, 1);
  EXPECT_EQ(CheckSeen(log, {{{"b", a.payload}, 3}}).losses, 1);
}

ledger::LoggedTransaction Hashed(ledger::LoggedTransaction transaction) {
  std::vector<ledger::HashedChange> changes;
  for (auto& change : transaction.changes) {
    change.payload_hash = ledger::Sha256(change.payload);
    changes.push_back({change.operation, change.name, change.kind, change.payload_hash, change.encoded_terms});
  }
  transaction.leaf_hash =
      ledger::LeafHash(transaction.revision, absl::ToUnixMicros(transaction.recorded_time), transaction.audit, changes);
  return transaction;
}

TEST(CrashChecks, FindWhatIsNotAsItWasHashed) {
  ledger::LoggedTransaction transaction;
  transaction.revision = 1;
  transaction.recorded_time = absl::FromUnixSeconds(1);
  transaction.audit = {"principals/tester", "Store", "", "request-1", ""};
  transaction.changes.push_back({.name = "a", .kind = "test.Thing", .payload = "words"});
  transaction.request = ledger::RequestRecord();
  const ledger::LoggedTransaction good = Hashed(transaction);
  EXPECT_TRUE(CheckHashes({good}).none());
  ledger::LoggedTransaction bad = good;
  bad.changes[0].payload = "other words";
  EXPECT_EQ(CheckHashes({bad}).losses, 1);
  bad.changes[0].redacted = true;
  EXPECT_TRUE(CheckHashes({bad}).none());
  bad = good;
  bad.audit.reason = "another";
  EXPECT_EQ(CheckHashes({bad}).losses, 1);
  bad = good;
  bad.request.reset();
  EXPECT_EQ(CheckHashes({bad}).others, 1);
}

TEST(CrashChecks, KeepCountWhenThereAreManyMessages) {
  Findings findings, more;
  for (int i = 0; i < 100; ++i) more.Loss("x");
  findings.Add(more);
  findings.Double("y");
  EXPECT_EQ(findings.losses, 100);
  EXPECT_EQ(findings.doubles, 1);
  EXPECT_LE(findings.messages.size(), 20U);
  EXPECT_FALSE(findings.none());
}

}  // namespace
}  // namespace oversight::crash
