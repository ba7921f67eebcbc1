// Open work of all forces compared by theme and by region.
#include "gateway/dashboard/comparison.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/gateway/facts_support.h"

namespace oversight::gateway {
namespace {

using ::testing::ElementsAre;

class ComparisonTest : public ::testing::Test {
 protected:
  ComparisonTest() {
    facts_.monitoring_known = true;
    Force("kent", "South East");
    Force("essex", "East");
    Force("bare", "");
    auto& monitoring = Add(facts_.monitoring, "forces/kent/monitoring");
    monitoring.set_stage("engage");
    monitoring.set_enhanced(true);
  }
  void Force(const std::string& id, const std::string& region) {
    Add(facts_.forces, "forces/" + id).set_region(region);
  }
  concerns::v1::Concern& Issue(const std::string& force, int number, const std::string& theme, const std::string& day) {
    auto& concern = Add(facts_.concerns, absl::StrCat("forces/", force, "/concerns/", number));
    concern.set_kind(concerns::v1::CONCERN_KIND_CAUSE_OF_CONCERN);
    concern.set_state(concerns::v1::CONCERN_STATE_ISSUED);
    concern.set_theme("themes/" + theme);
    *concern.mutable_issue_date() = Date(day);
    *concern.mutable_create_time() = Noon(day);
    return concern;
  }
  v1::ListComparisonsResponse Compare(v1::ComparisonBy by, v1::ComparisonOrder order = v1::COMPARISON_ORDER_UNSPECIFIED,
                                      std::optional<absl::CivilDay> since = std::nullopt) {
    return ComposeComparison(facts_, by, order, Day("2024-06-01"), since);
  }
  static std::vector<std::string> Names(const v1::ListComparisonsResponse& answer) {
    std::vector<std::string> names;
    for (const auto& row : answer.comparisons()) names.push_back(row.display_name());
    return names;
  }

