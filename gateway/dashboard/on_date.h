// The facts of a suite as they were at the end of a day, by what is recorded now: the effective clock, for dashboards
// of a day in the past. Everything stands as its own dates say. An act without a day of its own, as in older records,
// counts from the day it was recorded. What may or may not have happened by then, since its date is
// partial, is left out; nothing is guessed. Publication is told by the clock of the record, so of a decision that was
// entered after that day it is not said that the public did not know. Of what is recorded as the latest only (handling,
// claims), what came before it is not known here: those who ask for a moment on the recorded clock are shown it.
//
// Pure; thread-safe.
#pragma once

#include <cstddef>
#include <vector>

#include "absl/time/civil_time.h"
#include "gateway/dashboard/facts.h"

namespace oversight::gateway {

// `monitoring_known` is false when partial dates leave the stage open.
SuiteFacts FactsOn(const SuiteFacts& facts, absl::CivilDay day);

// How many of these plans were there on that day and are not in FactsOn: of a plan the latest version is known and,
// while another is in force, that one, but not what else it said before.
size_t PlansNotKnownOn(const std::vector<Shared<monitoring::v1::Plan>>& plans, absl::CivilDay day);

}  // namespace oversight::gateway
