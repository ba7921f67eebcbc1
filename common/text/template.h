// Text from a template in Mustache, the smallest of the template languages: names, sections, no logic. Thread safety:
// pure functions.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/struct.pb.h"

namespace oversight {

// Plain text: nothing is escaped. INVALID_ARGUMENT when the template is not Mustache. A name that `data` does not hold
// leaves nothing: whoever ships a template checks its names by NamesIn.
absl::StatusOr<std::string> RenderTemplate(const std::string& text, const google::protobuf::Struct& data);

// HTML: what {{name}} leaves is escaped, what {{{name}}} leaves is not. `partials` are the templates that {{>name}}
// takes in, by name; they hide fields of the same name. Errors as above.
absl::StatusOr<std::string> RenderHtml(const std::string& text, const google::protobuf::Struct& data,
                                       const std::map<std::string, std::string>& partials = {});

// The names that stand between "{{" and "}}", with those of sections, in the order they come; each as often as it is
// there.
std::vector<std::string> NamesIn(const std::string& text);

}  // namespace oversight
