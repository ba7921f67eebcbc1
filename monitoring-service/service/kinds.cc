#include "monitoring-service/service/kinds.h"

namespace oversight::monitoring {
namespace {

template <class T>
void Register(rpc::Resources& resources) {
  resources.Register<T>([](const T& resource) { return TermsOf(resource); });
}

}  // namespace

ledger::Term ForceTerm(const std::string& force) { return {kForceTerm, force}; }
ledger::Term StateTerm(v1::ProposalState state) { return {"state", v1::ProposalState_Name(state)}; }

ledger::Term StateTerm(v1::DecisionState state) { return {"state", v1::DecisionState_Name(state)}; }
ledger::Term StateTerm(v1::PlanState state) { return {"state", v1::PlanState_Name(state)}; }
ledger::Term StateTerm(v1::ActionState state) { return {"state", v1::ActionState_Name(state)}; }
ledger::Term StateTerm(v1::OversightSessionState state) { return {"state", v1::OversightSessionState_Name(state)}; }
ledger::Term StateTerm(v1::SupportState state) { return {"state", v1::SupportState_Name(state)}; }

ledger::Term StateTerm(v1::AnnouncementState state) { return {"state", v1::AnnouncementState_Name(state)}; }

std::vector<ledger::Term> TermsOf(const v1::Monitoring& monitoring) {
  return {ForceTerm(ForceOf(monitoring.name())), {"stage", monitoring.stage()}};
}

std::vector<ledger::Term> TermsOf(const v1::Proposal& proposal) {
  const std::string force = ForceOf(proposal.name());
  std::vector<ledger::Term> terms = {ForceTerm(force), StateTerm(proposal.state())};
  if (proposal.state() == v1::PROPOSAL_STATE_OPEN) terms.push_back({kOpenTerm, force});
  return terms;
}

std::vector<ledger::Term> TermsOf(const v1::Decision& decision) {
  const std::string force = ForceOf(decision.name());
  std::vector<ledger::Term> terms = {ForceTerm(force), StateTerm(decision.state())};
  if (decision.state() == v1::DECISION_STATE_PENDING_EFFECT) terms.push_back({kPendingTerm, force});
  return terms;
}

std::vector<ledger::Term> TermsOf(const v1::Episode& episode) {
  return {ForceTerm(ForceOf(episode.name())), {"stage", episode.stage()}};
}

std::vector<ledger::Term> TermsOf(const v1::Advice& advice) {
  return {ForceTerm(ForceOf(advice.name())), {kProposalTerm, ProposalOf(advice.name())}};
}

std::vector<ledger::Term> TermsOf(const v1::Disclosure& disclosure) {
  return {ForceTerm(ForceOf(disclosure.name())), {kAboutTerm, disclosure.about()}};
}

std::vector<ledger::Term> TermsOf(const v1::Announcement& announcement) {
  return {ForceTerm(ForceOf(announcement.name())),
          StateTerm(announcement.state()),
          {kDecisionTerm, announcement.decision()}};
}

std::vector<ledger::Term> TermsOf(const v1::Plan& plan) {
  return {ForceTerm(ForceOf(plan.name())), StateTerm(plan.state())};
}

std::vector<ledger::Term> TermsOf(const v1::ProgressReview& review) {
  return {ForceTerm(ForceOf(review.name())), {kPlanTerm, PlanOf(review.name())}};
}

std::vector<ledger::Term> TermsOf(const v1::Meeting& meeting) { return {ForceTerm(ForceOf(meeting.name()))}; }

std::vector<ledger::Term> TermsOf(const v1::Action& action) {
  const std::string force = ForceOf(action.name());
  std::vector<ledger::Term> terms = {ForceTerm(force), StateTerm(action.state())};
  if (action.state() == v1::ACTION_STATE_OPEN) terms.push_back({kOpenTerm, force});
  return terms;
}

std::vector<ledger::Term> TermsOf(const v1::OversightSession& session) {
  std::vector<ledger::Term> terms = {StateTerm(session.state())};
  for (const auto& called : session.called_forces()) terms.push_back({kCalledTerm, called.force()});
  return terms;
}

std::vector<ledger::Term> TermsOf(const v1::Support& support) {
  return {ForceTerm(ForceOf(support.name())), StateTerm(support.state())};
}

std::vector<ledger::Term> TermsOf(const v1::EmbargoedRead& read) {
  std::vector<ledger::Term> terms = {{kReadTerm, read.resource()}, {kReaderTerm, read.reader()}};
  if (!read.force().empty()) terms.push_back(ForceTerm(read.force()));
  return terms;
}

void RegisterKinds(rpc::Resources& resources) {
  Register<v1::Monitoring>(resources);
  Register<v1::Proposal>(resources);
  Register<v1::Decision>(resources);
  Register<v1::Episode>(resources);
  Register<v1::Advice>(resources);
  Register<v1::Disclosure>(resources);
  Register<v1::Announcement>(resources);
  Register<v1::Plan>(resources);
  Register<v1::ProgressReview>(resources);
  Register<v1::Meeting>(resources);
  Register<v1::Action>(resources);
  Register<v1::OversightSession>(resources);
  Register<v1::Support>(resources);
  Register<v1::EmbargoedRead>(resources);
}

}  // namespace oversight::monitoring
