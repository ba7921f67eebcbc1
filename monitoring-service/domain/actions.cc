#include "monitoring-service/domain/actions.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "oversight/monitoring/v1/error_reason.pb.h"

namespace oversight::monitoring {
namespace {

// "OPEN" of PROPOSAL_STATE_OPEN.
std::string Stripped(const std::string& name, const std::string& prefix) {
  return name.rfind(prefix, 0) == 0 ? name.substr(prefix.size()) : name;
}

absl::Status WrongState(const std::string& name, const std::string& state, const std::string& message,
                        const std::string& remedy) {
  return Error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_WRONG_STATE, message)
      .With("state", state)
      .Precondition("WRONG_STATE", name, remedy);
}

absl::Status NoProposalWaits(const Situation& situation) {
  if (!situation.record.open_proposal) return absl::OkStatus();
  const std::string& waiting = situation.record.open_proposal->name();
  return Error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_PROPOSAL_PENDING,
               absl::StrCat(waiting, " waits for a decision. Have it decided or take it back first."))
      .With("proposal", waiting)
      .Precondition("PROPOSAL_PENDING", waiting, "waits for a decision");
}

absl::Status NoDecisionPends(const Situation& situation) {
  if (!situation.record.pending_decision) return absl::OkStatus();
  const std::string& pending = situation.record.pending_decision->name();
  return Error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_DECISION_PENDING,
               absl::StrCat(pending, " is approved and waits for its moment. Wait for it, or have it revoked first."))
      .With("decision", pending)
      .Precondition("DECISION_PENDING", pending, "waits for its moment");
}

absl::Status ProposalIsOpen(const Situation& situation) { return CheckOpen(*situation.proposal); }
absl::Status DecisionWaits(const Situation& situation) { return CheckWaits(*situation.decision); }

absl::Status EpisodeLasts(const Situation& situation) {
  const auto& episode = *situation.episode;
  if (!episode.has_until_date()) return absl::OkStatus();
  return WrongState(episode.name(), "ENDED",
                    absl::StrCat(episode.name(), " has ended. Reasons are added while an episode lasts."),
                    "must not have ended");
}

absl::Status NotBy(const std::string& proposer, const std::string& name, const std::string& actor) {
  if (proposer != actor) return absl::OkStatus();
  return Error(absl::StatusCode::kPermissionDenied, v1::ERROR_REASON_PROPOSER_CANNOT_DECIDE,
               absl::StrCat(name, " was made by ", actor,
                            ", and nobody decides on their own proposal. Someone else must decide."))
      .With("proposer", proposer);
}

absl::Status NotTheProposer(const Situation& situation) {
  if (situation.decision != nullptr) {
    return NotBy(situation.decision->proposer(), situation.decision->proposal(), situation.actor);
  }
  return NotBy(situation.proposal->proposer(), situation.proposal->name(), situation.actor);
}

enum class Subject { kMonitoring, kProposal, kDecision, kEpisode };

Subject SubjectOf(const Situation& situation) {
  if (situation.proposal != nullptr) return Subject::kProposal;
  if (situation.decision != nullptr) return Subject::kDecision;
  return situation.episode != nullptr ? Subject::kEpisode : Subject::kMonitoring;
}

struct Rule {
  Verb verb;
  const char* name;
  Subject subject;
  std::vector<absl::Status (*)(const Situation&)> guards;
};

// In the order of Verb. Guards are asked in order; the first refusal counts.
const std::vector<Rule>& Rules() {
  static const auto* rules = new std::vector<Rule>{
      {Verb::kCreateProposal, "CreateProposal", Subject::kMonitoring, {NoProposalWaits, NoDecisionPends}},
      {Verb::kWithdrawProposal, "WithdrawProposal", Subject::kProposal, {ProposalIsOpen}},
      {Verb::kRefreshProposal, "RefreshProposal", Subject::kProposal, {ProposalIsOpen}},
      {Verb::kDecideProposal, "DecideProposal", Subject::kProposal, {NotTheProposer, ProposalIsOpen}},
      {Verb::kRevokeDecision, "RevokeDecision", Subject::kDecision, {NotTheProposer, DecisionWaits}},
      {Verb::kAddEpisodeReason, "AddEpisodeReason", Subject::kEpisode, {EpisodeLasts}},
  };
  return *rules;
}

const Rule& RuleOf(Verb verb) { return Rules()[static_cast<size_t>(verb)]; }

}  // namespace

absl::Status Check(Verb verb, const Situation& situation) {
  for (const auto guard : RuleOf(verb).guards) OVERSIGHT_RETURN_IF_ERROR(guard(situation));
  return absl::OkStatus();
}

absl::Status CheckOpen(const v1::Proposal& proposal) {
  if (proposal.state() == v1::PROPOSAL_STATE_OPEN) return absl::OkStatus();
  const std::string state = Stripped(v1::ProposalState_Name(proposal.state()), "PROPOSAL_STATE_");
  return WrongState(proposal.name(), state,
                    absl::StrCat(proposal.name(), " is ", absl::AsciiStrToLower(absl::string_view(state)),
                                 ", not open. Make a new proposal if the force should still be moved."),
                    "must be OPEN");
}

absl::Status CheckWaits(const v1::Decision& decision) {
  if (decision.state() == v1::DECISION_STATE_PENDING_EFFECT) return absl::OkStatus();
  const std::string state = Stripped(v1::DecisionState_Name(decision.state()), "DECISION_STATE_");
  return WrongState(decision.name(), state,
                    absl::StrCat(decision.name(), " is ", state,
                                 " and does not wait for its moment. What is in effect is changed by a new proposal."),
                    "must be PENDING_EFFECT");
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
    if (rule.subject == SubjectOf(situation)) {
      actions.push_back(ToAction(rule.name, Check(rule.verb, situation)));
    }
  }
  return actions;
}

}  // namespace oversight::monitoring
