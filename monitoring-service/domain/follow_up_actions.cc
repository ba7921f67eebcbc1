#include "monitoring-service/domain/follow_up_actions.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/rpc/errors.h"
#include "monitoring-service/domain/actions.h"
#include "oversight/monitoring/v1/error_reason.pb.h"

namespace oversight::monitoring {
namespace {

// Of a plan: whether a version is in force, whatever is under review besides, counts as a state of its own.
constexpr char kInForce[] = "IN_FORCE";

// The states something is in, by name without the prefix; the first is the one to tell.
std::vector<std::string> StatesOf(const v1::Plan& plan) {
  std::vector<std::string> states = {v1::PlanState_Name(plan.state()).substr(sizeof("PLAN_STATE_") - 1)};
  if (plan.in_force_version() > 0) states.emplace_back(kInForce);
  return states;
}
std::vector<std::string> StatesOf(const v1::Action& action) {
  return {v1::ActionState_Name(action.state()).substr(sizeof("ACTION_STATE_") - 1)};
}
std::vector<std::string> StatesOf(const v1::OversightSession& session) {
  return {v1::OversightSessionState_Name(session.state()).substr(sizeof("OVERSIGHT_SESSION_STATE_") - 1)};
}
std::vector<std::string> StatesOf(const v1::Support& support) {
  return {v1::SupportState_Name(support.state()).substr(sizeof("SUPPORT_STATE_") - 1)};
}

constexpr char kPlans[] = "oversight.monitoring.v1.PlansService";
constexpr char kMeetings[] = "oversight.monitoring.v1.MeetingsService";
constexpr char kSupport[] = "oversight.monitoring.v1.SupportService";

struct Rule {
  FollowUp verb;
  const char* service;
  const char* name;
  size_t subject;                   // Which of FollowedUp.
  std::vector<const char*> states;  // Any one of them will do.
  const char* remedy;
};

// In the order of FollowUp.
const std::vector<Rule>& Rules() {
  static const auto* rules = new std::vector<Rule>{
      {FollowUp::kSubmitPlanVersion,
       kPlans,
       "SubmitPlanVersion",
       0,
       {"RETURNED", "ACCEPTED"},
       "A version is under review. Wait for what is said to it, or ask for it to be returned."},
      {FollowUp::kReturnPlan,
       kPlans,
       "ReturnPlan",
       0,
       {"SUBMITTED"},
       "No version is under review. The force must submit one first."},
      {FollowUp::kAcceptPlan,
       kPlans,
       "AcceptPlan",
       0,
       {"SUBMITTED"},
       "No version is under review. The force must submit one first."},
      {FollowUp::kReportPlanProgress,
       kPlans,
       "ReportPlanProgress",
       0,
       {kInForce},
       "No version is in force. Progress is reported against a version that was accepted."},
      {FollowUp::kCreateProgressReview,
       kPlans,
       "CreateProgressReview",
       0,
       {kInForce},
       "No version is in force. Accept one first: progress is reviewed against it."},
      {FollowUp::kReviseAction,
       kMeetings,
       "ReviseAction",
       1,
       {"OPEN"},
       "It is closed, and closed is final. Give a new action at the next meeting."},
      {FollowUp::kCloseAction,
       kMeetings,
       "CloseAction",
       1,
       {"OPEN"},
       "It is closed, and closed is final. Give a new action at the next meeting."},
      {FollowUp::kCallForce,
       kMeetings,
       "CallForce",
       2,
       {"PLANNED"},
       "Forces are called before a session. Record a new session."},
      {FollowUp::kHoldOversightSession,
       kMeetings,
       "HoldOversightSession",
       2,
       {"PLANNED"},
       "A session is held once, and not after it was cancelled. Record a new session."},
      {FollowUp::kCancelOversightSession,
       kMeetings,
       "CancelOversightSession",
       2,
       {"PLANNED"},
       "A session is cancelled before it is held, and once."},
      {FollowUp::kPassOnOutcome,
       kMeetings,
       "PassOnOutcome",
       2,
       {"HELD"},
       "An outcome comes of a session that was held. Record that it was first."},
      {FollowUp::kStartSupport,
       kSupport,
       "StartSupport",
       3,
       {"OFFERED"},
       "Only support that is on offer begins. Record new support."},
      {FollowUp::kEndSupport, kSupport, "EndSupport", 3, {"GIVEN"}, "Only support that is being given ends."},
      {FollowUp::kDeclineSupport,
       kSupport,
       "DeclineSupport",
       3,
       {"OFFERED"},
       "Only support that is on offer is declined. End it when it has begun."},
  };
  return *rules;
}

absl::Status CheckRule(const Rule& rule, const FollowedUp& subject) {
  return std::visit(
      [&rule](const auto* resource) -> absl::Status {
        const std::vector<std::string> states = StatesOf(*resource);
        for (const char* state : rule.states) {
          if (std::find(states.begin(), states.end(), state) != states.end()) return absl::OkStatus();
        }
        return Error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_WRONG_STATE,
                     absl::StrCat(resource->name(), " is ", states.front(), ". ", rule.remedy))
            .With("state", states.front())
            .Precondition("WRONG_STATE", resource->name(),
                          absl::StrCat("must be ", absl::StrJoin(rule.states, " or ")));
      },
      subject);
}

}  // namespace

absl::Status Check(FollowUp verb, const FollowedUp& subject) {
  return CheckRule(Rules()[static_cast<size_t>(verb)], subject);
}

std::vector<FollowUpAction> AllowedFollowUps(const FollowedUp& subject) {
  std::vector<FollowUpAction> actions;
  for (const Rule& rule : Rules()) {
    if (rule.subject == subject.index()) {
      actions.push_back({rule.service, ToAction(rule.name, CheckRule(rule, subject))});
    }
  }
  return actions;
}

}  // namespace oversight::monitoring
