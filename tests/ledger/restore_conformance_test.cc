// Logs that go from one store through a file into another, between all pairs of engines: whatever is asked afterwards,
// both answer the same. And what must never come of it: half a log that a service would start on.
#include <algorithm>
#include <optional>
#include <random>
#include <set>
#include <sstream>

#include "absl/strings/escaping.h"
#include "common/ledger/archive/export_reader.h"
#include "common/ledger/archive/export_store.h"
#include "common/ledger/archive/export_writer.h"
#include "common/ledger/archive/record.h"
#include "common/ledger/archive/restore.h"
#include "common/ledger/hashing.h"
#include "tests/ledger/ledger_fixture.h"
#include "tests/support/sample_log.h"

namespace oversight::ledger {
namespace {

using namespace oversight::testing;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr char kLedger[] = "ledgers/forces";

std::string ExportOf(Engine& engine) {
  std::ostringstream out;
  const auto header = ExportStore(engine, kLedger, out, [](Revision, Revision) {});
  EXPECT_TRUE(header.ok()) << header.status();
  return out.str();
}

// `began_at`: how long the log was when the reading of it began; as long as it is now when it is not given.
std::string ExportOf(const std::vector<LoggedTransaction>& log, const std::string& store_id = std::string(32, 'a'),
                     std::optional<size_t> began_at = std::nullopt) {
  std::ostringstream out;
  ExportHeader header;
  header.ledger = kLedger;
  header.store_id = store_id;
  const size_t size = began_at.value_or(log.size());
  header.tree = {static_cast<Revision>(size), HashBytes(SampleLog::RootOf(log, size)),
                 size == 0 ? absl::InfinitePast() : log[size - 1].recorded_time};
  ExportWriter writer(out, header);
  for (const LoggedTransaction& transaction : log) EXPECT_TRUE(writer.Add(transaction).ok());
  EXPECT_TRUE(writer.Finish().ok());
  return out.str();
}

absl::Status RestoreInto(Engine& engine, const std::string& file) {
  std::istringstream in(file);
  ExportReader reader(in);
  if (!reader.Open()) return NotSound(*reader.finding());
  return Restore(reader, engine, [](Revision) {});
}

template <class T, class F>
T Waited(F call) {
  Awaited<T> done;
  call(done.callback());
  absl::StatusOr<T> result = done.Take();
  EXPECT_TRUE(result.ok()) << result.status();
  return result.ok() ? *std::move(result) : T();
}

std::string Told(const Version& v) {
  return absl::StrCat(v.name, " ", v.kind, " ", v.payload, " ", v.create_revision, " ", v.revision, " ", v.version, " ",
                      absl::ToUnixMicros(v.create_time), " ", absl::ToUnixMicros(v.update_time), " ", v.deleted, " ",
                      v.redacted);
}
std::string Told(const Audit& a) {
  return absl::StrCat(a.actor, " ", a.verb, " ", a.reason, " ", a.request_id, " ", a.trace_id);
}

// Everything that a ledger answers about its first `end` revisions, in words.
std::vector<std::string> Everything(Ledger& ledger, Revision end) {
  std::vector<std::string> said = {ledger.store_id()};
  std::set<std::string> names;
  std::set<std::pair<std::string, std::string>> terms = {{"", ""}};
  std::vector<absl::Time> times;
  for (Revision at = 0; at < end;) {
    const auto page = Waited<std::vector<LoggedTransaction>>(
        [&](Callback<std::vector<LoggedTransaction>> done) { ledger.ReadLog(at, end, std::move(done)); });
    if (page.empty()) return {"the log ends early"};
    for (const LoggedTransaction& transaction : page) {
      said.push_back(ToRecord(transaction).SerializeAsString());
      times.push_back(transaction.recorded_time);
      for (const LoggedChange& change : transaction.changes) {
        names.insert(change.name);
        for (const Term& term : DecodeTerms(change.encoded_terms)) terms.insert({term.term, term.value});
      }
      at = transaction.revision;
    }
  }
  const auto watched = *DrainTo(**ledger.Watch(0), end);
  for (const auto& transaction : watched) {
    if (transaction->revision > end) break;
    said.push_back(absl::StrCat(transaction->revision, " ", absl::ToUnixMicros(transaction->recorded_time), " ",
                                transaction->leaf_hash, " ", Told(transaction->audit)));
    for (const Version& version : transaction->versions) said.push_back(Told(version));
  }
  const Revision stride = end / 12 + 1;
  for (Revision revision = end % stride; revision <= end; revision += stride) {
    std::vector<AsOf> moments = {{.revision = revision}};
    if (revision > 0) moments.push_back({.time = times[static_cast<size_t>(revision - 1)]});
    for (const AsOf& as_of : moments) {
      for (const std::string& name : names) {
        const auto got = *GetNow(ledger, name, as_of);
        said.push_back(absl::StrCat(got.read_revision, " ", got.version ? Told(*got.version) : "none"));
      }
      for (const std::string kind : {"test.Thing", "oversight.forces.v1.Force"}) {
        for (const auto& [term, value] : terms) {
          ListQuery query{.kind = kind, .limit = 7, .as_of = as_of};
          if (!term.empty()) query.all_of.push_back({term, value});
          said.push_back(absl::StrCat("list ", kind, " ", term, " ", value, " ", revision));
          for (bool more = true; more;) {
            const auto page = *ListNow(ledger, query);
            for (const Version& version : page.items) said.push_back(Told(version));
            more = page.more;
            if (more) query.after = page.items.back().name;
          }
        }
      }
    }
    const auto tree = Waited<TreeState>([&](Callback<TreeState> done) { ledger.Tree(revision, std::move(done)); });
    said.push_back(absl::StrCat(tree.size, " ", tree.root));
  }
  for (const std::string& name : names) {
    HistoryQuery query{.name = name, .before = end + 1, .limit = 5};
    for (bool more = true; more;) {
      const auto page = *HistoryNow(ledger, query);
      for (const HistoryEntry& entry : page.entries) said.push_back(Told(entry.version) + " " + Told(entry.audit));
      more = page.more;
      if (more) query.before = page.entries.back().version.revision;
    }
  }
  return said;
}

void ExpectSame(const std::vector<std::string>& now, const std::vector<std::string>& before) {
  const auto [here, there] = std::mismatch(now.begin(), now.end(), before.begin(), before.end());
  EXPECT_EQ(here == now.end() ? "nothing" : *here, there == before.end() ? "nothing" : *there);
}

// What a writer finds: current resources, last numbers.
std::string Seen(Ledger& ledger) {
  std::string seen;
  const auto result = CommitNow(ledger, Deciding([&](View& view) -> absl::StatusOr<Decision> {
                                  seen.clear();
                                  for (const std::string prefix : {"things/", "things/1/parts/", "things/7/parts/"}) {
                                    absl::StrAppend(&seen, *view.LastNumber(prefix), " ");
                                  }
                                  for (const Term& term : {Term{}, Term{"colour", "1"}, Term{"colour", "2"}}) {
                                    const auto listed = *view.List("test.Thing", term, 1000);
                                    for (const Version& version : listed) {
                                      absl::StrAppend(&seen, Told(version), "\n");
                                    }
                                  }
                                  return Decision{};
                                }));
  EXPECT_TRUE(result.ok()) << result.status();
  return seen;
}

// From which engine to which.
struct Move {
  EngineParam from, to;
};
std::string NameOf(const Move& move) { return move.from.name + "To" + move.to.name; }
void PrintTo(const Move& move, std::ostream* out) { *out << NameOf(move); }

class RestoreTest : public ::testing::TestWithParam<Move> {
 protected:
  void SetUp() override {
    spdlog::set_level(spdlog::level::off);
    from_ = GetParam().from.new_store();
    to_ = GetParam().to.new_store();
  }
  std::unique_ptr<Ledger> Open(TestStore& store) {
    auto opened = Ledger::Open(store.NewEngine(), clock_);
    EXPECT_TRUE(opened.ok()) << opened.status();
    return opened.ok() ? *std::move(opened) : nullptr;
  }
  static std::string ExportOf(TestStore& store) { return ledger::ExportOf(*store.NewEngine()); }
  static absl::Status RestoreInto(TestStore& store, const std::string& file) {
    return ledger::RestoreInto(*store.NewEngine(), file);
  }

