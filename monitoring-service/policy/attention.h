// What needs attention in the record of one force, and whose work it is; and the order of all of it. Everything follows
// from facts: nothing is ticked off here. Pure. Thread safety: free functions over values.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/time/civil_time.h"
#include "monitoring-service/domain/ladder.h"
#include "monitoring-service/policy/policy_facts.h"
#include "oversight/concerns/v1/overview_service.pb.h"
#include "oversight/forces/v1/response_duty.pb.h"
#include "oversight/monitoring/v1/attention_service.pb.h"
#include "oversight/monitoring/v1/meeting.pb.h"
#include "oversight/monitoring/v1/monitoring.pb.h"

namespace oversight::monitoring {

// What is known of a force besides what its assessment looks at.
struct AttentionFacts {
  const ForceFacts& facts;
  std::vector<v1::Decision> decisions;
  std::vector<v1::Proposal> proposals;
  std::vector<v1::Action> actions;
  std::vector<forces::v1::ResponseDuty> duties;
  // What the checks of concerns-service find of the force, and the revision they were made at.
  std::vector<concerns::v1::Inconsistency> inconsistencies;
  int64_t checked_revision = 0;
};

// On a day, with what falls due within so many days. A null policy: none is in force, and nothing is advised.
std::vector<v1::AttentionItem> AttentionOf(const v1::Policy* policy, const Ladders& ladders,
                                           const AttentionFacts& known, absl::CivilDay on_date, int within_days);

// The most pressing first: what bears on a stage, then what is late by how late it is, then what waits without a date
// and where the record contradicts itself, then what is to come by how soon, then what the checks find besides; then by
// force.
void SortByUrgency(std::vector<v1::AttentionItem>& items);

}  // namespace oversight::monitoring
