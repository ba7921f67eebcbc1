// Acts that are recorded once and put right by another: advice, disclosures, meetings, progress reviews, support. The
// later one says which it corrects and why; the earlier one stays as it was and points to it. Pure. Thread safety: free
// functions over values.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "oversight/monitoring/v1/error_reason.pb.h"

namespace oversight::monitoring {

// `corrects` and `correction_reason` go together; `field` is where they stand, such as "advice".
template <class T>
void CheckCorrectionReason(const T& wanted, const std::string& field, Violations& violations) {
  if (wanted.corrects().empty() == wanted.correction_reason().empty()) return;
  violations.Add(field + ".correction_reason",
                 wanted.corrects().empty() ? "goes with `corrects` only" : "is required: say what was wrong");
}

// ALREADY_CORRECTED when another act corrects this one.
template <class T>
absl::Status CheckNotCorrected(const T& earlier) {
  if (earlier.corrected_by().empty()) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_ALREADY_CORRECTED,
               absl::StrCat(earlier.name(), " is corrected by ", earlier.corrected_by(), ". Correct that one."))
      .With("corrected_by", earlier.corrected_by())
      .Precondition("ALREADY_CORRECTED", earlier.name(), absl::StrCat("is corrected by ", earlier.corrected_by()));
}

}  // namespace oversight::monitoring
