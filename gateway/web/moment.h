// A moment on the recorded clock, as an address or a form has it. Pure; thread-safe.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace oversight::gateway::web {

// "2026-11-27T10:00:00Z" as RFC 3339 has it, or "2026-11-27T10:00", with seconds or without, as the field of a form has
// it: London time. A day, "2026-11-27", is its beginning there. INVALID_ARGUMENT with what would do; `name` is what the
// moment is called in the address.
absl::StatusOr<absl::Time> ParseMoment(const std::string& text, const std::string& name = "as-of");
// As the field of a form takes it, in London time: "2026-11-27T10:00:05".
std::string FormatMomentField(absl::Time moment);

}  // namespace oversight::gateway::web
