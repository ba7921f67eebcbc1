// What a force is asked to do by a day: how that is claimed, verified and extended. The same for a recommendation of a
// concern and for a force's item of a national recommendation, so it is written here once. `Item` is a message with
//
//   name, due_date, original_due_date, extensions, claim, done_date, verification, verified_date, times_returned
//
// as Recommendation has them. States are the caller's: move them first, by its own lifecycle. Nothing is changed when a
// Status comes back. Pure functions; thread-safe.
#pragma once

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"
#include "common/rpc/errors.h"
#include "common/time/partial_date.h"
#include "concerns-service/domain/acting.h"
#include "concerns-service/domain/refusals.h"
#include "oversight/common/v1/partial_date.pb.h"
#include "oversight/concerns/v1/concern.pb.h"
#include "oversight/concerns/v1/recommendation.pb.h"
#include "oversight/concerns/v1/revisit.pb.h"

namespace oversight::concerns {

// Something can be extended so often.
inline constexpr int kMaxExtensions = 20;

// Since when something is asked of a force.
struct Asked {
  common::v1::PartialDate issue_date;
  // Whether the force may have done it before. A concern is about what it had not done; what is recommended to all
  // forces, some have done already.
  bool may_be_done_before = false;
};

// The rules. DATES_CONTRADICT, INVALID_ARGUMENT, TOO_MANY_EXTENSIONS.
absl::Status CheckClaim(const std::string& name, const v1::Claim& claim, const Asked& asked, const Acting& acting);
absl::Status CheckVerification(const std::string& name, const v1::Verification& verification, const Asked& asked,
                               const common::v1::PartialDate& done_date, const v1::Revisit* revisit,
                               const Acting& acting);
absl::Status CheckRoomForExtension(const std::string& name, int extensions);
// `before` is the extension before it; null when it is the first.
absl::Status CheckExtension(const std::string& name, const common::v1::PartialDate& current,
                            const v1::DueExtension& extension, const v1::DueExtension* before, const Asked& asked,
                            const Acting& acting);

// Whether a revisit that is named as a ground for what was done on `day` can be one: it has taken place, and began by
// then. LINK_DOES_NOT_FIT; a day that is too early is added to `contradicting`. Null: none is named.
absl::Status CheckRevisitNamed(const std::string& act, const std::string& field, const common::v1::PartialDate& day,
                               const v1::Revisit* revisit, ContradictingDates& contradicting);

// What a request of the form {statement, done_date, evidence, claimed_date} claims.
template <class Request>
v1::Claim ClaimOf(const Request& request) {
  v1::Claim claim;
  claim.set_statement(request.statement());
  if (request.has_done_date()) *claim.mutable_done_date() = request.done_date();
  *claim.mutable_evidence() = request.evidence();
  if (request.has_claimed_date()) *claim.mutable_claimed_date() = request.claimed_date();
  return claim;
}

// What a request of the form {outcome, rationale, verified_date, evidence, revisit} found.
template <class Request>
v1::Verification VerificationOf(const Request& request) {
  v1::Verification verification;
  verification.set_outcome(request.outcome());
  verification.set_rationale(request.rationale());
  *verification.mutable_evidence() = request.evidence();
  verification.set_revisit(request.revisit());
  if (request.has_verified_date()) *verification.mutable_verified_date() = request.verified_date();
  return verification;
}

// How much time a request of the form {due_date, reason, extended_date} gives.
template <class Request>
v1::DueExtension ExtensionOf(const Request& request) {
  v1::DueExtension extension;
  *extension.mutable_to_due_date() = request.due_date();
  extension.set_reason(request.reason());
  if (request.has_extended_date()) *extension.mutable_extended_date() = request.extended_date();
  return extension;
}

// The force's word that it is done. `given` has statement, done_date, evidence, and claimed_date unless that is today.
template <class Item>
absl::Status RecordClaim(v1::Claim given, const Asked& asked, const Acting& acting, Item& item) {
  if (!given.has_claimed_date()) *given.mutable_claimed_date() = ToPartialDate(acting.today());
  OVERSIGHT_RETURN_IF_ERROR(CheckClaim(item.name(), given, asked, acting));
  item.clear_done_date();
  if (given.has_done_date()) *item.mutable_done_date() = given.done_date();
  given.set_claimant(acting.actor);
  *given.mutable_claim_time() = acting.timestamp();
  *item.mutable_claim() = std::move(given);
  return absl::OkStatus();
}

// The inspectorate's finding on the claim. `given` has outcome, rationale, evidence, revisit, and verified_date unless
// that is today. `revisit` is the one that it names; null when it names none.
template <class Item>
absl::Status RecordVerification(v1::Verification given, const Asked& asked, const v1::Revisit* revisit,
                                const Acting& acting, Item& item) {
  if (!given.has_verified_date()) *given.mutable_verified_date() = ToPartialDate(acting.today());
  OVERSIGHT_RETURN_IF_ERROR(CheckVerification(item.name(), given, asked, item.claim().done_date(), revisit, acting));
  if (given.outcome() == v1::VERIFICATION_OUTCOME_ACCEPTED) {
    *item.mutable_verified_date() = given.verified_date();
  } else {
    item.set_times_returned(item.times_returned() + 1);
  }
  given.set_verifier(acting.actor);
  *given.mutable_verify_time() = acting.timestamp();
  *item.mutable_verification() = std::move(given);
  return absl::OkStatus();
}

// First it falls due.
template <class Item>
void SetDueDate(absl::CivilDay due, Item& item) {
  *item.mutable_due_date() = ToPartialDate(due);
  *item.mutable_original_due_date() = ToPartialDate(due);
}

// More time. `given` has to_due_date, reason, and extended_date unless that is today.
template <class Item>
absl::Status RecordExtension(v1::DueExtension given, const Asked& asked, const Acting& acting, Item& item) {
  if (!given.has_extended_date()) *given.mutable_extended_date() = ToPartialDate(acting.today());
  OVERSIGHT_RETURN_IF_ERROR(CheckRoomForExtension(item.name(), item.extensions_size()));
  const v1::DueExtension* before = item.extensions().empty() ? nullptr : &*item.extensions().rbegin();
  OVERSIGHT_RETURN_IF_ERROR(CheckExtension(item.name(), item.due_date(), given, before, asked, acting));
  // Records from before extensions did not keep it apart.
  if (!item.has_original_due_date()) *item.mutable_original_due_date() = item.due_date();
  *given.mutable_from_due_date() = item.due_date();
  given.set_grantor(acting.actor);
  *given.mutable_grant_time() = acting.timestamp();
  *item.mutable_due_date() = given.to_due_date();
  *item.add_extensions() = std::move(given);
  return absl::OkStatus();
}

// Closed today without being verified.
v1::Closure ClosureToday(const std::string& reason, const Acting& acting);

}  // namespace oversight::concerns
