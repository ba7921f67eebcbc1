// When to try again, by the RetryInfo of an error (Error::RetryAfter). Pure; thread-safe.
#pragma once

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace oversight {

// Zero when the error does not say.
absl::Duration RetryAfterOf(const absl::Status& status);

}  // namespace oversight
