// The duty of a local policing body to respond to a published report, section 55 of the Police Act 1996: it invites the
// chief officer's comments by a day it sets (subsection 4), publishes its own (5), all within 56 days beginning with
// the day of publication (5A), says what was or will be done about recommendations (5B), and sends a copy to the
// inspectors and the Secretary of State (6). Where a duty stands on a day is derived here from its dates and never
// stored.
//
// Thread safety: pure functions. `today` is the day on which the act is recorded.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "oversight/forces/v1/force.pb.h"
#include "oversight/forces/v1/forces_service.pb.h"
#include "oversight/forces/v1/inspection.pb.h"
#include "oversight/forces/v1/response_duty.pb.h"

namespace oversight::forces {

// The last day for a response: day 56, where the day of publication is day 1. Calendar days: the Act knows no others.
absl::CivilDay ResponseDueDay(absl::CivilDay publication);

// Why a report about the force, published on that day, makes no duty, in words; empty when it makes one. The duty is
// that of a local policing body, and only territorial police forces have one: fire and rescue authorities answer under
// the Fire and Rescue Services Act 2004, forces without an area under statutes of their own.
std::string WhyNoDuty(const v1::Force& force, absl::CivilDay publication);

// The duty that a published inspection of the force makes, under `name`. The body is the one of the day of publication;
// where partial dates leave it open, the possible ones.
v1::ResponseDuty MakeDuty(const v1::Inspection& inspection, const v1::Force& force, const std::string& name);

// Where the duty stands on the day, by what is recorded of it.
v1::DutyState StateOn(const v1::ResponseDuty& duty, absl::CivilDay day);

// Fills in what is derived for a day, and takes it out again.
void Derive(absl::CivilDay day, v1::ResponseDuty* duty);
void ClearDerived(v1::ResponseDuty* duty);

// The day that a body set for the chief officer's comments. Errors: FAILED_PRECONDITION WRONG_STATE, DATES_CONTRADICT.
absl::StatusOr<v1::ResponseDuty> SetCommentsDate(const v1::ResponseDuty& current,
                                                 const v1::RecordChiefCommentsDateRequest& request);

// The duty, and the other that the response serves, with the response. Errors: FAILED_PRECONDITION WRONG_STATE,
// DATES_CONTRADICT, RESPONSE_SERVES_ONE; INVALID_ARGUMENT INVALID_FIELDS for the address.
struct Responded {
  v1::ResponseDuty duty;
  std::optional<v1::ResponseDuty> other;
};
absl::StatusOr<Responded> Respond(const v1::ResponseDuty& current, const std::optional<v1::ResponseDuty>& other,
                                  const v1::RecordResponseRequest& request, absl::CivilDay today);

// A copy sent. Errors: FAILED_PRECONDITION WRONG_STATE, DATES_CONTRADICT.
absl::StatusOr<v1::ResponseDuty> MarkSent(const v1::ResponseDuty& current, const v1::MarkResponseSentRequest& request,
                                          absl::CivilDay today);

}  // namespace oversight::forces
