#include "concerns-service/domain/undertaking.h"

#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "common/time/partial_date.h"
#include "concerns-service/domain/links.h"
#include "concerns-service/domain/refusals.h"
#include "oversight/concerns/v1/error_reason.pb.h"

namespace oversight::concerns {

using common::v1::PartialDate;

absl::Status CheckClaim(const std::string& name, const v1::Claim& claim, const Acting& acting) {
  Violations violations;
  CheckLinks("evidence", claim.evidence(), name, violations);
  OVERSIGHT_RETURN_IF_ERROR(violations.status());
  if (claim.has_done_date() && MustBeAfter(claim.done_date(), acting.today())) {
    return DatesContradict(absl::StrCat(name, " cannot have been done on ", FormatForPeople(claim.done_date()),
                                        ": that is still to come. Claim it when it is done, or correct the done date."),
                           "done_date", claim.done_date(), "today", ToPartialDate(acting.today()));
  }
  return absl::OkStatus();
}

absl::Status CheckVerification(const std::string& name, const v1::Verification& verification,
                               const PartialDate* verified_date, const PartialDate& issue_date,
                               const PartialDate& done_date, const Acting& acting) {
  const bool accepted = verification.outcome() == v1::VERIFICATION_OUTCOME_ACCEPTED;
  Violations violations;
  CheckLinks("evidence", verification.evidence(), name, violations);
  CheckLink("revisit", verification.revisit(), name, violations);
  if (!accepted && verified_date != nullptr) {
    violations.Add("verified_date", "is for what is accepted only; leave it out when a claim is returned");
  }
  OVERSIGHT_RETURN_IF_ERROR(violations.status());
  if (!accepted) return absl::OkStatus();
  const PartialDate today = ToPartialDate(acting.today());
  const PartialDate& day = verified_date != nullptr ? *verified_date : today;
  const std::string words = absl::StrCat(name, " cannot be verified on ", FormatForPeople(day), ": ");
  if (MustBeAfter(day, today)) {
    return DatesContradict(words + "that is still to come. Verify it on the day, or give an earlier date.",
                           "verified_date", day, "today", today);
  }
  if (MustBeBefore(day, issue_date)) {
    return DatesContradict(
        absl::StrCat(words, "it was issued on ", FormatForPeople(issue_date), ". Give a later date."), "verified_date",
        day, "issue_date", issue_date);
  }
  // A date that is not given is any day, and contradicts nothing.
  if (MustBeBefore(day, done_date)) {
    return DatesContradict(absl::StrCat(words, "by the force's claim it was done on ", FormatForPeople(done_date),
                                        ". Give a later date, or return the claim."),
                           "verified_date", day, "done_date", done_date);
  }
  return absl::OkStatus();
}

absl::Status CheckRoomForExtension(const std::string& name, int extensions) {
  if (extensions < kMaxExtensions) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_TOO_MANY_EXTENSIONS,
               absl::StrCat(name, " was extended ", extensions,
                            " times, which is the most. Verify it, or withdraw it with the reason."))
      .With("name", name)
      .With("limit", absl::StrCat(kMaxExtensions));
}

absl::Status CheckExtension(const std::string& name, const PartialDate& current, const PartialDate& later) {
  if (MustBeAfter(later, current)) return absl::OkStatus();
  return DatesContradict(absl::StrCat(name, " cannot be extended to ", FormatForPeople(later), ": it is due on ",
                                      FormatForPeople(current), " already. Give a day after that."),
                         "due_date", later, "current_due_date", current);
}

v1::Closure ClosureToday(const std::string& reason, const Acting& acting) {
  v1::Closure closure;
  closure.set_reason(reason);
  closure.set_closer(acting.actor);
  *closure.mutable_close_date() = ToPartialDate(acting.today());
  return closure;
}

}  // namespace oversight::concerns
