// The commands on a recommendation, in the shape of concern_commands.h. Pure functions; thread-safe.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "concerns-service/domain/acting.h"
#include "concerns-service/domain/lifecycle.h"
#include "oversight/concerns/v1/concerns_service.pb.h"
#include "oversight/concerns/v1/revisit.pb.h"

namespace oversight::concerns {

// A new recommendation of a draft, under `name`. WRONG_STATE, TOO_MANY_RECOMMENDATIONS, INVALID_ARGUMENT for a due rule
// that is none.
absl::StatusOr<v1::Recommendation> AddRecommendation(const Record& record,
                                                     const v1::CreateRecommendationRequest& request,
                                                     const std::string& name, const Acting& acting);

// A recommendation of a draft with the masked fields changed. WRONG_STATE, INVALID_ARGUMENT.
absl::StatusOr<v1::Recommendation> UpdateRecommendation(const v1::Recommendation& current,
                                                        const v1::UpdateRecommendationRequest& request);

// An open recommendation of `concern` with the force's word that it is done. WRONG_STATE, DATES_CONTRADICT,
// INVALID_ARGUMENT.
absl::StatusOr<v1::Recommendation> ClaimRecommendation(const v1::Concern& concern, const v1::Recommendation& current,
                                                       const v1::ClaimRecommendationRequest& request,
                                                       const Acting& acting);

// A claimed recommendation of `concern` verified, or open again; `revisit` is the one that the request names, null when
// it names none. WRONG_STATE, DATES_CONTRADICT, LINK_DOES_NOT_FIT, INVALID_ARGUMENT.
absl::StatusOr<v1::Recommendation> VerifyRecommendation(const v1::Concern& concern, const v1::Recommendation& current,
                                                        const v1::VerifyRecommendationRequest& request,
                                                        const Acting& acting, const v1::Revisit* revisit = nullptr);

// A recommendation closed by itself, as overtaken or mistaken. `record` has it among its recommendations. WRONG_STATE,
// NO_RECOMMENDATION.
absl::StatusOr<v1::Recommendation> WithdrawRecommendation(const Record& record, const v1::Recommendation& current,
                                                          const v1::WithdrawRecommendationRequest& request,
                                                          const Acting& acting);

// A recommendation of `concern` that is not closed with more time. WRONG_STATE, TOO_MANY_EXTENSIONS, DATES_CONTRADICT.
absl::StatusOr<v1::Recommendation> ExtendRecommendation(const v1::Concern& concern, const v1::Recommendation& current,
                                                        const v1::ExtendRecommendationRequest& request,
                                                        const Acting& acting);

// A new note on a recommendation that is not closed, under `name`; `by_force` says whose word it is. WRONG_STATE,
// INVALID_ARGUMENT.
absl::StatusOr<v1::ProgressNote> AddProgressNote(const v1::Recommendation& recommendation,
                                                 const v1::AddProgressNoteRequest& request, const std::string& name,
                                                 bool by_force, const Acting& acting);

// Not closed, and due before today. Derived whenever it is asked, never stored.
bool IsOverdue(const v1::Recommendation& recommendation, absl::CivilDay today);

}  // namespace oversight::concerns
