#include "monitoring-service/domain/plan_progress.h"

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "common/time/london.h"
#include "common/time/partial_date.h"
#include "monitoring-service/domain/corrections.h"
#include "monitoring-service/domain/dates.h"
#include "monitoring-service/domain/follow_up_actions.h"
#include "monitoring-service/domain/names.h"
#include "monitoring-service/domain/plans.h"

namespace oversight::monitoring {
namespace {

// Of a date that the contract says is exact.
absl::CivilDay DayOf(const common::v1::PartialDate& date) { return DayInterval(date).last; }

// Days from the original day to the day it was done, or to the present due date while it is not.
int Slippage(const v1::Milestone& milestone) {
  if (!milestone.has_original_due_date()) return 0;
  const auto& end = milestone.has_actual_date() ? milestone.actual_date() : milestone.due_date();
  return static_cast<int>(DayOf(end) - DayOf(milestone.original_due_date()));
}

template <class Item>
bool Overdue(const Item& item, absl::CivilDay on_date) {
  return !item.has_actual_date() && DayOf(item.due_date()) < on_date;
}

struct Delay {
  int days = 0, basis = 0;
};

// The mean slippage of what was reached, rounded up, never less than none.
Delay DelayOf(const v1::PlanContent& content) {
  Delay delay;
  int64_t sum = 0;
  for (const auto& milestone : content.milestones()) {
    if (!milestone.has_actual_date() || !milestone.has_original_due_date()) continue;
    sum += Slippage(milestone);
    ++delay.basis;
  }
  if (delay.basis > 0 && sum > 0) delay.days = static_cast<int>((sum + delay.basis - 1) / delay.basis);
  return delay;
}

absl::CivilDay Forecast(const v1::Milestone& milestone, int delay_days, absl::CivilDay on_date) {
  if (milestone.has_actual_date()) return DayOf(milestone.actual_date());
  const auto due = std::max(DayOf(milestone.due_date()), on_date);
  if (!milestone.has_original_due_date()) return due;
  return std::max(due, DayOf(milestone.original_due_date()) + delay_days);
}

void CheckRatings(const v1::PlanContent& content, const v1::ProgressReview& wanted, Violations& violations) {
  std::map<std::string, int> ratings;
  for (const auto& objective : content.objectives()) ratings[objective.id()] = 0;
  for (int i = 0; i < wanted.objectives_size(); ++i) {
    const auto& rating = wanted.objectives(i);
    const std::string at = absl::StrCat("progress_review.objectives[", i, "]");
    const auto known = ratings.find(rating.objective());
    if (known == ratings.end()) {
      violations.Add(at + ".objective", "must be the id of an objective of the version in force");
    } else if (++known->second == 2) {
      violations.Add(at + ".objective", absl::StrCat(rating.objective(), " is rated twice"));
    }
    if (!v1::ProgressRating_IsValid(rating.rating())) violations.Add(at + ".rating", "must be a known rating");
    if (rating.rating() != v1::PROGRESS_RATING_GREEN && rating.text().empty()) {
      violations.Add(at + ".text", "is required with RED and AMBER: say what is off course");
    }
  }
  for (const auto& [objective, count] : ratings) {
    if (count > 0) continue;
    violations.Add("progress_review.objectives", absl::StrCat("leaves out ", objective, ": rate every objective"));
  }
}

}  // namespace

v1::PlanProgress ProgressOf(const v1::Plan& plan, absl::CivilDay on_date) {
  const v1::PlanContent& content = Standing(plan);
  const Delay delay = DelayOf(content);
  v1::PlanProgress progress;
  progress.set_plan(plan.name());
  progress.set_version(StandingVersion(plan));
  *progress.mutable_on_date() = ToPartialDate(on_date);
  progress.set_delay_days(delay.days);
  progress.set_delay_basis_count(delay.basis);
  std::optional<absl::CivilDay> last;
  for (const auto& milestone : content.milestones()) {
    auto& item = *progress.add_milestones();
    item.set_milestone(milestone.id());
    item.set_title(milestone.title());
    item.set_objective(milestone.objective());
    if (milestone.has_original_due_date()) *item.mutable_original_due_date() = milestone.original_due_date();
    *item.mutable_due_date() = milestone.due_date();
    if (milestone.has_actual_date()) *item.mutable_actual_date() = milestone.actual_date();
    *item.mutable_due_dates() = milestone.due_dates();
    item.set_slippage_days(Slippage(milestone));
    item.set_overdue(Overdue(milestone, on_date));
    const absl::CivilDay forecast = Forecast(milestone, delay.days, on_date);
    *item.mutable_forecast_date() = ToPartialDate(forecast);
    last = last ? std::max(*last, forecast) : forecast;
  }
  if (last) *progress.mutable_forecast_date() = ToPartialDate(*last);
  progress.set_action_count(content.actions_size());
  for (const auto& action : content.actions()) {
    if (action.has_actual_date()) progress.set_done_action_count(progress.done_action_count() + 1);
    if (Overdue(action, on_date)) progress.set_overdue_action_count(progress.overdue_action_count() + 1);
  }
  return progress;
}

absl::StatusOr<Reviewed> Review(const v1::Plan& plan, const v1::ProgressReview& wanted,
                                const std::optional<v1::ProgressReview>& corrects, int64_t number,
                                const std::string& actor, absl::Time now) {
  OVERSIGHT_RETURN_IF_ERROR(Check(FollowUp::kCreateProgressReview, &plan));
  Violations violations;
  if (!v1::ProgressRating_IsValid(wanted.overall())) {
    violations.Add("progress_review.overall", "must be a known rating");
  }
  CheckRatings(Standing(plan), wanted, violations);
  CheckCorrectionReason(wanted, "progress_review", violations);
  if (!wanted.corrects().empty() && PlanOf(wanted.corrects()) != plan.name()) {
    violations.Add("progress_review.corrects", absl::StrCat("must be a review of ", plan.name()));
  }
  OVERSIGHT_RETURN_IF_ERROR(violations.status());
  DateContradictions dates("A review is recorded when it was made, not ahead of time.");
  dates.NotToCome("progress_review.review_date", wanted.review_date(), LondonDay(now));
  OVERSIGHT_RETURN_IF_ERROR(dates.status());
  if (corrects) OVERSIGHT_RETURN_IF_ERROR(CheckNotCorrected(*corrects));
  Reviewed reviewed;
  auto& review = reviewed.review = wanted;
  review.set_name(absl::StrCat(ReviewPrefix(plan.name()), number));
  review.set_plan_version(plan.in_force_version());
  review.set_reviewer(actor);
  review.clear_corrected_by();
  if (corrects) {
    reviewed.corrected = *corrects;
    reviewed.corrected->set_corrected_by(review.name());
  }
  return reviewed;
}

}  // namespace oversight::monitoring
