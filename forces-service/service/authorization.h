// Who may call what of forces-service. Thread safety: makes a value.
#pragma once

#include "common/auth/authorization.h"

namespace oversight::forces {

auth::AuthorizationTable MakeAuthorizationTable();

}  // namespace oversight::forces
