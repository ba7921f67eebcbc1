#include "concerns-service/domain/evidence_commands.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/rpc/errors.h"
#include "common/rpc/validator.h"
#include "concerns-service/domain/links.h"
#include "oversight/concerns/v1/error_reason.pb.h"

namespace oversight::concerns {
namespace {

constexpr size_t kSha256Bytes = 32;

void CheckContent(const std::string& field, const v1::EvidenceContent& content, Violations& violations) {
  if (!IsMediaType(content.media_type())) {
    violations.Add(field + ".media_type", "must have the form type/subtype of RFC 6838, such as application/pdf");
  }
  if (content.sha256().size() != kSha256Bytes) {
    violations.Add(field + ".sha256",
                   absl::StrCat("must be the 32 bytes of a SHA-256, not ", content.sha256().size(), " bytes"));
  }
}

// Of a content that was not stored before.
void Stamp(int version, const std::string& reason, const Acting& acting, v1::EvidenceContent& content) {
  content.set_version(version);
  content.set_reason(reason);
  content.set_adder(acting.actor);
  *content.mutable_add_time() = acting.timestamp();
}

std::vector<v1::EvidenceContent> ContentsOf(const v1::Evidence& evidence) {
  std::vector<v1::EvidenceContent> contents(evidence.earlier_contents().begin(), evidence.earlier_contents().end());
  contents.push_back(evidence.content());
  return contents;
}

absl::Status Exists(const std::string& words, const std::string& evidence, int version, const std::string& about) {
  return Error(absl::StatusCode::kAlreadyExists, v1::ERROR_REASON_EVIDENCE_EXISTS, words)
      .With("evidence", evidence)
      .With("version", absl::StrCat(version))
      .With("about", about);
}

// The same content about the same thing is recorded once.
template <class Names>
absl::Status CheckOnce(const EvidenceFacts& facts, const std::string& self, const std::string& sha256,
                       const Names& about) {
  for (const auto& other : facts.same_content) {
    if (other.name() == self) continue;
    for (const auto& content : ContentsOf(other)) {
      if (content.sha256() != sha256) continue;
      for (const auto& subject : about) {
        if (std::count(other.about().begin(), other.about().end(), subject) == 0) continue;
        return Exists(absl::StrCat("The same content is recorded about ", subject, " already: ", other.name(),
                                   ", version ", content.version(),
                                   ". Use that, or link it (LinkEvidence) to what else "
                                   "it is about."),
                      other.name(), content.version(), subject);
      }
    }
  }
  return absl::OkStatus();
}

absl::Status CheckKnownToForce(const EvidenceFacts& facts, const std::string& name) {
  if (facts.unknown_to_force.empty()) return absl::OkStatus();
  const std::string& hidden = facts.unknown_to_force.front();
  return Error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_LINK_DOES_NOT_FIT,
               absl::StrCat(name, " cannot be shared with the force and about ", hidden,
                            ", which the force does not know. Wait until it does, or keep evidence about it unshared."))
      .With("field", "about")
      .With("name", hidden);
}

absl::Status OfOthers(const v1::Evidence& evidence, const std::string& verb) {
  return Error(absl::StatusCode::kPermissionDenied, v1::ERROR_REASON_EVIDENCE_OF_OTHERS,
               absl::StrCat(evidence.name(), " was added by ", evidence.by_force() ? "the force" : "the inspectorate",
                            ", and ", verb, " is not for the other side. Add evidence of your own (AddEvidence)."))
      .With("name", evidence.name())
      .With("verb", verb);
}

bool IsRestrictedName(absl::string_view text) {
  return !text.empty() && text.size() <= 127 && absl::ascii_isalnum(text.front()) &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isalnum(c) || absl::string_view("!#$&-^_.+").find(c) != absl::string_view::npos;
         });
}

}  // namespace

absl::StatusOr<v1::Evidence> AddEvidence(const v1::AddEvidenceRequest& request, const std::string& name,
                                         const EvidenceFacts& facts, bool by_force, const Acting& acting) {
  v1::Evidence evidence = request.evidence();
  rpc::ClearOutputOnly(&evidence);
  evidence.clear_etag();
  evidence.set_name(name);
  evidence.set_by_force(by_force);
  if (by_force) evidence.set_shared_with_force(true);
  Violations violations;
  CheckLinks("evidence.about", evidence.about(), name, violations);
  CheckContent("evidence.content", evidence.content(), violations);
  OVERSIGHT_RETURN_IF_ERROR(violations.status());
  if (evidence.shared_with_force()) OVERSIGHT_RETURN_IF_ERROR(CheckKnownToForce(facts, "Evidence"));
  OVERSIGHT_RETURN_IF_ERROR(CheckOnce(facts, name, evidence.content().sha256(), evidence.about()));
  Stamp(1, "", acting, *evidence.mutable_content());
  return evidence;
}

