// The record of one force at one moment, whatever it was read from: the gateway's copies for the present, the owners'
// logs for the past. What could not be read is said in its sections. A plain value.
#pragma once

#include <optional>
#include <vector>

#include "gateway/dashboard/derived_part.h"
#include "gateway/dashboard/facts.h"

namespace oversight::gateway {

struct ForceRecord {
  SuiteFacts facts;  // Read of the past it is without a ladder: ladders are of the present.
  std::vector<v1::SectionStatus> sections;
  std::optional<DerivedPart> overview, follow_up;
};

}  // namespace oversight::gateway
