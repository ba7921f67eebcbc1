// The state machines of what follows a move, declared as one table: which verb on a plan, an action of a meeting, a
// session of the oversight group or support asks for which state. Commands check it and ListAllowedActions reads it, as
// with actions.h. Who may call at all is the authorisation table's matter. Thread safety: free functions over values.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "oversight/common/v1/allowed_action.pb.h"
#include "oversight/monitoring/v1/meeting.pb.h"
#include "oversight/monitoring/v1/plan.pb.h"
#include "oversight/monitoring/v1/support.pb.h"

namespace oversight::monitoring {

enum class FollowUp {
  kSubmitPlanVersion,
  kReturnPlan,
  kAcceptPlan,
  kReportPlanProgress,
  kCreateProgressReview,
  kReviseAction,
  kCloseAction,
  kCallForce,
  kHoldOversightSession,
  kCancelOversightSession,
  kPassOnOutcome,
  kStartSupport,
  kEndSupport,
  kDeclineSupport,
};

// What a verb is used on. Not null; must outlive the call.
using FollowedUp = std::variant<const v1::Plan*, const v1::Action*, const v1::OversightSession*, const v1::Support*>;

// OK when the verb may be used now; else WRONG_STATE, with the state and what would do.
absl::Status Check(FollowUp verb, const FollowedUp& subject);

// One entry for every verb that may be used on such a thing, and the full name of the service that has it.
struct FollowUpAction {
  std::string service;
  common::v1::AllowedAction action;
};
std::vector<FollowUpAction> AllowedFollowUps(const FollowedUp& subject);

}  // namespace oversight::monitoring
