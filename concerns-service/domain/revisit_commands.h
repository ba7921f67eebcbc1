// The commands on a revisit, in the shape of concern_commands.h: what is there now and the request give what is there
// afterwards, or say why not. Pure functions; thread-safe.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "concerns-service/domain/acting.h"
#include "concerns-service/domain/lifecycle.h"
#include "oversight/concerns/v1/revisits_service.pb.h"

namespace oversight::concerns {

// A new plan under `name`. INVALID_ARGUMENT when its dates or names contradict each other.
absl::StatusOr<v1::Revisit> PlanRevisit(const v1::PlanRevisitRequest& request, const std::string& name);
// A plan with the masked fields changed. The same, and WRONG_STATE.
absl::StatusOr<v1::Revisit> UpdateRevisit(const v1::Revisit& current, const v1::UpdateRevisitRequest& request);
// Of both, the concerns that the plan then names: LINK_DOES_NOT_FIT when one was never issued.
absl::Status CheckPlannedConcerns(const std::vector<v1::Concern>& concerns);

// Of the others, DATES_CONTRADICT when a day is in the future or before what came before it in the world; WRONG_STATE;
// INVALID_ARGUMENT, also when a correction is not said to be one or what is none is.

// It took place. `concerns` are its own.
absl::StatusOr<v1::Revisit> CarryOutRevisit(const std::vector<v1::Concern>& concerns, const v1::Revisit& current,
                                            const v1::CarryOutRevisitRequest& request, const Acting& acting);

// What was found. `records` are its concerns with their recommendations. LINK_NOT_FOUND or LINK_DOES_NOT_FIT for a
// recommendation that is not there or was never issued.
absl::StatusOr<v1::Revisit> RecordFindings(const std::vector<Record>& records, const v1::Revisit& current,
                                           const v1::RecordFindingsRequest& request, const Acting& acting);

absl::StatusOr<v1::Revisit> RecordLetter(const v1::Revisit& current, const v1::RecordLetterRequest& request,
                                         const Acting& acting);
absl::StatusOr<v1::Revisit> PublishLetter(const v1::Revisit& current, const v1::PublishLetterRequest& request,
                                          const Acting& acting);
absl::StatusOr<v1::Revisit> CancelRevisit(const v1::Revisit& current, const v1::CancelRevisitRequest& request,
                                          const Acting& acting);

// The texts of the findings of one revisit are together no longer, in bytes: so that a revisit can always be read.
inline constexpr size_t kMaxFindingsBytes = 1 << 20;

}  // namespace oversight::concerns