  // Random changes of things, as decided by `seed`: created, changed, deleted and made again, alone and together, most
  // with request ids.
  void Write(Ledger& ledger, unsigned seed, int count) {
    std::mt19937 random(seed);
    std::set<std::string> alive;
    for (int i = 0; i < count; ++i) {
      clock_.Advance(absl::Microseconds(random() % 3));
      std::vector<Change> changes;
      std::set<std::string> touched;
      for (unsigned j = 0; j <= random() % 3; ++j) {
        const unsigned n = random() % 40;
        const std::string name = n % 3 == 0 ? absl::StrCat("things/", n) : absl::StrCat("things/", n % 9, "/parts/", n);
        if (!touched.insert(name).second) continue;
        if (alive.contains(name) && random() % 4 == 0) {
          changes.push_back(Delete(name, "last state"));
          alive.erase(name);
          continue;
        }
        changes.push_back(Put(name, std::string(random() % 50, static_cast<char>('a' + i % 26)),
                              {{"colour", absl::StrCat(random() % 3)}, {"even", random() % 2 == 0 ? "yes" : "no"}}));
        alive.insert(name);
      }
      const std::string request = random() % 4 == 0 ? "" : absl::StrCat("request-", i);
      const auto done = CommitNow(ledger, Storing(changes, request, absl::StrCat("answer ", i)));
      ASSERT_TRUE(done.ok()) << done.status();
    }
  }

