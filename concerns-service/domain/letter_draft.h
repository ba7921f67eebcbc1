// The letter that follows a revisit, drafted from the record: its head, the background, each concern with its
// recommendations and what was found of each, and what the revisit came to. Plain text in the project's own words, for
// an inspector to edit. The same record and head give the same bytes. Pure functions; thread-safe.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "concerns-service/domain/lifecycle.h"
#include "oversight/concerns/v1/revisit.pb.h"

namespace oversight::concerns {

// `records` are the revisit's concerns with their recommendations. `head` says whom it is from and to; where it says
// nothing, there is a gap to be filled in. WRONG_STATE before findings are recorded, LETTER_TOO_LONG.
absl::StatusOr<std::string> DraftLetter(const v1::Revisit& revisit, const std::vector<Record>& records,
                                        const v1::RevisitLetter& head);

// A draft is no longer, in bytes: so that it fits an answer.
inline constexpr size_t kMaxLetterBytes = 2 << 20;

}  // namespace oversight::concerns
