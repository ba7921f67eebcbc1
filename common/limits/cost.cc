#include "common/limits/cost.h"

#include <algorithm>

#include "oversight/common/v1/cost.pb.h"

namespace oversight::limits {

double CostOf(const google::protobuf::MethodDescriptor& method) {
  return std::max(1, method.options().GetExtension(common::v1::cost));
}

}  // namespace oversight::limits
