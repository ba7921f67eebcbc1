// What concerns-service derives from the record of a force, as it was asked for a dashboard. A plain value.
#pragma once

#include <cstdint>
#include <vector>

#include "oversight/gateway/v1/dashboard.pb.h"

namespace oversight::gateway {

struct DerivedOverview {
  v1::ForceOverview overview;
  int64_t revision = 0;               // Of the owner's log that it was derived from.
  std::vector<v1::LeftOut> left_out;  // What there was no room for.
};

}  // namespace oversight::gateway
