#include "monitoring-service/domain/advice.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "common/time/london.h"
#include "common/time/partial_date.h"
#include "monitoring-service/domain/actions.h"
#include "monitoring-service/domain/corrections.h"
#include "monitoring-service/domain/names.h"
#include "oversight/monitoring/v1/error_reason.pb.h"

namespace oversight::monitoring {
namespace {

absl::Status CheckFields(const v1::Proposal& proposal, const v1::Advice& wanted) {
  Violations violations;
  if (!v1::AdvisoryBody_IsValid(wanted.body())) violations.Add("advice.body", "must be a known body");
  if (!v1::AdviceView_IsValid(wanted.view())) violations.Add("advice.view", "must be a known view");
  if (wanted.body() == v1::ADVISORY_BODY_OTHER && wanted.body_name().empty()) {
    violations.Add("advice.body_name", "is required with ADVISORY_BODY_OTHER");
  }
  CheckCorrectionReason(wanted, "advice", violations);
  if (!wanted.corrects().empty() && ProposalOf(wanted.corrects()) != proposal.name()) {
    violations.Add("advice.corrects", absl::StrCat("must be advice on ", proposal.name()));
  }
  return violations.status();
}

absl::Status CheckDate(const v1::Advice& wanted, absl::CivilDay today) {
  if (!MustBeAfter(wanted.advice_date(), today)) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_DATES_CONTRADICT,
               "Advice is recorded when it has been given, not ahead of time.")
      .With("advice_date", FormatIso(wanted.advice_date()))
      .With("today", FormatIso(today))
      .Precondition("DATES_CONTRADICT", "advice_date", absl::StrCat("is after today, ", FormatIso(today)));
}

}  // namespace

absl::StatusOr<Advised> Advise(const v1::Proposal& proposal, const v1::Advice& wanted,
                               const std::optional<v1::Advice>& corrects, int64_t number, const std::string& actor,
                               absl::Time now) {
  OVERSIGHT_RETURN_IF_ERROR(CheckFields(proposal, wanted));
  OVERSIGHT_RETURN_IF_ERROR(CheckOpen(proposal));
  OVERSIGHT_RETURN_IF_ERROR(CheckDate(wanted, LondonDay(now)));
  if (corrects) OVERSIGHT_RETURN_IF_ERROR(CheckNotCorrected(*corrects));
  Advised advised;
  auto& advice = advised.advice = wanted;
  advice.set_name(absl::StrCat(AdvicePrefix(proposal.name()), number));
  advice.set_recorder(actor);
  advice.set_dossier_digest(proposal.dossier().digest());
  advice.set_dossier_version(proposal.dossier().version());
  advice.clear_on_earlier_dossier();
  advice.clear_corrected_by();
  if (corrects) {
    advised.corrected = *corrects;
    advised.corrected->set_corrected_by(advice.name());
  }
  return advised;
}

std::vector<v1::Advice> GivenOnEarlier(const std::vector<v1::Advice>& advice, const v1::Proposal& proposal) {
  std::vector<v1::Advice> marked;
  for (const auto& one : advice) {
    if (one.on_earlier_dossier() || one.dossier_version() == proposal.dossier().version()) continue;
    marked.push_back(one);
    marked.back().set_on_earlier_dossier(true);
  }
  return marked;
}

}  // namespace oversight::monitoring
