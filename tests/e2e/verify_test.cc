// `oversight verify` over the real suite: sound logs pass, and whatever is changed in a database behind the back of the
// service is found and named, over SQLite and over PostgreSQL.
#include <filesystem>
#include <fstream>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/ledger/archive/export_writer.h"
#include "common/ledger/archive/record.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "oversight/ledger/v1/ledger_service.grpc.pb.h"
#include "tests/e2e/suite_fixture.h"
#include "tests/support/store_damage.h"
#include "tests/support/temp_dir.h"

namespace oversight::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class VerifyTest : public SuiteFixture, public ::testing::WithParamInterface<int> {
 protected:
  void SetUp() override {
    StartSuite({.replicas = GetParam()});
    if (suite_ != nullptr) PlayScenario();
  }
  Ran Verify(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "verify");
    return suite_->Cli("operator", arguments);
  }
  // That verification of the concerns says this, and with which exit code.
  void ExpectNotSound(const std::string& says, const std::string& damage) {
    const Ran found = Verify({"concerns"});
    EXPECT_EQ(found.code, 1) << damage << found.out << found.err;
    EXPECT_THAT(found.out, AllOf(HasSubstr("ledgers/concerns: NOT SOUND. "), HasSubstr(says))) << damage;
    EXPECT_THAT(found.err, HasSubstr("LOG_NOT_SOUND")) << damage;
  }
  // The value of a labelled line, such as "name:  forces/kent".
  static std::string Field(const std::string& labelled, const std::string& label) {
    for (const auto line : absl::StrSplit(labelled, '\n')) {
      if (absl::StartsWith(line, label + ":"))
        return std::string(absl::StripAsciiWhitespace(line.substr(label.size() + 1)));
    }
    ADD_FAILURE() << "no " << label << " in " << labelled;
    return "0";
  }
  static std::string Content(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  }
  // The log of a running service as a file.
  void Export(const std::string& name, const std::string& path) {
    const auto stub = ledger::v1::LedgerService::NewStub(suite_->ChannelAs("gateway", "operator"));
    ledger::v1::ExportTransactionsRequest request;
    request.set_name(name);
    grpc::ClientContext context;
    auto reader = stub->ExportTransactions(&context, request);
    std::ofstream out(path, std::ios::binary);
    std::optional<ledger::ExportWriter> writer;
    for (ledger::v1::ExportTransactionsResponse part; reader->Read(&part);) {
      if (part.has_started()) {
        const auto& head = part.started().tree_head();
        ledger::ExportHeader header{name, part.started().store_id(), {head.tree_size(), head.root_hash(), {}}, "", ""};
        header.tree.recorded_time =
            absl::FromUnixSeconds(head.recorded_time().seconds()) + absl::Nanoseconds(head.recorded_time().nanos());
        writer.emplace(out, header);
      }
      for (const auto& transaction : part.transactions().transactions()) {
        ASSERT_TRUE(writer->Add(*ledger::FromRecord(transaction)).ok());
      }
    }
    ASSERT_TRUE(reader->Finish().ok());
    ASSERT_TRUE(writer->Finish().ok());
  }
  const TempDir folder_;
};

INSTANTIATE_TEST_SUITE_P(Shapes, VerifyTest, ::testing::Values(1, 2), [](const auto& info) {
  return info.param == 1 ? std::string("OnSqlite") : std::string("TwoReplicasOnPostgres");
});

TEST_P(VerifyTest, SoundLogsPassAndGoOnFromTheHeadsThatWereKept) {
  const std::string kept = folder_ / "concerns.head";
  const Ran head = suite_->Cli("public", {"head", "concerns", "--save=" + kept});
  ASSERT_EQ(head.code, 0) << head.err;
  EXPECT_THAT(head.out, HasSubstr("oversight-ledger/concerns/"));
  const Ran more = suite_->Cli(
      "hm-inspector", {"raise", "--force=west-midlands", "--kind=afi", "--title=Another", "--finding=More.",
                       "--theme=investigations", "--source=inspection", "--source-title=PEEL", "--found=2023-09"});
  ASSERT_EQ(more.code, 0) << more.err;

  const Ran all = Verify({"--head=" + kept});
  EXPECT_EQ(all.code, 0) << all.out << all.err;
  for (const char* ledger : {"forces", "concerns", "monitoring"}) {
    EXPECT_THAT(all.out, HasSubstr(absl::StrCat("ledgers/", ledger, ": sound. ")));
  }
  EXPECT_THAT(all.out, HasSubstr("It goes on from the head in " + kept));
  const Ran json = suite_->Cli("operator", {"verify", "concerns", "--json"});
  EXPECT_THAT(json.out, HasSubstr("\"sound\":true,\"subject\":\"ledgers/concerns\""));

  // Straight from a service, without the gateway.
  const Ran direct =
      oversight::testing::Run({ServerProcess::Binary("oversight"), "--gateway=" + suite_->address("concerns-service"),
                               "--as=operator", "verify", "concerns"});
  EXPECT_EQ(direct.code, 0) << direct.out << direct.err;

  const Ran other = Verify({"forces", "--head=" + kept});
  EXPECT_EQ(other.code, 2);
  EXPECT_THAT(other.err, HasSubstr("was not among those verified"));
  EXPECT_EQ(suite_->Cli("press-officer", {"verify", "concerns"}).code, 1);

  // A head of another past.
  std::string text;
  {
    std::ifstream in(kept);
    text.assign(std::istreambuf_iterator<char>(in), {});
  }
  const size_t root = text.find('\n', text.find('\n') + 1) + 1;
  text[root] = text[root] == 'A' ? 'B' : 'A';
  std::ofstream(kept, std::ios::trunc) << text;
  const Ran past = Verify({"concerns", "--head=" + kept});
  EXPECT_EQ(past.code, 1);
  EXPECT_THAT(past.out, AllOf(HasSubstr("NOT SOUND. Revisions 1 to "), HasSubstr("the head in " + kept)));
  // A head of a log that another store now stands in the place of.
  text[text.find('\n') - 1] ^= 1;
  std::ofstream(kept, std::ios::trunc) << text;
  const Ran replaced = Verify({"concerns", "--head=" + kept});
  EXPECT_EQ(replaced.code, 1);
  EXPECT_THAT(replaced.out, HasSubstr("it is not the log that the head in"));
}

