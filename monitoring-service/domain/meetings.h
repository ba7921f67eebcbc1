// Meetings of a force with its inspectors, and the actions that meetings and oversight sessions give: an action is
// carried over to every meeting until it is closed. Pure. Thread safety: free functions over values.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/rpc/errors.h"
#include "oversight/monitoring/v1/meeting.pb.h"
#include "oversight/monitoring/v1/meetings_service.pb.h"

namespace oversight::monitoring {

// What is known of a force when a meeting or a session is recorded.
struct ActionRecord {
  std::vector<v1::Action> open;  // In natural order of name.
  int64_t next_action = 1;       // The number the next action gets.
};

// What recording leaves behind: the meeting, the actions it gives and, when it corrects another, that one, pointing to
// it.
struct HeldMeeting {
  v1::Meeting meeting;
  std::vector<v1::Action> actions;
  std::optional<v1::Meeting> corrected;
};

// Records a meeting of this force, which is in this stage, under this number. Refusals: INVALID_FIELDS;
// DATES_CONTRADICT when the day is to come or an action is due before it; ALREADY_CORRECTED.
absl::StatusOr<HeldMeeting> Meet(const v1::CreateMeetingRequest& request, const std::string& stage,
                                 const ActionRecord& record, const std::optional<v1::Meeting>& corrects, int64_t number,
                                 const std::string& actor, absl::Time now);

// Refusals: WRONG_STATE; INVALID_FIELDS when nothing changes.
absl::StatusOr<v1::Action> Revise(const v1::Action& action, const v1::ReviseActionRequest& request,
                                  const std::string& actor, absl::Time now);
// Refusals: WRONG_STATE; INVALID_FIELDS; DATES_CONTRADICT.
absl::StatusOr<v1::Action> Close(const v1::Action& action, const v1::CloseActionRequest& request,
                                 const std::string& actor, absl::Time now);

// An action that a meeting or a session gives to a force.
v1::Action Given(const std::string& force, const v1::NewAction& wanted, const std::string& raised_at, int64_t number);
// Adds a violation for each attendee of an unknown side.
void CheckSides(const google::protobuf::RepeatedPtrField<v1::Attendee>& attendees, const std::string& field,
                Violations& violations);

}  // namespace oversight::monitoring
