// Whether an announcement says what it must and nothing that the record does not hold: every reason of the decision,
// who decided what and when, what is still open on exit, each in a statement that rests on just that and is no
// quotation; what its template requires; and each statement on a fact that is still as it was. In
// November 2023 the inspectorate had to answer for every sentence of one; what is not covered is not cleared and does
// not go out. Pure. Thread safety: free functions over values.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "monitoring-service/announcement/announcement_text.h"

namespace oversight::monitoring {

// Everything that is missing or unfounded. `going_out`: also that the move is made, which before that may still wait
// for its moment, and that the move which it ends is published.
std::vector<v1::CoverageViolation> CheckCoverage(const AnnouncementTemplates& templates,
                                                 const v1::Announcement& announcement, const MoveFacts& facts,
                                                 bool going_out);

// OK without violations; else FAILED_PRECONDITION NOT_COVERED with one precondition violation for each.
absl::Status NotCovered(const std::string& announcement, const std::vector<v1::CoverageViolation>& violations);

}  // namespace oversight::monitoring
