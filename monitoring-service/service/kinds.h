// The kinds of resource that this process keeps, and by what each can be listed. Thread safety: free functions.
#pragma once

#include <string>
#include <vector>

#include "common/ledger/types.h"
#include "common/rpc/resources.h"
#include "monitoring-service/domain/names.h"
#include "oversight/monitoring/v1/advice.pb.h"
#include "oversight/monitoring/v1/disclosure.pb.h"
#include "oversight/monitoring/v1/monitoring.pb.h"

namespace oversight::monitoring {

std::vector<ledger::Term> TermsOf(const v1::Monitoring& monitoring);
std::vector<ledger::Term> TermsOf(const v1::Proposal& proposal);
std::vector<ledger::Term> TermsOf(const v1::Decision& decision);
std::vector<ledger::Term> TermsOf(const v1::Episode& episode);
std::vector<ledger::Term> TermsOf(const v1::Advice& advice);
std::vector<ledger::Term> TermsOf(const v1::Disclosure& disclosure);

ledger::Term ForceTerm(const std::string& force);
ledger::Term StateTerm(v1::ProposalState state);
ledger::Term StateTerm(v1::DecisionState state);
inline constexpr char kForceTerm[] = "force";
inline constexpr char kOpenTerm[] = "open";          // The force of a proposal, while it waits for a decision.
inline constexpr char kPendingTerm[] = "pending";    // The force of a decision, while it waits for its moment.
inline constexpr char kProposalTerm[] = "proposal";  // The proposal that advice is on.
inline constexpr char kAboutTerm[] = "about";        // What a disclosure was about.

// Makes all of them storable.
void RegisterKinds(rpc::Resources& resources);

// The items of one force, or of all for "forces/-".
template <class T>
rpc::Selection<T> OfForce(const std::string& parent) {
  rpc::Selection<T> selection;
  if (parent != kAnyForce) selection.all_of.push_back(ForceTerm(parent));
  return selection;
}

}  // namespace oversight::monitoring
