// What announcements rest on, loaded inside a decide function, and their release at their minute as a kind of act of
// the scheduler. Everything referred to must outlive the scheduler. Thread-safe.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "common/rpc/resources.h"
#include "monitoring-service/announcement/announcements.h"
#include "monitoring-service/domain/ladder.h"
#include "monitoring-service/service/owners.h"
#include "monitoring-service/service/scheduler.h"

namespace oversight::monitoring {

// What is to be done with the facts of the move that a decision makes. `record` has the monitoring and the episodes of
// the force, and nothing else.
using WithMove = std::function<absl::Status(const MoveFacts& facts, const ForceRecord& record)>;
// Loads them and runs `then`. Errors: NOT_FOUND for the decision; UNAVAILABLE DEPENDENCY_UNAVAILABLE when a fact of
// another service may be older than it is; those of the ledger, and of `then`.
absl::Status LoadMove(rpc::Facts& log, const Ladders& ladders, const OwnerFacts& owners, const std::string& decision,
                      const WithMove& then);

// The announcement that this one corrects.
absl::StatusOr<std::optional<v1::Announcement>> Corrected(rpc::Facts& log, const v1::Announcement& announcement);

rpc::Changes StoredBy(const Released& released);

// What to register.
Scheduler::DueAct Releasing(const AnnouncementTemplates& templates, const Ladders& ladders, Owners& owners);

}  // namespace oversight::monitoring