TEST_P(VerifyTest, WhateverIsChangedInTheDatabaseIsNamed) {
  const StoreDamage damage(suite_->store("concerns-service"));
  struct Case {
    std::string table, column, where, says;
    int mask = 1;
  };
  const std::vector<Case> cases = {
      {"changes", "payload", "revision = 5", "Revision 5: the payload of "},
      {"changes", "payload_hash", "revision = 5", "Revision 5: the payload of "},
      {"changes", "name", "revision = 6", "Revision 6: its content and its leaf hash"},
      {"changes", "kind", "revision = 6", "Revision 6: its content and its leaf hash"},
      {"changes", "terms", "revision = 6", "Revision 6: "},
      {"transactions", "leaf_hash", "revision = 3", "Revision 3: its content and its leaf hash"},
      {"transactions", "actor", "revision = 3", "Revision 3: "},
      {"transactions", "verb", "revision = 3", "Revision 3: its content and its leaf hash"},
      {"transactions", "trace_id", "revision = 3", "Revision 3: its content and its leaf hash"},
      {"transactions", "request_id", "revision = 3", "Revision 3: "},
      // Not even a text any more.
      {"transactions", "actor", "revision = 4", "Revision 4: ", 0x80},
      {"changes", "name", "revision = 4", "Revision 4: ", 0xff}};
  for (const Case& one : cases) {
    const std::string what = absl::StrCat(one.table, ".", one.column, " where ", one.where);
    damage.Flip(one.table, one.column, one.where, one.mask);
    ExpectNotSound(one.says, what);
    damage.Flip(one.table, one.column, one.where, one.mask);
    ASSERT_EQ(Verify({"concerns"}).code, 0) << what;
  }
  for (const auto& [sql, undo, says] : std::vector<std::array<std::string, 3>>{
           {"UPDATE transactions SET recorded_us = recorded_us + 1 WHERE revision = 7",
            "UPDATE transactions SET recorded_us = recorded_us - 1 WHERE revision = 7", "Revision 7: its content"},
           {"UPDATE transactions SET change_count = change_count + 1 WHERE revision = 7",
            "UPDATE transactions SET change_count = change_count - 1 WHERE revision = 7", "Revision 7: "},
           {"UPDATE changes SET operation = 3 - operation WHERE revision = 7",
            "UPDATE changes SET operation = 3 - operation WHERE revision = 7", "Revision 7: its content"},
           {"UPDATE transactions SET revision = revision + 1000 WHERE revision = 8",
            "UPDATE transactions SET revision = revision - 1000 WHERE revision = 1008", "Revision 8: "}}) {
    damage.Execute(sql);
    ExpectNotSound(says, sql);
    damage.Execute(undo);
    ASSERT_EQ(Verify({"concerns"}).code, 0) << undo;
  }
  damage.Execute("UPDATE changes SET payload = NULL WHERE revision = 9");
  ExpectNotSound("Revision 9: the payload of ", "a payload is removed without a record");
  damage.Execute("DELETE FROM transactions WHERE revision = 2");
  ExpectNotSound("Revision 2: ", "a transaction is removed");
  // The others are what they were.
  EXPECT_EQ(Verify({"forces", "monitoring"}).code, 0);
}

