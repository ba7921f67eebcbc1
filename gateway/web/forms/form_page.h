// A form on its own page, and what becomes of it when it is sent: one RPC in the viewer's name, and then the page of
// what it changed (post, redirect, get). What the service refuses stands beside the fields, with what was typed kept;
// who wrote over a version that somebody has changed since is told what changed, and may send again knowingly.
// Thread-safe.
#pragma once

#include <cstddef>

#include "gateway/web/visit.h"

namespace oversight::gateway::web {

// More than the fields of any form can hold, also when every character is percent-encoded.
inline constexpr size_t kMaxFormBytes = 512 * 1024;

// GET shows the form, POST sends it. The path is one that FindForm knows.
void ShowForm(const VisitPtr& visit);

}  // namespace oversight::gateway::web
