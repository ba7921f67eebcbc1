// Refusals that several rules of this domain give. Pure functions; thread-safe.
#pragma once

#include <string>

#include "common/rpc/errors.h"
#include "common/time/partial_date.h"
#include "oversight/common/v1/partial_date.pb.h"
#include "oversight/concerns/v1/error_reason.pb.h"

namespace oversight::concerns {

// DATES_CONTRADICT: one date is in the way of another. `words` end with what to do.
inline absl::Status DatesContradict(const std::string& words, const std::string& field,
                                    const common::v1::PartialDate& date, const std::string& other_field,
                                    const common::v1::PartialDate& other) {
  return Error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_DATES_CONTRADICT, words)
      .With(field, FormatIso(date))
      .With(other_field, FormatIso(other));
}

}  // namespace oversight::concerns
