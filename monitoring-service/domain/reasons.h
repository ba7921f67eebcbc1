// The reasons of moves and episodes: what they may rest on, what they need, their ids, and how each ends when an
// episode does. Every entry reason is kept in sight until it is met, superseded or carried forward: forces have left
// the enhanced stage with causes of concern open (West Midlands in September 2024 with one), and the record must say
// who follows those. Pure. Thread safety: free functions over values.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/rpc/errors.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "monitoring-service/domain/known_facts.h"
#include "oversight/common/v1/partial_date.pb.h"
#include "oversight/monitoring/v1/monitoring.pb.h"

namespace oversight::monitoring {

using ReasonList = google::protobuf::RepeatedPtrField<v1::Reason>;
using OutcomeList = google::protobuf::RepeatedPtrField<v1::ReasonOutcome>;

// "r3" for 3.
std::string ReasonId(int number);

// Every reason of an episode, those of the entry first, then those added; each with its id.
std::vector<v1::Reason> ReasonsOf(const v1::Episode& episode);

// OK when everything that the reasons rest on can be used; else CONCERN_NOT_USABLE with one violation for each fault.
// An entry needs each reason to rest on something, and its concerns open; a return may name what is closed by now.
absl::Status CheckWhatTheyRestOn(const std::vector<const v1::Reason*>& reasons, const std::string& force, bool entry,
                                 const KnownFacts& facts);
std::vector<const v1::Reason*> Pointers(const ReasonList& reasons);

// A concern that was issued after the day of the act that rests on it, and when.
struct IssuedLater {
  std::string concern;
  common::v1::PartialDate issue_date;
};
// The concerns of the reasons that must have been issued after `date`, each once, in the order of the reasons: nothing
// can rest on what was not there. Dates known in part count only when they leave no doubt.
std::vector<IssuedLater> IssuedAfter(const common::v1::PartialDate& date, const std::vector<const v1::Reason*>& reasons,
                                     const KnownFacts& facts);

// A violation for every reason of an entry without exit criterion; `field` such as "proposal.reasons".
void NeedExitCriteria(const ReasonList& reasons, const std::string& field, Violations& violations);

// What a client sent, as it is kept: with this id, and the revision and title of its concern as they are now.
v1::Reason Kept(const v1::Reason& reason, const std::string& id, const KnownFacts& facts);

// Violations of what an outcome itself must say; `field` such as "proposal.reason_outcomes".
void CheckOutcomes(const OutcomeList& outcomes, const std::string& field, Violations& violations);

// OK when each reason of the episode ends once and nothing else does; else REASON_UNACCOUNTED, naming each.
absl::Status CheckAccounted(const v1::Episode& episode, const OutcomeList& outcomes);

// Whether any of them rests on something that concerns-service owns: then it cannot be judged without its facts.
bool NeedsConcerns(const ReasonList& reasons);

}  // namespace oversight::monitoring
