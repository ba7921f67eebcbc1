#include "monitoring-service/domain/actions.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "oversight/monitoring/v1/error_reason.pb.h"

namespace oversight::monitoring {
namespace {

std::string StateName(v1::ProposalState state) {
  static constexpr char kPrefix[] = "PROPOSAL_STATE_";
  const std::string& name = v1::ProposalState_Name(state);
  return name.rfind(kPrefix, 0) == 0 ? name.substr(sizeof(kPrefix) - 1) : absl::StrCat(static_cast<int>(state));
}

absl::Status NoProposalWaits(const Situation& situation) {
  if (!situation.record.open_proposal) return absl::OkStatus();
  const std::string& waiting = situation.record.open_proposal->name();
  return Error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_PROPOSAL_PENDING,
               absl::StrCat(waiting, " waits for a decision. Have it decided or take it back first."))
      .With("proposal", waiting)
      .Precondition("PROPOSAL_PENDING", waiting, "waits for a decision");
}

absl::Status ProposalIsOpen(const Situation& situation) {
  const auto& proposal = *situation.proposal;
  if (proposal.state() == v1::PROPOSAL_STATE_OPEN) return absl::OkStatus();
  const std::string state = StateName(proposal.state());
  return Error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_WRONG_STATE,
               absl::StrCat(proposal.name(), " is ", absl::AsciiStrToLower(absl::string_view(state)),
                            ", not open. Make a new proposal if the force should still be moved."))
      .With("state", state)
      .Precondition("WRONG_STATE", proposal.name(), "must be OPEN");
}

absl::Status NotTheProposer(const Situation& situation) {
  const auto& proposal = *situation.proposal;
  if (proposal.proposer() != situation.actor) return absl::OkStatus();
  return Error(absl::StatusCode::kPermissionDenied, v1::ERROR_REASON_PROPOSER_CANNOT_DECIDE,
               absl::StrCat(proposal.name(), " was made by ", situation.actor,
                            ", and nobody decides on their own proposal. Someone else must decide."))
      .With("proposer", proposal.proposer());
}

struct Rule {
  Verb verb;
  const char* name;
  bool on_proposal;  // Else on the force's monitoring.
  std::vector<absl::Status (*)(const Situation&)> guards;
};

// In the order of Verb. Guards are asked in order; the first refusal counts.
const std::vector<Rule>& Rules() {
  static const auto* rules = new std::vector<Rule>{
      {Verb::kCreateProposal, "CreateProposal", false, {NoProposalWaits}},
      {Verb::kWithdrawProposal, "WithdrawProposal", true, {ProposalIsOpen}},
      {Verb::kDecideProposal, "DecideProposal", true, {NotTheProposer, ProposalIsOpen}},
  };
  return *rules;
}

const Rule& RuleOf(Verb verb) { return Rules()[static_cast<size_t>(verb)]; }

}  // namespace

const char* NameOf(Verb verb) { return RuleOf(verb).name; }

absl::Status Check(Verb verb, const Situation& situation) {
  for (const auto guard : RuleOf(verb).guards) OVERSIGHT_RETURN_IF_ERROR(guard(situation));
  return absl::OkStatus();
}

common::v1::AllowedAction ToAction(const std::string& verb, const absl::Status& status) {
  common::v1::AllowedAction action;
  action.set_verb(verb);
  action.set_allowed(status.ok());
  action.set_reason(ReasonOf(status));
  action.set_message(std::string(status.message()));
  return action;
}

std::vector<common::v1::AllowedAction> AllowedActions(const Situation& situation) {
  std::vector<common::v1::AllowedAction> actions;
  for (const auto& rule : Rules()) {
    if (rule.on_proposal == (situation.proposal != nullptr)) {
      actions.push_back(ToAction(rule.name, Check(rule.verb, situation)));
    }
  }
  return actions;
}

}  // namespace oversight::monitoring
