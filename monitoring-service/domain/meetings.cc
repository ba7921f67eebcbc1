#include "monitoring-service/domain/meetings.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/time/london.h"
#include "common/time/partial_date.h"
#include "monitoring-service/domain/corrections.h"
#include "monitoring-service/domain/dates.h"
#include "monitoring-service/domain/follow_up_actions.h"
#include "monitoring-service/domain/moments.h"
#include "monitoring-service/domain/names.h"

namespace oversight::monitoring {
namespace {

bool SomeoneOf(const v1::Meeting& meeting, v1::AttendeeSide side) {
  for (const auto& attendee : meeting.attendees()) {
    if (attendee.side() == side && !attendee.absent()) return true;
  }
  return false;
}

absl::Status CheckFields(const std::string& force, const v1::Meeting& wanted) {
  Violations violations;
  CheckSides(wanted.attendees(), "meeting.attendees", violations);
  if (!SomeoneOf(wanted, v1::ATTENDEE_SIDE_INSPECTORATE)) {
    violations.Add("meeting.attendees", "must hold someone of the inspectorate who was there");
  }
  if (!SomeoneOf(wanted, v1::ATTENDEE_SIDE_FORCE)) {
    violations.Add("meeting.attendees", "must hold someone of the force who was there");
  }
  CheckCorrectionReason(wanted, "meeting", violations);
  if (!wanted.corrects().empty() && ForceOf(wanted.corrects()) != force) {
    violations.Add("meeting.corrects", absl::StrCat("must be of ", force));
  }
  return violations.status();
}

}  // namespace

void CheckSides(const google::protobuf::RepeatedPtrField<v1::Attendee>& attendees, const std::string& field,
                Violations& violations) {
  for (int i = 0; i < attendees.size(); ++i) {
    if (v1::AttendeeSide_IsValid(attendees[i].side())) continue;
    violations.Add(absl::StrCat(field, "[", i, "].side"), "must be a known side");
  }
}

v1::Action Given(const std::string& force, const v1::NewAction& wanted, const std::string& raised_at, int64_t number) {
  v1::Action action;
  action.set_name(absl::StrCat(ActionPrefix(force), number));
  action.set_text(wanted.text());
  action.set_owner(wanted.owner());
  *action.mutable_due_date() = wanted.due_date();
  *action.mutable_original_due_date() = wanted.due_date();
  action.set_state(v1::ACTION_STATE_OPEN);
  action.set_raised_at(raised_at);
  return action;
}

absl::StatusOr<HeldMeeting> Meet(const v1::CreateMeetingRequest& request, const std::string& stage,
                                 const ActionRecord& record, const std::optional<v1::Meeting>& corrects, int64_t number,
                                 const std::string& actor, absl::Time now) {
  const std::string& force = request.parent();
  OVERSIGHT_RETURN_IF_ERROR(CheckFields(force, request.meeting()));
  const auto& date = request.meeting().meeting_date();
  DateContradictions dates("A meeting is recorded when it was held, and its actions are due after it.");
  dates.NotToCome("meeting.meeting_date", date, LondonDay(now));
  for (int i = 0; i < request.actions_size(); ++i) {
    dates.NotBefore(absl::StrCat("actions[", i, "].due_date"), request.actions(i).due_date(), "the meeting", date);
  }
  OVERSIGHT_RETURN_IF_ERROR(dates.status());
  if (corrects) OVERSIGHT_RETURN_IF_ERROR(CheckNotCorrected(*corrects));
  HeldMeeting met;
  auto& meeting = met.meeting = request.meeting();
  meeting.set_name(absl::StrCat(MeetingPrefix(force), number));
  meeting.set_stage(stage);
  meeting.set_recorder(actor);
  meeting.clear_corrected_by();
  meeting.clear_carried_over();
  meeting.clear_actions();
  for (const auto& open : record.open) meeting.add_carried_over(open.name());
  for (const auto& wanted : request.actions()) {
    met.actions.push_back(Given(force, wanted, meeting.name(), record.next_action + meeting.actions_size()));
    meeting.add_actions(met.actions.back().name());
  }
  if (corrects) {
    met.corrected = *corrects;
    met.corrected->set_corrected_by(meeting.name());
  }
  return met;
}

absl::StatusOr<v1::Action> Revise(const v1::Action& action, const v1::ReviseActionRequest& request,
                                  const std::string& actor, absl::Time now) {
  OVERSIGHT_RETURN_IF_ERROR(Check(FollowUp::kReviseAction, &action));
  const bool other_day = request.has_due_date() && !MustBeSameDay(request.due_date(), action.due_date());
  const bool other_owner = !request.owner().empty() && request.owner() != action.owner();
  if (!other_day && !other_owner) {
    Violations violations;
    violations.Add("due_date", "must be another day than now, unless owner is another: nothing would change");
    return violations.status();
  }
  v1::Action revised = action;
  auto& revision = *revised.add_revisions();
  *revision.mutable_from_due_date() = action.due_date();
  revision.set_from_owner(action.owner());
  revision.set_reason(request.reason());
  revision.set_reviser(actor);
  *revision.mutable_revise_time() = ToTimestamp(now);
  if (other_day) *revised.mutable_due_date() = request.due_date();
  if (other_owner) revised.set_owner(request.owner());
  return revised;
}

absl::StatusOr<v1::Action> Close(const v1::Action& action, const v1::CloseActionRequest& request,
                                 const std::string& actor, absl::Time now) {
  OVERSIGHT_RETURN_IF_ERROR(Check(FollowUp::kCloseAction, &action));
  if (request.state() != v1::ACTION_STATE_DONE && request.state() != v1::ACTION_STATE_DROPPED) {
    Violations violations;
    violations.Add("state", "must be ACTION_STATE_DONE or ACTION_STATE_DROPPED");
    return violations.status();
  }
  const absl::CivilDay today = LondonDay(now);
  const auto date = request.has_closed_date() ? request.closed_date() : ToPartialDate(today);
  DateContradictions dates("An action is closed when it is done or dropped, not ahead of time.");
  dates.NotToCome("closed_date", date, today);
  OVERSIGHT_RETURN_IF_ERROR(dates.status());
  v1::Action closed = action;
  closed.set_state(request.state());
  *closed.mutable_closed_date() = date;
  closed.set_closing_note(request.note());
  closed.set_closer(actor);
  return closed;
}

}  // namespace oversight::monitoring
