#include "concerns-service/domain/undertaking.h"

#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "common/time/partial_date.h"
#include "concerns-service/domain/links.h"
#include "concerns-service/domain/refusals.h"
#include "oversight/concerns/v1/error_reason.pb.h"

namespace oversight::concerns {

using common::v1::PartialDate;

absl::Status CheckClaim(const std::string& name, const v1::Claim& claim, const Asked& asked, const Acting& acting) {
  Violations violations;
  CheckLinks("evidence", claim.evidence(), name, violations);
  OVERSIGHT_RETURN_IF_ERROR(violations.status());
  ContradictingDates contradicting;
  CheckDayOfAct(name + " cannot have been claimed", "claimed_date", claim.claimed_date(), "it was issued", "issue_date",
                asked.issue_date, acting, contradicting);
  if (!claim.has_done_date()) return contradicting.status();
  const PartialDate& done = claim.done_date();
  const std::string words = absl::StrCat(name, " cannot have been done ", OnDate(done), ": ");
  if (MustBeAfter(done, acting.today())) {
    contradicting.Add(words + "that is still to come. Claim it when it is done, or correct the done date.", "done_date",
                      done, "today", ToPartialDate(acting.today()));
  } else if (MustBeAfter(done, claim.claimed_date())) {
    contradicting.Add(absl::StrCat(words, "it was claimed as done ", OnDate(claim.claimed_date()),
                                   ". Give a later claimed date, or an earlier done date."),
                      "done_date", done, "claimed_date", claim.claimed_date());
  }
  if (!asked.may_be_done_before && MustBeBefore(done, asked.issue_date)) {
    contradicting.Add(absl::StrCat(words, "it was issued ", OnDate(asked.issue_date),
                                   ", because it was not done by then. Give a later done date, or none."),
                      "done_date", done, "issue_date", asked.issue_date);
  }
  return contradicting.status();
}

absl::Status CheckVerification(const std::string& name, const v1::Verification& verification, const Asked& asked,
                               const PartialDate& done_date, const v1::Revisit* revisit, const Acting& acting) {
  Violations violations;
  CheckLinks("evidence", verification.evidence(), name, violations);
  CheckLink("revisit", verification.revisit(), name, violations);
  OVERSIGHT_RETURN_IF_ERROR(violations.status());
  const PartialDate& day = verification.verified_date();
  const std::string act = name + " cannot have been verified";
  ContradictingDates contradicting;
  CheckDayOfAct(act, "verified_date", day, "it was issued", "issue_date", asked.issue_date, acting, contradicting);
  if (verification.outcome() == v1::VERIFICATION_OUTCOME_ACCEPTED && MustBeBefore(day, done_date)) {
    contradicting.Add(absl::StrCat(act, " ", OnDate(day), ": by the force's claim it was done ", OnDate(done_date),
                                   ". Give a later date, or return the claim."),
                      "verified_date", day, "done_date", done_date);
  }
  OVERSIGHT_RETURN_IF_ERROR(CheckRevisitNamed(act, "verified_date", day, revisit, contradicting));
  return contradicting.status();
}

absl::Status CheckRoomForExtension(const std::string& name, int extensions) {
  if (extensions < kMaxExtensions) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_TOO_MANY_EXTENSIONS,
               absl::StrCat(name, " was extended ", extensions,
                            " times, which is the most. Verify it, or withdraw it with the reason."))
      .With("name", name)
      .With("limit", absl::StrCat(kMaxExtensions));
}

absl::Status CheckExtension(const std::string& name, const PartialDate& current, const v1::DueExtension& extension,
                            const v1::DueExtension* before, const Asked& asked, const Acting& acting) {
  ContradictingDates contradicting;
  const PartialDate& later = extension.to_due_date();
  if (!MustBeAfter(later, current)) {
    contradicting.Add(absl::StrCat(name, " cannot be extended to ", FormatForPeople(later), ": it is due on ",
                                   FormatForPeople(current), " already. Give a day after that."),
                      "due_date", later, "current_due_date", current);
  }
  const std::string act = name + " cannot have been extended";
  CheckDayOfAct(act, "extended_date", extension.extended_date(), "it was issued", "issue_date", asked.issue_date,
                acting, contradicting);
  if (before != nullptr && MustBeBefore(extension.extended_date(), before->extended_date())) {
    contradicting.Add(absl::StrCat(act, " to ", FormatForPeople(later), " ", OnDate(extension.extended_date()),
                                   ": the extension before it was given ", OnDate(before->extended_date()),
                                   ". Give a later date, or none for today."),
                      "extended_date", extension.extended_date(), "earlier_extended_date", before->extended_date());
  }
  return contradicting.status();
}

absl::Status CheckRevisitNamed(const std::string& act, const std::string& field, const PartialDate& day,
                               const v1::Revisit* revisit, ContradictingDates& contradicting) {
  if (revisit == nullptr) return absl::OkStatus();
  if (!revisit->has_from_date() || revisit->state() == v1::REVISIT_STATE_CANCELLED) {
    return LinkDoesNotFit("revisit", revisit->name(),
                          absl::StrCat(" has not taken place, so nothing was found at it. ",
                                       revisit->state() == v1::REVISIT_STATE_CANCELLED
                                           ? "It is cancelled: name another, or none."
                                           : "Record first that it took place (CarryOutRevisit), or name none."));
  }
  if (MustBeBefore(day, revisit->from_date())) {
    contradicting.Add(absl::StrCat(act, " ", OnDate(day), " at ", revisit->name(), ": that began ",
                                   OnDate(revisit->from_date()), ". Give a later date, or name another revisit."),
                      field, day, "revisit_from_date", revisit->from_date());
  }
  return absl::OkStatus();
}

v1::Closure ClosureToday(const std::string& reason, const Acting& acting) {
  v1::Closure closure;
  closure.set_reason(reason);
  closure.set_closer(acting.actor);
  *closure.mutable_close_date() = ToPartialDate(acting.today());
  return closure;
}

}  // namespace oversight::concerns
