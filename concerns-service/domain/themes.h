// What a concern can be about: the list of themes that is shipped as data and read once at start. A theme that is no
// longer wanted is retired and stays in the list, since older concerns are about it. Immutable after
// construction, so thread-safe.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "oversight/concerns/v1/theme.pb.h"

namespace oversight::concerns {

class Themes {
 public:
  // Reads a ThemeList in protobuf JSON. INVALID_ARGUMENT with everything that is wrong in it: an unknown field, a
  // version that is missing or no id, no themes, a malformed or repeated name, a theme without a name for people.
  static absl::StatusOr<Themes> FromJson(const std::string& json);

  // With its resource name, `themeLists/{version}`.
  const v1::ThemeList& list() const { return list_; }
  // OK when a concern can be drafted about `name` ("themes/investigations"). NOT_FOUND THEME_NOT_FOUND when the list
  // does not have it, FAILED_PRECONDITION THEME_RETIRED when it is retired; both with the names that would do.
  absl::Status FindForDraft(const std::string& name) const;

 private:
  v1::ThemeList list_;
};

}  // namespace oversight::concerns
