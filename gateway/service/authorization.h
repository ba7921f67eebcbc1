// Who may see which dashboard. Pure; thread-safe.
#pragma once

#include "common/auth/authorization.h"
#include "gateway/dashboard/facts.h"

namespace oversight::gateway {

auth::AuthorizationTable MakeAuthorizationTable();

// The eyes a principal sees with: any role of the inspectorate makes it an insider.
Audience AudienceOf(const auth::Principal& principal);

}  // namespace oversight::gateway
