// A plan for improvement, the recommendations it answers, and short ways to submit, accept and report. Used by the
// test's thread.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "monitoring-service/domain/plans.h"
#include "tests/monitoring/moves_fixture.h"

namespace oversight::monitoring {

inline constexpr char kOfficer[] = "principals/west-midlands-officer";
inline constexpr char kOpen[] = "forces/west-midlands/concerns/1/recommendations/1";
inline constexpr char kDraft[] = "forces/west-midlands/concerns/1/recommendations/2";
inline constexpr char kWithdrawn[] = "forces/west-midlands/concerns/1/recommendations/3";
inline constexpr char kSuperseded[] = "forces/west-midlands/concerns/1/recommendations/4";
inline constexpr char kMissing[] = "forces/west-midlands/concerns/1/recommendations/9";
inline constexpr char kForeign[] = "forces/kent/concerns/1/recommendations/1";

// Two actions and two milestones of one objective, which answers kOpen.
inline v1::PlanContent Content() {
  v1::PlanContent content;
  content.set_title("Improvement plan");
  auto* objective = content.add_objectives();
  objective->set_id("o1");
  objective->set_title("Investigations are planned");
  objective->add_recommendations(kOpen);
  const auto action = [&content](const std::string& id, const common::v1::PartialDate& due) {
    auto* action = content.add_actions();
    action->set_id(id);
    action->set_objective("o1");
    action->set_text("Train every sergeant");
    action->set_owner("Head of crime");
    *action->mutable_due_date() = due;
  };
  const auto milestone = [&content](const std::string& id, const common::v1::PartialDate& due) {
    auto* milestone = content.add_milestones();
    milestone->set_id(id);
    milestone->set_objective("o1");
    milestone->set_title("Half are trained");
    *milestone->mutable_due_date() = due;
  };
  action("a1", Day(2023, 12, 31));
  action("a2", Day(2024, 3, 31));
  milestone("m1", Day(2023, 12, 1));
  milestone("m2", Day(2024, 3, 31));
  return content;
}

inline v1::ReportPlanProgressRequest Reporting(const std::string& id,
                                               const std::optional<common::v1::PartialDate>& date = std::nullopt) {
  v1::ReportPlanProgressRequest request;
  auto* item = request.add_items();
  item->set_id(id);
  if (date) *item->mutable_actual_date() = *date;
  return request;
}

inline v1::ProgressReview Rating() {
  v1::ProgressReview review;
  *review.mutable_review_date() = Day(2023, 11, 20);
  review.set_overall(v1::PROGRESS_RATING_AMBER);
  review.set_text("Training began late.");
  auto* rating = review.add_objectives();
  rating->set_objective("o1");
  rating->set_rating(v1::PROGRESS_RATING_GREEN);
  return review;
}

class PlanFixture : public ::testing::Test {
 protected:
  PlanFixture() {
    const auto keep = [this](const char* name, concerns::v1::RecommendationState state) {
      facts_.recommendations[name].set_name(name);
      facts_.recommendations[name].set_state(state);
    };
    keep(kOpen, concerns::v1::RECOMMENDATION_STATE_OPEN);
    keep(kDraft, concerns::v1::RECOMMENDATION_STATE_DRAFT);
    keep(kWithdrawn, concerns::v1::RECOMMENDATION_STATE_WITHDRAWN);
    keep(kSuperseded, concerns::v1::RECOMMENDATION_STATE_SUPERSEDED);
    keep(kForeign, concerns::v1::RECOMMENDATION_STATE_OPEN);
  }

  absl::StatusOr<v1::Plan> SubmitIt(const v1::PlanContent& content) {
    return Submit(kForce, content, 1, facts_, kOfficer, kNow);
  }
  absl::StatusOr<v1::Plan> NextOf(const v1::Plan& plan, const v1::PlanContent& content) {
    v1::SubmitPlanVersionRequest request;
    *request.mutable_content() = content;
    request.set_change_reason("As asked.");
    return SubmitNext(plan, request, facts_, kOfficer, kNow);
  }
  v1::Plan Accepted() { return *Accept(*SubmitIt(Content()), {}, kChief, kNow); }

  // The descriptions of a refusal's precondition violations, by subject.
  static std::map<std::string, std::string> WhyOf(const absl::Status& status) {
    std::map<std::string, std::string> why;
    for (const auto& [subject, description] : oversight::PreconditionsOf(status)) why[subject] = description;
    return why;
  }

  Concerns facts_{MakeConcern(kFirst)};
};

}  // namespace oversight::monitoring
