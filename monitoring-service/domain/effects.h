// When an approval takes effect, and what becomes of it until then: it waits for its moment, and lapses when something
// it was decided on changes before. Pure. Thread safety: free functions over values.
#pragma once

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "monitoring-service/domain/known_facts.h"
#include "monitoring-service/domain/ladder.h"
#include "monitoring-service/domain/record.h"
#include "oversight/monitoring/v1/monitoring_service.pb.h"

namespace oversight::monitoring {

// What a decision, or what becomes of one, leaves behind; stored in one transaction.
struct Decided {
  v1::Decision decision;
  v1::Proposal proposal;
  // The force's stage afterwards. To be stored only when `moved`.
  v1::Monitoring monitoring;
  bool moved = false;
  // Episodes ended or begun, in that order; none when nothing moved or no enhanced stage was touched.
  std::vector<v1::Episode> episodes;
};

// The moment an approval takes effect: its minute, or the beginning of its day in London.
absl::Time EffectiveMoment(const v1::Decision& decision);
// The moment a decision waits for; nothing when it does not wait.
std::optional<absl::Time> WaitsFor(const v1::Decision& decision);

// Makes the move of an approval whose moment has come: the stage with its date, the episode that ends and the one that
// begins. `decided` holds the decision, the proposal and the stage before.
void MakeMove(const ForceRecord& record, const v1::Stage& target, const KnownFacts& facts, absl::Time now,
              Decided& decided);

// Looks at an approval that waits: makes the move when its moment has come, lets it lapse when what it relied on has
// changed, whether or not the moment has come, and gives nothing when there is nothing to do yet. WRONG_STATE when it
// does not wait.
absl::StatusOr<std::optional<Decided>> TakeEffect(const Ladders& ladders, const ForceRecord& record,
                                                  const v1::Decision& decision, const v1::Proposal& proposal,
                                                  const KnownFacts& facts, absl::Time now);

// Takes an approval back before it is in effect. Refusals: PROPOSER_CANNOT_DECIDE; WRONG_STATE.
absl::StatusOr<Decided> Revoke(const ForceRecord& record, const v1::Decision& decision, const v1::Proposal& proposal,
                               const v1::RevokeDecisionRequest& request, const std::string& actor, absl::Time now);

}  // namespace oversight::monitoring
