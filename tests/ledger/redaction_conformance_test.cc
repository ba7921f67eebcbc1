// Redaction of a payload by law, on every engine: it is gone from the store and from memory, whatever asks; everything
// else stays, and the log stays sound.
#include "common/ledger/archive/auditor.h"
#include "common/ledger/hashing.h"
#include "common/ledger/redaction.h"
#include "tests/ledger/ledger_fixture.h"
#include "tests/support/watch_validators.h"

namespace oversight::ledger {
namespace {

using namespace oversight::testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kSecret[] = "the name of a witness";

class RedactionTest : public LedgerTest {
 protected:
  Committed Redact(const VersionId& id, const std::string& request_id = "") {
    auto committed = CommitNow(*ledger_, Redacting(id, request_id));
    EXPECT_TRUE(committed.ok()) << committed.status();
    return committed.ok() ? *committed : Committed{};
  }
  std::vector<LoggedTransaction> Log() {
    Awaited<std::vector<LoggedTransaction>> done;
    ledger_->ReadLog(0, ledger_->head().revision, done.callback());
    auto log = done.Take();
    EXPECT_TRUE(log.ok()) << log.status();
    return log.ok() ? *log : std::vector<LoggedTransaction>();
  }
  TreeState Tree(std::optional<Revision> size = std::nullopt) {
    Awaited<TreeState> done;
    ledger_->Tree(size, done.callback());
    return *done.Take();
  }
  // What is wrong with the log, or how many payloads it has lost by law.
  std::string Audit() {
    Auditor auditor;
    for (const LoggedTransaction& transaction : Log()) {
      if (!auditor.Add(transaction)) break;
    }
    auditor.Finish();
    return auditor.finding() ? auditor.finding()->ToString() : absl::StrCat("sound, redacted ", auditor.redactions());
  }
  // The log as a new watcher is told it.
  std::vector<std::shared_ptr<const Transaction>> Watched() {
    auto watcher = ledger_->Watch(0);
    EXPECT_TRUE(watcher.ok());
    auto all = DrainTo(**watcher, ledger_->head().revision);
    EXPECT_TRUE(all.ok()) << all.status();
    return *all;
  }
  static void ExpectRedacted(const Version& version, const std::string& record) {
    EXPECT_TRUE(version.redacted) << version.name;
    EXPECT_EQ(version.redaction, record) << version.name;
    EXPECT_EQ(version.payload, "") << version.name;
  }
  // An answer that holds a resource, as a serialised message would.
  static std::string AnswerWith(const std::string& name) {
    return absl::StrCat("\n", std::string(1, static_cast<char>(name.size())), name, kSecret);
  }
  static Command Answering(std::vector<Change> changes, const std::string& request_id, const std::string& name) {
    return Storing(std::move(changes), request_id, AnswerWith(name));
  }
};

TEST_P(RedactionTest, TheRecordTakesThePayloadAndNothingElse) {
  Store({Put("things/1", kSecret, {{"colour", "red"}}), Put("things/2", "stays")});
  Store({Put("things/1", "corrected", {{"colour", "red"}})});
  const auto before = Log();
  const TreeState head = Tree();
  const Committed redaction = Redact({"things/1", 1});
  EXPECT_EQ(redaction.revision, 3);
  EXPECT_EQ(redaction.response, "redactions/1");
  for (int round = 0; round < 2; ++round) {
    const auto after = Log();
    ASSERT_THAT(after, SizeIs(3));
    for (size_t i = 0; i < before.size(); ++i) {
      EXPECT_EQ(after[i].leaf_hash, before[i].leaf_hash);
      for (size_t c = 0; c < before[i].changes.size(); ++c) {
        const bool gone = i == 0 && c == 0;
        EXPECT_EQ(after[i].changes[c].redacted, gone);
        EXPECT_EQ(after[i].changes[c].payload, gone ? "" : before[i].changes[c].payload);
        EXPECT_EQ(after[i].changes[c].payload_hash, before[i].changes[c].payload_hash);
        EXPECT_EQ(after[i].changes[c].encoded_terms, before[i].changes[c].encoded_terms);
      }
    }
    EXPECT_EQ(after[0].changes[0].payload_hash, Sha256(kSecret));
    EXPECT_EQ(Tree(2).root, head.root);
    EXPECT_EQ(Audit(), "sound, redacted 1");
    EXPECT_EQ(Payload("things/1"), "corrected");
    const auto records = ListNow(*ledger_, {.kind = kRedactionKind});
    ASSERT_TRUE(records.ok()) << records.status();
    ASSERT_THAT(records->items, SizeIs(1));
    EXPECT_EQ(RedactedBy(records->items[0].kind, records->items[0].payload), (VersionId{"things/1", 1}));
    Open();
  }
}

TEST_P(RedactionTest, ReadsOfThePastSayWhichRecordTookIt) {
  Store({Put("things/1", kSecret, {{"colour", "red"}}), Put("things/2", "two", {{"colour", "red"}})});
  clock_.Advance(absl::Seconds(1));
  Store({Put("things/1", "corrected", {{"colour", "red"}})});
  // Another's redaction, so that the first record is not taken for all.
  Store({Put("things/10", "ten")});
  Store({Put("things/10", "ten corrected")});
  clock_.Advance(absl::Seconds(1));
  Redact({"things/10", 3});
  const absl::Time first = GetNow(*ledger_, "things/1", {.revision = 1})->read_time;
  Redact({"things/1", 1});

  for (const AsOf& at : {AsOf{.revision = 1}, AsOf{.time = first}}) {
    const auto got = GetNow(*ledger_, "things/1", at);
    ASSERT_TRUE(got.ok()) << got.status();
    ASSERT_TRUE(got->version);
    ExpectRedacted(*got->version, "redactions/2");
    EXPECT_EQ(got->version->revision, 1);
    EXPECT_EQ(got->version->kind, "test.Thing");
    EXPECT_EQ(got->version->update_time, first);
    for (const std::vector<Term>& terms : {std::vector<Term>{}, {{"colour", "red"}}}) {
      const auto list = ListNow(*ledger_, {.kind = "test.Thing", .all_of = terms, .as_of = at});
      ASSERT_TRUE(list.ok()) << list.status();
      ASSERT_THAT(list->items, SizeIs(2));
      ExpectRedacted(list->items[0], "redactions/2");
      EXPECT_EQ(list->items[1].payload, "two");
    }
  }
  EXPECT_EQ(Payload("things/1", {.revision = 2}), "corrected");
  EXPECT_EQ(Payload("things/1"), "corrected");

  const auto history = HistoryNow(*ledger_, {.name = "things/1"});
  ASSERT_TRUE(history.ok()) << history.status();
  ASSERT_THAT(history->entries, SizeIs(2));
  EXPECT_EQ(history->entries[0].version.payload, "corrected");
  EXPECT_FALSE(history->entries[0].version.redacted);
  ExpectRedacted(history->entries[1].version, "redactions/2");
  EXPECT_EQ(history->entries[1].audit.actor, "principals/tester");
  EXPECT_EQ(history->entries[1].audit.reason, "a test");
}

TEST_P(RedactionTest, WatchersAreToldEverythingButThePayload) {
  Store({Put("things/1", kSecret), Put("things/2", "two")});
  Store({Put("things/1", "corrected")});
  auto early = *ledger_->Watch(0);
  EXPECT_EQ(ledger_->redactions(), 0);
  Redact({"things/1", 1});
  EXPECT_EQ(ledger_->redactions(), 1);
  const auto expect = [](const std::vector<std::shared_ptr<const Transaction>>& seen) {
    ASSERT_THAT(seen, SizeIs(3));
    ASSERT_THAT(seen[0]->versions, SizeIs(2));
    ExpectRedacted(seen[0]->versions[0], "redactions/1");
    EXPECT_EQ(seen[0]->versions[0].revision, 1);
    EXPECT_EQ(seen[0]->versions[1].payload, "two");
    EXPECT_EQ(seen[1]->versions[0].payload, "corrected");
    EXPECT_EQ(seen[2]->versions[0].name, "redactions/1");
  };
  // From the window that this ledger has had all along.
  const auto window = Watched();
  expect(window);
  expect(*DrainTo(*early, 3));
  // From the log, behind a window of nothing.
  Open();
  const auto log = Watched();
  expect(log);
  EXPECT_TRUE(KeepsWatchPromises(DeliveriesOf(window), 0, DeliveriesOf(log)));
}

TEST_P(RedactionTest, AnswersThatRepeatItGoWithIt) {
  const auto commit = [&](Command command) {
    const auto committed = CommitNow(*ledger_, std::move(command));
    ASSERT_TRUE(committed.ok()) << committed.status();
  };
  commit(Answering({}, "before", "things/1"));
  commit(Answering({Put("things/1", kSecret)}, "own", "things/1"));
  commit(Answering({}, "changed nothing", "things/1"));
  commit(Answering({Put("things/2", "two")}, "changed another", "things/1"));
  commit(Answering({Put("things/3", "three")}, "names another", "things/11"));
  commit(Storing({Put("things/4", "four")}, "names none", ""));
  commit(Answering({Put("things/1", "corrected")}, "corrects", "things/1"));
  commit(Answering({}, "after", "things/1"));
  Redact({"things/1", 1}, "redacts");
  for (int round = 0; round < 2; ++round) {
    const auto again = [&](const std::string& id) {
      return CommitNow(*ledger_, Answering({Put("things/9", "never")}, id, "x"));
    };
    for (const auto& [id, revision] : {std::pair("own", "1"), {"changed nothing", "1"}, {"changed another", "2"}}) {
      const auto replay = again(id);
      EXPECT_EQ(ReasonOf(replay.status()), "ANSWER_REDACTED") << id;
      EXPECT_EQ(replay.status().code(), absl::StatusCode::kFailedPrecondition);
      EXPECT_EQ(ErrorMetadata(replay.status(), "revision"), revision) << id;
    }
    for (const std::string id : {"before", "corrects", "after"}) {
      const auto replay = again(id);
      ASSERT_TRUE(replay.ok()) << id << replay.status();
      EXPECT_TRUE(replay->replayed);
      EXPECT_EQ(replay->response, AnswerWith("things/1"));
    }
    EXPECT_EQ(again("names another")->response, AnswerWith("things/11"));
    EXPECT_EQ(again("names none")->response, "");
    EXPECT_EQ(again("redacts")->response, "redactions/1");
    Command other = Answering({}, "own", "x");
    other.request_hash = "another";
    EXPECT_EQ(ReasonOf(CommitNow(*ledger_, other).status()), "REQUEST_ID_REUSED");
    EXPECT_EQ(Payload("things/9"), "none");

    const auto log = Log();
    ASSERT_THAT(log, SizeIs(6));
    for (const LoggedTransaction& transaction : log) {
      ASSERT_TRUE(transaction.request);
      EXPECT_EQ(transaction.request->redacted, transaction.revision <= 2) << transaction.revision;
      EXPECT_EQ(transaction.request->response.empty(), transaction.revision <= 2 || transaction.revision == 4);
    }
    EXPECT_EQ(Audit(), "sound, redacted 1");
    Open();
  }
}

TEST_P(RedactionTest, WhatOneBatchWritesAndRedactsIsGoneToo) {
  Hold hold(*ledger_);
  Awaited<Committed> done[5];
  ledger_->Commit(Answering({Put("things/1", kSecret)}, "own", "things/1"), done[0].callback());
  ledger_->Commit(Answering({Put("things/1", "corrected")}, "corrects", "things/1"), done[1].callback());
  ledger_->Commit(Redacting({"things/1", 1}), done[2].callback());
  ledger_->Commit(Redacting({"things/1", 1}), done[3].callback());
  ledger_->Commit(Answering({}, "own", "things/1"), done[4].callback());
  hold.Release();
  ASSERT_TRUE(hold.Take().ok());
  for (int i : {0, 1, 2}) EXPECT_TRUE(done[i].Take().ok()) << i;
  EXPECT_EQ(done[3].Take().status().code(), absl::StatusCode::kInternal);  // The service would have seen it.
  EXPECT_EQ(ReasonOf(done[4].Take().status()), "ANSWER_REDACTED");
  ExpectRedacted(Watched()[0]->versions[0], "redactions/1");
  for (int round = 0; round < 2; ++round) {
    ExpectRedacted(*GetNow(*ledger_, "things/1", {.revision = 1})->version, "redactions/1");
    EXPECT_EQ(Payload("things/1"), "corrected");
    EXPECT_EQ(ReasonOf(CommitNow(*ledger_, Answering({}, "own", "things/1")).status()), "ANSWER_REDACTED");
    EXPECT_TRUE(CommitNow(*ledger_, Answering({}, "corrects", "things/1"))->replayed);
    EXPECT_EQ(Audit(), "sound, redacted 1");
    Open();
  }
}

TEST_P(RedactionTest, WhatABatchRedactsItSeesAsRedacted) {
  Store({Put("things/1", kSecret)});
  Store({Put("things/1", "corrected")});
  Hold hold(*ledger_);
  Awaited<Committed> done[3];
  StoredVersion seen;
  ledger_->Commit(Redacting({"things/1", 1}), done[0].callback());
  ledger_->Commit(Redacting({"things/1", 1}), done[1].callback());
  ledger_->Commit(Deciding([&seen](View& view) -> absl::StatusOr<Decision> {
                    seen = view.GetVersion({"things/1", 1})->value();
                    return Decision{};
                  }),
                  done[2].callback());
  hold.Release();
  EXPECT_TRUE(done[0].Take().ok());
  EXPECT_EQ(done[1].Take().status().code(), absl::StatusCode::kInternal);  // The service would have seen it.
  EXPECT_TRUE(done[2].Take().ok());
  ExpectRedacted(seen.version, "redactions/1");
  EXPECT_EQ(seen.payload_hash, Sha256(kSecret));
  EXPECT_THAT(ListNow(*ledger_, {.kind = kRedactionKind})->items, SizeIs(1));
  ExpectRedacted(*GetNow(*ledger_, "things/1", {.revision = 1})->version, "redactions/1");
}

TEST_P(RedactionTest, TheLastStateOfWhatWasDeletedCanBeRedacted) {
  Store({Put("things/1", kSecret)});
  Store({Delete("things/1", kSecret)});
  Redact({"things/1", 1});
  Redact({"things/1", 2});
  EXPECT_EQ(Payload("things/1"), "none");
  const auto seen = Watched();
  ExpectRedacted(seen[0]->versions[0], "redactions/1");
  ExpectRedacted(seen[1]->versions[0], "redactions/2");
  EXPECT_TRUE(seen[1]->versions[0].deleted);
  EXPECT_EQ(Audit(), "sound, redacted 2");
  // It can be made again, and begins anew.
  Store({Put("things/1", "new")});
  const auto got = GetNow(*ledger_, "things/1");
  EXPECT_EQ(got->version->payload, "new");
  EXPECT_EQ(got->version->version, 1);
}

TEST_P(RedactionTest, NothingIsRedactedWhenTheCommitFails) {
  CommitNow(*ledger_, Answering({Put("things/1", kSecret)}, "own", "things/1")).IgnoreError();
  Store({Put("things/1", "corrected")});
  for (std::atomic<int>* fault : {&faults_->commit_lost, &faults_->commit_full}) {
    *fault = 1;
    EXPECT_FALSE(CommitNow(*ledger_, Redacting({"things/1", 1})).ok());
    EXPECT_EQ(Payload("things/1", {.revision = 1}), kSecret);
    EXPECT_EQ(CommitNow(*ledger_, Answering({}, "own", ""))->response, AnswerWith("things/1"));
    EXPECT_EQ(Watched()[0]->versions[0].payload, kSecret);
    EXPECT_THAT(ListNow(*ledger_, {.kind = kRedactionKind})->items, IsEmpty());
    EXPECT_EQ(Audit(), "sound, redacted 0");
  }
  EXPECT_EQ(Redact({"things/1", 1}).response, "redactions/1");
  ExpectRedacted(*GetNow(*ledger_, "things/1", {.revision = 1})->version, "redactions/1");
}

TEST_P(RedactionTest, WhatWasRedactedWithoutAnAnswerLeavesTheMemoryToo) {
  Store({Put("things/1", kSecret)});
  Store({Put("things/1", "corrected")});
  faults_->commit_stored_unknown = 1;
  EXPECT_EQ(ReasonOf(CommitNow(*ledger_, Redacting({"things/1", 1})).status()), "STORE_UNAVAILABLE");
  Store({Put("things/2", "two")});  // Finds out what is in the log.
  EXPECT_EQ(ledger_->redactions(), 1);
  ExpectRedacted(Watched()[0]->versions[0], "redactions/1");
  EXPECT_EQ(Audit(), "sound, redacted 1");
}

// The store has replaced and redacted what this process still takes for current.
TEST_P(RedactionTest, AReadOfNowNeverMeetsIt) {
  options_.cache_bytes = 0;
  Open();
  Store({Put("things/1", kSecret)});
  Hold hold(*ledger_);
  Awaited<Committed> done[2];
  ledger_->Commit(Storing({Put("things/1", "corrected")}), done[0].callback());
  ledger_->Commit(Redacting({"things/1", 1}), done[1].callback());
  faults_->commit_stored_unknown = 1;
  hold.Release();
  for (auto& one : done) EXPECT_FALSE(one.Take().ok());
  EXPECT_EQ(ledger_->head().revision, 1);
  EXPECT_EQ(Payload("things/1"), "corrected");
  EXPECT_EQ(ledger_->head().revision, 3);
}

TEST_P(RedactionTest, AListOfNowNeverMeetsIt) {
  options_.cache_bytes = 0;
  Open();
  Store({Put("things/1", kSecret), Put("things/2", "two")});
  Hold hold(*ledger_);
  Awaited<Committed> done[2];
  ledger_->Commit(Storing({Put("things/1", "corrected")}), done[0].callback());
  ledger_->Commit(Redacting({"things/1", 1}), done[1].callback());
  faults_->commit_stored_unknown = 1;
  hold.Release();
  for (auto& one : done) EXPECT_FALSE(one.Take().ok());
  const auto list = ListNow(*ledger_, {.kind = "test.Thing"});
  ASSERT_TRUE(list.ok()) << list.status();
  ASSERT_THAT(list->items, SizeIs(2));
  EXPECT_EQ(list->items[0].payload, "corrected");
  EXPECT_EQ(list->read_revision, 3);
}

TEST_P(RedactionTest, AFaultyRecordRemovesNothing) {
  Store({Put("things/1", kSecret), Put("things/2", "two")});
  Store({Put("things/1", "corrected")});
  Redact({"things/1", 1});
  Store({Put("things/1", "again")});
  const Revision head = ledger_->head().revision;
  Change unreadable = RecordOf({"things/1", 2}, "redactions/2");
  unreadable.payload = "\xff";
  Change unfindable = RecordOf({"things/1", 2}, "redactions/2");
  unfindable.terms.clear();
  Change deletes = RecordOf({"things/1", 2}, "redactions/1");
  deletes.operation = Change::Operation::kDelete;
  const std::vector<std::vector<Change>> faulty = {
      {RecordOf({"things/1", 1}, "redactions/2")},         // redacted already
      {RecordOf({"things/1", 4}, "redactions/2")},         // current
      {RecordOf({"things/2", 1}, "redactions/2")},         // current, of the first transaction
      {RecordOf({"things/1", 3}, "redactions/2")},         // the revision of another resource
      {RecordOf({"things/1", head + 1}, "redactions/2")},  // not there yet
      {RecordOf({"things/3", 1}, "redactions/2")},         // no such resource
      {RecordOf({"things/1", 2}, "redactions/1")},         // would change a record
      {RecordOf({"things/1", 2}, "redactions/2"), RecordOf({"things/1", 2}, "redactions/3")},
      {unreadable},
      {unfindable},
      {deletes}};
  for (const auto& changes : faulty) {
    const auto committed = CommitNow(*ledger_, Storing(changes));
    EXPECT_EQ(committed.status().code(), absl::StatusCode::kInternal) << changes[0].name;
  }
  EXPECT_EQ(ledger_->head().revision, head);
  EXPECT_EQ(Payload("things/1", {.revision = 2}), "corrected");
  EXPECT_EQ(Audit(), "sound, redacted 1");
}

INSTANTIATE_TEST_SUITE_P(Engines, RedactionTest, ::testing::ValuesIn(Engines()), EngineName);

}  // namespace
}  // namespace oversight::ledger
