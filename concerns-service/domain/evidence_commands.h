// The commands on evidence, in the shape of concern_commands.h. Whether what a request names exists and may be known to
// the caller has been checked before; here is the rest. Pure functions; thread-safe.
//
// Two sides add evidence, the force and the inspectorate. `by_force` says which of them acts.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "concerns-service/domain/acting.h"
#include "oversight/concerns/v1/evidence_service.pb.h"

namespace oversight::concerns {

// What a command on evidence must know of the rest of the record.
struct EvidenceFacts {
  // The evidence of the force, known to the caller, one of whose versions has a content of this evidence.
  std::vector<v1::Evidence> same_content;
  // Of what the evidence is or shall be about, the names that the force does not know.
  std::vector<std::string> unknown_to_force;
};

// New evidence under `name`. INVALID_ARGUMENT, EVIDENCE_EXISTS; LINK_DOES_NOT_FIT when it is shared with the force and
// about something that the force does not know.
absl::StatusOr<v1::Evidence> AddEvidence(const v1::AddEvidenceRequest& request, const std::string& name,
                                         const EvidenceFacts& facts, bool by_force, const Acting& acting);

// The evidence with another version of its content. INVALID_ARGUMENT, EVIDENCE_OF_OTHERS, EVIDENCE_EXISTS,
// TOO_MANY_EVIDENCE_VERSIONS.
absl::StatusOr<v1::Evidence> AddEvidenceVersion(const v1::Evidence& current,
                                                const v1::AddEvidenceVersionRequest& request,
                                                const EvidenceFacts& facts, bool by_force, const Acting& acting);

// The evidence about more; as it is when it is about all of it already. INVALID_ARGUMENT, EVIDENCE_OF_OTHERS,
// EVIDENCE_EXISTS, LINK_DOES_NOT_FIT, TOO_MANY_LINKS.
absl::StatusOr<v1::Evidence> LinkEvidence(const v1::Evidence& current, const v1::LinkEvidenceRequest& request,
                                          const EvidenceFacts& facts, bool by_force);

// The evidence known to the force from here on. EVIDENCE_SHARED, LINK_DOES_NOT_FIT.
absl::StatusOr<v1::Evidence> ShareEvidence(const v1::Evidence& current, const EvidenceFacts& facts);

// Whether this version is the first that anyone outside the inspectorate sees.
bool IsFirstShown(const v1::Evidence& evidence);

// "image/png": `type/subtype` as RFC 6838, section 4.2, has names; no parameters.
bool IsMediaType(const std::string& text);

inline constexpr int kMaxEvidenceVersions = 100;
inline constexpr int kMaxAbout = 100;

}  // namespace oversight::concerns
