// The life of concerns, recommendations, responses, national recommendations, their items and revisits, declared as one
// table:
// which verb may be used in which state, where it leads, what else must hold, and what to do when it may not be used.
// Every command asks the table before it acts and moves states only through it, and ListAllowedActions reads the same
// table, so what is reported is what is enforced.
//
//   concern         DRAFT -> ISSUED -> DISCHARGED or SUPERSEDED;  DRAFT or ISSUED -> WITHDRAWN
//   recommendation  DRAFT -> OPEN -> CLAIMED -> VERIFIED;  CLAIMED -> OPEN when a claim is returned;  all but VERIFIED
//                   -> WITHDRAWN, by itself or with its concern;  OPEN or CLAIMED -> SUPERSEDED with its concern
//   response        AWAITING_JUDGEMENT -> ADEQUATE or INADEQUATE, and between these two while the concern is open
//   national        DRAFT -> ISSUED;  DRAFT or ISSUED -> WITHDRAWN
//   national item   OPEN -> CLAIMED -> VERIFIED;  CLAIMED -> OPEN when a claim is returned;  OPEN or CLAIMED ->
//                   NOT_APPLICABLE by itself, or WITHDRAWN with its national recommendation
//   revisit         PLANNED -> CARRIED_OUT -> FINDINGS_RECORDED -> LETTER_SENT -> LETTER_PUBLISHED;  before the letter
//                   -> CANCELLED
//
// No concern and no recommendation reopens. A verb of a revisit may be used again in the state that it led to, to put
// right what it recorded; nothing goes back. Pure functions over values; thread-safe.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"
#include "oversight/common/v1/allowed_action.pb.h"
#include "oversight/concerns/v1/concern.pb.h"
#include "oversight/concerns/v1/force_response.pb.h"
#include "oversight/concerns/v1/national_recommendation.pb.h"
#include "oversight/concerns/v1/recommendation.pb.h"
#include "oversight/concerns/v1/revisit.pb.h"

