#include "monitoring-service/domain/sessions.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "common/time/london.h"
#include "common/time/partial_date.h"
#include "monitoring-service/domain/dates.h"
#include "monitoring-service/domain/follow_up_actions.h"
#include "monitoring-service/domain/moments.h"
#include "monitoring-service/domain/names.h"
#include "oversight/monitoring/v1/error_reason.pb.h"

namespace oversight::monitoring {
namespace {

// Null when the force was not called.
v1::CalledForce* FindCalled(v1::OversightSession& session, const std::string& force) {
  for (auto& called : *session.mutable_called_forces()) {
    if (called.force() == force) return &called;
  }
  return nullptr;
}

void CheckOffers(const v1::Presentation& presentation, const std::string& at, Violations& violations) {
  for (int i = 0; i < presentation.support_offered_size(); ++i) {
    const auto& offer = presentation.support_offered(i);
    const std::string here = absl::StrCat(at, ".support_offered[", i, "]");
    if (!v1::SupportProvider_IsValid(offer.provider())) violations.Add(here + ".provider", "must be a known provider");
    const bool named =
        offer.provider() == v1::SUPPORT_PROVIDER_OTHER_FORCE || offer.provider() == v1::SUPPORT_PROVIDER_OTHER;
    if (named && offer.provider_name().empty()) {
      violations.Add(here + ".provider_name", "is required with OTHER_FORCE and OTHER");
    }
  }
}

absl::Status CheckHolding(const v1::OversightSession& session, const v1::HoldOversightSessionRequest& request) {
  Violations violations;
  CheckSides(request.attendees(), "attendees", violations);
  if (std::all_of(request.attendees().begin(), request.attendees().end(),
                  [](const v1::Attendee& attendee) { return attendee.absent(); })) {
    violations.Add("attendees", "must hold someone who was there");
  }
  std::map<std::string, int> presented;
  for (const auto& called : session.called_forces()) presented[called.force()] = 0;
  for (int i = 0; i < request.presentations_size(); ++i) {
    const auto& presentation = request.presentations(i);
    const std::string at = absl::StrCat("presentations[", i, "]");
    const auto called = presented.find(presentation.force());
    if (called == presented.end()) {
      violations.Add(at + ".force",
                     absl::StrCat(presentation.force(), " was not called to this session; call it first"));
    } else if (++called->second == 2) {
      violations.Add(at + ".force", absl::StrCat(presentation.force(), " is given twice"));
    }
    CheckOffers(presentation, at, violations);
  }
  for (const auto& [force, count] : presented) {
    if (count > 0) continue;
    violations.Add("presentations", absl::StrCat("leaves out ", force,
                                                 ", which was called: say what it presented, or "
                                                 "that it did not appear"));
  }
  return violations.status();
}

absl::Status CheckHoldingDates(const v1::OversightSession& session, const v1::HoldOversightSessionRequest& request,
                               absl::Time now) {
  DateContradictions dates("A session is recorded as held when it was, and its actions are due after it.");
  dates.NotToCome("session_date", session.session_date(), LondonDay(now));
  for (int i = 0; i < request.presentations_size(); ++i) {
    const auto& presentation = request.presentations(i);
    for (int j = 0; j < presentation.actions_size(); ++j) {
      dates.NotBefore(absl::StrCat("presentations[", i, "].actions[", j, "].due_date"),
                      presentation.actions(j).due_date(), "the session", session.session_date());
    }
  }
  return dates.status();
}

}  // namespace

v1::OversightSession PlanSession(const v1::OversightSession& wanted, int64_t number, const std::string& actor) {
  v1::OversightSession session;
  session.set_name(absl::StrCat(kSessionPrefix, number));
  *session.mutable_session_date() = wanted.session_date();
  session.set_title(wanted.title());
  session.set_state(v1::OVERSIGHT_SESSION_STATE_PLANNED);
  session.set_recorder(actor);
  return session;
}

absl::StatusOr<v1::OversightSession> CallToSession(const v1::OversightSession& session,
                                                   const v1::CallForceRequest& request, const std::string& actor,
                                                   absl::Time now) {
  OVERSIGHT_RETURN_IF_ERROR(Check(FollowUp::kCallForce, &session));
  v1::OversightSession after = session;
  if (FindCalled(after, request.force()) != nullptr) {
    return Error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_FORCE_ALREADY_CALLED,
                 absl::StrCat(request.force(), " is called to ", session.name(), " already."))
        .With("force", request.force())
        .Precondition("FORCE_ALREADY_CALLED", request.force(), "is called once");
  }
  DateContradictions dates("A force is called by a letter, which is sent before the session.");
  dates.NotToCome("invitation_date", request.invitation_date(), LondonDay(now));
  dates.NotAfter("invitation_date", request.invitation_date(), "the session", session.session_date());
  OVERSIGHT_RETURN_IF_ERROR(dates.status());
  auto& called = *after.add_called_forces();
  called.set_force(request.force());
  *called.mutable_invitation_date() = request.invitation_date();
  called.set_caller(actor);
  return after;
}

