// The agenda pack and the comparisons as pages for people, in lines of at most `width` characters. Pure functions of
// messages.
#pragma once

#include <cstddef>
#include <string>

#include "oversight/gateway/v1/gateway_service.pb.h"

namespace oversight::cli {

std::string AgendaPage(const gateway::v1::AgendaPack& pack, size_t width);
std::string ComparisonPage(const gateway::v1::ListComparisonsResponse& answer, size_t width);

}  // namespace oversight::cli
