// The life of a revisit, declared as one table in the way of lifecycle.h: which verb may be used in which state, where
// it leads, and what to do when it may not be used. Every command asks the table before it acts and moves states only
// through it, and ListAllowedActions reads the same table.
//
//   PLANNED -> CARRIED_OUT -> FINDINGS_RECORDED -> LETTER_SENT -> LETTER_PUBLISHED;  before the letter -> CANCELLED
//
// A verb may be used again in the state that it led to, to put right what it recorded; nothing goes back. Pure
// functions over values; thread-safe.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "concerns-service/domain/lifecycle.h"
#include "oversight/common/v1/allowed_action.pb.h"
#include "oversight/concerns/v1/revisit.pb.h"

namespace oversight::concerns {

// One row: a verb, the states it may be used in, and the state it leads to. Nothing but the state decides whether a
// verb may be used, so there is no guard.
struct RevisitTransition {
  const char* verb;
  std::vector<int> from;  // Numbers of RevisitState; 0 stands for "not there yet".
  int to;                 // 0: it changes nothing.
  // False for the verb that makes a revisit: it cannot be asked of one.
  bool callable;
  // For every state outside `from`, CANCELLED excepted: that has one remedy for all.
  std::vector<Remedy> remedies;
};

const std::vector<RevisitTransition>& RevisitLifecycle();

// Whether the verb may be used on the revisit now. FAILED_PRECONDITION WRONG_STATE; the message ends with the remedy.
absl::Status Require(const std::string& verb, const v1::Revisit& revisit);

// Moves the revisit to where the verb leads. WRONG_STATE when it may not be used.
absl::Status Move(const std::string& verb, v1::Revisit& revisit);

// Whether the verb, used on the revisit now, puts right what it recorded before, so that a reason is needed.
bool PutsRight(const std::string& verb, const v1::Revisit& revisit);

// Whether outsiders know of this version: from the letter on. And whether it is the first that they know of.
bool WasSent(const v1::Revisit& revisit);
bool IsFirstSent(const v1::Revisit& revisit);

// One entry for every verb callable on a revisit, in the order of its life; see AllowedActions in lifecycle.h.
std::vector<common::v1::AllowedAction> AllowedActions(const v1::Revisit& revisit, const Permission& may);

// "LETTER_SENT": a state without its prefix.
std::string StateWord(v1::RevisitState state);

}  // namespace oversight::concerns
