// Plans for improvement: the force submits versions, the inspectorate returns or accepts them, and the force reports
// what is done of the version in force. Nothing drops out of a plan in silence, and no date is lost. Pure. Thread
// safety: free functions over values.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "monitoring-service/domain/known_facts.h"
#include "oversight/monitoring/v1/plan.pb.h"
#include "oversight/monitoring/v1/plans_service.pb.h"

namespace oversight::monitoring {

// What counts: the version in force, or the latest while none is; and its number.
const v1::PlanContent& Standing(const v1::Plan& plan);
int StandingVersion(const v1::Plan& plan);

// The first version of a plan of this force, under this number. Refusals: INVALID_FIELDS with everything that is wrong
// in it; RECOMMENDATION_NOT_USABLE.
absl::StatusOr<v1::Plan> Submit(const std::string& force, const v1::PlanContent& content, int64_t number,
                                const KnownFacts& facts, const std::string& actor, absl::Time now);
// Another version. Refusals: the same, and WRONG_STATE while one is under review.
absl::StatusOr<v1::Plan> SubmitNext(const v1::Plan& plan, const v1::SubmitPlanVersionRequest& request,
                                    const KnownFacts& facts, const std::string& actor, absl::Time now);

// What the inspectorate says to the version under review. Refusals: WRONG_STATE; INVALID_FIELDS.
absl::StatusOr<v1::Plan> Return(const v1::Plan& plan, const v1::ReturnPlanRequest& request, const std::string& actor,
                                absl::Time now);
absl::StatusOr<v1::Plan> Accept(const v1::Plan& plan, const v1::AcceptPlanRequest& request, const std::string& actor,
                                absl::Time now);

// What is done of the version in force. Refusals: WRONG_STATE; INVALID_FIELDS; DATES_CONTRADICT.
absl::StatusOr<v1::Plan> Report(const v1::Plan& plan, const v1::ReportPlanProgressRequest& request, absl::Time now);

}  // namespace oversight::monitoring
