// What is known of one force when a command on it is decided: a value, put together by the service from the ledger and
// handed to the pure rules. Thread safety: a value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "monitoring-service/domain/ladder.h"
#include "oversight/monitoring/v1/monitoring.pb.h"

namespace oversight::monitoring {

struct ForceRecord {
  // As stored, or VirtualMonitoring for a force that was never moved.
  v1::Monitoring monitoring;
  // The proposal that waits for a decision.
  std::optional<v1::Proposal> open_proposal;
  // The approval that waits for its moment.
  std::optional<v1::Decision> pending_decision;
  // The present episode, when the stage is an enhanced one.
  std::optional<v1::Episode> episode;
  // Every episode of the force, the present one too, in natural order of name.
  std::vector<v1::Episode> episodes;
  // The highest number ever given out, each; numbers are never reused.
  int64_t last_proposal = 0;
  int64_t last_decision = 0;
  int64_t last_episode = 0;
};

// The Monitoring of a force that was never moved: in the default stage, revision 0, no etag, no date.
v1::Monitoring VirtualMonitoring(const Ladders& ladders, const std::string& force);

// As someone outside the inspectorate may see it: the stage, but no trace of proposals or decisions. Not even their
// names, because a number that skips one tells of a decision that was never published. Nor evidence, which the force
// may not have been shown.
v1::Monitoring WithoutUnpublished(v1::Monitoring monitoring);
v1::Episode WithoutUnpublished(v1::Episode episode);

}  // namespace oversight::monitoring
