// The life of an inspection, as pure functions:
//
//   PLANNED -> IN_FIELDWORK -> REPORT_AWAITED -> PUBLISHED;  PLANNED -> REPORT_AWAITED when there is no fieldwork;
//   all before PUBLISHED -> CANCELLED
//
// Nothing goes back. Dates may be partial; they contradict each other when no day they may be would do. The field rules
// of the proto were checked before a command comes here.
//
// Thread safety: pure functions. `today` is the day on which the act is recorded.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "oversight/forces/v1/force.pb.h"
#include "oversight/forces/v1/forces_service.pb.h"
#include "oversight/forces/v1/inspection.pb.h"

namespace oversight::forces {

// Whether it is one of many or all forces and not of one.
bool IsNational(const v1::Inspection& inspection);

// The forces it names: the one it is of, or those a national one lists.
std::vector<std::string> ForcesNamed(const v1::Inspection& inspection);

// A new inspection under `name`, and one with the masked fields changed. What depends on forces is for CheckPlan.
// Errors: INVALID_ARGUMENT INVALID_FIELDS; of Revise also FAILED_PRECONDITION WRONG_STATE.
absl::StatusOr<v1::Inspection> Plan(const v1::CreateInspectionRequest& request, const std::string& name);
absl::StatusOr<v1::Inspection> Revise(const v1::Inspection& current, const v1::UpdateInspectionRequest& request);

// What the forces named allow; `forces` are those, as the register has them. Of one force's inspection the service is
// filled in. Errors: FAILED_PRECONDITION SERVICE_UNFIT; FORCE_ENDED when fieldwork certainly begins after its end.
absl::StatusOr<v1::Inspection> CheckPlan(v1::Inspection inspection, const std::vector<v1::Force>& forces);

// The verbs. Errors: FAILED_PRECONDITION WRONG_STATE, DATES_CONTRADICT; of Publish also INVALID_ARGUMENT INVALID_FIELDS
// for what the report says.
absl::StatusOr<v1::Inspection> StartFieldwork(const v1::Inspection& current, const v1::StartFieldworkRequest& request,
                                              absl::CivilDay today);
absl::StatusOr<v1::Inspection> AwaitReport(const v1::Inspection& current, const v1::AwaitReportRequest& request,
                                           absl::CivilDay today);
absl::StatusOr<v1::Inspection> Publish(const v1::Inspection& current, const v1::PublishReportRequest& request,
                                       absl::CivilDay today);
absl::StatusOr<v1::Inspection> Cancel(const v1::Inspection& current, const v1::CancelInspectionRequest& request,
                                      absl::CivilDay today);

// Whether a published national inspection concerns the force: listed, or there on the day of publication (or, where
// partial dates leave it open, perhaps there) and of its service.
bool Concerns(const v1::Inspection& national, const v1::Force& force);

// What a published national inspection is in the record of one force, under `name`. Grades are given to forces, so
// those of the national report, if any, are not copied.
v1::Inspection PartOf(const v1::Inspection& national, const std::string& name);

// FAILED_PRECONDITION WRONG_STATE when the report is not published.
absl::Status RequirePublished(const v1::Inspection& inspection, const std::string& verb);

// Before publication an inspection is known inside the inspectorate only; after it, all but what the contract marks as
// internal.
bool IsPublic(const v1::Inspection& inspection);

// "REPORT_AWAITED": the state without its prefix.
std::string StateWord(v1::InspectionState state);

}  // namespace oversight::forces
