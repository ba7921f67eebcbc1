// The commands on a force's response to a concern, in the shape of concern_commands.h. `concern` is the one answered.
// Pure functions; thread-safe.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "concerns-service/domain/acting.h"
#include "concerns-service/domain/lifecycle.h"
#include "oversight/concerns/v1/responses_service.pb.h"

namespace oversight::concerns {

// A new response under `name`, awaiting judgement. WRONG_STATE of the concern; DATES_CONTRADICT when the day of the
// response is in the future or before issue; INVALID_ARGUMENT.
absl::StatusOr<v1::ForceResponse> CreateResponse(const v1::Concern& concern, const v1::CreateResponseRequest& request,
                                                 const std::string& name, const Acting& acting);

// The response with the inspectorate's judgement, in place of an earlier one. WRONG_STATE of the concern;
// DATES_CONTRADICT when its day is in the future, or before the answer or the judgement it takes the place of.
absl::StatusOr<v1::ForceResponse> JudgeResponse(const v1::Concern& concern, const v1::ForceResponse& current,
                                                const v1::JudgeResponseRequest& request, const Acting& acting);

}  // namespace oversight::concerns
