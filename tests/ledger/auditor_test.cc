// That the auditor lets a sound log pass and finds every kind of damage, by its revision and in words.
#include "common/ledger/archive/auditor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "common/ledger/hashing.h"
#include "tests/support/sample_log.h"

namespace oversight::ledger {
namespace {

using oversight::testing::SampleLog;
using oversight::testing::Seal;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// What the auditor says of a log, or "sound".
std::string Audit(const std::vector<LoggedTransaction>& log, std::vector<KnownHead> heads = {}) {
  Auditor auditor(std::move(heads));
  for (const LoggedTransaction& transaction : log) {
    if (!auditor.Add(transaction)) break;
  }
  auditor.Finish();
  return auditor.finding() ? auditor.finding()->ToString() : "sound";
}

TEST(AuditorTest, ASoundLogPasses) {
  const auto log = SampleLog::First(50);
  EXPECT_EQ(Audit(log), "sound");
  EXPECT_EQ(Audit({}), "sound");
  EXPECT_EQ(Audit({}, {{"x", 0, EmptyRoot(), true}}), "sound");
  EXPECT_EQ(Audit(log, {{"x", 0, EmptyRoot()},
                        {"x", 50, SampleLog::RootOf(log, 50), true},
                        {"x", 7, SampleLog::RootOf(log, 7)},
                        {"x", 7, SampleLog::RootOf(log, 7)},
                        {"x", 1, SampleLog::RootOf(log, 1)}}),
            "sound");
  Auditor auditor;
  for (const auto& transaction : log) ASSERT_TRUE(auditor.Add(transaction));
  auditor.Know({"what came after the log", 50, SampleLog::RootOf(log, 50), true});
  EXPECT_TRUE(auditor.Finish());
  EXPECT_EQ(auditor.size(), 50);
  EXPECT_EQ(auditor.changes(), 50 + 50 / 3);
  EXPECT_EQ(auditor.recorded_time(), log.back().recorded_time);
  EXPECT_EQ(auditor.Root(), SampleLog::RootOf(log, 50));
}

// Each kind of damage to one transaction, alone or with its own hashes put right again.
TEST(AuditorTest, NamesTheFirstBadRevisionAndWhatIsWrong) {
  struct Case {
    std::function<void(LoggedTransaction&)> damage;
    bool sealed;  // the hashes are made to agree
    std::string says;
  };
  const std::vector<Case> cases = {
      {[](auto& t) { t.changes[0].payload[3] ^= 1; }, false, "payload of forces/force-6 and its hash"},
      {[](auto& t) { t.changes[1].payload += "x"; }, false, "payload of forces/force-13 and its hash"},
      {[](auto& t) { t.changes[0].payload_hash[31] ^= 0x80; }, false, "payload of forces/force-6 and its hash"},
      {[](auto& t) { t.changes[0].redacted = true; }, false, "payload of forces/force-6 and its hash"},
      {[](auto& t) { t.changes[0].payload_hash = "short", t.changes[0].redacted = true, t.changes[0].payload = ""; },
       false, "32 bytes"},
      {[](auto& t) { t.changes[0].name = "forces/other"; }, false, "content and its leaf hash"},
      {[](auto& t) { t.changes[0].kind = "Other"; }, false, "content and its leaf hash"},
      {[](auto& t) { t.changes[0].operation = Change::Operation::kDelete; }, false, "content and its leaf hash"},
      {[](auto& t) { t.changes[0].encoded_terms = EncodeTerms({}); }, false, "content and its leaf hash"},
      {[](auto& t) { t.changes[0].encoded_terms += '\0'; }, true, "terms of forces/force-6"},
      {[](auto& t) { t.changes[0].encoded_terms = ""; }, true, "terms of forces/force-6"},
      {[](auto& t) { std::swap(t.changes[0], t.changes[1]); }, false, "content and its leaf hash"},
      {[](auto& t) { t.changes.pop_back(); }, false, "content and its leaf hash"},
      {[](auto& t) { t.audit.actor += "x"; }, false, "content and its leaf hash"},
      {[](auto& t) { t.audit.verb += "x"; }, false, "content and its leaf hash"},
      {[](auto& t) { t.audit.reason += "x"; }, false, "content and its leaf hash"},
      {[](auto& t) { t.audit.request_id += "x"; }, false, "content and its leaf hash"},
      {[](auto& t) { t.audit.trace_id += "x"; }, false, "content and its leaf hash"},
      {[](auto& t) { t.recorded_time += absl::Microseconds(1); }, false, "content and its leaf hash"},
      {[](auto& t) { t.leaf_hash[0] ^= 1; }, false, "content and its leaf hash"},
      {[](auto& t) { t.leaf_hash = ""; }, false, "content and its leaf hash"},
      {[](auto& t) { t.recorded_time -= absl::Hours(1); }, true, "recorded before the revision before it"},
      {[](auto& t) { t.changes.clear(); }, true, "changes nothing"},
      {[](auto& t) { t.changes[1].name = t.changes[0].name; }, true, "forces/force-6 is changed twice"},
      {[](auto& t) { t.changes[1].name = ""; }, true, "of which resource"},
      {[](auto& t) { t.changes[1].kind = ""; }, true, "of which kind"},
      {[](auto& t) { t.changes[1].operation = static_cast<Change::Operation>(3); }, true, "neither a put nor a delete"},
      {[](auto& t) { t.audit.actor = ""; }, true, "who acted"},
      {[](auto& t) { t.audit.verb = ""; }, true, "what was done"},
      {[](auto& t) { t.request.reset(); }, true, "no answer is remembered"},
      {[](auto& t) { t.request->revision = 5; }, true, "that of revision 5"},
      {[](auto& t) { t.audit.request_id = ""; }, true, "has no request id"},
      {[](auto& t) { t.revision = 7; }, true, "is missing. Revision 7"},
      {[](auto& t) { t.revision = 5; }, true, "revision 5 stands in its place"},
      {[](auto& t) { t.changes[0].kind = "oversight.ledger.v1.Redaction", t.changes[0].payload = "\xff"; }, true,
       "cannot be read"},
  };
  for (const Case& one : cases) {
    auto log = SampleLog::First(12);
    one.damage(log[5]);
    if (one.sealed) Seal(log[5]);
    EXPECT_THAT(Audit(log), AllOf(StartsWith("Revision 6: "), HasSubstr(one.says)));
  }
}

TEST(AuditorTest, FindsWhatIsMissingDoubledOrMoved) {
  const auto sound = SampleLog::First(12);
  auto log = sound;
  log.erase(log.begin());
  EXPECT_THAT(Audit(log), StartsWith("Revision 1: it is missing"));
  log = sound;
  log.insert(log.begin() + 4, log[3]);
  EXPECT_THAT(Audit(log), StartsWith("Revision 5: revision 4 stands in its place"));
  log = sound;
  std::swap(log[2], log[8]);
  EXPECT_THAT(Audit(log), StartsWith("Revision 3: it is missing"));
}

TEST(AuditorTest, AHeadFindsWhatWasChangedTogetherWithItsHashes) {
  const auto sound = SampleLog::First(12);
  auto log = sound;
  log[5].audit.reason = "another one";
  Seal(log[5]);
  EXPECT_EQ(Audit(log), "sound");  // Without a head nobody can know.
  const KnownHead at_3{"the head of March", 3, SampleLog::RootOf(sound, 3), false, true};
  const KnownHead at_8{"the head of May", 8, SampleLog::RootOf(sound, 8), false, true};
  const KnownHead at_12{"the head of June", 12, SampleLog::RootOf(sound, 12), true};
  EXPECT_THAT(Audit(log, {at_8, at_3, at_12}), AllOf(StartsWith("Revisions 4 to 8: "), HasSubstr("the head of May")));
  EXPECT_THAT(Audit(log, {at_12}), StartsWith("Revisions 1 to 12: "));
  EXPECT_EQ(Audit(sound, {at_8, at_3, at_12}), "sound");
  // What the log says of itself confirms nothing.
  const KnownHead claim{"its own head", 4, SampleLog::RootOf(sound, 4)};
  EXPECT_THAT(Audit(log, {claim, at_8}), StartsWith("Revisions 1 to 8: "));
  EXPECT_THAT(Audit(sound, {at_3, {"another", 3, Hash{}}}), StartsWith("Revision 3: "));
  EXPECT_THAT(Audit({}, {{"x", 0, Hash{}}}), StartsWith("The log: "));
}

TEST(AuditorTest, TheLogEndsWhereTheHeadSays) {
  auto log = SampleLog::First(12);
  const KnownHead end{"the trailer", 11, SampleLog::RootOf(log, 11), true};
  EXPECT_THAT(Audit(log, {end}), AllOf(StartsWith("Revision 12: "), HasSubstr("behind the end")));
  log.resize(10);
  EXPECT_THAT(Audit(log, {end}), AllOf(StartsWith("Revision 11: it is missing"), HasSubstr("the trailer covers 11")));

  Auditor auditor;
  for (const auto& transaction : log) ASSERT_TRUE(auditor.Add(transaction));
  auditor.Know({"the trailer", 9, SampleLog::RootOf(log, 9), true});
  EXPECT_FALSE(auditor.Finish());
  EXPECT_THAT(auditor.finding()->ToString(), StartsWith("Revision 10: it stands behind the end"));
}

TEST(AuditorTest, KeepsTheFirstFinding) {
  auto log = SampleLog::First(12);
  log[3].changes[0].payload += "x";
  Auditor auditor;
  for (const auto& transaction : log) auditor.Add(transaction);
  auditor.Fail("the rest cannot be read");
  auditor.Finish();
  EXPECT_EQ(auditor.finding()->first, 4);
  EXPECT_EQ(auditor.size(), 3);

  Auditor unread;
  unread.Add(log[0]);
  EXPECT_FALSE(unread.Fail("it cannot be read"));
  EXPECT_EQ(unread.finding()->ToString(), "Revision 2: it cannot be read.");
}

class RedactionTest : public ::testing::Test {
 protected:
  RedactionTest() {
    SampleLog sample;
    for (int i = 0; i < 6; ++i) log_.push_back(sample.Next());
    log_.push_back(sample.Redaction(log_[2], 1));
    log_.push_back(sample.Next());
    Redact(log_[2].changes[1]);
  }
  static void Redact(LoggedChange& change) {
    change.payload.clear();
    change.redacted = true;
  }
  std::vector<LoggedTransaction> log_;
};

TEST_F(RedactionTest, IsSoundWithItsRecord) {
  EXPECT_EQ(Audit(log_), "sound");
  Auditor auditor;
  auditor.Add(log_[0]);
  auditor.Add(log_[1]);
  EXPECT_FALSE(auditor.awaits_redactions());
  auditor.Add(log_[2]);
  EXPECT_TRUE(auditor.awaits_redactions());
  for (size_t i = 3; i < log_.size(); ++i) auditor.Add(log_[i]);
  EXPECT_FALSE(auditor.awaits_redactions());
  EXPECT_EQ(auditor.redactions(), 1);
}

TEST_F(RedactionTest, AMissingPayloadWithoutARecordIsNamed) {
  Redact(log_[3].changes[0]);
  Redact(log_[4].changes[0]);
  EXPECT_THAT(Audit(log_), AllOf(StartsWith("Revision 4: the payload of forces/force-4 was removed")));
  log_.resize(6);
  EXPECT_THAT(Audit(log_), StartsWith("Revision 3: the payload of forces/force-10 was removed"));
}

TEST_F(RedactionTest, ARecordMustBeOfWhatIsMissing) {
  auto change = [this](auto damage) {
    v1::Redaction redaction;
    EXPECT_TRUE(redaction.ParseFromString(log_[6].changes[0].payload));
    damage(redaction);
    auto log = log_;
    log[6].changes[0].payload = redaction.SerializeAsString();
    Seal(log[6]);
    return Audit(log);
  };
  EXPECT_EQ(change([](auto&) {}), "sound");
  EXPECT_THAT(change([](auto& r) { r.set_resource_revision(2); }),
              AllOf(StartsWith("Revision 7: "), HasSubstr("nothing was removed there")));
  EXPECT_THAT(change([](auto& r) { r.set_resource("forces/force-9"); }), StartsWith("Revision 7: "));
  EXPECT_THAT(change([](auto& r) { r.set_payload_hash(Sha256("another")); }),
              AllOf(StartsWith("Revision 7: "), HasSubstr("another payload")));
}

// A payload may go after it was read, while the log is: then its record stands behind where the reading was to end.
TEST_F(RedactionTest, ARecordBehindTheBeginningOfTheReadingMayComeTooLate) {
  v1::Redaction redaction;
  ASSERT_TRUE(redaction.ParseFromString(log_[6].changes[0].payload));
  redaction.set_resource(log_[1].changes[0].name);
  redaction.set_resource_revision(2);
  redaction.set_name("redactions/2");
  auto log = log_;
  log[7].changes = {{.name = redaction.name(),
                     .kind = "oversight.ledger.v1.Redaction",
                     .payload = redaction.SerializeAsString(),
                     .encoded_terms = EncodeTerms({})}};
  Seal(log[7]);
  EXPECT_THAT(Audit(log), AllOf(StartsWith("Revision 8: "), HasSubstr("nothing was removed there")));
  for (const int64_t began_at : {7, 8}) {
    Auditor auditor;
    auditor.ReadingBegan(began_at);
    for (const auto& transaction : log) auditor.Add(transaction);
    EXPECT_EQ(auditor.Finish(), began_at == 7) << began_at;
    if (began_at == 7) {
      EXPECT_EQ(auditor.redactions(), 1);
    }
  }
}

TEST_F(RedactionTest, ReadingGoesOnWhileARecordIsAwaitedAndMoreComes) {
  Auditor auditor;
  for (size_t i = 0; i < 5; ++i) ASSERT_TRUE(auditor.Add(log_[i]));
  ASSERT_TRUE(auditor.awaits_redactions());
  EXPECT_TRUE(absl::IsUnavailable(ReadOnForRedactions(auditor, [] { return absl::UnavailableError("gone"); })));
  int calls = 0;
  const auto read_on = [&] {
    ++calls;
    auditor.Add(log_[static_cast<size_t>(auditor.size())]);
    return absl::OkStatus();
  };
  EXPECT_TRUE(ReadOnForRedactions(auditor, read_on).ok());
  EXPECT_EQ(calls, 2);
  EXPECT_EQ(auditor.size(), 7);
  EXPECT_TRUE(auditor.Finish());

  Auditor in_vain;
  for (size_t i = 0; i < 5; ++i) ASSERT_TRUE(in_vain.Add(log_[i]));
  EXPECT_TRUE(ReadOnForRedactions(in_vain, [] { return absl::OkStatus(); }).ok());
  EXPECT_FALSE(in_vain.Finish());
}

}  // namespace
}  // namespace oversight::ledger