  FakeClock clock_{absl::FromUnixSeconds(1700000000)};
  std::unique_ptr<TestStore> from_, to_;
};

TEST_P(RestoreTest, EverythingIsAnsweredAsBefore) {
  for (const unsigned seed : {1u, 2u}) {
    from_ = GetParam().from.new_store();
    to_ = GetParam().to.new_store();
    auto source = Open(*from_);
    ASSERT_NO_FATAL_FAILURE(Write(*source, seed, 80));
    const Revision end = source->head().revision;
    const auto before = Everything(*source, end);
    const std::string seen = Seen(*source);
    source.reset();

    const std::string file = ExportOf(*from_);
    ASSERT_EQ(RestoreInto(*to_, file), absl::OkStatus());
    EXPECT_EQ(ExportOf(*to_), file);
    auto restored = Open(*to_);
    EXPECT_EQ(restored->head().revision, end);
    ExpectSame(Everything(*restored, end), before);
    EXPECT_EQ(Seen(*restored), seen);

    // A repeated request gives its first answer; with another body it is refused; a new one goes on where the log ends.
    int replayed = 0;
    for (int i = 0; i < 80; ++i) {
      Command again = Deciding([](View&) { return absl::StatusOr<Decision>(absl::InternalError("decided anew")); },
                               absl::StrCat("request-", i));
      const auto answer = CommitNow(*restored, again);
      if (!answer.ok()) continue;  // It had no request id.
      ++replayed;
      EXPECT_TRUE(answer->replayed);
      EXPECT_EQ(answer->response, absl::StrCat("answer ", i));
      EXPECT_EQ(answer->revision, i + 1);
      again.request_hash = "another";
      EXPECT_EQ(ReasonOf(CommitNow(*restored, again).status()), "REQUEST_ID_REUSED");
    }
    EXPECT_GT(replayed, 40);
    clock_.Advance(absl::Seconds(1));
    const auto next = CommitNow(*restored, Storing({Put("things/0", "after the restore")}, "new"));
    ASSERT_TRUE(next.ok()) << next.status();
    EXPECT_EQ(next->revision, end + 1);
    ExpectSame(Everything(*restored, end), before);
  }
}

TEST_P(RestoreTest, AFileComesOutAsItWentIn) {
  // Several batches, with payloads that were removed by law.
  SampleLog sample(300);
  std::vector<LoggedTransaction> log;
  for (int i = 0; i < 2500; ++i) {
    if (i % 500 == 400) {
      log.push_back(sample.Redaction(log[static_cast<size_t>(i - 350)]));
      log[static_cast<size_t>(i - 350)].changes[0].payload.clear();
      log[static_cast<size_t>(i - 350)].changes[0].redacted = true;
      log[static_cast<size_t>(i - 350)].request->response.clear();
      log[static_cast<size_t>(i - 350)].request->redacted = true;
    } else {
      log.push_back(sample.Next());
    }
  }
  const std::string file = ledger::ExportOf(log);
  ASSERT_EQ(RestoreInto(*from_, file), absl::OkStatus());
  EXPECT_EQ(ExportOf(*from_), file);
  ASSERT_EQ(RestoreInto(*to_, ExportOf(*from_)), absl::OkStatus());
  EXPECT_EQ(ExportOf(*to_), file);
  auto ledger = Open(*to_);
  const auto got = GetNow(*ledger, log[50].changes[0].name, {.revision = 51});
  ASSERT_TRUE(got.ok() && got->version);
  EXPECT_TRUE(got->version->redacted);
  EXPECT_EQ(got->version->payload, "");
}

TEST_P(RestoreTest, AnEmptyLogCanBeRestoredToo) {
  const std::string id = Open(*from_)->store_id();
  ASSERT_EQ(RestoreInto(*to_, ExportOf(*from_)), absl::OkStatus());
  auto restored = Open(*to_);
  EXPECT_EQ(restored->store_id(), id);
  EXPECT_EQ(CommitNow(*restored, Storing({Put("things/1", "first")}))->revision, 1);
}

// Tokens that clients hold may tell of what the restored log does not have.
TEST_P(RestoreTest, ARestoredStoreIsAnotherIncarnationOfTheSame) {
  std::string id, incarnation;
  {
    auto source = Open(*from_);
    id = source->store_id();
    incarnation = source->incarnation();
    EXPECT_EQ(incarnation, id);
  }
  const std::string file = ExportOf(*from_);
  ASSERT_EQ(RestoreInto(*to_, file), absl::OkStatus());
  const std::string restored = Open(*to_)->incarnation();
  EXPECT_EQ(Open(*to_)->store_id(), id);
  EXPECT_NE(restored, incarnation);
  EXPECT_EQ(Open(*to_)->incarnation(), restored) << "it stays the same from start to start";
  const auto other = GetParam().to.new_store();
  ASSERT_EQ(RestoreInto(*other, ExportOf(*to_)), absl::OkStatus());
  EXPECT_NE(Open(*other)->incarnation(), restored);
}

TEST_P(RestoreTest, AStoreThatHoldsAnythingIsLeftAlone) {
  const std::string file = ledger::ExportOf(SampleLog::First(3));
  {
    auto ledger = Open(*to_);
    // An answer that is remembered counts too, without any change.
    ASSERT_TRUE(CommitNow(*ledger, Storing({}, "request", "nothing to do")).ok());
  }
  for (const bool with_changes : {false, true}) {
    if (with_changes) {
      ASSERT_TRUE(CommitNow(*Open(*to_), Storing({Put("things/1", "mine")})).ok());
    }
    const std::string before = ExportOf(*to_);
    const absl::Status status = RestoreInto(*to_, file);
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_THAT(std::string(status.message()), HasSubstr("into an empty store only"));
    EXPECT_EQ(ExportOf(*to_), before);
    EXPECT_TRUE(CommitNow(*Open(*to_), Storing({}, "request", "another")).value().replayed);
  }
}

TEST_P(RestoreTest, NoServiceStartsOnHalfALog) {
  SampleLog other(5);
  std::vector<LoggedTransaction> log;
  for (int i = 0; i < 1500; ++i) log.push_back(other.Next());
  std::string cut = ledger::ExportOf(log, std::string(32, 'b'));
  cut.resize(cut.size() * 9 / 10);  // One batch is stored by then.
  const absl::Status status = RestoreInto(*to_, cut);
  EXPECT_EQ(ReasonOf(status), "STORE_CORRUPT");
  EXPECT_THAT(std::string(status.message()), HasSubstr("its line in the file was cut off"));
  for (const absl::Status& refused :
       {Ledger::Open(to_->NewEngine(), clock_).status(), to_->NewEngine()->Migrate().status()}) {
    EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_THAT(std::string(refused.message()), HasSubstr("Run `restore` again"));
  }
  // Again, from another file: nothing is left of the first.
  const std::string file = ledger::ExportOf(SampleLog::First(20));
  ASSERT_EQ(RestoreInto(*to_, file), absl::OkStatus());
  EXPECT_EQ(ExportOf(*to_), file);
  EXPECT_EQ(Open(*to_)->head().revision, 20);
}

TEST_P(RestoreTest, WhoeverFailedMayTryAgain) {
  std::string cut = ledger::ExportOf(SampleLog::First(1500));
  cut.resize(cut.size() * 9 / 10);
  const std::string file = ledger::ExportOf(SampleLog::First(20));
  const auto engine = to_->NewEngine();
  EXPECT_EQ(ReasonOf(ledger::RestoreInto(*engine, cut)), "STORE_CORRUPT");
  EXPECT_EQ(ledger::RestoreInto(*engine, file), absl::OkStatus());
  engine->Close();
  EXPECT_EQ(ExportOf(*to_), file);
}

TEST_P(RestoreTest, EveryFlippedByteIsRefusedAndNamed) {
  const std::string file = ledger::ExportOf(SampleLog::First(3));
  std::mt19937 random(5);
  for (int i = 0; i < 12; ++i) {
    std::string damaged = file;
    const size_t place = random() % file.size();
    damaged[place] = static_cast<char>(damaged[place] ^ (1 << random() % 8));
    const auto line = std::count(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(place), '\n');
    const absl::Status status = RestoreInto(*to_, damaged);
    EXPECT_EQ(ReasonOf(status), "STORE_CORRUPT") << place;
    if (line == 0) continue;  // The header: nothing was begun.
    EXPECT_EQ(ErrorMetadata(status, "revision"), line < 4 ? absl::StrCat(line) : "0") << place;
    EXPECT_THAT(std::string(Ledger::Open(to_->NewEngine(), clock_).status().message()), HasSubstr("not finished"));
  }
  EXPECT_EQ(RestoreInto(*to_, file), absl::OkStatus());
  EXPECT_EQ(ExportOf(*to_), file);
}

// A log that no store of ours can have written, though all its hashes are right.
TEST_P(RestoreTest, WhatCannotFollowIsNamed) {
  auto log = SampleLog::First(3);
  log[1].changes[0].operation = Change::Operation::kDelete;
  log[1].changes[0].name = "forces/never-was";
  Seal(log[1]);
  const absl::Status status = RestoreInto(*to_, ledger::ExportOf(log));
  EXPECT_EQ(ReasonOf(status), "STORE_CORRUPT");
  EXPECT_EQ(ErrorMetadata(status, "revision"), "2");
  EXPECT_THAT(std::string(status.message()), HasSubstr("forces/never-was cannot be deleted"));
  EXPECT_FALSE(Ledger::Open(to_->NewEngine(), clock_).ok());
}

// A log that is written while it is read may lose a payload by law behind the reader, and hold the record of that
// before its end.
TEST_P(RestoreTest, APayloadThatWentAfterItWasReadGoesWithItsRecord) {
  const auto answer = [](const std::string& name) {
    return absl::StrCat("\n", std::string(1, static_cast<char>(name.size())), name, "secret");
  };
  const auto write = [](Ledger& ledger, Command command) {
    const auto done = CommitNow(ledger, std::move(command));
    ASSERT_TRUE(done.ok()) << done.status();
  };
  const auto whole = [](Ledger& ledger, Revision up_to) {
    return Waited<std::vector<LoggedTransaction>>([&](auto done) { ledger.ReadLog(0, up_to, done); });
  };
  auto source = Open(*from_);
  write(*source, Storing({Put("things/1", "secret"), Put("things/2", "stays")}, "own", answer("things/1")));
  write(*source, Storing({Put("things/2", "two")}, "repeats", answer("things/1")));
  write(*source, Storing({Put("things/3", "three")}, "repeats another", answer("things/3")));
  write(*source, Storing({Put("things/1", "corrected")}, "corrects", answer("things/1")));
  write(*source, Storing({Delete("things/1", "last state")}, "deletes", answer("things/1")));
  std::vector<LoggedTransaction> log = whole(*source, 5);
  for (const Revision revision : {1, 5}) {
    Command redaction = Redacting({"things/1", revision}, absl::StrCat("redacts ", revision));
    redaction.decide = [decide = redaction.decide, answer](View& view) {
      absl::StatusOr<Decision> decision = decide(view);
      if (decision.ok()) decision->response = answer("things/1");
      return decision;
    };
    write(*source, std::move(redaction));
  }
  const auto now = whole(*source, 7);
  log.insert(log.end(), now.begin() + 5, now.end());
  ASSERT_FALSE(log[0].changes[0].redacted || log[0].request->redacted);
  const std::string file = ledger::ExportOf(log, source->store_id(), 5);
  source.reset();
  ASSERT_THAT(file, HasSubstr(absl::Base64Escape("last state")));

  ASSERT_EQ(RestoreInto(*to_, file), absl::OkStatus());
  EXPECT_EQ(ExportOf(*to_), ExportOf(*from_));
  auto restored = Open(*to_);
  const auto got = GetNow(*restored, "things/1", {.revision = 1});
  ASSERT_TRUE(got.ok() && got->version);
  EXPECT_TRUE(got->version->redacted);
  EXPECT_EQ(got->version->redaction, "redactions/1");
  EXPECT_EQ(got->version->payload, "");
  for (const std::string request : {"own", "repeats", "deletes", "redacts 1"}) {
    EXPECT_EQ(ReasonOf(CommitNow(*restored, Storing({}, request)).status()), "ANSWER_REDACTED") << request;
  }
  for (const std::string request : {"repeats another", "corrects", "redacts 5"}) {
    EXPECT_TRUE(CommitNow(*restored, Storing({}, request))->replayed) << request;
  }
}

// Also when the record comes long after the payload, in another batch.
TEST_P(RestoreTest, ALateRecordReachesWhatIsStored) {
  SampleLog sample(100);
  std::vector<LoggedTransaction> read, now;
  for (int i = 0; i < 2200; ++i) read.push_back(sample.Next());
  now = read;
  // Of two batches before, of the batch that is being stored, and one of which the payload had gone before it was read.
  for (const size_t place : {20, 2050, 1100}) {
    read.push_back(sample.Redaction(read[place]));
    now.push_back(read.back());
    now[place].changes[0].payload.clear();
    now[place].changes[0].redacted = true;
    now[place].request->response.clear();
    now[place].request->redacted = true;
  }
  read[1100] = now[1100];
  ASSERT_EQ(RestoreInto(*to_, ledger::ExportOf(read, std::string(32, 'a'), 2200)), absl::OkStatus());
  EXPECT_EQ(ExportOf(*to_), ledger::ExportOf(now));
}

// Records that no store of ours can have written, though all hashes are right.
TEST_P(RestoreTest, ARecordOfARedactionThatCannotBeIsNamed) {
  SampleLog sample(2);
  std::vector<LoggedTransaction> log;
  for (int i = 0; i < 5; ++i) log.push_back(sample.Next());
  const auto expect = [&](const char* says, std::vector<LoggedTransaction> records, size_t began_at = 5) {
    auto all = log;
    all.insert(all.end(), records.begin(), records.end());
    all.back().revision = static_cast<Revision>(all.size());
    all.back().request->revision = all.back().revision;
    Seal(all.back());
    const absl::Status status = RestoreInto(*to_, ledger::ExportOf(all, std::string(32, 'a'), began_at));
    EXPECT_EQ(ReasonOf(status), "STORE_CORRUPT") << says;
    EXPECT_EQ(ErrorMetadata(status, "revision"), absl::StrCat(all.size())) << says;
    EXPECT_THAT(std::string(status.message()), HasSubstr(says));
    EXPECT_FALSE(Ledger::Open(to_->NewEngine(), clock_).ok()) << says;
  };
  LoggedTransaction record = sample.Redaction(log[0]);
  LoggedTransaction second = sample.Redaction(log[0]);
  expect("redacts twice", {record, second});
  second.changes[0].name = record.changes[0].name;
  expect("would be changed", {record, second});
  LoggedTransaction unfindable = record;
  unfindable.changes[0].encoded_terms = EncodeTerms({});
  expect("cannot be found by what it redacts", {unfindable});
  LoggedTransaction deletes = record;
  deletes.changes[0].operation = Change::Operation::kDelete;
  expect("would be deleted", {deletes});
  LoggedTransaction none = log[0];
  none.changes[0].name = "forces/never-was";
  SampleLog other(2);
  for (int i = 0; i < 5; ++i) other.Next();
  expect("redacts what is not there", {other.Redaction(none)});
  SampleLog third(2);
  for (int i = 0; i < 5; ++i) third.Next();
  expect("redacts what is current", {third.Redaction(log[4])});
}

// A writer need not remember what it appended: what it has forgotten it finds in the store.
TEST_P(RestoreTest, AWriterThatKnowsNothingOfTheFirstPartAppendsTheSecond) {
  SampleLog sample(10);
  std::vector<LoggedTransaction> log;
  for (int i = 0; i < 60; ++i) log.push_back(sample.Next());
  const auto engine = to_->NewEngine();
  ASSERT_TRUE(engine->BeginRestore(std::string(32, 'a')).ok());
  for (int i = 0; i < 60; i += 20) {
    auto writer = *engine->OpenWriter();
    ASSERT_TRUE(writer->Begin(i).ok());
    ASSERT_EQ(writer->AppendLogged({log.begin() + i, log.begin() + i + 20}), absl::OkStatus());
    ASSERT_EQ(writer->Commit(), absl::OkStatus());
  }
  ASSERT_TRUE(engine->FinishRestore().ok());
  engine->Close();
  const std::string file = ledger::ExportOf(log);
  EXPECT_EQ(ExportOf(*to_), file);
  ASSERT_EQ(RestoreInto(*from_, file), absl::OkStatus());
  ExpectSame(Everything(*Open(*to_), 60), Everything(*Open(*from_), 60));
}

TEST_P(RestoreTest, WhatTheStoreLosesIsFound) {
  const std::string file = ledger::ExportOf(SampleLog::First(1500));  // Two batches.
  const auto faults = std::make_shared<Faults>();
  for (const auto& [what, fault] : {std::pair("forgotten", &Faults::commit_forgotten),
                                    {"lost", &Faults::commit_lost},
                                    {"full", &Faults::commit_full},
                                    {"taken by another", &Faults::commit_aborted}}) {
    FaultyEngine engine(to_->NewEngine(), faults);
    (*faults).*fault = 1;
    EXPECT_FALSE(ledger::RestoreInto(engine, file).ok()) << what;
    engine.Close();
    EXPECT_FALSE(Ledger::Open(to_->NewEngine(), clock_).ok()) << what;
  }
  EXPECT_EQ(RestoreInto(*to_, file), absl::OkStatus());
  // Also when it is the last of it that is missing.
  const auto other = GetParam().to.new_store();
  faults->commit_forgotten = 1;
  FaultyEngine engine(other->NewEngine(), faults);
  EXPECT_EQ(ReasonOf(ledger::RestoreInto(engine, ledger::ExportOf(SampleLog::First(3)))), "STORE_CORRUPT");
}

TEST_P(RestoreTest, OfTwoRestoresAtATimeNoneMixesWithTheOther) {
  const auto first = to_->NewEngine(), second = to_->NewEngine();
  ASSERT_TRUE(first->BeginRestore("first").ok());
  const absl::Status begun = second->BeginRestore("second");
  if (!to_->shared()) {
    EXPECT_THAT(std::string(begun.message()), HasSubstr("Another process has this store open"));
    EXPECT_TRUE(first->FinishRestore().ok());
    return;
  }
  ASSERT_TRUE(begun.ok());
  EXPECT_THAT(std::string(first->FinishRestore().message()), HasSubstr("Another restore into this store began"));
  EXPECT_FALSE(Ledger::Open(to_->NewEngine(), clock_).ok());

  // The second one finds what the first one still writes.
  const auto log = SampleLog::First(2);
  for (Engine* engine : {first.get(), second.get()}) {
    auto writer = *engine->OpenWriter();
    ASSERT_TRUE(writer->Begin(0).ok());
    ASSERT_TRUE(writer->AppendLogged({log[0]}).ok());
    EXPECT_EQ(writer->Commit().ok(), engine == first.get());
  }
}

std::vector<Move> Moves() {
  std::vector<Move> moves;
  for (const EngineParam& from : Engines()) {
    for (const EngineParam& to : Engines()) moves.push_back({from, to});
  }
  return moves;
}
INSTANTIATE_TEST_SUITE_P(Engines, RestoreTest, ::testing::ValuesIn(Moves()),
                         [](const auto& info) { return NameOf(info.param); });

}  // namespace
}  // namespace oversight::ledger
