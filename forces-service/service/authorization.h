// Who may call what of forces-service, and who is inside the inspectorate. Roles are checked by the call wrapper. The
// scope of a caller is checked where a change is decided: it may be a region, and the region of a force is what the
// register says at that moment. Thread safety: makes values.
#pragma once

#include "common/auth/authorization.h"

namespace oversight::forces {

// Roles alone: what the call wrapper asks.
auth::AuthorizationTable MakeAuthorizationTable();
// Roles and scope.
auth::AuthorizationTable MakeScopeTable();

// Sees what is internal: offices of staff, inspections that are not published.
bool IsInside(const auth::Principal& principal);

}  // namespace oversight::forces
