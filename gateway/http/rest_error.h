// An error as REST clients of Google's APIs know it (AIP-193): {"error":{"code":404,"message":…,"status":"NOT_FOUND",
// "details":[{"@type":…}]}}. Pure; thread-safe.
#pragma once

#include <string>

#include "absl/status/status.h"

namespace oversight::gateway {

std::string RestErrorJson(const absl::Status& status);

}  // namespace oversight::gateway
