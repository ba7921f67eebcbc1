// An error as REST clients of Google's APIs know it (AIP-193): {"error":{"code":404,"message":…,"status":"NOT_FOUND",
// "details":[{"@type":…}]}}. Pure; thread-safe.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "gateway/http/http_face.h"

namespace oversight::gateway {

std::string RestErrorJson(const absl::Status& status);
// The answer with that body and the status of HTTP that says the same.
HttpAnswer RestErrorAnswer(const absl::Status& status);
// 405 for a request that does more than read, where there is nothing but to read.
HttpAnswer OnlyReadAnswer(const std::string& words);

}  // namespace oversight::gateway
