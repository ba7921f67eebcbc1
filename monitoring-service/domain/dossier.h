// What a proposal relies on, frozen by exact versions, and what has changed since. Which fields of a fact count is
// declared here, once for each kind: a change of anything else, such as a note on a recommendation, lets a decision
// stand. Pure. Thread safety: free functions over values.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "monitoring-service/domain/known_facts.h"
#include "oversight/monitoring/v1/monitoring.pb.h"

namespace oversight::monitoring {

// SHA-256 of a resource's content: without etag, revision, create_time and update_time, serialised in one order.
std::string ContentHash(const google::protobuf::Message& resource);

// The dossier of a proposal as the facts are now, with its digest; `episode` is the one that the move would end.
v1::Dossier Freeze(const v1::Proposal& proposal, const std::optional<v1::Episode>& episode, const KnownFacts& facts,
                   int version, absl::Time now);

// What counts and has changed from one to the other, in order of name. What is new since counts by what it
// says: a response that nobody has judged does not.
std::vector<v1::FactChange> ChangesBetween(const v1::Dossier& before, const v1::Dossier& after);

// "forces/kent/concerns/1: state was ISSUED, is DISCHARGED."
std::string InWords(const v1::FactChange& change);

// FAILED_PRECONDITION DOSSIER_STALE, naming each change; OK when there is none.
absl::Status CheckFresh(const v1::Proposal& proposal, const std::vector<v1::FactChange>& changes);

// Whether the dossier has facts of forces-service, whose copy must then be fresh too.
bool HoldsInspections(const v1::Dossier& dossier);

}  // namespace oversight::monitoring