  SuiteFacts facts_;
};

TEST_F(ComparisonTest, ByThemeWithAgesForcesAndTheWhole) {
  Issue("kent", 1, "investigations", "2024-05-22");
  Issue("kent", 2, "investigations", "2024-05-02").set_accelerated(true);
  Issue("essex", 1, "investigations", "2024-04-02").set_kind(concerns::v1::CONCERN_KIND_AREA_FOR_IMPROVEMENT);
  Issue("essex", 2, "leadership", "2024-01-01").set_state(concerns::v1::CONCERN_STATE_DISCHARGED);
  auto& draft = Issue("essex", 3, "vetting", "2024-01-01");
  draft.set_state(concerns::v1::CONCERN_STATE_DRAFT);
  draft.clear_issue_date();
  auto& overdue = Add(facts_.recommendations, "forces/kent/concerns/1/recommendations/1");
  overdue.set_state(concerns::v1::RECOMMENDATION_STATE_OPEN);
  *overdue.mutable_due_date() = Date("2024-05-31");
  const auto answer = Compare(v1::COMPARISON_BY_THEME);
  EXPECT_THAT(Names(answer), ElementsAre("Investigations", "Leadership")) << "a draft shows nowhere";
  const auto& row = answer.comparisons(0);
  EXPECT_EQ(row.key(), "themes/investigations");
  EXPECT_EQ(row.counts().open_causes_of_concern(), 2);
  EXPECT_EQ(row.counts().open_accelerated(), 1);
  EXPECT_EQ(row.counts().open_areas_for_improvement(), 1);
  EXPECT_EQ(row.counts().overdue_recommendations(), 1);
  EXPECT_EQ(row.median_age_days(), 30);
  EXPECT_EQ(row.force_count(), 2);
  EXPECT_EQ(row.enhanced_force_count(), 1);
  EXPECT_FALSE(row.has_counts_then());
  EXPECT_FALSE(answer.comparisons(1).has_median_age_days()) << "nothing is open";
  EXPECT_EQ(answer.comparisons(1).force_count(), 0);
  EXPECT_EQ(answer.total().counts().open_causes_of_concern(), 2);
  EXPECT_EQ(answer.total().force_count(), 2);
}

TEST_F(ComparisonTest, OfAnEvenNumberTheLowerOfTheTwoInTheMiddle) {
  Issue("kent", 1, "investigations", "2024-05-31");
  Issue("kent", 2, "investigations", "2024-05-22");
  EXPECT_EQ(Compare(v1::COMPARISON_BY_THEME).comparisons(0).median_age_days(), 1);
}

TEST_F(ComparisonTest, ByRegionEveryRegionIsThere) {
  Issue("kent", 1, "investigations", "2024-05-22");
  const auto answer = Compare(v1::COMPARISON_BY_REGION);
  EXPECT_THAT(Names(answer), ElementsAre("East", "No region", "South East"));
  EXPECT_EQ(answer.comparisons(0).force_count(), 1);
  EXPECT_EQ(answer.comparisons(0).enhanced_force_count(), 0);
  EXPECT_EQ(answer.comparisons(2).enhanced_force_count(), 1);
  EXPECT_EQ(answer.total().force_count(), 3);
}

TEST_F(ComparisonTest, AgainstADayByTheDatesOfTheRecord) {
  Issue("kent", 1, "investigations", "2024-05-22");
  Issue("kent", 2, "investigations", "2024-02-01");
  auto& closed = Issue("essex", 1, "leadership", "2024-01-01");
  closed.set_state(concerns::v1::CONCERN_STATE_DISCHARGED);
  *closed.mutable_closure()->mutable_close_date() = Date("2024-04-01");
  const auto answer = Compare(v1::COMPARISON_BY_THEME, v1::COMPARISON_ORDER_CHANGE, Day("2024-03-01"));
  EXPECT_EQ(FormatIso(answer.since_date()), "2024-03-01");
  EXPECT_THAT(Names(answer), ElementsAre("Investigations", "Leadership"));
  EXPECT_EQ(answer.comparisons(0).change(), 1);
  EXPECT_EQ(answer.comparisons(1).change(), -1);
  EXPECT_EQ(answer.comparisons(1).counts_then().open_causes_of_concern(), 1);
  EXPECT_EQ(answer.total().change(), 0);
}

TEST_F(ComparisonTest, InEachOrderTheHighestFirst) {
  Issue("kent", 1, "b", "2024-01-01");
  Issue("kent", 2, "b", "2024-05-30");
  Issue("kent", 3, "b", "2024-05-30");
  Issue("essex", 1, "c", "2024-01-01").set_accelerated(true);
  Issue("essex", 2, "a", "2024-05-01").set_kind(concerns::v1::CONCERN_KIND_AREA_FOR_IMPROVEMENT);
  auto& overdue = Add(facts_.recommendations, "forces/essex/concerns/1/recommendations/1");
  overdue.set_state(concerns::v1::RECOMMENDATION_STATE_OPEN);
  *overdue.mutable_due_date() = Date("2024-05-01");
  const auto order = [&](v1::ComparisonOrder by) { return Names(Compare(v1::COMPARISON_BY_THEME, by)); };
  EXPECT_THAT(order(v1::COMPARISON_ORDER_UNSPECIFIED), ElementsAre("A", "B", "C"));
  EXPECT_THAT(order(v1::COMPARISON_ORDER_CAUSES), ElementsAre("B", "C", "A"));
  EXPECT_THAT(order(v1::COMPARISON_ORDER_ACCELERATED), ElementsAre("C", "A", "B"));
  EXPECT_THAT(order(v1::COMPARISON_ORDER_AREAS), ElementsAre("A", "B", "C"));
  EXPECT_THAT(order(v1::COMPARISON_ORDER_OVERDUE), ElementsAre("C", "A", "B"));
  EXPECT_THAT(order(v1::COMPARISON_ORDER_AGE), ElementsAre("C", "A", "B"));
  EXPECT_THAT(order(v1::COMPARISON_ORDER_ENHANCED), ElementsAre("B", "A", "C"));
}

}  // namespace
}  // namespace oversight::gateway
