// Advice on a proposal, apart from the decision: the groups and the board discuss a move, the chief inspector decides.
// Pure. Thread safety: free functions over values.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "oversight/monitoring/v1/advice.pb.h"
#include "oversight/monitoring/v1/monitoring.pb.h"

namespace oversight::monitoring {

// What recording leaves behind: the advice and, when it corrects another, that one, pointing to it.
struct Advised {
  v1::Advice advice;
  std::optional<v1::Advice> corrected;
};

// Records advice under this number. `corrects` is the advice that it names as corrected, which must be there. Refusals:
// WRONG_STATE when the proposal is not open; INVALID_FIELDS; DATES_CONTRADICT when the day is to come;
// ALREADY_CORRECTED.
absl::StatusOr<Advised> Advise(const v1::Proposal& proposal, const v1::Advice& wanted,
                               const std::optional<v1::Advice>& corrects, int64_t number, const std::string& actor,
                               absl::Time now);

// Those of them that have to be marked, marked, when the proposal has got another dossier.
std::vector<v1::Advice> GivenOnEarlier(const std::vector<v1::Advice>& advice, const v1::Proposal& proposal);

}  // namespace oversight::monitoring
