// Makes the agenda pack for a meeting with a force: the difference between its record at two moments, by the recorded
// clock, and what may be asked. What one of the two moments does not show is not told as a difference.
//
// Pure: the same records give the same pack. Thread-safe.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gateway/dashboard/force_record.h"
#include "oversight/gateway/v1/agenda.pb.h"
#include "oversight/monitoring/v1/policy.pb.h"

namespace oversight::gateway {

// What a pack is of.
struct AgendaSpan {
  std::string force;
  std::optional<absl::Time> since;  // Unset: from the beginning of the record.
  std::string since_meeting;        // The meeting that `since` follows from; empty for none.
  absl::Time until;
};

// A record, and what the policy advised on it, or why that is not known.
struct AgendaSide {
  ForceRecord record;
  absl::StatusOr<monitoring::v1::Assessment> assessment = absl::UnknownError("It was not asked for.");
};

// The meeting that a pack counts from: the last one held before the day of `until`, corrected ones left out. Null when
// there was none.
Shared<monitoring::v1::Meeting> LastMeeting(const SuiteFacts& facts, const std::string& force, absl::Time until);

// `then` is null when nothing was recorded of the force at the first moment. The force must be among the facts of
// `now`.
v1::AgendaPack ComposeAgenda(const AgendaSpan& span, const AgendaSide* then, const AgendaSide& now);

// The names of the forces in an enhanced stage on that day, by name: those that the oversight group calls. A partial
// date counts when it may be.
std::vector<std::string> EnhancedOn(const SuiteFacts& facts, absl::CivilDay day);

}  // namespace oversight::gateway
