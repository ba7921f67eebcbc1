// Every REST path there is, as a target that asks about one force: the sample request of the RPC behind it, as a path.
// Pure; thread-safe.
#pragma once

#include <string>
#include <vector>

#include "google/protobuf/descriptor.h"

namespace oversight::testing {

struct RestTarget {
  std::string target;  // Behind "/v1/": "forces/west-midlands/concerns/1".
  const google::protobuf::MethodDescriptor* method = nullptr;
};

// Each once: where a resource may have several shapes, that of a force. `number` is that of whatever has one.
std::vector<RestTarget> RestTargets(const std::string& force, const std::string& number = "");

}  // namespace oversight::testing
