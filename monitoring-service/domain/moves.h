// The rules of a move from one stage to another: proposing it, taking the proposal back, deciding on it. Pure
// functions: what is known of the force, and the command, give the resources as they are afterwards, or a Status that
// says why not. They read no clock and no store. Results carry names but none of the fields the ledger stamps. Thread
// safety: free functions over values.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "monitoring-service/domain/ladder.h"
#include "monitoring-service/domain/record.h"
#include "oversight/concerns/v1/concern.pb.h"
#include "oversight/monitoring/v1/monitoring_service.pb.h"

namespace oversight::monitoring {

// A concern by name, as it is known now; nothing when there is none. Called only for the concerns a command rests on.
using ConcernLookup = std::function<std::optional<concerns::v1::Concern>(const std::string& name)>;

// Proposes a move of the record's force. Refusals: STAGE_NOT_FOUND; INVALID_FIELDS and GROUND_DOES_NOT_FIT (all
// violations at once); ALREADY_IN_STAGE; PROPOSAL_PENDING; CONCERN_NOT_USABLE, with one violation per bad reason.
absl::StatusOr<v1::Proposal> Propose(const Ladders& ladders, const ForceRecord& record, const v1::Proposal& wanted,
                                     const ConcernLookup& concerns, const std::string& actor);

// Takes a proposal back. Refusals: WRONG_STATE.
absl::StatusOr<v1::Proposal> Withdraw(const ForceRecord& record, const v1::Proposal& proposal,
                                      const v1::WithdrawProposalRequest& request, const std::string& actor);

// What a decision leaves behind; stored in one transaction.
struct Decided {
  v1::Decision decision;
  v1::Proposal proposal;
  // The force's stage afterwards. To be stored only when `moved`.
  v1::Monitoring monitoring;
  bool moved = false;
  // Episodes ended or begun, in that order; none when the move was declined or touched no enhanced stage.
  std::vector<v1::Episode> episodes;
};

// Decides on a proposal. `today` is the day it is in London. Refusals: PROPOSER_CANNOT_DECIDE; WRONG_STATE; and for an
// approval ALREADY_IN_STAGE, CONCERN_NOT_USABLE when a concern of an entry is no longer open, DATES_CONTRADICT with
// every contradiction.
absl::StatusOr<Decided> Decide(const Ladders& ladders, const ForceRecord& record, const v1::Proposal& proposal,
                               const v1::DecideProposalRequest& request, const ConcernLookup& concerns,
                               const std::string& actor, absl::CivilDay today);

// Whether any of its reasons rests on a concern: then it cannot be judged without knowing the concerns.
bool NamesConcerns(const v1::Proposal& proposal);

}  // namespace oversight::monitoring
