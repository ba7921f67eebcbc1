// Sessions of the national oversight group (PPOG): forces are called by letter, present and are questioned, are offered
// support and given actions; the outcome is passed on to the chief inspector, who decides afterwards. Pure. Thread
// safety: free functions over values.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "monitoring-service/domain/meetings.h"
#include "oversight/monitoring/v1/meetings_service.pb.h"
#include "oversight/monitoring/v1/support.pb.h"

namespace oversight::monitoring {

// A session to come, or one to be recorded as held, under this number.
v1::OversightSession PlanSession(const v1::OversightSession& wanted, int64_t number, const std::string& actor);

// Refusals: WRONG_STATE; FORCE_ALREADY_CALLED; DATES_CONTRADICT when the letter is to come or after the session.
absl::StatusOr<v1::OversightSession> CallToSession(const v1::OversightSession& session,
                                                   const v1::CallForceRequest& request, const std::string& actor,
                                                   absl::Time now);

// What holding a session leaves behind.
struct Held {
  v1::OversightSession session;
  std::vector<v1::Action> actions;
};
// `records` holds the actions of each force called. Refusals: WRONG_STATE; INVALID_FIELDS, such as a force called that
// is left out; DATES_CONTRADICT when the session is to come or an action is due before it.
absl::StatusOr<Held> Hold(const v1::OversightSession& session, const v1::HoldOversightSessionRequest& request,
                          const std::map<std::string, ActionRecord>& records, absl::Time now);

// Refusals: WRONG_STATE.
absl::StatusOr<v1::OversightSession> Cancel(const v1::OversightSession& session,
                                            const v1::CancelOversightSessionRequest& request);

// Refusals: WRONG_STATE; FORCE_NOT_CALLED; INVALID_FIELDS; DATES_CONTRADICT.
absl::StatusOr<v1::OversightSession> PassOn(const v1::OversightSession& session,
                                            const v1::PassOnOutcomeRequest& request, const std::string& actor,
                                            absl::Time now);

// Sessions show inside the inspectorate only: takes their names out of what a force and its oversight body are shown.
// Of every other kind there is nothing to take.
void HideSession(v1::Action& action);
void HideSession(v1::Support& support);
template <class T>
void HideSession(T&) {}

}  // namespace oversight::monitoring
