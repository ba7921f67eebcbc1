// What the decide functions of commands share: reading what is there, and storing what the domain made of it. Valid
// inside a decide function only, on its thread.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "common/rpc/errors.h"
#include "common/rpc/resources.h"
#include "concerns-service/domain/acting.h"
#include "concerns-service/domain/lifecycle.h"
#include "concerns-service/service/service_context.h"
#include "concerns-service/service/terms.h"
#include "concerns-service/service/viewer.h"
#include "oversight/concerns/v1/concern.pb.h"
#include "oversight/concerns/v1/recommendation.pb.h"
#include "oversight/concerns/v1/revisit.pb.h"

namespace oversight::concerns {

inline Acting ActingOf(const rpc::Facts& facts) { return {facts.actor().name(), facts.now()}; }

// A concern with its recommendations.
inline absl::StatusOr<Record> RecordOf(rpc::Facts& facts, const std::string& concern) {
  Record record;
  OVERSIGHT_ASSIGN_OR_RETURN(record.concern, facts.Require<v1::Concern>(concern));
  const ledger::Term term = ConcernTerm(concern);
  OVERSIGHT_ASSIGN_OR_RETURN(record.recommendations,
                             facts.List<v1::Recommendation>(term.term, term.value, kMaxRecommendations + 1));
  return record;
}

// The concern as it may be changed by a caller with this etag.
inline absl::StatusOr<Record> RecordOf(rpc::Facts& facts, const std::string& concern, const std::string& etag) {
  OVERSIGHT_ASSIGN_OR_RETURN(Record record, RecordOf(facts, concern));
  OVERSIGHT_RETURN_IF_ERROR(rpc::CheckEtag(record.concern, etag));
  return record;
}

// Any resource as it may be changed by a caller with this etag.
template <class T>
absl::StatusOr<T> Current(rpc::Facts& facts, const std::string& name, const std::string& etag) {
  OVERSIGHT_ASSIGN_OR_RETURN(T resource, facts.Require<T>(name));
  OVERSIGHT_RETURN_IF_ERROR(rpc::CheckEtag(resource, etag));
  return resource;
}

// The same for one that outsiders change too: what the viewer does not see is not there.
template <class T>
absl::StatusOr<T> Current(rpc::Facts& facts, ServiceContext& shared, const Viewer& viewer, const std::string& name,
                          const std::string& etag) {
  OVERSIGHT_ASSIGN_OR_RETURN(T resource, facts.Require<T>(name));
  if (!shared.kinds().Sees(viewer, resource)) return NotFound(T::descriptor()->name(), name);
  OVERSIGHT_RETURN_IF_ERROR(rpc::CheckEtag(resource, etag));
  return resource;
}

// The next free name below a collection, such as "forces/kent/concerns/".
inline absl::StatusOr<std::string> NextName(rpc::Facts& facts, const std::string& collection) {
  OVERSIGHT_ASSIGN_OR_RETURN(const int64_t number, facts.NextNumber(collection));
  return absl::StrCat(collection, number);
}

// NOT_FOUND LINK_NOT_FOUND when `name`, given in `field`, is not there or the viewer may not know of it. An empty name
// counts for nothing.
absl::Status RequireLink(rpc::Facts& facts, ServiceContext& shared, const Viewer& viewer, const std::string& field,
                         const std::string& name);
template <class Names>
absl::Status RequireLinks(rpc::Facts& facts, ServiceContext& shared, const Viewer& viewer, const std::string& field,
                          const Names& names) {
  for (const std::string& name : names) OVERSIGHT_RETURN_IF_ERROR(RequireLink(facts, shared, viewer, field, name));
  return absl::OkStatus();
}

// The revisit that a request names as a ground. Null when it names none, or one that is not there: RequireLink refuses
// that.
inline absl::StatusOr<std::unique_ptr<const v1::Revisit>> NamedRevisit(rpc::Facts& facts, const std::string& name) {
  if (name.empty()) return nullptr;
  OVERSIGHT_ASSIGN_OR_RETURN(const auto version, facts.Find(name));
  if (!version.has_value()) return nullptr;
  OVERSIGHT_ASSIGN_OR_RETURN(v1::Revisit revisit, facts.Require<v1::Revisit>(name));
  return std::make_unique<const v1::Revisit>(std::move(revisit));
}

template <class T>
bool Same(const T& a, const T& b) {
  return rpc::ToPayload(a) == rpc::ToPayload(b);
}

// Stores one resource and answers with it: Stored<Response>(concern, &Response::mutable_concern).
template <class Response, class T>
absl::StatusOr<rpc::Outcome<Response>> Stored(absl::StatusOr<T> resource, T* (Response::*mutable_resource)()) {
  if (!resource.ok()) return resource.status();
  rpc::Outcome<Response> outcome;
  outcome.Put(*resource);
  *(outcome.response.*mutable_resource)() = *std::move(resource);
  return outcome;
}

// The same for an update: what is as it was is not stored again.
template <class Response, class T>
absl::StatusOr<rpc::Outcome<Response>> Updated(const T& before, absl::StatusOr<T> after,
                                               T* (Response::*mutable_resource)()) {
  if (!after.ok()) return after.status();
  rpc::Outcome<Response> outcome;
  if (!Same(before, *after)) outcome.Put(*after);
  *(outcome.response.*mutable_resource)() = *std::move(after);
  return outcome;
}

// The concern and, of its recommendations, what changed.
template <class Response>
void PutRecord(const Record& before, const Record& after, rpc::Outcome<Response>& outcome) {
  outcome.Put(after.concern);
  for (size_t i = 0; i < after.recommendations.size(); ++i) {
    if (!Same(before.recommendations[i], after.recommendations[i])) outcome.Put(after.recommendations[i]);
  }
}

// Stores a concern and its recommendations and answers with both, for responses of {concern, recommendations}.
template <class Response>
absl::StatusOr<rpc::Outcome<Response>> StoredRecord(const Record& before, absl::StatusOr<Record> after) {
  if (!after.ok()) return after.status();
  rpc::Outcome<Response> outcome;
  PutRecord(before, *after, outcome);
  *outcome.response.mutable_concern() = std::move(after->concern);
  for (auto& recommendation : after->recommendations)
    *outcome.response.add_recommendations() = std::move(recommendation);
  return outcome;
}

}  // namespace oversight::concerns
