// The export format: canonical lines, faithful there and back, every damage found and named, constant memory, and the
// documented way of checking it without our code.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <fstream>
#include <new>
#include <random>
#include <sstream>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/ledger/archive/canonical_json.h"
#include "common/ledger/archive/export_reader.h"
#include "common/ledger/archive/export_writer.h"
#include "common/ledger/archive/record.h"
#include "common/ledger/hashing.h"
#include "common/rpc/errors.h"
#include "tests/support/process.h"
#include "tests/support/sample_log.h"
#include "tests/support/temp_dir.h"

namespace {
std::atomic<int64_t> live_bytes{0}, most_bytes{0};
}  // namespace

// Every allocation of this binary is counted, so that a claim about memory can be checked to the byte.
void* operator new(size_t size) {
  void* const memory = std::malloc(size);
  if (memory == nullptr) std::abort();
  const int64_t live = live_bytes += static_cast<int64_t>(malloc_usable_size(memory));
  if (live > most_bytes) most_bytes = live;
  return memory;
}
void operator delete(void* memory) noexcept {
  live_bytes -= static_cast<int64_t>(malloc_usable_size(memory));
  std::free(memory);
}
void operator delete(void* memory, size_t) noexcept { operator delete(memory); }

namespace oversight::ledger {
namespace {

using oversight::testing::SampleLog;
using oversight::testing::Seal;
using oversight::testing::TempDir;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::StartsWith;

ExportHeader HeaderFor(const std::vector<LoggedTransaction>& log, size_t size) {
  ExportHeader header;
  header.ledger = "ledgers/forces";
  header.store_id = "0123456789abcdef0123456789abcdef";
  header.tree = {static_cast<Revision>(size), HashBytes(SampleLog::RootOf(log, size)),
                 size == 0 ? absl::InfinitePast() : log[size - 1].recorded_time};
  return header;
}

std::string Exported(const std::vector<LoggedTransaction>& log, const ExportHeader& header) {
  std::ostringstream out;
  ExportWriter writer(out, header);
  for (const LoggedTransaction& transaction : log) EXPECT_TRUE(writer.Add(transaction).ok());
  EXPECT_TRUE(writer.Finish().ok());
  return out.str();
}
std::string Exported(const std::vector<LoggedTransaction>& log) { return Exported(log, HeaderFor(log, log.size())); }

// What a reader says of a file, or "sound".
std::string Read(const std::string& file, std::vector<KeptHead> heads = {}) {
  std::istringstream in(file);
  ExportReader reader(in, std::move(heads));
  if (reader.Open()) {
    while (reader.Next() != nullptr) {
    }
  }
  return reader.finding() ? reader.finding()->ToString() : "sound";
}

std::vector<std::string> LinesOf(const std::string& file) {
  std::vector<std::string> lines;
  std::istringstream in(file);
  for (std::string line; std::getline(in, line);) lines.push_back(line + "\n");
  return lines;
}
std::string Joined(const std::vector<std::string>& lines) {
  std::string file;
  for (const std::string& line : lines) file += line;
  return file;
}
// Puts the hash of a changed line right.
std::string Resealed(const std::string& line) {
  const size_t place = line.find("\"sha256\":\"");
  const std::string content = line.substr(0, place) + line.substr(place + 76, line.size() - place - 77);
  std::string sealed = line;
  sealed.replace(place + 10, 64, absl::BytesToHexString(Sha256(content)));
  return sealed;
}

TEST(CanonicalJsonTest, WritesAsTheStandardSays) {
  // Of RFC 8785: section 3.2.2, section 3.2.3, and the table of appendix B.
  EXPECT_EQ(*CanonicalJson("{ \"numbers\": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],"
                           "\"string\": \"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\","
                           "\"literals\": [null, true, false] }"),
            "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],"
            "\"string\":\"\xE2\x82\xAC$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
  EXPECT_EQ(*CanonicalJson("{\"\\u20ac\":0,\"\\r\":1,\"\\ufb33\":2,\"1\":3,\"\\ud83d\\ude00\":4,\"\\u0080\":5,"
                           "\"\\u00f6\":6}"),
            "{\"\\r\":1,\"1\":3,\"\xC2\x80\":5,\"\xC3\xB6\":6,\"\xE2\x82\xAC\":0,\"\xF0\x9F\x98\x80\":4,"
            "\"\xEF\xAC\xB3\":2}");
  for (const auto& [written, canonical] :
       std::vector<std::pair<std::string, std::string>>{{"-0.0", "0"},
                                                        {"5e-324", "5e-324"},
                                                        {"-1.7976931348623157e308", "-1.7976931348623157e+308"},
                                                        {"9007199254740992", "9007199254740992"},
                                                        {"-9007199254740992", "-9007199254740992"},
                                                        {"295147905179352830000", "295147905179352830000"},
                                                        {"9.999999999999997e22", "9.999999999999997e+22"},
                                                        {"999999999999999700000", "999999999999999700000"},
                                                        {"1e21", "1e+21"},
                                                        {"0.000001", "0.000001"},
                                                        {"1e-7", "1e-7"},
                                                        {"333333333.33333343", "333333333.33333343"},
                                                        {"18446744073709551615", "18446744073709552000"},
                                                        {"12", "12"},
                                                        {"-12.50", "-12.5"}}) {
    EXPECT_EQ(*CanonicalJson(written), canonical);
  }
  for (const char* bad : {"", "{", "[1,]", "\"\xff\"", "01", "{} {}", "nul"})
    EXPECT_FALSE(CanonicalJson(bad).ok()) << bad;
}

TEST(ExportTest, EveryLineIsCanonical) {
  for (std::string line : LinesOf(Exported(SampleLog::First(12)))) {
    line.pop_back();
    EXPECT_EQ(*CanonicalJson(line), line);
  }
}

TEST(ExportTest, ComesBackAsItWas) {
  const auto log = SampleLog::First(40);
  std::istringstream in(Exported(log));
  ExportReader reader(
      in, {{"a head", OriginOf("ledgers/forces", HeaderFor(log, 0).store_id), 7, SampleLog::RootOf(log, 7)}});
  ASSERT_TRUE(reader.Open());
  EXPECT_EQ(reader.header().ledger, "ledgers/forces");
  EXPECT_EQ(reader.header().store_id, "0123456789abcdef0123456789abcdef");
  EXPECT_EQ(reader.header().tree.size, 40);
  EXPECT_EQ(reader.header().tree.recorded_time, log.back().recorded_time);
  for (const LoggedTransaction& transaction : log) {
    const LoggedTransaction* read = reader.Next();
    ASSERT_NE(read, nullptr) << reader.finding()->ToString();
    EXPECT_EQ(ToRecord(*read).SerializeAsString(), ToRecord(transaction).SerializeAsString());
    EXPECT_EQ(read->request->request_hash, transaction.request->request_hash);
    EXPECT_EQ(read->request->response, transaction.request->response);
  }
  EXPECT_EQ(reader.Next(), nullptr);
  EXPECT_FALSE(reader.finding());
  EXPECT_EQ(reader.bytes(), static_cast<int64_t>(in.str().size()));
  EXPECT_EQ(Read(Exported({})), "sound");
}

// A change of the layout is a new format with a new name.
TEST(ExportTest, TheLayoutNeverChanges) {
  SampleLog sample;
  std::vector<LoggedTransaction> log = {sample.Next(), sample.Next(), sample.Next()};
  log.push_back(sample.Redaction(log[2], 1));
  log[2].changes[1].payload.clear();
  log[2].changes[1].redacted = true;
  log[2].request->response.clear();
  const std::string file = Exported(log);
  EXPECT_EQ(Read(file), "sound");
  if (std::getenv("OVERSIGHT_UPDATE_GOLDEN") != nullptr) std::ofstream("tests/golden/export.jsonl") << file;
  std::ifstream golden("tests/golden/export.jsonl");
  EXPECT_EQ(file, std::string(std::istreambuf_iterator<char>(golden), {}));
}

TEST(ExportTest, AnAnswerThatWasRedactedIsSaidToBe) {
  SampleLog sample;
  std::vector<LoggedTransaction> log = {sample.Next(), sample.Next()};
  log[1].request->response.clear();
  log[1].request->redacted = true;
  const std::string file = Exported(log);
  EXPECT_EQ(Read(file), "sound");
  const std::string line = LinesOf(file)[2];
  EXPECT_THAT(line, HasSubstr("\"redacted\":true,\"requestHash\":"));
  EXPECT_THAT(line, Not(HasSubstr("\"response\"")));
  std::istringstream in(file);
  ExportReader reader(in);
  ASSERT_TRUE(reader.Open());
  for (const LoggedTransaction& transaction : log) {
    const LoggedTransaction* read = reader.Next();
    ASSERT_NE(read, nullptr);
    EXPECT_EQ(ToRecord(*read).SerializeAsString(), ToRecord(transaction).SerializeAsString());
    EXPECT_EQ(FromRecord(ToRecord(transaction))->request->redacted, transaction.request->redacted);
  }
  // One that is there is not redacted.
  v1::Transaction both = ToRecord(log[1]);
  both.mutable_request()->set_response("here");
  EXPECT_FALSE(FromRecord(both).ok());
  std::string damaged = line;
  damaged.replace(damaged.find("\"redacted\":true"), 15, "\"redacted\":false");
  EXPECT_THAT(Read(LinesOf(file)[0] + LinesOf(file)[1] + Resealed(damaged)), StartsWith("Revision 2: "));
}

// Any byte of the file, changed in any way, is found, in the line where it is.
TEST(ExportTest, EveryChangedByteIsFoundAndNamed) {
  const std::string file = Exported(SampleLog::First(3));
  std::mt19937 random(7);
  int64_t line = 0;
  for (size_t i = 0; i < file.size(); ++i) {
    std::string damaged = file;
    damaged[i] = static_cast<char>(damaged[i] ^ static_cast<char>(1 + random() % 255));
    const std::string says = Read(damaged);
    if (line == 4) {
      ASSERT_THAT(says, HasSubstr("the trailer behind revision 3, ")) << "byte " << i;
    } else {
      ASSERT_THAT(says, StartsWith(line == 0 ? "The log: the first line of the file, its header, "
                                             : absl::StrCat("Revision ", line, ": its line in the file ")))
          << "byte " << i;
    }
    if (file[i] == '\n') ++line;
  }
}

TEST(ExportTest, AFileThatWasCutOffIsFound) {
  const std::string file = Exported(SampleLog::First(3));
  for (size_t size = 0; size < file.size(); ++size) ASSERT_NE(Read(file.substr(0, size)), "sound") << size;
  auto lines = LinesOf(Exported(SampleLog::First(6)));
  lines.resize(4);
  EXPECT_EQ(Read(Joined(lines)), "Revision 4: its line in the file was cut off, or is missing.");
  EXPECT_THAT(Read(file + "\n"), HasSubstr("behind its trailer"));
}

TEST(ExportTest, LinesMissingDoubledOrMovedAreFound) {
  const auto sound = LinesOf(Exported(SampleLog::First(6)));
  auto lines = sound;
  lines.erase(lines.begin() + 3);
  EXPECT_THAT(Read(Joined(lines)), StartsWith("Revision 3: it is missing"));
  lines = sound;
  lines.insert(lines.begin() + 3, lines[3]);
  EXPECT_THAT(Read(Joined(lines)), StartsWith("Revision 4: revision 3 stands in its place"));
  lines = sound;
  std::swap(lines[2], lines[3]);
  EXPECT_THAT(Read(Joined(lines)), StartsWith("Revision 2: it is missing"));
  lines = sound;
  lines.erase(lines.begin() + 6);
  EXPECT_THAT(Read(Joined(lines)), StartsWith("Revision 6: it is missing"));
  lines = sound;
  lines.insert(lines.begin() + 3, lines[0]);
  EXPECT_THAT(Read(Joined(lines)), StartsWith("Revision 3: its line in the file is a header once more"));
  lines.erase(lines.begin());
  EXPECT_THAT(Read(Joined(lines)), HasSubstr("its header, is of another type"));
}

// Damage by someone who puts the SHA-256 of the line right.
TEST(ExportTest, AResealedLineMustStillBeSound) {
  const auto sound = LinesOf(Exported(SampleLog::First(6)));
  const auto with = [&](size_t line, const std::string& from, const std::string& to) {
    auto lines = sound;
    lines[line] = Resealed(absl::StrReplaceAll(lines[line], {{from, to}}));
    EXPECT_NE(lines[line], sound[line]) << from;
    return Read(Joined(lines));
  };
  EXPECT_EQ(Resealed(sound[4]), sound[4]);
  EXPECT_THAT(with(4, "\"region\":\"South West\"", "\"region\":\"South East\""),
              StartsWith("Revision 4: its line in the file shows forces/force-4 otherwise"));
  EXPECT_THAT(with(4, "\"reason\":\"\"", "\"reason\":\"x\""), StartsWith("Revision 4: its content and its leaf hash"));
  EXPECT_THAT(with(4, "\"reason\":", "\"reasom\":\"\",\"reason\":"),
              StartsWith("Revision 4: its line in the file was changed"));
  EXPECT_THAT(with(4, "\"reason\":", "\"reason\": "), StartsWith("Revision 4: its line in the file was changed"));
  EXPECT_THAT(with(4, "\"PUT\"", "\"PAT\""), HasSubstr("has no well-formed \"operation\""));
  EXPECT_THAT(with(4, "\"type\":\"transaction\"", "\"type\":\"other\""), HasSubstr("has no well-formed \"type\""));
  EXPECT_THAT(with(0, "export.v1", "export.v2"), HasSubstr("is of the format \"oversight.export.v2\""));
  EXPECT_THAT(with(0, "\"treeSize\":6", "\"treeSize\":5"), HasSubstr("root that the header of the file gives"));
  EXPECT_THAT(with(0, "\"treeSize\":6", "\"treeSize\":9"), HasSubstr("the header of the file covers 9"));
  EXPECT_THAT(with(7, "\"transactions\":6", "\"transactions\":5"), StartsWith("Revision 6: "));
  EXPECT_THAT(with(7, "\"transactions\":6", "\"transactions\":8"), StartsWith("Revision 7: it is missing"));
  EXPECT_THAT(with(7, "\"changes\":8", "\"changes\":9"), HasSubstr("tells of 9 changes"));
}

TEST(ExportTest, TheLogMayGoOnBeyondTheHeader) {
  const auto log = SampleLog::First(6);
  EXPECT_EQ(Read(Exported(log, HeaderFor(log, 4))), "sound");
  EXPECT_EQ(Read(Exported(log, HeaderFor(log, 0))), "sound");
}

TEST(ExportTest, ACheckpointOfAnotherTreeIsFound) {
  const auto log = SampleLog::First(6);
  ExportHeader header = HeaderFor(log, 6);
  const auto note = [&](int64_t size) {
    return absl::StrCat(OriginOf(header.ledger, header.store_id), "\n", size, "\n",
                        absl::Base64Escape(header.tree.root), "\n\n\xE2\x80\x94 key AAAAAAAA\n");
  };
  header.checkpoint = note(6);
  EXPECT_EQ(Read(Exported(log, header)), "sound");
  header.checkpoint = note(5);
  EXPECT_THAT(Read(Exported(log, header)), HasSubstr("checkpoint of another log or tree"));
  header.checkpoint = "nonsense";
  EXPECT_THAT(Read(Exported(log, header)), HasSubstr("comes with a checkpoint that does not count"));
}

TEST(ExportTest, WhatIsNotKnownHereIsNotShownAndNotCompared) {
  auto log = SampleLog::First(2);
  log[0].changes[0].kind = "oversight.later.v3.Thing";
  forces::v1::Force force;
  force.set_name("forces/later");
  force.mutable_oversight_body()
      ->GetReflection()
      ->MutableUnknownFields(force.mutable_oversight_body())
      ->AddVarint(99, 1);
  log[1].changes[0].payload = force.SerializeAsString();
  for (auto& transaction : log) Seal(transaction);
  const std::string file = Exported(log);
  EXPECT_THAT(file, ::testing::Not(HasSubstr("\"resource\"")));
  EXPECT_EQ(Read(file), "sound");
  // Written by a program that knew more.
  auto lines = LinesOf(file);
  for (const size_t line : {1u, 2u}) {
    lines[line] = Resealed(absl::StrReplaceAll(lines[line], {{"\"terms\"", "\"resource\":{\"news\":1},\"terms\""}}));
  }
  EXPECT_EQ(Read(Joined(lines)), "sound");
}

TEST(ExportTest, AnUnsoundLogIsNotExported) {
  auto log = SampleLog::First(6);
  log[3].changes[0].payload += "x";
  std::ostringstream out;
  ExportWriter writer(out, HeaderFor(log, 6));
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(writer.Add(log[static_cast<size_t>(i)]).ok());
  const absl::Status status = writer.Add(log[3]);
  EXPECT_EQ(ReasonOf(status), "STORE_CORRUPT");
  EXPECT_EQ(ErrorMetadata(status, "revision"), "4");
  EXPECT_FALSE(writer.Finish().ok());

  log = SampleLog::First(1);
  log[0].audit.reason = "\xff";
  Seal(log[0]);
  ExportWriter other(out, HeaderFor(log, 1));
  EXPECT_THAT(std::string(other.Add(log[0]).message()), HasSubstr("Revision 1: it is not UTF-8 in the reason"));
}

TEST(ExportTest, AFullDiskIsSaid) {
  std::ofstream full("/dev/full");
  const auto log = SampleLog::First(1000);
  ExportWriter writer(full, HeaderFor(log, log.size()));
  absl::Status status;
  for (const auto& transaction : log) {
    if (status = writer.Add(transaction); !status.ok()) break;
  }
  EXPECT_EQ(ReasonOf(status), "STORE_FULL");
}

// The way of checking that docs/export-format.md gives to strangers.
class DocumentedCheckTest : public ::testing::Test {
 protected:
  DocumentedCheckTest() {
    std::ifstream page("docs/export-format.md");
    std::ofstream script(folder_ / "verify.py");
    bool in = false;
    for (std::string line; std::getline(page, line);) {
      if (line == "```") in = false;
      if (in) script << line << "\n";
      if (line == "```python") in = true;
    }
  }
  oversight::testing::Ran Check(const std::string& file, std::vector<std::string> head = {}) {
    std::ofstream(folder_ / "export.jsonl", std::ios::trunc) << file;
    std::vector<std::string> command = {"/usr/bin/python3", folder_ / "verify.py", folder_ / "export.jsonl"};
    command.insert(command.end(), head.begin(), head.end());
    return oversight::testing::Run(command);
  }
  const TempDir folder_;
};

TEST_F(DocumentedCheckTest, AgreesWithOurs) {
  const auto log = SampleLog::First(30);
  const std::string file = Exported(log);
  const auto sound = Check(file, {"17", absl::BytesToHexString(HashBytes(SampleLog::RootOf(log, 17)))});
  EXPECT_EQ(sound.code, 0) << sound.err;
  EXPECT_EQ(sound.out,
            absl::StrCat("sound: oversight-ledger/forces/0123456789abcdef0123456789abcdef, 30 transactions, root ",
                         absl::BytesToHexString(HashBytes(SampleLog::RootOf(log, 30))), "\n"));
  EXPECT_EQ(Check(Exported({})).code, 0);
  std::ifstream golden("tests/golden/export.jsonl");
  EXPECT_EQ(Check(std::string(std::istreambuf_iterator<char>(golden), {})).code, 0);

  EXPECT_EQ(Check(file, {"17", absl::BytesToHexString(HashBytes(SampleLog::RootOf(log, 18)))}).code, 1);
  EXPECT_EQ(Check(file, {"31", absl::BytesToHexString(HashBytes(SampleLog::RootOf(log, 30)))}).code, 1);
  std::mt19937 random(11);
  for (int i = 0; i < 20; ++i) {
    std::string damaged = file;
    const size_t place = random() % file.size();
    damaged[place] = static_cast<char>(damaged[place] ^ 1);
    const auto line = std::count(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(place), '\n');
    const auto found = Check(damaged);
    EXPECT_EQ(found.code, 1) << place;
    EXPECT_THAT(found.err,
                HasSubstr(absl::StrCat("NOT SOUND after revision ", std::clamp<int64_t>(line - 1, 0, 30), ":")));
  }
}

// A buffer that is written at one end and read at the other, so that neither side can keep the whole.
class Discard : public std::streambuf {
 protected:
  std::streamsize xsputn(const char*, std::streamsize count) override { return count; }
  int overflow(int c) override { return c; }
};
// The export of a log that is made while it is read.
class Generated : public std::streambuf {
 public:
  explicit Generated(int64_t count) : count_(count) {}

 protected:
  int underflow() override {
    if (made_ > count_ + 1) return traits_type::eof();
    if (made_ == 0) {
      line_ = ExportLine(HeaderFor({}, 0));
    } else if (made_ <= count_) {
      const LoggedTransaction transaction = log_.Next();
      tree_.Append(*HashFromBytes(transaction.leaf_hash));
      changes_ += static_cast<int64_t>(transaction.changes.size());
      line_ = *ExportLine(transaction);
    } else {
      line_ = ExportLine(ExportTrailer{count_, changes_, tree_.Root()});
    }
    ++made_;
    setg(line_.data(), line_.data(), line_.data() + line_.size());
    return traits_type::to_int_type(line_[0]);
  }

 private:
  const int64_t count_;
  SampleLog log_;
  TreeBuilder tree_;
  int64_t made_ = 0, changes_ = 0;
  std::string line_;
};

// The most bytes that were in use at a time, above those before, while so many transactions are written and read.
int64_t MostBytes(int64_t count) {
  const int64_t before = live_bytes;
  most_bytes = before;
  {
    Discard discard;
    std::ostream out(&discard);
    ExportWriter writer(out, HeaderFor({}, 0));
    SampleLog log;
    for (int64_t i = 0; i < count; ++i) EXPECT_TRUE(writer.Add(log.Next()).ok());
    EXPECT_TRUE(writer.Finish().ok());
  }
  Generated generated(count);
  std::istream in(&generated);
  ExportReader reader(in);
  EXPECT_TRUE(reader.Open());
  while (reader.Next() != nullptr) {
  }
  EXPECT_FALSE(reader.finding()) << reader.finding()->ToString();
  EXPECT_EQ(reader.auditor().size(), count);
  return most_bytes - before;
}

TEST(ExportTest, NeedsNoMoreMemoryForMoreTransactions) {
  MostBytes(10);  // What the libraries keep from their first use on.
  const int64_t few = MostBytes(100), many = MostBytes(5000);
  EXPECT_LT(many, few + 10'000) << few;
}

}  // namespace
}  // namespace oversight::ledger
