// The log of who was told of a move before it was public. In November 2023 the inspectorate had to set out in public,
// by the minute, who had been told what and when; this is what such an account is made from. Pure. Thread safety: free
// functions over values.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "oversight/monitoring/v1/disclosure.pb.h"

namespace oversight::monitoring {

// What recording leaves behind: the disclosure and, when it corrects another, that one, pointing to it.
struct Disclosed {
  v1::Disclosure disclosure;
  std::optional<v1::Disclosure> corrected;
};

// Records a disclosure of this force under this number. That what it is about exists is for the caller to see to.
// Refusals: INVALID_FIELDS; DATES_CONTRADICT when it lies in the future; ALREADY_CORRECTED.
absl::StatusOr<Disclosed> Disclose(const std::string& force, const v1::Disclosure& wanted,
                                   const std::optional<v1::Disclosure>& corrects, int64_t number,
                                   const std::string& actor, absl::Time now);

}  // namespace oversight::monitoring
