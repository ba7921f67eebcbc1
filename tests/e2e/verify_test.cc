// `oversight verify` over the real suite: sound logs pass, and whatever is changed in a database behind the back of the
// service is found and named, over SQLite and over PostgreSQL.
#include <fstream>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/e2e/suite_fixture.h"
#include "tests/support/store_damage.h"
#include "tests/support/temp_dir.h"

namespace oversight::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

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

}  // namespace
}  // namespace oversight::testing
