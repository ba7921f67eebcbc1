// The gateway's flags about how people reach its pages and sign in at them. Thread safety: free functions.
#pragma once

#include "common/observe/config.h"
#include "gateway/sign_in/sign_in.h"

namespace oversight::gateway {

// Adds the flags and the rules over them. `options` must outlive the flags.
void AddSignInFlags(observe::Flags& flags, SignInOptions& options);

}  // namespace oversight::gateway
