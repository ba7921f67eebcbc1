// The commands on a recommendation, in the shape of concern_commands.h. Pure functions; thread-safe.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "concerns-service/domain/acting.h"
#include "concerns-service/domain/lifecycle.h"
#include "oversight/concerns/v1/concerns_service.pb.h"

namespace oversight::concerns {

// A new recommendation of a draft, under `name`. WRONG_STATE, TOO_MANY_RECOMMENDATIONS, INVALID_ARGUMENT for a due rule
// that is none.
absl::StatusOr<v1::Recommendation> AddRecommendation(const Record& record,
                                                     const v1::CreateRecommendationRequest& request,
                                                     const std::string& name, const Acting& acting);

// A recommendation of a draft with the masked fields changed. WRONG_STATE, INVALID_ARGUMENT.
absl::StatusOr<v1::Recommendation> UpdateRecommendation(const v1::Recommendation& current,
                                                        const v1::UpdateRecommendationRequest& request);

// An open recommendation with the force's word that it is done. WRONG_STATE.
absl::StatusOr<v1::Recommendation> ClaimRecommendation(const v1::Recommendation& current,
                                                       const v1::ClaimRecommendationRequest& request,
                                                       const Acting& acting);

// A claimed recommendation verified, or open again. WRONG_STATE.
absl::StatusOr<v1::Recommendation> VerifyRecommendation(const v1::Recommendation& current,
                                                        const v1::VerifyRecommendationRequest& request,
                                                        const Acting& acting);

}  // namespace oversight::concerns
