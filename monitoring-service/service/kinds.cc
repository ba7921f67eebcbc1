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

void RegisterKinds(rpc::Resources& resources) {
  Register<v1::Monitoring>(resources);
  Register<v1::Proposal>(resources);
  Register<v1::Decision>(resources);
  Register<v1::Episode>(resources);
  Register<v1::Advice>(resources);
  Register<v1::Disclosure>(resources);
}

}  // namespace oversight::monitoring
