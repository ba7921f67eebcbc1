// The kinds of resource that this process keeps, and by what each can be listed. Thread safety: free functions.
#pragma once

#include <string>
#include <vector>

#include "common/ledger/types.h"
#include "common/rpc/resources.h"
#include "monitoring-service/domain/names.h"
#include "oversight/monitoring/v1/advice.pb.h"
#include "oversight/monitoring/v1/announcement.pb.h"
#include "oversight/monitoring/v1/disclosure.pb.h"
#include "oversight/monitoring/v1/embargoed_read.pb.h"
#include "oversight/monitoring/v1/meeting.pb.h"
#include "oversight/monitoring/v1/monitoring.pb.h"
#include "oversight/monitoring/v1/plan.pb.h"
#include "oversight/monitoring/v1/support.pb.h"

namespace oversight::monitoring {

std::vector<ledger::Term> TermsOf(const v1::Monitoring& monitoring);
std::vector<ledger::Term> TermsOf(const v1::Proposal& proposal);
std::vector<ledger::Term> TermsOf(const v1::Decision& decision);
std::vector<ledger::Term> TermsOf(const v1::Episode& episode);
std::vector<ledger::Term> TermsOf(const v1::Advice& advice);
std::vector<ledger::Term> TermsOf(const v1::Disclosure& disclosure);
std::vector<ledger::Term> TermsOf(const v1::Announcement& announcement);
std::vector<ledger::Term> TermsOf(const v1::Plan& plan);
std::vector<ledger::Term> TermsOf(const v1::ProgressReview& review);
std::vector<ledger::Term> TermsOf(const v1::Meeting& meeting);
std::vector<ledger::Term> TermsOf(const v1::Action& action);
std::vector<ledger::Term> TermsOf(const v1::OversightSession& session);
std::vector<ledger::Term> TermsOf(const v1::Support& support);
std::vector<ledger::Term> TermsOf(const v1::EmbargoedRead& read);

ledger::Term ForceTerm(const std::string& force);
ledger::Term StateTerm(v1::ProposalState state);
ledger::Term StateTerm(v1::DecisionState state);
ledger::Term StateTerm(v1::AnnouncementState state);
ledger::Term StateTerm(v1::PlanState state);
ledger::Term StateTerm(v1::ActionState state);
ledger::Term StateTerm(v1::OversightSessionState state);
ledger::Term StateTerm(v1::SupportState state);
inline constexpr char kForceTerm[] = "force";
inline constexpr char kOpenTerm[] = "open";  // The force of a proposal that waits for a decision; of an open action.
inline constexpr char kPendingTerm[] = "pending";    // The force of a decision, while it waits for its moment.
inline constexpr char kProposalTerm[] = "proposal";  // The proposal that advice is on.
inline constexpr char kAboutTerm[] = "about";        // What a disclosure was about.
inline constexpr char kDecisionTerm[] = "decision";  // What an announcement announces.
inline constexpr char kPlanTerm[] = "plan";          // The plan that a review is of.
inline constexpr char kCalledTerm[] = "called";      // A force called to a session.
inline constexpr char kReadTerm[] = "read";          // What was read.
inline constexpr char kReaderTerm[] = "reader";      // Who read it.

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