namespace oversight::concerns {

// A concern with all its recommendations, in order.
struct Record {
  v1::Concern concern;
  std::vector<v1::Recommendation> recommendations;
};

enum class Subject { kConcern, kRecommendation, kResponse, kNational, kNationalItem, kRevisit };

// What a guard looks at: the concern with its recommendations, the day, and of these the one that the verb is about.
struct Situation {
  const Record& record;  // Empty when the verb is about something national.
  absl::CivilDay today;
  const v1::Recommendation* recommendation = nullptr;  // Null when the verb is not about one.
  const v1::NationalItem* item = nullptr;              // The same.
};

// What to do about a verb that does not fit a state.
struct Remedy {
  int state;
  const char* words;
};

// One row: a verb and what it does to one kind of resource. States are numbers of its enum of states, such as
// ConcernState; 0 stands for "not there yet".
struct Transition {
  const char* verb;
  Subject subject;
  std::vector<int> from;
  std::vector<int> to;  // Empty: it changes nothing.
  // False when the row is a consequence of the verb and not something a caller may ask of this subject.
  bool callable;
  // What else must hold, whatever the arguments of the call. Null when nothing.
  absl::Status (*guard)(const Situation& situation);
  // For every state outside `from`, the last states excepted: those have one remedy for all.
  std::vector<Remedy> remedies;
};

const std::vector<Transition>& Lifecycle();

// Whether the verb may be used now: the state, and the guard. FAILED_PRECONDITION with WRONG_STATE, NO_RECOMMENDATION,
// RECOMMENDATIONS_OPEN, TOO_MANY_RECOMMENDATIONS, TOO_MANY_EXTENSIONS, ALREADY_PUBLISHED or DATES_CONTRADICT; the
// message ends with the remedy. `record` is the concern that the recommendation or the response belongs to.
absl::Status Require(const std::string& verb, const Record& record, absl::CivilDay today);
absl::Status Require(const std::string& verb, const Record& record, const v1::Recommendation& recommendation,
                     absl::CivilDay today);
absl::Status Require(const std::string& verb, const Record& record, const v1::ForceResponse& response,
                     absl::CivilDay today);
absl::Status Require(const std::string& verb, const v1::Revisit& revisit);

// Moves a resource along its row. WRONG_STATE when the table has no such way from where it is.
absl::Status Move(const std::string& verb, v1::ConcernState to, v1::Concern& concern);
absl::Status Move(const std::string& verb, v1::RecommendationState to, v1::Recommendation& recommendation);
absl::Status Move(const std::string& verb, v1::ForceResponseState to, v1::ForceResponse& response);
absl::Status Move(const std::string& verb, v1::NationalRecommendationState to, v1::NationalRecommendation& national);
absl::Status Move(const std::string& verb, v1::NationalItemState to, v1::NationalItem& item);
// To where the verb leads: no verb of a revisit leads to more than one state.
absl::Status Move(const std::string& verb, v1::Revisit& revisit);

// Whether the verb, used on the revisit now, puts right what it recorded before, so that a reason is needed.
bool PutsRight(const std::string& verb, const v1::Revisit& revisit);

// Whether the caller's roles and scope let it use a verb; OK or PERMISSION_DENIED.
using Permission = std::function<absl::Status(const std::string& verb)>;

// One entry for every verb callable on the resource, in the order of its life. `allowed` means that the call would be
// taken now from this caller, given fit arguments. Permission is looked at before state.
std::vector<common::v1::AllowedAction> AllowedActions(const Record& record, absl::CivilDay today,
                                                      const Permission& may);
std::vector<common::v1::AllowedAction> AllowedActions(const Record& record, const v1::Recommendation& recommendation,
                                                      absl::CivilDay today, const Permission& may);
std::vector<common::v1::AllowedAction> AllowedActions(const Record& record, const v1::ForceResponse& response,
                                                      absl::CivilDay today, const Permission& may);
std::vector<common::v1::AllowedAction> AllowedActions(const v1::NationalRecommendation& national,
                                                      const Permission& may);
std::vector<common::v1::AllowedAction> AllowedActions(const v1::NationalItem& item, const Permission& may);
std::vector<common::v1::AllowedAction> AllowedActions(const v1::Revisit& revisit, const Permission& may);

// "ISSUED": a state without its prefix.
std::string StateWord(v1::ConcernState state);
std::string StateWord(v1::RecommendationState state);
std::string StateWord(v1::ForceResponseState state);
std::string StateWord(v1::NationalRecommendationState state);
std::string StateWord(v1::NationalItemState state);
std::string StateWord(v1::RevisitState state);

// Whether nothing more can happen to it. No judgement of a response is the last.
bool IsClosed(v1::ConcernState state);
bool IsClosed(v1::RecommendationState state);
bool IsClosed(v1::ForceResponseState state);
bool IsClosed(v1::NationalRecommendationState state);
bool IsClosed(v1::NationalItemState state);
// Only when it was cancelled: what was published may still be put right.
bool IsClosed(v1::RevisitState state);

// WRONG_STATE for a second concern that a verb names, `needed` being the state it must be in.
absl::Status NamedInWrongState(const std::string& verb, const v1::Concern& named, v1::ConcernState needed,
                               const std::string& remedy);

// The days between which a draft may be issued: not before the first day it may have been found, not after today, and
// not after a recommendation's fixed due date. Empty when first is after last.
struct IssueWindow {
  absl::CivilDay first, last;
  // What sets the last day: "" for today, else the name of the recommendation that is due then.
  std::string bounded_by;
};
IssueWindow WindowOfIssue(const Record& record, absl::CivilDay today);

// A concern holds at most so many recommendations. Published causes of concern have one to eight.
inline constexpr int kMaxRecommendations = 100;

}  // namespace oversight::concerns
