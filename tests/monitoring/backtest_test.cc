#include "monitoring-service/policy/backtest.h"

#include <functional>

#include "absl/strings/str_join.h"
#include "common/time/london.h"
#include "monitoring-service/domain/moments.h"
#include "rapidcheck.h"
#include "tests/monitoring/policy_fixture.h"

namespace oversight::monitoring {
namespace {

using concerns::v1::HANDLING_LEVEL_MANAGING;
using concerns::v1::HANDLING_LEVEL_NOT_RESPONDING;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kForce[] = "forces/kent";
const absl::CivilDay kFirst(2026, 1, 1);

absl::Time On(int day, int hour = 12) { return LondonTime(absl::CivilMinute(kFirst + day) + hour * 60); }

// A log as it is told to a backtest, by and by.
class Past {
 public:
  explicit Past(std::vector<const v1::Policy*> policies) : backtest(std::move(policies), ShippedLadders()) {}

  template <class... T>
  void Record(absl::Time time, const T&... resources) {
    std::vector<std::string> payloads = {resources.SerializeAsString()...};
    std::vector<std::string> names = {resources.name()...};
    std::vector<std::string> kinds = {resources.GetDescriptor()->full_name()...};
    std::vector<Backtest::Change> changes;
    for (size_t i = 0; i < names.size(); ++i) changes.push_back({names[i], kinds[i], payloads[i]});
    EXPECT_TRUE(backtest.Take(++revision, time, changes).ok());
  }

