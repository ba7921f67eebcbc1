// Whether a request that changes something may come from a page of another site. Pure; thread-safe.
#pragma once

#include "gateway/http/http_face.h"

namespace oversight::gateway {

// Browsers say where a form comes from, by `sec-fetch-site` and `origin`; what says nothing is no browser, or an old
// one, and then false.
bool FromElsewhere(const HttpRequest& request);

}  // namespace oversight::gateway
