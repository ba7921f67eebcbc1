// The commands on a concern: each takes what is there now and the request, and gives what is there afterwards or says
// why not. Single-field rules of the request have been checked before; here is what depends on state, on several
// fields, on the calendar or on the list of themes. Nothing is changed when a Status comes back. Pure functions;
// thread-safe.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "concerns-service/domain/acting.h"
#include "concerns-service/domain/lifecycle.h"
#include "concerns-service/domain/themes.h"
#include "oversight/concerns/v1/concerns_service.pb.h"

namespace oversight::concerns {

// A new draft under `name`. NOT_FOUND THEME_NOT_FOUND, INVALID_ARGUMENT when an area for improvement is called
// accelerated, FAILED_PRECONDITION DATES_CONTRADICT when it is found in the future.
absl::StatusOr<v1::Concern> DraftConcern(const v1::CreateConcernRequest& request, const std::string& name,
                                         const Themes& themes, const Acting& acting);

// A draft with the masked fields changed. The same errors, and WRONG_STATE.
absl::StatusOr<v1::Concern> UpdateConcern(const Record& record, const v1::UpdateConcernRequest& request,
                                          const Themes& themes, const Acting& acting);

// The concern open and its recommendations open with their due dates. NO_RECOMMENDATION, WRONG_STATE, and
// DATES_CONTRADICT when the day of issue is in the future, or must be before the finding, or is after a fixed due date.
absl::StatusOr<Record> IssueConcern(Record record, const v1::IssueConcernRequest& request, const Acting& acting);

// An open concern with the judgement of the force's handling. WRONG_STATE.
absl::StatusOr<v1::Concern> AssessHandling(const Record& record, const v1::AssessHandlingRequest& request,
                                           const Acting& acting);

// The concern closed. WRONG_STATE, RECOMMENDATIONS_OPEN, and DATES_CONTRADICT when the day is in the future or before
// issue.
absl::StatusOr<v1::Concern> DischargeConcern(const Record& record, const v1::DischargeConcernRequest& request,
                                             const Acting& acting);

// The concern closed as one that should not have been raised, with every recommendation that is not VERIFIED.
// WRONG_STATE.
absl::StatusOr<Record> WithdrawConcern(Record record, const v1::WithdrawConcernRequest& request, const Acting& acting);

}  // namespace oversight::concerns
