// The rules of a move from one stage to another: proposing it, taking the proposal back, freezing its dossier anew,
// deciding on it. Pure functions: what is known of the force, and the command, give the resources as they are
// afterwards, or a Status that says why not. They read no clock and no store. Results carry names but none of the
// fields the ledger stamps. What becomes of an approval afterwards is in effects.h. Thread safety: free functions over
// values.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "monitoring-service/domain/effects.h"
#include "monitoring-service/domain/known_facts.h"
#include "monitoring-service/domain/ladder.h"
#include "monitoring-service/domain/record.h"
#include "oversight/monitoring/v1/monitoring_service.pb.h"

namespace oversight::monitoring {

// Proposes a move of the record's force. Refusals: LADDER_NOT_FOUND, LADDER_NOT_IN_FORCE; STAGE_NOT_FOUND;
// INVALID_FIELDS and GROUND_DOES_NOT_FIT; ALREADY_IN_STAGE; PROPOSAL_PENDING; DECISION_PENDING; CONCERN_NOT_USABLE,
// with one violation per fault; REASON_UNACCOUNTED, with one for each reason of the episode that the move would end.
absl::StatusOr<v1::Proposal> Propose(const Ladders& ladders, const ForceRecord& record, const v1::Proposal& wanted,
                                     const KnownFacts& facts, const std::string& actor, absl::Time now);

// Takes a proposal back. Refusals: WRONG_STATE.
absl::StatusOr<v1::Proposal> Withdraw(const ForceRecord& record, const v1::Proposal& proposal,
                                      const v1::WithdrawProposalRequest& request, const std::string& actor);

// A proposal with its new dossier, and what had changed since the old one. The same proposal when nothing is different.
struct Refreshed {
  v1::Proposal proposal;
  std::vector<v1::FactChange> changes;
  bool different = false;
};
// Freezes the dossier anew. Refusals: WRONG_STATE; those of Propose about reasons and outcomes.
absl::StatusOr<Refreshed> Refresh(const Ladders& ladders, const ForceRecord& record, const v1::Proposal& proposal,
                                  const v1::RefreshProposalRequest& request, const KnownFacts& facts,
                                  const std::string& actor, absl::Time now);

// Decides on a proposal. Refusals: PROPOSER_CANNOT_DECIDE; WRONG_STATE; INVALID_FIELDS; DATES_CONTRADICT with every
// contradiction; and for an approval LADDER_NOT_FOUND, STAGE_NOT_FOUND, ALREADY_IN_STAGE, CONCERN_NOT_USABLE when a
// concern of an entry is no longer open, REASON_UNACCOUNTED, DOSSIER_STALE. Declining needs no facts: it moves nothing.
absl::StatusOr<Decided> Decide(const Ladders& ladders, const ForceRecord& record, const v1::Proposal& proposal,
                               const v1::DecideProposalRequest& request, const KnownFacts& facts,
                               const std::string& actor, absl::Time now);

}  // namespace oversight::monitoring
