// Approved decisions that wait for their moment, as a kind of act of the scheduler: each takes effect then, or lapses
// as soon as something it relies on is seen to have changed. The ladders and the owners must outlive the scheduler.
// Thread-safe.
#pragma once

#include <string>
#include <vector>

#include "monitoring-service/domain/ladder.h"
#include "monitoring-service/service/owners.h"
#include "monitoring-service/service/scheduler.h"

namespace oversight::monitoring {

// What to register.
Scheduler::DueAct TakingEffect(const Ladders& ladders, Owners& owners);

// To be told what has changed at the owners: looks again at the decisions it may matter to.
void LookAgainAtDecisions(Scheduler& scheduler, const std::vector<std::string>& changed);

}  // namespace oversight::monitoring
