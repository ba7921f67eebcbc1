#include "monitoring-service/domain/support.h"

#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "common/time/london.h"
#include "common/time/partial_date.h"
#include "monitoring-service/domain/corrections.h"
#include "monitoring-service/domain/dates.h"
#include "monitoring-service/domain/follow_up_actions.h"
#include "monitoring-service/domain/names.h"

namespace oversight::monitoring {
namespace {

absl::Status CheckFields(const std::string& force, const v1::Support& wanted) {
  Violations violations;
  if (!v1::SupportProvider_IsValid(wanted.provider())) {
    violations.Add("support.provider", "must be a known provider");
  }
  if (wanted.provider() == v1::SUPPORT_PROVIDER_OTHER && wanted.provider_name().empty()) {
    violations.Add("support.provider_name", "is required with SUPPORT_PROVIDER_OTHER");
  }
  const bool other_force = wanted.provider() == v1::SUPPORT_PROVIDER_OTHER_FORCE;
  if (other_force != !wanted.provider_force().empty()) {
    violations.Add("support.provider_force", other_force ? "is required with SUPPORT_PROVIDER_OTHER_FORCE"
                                                         : "goes with SUPPORT_PROVIDER_OTHER_FORCE only");
  }
  if (wanted.provider_force() == force) violations.Add("support.provider_force", "must be another force");
  if (!wanted.has_offered_date() && !wanted.has_from_date()) {
    violations.Add("support.offered_date", "is required unless from_date is given");
  }
  if (wanted.has_to_date() && !wanted.has_from_date()) {
    violations.Add("support.from_date", "is required with to_date");
  }
  CheckCorrectionReason(wanted, "support", violations);
  if (!wanted.corrects().empty() && ForceOf(wanted.corrects()) != force) {
    violations.Add("support.corrects", absl::StrCat("must be of ", force));
  }
  return violations.status();
}

// `prefix` is where the dates stand in the request: "support.".
absl::Status CheckDates(const v1::Support& support, const std::string& prefix, absl::CivilDay today) {
  DateContradictions dates("Support is offered, begins and ends in that order, and is recorded when it has.");
  if (support.has_offered_date()) dates.NotToCome(prefix + "offered_date", support.offered_date(), today);
  if (support.has_from_date()) {
    dates.NotToCome(prefix + "from_date", support.from_date(), today);
    if (support.has_offered_date()) {
      dates.NotBefore(prefix + "from_date", support.from_date(), "the offer", support.offered_date());
    }
  }
  if (support.has_to_date()) {
    dates.NotToCome(prefix + "to_date", support.to_date(), today);
    dates.NotBefore(prefix + "to_date", support.to_date(), "its beginning", support.from_date());
  }
  return dates.status();
}

}  // namespace

absl::StatusOr<Supported> RecordSupport(const std::string& force, const v1::Support& wanted,
                                        const std::optional<v1::Support>& corrects, int64_t number,
                                        const std::string& actor, absl::Time now) {
  OVERSIGHT_RETURN_IF_ERROR(CheckFields(force, wanted));
  OVERSIGHT_RETURN_IF_ERROR(CheckDates(wanted, "support.", LondonDay(now)));
  if (corrects) OVERSIGHT_RETURN_IF_ERROR(CheckNotCorrected(*corrects));
  Supported supported;
  auto& support = supported.support = wanted;
  support.set_name(absl::StrCat(SupportPrefix(force), number));
  support.set_state(wanted.has_to_date()     ? v1::SUPPORT_STATE_ENDED
                    : wanted.has_from_date() ? v1::SUPPORT_STATE_GIVEN
                                             : v1::SUPPORT_STATE_OFFERED);
  support.set_recorder(actor);
  support.clear_closing_note();
  support.clear_corrected_by();
  if (corrects) {
    supported.corrected = *corrects;
    supported.corrected->set_corrected_by(support.name());
  }
  return supported;
}

absl::StatusOr<v1::Support> Start(const v1::Support& support, const v1::StartSupportRequest& request, absl::Time now) {
  OVERSIGHT_RETURN_IF_ERROR(Check(FollowUp::kStartSupport, &support));
  const absl::CivilDay today = LondonDay(now);
  v1::Support after = support;
  after.set_state(v1::SUPPORT_STATE_GIVEN);
  *after.mutable_from_date() = request.has_from_date() ? request.from_date() : ToPartialDate(today);
  OVERSIGHT_RETURN_IF_ERROR(CheckDates(after, "", today));
  return after;
}

absl::StatusOr<v1::Support> End(const v1::Support& support, const v1::EndSupportRequest& request, absl::Time now) {
  OVERSIGHT_RETURN_IF_ERROR(Check(FollowUp::kEndSupport, &support));
  const absl::CivilDay today = LondonDay(now);
  v1::Support after = support;
  after.set_state(v1::SUPPORT_STATE_ENDED);
  *after.mutable_to_date() = request.has_to_date() ? request.to_date() : ToPartialDate(today);
  after.set_closing_note(request.note());
  OVERSIGHT_RETURN_IF_ERROR(CheckDates(after, "", today));
  return after;
}

absl::StatusOr<v1::Support> Decline(const v1::Support& support, const v1::DeclineSupportRequest& request) {
  OVERSIGHT_RETURN_IF_ERROR(Check(FollowUp::kDeclineSupport, &support));
  v1::Support after = support;
  after.set_state(v1::SUPPORT_STATE_DECLINED);
  after.set_closing_note(request.reason());
  return after;
}

}  // namespace oversight::monitoring
