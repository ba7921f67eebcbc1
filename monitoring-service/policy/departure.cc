#include "monitoring-service/policy/departure.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "common/time/partial_date.h"
#include "monitoring-service/domain/moments.h"
#include "oversight/monitoring/v1/error_reason.pb.h"

namespace oversight::monitoring {

bool FreezeAssessment(v1::Assessment assessment, bool new_dossier, absl::Time now, v1::Proposal& proposal) {
  auto& dossier = *proposal.mutable_dossier();
  if (!new_dossier) {
    if (dossier.assessment().advised_stage() == assessment.advised_stage() &&
        dossier.assessment().policy() == assessment.policy()) {
      return false;
    }
    dossier.set_version(dossier.version() + 1);
    *dossier.mutable_freeze_time() = ToTimestamp(now);
  }
  *dossier.mutable_assessment() = std::move(assessment);
  return true;
}

absl::Status CheckDeparture(const Policies& policies, const v1::Proposal& proposal, const v1::Decision& decision,
                            const std::string& departure_reason) {
  const auto& assessment = proposal.dossier().assessment();
  const bool asked =
      proposal.dossier().has_assessment() && policies.InForceOn(DayInterval(decision.decided_date()).last) != nullptr;
  const std::string& stage =
      decision.outcome() == v1::DECISION_OUTCOME_APPROVED ? decision.to_stage() : decision.from_stage();
  const bool departs = asked && assessment.advised_stage() != stage;
  if (departs == !departure_reason.empty()) return absl::OkStatus();
  if (!departs) {
    Violations violations;
    violations.Add("departure_reason", asked ? "must be empty: the decision is what the policy advises"
                                             : "must be empty: no policy advised on this proposal");
    return violations.status();
  }
  return Error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_DEPARTURE_UNEXPLAINED,
               absl::StrCat("The assessment in the dossier advises the stage \"", assessment.advised_stage(),
                            "\", and this leaves the force in \"", stage,
                            "\". Decide so by all means, and say why in departure_reason."))
      .With("policy", assessment.policy())
      .With("advised_stage", assessment.advised_stage())
      .Violation("departure_reason", "is required: say why the decision departs from the policy's advice")
      .Precondition("DEPARTURE_UNEXPLAINED", proposal.name(), assessment.text());
}

}  // namespace oversight::monitoring