absl::StatusOr<Held> Hold(const v1::OversightSession& session, const v1::HoldOversightSessionRequest& request,
                          const std::map<std::string, ActionRecord>& records, absl::Time now) {
  OVERSIGHT_RETURN_IF_ERROR(Check(FollowUp::kHoldOversightSession, &session));
  OVERSIGHT_RETURN_IF_ERROR(CheckHolding(session, request));
  OVERSIGHT_RETURN_IF_ERROR(CheckHoldingDates(session, request, now));
  Held held;
  auto& after = held.session = session;
  after.set_state(v1::OVERSIGHT_SESSION_STATE_HELD);
  *after.mutable_attendees() = request.attendees();
  after.set_notes(request.notes());
  for (const auto& presentation : request.presentations()) {
    auto& called = *FindCalled(after, presentation.force());
    const ActionRecord& record = records.at(presentation.force());
    called.set_presentation(presentation.text());
    *called.mutable_support_offered() = presentation.support_offered();
    for (const auto& open : record.open) called.add_carried_over(open.name());
    for (const auto& wanted : presentation.actions()) {
      held.actions.push_back(
          Given(presentation.force(), wanted, session.name(), record.next_action + called.actions_size()));
      called.add_actions(held.actions.back().name());
    }
  }
  return held;
}

absl::StatusOr<v1::OversightSession> Cancel(const v1::OversightSession& session,
                                            const v1::CancelOversightSessionRequest& request) {
  OVERSIGHT_RETURN_IF_ERROR(Check(FollowUp::kCancelOversightSession, &session));
  v1::OversightSession after = session;
  after.set_state(v1::OVERSIGHT_SESSION_STATE_CANCELLED);
  after.set_cancel_reason(request.reason());
  return after;
}

absl::StatusOr<v1::OversightSession> PassOn(const v1::OversightSession& session,
                                            const v1::PassOnOutcomeRequest& request, const std::string& actor,
                                            absl::Time now) {
  OVERSIGHT_RETURN_IF_ERROR(Check(FollowUp::kPassOnOutcome, &session));
  v1::OversightSession after = session;
  auto* called = FindCalled(after, request.force());
  if (called == nullptr) {
    return Error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_FORCE_NOT_CALLED,
                 absl::StrCat(request.force(), " was not called to ", session.name(), ". Name a force that was."))
        .With("force", request.force())
        .Precondition("FORCE_NOT_CALLED", request.force(), "must have been called to the session");
  }
  const bool again = !called->outcomes().empty();
  if (again == request.correction_reason().empty()) {
    Violations violations;
    violations.Add("correction_reason", again
                                            ? "is required: an outcome was passed on before; say what was wrong with it"
                                            : "goes with an outcome that was passed on before only");
    return violations.status();
  }
  const absl::CivilDay today = LondonDay(now);
  const auto date = request.has_passed_on_date() ? request.passed_on_date() : ToPartialDate(today);
  DateContradictions dates("An outcome is passed on after the session, and recorded when it was.");
  dates.NotToCome("passed_on_date", date, today);
  dates.NotBefore("passed_on_date", date, "the session", session.session_date());
  OVERSIGHT_RETURN_IF_ERROR(dates.status());
  auto& outcome = *called->add_outcomes();
  outcome.set_outcome(request.outcome());
  outcome.set_passed_to(request.passed_to());
  *outcome.mutable_passed_on_date() = date;
  outcome.set_passer(actor);
  *outcome.mutable_pass_time() = ToTimestamp(now);
  outcome.set_correction_reason(request.correction_reason());
  return after;
}

void HideSession(v1::Action& action) {
  if (IsSessionName(action.raised_at())) action.clear_raised_at();
}

void HideSession(v1::Support& support) { support.clear_session(); }

}  // namespace oversight::monitoring
