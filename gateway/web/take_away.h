// Links to the lists of a page in formats that people take away (export/rows.h). Pure; thread-safe.
#pragma once

#include <string>
#include <vector>

#include "gateway/web/view.h"

namespace oversight::gateway::web {

// Adds a line to `takeAway`: "Concerns: CSV, JSON lines". `list` is the path of the list under /v1/; `formats` of
// "csv", "jsonl", "ics" and "atom"; `query` goes with each, such as "?onDate=2024".
void AddTakeAway(const std::string& what, const std::string& list, const std::vector<std::string>& formats, View& view,
                 const std::string& query = "");

}  // namespace oversight::gateway::web