// A payload that is removed by law is gone, the log stays sound and says so; one that a hand removes is found.
TEST_P(VerifyTest, ARedactionIsSoundAndAHandInTheDatabaseIsNot) {
  const std::string secret = "The name of the witness in case 4711";
  const std::string kept = folder_ / "concerns.head";
  const auto cli = [this](const std::string& as, std::vector<std::string> arguments) {
    Ran ran = suite_->Cli(as, std::move(arguments));
    EXPECT_EQ(ran.code, 0) << ran.out << ran.err;
    return ran.out;
  };
  const std::string raised =
      cli("hm-inspector", {"raise", "--force=west-midlands", "--kind=afi", "--title=" + secret, "--finding=Something.",
                           "--theme=investigations", "--source=inspection", "--source-title=PEEL", "--found=2023-09"});
  const std::string concern = raised.substr(0, raised.find(':'));
  const std::string revision = Field(cli("hm-inspector", {"show", concern}), "revision");
  cli("hm-inspector", {"call", "oversight.concerns.v1.ConcernsService/UpdateConcern",
                       absl::StrCat("{\"concern\":{\"name\":\"", concern,
                                    "\",\"title\":\"A title\"},\"updateMask\":\"title\",\"requestId\":\"correct\"}")});
  cli("public", {"head", "concerns", "--save=" + kept});

  const auto redact = [&](const std::string& who, int64_t of_revision) {
    return suite_->Cli(who, {"redact-version", "concerns", "--resource=" + concern,
                             absl::StrCat("--resource-revision=", of_revision), "--reason=Article 17"});
  };
  const int64_t version = std::stoll(revision);
  const Ran refused = redact("hm-inspector", version);
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.err, HasSubstr("ROLE_NOT_ALLOWED"));
  const Ran too_early = redact("chief-inspector", version + 1);
  EXPECT_EQ(too_early.code, 1);
  EXPECT_THAT(too_early.err, AllOf(HasSubstr("VERSION_CURRENT"), HasSubstr("Correct the resource first")));

  const Ran done = redact("chief-inspector", version);
  ASSERT_EQ(done.code, 0) << done.err;
  const std::string& redacted = done.out;
  EXPECT_EQ(Field(redacted, "name"), "redactions/1");
  EXPECT_EQ(Field(redacted, "resource"), concern);
  EXPECT_EQ(Field(redacted, "reason"), "Article 17");
  const std::string list = cli("operator", {"list", "redactions", "concerns"});
  EXPECT_THAT(list, AllOf(HasSubstr("redactions/1"), HasSubstr(concern), HasSubstr("Article 17")));
  EXPECT_THAT(cli("operator", {"list", "redactions", "concerns", "--json"}),
              HasSubstr("\"resourceRevision\":\"" + revision));
  EXPECT_EQ(cli("operator", {"list", "redactions", "forces", "--json"}), "");
  const std::string versions = cli("hm-inspector", {"versions", concern});
  EXPECT_THAT(versions, AllOf(HasSubstr("redaction: redactions/1"), Not(HasSubstr(secret))));
  EXPECT_THAT(cli("hm-inspector", {"versions", concern, "--json"}),
              AllOf(HasSubstr("\"redaction\":\"redactions/1\""), Not(HasSubstr(secret))));

  // The live log, and an export of it, go on from the head of before, and count it.
  const auto counted = AllOf(HasSubstr(": sound. "), HasSubstr("1 payload was removed by law"));
  EXPECT_THAT(cli("operator", {"verify", "concerns", "--head=" + kept}), counted);
  const std::string file = folder_ / "concerns.jsonl";
  Export("ledgers/concerns", file);
  EXPECT_THAT(cli("operator", {"verify", file, "--head=" + kept}), counted);
  const std::string exported = Content(file);
  EXPECT_EQ(exported.find(secret), std::string::npos);
  if (GetParam() == 1) {
    const std::string store = suite_->store("concerns-service").substr(7);
    for (const auto& each : std::filesystem::directory_iterator(std::filesystem::path(store).parent_path())) {
      if (!each.is_regular_file()) continue;
      EXPECT_EQ(Content(each.path()).find(secret), std::string::npos) << each.path();
    }
  }

  // By hand, without a record.
  const StoreDamage damage(suite_->store("concerns-service"));
  damage.Execute("UPDATE changes SET payload = NULL WHERE revision = 9");
  ExpectNotSound("Revision 9: the payload of ", "a payload is removed beside a redaction");
  const auto stub = ledger::v1::LedgerService::NewStub(suite_->ChannelAs("gateway", "operator"));
  ledger::v1::ExportTransactionsRequest request;
  request.set_name("ledgers/concerns");
  request.set_after_revision(8);
  request.set_up_to_revision(9);
  grpc::ClientContext context;
  auto reader = stub->ExportTransactions(&context, request);
  ledger::v1::ExportTransactionsResponse part;
  std::string damaged;
  while (reader->Read(&part)) {
    for (const auto& transaction : part.transactions().transactions()) damaged = transaction.changes(0).name();
  }
  ASSERT_TRUE(reader->Finish().ok());
  const Ran covered = suite_->Cli("chief-inspector", {"redact-version", "concerns", "--resource=" + damaged,
                                                      "--resource-revision=9", "--reason=To cover it up"});
  EXPECT_EQ(covered.code, 4) << covered.out;
  EXPECT_THAT(covered.err, HasSubstr("STORE_CORRUPT"));
}

}  // namespace
}  // namespace oversight::testing
