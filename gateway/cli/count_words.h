// Numbers of things in words that the command line and the pages share: "1 cause of concern", "2 causes of concern".
// Pure; thread-safe.
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "oversight/gateway/v1/dashboard.pb.h"

namespace oversight::cli {

inline std::string CountOf(int64_t count, const char* one, const char* several) {
  return absl::StrCat(count, " ", count == 1 ? one : several);
}

// "4 causes of concern (0 accelerated), 1 area for improvement, 9 recommendations (2 overdue, 1 claimed)".
inline std::string OpenWorkText(const gateway::v1::ConcernCounts& counts) {
  return absl::StrCat(CountOf(counts.open_causes_of_concern(), "cause of concern", "causes of concern"), " (",
                      counts.open_accelerated(), " accelerated), ",
                      CountOf(counts.open_areas_for_improvement(), "area for improvement", "areas for improvement"),
                      ", ", CountOf(counts.open_recommendations(), "recommendation", "recommendations"), " (",
                      counts.overdue_recommendations(), " overdue, ", counts.claimed_recommendations(), " claimed)");
}

}  // namespace oversight::cli
