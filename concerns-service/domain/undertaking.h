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
#include "oversight/common/v1/partial_date.pb.h"
#include "oversight/concerns/v1/concern.pb.h"
#include "oversight/concerns/v1/recommendation.pb.h"

namespace oversight::concerns {

// Something can be extended so often.
inline constexpr int kMaxExtensions = 20;

// The rules. DATES_CONTRADICT, INVALID_ARGUMENT, TOO_MANY_EXTENSIONS.
absl::Status CheckClaim(const std::string& name, const v1::Claim& claim, const Acting& acting);
absl::Status CheckVerification(const std::string& name, const v1::Verification& verification,
                               const common::v1::PartialDate* verified_date, const common::v1::PartialDate& issue_date,
                               const common::v1::PartialDate& done_date, const Acting& acting);
absl::Status CheckRoomForExtension(const std::string& name, int extensions);
absl::Status CheckExtension(const std::string& name, const common::v1::PartialDate& current,
                            const common::v1::PartialDate& later);

// What a request of the form {statement, done_date, evidence} claims.
template <class Request>
v1::Claim ClaimOf(const Request& request) {
  v1::Claim claim;
  claim.set_statement(request.statement());
  if (request.has_done_date()) *claim.mutable_done_date() = request.done_date();
  *claim.mutable_evidence() = request.evidence();
  return claim;
}

// What a request of the form {outcome, rationale, verified_date, evidence, revisit} found, and on which day: null for
// today.
template <class Request>
v1::Verification VerificationOf(const Request& request) {
  v1::Verification verification;
  verification.set_outcome(request.outcome());
  verification.set_rationale(request.rationale());
  *verification.mutable_evidence() = request.evidence();
  verification.set_revisit(request.revisit());
  return verification;
}
template <class Request>
const common::v1::PartialDate* VerifiedDateOf(const Request& request) {
  return request.has_verified_date() ? &request.verified_date() : nullptr;
}

// The force's word that it is done. `given` has statement, done_date and evidence.
template <class Item>
absl::Status RecordClaim(v1::Claim given, const Acting& acting, Item& item) {
  OVERSIGHT_RETURN_IF_ERROR(CheckClaim(item.name(), given, acting));
  item.clear_done_date();
  if (given.has_done_date()) *item.mutable_done_date() = given.done_date();
  given.set_claimant(acting.actor);
  *given.mutable_claim_time() = acting.timestamp();
  *item.mutable_claim() = std::move(given);
  return absl::OkStatus();
}

// The inspectorate's finding on the claim. `given` has outcome, rationale, evidence and revisit. `verified_date` is the
// day of acceptance, null for today. `issue_date` is the day since which it is asked of the force.
template <class Item>
absl::Status RecordVerification(v1::Verification given, const common::v1::PartialDate* verified_date,
                                const common::v1::PartialDate& issue_date, const Acting& acting, Item& item) {
  OVERSIGHT_RETURN_IF_ERROR(
      CheckVerification(item.name(), given, verified_date, issue_date, item.claim().done_date(), acting));
  if (given.outcome() == v1::VERIFICATION_OUTCOME_ACCEPTED) {
    *item.mutable_verified_date() = verified_date != nullptr ? *verified_date : ToPartialDate(acting.today());
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

// More time: due on `due_date` instead.
template <class Item>
absl::Status RecordExtension(const common::v1::PartialDate& due_date, const std::string& reason, const Acting& acting,
                             Item& item) {
  OVERSIGHT_RETURN_IF_ERROR(CheckRoomForExtension(item.name(), item.extensions_size()));
  OVERSIGHT_RETURN_IF_ERROR(CheckExtension(item.name(), item.due_date(), due_date));
  // Records from before extensions did not keep it apart.
  if (!item.has_original_due_date()) *item.mutable_original_due_date() = item.due_date();
  v1::DueExtension& extension = *item.add_extensions();
  *extension.mutable_from_due_date() = item.due_date();
  *extension.mutable_to_due_date() = due_date;
  extension.set_reason(reason);
  extension.set_grantor(acting.actor);
  *extension.mutable_grant_time() = acting.timestamp();
  *item.mutable_due_date() = due_date;
  return absl::OkStatus();
}

// Closed today without being verified.
v1::Closure ClosureToday(const std::string& reason, const Acting& acting);

}  // namespace oversight::concerns
