#include "concerns-service/domain/themes.h"

#include <algorithm>
#include <set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/rpc/errors.h"
#include "google/protobuf/util/json_util.h"
#include "oversight/concerns/v1/error_reason.pb.h"

namespace oversight::concerns {
namespace {

constexpr char kCollection[] = "themes/";
constexpr char kLists[] = "themeLists/";

bool IsId(const std::string& id) {
  if (id.empty() || id.size() > 63 || id.front() == '-' || id.back() == '-') return false;
  return std::all_of(id.begin(), id.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

bool IsThemeName(const std::string& name) {
  return name.rfind(kCollection, 0) == 0 && IsId(name.substr(sizeof(kCollection) - 1));
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
  const std::string& version = themes.list_.version();
  if (version.empty()) {
    violations.Add("version", "is required");
  } else if (!IsId(version)) {
    violations.Add(
        "version",
        absl::StrCat("must be of lower-case letters, digits and inner hyphens, at most 63, not \"", version, "\""));
  }
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
  themes.list_.set_name(kLists + version);
  return themes;
}

absl::Status Themes::FindForDraft(const std::string& name) const {
  bool retired = false;
  std::vector<std::string> in_use;
  for (const auto& theme : list_.themes()) {
    if (!theme.retired()) {
      if (theme.name() == name) return absl::OkStatus();
      in_use.push_back(theme.name());
    } else if (theme.name() == name) {
      retired = true;
    }
  }
  const std::string remedy = absl::StrCat("Use one of: ", absl::StrJoin(in_use, ", "), ".");
  Error error(retired ? absl::StatusCode::kFailedPrecondition : absl::StatusCode::kNotFound,
              retired ? v1::ERROR_REASON_THEME_RETIRED : v1::ERROR_REASON_THEME_NOT_FOUND,
              retired ? absl::StrCat("The theme \"", name, "\" is retired since list ", list_.version(),
                                     " or before: no concern is drafted about it any more. ", remedy)
                      : absl::StrCat("There is no theme \"", name, "\" in list ", list_.version(), ". ", remedy));
  error.With("theme", name).With("version", list_.version()).Resource("Theme", name);
  return error;
}

}  // namespace oversight::concerns
