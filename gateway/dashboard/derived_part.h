// What a service derives from its record for a dashboard, as it was asked. A plain value.
#pragma once

#include <cstdint>
#include <vector>

#include "oversight/gateway/v1/dashboard.pb.h"
#include "oversight/monitoring/v1/meeting.pb.h"

namespace oversight::gateway {

struct DerivedPart {
  // Of a question about one force: the fields that the service derives, and what there was no room for.
  v1::ForceDashboard force;
  // Of the question about all forces: those that missed a meeting.
  std::vector<monitoring::v1::MeetingCadence> missed;
  int64_t revision = 0;  // Of the owner's log that it was derived from.
};

}  // namespace oversight::gateway
