// The public register and the sequence of a decision as pages for people, in lines of at most `width` characters. Pure
// functions of messages.
#pragma once

#include <string>

#include "oversight/monitoring/v1/register_service.pb.h"
#include "oversight/monitoring/v1/sequence_service.pb.h"

namespace oversight::cli {

std::string RegisterPage(const monitoring::v1::GetRegisterResponse& answer, size_t width);
// Every act with its moments on the three clocks; the times are London's, as people say them.
// In the order of `clock`, which the answer was asked for in.
std::string SequencePage(const monitoring::v1::GetDecisionSequenceResponse& answer, monitoring::v1::SequenceClock clock,
                         size_t width);

}  // namespace oversight::cli