  Backtest backtest;
  int64_t revision = 0;
};

std::string Concern(int n) { return absl::StrCat(kForce, "/concerns/", n); }

v1::Decision Approved(int n, v1::DecisionState state) {
  v1::Decision decision;
  decision.set_name(absl::StrCat(kForce, "/decisions/", n));
  decision.set_outcome(v1::DECISION_OUTCOME_APPROVED);
  decision.set_state(state);
  return decision;
}

TEST(BacktestTest, SaysWhenAForceWasFlaggedAndByHowMuchAheadOfTheDecision) {
  Past past({&PublishedGrounds()});
  past.Record(On(0), Cause(Concern(1), HANDLING_LEVEL_MANAGING));
  past.Record(On(10), Cause(Concern(1), HANDLING_LEVEL_NOT_RESPONDING));
  past.Record(On(40, 13), Approved(1, v1::DECISION_STATE_IN_EFFECT), InStage(kForce, "engage"));
  past.backtest.Finish(On(50));
  const auto forces = past.backtest.Forces();
  ASSERT_THAT(forces, SizeIs(1));
  const auto& replay = forces[0].replays(0);
  ASSERT_EQ(replay.spells_size(), 1);
  EXPECT_EQ(ToTime(replay.spells(0).from_time()), On(10));
  EXPECT_EQ(ToTime(replay.spells(0).until_time()), On(40, 13));
  EXPECT_EQ(replay.spells(0).end(), v1::SPELL_END_DECIDED);
  EXPECT_THAT(replay.spells(0).rules(), ElementsAre("not-responding"));
  ASSERT_EQ(replay.decisions_size(), 1);
  EXPECT_TRUE(replay.decisions(0).advised());
  EXPECT_EQ(replay.decisions(0).lead_days(), 30);
  const auto score = past.backtest.Summary().scores(0);
  EXPECT_EQ(score.hit_count(), 1);
  EXPECT_EQ(score.miss_count(), 0);
  EXPECT_EQ(score.false_alarm_count(), 0);
  EXPECT_EQ(score.median_lead_days(), 30);
  EXPECT_EQ(score.flip_count(), 1) << "into the advice; what follows the move is none";
  EXPECT_EQ(score.flagged_days(), 30);
  EXPECT_EQ(past.backtest.Summary().transaction_count(), 3);
}

TEST(BacktestTest, AMissIsADecisionThatWasNotAdvisedAndAFalseAlarmASpellThatClears) {
  Past past({&PublishedGrounds()});
  past.Record(On(0), Cause(Concern(1), HANDLING_LEVEL_NOT_RESPONDING));
  past.Record(On(5), Cause(Concern(1), HANDLING_LEVEL_MANAGING));
  past.Record(On(9), Approved(1, v1::DECISION_STATE_IN_EFFECT), InStage(kForce, "engage"));
  past.Record(On(20), Approved(2, v1::DECISION_STATE_IN_EFFECT), InStage(kForce, "scan"));
  past.backtest.Finish(On(30));
  const auto summary = past.backtest.Summary();
  const auto& score = summary.scores(0);
  EXPECT_EQ(score.miss_count(), 1);
  EXPECT_EQ(score.hit_count(), 0);
  EXPECT_EQ(score.false_alarm_count(), 1);
  EXPECT_EQ(score.exit_count(), 1);
  EXPECT_EQ(score.advised_exit_count(), 1) << "its one cause is managed";
}

TEST(BacktestTest, ADecisionThatWaitsCountsFromItsDayAndOneThatLapsesNot) {
  Past past({&PublishedGrounds()});
  past.Record(On(0), Cause(Concern(1), HANDLING_LEVEL_NOT_RESPONDING));
  past.Record(On(4), Approved(1, v1::DECISION_STATE_PENDING_EFFECT));
  past.Record(On(5), Approved(1, v1::DECISION_STATE_LAPSED));
  past.Record(On(6), Approved(2, v1::DECISION_STATE_PENDING_EFFECT));
  past.Record(On(16), Approved(2, v1::DECISION_STATE_IN_EFFECT), InStage(kForce, "engage"));
  past.Record(On(17), Approved(2, v1::DECISION_STATE_IN_EFFECT));
  past.backtest.Finish(On(20));
  const auto replay = past.backtest.Forces()[0].replays(0);
  ASSERT_EQ(replay.decisions_size(), 1);
  EXPECT_EQ(replay.decisions(0).decision(), absl::StrCat(kForce, "/decisions/2"));
  EXPECT_EQ(replay.decisions(0).lead_days(), 6);
}

TEST(BacktestTest, TimeAloneFlagsOnItsDayThoughNothingIsRecordedThen) {
  const auto policy =
      PolicyOf(RuleText("old", "ESCALATE", "conditions { causes { open_days_at_least: 30 } at_least: 1 }"));
  Past past({&policy});
  auto cause = Cause(Concern(1), HANDLING_LEVEL_MANAGING);
  *cause.mutable_issue_date() = ToPartialDate(kFirst);
  past.Record(On(0), cause);
  past.backtest.Finish(On(100));
  const auto spells = past.backtest.Forces()[0].replays(0).spells();
  ASSERT_EQ(spells.size(), 1);
  EXPECT_EQ(ToTime(spells[0].from_time()), On(30, 0));
  EXPECT_EQ(spells[0].end(), v1::SPELL_END_LASTS);
}

TEST(BacktestTest, WhatWasTakenOverFromPublicSourcesIsInNoScore) {
  Past past({&PublishedGrounds()});
  auto historical = Approved(1, v1::DECISION_STATE_IN_EFFECT);
  historical.mutable_historical()->set_source("https://example.org");
  past.Record(On(0), historical, InStage(kForce, "engage"));
  past.Record(On(1), historical);
  past.backtest.Finish(On(2));
  EXPECT_EQ(past.backtest.Summary().historical_decision_count(), 1);
  EXPECT_EQ(past.backtest.Summary().scores(0).entry_count(), 0);
  EXPECT_THAT(past.backtest.Forces()[0].replays(0).decisions(), IsEmpty());
}

TEST(BacktestTest, TellsForHowLongTwoPoliciesDiffered) {
  const auto never = PolicyOf(RuleText("never", "ESCALATE", "conditions { causes { } at_least: 99 }"));
  Past past({&PublishedGrounds(), &never});
  past.Record(On(0), Cause(Concern(1), HANDLING_LEVEL_NOT_RESPONDING));
  past.Record(On(7), Cause(Concern(1), HANDLING_LEVEL_MANAGING));
  past.backtest.Finish(On(20));
  EXPECT_EQ(past.backtest.Summary().days_apart(), 7);
  EXPECT_EQ(past.backtest.Forces()[0].days_apart(), 7);
  EXPECT_EQ(past.backtest.Summary().scores(1).flag_count(), 0);
}

TEST(BacktestTest, CountsWhatWasRemovedByLawAndRefusesWhatCannotBeRead) {
  Backtest backtest({&PublishedGrounds()}, ShippedLadders());
  const std::string name = Concern(1), kind = concerns::v1::Concern::descriptor()->full_name();
  ASSERT_TRUE(backtest.Take(1, On(0), {{name, kind, "", true}}).ok());
  EXPECT_EQ(backtest.Summary().redacted_count(), 1);
  EXPECT_TRUE(absl::IsDataLoss(backtest.Take(2, On(0), {{name, kind, "\xff\xff\xff", false}})));
  EXPECT_TRUE(backtest.Take(3, On(0), {{"themes/a", "some.Other", "\xff", false}}).ok()) << "what it does not look at";
}

TEST(BacktestTest, WhatIsDeletedCountsNoMore) {
  Past past({&PublishedGrounds()});
  past.Record(On(0), Cause(Concern(1), HANDLING_LEVEL_NOT_RESPONDING));
  EXPECT_EQ(past.backtest.AdvisesEnhanced(kForce, 0), true);
  const std::string name = Concern(1), kind = concerns::v1::Concern::descriptor()->full_name();
  ASSERT_TRUE(past.backtest.Take(9, On(1), {{name, kind, "", false, true}}).ok());
  EXPECT_EQ(past.backtest.AdvisesEnhanced(kForce, 0), false);
}

TEST(BacktestTest, OfSpellsOnlyTheLatestAreKeptAndAllAreCounted) {
  Past past({&PublishedGrounds()});
  for (int n = 0; n < 300; ++n) {
    past.Record(On(0) + absl::Minutes(2 * n), Cause(Concern(1), HANDLING_LEVEL_NOT_RESPONDING));
    past.Record(On(0) + absl::Minutes(2 * n + 1), Cause(Concern(1), HANDLING_LEVEL_MANAGING));
  }
  past.backtest.Finish(On(2));
  EXPECT_EQ(past.backtest.Forces()[0].replays(0).spells_size(), 200);
  EXPECT_EQ(past.backtest.Summary().scores(0).false_alarm_count(), 300);
}

// ---- Properties ----

struct Recorded {
  absl::Time time;
  std::function<void(Past&)> record;
  std::function<void(ForceFacts&)> take;
};

// A random record of one force.
std::vector<Recorded> DrawnRecord() {
  std::vector<Recorded> record;
  absl::Time time = On(0);
  const int count = *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(1, 40));
  const auto draw = [](int end) { return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(0, end)); };
  const auto add = [&](const auto& resource) {
    record.push_back(
        {time, [=](Past& past) { past.Record(time, resource); }, [=](ForceFacts& facts) { Take(resource, facts); }});
  };
  for (int i = 0; i < count; ++i) {
    time += absl::Hours(draw(24 * 40));
    const std::string concern = Concern(1 + draw(4));
    switch (draw(6)) {
      case 0:
      case 1: {
        auto cause = Cause(concern, static_cast<concerns::v1::HandlingLevel>(draw(6)));
        *cause.mutable_issue_date() = ToPartialDate(LondonDay(time) - draw(60));
        cause.set_accelerated(draw(2) == 0);
        add(cause);
        break;
      }
      case 2:
        add(MakeConcern(concern, concerns::v1::CONCERN_STATE_DISCHARGED));
        break;
      case 3: {
        auto due = Due(concern + "/recommendations/1", 0, draw(4));
        *due.mutable_due_date() = ToPartialDate(LondonDay(time) + draw(90) - 45);
        add(due);
        break;
      }
      case 4:
        add(Answer(absl::StrCat(concern, "/responses/", 1 + draw(3)),
                   static_cast<concerns::v1::ForceResponseState>(1 + draw(3))));
        break;
      default: {
        auto stage = InStage(kForce, draw(2) == 0 ? "scan" : "engage");
        *stage.mutable_since_date() = ToPartialDate(LondonDay(time));
        add(stage);
      }
    }
  }
  return record;
}

