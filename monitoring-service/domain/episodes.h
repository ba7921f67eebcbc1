// Episodes: how one begins, gains reasons, ends, and how long it was. Lengths are honest about partial dates: "from
// 2019 until May 2021" is a number of days between two bounds. Pure. Thread safety: free functions over values.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "monitoring-service/domain/known_facts.h"
#include "monitoring-service/domain/record.h"
#include "oversight/monitoring/v1/monitoring_service.pb.h"

namespace oversight::monitoring {

// Adds a reason. Refusals: WRONG_STATE when it has ended; INVALID_FIELDS without exit criterion; CONCERN_NOT_USABLE,
// also for a concern that is a reason already; DATES_CONTRADICT.
absl::StatusOr<v1::Episode> AddReason(const ForceRecord& record, const v1::Episode& episode,
                                      const v1::AddEpisodeReasonRequest& request, const KnownFacts& facts,
                                      const std::string& actor, absl::Time now);

// The episode that a decision begins.
v1::Episode Begin(const ForceRecord& record, const v1::Decision& decision);
// The present episode, ended by a decision, with the causes of concern that are open now.
v1::Episode End(const v1::Episode& episode, const v1::Decision& decision, const KnownFacts& facts);

// From the first day to the day it ended, which does not count.
v1::LengthInDays LengthOf(const v1::Episode& episode);

// The episodes that a move on this date would fall into or begin before: it must not. The present one, which the move
// ends, is not among them.
std::vector<const v1::Episode*> Overlapped(const ForceRecord& record, const common::v1::PartialDate& effective);

}  // namespace oversight::monitoring
