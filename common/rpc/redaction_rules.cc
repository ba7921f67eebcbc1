#include "common/rpc/redaction_rules.h"

#include "absl/strings/str_cat.h"
#include "common/ledger/redaction.h"
#include "common/rpc/errors.h"
#include "oversight/ledger/v1/error_reason.pb.h"

namespace oversight::rpc {

using ledger::v1::Redaction;

std::vector<ledger::Term> TermsOfRedaction(const Redaction& redaction) {
  return {ledger::RedactionTerm({redaction.resource(), redaction.resource_revision()})};
}

absl::StatusOr<Redaction> RecordRedaction(const ledger::v1::RedactVersionRequest& request,
                                          const std::optional<ledger::StoredVersion>& version, bool current,
                                          const std::string& name) {
  const std::string& resource = request.resource();
  const std::string revision = absl::StrCat(request.resource_revision());
  if (!version) {
    return Error(absl::StatusCode::kNotFound, common::v1::ERROR_REASON_RESOURCE_NOT_FOUND,
                 absl::StrCat("Revision ", revision, " did not change a resource \"", resource,
                              "\". The revisions that did are those of its versions."))
        .With("name", resource)
        .With("revision", revision)
        .Resource("Version", absl::StrCat(resource, "@", revision));
  }
  if (version->version.kind == ledger::kRedactionKind) {
    return Error(absl::StatusCode::kFailedPrecondition, ledger::v1::ERROR_REASON_RECORD_OF_REDACTION,
                 absl::StrCat(resource,
                              " is itself the record of a redaction: it says why something is missing, and stays."))
        .With("name", resource)
        .Precondition("RECORD_OF_REDACTION", resource, "A record of redaction is never redacted.");
  }
  if (current) {
    return Error(absl::StatusCode::kFailedPrecondition, ledger::v1::ERROR_REASON_VERSION_CURRENT,
                 absl::StrCat("Revision ", revision, " is what ", resource,
                              " is now. Correct the resource first; then redact revision ", revision, "."))
        .With("name", resource)
        .With("revision", revision)
        .Precondition("VERSION_CURRENT", resource,
                      absl::StrCat("A later version must take the place of revision ", revision, " first."));
  }
  Redaction redaction;
  redaction.set_name(name);
  redaction.set_resource(resource);
  redaction.set_resource_revision(request.resource_revision());
  redaction.set_payload_hash(version->payload_hash);
  redaction.set_reason(request.reason());
  return redaction;
}

}  // namespace oversight::rpc