absl::StatusOr<v1::Evidence> AddEvidenceVersion(const v1::Evidence& current,
                                                const v1::AddEvidenceVersionRequest& request,
                                                const EvidenceFacts& facts, bool by_force, const Acting& acting) {
  if (current.by_force() != by_force) return OfOthers(current, "AddEvidenceVersion");
  v1::EvidenceContent content = request.content();
  rpc::ClearOutputOnly(&content);
  Violations violations;
  CheckContent("content", content, violations);
  OVERSIGHT_RETURN_IF_ERROR(violations.status());
  const auto& latest = current.content();
  if (content.sha256() == latest.sha256() && content.location() == latest.location()) {
    return Exists(absl::StrCat(current.name(), " has this content at this place already, as version ", latest.version(),
                               ". A version brings other content or another place."),
                  current.name(), latest.version(), current.about(0));
  }
  OVERSIGHT_RETURN_IF_ERROR(CheckOnce(facts, current.name(), content.sha256(), current.about()));
  if (latest.version() >= kMaxEvidenceVersions) {
    return Error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_TOO_MANY_EVIDENCE_VERSIONS,
                 absl::StrCat(current.name(), " has ", latest.version(),
                              " versions, which is the most. Add what comes next as evidence of its own."))
        .With("name", current.name())
        .With("limit", absl::StrCat(kMaxEvidenceVersions));
  }
  v1::Evidence evidence = current;
  *evidence.add_earlier_contents() = latest;
  Stamp(latest.version() + 1, request.reason(), acting, content);
  *evidence.mutable_content() = std::move(content);
  evidence.set_changed_since_shared(evidence.shared_with_force());
  return evidence;
}

absl::StatusOr<v1::Evidence> LinkEvidence(const v1::Evidence& current, const v1::LinkEvidenceRequest& request,
                                          const EvidenceFacts& facts, bool by_force) {
  if (by_force && !current.by_force()) return OfOthers(current, "LinkEvidence");
  Violations violations;
  CheckLinks("about", request.about(), current.name(), violations);
  OVERSIGHT_RETURN_IF_ERROR(violations.status());
  v1::Evidence evidence = current;
  std::vector<std::string> added;
  for (const auto& subject : request.about()) {
    if (std::count(current.about().begin(), current.about().end(), subject) != 0) continue;
    added.push_back(subject);
    evidence.add_about(subject);
  }
  if (added.empty()) return current;
  if (current.shared_with_force()) OVERSIGHT_RETURN_IF_ERROR(CheckKnownToForce(facts, current.name()));
  for (const auto& content : ContentsOf(current)) {
    OVERSIGHT_RETURN_IF_ERROR(CheckOnce(facts, current.name(), content.sha256(), added));
  }
  if (evidence.about_size() > kMaxAbout) {
    return Error(
               absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_TOO_MANY_LINKS,
               absl::StrCat(current.name(), " would be about ", evidence.about_size(), " things, more than ", kMaxAbout,
                            ". Link it to what is above them, such as the concern of several recommendations."))
        .With("name", current.name())
        .With("limit", absl::StrCat(kMaxAbout));
  }
  evidence.set_changed_since_shared(evidence.shared_with_force());
  return evidence;
}

absl::StatusOr<v1::Evidence> ShareEvidence(const v1::Evidence& current, const EvidenceFacts& facts) {
  if (current.shared_with_force()) {
    return Error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_EVIDENCE_SHARED,
                 absl::StrCat("The force sees ", current.name(), " already. There is nothing to do."))
        .With("name", current.name());
  }
  OVERSIGHT_RETURN_IF_ERROR(CheckKnownToForce(facts, current.name()));
  v1::Evidence evidence = current;
  evidence.set_shared_with_force(true);
  return evidence;
}

bool IsFirstShown(const v1::Evidence& evidence) {
  return evidence.shared_with_force() && !evidence.changed_since_shared();
}

bool IsMediaType(const std::string& text) {
  const size_t slash = text.find('/');
  return slash != std::string::npos && IsRestrictedName(absl::string_view(text).substr(0, slash)) &&
         IsRestrictedName(absl::string_view(text).substr(slash + 1));
}

}  // namespace oversight::concerns
