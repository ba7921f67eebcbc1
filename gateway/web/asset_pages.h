// What browsers fetch beside the pages: the style sheet and the mark, under addresses that change with their content,
// so that they may be kept for good. Thread-safe.
#pragma once

#include <string>

#include "gateway/web/visit.h"

namespace oversight::gateway::web {

// "/assets/0f3a.../style.css".
std::string AssetPath(const std::string& name);
void ShowAsset(const VisitPtr& visit);

}  // namespace oversight::gateway::web
