// The commands on a concern: each takes what is there now and the request, and gives what is there afterwards or says
// why not. Single-field rules of the request have been checked before; here is what depends on state, on several
// fields, on the calendar or on the list of themes. Nothing is changed when a Status comes back. Pure functions;
// thread-safe.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "common/time/working_days.h"
#include "concerns-service/domain/acting.h"
#include "concerns-service/domain/lifecycle.h"
#include "concerns-service/domain/themes.h"
#include "oversight/concerns/v1/concerns_service.pb.h"
#include "oversight/concerns/v1/revisit.pb.h"

namespace oversight::concerns {

// A new draft under `name`. NOT_FOUND THEME_NOT_FOUND, FAILED_PRECONDITION THEME_RETIRED, DATES_CONTRADICT when it is
// found in the future, and INVALID_ARGUMENT when an area for improvement is called accelerated, the acceleration does
// not agree with itself, or a link of the source is not of its kind or of another force.
absl::StatusOr<v1::Concern> DraftConcern(const v1::CreateConcernRequest& request, const std::string& name,
                                         const Themes& themes, const Acting& acting);

// A draft with the masked fields changed. The same errors, and WRONG_STATE. A theme that was retired since stays.
absl::StatusOr<v1::Concern> UpdateConcern(const Record& record, const v1::UpdateConcernRequest& request,
                                          const Themes& themes, const Acting& acting);

// Whether `other` can weigh together with the concern: a cause of concern, drafted or open. LINK_DOES_NOT_FIT.
absl::Status CheckWeighsTogether(const v1::Concern& concern, const v1::Concern& other);

// The concern open and its recommendations open with their due dates. NO_RECOMMENDATION, WRONG_STATE,
// BANK_HOLIDAYS_UNKNOWN, and DATES_CONTRADICT when the day of issue is in the future, or must be before the finding, or
// is after a fixed due date.
absl::StatusOr<Record> IssueConcern(Record record, const v1::IssueConcernRequest& request, const BankHolidays& holidays,
                                    const Acting& acting);

// An open concern with when and where it was made public. WRONG_STATE, ALREADY_PUBLISHED, and DATES_CONTRADICT when
// that is in the future or before issue; INVALID_ARGUMENT for an address that is none.
absl::StatusOr<v1::Concern> RecordPublication(const Record& record, const v1::RecordConcernPublicationRequest& request,
                                              const Acting& acting);

// An open concern with the judgement of the force's handling. WRONG_STATE; DATES_CONTRADICT when its day is in the
// future, or before issue or the assessment that it takes the place of.
absl::StatusOr<v1::Concern> AssessHandling(const Record& record, const v1::AssessHandlingRequest& request,
                                           const Acting& acting);

// The concern closed. `revisit` is the one that the request names, null when it names none. WRONG_STATE,
// RECOMMENDATIONS_OPEN, LINK_DOES_NOT_FIT when the revisit has not taken place, and DATES_CONTRADICT when the day is in
// the future, or before issue, the revisit or the day the last recommendation was verified.
absl::StatusOr<v1::Concern> DischargeConcern(const Record& record, const v1::DischargeConcernRequest& request,
                                             const Acting& acting, const v1::Revisit* revisit = nullptr);

// The concern closed as one that should not have been raised, with every recommendation that is not VERIFIED.
// WRONG_STATE.
absl::StatusOr<Record> WithdrawConcern(Record record, const v1::WithdrawConcernRequest& request, const Acting& acting);

// The concern closed as issued again, with every recommendation that is not closed, and the successor that knows of it.
// INVALID_ARGUMENT when the successor is the concern itself or of another force; WRONG_STATE of either;
// DATES_CONTRADICT when the successor was issued earlier, or the day is in the future or before the successor was
// issued; TOO_MANY_SUPERSEDED. There can be no circle: what supersedes is open, and what was superseded is not.
struct Superseded {
  Record record;
  v1::Concern successor;
};
absl::StatusOr<Superseded> SupersedeConcern(Record record, v1::Concern successor,
                                            const v1::SupersedeConcernRequest& request, const Acting& acting);

// A concern can be the reissue of so many.
inline constexpr int kMaxSuperseded = 100;

// Open at the end of the day, by the dates in this version: issued by then and not closed by then. Dates known in part
// count when they must have come.
bool WasOpenOn(const v1::Concern& concern, absl::CivilDay day);

}  // namespace oversight::concerns
