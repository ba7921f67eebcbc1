#include "monitoring-service/domain/disclosures.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "common/time/london.h"
#include "common/time/partial_date.h"
#include "monitoring-service/domain/corrections.h"
#include "monitoring-service/domain/moments.h"
#include "monitoring-service/domain/names.h"
#include "oversight/monitoring/v1/error_reason.pb.h"

namespace oversight::monitoring {
namespace {

absl::Status CheckFields(const std::string& force, const v1::Disclosure& wanted) {
  Violations violations;
  if (!v1::DisclosureRecipient_IsValid(wanted.recipient())) {
    violations.Add("disclosure.recipient", "must be a known recipient");
  }
  if (!v1::DisclosureChannel_IsValid(wanted.channel())) violations.Add("disclosure.channel", "must be a known channel");
  if (!v1::DisclosureConfidence_IsValid(wanted.confidence())) {
    violations.Add("disclosure.confidence", "must be a known confidence");
  }
  if (ForceOf(wanted.about()) != force) violations.Add("disclosure.about", absl::StrCat("must be of ", force));
  if (!wanted.has_disclosed_date() && !wanted.has_disclosed_time()) {
    violations.Add("disclosure.disclosed_date", "is required unless disclosed_time is given");
  }
  if (wanted.has_disclosed_date() && wanted.has_disclosed_time() &&
      !MayBeSameDay(wanted.disclosed_date(), LondonDay(ToTime(wanted.disclosed_time())))) {
    violations.Add("disclosure.disclosed_time",
                   absl::StrCat("must be on the disclosed date, ", FormatIso(wanted.disclosed_date()), ", in London"));
  }
  const bool embargo = wanted.confidence() == v1::DISCLOSURE_CONFIDENCE_UNDER_EMBARGO;
  if (embargo != wanted.has_embargo_time()) {
    violations.Add("disclosure.embargo_time", embargo ? "is required with DISCLOSURE_CONFIDENCE_UNDER_EMBARGO"
                                                      : "goes with DISCLOSURE_CONFIDENCE_UNDER_EMBARGO only");
  }
  CheckCorrectionReason(wanted, "disclosure", violations);
  if (!wanted.corrects().empty() && ForceOf(wanted.corrects()) != force) {
    violations.Add("disclosure.corrects", absl::StrCat("must be of ", force));
  }
  return violations.status();
}

absl::Status CheckNotToCome(const v1::Disclosure& disclosure, absl::Time now) {
  const absl::CivilDay today = LondonDay(now);
  const bool time_to_come = disclosure.has_disclosed_time() && ToTime(disclosure.disclosed_time()) > now;
  if (!time_to_come && !MustBeAfter(disclosure.disclosed_date(), today)) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_DATES_CONTRADICT,
               "A disclosure is recorded when it has been made, not ahead of time.")
      .With("disclosed_date", FormatIso(disclosure.disclosed_date()))
      .With("today", FormatIso(today))
      .Precondition("DATES_CONTRADICT", time_to_come ? "disclosed_time" : "disclosed_date",
                    absl::StrCat("is after now, ", FormatMinuteForPeople(now)));
}

}  // namespace

absl::StatusOr<Disclosed> Disclose(const std::string& force, const v1::Disclosure& wanted,
                                   const std::optional<v1::Disclosure>& corrects, int64_t number,
                                   const std::string& actor, absl::Time now) {
  OVERSIGHT_RETURN_IF_ERROR(CheckFields(force, wanted));
  Disclosed disclosed;
  auto& disclosure = disclosed.disclosure = wanted;
  if (wanted.has_disclosed_time()) {
    *disclosure.mutable_disclosed_date() = ToPartialDate(LondonDay(ToTime(wanted.disclosed_time())));
  }
  OVERSIGHT_RETURN_IF_ERROR(CheckNotToCome(disclosure, now));
  if (corrects) OVERSIGHT_RETURN_IF_ERROR(CheckNotCorrected(*corrects));
  disclosure.set_name(absl::StrCat(DisclosurePrefix(force), number));
  disclosure.set_recorder(actor);
  disclosure.clear_corrected_by();
  if (corrects) {
    disclosed.corrected = *corrects;
    disclosed.corrected->set_corrected_by(disclosure.name());
  }
  return disclosed;
}

}  // namespace oversight::monitoring
