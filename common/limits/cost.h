// What a call of a method costs, in units of an ordinary call: `(oversight.common.v1.cost)` in the contract. Pure.
#pragma once

#include "google/protobuf/descriptor.h"

namespace oversight::limits {

double CostOf(const google::protobuf::MethodDescriptor& method);

}  // namespace oversight::limits
