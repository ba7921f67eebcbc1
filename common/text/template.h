// Text from a template in Mustache, the smallest of the template languages: names, sections, no logic. Plain text, so
// nothing is escaped. Thread safety: pure functions.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/struct.pb.h"

namespace oversight {

// INVALID_ARGUMENT when the template is not Mustache. A name that `data` does not hold leaves nothing: whoever ships a
// template checks its names by NamesIn.
absl::StatusOr<std::string> RenderTemplate(const std::string& text, const google::protobuf::Struct& data);

// The names that stand between "{{" and "}}", with those of sections, in the order they come; each as often as it is
// there.
std::vector<std::string> NamesIn(const std::string& text);

}  // namespace oversight
