#include "concerns-service/domain/themes.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/rpc/errors.h"
#include "google/protobuf/util/json_util.h"
#include "oversight/concerns/v1/error_reason.pb.h"

namespace oversight::concerns {
namespace {

constexpr char kCollection[] = "themes/";

bool IsThemeName(const std::string& name) {
  if (name.rfind(kCollection, 0) != 0) return false;
  const std::string id = name.substr(sizeof(kCollection) - 1);
  if (id.empty() || id.size() > 63 || id.front() == '-' || id.back() == '-') return false;
  return std::all_of(id.begin(), id.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

}  // namespace

absl::StatusOr<Themes> Themes::FromJson(const std::string& json) {
  Themes themes;
  const auto parsed = google::protobuf::util::JsonStringToMessage(json, &themes.list_);
  Violations violations;
  if (!parsed.ok()) {
    violations.Add("themes", absl::StrCat("are not a ThemeList in JSON: ", std::string(parsed.message())));
    return violations.status();
  }
  if (themes.list_.version().empty()) violations.Add("version", "is required");
  if (themes.list_.themes().empty()) violations.Add("themes", "must not be empty");
  std::set<std::string> seen;
  for (int i = 0; i < themes.list_.themes_size(); ++i) {
    const auto& theme = themes.list_.themes(i);
    const std::string field = absl::StrCat("themes[", i, "]");
    if (!IsThemeName(theme.name())) {
      violations.Add(field + ".name", absl::StrCat("must have the shape themes/{theme}, not \"", theme.name(), "\""));
    } else if (!seen.insert(theme.name()).second) {
      violations.Add(field + ".name", absl::StrCat("\"", theme.name(), "\" stands in the list twice"));
    }
    if (theme.display_name().empty()) violations.Add(field + ".display_name", "is required");
  }
  if (!violations.empty()) return violations.status();
  return themes;
}

absl::Status Themes::Find(const std::string& name) const {
  for (const auto& theme : list_.themes()) {
    if (theme.name() == name) return absl::OkStatus();
  }
  const std::string known = absl::StrJoin(
      list_.themes(), ", ", [](std::string* out, const v1::Theme& theme) { absl::StrAppend(out, theme.name()); });
  return Error(absl::StatusCode::kNotFound, v1::ERROR_REASON_THEME_NOT_FOUND,
               absl::StrCat("There is no theme \"", name, "\" in list ", list_.version(), ". Use one of: ", known, "."))
      .With("theme", name)
      .With("version", list_.version())
      .Resource("Theme", name);
}

}  // namespace oversight::concerns
