// The commands on evidence.
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "concerns-service/domain/evidence_commands.h"
#include "concerns-service/service/commands.h"
#include "concerns-service/service/decide.h"

namespace oversight::concerns {
namespace {

bool IsForce(const Viewer& viewer) { return !viewer.sees_everything(); }

// The force itself, to ask what it knows whoever calls.
Viewer ForceOfRecord(const std::string& force) {
  common::v1::Principal principal;
  principal.add_roles(auth::Role::ROLE_FORCE);
  principal.add_forces(force);
  return {auth::Principal(std::move(principal)), [](const std::string&) { return std::string(); }};
}

// What the domain must know of the rest of the record: of the contents by their hashes, and of the things by name.
template <class Hashes, class Names>
absl::StatusOr<EvidenceFacts> FactsOf(rpc::Facts& facts, ServiceContext& shared, const Viewer& viewer,
                                      const std::string& force, const Hashes& hashes, const Names& about) {
  EvidenceFacts result;
  for (const std::string& sha256 : hashes) {
    const ledger::Term term = ContentTerm(force, sha256);
    OVERSIGHT_ASSIGN_OR_RETURN(auto same, facts.List<v1::Evidence>(term.term, term.value));
    for (auto& evidence : same) {
      // What the caller may not know of must not show in a refusal.
      if (shared.kinds().Sees(viewer, evidence)) result.same_content.push_back(std::move(evidence));
    }
  }
  const Viewer outside = ForceOfRecord(force);
  for (const std::string& name : about) {
    OVERSIGHT_ASSIGN_OR_RETURN(const std::optional<ledger::Version> version, facts.Find(name));
    if (!version.has_value() || !shared.kinds().SeesVersion(outside, *version)) result.unknown_to_force.push_back(name);
  }
  return result;
}

std::vector<std::string> HashesOf(const v1::Evidence& evidence) {
  std::vector<std::string> hashes{evidence.content().sha256()};
  for (const auto& content : evidence.earlier_contents()) hashes.push_back(content.sha256());
  return hashes;
}

}  // namespace

Command<v1::AddEvidenceResponse> CommandOf(const v1::AddEvidenceRequest& request, ServiceContext& shared,
                                           const Viewer& viewer) {
  using Response = v1::AddEvidenceResponse;
  const auto decide = [&request, &shared, viewer](rpc::Facts& facts) -> absl::StatusOr<rpc::Outcome<Response>> {
    const auto& evidence = request.evidence();
    OVERSIGHT_RETURN_IF_ERROR(RequireLinks(facts, shared, viewer, "evidence.about", evidence.about()));
    OVERSIGHT_ASSIGN_OR_RETURN(const EvidenceFacts known,
                               FactsOf(facts, shared, viewer, request.parent(), HashesOf(evidence), evidence.about()));
    OVERSIGHT_ASSIGN_OR_RETURN(const std::string name, NextName(facts, absl::StrCat(request.parent(), "/evidence/")));
    return Stored(AddEvidence(request, name, known, IsForce(viewer), ActingOf(facts)), &Response::mutable_evidence);
  };
  return {.subject = request.parent(), .decide = decide};
}

Command<v1::AddEvidenceVersionResponse> CommandOf(const v1::AddEvidenceVersionRequest& request, ServiceContext& shared,
                                                  const Viewer& viewer) {
  using Response = v1::AddEvidenceVersionResponse;
  const auto decide = [&request, &shared, viewer](rpc::Facts& facts) -> absl::StatusOr<rpc::Outcome<Response>> {
    OVERSIGHT_ASSIGN_OR_RETURN(const auto current,
                               Current<v1::Evidence>(facts, shared, viewer, request.name(), request.etag()));
    const std::vector<std::string> hashes{request.content().sha256()};
    OVERSIGHT_ASSIGN_OR_RETURN(const EvidenceFacts known, FactsOf(facts, shared, viewer, ForceOf(request.name()),
                                                                  hashes, std::vector<std::string>()));
    return Stored(AddEvidenceVersion(current, request, known, IsForce(viewer), ActingOf(facts)),
                  &Response::mutable_evidence);
  };
  return {.subject = request.name(), .reason = request.reason(), .decide = decide};
}

Command<v1::LinkEvidenceResponse> CommandOf(const v1::LinkEvidenceRequest& request, ServiceContext& shared,
                                            const Viewer& viewer) {
  using Response = v1::LinkEvidenceResponse;
  const auto decide = [&request, &shared, viewer](rpc::Facts& facts) -> absl::StatusOr<rpc::Outcome<Response>> {
    OVERSIGHT_ASSIGN_OR_RETURN(const auto current,
                               Current<v1::Evidence>(facts, shared, viewer, request.name(), request.etag()));
    OVERSIGHT_RETURN_IF_ERROR(RequireLinks(facts, shared, viewer, "about", request.about()));
    OVERSIGHT_ASSIGN_OR_RETURN(const EvidenceFacts known, FactsOf(facts, shared, viewer, ForceOf(request.name()),
                                                                  HashesOf(current), request.about()));
    return Updated(current, LinkEvidence(current, request, known, IsForce(viewer)), &Response::mutable_evidence);
  };
  return {.subject = request.name(), .reason = request.reason(), .decide = decide};
}

Command<v1::ShareEvidenceResponse> CommandOf(const v1::ShareEvidenceRequest& request, ServiceContext& shared,
                                             const Viewer& viewer) {
  using Response = v1::ShareEvidenceResponse;
  const auto decide = [&request, &shared, viewer](rpc::Facts& facts) -> absl::StatusOr<rpc::Outcome<Response>> {
    OVERSIGHT_ASSIGN_OR_RETURN(const auto current, Current<v1::Evidence>(facts, request.name(), request.etag()));
    OVERSIGHT_ASSIGN_OR_RETURN(const EvidenceFacts known, FactsOf(facts, shared, viewer, ForceOf(request.name()),
                                                                  std::vector<std::string>(), current.about()));
    return Stored(ShareEvidence(current, known), &Response::mutable_evidence);
  };
  return {.subject = request.name(), .reason = request.reason(), .decide = decide};
}

}  // namespace oversight::concerns
