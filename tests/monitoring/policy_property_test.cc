// Random facts against random and shipped policies: worse facts never give milder advice, what is said to change the
// answer changes it and nothing of it can be left out, and facts do not depend on the order in which they come.
#include <algorithm>
#include <random>

#include "rapidcheck.h"
#include "tests/monitoring/policy_fixture.h"

namespace oversight::monitoring {
namespace {

constexpr char kForce[] = "forces/kent";

rc::Gen<int> Between(int least, int end) { return rc::gen::resize(rc::kNominalSize, rc::gen::inRange(least, end)); }

std::string Concern(int n) { return absl::StrCat(kForce, "/concerns/", n); }

// What a force may be like; how good or bad is drawn.
struct Resources {
  std::vector<concerns::v1::Concern> causes;
  std::vector<concerns::v1::Recommendation> recommendations;
  std::vector<concerns::v1::ForceResponse> responses;
  v1::Monitoring monitoring;

  ForceFacts Facts() const {
    ForceFacts facts(kForce);
    Take(monitoring, facts);
    for (const auto& cause : causes) Take(cause, facts);
    for (const auto& recommendation : recommendations) Take(recommendation, facts);
    for (const auto& response : responses) Take(response, facts);
    return facts;
  }
};

Resources Drawn() {
  Resources drawn;
  drawn.monitoring = InStage(kForce, *Between(0, 2) == 0 ? "scan" : "engage", *Between(0, 300));
  const int count = *Between(0, 5);
  for (int n = 1; n <= count; ++n) {
    auto cause = Cause(Concern(n), static_cast<concerns::v1::HandlingLevel>(*Between(0, 6)), *Between(0, 400));
    cause.set_accelerated(*Between(0, 2) == 0);
    if (*Between(0, 3) == 0) cause.add_supersedes(Concern(90 + n));
    drawn.causes.push_back(cause);
    const int recommendations = *Between(0, 3);
    for (int m = 1; m <= recommendations; ++m) {
      drawn.recommendations.push_back(
          Due(absl::StrCat(Concern(n), "/recommendations/", m), *Between(-100, 500), *Between(0, 4)));
    }
    if (*Between(0, 2) == 0) {
      drawn.responses.push_back(
          Answer(Concern(n) + "/responses/1", static_cast<concerns::v1::ForceResponseState>(*Between(1, 4))));
    }
  }
  return drawn;
}

// A policy that the load accepts.
v1::Policy DrawnPolicy() {
  for (;;) {
    std::string text = "name: 'policies/p' display_name: 'P'\n";
    const int rules = *Between(1, 6);
    bool weighted = false;
    for (int n = 0; n < rules; ++n) {
      static const char* const kMoves[] = {"ESCALATE", "KEEP", "RETURN"};
      const std::string move = kMoves[*Between(0, 3)];
      const std::string bound = move == "RETURN" ? "at_most: " : "at_least: ";
      std::string about;
      if (*Between(0, 3) > 0) {
        about = absl::StrCat("causes { ", *Between(0, 2) == 0 ? "accelerated: true " : "",
                             "open_days_at_least: ", *Between(0, 200));
        if (const int level = *Between(0, 6); level > 0) {
          absl::StrAppend(&about, " handling_at_most: ",
                          concerns::v1::HandlingLevel_Name(static_cast<concerns::v1::HandlingLevel>(level)));
        }
        if (const int standing = *Between(0, 5); standing > 0) {
          absl::StrAppend(
              &about, " response_at_most: ", v1::ResponseStanding_Name(static_cast<v1::ResponseStanding>(standing)));
        }
        about += " } ";
      } else {
        about = absl::StrCat("recommendations { overdue_days_at_least: ", *Between(0, 200),
                             " times_returned_at_least: ", *Between(0, 3), " } ");
      }
      const int weight = move == "ESCALATE" && *Between(0, 2) == 0 ? *Between(1, 50) : 0;
      weighted |= weight > 0;
      text += RuleText(absl::StrCat("r", n), move, absl::StrCat("conditions { ", about, bound, *Between(1, 4), " }"),
                       weight);
    }
    if (weighted) absl::StrAppend(&text, "escalation_weight: ", *Between(20, 120), "\n");
    const auto parsed = Policies::Parse({{"p", text}});
    if (parsed.ok()) return parsed->all().front();
  }
}

// One fact made worse; false: there is nothing to make worse.
bool MakeWorse(Resources& resources) {
  const int what = *Between(0, 6);
  if (what == 0 || resources.causes.empty()) {
    const int n = static_cast<int>(resources.causes.size()) + 1;
    resources.causes.push_back(Cause(Concern(n), static_cast<concerns::v1::HandlingLevel>(*Between(0, 6)), 0));
    return true;
  }
  auto& cause = resources.causes[static_cast<size_t>(*Between(0, static_cast<int>(resources.causes.size())))];
  if (what == 1) {
    if (cause.handling().level() <= concerns::v1::HANDLING_LEVEL_NOT_RESPONDING) return false;
    cause.mutable_handling()->set_level(static_cast<concerns::v1::HandlingLevel>(cause.handling().level() - 1));
  } else if (what == 2) {
    cause.set_accelerated(true);
  } else if (what == 3) {
    *cause.mutable_issue_date() = ToPartialDate(*ToCivilDay(cause.issue_date()) - *Between(1, 200));
  } else if (what == 4) {
    if (resources.recommendations.empty()) return false;
    auto& recommendation = resources.recommendations.front();
    recommendation.set_times_returned(recommendation.times_returned() + 1);
    *recommendation.mutable_due_date() = ToPartialDate(*ToCivilDay(recommendation.due_date()) - *Between(1, 200));
  } else {
    if (resources.responses.empty()) return false;
    resources.responses.front().set_state(concerns::v1::FORCE_RESPONSE_STATE_INADEQUATE);
  }
  return true;
}

TEST(PolicyPropertyTest, AWorseFactNeverGivesMilderAdvice) {
  EXPECT_TRUE(rc::check([] {
    const v1::Policy policy = *Between(0, 3) == 0 ? PublishedGrounds() : DrawnPolicy();
    Resources resources = Drawn();
    Verdict before = Judge(By(policy), resources.Facts());
    for (int step = 0; step < 8; ++step) {
      if (!MakeWorse(resources)) continue;
      const Verdict after = Judge(By(policy), resources.Facts());
      RC_ASSERT(after.advised_enhanced || !before.advised_enhanced);
      RC_ASSERT(after.weight >= before.weight);
      before = after;
    }
  }));
}

TEST(PolicyPropertyTest, WhatIsSaidToChangeTheAnswerDoesAndNothingOfItCanBeLeftOut) {
  EXPECT_TRUE(rc::check([] {
    const v1::Policy policy = *Between(0, 3) == 0 ? PublishedGrounds() : DrawnPolicy();
    const ForceFacts facts = Drawn().Facts();
    const bool advised = Judge(By(policy), facts).advised_enhanced;
    const auto gives = [&](const v1::Counterfactual& set, int without) {
      ForceFacts supposed = facts;
      Violations violations;
      for (int i = 0; i < set.changes_size(); ++i) {
        if (i != without) Suppose(set.changes(i), "c", ShippedLadders(), kToday, supposed, violations);
      }
      RC_ASSERT(violations.empty());
      return Judge(By(policy), supposed).advised_enhanced;
    };
    for (const auto& set : WhatWouldChange(By(policy), facts)) {
      RC_ASSERT(set.changes_size() > 0);
      RC_ASSERT(gives(set, -1) != advised);
      RC_ASSERT((set.advised_stage() == "engage") != advised);
      for (int i = 0; i < set.changes_size(); ++i) RC_ASSERT(gives(set, i) == advised);
    }
  }));
}

TEST(PolicyPropertyTest, TheExplanationSaysWhatTheVerdictSays) {
  EXPECT_TRUE(rc::check([] {
    const v1::Policy policy = *Between(0, 3) == 0 ? PublishedGrounds() : DrawnPolicy();
    const ForceFacts facts = Drawn().Facts();
    const Verdict verdict = Judge(By(policy), facts);
    const auto assessment = AssessFully(By(policy), facts);
    RC_ASSERT((assessment.advised_stage() == "engage") == verdict.advised_enhanced);
    RC_ASSERT(assessment.advised_move() == verdict.move());
    for (const auto& fired : assessment.fired()) {
      for (const auto& condition : fired.conditions()) RC_ASSERT(condition.met());
    }
    int64_t weight = 0;
    for (const auto& fired : assessment.fired()) weight += fired.weight();
    RC_ASSERT(weight == verdict.weight);
    for (const auto& near : assessment.near_misses()) {
      RC_ASSERT(near.distance() > 0);
      if (!near.has_expected_date() || near.advises() == v1::ADVISED_MOVE_RETURN) continue;
      const auto day = *ToCivilDay(near.expected_date());
      const auto fires = [&](absl::CivilDay on) {
        const Verdict then = Judge(By(policy, on), facts);
        for (int i = 0; i < policy.rules_size(); ++i) {
          if (policy.rules(i).id() == near.rule()) return static_cast<bool>(then.fired[static_cast<size_t>(i)]);
        }
        return false;
      };
      RC_ASSERT(!fires(day - 1));
      RC_ASSERT(fires(day));
    }
  }));
}

TEST(PolicyPropertyTest, FactsDoNotDependOnTheOrderInWhichTheyCome) {
  EXPECT_TRUE(rc::check([] {
    const Resources resources = Drawn();
    std::vector<std::function<void(ForceFacts&)>> takes;
    for (const auto& cause : resources.causes) takes.push_back([&cause](ForceFacts& facts) { Take(cause, facts); });
    for (const auto& item : resources.recommendations) takes.push_back([&item](ForceFacts& f) { Take(item, f); });
    for (const auto& item : resources.responses) takes.push_back([&item](ForceFacts& f) { Take(item, f); });
    takes.push_back([&](ForceFacts& facts) { Take(resources.monitoring, facts); });
    std::shuffle(takes.begin(), takes.end(), std::mt19937(static_cast<unsigned>(*Between(0, 1000000))));
    ForceFacts shuffled(kForce);
    for (const auto& take : takes) take(shuffled);
    RC_ASSERT(
        Same(AssessFully(By(PublishedGrounds()), shuffled), AssessFully(By(PublishedGrounds()), resources.Facts())));
  }));
}

}  // namespace
}  // namespace oversight::monitoring