TEST(BacktestPropertyTest, AtTheLastMomentItSaysWhatTheLiveAssessmentSays) {
  EXPECT_TRUE(rc::check([] {
    const auto& early = *ShippedPolicies().Find("policies/early-warning");
    const auto record = DrawnRecord();
    Past past({&PublishedGrounds(), &early});
    for (const auto& recorded : record) recorded.record(past);
    const absl::Time now = record.back().time + absl::Hours(24 * *rc::gen::inRange(0, 200));
    past.backtest.Finish(now);
    ForceFacts facts(kForce);
    for (const auto& recorded : record) recorded.take(facts);
    const absl::CivilDay today = LondonDay(now);
    RC_ASSERT(past.backtest.AdvisesEnhanced(kForce, 0) == Judge(By(PublishedGrounds(), today), facts).advised_enhanced);
    RC_ASSERT(past.backtest.AdvisesEnhanced(kForce, 1) == Judge(By(early, today), facts).advised_enhanced);
    // And with all it rests on.
    RC_ASSERT(AssessFully(By(early, today), *past.backtest.FactsOf(kForce)).text() ==
              AssessFully(By(early, today), facts).text());
  }));
}

TEST(BacktestPropertyTest, WhatIsRecordedLaterNeverChangesWhatWasSaidBefore) {
  EXPECT_TRUE(rc::check([] {
    const auto record = DrawnRecord();
    const size_t known = static_cast<size_t>(*rc::gen::inRange(1, static_cast<int>(record.size()) + 1));
    // One that hears of nothing later, and one that hears of everything.
    Past short_past({&PublishedGrounds()}), whole({&PublishedGrounds()});
    for (size_t i = 0; i < known; ++i) record[i].record(short_past);
    for (const auto& recorded : record) recorded.record(whole);
    const absl::Time then = record[known - 1].time;
    const auto spells_until = [&](const Past& past) {
      std::vector<std::string> said;
      const auto forces = past.backtest.Forces();
      for (const auto& spell : forces[0].replays(0).spells()) {
        if (ToTime(spell.from_time()) < then)
          said.push_back(spell.from_time().DebugString() + absl::StrJoin(spell.rules(), ","));
      }
      return said;
    };
    RC_ASSERT(spells_until(short_past) == spells_until(whole));
  }));
}

}  // namespace
}  // namespace oversight::monitoring
