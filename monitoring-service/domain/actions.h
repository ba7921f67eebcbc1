// The state machine of a move, declared as one table: which verb asks for what before it may be used. Commands check it
// and ListAllowedActions reads it, so that the two cannot disagree. Who may call at all is the authorisation table's
// matter, not this one's. Thread safety: free functions over values.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "monitoring-service/domain/record.h"
#include "oversight/common/v1/allowed_action.pb.h"

namespace oversight::monitoring {

enum class Verb {
  kCreateProposal,
  kWithdrawProposal,
  kRefreshProposal,
  kDecideProposal,
  kRevokeDecision,
  kAddEpisodeReason
};

// What a verb is used on, and by whom: the one resource that is not null, or the force's monitoring.
struct Situation {
  const ForceRecord& record;
  const v1::Proposal* proposal = nullptr;
  const v1::Decision* decision = nullptr;
  const v1::Episode* episode = nullptr;
  std::string actor;  // principals/{principal}
};

// OK when the verb may be used now; else the first thing that stands in the way.
absl::Status Check(Verb verb, const Situation& situation);

// WRONG_STATE unless the proposal waits for a decision; unless the decision waits for its moment.
absl::Status CheckOpen(const v1::Proposal& proposal);
absl::Status CheckWaits(const v1::Decision& decision);

// One entry for every verb that may be used on what the situation is about.
std::vector<common::v1::AllowedAction> AllowedActions(const Situation& situation);

// The entry a refusal makes.
common::v1::AllowedAction ToAction(const std::string& verb, const absl::Status& status);

}  // namespace oversight::monitoring
