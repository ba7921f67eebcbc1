// What is recorded of a force by dates: its names, its oversight bodies, whether it is there, and who held an office.
// Dates may be partial, so whether something held on a day is certain, possible or excluded; nothing is silently
// completed. An interval begins on `from_date` and ends before `to_date`; an unset end is open.
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
#include "oversight/forces/v1/office_holder.pb.h"

namespace oversight::forces {

// The force under its new name; the old one among its former names.
// Errors: FAILED_PRECONDITION FORCE_ENDED; NAME_UNCHANGED when it has that name; DATES_CONTRADICT when the name begins
// in the future, or not after the one before.
absl::StatusOr<v1::Force> Rename(const v1::Force& current, const v1::RenameForceRequest& request, absl::CivilDay today);

// The force with the new body; the old one among the former ones, ended on the day the new one begins.
// Errors: as Rename, and INVALID_ARGUMENT INVALID_FIELDS when the new body has no from_date.
absl::StatusOr<v1::Force> ReplaceBody(const v1::Force& current, const v1::ReplaceOversightBodyRequest& request,
                                      absl::CivilDay today);

// The force as merged or abolished. `successor` is the force that the request names; null when it names none.
// Errors: FAILED_PRECONDITION FORCE_ENDED, DATES_CONTRADICT when the end is in the future, SUCCESSOR_UNFIT.
absl::StatusOr<v1::Force> Merge(const v1::Force& current, const v1::Force& successor,
                                const v1::MergeForceRequest& request, absl::CivilDay today);
absl::StatusOr<v1::Force> Abolish(const v1::Force& current, const v1::Force* successor,
                                  const v1::AbolishForceRequest& request, absl::CivilDay today);

// The office holder to record under `name`. `others` are the office holders of the force.
// Errors: INVALID_ARGUMENT INVALID_FIELDS when the days must end before they begin; FAILED_PRECONDITION OFFICE_TAKEN
// when another, who does not act, certainly holds the same office on one of the same days.
absl::StatusOr<v1::OfficeHolder> Appoint(const v1::OfficeHolder& given, const std::string& name,
                                         const std::vector<v1::OfficeHolder>& others);

// The office holder after an update. Errors: as Appoint.
absl::StatusOr<v1::OfficeHolder> UpdateHolder(const v1::OfficeHolder& current,
                                              const v1::UpdateOfficeHolderRequest& request,
                                              const std::vector<v1::OfficeHolder>& others);

// The same stored content, whatever the ledger says of the two.
bool SameHolder(v1::OfficeHolder a, v1::OfficeHolder b);

// Offices of the inspectorate's and the force's own staff are known inside the inspectorate only; the chief officer and
// HM Inspector are public figures.
bool IsPublicOffice(v1::Office office);

// What is recorded for the day.
v1::ForceOnDate OnDate(const v1::Force& force, const std::vector<v1::OfficeHolder>& holders, absl::CivilDay day);

}  // namespace oversight::forces
