// What a concern can be about: the list of themes that is shipped as data and read once at start. Immutable after
// construction, so thread-safe.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "oversight/concerns/v1/theme.pb.h"

namespace oversight::concerns {

class Themes {
 public:
  // Reads a ThemeList in protobuf JSON. INVALID_ARGUMENT with everything that is wrong in it: an unknown field, a
  // missing version, no themes, a malformed or repeated name, a theme without a name for people.
  static absl::StatusOr<Themes> FromJson(const std::string& json);

  const v1::ThemeList& list() const { return list_; }
  // OK when the list has `name` ("themes/investigations"); NOT_FOUND THEME_NOT_FOUND, with the names that would do,
  // otherwise.
  absl::Status Find(const std::string& name) const;

 private:
  v1::ThemeList list_;
};

}  // namespace oversight::concerns
