// How a plan goes on: slippage across its versions, a forecast by the one method that v1::PlanProgress states, and
// reviews with a rating for each objective. Pure. Thread safety: free functions over values.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "oversight/monitoring/v1/plan.pb.h"

namespace oversight::monitoring {

// As of this day.
v1::PlanProgress ProgressOf(const v1::Plan& plan, absl::CivilDay on_date);

// What recording a review leaves behind: the review and, when it corrects another, that one, pointing to it.
struct Reviewed {
  v1::ProgressReview review;
  std::optional<v1::ProgressReview> corrected;
};

// Records a review of the version in force under this number. Refusals: WRONG_STATE; INVALID_FIELDS, such as an
// objective that is not rated once; DATES_CONTRADICT when the day is to come; ALREADY_CORRECTED.
absl::StatusOr<Reviewed> Review(const v1::Plan& plan, const v1::ProgressReview& wanted,
                                const std::optional<v1::ProgressReview>& corrects, int64_t number,
                                const std::string& actor, absl::Time now);

}  // namespace oversight::monitoring
