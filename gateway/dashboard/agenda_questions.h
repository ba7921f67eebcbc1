// The questions that an agenda pack suggests: a closed list of rules (QuestionRule), each a look at the pack and at the
// two records it is made of. What a rule cannot look at, as a part is not known, it asks nothing about. Pure;
// thread-safe.
#pragma once

#include <string>

#include "gateway/dashboard/force_record.h"
#include "oversight/gateway/v1/agenda.pb.h"

namespace oversight::gateway {

// How many there is room for.
inline constexpr int kMostQuestions = 50;

// Adds them to a pack that has everything else. `then` is null when nothing was recorded then. `comparable`: both
// records have the part of concerns-service.
void AddQuestions(const ForceRecord* then, const ForceRecord& now, bool comparable, v1::AgendaPack& pack);

}  // namespace oversight::gateway
