// The snippet of a hit of SearchConcerns in pieces, those that match marked. Pure; thread-safe.
#pragma once

#include <string>
#include <vector>

#include "oversight/concerns/v1/overview_service.pb.h"

namespace oversight::gateway::web {

struct SnippetPart {
  std::string text;
  bool match = false;
};
std::vector<SnippetPart> PartsOf(const concerns::v1::SearchHit& hit);

}  // namespace oversight::gateway::web
