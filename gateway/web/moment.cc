#include "gateway/web/moment.h"

#include "absl/strings/str_cat.h"
#include "common/time/london.h"

namespace oversight::gateway::web {

absl::StatusOr<absl::Time> ParseMoment(const std::string& text, const std::string& name) {
  absl::Time time;
  std::string error;
  if (absl::ParseTime(absl::RFC3339_full, text, &time, &error)) return time;
  for (const char* format : {"%Y-%m-%dT%H:%M:%E*S", "%Y-%m-%dT%H:%M", "%Y-%m-%d"}) {
    if (absl::ParseTime(format, text, London(), &time, &error)) return time;
  }
  return absl::InvalidArgumentError(
      absl::StrCat(name, " must be a moment such as 2026-11-27T10:00 in London, or 2026-11-27T10:00:00Z, and \"", text,
                   "\" is not one."));
}

std::string FormatMomentField(absl::Time moment) { return absl::FormatTime("%Y-%m-%dT%H:%M:%S", moment, London()); }

}  // namespace oversight::gateway::web
