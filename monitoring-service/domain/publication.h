// What the public may know of moves: nothing until the announcement is out. A move that waits for its announcement
// leaves beside the stage what the public still sees, and marks the episode that it begins or ends; publishing takes
// both away. So one resource, read at any moment, says both what is and what was public then. Records from before
// announcements, and moves of the past that were imported, count as published. Pure. Thread safety: free functions over
// values.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "monitoring-service/domain/effects.h"
#include "monitoring-service/domain/record.h"

namespace oversight::monitoring {

// Whether the public may know of a decision and of what it did. What was imported is known from public sources. Of what
// was decided here only moves that were made are told, once their announcement is out.
bool IsPublished(const v1::Decision& decision);
// Whether the public may know of a reason that came while an episode lasted. Nothing announces one that was added here.
inline bool IsPublished(const v1::AddedReason& added) { return added.historical(); }

// Whether a stored stage tells the public anything: a move of the force is published, the last one or an earlier.
bool IsAnythingPublished(const v1::Monitoring& monitoring);

// Keeps a move from the public that has just been made, when its decision waits for an announcement.
void KeepFromPublic(const ForceRecord& before, Decided& decided);

// What publishing a move changes; what is not set stays as it is.
struct MadePublic {
  v1::Decision decision;
  std::optional<v1::Monitoring> monitoring;
  std::vector<v1::Episode> episodes;
};
// The decision is in effect; `to` is its stage in its ladder. Of the record the monitoring and the episodes count.
MadePublic MakePublic(const ForceRecord& record, const v1::Decision& decision, const v1::Stage& to,
                      const std::string& announcement, absl::Time now);

// As the public may see them: without revision and times, which would tell that something happened.
v1::Monitoring ForPublic(v1::Monitoring monitoring);
// Nothing while the move in is not published.
std::optional<v1::Episode> ForPublic(v1::Episode episode);

}  // namespace oversight::monitoring
